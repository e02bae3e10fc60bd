//! A complaint about a purchase (投诉), with a clock for each step.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_calendar::Calendar;
use tongban_contracts::Meta;
use tongban_contracts::market::{ComplaintEvent, MarketComplaint};
use tongban_kernel::{Context, Fault, FaultKind, Faults, Principal, Role, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;

use super::purchase::SERVICE;
use super::rules::PurchaseRules;

/// Where a complaint stands (投诉状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintStage {
    /// 待受理
    Filed,
    /// 处理中
    TakenUp,
    /// 不予受理
    Declined,
    /// 已处理
    Decided,
}

impl ComplaintStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::TakenUp => "taken_up",
            Self::Declined => "declined",
            Self::Decided => "decided",
        }
    }
}

/// A complaint as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// What was filed.
    pub filed: MarketComplaint,
    /// When.
    pub filed_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: ComplaintStage,
    /// Last day for the step it waits for.
    pub due: Option<NaiveDate>,
    /// Whether that day passed.
    pub overdue: bool,
    /// Account of the officer who took it up or declined it.
    pub handler: Option<String>,
    /// Whether it was right.
    pub upheld: Option<bool>,
    /// Reasons of the officer.
    pub reason: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What can be asked of a complaint.
#[derive(Debug, Clone)]
pub enum Command {
    /// 投诉
    File(Box<MarketComplaint>),
    /// 受理
    TakeUp {
        /// The published rules.
        rules: Arc<PurchaseRules>,
        /// Business days.
        calendar: Arc<Calendar>,
    },
    /// 不予受理
    Decline {
        /// Why.
        reason: String,
    },
    /// 作出处理决定
    Decide {
        /// Whether it is right.
        upheld: bool,
        /// Reasons.
        reason: String,
    },
    /// 到期: looks whether a clock ran out.
    Tick,
}

impl Aggregate for Complaint {
    type Event = ComplaintEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<ComplaintEvent>, Fault> {
        let Some(complaint) = current else {
            return match command {
                Command::File(filed) => Ok(vec![ComplaintEvent::Filed(filed)]),
                _ => Err(Fault::not_found("该投诉")),
            };
        };
        // Who may not, is not told how it stands either.
        if !matches!(command, Command::File(_) | Command::Tick) {
            complaint.officer(&context.actor)?;
        }
        match (command, complaint.stage) {
            (Command::File(_), _) => Err(Fault::conflict("already_filed", "该投诉已提交")),
            (Command::TakeUp { rules, calendar }, ComplaintStage::Filed) => {
                let term = rules.rules.complaint_decide_term.value;
                let decide_due = term.last_day(context.now, &calendar)?;
                Ok(vec![ComplaintEvent::TakenUp { decide_due }])
            }
            (Command::Decline { reason }, ComplaintStage::Filed) => {
                given(&reason)?;
                Ok(vec![ComplaintEvent::Declined { reason }])
            }
            (Command::Decide { upheld, reason }, ComplaintStage::TakenUp) => {
                given(&reason)?;
                Ok(vec![ComplaintEvent::Decided { upheld, reason }])
            }
            (Command::Tick, _) => Ok(complaint.tick(context)?),
            (_, stage) => {
                let code = format!("not_when_{}", stage.code());
                Err(Fault::new(FaultKind::Conflict, code, "投诉所处状态不能办理此操作"))
            }
        }
    }

    fn evolve(current: Option<Self>, event: &ComplaintEvent, meta: &Meta) -> Option<Self> {
        let mut complaint = match (event, current) {
            (ComplaintEvent::Filed(filed), None) => {
                return Some(Self {
                    due: Some(filed.accept_due),
                    filed: filed.as_ref().clone(),
                    filed_at: meta.at,
                    stage: ComplaintStage::Filed,
                    overdue: false,
                    handler: None,
                    upheld: None,
                    reason: None,
                    ended_at: None,
                });
            }
            (_, complaint) => complaint?,
        };
        complaint.stage = match (event, complaint.stage) {
            (ComplaintEvent::TakenUp { decide_due }, ComplaintStage::Filed) => {
                complaint.due = Some(*decide_due);
                complaint.overdue = false;
                complaint.handler = Some(meta.actor.account.clone());
                ComplaintStage::TakenUp
            }
            (ComplaintEvent::Declined { reason }, ComplaintStage::Filed) => {
                complaint.handler = Some(meta.actor.account.clone());
                complaint.end(reason, meta);
                ComplaintStage::Declined
            }
            (ComplaintEvent::Decided { upheld, reason }, ComplaintStage::TakenUp) => {
                complaint.upheld = Some(*upheld);
                complaint.end(reason, meta);
                ComplaintStage::Decided
            }
            (ComplaintEvent::Overdue { .. }, stage) if complaint.due.is_some() => {
                complaint.overdue = true;
                stage
            }
            _ => return None,
        };
        Some(complaint)
    }
}

impl Complaint {
    fn end(&mut self, reason: &str, meta: &Meta) {
        self.reason = Some(reason.to_owned());
        self.ended_at = Some(meta.at);
        self.due = None;
    }

    fn tick(&self, context: &Context) -> Result<Vec<ComplaintEvent>, Fault> {
        if context.actor.account != SERVICE {
            return Err(Fault::forbidden("only_the_platform", "该步骤由平台按规则自动办理"));
        }
        let due = self.due.filter(|due| !self.overdue && civil_date(context.now) > *due);
        let step = if self.stage == ComplaintStage::Filed { "acceptance" } else { "decision" };
        let overdue = due.map(|due| ComplaintEvent::Overdue { step: step.to_owned(), due });
        Ok(overdue.into_iter().collect())
    }

    fn officer(&self, actor: &Principal) -> Result<(), Fault> {
        manages(actor, &self.filed.region)
    }

    /// Whether `actor` may read it: who complained, and officers who manage the market in the region.
    pub fn may_read(&self, actor: &Principal) -> bool {
        self.filed.account == actor.account || self.officer(actor).is_ok()
    }
}

/// Only officers who manage the market in `region`.
pub fn manages(actor: &Principal, region: &tongban_kernel::RegionCode) -> Result<(), Fault> {
    if !actor.roles.contains(&Role::MarketManager) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if !actor.reaches(region) {
        return Err(Fault::forbidden("not_your_region", "只能办理本区域的事务"));
    }
    Ok(())
}

/// Refuses an empty reason.
pub fn given(reason: &str) -> Result<(), Fault> {
    let mut faults = Faults::new();
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "请写明理由");
    }
    faults.into_result("reason_required", "请写明理由")
}
