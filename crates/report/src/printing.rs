//! How numbers are printed: half-even, ranges that add up to 100, glucose in the reader's unit.

use crate::{glucose::GlucoseUnit, metrics::Ranges};

/// `value` with `decimals` digits after the point, rounded half-even as IEEE does on the exact binary value, without "-0".
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let scale = 10_f64.powi(decimals as i32);
    let rounded = (value * scale).round_ties_even() / scale;
    format!("{:.decimals$}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// A concentration in mg/dL, printed in `unit`: whole mg/dL or one decimal of mmol/L, without the unit's name.
#[must_use]
pub fn glucose(mg_per_dl: f64, unit: GlucoseUnit) -> String {
    fixed(unit.convert(mg_per_dl), usize::from(unit == GlucoseUnit::MmolPerL))
}

/// The five shares of time as whole percentages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintedRanges {
    /// Very low.
    pub very_low: i64,
    /// Low, without very low.
    pub low: i64,
    /// In range.
    pub in_range: i64,
    /// High, without very high.
    pub high: i64,
    /// Very high.
    pub very_high: i64,
}

impl PrintedRanges {
    /// Rounds half-even to whole percentages that add up to 100: what is left over goes to high (Tidepool's rule), or to the
    /// largest share where high would become negative. Where rounding misses by more than two points the values are left alone.
    #[must_use]
    pub fn new(ranges: &Ranges) -> Self {
        let whole = |percent: f64| percent.round_ties_even() as i64;
        let printed = Self {
            very_low: whole(ranges.very_low),
            low: whole(ranges.low),
            in_range: whole(ranges.in_range),
            high: whole(ranges.high),
            very_high: whole(ranges.very_high),
        };
        let left_over = 100 - printed.sum();
        if left_over.abs() > 2 { printed } else { printed.with_left_over(left_over) }
    }

    fn with_left_over(mut self, left_over: i64) -> Self {
        if self.high + left_over >= 0 {
            self.high += left_over;
            return self;
        }
        let shares = [&mut self.in_range, &mut self.very_high, &mut self.low, &mut self.very_low, &mut self.high];
        if let Some(largest) = shares.into_iter().max_by_key(|share| **share) {
            *largest += left_over;
        }
        self
    }

    /// Below range: the sum of the printed parts, not a rounded sum.
    #[must_use]
    pub fn below(&self) -> i64 {
        self.very_low + self.low
    }

    /// Above range: the sum of the printed parts, not a rounded sum.
    #[must_use]
    pub fn above(&self) -> i64 {
        self.high + self.very_high
    }

    fn sum(&self) -> i64 {
        self.below() + self.in_range + self.above()
    }
}
