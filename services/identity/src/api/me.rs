//! `/identity/v1/me`: what belongs to the caller.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_web::{Body, CallerOf, Problem, reply};
use utoipa::ToSchema;

use crate::api::accounts::AccountDetail;
use crate::api::samples;
use crate::app::{App, authenticate::Refusal, change_password};
use crate::domain::account::AccountState;
use crate::domain::secret::Secret;
use crate::store::credential;

/// 本人账号: the caller's own account, with the whole number of the document.
#[utoipa::path(
    get, path = "/v1/me", tag = "me", operation_id = "read_own_account",
    summary = "查看本人账号 Read one's own account",
    responses(
        (status = 200, description = "本人账号 the account", body = AccountDetail,
            example = json!(samples::oneself())),
        (status = 404, description = "没有该账号 no such account", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该账号，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation", "officer", "system"]}))),
)]
pub async fn read_me(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
) -> Result<Json<AccountDetail>, Problem> {
    let id = &caller.principal.account;
    let loaded = app.host.ledger.load::<AccountState>(id).await?;
    let loaded = loaded.ok_or_else(|| Fault::not_found("该账号"))?;
    let login = credential::of_account(app.host.db(), id).await?.map(|found| found.login);
    Ok(Json(AccountDetail::of_owner(id, login, &loaded.state)))
}

/// The password in use and the one to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Password in use (现密码).
    #[schema(value_type = String, max_length = 1024, example = "海州区的好天气 2026")]
    current_password: Secret,
    /// New one (新密码): 10 to 128 characters of two kinds or more, without the login name.
    #[schema(value_type = String, max_length = 1024, example = "东海县的好收成 2027")]
    new_password: Secret,
}

/// That a password was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordChanged {
    /// Whose.
    #[schema(format = Uuid, example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    pub account: String,
    /// When.
    #[schema(example = "2026-03-11T01:42:10Z")]
    pub changed_at: DateTime<Utc>,
}

/// 修改密码: replaces the caller's own password or client secret.
#[utoipa::path(
    put, path = "/v1/me/password", tag = "me", operation_id = "change_own_password",
    summary = "修改密码 Change one's password",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = PasswordChange, description = "现密码和新密码 both passwords"),
    responses(
        (status = 200, description = "已修改 changed", body = PasswordChanged),
        (status = 404, description = "没有该账号 no such account", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该账号，或无权查看"})),
        (status = 409, description = "同时被修改 changed at the same time", body = tongban_web::ProblemDocument,
            example = json!({"code": "raced", "title": "密码刚被修改，请重新登录后再试"})),
        (status = 429, description = "失败次数过多，已锁定 locked after too many failures", body = tongban_web::ProblemDocument,
            example = json!({"code": "too_many_failures", "title": "连续登录失败次数过多，已暂时锁定，请稍后再试", "detail": "约 15 分钟后可再次尝试"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation", "officer", "system"]}))),
)]
pub async fn change_password(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
    body: Body<PasswordChange>,
) -> Result<Response, Refusal> {
    let PasswordChange { current_password: current, new_password: new } = body.value;
    let request = body.request.as_ref();
    let answer = change_password::change_password(&app, &current, &new, &caller, request).await?;
    Ok(reply(answer).into_response())
}
