//! `/v1/inspectors`: the library of inspectors.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::supervision::{Inspector, RecusalRelation};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, civil_date};
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use super::SupervisionReason;
use crate::app::{self, Desk};
use crate::domain::inspector::{Command, Record};
use crate::store::inspector::{self as store, Model};

/// An object that an inspector may not inspect (回避).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecusalView {
    /// The object.
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub object: String,
    /// The relation.
    pub relation: RecusalRelation,
    /// In words.
    #[schema(example = "法定代表人为本人配偶")]
    pub reason: String,
}

/// An inspector as the library has him or her (检查人员).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectorView {
    /// Identifier.
    #[schema(format = Uuid, example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    pub id: String,
    /// Particulars.
    pub inspector: Inspector,
    /// Objects that he or she may not inspect.
    pub recusals: Vec<RecusalView>,
    /// Codes of the qualifications that are valid today (当前有效资格).
    #[schema(example = json!(["food"]))]
    pub valid_today: Vec<String>,
    /// Why he or she inspects no longer (离任原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("调离执法岗位"))]
    pub left: Option<String>,
}

impl InspectorView {
    /// The view of a record on a day.
    pub fn of(id: &str, record: &Record, today: NaiveDate) -> Self {
        let recusals = record.recusals.iter().map(|(object, recusal)| RecusalView {
            object: object.clone(),
            relation: recusal.relation,
            reason: recusal.reason.clone(),
        });
        let codes = record.inspector.qualifications.iter().map(|one| one.code.as_str());
        let mut valid_today: Vec<String> = codes
            .filter(|code| record.unfit([*code], today).is_none())
            .map(str::to_owned)
            .collect();
        valid_today.dedup();
        Self {
            id: id.to_owned(),
            inspector: record.inspector.clone(),
            recusals: recusals.collect(),
            valid_today,
            left: record.left.clone(),
        }
    }
}

/// An inspector in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectorListed {
    /// Identifier.
    #[schema(format = Uuid, example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    pub id: String,
    /// Certificate (执法证号).
    #[schema(example = "JS-HZ-0001")]
    pub certificate: String,
    /// Name.
    #[schema(example = "李检查（示例）")]
    pub name: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Codes of qualifications, with a blank between them.
    #[schema(example = "food fire")]
    pub qualifications: String,
    /// Whether he or she still inspects (在岗).
    #[schema(example = true)]
    pub active: bool,
}

impl From<Model> for InspectorListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            certificate: row.certificate,
            name: row.name,
            region: row.region,
            qualifications: row.qualifications.trim().to_owned(),
            active: row.active,
        }
    }
}

/// What inspectors are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InspectorSearch {
    /// A qualification.
    #[param(example = "food")]
    qualification: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "JS-HZ-0001")]
    after: Option<String>,
}

