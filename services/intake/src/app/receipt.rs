//! 受理回执: the signed word that a submission was recorded, for those who may see the case.

use tongban_kernel::{Fault, Principal};

use super::Desk;
use crate::domain::case::CaseFile;

/// Signs the receipt of the case's submission; it says the same whenever it is asked for.
pub async fn receipt(desk: &Desk, id: &str, reader: &Principal) -> Result<String, Fault> {
    let case = desk.case(id).await?;
    case.check_sight(reader)?;
    // The submission is the first event of every case.
    let submitted = desk.host.ledger.history::<CaseFile>(id).await?.into_iter().next();
    let submitted = submitted.ok_or_else(|| Fault::internal(format!("case {id} has no events")))?;
    let hash = submitted.hash_bytes()?;
    let event = submitted.meta.event_id.to_string();
    desk.host.history.receipt(&case.number, &event, hash, submitted.meta.at).await
}
