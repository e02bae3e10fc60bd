//! A service that holds draws and nothing else; proposals.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_contracts::draws::DrawOrganiser;
use tongban_contracts::of::Supervision;
use tongban_draw::Candidate;
use tongban_drawing::{Drawing, Draws, Proposal, Proposed, Times};
use tongban_ledger::{Caller, Replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_testkit::TestCity;
use tongban_testkit::draws::{Witness, sources, sources_known};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

/// Holds draws.
pub struct Holder;

#[async_trait]
impl Service for Holder {
    fn info(&self) -> ServiceInfo {
        ServiceInfo { name: "supervision", title: "Holder", description: "抽取" }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        tongban_drawing::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        tongban_drawing::aggregates::<Supervision>()
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), tongban_drawing::routes::<Supervision, Draws>())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let Drawing { draws, consumers, jobs } = Drawing::mount::<Supervision>(host)?;
        let routes = tongban_drawing::routes::<Supervision, Draws>();
        let api = assemble(self.info(), routes, draws, host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        Ok(Started { api, consumers, jobs })
    }
}

/// The service and two histories to draw by.
pub fn services() -> Vec<Arc<dyn Service>> {
    let mut all: Vec<Arc<dyn Service>> = vec![Arc::new(Holder)];
    all.extend(sources());
    all
}

/// The draws of the city's service, as the service itself has them.
pub fn draws(city: &TestCity) -> Draws {
    Drawing::mount::<Supervision>(&city.hosts()[0]).unwrap().draws
}

/// The service, proposing.
pub fn service() -> Caller {
    Caller::service("supervision", None)
}

/// Where a draw is read.
pub fn path(draw: &str) -> String {
    format!("/supervision/v1/draws/{draw}")
}

/// Two of twelve firms, witnessed.
pub fn proposal(purpose: &str, witnesses: &[Witness]) -> Proposal {
    let candidates = (1..=12).map(|number| Candidate::new(&format!("firm-{number:02}"), number));
    Proposal {
        purpose: purpose.to_owned(),
        title: "双随机抽查（示例）".to_owned(),
        candidates: candidates.rev().collect(),
        exclusions: Vec::new(),
        number: 2,
        strata: None,
        quotas: Vec::new(),
        group_limit: None,
        max_replacements: 2,
        organiser: DrawOrganiser {
            party: "11320706MB0000001B".to_owned(),
            name: "海州区行政审批局（示例）".to_owned(),
        },
        witnesses: witnesses.iter().map(Witness::named).collect(),
        quorum: None,
        again: None,
        source: None,
        times: Some(Times {
            commit: Duration::from_secs(600),
            announce: Duration::from_secs(60),
            open: Duration::from_secs(600),
        }),
    }
}

/// Proposes, once the sources are known.
pub async fn proposed(city: &TestCity, proposal: Proposal) -> Proposed {
    sources_known(city).await;
    draws(city).propose(proposal, &service()).await.unwrap()
}
