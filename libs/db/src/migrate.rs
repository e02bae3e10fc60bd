//! Bringing a service's schema up to date, in two phases: expand before the new version serves, contract
//! after the last process of the old one is gone.
//!
//! The table of what was applied is that of sea-orm-migration; its own runner is not used, for it refuses a
//! database that knows more migrations than the program, which a previous version has to serve on.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbErr, EntityTrait, Schema, Statement,
    TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, SchemaManager, seaql_migrations};

use crate::fault::code;
use crate::serving::{self, Gate};
use crate::sessions::one_session;
use crate::{Db, Dialect, Storage};

/// How long a change of a table waits for those who use the table; whoever comes after waits behind it.
pub(crate) const TURN: &str = "1s";
/// Between two attempts at a change, and at the right to migrate.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a change is attempted whose table is in use: some three minutes.
const ATTEMPTS: u32 = 120;
/// What the name of a contracting migration ends with.
const CONTRACT: &str = "_contract";

/// A service's migrations, oldest first.
pub type Migrations = Vec<Box<dyn MigrationTrait>>;

/// When a migration may be applied. Its name tells, so that the database tells it, too, to a program that does
/// not have the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It only adds: tables, columns that may be left out, indexes. The version before goes on beside it.
    Expand,
    /// It takes away or tightens what the version that brings it no longer needs. Its name ends with `_contract`.
    Contract,
}

impl Phase {
    /// The phase of the migration called `name`.
    pub fn of(name: &str) -> Self {
        if name.ends_with(CONTRACT) { Self::Contract } else { Self::Expand }
    }
}

/// How a database stands to the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Expanding migrations that the program needs and the database lacks.
    pub lacking: Vec<String>,
    /// Contracting migrations that were applied for a later version: what the program needs may be gone.
    pub beyond: Vec<String>,
}

/// Why nothing was contracted.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The database is away or refuses.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// There is more to expand first.
    #[error("{0} expanding migrations are lacking: run `tongban migrate` first")]
    Lacking(usize),
    /// Processes serve that may need what would be taken away.
    #[error("{0} processes of an earlier version still serve: stop them first")]
    Serving(usize),
}

/// How many contracting migrations there are among `migrations`: the version of the schema that a program can
/// live with, told by those who serve.
pub fn contractions(migrations: &Migrations) -> u32 {
    let names = migrations.iter().map(|migration| migration.name());
    u32::try_from(names.filter(|name| Phase::of(name) == Phase::Contract).count())
        .unwrap_or(u32::MAX)
}

/// Applies the expanding migrations of `service` that its database lacks; those applied before, and those of
/// later versions, are left alone. The services may serve meanwhile.
///
/// Several processes may do so at once: on PostgreSQL one of them migrates while the others wait.
///
/// # Errors
/// When the database is away, a table is in use for minutes, or a migration fails; the failed one leaves nothing
/// behind.
pub async fn migrate(
    db: &Db,
    storage: &Storage,
    service: &str,
    migrations: impl Fn() -> Migrations + Send + Sync,
) -> Result<(), DbErr> {
    let migrations = migrations();
    let Storage::Postgres { url, schema_prefix, .. } = storage else {
        return apply_all(db.write(), &migrations, Phase::Expand).await.map(drop);
    };
    let schema = format!("{schema_prefix}{service}");
    let connection = connect(url, &schema).await?;
    let done = async {
        take_turn(&connection, &schema).await?;
        let make = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"");
        connection.execute_unprepared(&make).await?;
        apply_all(&connection, &migrations, Phase::Expand).await.map(drop)
    };
    let done = done.await;
    // The session ends, and with it the right to migrate.
    connection.close().await.and(done)
}

/// Applies the contracting migrations of `service`; gives how many there were. On SQLite the caller sees to it
/// that nobody serves; on PostgreSQL it is refused while a process serves that does not know all of them.
///
/// # Errors
/// When such a process serves, the database lacks expanding migrations or is away, or a migration fails.
pub async fn contract(
    db: &Db,
    storage: &Storage,
    service: &str,
    migrations: impl Fn() -> Migrations + Send + Sync,
) -> Result<usize, ContractError> {
    let migrations = migrations();
    let Storage::Postgres { url, schema_prefix, .. } = storage else {
        expanded(db.write(), &migrations).await?;
        return Ok(apply_all(db.write(), &migrations, Phase::Contract).await?);
    };
    let schema = format!("{schema_prefix}{service}");
    let connection = connect(url, &schema).await?;
    let done = async {
        take_turn(&connection, &schema).await?;
        expanded(&connection, &migrations).await?;
        // Who starts from now on waits, and then sees what was contracted.
        Gate::of(&schema).close(&connection).await?;
        let earlier = serving::earlier(&connection, &schema, contractions(&migrations)).await?;
        if earlier > 0 {
            return Err(ContractError::Serving(earlier));
        }
        Ok(apply_all(&connection, &migrations, Phase::Contract).await?)
    };
    let done = done.await;
    connection.close().await?;
    done
}

