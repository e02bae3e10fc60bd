//! Sessions of PostgreSQL: kept for statements that come all the time, or by themselves for what they hold.
//!
//! A pool asks the server for a sign of life whenever a connection comes back to it: a round trip for each
//! statement. A connection that served well is kept here instead for the next one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, PgConnection, Postgres};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// One session by itself, whose locks and settings are those of every statement; it is opened with the first.
pub(crate) fn one_session(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        .connect_lazy(true);
    options
}

/// How long anybody waits for a connection that others have.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// After so long a connection goes back to the pool, which looks after those that grow old.
const KEPT: Duration = Duration::from_secs(60);

/// Kept connections of a pool nobody else takes from: whoever did would wait in vain for one that is kept.
#[derive(Debug)]
pub(crate) struct Sessions {
    pool: DatabaseConnection,
    kept: Mutex<Vec<(PoolConnection<Postgres>, Instant)>>,
    at_most: Duration,
    /// One for each connection: whoever has a turn finds one kept, or one that the pool has left.
    turns: Semaphore,
}

impl Sessions {
    /// None of the pool's `connections` is kept yet.
    pub(crate) fn of(pool: DatabaseConnection, connections: u32) -> Self {
        let turns = Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS));
        Self { pool, kept: Mutex::default(), at_most: KEPT, turns }
    }

    /// Does `work` on a kept connection, or on another one of the pool.
    ///
    /// # Errors
    /// When none can be had, or what `work` says; the connection then goes back to the pool, which looks at it.
    pub(crate) async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        let _turn = turn.ok().and_then(Result::ok).ok_or(sqlx::Error::PoolTimedOut)?;
        // One that is too old is given back before another is asked for: there may be no other.
        let kept = self.locked().pop().filter(|(_, since)| since.elapsed() < self.at_most);
        let (mut connection, since) = match kept {
            Some(kept) => kept,
            None => (self.pool.get_postgres_connection_pool().acquire().await?, Instant::now()),
        };
        let done = work(&mut connection).await;
        match done {
            Ok(_) => self.locked().push((connection, since)),
            // Where one is broken, the others may be, too.
            Err(_) => self.clear(),
        }
        done
    }

    /// Gives all connections back.
    fn clear(&self) {
        self.locked().clear();
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        self.clear();
        self.pool.close_by_ref().await
    }

    fn locked(&self) -> MutexGuard<'_, Vec<(PoolConnection<Postgres>, Instant)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use sea_orm::Database;
    use tongban_testkit::Backend;

    use super::*;

    async fn number(session: &mut PgConnection) -> Result<i32, sqlx::Error> {
        sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(session).await
    }

    async fn sessions(at_most: Duration) -> Sessions {
        let url = Backend::Mesh.settings().database_url.unwrap();
        let pool = Database::connect(one_session(&url)).await.unwrap();
        Sessions { at_most, ..Sessions::of(pool, 1) }
    }

    #[tokio::test]
    async fn one_that_is_too_old_is_given_back_before_another_is_asked_for() {
        let sessions = sessions(Duration::ZERO).await;
        for _ in 0..3 {
            assert_eq!(sessions.with(number).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_one_that_is_kept_next() {
        let sessions = sessions(KEPT).await;
        let asked = Instant::now();
        let all = join_all((0..20).map(|_| sessions.with(number))).await;
        assert!(all.into_iter().all(|one| one.is_ok()));
        assert!(asked.elapsed() < PATIENCE);
    }
}
