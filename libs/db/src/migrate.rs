//! Bringing a service's schema up to date.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

use crate::{Db, Storage};

struct Migrations<F>(F);

impl<F> MigratorTraitSelf for Migrations<F>
where
    F: Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync,
{
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

/// Applies the migrations of `service` that its database lacks; those applied before are left alone.
///
/// Several processes may do so at once: on PostgreSQL one of them migrates while the others wait.
///
/// # Errors
/// When the database is away or a migration fails; the failed one leaves nothing behind.
pub async fn migrate(
    db: &Db,
    storage: &Storage,
    service: &str,
    migrations: impl Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync,
) -> Result<(), DbErr> {
    let Storage::Postgres { schema_prefix, .. } = storage else {
        return Migrations(migrations).up(db.write(), None).await;
    };
    let schema = format!("{schema_prefix}{service}");
    let transaction = db.write().begin().await?;
    transaction
        .execute_unprepared(&format!(
            "SELECT pg_advisory_xact_lock(hashtextextended('tongban-migrate-{schema}', 0))"
        ))
        .await?;
    transaction.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
    Migrations(migrations).up(&transaction, None).await?;
    transaction.commit().await
}

/// How many migrations of a service its database still lacks.
///
/// # Errors
/// When the database is away.
pub async fn pending(
    db: &Db,
    migrations: impl Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync,
) -> Result<usize, DbErr> {
    Ok(Migrations(migrations).get_pending_migrations(db.write()).await?.len())
}
