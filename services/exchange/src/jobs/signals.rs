//! Looks for signals of unusual reading.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tongban_kernel::Fault;
use tongban_runtime::Job;

use crate::app::{Desk, signals};

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(10);
/// A look rests so many times as long as the last one took: it reads the calls of some days.
const REST: u32 = 30;
/// What became of cases changes no number of calls; it is noticed within this time.
const AT_LATEST: Duration = Duration::from_secs(300);

/// Looks for them when there are new calls.
pub struct Signals {
    desk: Desk,
    last: Mutex<Option<Look>>,
}

/// The last look: when it ended, how long it took, and what there was.
#[derive(Clone, Copy)]
struct Look {
    ended: Instant,
    took: Duration,
    calls: (i64, i64),
}

impl Signals {
    /// For `desk`.
    pub fn new(desk: Desk) -> Self {
        Self { desk, last: Mutex::new(None) }
    }

    fn last(&self) -> Option<Look> {
        self.last.lock().ok().and_then(|last| *last)
    }
}

#[async_trait]
impl Job for Signals {
    fn name(&self) -> &'static str {
        "exchange-signals"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    async fn run(&self) -> Result<(), Fault> {
        let last = self.last();
        if last.is_some_and(|last| last.ended.elapsed() < last.took * REST) {
            return Ok(());
        }
        let calls = signals::within_sight(&self.desk).await?;
        if last.is_some_and(|last| last.calls == calls && last.ended.elapsed() < AT_LATEST) {
            return Ok(());
        }
        let began = Instant::now();
        signals::look(&self.desk).await?;
        let look = Look { ended: Instant::now(), took: began.elapsed(), calls };
        if let Ok(mut last) = self.last.lock() {
            *last = Some(look);
        }
        Ok(())
    }
}
