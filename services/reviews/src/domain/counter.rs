//! A device at a counter (窗口评价设备): it shows the code of a right to whoever was served, and can never use one.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::review_desks::{CounterDevice, CounterEvent};
use tongban_kernel::{Context, Fault, Faults, Principal, Role};
use tongban_ledger::Aggregate;

/// A device as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The device.
    pub device: CounterDevice,
    /// Whether it is no longer used.
    pub retired: bool,
    /// The right it shows.
    pub shows: Option<String>,
}

/// What can be asked of a device.
#[derive(Debug, Clone)]
pub enum Command {
    /// 登记
    Register(Box<CounterDevice>),
    /// 出示
    Show {
        /// The right.
        review: String,
        /// Body that served.
        body: String,
    },
    /// 停用
    Retire {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Counter {
    type Event = CounterEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<CounterEvent>, Fault> {
        let actor = &context.actor;
        let Some(counter) = current else {
            return match command {
                Command::Register(device) => {
                    supervises(actor, &device)?;
                    Ok(vec![CounterEvent::Registered(device)])
                }
                _ => Err(Fault::not_found("该设备")),
            };
        };
        match command {
            Command::Register(_) => Err(Fault::conflict("already_registered", "该设备已登记")),
            Command::Show { review, body } => {
                let of_the_body = counter.device.body == body
                    && actor.holds(Role::WindowClerk, &body, &counter.device.region);
                if !of_the_body {
                    return Err(Fault::forbidden("not_your_body", "只能使用本单位的窗口设备"));
                }
                if counter.retired {
                    return Err(Fault::conflict("counter_retired", "该设备已停用"));
                }
                Ok(vec![CounterEvent::Shown { review }])
            }
            Command::Retire { reason } => {
                supervises(actor, &counter.device)?;
                let mut faults = Faults::new();
                if reason.trim().is_empty() {
                    faults.add("/reason", "required", "请写明理由");
                }
                faults.into_result("reason_required", "请写明理由")?;
                if counter.retired {
                    return Err(Fault::conflict("counter_retired", "该设备已停用"));
                }
                Ok(vec![CounterEvent::Retired { reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &CounterEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (CounterEvent::Registered(device), None) => {
                Some(Self { device: device.as_ref().clone(), retired: false, shows: None })
            }
            (CounterEvent::Shown { review }, Some(counter)) => {
                Some(Self { shows: Some(review.clone()), ..counter })
            }
            (CounterEvent::Retired { .. }, Some(counter)) => {
                Some(Self { retired: true, shows: None, ..counter })
            }
            _ => None,
        }
    }
}

/// Devices are registered and retired by those who supervise the region, not by the counter.
fn supervises(actor: &Principal, device: &CounterDevice) -> Result<(), Fault> {
    if !actor.roles.contains(&Role::Supervisor) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if !actor.reaches(&device.region) {
        return Err(Fault::forbidden("not_your_region", "只能管理本区域的窗口设备"));
    }
    Ok(())
}
