//! `/reviews/v1/rules`: the rules of reviewing as they are published.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tongban_web::Problem;
use utoipa::ToSchema;

use crate::app::Desk;
use crate::domain::rules::{Sourced, Term};

/// A term and where it comes from (期限及依据).
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedTerm {
    /// What it is for.
    #[schema(example = "answer")]
    name: &'static str,
    /// The term.
    term: Term,
    /// Where it comes from.
    #[schema(example = "靖江市：差评五个工作日内答复")]
    source: String,
    /// Whether that was read; the others are settings of the deployment.
    #[schema(example = true)]
    verified: bool,
}

/// The rules (好差评规则).
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedReviewRules {
    /// Version.
    #[schema(example = "2026-11")]
    version: String,
    /// Terms.
    terms: Vec<PublishedTerm>,
    /// After how many calls that nobody answers a handling is closed.
    #[schema(example = 3)]
    call_back_attempts: u32,
    /// By how many seconds the time of a signed request may differ from ours.
    #[schema(example = 300)]
    signature_window_seconds: u32,
}

/// 好差评规则: each term with its source.
#[utoipa::path(
    get, path = "/v1/rules", tag = "handlings", operation_id = "read_review_rules",
    summary = "查看好差评规则 Read the rules of reviewing",
    responses((status = 200, description = "规则 the rules", body = PublishedReviewRules)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(State(desk): State<Desk>) -> Result<Json<PublishedReviewRules>, Problem> {
    let rules = &desk.rules.rules;
    let of = |name, term: &Sourced<Term>| PublishedTerm {
        name,
        term: term.value,
        source: term.source.clone(),
        verified: term.verified,
    };
    Ok(Json(PublishedReviewRules {
        version: desk.rules.version.clone(),
        terms: vec![
            of("right", &rules.right_term),
            of("verify", &rules.verify_term),
            of("answer", &rules.answer_term),
            of("rectify", &rules.rectify_term),
            of("call_back", &rules.call_back_term),
        ],
        call_back_attempts: rules.call_back_attempts.value,
        signature_window_seconds: rules.signature_window_seconds.value,
    }))
}
