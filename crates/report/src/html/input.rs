//! What a report is about, and how it is shown.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::glucose::{GlucoseUnit, Reading, Thresholds};
use crate::insulin::InsulinRows;
use crate::messages::Language;
use crate::settings::SettingsSnapshot;
use crate::time::{Span, Timestamp, Window};
use crate::vocabulary::{AlarmFamily, SiteChangeKind};

/// Everything that happened in one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The window; rows outside are ignored.
    pub window: Window,
    /// CGM readings.
    pub readings: Vec<Reading>,
    /// Basal, boluses, carbohydrates and modes.
    pub insulin: InsulinRows,
    /// Insulin on board as the pump logged it.
    pub insulin_on_board: Vec<InsulinOnBoard>,
    /// When delivery was suspended.
    pub suspensions: Vec<Span<()>>,
    /// Cartridges, tubing and cannulas.
    pub site_changes: Vec<SiteChange>,
    /// When sensors were started.
    pub sensor_starts: Vec<Timestamp>,
    /// Alarms and alerts as they were raised.
    pub alarms: Vec<Alarm>,
    /// The profile's basal rate in units per hour, from when on it held, oldest first; only the explorer shows it.
    pub profile_basal: Vec<(Timestamp, f64)>,
}

impl Period {
    /// A window in which nothing happened.
    #[must_use]
    pub fn empty(window: Window) -> Self {
        Self {
            window,
            readings: Vec::new(),
            insulin: InsulinRows::default(),
            insulin_on_board: Vec::new(),
            suspensions: Vec::new(),
            site_changes: Vec::new(),
            sensor_starts: Vec::new(),
            alarms: Vec::new(),
            profile_basal: Vec::new(),
        }
    }
}

/// What the pump said is still active.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InsulinOnBoard {
    /// When.
    pub at: Timestamp,
    /// Units.
    pub units: f64,
}

/// A step of changing cartridge, tubing or cannula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteChange {
    /// When.
    pub at: Timestamp,
    /// Which step.
    pub kind: SiteChangeKind,
}

/// An alarm or alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// When it was raised.
    pub at: Timestamp,
    /// What raised it.
    pub family: AlarmFamily,
    /// What the pump calls it.
    pub name: String,
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportInput {
    /// The period reported.
    pub period: Period,
    /// The period before, to be shown beside it.
    pub previous: Option<Period>,
    /// The zone of the wall clock, so that the days the clock changes have 23 and 25 hours. Without it every day has 24.
    pub zone: Option<Tz>,
    /// The pump in the reader's words, e.g. `t:slim X2`.
    pub pump: Option<String>,
    /// The pump's settings, oldest first: those in effect when the period began, and every later state up to its end.
    pub settings: Vec<SettingsSnapshot>,
}

/// How a report is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportOptions {
    /// The unit glucose is shown in.
    pub unit: GlucoseUnit,
    /// The edges of the ranges.
    pub thresholds: Thresholds,
    /// The person's own target range in mg/dL, shown beside that of the consensus.
    pub own_target: Option<(f64, f64)>,
    /// The goals printed beside the ranges.
    pub goals: Goals,
    /// The language.
    pub language: Language,
    /// The person's name, only where it is wanted on paper.
    pub name: Option<String>,
    /// The person's date of birth, only where it is wanted on paper.
    pub born: Option<NaiveDate>,
    /// The wall-clock time to print as the time of making.
    pub made_at: Option<NaiveDateTime>,
    /// Whether the days are shown one by one.
    pub day_pages: bool,
    /// Whether each day is printed large, three to a page, instead of three beside each other.
    pub large_days: bool,
    /// The paper.
    pub paper: Paper,
}

/// The size of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            unit: GlucoseUnit::default(),
            thresholds: Thresholds::default(),
            own_target: None,
            goals: Goals::STANDARD,
            language: Language::default(),
            name: None,
            born: None,
            made_at: None,
            day_pages: true,
            large_days: false,
            paper: Paper::default(),
        }
    }
}

/// Goals for the shares of time, in %, and for the key figures. A goal that a set does not have is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goals {
    /// Less than this very low.
    pub very_low: Option<f64>,
    /// Less than this below range.
    pub below: Option<f64>,
    /// More than this in range.
    pub in_range: Option<f64>,
    /// Less than this above range.
    pub above: Option<f64>,
    /// Less than this very high.
    pub very_high: Option<f64>,
    /// Mean below this, in mg/dL.
    pub mean_mg_per_dl: Option<f64>,
    /// The same goal as it is published in mmol/L; converting would print 8.5 for 8.6.
    pub mean_mmol_per_l: Option<f64>,
    /// GMI below this, in %.
    pub gmi: Option<f64>,
    /// CV at most this, in %.
    pub cv: Option<f64>,
}

impl Goals {
    /// Type 1 and type 2 diabetes (Battelino et al. 2019).
    pub const STANDARD: Self = Self {
        very_low: Some(1.0),
        below: Some(4.0),
        in_range: Some(70.0),
        above: Some(25.0),
        very_high: Some(5.0),
        mean_mg_per_dl: Some(154.0),
        mean_mmol_per_l: Some(8.6),
        gmi: Some(7.0),
        cv: Some(36.0),
    };
}
