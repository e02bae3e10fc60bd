//! The library of inspectors (执法检查人员名录库).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::named;
use crate::event::DomainEvent;

/// Identifier of the inspector with this certificate.
pub fn inspector_id(certificate: &str) -> Uuid {
    named("inspector", certificate)
}

/// What an inspector is qualified for, and how long (执法资格).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Qualification {
    /// Code, as matters ask for it.
    #[schema(min_length = 1, max_length = 40, example = "food")]
    pub code: String,
    /// Name.
    #[schema(min_length = 1, max_length = 100, example = "食品安全监督检查")]
    pub name: String,
    /// First day.
    #[schema(example = "2024-01-01")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2028-12-31")]
    pub until: NaiveDate,
}

/// An inspector (执法检查人员).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    /// Number of the enforcement certificate (执法证号).
    #[schema(min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9-]+$", example = "JS-HZ-0001")]
    pub certificate: String,
    /// Name.
    #[schema(min_length = 1, max_length = 100, example = "李检查（示例）")]
    pub name: String,
    /// Personal account, by which the inspector signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, examples("7a1f0c52-3c1d-5e2a-9a3b-5d6e7f809102"))]
    pub account: Option<String>,
    /// Body, by unified social credit code.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region: it and everything below.
    pub region: RegionCode,
    /// Qualifications.
    #[schema(min_items = 1, max_items = 50)]
    pub qualifications: Vec<Qualification>,
}

/// Why an inspector may not inspect an object (回避情形, 行政处罚法 art. 43).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "kinship")]
pub enum RecusalRelation {
    /// 近亲属
    Kinship,
    /// 曾任职
    FormerEmployment,
    /// 持股、投资
    Holding,
    /// 其他直接利害关系
    OtherInterest,
}

/// History of an inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum InspectorEvent {
    /// 入库
    Registered(Box<Inspector>),
    /// 变更: known with other particulars from now on.
    Changed(Box<Inspector>),
    /// 回避登记: may not inspect this object.
    Recused {
        /// The object.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        object: String,
        /// The relation.
        relation: RecusalRelation,
        /// In words.
        #[schema(example = "法定代表人为本人配偶")]
        reason: String,
    },
    /// 解除回避
    RecusalLifted {
        /// The object.
        #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
        object: String,
        /// Why.
        #[schema(example = "已不再持股")]
        reason: String,
    },
    /// 离任: inspects no longer.
    Left {
        /// Why.
        #[schema(example = "调离执法岗位")]
        reason: String,
    },
}

impl DomainEvent for InspectorEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "inspector";
}
