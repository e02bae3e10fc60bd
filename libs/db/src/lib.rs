//! The one place (with the ledger's append path) that knows which database lies beneath.
//!
//! Every service has its own database: a file of its own on SQLite, a schema of its own on PostgreSQL.

mod combine;
mod conditions;
mod fault;
mod foreign;
mod index;
mod keyed;
mod lease;
mod migrate;
pub mod paging;
mod serving;
mod sessions;
mod shadow;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, IsolationLevel, RuntimeErr, SqliteTransactionMode, SqlxError, TransactionOptions,
    TransactionTrait,
};

pub use combine::{Combiner, Limits, answer_each};
pub use conditions::{among, containing};
pub use fault::{is_away, is_collision, is_duplicate, is_full, is_locked, to_fault};
pub use foreign::{Foreign, ForeignAccess, ForeignFault, ForeignKind, ForeignRead};
pub use index::add_index;
pub use keyed::keyed;
pub use lease::Lease;
pub use migrate::{
    ContractError, Migrations, Phase, Standing, contract, contractions, migrate, standing,
};
pub use serving::{ROUND as SERVING_ROUND, Serving};
use sessions::Sessions;
pub use shadow::{Difference, Shadow, ShadowTable};

/// Where the services' databases live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// One SQLite file per service in this directory.
    Sqlite {
        /// The directory; made when it is missing.
        dir: PathBuf,
    },
    /// One schema per service in this PostgreSQL database.
    Postgres {
        /// Connection URL.
        url: String,
        /// Put before every schema's name; empty except in tests.
        schema_prefix: String,
        /// Most connections per service, at least 3: one third each to read, to write, and for single statements.
        max_connections: u32,
    },
}

/// Which SQL dialect is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// A table expression over `$1`, a JSON array of arrays: one row each, in the column `value`, whose
    /// fields are `value ->> 0`, `value ->> 1`…
    ///
    /// A statement over it stays the same whatever the number of rows, and is prepared once.
    pub fn rows_of_json(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each($1)",
            Self::Postgres => "jsonb_array_elements($1::jsonb)",
        }
    }
}

/// Rows as the JSON text that [`Dialect::rows_of_json`] reads.
///
/// # Errors
/// When a value cannot be JSON: our own mistake.
pub fn json_rows<R: serde::Serialize>(
    rows: impl IntoIterator<Item = R>,
) -> Result<String, tongban_kernel::Fault> {
    let rows: Vec<R> = rows.into_iter().collect();
    serde_json::to_string(&rows).map_err(tongban_kernel::Fault::internal)
}

/// A service's database.
///
/// SQLite takes one writer at a time, so writes there queue for one connection in the process
/// instead of fighting over the file; readers never wait for it. On PostgreSQL, too, readers have connections
/// of their own: whoever reads while writing waits for nobody who does the same. So have the statements that
/// each are a transaction: they wait for no transaction, and none waits for them.
#[derive(Debug, Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// None on SQLite.
    sessions: Option<Arc<Sessions>>,
}

impl Db {
    /// Opens (and on SQLite makes) the database of `service`.
    ///
    /// # Errors
    /// When the database cannot be reached or the file not be made.
    pub async fn open(storage: &Storage, service: &str) -> Result<Self, DbErr> {
        match storage {
            Storage::Sqlite { dir } => {
                std::fs::create_dir_all(dir).map_err(|error| {
                    DbErr::Custom(format!("cannot make the directory {}: {error}", dir.display()))
                })?;
                let file = dir.join(format!("{service}.sqlite"));
                let write = Database::connect(sqlite_options(file.clone(), 1)).await?;
                let read = Database::connect(sqlite_options(file, 4)).await?;
                Ok(Self { read, write, sessions: None })
            }
            Storage::Postgres { url, schema_prefix, max_connections } => {
                let open = async |connections: u32| {
                    let mut options = ConnectOptions::new(url);
                    options
                        .set_schema_search_path(format!("\"{schema_prefix}{service}\""))
                        .max_connections(connections)
                        .acquire_timeout(sessions::PATIENCE)
                        .connect_timeout(Duration::from_secs(5))
                        .test_before_acquire(false)
                        .map_sqlx_postgres_before_acquire(|connection, meta| {
                            Box::pin(async move {
                                Ok(meta.idle_for < FRESH || connection.ping().await.is_ok())
                            })
                        })
                        .sqlx_logging(false)
                        .connect_lazy(true);
                    Database::connect(options).await
                };
                // What does not divide by three goes to the sessions: each commit of theirs waits for the disk.
                let third = (max_connections / 3).max(1);
                let rest = max_connections.saturating_sub(2 * third).max(1);
                let sessions = Some(Arc::new(Sessions::of(open(rest).await?, rest)));
                Ok(Self { read: open(third).await?, write: open(third).await?, sessions })
            }
        }
    }

