//! A simulated Tandem Source and a simulated pump user: for tests, benchmarks and the demo.
//!
//! Three parts, each usable alone:
//!
//! * [`history`]: a person with one or more pumps, driven by a seed; the events the pumps logged and the truth beside them.
//! * [`timeline`]: when which of these events reached the service.
//! * [`service`]: the service itself on loopback HTTP: login, account, events, with scripted faults.
//!
//! [`nightscout`] is the other program that a history may go to: a simulated site.
//!
//! [`writers`] puts the same history into records and JSON without a service. Nothing here knows the client, the pipeline
//! or a database, and nothing reads the clock or the environment: the service takes the time from its configuration.

pub mod history;
pub mod nightscout;
pub mod service;
pub mod timeline;
pub mod writers;

pub use service::{Sim, SimConfig, SimError, SimHandle, serve};
