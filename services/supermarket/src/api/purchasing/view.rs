//! A purchase as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use tongban_contracts::purchases::{
    DroppedAgency, OpenedBid, PurchaseAward, PurchaseDocument, PurchaseMarks, PurchaseRequirement,
    PurchaseSide, StopGround,
};
use tongban_kernel::Principal;
use utoipa::ToSchema;

use crate::domain::purchase::service::officer;
use crate::domain::purchase::state::Rating;
use crate::domain::purchase::{Purchase, Stage};

/// An agency that registered (报名机构). Shown when registration is over, so that nobody knows the field before.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredAgency {
    /// Identifier.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    agency: String,
    /// Its credit code.
    #[schema(example = "91320706MA0000102R")]
    code: String,
    /// Its name.
    #[schema(example = "示例测绘有限公司")]
    name: String,
    /// Weight by credit in a weighted draw.
    #[schema(example = 100)]
    weight: u32,
    /// When the platform received it.
    #[schema(example = "2026-11-24T01:12:30Z")]
    registered_at: DateTime<Utc>,
}

/// Something unusual that is no ground for refusal (提示).
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseWarning {
    /// Stable code.
    #[schema(example = "region_unknown")]
    code: String,
    /// In words.
    #[schema(example = "投资项目代码中的行政区划不在现行区划表中")]
    text: String,
}

/// The contract as everybody may know it; the document is for the two sides and the market's officers (合同备案).
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractRecord {
    /// Number.
    #[schema(example = "HT-2026-0001")]
    number: String,
    /// Price, in fen.
    #[schema(example = 2_680_000)]
    price_fen: i64,
    /// When it was signed (签订日期).
    #[schema(example = "2026-12-01")]
    signed_on: NaiveDate,
    /// First day of the service.
    #[schema(example = "2026-12-02")]
    service_from: NaiveDate,
    /// Last day of the service.
    #[schema(example = "2026-12-16")]
    service_until: NaiveDate,
    /// Who uploaded it.
    uploaded_by: PurchaseSide,
    /// When the other side confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-01T08:00:00Z"))]
    confirmed_at: Option<DateTime<Utc>>,
    /// The signed document.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<PurchaseDocument>,
}

/// A delivery (服务结果).
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// What was delivered; for the two sides and the market's officers.
    documents: Vec<PurchaseDocument>,
    /// Remark.
    #[schema(example = "规划测绘成果报告")]
    note: String,
    /// When.
    #[schema(example = "2026-12-14T08:00:00Z")]
    delivered_at: DateTime<Utc>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("缺少控制点成果表"))]
    returned: Option<String>,
}

/// The rating (服务评价). A default counts in no mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingView {
    /// Whether it is the default because nobody rated in time.
    #[schema(example = false)]
    defaulted: bool,
    /// Six marks of the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<PurchaseMarks>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("成果规范，交付及时"))]
    text: Option<String>,
    /// When.
    #[schema(example = "2026-12-20T08:00:00Z")]
    at: DateTime<Utc>,
}

/// A stop (服务中止).
#[derive(Debug, Serialize, ToSchema)]
pub struct StopView {
    /// By whom.
    by: PurchaseSide,
    /// On which ground.
    ground: StopGround,
    /// Why.
    #[schema(example = "中介机构逾期三十日未提交成果")]
    reason: String,
    /// When.
    #[schema(example = "2027-01-10T08:00:00Z")]
    at: DateTime<Utc>,
    /// Whether an officer found the breach that was named; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    found: Option<bool>,
    /// The officer's reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("经核实，中介机构无正当理由未履行合同"))]
    finding: Option<String>,
    /// The breach recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    breach: Option<String>,
}

/// A purchase (采购).
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseView {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Where it stands.
    stage: Stage,
    /// What people call that.
    #[schema(example = "报名中")]
    stage_name: String,
    /// The number that a product in use gives this state (采购状态代码).
    #[schema(example = 6)]
    product_state: u8,
    /// What the product calls it.
    #[schema(example = "报名中")]
    product_state_name: String,
    /// Name of who buys (采购人).
    #[schema(example = "云港示例建设有限公司（示例）")]
    owner_name: String,
    /// What and how.
    requirement: PurchaseRequirement,
    /// Which attempt it is (第几次采购).
    #[schema(example = 1)]
    attempt: u32,
    /// The failed purchase it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    repeats: Option<String>,
    /// What is unusual.
    warnings: Vec<PurchaseWarning>,
    /// Version of the published rules.
    #[schema(example = "2026-1")]
    rules: String,
    /// When it was published, by the platform's clock.
    #[schema(example = "2026-11-23T01:00:00Z")]
    published_at: DateTime<Utc>,
    /// Who registered, once registration is over.
    registrations: Vec<RegisteredAgency>,
    /// The bids, opened.
    bids: Vec<OpenedBid>,
    /// Who dropped out, by which rule.
    dropped: Vec<DroppedAgency>,
    /// The draw, to be recomputed by anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77/1"))]
    draw: Option<String>,
    /// The small list that the owner picks from.
    #[schema(example = json!(["019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77"]))]
    short_list: Vec<String>,
    /// The award.
    #[serde(skip_serializing_if = "Option::is_none")]
    award: Option<PurchaseAward>,
    /// Awards that fell, oldest first.
    former_awards: Vec<PurchaseAward>,
    /// Last day for the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-14"))]
    contract_due: Option<NaiveDate>,
    /// Whether that day passed without one.
    #[schema(example = false)]
    contract_overdue: bool,
    /// The contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<ContractRecord>,
    /// What was delivered.
    deliveries: Vec<DeliveryView>,
    /// When the result was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-15T08:00:00Z"))]
    completed_at: Option<DateTime<Utc>>,
    /// Last day for the rating.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2027-06-15"))]
    rating_due: Option<NaiveDate>,
    /// The rating.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<RatingView>,
    /// The stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<StopView>,
    /// Why it failed or was taken back, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("too_few_registrations"))]
    end_code: Option<String>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("报名机构不足 2 家（1 家），流标"))]
    end_reason: Option<String>,
}

