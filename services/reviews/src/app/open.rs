//! 开放评价: a completed case may be reviewed once.

use chrono::{DateTime, Utc};
use tongban_contracts::intake::Decision;
use tongban_contracts::reviews::{ReviewKind, ReviewRight};
use tongban_ledger::{Caller, Order};

use crate::domain::review::{Command, Review};

/// Opens the right for a case that `decided_by` decided; one that is open already is left alone.
pub fn open(
    case_id: &str,
    decision: Decision,
    decided_by: String,
    expires_at: DateTime<Utc>,
    traceparent: Option<String>,
) -> Order<Review> {
    let Decision { number, matter, applicant, accepted_by, .. } = decision;
    let mut officers = vec![accepted_by];
    if !officers.contains(&decided_by) {
        officers.push(decided_by);
    }
    let right = ReviewRight {
        case_id: case_id.to_owned(),
        case_number: number,
        matter_id: matter.matter_id,
        matter_name: matter.name,
        body: matter.body,
        body_name: matter.body_name,
        region: matter.region,
        applicant_account: applicant.account,
        kind: ReviewKind::Case,
        service_number: None,
        window: None,
        officers,
        expires_at: Some(expires_at),
        system: None,
    };
    Order {
        id: case_id.to_owned(),
        command: Command::Open(Box::new(right)),
        caller: Caller::service("reviews", traceparent),
    }
}
