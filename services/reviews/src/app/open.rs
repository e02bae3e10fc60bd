//! 开放评价: a completed case may be reviewed once.

use tongban_contracts::intake::Decision;
use tongban_contracts::reviews::ReviewRight;
use tongban_ledger::{Caller, Order};

use crate::domain::review::{Command, Review};

/// Opens the right for a decided case; one that is open already is left alone.
pub fn open(case_id: &str, decision: Decision, traceparent: Option<String>) -> Order<Review> {
    let Decision { number, matter, applicant, .. } = decision;
    let right = ReviewRight {
        case_id: case_id.to_owned(),
        case_number: number,
        matter_id: matter.matter_id,
        matter_name: matter.name,
        body: matter.body,
        body_name: matter.body_name,
        region: matter.region,
        applicant_account: applicant.account,
    };
    Order {
        id: case_id.to_owned(),
        command: Command::Open(Box::new(right)),
        caller: Caller::service("reviews", traceparent),
    }
}
