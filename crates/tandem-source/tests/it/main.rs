//! The client against a service on loopback that does as its script says.

mod cloud;
mod faults;
mod identity;
mod requests;
mod secrets;
mod sessions;
mod setup;
mod windows;
