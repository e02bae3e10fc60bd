//! What is said about a reading: lawful with reasons, or unlawful with what was done about it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{ObjectionEvent, ReadingFinding, ReadingMeasure};
use tongban_contracts::supermarket::Named;
use tongban_kernel::masking::masked;
use tongban_kernel::{Fault, Faults};

use super::super::grant::Standing;
use super::super::rights::filled;

/// What somebody says (认定意见), and how the grant stands that was read by.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was found.
    pub finding: ReadingFinding,
    /// Why.
    pub reason: String,
    /// What was done.
    pub measures: Vec<ReadingMeasure>,
    /// The grant that was read by, as it stands now.
    pub standing: Standing,
}

/// What was said (认定).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who.
    pub by: Named,
    /// Credit code of that officer's body.
    pub body: String,
    /// What was found.
    pub finding: ReadingFinding,
    /// Why.
    pub reason: String,
    /// What was done.
    pub measures: Vec<ReadingMeasure>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Said {
    /// What an answer or a decision says; nothing of other events.
    pub fn of(event: &ObjectionEvent, at: DateTime<Utc>) -> Option<Self> {
        let (ObjectionEvent::Answered { by, body, finding, reason, measures }
        | ObjectionEvent::Reviewed { by, body, finding, reason, measures }) = event
        else {
            return None;
        };
        Some(Self {
            by: by.clone(),
            body: body.clone(),
            finding: *finding,
            reason: reason.clone(),
            measures: measures.clone(),
            at,
        })
    }
}

impl Finding {
    /// What is recorded of it: each measure once, numbers of persons masked. A measure that the ledger knows about is
    /// believed when the ledger has it. Every fault at once.
    ///
    /// # Errors
    /// `invalid_finding`.
    pub fn checked(self) -> Result<(ReadingFinding, String, Vec<ReadingMeasure>), Fault> {
        let mut faults = Faults::new();
        filled(&mut faults, "/reason", &self.reason);
        match self.finding {
            ReadingFinding::Lawful if !self.measures.is_empty() => {
                faults.add("/measures", "not_for_lawful", "认定合法的，不填写处理措施");
            }
            ReadingFinding::Unlawful if self.measures.is_empty() => {
                faults.add("/measures", "required", "认定违规的，须写明处理措施");
            }
            _ => {}
        }
        for (index, measure) in self.measures.iter().enumerate() {
            let pointer = format!("/measures/{index}");
            match measure {
                ReadingMeasure::GrantSuspended if self.standing == Standing::Active => {
                    faults.add(pointer, "not_done", "该授权仍在使用，请先由数源部门或主管部门暂停");
                }
                ReadingMeasure::GrantEnded if self.standing != Standing::Ended => {
                    faults.add(pointer, "not_done", "该授权尚未终止");
                }
                _ => {}
            }
        }
        faults.into_result("invalid_finding", "认定意见有误")?;
        let measures: BTreeSet<ReadingMeasure> = self.measures.into_iter().collect();
        Ok((self.finding, masked(&self.reason), measures.into_iter().collect()))
    }
}
