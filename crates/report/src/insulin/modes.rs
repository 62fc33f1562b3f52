//! Minutes in each mode, and what share of the recorded time they are. Elapsed time throughout.
//!
//! Recorded is the time with a basal rate on record. A mode that no event ends lasts until the pump's next sign of life; what of
//! it is not recorded time does not count in a share. A history without any basal has no recorded time to compare with: shares are
//! then shares of the window.

use super::rows::InsulinRows;
use crate::vocabulary::{LoopMode, UserMode};
use crate::{
    statistics::ratio,
    time::{Span, Window},
    time_set::TimeSet,
};

/// Elapsed minutes in each mode inside a window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ModeMinutes {
    /// All of the time.
    pub all: f64,
    /// Control-IQ in control.
    pub closed_loop: f64,
    /// The profile in control, also while the algorithm waits for glucose.
    pub open_loop: f64,
    /// No pump in control.
    pub no_control: f64,
    /// Sleep.
    pub sleep: f64,
    /// Exercise.
    pub exercise: f64,
    /// Eating soon.
    pub eating_soon: f64,
}

impl ModeMinutes {
    /// Closed loop as % of the minutes in which a pump was in control.
    #[must_use]
    pub fn closed_loop_percent_of_control(&self) -> Option<f64> {
        ratio(100.0 * self.closed_loop, self.closed_loop + self.open_loop)
    }

    /// Closed loop as % of all minutes.
    #[must_use]
    pub fn closed_loop_percent(&self) -> Option<f64> {
        ratio(100.0 * self.closed_loop, self.all)
    }

    /// Sleep as % of all minutes.
    #[must_use]
    pub fn sleep_percent(&self) -> Option<f64> {
        ratio(100.0 * self.sleep, self.all)
    }

    /// Exercise as % of all minutes.
    #[must_use]
    pub fn exercise_percent(&self) -> Option<f64> {
        ratio(100.0 * self.exercise, self.all)
    }
}

/// Minutes in each mode of the whole window.
#[must_use]
pub(crate) fn mode_minutes(rows: &InsulinRows, window: &Window) -> ModeMinutes {
    minutes_during(rows, &TimeSet::new(std::iter::once((window.start, window.end))))
}

/// Minutes in each mode of the recorded time of the window.
#[must_use]
pub(crate) fn recorded_mode_minutes(rows: &InsulinRows, window: &Window) -> ModeMinutes {
    let recorded = TimeSet::new(rows.basal.iter().filter_map(|basal| window.clip(basal.start, basal.end)));
    if recorded.is_empty() { mode_minutes(rows, window) } else { minutes_during(rows, &recorded) }
}

fn minutes_during(rows: &InsulinRows, time: &TimeSet) -> ModeMinutes {
    let of_loop = |mode: LoopMode| minutes_of(&rows.loop_modes, &mode, time);
    let of_user = |mode: UserMode| minutes_of(&rows.user_modes, &mode, time);
    ModeMinutes {
        all: time.minutes(),
        closed_loop: of_loop(LoopMode::ClosedLoop),
        open_loop: of_loop(LoopMode::OpenLoop) + of_loop(LoopMode::Waiting),
        no_control: of_loop(LoopMode::NoControl),
        sleep: of_user(UserMode::Sleeping),
        exercise: of_user(UserMode::Exercising),
        eating_soon: of_user(UserMode::EatingSoon),
    }
}

fn minutes_of<T: PartialEq>(spans: &[Span<T>], value: &T, time: &TimeSet) -> f64 {
    let of_value = spans.iter().filter(|span| span.value == *value);
    TimeSet::new(of_value.map(|span| (span.start, span.end))).minutes_shared_with(time)
}
