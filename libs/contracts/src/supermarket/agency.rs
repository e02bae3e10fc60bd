//! Agencies and what is decided about them (中介机构).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::event::DomainEvent;

/// A qualification with its term (资质或者执业资格), of an agency or of one of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgencyQualification)]
pub struct Qualification {
    /// Kind and level, as the directory's requirements name it (资质类别代码).
    #[schema(min_length = 1, max_length = 40, example = "surveying-b")]
    pub code: String,
    /// The same in words (资质名称).
    #[schema(min_length = 1, max_length = 100, example = "测绘资质乙级")]
    pub name: String,
    /// Number of the certificate (证书编号).
    #[schema(min_length = 1, max_length = 60, example = "示例测资字3200001")]
    pub number: String,
    /// Who issued it (发证机关).
    #[schema(min_length = 1, max_length = 100, example = "江苏省自然资源厅（示例）")]
    pub issuer: String,
    /// First day of its term (有效期起).
    #[schema(example = "2024-05-01")]
    pub valid_from: NaiveDate,
    /// Last day of its term (有效期止).
    #[schema(example = "2029-04-30")]
    pub valid_through: NaiveDate,
}

impl Qualification {
    /// Whether it is in force on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day <= self.valid_through
    }
}

/// A professional of an agency (从业人员).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgencyProfessional)]
pub struct StaffMember {
    /// Number within the agency (工号).
    #[schema(min_length = 1, max_length = 40, example = "S01")]
    pub number: String,
    /// Name (姓名).
    #[schema(min_length = 1, max_length = 60, example = "丁示例")]
    pub name: String,
    /// Professional qualifications (执业资格).
    #[schema(max_items = 20)]
    pub qualifications: Vec<Qualification>,
}

/// How an agency is reached (联系方式).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgencyContact)]
pub struct Contact {
    /// Who answers (联系人).
    #[schema(min_length = 1, max_length = 60, example = "丁示例")]
    pub person: String,
    /// Telephone (联系电话).
    #[schema(
        min_length = 5,
        max_length = 30,
        pattern = "^[0-9+() -]+$",
        example = "0518-80000001"
    )]
    pub phone: String,
    /// Office (办公地址).
    #[schema(min_length = 1, max_length = 200, example = "连云港市海州区示例路 8 号")]
    pub address: String,
}

/// What an agency says of itself (入驻信息); nobody reviews it on entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyProfile {
    /// Unified social credit code (统一社会信用代码).
    #[schema(example = "91320706MA0000201C")]
    pub code: String,
    /// Account it acts by.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
    /// Name (机构名称).
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub name: String,
    /// Region of its office (所在区划).
    pub region: RegionCode,
    /// How it is reached.
    pub contact: Contact,
    /// Its professionals.
    pub staff: Vec<StaffMember>,
    /// Its qualifications.
    pub qualifications: Vec<Qualification>,
}

/// A service on offer: conditions, flow, time limit and fee (服务报价; 优化营商环境条例 art. 43).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceOffer)]
pub struct Offer {
    /// Fee in fen for one unit (收费标准).
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64, example = 380_000)]
    pub fee_fen: u64,
    /// Of what (计费单位).
    #[schema(min_length = 1, max_length = 30, example = "项")]
    pub unit: String,
    /// Time for the service in business days (服务时限).
    #[schema(minimum = 1, maximum = 1000, example = 7)]
    pub business_days: u32,
    /// Conditions (服务条件).
    #[schema(min_items = 1, max_items = 20, example = json!(["提供用地红线图"]))]
    pub conditions: Vec<String>,
    /// Steps, in their order (服务流程).
    #[schema(min_items = 1, max_items = 20, example = json!(["接受委托", "外业测量", "内业成图", "交付成果"]))]
    pub flow: Vec<String>,
}

