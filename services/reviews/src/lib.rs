//! Review aggregation (政务服务“好差评”): one review of every completed case, and what they add up to.

mod api;
mod app;
mod domain;
mod events;
mod migration;
mod store;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use crate::app::Desk;
use crate::domain::tags::Catalogue;
use crate::events::CaseConsumer;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reviews;

#[async_trait]
impl Service for Reviews {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "reviews",
            title: "Tongban review aggregation",
            description: "政务服务“好差评”：一事一评，评价统计公开。\n\n\
                          Reviews of government services: one for every completed case, figures for everyone.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        vec![replay::<domain::review::Review>()]
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let tags = read_tags(&host.settings.data.join("reviews/tags.json"))?;
        let desk = Desk { host: host.clone(), tags: Arc::new(tags) };
        let api = assemble(self.info(), api::routes(), desk, host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        Ok(Started { api, consumers: vec![Arc::new(CaseConsumer::new(host))], jobs: Vec::new() })
    }
}

/// The national tags; without them no review could be taken.
fn read_tags(file: &Path) -> Result<Catalogue, StartError> {
    let wrong = |error: String| StartError::File(file.display().to_string(), error);
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let tags = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Catalogue::new(tags).map_err(wrong)
}
