//! 签发证照: the licence of an approved case, once.

use chrono::{Datelike as _, NaiveDate};
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::Decision;
use tongban_contracts::matters::LicenceType;
use tongban_kernel::Fault;
use tongban_kernel::entropy::readable_code;
use tongban_ledger::Caller;
use tongban_runtime::Host;

use crate::domain::draft::{self, Marks};
use crate::domain::licence::{Command, Record};
use crate::store;

/// Length of a check code (查验码).
const CHECK_CODE: usize = 6;

/// An approved case that results in a licence.
pub struct Approval<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Its decision.
    pub decision: Decision,
    /// The type to issue.
    pub licence_type: LicenceType,
    /// Civil date of the decision.
    pub date: NaiveDate,
    /// W3C trace context of the decision.
    pub traceparent: Option<String>,
}

/// Issues the licence in `transaction`; a case that has one already is left alone, its serial not wasted.
pub async fn issue(
    host: &Host,
    approval: Approval<'_>,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
    let Approval { case_id, decision, licence_type, date, traceparent } = approval;
    if store::licence::exists(transaction, case_id).await? {
        return Ok(());
    }
    let issuer = &decision.matter.body;
    let number = store::serial::next(transaction, issuer, &licence_type.code, date.year()).await?;
    let marks = Marks {
        serial: draft::serial(date.year(), number),
        check_code: readable_code(CHECK_CODE, host.entropy.as_ref()),
    };
    let licence = draft::licence(case_id, decision, licence_type, date, marks)?;
    let caller = Caller::service("licences", traceparent);
    let command = Command::Issue(Box::new(licence));
    host.ledger.execute_within::<Record>(transaction, case_id, command, &caller).await?;
    Ok(())
}
