//! The command as a person has it: the real binary, real files, its words and exit codes.

mod bad_input;
mod queries;
mod support;
