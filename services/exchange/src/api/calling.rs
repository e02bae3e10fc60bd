//! `/exchange/v1/calling-systems` and `/exchange/v1/grants/{id}/signed-calls`: systems that sign instead of signing in.

use axum::Json;
use axum::body::{Body as RawBody, to_bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::SigningScheme;
use tongban_kernel::{Fault, FaultKind};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;
use uuid::Uuid;

use super::SharingReason;
use super::calls::{CallAnswer, CallWanted};
use crate::app::{self, Desk};
use crate::domain::calling::{Calling, Command};

/// Longest call, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A system to be registered (签名调用系统).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallingEntry {
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "海州区行政审批局审批系统（示例）")]
    name: String,
    /// How it signs.
    scheme: SigningScheme,
    /// Its public SM2 key, 65 bytes in hexadecimal digits; for `sm` alone.
    #[serde(default)]
    #[schema(
        min_length = 130,
        max_length = 130,
        pattern = "^04[0-9a-fA-F]{128}$",
        examples(
            "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
        )
    )]
    public_key: Option<String>,
}

/// A system.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallingView {
    /// Its identifier, which it signs as requester (请求方标识).
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "海州区行政审批局审批系统（示例）")]
    pub name: String,
    /// How it signs.
    pub scheme: SigningScheme,
    /// Whether nothing of it is taken any more.
    #[schema(example = false)]
    pub retired: bool,
}

impl CallingView {
    /// The system.
    pub fn of(id: Uuid, calling: &Calling) -> Self {
        let system = &calling.system;
        Self { id, name: system.name.clone(), scheme: system.scheme, retired: calling.retired }
    }
}

/// A system with what it signs with. It is told this once.
#[derive(Serialize, ToSchema)]
pub struct CallingKey {
    /// The system.
    pub system: CallingView,
    /// Key for HMAC-SHA-256, as text: 64 characters. Absent for systems with a key of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184"))]
    pub secret: Option<String>,
}

/// 登记签名调用系统: for the own body.
#[utoipa::path(
    post, path = "/v1/calling-systems", tag = "calls", operation_id = "register_calling_system",
    summary = "登记签名调用系统 Register a system that signs its calls",
    request_body(content = CallingEntry, description = "系统 the system"),
    responses((status = 201, description = "已登记 registered", body = CallingKey)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"]}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<CallingEntry>,
) -> Result<(StatusCode, Json<CallingKey>), Problem> {
    let CallingEntry { name, scheme, public_key } = body.value;
    let command = Command::Register { name, scheme, public_key };
    Ok((StatusCode::CREATED, Json(app::calling::register(&desk, command, &caller).await?)))
}

/// 停用签名调用系统: nothing it signs is taken any more.
#[utoipa::path(
    post, path = "/v1/calling-systems/{id}/retirement", tag = "calls", operation_id = "retire_calling_system",
    summary = "停用签名调用系统 Take nothing more of a system that signs its calls",
    params(("id" = Uuid, Path, description = "系统标识 identifier of the system", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")),
    request_body(content = SharingReason, description = "理由 why"),
    responses(
        (status = 200, description = "已停用 retired", body = CallingView),
        (status = 404, description = "没有该系统 no such system", body = ProblemDocument,
            example = json!({"title": "找不到该系统，或无权查看"})),
        (status = 409, description = "已停用 retired already", body = ProblemDocument,
            example = json!({"code": "system_retired", "title": "该系统已停用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn retire(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Json<CallingView>, Problem> {
    Ok(Json(app::calling::retire(&desk, id, body.value.reason, &caller).await?))
}

/// 签名调用: as `call_shared_data`, by a system that signs instead of signing in. The requester is the system's identifier, the
/// service the grant's. In the national form the headers are `gjgxjhpt_rid`, `_sid`, `_rtime` and `_sign`; with SM2
/// `tongban-sm-rid`, `-sid`, `-nonce`, `-time` and `-sign`. The window is five minutes, and each signed call is taken once.
#[utoipa::path(
    post, path = "/v1/grants/{id}/signed-calls", tag = "calls", operation_id = "call_shared_data_signed",
    summary = "签名调用共享数据 Read shared data by a grant, signed",
    params(
        ("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
        ("gjgxjhpt_rid" = Option<String>, Header, description = "请求方标识 identifier of the system", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("gjgxjhpt_sid" = Option<String>, Header, description = "服务标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("gjgxjhpt_rtime" = Option<String>, Header, description = "时间 milliseconds since 1970", example = "1773193330000"),
        ("gjgxjhpt_sign" = Option<String>, Header, description = "签名 Base64 of HMAC-SHA-256 over sid, rid and rtime", example = "q0m2n0z1Zs3l6gq8l3bWmL7f4jQn7qk6l5c3f0y2x1A="),
    ),
    request_body(content = CallWanted, description = "调用 the call"),
    responses(
        (status = 200, description = "应答 the answer", body = CallAnswer),
        (status = 403, description = "签名有误或者不在授权范围内 the signature does not hold, or nothing permits it", body = ProblemDocument,
            example = json!({"code": "bad_signature", "title": "签名有误：验签未通过"})),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
        (status = 409, description = "重放，或者该资源不能调用 taken before, or not to be called", body = ProblemDocument,
            example = json!({"code": "replayed", "title": "该请求已处理过，请使用新的随机数"})),
        (status = 429, description = "调用过多 too many calls", body = ProblemDocument,
            example = json!({"code": "too_many_calls", "title": "该授权每分钟最多调用 6000 次，请在 30 秒后重试"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn call(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
    request: Request,
) -> Result<Json<CallAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await.map_err(|error| {
        Fault::new(FaultKind::TooLarge, "body_too_large", "请求内容过大").internally(error)
    })?;
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, RawBody::from(bytes.clone()));
    let Body { value, request: mut key } = Body::<CallWanted>::from_request(request, &desk).await?;
    let caller = app::calling::recognise(&desk, id, &headers, &bytes).await?;
    if let Some(key) = &mut key {
        // There was no token to say whose it is.
        key.account.clone_from(&caller.principal.account);
    }
    Ok(Json(app::calls::call(&desk, id, value, &caller, key.as_ref()).await?))
}
