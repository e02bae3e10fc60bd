//! Data-sharing exchange (政务数据共享交换): which data there are, who may read which of them for what, and how a
//! body gets them within a limit.

mod api;
mod app;
mod consumers;
mod domain;
mod gateway;
mod jobs;
mod load;
mod migration;
mod store;

use std::path::Path;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_kernel::Fault;
use tongban_ledger::Replay;
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use crate::app::Desk;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exchange;

#[async_trait]
impl Service for Exchange {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "exchange",
            title: "Tongban data-sharing exchange",
            description: "政务数据共享交换：共享资源目录、共享申请与限时答复、按字段和用途授权、数据校核。\n\n\
                          Data sharing between bodies: the directory of resources, requests answered within \
                          limits, grants by item, purpose and term, corrections.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        domain::aggregates()
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let desk = Desk::start(host)?;
        let api = assemble(self.info(), api::routes(), desk.clone(), host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        Ok(Started { api, consumers: consumers::all(&desk), jobs: jobs::all(&desk) })
    }

    async fn load(&self, host: &Host, data: &Path) -> Result<Option<String>, Fault> {
        load::load(host, data).await.map(Some)
    }
}

/// Looks for signals of unusual reading now, as the service does by itself; how many there are.
///
/// # Errors
/// When the rules cannot be read or the database is away.
pub async fn look_for_signals(host: &Host) -> Result<usize, Fault> {
    app::signals::look(&Desk::start(host).map_err(Fault::internal)?).await
}
