//! `/supermarket/v1/purchases/{id}/registration`: agencies take part, and owners pick from a small list.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::ToSchema;

use super::view::PurchaseView;
use crate::app::purchasing::Purchasing;
use crate::app::purchasing::register::{self, Entry};
use crate::domain::purchase::Command;
use crate::store::purchasing::purchase::{self, moment};
use crate::store::purchasing::registration;

/// A registration (报名).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseEntry {
    /// Numbers of the staff put forward (拟派人员).
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["S01"]))]
    staff: Vec<String>,
    /// The bid, where there are bids: fen, or ten thousandths of discount. It is sealed at once (密封报价).
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000_000_000_i64, examples(2_680_000))]
    quote: Option<i64>,
    /// What the agency's own clock says; it decides nothing and is told when the platform's says otherwise.
    #[serde(default)]
    #[schema(examples("2026-11-26T15:59:58Z"))]
    sent_at: Option<DateTime<Utc>>,
}

/// Where an agency registered (本机构报名).
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnRegistration {
    /// The purchase.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    purchase: String,
    /// Its number.
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    number: String,
    /// Name of the project.
    #[schema(example = "海州区示例科技园一期工程")]
    project_name: String,
    /// Where it stands.
    #[schema(example = "registering")]
    stage: String,
    /// When the platform received the registration.
    #[schema(example = "2026-11-24T01:12:30Z")]
    registered_at: DateTime<Utc>,
    /// Whether the agency was awarded.
    #[schema(example = false)]
    awarded: bool,
}

/// The owner's pick (选定).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseChoice {
    /// Agency of the small list.
    #[schema(min_length = 1, max_length = 64, example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    agency: String,
    /// Why (选定理由).
    #[schema(min_length = 1, max_length = 500, example = "信用等级高，同类业绩较多")]
    reason: String,
}

/// 报名: until the end by the platform's clock.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/registration", tag = "purchases", operation_id = "register_for_purchase",
    summary = "报名参加采购 Register for a purchase",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseEntry, description = "报名内容 the registration"),
    responses(
        (status = 200, description = "已报名 registered", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "已截止或已报名 over, or registered already", body = ProblemDocument,
            example = json!({"code": "registration_over", "title": "报名已截止",
                "detail": "报名于 2026-11-26T16:00:00.000Z 截止，平台收到时为 2026-11-26T16:00:00.212Z，贵方时钟为 2026-11-26T15:59:58.000Z；以平台时钟为准"})),
        (status = 422, description = "不符合报名条件，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!({"code": "cannot_register", "title": "不符合报名条件"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"]}))),
)]
pub async fn register(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseEntry>,
) -> Result<Response, Problem> {
    let PurchaseEntry { staff, quote, sent_at } = body.value;
    let entry = Entry { staff, quote, sent_at };
    let request = body.request.as_ref();
    Ok(reply(register::register(&shop, &id, entry, &caller, request).await?).into_response())
}

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationWithdrawal {}

/// 撤回报名: before the end.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/registration/withdrawal", tag = "purchases", operation_id = "withdraw_registration",
    summary = "撤回报名 Withdraw a registration",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = RegistrationWithdrawal, description = "空对象 an empty object"),
    responses(
        (status = 200, description = "已撤回 withdrawn", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "没有报名，或已截止 not registered, or over", body = ProblemDocument,
            example = json!({"code": "not_registered", "title": "本机构没有报名"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"]}))),
)]
pub async fn withdraw(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<RegistrationWithdrawal>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = shop.act(&id, Command::WithdrawRegistration, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 本机构的报名: the newest first.
#[utoipa::path(
    get, path = "/v1/own/registrations", tag = "purchases", operation_id = "list_own_registrations",
    summary = "本机构的报名 List own registrations",
    params(PageQuery),
    responses((status = 200, description = "报名 registrations", body = Page<OwnRegistration>)),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn own(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OwnRegistration>>, Problem> {
    let db = shop.host.db();
    let found = registration::own(db, &caller.principal.account, &page).await?;
    let ids: Vec<String> = found.items.iter().map(|row| row.purchase.clone()).collect();
    let purchases = purchase::of(db, &ids).await?;
    let items = found.items.into_iter().filter_map(|row| {
        let about = purchases.iter().find(|one| one.id == row.purchase)?;
        Some(OwnRegistration {
            number: about.number.clone(),
            project_name: about.project_name.clone(),
            stage: about.stage.clone(),
            registered_at: moment(row.registered_at),
            awarded: about.agency.as_deref() == Some(&row.agency),
            purchase: row.purchase,
        })
    });
    Ok(Json(Page { items: items.collect(), next: found.next }))
}

/// 选定: the owner picks from the small list.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/choice", tag = "purchases", operation_id = "choose_agency",
    summary = "从小名单选定机构 Pick an agency from the small list",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseChoice, description = "选定 the choice"),
    responses(
        (status = 200, description = "已选定 chosen", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_choose_when_registering", "title": "采购处于“报名中”状态，不能选定机构"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn choose(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseChoice>,
) -> Result<Response, Problem> {
    let PurchaseChoice { agency, reason } = body.value;
    let (rules, calendar) = (shop.rules.clone(), shop.host.calendar.clone());
    let command = Command::Choose { agency, reason, rules, calendar };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
