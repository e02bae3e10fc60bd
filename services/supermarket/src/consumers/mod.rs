//! What the supermarket learns from the others, and what its own events lead to.

mod accounts;
mod credit;
mod ends;
mod matters;
mod purchasing;

use std::sync::Arc;

use tongban_events::Consumer;

use crate::app::Desk;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Consumer>> {
    let ledger = || desk.host.ledger.clone();
    let mut all: Vec<Arc<dyn Consumer>> = vec![
        Arc::new(accounts::Accounts),
        Arc::new(matters::Matters),
        Arc::new(credit::Credit),
        Arc::new(ends::AgencyEnds::new(ledger())),
        Arc::new(ends::ServiceEnds::new(ledger())),
    ];
    all.extend(purchasing::all(&desk.purchasing));
    all
}
