//! What reviews do when something happened.

pub mod bad_reviews;
pub mod case_facts;
pub mod cases;
pub mod facts;
pub mod handled;
pub mod reports;

use std::sync::Arc;

use tongban_events::Consumer;

use crate::app::Desk;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Consumer>> {
    vec![
        Arc::new(cases::Cases(desk.clone())),
        Arc::new(case_facts::CaseFactKeeper),
        Arc::new(bad_reviews::BadReviews(desk.clone())),
        Arc::new(facts::Facts::new(desk)),
        Arc::new(handled::Handlings),
        Arc::new(reports::ServiceReports(desk.exports.clone())),
        Arc::new(reports::EvaluationReports(desk.exports.clone())),
        Arc::new(reports::AnswerReports(desk.exports.clone())),
    ]
}
