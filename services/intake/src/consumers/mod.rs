//! What happens here when something happened elsewhere.

mod accounts;
mod licences;
mod matters;

use std::sync::Arc;

use tongban_events::Consumer;
use tongban_ledger::Ledger;

/// All consumers.
pub fn all(ledger: &Ledger) -> Vec<Arc<dyn Consumer>> {
    vec![
        Arc::new(matters::Matters),
        Arc::new(accounts::Accounts),
        Arc::new(licences::Licences::new(ledger.clone())),
    ]
}
