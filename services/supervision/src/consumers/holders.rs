//! 证照撤销、吊销: counts for the holder's credit.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::credit::{CreditEntry, CreditSource, CreditSubject, EvidenceReference};
use tongban_contracts::identity::DocumentKind;
use tongban_contracts::licences::{LicenceEvent, RevocationGround};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, civil_date};

use super::results::settle;
use crate::app::Desk;
use crate::domain::credit::{self, credit_id};
use crate::store::holder;

/// Follows the licence library.
pub struct Holders(pub Desk);

#[async_trait]
impl Consumer for Holders {
    fn name(&self) -> &'static str {
        "supervision.holders"
    }

    fn topics(&self) -> Vec<String> {
        vec![LicenceEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let (ground, reason) = match event.read().map_err(Fault::internal)? {
            LicenceEvent::Issued(licence) => {
                return holder::keep(transaction, &event.subject, &licence).await;
            }
            LicenceEvent::Revoked { ground, reason } => (ground, reason),
        };
        let ground = match ground {
            RevocationGround::Annulled => "licence.annulled",
            RevocationGround::TakenAway => "licence.taken_away",
            // Deregistered: nobody did anything wrong.
            RevocationGround::Deregistered => return Ok(()),
        };
        let Some(licence) = holder::read(transaction, &event.subject).await? else {
            tracing::warn!(licence = event.subject, "a licence was revoked that was not known");
            return Ok(());
        };
        let day = civil_date(event.time);
        let entry = CreditEntry {
            id: format!("licence:{}", event.subject),
            source: CreditSource::Licence,
            ground: ground.into(),
            // The rule gives these.
            points: 0,
            at_best: None,
            counts_until: day,
            rule: String::new(),
            summary: format!("{}：{reason}", licence.licence_type.name),
            occurred_on: day,
            evidence: EvidenceReference {
                service: "licences".into(),
                kind: "licence".into(),
                id: licence.identifier,
            },
            body: licence.issuer,
            body_name: licence.issuer_name,
            region: licence.region,
            recorded_by: event.caused_by().map_err(Fault::internal)?.account,
        };
        let subject = CreditSubject {
            natural_person: licence.holder_document.kind == DocumentKind::CitizenId,
            code: licence.holder_document.number,
            name: licence.holder_name,
            account: Some(licence.holder_account),
        };
        let id = credit_id(&subject.code).to_string();
        let credit = Arc::clone(&self.0.onsite.credit);
        let command = credit::Command::Record { subject, entry: Box::new(entry), credit };
        settle(&self.0, &id, command, event, transaction).await
    }
}
