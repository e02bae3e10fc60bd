//! What is done by the clock.

mod clocks;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::Fault;
use tongban_runtime::Job;

use crate::app::{Desk, dispatch};

/// All jobs.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(Dispatch(desk.clone())),
        Arc::new(clocks::Clocks(desk.clone())),
        Arc::new(desk.onsite.exports.clone()),
    ]
}

/// Makes the visits of tasks whose draws are over.
struct Dispatch(Desk);

#[async_trait]
impl Job for Dispatch {
    fn name(&self) -> &'static str {
        "supervision-dispatch"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> Result<(), Fault> {
        dispatch::run(&self.0).await
    }
}
