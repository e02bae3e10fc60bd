//! 亮证: the holder shows a licence to somebody beside, by a code that soon falls void.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use tongban_kernel::{Fault, FaultKind, civil_date};
use tongban_ledger::Caller;
use tongban_runtime::Host;

use crate::domain::licence::Record;
use crate::store;

/// How long a code is good for.
const GOOD_FOR: Duration = Duration::minutes(5);
/// Random bytes of a code.
const CODE_BYTES: usize = 24;

/// A code to show a licence by.
pub struct Presentation {
    /// The code.
    pub code: String,
    /// When it falls void.
    pub expires_at: DateTime<Utc>,
}

/// Makes a code for the licence `identifier`.
pub async fn present(
    host: &Host,
    identifier: &str,
    caller: &Caller,
) -> Result<Presentation, Fault> {
    let found = store::licence::by_identifier(host, identifier).await?;
    let (id, record) = found.ok_or_else(|| Fault::not_found("该证照"))?;
    let now = host.clock.now();
    record.may_present(&caller.principal, civil_date(now))?;
    let mut bytes = [0_u8; CODE_BYTES];
    host.entropy.fill(&mut bytes);
    let presentation =
        Presentation { code: URL_SAFE_NO_PAD.encode(bytes), expires_at: now + GOOD_FOR };
    store::presentation::forget(host.db(), now).await?;
    store::presentation::keep(host.db(), &presentation.code, &id, presentation.expires_at).await?;
    Ok(presentation)
}

/// The licence behind `code` and when the code falls void.
pub async fn look_at(
    host: &Host,
    code: &str,
    identifier: Option<&str>,
) -> Result<(Record, DateTime<Utc>), Fault> {
    let unknown = || Fault::new(FaultKind::NotFound, "no_such_presentation", "亮证码无效");
    let (id, expires_at) = store::presentation::read(host.db(), code).await?.ok_or_else(unknown)?;
    if expires_at <= host.clock.now() {
        return Err(Fault::new(
            FaultKind::NotFound,
            "presentation_expired",
            "亮证码已过期，请持证人重新出示",
        ));
    }
    let loaded = host.ledger.load::<Record>(&id).await?.ok_or_else(unknown)?;
    if identifier.is_some_and(|identifier| identifier != loaded.state.licence.identifier) {
        return Err(unknown());
    }
    Ok((loaded.state, expires_at))
}
