//! Keeps telling that this process serves, and notices when the schema was contracted under it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_db::{Db, SERVING_ROUND, Serving};
use tongban_kernel::Fault;

use crate::process::all_migrations;
use crate::service::{Host, Job, Service};

type AllMigrations = Box<dyn Fn() -> Vec<Box<dyn MigrationTrait>> + Send + Sync>;

/// A round of telling; see [`Serving`].
pub(crate) struct KeepTelling {
    serving: Arc<Serving>,
    databases: Vec<(&'static str, Db, AllMigrations)>,
    /// Set when a schema is no longer one this process can work on: it is not ready from then on.
    outdated: Arc<AtomicBool>,
}

impl KeepTelling {
    /// For `services` and what each was given.
    pub(crate) fn new(
        serving: Arc<Serving>,
        services: &[Arc<dyn Service>],
        hosts: &[Host],
        outdated: Arc<AtomicBool>,
    ) -> Self {
        let databases = services.iter().zip(hosts).map(|(service, host)| {
            let migrations: AllMigrations = Box::new(all_migrations(service.as_ref()));
            (service.info().name, host.db().clone(), migrations)
        });
        Self { serving, databases: databases.collect(), outdated }
    }
}

#[async_trait]
impl Job for KeepTelling {
    fn name(&self) -> &'static str {
        "keep-telling"
    }

    fn every(&self) -> Duration {
        SERVING_ROUND
    }

    async fn run(&self) -> Result<(), Fault> {
        if !self.serving.tell().await.map_err(tongban_db::to_fault)? {
            return Ok(());
        }
        // The session was lost for a while in which nobody knew of this process.
        for (service, db, migrations) in &self.databases {
            let standing = tongban_db::standing(db, migrations).await;
            let beyond = standing.map_err(tongban_db::to_fault)?.beyond;
            if !beyond.is_empty() {
                tracing::error!(service, ?beyond, "the schema was contracted for a later version");
                self.outdated.store(true, Ordering::SeqCst);
            }
        }
        Ok(())
    }
}
