//! The simulator's tests: the history by itself, its encodings and uploads, and the service over loopback HTTP.

mod plausibility;
