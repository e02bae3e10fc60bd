//! `/supermarket/v1/outside-purchases`: reports in cases that were not bought here.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::market::{OutsideGround, OutsidePurchase};
use tongban_kernel::page::{Page, PageQuery};
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use crate::app::purchasing::Purchasing;
use crate::domain::outside::{Command, Outside, OutsideStage};
use crate::store::purchasing::outside::{self as store, Scope};

/// A purchase outside as it stands (体外采购线索).
#[derive(Debug, Serialize, ToSchema)]
pub struct OutsideView {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77-M02")]
    id: String,
    /// What was found.
    found: OutsidePurchase,
    /// When.
    #[schema(example = "2026-11-23T01:00:00Z")]
    found_at: DateTime<Utc>,
    /// Where it stands.
    stage: OutsideStage,
    /// Whether the clock for the answer ran out (提级督办).
    #[schema(example = false)]
    escalated: bool,
    /// Ground of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<OutsideGround>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("该报告在服务事项纳入中介超市前已委托完成"))]
    explanation: Option<String>,
    /// Whether it should have been bought here (应采未采).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(false))]
    should_have_been: Option<bool>,
    /// Reasons of the market's officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("说明属实"))]
    reason: Option<String>,
}

impl OutsideView {
    fn of(id: &str, outside: Outside) -> Self {
        Self {
            id: id.to_owned(),
            found: outside.found,
            found_at: outside.found_at,
            stage: outside.stage,
            escalated: outside.escalated,
            ground: outside.ground,
            explanation: outside.explanation,
            should_have_been: outside.should_have_been,
            reason: outside.reason,
        }
    }
}

/// A body's answer (情况说明).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideAnswer {
    /// On which ground.
    ground: OutsideGround,
    /// In words.
    #[schema(
        min_length = 1,
        max_length = 1000,
        example = "该报告在服务事项纳入中介超市前已委托完成"
    )]
    explanation: String,
}

/// What the market's officer makes of it (办结).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideClosure {
    /// Whether it should have been bought here.
    #[schema(example = false)]
    should_have_been: bool,
    /// Reasons.
    #[schema(min_length = 1, max_length = 1000, example = "说明属实")]
    reason: String,
}

/// Which of them are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OutsideSearch {
    /// Of one body (办理单位).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// Where they stand.
    #[param(example = "open")]
    stage: Option<OutsideStage>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77-M02")]
    after: Option<String>,
}

/// 体外采购线索: of the own body; of all bodies in the region for those who manage the market.
#[utoipa::path(
    get, path = "/v1/outside-purchases", tag = "outside", operation_id = "list_outside_purchases",
    summary = "体外采购线索 List purchases outside",
    params(OutsideSearch),
    responses((status = 200, description = "体外采购线索 purchases outside", body = Page<OutsideView>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"],
        "roles": ["market_buyer", "market_manager", "industry_reviewer"],
        "scoped": true,
    }))),
)]
pub async fn list(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Query(query): Query<OutsideSearch>,
) -> Result<Json<Page<OutsideView>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let scope = Scope::of(&caller.principal)?;
    let db = shop.host.db();
    let found = store::newest(db, scope, query.body.as_deref(), query.stage, &page).await?;
    let mut items = Vec::new();
    for row in found.items {
        if let Some(outside) = shop.host.ledger.load::<Outside>(&row.id).await? {
            items.push(OutsideView::of(&row.id, outside.state));
        }
    }
    Ok(Json(Page { items, next: found.next }))
}

/// 作出说明: by the body that handles the case.
#[utoipa::path(
    post, path = "/v1/outside-purchases/{id}/answer", tag = "outside", operation_id = "answer_outside_purchase",
    summary = "说明体外采购 Answer for a purchase outside",
    params(
        ("id" = String, Path, description = "线索标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77-M02"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = OutsideAnswer, description = "说明 the answer"),
    responses(
        (status = 200, description = "已说明 answered", body = OutsideView),
        (status = 404, description = "没有该线索 no such thing", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_answered", "title": "该线索所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"],
        "roles": ["market_buyer", "market_manager", "industry_reviewer"],
        "scoped": true,
    }))),
)]
pub async fn answer(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<OutsideAnswer>,
) -> Result<Response, Problem> {
    let OutsideAnswer { ground, explanation } = body.value;
    let command = Command::Answer { ground, explanation };
    act(&shop, &id, command, &caller, body.request.as_ref()).await
}

/// 办结: by an officer who manages the market.
#[utoipa::path(
    post, path = "/v1/outside-purchases/{id}/closure", tag = "outside", operation_id = "close_outside_purchase",
    summary = "办结体外采购线索 Close a purchase outside",
    params(
        ("id" = String, Path, description = "线索标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77-M02"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = OutsideClosure, description = "办结 the closure"),
    responses(
        (status = 200, description = "已办结 closed", body = OutsideView),
        (status = 404, description = "没有该线索 no such thing", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_open", "title": "该线索所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn close(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<OutsideClosure>,
) -> Result<Response, Problem> {
    let OutsideClosure { should_have_been, reason } = body.value;
    let command = Command::Close { should_have_been, reason };
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
        .execute_once::<Outside>(id, command, caller, request, |committed| {
            Reply::json(200, &OutsideView::of(id, committed.state.clone()))
        })
        .await?;
    Ok(reply(answer).into_response())
}
