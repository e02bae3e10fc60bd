//! 查验证照: anyone who holds identifier and check code learns what the licence is worth now.

use tongban_kernel::checks::licence_id;
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_runtime::Host;

use crate::domain::licence::Record;
use crate::store;

/// The licence, when identifier and check code belong together.
pub async fn verify(
    host: &Host,
    identifier: Option<&str>,
    check_code: Option<&str>,
) -> Result<Record, Fault> {
    let identifier = identifier.unwrap_or_default();
    let check_code = check_code.unwrap_or_default();
    let mut faults = Faults::new();
    if let Err(invalid) = licence_id::check(identifier) {
        faults.add("/identifier", invalid.reason(), invalid.message_zh());
    }
    if check_code.is_empty() {
        faults.add("/check_code", "empty", "查验码不能为空");
    }
    faults.into_result("invalid_verification", "查验信息有误")?;
    // One answer for both, so that nobody learns which identifiers exist.
    store::licence::by_identifier(host, identifier)
        .await?
        .map(|(_, record)| record)
        .filter(|record| record.licence.check_code.eq_ignore_ascii_case(check_code))
        .ok_or_else(|| Fault::new(FaultKind::NotFound, "not_verified", "证照不存在，或查验码不符"))
}
