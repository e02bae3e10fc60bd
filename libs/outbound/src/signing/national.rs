//! The header signing of the national exchange platforms (国家共享平台签名).
//!
//! `sign = Base64(HMAC-SHA256(key = appsecret, message = sid + rid + rtime))`, as seen in systems that call them; `rtime`
//! is in milliseconds. The families of header names differ by prefix alone (`gjgxjhpt_`, `gjzwfwpt_`). It has no nonce
//! and covers neither body nor parameters: TLS has to, and the signed text itself is what may come once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tongban_kernel::{Entropy, Fault};

use super::{
    Once, Outgoing, Secret, Sign, SignatureFault, Verified, headers, milliseconds, timely,
};

/// Signs calls to one platform.
#[derive(Debug, Clone)]
pub struct National {
    prefix: String,
    secret: Secret,
}

impl National {
    /// Prefix of the national data-sharing exchange platform (国家共享交换平台).
    pub const EXCHANGE: &'static str = "gjgxjhpt_";
    /// Prefix of the national government-service platform (国家政务服务平台).
    pub const SERVICES: &'static str = "gjzwfwpt_";

    /// Signs with `secret` in headers that begin with `prefix`.
    pub fn new(prefix: &str, secret: Secret) -> Self {
        Self { prefix: prefix.to_owned(), secret }
    }
}

fn mac(secret: &Secret, sid: &str, rid: &str, rtime: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).ok()?;
    for part in [sid, rid, rtime] {
        mac.update(part.as_bytes());
    }
    Some(mac)
}

impl Sign for National {
    fn headers(
        &self,
        outgoing: Outgoing<'_>,
        now: DateTime<Utc>,
        _: &dyn Entropy,
    ) -> Result<Vec<(String, String)>, Fault> {
        let rtime = now.timestamp_millis().to_string();
        let mac = mac(&self.secret, outgoing.service, outgoing.requester, &rtime)
            .ok_or_else(|| Fault::internal("the secret cannot be a key"))?;
        let sign = STANDARD.encode(mac.finalize().into_bytes());
        let named = |name: &str, value: String| (format!("{}{name}", self.prefix), value);
        Ok(vec![
            named("rid", outgoing.requester.to_owned()),
            named("sid", outgoing.service.to_owned()),
            named("rtime", rtime),
            named("sign", sign),
        ])
    }
}

/// A call as it came in; its requester is only claimed until [`NationalCall::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalCall {
    /// Who says to call.
    pub requester: String,
    /// What is called.
    pub service: String,
    rtime: String,
    at: DateTime<Utc>,
    sign: Vec<u8>,
}

impl NationalCall {
    /// Reads the headers that begin with `prefix`.
    ///
    /// # Errors
    /// [`SignatureFault::Missing`] with all that are, [`SignatureFault::Malformed`].
    pub fn read<'a>(
        prefix: &str,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, SignatureFault> {
        let names = ["rid", "sid", "rtime", "sign"].map(|name| format!("{prefix}{name}"));
        let [requester, service, rtime, sign] = headers(names, header)?;
        let at = milliseconds(&rtime, &format!("{prefix}rtime"))?;
        let sign = STANDARD.decode(sign);
        let sign = sign.map_err(|_| SignatureFault::Malformed(format!("{prefix}sign")))?;
        Ok(Self { requester, service, rtime, at, sign })
    }

    /// Checks it with the secret of its requester. Comparing takes as long for every wrong signature.
    ///
    /// The three values are signed without anything between them; that the secret is the requester's alone, and the
    /// time thirteen digits, keeps them from being divided otherwise.
    ///
    /// # Errors
    /// [`SignatureFault::Wrong`], then [`SignatureFault::Skewed`].
    pub fn verify(
        &self,
        secret: &Secret,
        now: DateTime<Utc>,
        window: TimeDelta,
    ) -> Result<Verified, SignatureFault> {
        let mac = mac(secret, &self.service, &self.requester, &self.rtime);
        let mac = mac.ok_or(SignatureFault::Wrong)?;
        mac.verify_slice(&self.sign).map_err(|_| SignatureFault::Wrong)?;
        timely(self.at, now, window)?;
        let signed = format!("{} {}", self.service, self.rtime);
        let once = Once::new(&self.requester, &signed, self.at + window);
        Ok(Verified { at: self.at, once })
    }
}
