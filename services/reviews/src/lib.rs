//! Review aggregation (政务服务“好差评”): one review of every completed case, and what they add up to.

mod api;
mod app;
mod consumers;
mod domain;
mod jobs;
mod migration;
mod store;

use std::fmt::Display;
use std::path::Path;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use serde::de::DeserializeOwned;
use tongban_exports::Exports;
use tongban_kernel::Fault;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use crate::app::Desk;
use crate::domain::figures::rules::FigureRules;
use crate::domain::rules::ReviewRules;
use crate::domain::tags::Catalogue;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reviews;

#[async_trait]
impl Service for Reviews {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "reviews",
            title: "Tongban review aggregation",
            description: "政务服务“好差评”：一事一评、一次一评，差评限时处理，评价统计公开。\n\n\
                          Reviews of government services: one for every completed case, figures for everyone.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        vec![
            replay::<domain::review::Review>(),
            replay::<domain::handling::Handling>(),
            replay::<domain::counter::Counter>(),
            replay::<domain::pushing::Pushing>(),
            replay::<domain::held::Held>(),
        ]
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let desk = desk(host)?;
        let (consumers, jobs) = (consumers::all(&desk), jobs::all(&desk));
        let api = assemble(self.info(), api::routes(), desk, host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        Ok(Started { api, consumers, jobs })
    }
}

/// Everything the service needs, read from the data directory.
fn desk(host: &Host) -> Result<Desk, StartError> {
    let folder = host.settings.data.join("reviews");
    let tags = folder.join("tags.json");
    let tags = Catalogue::new(read(&tags)?).map_err(|error| wrong(&tags, error))?;
    let retired = folder.join("retired-tags.json");
    let tags = tags.retiring(read(&retired)?).map_err(|error| wrong(&retired, error))?;
    let rules: ReviewRules = read(&folder.join("rules.json"))?;
    let figures = FigureRules {
        signals: read(&folder.join("signal-rule.json"))?,
        scores: read(&folder.join("score-rule.json"))?,
    };
    Ok(Desk::new(host, tags, rules, figures, Exports::of_reviews(host)?))
}

/// Looks for signals of manipulation at once, as is done whenever there are new reviews; how many there are.
///
/// # Errors
/// When the rules cannot be read or the database is away.
pub async fn look_for_signals(host: &Host) -> Result<usize, Fault> {
    app::signals::look(&desk(host).map_err(Fault::internal)?).await
}

/// A file of the data directory.
fn read<T: DeserializeOwned>(file: &Path) -> Result<T, StartError> {
    let text = std::fs::read_to_string(file).map_err(|error| wrong(file, error))?;
    serde_json::from_str(&text).map_err(|error| wrong(file, error))
}

fn wrong(file: &Path, error: impl Display) -> StartError {
    StartError::File(file.display().to_string(), error.to_string())
}
