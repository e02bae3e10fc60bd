//! What the clock alone brings about: corrections that lapse, publications that are overdue, licences and
//! events that expire.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::{Fault, FaultKind, civil_date};
use tongban_ledger::{Caller, Stored};
use tongban_runtime::Job;

use crate::app::{Desk, expiry};
use crate::domain::credit::{self, Credit};
use crate::domain::inspection::{self, Inspection};
use crate::domain::publication::{self, Publication, PublicationStage};
use crate::store;
use crate::store::credit::Due;

/// Between two looks: each reads the heads of some indexes.
const EVERY: Duration = Duration::from_secs(5);
/// Taken at once.
const SOME: u64 = 200;

/// Looks at every clock.
pub struct Clocks(pub Desk);

#[async_trait]
impl Job for Clocks {
    fn name(&self) -> &'static str {
        "supervision clocks"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    async fn run(&self) -> Result<(), Fault> {
        // One clock that cannot be read holds up no other.
        let done = expiry::licences(&self.0).await;
        let done = done.and(self.corrections().await);
        let done = done.and(self.publications().await);
        let done = done.and(self.credit().await);
        done.and(self.tell().await)
    }
}

impl Clocks {
    async fn corrections(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let today = civil_date(host.clock.now());
        loop {
            let ids = store::inspection::lapsed(host.db(), today, SOME).await?;
            let some = u64::try_from(ids.len()).unwrap_or(SOME);
            for id in ids {
                let Some(visit) = host.ledger.load::<Inspection>(&id).await? else { continue };
                for part in visit.state.parts {
                    let command = inspection::Command::Lapse { body: part.body };
                    self.command::<Inspection>(&id, command).await?;
                }
            }
            if some < SOME {
                return Ok(());
            }
        }
    }

    async fn publications(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let today = civil_date(host.clock.now());
        let look = || publication::Command::Look { rules: Arc::clone(&self.0.onsite.rules) };
        loop {
            let ids = store::publication::late(host.db(), today, SOME).await?;
            for id in &ids {
                self.command::<Publication>(id, look()).await?;
            }
            if (ids.len() as u64) < SOME {
                break;
            }
        }
        let mut after = String::new();
        loop {
            let ids = store::publication::undated(host.db(), &after, SOME).await?;
            for id in &ids {
                self.command::<Publication>(id, look()).await?;
            }
            match ids.last() {
                Some(last) => after.clone_from(last),
                None => return Ok(()),
            }
        }
    }

    async fn credit(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let today = civil_date(host.clock.now());
        let rule = self.0.onsite.credit.on(today).version.clone();
        for due in [Due::Expired(today), Due::RuleBefore(&rule), Due::RuleAfter(&rule)] {
            loop {
                let ids = store::credit::for_the_clock(host.db(), due, SOME).await?;
                for id in &ids {
                    self.judge(id).await?;
                }
                if (ids.len() as u64) < SOME {
                    break;
                }
            }
        }
        let mut after = String::new();
        loop {
            let due = Due::Undated(&after);
            let ids = store::credit::for_the_clock(host.db(), due, SOME).await?;
            for id in &ids {
                self.judge(id).await?;
            }
            match ids.last() {
                Some(last) => after.clone_from(last),
                None => return Ok(()),
            }
        }
    }

    async fn judge(&self, id: &str) -> Result<(), Fault> {
        let (rules, credit) = (Arc::clone(&self.0.onsite.rules), Arc::clone(&self.0.onsite.credit));
        self.command::<Credit>(id, credit::Command::Judge { rules, credit }).await
    }

    /// Another process may have been faster: then there is nothing left to say.
    async fn command<A: Stored>(&self, id: &str, command: A::Command) -> Result<(), Fault> {
        let caller = Caller::service("supervision", None);
        match self.0.host.ledger.execute::<A>(id, command, &caller).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.kind() == FaultKind::Conflict => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// What is overdue lights up.
    async fn tell(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let overdue = async |stage| store::publication::count_overdue(host.db(), stage).await;
        let publications = overdue(PublicationStage::Due).await?;
        let withdrawals = overdue(PublicationStage::Overruled).await?;
        let today = civil_date(host.clock.now());
        let answers = store::credit::count_overdue(host.db(), today).await?;
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let gauge = |count: u64| count as f64;
        metrics::gauge!("supervision_publications_overdue").set(gauge(publications));
        metrics::gauge!("supervision_withdrawals_overdue").set(gauge(withdrawals));
        metrics::gauge!("supervision_credit_answers_overdue").set(gauge(answers));
        Ok(())
    }
}
