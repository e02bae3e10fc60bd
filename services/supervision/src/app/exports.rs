//! 对外报送: records are added with the event they tell of.

use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_contracts::publications::PublicationEvent;
use tongban_exports::NewRecord;
use tongban_kernel::{Fault, civil_date};

use super::Desk;
use crate::domain::publication::Publication;
use crate::export::ExportRecord;

/// Adds the records that an event of a publication leads to, in the transaction that takes the event.
pub async fn add(
    desk: &Desk,
    event: &Envelope,
    what: &PublicationEvent,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
    let tells = matches!(
        what,
        PublicationEvent::Published { .. }
            | PublicationEvent::Corrected { .. }
            | PublicationEvent::Withdrawn { .. }
    );
    if !tells {
        return Ok(());
    }
    let version = event.version().map_err(Fault::internal)?;
    let duty = match what {
        PublicationEvent::Published { duty, .. } | PublicationEvent::Corrected { duty, .. } => {
            duty.as_ref().clone()
        }
        // A withdrawal says nothing new of what it withdraws, and nothing follows it.
        _ => {
            let found = desk.host.ledger.load::<Publication>(&event.subject).await?;
            let found = found.ok_or_else(|| Fault::internal("a withdrawal of nothing"))?.state;
            if found.published_at.is_none() {
                return Ok(());
            }
            found.duty
        }
    };
    for target in desk.onsite.exports.targets() {
        if duty.natural_person && !target.natural_persons {
            continue;
        }
        let on = civil_date(event.time);
        let record = ExportRecord::of(&target.name, &event.subject, version, what, &duty, on);
        let Some(record) = record else { continue };
        let body = serde_json::to_string(&record).map_err(Fault::internal)?;
        let record = NewRecord {
            id: record.id.to_string(),
            target: target.name.clone(),
            subject: event.subject.clone(),
            version,
            body,
        };
        desk.onsite.exports.add(transaction, [record]).await?;
    }
    Ok(())
}
