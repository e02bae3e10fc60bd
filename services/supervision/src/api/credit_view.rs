//! Somebody's credit as its readers see it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::credit::{
    ClassChange, CountedEntry, CreditClass, CreditEntry, CreditRequest, CreditSubject,
};
use utoipa::ToSchema;

use crate::domain::credit::{Credit, Ended};
use crate::domain::credit_rule::CreditRule;
use crate::store::credit::Model;

/// An event in the register (信用事件).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditEntryView {
    /// The event.
    #[serde(flatten)]
    pub entry: CreditEntry,
    /// When it was recorded.
    #[schema(example = "2026-03-20T02:00:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// `counting`, `expired`, `cancelled`, `disproved` or `repaired`.
    #[schema(example = "counting")]
    pub state: String,
    /// Why it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("经核查，准予修复"))]
    pub state_reason: Option<String>,
}

/// A request about an event, and its answer (异议、修复申请).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditRequestView {
    /// The request.
    #[serde(flatten)]
    pub request: CreditRequest,
    /// When it was made.
    #[schema(example = "2026-03-21T02:00:00Z")]
    pub asked_at: DateTime<Utc>,
    /// Whether it was granted; absent while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    pub granted: Option<bool>,
    /// Reason of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("经核查，准予修复"))]
    pub answer: Option<String>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-25T02:00:00Z"))]
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether the day for the answer went by.
    #[schema(example = false)]
    pub overdue: bool,
}

/// Somebody's credit (信用档案), and why the class is that one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditView {
    /// Whose; absent where nothing was ever recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<CreditSubject>,
    /// The class today (信用风险类别).
    pub class: CreditClass,
    /// Points it follows from (得分).
    #[schema(example = 70)]
    pub points: i32,
    /// Points that events are added to (基础分).
    #[schema(example = 90)]
    pub base: i32,
    /// Version of the rule (规则版本).
    #[schema(example = "2026-1")]
    pub rule: String,
    /// Events that count today.
    pub counted: Vec<CountedEntry>,
    /// Event that allows no better class, where one decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("licence:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub bound_by: Option<String>,
    /// The last change of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_change: Option<ClassChange>,
    /// All events, the newest first.
    pub entries: Vec<CreditEntryView>,
    /// Requests, oldest first.
    pub requests: Vec<CreditRequestView>,
}

impl CreditView {
    /// Somebody's credit on `today`, judged as `judged`.
    pub fn of(credit: &Credit, judged: &ClassChange, today: NaiveDate) -> Self {
        let mut entries: Vec<CreditEntryView> = credit
            .entries
            .values()
            .map(|one| {
                let (state, reason) = match &one.ended {
                    Some(Ended::Cancelled(reason)) => ("cancelled", Some(reason.clone())),
                    Some(Ended::Disproved(reason)) => ("disproved", Some(reason.clone())),
                    Some(Ended::Repaired(reason)) => ("repaired", Some(reason.clone())),
                    None if today > one.entry.counts_until => ("expired", None),
                    None => ("counting", None),
                };
                CreditEntryView {
                    entry: one.entry.clone(),
                    recorded_at: one.at,
                    state: state.to_owned(),
                    state_reason: reason,
                }
            })
            .collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.recorded_at));
        let requests = credit.requests.iter().map(|one| {
            let late = one.answer.is_none() && one.request.due.is_some_and(|due| today > due);
            CreditRequestView {
                request: one.request.clone(),
                asked_at: one.at,
                granted: one.answer.as_ref().map(|(granted, ..)| *granted),
                answer: one.answer.as_ref().map(|(_, reason, _)| reason.clone()),
                answered_at: one.answer.as_ref().map(|(.., at)| *at),
                overdue: late,
            }
        });
        Self {
            subject: Some(credit.subject.clone()),
            class: judged.class,
            points: judged.points,
            base: judged.base,
            rule: judged.rule.clone(),
            counted: judged.counted.clone(),
            bound_by: judged.bound_by.clone(),
            last_change: credit.change.clone(),
            entries,
            requests: requests.collect(),
        }
    }

    /// Where nothing was ever recorded.
    pub fn initial(rule: &CreditRule) -> Self {
        Self {
            subject: None,
            class: rule.initial,
            points: rule.base,
            base: rule.base,
            rule: rule.version.clone(),
            counted: Vec::new(),
            bound_by: None,
            last_change: None,
            entries: Vec::new(),
            requests: Vec::new(),
        }
    }
}

/// Somebody with open requests (待答复).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditRequestSummary {
    /// Credit code or citizen's number.
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Name.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// The class; absent while it is the rule's initial one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("C"))]
    pub class: Option<String>,
    /// The soonest day an answer is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-08"))]
    pub answer_due: Option<NaiveDate>,
}

impl From<Model> for CreditRequestSummary {
    fn from(row: Model) -> Self {
        let Model { code, name, class, answer_due, .. } = row;
        Self { code, name, class, answer_due }
    }
}
