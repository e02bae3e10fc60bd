//! 运维接口: the same operations in every service for those who keep the platform running. They show that
//! events wait and why, never what stands in them: that is personal data, which the work does not need.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_events::{Consumer, Decision, Outline, Which, discreet};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_ledger::Ledger;
use tongban_web::api::document as described;
use tongban_web::token::Verifier;
use tongban_web::{Api, Body, CallerOf, Problem, Query, Segment, ServiceInfo, assemble};
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the operations work on.
#[derive(Clone)]
pub(crate) struct Operators {
    pub(crate) ledger: Ledger,
    pub(crate) consumers: Arc<Vec<Arc<dyn Consumer>>>,
}

/// The operations of a service, to be served beside its own.
pub(crate) fn api(
    info: ServiceInfo,
    operators: Operators,
    verifier: Verifier,
) -> Result<Api, Vec<String>> {
    let mut api = assemble(info, routes(), operators, verifier)?;
    name_after(info.name, &mut api.openapi);
    Ok(api)
}

/// The document of the operators' operations of a service.
pub(crate) fn openapi(info: ServiceInfo) -> OpenApi {
    let mut operations = described(info, routes());
    name_after(info.name, &mut operations);
    operations
}

fn routes() -> OpenApiRouter<Operators> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(replay)).routes(routes!(set_aside))
}

/// Identifiers of operations are unique in the whole platform.
fn name_after(service: &str, openapi: &mut OpenApi) {
    for item in openapi.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            if let Some(id) = &mut operation.operation_id {
                *id = format!("{service}_{id}");
            }
        }
    }
}

/// Which parked events are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ParkedSearch {
    /// Only those of this consumer (消费者).
    #[param(example = "intake.licences")]
    consumer: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "17")]
    after: Option<String>,
}

/// 挂起事件: an event that a consumer of this service could not carry out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedEvent {
    /// Identifier within the service (挂起编号).
    #[schema(example = 17)]
    id: i64,
    /// The consumer (消费者).
    #[schema(example = "intake.licences")]
    consumer: String,
    /// Topic it came on (主题).
    #[schema(example = "tongban.licences.licence")]
    topic: String,
    /// The aggregate it is of, or the message's key (对象).
    #[schema(example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    subject: String,
    /// Its place in the aggregate's history; absent when it is no event or its hash is wrong (版本).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    version: Option<i64>,
    /// Why it was parked, without what it quotes of the event (原因).
    #[schema(example = "events before it are missing or parked")]
    reason: String,
    /// Since when (挂起时间).
    #[schema(example = "2026-03-11T02:00:00Z")]
    parked_at: DateTime<Utc>,
}

impl ParkedEvent {
    fn of(row: Outline) -> Self {
        Self {
            id: row.id,
            consumer: row.consumer,
            topic: row.topic,
            subject: row.subject,
            version: row.version,
            reason: discreet(&row.reason),
            parked_at: moment(row.at),
        }
    }
}

fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// 查询挂起事件: oldest first, without their content.
#[utoipa::path(
    get, path = "/v1/parked-events", tag = "operations", operation_id = "list_parked_events",
    summary = "查询挂起事件 List parked events",
    params(ParkedSearch),
    responses((status = 200, description = "挂起事件 the parked events", body = Page<ParkedEvent>)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["operator"]}))),
)]
async fn list(
    State(operators): State<Operators>,
    Query(search): Query<ParkedSearch>,
) -> Result<Json<Page<ParkedEvent>>, Problem> {
    let page = PageQuery { limit: search.limit, after: search.after };
    let after = match &page.after {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标无效"))?,
    };
    let db = operators.ledger.db();
    let consumer = search.consumer.as_deref();
    let rows = tongban_events::outlines(db.read(), consumer, after, page.limit() + 1).await?;
    let found = Page::cut(rows, page.limit(), |row| row.id.to_string());
    let items = found.items.into_iter().map(ParkedEvent::of).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// Which parked events get another try; all when nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParkedReplay {
    /// Only those of this consumer (消费者).
    #[schema(max_length = 200, example = "intake.licences")]
    consumer: Option<String>,
    /// Only those of one aggregate: its topic (主题), together with `subject`.
    #[schema(max_length = 200, example = "tongban.licences.licence")]
    topic: Option<String>,
    /// And its identifier (对象).
    #[schema(max_length = 200, example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    subject: Option<String>,
}

/// What a replay led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedReplayed {
    /// How many were carried out (已办理).
    #[schema(example = 3)]
    carried_out: usize,
    /// Those at which an aggregate stands still (仍挂起).
    refused: Vec<ParkedRefusal>,
}

/// A parked event that still cannot be carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedRefusal {
    /// Identifier within the service (挂起编号).
    #[schema(example = 17)]
    id: i64,
    /// Code of the refusal.
    #[schema(example = "gap")]
    code: String,
    /// Chinese text.
    #[schema(example = "该对象之前的事件尚缺，不能继续")]
    title: String,
}

