//! `/exchange/v1/reading-signals`: signals of unusual reading with their evidence, for those who look into them.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query, Segment};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::Desk;
use crate::domain::signals::SignalKind;
use crate::store::call;
use crate::store::signal::{self as store, Model};

/// Which signals are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadingSignalQuery {
    /// One kind (信号类别).
    #[param(inline, example = "hours")]
    kind: Option<SignalKind>,
    /// Credit code of a body that called (使用部门).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// A region within the own reach (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Signals per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    after: Option<String>,
}

/// A signal (异常查询信号): a reason to look, never a verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingSignal {
    /// Identifier.
    #[schema(format = Uuid, example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub id: String,
    /// What is unusual: `hours`, `case`, `subjects`, `repeated`, `crowd`, `refused` or `silent`.
    #[schema(example = "hours")]
    pub kind: String,
    /// What the calls have in common: a caller with who sat before it, a keyed hash of a person, a grant.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4f 王经办")]
    pub common: String,
    /// How it was found, with its numbers (方法与数值).
    #[schema(example = "一日内非工作时间调用 12 次（阈值 6），以往占 1%")]
    pub method: String,
    /// Version of the published method.
    #[schema(example = "2026-1")]
    pub rule: String,
    /// Time of the first call.
    #[schema(example = "2026-03-14T13:00:00Z")]
    pub from: DateTime<Utc>,
    /// Time of the last call.
    #[schema(example = "2026-03-14T14:00:00Z")]
    pub until: DateTime<Utc>,
    /// When it was found.
    #[schema(example = "2026-03-14T14:00:10Z")]
    pub found_at: DateTime<Utc>,
    /// Bodies that called (使用部门).
    #[schema(example = json!(["11320706MB0000001B"]))]
    pub bodies: Vec<String>,
    /// How many calls.
    #[schema(example = 12)]
    pub calls: i64,
}

/// A time of the tables.
fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

impl From<Model> for ReadingSignal {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            common: row.common,
            method: row.method,
            rule: row.rule,
            from: moment(row.from_at),
            until: moment(row.until_at),
            found_at: moment(row.found_at),
            bodies: row.bodies.split_whitespace().map(str::to_owned).collect(),
            calls: row.calls,
        }
    }
}

/// A call that a signal names (被提示的调用).
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedCall {
    /// The call (调用编号).
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: String,
    /// The grant (授权).
    #[schema(format = Uuid, example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub grant_id: String,
    /// Body that holds the grant (使用部门).
    #[schema(example = "海州区行政审批局（示例）")]
    pub reader: String,
    /// What was asked for (数据资源).
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource: String,
    /// Keys of the items (信息项).
    #[schema(example = json!(["id_number", "state"]))]
    pub items: Vec<String>,
    /// What for (用途).
    #[schema(example = "approval")]
    pub purpose: String,
    /// For which case (办件编号).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("3207062603110000012"))]
    pub case_number: Option<String>,
    /// Keyed hash of whom it was about (数据主体).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("5b1e0c0f5a8d4a5d9d3f6f1f2f4f8a90"))]
    pub subject: Option<String>,
    /// What became of it: `answered` or `refused`.
    #[schema(example = "answered")]
    pub outcome: String,
    /// When.
    #[schema(example = "2026-03-14T13:00:00Z")]
    pub at: DateTime<Utc>,
}

impl From<call::Model> for NamedCall {
    fn from(row: call::Model) -> Self {
        Self {
            id: row.id,
            grant_id: row.grant_id,
            reader: row.holder_name,
            resource: row.resource_name,
            items: row.items.split(',').map(str::to_owned).collect(),
            purpose: row.purpose,
            case_number: row.case_number,
            subject: row.subject,
            outcome: row.outcome,
            at: moment(row.called_at),
        }
    }
}

/// A signal with its evidence (信号与证据).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingSignalEvidence {
    /// The signal.
    pub signal: ReadingSignal,
    /// The calls, oldest first; the first 500.
    pub evidence: Vec<NamedCall>,
}

/// The region asked for, or all of the own reach.
///
/// # Errors
/// `no_region`, `other_region`.
pub fn reach(actor: &Principal, asked: Option<RegionCode>) -> Result<RegionCode, Fault> {
    let own = actor.region.clone();
    let own = own.ok_or_else(|| Fault::forbidden("no_region", "您的账号没有管辖区域"))?;
    match asked {
        None => Ok(own),
        Some(region) if own.contains(&region) => Ok(region),
        Some(_) => Err(Fault::forbidden("other_region", "该区域不在管辖范围内")),
    }
}

/// 异常查询信号: of the own region, the last ones first.
#[utoipa::path(
    get, path = "/v1/reading-signals", tag = "signals", operation_id = "list_reading_signals",
    summary = "查看异常查询信号 List signals of unusual reading",
    params(ReadingSignalQuery),
    responses(
        (status = 200, description = "信号 the signals", body = Page<ReadingSignal>),
        (status = 403, description = "区域不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该区域不在管辖范围内"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ReadingSignalQuery>,
) -> Result<Json<Page<ReadingSignal>>, Problem> {
    let region = reach(&caller.principal, query.region)?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let kind = query.kind.map(SignalKind::code);
    let found = store::list(desk.host.db(), &region, kind, query.body.as_deref(), &page).await?;
    let items = found.items.into_iter().map(ReadingSignal::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 信号证据: the calls that a signal names.
#[utoipa::path(
    get, path = "/v1/reading-signals/{id}", tag = "signals", operation_id = "read_reading_signal",
    summary = "查看异常查询信号的证据 Read a signal with its evidence",
    params(("id" = Uuid, Path, description = "信号标识 identifier of the signal", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")),
    responses(
        (status = 200, description = "信号与证据 the signal", body = ReadingSignalEvidence),
        (status = 403, description = "不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该信号不在管辖范围内"})),
        (status = 404, description = "没有该信号 no such signal", body = ProblemDocument,
            example = json!({"title": "找不到该信号，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ReadingSignalEvidence>, Problem> {
    let db = desk.host.db();
    let own = reach(&caller.principal, None)?;
    let found = store::find(db, &id.to_string()).await?;
    let row = found.ok_or_else(|| Fault::not_found("该信号"))?;
    if !row.region.starts_with(own.prefix()) {
        return Err(Fault::forbidden("other_region", "该信号不在管辖范围内").into());
    }
    let named = store::evidence(db, &row.id).await?;
    let evidence = call::by_id(db, &named).await?.into_iter().map(NamedCall::from).collect();
    Ok(Json(ReadingSignalEvidence { signal: row.into(), evidence }))
}
