//! Metrics of glucose and insulin, and the HTML report: rows in, numbers and HTML out.
//!
//! This crate does no I/O and reads no clock, environment or database. Whoever embeds it brings rows
//! ([`Reading`], [`insulin::BasalSegment`], [`insulin::Bolus`]) with both clocks of the pump in each [`Timestamp`], and gets
//! [`Metrics`], [`insulin::InsulinSummary`] or a page of HTML.
//!
//! Every definition, its source and its edge rules stand in `docs/metrics.md`; the doc comments say only what a caller
//! must know. Two rules hold throughout: an undefined number is `None` (never NaN), and readings are classified in mg/dL as
//! reported, converted to mmol/L for display only.
//!
//! ```
//! use report::{CsvOptions, Metrics, MetricsOptions, read_csv};
//!
//! let file = "id,time,gl\nme,2024-03-04 00:00:00,100\nme,2024-03-04 00:05:00,140\n";
//! let series = read_csv(file.as_bytes(), &CsvOptions::default())?;
//! let metrics = Metrics::of(&series[0].readings, &MetricsOptions::default());
//! assert_eq!(metrics.summary.mean, Some(120.0));
//! # Ok::<(), report::CsvError>(())
//! ```

mod csv_series;
pub mod episodes;
mod explore;
mod glucose;
mod grid;
pub mod html;
pub mod insulin;
mod labels;
mod mage;
pub mod messages;
pub mod metrics;
pub mod printing;
pub mod profile;
pub mod settings;
mod statistics;
mod time;
mod time_set;
mod vocabulary;
pub mod wear;
mod weights;

pub use csv_series::{CsvError, CsvOptions, CsvSeries, OutOfRangeText, read_csv};
pub use explore::Explorer;
pub use glucose::{GlucoseUnit, MgPerDl, Reading, ReadingStatus, Thresholds, deduplicate};
pub use html::{GENERATOR, Paper, Period, Report, ReportInput, ReportOptions};
pub use labels::UnknownLabel;
pub use messages::{Language, Messages};
pub use metrics::{Metrics, MetricsOptions};
pub use time::{Span, Timestamp, Window};
pub use weights::mark_intervals;
