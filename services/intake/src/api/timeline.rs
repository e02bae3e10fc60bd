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
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub name: String,
    /// Body of an officer (所属单位).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("海州区行政审批局（示例）"))]
    pub body_name: Option<String>,
    /// Account; told to officers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"))]
    pub account: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Its place, from 1 without gaps.
    #[schema(example = 1)]
    pub version: i64,
    /// Stable code.
    #[schema(example = "submitted")]
    pub event: String,
    /// What it is called (环节).
    #[schema(example = "接件")]
    pub title: String,
    /// What happened, in a sentence.
    #[schema(
        example = "收到“建筑工程施工许可证核发”申请，办件编号 11320706MB0000001B4000117109003202603110001，材料 2 份；如需补正，应于 2026-03-18 前一次性告知"
    )]
    pub text: String,
    /// When the ledger recorded it.
    #[schema(example = "2026-03-11T01:42:10Z")]
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: TimelineActor,
    /// SM3 over this entry and all before it, in hexadecimal.
    #[schema(example = "9f1c7a0d5be24386a1d0f7c2e94b8356d07be1a24c9f6830b5172ed84a63cf19")]
    pub hash: String,
}

/// The history of a case (办件进度).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseTimeline {
    /// Identifier of the case.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Case number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// Whether the chain of hashes holds: nothing was changed or taken out afterwards.
    #[schema(example = true)]
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
    params(("id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "办件进度 the history", body = CaseTimeline),
        (status = 404, description = "没有该办件 no such case", body = ProblemDocument,
            example = json!({"title": "找不到该办件，或无权查看"})),
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
