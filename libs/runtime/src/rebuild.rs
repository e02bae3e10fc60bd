//! 读模型重建 Read models made anew from their history, beside the live ones, which they then replace.

use std::sync::Arc;
use std::time::Instant;

use sea_orm::DatabaseTransaction;
use serde::Serialize;
use tongban_db::{Difference, Shadow};
use tongban_events::rebuild::Rebuilding;
use tongban_events::{Consumer, Log};
use tongban_kernel::{Fault, Faults};
use tongban_ledger::Replay;
use tongban_ledger::rebuild as ledger;
use tongban_web::token::Verifier;

use crate::process::{Ambient, Hosting, StartError, all_migrations, choose, open_log};
use crate::service::Service;
use crate::settings::Settings;

/// What came of a service's read models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The service.
    pub service: &'static str,
    /// Its read models, table by table.
    pub tables: Vec<RebuiltTable>,
    /// Whether the new ones took the place of the live ones; `false` when they were only compared.
    pub switched: bool,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
    /// For how long of it nobody else could write, in milliseconds.
    pub locked_milliseconds: u128,
}

/// One table of a read model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RebuiltTable {
    /// Its name.
    pub table: &'static str,
    /// Rows it had.
    pub before: i64,
    /// Rows its history leads to, as it was when the rebuilding began.
    pub rebuilt: i64,
    /// Rows that it lacked.
    pub missing: i64,
    /// Rows that it should not have had.
    pub extra: i64,
    /// Rows that should have said something else.
    pub changed: i64,
}

impl RebuiltTable {
    fn note(&mut self, Difference { missing, extra, changed }: Difference) {
        (self.missing, self.extra, self.changed) = (missing, extra, changed);
    }
}

impl Rebuilt {
    /// Rows that were not what their history leads to.
    pub fn differing(&self) -> i64 {
        self.tables.iter().map(|table| table.missing + table.extra + table.changed).sum()
    }
}

/// Makes the read models of the service `name` anew from its ledger and from the log, beside the live ones,
/// and puts them in their place by one transaction; when `only_check` is set, only compares them.
///
/// The service may go on meanwhile: its writers wait for a moment in the end, its readers never. When it does
/// not come to an end, nothing has changed.
///
/// # Errors
/// When the history does not hold or the log no longer has all of it: names every place, and nothing is
/// changed. When another rebuilding of the service is under way. When database or log are away.
pub async fn rebuild(
    settings: Settings,
    services: &[Arc<dyn Service>],
    name: &str,
    ambient: &Ambient,
    only_check: bool,
) -> Result<Rebuilt, StartError> {
    let began = Instant::now();
    let settings = Settings { services: vec![name.to_owned()], ..settings };
    let chosen = choose(&settings, services)?;
    let service = chosen.first().ok_or_else(|| Fault::not_found("该服务"))?;
    let storage = settings.storage();
    let name = service.info().name;
    let shadow = Shadow::make(&storage, name, all_migrations(service.as_ref())).await?;
    let work = async {
        let log = open_log(&settings).await?;
        let verifier = Verifier::new(Vec::new(), &settings.audience, Arc::clone(&ambient.clock));
        let host = Hosting::new(settings, verifier, ambient)?.open(service.as_ref()).await?;
        let consumers = service.start(&host).await?.consumers;
        let found = Models::of(service.as_ref(), &consumers, log.as_ref());
        let found = found.rebuild(&shadow, only_check).await;
        let closed = host.db().clone().close().await;
        closed.map_err(|error| StartError::Database(name.into(), error))?;
        found
    };
    let worked = work.await;
    let removed = shadow.remove().await;
    let (tables, locked) = worked?;
    removed?;
    Ok(Rebuilt {
        service: name,
        tables,
        switched: !only_check,
        milliseconds: began.elapsed().as_millis(),
        locked_milliseconds: locked,
    })
}

/// What is made anew.
struct Models<'a> {
    kinds: Vec<Box<dyn Replay>>,
    /// Tables that follow from the service's own events.
    own: Vec<&'static str>,
    consumers: Vec<&'a dyn Consumer>,
    /// Tables that follow from the events of others.
    followed: Vec<&'static str>,
    log: &'a dyn Log,
}

