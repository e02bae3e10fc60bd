//! The ledger of draws, whichever service's it is.

use std::marker::PhantomData;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::draws::DrawEvent;
use tongban_contracts::of::{Of, Owner};
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger, Recorded, Reply, RequestKey};

use crate::domain::{Command, History};
use crate::store::draw::Held;

/// The answer to a command.
pub(crate) type Answer<'a> = &'a (dyn Fn(&History) -> Result<Reply, Fault> + Send + Sync);

/// Where draws are kept. Routes and jobs are the same for all services; only this knows whose they are.
#[async_trait]
pub(crate) trait Book: Send + Sync {
    /// Name of the service.
    fn service(&self) -> &'static str;

    async fn find(&self, purpose: &str) -> Result<Option<History>, Fault>;

    async fn events(&self, purpose: &str) -> Result<Vec<Recorded<DrawEvent>>, Fault>;

    async fn execute(
        &self,
        purpose: &str,
        command: Command,
        caller: &Caller,
    ) -> Result<History, Fault>;

    async fn execute_within(
        &self,
        transaction: &DatabaseTransaction,
        purpose: &str,
        command: Command,
        caller: &Caller,
    ) -> Result<History, Fault>;

    async fn execute_once(
        &self,
        purpose: &str,
        command: Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: Answer<'_>,
    ) -> Result<Reply, Fault>;
}

/// The ledger of the service `S`.
pub(crate) struct BookOf<S> {
    ledger: Ledger,
    owner: PhantomData<fn() -> S>,
}

impl<S> BookOf<S> {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger, owner: PhantomData }
    }
}

#[async_trait]
impl<S: Owner> Book for BookOf<S> {
    fn service(&self) -> &'static str {
        S::NAME
    }

    async fn find(&self, purpose: &str) -> Result<Option<History>, Fault> {
        let loaded = self.ledger.load::<Held<S>>(purpose).await?;
        Ok(loaded.map(|loaded| loaded.state.history))
    }

    async fn events(&self, purpose: &str) -> Result<Vec<Recorded<DrawEvent>>, Fault> {
        let recorded = self.ledger.history::<Held<S>>(purpose).await?;
        let plain = |one: Recorded<Of<S, DrawEvent>>| Recorded {
            event: one.event.event,
            meta: one.meta,
            hash: one.hash,
        };
        Ok(recorded.into_iter().map(plain).collect())
    }

    async fn execute(
        &self,
        purpose: &str,
        command: Command,
        caller: &Caller,
    ) -> Result<History, Fault> {
        let committed = self.ledger.execute::<Held<S>>(purpose, command, caller).await?;
        Ok(committed.state.history)
    }

    async fn execute_within(
        &self,
        transaction: &DatabaseTransaction,
        purpose: &str,
        command: Command,
        caller: &Caller,
    ) -> Result<History, Fault> {
        let committed =
            self.ledger.execute_within::<Held<S>>(transaction, purpose, command, caller).await?;
        Ok(committed.state.history)
    }

    async fn execute_once(
        &self,
        purpose: &str,
        command: Command,
        caller: &Caller,
        request: Option<&RequestKey>,
        answer: Answer<'_>,
    ) -> Result<Reply, Fault> {
        let answer =
            |committed: &tongban_ledger::Committed<Held<S>>| answer(&committed.state.history);
        self.ledger.execute_once::<Held<S>>(purpose, command, caller, request, answer).await
    }
}
