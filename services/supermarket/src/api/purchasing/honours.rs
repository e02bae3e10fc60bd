//! `/supermarket/v1/honours`: the red and the black list.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::market::{HonourColour, HonourEntry};
use tongban_kernel::page::{Page, PageQuery};
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use super::complaints::MarketDecision;
use crate::app::purchasing::Purchasing;
use crate::domain::honour::{Command, Honour, HonourState};
use crate::store::purchasing::honour as store;

/// An entry of a list (红黑榜记录).
#[derive(Debug, Serialize, ToSchema)]
pub struct HonourView {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// The entry, with reason and evidence.
    entry: HonourEntry,
    /// When it was made.
    #[schema(example = "2026-11-23T01:00:00Z")]
    listed_at: DateTime<Utc>,
    /// How it stands.
    state: HonourState,
    /// The agency's objection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("所依据的评价已更正"))]
    objection: Option<String>,
    /// The officer's reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("经核实，异议不成立"))]
    answer: Option<String>,
}

impl HonourView {
    fn of(id: &str, honour: Honour) -> Self {
        let Honour { entry, listed_at, state, objection, answer } = honour;
        Self { id: id.to_owned(), entry, listed_at, state, objection, answer }
    }
}

/// An agency's objection (异议).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HonourObjection {
    /// Why.
    #[schema(min_length = 1, max_length = 1000, example = "所依据的评价已更正")]
    text: String,
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HonourSearch {
    /// Which list.
    #[param(example = "red")]
    colour: Option<HonourColour>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 红黑榜: entries in force, the newest first, for everyone.
#[utoipa::path(
    get, path = "/v1/honours", tag = "honours", operation_id = "list_honours",
    summary = "红黑榜 List the red and black list",
    params(HonourSearch),
    responses((status = 200, description = "红黑榜 the lists", body = Page<HonourView>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(shop): State<Purchasing>,
    Query(query): Query<HonourSearch>,
) -> Result<Json<Page<HonourView>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::newest(shop.host.db(), query.colour, &page).await?;
    let mut items = Vec::new();
    for row in found.items {
        if let Some(honour) = shop.host.ledger.load::<Honour>(&row.id).await? {
            items.push(HonourView::of(&row.id, honour.state));
        }
    }
    Ok(Json(Page { items, next: found.next }))
}

/// 提出异议: by the agency that is listed, in time.
#[utoipa::path(
    post, path = "/v1/honours/{id}/objection", tag = "honours", operation_id = "object_to_honour",
    summary = "对红黑榜提出异议 Object to an entry",
    params(
        ("id" = Uuid, Path, description = "记录标识 identifier of the entry", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HonourObjection, description = "异议 the objection"),
    responses(
        (status = 200, description = "已提出 taken", body = HonourView),
        (status = 404, description = "没有该记录 no such entry", body = ProblemDocument),
        (status = 409, description = "期限已过或已提出 too late, or objected already", body = ProblemDocument,
            example = json!({"code": "objection_over", "title": "异议期限已过"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn object(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HonourObjection>,
) -> Result<Response, Problem> {
    let command = Command::Object { text: body.value.text };
    act(&shop, &id, command, &caller, body.request.as_ref()).await
}

/// 异议处理: an objection that is right takes the entry away.
#[utoipa::path(
    post, path = "/v1/honours/{id}/decision", tag = "honours", operation_id = "decide_honour_objection",
    summary = "处理红黑榜异议 Decide an objection",
    params(
        ("id" = Uuid, Path, description = "记录标识 identifier of the entry", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = MarketDecision, description = "处理 the decision"),
    responses(
        (status = 200, description = "已处理 decided", body = HonourView),
        (status = 404, description = "没有该记录 no such entry", body = ProblemDocument),
        (status = 409, description = "没有待处理的异议 nothing to decide", body = ProblemDocument,
            example = json!({"code": "not_in_this_state", "title": "该记录所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"]}))),
)]
pub async fn decide(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<MarketDecision>,
) -> Result<Response, Problem> {
    let MarketDecision { upheld, reason } = body.value;
    let command = Command::Decide { upheld, reason };
    act(&shop, &id, command, &caller, body.request.as_ref()).await
}

async fn act(
    shop: &Purchasing,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Response, Problem> {
    let ledger = &shop.host.ledger;
    let answer = ledger
        .execute_once::<Honour>(id, command, caller, request, |committed| {
            Reply::json(200, &HonourView::of(id, committed.state.clone()))
        })
        .await?;
    Ok(reply(answer).into_response())
}
