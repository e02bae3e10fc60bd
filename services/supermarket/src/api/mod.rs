//! Routes of the supermarket.

pub mod agencies;
pub mod agency_upkeep;
pub mod agency_view;
pub mod discipline;
pub mod document_view;
pub mod documents;
pub mod files;
pub mod links;
pub mod purchasing;
pub mod service_figures;
pub mod service_view;
pub mod services;
pub mod standing_lists;

use axum::extract::DefaultBodyLimit;
use tongban_files::web::LARGEST_UPLOAD;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All routes: who offers what, and on which terms.
pub fn routes() -> OpenApiRouter<Desk> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(files::upload))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    OpenApiRouter::new()
        .routes(routes!(agencies::list, agency_upkeep::register))
        .routes(routes!(agencies::read))
        .routes(routes!(agencies::records))
        .routes(routes!(agency_upkeep::own))
        .routes(routes!(agency_upkeep::file))
        .routes(routes!(agency_upkeep::change))
        .routes(routes!(agency_upkeep::publish_offer, agency_upkeep::withdraw_offer))
        .routes(routes!(agency_upkeep::leave))
        .routes(routes!(discipline::rules))
        .routes(routes!(discipline::sanction))
        .routes(routes!(discipline::confirm))
        .routes(routes!(discipline::lift))
        .routes(routes!(discipline::appeal))
        .routes(routes!(discipline::decide_appeal))
        .routes(routes!(standing_lists::pending))
        .routes(routes!(links::list, links::request))
        .routes(routes!(links::read))
        .routes(routes!(links::decide))
        .routes(routes!(links::withdraw))
        .routes(routes!(services::list, services::draft))
        .routes(routes!(services::pending))
        .routes(routes!(services::read, services::redraft))
        .routes(routes!(services::withdraw))
        .routes(routes!(services::decide))
        .routes(routes!(services::versions))
        .routes(routes!(services::agencies))
        .routes(routes!(service_figures::read))
        .routes(routes!(documents::list, documents::draft))
        .routes(routes!(documents::pending))
        .routes(routes!(documents::read, documents::redraft))
        .routes(routes!(documents::repeal))
        .routes(routes!(documents::decide))
        .routes(routes!(documents::versions))
        .routes(routes!(documents::attachment))
        .routes(routes!(files::download))
        .merge(uploads)
        .merge(crate::purchasing::routes())
}
