//! A penalty whose decision was changed or no longer holds (处罚决定变动): what is shown of it has its day, too.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::publications::{
    PenaltyChange, PenaltyFate, PublicationEvent, PublicationKind,
};
use tongban_kernel::{Context, Fault, civil_date};

use super::publication::{Publication, PublicationStage, of_the_deciding_body};
use super::terms::Rules;

/// What became of the decision on a penalty, and the clock that follows (处罚决定变动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruling {
    /// What.
    pub change: PenaltyChange,
    /// When it was reported.
    pub at: DateTime<Utc>,
    /// Whether the day went by before it was withdrawn or corrected.
    pub overdue: bool,
}

/// What became of it, for people.
const fn fate_zh(fate: PenaltyFate) -> &'static str {
    match fate {
        PenaltyFate::Changed => "已依法变更",
        PenaltyFate::Revoked => "已依法撤销",
        PenaltyFate::Unlawful => "已被确认违法",
        PenaltyFate::Void => "已被确认无效",
    }
}

impl Publication {
    /// The day that the clock runs to, if it is known: for the publication, or for what a changed decision asks for.
    pub fn clock(&self) -> Option<NaiveDate> {
        match (self.stage, &self.overruled) {
            (PublicationStage::Overruled, Some(one)) => one.change.due,
            _ => self.duty.due,
        }
    }

    /// Whether that day was told to have gone by.
    pub fn clock_overdue(&self) -> bool {
        match (self.stage, &self.overruled) {
            (PublicationStage::Overruled, Some(one)) => one.overdue,
            _ => self.overdue,
        }
    }

    /// The decision was changed or no longer holds: what is shown gets its day, what is not shown yet never will be.
    pub(super) fn overrule(
        &self,
        mut change: PenaltyChange,
        rules: &Rules,
        context: &Context,
    ) -> Result<Vec<PublicationEvent>, Fault> {
        of_the_deciding_body(&self.duty, &context.actor)?;
        if self.duty.kind == PublicationKind::Inspection {
            let title = "只有行政处罚才能登记决定变动；检查结果请更正结果本身";
            return Err(Fault::conflict("amend_the_result", title));
        }
        if change.on > civil_date(context.now) {
            return Err(Fault::conflict("not_happened_yet", "变动日期不能晚于今日"));
        }
        if change.on < self.duty.ended_on {
            return Err(Fault::conflict("before_the_decision", "变动日期不能早于处罚决定日期"));
        }
        match self.stage {
            PublicationStage::Due => {
                let reason = format!("处罚决定{}（{}）", fate_zh(change.fate), change.basis);
                Ok(vec![PublicationEvent::Withdrawn { reason }])
            }
            PublicationStage::Published => {
                change.due = rules.due_if_known(change.on, &rules.terms.withdrawal);
                Ok(vec![PublicationEvent::Overruled(change)])
            }
            PublicationStage::Overruled => {
                Err(Fault::conflict("already_reported", "该处罚决定的变动已登记，尚未撤回或更正"))
            }
            PublicationStage::Withdrawn => {
                Err(Fault::conflict("withdrawn", "公示已撤回，不能登记决定变动"))
            }
        }
    }

    /// Only a decision that holds with another content leaves something to be shown.
    pub(super) fn may_be_corrected(&self) -> Result<(), Fault> {
        match (self.stage, &self.overruled) {
            (PublicationStage::Overruled, Some(one)) if one.change.fate != PenaltyFate::Changed => {
                let title = format!("处罚决定{}，只能撤回公示", fate_zh(one.change.fate));
                Err(Fault::conflict("must_be_withdrawn", title))
            }
            _ => Ok(()),
        }
    }

    /// What the clock says on `today`: days that can be computed by now, and those that went by.
    pub(super) fn look(&self, rules: &Rules, today: NaiveDate) -> Vec<PublicationEvent> {
        let (start, limit, withdrawal) = match (self.stage, &self.overruled) {
            (PublicationStage::Due, _) => (self.duty.ended_on, &rules.terms.publication, false),
            (PublicationStage::Overruled, Some(one)) => {
                (one.change.on, &rules.terms.withdrawal, true)
            }
            _ => return Vec::new(),
        };
        if self.clock_overdue() {
            return Vec::new();
        }
        let mut events = Vec::new();
        let due = self.clock().or_else(|| {
            let due = rules.due_if_known(start, limit);
            events.extend(due.map(|due| PublicationEvent::DueSet { due }));
            due
        });
        if let Some(due) = due.filter(|due| today > *due) {
            events.push(match withdrawal {
                true => PublicationEvent::WithdrawalOverdue { due },
                false => PublicationEvent::Overdue { due },
            });
        }
        events
    }
}
