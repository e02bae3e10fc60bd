//! What histories tell, kept: their keys, and their answers to draws of this service.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_contracts::event::topic;
use tongban_contracts::of::{Owner, Shared as _, read};
use tongban_contracts::pulses::{PulseEvent, SOURCES};
use tongban_events::Consumer;
use tongban_history::audit::is_of;
use tongban_kernel::Fault;
use tongban_proof::{Checkpoint, VerifyKey, note};

use crate::store::{checkpoint, source};

/// Follows the histories that give public values.
pub(crate) struct Sources {
    name: &'static str,
    /// What stands before the draws of this service in an answer.
    own: String,
}

impl Sources {
    /// For the service `S`.
    pub(crate) fn new<S: Owner>() -> Self {
        // Made once for each start of a service.
        Self { name: format!("{}.sources", S::NAME).leak(), own: format!("{}:", S::NAME) }
    }
}

#[async_trait]
impl Consumer for Sources {
    fn name(&self) -> &'static str {
        self.name
    }

    fn topics(&self) -> Vec<String> {
        SOURCES.iter().map(|source| topic(source, PulseEvent::AGGREGATE)).collect()
    }

    fn projects(&self) -> &'static [&'static str] {
        &["draw_source", "draw_checkpoint"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let service = event.parts().map(|(service, _, _)| service).unwrap_or_default();
        match read::<PulseEvent>(event).map_err(Fault::internal)? {
            PulseEvent::Offered { origin, keys, checkpoint } => {
                for vkey in &keys {
                    let key = VerifyKey::parse(vkey).map_err(Fault::internal)?;
                    if key.name() != origin || !is_of(&origin, service) {
                        let told = format!("{service} told of a key of {}", key.name());
                        return Err(Fault::internal(told));
                    }
                }
                let at = event.time.timestamp_micros();
                source::note(transaction, service, &origin, &keys, at).await?;
                match checkpoint {
                    Some(note) => {
                        reached(transaction, &of(transaction, &note, service).await?, &note).await
                    }
                    None => Ok(()),
                }
            }
            PulseEvent::Signed { checkpoint: note, answers } => {
                let read = of(transaction, &note, service).await?;
                let size = i64::try_from(read.size).map_err(Fault::internal)?;
                for draw in answers.iter().filter_map(|name| name.strip_prefix(&self.own)) {
                    checkpoint::answer(transaction, &read.origin, draw, size, &note).await?;
                }
                reached(transaction, &read, &note).await
            }
            PulseEvent::Asked { .. } | PulseEvent::Beat { .. } => Ok(()),
        }
    }
}

/// What a checkpoint says, signed by a key of its history that was told of before.
async fn of(
    transaction: &DatabaseTransaction,
    note: &str,
    service: &str,
) -> Result<Checkpoint, Fault> {
    let (text, _) = note::split(note).map_err(Fault::internal)?;
    let origin = text.lines().next().unwrap_or_default();
    if !is_of(origin, service) {
        return Err(Fault::internal(format!("{service} told of a checkpoint of {origin}")));
    }
    let keys = source::keys_of(transaction, origin).await?;
    Checkpoint::open(note, &keys)
        .map_err(|error| Fault::internal(format!("a checkpoint of {origin}: {error}")))
}

async fn reached(
    transaction: &DatabaseTransaction,
    read: &Checkpoint,
    note: &str,
) -> Result<(), Fault> {
    let size = i64::try_from(read.size).map_err(Fault::internal)?;
    checkpoint::reached(transaction, &read.origin, size, note).await
}
