//! What purchases add to the service; each line is asked for where the service puts its parts together.

use sea_orm_migration::MigrationTrait;
use tongban_contracts::of;
use tongban_ledger::{Replay, replay};
use utoipa_axum::router::OpenApiRouter;

use crate::app::Desk;
use crate::domain::breach::Breach;
use crate::domain::complaint::Complaint;
use crate::domain::honour::Honour;
use crate::domain::outside::Outside;
use crate::domain::project::Project;
use crate::domain::purchase::Purchase;
use crate::migration::purchases;

/// Aggregates of purchases and of their draws.
pub fn aggregates() -> Vec<Box<dyn Replay>> {
    let mut all = vec![
        replay::<Purchase>(),
        replay::<Complaint>(),
        replay::<Project>(),
        replay::<Outside>(),
        replay::<Honour>(),
        replay::<Breach>(),
    ];
    all.extend(tongban_drawing::aggregates::<of::Supermarket>());
    all
}

/// Tables of purchases and of their draws, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = purchases::migrations();
    all.extend(tongban_drawing::migrations());
    all
}

/// Routes of purchases and of their draws.
pub fn routes() -> OpenApiRouter<Desk> {
    crate::api::purchasing::routes().merge(tongban_drawing::routes::<of::Supermarket, Desk>())
}
