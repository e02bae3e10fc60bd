//! Routes of visits, publication, credit and exports.

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    credits, evidence, exports, inspections, penalty_changes, publications, published_rules, visits,
};
use crate::app::Desk;

/// All of them.
pub fn routes() -> OpenApiRouter<Desk> {
    let upload = OpenApiRouter::new()
        .routes(routes!(evidence::upload))
        .layer(DefaultBodyLimit::max(tongban_files::web::LARGEST_UPLOAD));
    OpenApiRouter::new()
        .routes(routes!(inspections::list))
        .routes(routes!(inspections::read))
        .routes(routes!(inspections::order))
        .routes(routes!(inspections::verify))
        .routes(routes!(visits::begin))
        .routes(routes!(visits::record))
        .routes(routes!(visits::conclude))
        .routes(routes!(visits::follow_up))
        .routes(routes!(visits::hand_over))
        .routes(routes!(visits::receive))
        .routes(routes!(visits::amend))
        .routes(routes!(evidence::download))
        .routes(routes!(publications::list))
        .routes(routes!(publications::read))
        .routes(routes!(publications::due))
        .routes(routes!(publications::publish))
        .routes(routes!(publications::correct))
        .routes(routes!(publications::withdraw))
        .routes(routes!(publications::register))
        .routes(routes!(penalty_changes::report))
        .routes(routes!(credits::own))
        .routes(routes!(credits::read))
        .routes(routes!(credits::requests))
        .routes(routes!(credits::ask))
        .routes(routes!(credits::answer))
        .routes(routes!(credits::report))
        .routes(routes!(exports::list))
        .routes(routes!(exports::compare))
        .routes(routes!(exports::again))
        .routes(routes!(published_rules::read))
        .merge(upload)
}
