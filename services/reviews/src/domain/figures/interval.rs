//! How sure a share is (置信区间).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 95 of 100 intervals hold the true share: the 0.975 quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Bounds of a share at 95 % (威尔逊置信区间, Wilson 1927).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShareInterval)]
pub struct Interval {
    /// Lower bound.
    #[schema(example = 0.9274)]
    pub low: f64,
    /// Upper bound.
    #[schema(example = 0.9943)]
    pub high: f64,
}

impl Interval {
    /// Wilson's interval of `part` in `whole`, to four decimals; none of nothing.
    pub fn wilson(part: i64, whole: i64) -> Option<Self> {
        if whole <= 0 || !(0..=whole).contains(&part) {
            return None;
        }
        let (part, whole) = (part as f64, whole as f64);
        let share = part / whole;
        let below = 1.0 + Z * Z / whole;
        let middle = share + Z * Z / (2.0 * whole);
        let spread = Z * (share * (1.0 - share) / whole + Z * Z / (4.0 * whole * whole)).sqrt();
        let rounded = |bound: f64| (bound.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0;
        Some(Self {
            low: rounded((middle - spread) / below),
            high: rounded((middle + spread) / below),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals() {
        let of = |part, whole| Interval::wilson(part, whole).map(|found| (found.low, found.high));
        // Newcombe 1998, table I.
        assert_eq!(of(81, 263), Some((0.2553, 0.3662)));
        assert_eq!(of(15, 148), Some((0.0624, 0.1605)));
        assert_eq!(of(0, 20), Some((0.0, 0.1611)));
        assert_eq!(of(1, 29), Some((0.0061, 0.1718)));
        assert_eq!(of(10, 10).map(|(_, high)| high), Some(1.0));
        assert_eq!((of(0, 0), of(2, 1), of(-1, 3)), (None, None, None));
    }
}
