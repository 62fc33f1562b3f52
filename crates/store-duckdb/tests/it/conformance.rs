//! The store contracts, in memory and on file.

use pipeline::testing::check_store;
use store_duckdb::{DuckStore, StoreOptions};

#[test]
fn a_store_in_memory_keeps_the_contracts() {
    check_store(|| DuckStore::in_memory().expect("a database in memory"), |store| store);
}

#[test]
fn a_store_on_file_keeps_the_contracts() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = std::cell::Cell::new(0);
    let path = |number: i32| folder.path().join(format!("{number}.db"));
    let open = || {
        opened.set(opened.get() + 1);
        DuckStore::open(path(opened.get()), StoreOptions::default()).expect("a database on file")
    };
    let reopen = |store: DuckStore| {
        drop(store);
        DuckStore::open(path(opened.get()), StoreOptions::default()).expect("the same database again")
    };
    check_store(open, reopen);
}
