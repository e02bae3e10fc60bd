//! What happens to records once they are there.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait;
use sm3::{Digest as _, Sm3};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_runtime::{Host, Job, StartError};

use crate::store::{self, ExportState, Model};
use crate::target::{Handed, Target, Targets};

/// Records handed over in one round at most.
const ROUND: u64 = 200;
/// Pause after the first attempt that failed; it doubles from one to the next.
const PAUSE: Duration = Duration::seconds(5);
/// Longest pause.
const LONG_PAUSE: Duration = Duration::hours(1);
/// Between two rounds.
const EVERY: std::time::Duration = std::time::Duration::from_secs(2);

/// A record to be handed over.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Identifies it for the receiver: the same record again has the same one.
    pub id: String,
    /// For whom.
    pub target: String,
    /// What it tells of.
    pub subject: String,
    /// Place in the history of what it tells of.
    pub version: i64,
    /// The record, as it is sent.
    pub body: String,
}

/// What the receiver says of one record (对账明细).
#[derive(Debug, Clone)]
pub struct Listed {
    /// The record.
    pub id: String,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// What a comparison came to (对账结果).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Accepted by the receiver.
    pub accepted: u64,
    /// Rejected by the receiver.
    pub rejected: Vec<String>,
    /// Handed over, but not on the receiver's list: handed over again.
    pub missing: Vec<String>,
    /// On the list, but none of ours.
    pub unknown: Vec<String>,
}

/// Names of a service's job and metrics.
#[derive(Debug, Clone, Copy)]
struct Names {
    job: &'static str,
    waiting: &'static str,
    rejected: &'static str,
}

/// A service's records for other platforms. Also the job that hands them over.
#[derive(Clone)]
pub struct Exports {
    host: Host,
    targets: Arc<Targets>,
    names: Names,
}

impl Exports {
    /// Of supervision.
    ///
    /// # Errors
    /// As [`Targets::of`].
    pub fn of_supervision(host: &Host) -> Result<Self, StartError> {
        let names = Names {
            job: "supervision exports",
            waiting: "supervision_exports",
            rejected: "supervision_exports_rejected_total",
        };
        Ok(Self {
            host: host.clone(),
            targets: Arc::new(Targets::of(&host.settings, None)?),
            names,
        })
    }

    /// Of review aggregation.
    ///
    /// # Errors
    /// As [`Targets::of`].
    pub fn of_reviews(host: &Host) -> Result<Self, StartError> {
        let names = Names {
            job: "reviews exports",
            waiting: "reviews_exports",
            rejected: "reviews_exports_rejected_total",
        };
        let targets = Targets::of(&host.settings, Some("reviews"))?;
        Ok(Self { host: host.clone(), targets: Arc::new(targets), names })
    }

    /// Who gets records.
    pub fn targets(&self) -> &[Target] {
        self.targets.all()
    }

