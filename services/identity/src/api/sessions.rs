//! `/identity/v1/sessions`: people sign in.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_web::Body;
use utoipa::ToSchema;

use crate::api::accounts::AccountDetail;
use crate::api::samples;
use crate::app::{App, authenticate::Refusal, sign_in};
use crate::domain::secret::Secret;

/// Login and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Login name (登录名).
    #[schema(max_length = 128, example = "citizen.chen")]
    login: String,
    /// Password (密码).
    #[schema(value_type = String, max_length = 1024, example = "海州区的好天气 2026")]
    password: Secret,
}

/// A session: who signed in, and the token for everything that follows.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Bearer token (访问令牌).
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9…")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until it expires (有效秒数).
    #[schema(example = 900)]
    expires_in: i64,
    /// Who signed in.
    account: AccountDetail,
}

/// 登录: a token for a login and its password.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", operation_id = "sign_in",
    summary = "登录 Sign in",
    request_body(content = SignIn, description = "登录名和密码 login and password"),
    responses(
        (status = 200, description = "已登录 signed in", body = SignedIn,
            example = json!({"account": samples::citizen()})),
        (status = 401, description = "登录名或密码不正确 unknown login or wrong password", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_credentials", "title": "登录名或密码不正确"})),
        (status = 403, description = "账号已停用 account disabled", body = tongban_web::ProblemDocument,
            example = json!({"code": "account_disabled", "title": "该账号已停用，请联系本单位或本区域的系统管理员"})),
        (status = 429, description = "失败次数过多，已锁定 locked after too many failures", body = tongban_web::ProblemDocument,
            example = json!({"code": "too_many_failures", "title": "连续登录失败次数过多，已暂时锁定，请稍后再试", "detail": "约 15 分钟后可再次尝试"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn sign_in(State(app): State<App>, body: Body<SignIn>) -> Result<Response, Refusal> {
    let SignIn { login, password } = body.value;
    let who = sign_in::sign_in(&app, &login, &password).await?;
    let answer = SignedIn {
        access_token: who.granted.token,
        token_type: "Bearer",
        expires_in: who.granted.expires_in,
        account: AccountDetail::of(&who.id, Some(login), &who.state),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
