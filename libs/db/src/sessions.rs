//! PostgreSQL connections kept for statements that come all the time.
//!
//! A pool asks the server for a sign of life whenever a connection comes back to it: a round trip for each
//! statement. A connection that served well is kept here instead for the next one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, PgConnection, Postgres};

/// After so long a connection goes back to the pool, which looks after those that grow old.
const KEPT: Duration = Duration::from_secs(60);

/// Kept connections: never more than were in use at once, and not all that the pool may have: whoever takes one
/// from the pool would wait for it in vain.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    kept: Mutex<Vec<(PoolConnection<Postgres>, Instant)>>,
    most: usize,
}

impl Sessions {
    /// Keeps up to half of the connections of a pool of `connections`.
    pub(crate) fn of(connections: u32) -> Self {
        let most = usize::try_from(connections / 2).unwrap_or(usize::MAX);
        Self { kept: Mutex::default(), most }
    }

    /// Does `work` on a kept connection, or on one of `pool`.
    ///
    /// # Errors
    /// When none can be had, or what `work` says; the connection then goes back to the pool, which looks at it.
    pub(crate) async fn with<T>(
        &self,
        pool: &DatabaseConnection,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let kept = self.locked().pop();
        let (mut connection, since) = match kept {
            Some(kept) if kept.1.elapsed() < KEPT => kept,
            _ => (pool.get_postgres_connection_pool().acquire().await?, Instant::now()),
        };
        let done = work(&mut connection).await;
        match done {
            Ok(_) => {
                let mut kept = self.locked();
                if kept.len() < self.most {
                    kept.push((connection, since));
                }
            }
            // Where one is broken, the others may be, too.
            Err(_) => self.clear(),
        }
        done
    }

    /// Gives all connections back.
    pub(crate) fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, Vec<(PoolConnection<Postgres>, Instant)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
