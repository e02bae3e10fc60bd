//! What callers were told.

use serde_json::{Value, json};

/// A case as its callers were told of it: the answers to what they did, as far as they came.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which case of the run.
    pub number: u32,
    /// Answer to the submission.
    pub submitted: Option<Value>,
    /// Answer to the acceptance.
    pub accepted: Option<Value>,
    /// Answer to the decision, an approval.
    pub decided: Option<Value>,
    /// The licence that the approval led to.
    pub licence: Option<String>,
    /// Answer to the review.
    pub reviewed: Option<Value>,
}

impl Told {
    /// Nothing yet.
    pub fn new(number: u32) -> Self {
        let (submitted, accepted, decided, licence, reviewed) = (None, None, None, None, None);
        Self { number, submitted, accepted, decided, licence, reviewed }
    }

    /// Identifier of the case; empty when its submission was not acknowledged.
    pub fn id(&self) -> &str {
        self.submitted.as_ref().and_then(|case| case["id"].as_str()).unwrap_or_default()
    }
}

/// What marks a case of the run, whatever its identifier: it stands in its form.
pub(super) fn mark(number: u32) -> String {
    format!("海州区示例路 {number} 号")
}

/// What was acknowledged, and what must follow from it, as `tongban verify city` reads it.
pub fn acknowledged(told: &[Told]) -> Value {
    let count = |of: fn(&Told) -> bool| told.iter().filter(|one| of(one)).count();
    let decided = count(|one| one.decided.is_some());
    json!({
        "tongban.intake.case": {
            "submitted": count(|one| one.submitted.is_some()),
            "accepted": count(|one| one.accepted.is_some()),
            "decided": decided,
            "licence_recorded": decided,
        },
        "tongban.licences.licence": {"issued": decided},
        "tongban.reviews.review": {
            "opened": decided,
            "given": count(|one| one.reviewed.is_some()),
        },
    })
}
