//! 签发证照: the licences of approved cases, one each.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::Decision;
use tongban_contracts::matters::LicenceType;
use tongban_kernel::Fault;
use tongban_kernel::entropy::readable_code;
use tongban_ledger::{Caller, Order, Stopped};
use tongban_runtime::Host;

use crate::domain::draft::{self, Marks};
use crate::domain::licence::{Command, Record};
use crate::store;

/// Length of a check code (查验码).
const CHECK_CODE: usize = 6;

/// An approved case that results in a licence.
pub struct Approval {
    /// Its place among the events it came with.
    pub place: usize,
    /// The case.
    pub case_id: String,
    /// Its decision.
    pub decision: Decision,
    /// The type to issue.
    pub licence_type: LicenceType,
    /// Civil date of the decision.
    pub date: NaiveDate,
    /// W3C trace context of the decision.
    pub traceparent: Option<String>,
}

/// Issues the licences in `transaction`; a case that has one already is left alone, its serial not wasted.
pub async fn issue(
    host: &Host,
    mut approvals: Vec<Approval>,
    transaction: &DatabaseTransaction,
) -> Result<(), Stopped> {
    let ids = approvals.iter().map(|approval| approval.case_id.as_str());
    let mut have = store::licence::existing(transaction, ids).await.map_err(|fault| (0, fault))?;
    approvals.retain(|approval| have.insert(approval.case_id.clone()));
    let serials = serials(&approvals, transaction).await.map_err(|fault| (0, fault))?;
    let places: Vec<usize> = approvals.iter().map(|approval| approval.place).collect();
    let mut orders = Vec::with_capacity(approvals.len());
    for (approval, number) in approvals.into_iter().zip(serials) {
        let Approval { place, case_id, decision, licence_type, date, traceparent } = approval;
        let marks = Marks {
            serial: draft::serial(date.year(), number),
            check_code: readable_code(CHECK_CODE, host.entropy.as_ref()),
        };
        let licence = draft::licence(&case_id, decision, licence_type, date, marks);
        let licence = licence.map_err(|fault| (place, fault))?;
        orders.push(Order::<Record> {
            id: case_id,
            command: Command::Issue(Box::new(licence)),
            caller: Caller::service("licences", traceparent),
        });
    }
    let done = host.ledger.execute_all_within(transaction, orders).await;
    done.map_err(|(at, fault)| (places.get(at).copied().unwrap_or(0), fault))
}

/// A serial number for each approval, in their order, counted for each issuer, type and year.
async fn serials(
    approvals: &[Approval],
    transaction: &DatabaseTransaction,
) -> Result<Vec<i64>, Fault> {
    let mut numbers = vec![0; approvals.len()];
    let mut counted: BTreeMap<(&str, &str, i32), Vec<&mut i64>> = BTreeMap::new();
    for (approval, number) in approvals.iter().zip(&mut numbers) {
        let Approval { decision, licence_type, date, .. } = approval;
        let key = (decision.matter.body.as_str(), licence_type.code.as_str(), date.year());
        counted.entry(key).or_default().push(number);
    }
    // Everywhere in the same order, so that two transactions cannot wait for each other.
    for ((issuer, type_code, year), numbers) in counted {
        let count = i64::try_from(numbers.len()).map_err(Fault::internal)?;
        let last = store::serial::next(transaction, issuer, type_code, year, count).await?;
        for (number, serial) in numbers.into_iter().zip(last - count + 1..) {
            *number = serial;
        }
    }
    Ok(numbers)
}
