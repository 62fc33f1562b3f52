//! An estimate of insulin on board. Reports draw the pump's own number; this is for data that has none.

/// The share of a dose still active `minutes` after it, by the exponential model of `LoopKit` and oref0.
///
/// `duration_minutes` is when it is used up (e.g. 360), `peak_minutes` when it acts most (75 rapid, 55 ultra-rapid; less than
/// half the duration). 1 before the dose, 0 from the duration on. `LoopKit` delays it by ten minutes; subtract them first.
#[must_use]
pub fn exponential_iob(minutes: f64, duration_minutes: f64, peak_minutes: f64) -> f64 {
    if minutes <= 0.0 {
        return 1.0;
    }
    if minutes >= duration_minutes {
        return 0.0;
    }
    let (t, td, tp) = (minutes, duration_minutes, peak_minutes);
    let tau = tp * (1.0 - tp / td) / (1.0 - 2.0 * tp / td);
    let a = 2.0 * tau / td;
    let scale = 1.0 / (1.0 - a + (1.0 + a) * (-td / tau).exp());
    let shape = (t * t / (tau * td * (1.0 - a)) - t / tau - 1.0) * (-t / tau).exp() + 1.0;
    1.0 - scale * (1.0 - a) * shape
}
