//! Qualifications, terms of measures and links end on their day.

use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::Caller;
use tongban_runtime::Job;

use crate::app::Desk;
use crate::domain::agency::{Agency, Command as OfAgency};
use crate::domain::directory::Entry;
use crate::domain::link::{Command as OfLink, Link};
use crate::store::{agency, link};

/// Pause between rounds: what ends, ends with a day.
pub const PAUSE: Duration = Duration::from_secs(5);
/// How many are taken at a time.
pub const BATCH: u64 = 200;

/// Notes certificates that ended, and lifts measures whose term is over.
pub struct KeepAgencies(pub Desk);

#[async_trait]
impl Job for KeepAgencies {
    fn name(&self) -> &'static str {
        "keep-agencies"
    }

    fn every(&self) -> Duration {
        PAUSE
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let caller = Caller::service("supermarket", None);
        let today = civil_date(host.clock.now());
        let mut done = Ok(());
        for id in agency::ending(host.db(), today, BATCH).await? {
            let kept = host.ledger.execute::<Agency>(&id, OfAgency::KeepTime, &caller).await;
            // One that cannot be carried out holds up nobody else.
            done = done.and(kept.map(drop));
        }
        done
    }
}

/// Ends links whose qualifications ran out, unless the agency renewed them.
pub struct KeepLinks(pub Desk);

#[async_trait]
impl Job for KeepLinks {
    fn name(&self) -> &'static str {
        "keep-links"
    }

    fn every(&self) -> Duration {
        PAUSE
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let caller = Caller::service("supermarket", None);
        let today = civil_date(host.clock.now());
        let mut done = Ok(());
        for id in link::run_out(host.db(), today, BATCH).await? {
            let Some(linked) = host.ledger.load::<Link>(&id).await? else { continue };
            let request = linked.state.request;
            let agency = host.ledger.load::<Agency>(&request.agency_id.to_string()).await?;
            let service = host.ledger.load::<Entry>(&request.service_id.to_string()).await?;
            let service = service.and_then(|entry| entry.state.in_force().cloned());
            // Without one of the two the link ends by their own events.
            let (Some(agency), Some(service)) = (agency, service) else { continue };
            let profile = Box::new(agency.state.profile);
            let command = OfLink::Review { profile, service: Box::new(service) };
            done = done.and(host.ledger.execute::<Link>(&id, command, &caller).await.map(drop));
        }
        done
    }
}
