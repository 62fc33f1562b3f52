//! What tests that look at the whole from outside need: other people's programs.

#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

pub mod python;
