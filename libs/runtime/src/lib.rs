//! From a list of services and one configuration to a running process, and back down again.

mod background;
mod blocking;
mod doctor;
mod document;
mod history;
mod operators;
mod ops;
mod parked;
mod process;
mod rebuild;
mod reconcile;
mod service;
mod settings;
mod telling;

pub use blocking::blocking;
pub use doctor::{Finding, diagnose};
pub use document::document;
pub use history::audit_ledgers;
pub use parked::{ParkedOf, parked};
pub use process::{Ambient, Process, StartError, all_migrations, contract, load, migrate};
pub use rebuild::{Rebuilt, RebuiltTable, rebuild};
pub use reconcile::{Acknowledged, Answers, Reader, Reconciliation, Told, Topic, reconcile};
pub use service::{Host, Job, Service, Started, read_sample};
pub use settings::{Environment, Settings, SettingsError};
pub use tongban_history::api::text;
