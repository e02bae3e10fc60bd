//! Who may do what: stewards for the data and the needs of their own body, the authority for its region.

use tongban_contracts::supermarket::Named;
use tongban_kernel::{Fault, Faults, Principal, RegionCode, Role};

/// Who acts, as it is recorded.
pub fn named(actor: &Principal) -> Named {
    Named { id: actor.account.clone(), name: actor.name.clone() }
}

/// The credit code of the body that somebody acts for.
pub fn body_of(actor: &Principal) -> String {
    actor.body.clone().unwrap_or_default()
}

/// Whether `actor` keeps the data of `body` in `region`.
pub fn is_steward(actor: &Principal, body: &Named, region: &RegionCode) -> bool {
    actor.holds(Role::DataSteward, &body.id, region)
}

/// Whether `actor` is of the authority for shared data in `region`.
pub fn is_authority(actor: &Principal, region: &RegionCode) -> bool {
    actor.roles.contains(&Role::DataAuthority) && actor.reaches(region)
}

/// Whether `actor` oversees what happens in `region`.
pub fn oversees(actor: &Principal, region: &RegionCode) -> bool {
    is_authority(actor, region) || actor.roles.contains(&Role::Supervisor) && actor.reaches(region)
}

/// Only stewards of the body.
///
/// # Errors
/// `not_your_body`.
pub fn steward(actor: &Principal, body: &Named, region: &RegionCode) -> Result<(), Fault> {
    if is_steward(actor, body, region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只有本单位的数据管理员可以办理"))
}

/// Refuses an empty text at `/reason`.
///
/// # Errors
/// `reason_required`.
pub fn given(reason: &str) -> Result<(), Fault> {
    let mut faults = Faults::new();
    filled(&mut faults, "/reason", reason);
    faults.into_result("reason_required", "请写明理由")
}

/// Notes that a text is empty.
pub fn filled(faults: &mut Faults, pointer: &str, text: &str) {
    if text.trim().is_empty() {
        faults.add(pointer, "required", "请填写内容");
    }
}
