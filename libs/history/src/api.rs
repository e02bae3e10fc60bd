//! `/<service>/v1/history`: what anyone may ask for, the same for every service.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_proof::PublishedKeys;
use tongban_web::api::document;
use tongban_web::token::Verifier;
use tongban_web::{Api, CallerOf, Problem, ProblemDocument, Query, Segment, ServiceInfo, assemble};
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::history::History;

/// The routes, guarded and described, of the service that `info` describes.
///
/// # Errors
/// Every operation that lacks an access rule.
pub fn api(info: ServiceInfo, history: History, verifier: Verifier) -> Result<Api, Vec<String>> {
    let mut api = assemble(info, routes(), history, verifier)?;
    name_operations(info, &mut api.openapi);
    Ok(api)
}

/// The document of the routes alone.
pub fn openapi(info: ServiceInfo) -> OpenApi {
    let mut openapi = document(info, routes());
    name_operations(info, &mut openapi);
    openapi
}

/// Identifiers of operations are unique over all services, so each service's name is put before them.
fn name_operations(info: ServiceInfo, openapi: &mut OpenApi) {
    for item in openapi.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            if let Some(id) = &mut operation.operation_id {
                *id = format!("{}_{id}", info.name);
            }
        }
    }
}

fn routes() -> OpenApiRouter<History> {
    OpenApiRouter::new()
        .routes(routes!(read_checkpoint))
        .routes(routes!(sign_checkpoint))
        .routes(routes!(read_checkpoint_of))
        .routes(routes!(prove_inclusion))
        .routes(routes!(prove_consistency))
        .routes(routes!(read_keys))
        .routes(routes!(rotate_key))
}

const LATEST: &str = "public, max-age=1";
/// What was signed never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Text of the forms in `docs/history-proof-spec.md`.
pub fn text(text: String, cache: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, cache)];
    (headers, text).into_response()
}

/// 最新检查点: the signed checkpoint of the largest tree.
#[utoipa::path(
    get, path = "/v1/history/checkpoint", tag = "history", operation_id = "read_checkpoint",
    summary = "最新检查点 Latest signed checkpoint",
    responses(
        (status = 200, description = "签名检查点 signed note (docs/history-proof-spec.md)", body = String,
            content_type = "text/plain",
            example = "tongban/intake/4f1c9a0b2d3e4f50\n7\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\ntime 2026-03-11T02:00:00.000000Z\n\n— tongban/intake/4f1c9a0b2d3e4f50 ocLTsg…\n"),
        (status = 404, description = "尚无检查点 none yet", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
async fn read_checkpoint(State(history): State<History>) -> Result<Response, Problem> {
    Ok(text(history.signed(None).await?, LATEST))
}

/// 历史检查点: the signed checkpoint of a tree of this size.
#[utoipa::path(
    get, path = "/v1/history/checkpoints/{size}", tag = "history", operation_id = "read_checkpoint_of",
    summary = "指定大小的检查点 Signed checkpoint of a size",
    params(("size" = u64, Path, description = "事件数 number of events", example = 7)),
    responses(
        (status = 200, description = "签名检查点 signed note", body = String, content_type = "text/plain",
            example = "tongban/intake/4f1c9a0b2d3e4f50\n7\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\ntime 2026-03-11T02:00:00.000000Z\n\n— tongban/intake/4f1c9a0b2d3e4f50 ocLTsg…\n"),
        (status = 404, description = "没有该检查点 none of this size", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
async fn read_checkpoint_of(
    State(history): State<History>,
    Segment(size): Segment<u64>,
) -> Result<Response, Problem> {
    Ok(text(history.signed(Some(size)).await?, FOREVER))
}

/// 签发检查点: gives all waiting events their places and signs the tree at once.
#[utoipa::path(
    post, path = "/v1/history/checkpoints", tag = "history", operation_id = "sign_checkpoint",
    summary = "立即签发检查点 Sign a checkpoint now",
    responses(
        (status = 200, description = "签名检查点 signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "尚无事件 no events yet", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin", "supervisor"]}))),
)]
async fn sign_checkpoint(
    State(history): State<History>,
    CallerOf(_caller): CallerOf,
) -> Result<Response, Problem> {
    history.sequence().await?;
    match history.checkpoint().await? {
        Some(signed) => Ok(text(signed.note, "no-store")),
        None => Ok(text(history.signed(None).await?, "no-store")),
    }
}

