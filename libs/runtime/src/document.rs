//! What the document of a service says.

use utoipa::openapi::OpenApi;

use crate::operators;
use crate::service::Service;

/// The whole document of a service: its own operations and those that every service has, of its history
/// and for operators.
pub fn document(service: &dyn Service) -> OpenApi {
    let mut document = service.openapi();
    document.merge(tongban_history::api::openapi(service.info()));
    document.merge(operators::openapi(service.info()));
    document
}