/// Refuses to go on while something is to be expanded first.
async fn expanded(
    connection: &DatabaseConnection,
    migrations: &Migrations,
) -> Result<(), ContractError> {
    match stands(connection, migrations).await?.lacking.len() {
        0 => Ok(()),
        lacking => Err(ContractError::Lacking(lacking)),
    }
}

/// How a service's database stands to `migrations`.
///
/// # Errors
/// When the database is away.
pub async fn standing(
    db: &Db,
    migrations: impl Fn() -> Migrations + Send + Sync,
) -> Result<Standing, DbErr> {
    stands(db.write(), &migrations()).await
}

async fn stands(
    connection: &DatabaseConnection,
    migrations: &Migrations,
) -> Result<Standing, DbErr> {
    let applied = applied(connection).await?;
    let known: HashSet<&str> = migrations.iter().map(|migration| migration.name()).collect();
    let lacking = migrations.iter().map(|migration| migration.name());
    let lacking =
        lacking.filter(|name| Phase::of(name) == Phase::Expand && !applied.contains(*name));
    let beyond = applied.iter().filter(|name| !known.contains(name.as_str()));
    let mut beyond: Vec<String> =
        beyond.filter(|name| Phase::of(name) == Phase::Contract).cloned().collect();
    beyond.sort();
    Ok(Standing { lacking: lacking.map(str::to_owned).collect(), beyond })
}

async fn applied(connection: &DatabaseConnection) -> Result<HashSet<String>, DbErr> {
    if !SchemaManager::new(connection).has_table("seaql_migrations").await? {
        return Ok(HashSet::new());
    }
    let rows = seaql_migrations::Entity::find().all(connection).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

async fn apply_all(
    connection: &DatabaseConnection,
    migrations: &Migrations,
    phase: Phase,
) -> Result<usize, DbErr> {
    let mut table = Schema::new(connection.get_database_backend())
        .create_table_from_entity(seaql_migrations::Entity);
    connection.execute(table.if_not_exists()).await?;
    let applied = applied(connection).await?;
    let mut done = 0;
    for migration in migrations {
        let name = migration.name();
        if Phase::of(name) == phase && !applied.contains(name) {
            apply_patiently(connection, migration.as_ref()).await?;
            tracing::info!(migration = name, "applied");
            done += 1;
        }
    }
    Ok(done)
}

/// A change that does not get its table within a second steps back, so that those behind it go on, and comes
/// again.
async fn apply_patiently(
    connection: &DatabaseConnection,
    migration: &dyn MigrationTrait,
) -> Result<(), DbErr> {
    let mut attempts = 1;
    loop {
        match apply(connection, migration).await {
            Err(error) if is_occupied(&error) && attempts < ATTEMPTS => {
                tracing::info!(migration = migration.name(), attempts, %error, "will try again");
                attempts += 1;
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

async fn apply(
    connection: &DatabaseConnection,
    migration: &dyn MigrationTrait,
) -> Result<(), DbErr> {
    // What PostgreSQL does beside others' writing, it does outside of transactions.
    if migration.use_transaction() == Some(false) {
        migration.up(&SchemaManager::new(connection)).await?;
        return note(connection, migration.name()).await;
    }
    let transaction = connection.begin().await?;
    migration.up(&SchemaManager::new(&transaction)).await?;
    note(&transaction, migration.name()).await?;
    transaction.commit().await
}

async fn note(connection: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    let now = match crate::dialect(connection) {
        Dialect::Sqlite => "unixepoch()",
        Dialect::Postgres => "CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)",
    };
    let note = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ($1, {now})");
    let backend = connection.get_database_backend();
    let note = Statement::from_sql_and_values(backend, note, [name.into()]);
    connection.execute_raw(note).await.map(drop)
}

/// SQLSTATE: lock not available, deadlock.
fn is_occupied(error: &DbErr) -> bool {
    code(error).is_some_and(|code| matches!(code.as_ref(), "55P03" | "40P01"))
}

/// Waits until no other process migrates `schema`. It asks again and again: a statement that waits has a
/// snapshot, and an index that another builds beside those who write would wait for that snapshot.
async fn take_turn(connection: &DatabaseConnection, schema: &str) -> Result<(), DbErr> {
    let key = format!("tongban-migrate-{schema}");
    let ask = Statement::from_sql_and_values(
        connection.get_database_backend(),
        "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken",
        [key.into()],
    );
    until_taken(connection, ask).await
}

/// Asks `ask`, a question with one answer `taken`, until that is yes.
pub(crate) async fn until_taken(
    connection: &DatabaseConnection,
    ask: Statement,
) -> Result<(), DbErr> {
    loop {
        let row = connection.query_one_raw(ask.clone()).await?;
        if row.map_or(Ok(false), |row| row.try_get("", "taken"))? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE / 5).await;
    }
}

async fn connect(url: &str, schema: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = one_session(url);
    options
        .set_schema_search_path(format!("\"{schema}\""))
        .map_sqlx_postgres_opts(|postgres| postgres.options([("lock_timeout", TURN)]));
    Database::connect(options).await
}
