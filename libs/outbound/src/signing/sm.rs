//! Signing with national cryptography (国密签名): SM2 (GB/T 32918.2) over SM3 (GB/T 32905).
//!
//! The values that are signed, by name: `bodySm3` (SM3 of the body, hexadecimal), `nonceStr`, `rid`, `sid`, `timeStamp`
//! (milliseconds). They are sorted by name and joined; SM3 gives the digest that SM2 signs. Interfaces seen do it so, but
//! differ or are silent in how values are joined, in whether the digest or the text is handed to SM2 (which digests by
//! itself), and in the user identifier: these are [`SmSettings`]. Signatures are r then s, 64 bytes, in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm3::{Digest as _, Sm3};
use tongban_kernel::{Entropy, Fault};

use super::{Once, Outgoing, Sign, SignatureFault, Verified, headers, milliseconds, nonce, timely};

/// How the sorted values become one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// `name=value` with `&` between: nothing can be divided otherwise.
    Pairs,
    /// The values alone, one after the other. For systems that ask for it: `rid` and `sid` stand side by side, so
    /// their border is open.
    Values,
}

/// What systems do differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmSettings {
    /// What the names of headers begin with.
    pub prefix: String,
    /// How values are joined.
    pub joining: Joining,
    /// Whether SM2 signs the SM3 digest of the text, and not the text.
    pub digest_first: bool,
    /// The user identifier of SM2; that of GM/T 0009-2012 where none was agreed upon.
    pub user: String,
}

impl Default for SmSettings {
    fn default() -> Self {
        Self {
            prefix: "tongban-sm-".to_owned(),
            joining: Joining::Pairs,
            digest_first: true,
            user: "1234567812345678".to_owned(),
        }
    }
}

impl SmSettings {
    /// What SM2 is given. `values` are those of `bodySm3`, `nonceStr`, `rid`, `sid`, `timeStamp`: sorted by name.
    fn message(&self, values: [&str; 5]) -> Vec<u8> {
        let names = ["bodySm3", "nonceStr", "rid", "sid", "timeStamp"];
        let text = match self.joining {
            Joining::Values => values.concat(),
            Joining::Pairs => {
                let pairs = names.iter().zip(values).map(|(name, value)| format!("{name}={value}"));
                pairs.collect::<Vec<_>>().join("&")
            }
        };
        if self.digest_first { Sm3::digest(text).to_vec() } else { text.into_bytes() }
    }

    fn names(&self) -> [String; 5] {
        ["rid", "sid", "nonce", "time", "sign"].map(|name| format!("{}{name}", self.prefix))
    }
}

/// Whether a name can stand between `=` and `&` and in a header.
fn plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"&=".contains(&byte))
}

/// Signs with a private key.
#[derive(Clone)]
pub struct Sm {
    settings: SmSettings,
    key: SigningKey,
}

impl std::fmt::Debug for Sm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sm").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Sm {
    /// Signs with the private number `secret`: 32 bytes, big endian.
    ///
    /// # Errors
    /// In words, without the key.
    pub fn new(settings: SmSettings, secret: &[u8]) -> Result<Self, String> {
        let key = SigningKey::from_slice(&settings.user, secret);
        let key = key.map_err(|_| "not a private SM2 key of 32 bytes".to_owned())?;
        Ok(Self { settings, key })
    }

    /// What verifies.
    pub fn verifier(&self) -> SmVerifier {
        SmVerifier { settings: self.settings.clone(), key: self.key.verifying_key().clone() }
    }
}

impl Sign for Sm {
    fn headers(
        &self,
        outgoing: Outgoing<'_>,
        now: DateTime<Utc>,
        entropy: &dyn Entropy,
    ) -> Result<Vec<(String, String)>, Fault> {
        let (rid, sid) = (outgoing.requester, outgoing.service);
        if !plain(rid) || !plain(sid) {
            return Err(Fault::internal("requester or service cannot be signed by name"));
        }
        let (nonce, time) = (nonce(entropy), now.timestamp_millis().to_string());
        let body = hex::encode(Sm3::digest(outgoing.body));
        let message = self.settings.message([&body, &nonce, rid, sid, &time]);
        let signature: Signature = self.key.try_sign(&message).map_err(Fault::internal)?;
        let sign = STANDARD.encode(signature.to_bytes());
        let values = [rid.to_owned(), sid.to_owned(), nonce, time, sign];
        Ok(self.settings.names().into_iter().zip(values).collect())
    }
}

/// Verifies what one key signed.
#[derive(Debug, Clone)]
pub struct SmVerifier {
    settings: SmSettings,
    key: VerifyingKey,
}

impl SmVerifier {
    /// Verifies with a public key: 65 bytes, 0x04 and both coordinates.
    ///
    /// # Errors
    /// In words.
    pub fn new(settings: SmSettings, public: &[u8]) -> Result<Self, String> {
        let key = VerifyingKey::from_sec1_bytes(&settings.user, public);
        let key = key.map_err(|_| "not a public SM2 key of 65 bytes".to_owned())?;
        Ok(Self { settings, key })
    }
}

/// A call as it came in; its requester is only claimed until [`SmCall::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmCall {
    /// Who says to call.
    pub requester: String,
    /// What is called.
    pub service: String,
    nonce: String,
    time: String,
    at: DateTime<Utc>,
    sign: Vec<u8>,
}

impl SmCall {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`SignatureFault::Missing`] with all that are, [`SignatureFault::Malformed`].
    pub fn read<'a>(
        settings: &SmSettings,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, SignatureFault> {
        let names = settings.names();
        let malformed = |index: usize| SignatureFault::Malformed(names[index].clone());
        let [requester, service, nonce, time, sign] = headers(names.clone(), header)?;
        for (index, value) in [&requester, &service].into_iter().enumerate() {
            if !plain(value) {
                return Err(malformed(index));
            }
        }
        // One length and one case, so that nothing of it can be lent to what stands beside it.
        if nonce.len() != 32 || !nonce.bytes().all(|one| b"0123456789abcdef".contains(&one)) {
            return Err(malformed(2));
        }
        let at = milliseconds(&time, &names[3])?;
        let sign = STANDARD.decode(sign).map_err(|_| malformed(4))?;
        Ok(Self { requester, service, nonce, time, at, sign })
    }

    /// Checks it with the requester's public key. Nothing in it is secret, so no time can tell anything.
    ///
    /// # Errors
    /// [`SignatureFault::Wrong`], then [`SignatureFault::Skewed`].
    pub fn verify(
        &self,
        verifier: &SmVerifier,
        body: &[u8],
        now: DateTime<Utc>,
        window: TimeDelta,
    ) -> Result<Verified, SignatureFault> {
        let body = hex::encode(Sm3::digest(body));
        let values = [&body, &self.nonce, &self.requester, &self.service, &self.time];
        let message = verifier.settings.message(values.map(String::as_str));
        let signature = Signature::from_slice(&self.sign).map_err(|_| SignatureFault::Wrong)?;
        verifier.key.verify(&message, &signature).map_err(|_| SignatureFault::Wrong)?;
        timely(self.at, now, window)?;
        let once = Once::new(&self.requester, &self.nonce, self.at + window);
        Ok(Verified { at: self.at, once })
    }
}
