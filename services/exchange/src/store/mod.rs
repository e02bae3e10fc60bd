//! How what the exchange keeps is found.

pub mod body;
pub mod call;
pub mod call_fact;
pub mod calling;
pub mod case;
pub mod correction;
pub mod grant;
pub mod matter;
pub mod objection;
pub mod person;
pub mod quota;
pub mod request;
pub mod resource;
pub mod signal;

use tongban_kernel::{Fault, Principal, RegionCode, Role};

/// The body that a steward lists for.
///
/// # Errors
/// `wrong_role` or `not_your_body`.
pub fn own_body(actor: &Principal) -> Result<&str, Fault> {
    if !actor.roles.contains(&Role::DataSteward) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权查看此列表"));
    }
    let body = actor.body.as_deref();
    body.ok_or_else(|| Fault::forbidden("not_your_body", "您的账号没有所属单位"))
}

/// The region that the authority or a supervisor lists for.
///
/// # Errors
/// `wrong_role` or `no_region`.
pub fn own_region(actor: &Principal) -> Result<&RegionCode, Fault> {
    if ![Role::DataAuthority, Role::Supervisor].iter().any(|role| actor.roles.contains(role)) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权查看此列表"));
    }
    let region = actor.region.as_ref();
    region.ok_or_else(|| Fault::forbidden("no_region", "您的账号没有管辖区域"))
}
