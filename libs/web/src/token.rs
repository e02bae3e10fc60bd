//! Bearer tokens: signed JWTs of trusted issuers, whose keys are fetched ahead and kept.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tongban_kernel::{Clock, Fault, FaultKind, Principal, PrincipalKind, RegionCode, Role};

/// How often keys are fetched anew; a new key must be published this long (and more) before it signs.
pub const REFRESH: Duration = Duration::from_secs(30);
/// Tokens whose signature was checked lately; their holders send many requests with each.
const REMEMBERED: u64 = 20_000;
/// Clocks of two machines may differ by so many seconds.
const LEEWAY: i64 = 30;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Account.
    pub sub: String,
    /// Audience.
    pub aud: String,
    /// Expiry, seconds since 1970.
    pub exp: i64,
    /// Not before, seconds since 1970.
    pub nbf: i64,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Identifier of the token.
    pub jti: String,
    /// Kind of principal.
    pub kind: PrincipalKind,
    /// Name for people.
    pub name: String,
    /// Body of an officer or system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Region within reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Roles.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
}

impl From<Claims> for Principal {
    fn from(claims: Claims) -> Self {
        Self {
            account: claims.sub,
            kind: claims.kind,
            name: claims.name,
            body: claims.body,
            region: claims.region,
            roles: claims.roles,
        }
    }
}

/// Whose tokens are trusted.
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    /// Its `iss`.
    pub issuer: String,
    /// Where its public keys are (JWK Set).
    pub jwks_url: String,
}

type Keys = HashMap<(String, String), (Algorithm, DecodingKey)>;

/// Checks tokens against the keys of the trusted issuers.
#[derive(Clone)]
pub struct Verifier {
    issuers: Arc<[TrustedIssuer]>,
    audience: Arc<str>,
    clock: Arc<dyn Clock>,
    keys: Arc<RwLock<Arc<Keys>>>,
    unknown: Arc<Notify>,
    /// Tokens that a key at hand has signed. Forgotten whenever keys are learned, so that a key that is
    /// no longer published vouches for nobody.
    genuine: Cache<String, Arc<Genuine>>,
}

/// What a token with a genuine signature says.
struct Genuine {
    not_before: i64,
    expires: i64,
    principal: Principal,
}

impl Verifier {
    /// A verifier without keys yet; [`Verifier::keep_fresh`] fetches them.
    pub fn new(issuers: Vec<TrustedIssuer>, audience: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            issuers: issuers.into(),
            audience: audience.into(),
            clock,
            keys: Arc::default(),
            unknown: Arc::default(),
            genuine: Cache::new(REMEMBERED),
        }
    }

    /// Whether at least one key is at hand.
    pub fn is_ready(&self) -> bool {
        !self.keys().is_empty()
    }

    /// Takes the keys of `issuer` from a JWK Set; keys of unusable kinds are passed over.
    pub fn learn(&self, issuer: &str, set: &JwkSet) {
        let fresh = set.keys.iter().filter_map(|jwk| {
            let algorithm = match jwk.common.key_algorithm? {
                KeyAlgorithm::ES256 => Algorithm::ES256,
                KeyAlgorithm::ES384 => Algorithm::ES384,
                KeyAlgorithm::RS256 => Algorithm::RS256,
                KeyAlgorithm::PS256 => Algorithm::PS256,
                KeyAlgorithm::EdDSA => Algorithm::EdDSA,
                _ => return None,
            };
            let key = DecodingKey::from_jwk(jwk).ok()?;
            Some(((issuer.to_owned(), jwk.common.key_id.clone()?), (algorithm, key)))
        });
        let mut keys: Keys = self.keys().as_ref().clone();
        keys.retain(|(of, _), _| of != issuer);
        keys.extend(fresh);
        if let Ok(mut current) = self.keys.write() {
            *current = Arc::new(keys);
        }
        self.genuine.invalidate_all();
    }

    fn keys(&self) -> Arc<Keys> {
        self.keys.read().map(|keys| Arc::clone(&keys)).unwrap_or_default()
    }

    /// The principal a token vouches for.
    ///
    /// # Errors
    /// Unauthenticated when it is malformed, unsigned, forged, expired, of another issuer or for another
    /// audience; unavailable while no key could be fetched yet.
    pub fn verify(&self, token: &str) -> Result<Principal, Fault> {
        let genuine = match self.genuine.get(token) {
            Some(genuine) => genuine,
            None => {
                let genuine = Arc::new(self.check(token)?);
                self.genuine.insert(token.to_owned(), Arc::clone(&genuine));
                genuine
            }
        };
        let now = self.clock.now().timestamp();
        if genuine.expires + LEEWAY <= now || genuine.not_before - LEEWAY > now {
            return Err(refused("expired or not valid yet"));
        }
        Ok(genuine.principal.clone())
    }

    /// Checks everything of a token but its time.
    fn check(&self, token: &str) -> Result<Genuine, Fault> {
        let header = jsonwebtoken::decode_header(token).map_err(|e| refused(&e.to_string()))?;
        let kid = header.kid.ok_or_else(|| refused("no kid"))?;
        let keys = self.keys();
        if keys.is_empty() {
            return Err(Fault::unavailable("no keys of any issuer yet"));
        }
        let candidates = self.issuers.iter().filter_map(|trusted| {
            let found = keys.get(&(trusted.issuer.clone(), kid.clone()))?;
            Some((trusted, found))
        });
        let mut why = None;
        for (trusted, (algorithm, key)) in candidates {
            // The algorithm is the key's, never the token's.
            let mut validation = Validation::new(*algorithm);
            validation.set_issuer(&[&trusted.issuer]);
            validation.set_audience(&[self.audience.as_ref()]);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            // Time is judged by the clock everything else here is judged by.
            validation.validate_exp = false;
            validation.validate_nbf = false;
            match jsonwebtoken::decode::<Claims>(token, key, &validation) {
                Ok(data) => {
                    let Claims { nbf, exp, .. } = data.claims;
                    let principal = data.claims.into();
                    return Ok(Genuine { not_before: nbf, expires: exp, principal });
                }
                Err(error) => why = Some(error.to_string()),
            }
        }
        self.unknown.notify_one();
        Err(refused(why.as_deref().unwrap_or("unknown key")))
    }

    /// Fetches the issuers' keys again and again until `stop`, sooner when an unknown key was seen.
    pub async fn keep_fresh(self, http: reqwest::Client, stop: CancellationToken) {
        let mut pause = Duration::from_millis(20);
        loop {
            for trusted in self.issuers.iter() {
                match fetch(&http, &trusted.jwks_url).await {
                    Ok(set) => self.learn(&trusted.issuer, &set),
                    Err(error) => {
                        tracing::debug!(issuer = trusted.issuer, %error, "keys not fetched");
                    }
                }
            }
            pause = if self.is_ready() { REFRESH } else { (pause * 2).min(Duration::from_secs(1)) };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                // Forged tokens must not make us hammer the issuer.
                () = async { tokio::time::sleep(Duration::from_secs(1)).await; self.unknown.notified().await } => {}
            }
        }
    }
}

fn refused(why: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, "invalid_token", "登录凭证无效或已过期，请重新登录")
        .internally(why)
}

async fn fetch(http: &reqwest::Client, url: &str) -> Result<JwkSet, reqwest::Error> {
    http.get(url).send().await?.error_for_status()?.json().await
}
