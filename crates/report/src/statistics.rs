//! The few statistics everything else is made of. Each is `None` where it is undefined.

/// The arithmetic mean.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation (divides by n − 1).
pub(crate) fn sample_sd(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The quantile by linear interpolation between order statistics: R's type 7, numpy's default, SQL's `quantile_cont`.
///
/// `sorted` is in ascending order, `p` in 0..=1.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

/// The values in ascending order.
pub(crate) fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Values in ascending order with what each weighs. With equal weights everything is as in plain counting.
#[derive(Debug)]
pub(crate) struct Weighted {
    values: Vec<f64>,
    weights: Vec<f64>,
    total: f64,
    /// Where each value lies on a scale from 0 (the first) to the last: with weights of 1, its index.
    places: Vec<f64>,
}

impl Weighted {
    /// From pairs of value and weight in any order; weights are above 0.
    pub(crate) fn new(mut pairs: Vec<(f64, f64)>) -> Self {
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let steps = weights.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
        let places = std::iter::once(0.0).chain(steps).take(values.len()).scan(0.0, |place, step| {
            *place += step;
            Some(*place)
        });
        Self { places: places.collect(), total: weights.iter().sum(), values, weights }
    }

    /// How many values.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The values with their weights, in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.values.iter().copied().zip(self.weights.iter().copied())
    }

    /// The mean of `of` each value.
    pub(crate) fn mean_of(&self, of: impl Fn(f64) -> f64) -> Option<f64> {
        let sum: f64 = self.iter().map(|(value, weight)| weight * of(value)).sum();
        (self.total > 0.0).then(|| sum / self.total)
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        self.mean_of(|value| value)
    }

    /// The standard deviation of a sample of [`Weighted::len`] values.
    pub(crate) fn sample_sd(&self) -> Option<f64> {
        let count = self.len() as f64;
        let mean = self.mean().filter(|_| self.len() > 1)?;
        let variance = self.mean_of(|value| (value - mean).powi(2))?;
        Some((variance * count / (count - 1.0)).sqrt())
    }

    /// As [`quantile`], where a value takes as much room on the scale as it weighs.
    pub(crate) fn quantile(&self, p: f64) -> Option<f64> {
        let place = p * self.places.last()?;
        let above = self.places.partition_point(|other| *other <= place).min(self.len() - 1);
        let below = above.saturating_sub(1);
        let width = self.places[above] - self.places[below];
        let share = if width > 0.0 { ((place - self.places[below]) / width).min(1.0) } else { 0.0 };
        Some(self.values[below] + share * (self.values[above] - self.values[below]))
    }
}

/// `numerator / denominator`, `None` where that is no number.
pub(crate) fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let ratio = numerator / denominator;
    ratio.is_finite().then_some(ratio)
}
