//! Routes of the catalogue.

pub mod matters;

use tongban_runtime::Host;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes.
pub fn routes() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(matters::search, matters::publish))
        .routes(routes!(matters::read, matters::republish))
        .routes(routes!(matters::withdraw))
}
