//! When a signing key signs, and when its public half is shown (密钥轮换).

use chrono::{DateTime, TimeDelta, Utc};

/// How long a token is good for.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// How long a key signs before the next is made by itself.
pub const SIGNS_FOR: TimeDelta = TimeDelta::days(30);

/// For clocks that differ and processes that learn late that a key is retired.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// The times of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTimes {
    /// It signs from then on.
    pub active_from: DateTime<Utc>,
    /// It signs no more from then on.
    pub retired_at: Option<DateTime<Utc>>,
}

impl KeyTimes {
    /// Whether it is published already but does not sign yet.
    pub fn is_pending(&self, now: DateTime<Utc>) -> bool {
        self.active_from > now
    }

    /// Whether it has signed so long that the next is due.
    pub fn is_worn(&self, now: DateTime<Utc>) -> bool {
        self.active_from + SIGNS_FOR <= now
    }

    /// Whether tokens it signed may still be good.
    pub fn is_published(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_none_or(|retired| retired + TOKEN_LIFETIME + GRACE > now)
    }
}

/// The place of the key that signs now: the last one whose time has come.
pub fn signing(keys: &[KeyTimes], now: DateTime<Utc>) -> Option<usize> {
    let ready = keys.iter().enumerate().filter(|(_, key)| !key.is_pending(now));
    let latest = ready.max_by_key(|(_, key)| key.active_from).map(|(place, _)| place);
    // A clock set back must not leave us without any.
    latest.or_else(|| {
        keys.iter().enumerate().min_by_key(|(_, key)| key.active_from).map(|(place, _)| place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_new_key_is_shown_before_it_signs_and_an_old_one_after() {
        let old = KeyTimes { active_from: at(0), retired_at: Some(at(101)) };
        let new = KeyTimes { active_from: at(101), retired_at: None };
        assert_eq!(signing(&[old, new], at(100)), Some(0));
        assert!(new.is_published(at(100)) && new.is_pending(at(100)));
        assert_eq!(signing(&[old, new], at(101)), Some(1));
        assert!(old.is_published(at(101 + 19)));
        assert!(!old.is_published(at(101 + 20)));
        assert_eq!(signing(&[new], at(0)), Some(0));
        assert_eq!(signing(&[], at(0)), None);
    }

    #[test]
    fn a_key_wears_out_after_thirty_days() {
        let key = KeyTimes { active_from: at(0), retired_at: None };
        assert!(!key.is_worn(at(30 * 24 * 60 - 1)));
        assert!(key.is_worn(at(30 * 24 * 60)));
    }
}
