//! `/v1/draws` of every service that holds some (抽取公开).

mod files;
mod list;
mod parties;
mod read;
mod view;

use axum::extract::FromRef;
use tongban_contracts::of::Owner;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::draws::Draws;

/// Routes of draws under `/v1/draws`, to be merged into those of the service `S`, whose state is `T`.
pub fn routes<S, T>() -> OpenApiRouter<T>
where
    S: Owner,
    T: Clone + Send + Sync + 'static,
    Draws: FromRef<T>,
{
    let mut routes = OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read))
        .routes(routes!(read::drawn))
        .routes(routes!(read::receipt))
        .routes(routes!(files::terms))
        .routes(routes!(files::announcement))
        .routes(routes!(files::transcript))
        .routes(routes!(parties::commit))
        .routes(routes!(parties::open));
    // Identifiers of operations are unique over all services, so each service's name is put before them.
    for item in routes.get_openapi_mut().paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            if let Some(id) = &mut operation.operation_id {
                *id = format!("{}_{id}", S::NAME);
            }
        }
    }
    routes
}

/// Which draw.
type Place = (String, u32);

/// The identifier of a draw out of an address.
fn draw_of((purpose, number): &Place) -> String {
    format!("{purpose}/{number}")
}
