//! One-window intake (一窗受理): receives applications and carries each case to its decision.

mod api;
mod app;
mod consumers;
mod domain;
mod migration;
mod store;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use app::Desk;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Intake;

#[async_trait]
impl Service for Intake {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "intake",
            title: "Tongban one-window intake",
            description: "一窗受理：接件、一次性补正告知、受理、决定、进度与期限。\n\n\
                          One-window intake: filing, the one correction notice, acceptance, \
                          decision, history and legal clocks of cases.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        vec![replay::<domain::case::CaseFile>()]
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let desk = Desk::new(host.clone());
        let api = assemble(self.info(), api::routes(), desk, host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        Ok(Started { api, consumers: consumers::all(&host.ledger), jobs: Vec::new() })
    }
}
