//! `/identity/v1/accounts`: accounts of staff and line systems, and their upkeep.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_contracts::identity::{Account, IdentityDocument};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{PrincipalKind, RegionCode, Role};
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use super::samples;
use crate::app::{App, change_roles, create_account, disable_account};
use crate::domain::account::AccountState;
use crate::domain::mask::masked;
use crate::domain::secret::Secret;
use crate::store::{account as store, credential};

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = samples::officer)]
pub struct AccountDetail {
    /// Identifier.
    #[schema(format = Uuid, example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    pub id: String,
    /// Login name, or client identifier of a system (登录名).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "clerk.haizhou.1")]
    pub login: Option<String>,
    /// Name (姓名或名称).
    #[schema(example = "王建国")]
    pub name: String,
    /// Kind of principal (主体类型).
    pub kind: PrincipalKind,
    /// Identity document; a citizen's number is masked for everyone but the citizen (证件).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<IdentityDocument>,
    /// Body of staff, by credit code (所属单位).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "11320706MB0000001B")]
    pub body: Option<String>,
    /// Region within reach of staff (管辖区域).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Roles of staff (岗位).
    pub roles: BTreeSet<Role>,
    /// Why it was disabled, if it was (停用原因).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("离职"))]
    pub disabled: Option<String>,
}

impl AccountDetail {
    /// The account as others see it.
    pub fn of(id: &str, login: Option<String>, state: &AccountState) -> Self {
        let document = state.account.document.as_ref().map(masked);
        Self { document, ..Self::of_owner(id, login, state) }
    }

    /// The account as its owner sees it.
    pub fn of_owner(id: &str, login: Option<String>, state: &AccountState) -> Self {
        let Account { name, kind, document, body, region, roles } = state.account.clone();
        let disabled = state.disabled.clone();
        Self { id: id.to_owned(), login, name, kind, document, body, region, roles, disabled }
    }
}

/// An account of staff in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountListed {
    /// Identifier.
    #[schema(format = Uuid, example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    id: String,
    /// Login name, or client identifier of a system (登录名).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "clerk.haizhou.1")]
    login: Option<String>,
    /// Name (姓名或名称).
    #[schema(example = "王建国")]
    name: String,
    /// Kind of principal (主体类型).
    #[schema(example = "officer")]
    kind: String,
    /// Body, by credit code (所属单位).
    #[schema(example = "11320706MB0000001B")]
    body: Option<String>,
    /// Region within reach (管辖区域).
    #[schema(example = "320706")]
    region: Option<String>,
    /// Roles (岗位).
    roles: BTreeSet<Role>,
    /// Whether it was disabled (是否停用).
    #[schema(example = false)]
    disabled: bool,
}

impl AccountListed {
    fn of(row: store::Model, login: Option<String>) -> Self {
        let roles = serde_json::from_str(&row.roles).unwrap_or_default();
        let store::Model { id, name, kind, body, region, disabled, .. } = row;
        Self { id, login, name, kind, body, region, roles, disabled }
    }
}

/// Which accounts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountSearch {
    /// Only those of this body, by credit code (所属单位).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    after: Option<String>,
}

/// 查询账号: staff and systems within the administrator's region.
#[utoipa::path(
    get, path = "/v1/accounts", tag = "accounts", operation_id = "list_accounts",
    summary = "查询本区域账号 List accounts of one's own region",
    params(AccountSearch),
    responses((status = 200, description = "账号 the accounts", body = Page<AccountListed>)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"], "scoped": true}))),
)]
pub async fn list(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
    Query(search): Query<AccountSearch>,
) -> Result<Json<Page<AccountListed>>, Problem> {
    let db = app.host.db();
    let page = PageQuery { limit: search.limit, after: search.after };
    let staff = store::StaffWithin::reach_of(&caller.principal)?.of_body(search.body.as_deref());
    let found = staff.page(db, &page).await?;
    let mut logins = credential::logins(db, found.items.iter().map(|row| row.id.as_str())).await?;
    let listed = found.items.into_iter().map(|row| {
        let login = logins.remove(&row.id);
        AccountListed::of(row, login)
    });
    Ok(Json(Page { items: listed.collect(), next: found.next }))
}

/// Who works for a body.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffKind {
    /// 工作人员: an officer, under a personal account.
    Officer,
    /// 业务系统: a line system.
    System,
}

