//! Minutes in each mode, and what share of the time they are. Elapsed time throughout.

use super::{InsulinRows, LoopMode, UserMode};
use crate::{
    statistics::ratio,
    time::{Span, Window, minutes_between},
};

/// Elapsed minutes in each mode inside a window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ModeMinutes {
    /// The window's length.
    pub window: f64,
    /// Control-IQ in control.
    pub closed_loop: f64,
    /// The profile in control.
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

    /// Closed loop as % of the window.
    #[must_use]
    pub fn closed_loop_percent_of_window(&self) -> Option<f64> {
        ratio(100.0 * self.closed_loop, self.window)
    }

    /// Sleep as % of the window.
    #[must_use]
    pub fn sleep_percent(&self) -> Option<f64> {
        ratio(100.0 * self.sleep, self.window)
    }

    /// Exercise as % of the window.
    #[must_use]
    pub fn exercise_percent(&self) -> Option<f64> {
        ratio(100.0 * self.exercise, self.window)
    }
}

/// Minutes in each mode, clipped to the window.
#[must_use]
pub fn mode_minutes(rows: &InsulinRows, window: &Window) -> ModeMinutes {
    let of_loop = |mode| minutes_of(&rows.loop_modes, &mode, window);
    let of_user = |mode| minutes_of(&rows.user_modes, &mode, window);
    ModeMinutes {
        window: window.elapsed_minutes(),
        closed_loop: of_loop(LoopMode::ClosedLoop),
        open_loop: of_loop(LoopMode::OpenLoop),
        no_control: of_loop(LoopMode::NoControl),
        sleep: of_user(UserMode::Sleep),
        exercise: of_user(UserMode::Exercise),
        eating_soon: of_user(UserMode::EatingSoon),
    }
}

fn minutes_of<T: PartialEq>(spans: &[Span<T>], value: &T, window: &Window) -> f64 {
    let of_value = spans.iter().filter(|span| span.value == *value);
    let clipped = of_value.filter_map(|span| window.clip(span.start, span.end));
    clipped.map(|(start, end)| minutes_between(start, end)).sum()
}
