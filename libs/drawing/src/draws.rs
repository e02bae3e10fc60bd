//! What a service does with draws.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use tongban_contracts::draws::DrawReplacement;
use tongban_draw::{Randomness, ReplacementKind, Source};
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_ledger::Caller;
use tongban_runtime::{Host, blocking};
use tongban_seal::Vault;

use crate::book::Book;
use crate::config::Config;
use crate::domain::{self, Asked, Attempt, Command, History, Stage};
use crate::proposal::{Proposal, Proposed, Schedule, SourceKind};
use crate::store::{checkpoint, source, text};

/// How often something is tried again that another was faster at.
const RACES: usize = 5;

/// The draws of one service (抽取); cheap to clone.
///
/// What comes of them the service learns by its own events, on `Of::<S, DrawEvent>::topic()`: `drawn`,
/// `replaced`, `cancelled`; the event's `subject` is the purpose.
#[derive(Clone)]
pub struct Draws(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) book: Box<dyn Book>,
    pub(crate) host: Host,
    pub(crate) vault: Vault,
    pub(crate) config: Config,
}

/// What a proposal led to.
enum Prepared {
    /// It was there before.
    Again(Proposed),
    /// Terms to be recorded.
    New(Box<Asked>),
}

impl Draws {
    /// Fixes the terms of a draw. From then on it goes on by itself: witnesses commit, it is announced, the
    /// public value comes, seeds are opened, it is drawn.
    ///
    /// The same proposal again, while the first is open, gives the first: safe to repeat after a crash.
    ///
    /// # Errors
    /// `invalid_draw`, which names everything that is wrong; `draw_open` while another draw for the purpose is
    /// under way; `no_public_value` while no source of public values is known; the database's absence.
    pub async fn propose(&self, proposal: Proposal, caller: &Caller) -> Result<Proposed, Fault> {
        let db = self.0.host.db();
        for _ in 0..RACES {
            let purpose = proposal.purpose.clone();
            let asked = match self.prepare(proposal.clone(), caller).await? {
                Prepared::Again(proposed) => return Ok(proposed),
                Prepared::New(asked) => asked,
            };
            let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
            match self.record(&transaction, &purpose, *asked, caller).await {
                Ok(proposed) => {
                    transaction.commit().await.map_err(tongban_db::to_fault)?;
                    self.0.host.ledger.announce();
                    return Ok(proposed);
                }
                Err(fault) if fault.kind() == FaultKind::Unavailable => {
                    transaction.rollback().await.map_err(tongban_db::to_fault)?;
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::unavailable("lost too many races for a draw"))
    }

    /// As [`Draws::propose`], inside the caller's transaction: for consumers, and for whoever proposes together
    /// with an event of his own. The caller commits, then calls `Ledger::announce`.
    ///
    /// # Errors
    /// As [`Draws::propose`]; a lost race is unavailable: roll back and try again.
    pub async fn propose_within(
        &self,
        transaction: &DatabaseTransaction,
        proposal: Proposal,
        caller: &Caller,
    ) -> Result<Proposed, Fault> {
        let purpose = proposal.purpose.clone();
        match self.prepare(proposal, caller).await? {
            Prepared::Again(proposed) => Ok(proposed),
            Prepared::New(asked) => self.record(transaction, &purpose, *asked, caller).await,
        }
    }

    /// Cancels the open proposal for a purpose; refused once it is announced.
    ///
    /// # Errors
    /// `already_announced`; not found; the database's absence.
    pub async fn cancel(&self, purpose: &str, reason: &str, caller: &Caller) -> Result<(), Fault> {
        let draw = self.latest(purpose).await?.terms.draw;
        let command = Command::Cancel { draw, reason: reason.to_owned() };
        self.0.book.execute(purpose, command, caller).await.map(drop)
    }

    /// Replaces one who was drawn, with the next of the same stream. The same replacement again gives the first.
    ///
    /// # Errors
    /// `not_drawn_yet`; an `invalid_draw` fault: a recusal, which had to come before the draw; one who was not
    /// drawn; too many; nobody left.
    pub async fn replace(
        &self,
        purpose: &str,
        removed: &str,
        kind: ReplacementKind,
        reason: &str,
        caller: &Caller,
    ) -> Result<DrawReplacement, Fault> {
        for _ in 0..RACES {
            let one = self.latest(purpose).await?;
            if one.stage() != Stage::Drawn {
                return Err(domain::not_drawn_yet());
            }
            let before = one.replacements.iter().find(|before| {
                before.removed == removed
                    && before.reason == reason
                    && Some(before.kind) == domain::told_kind(kind)
            });
            if let Some(before) = before {
                return Ok(before.clone());
            }
            let (removed, reason) = (removed.to_owned(), reason.to_owned());
            let (draw, count) = (one.terms.draw.clone(), one.replacements.len());
            let mut transcript = self.transcript(&one).await?;
            let next = blocking(move || transcript.replace(&removed, kind, &reason).cloned());
            let next = next.await?;
            let replacement = DrawReplacement {
                removed: next.removed.into(),
                added: next.added.into(),
                kind: domain::told_kind(next.kind)
                    .ok_or_else(|| Fault::internal("a recusal was let through"))?,
                reason: next.reason,
            };
            let place = u32::try_from(count + 1).map_err(Fault::internal)?;
            let command = Command::Replace { draw, place, replacement: replacement.clone() };
            match self.0.book.execute(purpose, command, caller).await {
                Ok(_) => return Ok(replacement),
                Err(fault) if fault.kind() == FaultKind::Unavailable => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::unavailable("lost too many races for a replacement"))
    }

    /// Everything that happened for a purpose, if anything did.
    ///
    /// # Errors
    /// The database's absence.
    pub async fn find(&self, purpose: &str) -> Result<Option<History>, Fault> {
        self.0.book.find(purpose).await
    }

    /// Who was drawn, in the order of drawing and before any replacement: up to `limit` from place `from`, which
    /// counts from 0.
    ///
    /// # Errors
    /// Not found; `not_drawn_yet`; the database's absence.
    pub async fn drawn(&self, draw: &str, from: usize, limit: usize) -> Result<Vec<String>, Fault> {
        let all = self.all_drawn(&self.draw(draw).await?).await?;
        Ok(all.into_iter().skip(from).take(limit).collect())
    }

    /// Who is drawn in the end: replacements in the places of those they replaced.
    ///
    /// # Errors
    /// As [`Draws::drawn`].
    pub async fn selected(&self, draw: &str) -> Result<Vec<String>, Fault> {
        let one = self.draw(draw).await?;
        let mut selected = self.all_drawn(&one).await?;
        for replacement in &one.replacements {
            if let Some(place) = selected.iter_mut().find(|name| **name == replacement.removed) {
                place.clone_from(&replacement.added);
            }
        }
        Ok(selected)
    }

    /// A draw by its identifier.
    pub(crate) async fn draw(&self, draw: &str) -> Result<Attempt, Fault> {
        let missing = || Fault::not_found("该次抽取");
        let (purpose, _) = draw.split_once('/').ok_or_else(missing)?;
        let history = self.find(purpose).await?.ok_or_else(missing)?;
        history.draw(draw).cloned().ok_or_else(missing)
    }

    async fn latest(&self, purpose: &str) -> Result<Attempt, Fault> {
        let missing = || Fault::not_found("该事由的抽取");
        let history = self.find(purpose).await?.ok_or_else(missing)?;
        history.latest().cloned().ok_or_else(missing)
    }

    /// Everything that can be made ready before anything is written.
    async fn prepare(&self, mut proposal: Proposal, caller: &Caller) -> Result<Prepared, Fault> {
        let history = self.find(&proposal.purpose).await?;
        let latest = history.as_ref().and_then(History::latest);
        let open = latest
            .filter(|one| !matches!(one.stage(), Stage::Drawn | Stage::Cancelled))
            .map(|one| one.terms.clone());
        proposal = blocking(move || {
            domain::sort(&mut proposal);
            Ok(proposal)
        })
        .await?;
        if let Some(open) = open
            && domain::asked(&proposal)? == open.asked
        {
            return Ok(Prepared::Again(Proposed {
                draw: open.draw,
                terms: open.terms,
                again: true,
            }));
        }
        let kind = proposal.source.unwrap_or(self.0.config.source);
        let times = proposal.times.unwrap_or(self.0.config.times);
        let schedule = times.from(self.0.host.clock.now());
        let randomness = self.randomness(kind, schedule).await?;
        let proposer = caller.principal.account.clone();
        let asked = blocking(move || {
            let mut faults = Faults::new();
            domain::check(&proposal, history.as_ref(), &proposer, &mut faults);
            domain::terms_of(proposal, history.as_ref(), randomness, schedule, faults)
        })
        .await?;
        Ok(Prepared::New(Box::new(asked)))
    }

    /// Writes terms and event. The text is found by its digest, so one without an event harms nobody.
    async fn record(
        &self,
        transaction: &DatabaseTransaction,
        purpose: &str,
        asked: Asked,
        caller: &Caller,
    ) -> Result<Proposed, Fault> {
        let Asked { text: terms, told } = asked;
        text::keep(transaction, &told.terms, &terms).await?;
        let command =
            Command::Propose { purpose: purpose.to_owned(), terms: Box::new(told.clone()) };
        let history = self.0.book.execute_within(transaction, purpose, command, caller).await?;
        let open = history.latest().map(|one| &one.terms);
        let open = open.ok_or_else(|| Fault::internal("a proposal that is none"))?;
        let again = open.terms != told.terms;
        Ok(Proposed { draw: open.draw.clone(), terms: open.terms.clone(), again })
    }

    /// Where the public values will come from.
    async fn randomness(&self, kind: SourceKind, times: Schedule) -> Result<Randomness, Fault> {
        let Schedule { announce_until, open_until, .. } = times;
        let config = &self.0.config;
        let beacon = config
            .beacon
            .as_ref()
            .map(|beacon| Source::Beacon { after: open_until, of: beacon.name().to_owned() });
        let (value, fallback) = match (kind, beacon) {
            (SourceKind::Beacon, Some(beacon)) => (beacon, None),
            (SourceKind::Beacon, None) => {
                return Err(Fault::conflict("no_beacon", "没有配置公开随机数信标"));
            }
            (SourceKind::Checkpoint, beacon) => {
                let fallback = match beacon {
                    Some(beacon) => beacon,
                    None => self.checkpoint_of(&config.fallback, open_until).await?,
                };
                (self.checkpoint_of(&config.value, announce_until).await?, Some(fallback))
            }
        };
        Ok(Randomness { fallback, open_until, value })
    }

    async fn checkpoint_of(&self, service: &str, after: DateTime<Utc>) -> Result<Source, Fault> {
        let db = self.0.host.db();
        let origin = source::origin_of(db, service).await?.ok_or_else(|| {
            let title = "公开随机数来源尚未就绪，请稍后重试";
            Fault::new(FaultKind::Unavailable, "no_public_value", title)
                .internally(format!("the history of {service} is not known yet"))
        })?;
        let above = checkpoint::size_of(db, &origin).await?;
        Ok(Source::Checkpoint { above, after, of: origin })
    }
}
