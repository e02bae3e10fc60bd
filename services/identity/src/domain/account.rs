//! An account (账号): opened once, given roles, at last disabled.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::identity::{Account, AccountEvent};
use tongban_kernel::region::RegionLevel;
use tongban_kernel::{Context, Fault, Faults, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate;

use super::opening::{self, Known, Opening};

/// An account as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// Its particulars.
    pub account: Account,
    /// Why it was disabled (停用原因), if it was.
    pub disabled: Option<String>,
}

/// What can be asked of an account.
#[derive(Debug, Clone)]
pub enum Command {
    /// 开户: opens it.
    Open(Box<Opening>, Known),
    /// 岗位变更: gives it these roles and no others.
    ChangeRoles {
        /// Whose account it is.
        id: String,
        /// All roles from now on.
        roles: BTreeSet<Role>,
    },
    /// 停用: takes its right to sign in.
    Disable {
        /// Whose account it is.
        id: String,
        /// Why.
        reason: String,
    },
}

impl Aggregate for AccountState {
    type Event = AccountEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<AccountEvent>, Fault> {
        match (command, current) {
            (Command::Open(opening, known), None) => {
                opening::check(&opening, &known, context)?;
                Ok(vec![AccountEvent::Registered(opening.account)])
            }
            (Command::Open(..), Some(_)) => {
                Err(Fault::conflict("account_exists", "该账号已存在，不能重复开户"))
            }
            (_, None) => Err(Fault::not_found("该账号")),
            (Command::ChangeRoles { id, roles }, Some(state)) => {
                change_roles(state, &id, roles, context)
            }
            (Command::Disable { id, reason }, Some(state)) => disable(state, &id, reason, context),
        }
    }

    fn evolve(current: Option<Self>, event: &AccountEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (AccountEvent::Registered(account), None) => {
                Some(Self { account: account.clone(), disabled: None })
            }
            (AccountEvent::RolesChanged { roles }, Some(state)) => {
                let account = Account { roles: roles.clone(), ..state.account };
                Some(Self { account, ..state })
            }
            (AccountEvent::Disabled { reason }, Some(state)) => {
                Some(Self { disabled: Some(reason.clone()), ..state })
            }
            _ => None,
        }
    }
}

fn change_roles(
    state: &AccountState,
    id: &str,
    roles: BTreeSet<Role>,
    context: &Context,
) -> Result<Vec<AccountEvent>, Fault> {
    if context.actor.account == id {
        return Err(Fault::forbidden("own_roles", "不能变更本人的岗位，请由其他管理员办理"));
    }
    may_manage(state.account.region.as_ref(), context)?;
    if is_person(state.account.kind) {
        return Err(Fault::conflict("roles_for_staff_only", "自然人和法人账号没有岗位"));
    }
    if state.disabled.is_some() {
        return Err(Fault::conflict("account_disabled", "该账号已停用，不能变更岗位"));
    }
    let mut faults = Faults::new();
    check_roles(state.account.kind, state.account.region.as_ref(), &roles, &mut faults);
    faults.into_result("invalid_roles", "岗位有误")?;
    if state.account.roles == roles {
        return Ok(Vec::new());
    }
    Ok(vec![AccountEvent::RolesChanged { roles }])
}

fn disable(
    state: &AccountState,
    id: &str,
    reason: String,
    context: &Context,
) -> Result<Vec<AccountEvent>, Fault> {
    if context.actor.account == id {
        return Err(Fault::forbidden("own_account", "不能停用本人账号，请由其他管理员办理"));
    }
    may_manage(state.account.region.as_ref(), context)?;
    if state.disabled.is_some() {
        return Err(Fault::conflict("already_disabled", "该账号已停用，不能再次停用"));
    }
    if reason.trim().is_empty() {
        let mut faults = Faults::new();
        faults.add("/reason", "required", "停用原因不能为空");
        faults.into_result("invalid_disablement", "停用原因有误")?;
    }
    Ok(vec![AccountEvent::Disabled { reason }])
}

/// Whether an account of this kind is a person's or organisation's own, not staff's.
pub fn is_person(kind: PrincipalKind) -> bool {
    matches!(kind, PrincipalKind::Citizen | PrincipalKind::Organisation)
}

