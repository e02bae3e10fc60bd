//! A plan (抽查计划): drafted by one, approved by another, published for everyone.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supervision::{InspectionPlan, PlanEntry, PlanEvent, PlanKind};
use tongban_kernel::{Context, Fault, Faults, Role};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::team::FEWEST;
use super::{ratio, rights};

/// Most tasks of one plan.
pub const MOST_ENTRIES: usize = 500;

/// Where a plan stands (计划状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "published")]
pub enum PlanStage {
    /// 编制中
    Draft,
    /// 已审批
    Approved,
    /// 已公布
    Published,
    /// 已废止
    Withdrawn,
}

impl PlanStage {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Its name.
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Draft => "编制中",
            Self::Approved => "已审批",
            Self::Published => "已公布",
            Self::Withdrawn => "已废止",
        }
    }
}

/// A plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is planned.
    pub plan: InspectionPlan,
    /// Where it stands.
    pub stage: PlanStage,
    /// Accounts of all who drafted or revised it.
    pub drafted_by: BTreeSet<String>,
    /// Account of who approved it.
    pub approved_by: Option<String>,
    /// When it was drafted or revised last.
    pub drafted_at: DateTime<Utc>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Why it was returned last.
    pub returned: Option<String>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
}

/// What can be asked of a plan.
#[derive(Debug, Clone)]
pub enum Command {
    /// 编制
    Draft(Box<InspectionPlan>),
    /// 修订
    Revise(Box<InspectionPlan>),
    /// 退回
    Return {
        /// Why.
        reason: String,
    },
    /// 审批
    Approve,
    /// 公布
    Publish,
    /// 废止
    Withdraw {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Plan {
    type Event = PlanEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<PlanEvent>, Fault> {
        match (current, command) {
            (None, Command::Draft(plan)) => {
                check(&plan, context)?;
                Ok(vec![PlanEvent::Drafted(plan)])
            }
            (Some(_), Command::Draft(_)) => Err(Fault::internal("a plan's identifier is fresh")),
            (None, _) => Err(Fault::not_found("该抽查计划")),
            (Some(plan), command) => plan.act(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &PlanEvent, meta: &Meta) -> Option<Self> {
        let drafted = |plan: &InspectionPlan, mut by: BTreeSet<String>| {
            by.insert(meta.actor.account.clone());
            Self {
                plan: plan.clone(),
                stage: PlanStage::Draft,
                drafted_by: by,
                approved_by: None,
                drafted_at: meta.at,
                published_at: None,
                returned: None,
                withdrawn: None,
            }
        };
        match (current, event) {
            (None, PlanEvent::Drafted(plan)) => Some(drafted(plan, BTreeSet::new())),
            (Some(before), PlanEvent::Revised(plan)) => {
                Some(Self { returned: before.returned, ..drafted(plan, before.drafted_by) })
            }
            (Some(plan), PlanEvent::Returned { reason }) => Some(Self {
                stage: PlanStage::Draft,
                approved_by: None,
                returned: Some(reason.clone()),
                ..plan
            }),
            (Some(plan), PlanEvent::Approved) => Some(Self {
                stage: PlanStage::Approved,
                approved_by: Some(meta.actor.account.clone()),
                ..plan
            }),
            (Some(plan), PlanEvent::Published) => {
                Some(Self { stage: PlanStage::Published, published_at: Some(meta.at), ..plan })
            }
            (Some(plan), PlanEvent::Withdrawn { reason }) => {
                Some(Self { stage: PlanStage::Withdrawn, withdrawn: Some(reason.clone()), ..plan })
            }
            _ => None,
        }
    }
}

impl Plan {
    fn act(&self, command: Command, context: &Context) -> Result<Vec<PlanEvent>, Fault> {
        let InspectionPlan { body, region, .. } = &self.plan;
        let role = match &command {
            Command::Draft(_) | Command::Revise(_) => Role::InspectionPlanner,
            _ => Role::InspectionApprover,
        };
        rights::holds(&context.actor, role, body, region)?;
        match (self.stage, command) {
            (PlanStage::Draft, Command::Revise(plan)) => {
                if plan.body != *body || plan.region != *region {
                    return Err(Fault::conflict("plan_moved", "计划的编制单位和区域不能修改"));
                }
                check(&plan, context)?;
                if *plan == self.plan {
                    return Ok(Vec::new());
                }
                Ok(vec![PlanEvent::Revised(plan)])
            }
            (PlanStage::Draft, Command::Approve) => {
                if self.drafted_by.contains(&context.actor.account) {
                    return Err(Fault::forbidden(
                        "own_draft",
                        "编制或修订过计划的人员不能审批该计划",
                    ));
                }
                Ok(vec![PlanEvent::Approved])
            }
            (PlanStage::Draft | PlanStage::Approved, Command::Return { reason }) => {
                Ok(vec![PlanEvent::Returned { reason }])
            }
            (PlanStage::Approved, Command::Publish) => Ok(vec![PlanEvent::Published]),
            (PlanStage::Published, Command::Withdraw { reason }) => {
                Ok(vec![PlanEvent::Withdrawn { reason }])
            }
            (stage, _) => Err(Fault::conflict(
                "wrong_stage",
                format!("计划{}，不能办理此操作", stage.name_zh()),
            )),
        }
    }
}

/// Names everything that is wrong with a plan.
fn check(plan: &InspectionPlan, context: &Context) -> Result<(), Fault> {
    let InspectionPlan { body, region, entries, .. } = plan;
    rights::holds(&context.actor, Role::InspectionPlanner, body, region)?;
    let mut faults = Faults::new();
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        faults.add("/entries", "count", format!("计划任务应为 1 至 {MOST_ENTRIES} 项"));
    }
    let mut seen = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let at = format!("/entries/{index}");
        if !seen.insert(&entry.id) {
            faults.add(format!("{at}/id"), "duplicate", "任务序号重复");
        }
        if !region.contains(&entry.region) {
            faults.add(format!("{at}/region"), "outside", "任务区域不在计划区域内");
        }
        check_entry(entry, plan, &at, &mut faults);
    }
    faults.into_result("invalid_plan", "抽查计划有误")
}

fn check_entry(entry: &PlanEntry, plan: &InspectionPlan, at: &str, faults: &mut Faults) {
    if entry.until < entry.from {
        faults.add(format!("{at}/until"), "before_from", "止日不能早于起日");
    } else if plan.kind == PlanKind::Yearly
        && (entry.from.year() != plan.year || entry.until.year() != plan.year)
    {
        faults.add(format!("{at}/from"), "other_year", "年度计划的任务应在该年度内");
    }
    if entry.matters.is_empty() {
        faults.add(format!("{at}/matters"), "required", "至少应有一个抽查事项");
    }
    if entry.bodies.iter().filter(|one| one.lead).count() != 1 {
        faults.add(format!("{at}/bodies"), "one_lead", "应有且仅有一个牵头部门");
    }
    let mut bodies = BTreeSet::new();
    for (index, one) in entry.bodies.iter().enumerate() {
        let at = format!("{at}/bodies/{index}");
        if !bodies.insert(one.body.as_str()) {
            faults.add(format!("{at}/body"), "duplicate", "检查部门重复");
        }
        if usize::try_from(one.inspectors).unwrap_or(0) < FEWEST {
            faults.add(
                format!("{at}/inspectors"),
                "too_few",
                "检查人员不得少于两人（行政处罚法第四十二条）",
            );
        }
        if !entry.matters.iter().any(|matter| matter.body == one.body) {
            faults.add(at, "no_matter", "检查部门没有检查事项");
        }
    }
    for (index, matter) in entry.matters.iter().enumerate() {
        if !bodies.contains(matter.body.as_str()) {
            faults.add(
                format!("{at}/matters/{index}/body"),
                "no_such_body",
                "检查事项的部门不在任务部门中",
            );
        }
    }
    for fault in ratio::against(&entry.matters, &entry.figures, entry.exception.is_some()) {
        faults.add(format!("{at}{}", fault.pointer), fault.code, fault.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn plan(bend: impl FnOnce(&mut InspectionPlan)) -> Result<Vec<PlanEvent>, Fault> {
        let mut plan = samples::plan();
        bend(&mut plan);
        Plan::decide(None, Command::Draft(Box::new(plan)), &samples::planner())
    }

    #[test]
    fn every_fault_of_a_plan_is_named() {
        assert_eq!(plan(|_| ()).unwrap().len(), 1);
        let fault = plan(|plan| {
            let mut other = plan.entries[0].clone();
            other.bodies[0].inspectors = 1;
            other.bodies[0].lead = false;
            other.until = "2025-12-31".parse().unwrap();
            other.figures.number = 0;
            plan.entries.push(other);
        })
        .unwrap_err();
        let found: Vec<_> =
            fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect();
        assert_eq!(
            found,
            [
                ("/entries/1/id", "duplicate"),
                ("/entries/1/until", "before_from"),
                ("/entries/1/bodies", "one_lead"),
                ("/entries/1/bodies/0/inspectors", "too_few"),
                ("/entries/1", "nobody_to_draw"),
            ]
        );
    }

    #[test]
    fn who_drafted_or_revised_does_not_approve() {
        let state = |by: &[&str]| Plan {
            plan: samples::plan(),
            stage: PlanStage::Draft,
            drafted_by: by.iter().map(|one| (*one).to_owned()).collect(),
            approved_by: None,
            drafted_at: samples::planner().now,
            published_at: None,
            returned: None,
            withdrawn: None,
        };
        let both = samples::both();
        let approve = |by: &[&str]| Plan::decide(Some(&state(by)), Command::Approve, &both);
        assert_eq!(approve(&["planner", &both.actor.account]).unwrap_err().code(), "own_draft");
        assert_eq!(approve(&["planner"]).unwrap(), [PlanEvent::Approved]);
        let early = Plan::decide(Some(&state(&["planner"])), Command::Publish, &both);
        assert_eq!(early.unwrap_err().code(), "wrong_stage");
    }
}
