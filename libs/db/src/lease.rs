//! A lease that at most one process holds, for work that must not be done twice at once.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

use crate::Storage;

/// Held by one process at a time; falls free by itself when that process or its connection dies.
#[derive(Debug)]
pub enum Lease {
    /// SQLite files belong to one serving process, which holds every lease.
    Always,
    /// A session lock of PostgreSQL on a connection of its own.
    Session {
        /// The connection whose session holds the lock.
        connection: DatabaseConnection,
        /// Name of the lock.
        name: String,
    },
}

impl Lease {
    /// Prepares the lease `name` in `storage`; nothing is held yet.
    ///
    /// # Errors
    /// When the connection settings cannot be read.
    pub async fn new(storage: &Storage, name: &str) -> Result<Self, DbErr> {
        let Storage::Postgres { url, schema_prefix, .. } = storage else {
            return Ok(Self::Always);
        };
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(5))
            .sqlx_logging(false)
            .connect_lazy(true);
        let connection = Database::connect(options).await?;
        Ok(Self::Session { connection, name: format!("tongban-{schema_prefix}{name}") })
    }

    /// Whether this process holds the lease now; takes it when it is free.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn held(&self) -> Result<bool, DbErr> {
        let Self::Session { connection, name } = self else { return Ok(true) };
        // Asking again is how a lost connection is noticed: its successor's session starts without the lock.
        let answer = connection
            .query_one_raw(Statement::from_sql_and_values(
                connection.get_database_backend(),
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' \
                 AND pid = pg_backend_pid() AND granted \
                 AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)) \
                 OR pg_try_advisory_lock(hashtextextended($1, 0)) AS held",
                [name.clone().into()],
            ))
            .await?;
        answer.map_or(Ok(false), |row| row.try_get("", "held"))
    }
}
