//! Tells the keys of this history, and answers draws that named it.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_contracts::of::Owner;
use tongban_history::History;
use tongban_kernel::{Clock, Fault, FaultKind};
use tongban_ledger::{Caller, Ledger};
use tongban_proof::{Checkpoint, VerifyKey};
use tongban_runtime::{Host, Job};

use super::aggregate::{Command, Pulse};
use super::row::Kept;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers. Any number of processes may; what one has done, the others find done.
pub(super) struct Answering<S> {
    ledger: Ledger,
    history: History,
    clock: Arc<dyn Clock>,
    owner: PhantomData<fn() -> S>,
}

impl<S: Owner> Answering<S> {
    pub(super) fn new(host: &Host) -> Self {
        Self {
            ledger: host.ledger.clone(),
            history: host.history.clone(),
            clock: Arc::clone(&host.clock),
            owner: PhantomData,
        }
    }

    async fn execute(&self, command: Command) -> Result<Pulse, Fault> {
        let caller = Caller::service(S::NAME, None);
        let committed = self.ledger.execute::<Kept<S>>(S::NAME, command, &caller).await?;
        Ok(committed.state.pulse)
    }

    /// Tells origin and keys, unless they were told.
    async fn offer(&self, told: Option<Pulse>) -> Result<Pulse, Fault> {
        let published = self.history.keys().await?;
        let keys: Vec<String> = published.keys.into_iter().map(|key| key.vkey).collect();
        match told {
            Some(told) if told.origin == published.origin && told.keys == keys => Ok(told),
            _ => {
                let checkpoint = match self.history.signed(None).await {
                    Ok(note) => Some(note),
                    Err(fault) if fault.kind() == FaultKind::NotFound => None,
                    Err(fault) => return Err(fault),
                };
                let origin = published.origin;
                self.execute(Command::Offer { origin, keys, checkpoint }).await
            }
        }
    }
}

#[async_trait]
impl<S: Owner> Job for Answering<S> {
    fn name(&self) -> &'static str {
        "answer-draws"
    }

    fn every(&self) -> Duration {
        PAUSE
    }

    async fn run(&self) -> Result<(), Fault> {
        let told = self.ledger.load::<Kept<S>>(S::NAME).await?.map(|loaded| loaded.state.pulse);
        let pulse = match self.offer(told).await {
            Ok(pulse) => pulse,
            // Whoever keeps the history says so, once; without keys there is nothing to answer.
            Err(fault) if fault.code() == "history_key_unavailable" => return Ok(()),
            Err(fault) => return Err(fault),
        };
        let now = self.clock.now();
        // A key that was made since is told of in the next round, before what it signed.
        let keys = pulse.keys.iter().map(|key| VerifyKey::parse(key));
        let keys: Vec<VerifyKey> = keys.collect::<Result<_, _>>().map_err(Fault::internal)?;
        let mut answers = BTreeMap::<String, Vec<String>>::new();
        for ask in pulse.waiting.iter().filter(|ask| ask.after < now) {
            if let Some(note) = self.history.first_after(ask.after, ask.above).await?
                && Checkpoint::open(&note, &keys).is_ok()
            {
                answers.entry(note).or_default().push(ask.draw.clone());
            }
        }
        let mut pulse = pulse;
        for (checkpoint, answers) in answers {
            pulse = self.execute(Command::Sign { checkpoint, answers }).await?;
        }
        if pulse.beat_needed(now).is_some() {
            self.execute(Command::Beat).await?;
        }
        Ok(())
    }
}
