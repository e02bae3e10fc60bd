//! Routes of review aggregation.

pub mod counters;
pub mod exports;
pub mod figures;
pub mod given;
pub mod handling_steps;
pub mod handling_view;
pub mod handlings;
pub mod indicators;
pub mod links;
pub mod origin;
pub mod photos;
pub mod pushed;
pub mod reviews;
pub mod rights;
pub mod rules;
pub mod scores;
pub mod signals;
pub mod statistics;
pub mod systems;
pub mod tags;
pub mod window;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All routes.
pub fn routes() -> OpenApiRouter<Desk> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(photos::upload))
        .layer(DefaultBodyLimit::max(tongban_files::web::LARGEST_UPLOAD));
    OpenApiRouter::new()
        .routes(routes!(rights::list))
        .routes(routes!(reviews::give, reviews::read))
        .routes(routes!(links::read, links::give))
        .routes(routes!(links::code))
        .routes(routes!(photos::download))
        .routes(routes!(window::open))
        .routes(routes!(counters::register, counters::list))
        .routes(routes!(counters::screen))
        .routes(routes!(counters::show))
        .routes(routes!(counters::retire))
        .routes(routes!(systems::register, systems::list))
        .routes(routes!(systems::retire))
        .routes(routes!(pushed::services))
        .routes(routes!(pushed::reviews))
        .routes(routes!(pushed::unmatched))
        .routes(routes!(handlings::list))
        .routes(routes!(handlings::read))
        .routes(routes!(handlings::of_review))
        .routes(routes!(handling_steps::verify))
        .routes(routes!(handling_steps::answer))
        .routes(routes!(handling_steps::rectify))
        .routes(routes!(handling_steps::call_back))
        .routes(routes!(handling_steps::appeal))
        .routes(routes!(handling_steps::judge))
        .routes(routes!(rules::read))
        .routes(routes!(statistics::read))
        .routes(routes!(tags::list))
        .routes(routes!(given::list))
        .routes(routes!(indicators::list))
        .routes(routes!(indicators::complaints))
        .routes(routes!(scores::list))
        .routes(routes!(scores::file))
        .routes(routes!(scores::rules))
        .routes(routes!(signals::list))
        .routes(routes!(signals::read))
        .routes(routes!(exports::list))
        .routes(routes!(exports::compare))
        .routes(routes!(exports::again))
        .merge(uploads)
}
