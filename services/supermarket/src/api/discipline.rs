//! `/supermarket/v1/…/sanctions`: measures by rule, and what can be done against them.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_calendar::Limit;
use tongban_contracts::supermarket::Measure;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agency_view::AgencyFile;
use crate::app::discipline::{Ask, ask};
use crate::app::{self, Desk};
use crate::domain::agency::Command;

/// A rule of discipline (惩戒规则).
#[derive(Debug, Serialize, ToSchema)]
pub struct DisciplineRuleView {
    /// Code (规则代码).
    #[schema(example = "false-report")]
    code: String,
    /// The rule in words (规则内容).
    #[schema(example = "出具虚假报告的，一律清退出库")]
    text: String,
    /// What it leads to (惩戒措施).
    measure: Measure,
    /// For how many months; absent when only a decision ends it (惩戒期限).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(6))]
    months: Option<u32>,
}

/// The rules in force and the limits around them (从严管理规则).
#[derive(Debug, Serialize, ToSchema)]
pub struct DisciplineRules {
    /// Version.
    #[schema(example = 1)]
    version: u32,
    /// Title.
    #[schema(example = "行政审批中介机构“六个一律”（示例）")]
    title: String,
    /// Where they come from (来源).
    #[schema(example = "示例规则，正式使用前应替换为本地文件")]
    source: String,
    /// Whether they were invented.
    #[schema(example = true)]
    sample: bool,
    /// How long the industry body has for a link (挂接审核期限).
    link_review: Limit,
    /// How long an agency has to appeal (申诉期限).
    appeal: Limit,
    /// How long the decision on an appeal may take (申诉处理期限).
    appeal_decision: Limit,
    /// The rules.
    rules: Vec<DisciplineRuleView>,
}

/// 从严管理规则: what always leads to what.
#[utoipa::path(
    get, path = "/v1/discipline-rules", tag = "discipline", operation_id = "list_discipline_rules",
    summary = "查看从严管理规则 List the rules of discipline",
    responses((status = 200, description = "规则 the rules", body = DisciplineRules)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn rules(State(desk): State<Desk>) -> Json<DisciplineRules> {
    let given = &desk.ground.rules;
    let rules = given.rules.iter().map(|rule| DisciplineRuleView {
        code: rule.code.clone(),
        text: rule.text.clone(),
        measure: rule.measure,
        months: rule.months,
    });
    Json(DisciplineRules {
        version: given.version,
        title: given.title.clone(),
        source: given.source.clone(),
        sample: given.sample,
        link_review: given.link_review.limit,
        appeal: given.appeal.limit,
        appeal_decision: given.appeal_decision.limit,
        rules: rules.collect(),
    })
}

/// A broken rule (违规认定).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionOrder {
    /// Code of the rule (规则代码).
    #[schema(min_length = 1, max_length = 60, example = "false-report")]
    rule: String,
    /// What the agency did (违规事实).
    #[schema(min_length = 1, max_length = 2000, example = "2026 年 3 月出具的测绘成果与实地不符")]
    facts: String,
}

