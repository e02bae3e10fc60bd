//! What purchases do by the clock.

use std::time::Duration;

use async_trait::async_trait;
use std::sync::Arc;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::Stored;
use tongban_runtime::Job;

use crate::app::purchasing::Purchasing;
use crate::app::purchasing::advance::advance;
use crate::domain::complaint::{self, Complaint};
use crate::domain::honour::{self, Honour};
use crate::domain::outside::{self, Outside};
use crate::store::purchasing as store;

/// All of them.
pub fn all(shop: &Purchasing) -> Vec<Arc<dyn Job>> {
    let mut all: Vec<Arc<dyn Job>> =
        vec![Arc::new(Advance(shop.clone())), Arc::new(Overdue(shop.clone()))];
    all.extend(shop.draw_jobs.iter().cloned());
    all
}

/// Takes every purchase whose time has come a step further: ends of registration, draws, notices, contracts and
/// ratings that are overdue. Two processes may do it at once: of two the ledger lets one through.
struct Advance(Purchasing);

#[async_trait]
impl Job for Advance {
    fn name(&self) -> &'static str {
        "advance-purchases"
    }

    fn every(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let now = host.clock.now();
        let mut after = None;
        loop {
            let page = store::purchase::due(host.db(), now, after.as_ref()).await?;
            let Some(last) = page.last().cloned() else { return Ok(()) };
            for (_, id) in &page {
                // What keeps one back must not keep back the others.
                if let Err(fault) = advance(&self.0, id).await {
                    tracing::warn!(purchase = id, %fault, "a purchase does not go on yet");
                }
            }
            after = Some(last);
        }
    }
}

/// Notes the clocks that ran out on complaints, purchases outside and entries of the lists.
struct Overdue(Purchasing);

impl Overdue {
    async fn tick<A: Stored>(&self, ids: Vec<String>, command: A::Command) -> Result<(), Fault> {
        let caller = self.0.caller();
        for id in ids {
            self.0.host.ledger.execute::<A>(&id, command.clone(), &caller).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Job for Overdue {
    fn name(&self) -> &'static str {
        "overdue-in-the-market"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn run(&self) -> Result<(), Fault> {
        let db = self.0.host.db();
        let today = civil_date(self.0.host.clock.now());
        let late = store::complaint::late(db, today).await?;
        self.tick::<Complaint>(late, complaint::Command::Tick).await?;
        let late = store::outside::late(db, today).await?;
        self.tick::<Outside>(late, outside::Command::Tick).await?;
        let late = store::honour::late(db, today).await?;
        self.tick::<Honour>(late, honour::Command::Tick).await
    }
}
