//! Rates with two decimals.

/// Returns `part` in per cent of `whole`, with two decimals; `None` if `whole` is 0.
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| hundredths(part as f64 * 100.0 / whole as f64))
}

/// Rounds a number to two decimals.
pub fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_two_decimals_and_nothing_has_none() {
        assert_eq!(percent(2, 3), Some(66.67));
        assert_eq!(percent(0, 7), Some(0.0));
        assert_eq!(percent(7, 7), Some(100.0));
        assert_eq!(percent(0, 0), None);
    }
}
