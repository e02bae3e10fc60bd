//! `/intake/v1/cases/{id}/receipt`: the signed receipt of a submission (申请回执).

use axum::extract::State;
use axum::response::Response;
use tongban_runtime::text;
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};

use crate::app::{self, Desk};

/// 申请回执: signed when asked for; anyone can verify it with the published keys.
#[utoipa::path(
    get, path = "/v1/cases/{id}/receipt", tag = "cases", operation_id = "read_case_receipt",
    summary = "申请回执 Signed receipt of a submission",
    params(("id" = String, Path, description = "办件标识 identifier of the case")),
    responses(
        (status = 200, description = "签名回执 signed note (docs/history-proof-spec.md)", body = String,
            content_type = "text/plain",
            example = "tongban/receipt@v1\norigin tongban/intake/4f1c9a0b2d3e4f50\ncase 11320706MB0000003H4000144002000-20260311-000001\nevent 019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\nhash 66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\ntime 2026-03-11T02:00:00.000000Z\nproof /intake/v1/history/inclusion/019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\n\n— tongban/intake/4f1c9a0b2d3e4f50 ocLTsg…\n"),
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
) -> Result<Response, Problem> {
    Ok(text(app::receipt::receipt(&desk, &id, &caller.principal).await?, "private, no-store"))
}
