//! The directory of shared data (政务数据共享目录).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;
use crate::supermarket::Named;

/// How far a resource is shared (共享类型), 国发〔2016〕51号.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SharingKind {
    /// 无条件共享
    Unconditional,
    /// 有条件共享
    Conditional,
    /// 不予共享
    NotShared,
}

/// Type of an item (数据类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataItemKind)]
pub enum ItemKind {
    /// 字符
    Text,
    /// 代码
    Code,
    /// 整数
    Integer,
    /// 小数
    Decimal,
    /// 日期
    Date,
    /// 日期时间
    Moment,
    /// 是否
    Boolean,
}

/// How the value of an item is made unrecognisable on the way out (脱敏规则).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataMasking)]
pub enum Masking {
    /// 姓名: the first character stays.
    Name,
    /// 证件号码: the first six and the last two characters stay.
    DocumentNumber,
    /// 电话号码: the first three and the last four digits stay.
    Phone,
    /// 地址: what lies below the town is left out.
    Address,
    /// 全部隐藏: nothing stays.
    Hidden,
}

/// An item of a resource (信息项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataItem {
    /// Its name in data (字段名).
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]*$",
        example = "id_number"
    )]
    pub key: String,
    /// Its name for people (信息项名称).
    #[schema(min_length = 1, max_length = 60, example = "公民身份号码")]
    pub name: String,
    /// Type.
    pub kind: ItemKind,
    /// Most characters or digits (长度).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000, examples(18))]
    pub length: Option<u32>,
    /// Whether it is about a person (是否个人信息).
    #[schema(example = true)]
    pub personal: bool,
    /// How it is masked; a personal item has a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masking: Option<Masking>,
}

/// A text that something rests on (法律、行政法规或者国务院政策依据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataBasis)]
pub struct LegalText {
    /// Title (名称).
    #[schema(min_length = 2, max_length = 100, example = "老年人权益保障法")]
    pub title: String,
    /// Article (条款).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 60, examples("第五十三条"))]
    pub article: Option<String>,
}

/// How often a resource is brought up to date (更新周期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpdateCycle {
    /// 实时
    RealTime,
    /// 每日
    Daily,
    /// 每周
    Weekly,
    /// 每月
    Monthly,
    /// 每季度
    Quarterly,
    /// 每年
    Yearly,
    /// 不定期
    Irregular,
}

/// What the source body measured of its data (数据质量).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityFigures {
    /// On which day.
    #[schema(example = "2026-03-01")]
    pub measured_on: NaiveDate,
    /// How many records there were (记录数).
    #[schema(maximum = 1_000_000_000_000_u64, example = 486_000)]
    pub records: u64,
    /// Of a thousand obligatory values, how many were there (完整性, ‰).
    #[schema(maximum = 1_000, example = 996)]
    pub complete_permille: u16,
    /// Of a thousand records looked at, how many were right (准确性, ‰).
    #[schema(maximum = 1_000, example = 991)]
    pub correct_permille: u16,
    /// Of a thousand updates, how many came within the cycle (及时性, ‰).
    #[schema(maximum = 1_000, example = 980)]
    pub timely_permille: u16,
}

/// How a resource is delivered (共享方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// 接口
    Interface,
    /// 库表
    TableFeed,
    /// 文件
    File,
    /// 订阅
    Subscription,
}

/// How the exchange speaks with the source body's system (适配器).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adaptor {
    /// JSON over HTTP.
    HttpJson,
    /// SOAP over HTTP.
    Soap,
    /// A view that is only read.
    SqlView,
    /// Files in a store that is watched.
    WatchedFile,
    /// Events of a topic.
    Topic,
}

/// Where and how the source body's system is reached (接入配置). Secrets are kept elsewhere, and named here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataDelivery)]
pub struct Delivery {
    /// By which adaptor.
    pub adaptor: Adaptor,
    /// The registered address: no request ever goes to another one (登记地址).
    #[schema(min_length = 1, max_length = 500, example = "https://minzheng.example/data/marriage")]
    pub address: String,
    /// What the adaptor has to know besides: operation, view, pattern of files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"operation": "query"}))]
    pub settings: BTreeMap<String, String>,
    /// Name of the secret it is opened with (凭据名称).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, examples("exchange/minzheng"))]
    pub credential: Option<String>,
    /// Longest time for an answer, in milliseconds (超时).
    #[schema(minimum = 100, maximum = 60_000, example = 3_000)]
    pub timeout_ms: u32,
    /// How long an answer may be kept and given again, in seconds; 0 for not at all (缓存时间).
    #[schema(maximum = 86_400, example = 0)]
    pub cache_seconds: u32,
    /// Most calls a minute that the system takes, of all readers together (每分钟调用上限).
    #[schema(minimum = 1, maximum = 1_000_000, example = 600)]
    pub calls_a_minute: u32,
}

