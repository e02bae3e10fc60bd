//! Routes of the exchange.

pub mod answers;
pub mod calling;
pub mod calls;
pub mod corrections;
pub mod grant_trial;
pub mod grant_view;
pub mod grants;
pub mod objection_steps;
pub mod objection_view;
pub mod objections;
pub mod readings;
pub mod request_view;
pub mod requests;
pub mod resource_view;
pub mod resources;
pub mod rules;
pub mod signal_figures;
pub mod signals;

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// Why something is done (理由).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingReason {
    /// The reason; whoever is concerned reads it.
    #[schema(min_length = 1, max_length = 500, example = "用途已不存在")]
    pub reason: String,
}

/// All routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(resources::list, resources::publish))
        .routes(routes!(resources::read, resources::change))
        .routes(routes!(resources::withdraw))
        .routes(routes!(resources::versions))
        .routes(routes!(requests::list, requests::file))
        .routes(routes!(requests::read))
        .routes(routes!(requests::dispute))
        .routes(routes!(requests::withdraw))
        .routes(routes!(answers::answer))
        .routes(routes!(answers::rule))
        .routes(routes!(grants::list))
        .routes(routes!(grants::read))
        .routes(routes!(grants::suspend))
        .routes(routes!(grants::resume))
        .routes(routes!(grants::end))
        .routes(routes!(grant_trial::test))
        .routes(routes!(calls::call))
        .routes(routes!(calling::register))
        .routes(routes!(calling::retire))
        .routes(routes!(calling::call))
        .routes(routes!(readings::list))
        .routes(routes!(objections::raise))
        .routes(routes!(objections::list))
        .routes(routes!(objections::read))
        .routes(routes!(objection_steps::answer))
        .routes(routes!(objection_steps::ask_review))
        .routes(routes!(objection_steps::decide))
        .routes(routes!(corrections::list, corrections::report))
        .routes(routes!(corrections::read))
        .routes(routes!(corrections::answer))
        .routes(routes!(signals::list))
        .routes(routes!(signals::read))
        .routes(routes!(signal_figures::read))
        .routes(routes!(rules::read))
}
