//! The services there are.

use std::sync::Arc;

use tongban_exchange::Exchange;
use tongban_identity::Identity;
use tongban_intake::Intake;
use tongban_licences::Licences;
use tongban_matters::Matters;
use tongban_reviews::Reviews;
use tongban_runtime::Service;
use tongban_supermarket::Supermarket;
use tongban_supervision::Supervision;

/// All of them; a new service is added here and nowhere else in the binary.
pub fn all() -> Vec<Arc<dyn Service>> {
    vec![
        Arc::new(Identity),
        Arc::new(Matters),
        Arc::new(Intake),
        Arc::new(Licences),
        Arc::new(Reviews),
        Arc::new(Supervision),
        Arc::new(Supermarket),
        Arc::new(Exchange),
    ]
}