/// 重放挂起事件: those of an aggregate in their order. Repeating the request is harmless.
#[utoipa::path(
    post, path = "/v1/parked-events/replay", tag = "operations", operation_id = "replay_parked_events",
    summary = "重放挂起事件 Replay parked events",
    request_body(content = ParkedReplay, description = "范围 which of them; all for an empty object"),
    responses(
        (status = 200, description = "重放结果 what it led to", body = ParkedReplayed),
        (status = 404, description = "没有该消费者 no such consumer", body = tongban_web::ProblemDocument),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["operator"]}))),
)]
async fn replay(
    State(operators): State<Operators>,
    CallerOf(caller): CallerOf,
    body: Body<ParkedReplay>,
) -> Result<Json<ParkedReplayed>, Problem> {
    let wanted = body.value;
    let which = match (&wanted.topic, &wanted.subject) {
        (None, None) => Which::All,
        (Some(topic), Some(subject)) => Which::Of { topic, subject },
        (topic, _) => {
            let missing = if topic.is_none() { "/topic" } else { "/subject" };
            let mut faults = Faults::new();
            faults.add(missing, "required", "主题与对象须同时给出");
            faults.into_result("invalid_request", "请求内容有误")?;
            Which::All
        }
    };
    let chosen: Vec<_> = operators
        .consumers
        .iter()
        .filter(|consumer| wanted.consumer.as_deref().is_none_or(|name| name == consumer.name()))
        .collect();
    if chosen.is_empty() && wanted.consumer.is_some() {
        return Err(Fault::not_found("该消费者").into());
    }
    let mut replayed = ParkedReplayed { carried_out: 0, refused: Vec::new() };
    for consumer in chosen {
        let some = tongban_events::replay_some(&operators.ledger, consumer.as_ref(), which).await?;
        replayed.carried_out += some.done;
        replayed.refused.extend(some.refused.into_iter().map(|(id, fault)| ParkedRefusal {
            id,
            code: fault.code().to_owned(),
            title: fault.title().to_owned(),
        }));
    }
    let (by, done) = (&caller.principal.account, replayed.carried_out);
    tracing::info!(by, done, refused = replayed.refused.len(), "parked events replayed");
    Ok(Json(replayed))
}

/// Why an event is never to be carried out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingAside {
    /// Reason, kept with who and when (理由).
    #[schema(min_length = 1, max_length = 500, example = "测试数据，原系统已更正")]
    reason: String,
}

/// 已搁置事件: an event that is never to be carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventSetAside {
    /// Identifier it was parked under (挂起编号).
    #[schema(example = 17)]
    id: i64,
    /// The consumer that does without it (消费者).
    #[schema(example = "intake.licences")]
    consumer: String,
    /// Topic it came on (主题).
    #[schema(example = "tongban.licences.licence")]
    topic: String,
    /// The aggregate it is of (对象).
    #[schema(example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    subject: String,
    /// Its place in the aggregate's history (版本).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    version: Option<i64>,
    /// Account of whoever set it aside (搁置人).
    #[schema(example = "ops.city")]
    by: String,
    /// Why (理由).
    #[schema(example = "测试数据，原系统已更正")]
    reason: String,
    /// When (搁置时间).
    #[schema(example = "2026-03-11T03:00:00Z")]
    at: DateTime<Utc>,
}

/// 搁置挂起事件: for good. The later events of its aggregate may then be replayed. Asked again, the
/// decision that stands is told.
#[utoipa::path(
    post, path = "/v1/parked-events/{id}/setting-aside", tag = "operations",
    operation_id = "set_parked_event_aside",
    summary = "搁置挂起事件 Set a parked event aside for good",
    params(("id" = i64, Path, description = "挂起编号 identifier of the parked event", example = 17)),
    request_body(content = SettingAside, description = "理由 the reason"),
    responses(
        (status = 200, description = "已搁置 set aside", body = EventSetAside),
        (status = 404, description = "没有该挂起事件 no such parked event", body = tongban_web::ProblemDocument),
        (status = 409, description = "该对象之前还有挂起的事件 earlier events of the aggregate are parked",
            body = tongban_web::ProblemDocument),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["operator"]}))),
)]
async fn set_aside(
    State(operators): State<Operators>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SettingAside>,
) -> Result<Json<EventSetAside>, Problem> {
    let id = id.parse().map_err(|_| Fault::not_found("该挂起事件"))?;
    let why = body.value.reason.trim();
    if why.is_empty() {
        let mut faults = Faults::new();
        faults.add("/reason", "required", "搁置理由不能为空");
        faults.into_result("invalid_request", "请求内容有误")?;
    }
    let decision = Decision { by: &caller.principal.account, why };
    let kept = tongban_events::set_aside(&operators.ledger, id, decision).await?;
    Ok(Json(EventSetAside {
        id: kept.id,
        consumer: kept.consumer,
        topic: kept.topic,
        subject: kept.subject,
        version: kept.version,
        by: kept.by,
        reason: kept.why,
        at: moment(kept.at),
    }))
}
