//! Callers for tests; none of them exists.

use tongban_kernel::{Principal, PrincipalKind, RegionCode, Role};

/// 海州区行政审批局（示例）.
pub const APPROVAL_BUREAU: &str = "11320706MB0000001B";
/// 海州区.
pub const HAIZHOU: &str = "320706";
/// 赣榆区: another district of the same city.
pub const GANYU: &str = "320707";

/// A citizen's account.
pub fn citizen(account: &str, name: &str) -> Principal {
    Principal {
        account: account.into(),
        kind: PrincipalKind::Citizen,
        name: name.into(),
        body: None,
        region: None,
        roles: [].into(),
    }
}

/// An organisation's account.
pub fn organisation(account: &str, name: &str) -> Principal {
    Principal { kind: PrincipalKind::Organisation, ..citizen(account, name) }
}

/// An officer's personal account.
pub fn officer(account: &str, body: &str, region: &str, roles: &[Role]) -> Principal {
    Principal {
        account: account.into(),
        kind: PrincipalKind::Officer,
        name: format!("示例{account}"),
        body: Some(body.into()),
        region: Some(RegionCode::parse(region).expect("a region code")),
        roles: roles.iter().copied().collect(),
    }
}

/// A line system's account.
pub fn system(account: &str, body: &str, region: &str, roles: &[Role]) -> Principal {
    Principal { kind: PrincipalKind::System, ..officer(account, body, region, roles) }
}
