//! What the exchange does by the clock.

mod signals;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::{Caller, Stored};
use tongban_runtime::Job;

use crate::app::Desk;
use crate::domain::correction::{self, Correction};
use crate::domain::grant::{self, Grant};
use crate::domain::objection::{self, Objection};
use crate::domain::request::{self, Request};
use crate::store;

/// How many are taken at a time.
const BATCH: u64 = 200;
/// Days whose counts of calls are kept.
const KEPT: i64 = 7;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Job>> {
    vec![Arc::new(Clocks(desk.clone())), Arc::new(signals::Signals::new(desk.clone()))]
}

/// Tells supervisors of steps that are beyond their limit, takes what was left open up by rule, and ends grants whose
/// term is over. It looks at what is due and does nothing the second time.
struct Clocks(Desk);

impl Clocks {
    async fn tick<A: Stored>(&self, ids: Vec<String>, command: A::Command) -> Result<(), Fault> {
        let caller = Caller::service("exchange", None);
        let mut done = Ok(());
        for id in ids {
            let ticked = self.0.host.ledger.execute::<A>(&id, command.clone(), &caller).await;
            // One that cannot be carried out holds up nobody else.
            done = done.and(ticked.map(drop));
        }
        done
    }
}

#[async_trait]
impl Job for Clocks {
    fn name(&self) -> &'static str {
        "exchange-clocks"
    }

    fn every(&self) -> Duration {
        // What ends, ends with a day.
        Duration::from_secs(5)
    }

    async fn run(&self) -> Result<(), Fault> {
        let Desk { host, ground, .. } = &self.0;
        let (db, today) = (host.db(), civil_date(host.clock.now()));
        let late = store::request::late(db, today, BATCH).await?;
        let requests = self.tick::<Request>(late, request::Command::Tick(Arc::clone(ground))).await;
        let late = store::correction::late(db, today, BATCH).await?;
        let corrections = self.tick::<Correction>(late, correction::Command::Tick).await;
        let late = store::objection::late(db, today, BATCH).await?;
        let objections = self.tick::<Objection>(late, objection::Command::Tick).await;
        let over = store::grant::over(db, today, BATCH).await?;
        let grants = self.tick::<Grant>(over, grant::Command::Tick).await;
        let quotas = store::quota::forget(db, today - TimeDelta::days(KEPT)).await;
        let nonces = store::calling::forget(db, host.clock.now()).await;
        requests.and(corrections).and(objections).and(grants).and(quotas).and(nonces)
    }
}
