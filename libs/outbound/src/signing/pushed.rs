//! Signed pushes of our own kind (推送签名): HMAC (GB/T 15852.2) with SM3 over nonce, time and body.
//!
//! `tongban-signature: hmac-sm3=HEX` over `nonce.time.body`; the time is in seconds. Who calls is said elsewhere, by a token.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;
use tongban_kernel::{Entropy, Fault};

use super::{Once, Outgoing, Secret, Sign, SignatureFault, Verified, headers, nonce, timely};

/// Names of the headers.
const NONCE: &str = "tongban-nonce";
const TIME: &str = "tongban-time";
const SIGNATURE: &str = "tongban-signature";
/// What a signature begins with.
const ALGORITHM: &str = "hmac-sm3=";
/// Longest nonce taken, in bytes.
const LONGEST_NONCE: usize = 64;

/// Signs pushes with a shared secret.
#[derive(Debug, Clone)]
pub struct Pushed(Secret);

impl Pushed {
    /// Signs with `secret`.
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }
}

fn mac(secret: &Secret, nonce: &str, time: &str, body: &[u8]) -> Option<Hmac<Sm3>> {
    let mut mac = Hmac::<Sm3>::new_from_slice(secret.bytes()).ok()?;
    for part in [nonce.as_bytes(), b".", time.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

impl Sign for Pushed {
    fn headers(
        &self,
        outgoing: Outgoing<'_>,
        now: DateTime<Utc>,
        entropy: &dyn Entropy,
    ) -> Result<Vec<(String, String)>, Fault> {
        let (nonce, time) = (nonce(entropy), now.timestamp().to_string());
        let mac = mac(&self.0, &nonce, &time, outgoing.body)
            .ok_or_else(|| Fault::internal("the secret cannot be a key"))?;
        let signature = format!("{ALGORITHM}{}", hex::encode(mac.finalize().into_bytes()));
        Ok(vec![
            (NONCE.to_owned(), nonce),
            (TIME.to_owned(), time),
            (SIGNATURE.to_owned(), signature),
        ])
    }
}

/// A push as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedCall {
    nonce: String,
    time: String,
    at: DateTime<Utc>,
    signature: Vec<u8>,
}

impl PushedCall {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`SignatureFault::Missing`] with all that are, [`SignatureFault::Malformed`].
    pub fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<Self, SignatureFault> {
        let names = [NONCE, TIME, SIGNATURE].map(str::to_owned);
        let [nonce, time, signature] = headers(names, header)?;
        let malformed = |name: &str| SignatureFault::Malformed(name.to_owned());
        // A point within the nonce would let it be divided from the time otherwise.
        if nonce.len() > LONGEST_NONCE || nonce.contains('.') {
            return Err(malformed(NONCE));
        }
        let seconds = time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let at = seconds.ok_or_else(|| malformed(TIME))?;
        let signature = signature.strip_prefix(ALGORITHM).and_then(|text| hex::decode(text).ok());
        let signature = signature.ok_or_else(|| malformed(SIGNATURE))?;
        Ok(Self { nonce, time, at, signature })
    }

    /// Checks it with the secret of `requester`. Comparing takes as long for every wrong signature.
    ///
    /// # Errors
    /// [`SignatureFault::Wrong`], then [`SignatureFault::Skewed`].
    pub fn verify(
        &self,
        requester: &str,
        secret: &Secret,
        body: &[u8],
        now: DateTime<Utc>,
        window: TimeDelta,
    ) -> Result<Verified, SignatureFault> {
        let mac = mac(secret, &self.nonce, &self.time, body).ok_or(SignatureFault::Wrong)?;
        mac.verify_slice(&self.signature).map_err(|_| SignatureFault::Wrong)?;
        timely(self.at, now, window)?;
        let once = Once::new(requester, &self.nonce, self.at + window);
        Ok(Verified { at: self.at, once })
    }
}
