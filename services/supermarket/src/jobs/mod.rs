//! What the supermarket does by the clock.

mod ends;
mod escalate;
mod purchasing;

use std::sync::Arc;

use tongban_runtime::Job;

use crate::app::Desk;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Job>> {
    let mut all: Vec<Arc<dyn Job>> = vec![
        Arc::new(ends::KeepAgencies(desk.clone())),
        Arc::new(ends::KeepLinks(desk.clone())),
        Arc::new(escalate::EscalateSilence(desk.clone())),
    ];
    all.extend(purchasing::all(&desk.purchasing));
    all
}
