//! What a business object must be able to do to live in the ledger.

use sea_orm::EntityTrait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tongban_contracts::{DomainEvent, Meta};
use tongban_kernel::{Context, Fault, Principal};

/// A business object: its rules are pure functions of state, command and context.
pub trait Aggregate: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What can happen to it.
    type Event: DomainEvent;
    /// What can be asked of it.
    type Command: Clone + Send + Sync;

    /// The shape of the state as it is stored; one more with every change of it. A state of another shape is
    /// recomputed from its events, so that versions of the program may serve side by side.
    const SHAPE: u32 = 1;

    /// The state is kept beside a history with every so manieth event; those that came since are read with it, and of a
    /// shorter history they alone. What events say is then not written a second time with each of them.
    const KEPT_EVERY: i64 = 8;

    /// What a command leads to, or why it is refused; an empty list means that nothing has to change.
    ///
    /// # Errors
    /// A fault that names everything the caller has to put right.
    fn decide(
        current: Option<&Self>,
        command: Self::Command,
        context: &Context,
    ) -> Result<Vec<Self::Event>, Fault>;

    /// The state after an event; `None` when the event cannot follow on this state, which only a
    /// damaged history can show.
    fn evolve(current: Option<Self>, event: &Self::Event, meta: &Meta) -> Option<Self>;
}

/// How an aggregate is found by other things than its identifier: its row of query columns.
///
/// The row is a function of the state alone, so it can be made anew at any time.
pub trait Stored: Aggregate {
    /// The entity of its query columns.
    type Row: EntityTrait;

    /// The columns for this state.
    fn row(&self, id: &str, version: i64) -> <Self::Row as EntityTrait>::ActiveModel;
}

/// Who stands behind a command.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The principal.
    pub principal: Principal,
    /// W3C trace context of the request.
    pub traceparent: Option<String>,
}

impl Caller {
    /// A service of our own, acting on an event or timer.
    pub fn service(name: &str, traceparent: Option<String>) -> Self {
        Self { principal: Principal::service(name), traceparent }
    }
}

/// An aggregate as it stands.
#[derive(Debug, Clone)]
pub struct Loaded<A> {
    /// Its state.
    pub state: A,
    /// How many events led there.
    pub version: i64,
    /// Whether what stands beside the history has to go with the next event: it is of another shape, or does not say
    /// which version it is of.
    pub(crate) stale: bool,
    /// Hash of the last event.
    pub(crate) hash: Vec<u8>,
    /// When the last event was recorded, in microseconds since 1970.
    pub(crate) at: i64,
}

/// What a command led to.
#[derive(Debug, Clone)]
pub struct Committed<A: Aggregate> {
    /// The state afterwards.
    pub state: A,
    /// Its version.
    pub version: i64,
    /// The new events, each with what the ledger added.
    pub events: Vec<(A::Event, Meta)>,
}
