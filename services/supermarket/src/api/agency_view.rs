//! What is shown of agencies.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::supermarket::{
    AgencyProfile, Contact, Measure, Named, Offer, Qualification,
};
use tongban_kernel::{RegionCode, civil_date};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::agency::{Agency, Standing};
use crate::domain::discipline::{Record, State};
use crate::store::agency::Model;

/// An agency in a list (中介机构).
#[derive(Debug, Serialize, ToSchema)]
pub struct AgencyListed {
    /// Identifier.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: String,
    /// Unified social credit code (统一社会信用代码).
    #[schema(example = "91320706MA0000201C")]
    pub credit_code: String,
    /// Name (机构名称).
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub name: String,
    /// Region of its office (所在区划).
    #[schema(example = "320706")]
    pub region: String,
    /// Where it stands (机构状态).
    #[schema(example = "active")]
    pub standing: String,
    /// When it came in (入驻时间).
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub registered_at: DateTime<Utc>,
}

impl From<Model> for AgencyListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            credit_code: row.code,
            name: row.name,
            region: row.region,
            standing: row.standing,
            registered_at: DateTime::from_timestamp_micros(row.registered_at).unwrap_or_default(),
        }
    }
}

/// A service on offer (服务报价).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferView {
    /// Service of the directory.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub service_id: Uuid,
    /// Since when, set by the system (公布时间).
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub published_at: DateTime<Utc>,
    /// The terms.
    pub offer: Offer,
}

/// A qualification and whether it is in force (资质).
#[derive(Debug, Serialize, ToSchema)]
pub struct QualificationView {
    /// The certificate.
    pub qualification: Qualification,
    /// Whether it is in force today (是否有效).
    #[schema(example = true)]
    pub in_force: bool,
}

/// How many professionals hold a qualification in force (从业人员情况); names stay with the agency.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffCount {
    /// Code of the qualification.
    #[schema(example = "registered-surveyor")]
    pub code: String,
    /// Its name.
    #[schema(example = "注册测绘师")]
    pub name: String,
    /// How many people.
    #[schema(example = 3)]
    pub people: usize,
}

/// An agency as everybody may see it (中介机构).
#[derive(Debug, Serialize, ToSchema)]
pub struct AgencyView {
    /// Identifier.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: Uuid,
    /// Unified social credit code.
    #[schema(example = "91320706MA0000201C")]
    pub credit_code: String,
    /// Name.
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub name: String,
    /// Region of its office.
    pub region: RegionCode,
    /// How it is reached.
    pub contact: Contact,
    /// Where it stands.
    pub standing: Standing,
    /// The same in words.
    #[schema(example = "正常")]
    pub standing_name: String,
    /// When it came in.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub registered_at: DateTime<Utc>,
    /// Its qualifications.
    pub qualifications: Vec<QualificationView>,
    /// Its professionals, counted.
    pub staff: Vec<StaffCount>,
    /// What it offers.
    pub offers: Vec<OfferView>,
}

impl AgencyView {
    /// The agency at `now`.
    pub fn of(id: Uuid, agency: &Agency, now: DateTime<Utc>) -> Self {
        let day = civil_date(now);
        let profile = &agency.profile;
        let standing = agency.standing_on(day);
        Self {
            id,
            credit_code: profile.code.clone(),
            name: profile.name.clone(),
            region: profile.region.clone(),
            contact: profile.contact.clone(),
            standing,
            standing_name: standing.name_zh().to_owned(),
            registered_at: agency.registered_at,
            qualifications: qualifications(profile, day),
            staff: staff(profile, day),
            offers: offers(agency),
        }
    }
}

/// Certificates of the agency itself, on `day`.
pub fn qualifications(profile: &AgencyProfile, day: NaiveDate) -> Vec<QualificationView> {
    let view = |one: &Qualification| QualificationView {
        in_force: one.holds_on(day),
        qualification: one.clone(),
    };
    profile.qualifications.iter().map(view).collect()
}

