//! E-licence library (电子证照库): issues, shows, verifies and revokes electronic licences.

mod api;
mod app;
mod domain;
mod events;
mod migration;
mod store;

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_contracts::of;
use tongban_drawing::Pulses;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use crate::events::CaseConsumer;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Licences;

#[async_trait]
impl Service for Licences {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "licences",
            title: "Tongban licence library",
            description: "电子证照库：签发、查看、亮证、查验和撤销电子证照。\n\n\
                          Electronic licences: issued on approval, shown, presented, verified, revoked.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        let mut all = vec![replay::<domain::licence::Record>()];
        all.extend(Pulses::aggregates::<of::Licences>());
        all
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let api = assemble(self.info(), api::routes(), host.clone(), host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        let pulses = Pulses::mount::<of::Licences>(host);
        let consumers = vec![Arc::new(CaseConsumer::new(host)), pulses.consumer];
        Ok(Started { api, consumers, jobs: vec![pulses.job] })
    }
}
