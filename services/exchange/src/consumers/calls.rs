//! Keeps `call_fact` up to date with calls.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::exchange::CallEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, civil_date};

use crate::domain::rules::Ground;
use crate::store::call_fact;

/// Follows calls, for those who look for unusual ones.
pub struct Calls(pub Arc<Ground>);

#[async_trait]
impl Consumer for Calls {
    fn name(&self) -> &'static str {
        "exchange.calls"
    }

    fn topics(&self) -> Vec<String> {
        vec![CallEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["call_fact"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let (call, answered) = match event.read::<CallEvent>().map_err(Fault::internal)? {
            CallEvent::Answered { call, .. } => (call, true),
            CallEvent::Refused { call, .. } => (call, false),
            // Of what the source body's system did not give, nobody is to blame.
            CallEvent::Failed { .. } => return Ok(()),
        };
        let actor = event.caused_by().map_err(Fault::internal)?;
        let Ground { rules, calendar } = self.0.as_ref();
        let outside = rules.signals.outside(calendar, &call.caller_body, event.time);
        let row = call_fact::Model {
            id: event.subject.clone(),
            who: match &call.operator {
                Some(operator) => format!("{} {}", actor.account, operator.trim()),
                None => actor.account,
            },
            body: call.caller_body,
            region: call.region.to_string(),
            grant_id: call.grant_id.to_string(),
            subject: call.subject.map(|subject| subject.print),
            case_number: call.case.map(|case| case.number),
            needs_case: call.purpose.needs_case(),
            answered,
            outside: i64::from(outside),
            day: civil_date(event.time),
            called_at: event.time.timestamp_micros(),
        };
        call_fact::note(transaction, row).await
    }
}
