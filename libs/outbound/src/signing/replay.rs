//! Each signed call once (防重放).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sm3::{Digest as _, Sm3};
use tongban_kernel::Fault;

/// What may come once: a requester's nonce, until its time is outside of the window anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Whose it is: nonces of different requesters do not meet.
    pub requester: String,
    /// SM3 of the nonce: of one length, whatever was sent.
    pub digest: [u8; 32],
    /// Until when it has to be remembered; from then on the time alone refuses it.
    pub until: DateTime<Utc>,
}

impl Once {
    /// A requester's nonce, or other text that no two calls have in common.
    pub fn new(requester: &str, nonce: &str, until: DateTime<Utc>) -> Self {
        Self { requester: requester.to_owned(), digest: Sm3::digest(nonce).into(), until }
    }
}

/// What the memory says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The first time.
    First,
    /// It was there before.
    Before,
    /// The memory is full of what may not be forgotten yet.
    Full,
}

/// A memory of nonces. In one process [`MemoryGuard`] does; where several take calls for the same requesters it has to
/// be a table they share, whose primary key (requester, digest) decides.
#[async_trait]
pub trait ReplayGuard: Send + Sync {
    /// Notes it and says whether it was there.
    ///
    /// # Errors
    /// When the memory is away: without it nothing may be taken.
    async fn remember(&self, once: &Once, now: DateTime<Utc>) -> Result<Seen, Fault>;
}

#[derive(Debug, Default)]
struct Remembered {
    digests: HashSet<[u8; 32]>,
    by_end: BTreeSet<(DateTime<Utc>, [u8; 32])>,
}

impl Remembered {
    fn forget(&mut self, now: DateTime<Utc>) {
        while let Some((until, digest)) = self.by_end.first().copied() {
            // At the very end of the window the time is still taken, so it is still remembered then.
            if until >= now {
                break;
            }
            self.by_end.pop_first();
            self.digests.remove(&digest);
        }
    }
}

/// A memory in this process. It never forgets early: when a requester's share is full, its next calls are refused, and
/// nobody else's.
#[derive(Debug)]
pub struct MemoryGuard {
    each: usize,
    requesters: usize,
    seen: Mutex<HashMap<String, Remembered>>,
}

impl MemoryGuard {
    /// Remembers up to `each` nonces of up to `requesters` requesters, about 100 bytes for each nonce.
    pub fn new(requesters: usize, each: usize) -> Self {
        Self { each, requesters, seen: Mutex::default() }
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.values().map(|remembered| remembered.digests.len()).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn note(&self, once: &Once, now: DateTime<Utc>) -> Seen {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.contains_key(&once.requester) && seen.len() >= self.requesters {
            seen.retain(|_, remembered| {
                remembered.forget(now);
                !remembered.digests.is_empty()
            });
            if seen.len() >= self.requesters {
                return Seen::Full;
            }
        }
        let remembered = seen.entry(once.requester.clone()).or_default();
        remembered.forget(now);
        if remembered.digests.contains(&once.digest) {
            return Seen::Before;
        }
        if remembered.digests.len() >= self.each {
            return Seen::Full;
        }
        remembered.digests.insert(once.digest);
        remembered.by_end.insert((once.until, once.digest));
        Seen::First
    }
}

#[async_trait]
impl ReplayGuard for MemoryGuard {
    async fn remember(&self, once: &Once, now: DateTime<Utc>) -> Result<Seen, Fault> {
        Ok(self.note(once, now))
    }
}
