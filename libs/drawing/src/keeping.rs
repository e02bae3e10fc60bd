//! What goes on by itself (自动推进): a round looks at every draw with something to do, and does what comes next.
//!
//! Each step is a command that changes nothing when it was carried out before, so a round may be cut off
//! anywhere, and any number of processes may do the same.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_contracts::draws::{DrawResult, RandomSource, RandomValue};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Caller;
use tongban_proof::VerifyKey;
use tongban_runtime::{Job, blocking};

use crate::domain::{self, Attempt, Command, History, Step};
use crate::draws::Draws;
use crate::files::{FEW, result_text};
use crate::store::{checkpoint, draw, seed, source, text};

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Draws looked for at once.
const MANY: u64 = 100;
/// More steps than a draw has in a row.
const STEPS: usize = 12;

/// Keeps draws going.
pub(crate) struct Keeping(pub(crate) Draws);

#[async_trait]
impl Job for Keeping {
    fn name(&self) -> &'static str {
        "keep-draws"
    }

    fn every(&self) -> Duration {
        PAUSE
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.0.host;
        let (mut after, mut waiting) = (String::new(), 0_u32);
        loop {
            let due = draw::due(host.db(), host.clock.now(), &after, MANY).await?;
            let Some(last) = due.last() else { break };
            after.clone_from(last);
            for purpose in due {
                match self.0.advance(&purpose).await {
                    Ok(true) => {}
                    Ok(false) => waiting += 1,
                    // One draw's trouble must not hold up the others.
                    Err(fault) => {
                        waiting += 1;
                        tracing::warn!(purpose, %fault, "a draw does not go on");
                    }
                }
            }
        }
        let service = self.0.0.book.service();
        metrics::gauge!("draws_waiting", "service" => service).set(f64::from(waiting));
        Ok(())
    }
}

impl Draws {
    /// Does what comes next for a purpose, as far as it goes; whether nothing is overdue then.
    pub(crate) async fn advance(&self, purpose: &str) -> Result<bool, Fault> {
        for _ in 0..STEPS {
            let history = self.find(purpose).await?;
            let Some(one) = history.as_ref().and_then(History::latest) else { return Ok(true) };
            let step = one.next(self.0.host.clock.now());
            if matches!(step, Step::Wait(_) | Step::Done) {
                return Ok(true);
            }
            if step == Step::Draw {
                self.hold(purpose, one).await?;
                continue;
            }
            let Some(command) = self.command(step, one).await? else { return Ok(false) };
            match self.0.book.execute(purpose, command, &self.caller()).await {
                // Another process was faster, or the clock has gone on: look again.
                Err(fault) if ["too_early", "too_late"].contains(&fault.code()) => {}
                done => drop(done?),
            }
        }
        Ok(false)
    }

    fn caller(&self) -> Caller {
        Caller::service(self.0.book.service(), None)
    }

    /// The command for a step; nothing when what it takes is not there yet.
    async fn command(&self, step: Step, one: &Attempt) -> Result<Option<Command>, Fault> {
        let (host, vault) = (&self.0.host, &self.0.vault);
        let (draw, randomness) = (one.terms.draw.clone(), &one.terms.randomness);
        Ok(match step {
            Step::MakeSeed => {
                let made =
                    seed::find_or_make(host.db(), vault, host.entropy.as_ref(), &draw).await?;
                let terms = domain::digest(&one.terms.terms)?;
                let party = &one.terms.organiser.party;
                let commitment = tongban_draw::commitment(&draw, terms, party, &made).to_string();
                Some(Command::CommitOrganiser { draw, commitment })
            }
            Step::Announce => Some(Command::Announce { draw }),
            Step::Lapse => Some(Command::Lapse { draw }),
            Step::OpenSeed => {
                let made = seed::find(host.db(), vault, &draw).await?;
                let made = made.ok_or_else(|| Fault::internal("the organiser's seed is gone"))?;
                Some(Command::OpenOrganiser { draw, seed: hex::encode(made) })
            }
            Step::Close => Some(Command::Close { draw }),
            Step::TakeValue => {
                let found = self.public_value(&randomness.value, &draw).await?;
                found.map(|(value, keys)| Command::RecordValue { draw, value, keys })
            }
            Step::TakeFallback => match &randomness.fallback {
                Some(source) => {
                    let found = self.public_value(source, &draw).await?;
                    found.map(|(value, keys)| Command::RecordFallback { draw, value, keys })
                }
                None => None,
            },
            Step::Draw | Step::Wait(_) | Step::Done => None,
        })
    }

    /// The value of a source, once it is there, and the keys by which to tell.
    async fn public_value(
        &self,
        from: &RandomSource,
        draw: &str,
    ) -> Result<Option<(RandomValue, Arc<Vec<VerifyKey>>)>, Fault> {
        let db = self.0.host.db();
        match from {
            RandomSource::Checkpoint { of, .. } => {
                let Some(note) = checkpoint::answered(db, of, draw).await? else {
                    return Ok(None);
                };
                let keys = source::keys_of(db.read(), of).await?;
                Ok(Some((RandomValue::Checkpoint { note }, Arc::new(keys))))
            }
            RandomSource::Beacon { of, after } => {
                let beacon = self.0.config.beacon.as_ref().filter(|beacon| beacon.name() == of);
                let beacon = beacon.ok_or_else(|| {
                    Fault::internal(format!("{draw} waits for the beacon {of}, which is not set"))
                })?;
                let value = beacon.value(*after).await?;
                Ok(value.map(|value| (value, Arc::default())))
            }
        }
    }

    /// Draws, and records what came out.
    async fn hold(&self, purpose: &str, one: &Attempt) -> Result<(), Fault> {
        let announcement = one.announcement.clone().unwrap_or_default();
        let draw = one.terms.draw.clone();
        let transcript = self.transcript(one).await?;
        let (text, told) = blocking(move || {
            let drawn = &transcript.result;
            let (text, digest) = result_text(drawn)?;
            let few = drawn.len() <= FEW;
            let told = DrawResult {
                draw,
                announcement,
                count: u32::try_from(drawn.len()).map_err(Fault::internal)?,
                digest,
                drawn: few.then(|| drawn.iter().map(|name| name.to_string()).collect()),
            };
            Ok((text, told))
        })
        .await?;
        let host = &self.0.host;
        if told.drawn.is_none() {
            let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
            text::keep(&transaction, &told.digest, &text).await?;
            transaction.commit().await.map_err(tongban_db::to_fault)?;
        }
        let command = Command::Draw(Box::new(told));
        match self.0.book.execute(purpose, command, &self.caller()).await {
            Err(fault) if fault.kind() == FaultKind::Conflict => Ok(()),
            done => done.map(drop),
        }
    }
}
