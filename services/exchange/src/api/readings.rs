//! `/exchange/v1/readings`: people and organisations see who read their data.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};

use crate::app::Desk;
use crate::domain::objection::objection_id;
use crate::store::{call, objection as store, person};

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadingPage {
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    after: Option<String>,
}

/// Own data that were read (查询记录).
#[derive(Debug, Serialize, ToSchema)]
pub struct DataReading {
    /// The call (调用编号).
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: String,
    /// Body that read them (使用部门).
    #[schema(example = "海州区行政审批局（示例）")]
    pub reader: String,
    /// What was read (数据资源).
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource: String,
    /// Body that answers for the data (数源部门).
    #[schema(example = "海州区民政局（示例）")]
    pub source_body: String,
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
    /// When.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub at: DateTime<Utc>,
    /// The objection to it, where there is one (查询异议).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objection: Option<ReadingObjected>,
}

/// The objection to a reading (查询异议).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingObjected {
    /// Identifier.
    #[schema(format = Uuid, example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a")]
    pub id: String,
    /// Where it stands: `answering`, `answered`, `reviewing` or `closed` (异议状态).
    #[schema(example = "answering")]
    pub stage: String,
}

/// 查询记录: who read the caller's own data, the newest first.
#[utoipa::path(
    get, path = "/v1/readings", tag = "readings", operation_id = "list_own_readings",
    summary = "查看本人（本单位）数据被谁查询 List who read the own data",
    params(ReadingPage),
    responses(
        (status = 200, description = "查询记录 the readings", body = Page<DataReading>),
        (status = 409, description = "账号信息正在同步 the account is not known yet", body = ProblemDocument,
            example = json!({"code": "account_not_known_yet", "title": "您的账号信息正在同步，请稍后重试"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ReadingPage>,
) -> Result<Json<Page<DataReading>>, Problem> {
    let db = desk.host.db();
    let page = PageQuery { limit: query.limit, after: query.after };
    let print = person::own_print(db, &caller.principal).await?;
    let found = call::readings(db, &print, &page).await?;
    let ids: Vec<String> = found.items.iter().filter_map(objection).collect();
    let raised = store::among_these(db, &ids).await?;
    let raised: HashMap<String, String> =
        raised.into_iter().map(|one| (one.id, one.stage)).collect();
    let items = found.items.into_iter().map(|row| reading(row, &raised));
    let items = items.collect::<Result<_, Fault>>()?;
    Ok(Json(Page { items, next: found.next }))
}

/// The identifier that an objection to it has, if there is one.
fn objection(row: &call::Model) -> Option<String> {
    Some(objection_id(row.id.parse().ok()?).to_string())
}

fn reading(row: call::Model, raised: &HashMap<String, String>) -> Result<DataReading, Fault> {
    let of = objection(&row).and_then(|id| raised.get_key_value(&id));
    Ok(DataReading {
        objection: of.map(|(id, stage)| ReadingObjected { id: id.clone(), stage: stage.clone() }),
        id: row.id,
        reader: row.holder_name,
        resource: row.resource_name,
        source_body: row.source_body_name,
        items: row.items.split(',').map(str::to_owned).collect(),
        purpose: row.purpose,
        case_number: row.case_number,
        at: DateTime::from_timestamp_micros(row.called_at)
            .ok_or_else(|| Fault::internal("a call at no time"))?,
    })
}
