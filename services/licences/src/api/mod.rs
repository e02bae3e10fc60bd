//! Routes of the library.

pub mod licences;
pub mod presentations;
pub mod verifications;

use tongban_runtime::Host;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes.
pub fn routes() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(licences::list))
        .routes(routes!(licences::read))
        .routes(routes!(licences::revoke))
        .routes(routes!(verifications::verify))
        .routes(routes!(presentations::present))
        .routes(routes!(presentations::look_at))
}
