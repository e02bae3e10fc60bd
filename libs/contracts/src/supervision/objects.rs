//! The library of inspected objects (检查对象名录库).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::named;
use crate::credit::CreditClass;
use crate::event::DomainEvent;

/// Identifier of the object with this code: one code, one object.
pub fn object_id(code: &str) -> Uuid {
    named("object", code)
}

/// Kinds of inspected objects (检查对象类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "enterprise")]
pub enum ObjectKind {
    /// 企业
    Enterprise,
    /// 个体工商户
    SelfEmployed,
    /// 事业单位
    Institution,
    /// 社会组织
    SocialOrganisation,
    /// 农民专业合作社
    Cooperative,
    /// 机关
    Authority,
    /// 自然人
    NaturalPerson,
}

/// A place of business of an object (经营场所).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Premises {
    /// Name, such as of a branch.
    #[schema(min_length = 1, max_length = 200, example = "示例餐厅人民路店")]
    pub name: String,
    /// Address.
    #[schema(min_length = 1, max_length = 300, example = "海州区人民路 1 号")]
    pub address: String,
    /// Region.
    pub region: RegionCode,
}

/// What is known of an object, besides its licences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectParticulars {
    /// Kind.
    pub kind: ObjectKind,
    /// Name (名称).
    #[schema(min_length = 1, max_length = 200, example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// Registered address (住所).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 300, examples("海州区人民路 1 号"))]
    pub address: Option<String>,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Industry (行业代码, GB/T 4754).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 5, pattern = "^[A-Z]?[0-9]{0,4}$", examples("6210"))]
    pub industry: Option<String>,
    /// Places of business under it.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub premises: Vec<Premises>,
}

/// Where an object was first learnt of (来源).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "licence")]
pub enum ObjectSource {
    /// 证照: it was issued a licence here.
    Licence,
    /// 导入: a department's system told of it.
    Import,
}

/// An inspected object (检查对象) when it became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectedObject {
    /// Unified social credit code; for a natural person the identity number.
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Account at identity, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub account: Option<String>,
    /// Where it was learnt of.
    pub source: ObjectSource,
    /// Particulars.
    pub particulars: ObjectParticulars,
}

/// A licence that an object holds (持有证照).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldLicence {
    /// Identifier of the licence in the library.
    #[schema(example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")]
    pub identifier: String,
    /// Code of its type.
    #[schema(example = "11100000000013338W032")]
    pub type_code: String,
    /// Name of its type.
    #[schema(example = "食品经营许可证")]
    pub type_name: String,
    /// Body that issued it.
    #[schema(example = "11320706MB0000001B")]
    pub issuer: String,
    /// Last day of validity; absent for an unlimited term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub until: Option<NaiveDate>,
}

/// Why two objects may be one (疑似重复依据).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(example = "same_name_and_address")]
pub enum DuplicateGround {
    /// 同一账号: licences of both are held by one account.
    SameAccount,
    /// 名称、住所相同
    SameNameAndAddress,
    /// 名称相同、区域相同
    SameNameAndRegion,
}

/// History of an inspected object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum InspectedObjectEvent {
    /// 入库: known from now on.
    Registered(Box<InspectedObject>),
    /// 变更: known with other particulars from now on.
    Changed(Box<ObjectParticulars>),
    /// 取得证照
    LicenceHeld(Box<HeldLicence>),
    /// 证照失效
    LicenceEnded {
        /// The licence.
        #[schema(
            example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
        )]
        identifier: String,
    },
    /// 证照到期: a licence's term went by; the library tells of no such end, so the clock does.
    LicenceExpired {
        /// The licence.
        #[schema(
            example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
        )]
        identifier: String,
        /// Last day it was valid.
        #[schema(example = "2031-03-12")]
        until: NaiveDate,
    },
    /// 信用等级调整: the class that draws go by.
    Graded {
        /// The class from now on.
        grade: CreditClass,
        /// What it follows from.
        #[schema(example = "信用评价规则 2026-01 版：12 个月内责令改正 1 次")]
        because: String,
    },
    /// 疑似重复
    DuplicateSuspected {
        /// The other object.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        other: String,
        /// Why.
        grounds: Vec<DuplicateGround>,
    },
    /// 排除重复: an officer found them to be two.
    DuplicateDismissed {
        /// The other object.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        other: String,
        /// Why.
        #[schema(example = "两户分别登记，实际经营人不同")]
        reason: String,
    },
    /// 合并: it is another object, and is never drawn again.
    Merged {
        /// The object it is.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        into: String,
        /// Why.
        #[schema(example = "同一企业换发统一社会信用代码前后的两条记录")]
        reason: String,
    },
    /// 并入: another object was found to be this one; its places of business and licences are this one's.
    Absorbed {
        /// The other object.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        other: String,
        /// Its code.
        #[schema(example = "92320706MA0000001X")]
        code: String,
        /// Its places of business.
        premises: Vec<Premises>,
        /// Its licences.
        licences: Vec<HeldLicence>,
    },
    /// 移出: deregistered or otherwise no object any more.
    Removed {
        /// Why.
        #[schema(example = "已注销")]
        reason: String,
    },
    /// 恢复: an object again.
    Restored {
        /// Why.
        #[schema(example = "注销登记被撤销")]
        reason: String,
    },
}

impl DomainEvent for InspectedObjectEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "object";
}
