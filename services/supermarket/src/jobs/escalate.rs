//! Silence of an industry body goes up to the body above it.

use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::Caller;
use tongban_runtime::Job;

use super::ends::{BATCH, PAUSE};
use crate::app::Desk;
use crate::domain::link::{Command, Link};
use crate::store::link;

/// Escalates requests for links whose limit passed.
pub struct EscalateSilence(pub Desk);

#[async_trait]
impl Job for EscalateSilence {
    fn name(&self) -> &'static str {
        "escalate-silence"
    }

    fn every(&self) -> Duration {
        PAUSE
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let caller = Caller::service("supermarket", None);
        let today = civil_date(host.clock.now());
        let mut done = Ok(());
        for id in link::silent(host.db(), today, BATCH).await? {
            let escalated = host.ledger.execute::<Link>(&id, Command::Escalate, &caller).await;
            // One that cannot be carried out holds up nobody else.
            done = done.and(escalated.map(drop));
        }
        done
    }
}
