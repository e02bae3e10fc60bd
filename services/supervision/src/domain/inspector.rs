//! An inspector (执法检查人员): what for, how long, and whom not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supervision::{Inspector, InspectorEvent, RecusalRelation};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Context, Fault, Faults, Role};
use tongban_ledger::Aggregate;

use super::rights;

/// An inspector as he or she stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Particulars.
    pub inspector: Inspector,
    /// Objects that he or she may not inspect, and why.
    pub recusals: BTreeMap<String, Recusal>,
    /// Why he or she inspects no longer.
    pub left: Option<String>,
}

/// Why an object may not be inspected (回避).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// The relation.
    pub relation: RecusalRelation,
    /// In words.
    pub reason: String,
}

/// What can be asked of an inspector's record.
#[derive(Debug, Clone)]
pub enum Command {
    /// 入库
    Register(Box<Inspector>),
    /// 变更
    Change(Box<Inspector>),
    /// 回避登记
    Recuse {
        /// The object.
        object: String,
        /// The relation.
        relation: RecusalRelation,
        /// In words.
        reason: String,
    },
    /// 解除回避
    LiftRecusal {
        /// The object.
        object: String,
        /// Why.
        reason: String,
    },
    /// 离任
    Leave {
        /// Why.
        reason: String,
    },
}

/// Why somebody may not inspect on a day (不能执法的原因).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// 已离任
    Left,
    /// 没有该项执法资格
    Lacking(String),
    /// 资格在该日无效
    NotThen {
        /// The qualification's name.
        name: String,
        /// The nearest term there is.
        from: NaiveDate,
        /// Its last day.
        until: NaiveDate,
    },
    /// 应当回避 (行政处罚法 art. 43)
    Related(RecusalRelation),
}

impl Unfit {
    /// In words.
    pub fn reason_zh(&self) -> String {
        match self {
            Self::Left => "检查人员已离任".into(),
            Self::Lacking(code) => format!("没有该事项所需的执法资格（{code}）"),
            Self::NotThen { name, from, until } => {
                format!("执法资格「{name}」仅在 {from} 至 {until} 有效")
            }
            Self::Related(relation) => relation_zh(*relation).into(),
        }
    }
}

/// What is said of a relation: not whose, and to whom.
pub const fn relation_zh(relation: RecusalRelation) -> &'static str {
    match relation {
        RecusalRelation::Kinship => "与被抽取的检查对象有近亲属关系，回避",
        RecusalRelation::FormerEmployment => "曾在被抽取的检查对象任职，回避",
        RecusalRelation::Holding => "持有被抽取的检查对象股份或对其投资，回避",
        RecusalRelation::OtherInterest => "与被抽取的检查对象有其他直接利害关系，回避",
    }
}

impl Record {
    /// Whether he or she has to recuse because of one of these objects.
    pub fn related(&self, concerned: impl Fn(&str) -> bool) -> Option<Unfit> {
        let one = self.recusals.iter().find(|(object, _)| concerned(object));
        one.map(|(_, recusal)| Unfit::Related(recusal.relation))
    }

    /// Why he or she may not inspect for matters that need `qualifications` on `day`, if so.
    pub fn unfit<'a>(
        &self,
        qualifications: impl IntoIterator<Item = &'a str>,
        day: NaiveDate,
    ) -> Option<Unfit> {
        if self.left.is_some() {
            return Some(Unfit::Left);
        }
        qualifications.into_iter().find_map(|code| {
            let terms = self.inspector.qualifications.iter().filter(|one| one.code == code);
            let latest = terms.clone().max_by_key(|one| one.until);
            let holds = terms.into_iter().any(|one| one.from <= day && day <= one.until);
            match latest {
                _ if holds => None,
                None => Some(Unfit::Lacking(code.to_owned())),
                Some(one) => Some(Unfit::NotThen {
                    name: one.name.clone(),
                    from: one.from,
                    until: one.until,
                }),
            }
        })
    }

    fn may_keep(&self, context: &Context) -> Result<(), Fault> {
        let Inspector { body, region, .. } = &self.inspector;
        rights::holds(&context.actor, Role::InspectionPlanner, body, region)
    }
}

