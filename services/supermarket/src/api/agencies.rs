//! `/supermarket/v1/agencies`: agencies as everybody may see them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{RegionCode, civil_date};
use tongban_web::{Problem, Query, Segment};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::agency_view::{AgencyListed, AgencyView, BreachView, QualificationView, qualifications};
use super::links::LinkListed;
use crate::app::Desk;
use crate::domain::agency::Standing;
use crate::store::purchasing::purchase::Model as Bought;
use crate::store::{agency as store, credit, engagement, link};

/// What agencies are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgencySearch {
    /// Credit code, or a part of the name; with it, agencies of every standing are found (信用代码或者名称).
    #[param(example = "测绘")]
    q: Option<String>,
    /// Region: it and everything below (所在区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Where they stand; active ones when nothing is said (机构状态).
    #[param(example = "active")]
    standing: Option<Standing>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    after: Option<String>,
}

/// 中介机构名录: by name, region and standing.
#[utoipa::path(
    get, path = "/v1/agencies", tag = "agencies", operation_id = "list_agencies",
    summary = "查询中介机构 List agencies",
    params(AgencySearch),
    responses((status = 200, description = "中介机构 agencies", body = Page<AgencyListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<AgencySearch>,
) -> Result<Json<Page<AgencyListed>>, Problem> {
    let search = store::Search {
        words: query.q.as_deref(),
        region: query.region.as_ref(),
        standing: query.standing,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(AgencyListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 中介机构: qualifications, professionals by number, offers.
#[utoipa::path(
    get, path = "/v1/agencies/{id}", tag = "agencies", operation_id = "read_agency",
    summary = "查看中介机构 Read an agency",
    params(("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")),
    responses(
        (status = 200, description = "中介机构 the agency", body = AgencyView),
        (status = 404, description = "没有该机构 no such agency", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<AgencyView>, Problem> {
    let agency = desk.agency(id).await?.state;
    Ok(Json(AgencyView::of(id, &agency, desk.host.clock.now())))
}

/// What is on record of an agency (机构公示档案).
#[derive(Debug, Serialize, ToSchema)]
pub struct AgencyRecords {
    /// The agency.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: Uuid,
    /// Its name.
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub name: String,
    /// Where it stands.
    pub standing: Standing,
    /// Class of its credit, A to D; absent when nothing is known of it (信用风险分类).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("A"))]
    pub credit_class: Option<String>,
    /// Qualifications and whether they are in force.
    pub qualifications: Vec<QualificationView>,
    /// Services it is or was linked to, the last changed first, at most 100.
    pub links: Vec<LinkListed>,
    /// Contracts, the last ended first, at most 50 (合同记录).
    pub contracts: Vec<ContractView>,
    /// Ratings by customers (评价情况).
    pub ratings: RatingSum,
    /// Breaches and what they led to (违规记录).
    pub breaches: Vec<BreachView>,
}

/// A contract on record (合同记录).
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractView {
    /// The purchase.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub purchase_id: String,
    /// Its number (采购编号).
    #[schema(example = "CG320706202603110001")]
    pub number: String,
    /// The service.
    #[schema(example = "建设用地规划测绘")]
    pub service_name: String,
    /// Who bought (采购人).
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub owner_name: String,
    /// Price in fen (合同价).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(560_000))]
    pub price_fen: Option<i64>,
    /// Where it stands (采购状态).
    #[schema(example = "completed")]
    pub stage: String,
    /// The customer's overall mark, when it was given (综合评价).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(5))]
    pub overall: Option<i32>,
}

impl From<Bought> for ContractView {
    fn from(row: Bought) -> Self {
        Self {
            purchase_id: row.id,
            number: row.number,
            service_name: row.service_name,
            owner_name: row.owner_name,
            price_fen: row.award_fen,
            stage: row.stage,
            overall: row.overall,
        }
    }
}

/// What customers said, added up; default ratings are not counted (评价情况).
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingSum {
    /// How many marks were given (评价数).
    #[schema(example = 8)]
    pub count: i64,
    /// Their mean, 5 for the best; absent without marks (平均分).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(4.6))]
    pub mean: Option<f64>,
}

impl RatingSum {
    fn of((count, marks): (i64, i64)) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts of marks stay far below 2^52")]
        let mean = (count > 0).then(|| (marks as f64 / count as f64 * 100.0).round() / 100.0);
        Self { count, mean }
    }
}

/// 机构公示档案: qualifications, links, contracts, ratings, breaches, credit.
#[utoipa::path(
    get, path = "/v1/agencies/{id}/records", tag = "agencies", operation_id = "read_agency_records",
    summary = "查看机构公示档案 Read what is on record of an agency",
    params(("id" = Uuid, Path, description = "机构标识 identifier of the agency", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")),
    responses(
        (status = 200, description = "公示档案 the records", body = AgencyRecords),
        (status = 404, description = "没有该机构 no such agency", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该中介机构，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn records(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<AgencyRecords>, Problem> {
    let agency = desk.agency(id).await?.state;
    let day = civil_date(desk.host.clock.now());
    let page = PageQuery { limit: Some(100), after: None };
    let contracts = engagement::contracts(desk.host.db(), id).await?;
    let links = link::of_agency(desk.host.db(), &id.to_string(), &page).await?;
    Ok(Json(AgencyRecords {
        id,
        name: agency.profile.name.clone(),
        standing: agency.standing_on(day),
        credit_class: credit::class_of(desk.host.db(), &agency.profile.code).await?,
        qualifications: qualifications(&agency.profile, day),
        links: links.items.into_iter().map(LinkListed::from).collect(),
        contracts: contracts.into_iter().map(ContractView::from).collect(),
        ratings: RatingSum::of(engagement::marks(desk.host.db(), id).await?),
        breaches: BreachView::all(&agency, day),
    }))
}
