//! `/intake/v1/cases/{id}/…`: the steps of a case. Each answers with the case as it then stands.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Value;
use tongban_contracts::intake::{CorrectionItem, Outcome, RefusalGround};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::case_view::CaseView;
use super::cases::{MaterialNamed, named};
use super::samples;
use crate::app::{self, Desk};
use crate::domain::application::Application;

/// The one correction notice (一次性补正告知).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseCorrection {
    /// Everything to be put right, at once.
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<CorrectionItem>,
}

/// An application handed in again (提交补正).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseResubmission {
    /// The form, whole.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = tongban_contracts::samples::form)]
    pub form: Value,
    /// All materials, whole.
    #[schema(max_items = 200, example = samples::named)]
    pub materials: Vec<MaterialNamed>,
}

/// An acceptance (受理): an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAcceptance {}

/// A refusal to accept (不受理 / 不予受理).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRefusal {
    /// Ground (行政许可法 art. 32).
    pub ground: RefusalGround,
    /// Reason told to the applicant.
    #[schema(min_length = 1, max_length = 2000, example = "该活动依法不需要取得行政许可")]
    pub reason: String,
    /// Body to turn to instead; required with `not_competent`, otherwise absent (有权办理机关).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("连云港市住房和城乡建设局（示例）"))]
    pub competent_body: Option<String>,
}

/// A decision (办理决定).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRuling {
    /// Approved or denied.
    pub outcome: Outcome,
    /// Reason; required for a denial (行政许可法 art. 38).
    #[serde(default)]
    #[schema(max_length = 2000, example = "申请材料齐全，符合法定条件")]
    pub reason: Option<String>,
}

/// A withdrawal (撤件).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseWithdrawal {
    /// Reason.
    #[schema(min_length = 1, max_length = 500, example = "项目计划变更")]
    pub reason: String,
}

/// 一次性补正告知: once per case, naming everything.
#[utoipa::path(
    post, path = "/v1/cases/{id}/correction", tag = "handling", operation_id = "request_case_correction",
    summary = "一次性补正告知 Give the one correction notice",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseCorrection, description = "全部补正事项 everything to be put right"),
    responses(
        (status = 200, description = "已告知 told", body = CaseView,
            example = json!(samples::correcting())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "已告知过，或状态不允许 told before, or not in this state", body = ProblemDocument,
            example = json!({"code": "already_notified", "title": "补正通知只能发出一次，且已发出（行政许可法第三十二条第一款第四项）"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk"], "scoped": true}))),
)]
pub async fn request_correction(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseCorrection>,
) -> Result<Response, Problem> {
    let (items, request) = (body.value.items, body.request.as_ref());
    let answer =
        app::request_correction::request_correction(&desk, &id, items, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 提交补正: form and materials again, whole and complete.
#[utoipa::path(
    post, path = "/v1/cases/{id}/resubmission", tag = "handling", operation_id = "resubmit_case",
    summary = "提交补正 Hand in again",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseResubmission, description = "补正后的表单与全部材料 form and all materials"),
    responses(
        (status = 200, description = "已补正 handed in again", body = CaseView,
            example = json!(samples::resubmitted())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "状态不允许 not in this state", body = ProblemDocument,
            example = json!({"code": "cannot_resubmit_when_accepted", "title": "办件处于“已受理”状态，不能提交补正"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn resubmit(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseResubmission>,
) -> Result<Response, Problem> {
    let CaseResubmission { form, materials } = body.value;
    let materials = named(materials);
    let application = Application { form: &form, materials: &materials, incomplete: false };
    let request = body.request.as_ref();
    let answer = app::resubmit::resubmit(&desk, &id, application, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 受理: of a complete application; starts the clock for the decision.
#[utoipa::path(
    post, path = "/v1/cases/{id}/acceptance", tag = "handling", operation_id = "accept_case",
    summary = "受理 Accept",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseAcceptance, description = "空对象 an empty object"),
    responses(
        (status = 200, description = "已受理 accepted", body = CaseView,
            example = json!(samples::accepted())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "材料不齐，或状态不允许 incomplete, or not in this state", body = ProblemDocument,
            example = json!({"code": "materials_missing", "title": "材料不齐全，不能受理，应一次性告知补正", "detail": "缺少 1 项必要材料：施工合同（M05）"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk"], "scoped": true}))),
)]
pub async fn accept(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseAcceptance>,
) -> Result<Response, Problem> {
    let answer = app::accept::accept(&desk, &id, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 不受理 / 不予受理: on one of the grounds of law, with the reason.
#[utoipa::path(
    post, path = "/v1/cases/{id}/acceptance-refusal", tag = "handling", operation_id = "refuse_case",
    summary = "不予受理 Refuse to accept",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseRefusal, description = "依据与理由 ground and reason"),
    responses(
        (status = 200, description = "不予受理 not accepted", body = CaseView,
            example = json!(samples::refused())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "状态不允许 not in this state", body = ProblemDocument,
            example = json!({"code": "not_notified", "title": "尚未发出补正通知，不能以未补正为由不予受理"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk"], "scoped": true}))),
)]
pub async fn refuse(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseRefusal>,
) -> Result<Response, Problem> {
    let CaseRefusal { ground, reason, competent_body } = body.value;
    let refusal = (ground, reason, competent_body);
    let answer = app::refuse::refuse(&desk, &id, refusal, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 作出决定: by another officer than those who handled the case before.
#[utoipa::path(
    post, path = "/v1/cases/{id}/decision", tag = "handling", operation_id = "decide_case",
    summary = "作出决定 Approve or deny",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseRuling, description = "决定与理由 outcome and reason"),
    responses(
        (status = 200, description = "已办结 decided", body = CaseView,
            example = json!(samples::decided())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "状态不允许 not in this state", body = ProblemDocument,
            example = json!({"code": "cannot_decide_when_submitted", "title": "办件处于“已接件”状态，不能作出办理决定"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["approver"], "scoped": true}))),
)]
pub async fn decide(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseRuling>,
) -> Result<Response, Problem> {
    let CaseRuling { outcome, reason } = body.value;
    let reason = reason.unwrap_or_default();
    let answer =
        app::decide::decide(&desk, &id, outcome, reason, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 撤件: by the applicant, before the decision.
#[utoipa::path(
    post, path = "/v1/cases/{id}/withdrawal", tag = "handling", operation_id = "withdraw_case",
    summary = "撤件 Withdraw",
    params(
        ("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CaseWithdrawal, description = "撤件原因 the reason"),
    responses(
        (status = 200, description = "已撤件 withdrawn", body = CaseView,
            example = json!(samples::withdrawn())),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
        (status = 409, description = "已办结 over already", body = ProblemDocument,
            example = json!({"code": "cannot_withdraw_when_decided", "title": "办件处于“办结（准予）”状态，不能撤件"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CaseWithdrawal>,
) -> Result<Response, Problem> {
    let (reason, request) = (body.value.reason, body.request.as_ref());
    let answer = app::withdraw::withdraw(&desk, &id, reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}
