//! `pulse`: how much a source still owes.

use std::marker::PhantomData;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::of::{Of, Owner};
use tongban_contracts::pulses::PulseEvent;
use tongban_kernel::{Context, Fault};
use tongban_ledger::{Aggregate, Stored};

use super::aggregate::{Command, Pulse};

/// The source in the ledger of the service `S`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub(super) struct Kept<S> {
    pub(super) pulse: Pulse,
    #[serde(skip)]
    owner: PhantomData<fn() -> S>,
}

impl<S: Owner> Aggregate for Kept<S> {
    type Event = Of<S, PulseEvent>;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<Self::Event>, Fault> {
        let events = Pulse::decide(current.map(|kept| &kept.pulse), command, context)?;
        Ok(events.into_iter().map(Of::from).collect())
    }

    fn evolve(current: Option<Self>, event: &Self::Event, meta: &Meta) -> Option<Self> {
        let pulse = Pulse::evolve(current.map(|kept| kept.pulse), &event.event, meta.at);
        Some(Self { pulse, owner: PhantomData })
    }
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pulse")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Draws that wait for a checkpoint.
    pub waiting: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl<S: Owner> Stored for Kept<S> {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let waiting = i32::try_from(self.pulse.waiting.len()).unwrap_or(i32::MAX);
        ActiveModel { id: Set(id.to_owned()), waiting: Set(waiting) }
    }
}
