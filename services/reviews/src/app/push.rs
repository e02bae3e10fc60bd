//! 来源系统推送: services and reviews of other systems, many at a time, each row judged alone and none typed in again.

pub mod reviews;
mod services;

use std::collections::HashMap;

use tongban_kernel::{Fault, FaultKind, FieldFault};
use tongban_ledger::Caller;

use super::Desk;
use super::signature::Signed;
use crate::api::pushed::{PushStatus, PushedRow};
use crate::domain::pushed::{ReviewRow, ServiceRow};

/// How often a batch is carried out anew after others were faster.
const RACES: usize = 5;
/// Numbers of case and service: what tells services apart, whatever other systems call them.
type Key = (String, String);

/// What became of a row.
#[derive(Debug, Clone)]
enum Fate {
    /// Taken, repeated, waiting or known; by the right, if there is one.
    Fine(PushStatus, Option<String>),
    /// Refused, with every fault.
    Refused(Vec<FieldFault>),
}

/// Rows that the rules refused though nothing was seen to be wrong with them, by place.
type Refusals = HashMap<usize, Vec<FieldFault>>;

/// Why a batch could not be carried out as a whole.
enum Stopped {
    /// A row stands in the way: it is refused, the others go on.
    Row(usize, Fault),
    /// Nothing can be carried out.
    All(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::All(fault)
    }
}

/// Takes reviews in.
///
/// # Errors
/// `replayed`; the database's absence. What is wrong with rows is in the answer.
pub async fn reviews(
    desk: &Desk,
    signed: &Signed,
    rows: &[ReviewRow],
    caller: &Caller,
) -> Result<Vec<PushedRow>, Fault> {
    let mut refusals = Refusals::new();
    let mut races = 0;
    loop {
        match reviews::once(desk, signed, rows, &refusals, caller).await {
            Ok(fates) => {
                let about = |row: &ReviewRow| {
                    (Some(row.id.clone()), row.case_number.clone(), row.service_number.clone())
                };
                return Ok(answer(rows.iter().map(about), fates));
            }
            Err(stopped) => again(stopped, &mut refusals, &mut races)?,
        }
    }
}

/// Takes services in.
///
/// # Errors
/// As [`reviews`].
pub async fn services(
    desk: &Desk,
    signed: &Signed,
    rows: &[ServiceRow],
    caller: &Caller,
) -> Result<Vec<PushedRow>, Fault> {
    let mut refusals = Refusals::new();
    let mut races = 0;
    loop {
        match services::once(desk, signed, rows, &refusals, caller).await {
            Ok(fates) => {
                let about =
                    |row: &ServiceRow| (None, row.case_number.clone(), row.service_number.clone());
                return Ok(answer(rows.iter().map(about), fates));
            }
            Err(stopped) => again(stopped, &mut refusals, &mut races)?,
        }
    }
}

/// Whether a batch is carried out anew: after a race, or without the row that stands in the way.
fn again(stopped: Stopped, refusals: &mut Refusals, races: &mut usize) -> Result<(), Fault> {
    match stopped {
        Stopped::Row(place, fault) if fault.kind() != FaultKind::Unavailable => {
            let errors = if fault.errors().is_empty() {
                vec![one("", fault.code(), fault.title())]
            } else {
                fault.errors().to_vec()
            };
            refusals.insert(place, errors);
            Ok(())
        }
        Stopped::Row(_, fault) | Stopped::All(fault) => {
            *races += 1;
            let raced = fault.kind() == FaultKind::Unavailable && *races < RACES;
            if raced { Ok(()) } else { Err(fault) }
        }
    }
}

fn one(pointer: &str, code: &str, message: &str) -> FieldFault {
    FieldFault { pointer: pointer.to_owned(), code: code.to_owned(), message: message.to_owned() }
}

fn answer(
    rows: impl Iterator<Item = (Option<String>, String, Option<String>)>,
    fates: Vec<Fate>,
) -> Vec<PushedRow> {
    let answers =
        rows.zip(fates).enumerate().map(|(row, ((id, case_number, service_number), fate))| {
            let (status, review, errors) = match fate {
                Fate::Fine(status, review) => (status, review, Vec::new()),
                Fate::Refused(errors) => (PushStatus::Refused, None, errors),
            };
            PushedRow { row, id, case_number, service_number, status, review, errors }
        });
    answers.collect()
}
