//! How often (频次) and how much (配额): counts of the current minute, and shares of a day's quota taken in blocks.

use chrono::{DateTime, Utc};

/// Calls of one minute by the clock (每分钟调用).
#[derive(Debug, Clone, Copy, Default)]
pub struct Minute {
    minute: i64,
    calls: u32,
}

impl Minute {
    /// Counts one more, unless there were `most` in this minute already.
    ///
    /// # Errors
    /// Seconds until the next minute.
    pub fn count(&mut self, most: u32, now: DateTime<Utc>) -> Result<(), u32> {
        let (minute, second) = (now.timestamp().div_euclid(60), now.timestamp().rem_euclid(60));
        if minute != self.minute {
            *self = Self { minute, calls: 0 };
        }
        if self.calls >= most {
            return Err(u32::try_from(60 - second).unwrap_or(60));
        }
        self.calls += 1;
        Ok(())
    }

    /// Whether it counts a minute that is over.
    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.minute < now.timestamp().div_euclid(60)
    }
}

/// How many calls of a day's quota a process takes from the database at once: a hundredth, so that what a process loses
/// when it stops is little, and small quotas are counted one by one.
pub fn block(daily: u32) -> u32 {
    (daily / 100).clamp(1, 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_187_200 + second, 0).unwrap()
    }

    #[test]
    fn a_minute_has_so_many_calls_and_the_next_has_them_again() {
        let mut minute = Minute::default();
        assert_eq!(minute.count(2, at(10)), Ok(()));
        assert_eq!(minute.count(2, at(20)), Ok(()));
        assert_eq!(minute.count(2, at(45)), Err(15));
        assert_eq!(minute.count(2, at(60)), Ok(()));
        assert!(minute.is_past(at(120)) && !minute.is_past(at(119)));
    }

    #[test]
    fn small_quotas_are_counted_one_by_one() {
        assert_eq!([block(1), block(199), block(500), block(1_000_000)], [1, 1, 5, 1_000]);
    }
}
