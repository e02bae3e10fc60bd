//! `/v1/draws/{purpose}/{number}`: one draw, who was drawn, and receipts of its steps.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_runtime::text;
use tongban_web::{Problem, ProblemDocument, Query, Segment};
use utoipa::{IntoParams, ToSchema};

use super::view::{DrawView, of_draw};
use super::{Place, draw_of};
use crate::draws::Draws;

/// Most names of one page.
const PAGE: usize = 10_000;

/// 查看抽取: everything that was fixed, everything that came of it, and when.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}", tag = "draws", operation_id = "read_draw",
    summary = "查看抽取 Read a draw",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
    ),
    responses(
        (status = 200, description = "抽取 the draw", body = DrawView),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn read(
    State(draws): State<Draws>,
    Segment(place): Segment<Place>,
) -> Result<Json<DrawView>, Problem> {
    let one = draws.draw(&draw_of(&place)).await?;
    let events = draws.0.book.events(&place.0).await?;
    Ok(Json(DrawView::of(one, &events)?))
}

/// Which of the drawn.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DrawnQuery {
    /// 起始位置 place of the first, from 0
    #[serde(default)]
    #[param(example = 0)]
    from: usize,
    /// 条数 how many at most
    #[param(minimum = 1, maximum = 10000, example = 1000)]
    limit: Option<usize>,
}

/// A part of the list of the drawn (中签名单).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawnPart {
    /// Place of the first, from 0.
    #[schema(example = 0)]
    from: usize,
    /// Who was drawn, in the order of drawing, before any replacement.
    #[schema(example = json!(["91320706MA0000101N", "91320706MA0000102R"]))]
    drawn: Vec<String>,
}

/// 中签名单: in parts, for draws of many.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}/drawn", tag = "draws", operation_id = "list_drawn",
    summary = "查看中签名单 List who was drawn",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
        DrawnQuery,
    ),
    responses(
        (status = 200, description = "中签名单 who was drawn", body = DrawnPart),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
        (status = 409, description = "尚未抽取 not drawn yet", body = ProblemDocument,
            example = json!({"code": "not_drawn_yet", "title": "尚未抽取"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn drawn(
    State(draws): State<Draws>,
    Segment(place): Segment<Place>,
    Query(DrawnQuery { from, limit }): Query<DrawnQuery>,
) -> Result<Json<DrawnPart>, Problem> {
    let limit = limit.unwrap_or(1_000).clamp(1, PAGE);
    let drawn = draws.drawn(&draw_of(&place), from, limit).await?;
    Ok(Json(DrawnPart { from, drawn }))
}

/// 步骤回执: signed when asked for; shows that a step was recorded, and when.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}/receipts/{event}", tag = "draws", operation_id = "read_draw_receipt",
    summary = "抽取步骤回执 Signed receipt of a step",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
        ("event" = String, Path, description = "事件标识 identifier of the event", format = Uuid, example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f"),
    ),
    responses(
        (status = 200, description = "签名回执 signed note (docs/history-proof-spec.md)", body = String,
            content_type = "text/plain",
            example = "tongban/receipt@v1\norigin tongban/supervision/4f1c9a0b2d3e4f50\ncase plan-2026-07/1\nevent 019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\nhash 66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\ntime 2026-03-11T02:00:00.000000Z\nproof /supervision/v1/history/inclusion/019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\n\n— tongban/supervision/4f1c9a0b2d3e4f50 ocLTsg…\n"),
        (status = 404, description = "没有该次抽取或步骤 no such draw or step", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn receipt(
    State(draws): State<Draws>,
    Segment((purpose, number, event)): Segment<(String, u32, String)>,
) -> Result<Response, Problem> {
    let draw = draw_of(&(purpose.clone(), number));
    let events = draws.0.book.events(&purpose).await?;
    let found = events
        .iter()
        .find(|one| of_draw(&one.event) == draw && one.meta.event_id.to_string() == event);
    let found = found.ok_or_else(|| Fault::not_found("该次抽取的步骤"))?;
    let (hash, at) = (found.hash_bytes()?, found.meta.at);
    let note = draws.0.host.history.receipt(&draw, &event, hash, at).await?;
    Ok(text(note, "no-cache"))
}
