//! How often somebody may try to sign in (登录失败锁定).

use chrono::TimeDelta;

/// So many failures in a row lock a login.
pub const MOST_FAILURES: i32 = 5;

/// How long a login stays locked, and how long a failure counts.
pub const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// What is remembered of a login's failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures in a row.
    pub failed: i32,
    /// Locked until then, in microseconds since 1970.
    pub locked_until: Option<i64>,
}

impl Attempts {
    /// Seconds until the login is free again; `None` when it is.
    pub fn locked_for(&self, now: chrono::DateTime<chrono::Utc>) -> Option<i64> {
        let left = self.locked_until? - now.timestamp_micros();
        (left > 0).then(|| left.div_euclid(1_000_000) + 1)
    }
}