fn staff(profile: &AgencyProfile, day: NaiveDate) -> Vec<StaffCount> {
    let mut counts: Vec<StaffCount> = Vec::new();
    for member in &profile.staff {
        let mut seen = std::collections::BTreeSet::new();
        for one in member.qualifications.iter().filter(|one| one.holds_on(day)) {
            if !seen.insert(&one.code) {
                continue;
            }
            match counts.iter_mut().find(|count| count.code == one.code) {
                Some(count) => count.people += 1,
                None => counts.push(StaffCount {
                    code: one.code.clone(),
                    name: one.name.clone(),
                    people: 1,
                }),
            }
        }
    }
    counts
}

fn offers(agency: &Agency) -> Vec<OfferView> {
    let view = |(service_id, offered): (&Uuid, &crate::domain::agency::Offered)| OfferView {
        service_id: *service_id,
        published_at: offered.published_at,
        offer: offered.offer.clone(),
    };
    agency.offers.iter().map(view).collect()
}

/// All there is of an agency, for itself and for officers (机构档案).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AgencyFile {
    /// Identifier.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: Uuid,
    /// What it says of itself.
    pub profile: AgencyProfile,
    /// Where it stands.
    pub standing: Standing,
    /// The same in words.
    #[schema(example = "正常")]
    pub standing_name: String,
    /// When it came in.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub registered_at: DateTime<Utc>,
    /// What it offers.
    pub offers: Vec<OfferView>,
    /// Every measure there ever was.
    pub records: Vec<Record>,
}

impl AgencyFile {
    /// The agency at `now`.
    pub fn of(id: Uuid, agency: &Agency, now: DateTime<Utc>) -> Self {
        let standing = agency.standing_on(civil_date(now));
        Self {
            id,
            profile: agency.profile.clone(),
            standing,
            standing_name: standing.name_zh().to_owned(),
            registered_at: agency.registered_at,
            offers: offers(agency),
            records: agency.records.clone(),
        }
    }
}

/// A measure as everybody may see it; what waits for the second officer or was rejected is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreachView {
    /// What it was (惩戒措施).
    pub measure: Measure,
    /// Code of the broken rule (规则代码).
    #[schema(example = "false-report")]
    pub rule: String,
    /// The rule as it read (规则内容).
    #[schema(example = "出具虚假报告的，一律清退出库")]
    pub text: String,
    /// What the agency did (违规事实).
    #[schema(example = "2026 年 3 月出具的测绘成果与实地不符")]
    pub facts: String,
    /// Since when (生效时间).
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub since: DateTime<Utc>,
    /// Last day of its term (期限止); absent when only a decision ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2027-03-11"))]
    pub until: Option<NaiveDate>,
    /// Whether it still holds (是否执行中).
    #[schema(example = true)]
    pub in_force: bool,
    /// Whether an appeal is being decided on (是否申诉中).
    #[schema(example = false)]
    pub appealed: bool,
    /// Why it was lifted (解除理由).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("惩戒期限届满，自动解除"))]
    pub lifted: Option<String>,
    /// Who decided (决定人).
    pub by: Named,
}

impl BreachView {
    /// The public ones of an agency, the last first.
    pub fn all(agency: &Agency, day: NaiveDate) -> Vec<Self> {
        let shown = agency.records.iter().rev();
        let shown = shown.filter(|one| matches!(one.state, State::InForce | State::Lifted));
        let view = |one: &Record| Self {
            measure: one.sanction.measure,
            rule: one.sanction.rule.clone(),
            text: one.sanction.text.clone(),
            facts: one.sanction.facts.clone(),
            since: one.decided_at,
            until: one.sanction.until,
            in_force: one.holds_on(day),
            appealed: one.plea.as_ref().is_some_and(|plea| plea.upheld.is_none()),
            lifted: one.ended.clone(),
            by: one.sanction.by.clone(),
        };
        shown.map(view).collect()
    }
}
