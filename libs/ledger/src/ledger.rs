//! The ledger of one service.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use tokio::sync::Notify;
use tongban_contracts::DomainEvent;
use tongban_db::{Combiner, Db, Dialect, Limits};
use tongban_kernel::{Clock, Context, Entropy, Fault};

use crate::aggregate::{Aggregate, Caller, Committed, Loaded, Stored};
use crate::append::{Append, Kept, Prepared, prepare};
use crate::chain::ChainFault;
use crate::entity::aggregate;
use crate::heads::Heads;
use crate::history::{self, Recorded};
use crate::request::{Reply, RequestKey};
use crate::state::{Head, loaded};
use crate::write::{Outcome, keep, write, write_all};

/// How often a command that lost a race is decided anew before the caller is told.
const RACES: usize = 5;
/// Appends that may wait for the disk; a further one is turned away.
const WAITING: usize = 1024;
/// Appends written in one transaction at most.
const TOGETHER: usize = 64;

/// The ledger of one service: all its aggregates' events, states and query columns.
#[derive(Clone)]
pub struct Ledger {
    db: Db,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    appended: Arc<Notify>,
    committer: Arc<Combiner<Append, Outcome>>,
    heads: Arc<Heads>,
}

impl Ledger {
    /// A ledger in `db`, whose events carry the time of `clock`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let appended = Arc::new(Notify::new());
        // SQLite takes one writer at a time. On PostgreSQL one batch is made ready while another is
        // being written to the disk.
        let batches = match db.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => 2,
        };
        let (storage, announce) = (db.clone(), Arc::clone(&appended));
        let commit = move |appends| {
            let (db, appended) = (storage.clone(), Arc::clone(&announce));
            async move {
                let outcomes = write_all(&db, appends).await;
                appended.notify_one();
                outcomes
            }
        };
        let limits = Limits { waiting: WAITING, together: TOGETHER, batches };
        let committer = Arc::new(Combiner::new(limits, commit));
        let heads = Arc::new(Heads::new(db.clone()));
        Self { db, clock, entropy, appended, committer, heads }
    }

    /// The database it lives in.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The clock its events are dated by.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The random source of its identifiers.
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }

    /// A fresh identifier for a new aggregate.
    pub fn new_id(&self) -> String {
        tongban_kernel::entropy::time_ordered_id(self.clock.now(), self.entropy()).to_string()
    }

    /// Waits until something may have been appended in this process.
    pub async fn appended(&self) {
        self.appended.notified().await;
    }

    /// Tells the relay that something was appended in a transaction the caller committed itself.
    pub fn announce(&self) {
        self.appended.notify_one();
    }

    /// The aggregate as it stands; `None` when nothing ever happened to it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Option<Loaded<A>>, Fault> {
        let found = self.heads.find(<A::Event as DomainEvent>::AGGREGATE, id).await?;
        match found {
            Some(head) => loaded(self.db.read(), head).await.map(Some),
            None => Ok(None),
        }
    }

    /// Its history, oldest first.
    ///
    /// # Errors
    /// When the database is away or an event is unreadable.
    pub async fn history<A: Aggregate>(&self, id: &str) -> Result<Vec<Recorded<A::Event>>, Fault> {
        history::read(self.db.read(), id).await
    }

    /// Recomputes the hash chain of one aggregate: its number of events, or where it was tampered with.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn check<A: Aggregate>(&self, id: &str) -> Result<Result<i64, ChainFault>, Fault> {
        let snapshot = self.db.snapshot().await.map_err(tongban_db::to_fault)?;
        history::check(&snapshot, <A::Event as DomainEvent>::AGGREGATE, id).await
    }

    /// Carries out a command; what it leads to is on the disk when this returns.
    ///
    /// # Errors
    /// The refusal of `decide`; a conflict when others were faster again and again; or the database's absence.
    pub async fn execute<A: Stored>(
        &self,
        id: &str,
        command: A::Command,
        caller: &Caller,
    ) -> Result<Committed<A>, Fault> {
        match self.run::<A, _>(id, Start::Stored, command, caller, None, |_| Ok(None)).await? {
            Ran::Done(committed, _) => Ok(*committed),
            Ran::Replayed(_) => Err(Fault::internal("a command without a key was replayed")),
        }
    }

    /// The answer `request` was given before, if it was: for use cases whose own checks would judge a
    /// repeated request by what has changed since.
    ///
    /// # Errors
    /// When the key was used for another request, or the database is away.
    pub async fn answered(&self, request: &RequestKey) -> Result<Option<Reply>, Fault> {
        request.answered(self.db.read()).await
    }

    /// Carries out a command once per `request`: the same request again gets the same answer and has no effect.
    ///
    /// # Errors
    /// As [`Ledger::execute`]; and when the key was used for another request.
    pub async fn execute_once<A: Stored>(
        &self,
        id: &str,
        command: A::Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: impl Fn(&Committed<A>) -> Result<Reply, Fault> + Send + Sync,
    ) -> Result<Reply, Fault> {
        self.reply(id, Start::Stored, command, caller, request, answer).await
    }

    /// As [`Ledger::execute_once`], for an aggregate that does not exist yet under a [fresh](Self::new_id) `id`.
    ///
    /// # Errors
    /// As [`Ledger::execute_once`].
    pub async fn open_once<A: Stored>(
        &self,
        id: &str,
        command: A::Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: impl Fn(&Committed<A>) -> Result<Reply, Fault> + Send + Sync,
    ) -> Result<Reply, Fault> {
        self.reply(id, Start::Nothing, command, caller, request, answer).await
    }

    /// As [`Ledger::execute_once`], for an aggregate that the caller has loaded already.
    ///
    /// # Errors
    /// As [`Ledger::execute_once`].
    pub async fn execute_once_on<A: Stored>(
        &self,
        id: &str,
        loaded: Loaded<A>,
        command: A::Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: impl Fn(&Committed<A>) -> Result<Reply, Fault> + Send + Sync,
    ) -> Result<Reply, Fault> {
        self.reply(id, Start::Loaded(Box::new(loaded)), command, caller, request, answer).await
    }

    async fn reply<A: Stored>(
        &self,
        id: &str,
        start: Start<A>,
        command: A::Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: impl Fn(&Committed<A>) -> Result<Reply, Fault> + Send + Sync,
    ) -> Result<Reply, Fault> {
        let answer = |committed: &Committed<A>| answer(committed).map(Some);
        match self.run::<A, _>(id, start, command, caller, request, answer).await? {
            Ran::Replayed(reply) | Ran::Done(_, Some(reply)) => Ok(reply),
            Ran::Done(_, None) => Err(Fault::internal("a command without an answer")),
        }
    }

    /// Carries out a command inside the caller's transaction, so that it stands or falls with the rest of it.
    ///
    /// The caller commits, then calls [`Ledger::announce`].
    ///
    /// # Errors
    /// As [`Ledger::execute`]; a lost race is [`tongban_kernel::FaultKind::Unavailable`]: roll back and try again.
    pub async fn execute_within<A: Stored>(
        &self,
        transaction: &DatabaseTransaction,
        id: &str,
        command: A::Command,
        caller: &Caller,
    ) -> Result<Committed<A>, Fault> {
        let current = load::<A>(transaction, id).await?;
        let prepared = match self.decide(id, current, command, caller)? {
            Decided::Nothing(committed) => return Ok(*committed),
            Decided::Events(prepared) => prepared,
        };
        match write(transaction, &[&prepared.append]).await {
            Ok(raced) if raced.is_empty() => Ok(prepared.committed),
            Ok(_) => Err(Fault::unavailable("lost a race for an aggregate")),
            Err(error) if tongban_db::is_duplicate(&error) => {
                Err(Fault::unavailable("lost a race for a query column"))
            }
            Err(error) => Err(tongban_db::to_fault(error)),
        }
    }

    /// Decides on what is stored and appends, and does so anew when somebody else was faster.
    ///
    /// Whether `request` was answered before is asked only when the decision or the append shows that it
    /// may have been: its key is unique, so it cannot take effect a second time.
    async fn run<A: Stored, F>(
        &self,
        id: &str,
        mut start: Start<A>,
        command: A::Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: F,
    ) -> Result<Ran<A>, Fault>
    where
        F: Fn(&Committed<A>) -> Result<Option<Reply>, Fault> + Send + Sync,
    {
        for attempt in 0..RACES {
            if attempt > 0 {
                metrics::counter!("ledger_races_total").increment(1);
                if let Some(request) = request
                    && let Some(reply) = self.answered(request).await?
                {
                    return Ok(Ran::Replayed(reply));
                }
            }
            // A race shows that the ledger has more by now than the caller knew of.
            let current = match std::mem::replace(&mut start, Start::Stored) {
                Start::Nothing => None,
                Start::Loaded(loaded) => Some(*loaded),
                Start::Stored => self.load::<A>(id).await?,
            };
            let decided = match self.decide(id, current, command.clone(), caller) {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse(refusal, request).await,
            };
            let committed = match &decided {
                Decided::Nothing(committed) => committed.as_ref(),
                Decided::Events(prepared) => &prepared.committed,
            };
            let reply = answer(committed)?;
            let kept = match (request, &reply) {
                (Some(request), Some(reply)) => {
                    Some(Kept::new(request, reply, self.clock.now().timestamp_micros()))
                }
                _ => None,
            };
            let (committed, outcome) = match decided {
                Decided::Nothing(committed) => (committed, self.keep(kept).await?),
                Decided::Events(prepared) => {
                    let Prepared { committed, append } = *prepared;
                    let append = Append { kept, ..append };
                    (Box::new(committed), self.committer.call(append).await?)
                }
            };
            if outcome == Outcome::Written {
                return Ok(Ran::Done(committed, reply));
            }
        }
        Err(Fault::conflict("raced", "该对象正被他人同时办理，请刷新后重试"))
    }

    /// A refusal, unless the same request was carried out before: then its answer.
    async fn refuse<A: Aggregate>(
        &self,
        refusal: Fault,
        request: Option<&RequestKey>,
    ) -> Result<Ran<A>, Fault> {
        match request {
            Some(request) => self.answered(request).await?.map(Ran::Replayed).ok_or(refusal),
            None => Err(refusal),
        }
    }

    /// Keeps the answer to a command that had nothing to change: asked again, it must not change anything either.
    async fn keep(&self, kept: Option<Kept>) -> Result<Outcome, Fault> {
        let Some(kept) = kept else { return Ok(Outcome::Written) };
        let written = keep(self.db.write(), &[&kept]).await.map_err(tongban_db::to_fault)?;
        Ok(if written.is_empty() { Outcome::Raced } else { Outcome::Written })
    }

    pub(crate) fn decide<A: Stored>(
        &self,
        id: &str,
        current: Option<Loaded<A>>,
        command: A::Command,
        caller: &Caller,
    ) -> Result<Decided<A>, Fault> {
        let context = Context { now: self.clock.now(), actor: caller.principal.clone() };
        let events = A::decide(current.as_ref().map(|loaded| &loaded.state), command, &context)?;
        if events.is_empty() {
            return match current {
                Some(Loaded { state, version, .. }) => {
                    Ok(Decided::Nothing(Box::new(Committed { state, version, events: Vec::new() })))
                }
                None => Err(Fault::internal("a command on nothing led to nothing")),
            };
        }
        prepare(id, current, events, context.now, caller, self.entropy())
            .map(|prepared| Decided::Events(Box::new(prepared)))
    }
}

/// Where a command begins.
enum Start<A> {
    /// With the aggregate as it is stored.
    Stored,
    /// With the aggregate as it was loaded a moment ago.
    Loaded(Box<Loaded<A>>),
    /// With nothing: the identifier is fresh.
    Nothing,
}

enum Ran<A: Aggregate> {
    Done(Box<Committed<A>>, Option<Reply>),
    Replayed(Reply),
}

pub(crate) enum Decided<A: Stored> {
    Nothing(Box<Committed<A>>),
    Events(Box<Prepared<A>>),
}

async fn load<A: Aggregate>(
    connection: &impl ConnectionTrait,
    id: &str,
) -> Result<Option<Loaded<A>>, Fault> {
    let kind = <A::Event as DomainEvent>::AGGREGATE.to_owned();
    let found = aggregate::Entity::find_by_id((kind, id.to_owned()))
        .one(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    match found {
        Some(row) => loaded(connection, Head { row, events: Vec::new() }).await.map(Some),
        None => Ok(None),
    }
}
