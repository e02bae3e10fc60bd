//! `/identity/.well-known/jwks.json` and the rotation of keys.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_web::{CallerOf, Problem};
use utoipa::ToSchema;

use crate::app::{App, rotate_keys};

/// The public keys of a JWK Set (RFC 7517), of which one signs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonWebKeySet {
    /// The keys.
    #[schema(value_type = Vec<JsonWebKey>)]
    keys: Vec<jsonwebtoken::jwk::Jwk>,
}

/// The public half of a key on the curve P-256, as the JWK library writes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonWebKey {
    /// Always `EC`.
    #[schema(example = "EC")]
    kty: String,
    /// Always `P-256`.
    #[schema(example = "P-256")]
    crv: String,
    /// Always `ES256`.
    #[schema(example = "ES256")]
    alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    usage: String,
    /// Identifier, as in the tokens' headers.
    #[schema(example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    kid: String,
    /// X coordinate, base64url.
    #[schema(example = "gPZfonD4U5BC2964agj4_KkWQUyguexJ_2h9yAmlxWI")]
    x: String,
    /// Y coordinate, base64url.
    #[schema(example = "V1dJw5MSTrB48MovlkP2ocjh9b3zT_kuuSvVi41HBCw")]
    y: String,
}

/// 公钥集: everything a service needs to check tokens by itself.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "keys", operation_id = "read_token_keys",
    summary = "令牌公钥集 Public keys of tokens (JWK Set)",
    responses((status = 200, description = "公钥集 the keys", body = JsonWebKeySet)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read_keys(State(app): State<App>) -> Result<Response, Problem> {
    let keys = app.keyring.published().await?.keys;
    // Short enough that a new key is known everywhere before it signs.
    Ok(([(CACHE_CONTROL, "public, max-age=15")], Json(JsonWebKeySet { keys })).into_response())
}

/// The next signing key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyRotation {
    /// Its identifier.
    #[schema(example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    kid: String,
    /// When it begins to sign (启用时间).
    #[schema(example = "2026-03-11T01:43:10Z")]
    active_from: DateTime<Utc>,
}

/// 轮换签名密钥: publishes the next key, which signs a minute later; while one is on its way, that one.
#[utoipa::path(
    post, path = "/v1/keys/rotation", tag = "keys", operation_id = "rotate_token_keys",
    summary = "轮换签名密钥 Rotate the signing key",
    responses((status = 200, description = "下一密钥 the next key", body = KeyRotation)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["identity_admin"]}))),
)]
pub async fn rotate(
    State(app): State<App>,
    CallerOf(caller): CallerOf,
) -> Result<Json<KeyRotation>, Problem> {
    let key = rotate_keys::rotate(&app, &caller).await?;
    Ok(Json(KeyRotation { kid: key.kid.clone(), active_from: key.times.active_from }))
}
