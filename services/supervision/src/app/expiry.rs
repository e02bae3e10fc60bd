//! 证照到期: licences end by their term, and objects with them.

use tongban_kernel::{Fault, FaultKind, civil_date};
use tongban_ledger::Caller;

use super::Desk;
use crate::domain::object::{Command, Object};
use crate::store;

/// Taken at once.
const SOME: u64 = 200;

/// Ends every licence whose last day is over. The clock asks for it, and whoever counts or draws objects, so that none
/// is drawn between midnight and the clock's next look.
///
/// # Errors
/// When the database is away.
pub async fn licences(desk: &Desk) -> Result<(), Fault> {
    let host = &desk.host;
    let today = civil_date(host.clock.now());
    let caller = Caller::service("supervision", None);
    loop {
        let ids = store::object::expired(host.db(), today, SOME).await?;
        for id in &ids {
            match host.ledger.execute::<Object>(id, Command::Expire, &caller).await {
                Ok(_) => {}
                // Another process was faster.
                Err(fault) if fault.kind() == FaultKind::Conflict => {}
                Err(fault) => return Err(fault),
            }
        }
        if (ids.len() as u64) < SOME {
            return Ok(());
        }
    }
}
