//! A draft tried on cases that were decided long ago (规则回放). Nothing comes of it but a report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use utoipa::ToSchema;

use crate::evidence::{Judgement, Outcome, Reason};
use crate::given::Given;
use crate::judge::Rules;

/// How a case was decided, and by whom (原办理结果).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = PastDecision)]
pub enum Decided {
    /// 机器准予
    ByMachine,
    /// 人工准予
    Approved,
    /// 人工不予
    Denied,
}

/// A case that was decided (既往办件).
#[derive(Debug, Clone)]
pub struct Past {
    /// Which.
    pub case: String,
    /// How.
    pub decided: Decided,
    /// What was had of its inputs then; its clocks stand as they stood.
    pub given: BTreeMap<String, Given>,
}

/// What a draft would change (与原结果比较).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplayChange)]
pub enum Change {
    /// 不变: the machine approves again, or a person decides again.
    Same,
    /// 改由机器准予: a person approved, the draft would.
    NowByMachine,
    /// 改由人工: the machine approved, the draft would hand over.
    NowByPerson,
    /// 与人工不予相反: a person denied what the draft would approve. Each of these is to be looked at before it is
    /// published.
    AgainstDenial,
    /// 无法比较: the draft reads what was not asked for then, and nothing else keeps it from approving.
    Untold,
}

/// A case as the draft would have it (回放结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplayedCase)]
pub struct Replayed {
    /// Which.
    pub case: String,
    /// How it was decided.
    pub decided: Decided,
    /// What the draft would do.
    pub outcome: Outcome,
    /// What that changes.
    pub change: Change,
    /// Why the draft would hand it over.
    pub reasons: Vec<Reason>,
}

/// What a draft would have made of past cases (回放报告).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplayReport)]
pub struct Report {
    /// Digest of the draft.
    pub rules: String,
    /// How many cases there are of each change; those that there are none of are not named.
    pub changes: BTreeMap<Change, usize>,
    /// Each, in the order they came.
    pub cases: Vec<Replayed>,
}

/// Code of an input that was not asked for.
const NOT_ASKED: &str = "not_given";

/// Tries rules on past cases.
///
/// # Errors
/// As [`Rules::judge`].
pub fn replay(rules: &Rules, past: &[Past], salt: &[u8]) -> Result<Report, Fault> {
    let mut changes = BTreeMap::new();
    let mut cases = Vec::with_capacity(past.len());
    for one in past {
        let judgement = rules.judge(&one.given, salt)?;
        let change = change(one.decided, &judgement);
        *changes.entry(change).or_default() += 1;
        let Judgement { outcome, reasons, .. } = judgement;
        let (case, decided) = (one.case.clone(), one.decided);
        cases.push(Replayed { case, decided, outcome, change, reasons });
    }
    Ok(Report { rules: rules.digest().to_owned(), changes, cases })
}

fn change(decided: Decided, now: &Judgement) -> Change {
    match (decided, now.outcome) {
        (Decided::ByMachine, Outcome::Approve) => Change::Same,
        (Decided::Approved, Outcome::Approve) => Change::NowByMachine,
        (Decided::Denied, Outcome::Approve) => Change::AgainstDenial,
        (_, Outcome::HandOver) if now.reasons.iter().all(|one| one.code == NOT_ASKED) => {
            Change::Untold
        }
        (Decided::ByMachine, Outcome::HandOver) => Change::NowByPerson,
        (Decided::Approved | Decided::Denied, Outcome::HandOver) => Change::Same,
    }
}
