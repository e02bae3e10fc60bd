//! Routes of the intake.

pub mod case_view;
pub mod cases;
pub mod clock;
pub mod files;
pub mod handling;
pub mod receipt;
mod samples;
pub mod timeline;
pub mod worklist;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All routes.
pub fn routes() -> OpenApiRouter<Desk> {
    let upload = OpenApiRouter::new()
        .routes(routes!(files::upload))
        .layer(DefaultBodyLimit::max(tongban_files::web::LARGEST_UPLOAD));
    OpenApiRouter::new()
        .routes(routes!(cases::submit, cases::list))
        .routes(routes!(cases::read))
        .routes(routes!(timeline::read))
        .routes(routes!(receipt::read))
        .routes(routes!(clock::read))
        .routes(routes!(worklist::list))
        .routes(routes!(handling::request_correction))
        .routes(routes!(handling::resubmit))
        .routes(routes!(handling::accept))
        .routes(routes!(handling::refuse))
        .routes(routes!(handling::decide))
        .routes(routes!(handling::withdraw))
        .routes(routes!(files::download))
        .merge(upload)
}
