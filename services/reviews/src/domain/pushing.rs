//! Another system that pushes services and reviews (评价来源系统).

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::review_desks::{PushingSystem, PushingSystemEvent};
use tongban_kernel::{Context, Fault, Faults, Principal, RegionCode, Role};
use tongban_ledger::Aggregate;

/// A system as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushing {
    /// The system.
    pub system: PushingSystem,
    /// Whether nothing of it is taken any more.
    pub retired: bool,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 登记, or 更换密钥 when it is there already.
    Register(PushingSystem),
    /// 停用
    Retire {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Pushing {
    type Event = PushingSystemEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<PushingSystemEvent>, Fault> {
        match (command, current) {
            (Command::Register(system), None) => {
                supervises(&context.actor, &system.region)?;
                Ok(vec![PushingSystemEvent::Registered(system)])
            }
            (Command::Register(_), Some(pushing)) => {
                supervises(&context.actor, &pushing.system.region)?;
                if pushing.retired {
                    return Err(Fault::conflict("system_retired", "该来源系统已停用"));
                }
                Ok(vec![PushingSystemEvent::Rekeyed])
            }
            (Command::Retire { .. }, None) => Err(Fault::not_found("该来源系统")),
            (Command::Retire { reason }, Some(pushing)) => {
                supervises(&context.actor, &pushing.system.region)?;
                let mut faults = Faults::new();
                if reason.trim().is_empty() {
                    faults.add("/reason", "required", "请写明理由");
                }
                faults.into_result("reason_required", "请写明理由")?;
                if pushing.retired {
                    return Err(Fault::conflict("system_retired", "该来源系统已停用"));
                }
                Ok(vec![PushingSystemEvent::Retired { reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &PushingSystemEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (PushingSystemEvent::Registered(system), None) => {
                Some(Self { system: system.clone(), retired: false })
            }
            (PushingSystemEvent::Rekeyed, Some(pushing)) => Some(pushing),
            (PushingSystemEvent::Retired { .. }, Some(pushing)) => {
                Some(Self { retired: true, ..pushing })
            }
            _ => None,
        }
    }
}

fn supervises(actor: &Principal, region: &RegionCode) -> Result<(), Fault> {
    if !actor.roles.contains(&Role::Supervisor) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if !actor.reaches(region) {
        return Err(Fault::forbidden("not_your_region", "只能管理本区域的来源系统"));
    }
    Ok(())
}
