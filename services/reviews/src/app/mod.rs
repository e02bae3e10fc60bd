//! Use cases, one a file.

pub mod counters;
pub mod give;
pub mod handle;
pub mod links;
pub mod open;
pub mod photos;
pub mod push;
pub mod reconcile;
pub mod scores;
pub mod signals;
pub mod signature;
pub mod systems;
pub mod window;

use std::sync::Arc;

use tongban_exports::Exports;
use tongban_files::Files;
use tongban_kernel::Fault;
use tongban_runtime::{Environment, Host};
use tongban_seal::{Prints, Vault};

use crate::domain::figures::rules::FigureRules;
use crate::domain::handling::Book;
use crate::domain::rules::ReviewRules;
use crate::domain::tags::Catalogue;

/// What every operation needs.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// The national tags.
    pub tags: Arc<Catalogue>,
    /// The published rules.
    pub rules: Arc<ReviewRules>,
    /// Photographs.
    pub files: Arc<Files>,
    /// Seals links.
    pub links: Vault,
    /// Seals what other systems sign with.
    pub secrets: Vault,
    /// Prints of devices.
    pub devices: Prints,
    /// Prints of network addresses.
    pub networks: Prints,
    /// By which figures are made.
    pub figures: Arc<FigureRules>,
    /// Records for the platform above.
    pub exports: Exports,
}

impl Desk {
    /// For the service that `host` was given to; `rules` as they are published.
    pub fn new(
        host: &Host,
        tags: Catalogue,
        rules: ReviewRules,
        figures: FigureRules,
        exports: Exports,
    ) -> Self {
        let sample = host.settings.environment == Environment::Sample;
        let rules = if sample { rules.of_sample() } else { rules };
        Self {
            tags: Arc::new(tags),
            rules: Arc::new(rules),
            files: Arc::new(Files::new(host.db().clone())),
            links: host.vault("reviews/links"),
            secrets: host.vault("reviews/pushing"),
            devices: host.prints("reviews/devices"),
            networks: host.prints("reviews/networks"),
            figures: Arc::new(figures),
            exports,
            host: host.clone(),
        }
    }

    /// Rules and business days.
    pub fn book(&self) -> Book {
        Book { rules: Arc::clone(&self.rules), calendar: Arc::clone(&self.host.calendar) }
    }

    /// Until when a right opened now may be used.
    ///
    /// # Errors
    /// `calendar_not_loaded`.
    pub fn right_ends(
        &self,
        from: chrono::DateTime<chrono::Utc>,
    ) -> Result<chrono::DateTime<chrono::Utc>, Fault> {
        self.rules.rules.right_term.value.end(from, &self.host.calendar)
    }
}
