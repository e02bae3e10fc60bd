//! `/supermarket/v1/agencies`: what agencies do by themselves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::supermarket::{Contact, Offer, Qualification, StaffMember};
use tongban_kernel::{Fault, RegionCode, Role};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agency_view::AgencyFile;
use crate::app::{self, Desk};
use crate::domain::agency::Command;
use crate::domain::profile::Details;

/// What an agency says of itself on entry (入驻申报).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyRegistration {
    /// Unified social credit code: that of the account (统一社会信用代码).
    #[schema(min_length = 18, max_length = 18, example = "91320706MA0000201C")]
    credit_code: String,
    /// Everything else.
    details: AgencyDetails,
}

/// What an agency may change (机构信息).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyDetails {
    /// Region of its office (所在区划).
    region: RegionCode,
    /// How it is reached (联系方式).
    contact: Contact,
    /// Its professionals (从业人员).
    #[schema(max_items = 200)]
    staff: Vec<StaffMember>,
    /// Its qualifications (机构资质).
    #[schema(max_items = 50)]
    qualifications: Vec<Qualification>,
}

impl From<AgencyDetails> for Details {
    fn from(given: AgencyDetails) -> Self {
        let AgencyDetails { region, contact, staff, qualifications } = given;
        Self { region, contact, staff, qualifications }
    }
}

/// 入驻: nobody reviews it; account and credit code are checked by machine.
#[utoipa::path(
    post, path = "/v1/agencies", tag = "agencies", operation_id = "register_agency",
    summary = "中介机构入驻 Register an agency",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = AgencyRegistration, description = "入驻申报 what the agency says of itself"),
    responses(
        (status = 201, description = "已入驻 registered", body = AgencyFile),
        (status = 409, description = "已入驻或者已被清退 registered already, or excluded", body = ProblemDocument,
            example = json!({"code": "already_registered", "title": "该统一社会信用代码已入驻，一码一户"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"]}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<AgencyRegistration>,
) -> Result<Response, Problem> {
    let AgencyRegistration { credit_code, details } = body.value;
    let request = body.request.as_ref();
    let answer =
        app::agencies::register(&desk, &credit_code, details.into(), &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 本机构: all there is of the caller's own agency.
#[utoipa::path(
    get, path = "/v1/own-agency", tag = "agencies", operation_id = "read_own_agency",
    summary = "查看本机构 Read one's own agency",
    responses(
        (status = 200, description = "机构档案 the file", body = AgencyFile),
        (status = 404, description = "尚未入驻 not registered", body = ProblemDocument,
            example = json!({"title": "找不到本账号的中介机构，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn own(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
) -> Result<Json<AgencyFile>, Problem> {
    Ok(Json(app::agencies::own(&desk, &caller).await?))
}

/// 机构档案: for the agency itself and for officers of its region.
#[utoipa::path(
    get, path = "/v1/agencies/{id}/file", tag = "agencies", operation_id = "read_agency_file",
    summary = "查看机构档案 Read all there is of an agency",
    params(("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")),
    responses(
        (status = 200, description = "机构档案 the file", body = AgencyFile),
        (status = 404, description = "没有该机构 no such agency", body = ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["market_manager", "industry_reviewer", "supervisor"], "scoped": true,
    }))),
)]
pub async fn file(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<AgencyFile>, Problem> {
    let agency = desk.agency(id).await?.state;
    let actor = &caller.principal;
    let officer = [Role::MarketManager, Role::IndustryReviewer, Role::Supervisor];
    let officer = officer.iter().any(|role| actor.roles.contains(role));
    let overseen = officer && actor.reaches(&agency.profile.region);
    if !(agency.is_of(actor) || overseen) {
        let title = "只有本机构和本区域的工作人员可以查看机构档案";
        return Err(Fault::forbidden("not_your_agency", title).into());
    }
    Ok(Json(AgencyFile::of(id, &agency, desk.host.clock.now())))
}

/// 信息变更: contact, professionals, qualifications.
#[utoipa::path(
    put, path = "/v1/agencies/{id}/details", tag = "agencies", operation_id = "change_agency",
    summary = "变更机构信息 Change what an agency says of itself",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = AgencyDetails, description = "机构信息 all of it"),
    responses(
        (status = 200, description = "已变更 changed", body = AgencyFile),
        (status = 404, description = "没有该机构 no such agency", body = ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
        (status = 409, description = "已退出或者已被清退 left or excluded", body = ProblemDocument,
            example = json!({"code": "agency_left", "title": "该机构已退出"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn change(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<AgencyDetails>,
) -> Result<Response, Problem> {
    let command = Command::Change(Box::new(body.value.into()));
    let request = body.request.as_ref();
    let answer = app::agencies::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 公布服务报价: conditions, flow, time limit and fee; within what the directory publishes.
#[utoipa::path(
    put, path = "/v1/agencies/{id}/offers/{service}", tag = "agencies", operation_id = "publish_offer",
    summary = "公布服务报价 Publish an offer",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("service" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = Offer, description = "服务报价 the terms"),
    responses(
        (status = 200, description = "已公布 published", body = AgencyFile),
        (status = 404, description = "没有该机构或者事项 no such agency or service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
        (status = 409, description = "事项未在用 not in force", body = ProblemDocument,
            example = json!({"code": "not_in_force", "title": "该中介服务事项未在用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn publish_offer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, service)): Segment<(Uuid, Uuid)>,
    body: Body<Offer>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::agencies::offer(&desk, id, service, body.value, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Why something of the agency's own ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnReason {
    /// Why (理由).
    #[schema(min_length = 1, max_length = 500, example = "业务调整")]
    pub reason: String,
}

/// 撤回服务报价
#[utoipa::path(
    delete, path = "/v1/agencies/{id}/offers/{service}", tag = "agencies", operation_id = "withdraw_offer",
    summary = "撤回服务报价 Withdraw an offer",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("service" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
    ),
    responses(
        (status = 200, description = "已撤回 withdrawn", body = AgencyFile),
        (status = 404, description = "没有该报价 no such offer", body = ProblemDocument,
            example = json!({"title": "找不到该服务报价，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn withdraw_offer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, service)): Segment<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let command = Command::WithdrawOffer(service);
    let answer = app::agencies::act(&desk, id, command, &caller, None, 200).await?;
    Ok(reply(answer).into_response())
}

/// 退出: once its contracts are settled.
#[utoipa::path(
    post, path = "/v1/agencies/{id}/exit", tag = "agencies", operation_id = "leave_supermarket",
    summary = "中介机构退出 Leave the supermarket",
    params(
        ("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = OwnReason, description = "退出理由 the reason"),
    responses(
        (status = 200, description = "已退出 left", body = AgencyFile),
        (status = 404, description = "没有该机构 no such agency", body = ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
        (status = 409, description = "合同未结清 contracts are running", body = ProblemDocument,
            example = json!({"code": "contracts_running", "title": "尚有未履行完毕的合同，结清后方可退出"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn leave(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<OwnReason>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::agencies::leave(&desk, id, body.value.reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}
