//! An inspection matter (抽查事项) and its versions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supervision::{InspectionKind, InspectionMatter, InspectionMatterEvent};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Context, Fault, Faults, Role};
use tongban_ledger::Aggregate;

use super::rights;

/// A matter as it stands: the entry in force, or the last one before it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version, from 1.
    pub revision: u32,
    /// The entry.
    pub matter: InspectionMatter,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
}

/// What can be asked of a matter.
#[derive(Debug, Clone)]
pub enum Command {
    /// 发布
    Publish(Box<InspectionMatter>),
    /// 取消
    Withdraw {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Entry {
    type Event = InspectionMatterEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<InspectionMatterEvent>, Fault> {
        match (command, current) {
            (Command::Publish(matter), current) => publish(current, matter, context),
            (Command::Withdraw { .. }, None) => Err(Fault::not_found("该抽查事项")),
            (Command::Withdraw { reason }, Some(entry)) => {
                may_keep(&entry.matter, context)?;
                if entry.withdrawn.is_some() {
                    return Err(Fault::conflict(
                        "already_withdrawn",
                        "该抽查事项已取消，不能再次取消",
                    ));
                }
                Ok(vec![InspectionMatterEvent::Withdrawn { reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &InspectionMatterEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (InspectionMatterEvent::Published { revision, matter }, _) => {
                Some(Self { revision: *revision, matter: (**matter).clone(), withdrawn: None })
            }
            (InspectionMatterEvent::Withdrawn { reason }, Some(entry)) => {
                Some(Self { withdrawn: Some(reason.clone()), ..entry })
            }
            (InspectionMatterEvent::Withdrawn { .. }, None) => None,
        }
    }
}

impl Entry {
    /// Whether `body` may inspect for it (实施部门): the keeping body and its partners.
    pub fn is_of(&self, body: &str) -> bool {
        self.matter.body == body || self.matter.partners.iter().any(|other| other.body == body)
    }
}

fn publish(
    current: Option<&Entry>,
    matter: Box<InspectionMatter>,
    context: &Context,
) -> Result<Vec<InspectionMatterEvent>, Fault> {
    may_keep(&matter, context)?;
    if let Some(entry) = current {
        may_keep(&entry.matter, context)?;
        if entry.withdrawn.is_none() && entry.matter == *matter {
            return Ok(Vec::new());
        }
    }
    check(&matter)?;
    let revision = current.map_or(1, |entry| entry.revision + 1);
    Ok(vec![InspectionMatterEvent::Published { revision, matter }])
}

fn may_keep(matter: &InspectionMatter, context: &Context) -> Result<(), Fault> {
    rights::holds(&context.actor, Role::InspectionPlanner, &matter.body, &matter.region)
}

/// Names everything that is wrong with an entry.
fn check(matter: &InspectionMatter) -> Result<(), Fault> {
    let mut faults = Faults::new();
    for (pointer, body) in std::iter::once(("/body".to_owned(), &matter.body)).chain(
        matter
            .partners
            .iter()
            .enumerate()
            .map(|(index, partner)| (format!("/partners/{index}/body"), &partner.body)),
    ) {
        if let Err(invalid) = uscc::check(body) {
            faults.add(pointer, invalid.reason(), invalid.message_zh());
        }
    }
    let mut seen = BTreeSet::from([matter.body.as_str()]);
    for (index, partner) in matter.partners.iter().enumerate() {
        if !seen.insert(&partner.body) {
            faults.add(format!("/partners/{index}/body"), "duplicate", "部门重复");
        }
    }
    for (index, basis) in matter.basis.iter().enumerate() {
        if basis.trim().is_empty() {
            faults.add(format!("/basis/{index}"), "required", "检查依据不能为空");
        }
    }
    if matter.name.trim().is_empty() {
        faults.add("/name", "required", "事项名称不能为空");
    }
    match matter.kind {
        InspectionKind::General => {
            if matter.ceiling.is_none() {
                faults.add("/ceiling", "required", "一般检查事项应有抽查比例上限");
            }
            if matter.frequency.is_none() {
                faults.add("/frequency", "required", "一般检查事项应有同一对象频次上限");
            }
        }
        InspectionKind::Key => {
            if matter.ceiling.is_some() {
                faults.add("/ceiling", "key_matter", "重点检查事项不设抽查比例上限");
            }
        }
    }
    faults.into_result("invalid_inspection_matter", "抽查事项要素有误，不能发布")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn a_general_matter_has_limits_and_a_key_matter_no_ceiling() {
        let publish = |bend: fn(&mut InspectionMatter)| {
            let mut matter = samples::matter();
            bend(&mut matter);
            Entry::decide(None, Command::Publish(Box::new(matter)), &samples::planner())
        };
        assert_eq!(publish(|_| ()).unwrap().len(), 1);
        let pointers = |fault: Fault| {
            fault.errors().iter().map(|error| error.pointer.clone()).collect::<Vec<_>>()
        };
        let none = publish(|matter| {
            matter.ceiling = None;
            matter.frequency = None;
            matter.body_name = String::new();
            matter.basis = vec![" ".into()];
        });
        assert_eq!(pointers(none.unwrap_err()), ["/basis/0", "/ceiling", "/frequency"]);
        let key = publish(|matter| matter.kind = InspectionKind::Key);
        assert_eq!(pointers(key.unwrap_err()), ["/ceiling"]);
    }
}
