//! How often grants are used: a minute's calls in this process, a day's calls in the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use tongban_db::Db;
use tongban_kernel::Fault;
use uuid::Uuid;

use crate::domain::meter::{Minute, block};
use crate::store::quota;

/// Grants whose minutes are held at hand before those that are over are let go.
const MANY: usize = 10_000;

/// Counts of calls by grant.
#[derive(Default)]
pub struct Limits {
    minutes: Mutex<HashMap<Uuid, Minute>>,
    /// Of a day's quota what this process has taken and not used.
    left: Mutex<HashMap<(NaiveDate, Uuid), u32>>,
}

impl Limits {
    /// Counts a call of a grant within its minute.
    ///
    /// # Errors
    /// Seconds until the next minute.
    pub fn pace(&self, grant: Uuid, most: u32, now: DateTime<Utc>) -> Result<(), u32> {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.len() >= MANY {
            minutes.retain(|_, minute| !minute.is_past(now));
        }
        minutes.entry(grant).or_default().count(most, now)
    }

    /// Takes one call of a grant's day; whether there was one.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn take(
        &self,
        db: &Db,
        grant: Uuid,
        day: NaiveDate,
        daily: u32,
    ) -> Result<bool, Fault> {
        if let Some(left @ 1..) = self.left().get_mut(&(day, grant)) {
            *left -= 1;
            return Ok(true);
        }
        let taken = quota::take(db, &grant.to_string(), day, daily, block(daily)).await?;
        if taken > 1 {
            self.add(grant, day, taken - 1);
        }
        Ok(taken > 0)
    }

    /// Gives back one that was taken for a call that was not let through.
    pub fn give_back(&self, grant: Uuid, day: NaiveDate) {
        self.add(grant, day, 1);
    }

    fn add(&self, grant: Uuid, day: NaiveDate, more: u32) {
        let mut left = self.left();
        if left.len() >= MANY {
            left.retain(|(of, _), _| *of >= day);
        }
        *left.entry((day, grant)).or_default() += more;
    }

    fn left(&self) -> MutexGuard<'_, HashMap<(NaiveDate, Uuid), u32>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
