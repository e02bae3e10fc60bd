//! `/exchange/v1/grants/{id}/calls`: shared data are read.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tongban_contracts::exchange::{GrantedItem, Purpose};
use tongban_contracts::supermarket::Named;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;
use uuid::Uuid;

use super::grant_trial::CaseNamed;
use crate::app::{self, Desk};

/// A call (调用).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallWanted {
    /// What for (用途).
    pub purpose: Purpose,
    /// For which case, where the purpose needs one.
    #[serde(default)]
    pub case: Option<CaseNamed>,
    /// Keys of the items (信息项).
    #[schema(max_items = 200, example = json!(["id_number", "state"]))]
    pub items: Vec<String>,
    /// What the source body's system is asked by, as the resource declares it (请求参数).
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"id_number": "320706194803120014"}))]
    pub parameters: BTreeMap<String, Value>,
    /// Who sits before the calling system (经办人).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60, examples("王经办"))]
    pub operator: Option<String>,
}

/// Where an answer comes from (数据来源).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallProvenance)]
pub struct Provenance {
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// When it came from that body's system.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub received_at: DateTime<Utc>,
    /// Whether it was kept from an earlier call (缓存).
    #[schema(example = false)]
    pub kept: bool,
    /// SM3 of the salt's text followed by the rows as compact JSON, in hexadecimal digits; the ledger has it, too.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub digest: String,
    /// The salt; nobody but the receiver has it.
    #[schema(example = "0f1e2d3c4b5a69788796a5b4c3d2e1f0")]
    pub salt: String,
}

/// An answer (应答).
#[derive(Debug, Serialize, ToSchema)]
pub struct CallAnswer {
    /// The call in the ledger (调用编号).
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub call_id: Uuid,
    /// The items, each with its masking.
    pub items: Vec<GrantedItem>,
    /// The rows; each has these items alone.
    #[schema(value_type = Vec<Object>, example = json!([{"id_number": "320706**********14", "state": "*"}]))]
    pub rows: Vec<Map<String, Value>>,
    /// Where they come from.
    pub provenance: Provenance,
}

/// 调用: judged by the grant and the resource as they are, before the question and again before the answer. What became of
/// it is recorded first; an answer that cannot be recorded is not given. Answers are not kept: the same `Idempotency-Key`
/// again is told which call it was.
#[utoipa::path(
    post, path = "/v1/grants/{id}/calls", tag = "calls", operation_id = "call_shared_data",
    summary = "调用共享数据 Read shared data by a grant",
    params(
        ("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CallWanted, description = "调用 the call"),
    responses(
        (status = 200, description = "应答 the answer", body = CallAnswer),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
        (status = 409, description = "已应答过，或者该资源不能调用 answered before, or not to be called", body = ProblemDocument,
            example = json!({"code": "already_called", "title": "该请求已应答过，平台不留存应答内容；需要时请使用新的 Idempotency-Key 重新调用"})),
        (status = 429, description = "调用过多 too many calls", body = ProblemDocument,
            example = json!({"code": "too_many_calls", "title": "该授权每分钟最多调用 6000 次，请在 30 秒后重试"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "scoped": true}))),
)]
pub async fn call(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<CallWanted>,
) -> Result<Json<CallAnswer>, Problem> {
    let request = body.request.as_ref();
    Ok(Json(app::calls::call(&desk, id, body.value, &caller, request).await?))
}
