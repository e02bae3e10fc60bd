//! Draws in the ledger of a service (抽取过程): from the proposal to the last replacement.
//!
//! `tongban-draw` says what a draw is; here it happens, step by step, each step an event of the service that
//! holds it. A service mounts it:
//!
//! ```text
//! migrations()   own.extend(tongban_drawing::migrations())
//! aggregates()   own.extend(tongban_drawing::aggregates::<Supervision>())
//! api::routes()  router.merge(tongban_drawing::routes::<Supervision, Desk>())   where Draws: FromRef<Desk>
//! start()        let drawing = Drawing::mount::<Supervision>(host)?;   // .draws, .consumers, .jobs
//! ```
//!
//! and proposes with [`Draws::propose`]. What comes of it arrives as an event of the service itself, on
//! `Of::<Supervision, DrawEvent>::topic()`.

mod api;
mod beacon;
mod book;
mod config;
mod domain;
mod draws;
mod files;
mod keeping;
mod known;
mod migration;
mod proposal;
mod pulse;
mod store;

use std::sync::Arc;

use sea_orm_migration::MigrationTrait;
use tongban_contracts::of::Owner;
use tongban_events::Consumer;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Job, StartError};

pub use api::routes;
pub use domain::{Attempt, Cancelled, History, OpenedSeed, Stage};
pub use draws::Draws;
pub use proposal::{Proposal, Proposed, SourceKind, Times, number_at_rates};
pub use pulse::Pulses;

/// Tables of draws, for a service that holds some.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(migration::DrawTables)]
}

/// The aggregate of draws in the service `S`.
pub fn aggregates<S: Owner>() -> Vec<Box<dyn Replay>> {
    vec![replay::<store::draw::Held<S>>()]
}

/// Draws, mounted.
pub struct Drawing {
    /// What the service does with them.
    pub draws: Draws,
    /// What has to be followed, to be given to the process.
    pub consumers: Vec<Arc<dyn Consumer>>,
    /// What goes on by itself, likewise.
    pub jobs: Vec<Arc<dyn Job>>,
}

impl Drawing {
    /// For the service `S`, which `host` was given to.
    ///
    /// # Errors
    /// When the settings of draws cannot work.
    pub fn mount<S: Owner>(host: &Host) -> Result<Self, StartError> {
        let draws = Draws(Arc::new(draws::Inner {
            book: Box::new(book::BookOf::<S>::new(host.ledger.clone())),
            host: host.clone(),
            vault: host.vault("draws"),
            config: config::Config::of(&host.settings)?,
        }));
        Ok(Self {
            consumers: vec![Arc::new(known::Sources::new::<S>())],
            jobs: vec![Arc::new(keeping::Keeping(draws.clone()))],
            draws,
        })
    }
}
