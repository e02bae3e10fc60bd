//! What a service costs and takes in truth, against what is published (收费和时限中位数).

/// A median against its published limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// The median; of two in the middle, their mean.
    pub median: f64,
    /// The published limit, where there is one.
    pub limit: Option<f64>,
}

impl Against {
    /// The median of `values` against `limit`; nothing of nothing.
    pub fn of(values: &[i64], limit: Option<i64>) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "money and days stay far below 2^52")]
        let real = |value: i64| value as f64;
        Some(Self { median: median(values)?, limit: limit.map(real) })
    }

    /// The median as a share of the limit.
    pub fn share(&self) -> Option<f64> {
        let limit = self.limit.filter(|limit| *limit > 0.0)?;
        Some(self.median / limit)
    }

    /// Whether it is half of the limit or less: what the supermarket promises.
    pub fn halved(&self) -> Option<bool> {
        self.share().map(|share| share <= 0.5)
    }
}

fn median(values: &[i64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let upper = sorted.len() / 2;
    let high = *sorted.get(upper)?;
    let low =
        if sorted.len().is_multiple_of(2) { *sorted.get(upper.checked_sub(1)?)? } else { high };
    // Halved apart, so that nothing overflows.
    #[expect(clippy::cast_precision_loss, reason = "money and days stay far below 2^52")]
    Some(low as f64 / 2.0 + high as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7]), Some(7.0));
        assert_eq!(median(&[9, 1, 5]), Some(5.0));
        assert_eq!(median(&[4, 1, 3, 2]), Some(2.5));
        assert_eq!(median(&[i64::MAX, i64::MAX]), Some(i64::MAX as f64));
    }

    #[test]
    fn halved_is_half_or_less_and_unknown_without_a_limit() {
        let halved = |values: &[i64], limit| Against::of(values, limit).unwrap().halved();
        assert_eq!(halved(&[500], Some(1000)), Some(true));
        assert_eq!(halved(&[501], Some(1000)), Some(false));
        assert_eq!(halved(&[1], None), None);
        assert_eq!(halved(&[1], Some(0)), None, "a limit of nothing has no half");
        assert_eq!(Against::of(&[], Some(1)), None);
    }
}
