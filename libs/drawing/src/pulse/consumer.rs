//! Takes down which draws named this history.

use std::marker::PhantomData;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_contracts::draws::{DrawEvent, HOLDERS, RandomSource};
use tongban_contracts::event::topic;
use tongban_contracts::of::{Owner, Shared as _, read};
use tongban_events::Consumer;
use tongban_history::audit::is_of;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};
use tongban_runtime::Host;

use super::aggregate::Command;
use super::row::Kept;

/// Follows the draws of all services.
pub(super) struct Asking<S> {
    name: &'static str,
    ledger: Ledger,
    owner: PhantomData<fn() -> S>,
}

impl<S: Owner> Asking<S> {
    pub(super) fn new(host: &Host) -> Self {
        // Made once for each start of a service.
        let name = format!("{}.draws", S::NAME).leak();
        Self { name, ledger: host.ledger.clone(), owner: PhantomData }
    }
}

#[async_trait]
impl<S: Owner> Consumer for Asking<S> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn topics(&self) -> Vec<String> {
        HOLDERS.iter().map(|holder| topic(holder, DrawEvent::AGGREGATE)).collect()
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let asked = match read::<DrawEvent>(event).map_err(Fault::internal)? {
            DrawEvent::Announced { draw, randomness, .. } => Some((draw, randomness.value)),
            DrawEvent::Closed { draw, fallback: Some(source), .. } => Some((draw, source)),
            _ => None,
        };
        let Some((draw, RandomSource::Checkpoint { of, above, after })) = asked else {
            return Ok(());
        };
        if !is_of(&of, S::NAME) {
            return Ok(());
        }
        let service = event.parts().map(|(service, _, _)| service.to_owned()).unwrap_or_default();
        let command = Command::Ask { service, draw, above, after };
        let caller = Caller::service(S::NAME, event.traceparent.clone());
        self.ledger.execute_within::<Kept<S>>(transaction, S::NAME, command, &caller).await?;
        Ok(())
    }
}
