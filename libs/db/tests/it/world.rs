//! A database of the test's own, and migrations made of a few words.

use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::prelude::*;
use tongban_db::{Db, Migrations, Storage};
use tongban_testkit::Backend;

pub const SERVICE: &str = "shelf";

/// A migration that is one statement.
#[derive(Clone)]
pub struct Step {
    pub name: String,
    pub sql: &'static str,
    pub alone: bool,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in self.sql.split(';') {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        self.alone.then_some(false)
    }
}

/// Migrations by name and statement.
pub fn steps(of: &[(&str, &'static str)]) -> impl Fn() -> Migrations + Send + Sync + Clone + use<> {
    let steps = of.iter().map(|(name, sql)| Step { name: (*name).to_owned(), sql, alone: false });
    let steps: Vec<Step> = steps.collect();
    move || {
        let each = steps.iter().cloned();
        each.map(|step| Box::new(step) as Box<dyn MigrationTrait>).collect()
    }
}

pub struct World {
    pub db: Db,
    pub storage: Storage,
}

impl World {
    pub async fn make(backend: Backend) -> Self {
        let storage = backend.settings().storage();
        Self { db: Db::open(&storage, SERVICE).await.unwrap(), storage }
    }

    pub async fn migrate(
        &self,
        migrations: impl Fn() -> Migrations + Send + Sync,
    ) -> Result<(), DbErr> {
        tongban_db::migrate(&self.db, &self.storage, SERVICE, migrations).await
    }

    pub async fn sql(&self, text: &str) -> Result<u64, DbErr> {
        self.db.write().execute_unprepared(text).await.map(|done| done.rows_affected())
    }

    pub async fn number(&self, question: &str) -> i64 {
        let db = self.db.write();
        let statement = Statement::from_string(db.get_database_backend(), question);
        db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub async fn remove(self) {
        match &self.storage {
            Storage::Sqlite { dir } => std::fs::remove_dir_all(dir).unwrap(),
            Storage::Postgres { schema_prefix, .. } => {
                self.sql(&format!("DROP SCHEMA \"{schema_prefix}{SERVICE}\" CASCADE"))
                    .await
                    .unwrap();
            }
        }
        self.db.close().await.unwrap();
    }
}

/// Turns each test into two: on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: &World) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn run($world: &World) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    let world = World::make(tongban_testkit::Backend::Embedded).await;
                    run(&world).await;
                    world.remove().await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    let world = World::make(tongban_testkit::Backend::Mesh).await;
                    run(&world).await;
                    world.remove().await;
                }
            }
        )+
    };
}
pub(crate) use on_both;
