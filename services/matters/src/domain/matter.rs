//! A matter (政务服务事项) and its versions.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::matters::{Matter, MatterEvent};
use tongban_kernel::{Context, Fault, RegionCode, Role};
use tongban_ledger::Aggregate;

use super::rules;

/// A matter as it stands: the entry in force, or the last one before it was withdrawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Version (事项版本), from 1.
    pub revision: u32,
    /// The entry.
    pub matter: Matter,
    /// Why it was withdrawn (取消原因), if it was.
    pub withdrawn: Option<String>,
}

/// What can be asked of a matter.
#[derive(Debug, Clone)]
pub enum Command {
    /// 发布: puts an entry in force.
    Publish(Box<Matter>),
    /// 取消: takes it out of force.
    Withdraw {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Entry {
    type Event = MatterEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<MatterEvent>, Fault> {
        match (command, current) {
            (Command::Publish(matter), current) => publish(current, matter, context),
            (Command::Withdraw { .. }, None) => Err(Fault::not_found("该事项")),
            (Command::Withdraw { reason }, Some(entry)) => withdraw(entry, reason, context),
        }
    }

    fn evolve(current: Option<Self>, event: &MatterEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (MatterEvent::Published { revision, matter }, _) => {
                Some(Self { revision: *revision, matter: matter.as_ref().clone(), withdrawn: None })
            }
            (MatterEvent::Withdrawn { reason }, Some(entry)) => {
                Some(Self { withdrawn: Some(reason.clone()), ..entry })
            }
            (MatterEvent::Withdrawn { .. }, None) => None,
        }
    }
}

fn publish(
    current: Option<&Entry>,
    matter: Box<Matter>,
    context: &Context,
) -> Result<Vec<MatterEvent>, Fault> {
    may_edit(&matter.body, &matter.region, context)?;
    if let Some(entry) = current {
        may_edit(&entry.matter.body, &entry.matter.region, context)?;
        if entry.withdrawn.is_none() && entry.matter == *matter {
            return Ok(Vec::new());
        }
    }
    rules::check(&matter)?;
    let revision = current.map_or(1, |entry| entry.revision + 1);
    Ok(vec![MatterEvent::Published { revision, matter }])
}

fn withdraw(entry: &Entry, reason: String, context: &Context) -> Result<Vec<MatterEvent>, Fault> {
    may_edit(&entry.matter.body, &entry.matter.region, context)?;
    if entry.withdrawn.is_some() {
        return Err(Fault::conflict("already_withdrawn", "该事项已取消，不能再次取消"));
    }
    Ok(vec![MatterEvent::Withdrawn { reason }])
}

/// Only the implementing body's own editors may change its matters.
fn may_edit(body: &str, region: &RegionCode, context: &Context) -> Result<(), Fault> {
    if context.actor.holds(Role::MatterEditor, body, region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只能维护本单位、本区域的事项"))
}
