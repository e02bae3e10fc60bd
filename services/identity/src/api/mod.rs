//! Routes of identity.

pub mod accounts;
mod form;
pub mod keys;
pub mod me;
pub mod places;
mod refusal;
pub mod registrations;
mod samples;
pub mod sessions;
pub mod tokens;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// All routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(keys::read_keys))
        .routes(routes!(keys::rotate))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(tokens::client_token))
        .routes(routes!(me::read_me))
        .routes(routes!(me::change_password))
        .routes(routes!(registrations::register))
        .routes(routes!(accounts::list, accounts::open))
        .routes(routes!(accounts::change_roles))
        .routes(routes!(accounts::disable))
        .routes(routes!(places::list_bodies))
        .routes(routes!(places::list_regions))
}
