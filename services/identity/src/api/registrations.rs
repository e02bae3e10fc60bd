//! `/identity/v1/registrations`: people and organisations open accounts by themselves.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::identity::{Account, DocumentKind, IdentityDocument};
use tongban_kernel::PrincipalKind;
use tongban_web::{Body, Problem, reply};
use utoipa::ToSchema;

use crate::api::accounts::AccountDetail;
use crate::api::samples;
use crate::app::{App, register};
use crate::domain::secret::Secret;

/// Who can register by themselves.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// 自然人: a natural person.
    Citizen,
    /// 法人或其他组织: a company or other organisation.
    Organisation,
}

/// A registration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Login name (登录名): 3 to 64 small letters, digits, dots, underscores, hyphens.
    #[schema(max_length = 128, example = "chen.shouyi")]
    login: String,
    /// Password (密码): 10 to 128 characters of two kinds or more, without the login name.
    #[schema(value_type = String, max_length = 1024, example = "海州区的好天气 2026")]
    password: Secret,
    /// Who registers.
    kind: PersonKind,
    /// Name of the person or organisation (姓名或名称).
    #[schema(max_length = 200, example = "陈守义")]
    name: String,
    /// Citizen identity number, or unified social credit code of an organisation (证件号码).
    #[schema(max_length = 64, example = "320706194803120014")]
    document_number: String,
}

/// The account a registration asks for.
fn account(kind: PersonKind, name: String, number: String) -> Account {
    let (kind, document) = match kind {
        PersonKind::Citizen => (PrincipalKind::Citizen, DocumentKind::CitizenId),
        PersonKind::Organisation => (PrincipalKind::Organisation, DocumentKind::Uscc),
    };
    let document = Some(IdentityDocument { kind: document, number });
    Account { name, kind, document, body: None, region: None, roles: [].into() }
}

/// 自助注册: one account per document.
#[utoipa::path(
    post, path = "/v1/registrations", tag = "accounts", operation_id = "register_account",
    summary = "自助注册 Register as a citizen or organisation",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = Registration, description = "注册信息 the registration"),
    responses((status = 201, description = "已注册 registered", body = AccountDetail,
            example = json!(samples::registered()))),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn register(
    State(app): State<App>,
    body: Body<Registration>,
) -> Result<Response, Problem> {
    let Registration { login, password, kind, name, document_number } = body.value;
    let account = account(kind, name, document_number);
    let answer = register::register(&app, login, password, account, body.request).await?;
    Ok(reply(answer).into_response())
}
