//! No more calls a minute than a source body's system takes, whoever makes them (每分钟调用上限).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::Clock;
use tongban_outbound::{Answer, Ask, Provider, ProviderFault};

use crate::domain::meter::Minute;

/// A provider that is asked so often and no oftener; what is kept of its answers stands before it and costs nothing.
pub struct Paced<P> {
    inner: P,
    most: u32,
    minute: Mutex<Minute>,
    clock: Arc<dyn Clock>,
}

impl<P> Paced<P> {
    /// At most `most` calls a minute of this process.
    pub fn new(inner: P, most: u32, clock: Arc<dyn Clock>) -> Self {
        Self { inner, most, minute: Mutex::default(), clock }
    }
}

#[async_trait]
impl<P: Provider> Provider for Paced<P> {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let counted = {
            let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
            minute.count(self.most, self.clock.now())
        };
        counted.map_err(|wait| ProviderFault::Busy {
            retry_after: Duration::from_secs(u64::from(wait)),
        })?;
        self.inner.ask(ask).await
    }
}