impl<'a> Models<'a> {
    fn of(service: &dyn Service, consumers: &'a [Arc<dyn Consumer>], log: &'a dyn Log) -> Self {
        let kinds = service.aggregates();
        let all = consumers.iter().map(AsRef::as_ref);
        let consumers: Vec<&dyn Consumer> = all.filter(|one| !one.projects().is_empty()).collect();
        let mut followed: Vec<_> =
            consumers.iter().flat_map(|one| one.projects()).copied().collect();
        followed.sort_unstable();
        followed.dedup();
        Self { own: ledger::tables(&kinds), kinds, consumers, followed, log }
    }

    /// In the order in which consumers and commands write to them.
    fn locked(&self) -> Vec<&'static str> {
        let mut tables = Vec::new();
        if !self.consumers.is_empty() {
            tables.push("event_inbox");
        }
        let (heads, columns) = self.own.split_at(1);
        tables.extend(heads);
        tables.push("ledger_event");
        tables.extend(columns);
        tables.extend(&self.followed);
        tables
    }

    /// Gives the tables, and for how many milliseconds they were locked.
    async fn rebuild(
        &self,
        shadow: &Shadow,
        only_check: bool,
    ) -> Result<(Vec<RebuiltTable>, u128), StartError> {
        let settled = ledger::settled(shadow).await?;
        let mut faults = Faults::new();
        let filling = shadow.fill().await?;
        ledger::fill(shadow, &filling, &self.kinds, &mut faults).await?;
        let mut followers = Vec::new();
        for consumer in &self.consumers {
            let mut follower = Rebuilding::begin(*consumer, self.log).await?;
            follower.advance(shadow, &filling, &mut faults).await?;
            followers.push(follower);
        }
        refuse(faults)?;
        let mut tables = self.look(shadow, &filling).await?;
        // What followed may still change anywhere; of the rest, only what differs already or is appended to.
        self.mark(shadow, &filling, &self.own).await?;
        if only_check {
            self.mark(shadow, &filling, &self.followed).await?;
            self.count(shadow, &filling, &mut tables).await?;
            filling.rollback().await.map_err(tongban_db::to_fault)?;
            return Ok((tables, 0));
        }
        shadow.commit(filling).await?;

        let switching = shadow.lock(&self.locked()).await?;
        let locked = Instant::now();
        let mut faults = Faults::new();
        ledger::catch_up(shadow, &switching, &self.kinds, settled, &mut faults).await?;
        for follower in &mut followers {
            follower.advance(shadow, &switching, &mut faults).await?;
        }
        refuse(faults)?;
        self.mark(shadow, &switching, &self.followed).await?;
        self.count(shadow, &switching, &mut tables).await?;
        for name in self.own.iter().chain(&self.followed) {
            shadow.table(&switching, name).await?.switch(&switching).await?;
        }
        shadow.commit(switching).await?;
        Ok((tables, locked.elapsed().as_millis()))
    }

    /// All tables with their rows.
    async fn look(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
    ) -> Result<Vec<RebuiltTable>, Fault> {
        let mut tables = Vec::new();
        for table in self.own.iter().chain(&self.followed).copied() {
            let (before, rebuilt) =
                shadow.table(transaction, table).await?.rows(transaction).await?;
            tables.push(RebuiltTable { table, before, rebuilt, missing: 0, extra: 0, changed: 0 });
        }
        Ok(tables)
    }

    async fn mark(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        tables: &[&'static str],
    ) -> Result<(), Fault> {
        for table in tables {
            shadow.table(transaction, table).await?.mark(transaction).await?;
        }
        Ok(())
    }

    async fn count(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        tables: &mut [RebuiltTable],
    ) -> Result<(), Fault> {
        for found in tables {
            let table = shadow.table(transaction, found.table).await?;
            found.note(table.difference(transaction).await?);
        }
        Ok(())
    }
}

fn refuse(faults: Faults) -> Result<(), Fault> {
    faults.into_result(ledger::CANNOT, "读模型无法重建，什么都没有改动")
}