impl Aggregate for Record {
    type Event = InspectorEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<InspectorEvent>, Fault> {
        match (current, command) {
            (None, Command::Register(inspector)) => {
                check(&inspector, context)?;
                Ok(vec![InspectorEvent::Registered(inspector)])
            }
            (Some(record), Command::Register(inspector)) => {
                record.may_keep(context)?;
                if record.left.is_none() && record.inspector == *inspector {
                    return Ok(Vec::new());
                }
                if record.left.is_none() {
                    return Err(Fault::conflict(
                        "already_registered",
                        "该执法证号已在名录库中，请使用变更",
                    ));
                }
                check(&inspector, context)?;
                Ok(vec![InspectorEvent::Registered(inspector)])
            }
            (None, _) => Err(Fault::not_found("该检查人员")),
            (Some(record), command) => record.act(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &InspectorEvent, _meta: &Meta) -> Option<Self> {
        match (current, event) {
            (None, InspectorEvent::Registered(inspector)) => Some(Self {
                inspector: (**inspector).clone(),
                recusals: BTreeMap::new(),
                left: None,
            }),
            (Some(record), InspectorEvent::Registered(inspector)) => {
                Some(Self { inspector: (**inspector).clone(), left: None, ..record })
            }
            (Some(record), InspectorEvent::Changed(inspector)) => {
                Some(Self { inspector: (**inspector).clone(), ..record })
            }
            (Some(mut record), InspectorEvent::Recused { object, relation, reason }) => {
                let recusal = Recusal { relation: *relation, reason: reason.clone() };
                record.recusals.insert(object.clone(), recusal);
                Some(record)
            }
            (Some(mut record), InspectorEvent::RecusalLifted { object, .. }) => {
                record.recusals.remove(object);
                Some(record)
            }
            (Some(record), InspectorEvent::Left { reason }) => {
                Some(Self { left: Some(reason.clone()), ..record })
            }
            (None, _) => None,
        }
    }
}

impl Record {
    fn act(&self, command: Command, context: &Context) -> Result<Vec<InspectorEvent>, Fault> {
        self.may_keep(context)?;
        if self.left.is_some() {
            return Err(Fault::conflict("inspector_left", "该检查人员已离任"));
        }
        match command {
            Command::Change(inspector) if self.inspector == *inspector => Ok(Vec::new()),
            Command::Change(inspector) => {
                if inspector.certificate != self.inspector.certificate {
                    return Err(Fault::conflict("certificate_differs", "执法证号不能变更"));
                }
                check(&inspector, context)?;
                Ok(vec![InspectorEvent::Changed(inspector)])
            }
            Command::Recuse { object, relation, reason } => {
                let same = self
                    .recusals
                    .get(&object)
                    .is_some_and(|known| known.relation == relation && known.reason == reason);
                let event = InspectorEvent::Recused { object, relation, reason };
                Ok(if same { Vec::new() } else { vec![event] })
            }
            Command::LiftRecusal { object, reason } => {
                if !self.recusals.contains_key(&object) {
                    return Err(Fault::conflict("not_recused", "没有登记该对象的回避"));
                }
                Ok(vec![InspectorEvent::RecusalLifted { object, reason }])
            }
            Command::Leave { reason } => Ok(vec![InspectorEvent::Left { reason }]),
            Command::Register(_) => Err(Fault::internal("a registration is decided before")),
        }
    }
}

fn check(inspector: &Inspector, context: &Context) -> Result<(), Fault> {
    let Inspector { body, region, .. } = inspector;
    rights::holds(&context.actor, Role::InspectionPlanner, body, region)?;
    let mut faults = Faults::new();
    if let Err(invalid) = uscc::check(body) {
        faults.add("/body", invalid.reason(), invalid.message_zh());
    }
    if inspector.name.trim().is_empty() {
        faults.add("/name", "required", "姓名不能为空");
    }
    let mut seen = BTreeSet::new();
    for (index, one) in inspector.qualifications.iter().enumerate() {
        if one.until < one.from {
            faults.add(
                format!("/qualifications/{index}/until"),
                "before_from",
                "资格止日不能早于起日",
            );
        }
        if !seen.insert((&one.code, one.from)) {
            faults.add(format!("/qualifications/{index}/code"), "duplicate", "资格重复");
        }
    }
    faults.into_result("invalid_inspector", "检查人员信息有误")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn record() -> Record {
        Record { inspector: samples::inspector(1), recusals: BTreeMap::new(), left: None }
    }

    #[test]
    fn a_qualification_binds_day_by_day() {
        let record = record();
        let on = |day: &str| record.unfit(["food"], day.parse().unwrap());
        assert_eq!(on("2026-12-31"), None);
        assert_eq!(on("2024-01-01"), None);
        assert!(matches!(on("2027-01-01"), Some(Unfit::NotThen { .. })));
        assert!(matches!(on("2023-12-31"), Some(Unfit::NotThen { .. })));
        let fire = record.unfit(["food", "fire"], "2026-05-01".parse().unwrap());
        assert_eq!(fire, Some(Unfit::Lacking("fire".into())));
    }

    #[test]
    fn who_left_inspects_no_longer() {
        let record = Record { left: Some("调离".into()), ..record() };
        assert_eq!(record.unfit([], "2026-05-01".parse().unwrap()), Some(Unfit::Left));
    }
}