/// What a broken rule leads to (惩戒措施).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisciplineMeasure)]
pub enum Measure {
    /// 暂停承接业务: takes no new purchases for a time.
    Suspension,
    /// 清退出库: is out, its links with it.
    Exclusion,
}

/// A measure against an agency, with the rule that was broken (惩戒决定).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AgencySanction)]
pub struct Sanction {
    /// Number within the agency, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// What it is.
    pub measure: Measure,
    /// Code of the rule (规则代码).
    #[schema(example = "false-report")]
    pub rule: String,
    /// Version of the rules (规则版本).
    #[schema(example = 1)]
    pub rules_version: u32,
    /// The rule as it read (规则内容).
    #[schema(example = "出具虚假报告的，一律清退出库")]
    pub text: String,
    /// What the agency did (违规事实).
    #[schema(example = "2026 年 3 月出具的测绘成果与实地不符")]
    pub facts: String,
    /// How many months the rule says; absent when only a decision ends it (惩戒期限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(12))]
    pub months: Option<u32>,
    /// Last day of its term, counted from the day it comes into force (期限止).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2027-03-11"))]
    pub until: Option<NaiveDate>,
    /// Last day to appeal against it (申诉期限).
    #[schema(example = "2026-03-25")]
    pub appeal_until: NaiveDate,
    /// Officer who decided on it, or proposed it.
    pub by: Named,
    /// The second officer, of an exclusion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Named>,
}

/// History of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum AgencyEvent {
    /// 入驻: by itself, or again after it had left.
    Registered(Box<AgencyProfile>),
    /// 信息变更: by itself.
    ProfileChanged(Box<AgencyProfile>),
    /// 公布服务报价
    OfferPublished {
        /// Service of the directory.
        #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
        service_id: Uuid,
        /// The terms.
        offer: Box<Offer>,
    },
    /// 撤回服务报价
    OfferWithdrawn {
        /// Service of the directory.
        #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
        service_id: Uuid,
    },
    /// 资质到期: by the clock.
    QualificationExpired {
        /// Its code.
        #[schema(example = "surveying-b")]
        code: String,
        /// Number of the certificate.
        #[schema(example = "示例测资字3200001")]
        number: String,
        /// Number of the professional, when it was one's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("S01"))]
        staff: Option<String>,
        /// Last day of its term.
        #[schema(example = "2026-03-10")]
        valid_through: NaiveDate,
    },
    /// 暂停承接业务
    Suspended(Box<Sanction>),
    /// 拟清退: waits for the second officer.
    ExclusionProposed(Box<Sanction>),
    /// 不予清退: by the second officer.
    ExclusionRejected {
        /// The sanction's number.
        #[schema(example = 1)]
        number: u32,
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "证据不足")]
        reason: String,
    },
    /// 清退出库
    Excluded(Box<Sanction>),
    /// 解除: by decision or by the clock.
    Lifted {
        /// The sanction's number.
        #[schema(example = 1)]
        number: u32,
        /// Who; absent when its term was over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
        /// Why.
        #[schema(example = "惩戒期限届满")]
        reason: String,
    },
    /// 申诉: by the agency.
    Appealed {
        /// The sanction's number.
        #[schema(example = 1)]
        number: u32,
        /// On what ground.
        #[schema(example = "测绘成果经复核与实地一致")]
        ground: String,
        /// Last day for the decision.
        #[schema(example = "2026-04-02")]
        due: NaiveDate,
    },
    /// 申诉决定: one that is upheld is followed by the lifting.
    AppealDecided {
        /// The sanction's number.
        #[schema(example = 1)]
        number: u32,
        /// Who, neither of the officers before.
        by: Named,
        /// Whether the sanction is lifted.
        #[schema(example = false)]
        upheld: bool,
        /// Why.
        #[schema(example = "复核维持原认定")]
        reason: String,
    },
    /// 退出: by itself.
    Left {
        /// Why.
        #[schema(example = "业务调整")]
        reason: String,
    },
}

impl DomainEvent for AgencyEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "agency";
}
