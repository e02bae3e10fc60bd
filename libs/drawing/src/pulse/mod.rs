//! A history as a source of public values (公开随机数来源): what it tells those whose draws named it.
//!
//! A draw's announcement names the first checkpoint after a moment. A history that nothing is added to would
//! never sign one, so after that moment it adds an entry of its own, and then tells which checkpoint came.

mod aggregate;
mod consumer;
mod job;
mod row;

use std::sync::Arc;

use sea_orm_migration::MigrationTrait;
use tongban_contracts::of::Owner;
use tongban_events::Consumer;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Job};

use crate::migration::PulseTable;

/// A source, mounted.
pub struct Pulses {
    /// What has to be followed, to be given to the process.
    pub consumer: Arc<dyn Consumer>,
    /// What goes on by itself, likewise.
    pub job: Arc<dyn Job>,
}

impl Pulses {
    /// For the service `S`, which `host` was given to.
    pub fn mount<S: Owner>(host: &Host) -> Self {
        Self {
            consumer: Arc::new(consumer::Asking::<S>::new(host)),
            job: Arc::new(job::Answering::<S>::new(host)),
        }
    }

    /// The table of a source.
    pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(PulseTable)]
    }

    /// The aggregate of a source in the service `S`.
    pub fn aggregates<S: Owner>() -> Vec<Box<dyn Replay>> {
        vec![replay::<row::Kept<S>>()]
    }
}
