//! Terms, announcement and transcript, to be downloaded and checked by anyone.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tongban_web::{Problem, ProblemDocument, Segment};

use super::{Place, draw_of};
use crate::domain::not_drawn_yet;
use crate::draws::Draws;

/// What was fixed never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// A replacement may be added.
const ASK: &str = "public, no-cache";

/// 抽取方案: exactly the bytes whose digest commitments are made over, and a newline.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}/terms", tag = "draws", operation_id = "download_draw_terms",
    summary = "下载抽取方案 Download the terms",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
    ),
    responses(
        (status = 200, description = "抽取方案 the terms (docs/draw-spec.md)", body = Object,
            example = json!({"attempt": 1, "candidates": [["91320706MA0000101N", 1, "", "", ""]], "draw": "plan-2026-07/1"})),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn terms(
    State(draws): State<Draws>,
    Segment(place): Segment<Place>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let one = draws.draw(&draw_of(&place)).await?;
    let tag = format!("\"{}\"", one.terms.terms);
    if is_held(&headers, &tag) {
        return Ok(held(&tag, FOREVER));
    }
    Ok(file(&tag, FOREVER, draws.terms_file(&one)))
}

/// 抽取公告: terms and commitments, as they were fixed before the draw.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}/announcement", tag = "draws", operation_id = "download_draw_announcement",
    summary = "下载抽取公告 Download the announcement",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
    ),
    responses(
        (status = 200, description = "抽取公告 the announcement (docs/draw-spec.md)", body = Object,
            example = json!({"commitments": [{"commitment": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", "party": "11320706MB0000001B", "role": "organiser"}], "terms": {"draw": "plan-2026-07/1"}})),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
        (status = 409, description = "尚未公告 not announced yet", body = ProblemDocument,
            example = json!({"code": "not_announced", "title": "抽取尚未公告"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn announcement(
    State(draws): State<Draws>,
    Segment(place): Segment<Place>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let one = draws.draw(&draw_of(&place)).await?;
    let body = draws.announcement_file(&one)?;
    let tag = format!("\"{}\"", one.announcement.as_deref().unwrap_or_default());
    if is_held(&headers, &tag) {
        return Ok(held(&tag, FOREVER));
    }
    Ok(file(&tag, FOREVER, body))
}

/// 抽取记录: everything that went into the draw and what came out; `tongban verify draw` reads it.
#[utoipa::path(
    get, path = "/v1/draws/{purpose}/{number}/transcript", tag = "draws", operation_id = "download_draw_transcript",
    summary = "下载抽取记录 Download the transcript",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
    ),
    responses(
        (status = 200, description = "抽取记录 the transcript (docs/draw-spec.md)", body = Object,
            example = json!({"format": "tongban-draw-transcript-v1", "result": ["91320706MA0000101N"]})),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
        (status = 409, description = "尚未抽取 not drawn yet", body = ProblemDocument,
            example = json!({"code": "not_drawn_yet", "title": "尚未抽取"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn transcript(
    State(draws): State<Draws>,
    Segment(place): Segment<Place>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let one = draws.draw(&draw_of(&place)).await?;
    let result = one.result.as_ref().ok_or_else(not_drawn_yet)?;
    // All else follows from the announcement; result and replacements could not be others.
    let tag = format!("\"{}-{}\"", result.announcement, one.replacements.len());
    if is_held(&headers, &tag) {
        return Ok(held(&tag, ASK));
    }
    Ok(file(&tag, ASK, draws.transcript_file(&one).await?))
}

/// Whether the caller says that it has the file.
fn is_held(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    given.is_some_and(|given| {
        given.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag)
    })
}

fn held(tag: &str, cache: &'static str) -> Response {
    (StatusCode::NOT_MODIFIED, [(ETAG, tag), (CACHE_CONTROL, cache)]).into_response()
}

fn file(tag: &str, cache: &'static str, body: Body) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (ETAG, tag), (CACHE_CONTROL, cache)];
    (headers, body).into_response()
}
