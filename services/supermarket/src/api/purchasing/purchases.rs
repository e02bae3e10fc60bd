//! `/supermarket/v1/purchases`: purchases as they are found and read.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{CallerOf, Problem, Query, Segment};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::view::{PurchaseView, sees_documents};
use crate::app::purchasing::Purchasing;
use crate::domain::purchase::Stage;
use crate::domain::purchase::stage::STAGES;
use crate::store::purchasing::purchase::{self as store, Model, Search, moment};

/// A purchase in a list (采购).
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseListed {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Number (采购编号).
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    number: String,
    /// Name of the project.
    #[schema(example = "海州区示例科技园一期工程")]
    project_name: String,
    /// Name of who buys (采购人).
    #[schema(example = "云港示例建设有限公司（示例）")]
    owner_name: String,
    /// The service.
    #[schema(example = "e9820bad-7a46-5afe-a175-bd322a91aa89")]
    service: String,
    /// Its name.
    #[schema(example = "规划测量（示例）")]
    service_name: String,
    /// Region (行政区划).
    #[schema(example = "320706")]
    region: String,
    /// How the agency is selected (选取方式).
    #[schema(example = "random_draw")]
    method: String,
    /// Where it stands.
    #[schema(example = "registering")]
    stage: String,
    /// What people call that.
    #[schema(example = "报名中")]
    stage_name: String,
    /// Budget, in fen.
    #[schema(example = 3_000_000)]
    budget_fen: i64,
    /// When it was published.
    #[schema(example = "2026-11-23T01:00:00Z")]
    published_at: DateTime<Utc>,
    /// Until when agencies register.
    #[schema(example = "2026-11-26T16:00:00Z")]
    registration_until: DateTime<Utc>,
    /// Name of the agency awarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("示例测绘有限公司"))]
    agency_name: Option<String>,
    /// Price of the award, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(2_680_000))]
    award_fen: Option<i64>,
}

impl From<Model> for PurchaseListed {
    fn from(row: Model) -> Self {
        let stage = STAGES.into_iter().find(|stage| stage.code() == row.stage);
        Self {
            id: row.id,
            number: row.number,
            project_name: row.project_name,
            owner_name: row.owner_name,
            service: row.service,
            service_name: row.service_name,
            region: row.region,
            method: row.method,
            stage_name: stage.map(Stage::name_zh).unwrap_or_default().to_owned(),
            stage: row.stage,
            budget_fen: row.budget_fen,
            published_at: moment(row.published_at),
            registration_until: moment(row.registration_until),
            agency_name: row.agency_name,
            award_fen: row.award_fen,
        }
    }
}

/// What purchases are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PurchaseSearch {
    /// Where they stand (采购状态).
    #[param(example = "registering")]
    stage: Option<Stage>,
    /// Service of the directory (中介服务事项).
    #[param(example = "e9820bad-7a46-5afe-a175-bd322a91aa89")]
    service: Option<String>,
    /// Region: it and everything below (行政区划); then region by region, in each the newest first.
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 采购公告: the newest first, for everyone.
#[utoipa::path(
    get, path = "/v1/purchases", tag = "purchases", operation_id = "list_purchases",
    summary = "采购公告 List purchases",
    params(PurchaseSearch),
    responses((status = 200, description = "采购 purchases", body = Page<PurchaseListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(shop): State<Purchasing>,
    Query(query): Query<PurchaseSearch>,
) -> Result<Json<Page<PurchaseListed>>, Problem> {
    let search = Search {
        stage: query.stage,
        service: query.service.as_deref(),
        region: query.region.as_ref(),
        ..Search::default()
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    Ok(Json(listed(store::newest(shop.host.db(), &search, &page).await?)))
}

/// 本人（本单位）的采购: what the caller, or the caller's body, buys.
#[utoipa::path(
    get, path = "/v1/own/purchases", tag = "purchases", operation_id = "list_own_purchases",
    summary = "本单位的采购 List own purchases",
    params(PageQuery),
    responses((status = 200, description = "采购 purchases", body = Page<PurchaseListed>)),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn own(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PurchaseListed>>, Problem> {
    let principal = &caller.principal;
    let search = match &principal.body {
        Some(body) => {
            Search { owner: Some(body), region: principal.region.as_ref(), ..Search::default() }
        }
        None => Search { account: Some(&principal.account), ..Search::default() },
    };
    Ok(Json(listed(store::newest(shop.host.db(), &search, &page).await?)))
}

/// 查看采购: as everybody sees it, without documents.
#[utoipa::path(
    get, path = "/v1/purchases/{id}", tag = "purchases", operation_id = "read_purchase",
    summary = "查看采购 Read a purchase",
    params(("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "采购 the purchase", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = tongban_web::ProblemDocument),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(shop): State<Purchasing>,
    Segment(id): Segment<String>,
) -> Result<Json<PurchaseView>, Problem> {
    let purchase = shop.purchase(&id).await?.state;
    Ok(Json(PurchaseView::public(&id, &purchase)))
}

/// 查看采购档案: with documents, for the two sides and the market's officers of the region.
#[utoipa::path(
    get, path = "/v1/purchases/{id}/record", tag = "purchases", operation_id = "read_purchase_record",
    summary = "查看采购档案 Read the record of a purchase",
    params(("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "采购档案 the record", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = tongban_web::ProblemDocument),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["market_buyer", "market_manager"],
        "scoped": true,
    }))),
)]
pub async fn record(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<PurchaseView>, Problem> {
    let purchase = shop.purchase(&id).await?.state;
    if !sees_documents(&purchase, &caller.principal) {
        return Err(not_a_party().into());
    }
    Ok(Json(PurchaseView::of(&id, &purchase, &caller.principal)))
}

/// 下载采购附件: contract or result, for the two sides and the market's officers of the region.
#[utoipa::path(
    get, path = "/v1/purchases/{id}/documents/{file_id}", tag = "purchases", operation_id = "download_purchase_document",
    summary = "下载采购附件 Download a document of a purchase",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("file_id" = Uuid, Path, description = "文件标识 identifier of the file", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
    ),
    responses(
        (status = 200, description = "文件内容 the content", body = tongban_files::web::FileContent, content_type = "application/octet-stream"),
        (status = 404, description = "没有该文件 no such file", body = tongban_web::ProblemDocument),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["market_buyer", "market_manager"],
        "scoped": true,
    }))),
)]
pub async fn file(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment((id, file_id)): Segment<(String, Uuid)>,
) -> Result<Response, Problem> {
    let purchase = shop.purchase(&id).await?.state;
    if !sees_documents(&purchase, &caller.principal) {
        return Err(not_a_party().into());
    }
    let delivered = purchase.deliveries.iter().flat_map(|one| &one.documents);
    let contract = purchase.contract.as_ref().map(|contract| &contract.document);
    let carries = delivered.chain(contract).any(|document| document.file_id == file_id);
    let found = match carries {
        true => tongban_files::store::read(shop.host.db(), file_id).await?,
        false => None,
    };
    let found = found.ok_or_else(|| Fault::not_found("该文件"))?;
    Ok(tongban_files::web::send(found))
}

fn listed(page: Page<Model>) -> Page<PurchaseListed> {
    let items = page.items.into_iter().map(PurchaseListed::from).collect();
    Page { items, next: page.next }
}

fn not_a_party() -> Fault {
    Fault::forbidden("not_a_party", "只有采购双方和本区域的市场管理人员可以查看")
}
