//! Public functions and constants of a library that nothing outside of it names.
//!
//! The compiler reports what is unused in a crate, but takes whatever is public for used. Here an item counts as used when its
//! name occurs as a word in any other Rust file of the workspace: in another crate, a test, a benchmark or an example.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use syn::visit::{self, Visit};
use syn::{ImplItemConst, ImplItemFn, ItemConst, ItemFn, ItemMod, ItemStatic, Visibility};

use super::modules::is_for_tests;

/// The unused public items of the libraries in `sources`, as `file: name`. `files` are all Rust files of the workspace.
pub(super) fn find_unused(sources: &[&Path], files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for file in files {
        texts.push((file, fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?));
    }
    let mut unused = Vec::new();
    for source in sources {
        let (inside, outside): (Vec<_>, Vec<_>) = texts.iter().partition(|(file, _)| file.starts_with(source));
        let used: BTreeSet<&str> = outside.iter().flat_map(|(_, text)| words(text)).collect();
        for (file, text) in inside {
            let names = public_names(text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
            let without_user = names.into_iter().filter(|name| !used.contains(name.as_str()));
            unused.extend(without_user.map(|name| format!("{}: {name}", file.display())));
        }
    }
    Ok(unused)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

fn public_names(text: &str) -> syn::Result<Vec<String>> {
    let mut found = PublicNames::default();
    found.visit_file(&syn::parse_file(text)?);
    Ok(found.0)
}

#[derive(Default)]
struct PublicNames(Vec<String>);

impl PublicNames {
    fn add(&mut self, visibility: &Visibility, name: &syn::Ident) {
        if matches!(visibility, Visibility::Public(_)) {
            self.0.push(name.to_string());
        }
    }
}

impl<'a> Visit<'a> for PublicNames {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !item.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.add(&item.vis, &item.sig.ident);
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.add(&item.vis, &item.sig.ident);
    }

    fn visit_item_const(&mut self, item: &'a ItemConst) {
        self.add(&item.vis, &item.ident);
    }

    fn visit_impl_item_const(&mut self, item: &'a ImplItemConst) {
        self.add(&item.vis, &item.ident);
    }

    fn visit_item_static(&mut self, item: &'a ItemStatic) {
        self.add(&item.vis, &item.ident);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_item_without_a_user_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(&file, text).expect("written");
            file
        };
        let library = write(
            "one/src/lib.rs",
            "pub fn used() {} pub fn planted() { used(); inner() } pub(crate) fn inner() {} pub const LIMIT: u8 = 1;
             pub struct S; impl S { pub fn method(&self) {} pub const USED: u8 = 1; }
             #[cfg(test)] mod tests { pub fn helper() { super::planted() } }",
        );
        let user = write("one/tests/it.rs", "fn f() { one::used(); one::S::USED }");
        let source = folder.path().join("one/src");
        let unused = find_unused(&[&source], &[library.clone(), user]).expect("Rust");
        let expected = ["planted", "LIMIT", "method"].map(|name| format!("{}: {name}", library.display()));
        assert_eq!(unused, expected);
    }
}
