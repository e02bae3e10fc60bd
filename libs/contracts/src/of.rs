//! Events that several services have of their own: the same shape, a topic for each.

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::event::{DomainEvent, Envelope, NotThatEvent, join, split};
use crate::version::Upcast;

/// A service, as a type: whose events they are.
pub trait Owner: Copy + Debug + Eq + Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
}

macro_rules! owners {
    ($($(#[$meta:meta])* $owner:ident = $name:literal;)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $owner;

        impl Owner for $owner {
            const NAME: &'static str = $name;
        }
    )+ };
}

owners! {
    /// 双随机监管
    Supervision = "supervision";
    /// 中介超市
    Supermarket = "supermarket";
    /// 政务服务事项
    Matters = "matters";
    /// 电子证照
    Licences = "licences";
}

/// Events of a kind of aggregate that lives in the ledger of whichever service mounts it.
pub trait Shared: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The kind of aggregate.
    const AGGREGATE: &'static str;

    /// As [`DomainEvent::upcasts`].
    fn upcasts() -> &'static [Upcast] {
        &[]
    }
}

/// The event `E` of the service `S`. It is written as `E` is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound = "E: Serialize + DeserializeOwned")]
pub struct Of<S, E> {
    /// What happened.
    pub event: E,
    #[serde(skip)]
    owner: PhantomData<fn() -> S>,
}

impl<S, E> From<E> for Of<S, E> {
    fn from(event: E) -> Self {
        Self { event, owner: PhantomData }
    }
}

impl<S: Owner, E: Shared> DomainEvent for Of<S, E> {
    const SERVICE: &'static str = S::NAME;
    const AGGREGATE: &'static str = E::AGGREGATE;

    fn upcasts() -> &'static [Upcast] {
        E::upcasts()
    }
}

impl<S, E: PartialSchema> PartialSchema for Of<S, E> {
    fn schema() -> RefOr<Schema> {
        E::schema()
    }
}

impl<S, E: ToSchema> ToSchema for Of<S, E> {
    fn name() -> std::borrow::Cow<'static, str> {
        E::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        E::schemas(schemas);
    }
}

/// No service in particular: what is read with it may be of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anybody;

impl Owner for Anybody {
    const NAME: &'static str = "";
}

/// The name of an event, as the ledger keeps it.
///
/// # Errors
/// When its type is not an adjacently tagged enum: a mistake in its definition.
pub fn name_of<E: Shared>(event: &E) -> Result<String, serde_json::Error> {
    split(&Of::<Anybody, E>::from(event.clone())).map(|(name, _)| name)
}

/// Reads an event of whichever service it is.
///
/// # Errors
/// When it is of another kind of aggregate or of a version that this build does not know, or its data do not
/// have the expected shape.
pub fn read<E: Shared>(envelope: &Envelope) -> Result<E, NotThatEvent> {
    let wrong = |why: &dyn std::fmt::Display| {
        NotThatEvent(format!("event {} of type {}: {why}", envelope.id, envelope.kind))
    };
    match envelope.parts() {
        Some((_, aggregate, name)) if aggregate == E::AGGREGATE => {
            let read = join::<Of<Anybody, E>>(name, envelope.value());
            read.map(|read| read.event).map_err(|error| wrong(&error))
        }
        _ => Err(wrong(&format!("is of no {}", E::AGGREGATE))),
    }
}