/// An administrator manages staff of the own region and below. People and organisations belong to no
/// region: their accounts are a matter for administrators of a city or province.
///
/// # Errors
/// Forbidden, when the account is out of the actor's reach.
pub fn may_manage(region: Option<&RegionCode>, context: &Context) -> Result<(), Fault> {
    let actor = &context.actor;
    let reached = match region {
        Some(region) => actor.reaches(region),
        None => actor.region.as_ref().is_some_and(|own| own.level() <= RegionLevel::City),
    };
    if actor.roles.contains(&Role::IdentityAdmin) && reached {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_region", "只能管理本区域的账号"))
}

/// Accounts are administered by people, so that somebody answers for it.
///
/// Who operates the platform does so for all regions, so no administrator below a city may appoint an operator.
pub(super) fn check_roles(
    kind: PrincipalKind,
    region: Option<&RegionCode>,
    roles: &BTreeSet<Role>,
    faults: &mut Faults,
) {
    if roles.contains(&Role::Operator) {
        if kind == PrincipalKind::System {
            faults.add("/roles", "not_for_systems", "业务系统账号不得担任运维人员");
        } else if region.is_none_or(|region| region.level() > RegionLevel::City) {
            faults.add("/roles", "operators_of_city", "运维人员须为市级及以上账号");
        }
    }
    if kind == PrincipalKind::System && roles.contains(&Role::IdentityAdmin) {
        faults.add("/roles", "not_for_systems", "业务系统账号不得担任系统管理员");
    }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::Principal;

    use super::*;

    fn admin(region: &str) -> Context {
        let actor = Principal {
            account: "admin".into(),
            kind: PrincipalKind::Officer,
            region: Some(RegionCode::parse(region).unwrap()),
            roles: [Role::IdentityAdmin].into(),
            ..Principal::service("x")
        };
        Context { now: chrono::DateTime::UNIX_EPOCH, actor }
    }

    fn state(kind: PrincipalKind, region: Option<&str>) -> AccountState {
        let account = Account {
            name: "示例".into(),
            kind,
            document: None,
            body: region.map(|_| "11320706MB0000001B".into()),
            region: region.map(|region| RegionCode::parse(region).unwrap()),
            roles: [Role::WindowClerk].into(),
        };
        AccountState { account, disabled: None }
    }

    fn roles(id: &str, roles: &[Role]) -> Command {
        Command::ChangeRoles { id: id.into(), roles: roles.iter().copied().collect() }
    }

    fn code(state: &AccountState, command: Command, context: &Context) -> String {
        AccountState::decide(Some(state), command, context).unwrap_err().code().to_owned()
    }

    #[test]
    fn nobody_raises_himself() {
        let clerk = state(PrincipalKind::Officer, Some("320706"));
        assert_eq!(code(&clerk, roles("admin", &[Role::Approver]), &admin("320706")), "own_roles");
    }

    #[test]
    fn reach_ends_at_the_region() {
        let clerk = state(PrincipalKind::Officer, Some("320706"));
        let command = roles("a", &[Role::Approver]);
        assert_eq!(code(&clerk, command.clone(), &admin("320707")), "not_your_region");
        assert_eq!(AccountState::decide(Some(&clerk), command, &admin("320700")).unwrap().len(), 1);
    }

    #[test]
    fn the_same_roles_change_nothing() {
        let clerk = state(PrincipalKind::Officer, Some("320706"));
        let command = roles("a", &[Role::WindowClerk]);
        assert!(AccountState::decide(Some(&clerk), command, &admin("320706")).unwrap().is_empty());
    }

    #[test]
    fn people_are_managed_by_city_and_province() {
        let citizen = state(PrincipalKind::Citizen, None);
        let command = Command::Disable { id: "a".into(), reason: "冒名".into() };
        assert_eq!(code(&citizen, command.clone(), &admin("320706")), "not_your_region");
        assert!(AccountState::decide(Some(&citizen), command, &admin("320700")).is_ok());
        assert_eq!(code(&citizen, roles("a", &[]), &admin("320700")), "roles_for_staff_only");
    }

    #[test]
    fn a_district_has_no_operators() {
        let operator = roles("a", &[Role::Operator]);
        let clerk = state(PrincipalKind::Officer, Some("320706"));
        assert_eq!(code(&clerk, operator.clone(), &admin("320700")), "invalid_roles");
        let system = state(PrincipalKind::System, Some("320700"));
        assert_eq!(code(&system, operator.clone(), &admin("320700")), "invalid_roles");
        let officer = state(PrincipalKind::Officer, Some("320700"));
        assert!(AccountState::decide(Some(&officer), operator, &admin("320700")).is_ok());
    }

    #[test]
    fn systems_administer_nobody() {
        let system = state(PrincipalKind::System, Some("320706"));
        assert_eq!(
            code(&system, roles("a", &[Role::IdentityAdmin]), &admin("320706")),
            "invalid_roles"
        );
    }
}
