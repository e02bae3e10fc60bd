//! A second database beside a service's live one, with the same tables: a place to make read models anew.
//!
//! On PostgreSQL it is a schema, on SQLite a file to which the live one is attached. In its transactions a
//! bare table name means the shadow's table, so that the code which fills the live tables fills these; the
//! live ones are named by [`Shadow::live`].

mod hold;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::FutureExt as _;
use sea_orm::sqlx::{self, AssertSqlSafe};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions,
};
use sea_orm_migration::MigrationTrait;
use tongban_kernel::{Fault, FaultKind};

use self::hold::Hold;
pub use self::table::{Difference, ShadowTable};
use crate::{Db, Storage, begin_surely, is_locked, migrate, sqlite_options, to_fault};

/// Longest wait for writers under way; those who come meanwhile wait behind it.
const LOCK: &str = "500ms";
/// Attempts to get the writers' locks, and the pause between two.
const ATTEMPTS: u32 = 20;
const REST: Duration = Duration::from_millis(250);
/// The name under which a SQLite connection of the shadow has the live file.
const ATTACHED: &str = "live";

/// The tables of a service made a second time, empty. At most one exists for a service at a time.
pub struct Shadow {
    connection: DatabaseConnection,
    /// Schemas, quoted.
    live: String,
    own: String,
    place: Place,
    hold: Hold,
}

/// What has to be taken away in the end.
enum Place {
    File(PathBuf),
    Schema,
}

impl Shadow {
    /// Makes the empty tables of `service` beside its live ones; what an earlier attempt left is removed.
    ///
    /// # Errors
    /// A conflict while another shadow of the service exists; not found without a live database; the
    /// database's absence.
    pub async fn make(
        storage: &Storage,
        service: &str,
        migrations: impl Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync,
    ) -> Result<Self, Fault> {
        let name = format!("{service}_rebuild");
        match storage {
            Storage::Sqlite { dir } => {
                let live = dir.join(format!("{service}.sqlite"));
                if !live.is_file() {
                    return Err(Fault::new(FaultKind::NotFound, "no_database", "该服务没有数据库")
                        .internally(format!("{}: there is no such file", live.display())));
                }
                let hold = Hold::of_file(&dir.join(format!("{name}.lock")))?;
                let file = dir.join(format!("{name}.sqlite"));
                remove_files(&file)?;
                let plain = Db::open(storage, &name).await.map_err(to_fault)?;
                migrate(&plain, storage, &name, migrations).await.map_err(to_fault)?;
                plain.close().await.map_err(to_fault)?;
                let connection = attached(&file, &live).await.map_err(to_fault)?;
                let (live, own) = (quoted(ATTACHED), quoted("main"));
                Ok(Self { connection, live, own, place: Place::File(file), hold })
            }
            Storage::Postgres { url, schema_prefix, .. } => {
                // One connection keeps others away, one works, one takes the tables away: a third of all.
                let storage = Storage::Postgres {
                    url: url.clone(),
                    schema_prefix: schema_prefix.clone(),
                    max_connections: 9,
                };
                let db = Db::open(&storage, &name).await.map_err(to_fault)?;
                let connection = db.write().clone();
                let schema = format!("{schema_prefix}{name}");
                let hold = Hold::of_session(connection.clone(), &schema).await?;
                let (live, own) = (quoted(&format!("{schema_prefix}{service}")), quoted(&schema));
                let shadow = Self { connection, live, own, place: Place::Schema, hold };
                shadow.clear().await?;
                migrate(&db, &storage, &name, migrations).await.map_err(to_fault)?;
                Ok(shadow)
            }
        }
    }

    /// The live table of that name, as it is called in a transaction of the shadow.
    pub fn live(&self, table: &str) -> String {
        format!("{}.{}", self.live, quoted(table))
    }

    /// The shadow's own table of that name.
    fn own(&self, table: &str) -> String {
        format!("{}.{}", self.own, quoted(table))
    }

    /// Begins a transaction that fills the shadow; it sees the live tables in one state and holds nobody up.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn fill(&self) -> Result<DatabaseTransaction, Fault> {
        // SQLite reads from the state of the first statement anyway.
        let isolation_level = match self.place {
            Place::File(_) => None,
            Place::Schema => Some(IsolationLevel::RepeatableRead),
        };
        let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
        begin_surely(self.connection.clone(), options).await.map_err(to_fault)
    }

    /// Begins a transaction beside which nobody writes to these live `tables`. Everybody may read them.
    ///
    /// They are locked in the order given, which has to be that in which others write to them.
    ///
    /// # Errors
    /// Unavailable when writers did not let it in again and again; the database's absence.
    pub async fn lock(&self, tables: &[&str]) -> Result<DatabaseTransaction, Fault> {
        let mut attempt = 1;
        loop {
            match self.try_lock(tables).await {
                Err(error) if is_locked(&error) && attempt < ATTEMPTS => {
                    attempt += 1;
                    tokio::time::sleep(REST).await;
                }
                other => {
                    return other.map_err(|error| match is_locked(&error) {
                        true => Fault::unavailable(format!("writers never paused: {error}")),
                        false => to_fault(error),
                    });
                }
            }
        }
    }

    async fn try_lock(&self, tables: &[&str]) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            // Takes the only place of a writer, in the live file as well.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = begin_surely(self.connection.clone(), options).await?;
        if matches!(self.place, Place::Schema) && !tables.is_empty() {
            let list: Vec<String> = tables.iter().map(|table| self.live(table)).collect();
            transaction.execute_unprepared(&format!("SET LOCAL lock_timeout = '{LOCK}'")).await?;
            let lock = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", list.join(", "));
            transaction.execute_unprepared(&lock).await?;
        }
        Ok(transaction)
    }

    /// Commits a transaction of the shadow, unless another one may have taken this one's place meanwhile.
    ///
    /// # Errors
    /// When nothing was committed.
    pub async fn commit(&self, transaction: DatabaseTransaction) -> Result<(), Fault> {
        self.hold.check().await?;
        transaction.commit().await.map_err(to_fault)
    }

    /// Takes the shadow away.
    ///
    /// # Errors
    /// When something of it stays; the next one removes that.
    pub async fn remove(self) -> Result<(), Fault> {
        let cleared = match &self.place {
            Place::Schema => self.clear().await,
            Place::File(_) => Ok(()),
        };
        self.hold.end().await;
        self.connection.close().await.map_err(to_fault)?;
        match &self.place {
            Place::Schema => cleared,
            Place::File(file) => remove_files(file),
        }
    }

    async fn clear(&self) -> Result<(), Fault> {
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.own);
        self.connection.execute_unprepared(&drop).await.map(|_| ()).map_err(to_fault)
    }
}

/// A connection to `file` with `live` attached.
async fn attached(file: &Path, live: &Path) -> Result<DatabaseConnection, DbErr> {
    let mut options = sqlite_options(file.to_owned(), 1);
    let live = live.to_string_lossy().into_owned();
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let live = live.clone();
        pool.after_connect(move |connection, _| {
            let attach = sqlx::query(AssertSqlSafe(format!("ATTACH DATABASE $1 AS {ATTACHED}")));
            let full = format!("PRAGMA {ATTACHED}.synchronous = FULL");
            let (attach, full) = (attach.bind(live.clone()), sqlx::query(AssertSqlSafe(full)));
            async move {
                attach.execute(&mut *connection).await?;
                full.execute(&mut *connection).await.map(|_| ())
            }
            .boxed()
        })
    });
    Database::connect(options).await
}

fn remove_files(file: &Path) -> Result<(), Fault> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::internal(format!("{}: {error}", Path::new(&name).display())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
