//! A client of **Tandem Source**, the cloud that keeps the history of Tandem's insulin pumps.
//!
//! [`TandemSource`] implements [`pipeline::Source`]: it lists an account's pumps and hands out their events by days,
//! each in its own words. It logs in by itself, rarely; repeats what may succeed in a moment, a few times; and says in
//! words what it cannot repair. It knows nothing of tables, and reads neither environment nor clock: everything is in
//! [`SourceConfig`].
//!
//! There is no public description of the service. What is known comes from people's clients and captures; comments
//! say where something is a guess.
//!
//! ```
//! use std::sync::Arc;
//! use tandem_source::{FixedPassword, Region, SourceConfig, TandemSource};
//!
//! # fn example(clock: Arc<dyn pipeline::Clock>, folder: &std::path::Path) -> Result<TandemSource, pipeline::SourceError> {
//! let password = Arc::new(FixedPassword("correct horse".into()));
//! let mut config = SourceConfig::new(Region::Eu, "jane@example.org", password, clock);
//! config.token_cache = Some(folder.join("tokens.json"));
//! TandemSource::new(config)
//! # }
//! ```
//!
//! Reading order: `source` (what a request is), `service` (where it goes), `session` (when to log in), `login`, `windows`
//! (what if an answer is not what was asked for), `http` and `error` (what an answer means).

mod account;
mod cache;
mod config;
mod error;
mod events;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod identity;
mod lenient;
mod login;
mod reachability;
mod refusal;
mod region;
mod request_label;
mod required_step;
mod selection;
mod service;
mod session;
mod source;
mod source_capability;
mod windows;

pub use config::{FixedPassword, PasswordError, PasswordProvider, SourceConfig, Timeouts};
pub use pipeline::retry::{RetryPolicy, Sleeper, TokioSleeper};
pub use reachability::HostCheck;
pub use region::{Region, UnknownRegion};
pub use selection::{EventSelection, WEB_APP_CODES};
pub use session::TokenStatus;
pub use source::TandemSource;