    /// For reading; what was committed is seen by the next read.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For single statements that write.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Does `work`, made of statements that each are a transaction of their own, on a PostgreSQL connection that
    /// is kept for the next such work.
    ///
    /// # Errors
    /// When the database is away, or what `work` says.
    pub async fn on_session<T>(
        &self,
        work: impl AsyncFnOnce(&mut sqlx::PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, DbErr> {
        let Some(sessions) = &self.sessions else {
            return Err(DbErr::Custom("only PostgreSQL has sessions".to_owned()));
        };
        sessions.with(work).await.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// When the database is away, or on SQLite another process keeps the file locked too long.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        begin_surely(self.write.clone(), options).await
    }

    /// Begins a transaction that only reads, all of it from one state of the database.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        // SQLite reads from the state of the first statement anyway.
        let isolation_level = match self.dialect() {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(IsolationLevel::RepeatableRead),
        };
        let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
        begin_surely(self.read.clone(), options).await
    }

    /// How many transactions of one background task may usefully write side by side.
    pub fn lanes(&self) -> usize {
        match self.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => 3,
        }
    }

    /// The dialect spoken.
    pub fn dialect(&self) -> Dialect {
        dialect(&self.read)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.read.ping().await
    }

    /// Closes all connections; a SQLite file is then whole without its log.
    ///
    /// # Errors
    /// When a connection cannot be closed cleanly.
    pub async fn close(self) -> Result<(), DbErr> {
        if let Some(sessions) = &self.sessions {
            sessions.close().await?;
        }
        self.read.close().await?;
        self.write.close().await
    }
}

/// A connection that lay idle for longer is asked for a sign of life before it is used: after an outage those that
/// broke are replaced, none of them costs somebody an answer.
const FRESH: Duration = Duration::from_secs(1);

/// Begins a transaction also when the caller is dropped meanwhile, as a request is whose client went away.
///
/// Cut off between `BEGIN` and its answer, sqlx 0.9 gives a connection back to the pool with the transaction
/// open, and what others write on it is never committed. Begun to the end and dropped, it is rolled back.
async fn begin_surely(
    connection: DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    tokio::spawn(async move { connection.begin_with_options(options).await })
        .await
        .unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())))
}

/// The dialect a connection or transaction speaks.
pub fn dialect(connection: &impl ConnectionTrait) -> Dialect {
    match connection.get_database_backend() {
        DbBackend::Sqlite => Dialect::Sqlite,
        _ => Dialect::Postgres,
    }
}

fn sqlite_options(file: PathBuf, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .sqlx_logging(false)
        .connect_lazy(true)
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(still_counts(connection)))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .in_memory(false)
                .shared_cache(false)
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("journal_mode", "WAL")
                // FULL: a commit that was answered is on the disk, also after a power cut.
                .pragma("synchronous", "FULL")
        });
    options
}

/// Whether a connection that comes back is in no transaction by its own count; else it is closed.
///
/// A full disk makes SQLite roll back by itself. sqlx 0.9 then fails to do so and still counts a transaction: what
/// is written next on the connection would be savepoints inside one another, and might never be committed.
async fn still_counts(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    if connection.is_in_transaction() {
        // It may have fallen a moment ago; this is answered after whatever its fall has asked for.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}