/// An account for staff or a line system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountOpening {
    /// Login name, or client identifier of a system (登录名): 3 to 64 small letters, digits, dots, underscores, hyphens.
    #[schema(max_length = 128, example = "clerk.haizhou.3")]
    login: String,
    /// Initial password or client secret (初始密码); made and told once when it is left out.
    #[schema(value_type = Option<String>, max_length = 1024, example = "海州区的好天气 2026")]
    password: Option<Secret>,
    /// Who it is for.
    kind: StaffKind,
    /// The officer's own name (实名), or the system's.
    #[schema(max_length = 200, example = "王建国")]
    name: String,
    /// Body, by credit code (所属单位).
    #[schema(max_length = 64, example = "11320706MB0000001B")]
    body: String,
    /// Region within reach: the body's or one below it (管辖区域).
    region: RegionCode,
    /// Roles (岗位).
    #[serde(default)]
    #[schema(example = json!(["window_clerk"]))]
    roles: BTreeSet<Role>,
}

/// An account that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOpened {
    /// The account.
    pub account: AccountDetail,
    /// The password or client secret, when it was made here; told in no other answer (初始密码).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7KQM-X4TR-92WD-HBPN")]
    pub initial_password: Option<String>,
}

/// 开设账号: for an officer or a line system of a body in the administrator's region.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", operation_id = "open_account",
    summary = "开设工作人员或业务系统账号 Open an account for staff or a system",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = AccountOpening, description = "账号信息 the account"),
    responses((status = 201, description = "已开设 opened", body = AccountOpened,
            example = json!({"account": samples::officer()}))),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"], "scoped": true}))),
)]
pub async fn open(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
    body: Body<AccountOpening>,
) -> Result<Response, Problem> {
    let AccountOpening { login, password, kind, name, body: unit, region, roles } = body.value;
    let kind = match kind {
        StaffKind::Officer => PrincipalKind::Officer,
        StaffKind::System => PrincipalKind::System,
    };
    let (unit, region) = (Some(unit), Some(region));
    let account = Account { name, kind, document: None, body: unit, region, roles };
    let request = body.request.as_ref();
    let answer = create_account::create(&app, login, password, account, caller, request).await?;
    Ok(reply(answer).into_response())
}

/// All roles an account is to have from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleAssignment {
    /// Roles (岗位).
    #[schema(example = json!(["window_clerk", "approver"]))]
    roles: BTreeSet<Role>,
}

/// 变更岗位: of somebody else within the administrator's region.
#[utoipa::path(
    put, path = "/v1/accounts/{id}/roles", tag = "accounts", operation_id = "change_account_roles",
    summary = "变更岗位 Change an account's roles",
    params(
        ("id" = Uuid, Path, description = "账号标识 identifier of the account", example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = RoleAssignment, description = "变更后的全部岗位 all roles from now on"),
    responses(
        (status = 200, description = "已变更 changed", body = AccountDetail,
            example = json!({"roles": ["window_clerk", "approver"]})),
        (status = 404, description = "没有该账号 no such account", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该账号，或无权查看"})),
        (status = 409, description = "账号没有岗位或已停用 no staff, or disabled", body = tongban_web::ProblemDocument,
            example = json!({"code": "account_disabled", "title": "该账号已停用，不能变更岗位"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"], "scoped": true}))),
)]
pub async fn change_roles(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<RoleAssignment>,
) -> Result<Response, Problem> {
    let (roles, request) = (body.value.roles, body.request.as_ref());
    let answer = change_roles::change_roles(&app, &id, roles, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Why an account is disabled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDisablement {
    /// Reason (停用原因).
    #[schema(min_length = 1, max_length = 500, example = "离职")]
    reason: String,
}

/// 停用账号: it can no longer sign in.
#[utoipa::path(
    post, path = "/v1/accounts/{id}/disablement", tag = "accounts", operation_id = "disable_account",
    summary = "停用账号 Disable an account",
    params(
        ("id" = Uuid, Path, description = "账号标识 identifier of the account", example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = AccountDisablement, description = "停用原因 the reason"),
    responses(
        (status = 200, description = "已停用 disabled", body = AccountDetail,
            example = json!({"disabled": "离职"})),
        (status = 404, description = "没有该账号 no such account", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该账号，或无权查看"})),
        (status = 409, description = "已经停用 already disabled", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_disabled", "title": "该账号已停用，不能再次停用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"], "scoped": true}))),
)]
pub async fn disable(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<AccountDisablement>,
) -> Result<Response, Problem> {
    let (reason, request) = (body.value.reason, body.request.as_ref());
    let answer = disable_account::disable(&app, &id, reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}
