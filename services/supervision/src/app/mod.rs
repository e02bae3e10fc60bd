//! Use cases, one a file.

pub mod credits;
pub mod dispatch;
pub mod draws;
pub mod expiry;
pub mod exports;
pub mod inspections;
pub mod inspectors;
pub mod matters;
pub mod objects;
pub mod onsite;
pub mod plans;
pub mod publications;
pub mod rules;
pub mod standing;
pub mod tasks;

use std::sync::Arc;

use axum::extract::FromRef;
use tongban_contracts::credit::CreditClass;
use tongban_drawing::Draws;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::{Aggregate, Loaded};
use tongban_runtime::{Host, StartError};

use self::onsite::Onsite;
use self::rules::Rules;

/// What every operation needs.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// The draws of this service.
    pub draws: Draws,
    /// Ratios and other rules that are data.
    pub rules: Arc<Rules>,
    /// What visits, publication and credit are judged by.
    pub onsite: Arc<Onsite>,
}

impl FromRef<Desk> for Draws {
    fn from_ref(desk: &Desk) -> Self {
        desk.draws.clone()
    }
}

impl Desk {
    /// A desk over what the process gives.
    ///
    /// # Errors
    /// When the rules in the data directory cannot be read.
    pub fn new(host: &Host, draws: Draws) -> Result<Self, StartError> {
        let rules = rules::read(&host.settings.data.join("supervision"))?;
        let onsite = Arc::new(Onsite::read(host)?);
        Ok(Self { host: host.clone(), draws, rules: Arc::new(rules), onsite })
    }

    /// Class of an object whose credit nothing is known of: the initial one of the rule in force.
    pub fn default_grade(&self) -> CreditClass {
        self.onsite.credit.on(civil_date(self.host.clock.now())).initial
    }

    /// An aggregate that exists.
    ///
    /// # Errors
    /// Not found, by its name in Chinese; the database's absence.
    pub async fn there<A: Aggregate>(&self, id: &str, what_zh: &str) -> Result<Loaded<A>, Fault> {
        let found = self.host.ledger.load::<A>(id).await?;
        found.ok_or_else(|| Fault::not_found(what_zh))
    }
}
