//! `/intake/v1/cases`: filing an application, and reading cases.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Value;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::case_view::{CaseListed, CaseView};
use super::samples;
use crate::app::{self, Desk};
use crate::domain::application::{Application, NamedMaterial};

/// One material of an application (提交的材料).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialNamed {
    /// Code of the material in the matter (材料编码).
    #[schema(min_length = 1, max_length = 64, example = "M01")]
    pub code: String,
    /// The uploaded file.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: Uuid,
}

/// An application (申请).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSubmission {
    /// The matter applied for.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// The form, by the matter's own schema (申请表单).
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = tongban_contracts::samples::form)]
    pub form: Value,
    /// The materials.
    #[schema(max_items = 200, example = samples::named)]
    pub materials: Vec<MaterialNamed>,
    /// Hands in although required materials are missing; they are then asked for by the one
    /// correction notice (先收件后补正).
    #[serde(default)]
    #[schema(example = false)]
    pub incomplete: bool,
}

/// The materials as the rules read them.
pub fn named(materials: Vec<MaterialNamed>) -> Vec<NamedMaterial> {
    materials
        .into_iter()
        .map(|MaterialNamed { code, file_id }| NamedMaterial { code, file_id })
        .collect()
}

/// 提交申请: makes a case of an application.
#[utoipa::path(
    post, path = "/v1/cases", tag = "cases", operation_id = "submit_case",
    summary = "提交申请 File an application",
    params(("Idempotency-Key" = String, Header, description = "幂等键，必填 required: a repeated request makes no second case")),
    request_body(content = CaseSubmission, description = "申请表单与材料 form and materials"),
    responses(
        (status = 201, description = "已接件 received", body = CaseView),
        (status = 409, description = "工作日历未覆盖所需日期 calendar not loaded so far", body = ProblemDocument,
            example = json!({"code": "calendar_not_loaded", "title": "工作日历尚未覆盖所需日期，暂时不能计算办理期限"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn submit(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<CaseSubmission>,
) -> Result<Response, Problem> {
    let CaseSubmission { matter_id, form, materials, incomplete } = body.value;
    let materials = named(materials);
    let application = Application { form: &form, materials: &materials, incomplete };
    let request = body.request.as_ref();
    let answer = app::submit::submit(&desk, matter_id, application, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 我的办件: the caller's own cases, the newest first.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases", operation_id = "list_own_cases",
    summary = "我的办件 List one's own cases",
    params(PageQuery),
    responses((status = 200, description = "本人办件 own cases", body = Page<CaseListed>)),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CaseListed>>, Problem> {
    let found = app::read::own(&desk, &caller.principal, &page).await?;
    let items = found.items.into_iter().map(CaseListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看办件: for its applicant, officers of the body and region, and supervisors of the region.
#[utoipa::path(
    get, path = "/v1/cases/{id}", tag = "cases", operation_id = "read_case",
    summary = "查看办件 Read a case",
    params(("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "办件 the case", body = CaseView),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["window_clerk", "approver", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<CaseView>, Problem> {
    let (case, terms) = app::read::case(&desk, &id, &caller.principal).await?;
    Ok(Json(CaseView::of(&id, &case, &terms, &caller.principal)))
}
