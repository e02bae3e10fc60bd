//! `/licences/v1/licences`: licences whole, for their holders and issuers.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::licences::{Licence, RevocationGround};
use tongban_contracts::samples::company_document;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, civil_date};
use tongban_runtime::Host;
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::ToSchema;

use crate::app;
use crate::domain::licence::{Record, Revocation};
use crate::domain::validity::LicenceState;
use crate::store::licence::{self as store, Model, Scope};

/// A licence, whole (电子证照).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceView {
    /// What it is worth today (证照状态).
    #[schema(example = "valid")]
    pub state: LicenceState,
    /// When it was issued (签发时间).
    #[schema(example = "2026-03-13T02:05:31Z")]
    pub issued_at: DateTime<Utc>,
    /// How it ended early (撤销信息).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<LicenceRevoked>,
    /// The licence.
    pub licence: Licence,
}

/// How a licence ended early (撤销信息).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "ground": "deregistered", "reason": "持证人申请注销", "at": "2026-06-01T02:00:00Z",
})))]
pub struct LicenceRevoked {
    /// Ground (依据).
    #[schema(example = "deregistered")]
    pub ground: RevocationGround,
    /// Reason (理由).
    #[schema(example = "持证人申请注销")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-06-01T02:00:00Z")]
    pub at: DateTime<Utc>,
}

impl From<&Revocation> for LicenceRevoked {
    fn from(revocation: &Revocation) -> Self {
        let Revocation { ground, reason, at } = revocation;
        Self { ground: *ground, reason: reason.clone(), at: *at }
    }
}

impl LicenceView {
    /// A licence as it stands on `today`.
    pub fn of(record: &Record, today: NaiveDate) -> Self {
        Self {
            state: record.state_on(today),
            issued_at: record.issued_at,
            revocation: record.revocation.as_ref().map(LicenceRevoked::from),
            licence: record.licence.clone(),
        }
    }
}

/// A licence in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceListed {
    /// Identifier (电子证照标识).
    #[schema(example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")]
    pub identifier: String,
    /// Name of its type (证照名称).
    #[schema(example = "建筑工程施工许可证")]
    pub type_name: String,
    /// Holder (持证主体).
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub holder_name: String,
    /// Issuing body (颁发机构).
    #[schema(example = "11320706MB0000001B")]
    pub issuer: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub issuer_name: String,
    /// Region (行政区划).
    #[schema(example = "320706")]
    pub region: String,
    /// First day of validity.
    #[schema(example = "2026-03-13")]
    pub valid_from: NaiveDate,
    /// Last day of validity; absent for an unlimited term.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub valid_until: Option<NaiveDate>,
    /// What it is worth today (证照状态).
    #[schema(example = "valid")]
    pub state: LicenceState,
}

impl LicenceListed {
    fn of(row: Model, today: NaiveDate) -> Self {
        Self {
            state: LicenceState::on(today, row.valid_from, row.valid_until, row.revoked),
            identifier: row.identifier,
            type_name: row.type_name,
            holder_name: row.holder_name,
            issuer: row.issuer,
            issuer_name: row.issuer_name,
            region: row.region,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        }
    }
}

/// 证照列表: a holder's own; an officer's body's; a supervisor's region's. Newest first.
#[utoipa::path(
    get, path = "/v1/licences", tag = "licences", operation_id = "list_licences",
    summary = "查看证照列表 List licences",
    params(PageQuery),
    responses((status = 200, description = "证照 licences within the caller's reach", body = Page<LicenceListed>)),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["licence_officer", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LicenceListed>>, Problem> {
    let scope = Scope::of(&caller.principal)?;
    let found = store::list(host.db(), &scope, &page).await?;
    let today = civil_date(host.clock.now());
    let items = found.items.into_iter().map(|row| LicenceListed::of(row, today)).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 证照详情: for the holder, the issuer's licence officers and the region's supervisors.
#[utoipa::path(
    get, path = "/v1/licences/{identifier}", tag = "licences", operation_id = "read_licence",
    summary = "查看证照 Read a licence",
    params(("identifier" = String, Path, description = "电子证照标识 identifier of the licence", example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")),
    responses(
        (status = 200, description = "证照 the licence", body = LicenceView,
            example = json!({
                "licence": {"holder_document": company_document()},
            })),
        (status = 404, description = "没有该证照 no such licence", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该证照，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["licence_officer", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Segment(identifier): Segment<String>,
) -> Result<Json<LicenceView>, Problem> {
    let found = store::by_identifier(&host, &identifier).await?;
    let (_, record) = found.ok_or_else(|| Fault::not_found("该证照"))?;
    record.may_read(&caller.principal)?;
    Ok(Json(LicenceView::of(&record, civil_date(host.clock.now()))))
}

/// Why a licence ends early.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceRevocation {
    /// Ground (依据).
    #[schema(example = "deregistered")]
    ground: RevocationGround,
    /// Reason told to the holder (理由).
    #[schema(min_length = 1, max_length = 500, pattern = r"\S", example = "持证人申请注销")]
    reason: String,
}

/// 撤销、吊销、注销: ends a licence of the officer's own body.
#[utoipa::path(
    post, path = "/v1/licences/{identifier}/revocation", tag = "licences", operation_id = "revoke_licence",
    summary = "撤销、吊销或注销证照 Revoke a licence",
    params(
        ("identifier" = String, Path, description = "电子证照标识 identifier of the licence", example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = LicenceRevocation, description = "依据和理由 ground and reason"),
    responses(
        (status = 200, description = "已撤销 revoked", body = LicenceView,
            example = json!({
                "licence": {"holder_document": company_document()},
                "state": "revoked",
                "revocation": {"ground": "deregistered", "reason": "持证人申请注销", "at": "2026-06-01T02:00:00Z"},
            })),
        (status = 404, description = "没有该证照 no such licence", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该证照，或无权查看"})),
        (status = 409, description = "已经撤销 already revoked", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_revoked", "title": "该证照已撤销、吊销或注销，不能再次办理"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["licence_officer"], "scoped": true}))),
)]
pub async fn revoke(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Segment(identifier): Segment<String>,
    body: Body<LicenceRevocation>,
) -> Result<Response, Problem> {
    let LicenceRevocation { ground, reason } = body.value;
    let request = body.request.as_ref();
    let answer = app::revoke::revoke(&host, &identifier, ground, reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}
