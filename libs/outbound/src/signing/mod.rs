//! Signed calls (签名与验签): who called, for which service and when, each call once.
//!
//! | scheme | covers | source |
//! |---|---|---|
//! | [`National`] 国家平台 | service, requester, time; **not** the body | HMAC-SHA-256 as calling systems do it |
//! | [`Sm`] 国密 | requester, service, nonce, time, body | SM2 over SM3; how values are joined is a setting |
//! | [`Pushed`] 推送 | nonce, time, body | HMAC-SM3, as our own services take pushes |
//!
//! Verification goes from the signature to the time to the nonce: only who signed rightly hears of the clock, and only
//! what is signed and timely takes room in the memory of nonces.

mod national;
mod pushed;
pub mod replay;
mod sm;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use tongban_kernel::{Entropy, Fault, FaultKind};
use zeroize::Zeroizing;

pub use national::{National, NationalCall};
pub use pushed::{Pushed, PushedCall};
pub use replay::{MemoryGuard, Once, ReplayGuard, Seen};
pub use sm::{Joining, Sm, SmCall, SmSettings, SmVerifier};

/// How far a signed time may be from ours, either way: five minutes, the habit of these platforms.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// A call about to go out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Who calls (请求方标识).
    pub requester: &'a str,
    /// What is called (服务标识).
    pub service: &'a str,
    /// The body as it is sent; empty without one.
    pub body: &'a [u8],
}

/// Signs calls to a provider.
pub trait Sign: Send + Sync {
    /// The headers that carry the signature.
    ///
    /// # Errors
    /// [`Fault`] of our own setting: a name that no header can hold, a key that does not sign.
    fn headers(
        &self,
        outgoing: Outgoing<'_>,
        now: DateTime<Utc>,
        entropy: &dyn Entropy,
    ) -> Result<Vec<(String, String)>, Fault>;
}

/// A secret shared with another system; wiped when dropped, never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret of one byte or more; how long it is, the platform that gives it decides.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (!bytes.is_empty()).then(|| Self(Zeroizing::new(bytes)))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// These headers are missing.
    #[error("missing: {}", .0.join(", "))]
    Missing(Vec<String>),
    /// This header cannot be read.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The signature is not of these values by this key.
    #[error("the signature does not hold")]
    Wrong,
    /// Signed at another time than now.
    #[error("signed {apart} s from now, more than {window} s")]
    Skewed {
        /// Seconds between the signed time and ours; negative when the caller's clock is ahead.
        apart: i64,
        /// Seconds allowed.
        window: i64,
    },
    /// It was taken before.
    #[error("taken before")]
    Replayed,
    /// So many calls of this requester wait to be forgotten that none more can be told apart.
    #[error("too many calls within the window")]
    Crowded,
}

impl From<SignatureFault> for Fault {
    fn from(fault: SignatureFault) -> Self {
        match &fault {
            SignatureFault::Missing(names) => {
                Self::forbidden("bad_signature", "签名有误：缺少签名请求头")
                    .with_detail(names.join(", "))
            }
            SignatureFault::Malformed(name) => {
                Self::forbidden("bad_signature", "签名有误：请求头格式不符")
                    .with_detail(name.clone())
            }
            SignatureFault::Wrong => Self::forbidden("bad_signature", "签名有误：验签未通过"),
            SignatureFault::Skewed { apart, window } => {
                let title = format!("请求时间与平台时间相差超过 {window} 秒");
                Self::forbidden("outside_time_window", title)
                    .with_detail(format!("平台时间减请求时间为 {apart} 秒"))
            }
            SignatureFault::Replayed => {
                Self::conflict("replayed", "该请求已处理过，请使用新的随机数")
            }
            SignatureFault::Crowded => {
                Self::new(FaultKind::TooMany, "too_many_calls", "时间窗口内的调用过多，请稍后重试")
            }
        }
    }
}

/// Who signed what, and when; still to be held against the memory of nonces ([`Verified::once`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The moment that was signed.
    pub at: DateTime<Utc>,
    /// What may not come a second time.
    pub once: Once,
}

impl Verified {
    /// Asks the memory whether this is the first time.
    ///
    /// # Errors
    /// [`SignatureFault::Replayed`] or [`SignatureFault::Crowded`] as a fault; what the memory's database says.
    pub async fn first_time(
        &self,
        guard: &dyn ReplayGuard,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        match guard.remember(&self.once, now).await? {
            Seen::First => Ok(()),
            Seen::Before => Err(SignatureFault::Replayed.into()),
            Seen::Full => Err(SignatureFault::Crowded.into()),
        }
    }
}

/// Whether a signed time is near enough.
///
/// # Errors
/// [`SignatureFault::Skewed`].
fn timely(at: DateTime<Utc>, now: DateTime<Utc>, window: TimeDelta) -> Result<(), SignatureFault> {
    let apart = now - at;
    if apart.abs() <= window {
        return Ok(());
    }
    Err(SignatureFault::Skewed { apart: apart.num_seconds(), window: window.num_seconds() })
}

/// Looks headers up by name; names all that are not there.
///
/// # Errors
/// [`SignatureFault::Missing`].
fn headers<'a, const N: usize>(
    names: [String; N],
    header: impl Fn(&str) -> Option<&'a str>,
) -> Result<[String; N], SignatureFault> {
    let found = names.each_ref().map(|name| header(name).filter(|value| !value.is_empty()));
    let missing = names.iter().zip(&found).filter(|(_, value)| value.is_none());
    let missing: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
    if missing.is_empty() {
        Ok(found.map(|value| value.unwrap_or_default().to_owned()))
    } else {
        Err(SignatureFault::Missing(missing))
    }
}

/// A time in whole milliseconds since 1970, written with exactly thirteen digits (until the year 2286): a fixed
/// length leaves no doubt where it begins in what is signed.
fn milliseconds(text: &str, header: &str) -> Result<DateTime<Utc>, SignatureFault> {
    let malformed = || SignatureFault::Malformed(header.to_owned());
    if text.len() != 13 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let millis = text.parse().map_err(|_| malformed())?;
    DateTime::from_timestamp_millis(millis).ok_or_else(malformed)
}

/// A nonce of 128 bits in hexadecimal.
fn nonce(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    hex::encode(bytes)
}
