//! Searches for input that breaks the law of this name.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_laws::archive(input));
