//! Routes of supervision.

pub mod credit_view;
pub mod credits;
pub mod evidence;
pub mod exports;
pub mod inspection_view;
pub mod inspections;
pub mod inspectors;
pub mod matters;
pub mod object_changes;
pub mod objects;
pub mod onsite;
mod order_page;
pub mod penalty_changes;
pub mod plan_view;
pub mod plans;
pub mod publication_view;
pub mod publications;
pub mod published_rules;
pub mod task_view;
pub mod tasks;
pub mod visit_entries;
pub mod visits;

use serde::Deserialize;
use tongban_contracts::of::Supervision;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(matters::search, matters::publish))
        .routes(routes!(matters::read, matters::republish))
        .routes(routes!(matters::withdraw))
        .routes(routes!(objects::search))
        .routes(routes!(object_changes::import))
        .routes(routes!(objects::read))
        .routes(routes!(object_changes::merge))
        .routes(routes!(object_changes::dismiss))
        .routes(routes!(object_changes::remove))
        .routes(routes!(object_changes::restore))
        .routes(routes!(inspectors::search, inspectors::register))
        .routes(routes!(inspectors::read, inspectors::change))
        .routes(routes!(inspectors::recuse))
        .routes(routes!(inspectors::lift_recusal))
        .routes(routes!(inspectors::leave))
        .routes(routes!(plans::ratio_tables))
        .routes(routes!(plans::published))
        .routes(routes!(plans::read_published))
        .routes(routes!(plans::search, plans::draft))
        .routes(routes!(plans::read, plans::revise))
        .routes(routes!(plans::approve))
        .routes(routes!(plans::return_draft))
        .routes(routes!(plans::publish))
        .routes(routes!(plans::withdraw))
        .routes(routes!(tasks::search))
        .routes(routes!(tasks::read))
        .routes(routes!(tasks::visits))
        .routes(routes!(tasks::call_object_draw))
        .routes(routes!(tasks::call_inspector_draw))
        .routes(routes!(tasks::replace_inspector))
        .routes(routes!(tasks::cancel))
        .merge(onsite::routes())
        .merge(tongban_drawing::routes::<Supervision, Desk>())
}

/// Why something is done (理由).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionReason {
    /// In words, kept in the history.
    #[schema(min_length = 1, max_length = 500, example = "机构改革，职责调整")]
    pub reason: String,
}

/// That something is confirmed (确认).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionConfirmation {
    /// A remark.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "同意")]
    #[expect(dead_code, reason = "nobody needs it but who sends it")]
    remark: Option<String>,
}