/// 执法检查人员名录库: inspectors of the caller's body and region.
#[utoipa::path(
    get, path = "/v1/inspectors", tag = "inspectors", operation_id = "search_inspectors",
    summary = "查询检查人员 Search inspectors",
    params(InspectorSearch),
    responses(
        (status = 200, description = "检查人员 inspectors of the body", body = Page<InspectorListed>),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer", "system"],
        "roles": ["inspection_planner", "inspection_approver"], "scoped": true,
    }))),
)]
pub async fn search(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<InspectorSearch>,
) -> Result<Json<Page<InspectorListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let qualification = query.qualification.as_deref();
    let found = store::search(desk.host.db(), &caller.principal, qualification, &page).await?;
    let items = found.items.into_iter().map(InspectorListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 检查人员: one inspector of the caller's body and region.
#[utoipa::path(
    get, path = "/v1/inspectors/{id}", tag = "inspectors", operation_id = "read_inspector",
    summary = "查看检查人员 Read an inspector",
    params(
        ("id" = Uuid, Path, description = "检查人员标识 identifier", example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807"),
    ),
    responses(
        (status = 200, description = "检查人员 the inspector", body = InspectorView),
        (status = 404, description = "没有该检查人员 no such inspector", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查人员，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer", "system"],
        "roles": ["inspection_planner", "inspection_approver"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<InspectorView>, Problem> {
    let record = desk.there::<Record>(&id, "该检查人员").await?.state;
    let Inspector { body, region, .. } = &record.inspector;
    if caller.principal.body.as_ref() != Some(body) || !caller.principal.reaches(region) {
        return Err(Fault::forbidden("not_your_body", "只能查看本单位、本区域的检查人员").into());
    }
    let today = civil_date(desk.host.clock.now());
    Ok(Json(InspectorView::of(&id, &record, today)))
}

/// 检查人员入库: one certificate, one inspector.
#[utoipa::path(
    post, path = "/v1/inspectors", tag = "inspectors", operation_id = "register_inspector",
    summary = "登记检查人员 Register an inspector",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = Inspector, description = "检查人员 the inspector"),
    responses(
        (status = 201, description = "已入库 registered", body = InspectorView),
        (status = 409, description = "已在名录库中 registered already", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_registered", "title": "该执法证号已在名录库中，请使用变更"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<Inspector>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::inspectors::register(&desk, body.value, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 变更: other particulars or qualifications.
#[utoipa::path(
    put, path = "/v1/inspectors/{id}", tag = "inspectors", operation_id = "change_inspector",
    summary = "变更检查人员 Change an inspector",
    params(
        ("id" = Uuid, Path, description = "检查人员标识 identifier", example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = Inspector, description = "检查人员 the inspector"),
    responses(
        (status = 200, description = "已变更 changed", body = InspectorView),
        (status = 404, description = "没有该检查人员 no such inspector", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查人员，或无权查看"})),
        (status = 409, description = "已离任，或执法证号不同 left, or another certificate", body = tongban_web::ProblemDocument,
            example = json!({"code": "certificate_differs", "title": "执法证号不能变更"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn change(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<Inspector>,
) -> Result<Response, Problem> {
    let command = Command::Change(Box::new(body.value));
    let request = body.request.as_ref();
    let answer = app::inspectors::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// An object that an inspector may not inspect, and why (回避登记).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectorRecusal {
    /// The object.
    #[schema(format = Uuid, min_length = 1, max_length = 64, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    object: String,
    /// The relation.
    relation: RecusalRelation,
    /// In words; never published.
    #[schema(min_length = 1, max_length = 500, example = "法定代表人为本人配偶")]
    reason: String,
}

/// 回避登记: before a draw; afterwards the inspector is replaced.
#[utoipa::path(
    post, path = "/v1/inspectors/{id}/recusals", tag = "inspectors", operation_id = "recuse_inspector",
    summary = "登记回避 Recuse an inspector from an object",
    params(
        ("id" = Uuid, Path, description = "检查人员标识 identifier", example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = InspectorRecusal, description = "对象与关系 the object and the relation"),
    responses(
        (status = 200, description = "已登记 noted", body = InspectorView),
        (status = 404, description = "没有该检查人员 no such inspector", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查人员，或无权查看"})),
        (status = 409, description = "已离任 left", body = tongban_web::ProblemDocument,
            example = json!({"code": "inspector_left", "title": "该检查人员已离任"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn recuse(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<InspectorRecusal>,
) -> Result<Response, Problem> {
    let InspectorRecusal { object, relation, reason } = body.value;
    let command = Command::Recuse { object, relation, reason };
    let request = body.request.as_ref();
    let answer = app::inspectors::recuse(&desk, &id, command, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 解除回避.
#[utoipa::path(
    post, path = "/v1/inspectors/{id}/recusals/{object}/lifting", tag = "inspectors", operation_id = "lift_recusal",
    summary = "解除回避 Lift a recusal",
    params(
        ("id" = Uuid, Path, description = "检查人员标识 identifier", example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807"),
        ("object" = Uuid, Path, description = "检查对象标识 identifier of the object", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "理由 the reason"),
    responses(
        (status = 200, description = "已解除 lifted", body = InspectorView),
        (status = 404, description = "没有该检查人员 no such inspector", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查人员，或无权查看"})),
        (status = 409, description = "没有登记回避 not recused", body = tongban_web::ProblemDocument,
            example = json!({"code": "not_recused", "title": "没有登记该对象的回避"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn lift_recusal(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, object)): Segment<(String, String)>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let command = Command::LiftRecusal { object, reason: body.value.reason };
    let request = body.request.as_ref();
    let answer = app::inspectors::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 离任: inspects no longer.
#[utoipa::path(
    post, path = "/v1/inspectors/{id}/departure", tag = "inspectors", operation_id = "retire_inspector",
    summary = "检查人员离任 Note that an inspector left",
    params(
        ("id" = Uuid, Path, description = "检查人员标识 identifier", example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "离任原因 the reason"),
    responses(
        (status = 200, description = "已离任 left", body = InspectorView, example = json!({"left": "调离执法岗位"})),
        (status = 404, description = "没有该检查人员 no such inspector", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查人员，或无权查看"})),
        (status = 409, description = "已经离任 left already", body = tongban_web::ProblemDocument,
            example = json!({"code": "inspector_left", "title": "该检查人员已离任"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn leave(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let command = Command::Leave { reason: body.value.reason };
    let request = body.request.as_ref();
    let answer = app::inspectors::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
