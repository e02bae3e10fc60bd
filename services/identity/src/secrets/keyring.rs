//! The signing keys (签名密钥) of the installation, shared by all its processes through the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};
use tokio::sync::RwLock;
use tongban_kernel::Fault;
use tongban_runtime::Host;
use tongban_seal::Vault;
use tongban_web::token::REFRESH;

use crate::domain::key::{self, KeyTimes};
use crate::store::signing_key::{self as store, Model};

/// How old our picture of the keys may be when it is published.
const FRESH_TO_PUBLISH: Duration = Duration::from_secs(5);

/// A key, ready to be used.
pub struct Key {
    /// Its identifier.
    pub kid: String,
    /// When it signs.
    pub times: KeyTimes,
    /// Its private half.
    pub private: EncodingKey,
    /// Its public half.
    pub public: Jwk,
    generation: i64,
}

/// The keys of the installation.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    host: Host,
    vault: Vault,
    picture: RwLock<Picture>,
}

#[derive(Clone)]
struct Picture {
    keys: Arc<Vec<Arc<Key>>>,
    read_at: Instant,
}

impl Keyring {
    /// Reads the keys; when there are none yet, makes the first, which signs at once. Of several processes
    /// that start at once one makes it and all use it.
    ///
    /// # Errors
    /// When the database is away, or the keys were sealed under another master key.
    pub async fn open(host: &Host) -> Result<Self, Fault> {
        let vault = host.vault("signing-key");
        let mut keys = read(host, &vault).await?;
        if keys.is_empty() {
            let first = make(host, &vault, 1, host.clock.now())?;
            store::add(host.db(), first).await?;
            keys = read(host, &vault).await?;
        }
        let picture = RwLock::new(Picture { keys: Arc::new(keys), read_at: Instant::now() });
        let ring = Self(Arc::new(Inner { host: host.clone(), vault, picture }));
        // A process of its own trusts its own keys without asking itself for them over HTTP first.
        if host.settings.jwks_urls.is_empty() {
            host.verifier.learn(&host.settings.issuer, &ring.published().await?);
        }
        Ok(ring)
    }

    /// The key that signs now.
    ///
    /// # Errors
    /// When there is none.
    pub async fn signer(&self) -> Result<Arc<Key>, Fault> {
        let keys = self.keys(REFRESH).await?;
        let times: Vec<KeyTimes> = keys.iter().map(|key| key.times).collect();
        let place = key::signing(&times, self.0.host.clock.now());
        let signer = place.and_then(|place| keys.get(place)).map(Arc::clone);
        signer.ok_or_else(|| Fault::internal("no signing key"))
    }

    /// The public halves of all keys whose tokens may be good, now or soon.
    ///
    /// # Errors
    /// When the database is away and nothing was read yet.
    pub async fn published(&self) -> Result<JwkSet, Fault> {
        let now = self.0.host.clock.now();
        let keys = self.keys(FRESH_TO_PUBLISH).await?;
        let shown = keys.iter().filter(|key| key.times.is_published(now));
        Ok(JwkSet { keys: shown.map(|key| key.public.clone()).collect() })
    }

    /// Publishes a new key, which signs once every verifier has had the time to fetch it. While one is on
    /// its way no other is made: asking again gives the same.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotate(&self) -> Result<Arc<Key>, Fault> {
        let host = &self.0.host;
        let keys = self.reload().await?;
        let now = host.clock.now();
        if let Some(pending) = keys.iter().find(|key| key.times.is_pending(now)) {
            return Ok(Arc::clone(pending));
        }
        let generation = keys.iter().map(|key| key.generation).max().unwrap_or_default() + 1;
        let next = make(host, &self.0.vault, generation, now + lead())?;
        store::add(host.db(), next).await?;
        let keys = self.reload().await?;
        let newest = keys.iter().max_by_key(|key| key.generation).map(Arc::clone);
        newest.ok_or_else(|| Fault::internal("the new signing key is gone"))
    }

    /// Makes the next key when the last has signed long enough, and removes those nobody needs any more.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn keep_up(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let now = host.clock.now();
        let keys = self.reload().await?;
        let newest = keys.iter().max_by_key(|key| key.generation);
        if newest.is_none_or(|key| key.times.is_worn(now)) {
            let key = self.rotate().await?;
            tracing::info!(kid = key.kid, "a new signing key was published");
        }
        let expired = keys.iter().filter(|key| !key.times.is_published(now));
        let expired: Vec<String> = expired.map(|key| key.kid.clone()).collect();
        if !expired.is_empty() {
            store::remove(host.db(), expired).await?;
            self.reload().await?;
        }
        Ok(())
    }

    /// The keys as read at most `age` ago; older ones when the database is away.
    async fn keys(&self, age: Duration) -> Result<Arc<Vec<Arc<Key>>>, Fault> {
        let picture = self.0.picture.read().await.clone();
        if picture.read_at.elapsed() < age {
            return Ok(picture.keys);
        }
        match self.reload().await {
            Ok(keys) => Ok(keys),
            Err(fault) => {
                tracing::warn!(%fault, "signing keys not read anew");
                Ok(picture.keys)
            }
        }
    }

    async fn reload(&self) -> Result<Arc<Vec<Arc<Key>>>, Fault> {
        let keys = Arc::new(read(&self.0.host, &self.0.vault).await?);
        *self.0.picture.write().await =
            Picture { keys: Arc::clone(&keys), read_at: Instant::now() };
        Ok(keys)
    }
}

/// How long a key is published before it signs.
fn lead() -> TimeDelta {
    TimeDelta::from_std(REFRESH * 2).unwrap_or(TimeDelta::minutes(1))
}

/// A new key. The private half comes from the cryptographic library's own generator, which takes nobody's.
fn make(
    host: &Host,
    vault: &Vault,
    generation: i64,
    active_from: DateTime<Utc>,
) -> Result<Model, Fault> {
    let kid = host.ledger.new_id();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new());
    let pair = pair.map_err(Fault::internal)?;
    let private = EncodingKey::from_ec_der(pair.as_ref());
    let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(Fault::internal)?;
    public.common.key_id = Some(kid.clone());
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(Model {
        sealed: vault.seal(pair.as_ref(), &place(&kid), host.entropy.as_ref()),
        public: serde_json::to_string(&public).map_err(Fault::internal)?,
        created_at: host.clock.now().timestamp_micros(),
        active_from: active_from.timestamp_micros(),
        retired_at: None,
        generation,
        kid,
    })
}

async fn read(host: &Host, vault: &Vault) -> Result<Vec<Arc<Key>>, Fault> {
    let rows = store::all(host.db()).await?;
    rows.into_iter().map(|row| open(vault, row).map(Arc::new)).collect()
}

fn open(vault: &Vault, row: Model) -> Result<Key, Fault> {
    let private = vault.open(&row.sealed, &place(&row.kid)).map_err(|error| {
        let kid = &row.kid;
        Fault::internal(format!("signing key {kid}: {error}; is it the installation's master key?"))
    })?;
    Ok(Key {
        times: row.times(),
        private: EncodingKey::from_ec_der(&private),
        public: serde_json::from_str(&row.public).map_err(Fault::internal)?,
        generation: row.generation,
        kid: row.kid,
    })
}

fn place(kid: &str) -> Vec<u8> {
    format!("signing_key/{kid}/sealed").into_bytes()
}
