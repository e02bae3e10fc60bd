//! A lease that at most one process holds, for work that must not be done twice at once.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tokio::sync::Mutex;

use crate::Storage;
use crate::sessions::one_session;

/// How long the holder may be silent before the server gives the lease to another: a process that hangs, or
/// whose connection is gone without anybody having said so, must not keep it.
const SILENCE: &str = "4s";
/// How long one question may take; less than [`SILENCE`], so that who is cut off knows before another holds it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer is good for: work in many small rounds need not ask before each.
const SURE: Duration = Duration::from_millis(500);

/// Held by one process at a time; falls free by itself when that process or its connection dies, and when the
/// holder does not ask [`Lease::held`] for four seconds.
#[derive(Debug)]
pub enum Lease {
    /// SQLite files belong to one serving process, which holds every lease.
    Always,
    /// A session lock of PostgreSQL on a connection of its own.
    Session(Session),
}

/// Where a session lock is asked for.
#[derive(Debug)]
pub struct Session {
    url: String,
    name: String,
    line: Mutex<Line>,
}

/// What is known of the lock.
#[derive(Debug, Default)]
struct Line {
    /// The connection whose session holds the lock; absent before the first question and after a failure.
    connection: Option<DatabaseConnection>,
    /// When it was last said to be held.
    held: Option<Instant>,
}

impl Lease {
    /// Prepares the lease `name` in `storage`; nothing is held yet, and nobody is asked.
    ///
    /// # Errors
    /// None yet; kept for backends that must be asked.
    pub async fn new(storage: &Storage, name: &str) -> Result<Self, DbErr> {
        let Storage::Postgres { url, schema_prefix, .. } = storage else {
            return Ok(Self::Always);
        };
        Ok(Self::Session(Session {
            url: url.clone(),
            name: format!("tongban-{schema_prefix}{name}"),
            line: Mutex::default(),
        }))
    }

    /// Whether this process holds the lease now, or did half a second ago; takes it when it is free.
    ///
    /// # Errors
    /// When the database is away, or does not answer within two seconds: the lease is then to be taken for lost.
    pub async fn held(&self) -> Result<bool, DbErr> {
        let Self::Session(session) = self else { return Ok(true) };
        let mut line = session.line.lock().await;
        if line.held.is_some_and(|held| held.elapsed() < SURE) {
            return Ok(true);
        }
        let asked = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, session.ask(&mut line.connection)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(DbErr::Custom(format!("no answer about the lease {} in time", session.name)))
        });
        if answer.is_err() {
            // Its session may hold the lock for some seconds yet; another connection asks next time.
            line.connection = None;
        }
        line.held = matches!(answer, Ok(true)).then_some(asked);
        answer
    }
}

impl Session {
    async fn ask(&self, connection: &mut Option<DatabaseConnection>) -> Result<bool, DbErr> {
        let connection = match connection {
            Some(connection) => connection,
            none => none.insert(connect(&self.url).await?),
        };
        // Asking again is how a lost connection is noticed: its successor's session starts without the lock.
        let answer = connection
            .query_one_raw(Statement::from_sql_and_values(
                connection.get_database_backend(),
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' \
                 AND pid = pg_backend_pid() AND granted \
                 AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)) \
                 OR pg_try_advisory_lock(hashtextextended($1, 0)) AS held",
                [self.name.clone().into()],
            ))
            .await?;
        answer.map_or(Ok(false), |row| row.try_get("", "held"))
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = one_session(url);
    options
        .acquire_timeout(PATIENCE)
        // The server ends a session that is silent, and with it the lock.
        .map_sqlx_postgres_opts(|postgres| postgres.options([("idle_session_timeout", SILENCE)]));
    Database::connect(options).await
}
