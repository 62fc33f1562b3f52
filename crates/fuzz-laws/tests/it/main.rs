//! Replays what the fuzzer kept, on the stable toolchain.

use std::path::{Path, PathBuf};

fn corpus(law: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(law);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry of the corpus").path()).collect()
}

#[test]
fn the_corpus_keeps_every_law() {
    for (name, law) in fuzz_laws::LAWS {
        let inputs = corpus(name);
        assert!(inputs.len() > 10, "the corpus of {name} has {} inputs", inputs.len());
        for input in inputs {
            let bytes = std::fs::read(&input).expect("an input");
            let outcome = std::panic::catch_unwind(|| law(&bytes));
            assert!(outcome.is_ok(), "the law {name} is broken by {}", input.display());
        }
    }
}