/// Whether `reader` may see the documents: the two sides, and officers who manage the market in the region.
pub fn sees_documents(purchase: &Purchase, reader: &Principal) -> bool {
    purchase.side_of(reader).is_some() || officer(purchase, reader).is_ok()
}

impl PurchaseView {
    /// As `reader` sees it.
    pub fn of(id: &str, purchase: &Purchase, reader: &Principal) -> Self {
        let whole = sees_documents(purchase, reader);
        let view = Self::public(id, purchase);
        if !whole {
            return view;
        }
        let document = purchase.contract.as_ref().map(|contract| contract.document.clone());
        let contract = view.contract.map(|contract| ContractRecord { document, ..contract });
        let deliveries = view
            .deliveries
            .into_iter()
            .zip(&purchase.deliveries)
            .map(|(one, full)| DeliveryView { documents: full.documents.clone(), ..one });
        Self { contract, deliveries: deliveries.collect(), ..view }
    }

    /// As everybody sees it.
    pub fn public(id: &str, purchase: &Purchase) -> Self {
        let closed = purchase.stage != Stage::Registering;
        let registrations = purchase.registrations.iter().filter(|_| closed);
        let (end_code, end_reason) = purchase.ended.clone().unzip();
        Self {
            id: id.to_owned(),
            stage: purchase.stage,
            stage_name: purchase.stage.name_zh().to_owned(),
            product_state: purchase.stage.product_state(),
            product_state_name: purchase.stage.product_name_zh().to_owned(),
            owner_name: purchase.owner.name.clone(),
            requirement: purchase.requirement.clone(),
            attempt: purchase.attempt,
            repeats: purchase.repeats.clone(),
            warnings: purchase.warnings.iter().map(|code| warning(code)).collect(),
            rules: purchase.rules.clone(),
            published_at: purchase.published_at,
            registrations: registrations
                .map(|one| RegisteredAgency {
                    agency: one.registration.agency.clone(),
                    code: one.registration.code.clone(),
                    name: one.registration.name.clone(),
                    weight: one.registration.weight,
                    registered_at: one.at,
                })
                .collect(),
            bids: purchase.bids.clone(),
            dropped: if closed { purchase.dropped.clone() } else { Vec::new() },
            draw: purchase.draw.clone(),
            short_list: purchase.short_list.clone(),
            award: purchase.award.clone(),
            former_awards: purchase.former_awards.clone(),
            contract_due: purchase.contract_due,
            contract_overdue: purchase.contract_overdue,
            contract: contract(purchase),
            deliveries: purchase
                .deliveries
                .iter()
                .map(|one| DeliveryView {
                    documents: Vec::new(),
                    note: one.note.clone(),
                    delivered_at: one.at,
                    returned: one.returned.clone(),
                })
                .collect(),
            completed_at: purchase.completed_at,
            rating_due: purchase.rating_due,
            rating: purchase.rating.as_ref().map(rating),
            stop: purchase.stop.as_ref().map(|stop| StopView {
                by: stop.by,
                ground: stop.ground,
                reason: stop.reason.clone(),
                at: stop.at,
                found: stop.found,
                finding: stop.finding.clone(),
                breach: stop.breach.clone(),
            }),
            end_code,
            end_reason,
        }
    }
}

fn contract(purchase: &Purchase) -> Option<ContractRecord> {
    purchase.contract.as_ref().map(|contract| ContractRecord {
        number: contract.number.clone(),
        price_fen: contract.price_fen,
        signed_on: contract.signed_on,
        service_from: contract.service_from,
        service_until: contract.service_until,
        uploaded_by: contract.uploaded_by,
        confirmed_at: purchase.contract_confirmed_at,
        document: None,
    })
}

fn rating(rating: &Rating) -> RatingView {
    match rating {
        Rating::Given { marks, text, at } => {
            RatingView { defaulted: false, marks: Some(*marks), text: text.clone(), at: *at }
        }
        Rating::Default { at } => RatingView { defaulted: true, marks: None, text: None, at: *at },
    }
}

fn warning(code: &str) -> PurchaseWarning {
    let text = match code {
        "region_unknown" => {
            "投资项目代码中的行政区划不在现行区划表中（可能已撤并，或为开发区代码）"
        }
        "old_project_code" => "投资项目代码为旧码，没有校验码",
        "project_not_known" => "投资项目尚未由投资项目平台同步，未能核对名称和建设单位",
        _ => "",
    };
    PurchaseWarning { code: code.to_owned(), text: text.to_owned() }
}
