//! A token issuer for tests: a key of its own, a JWKS over HTTP, and tokens for anyone.

use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use tokio::net::TcpListener;
use tongban_kernel::Principal;
use tongban_web::token::Claims;

/// `iss` of the tests' own tokens.
pub const ISSUER: &str = "urn:tongban:testkit";

/// A P-256 key made for the tests and for nothing else.
const TEST_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbbmljasq1SO0aeJ8
GCTX2wnUogN6YNJ4IBZD6QemfkWhRANCAASA9l+icPhTkELb3rhqCPj8qRZBTKC5
7pE+YGlrBw5aiFdXScOTEk6wePDKL5ZD9qHI4fW980/5Lrkr1YuNRwQs
-----END PRIVATE KEY-----
";

/// The issuer.
pub struct Issuer {
    key: EncodingKey,
    kid: String,
    /// Where its JWKS is.
    pub jwks_url: String,
}

impl Issuer {
    /// Serves the JWKS on a free port until the test's runtime ends.
    pub async fn start() -> Self {
        let key = EncodingKey::from_ec_pem(TEST_KEY.as_bytes()).expect("the key above is a key");
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("ES256 has a JWK");
        let kid = "testkit".to_owned();
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let set = JwkSet { keys: vec![jwk] };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/jwks", get(move || async move { Json(set) }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { key, kid, jwks_url: format!("http://{address}/jwks") }
    }

    /// Claims as identity would write them.
    pub fn claims(&self, principal: &Principal, now: DateTime<Utc>) -> Claims {
        Claims {
            iss: ISSUER.into(),
            sub: principal.account.clone(),
            aud: "tongban".into(),
            exp: now.timestamp() + 900,
            nbf: now.timestamp(),
            iat: now.timestamp(),
            jti: uuid::Uuid::new_v4().to_string(),
            kind: principal.kind,
            name: principal.name.clone(),
            body: principal.body.clone(),
            region: principal.region.clone(),
            roles: principal.roles.clone(),
        }
    }

    /// A signed token of these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("claims can be signed")
    }
}
