//! Matters catalogue (政务服务事项库): what can be applied for, where, and on which terms.

mod api;
mod app;
mod domain;
mod load;
mod migration;
mod store;

use std::path::Path;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_contracts::of;
use tongban_drawing::Pulses;
use tongban_kernel::Fault;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Matters;

#[async_trait]
impl Service for Matters {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "matters",
            title: "Tongban matters catalogue",
            description: "政务服务事项库与办事指南：发布、取消、查询事项。\n\n\
                          Catalogue of government service matters: publish, withdraw, search, guide.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        let mut all = vec![replay::<domain::matter::Entry>()];
        all.extend(Pulses::aggregates::<of::Matters>());
        all
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let api = assemble(self.info(), api::routes(), host.clone(), host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        let pulses = Pulses::mount::<of::Matters>(host);
        Ok(Started { api, consumers: vec![pulses.consumer], jobs: vec![pulses.job] })
    }

    async fn load(&self, host: &Host, data: &Path) -> Result<Option<String>, Fault> {
        load::load(host, data).await.map(Some)
    }
}