    /// Adds records; one that is there already stays as it is.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn add(
        &self,
        connection: &impl ConnectionTrait,
        records: impl IntoIterator<Item = NewRecord>,
    ) -> Result<(), Fault> {
        let now = self.host.clock.now().timestamp_micros();
        let row = |record: NewRecord| {
            let NewRecord { id, target, subject, version, body } = record;
            Model {
                id,
                target,
                subject,
                version,
                digest: hex::encode(Sm3::digest(&body)),
                body,
                state: ExportState::Waiting.code().to_owned(),
                attempts: 0,
                next_at: now,
                answer: None,
                created_at: now,
                delivered_at: None,
            }
        };
        store::add(connection, records.into_iter().map(row).collect()).await
    }

    /// The last record for `target` that tells of `subject`, as it is sent.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn last(
        &self,
        connection: &impl ConnectionTrait,
        target: &str,
        subject: &str,
    ) -> Result<Option<String>, Fault> {
        store::last(connection, target, subject).await
    }

    /// Hands over what is ready for `target`; how many records it took.
    async fn hand_over(&self, target: &Target) -> Result<usize, Fault> {
        let Some(receiver) = &target.receiver else { return Ok(0) };
        let (db, clock) = (self.host.db(), &self.host.clock);
        let mut taken = 0;
        for row in store::ready(db, &target.name, clock.now(), ROUND).await? {
            let now = clock.now();
            let ended = receiver.hand_over(&row.id, &row.body, now.timestamp()).await;
            let at = now.timestamp_micros();
            match ended {
                Handed::Taken => {
                    taken += 1;
                    store::note(db, &row, ExportState::Delivered, at, None, Some(at)).await?;
                }
                Handed::Refused(why) => {
                    tracing::warn!(
                        target = target.name,
                        record = row.id,
                        why,
                        "a record was refused"
                    );
                    metrics::counter!(self.names.rejected, "target" => target.name.clone())
                        .increment(1);
                    store::note(db, &row, ExportState::Rejected, at, Some(why), None).await?;
                }
                Handed::Away(why) => {
                    let next = (now + pause(row.attempts)).timestamp_micros();
                    store::note(db, &row, ExportState::Waiting, next, Some(why), None).await?;
                    // Whoever did not answer once will not answer the rest of the round.
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// 对账: compares what was handed over in a time with the receiver's list of it.
    ///
    /// # Errors
    /// For a target there is none of, or when the database is away.
    pub async fn compare(
        &self,
        target: &str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        list: Vec<Listed>,
    ) -> Result<Compared, Fault> {
        self.known(target)?;
        let now = self.host.clock.now().timestamp_micros();
        let transaction = self.host.db().begin().await.map_err(tongban_db::to_fault)?;
        let mut compared = Compared::default();
        let told = [ExportState::Delivered, ExportState::Accepted, ExportState::Rejected];
        let listed: HashSet<String> = list.iter().map(|one| one.id.clone()).collect();
        let known = store::known(&transaction, target, &listed).await?;
        for one in list {
            if !known.contains(&one.id) {
                compared.unknown.push(one.id);
                continue;
            }
            let to = if one.accepted { ExportState::Accepted } else { ExportState::Rejected };
            // A record whose first answer was lost waits here, while the receiver has it.
            let from = [told.as_slice(), &[ExportState::Waiting]].concat();
            let (id, reason) = (&one.id, one.reason.as_deref());
            if !store::settle(&transaction, target, id, &from, to, reason, now).await? {
                compared.unknown.push(one.id);
            } else if one.accepted {
                compared.accepted += 1;
            } else {
                compared.rejected.push(one.id);
            }
        }
        for row in store::handed_over(&transaction, target, from, until).await? {
            let settled = row.state != ExportState::Delivered.code();
            if settled || listed.contains(&row.id) {
                continue;
            }
            let (from, to) = ([ExportState::Delivered], ExportState::Waiting);
            let why = Some("对账时接收方没有该记录，重新推送");
            if store::settle(&transaction, target, &row.id, &from, to, why, now).await? {
                compared.missing.push(row.id);
            }
        }
        transaction.commit().await.map_err(tongban_db::to_fault)?;
        Ok(compared)
    }

    /// 重新推送: a record that was rejected goes again, as when the receiver mended its ways.
    ///
    /// # Errors
    /// For a target there is none of, or when the database is away.
    pub async fn again(&self, target: &str, id: &str) -> Result<(), Fault> {
        self.known(target)?;
        let now = self.host.clock.now().timestamp_micros();
        let (from, to) = ([ExportState::Rejected], ExportState::Waiting);
        let done = store::settle(self.host.db().write(), target, id, &from, to, None, now).await?;
        if done {
            Ok(())
        } else {
            Err(Fault::conflict("not_rejected", "没有被退回的该记录"))
        }
    }

    /// Records for a target, oldest first.
    ///
    /// # Errors
    /// For a target there is none of, or when the database is away.
    pub async fn list(
        &self,
        target: &str,
        state: Option<&str>,
        page: &PageQuery,
    ) -> Result<Page<Model>, Fault> {
        self.known(target)?;
        store::list(self.host.db(), target, state, page).await
    }

    fn known(&self, target: &str) -> Result<&Target, Fault> {
        self.targets.find(target).ok_or_else(|| Fault::not_found("该报送对象"))
    }
}

/// How long to wait after so many attempts.
fn pause(attempts: i32) -> Duration {
    let doubled = 1_i32 << attempts.clamp(0, 20);
    (PAUSE * doubled).min(LONG_PAUSE)
}

#[async_trait]
impl Job for Exports {
    fn name(&self) -> &'static str {
        self.names.job
    }

    fn every(&self) -> std::time::Duration {
        EVERY
    }

    async fn run(&self) -> Result<(), Fault> {
        for target in self.targets() {
            while self.hand_over(target).await? > 0 {}
            for state in [ExportState::Waiting, ExportState::Rejected] {
                let count = store::count(self.host.db(), &target.name, state).await?;
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                let count = count as f64;
                let labels = [("target", target.name.clone()), ("state", state.code().to_owned())];
                metrics::gauge!(self.names.waiting, &labels).set(count);
            }
        }
        Ok(())
    }
}
