//! What the exchange learns from the others, and what its own events lead to.

mod accounts;
mod bodies;
mod calls;
mod cases;
mod corrections;
mod matters;
mod requests;
mod resources;

use std::sync::Arc;

use tongban_events::Consumer;

use crate::app::Desk;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Consumer>> {
    let ledger = || desk.host.ledger.clone();
    vec![
        Arc::new(accounts::Accounts(desk.subjects.clone())),
        Arc::new(bodies::Bodies),
        Arc::new(matters::Matters),
        Arc::new(cases::Cases(desk.subjects.clone())),
        Arc::new(calls::Calls(Arc::clone(&desk.ground))),
        Arc::new(requests::Grants(ledger())),
        Arc::new(resources::Followers(ledger())),
        Arc::new(corrections::Readers(ledger())),
    ]
}
