//! Seeded randomness in separate streams, so that switching one behaviour off leaves the others as they were.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A stream of random numbers that depends only on the seed, its label and a number (a day, a pump).
#[derive(Debug)]
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64, label: &str, number: i64) -> Self {
        let labelled = label.bytes().fold(mix(seed), |state, byte| mix(state ^ u64::from(byte)));
        Self(StdRng::seed_from_u64(mix(labelled ^ number as u64)))
    }

    /// True with probability `probability`, which is clamped to 0..=1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability.clamp(0.0, 1.0))
    }

    /// Uniform in `low..high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// Uniform whole number in `low..=high`; `low` when the range is empty.
    pub(crate) fn whole(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// Near normal (the sum of four uniform numbers), never further out than 3.5 standard deviations.
    pub(crate) fn normal(&mut self, mean: f64, standard_deviation: f64) -> f64 {
        let sum: f64 = (0..4).map(|_| self.0.random::<f64>()).sum();
        mean + standard_deviation * (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// Shuffles in place.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            let other = self.0.random_range(0..=index);
            items.swap(index, other);
        }
    }
}

/// `SplitMix64`'s finalizer.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
