//! Measured values and how they are shown.

use std::fmt;

/// Values of repeated measurements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// No values yet.
    pub const fn new() -> Samples {
        Samples(Vec::new())
    }

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    /// The least, the middle and the greatest value.
    ///
    /// # Panics
    /// When there is none.
    pub fn summary(&self) -> (f64, f64, f64) {
        let all = &self.0;
        let middle = (all[(all.len() - 1) / 2] + all[all.len() / 2]) / 2.0;
        (all[0], middle, all[all.len() - 1])
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, middle, greatest) = self.summary();
        let places = f.precision().unwrap_or(2);
        write!(f, "{middle:8.places$}  ({least:.places$} to {greatest:.places$})")
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Samples {
        let mut samples = Samples::new();
        values.into_iter().for_each(|value| samples.push(value));
        samples
    }
}

/// The value below which this share of sorted values lies.
///
/// # Panics
/// When there are none.
pub fn quantile(sorted: &[i64], share: f64) -> i64 {
    let place = (sorted.len() as f64 * share) as usize;
    sorted[place.min(sorted.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_of_values_lies_between_two() {
        let samples: Samples = [4.0, 1.0, 2.0, 3.0].into_iter().collect();
        assert_eq!(samples.summary(), (1.0, 2.5, 4.0));
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let sorted: Vec<i64> = (0..1000).collect();
        assert_eq!(quantile(&sorted, 0.5), 500);
        assert_eq!(quantile(&sorted, 0.999), 999);
        assert_eq!(quantile(&[7], 0.999), 7);
    }
}
