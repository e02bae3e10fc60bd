//! What happens here when something happened elsewhere, or in this service's own ledger.

mod breaches;
mod draws;
mod grades;
mod holders;
mod licences;
mod plans;
mod publications;
mod results;
mod tasks;

use std::sync::Arc;

use tongban_events::Consumer;

use crate::app::Desk;

/// All consumers.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Consumer>> {
    vec![
        Arc::new(licences::Licences::new(desk)),
        Arc::new(plans::Plans::new(desk)),
        Arc::new(draws::Results::new(desk)),
        Arc::new(tasks::Tasks::new(desk)),
        Arc::new(grades::Grades::new(desk)),
        Arc::new(results::Results(desk.clone())),
        Arc::new(publications::Publications(desk.clone())),
        Arc::new(holders::Holders(desk.clone())),
        Arc::new(breaches::Breaches(desk.clone())),
    ]
}
