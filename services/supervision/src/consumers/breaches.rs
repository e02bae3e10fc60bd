//! 中介超市违约: counts for credit, until it is lifted.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::breaches::{BreachEvent, SupermarketBreach};
use tongban_contracts::credit::{CreditEntry, CreditSource, CreditSubject, EvidenceReference};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use super::results::settle;
use crate::app::Desk;
use crate::domain::credit::{self, credit_id};
use crate::store::breach;

/// Follows the intermediary supermarket.
pub struct Breaches(pub Desk);

#[async_trait]
impl Consumer for Breaches {
    fn name(&self) -> &'static str {
        "supervision.breaches"
    }

    fn topics(&self) -> Vec<String> {
        vec![BreachEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let credit = Arc::clone(&self.0.onsite.credit);
        let prefix = format!("breach:{}", event.subject);
        let (subject, entry, reason) = match event.read().map_err(Fault::internal)? {
            BreachEvent::Recorded(breach) => {
                let SupermarketBreach { subject_code, subject_name, subject_account, .. } = *breach;
                breach::keep(transaction, &event.subject, &subject_code).await?;
                let subject = CreditSubject {
                    code: subject_code,
                    name: subject_name,
                    natural_person: false,
                    account: subject_account,
                };
                let entry = CreditEntry {
                    id: prefix.clone(),
                    source: CreditSource::Supermarket,
                    ground: "supermarket.breach".into(),
                    // The rule gives these.
                    points: 0,
                    at_best: None,
                    counts_until: breach.occurred_on,
                    rule: String::new(),
                    summary: breach.summary,
                    occurred_on: breach.occurred_on,
                    evidence: EvidenceReference {
                        service: "supermarket".into(),
                        kind: breach.ground,
                        id: breach.purchase_id,
                    },
                    body: breach.body,
                    body_name: breach.body_name,
                    region: breach.region,
                    recorded_by: event.caused_by().map_err(Fault::internal)?.account,
                };
                (subject, Some(Box::new(entry)), String::new())
            }
            BreachEvent::Lifted { reason } => {
                let Some(code) = breach::read(transaction, &event.subject).await? else {
                    tracing::warn!(
                        breach = event.subject,
                        "a breach was lifted that was not known"
                    );
                    return Ok(());
                };
                let subject = CreditSubject {
                    code,
                    name: String::new(),
                    natural_person: false,
                    account: None,
                };
                (subject, None, reason)
            }
        };
        let id = credit_id(&subject.code).to_string();
        let command = credit::Command::Settle { subject, prefix, entry, reason, credit };
        settle(&self.0, &id, command, event, transaction).await
    }
}
