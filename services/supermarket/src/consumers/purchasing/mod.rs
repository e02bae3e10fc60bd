//! What purchases learn from the others, and from their own events.

mod agencies;
mod cases;
mod own;
mod parties;

use std::sync::Arc;

use tongban_events::Consumer;

use crate::app::purchasing::Purchasing;

/// All of them.
pub fn all(shop: &Purchasing) -> Vec<Arc<dyn Consumer>> {
    let mut all: Vec<Arc<dyn Consumer>> = vec![
        Arc::new(parties::Parties),
        Arc::new(cases::Cases(shop.clone())),
        Arc::new(own::Registrations),
        Arc::new(own::Findings(shop.clone())),
        Arc::new(agencies::DropOuts(shop.clone())),
    ];
    all.extend(shop.draw_consumers.iter().cloned());
    all
}