/// Which tree an event is shown to be in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InclusionQuery {
    /// 检查点的事件数，缺省为最新 size of the checkpoint; the latest when absent
    #[param(example = 7)]
    size: Option<u64>,
}

/// 存在性证明: that an event is in the signed tree.
#[utoipa::path(
    get, path = "/v1/history/inclusion/{event_id}", tag = "history", operation_id = "prove_inclusion",
    summary = "存在性证明 Inclusion proof of an event",
    params(
        ("event_id" = String, Path, description = "事件标识，见回执 identifier of the event, as receipts have it",
            example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f"),
        InclusionQuery,
    ),
    responses(
        (status = 200, description = "证明 the proof (docs/history-proof-spec.md)", body = String,
            content_type = "text/plain",
            example = "tongban/tlog-proof-sm3@v1\nevent 019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\nhash 66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\nindex 2\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n\n…"),
        (status = 404, description = "没有该事件或检查点 no such event or checkpoint", body = ProblemDocument),
        (status = 409, description = "尚未进入检查点 not in a checkpoint yet", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
async fn prove_inclusion(
    State(history): State<History>,
    Segment(event): Segment<String>,
    Query(query): Query<InclusionQuery>,
) -> Result<Response, Problem> {
    Ok(text(history.inclusion(&event, query.size).await?.text(), LATEST))
}

/// Two checkpoints.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConsistencyQuery {
    /// 较早检查点的事件数 size of the earlier checkpoint
    #[param(example = 7)]
    from: u64,
    /// 较晚检查点的事件数 size of the later checkpoint
    #[param(example = 12)]
    to: u64,
}

/// 一致性证明: that the later tree begins with the earlier one.
#[utoipa::path(
    get, path = "/v1/history/consistency", tag = "history", operation_id = "prove_consistency",
    summary = "一致性证明 Consistency proof between checkpoints",
    params(ConsistencyQuery),
    responses(
        (status = 200, description = "证明 the proof (docs/history-proof-spec.md)", body = String,
            content_type = "text/plain",
            example = "tongban/tlog-consistency-sm3@v1\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n\n…"),
        (status = 422, description = "没有该检查点，或次序有误 no such checkpoint, or the wrong order", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
async fn prove_consistency(
    State(history): State<History>,
    Query(query): Query<ConsistencyQuery>,
) -> Result<Response, Problem> {
    Ok(text(history.consistency(query.from, query.to).await?.text(), FOREVER))
}

/// 历史公钥: every key checkpoints and receipts were ever signed with.
#[utoipa::path(
    get, path = "/v1/history/keys", tag = "history", operation_id = "read_history_keys",
    summary = "历史公钥 Keys of checkpoints and receipts",
    responses((status = 200, description = "公钥列表 the keys", body = PublishedKeys)),
    extensions(("x-access" = json!({"public": true}))),
)]
async fn read_keys(State(history): State<History>) -> Result<Response, Problem> {
    Ok(([(CACHE_CONTROL, LATEST)], Json(history.keys().await?)).into_response())
}

/// The key that signs from now on.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryKeyRotation {
    /// The verifier key.
    #[schema(example = "tongban/intake/4f1c9a0b2d3e4f50+a1b2c3d4+/3Rvbmdi…")]
    vkey: String,
}

/// 轮换历史签名密钥: a new key signs from now on; the old ones stay published.
#[utoipa::path(
    post, path = "/v1/history/keys/rotation", tag = "history", operation_id = "rotate_history_key",
    summary = "轮换历史签名密钥 Rotate the key of checkpoints and receipts",
    responses((status = 200, description = "新密钥 the new key", body = HistoryKeyRotation)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"]}))),
)]
async fn rotate_key(
    State(history): State<History>,
    CallerOf(caller): CallerOf,
) -> Result<Json<HistoryKeyRotation>, Problem> {
    let signer = history.rotate().await?;
    let (service, key) = (history.service(), signer.public().id());
    tracing::info!(service, key, by = caller.principal.account, "history key rotation");
    Ok(Json(HistoryKeyRotation { vkey: signer.public().vkey() }))
}
