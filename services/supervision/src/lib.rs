//! Dual-random supervision (双随机、一公开): one list of inspection matters, two libraries, plans, draws, visits,
//! published results, and credit.

mod api;
mod app;
mod consumers;
mod domain;
mod export;
mod jobs;
mod load;
mod migration;
mod store;

use std::path::Path;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_contracts::inspections::VisitOrder;
use tongban_drawing::Drawing;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

use crate::app::Desk;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Supervision;

#[async_trait]
impl Service for Supervision {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "supervision",
            title: "Tongban dual-random supervision",
            description: "双随机、一公开：抽查事项清单、检查对象与执法检查人员名录库、抽查计划与任务、结果公示、信用。\n\n\
                          Dual-random supervision: inspection matters, objects and inspectors, plans and tasks, \
                          published results, credit.",
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
        let drawing = Drawing::mount::<tongban_contracts::of::Supervision>(host)?;
        let desk = Desk::new(host, drawing.draws)?;
        let api = assemble(self.info(), api::routes(), desk.clone(), host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        let (mut consumers, mut jobs) = (consumers::all(&desk), jobs::all(&desk));
        consumers.extend(drawing.consumers);
        jobs.extend(drawing.jobs);
        Ok(Started { api, consumers, jobs })
    }

    async fn load(&self, host: &Host, data: &Path) -> Result<Option<String>, Fault> {
        let drawing = Drawing::mount::<tongban_contracts::of::Supervision>(host);
        let wrong = |error: StartError| Fault::internal(error);
        let desk = Desk::new(host, drawing.map_err(wrong)?.draws).map_err(wrong)?;
        load::load(&desk, data).await.map(Some)
    }
}

/// Orders a visit under `id`, as tasks do when their draws are over; the same order again changes nothing, and one
/// for further bodies joins it.
///
/// # Errors
/// `visit_begun` when others are to join too late; the database's absence.
pub async fn order_visit(host: &Host, id: &str, order: VisitOrder) -> Result<(), Fault> {
    let command = domain::inspection::Command::Order(Box::new(order));
    let caller = Caller::service("supervision", None);
    host.ledger.execute::<domain::inspection::Inspection>(id, command, &caller).await.map(drop)
}