/// What shared data may be used for (使用用途).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataPurpose)]
pub enum Purpose {
    /// 行政审批: handling applications for approvals.
    Approval,
    /// 公共服务: handling applications for public services.
    PublicService,
    /// 监管执法: supervision and enforcement.
    Supervision,
    /// 统计分析: figures.
    Statistics,
    /// 应急处置: emergencies.
    Emergency,
}

impl Purpose {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::PublicService => "public_service",
            Self::Supervision => "supervision",
            Self::Statistics => "statistics",
            Self::Emergency => "emergency",
        }
    }

    /// Whether data are read for a case of a matter only.
    pub const fn needs_case(self) -> bool {
        matches!(self, Self::Approval | Self::PublicService)
    }
}

/// A resource of the directory (政务数据资源).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataResource {
    /// 类(1) 项(2) 目(3) 细目 `/` 顺序码 (信息资源代码).
    #[schema(
        min_length = 8,
        max_length = 40,
        pattern = "^[0-9]{6}[0-9]*/[0-9]+$",
        example = "306011/000001"
    )]
    pub code: String,
    /// Name (信息资源名称).
    #[schema(min_length = 2, max_length = 100, example = "婚姻登记信息（示例）")]
    pub name: String,
    /// What it is about (摘要).
    #[schema(
        min_length = 2,
        max_length = 1_000,
        example = "结婚、离婚登记的当事人、日期和登记机关"
    )]
    pub summary: String,
    /// Body that answers for it (数源部门).
    pub source_body: Named,
    /// Region it covers (行政区划).
    pub region: RegionCode,
    /// Its items (信息项).
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<DataItem>,
    /// How far it is shared (共享类型).
    pub sharing: SharingKind,
    /// On which conditions; needed for conditional sharing (共享条件).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 500, examples("用于办理需要核实婚姻状况的政务服务事项"))]
    pub conditions: Option<String>,
    /// What forbids sharing; needed when it is not shared (不予共享依据).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_shared_basis: Vec<LegalText>,
    /// Whether everybody may have it as open data (开放属性).
    #[schema(example = false)]
    pub open: bool,
    /// How often it is brought up to date (更新周期).
    pub update_cycle: UpdateCycle,
    /// What was measured of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityFigures>,
    /// How it is delivered (共享方式).
    pub delivery_kind: DeliveryKind,
    /// Codes of related resources (关联资源代码).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, example = json!(["306012/000001"]))]
    pub related: Vec<String>,
    /// Whether it was invented for a sample city (示例).
    #[serde(default)]
    #[schema(example = true)]
    pub sample: bool,
}

/// History of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ResourceEvent {
    /// 发布: the first version.
    Published {
        /// Version, from 1.
        #[schema(example = 1)]
        revision: u32,
        /// Day, set by the system.
        #[schema(example = "2026-03-11")]
        published_on: NaiveDate,
        /// Who.
        by: Named,
        /// The resource.
        resource: Box<DataResource>,
        /// How the source body's system is reached.
        delivery: Box<Delivery>,
    },
    /// 变更: a further version.
    Changed {
        /// Version.
        #[schema(example = 2)]
        revision: u32,
        /// Day, set by the system.
        #[schema(example = "2026-04-01")]
        published_on: NaiveDate,
        /// Who.
        by: Named,
        /// The resource from now on.
        resource: Box<DataResource>,
        /// How the source body's system is reached from now on.
        delivery: Box<Delivery>,
    },
    /// 注销
    Withdrawn {
        /// Day, set by the system.
        #[schema(example = "2026-05-06")]
        withdrawn_on: NaiveDate,
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "职责划转，由其他部门重新编目")]
        reason: String,
    },
}

impl DomainEvent for ResourceEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "resource";
}
