//! Intermediary supermarket (网上中介服务超市): who offers intermediary services, which of them approvals may
//! require, on which terms, and how they are bought.

mod api;
mod app;
mod consumers;
mod domain;
mod jobs;
mod load;
mod migration;
mod purchasing;
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
pub struct Supermarket;

#[async_trait]
impl Service for Supermarket {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "supermarket",
            title: "Tongban intermediary supermarket",
            description: "网上中介服务超市：中介机构入驻、事项挂接、服务事项清单、采购选取、合同与评价。\n\n\
                          Intermediary services: agencies, the directory of services that approvals may require, \
                          and purchases.",
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
