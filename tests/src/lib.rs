//! Whole-run tests.
