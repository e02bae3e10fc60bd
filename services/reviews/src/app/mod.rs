//! Use cases, one a file.

pub mod give;
pub mod open;

use std::sync::Arc;

use tongban_runtime::Host;

use crate::domain::tags::Catalogue;

/// What every operation needs.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// The national tags.
    pub tags: Arc<Catalogue>,
}