/// 惩戒: a suspension holds at once, an exclusion waits for the second officer.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/sanctions", tag = "discipline", operation_id = "sanction_agency",
    summary = "依规则惩戒中介机构 Sanction an agency by rule",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SanctionOrder, description = "违规认定 the broken rule"),
    responses(
        (status = 201, description = "已惩戒，或者待复核 in force, or proposed", body = AgencyFile),
        (status = 404, description = "没有该机构 no such agency", body = ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
        (status = 409, description = "已因同一规则被惩戒 sanctioned already", body = ProblemDocument,
            example = json!({"code": "already_sanctioned", "title": "该机构已因违反同一规则被惩戒或者待复核"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"], "scoped": true}))),
)]
pub async fn sanction(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SanctionOrder>,
) -> Result<Response, Problem> {
    let SanctionOrder { rule, facts } = body.value;
    let order = Ask::Sanction { rule, facts };
    Ok(reply(ask(&desk, id, order, &caller, body.request.as_ref()).await?).into_response())
}

/// The second officer's word (复核意见).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondOpinion {
    /// Whether it is confirmed (是否同意).
    #[schema(example = true)]
    pub confirmed: bool,
    /// Why (理由).
    #[schema(min_length = 1, max_length = 500, example = "事实清楚，依据明确")]
    pub reason: String,
}

/// 清退复核: by another officer than the one who proposed it.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/sanctions/{number}/confirmation", tag = "discipline", operation_id = "confirm_exclusion",
    summary = "复核清退 Confirm or reject an exclusion",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("number" = u32, Path, description = "惩戒序号 number of the sanction", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SecondOpinion, description = "复核意见 the second officer's word"),
    responses(
        (status = 200, description = "已复核 decided", body = AgencyFile),
        (status = 404, description = "没有该惩戒 no such sanction", body = ProblemDocument,
            example = json!({"title": "找不到该惩戒记录，或无权查看"})),
        (status = 409, description = "不在待复核状态 nothing to confirm", body = ProblemDocument,
            example = json!({"code": "not_proposed", "title": "该惩戒不在待复核状态"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"], "scoped": true}))),
)]
pub async fn confirm(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, number)): Segment<(Uuid, u32)>,
    body: Body<SecondOpinion>,
) -> Result<Response, Problem> {
    let SecondOpinion { confirmed, reason } = body.value;
    let word = Ask::Confirm { number, confirmed, reason };
    Ok(reply(ask(&desk, id, word, &caller, body.request.as_ref()).await?).into_response())
}

/// Why a measure ends (解除理由).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftingReason {
    /// Why (理由).
    #[schema(min_length = 1, max_length = 500, example = "已整改并经核查")]
    reason: String,
}

/// 解除惩戒: before its term, or where there is none; an exclusion by an officer who had no part in it.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/sanctions/{number}/lifting", tag = "discipline", operation_id = "lift_sanction",
    summary = "解除惩戒 Lift a sanction",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("number" = u32, Path, description = "惩戒序号 number of the sanction", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = LiftingReason, description = "解除理由 the reason"),
    responses(
        (status = 200, description = "已解除 lifted", body = AgencyFile),
        (status = 404, description = "没有该惩戒 no such sanction", body = ProblemDocument,
            example = json!({"title": "找不到该惩戒记录，或无权查看"})),
        (status = 409, description = "不在执行中 not in force", body = ProblemDocument,
            example = json!({"code": "not_in_force", "title": "该惩戒不在执行中"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"], "scoped": true}))),
)]
pub async fn lift(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, number)): Segment<(Uuid, u32)>,
    body: Body<LiftingReason>,
) -> Result<Response, Problem> {
    let command = Command::Lift { number, reason: body.value.reason };
    let request = body.request.as_ref();
    let answer = app::agencies::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// What an agency has to say against a measure (申诉).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionAppeal {
    /// On what ground (申诉理由).
    #[schema(min_length = 1, max_length = 2000, example = "测绘成果经复核与实地一致")]
    ground: String,
}

/// 申诉: once, within its limit.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/sanctions/{number}/appeal", tag = "discipline", operation_id = "appeal_sanction",
    summary = "对惩戒提出申诉 Appeal against a sanction",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("number" = u32, Path, description = "惩戒序号 number of the sanction", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SanctionAppeal, description = "申诉 the appeal"),
    responses(
        (status = 200, description = "已提出 taken", body = AgencyFile),
        (status = 404, description = "没有该惩戒 no such sanction", body = ProblemDocument,
            example = json!({"title": "找不到该惩戒记录，或无权查看"})),
        (status = 409, description = "已过期限或者已申诉 too late, or appealed already", body = ProblemDocument,
            example = json!({"code": "appeal_too_late", "title": "已过申诉期限"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn appeal(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, number)): Segment<(Uuid, u32)>,
    body: Body<SanctionAppeal>,
) -> Result<Response, Problem> {
    let plea = Ask::Appeal { number, plea: body.value.ground };
    Ok(reply(ask(&desk, id, plea, &caller, body.request.as_ref()).await?).into_response())
}

/// The decision on an appeal (申诉决定).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// Whether the measure is lifted (是否支持).
    #[schema(example = false)]
    upheld: bool,
    /// Why (理由).
    #[schema(min_length = 1, max_length = 2000, example = "复核维持原认定")]
    reason: String,
}

/// 申诉决定: by an officer who had no part in the measure.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/sanctions/{number}/appeal/decision", tag = "discipline", operation_id = "decide_sanction_appeal",
    summary = "处理申诉 Decide on an appeal",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("number" = u32, Path, description = "惩戒序号 number of the sanction", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = AppealDecision, description = "申诉决定 the decision"),
    responses(
        (status = 200, description = "已处理 decided", body = AgencyFile),
        (status = 404, description = "没有该惩戒 no such sanction", body = ProblemDocument,
            example = json!({"title": "找不到该惩戒记录，或无权查看"})),
        (status = 409, description = "没有待处理的申诉 no open appeal", body = ProblemDocument,
            example = json!({"code": "no_open_appeal", "title": "没有待处理的申诉"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"], "scoped": true}))),
)]
pub async fn decide_appeal(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, number)): Segment<(Uuid, u32)>,
    body: Body<AppealDecision>,
) -> Result<Response, Problem> {
    let AppealDecision { upheld, reason } = body.value;
    let command = Command::DecideAppeal { number, upheld, reason };
    let request = body.request.as_ref();
    let answer = app::agencies::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
