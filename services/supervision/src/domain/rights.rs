//! Who may do what.

use tongban_kernel::{Fault, Principal, RegionCode, Role};

/// Only those who hold `role` for this body and region.
///
/// # Errors
/// `wrong_role`, `not_your_body`.
pub fn holds(actor: &Principal, role: Role, body: &str, region: &RegionCode) -> Result<(), Fault> {
    if !actor.roles.contains(&role) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if actor.holds(role, body, region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只能办理本单位、本区域的事务"))
}

/// Only those who hold `role` and whose region reaches this one: libraries are common to all bodies.
///
/// # Errors
/// `wrong_role`, `not_your_region`.
pub fn reaches(actor: &Principal, role: Role, region: &RegionCode) -> Result<(), Fault> {
    if !actor.roles.contains(&role) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if actor.reaches(region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_region", "只能办理本区域的事务"))
}

/// Whether it is this service itself that acts, on an event or by the clock.
pub fn is_service(actor: &Principal) -> bool {
    *actor == Principal::service("supervision")
}
