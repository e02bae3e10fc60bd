//! Routes of purchases and of what belongs to them.

pub mod breaches;
pub mod complaints;
pub mod contracts;
pub mod figures;
pub mod honours;
pub mod outside;
pub mod projects;
pub mod publish;
pub mod purchases;
pub mod receipts;
pub mod registrations;
pub mod results;
pub mod rules;
pub mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Desk;

/// All of them.
pub fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(purchases::list, publish::publish))
        .routes(routes!(purchases::read))
        .routes(routes!(purchases::record))
        .routes(routes!(purchases::own))
        .routes(routes!(purchases::file))
        .routes(routes!(receipts::list))
        .routes(routes!(publish::cancel))
        .routes(routes!(registrations::register))
        .routes(routes!(registrations::withdraw))
        .routes(routes!(registrations::own))
        .routes(routes!(registrations::choose))
        .routes(routes!(contracts::upload))
        .routes(routes!(contracts::answer))
        .routes(routes!(results::deliver))
        .routes(routes!(results::answer))
        .routes(routes!(results::rate))
        .routes(routes!(results::stop))
        .routes(routes!(results::decide_breach))
        .routes(routes!(breaches::lift))
        .routes(routes!(complaints::list, complaints::file))
        .routes(routes!(complaints::read))
        .routes(routes!(complaints::answer))
        .routes(routes!(complaints::decide))
        .routes(routes!(projects::tell))
        .routes(routes!(projects::read))
        .routes(routes!(outside::list))
        .routes(routes!(outside::answer))
        .routes(routes!(outside::close))
        .routes(routes!(honours::list))
        .routes(routes!(honours::object))
        .routes(routes!(honours::decide))
        .routes(routes!(figures::read))
        .routes(routes!(figures::signals))
        .routes(routes!(rules::read))
}
