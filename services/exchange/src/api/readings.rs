//! `/exchange/v1/readings`: people and organisations see who read their data.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};

use crate::app::Desk;
use crate::store::{call, person};

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
    let Some(print) = person::print_of(db, &caller.principal.account).await? else {
        // An account that has just been made is not known here for a moment.
        let unknown = Fault::conflict("account_not_known_yet", "您的账号信息正在同步，请稍后重试");
        return Err(unknown.into());
    };
    let found = call::readings(db, &print, &page).await?;
    let items = found.items.into_iter().map(reading).collect::<Result<_, Fault>>()?;
    Ok(Json(Page { items, next: found.next }))
}

fn reading(row: call::Model) -> Result<DataReading, Fault> {
    Ok(DataReading {
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
