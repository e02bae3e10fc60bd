//! `/identity/v1/tokens`: line systems get tokens (OAuth 2.0, RFC 6749).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, Faults};
use utoipa::ToSchema;

use super::form::{FormBody, basic};
use crate::app::{App, authenticate::Refusal, client_token};
use crate::domain::secret::Secret;

/// The client credentials grant, form-encoded; unknown parameters are passed over, as the RFC wants it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClientCredentials {
    /// Always `client_credentials`.
    #[schema(required, example = "client_credentials")]
    grant_type: Option<String>,
    /// Client identifier (应用标识), unless sent as Basic credentials.
    #[schema(example = "line.haizhou.zhujian")]
    client_id: Option<String>,
    /// Client secret (应用密钥), unless sent as Basic credentials.
    #[schema(value_type = Option<String>, example = "7KQM-X4TR-92WD-HBPN")]
    client_secret: Option<Secret>,
}

/// A token for a line system.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientToken {
    /// Bearer token (访问令牌).
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9…")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until it expires (有效秒数).
    #[schema(example = 900)]
    expires_in: i64,
}

/// 业务系统取得令牌: by client credentials, in the body or as Basic credentials, not both.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "sessions", operation_id = "grant_client_token",
    summary = "业务系统取得令牌 Token for a line system (client credentials)",
    request_body(
        content = ClientCredentials, content_type = "application/x-www-form-urlencoded",
        description = "客户端凭证 client credentials",
    ),
    responses(
        (status = 200, description = "令牌 the token", body = ClientToken),
        (status = 401, description = "应用标识或密钥不正确 unknown client or wrong secret", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_credentials", "title": "登录名或密码不正确"})),
        (status = 403, description = "账号已停用 account disabled", body = tongban_web::ProblemDocument,
            example = json!({"code": "account_disabled", "title": "该账号已停用，请联系本单位或本区域的系统管理员"})),
        (status = 400, description = "请求无法读取 (malformed request)", body = tongban_web::ProblemDocument,
            example = json!({"code": "malformed_form", "title": "请求内容不是合法的表单编码"})),
        (status = 415, description = "请求内容的类型不受支持 (unsupported media type)", body = tongban_web::ProblemDocument,
            example = json!({
                "code": "not_form",
                "title": "请求内容应为表单编码（Content-Type: application/x-www-form-urlencoded）",
            })),
        (status = 422, description = "请求内容有误，逐项列明 (every fault named)", body = tongban_web::ProblemDocument,
            example = json!({"errors": [
                {"pointer": "/grant_type", "code": "required", "message": "缺少 grant_type"},
                {"pointer": "/client_id", "code": "required", "message": "缺少 client_id"},
            ]})),
        (status = 429, description = "失败次数过多，已锁定 locked after too many failures", body = tongban_web::ProblemDocument,
            example = json!({"code": "too_many_failures", "title": "连续登录失败次数过多，已暂时锁定，请稍后再试", "detail": "约 15 分钟后可再次尝试"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn client_token(
    State(app): State<App>,
    headers: HeaderMap,
    FormBody(form): FormBody<ClientCredentials>,
) -> Result<Response, Refusal> {
    let (client, secret) = credentials(&headers, form)?;
    let granted = client_token::client_token(&app, &client, &secret).await?;
    let answer = ClientToken {
        access_token: granted.token,
        token_type: "Bearer",
        expires_in: granted.expires_in,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The credentials of the one place they were sent in; every fault of the form at once.
fn credentials(headers: &HeaderMap, form: ClientCredentials) -> Result<(String, Secret), Fault> {
    let basic = basic(headers)?;
    let mut faults = Faults::new();
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        None => faults.add("/grant_type", "required", "缺少 grant_type"),
        Some(_) => faults.add("/grant_type", "enum", "grant_type 只支持 client_credentials"),
    }
    if basic.is_some() && form.client_secret.is_some() {
        faults.add("/client_secret", "twice", "凭证只能在请求体或 Authorization 头之一给出");
    }
    let sent = basic.or(form.client_id.clone().zip(form.client_secret.clone()));
    if sent.is_none() {
        if form.client_id.is_none() {
            faults.add("/client_id", "required", "缺少 client_id");
        }
        if form.client_secret.is_none() {
            faults.add("/client_secret", "required", "缺少 client_secret");
        }
    }
    let found = faults.into_result("invalid_request", "请求内容有误");
    found.and_then(|()| sent.ok_or_else(|| Fault::internal("credentials neither there nor missed")))
}
