//! `/identity/v1/bodies` and `/identity/v1/regions`: who serves where.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Problem, Query};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::store::{body, region};

/// A public body in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BodyListed {
    /// Unified social credit code (统一社会信用代码).
    #[schema(example = "11320706MB0000001B")]
    uscc: String,
    /// Name (单位名称).
    #[schema(example = "海州区行政审批局（示例）")]
    name: String,
    /// Region it serves (行政区划).
    #[schema(example = "320706")]
    region: String,
    /// Department code of its basic codes (部门代码).
    #[schema(example = "17")]
    department_code: String,
}

impl From<body::Model> for BodyListed {
    fn from(row: body::Model) -> Self {
        let body::Model { uscc, name, region, department_code } = row;
        Self { uscc, name, region, department_code }
    }
}

/// Which bodies are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BodySearch {
    /// Region: those that serve it or a region below it (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "11320706MB0000001B")]
    after: Option<String>,
}

/// 查询单位: public bodies, by credit code.
#[utoipa::path(
    get, path = "/v1/bodies", tag = "places", operation_id = "list_bodies",
    summary = "查询实施主体 List public bodies",
    params(BodySearch),
    responses((status = 200, description = "单位 the bodies", body = Page<BodyListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list_bodies(
    State(app): State<App>,
    Query(search): Query<BodySearch>,
) -> Result<Json<Page<BodyListed>>, Problem> {
    let page = PageQuery { limit: search.limit, after: search.after };
    let found = body::list(app.host.db(), search.region.as_ref(), &page).await?;
    let items = found.items.into_iter().map(BodyListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// A region in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionListed {
    /// Code (行政区划代码).
    #[schema(example = "320706")]
    code: String,
    /// Name (名称).
    #[schema(example = "海州区")]
    name: String,
    /// Level (层级): `province`, `city`, `district`, `town` or `village`.
    #[schema(example = "district")]
    level: String,
    /// Region right above; absent for a province (上级).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "320700")]
    parent: Option<String>,
}

impl From<region::Model> for RegionListed {
    fn from(row: region::Model) -> Self {
        let region::Model { code, name, level, parent } = row;
        Self { code, name, level, parent }
    }
}

/// Which regions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegionSearch {
    /// Region above; absent for the provinces (上级).
    #[param(value_type = Option<String>, example = "320700")]
    parent: Option<RegionCode>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "320706")]
    after: Option<String>,
}

/// 查询区划: the regions right below one, by code.
#[utoipa::path(
    get, path = "/v1/regions", tag = "places", operation_id = "list_regions",
    summary = "查询下级区划 List the regions below one",
    params(RegionSearch),
    responses((status = 200, description = "区划 the regions", body = Page<RegionListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list_regions(
    State(app): State<App>,
    Query(search): Query<RegionSearch>,
) -> Result<Json<Page<RegionListed>>, Problem> {
    let page = PageQuery { limit: search.limit, after: search.after };
    let found = region::list(app.host.db(), search.parent.as_ref(), &page).await?;
    let items = found.items.into_iter().map(RegionListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}
