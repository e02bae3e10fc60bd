//! Putting a service's routes together: guarded, observed, and described.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tongban_kernel::{Fault, FaultKind};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Components, Ref};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::access::{Access, AccessTable, rule};
use crate::examples::{self, PROBLEM};
use crate::guard::{Guard, guard};
use crate::observe::observe;
use crate::pages::name_rows;
use crate::problem::{Problem, ProblemDocument};
use crate::token::Verifier;

/// Largest JSON body taken, in bytes.
pub const LARGEST_JSON: usize = 1024 * 1024;
/// Name of the security scheme in the documents.
const SCHEME: &str = "bearer";

/// What a service's document says of it.
#[derive(Debug, Clone, Copy)]
pub struct ServiceInfo {
    /// Name; also the first segment of all its paths.
    pub name: &'static str,
    /// ASCII title: client generators make package names of it.
    pub title: &'static str,
    /// What it is for, Chinese and English.
    pub description: &'static str,
}

/// A service's routes, ready to be served, and their document.
pub struct Api {
    /// The routes.
    pub router: Router,
    /// The document, without its examples: composing them takes longer than all the rest of a start, and most
    /// processes are never asked for it ([`published`]).
    pub openapi: OpenApi,
}

/// Guards, observes and describes `routes` under `/<name>`.
///
/// # Errors
/// Every operation that lacks an access rule: such a service must not start.
pub fn assemble<S>(
    info: ServiceInfo,
    routes: OpenApiRouter<S>,
    state: S,
    verifier: Verifier,
) -> Result<Api, Vec<String>>
where
    S: Clone + Send + Sync + 'static,
{
    let (router, openapi) = nested(info, routes).split_for_parts();
    let openapi = describe(info, openapi);
    let table = AccessTable::read(&openapi)?;
    let guarding = Guard { verifier, table: Arc::new(table) };
    let router = router
        .route_layer(from_fn_with_state(guarding, guard))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_JSON))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(observe))
        .with_state(state);
    Ok(Api { router, openapi })
}

/// The document of `routes` alone.
pub fn document<S>(info: ServiceInfo, routes: OpenApiRouter<S>) -> OpenApi
where
    S: Clone + Send + Sync + 'static,
{
    let mut openapi = describe(info, nested(info, routes).into_openapi());
    examples::complete(&mut openapi);
    openapi
}

/// The JSON text of a document of [`Api::openapi`], with its examples.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn published(mut openapi: OpenApi) -> Result<String, Fault> {
    examples::complete(&mut openapi);
    openapi.to_json().map_err(|error| Fault::internal(format!("document: {error}")))
}

fn nested<S>(info: ServiceInfo, routes: OpenApiRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    OpenApiRouter::new().nest(&format!("/{}", info.name), routes)
}

/// Answer for paths that no service has.
pub async fn no_such_path() -> Response {
    Problem::from(Fault::new(FaultKind::NotFound, "no_such_operation", "没有这个接口"))
        .into_response()
}

async fn method_not_allowed() -> Response {
    let mut response =
        Problem::from(Fault::new(FaultKind::NotFound, "method_not_allowed", "该接口不支持此方法"))
            .into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown panic");
    Problem::from(Fault::internal(text)).into_response()
}

/// Completes a generated document: title, security, and the answers every operation can give.
fn describe(info: ServiceInfo, mut openapi: OpenApi) -> OpenApi {
    openapi.info = InfoBuilder::new()
        .title(info.title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(info.description))
        .build();
    let components = openapi.components.get_or_insert_with(Components::new);
    components.add_security_scheme(
        SCHEME,
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build(),
        ),
    );
    let mut schemas = vec![(ProblemDocument::name().into_owned(), ProblemDocument::schema())];
    ProblemDocument::schemas(&mut schemas);
    components.schemas.extend(schemas);
    name_rows(components);
    for item in openapi.paths.paths.values_mut() {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::PUT, &mut item.put),
            (Method::POST, &mut item.post),
            (Method::DELETE, &mut item.delete),
            (Method::PATCH, &mut item.patch),
        ];
        for (_, operation) in operations {
            if let Some(operation) = operation {
                complete(operation);
            }
        }
    }
    openapi
}

fn complete(operation: &mut Operation) {
    let access = rule(operation).ok();
    let mut answers = vec![
        ("400", "请求无法读取 (malformed request)"),
        ("500", "系统内部错误 (internal error)"),
        ("503", "服务暂时不可用，请按 Retry-After 重试 (temporarily unavailable)"),
    ];
    if access.as_ref().is_none_or(|Access { public, .. }| !public) {
        let scopes: [String; 0] = [];
        operation.security = Some(vec![SecurityRequirement::new(SCHEME, scopes)]);
        answers.push(("401", "未登录或登录凭证无效 (unauthenticated)"));
        answers.push(("403", "无权办理 (forbidden)"));
    } else {
        operation.security = Some(Vec::new());
    }
    if operation.request_body.is_some() {
        answers.push(("413", "请求内容过大 (too large)"));
        answers.push(("415", "请求内容的类型不受支持 (unsupported media type)"));
        answers.push(("422", "请求内容有误，逐项列明 (every fault named)"));
    }
    for (status, answer) in &mut operation.responses.responses {
        if let (true, RefOr::T(answer)) = (status.starts_with(['4', '5']), answer)
            && let Some(content) = answer.content.shift_remove("application/json")
        {
            answer.content.insert(PROBLEM.to_owned(), content);
        }
    }
    for (status, description) in answers {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| {
            let content = ContentBuilder::new()
                .schema(Some(RefOr::Ref(Ref::from_schema_name("ProblemDocument"))))
                .build();
            RefOr::T(
                ResponseBuilder::new().description(description).content(PROBLEM, content).build(),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemClock;
    use utoipa_axum::routes;

    use super::*;

    #[utoipa::path(get, path = "/v1/open", responses((status = 200, description = "x")),
        extensions(("x-access" = json!({"public": true}))))]
    async fn open() {}

    #[utoipa::path(get, path = "/v1/forgotten", responses((status = 200, description = "x")))]
    async fn forgotten() {}

    const INFO: ServiceInfo = ServiceInfo { name: "things", title: "Things", description: "x" };

    fn verifier() -> Verifier {
        Verifier::new(Vec::new(), "tongban", Arc::new(SystemClock))
    }

    #[test]
    fn a_service_with_an_unguarded_operation_does_not_start() {
        let guarded = OpenApiRouter::new().routes(routes!(open));
        assert!(assemble(INFO, guarded, (), verifier()).is_ok());
        let routes = OpenApiRouter::new().routes(routes!(open)).routes(routes!(forgotten));
        let faults = assemble(INFO, routes, (), verifier()).err().unwrap();
        assert_eq!(faults, ["GET /things/v1/forgotten: no x-access"]);
    }

    #[test]
    fn documents_say_what_every_operation_can_answer() {
        let document = document(INFO, OpenApiRouter::<()>::new().routes(routes!(open)));
        let document = serde_json::to_value(document).unwrap();
        let operation = &document["paths"]["/things/v1/open"]["get"];
        assert_eq!(operation["security"], serde_json::json!([]));
        for status in ["400", "500", "503"] {
            let content = &operation["responses"][status]["content"]["application/problem+json"];
            let reference = &content["schema"]["$ref"];
            assert_eq!(reference, "#/components/schemas/ProblemDocument", "{status}");
        }
        assert_eq!(operation["responses"].get("401"), None, "nobody has to sign in");
    }
}
