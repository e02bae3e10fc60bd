//! Routes of review aggregation.

pub mod reviews;
pub mod rights;
pub mod statistics;
pub mod tags;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All routes.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(rights::list))
        .routes(routes!(reviews::give, reviews::read))
        .routes(routes!(statistics::read))
        .routes(routes!(tags::list))
}
