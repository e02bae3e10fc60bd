//! 开放评价: a completed case may be reviewed once.

use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::Decision;
use tongban_contracts::reviews::ReviewRight;
use tongban_kernel::Fault;
use tongban_ledger::Caller;
use tongban_runtime::Host;

use crate::domain::review::{Command, Review};

/// Opens the right for a decided case in `transaction`; one that is open already is left alone.
pub async fn open(
    host: &Host,
    case_id: &str,
    decision: Decision,
    traceparent: Option<String>,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
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
    let caller = Caller::service("reviews", traceparent);
    let command = Command::Open(Box::new(right));
    host.ledger.execute_within::<Review>(transaction, case_id, command, &caller).await?;
    Ok(())
}
