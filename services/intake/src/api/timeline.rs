//! `/intake/v1/cases/{id}/timeline`: what happened, when and by whom (办件进度).

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::intake::CaseEvent;
use tongban_kernel::{Principal, PrincipalKind};
use tongban_ledger::Recorded;
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;

use crate::app::{self, Desk};
use crate::domain::case::CaseFile;
use crate::domain::wording;

/// Who acted (办理人).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineActor {
    /// Name.
    #[schema(example = "王建国")]
    pub name: String,
    /// Body of an officer (所属单位).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: Option<String>,
    /// Account; told to officers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Its place, from 1 without gaps.
    #[schema(example = 1)]
    pub version: i64,
    /// Stable code.
    #[schema(example = "accepted")]
    pub event: String,
    /// What it is called (环节).
    #[schema(example = "受理")]
    pub title: String,
    /// What happened, in a sentence.
    #[schema(example = "申请已受理，承诺于 2026-03-16 前办结")]
    pub text: String,
    /// When the ledger recorded it.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: TimelineActor,
    /// SM3 over this entry and all before it, in hexadecimal.
    pub hash: String,
}

/// The history of a case (办件进度).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseTimeline {
    /// Identifier of the case.
    pub case_id: String,
    /// Case number (办件编号).
    pub number: String,
    /// Whether the chain of hashes holds: nothing was changed or taken out afterwards.
    pub intact: bool,
    /// Everything that happened, oldest first.
    pub entries: Vec<TimelineEntry>,
}

fn entry(recorded: Recorded<CaseEvent>, case: &CaseFile, reader: &Principal) -> TimelineEntry {
    let Recorded { event, meta, hash } = recorded;
    let actor = meta.actor;
    let to_officer = reader.kind == PrincipalKind::Officer;
    let (name, body_name) = match actor.kind {
        PrincipalKind::Officer => (actor.name, Some(case.matter.body_name.clone())),
        PrincipalKind::System => ("业务系统".to_owned(), None),
        PrincipalKind::Citizen | PrincipalKind::Organisation => (actor.name, None),
    };
    let account = to_officer.then_some(actor.account);
    TimelineEntry {
        version: meta.version,
        event: wording::code(&event).to_owned(),
        title: wording::title(&event).to_owned(),
        text: wording::sentence(&event),
        at: meta.at,
        by: TimelineActor { name, body_name, account },
        hash,
    }
}

/// 办件进度: every event, with the hash that chains it to those before.
#[utoipa::path(
    get, path = "/v1/cases/{id}/timeline", tag = "cases", operation_id = "read_case_timeline",
    summary = "办件进度 Read a case's history",
    params(("id" = String, Path, description = "办件标识 identifier of the case")),
    responses(
        (status = 200, description = "办件进度 the history", body = CaseTimeline),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["window_clerk", "approver", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<CaseTimeline>, Problem> {
    let reader = &caller.principal;
    let history = app::read::history(&desk, &id, reader).await?;
    let case = &history.case;
    let entries = history.events.into_iter().map(|event| entry(event, case, reader)).collect();
    let number = case.number.clone();
    Ok(Json(CaseTimeline { case_id: id, number, intact: history.intact, entries }))
}
