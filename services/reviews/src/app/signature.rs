//! Signed requests of other systems (签名验证): HMAC (GB/T 15852.2) with SM3 over nonce, time and body, within a window of time,
//! each nonce once.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;
use tongban_kernel::{Fault, FaultKind, Principal, RegionCode};

use super::Desk;
use crate::store::pushing;

/// What secrets are sealed for.
pub const PLACE: &str = "pushing_secret";
/// Longest nonce taken.
const LONGEST_NONCE: usize = 64;

/// A system whose signature was right.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its account.
    pub account: String,
    /// Its body.
    pub body: String,
    /// Region whose bodies it may tell of.
    pub reach: RegionCode,
    /// The nonce of the request.
    pub nonce: String,
}

/// Checks who signed a request and when.
///
/// # Errors
/// `not_registered`, `bad_signature` (which of nonce, time and signature is wrong is not told), `outside_time_window`.
pub async fn check(
    desk: &Desk,
    actor: &Principal,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Signed, Fault> {
    let db = desk.host.db();
    let system = pushing::find(db, &actor.account).await?.filter(|system| !system.retired);
    let not_registered =
        || Fault::forbidden("not_registered", "该系统未登记为评价来源系统，或已停用");
    let system = system.ok_or_else(not_registered)?;
    let sealed = pushing::secret_of(db, &system.id).await?.ok_or_else(not_registered)?;
    let secret = desk.secrets.open_text(&sealed, place(&system.id).as_bytes());
    let secret = secret.map_err(Fault::internal)?;

    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let refused = || {
        Fault::forbidden("bad_signature", "签名有误：应为随机数、时间与内容的 HMAC-SM3，见接口说明")
    };
    let nonce = header("tongban-nonce").ok_or_else(refused)?;
    let time = header("tongban-time").ok_or_else(refused)?;
    let signature = header("tongban-signature").and_then(|value| value.strip_prefix("hmac-sm3="));
    let signature = hex::decode(signature.ok_or_else(refused)?).map_err(|_| refused())?;
    if nonce.is_empty() || nonce.len() > LONGEST_NONCE {
        return Err(refused());
    }
    let mut mac = Hmac::<Sm3>::new_from_slice(secret.as_bytes()).map_err(Fault::internal)?;
    for part in [nonce.as_bytes(), b".", time.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.verify_slice(&signature).map_err(|_| refused())?;

    let seconds: i64 = time.parse().map_err(|_| refused())?;
    let apart = (desk.host.clock.now().timestamp().saturating_sub(seconds)).unsigned_abs();
    let window = desk.rules.rules.signature_window_seconds.value;
    if apart > u64::from(window) {
        let title = format!("请求时间与平台时间相差超过 {window} 秒");
        return Err(Fault::new(FaultKind::Forbidden, "outside_time_window", title));
    }
    let reach = RegionCode::parse(&system.region);
    Ok(Signed {
        account: system.id,
        body: actor.body.clone().unwrap_or_default(),
        reach: reach.map_err(|invalid| Fault::internal(invalid.message_zh()))?,
        nonce: nonce.to_owned(),
    })
}

/// The place of a system's secret.
pub fn place(system: &str) -> String {
    format!("{PLACE}/{system}")
}
