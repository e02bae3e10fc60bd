//! Requests for shared data and what is answered (共享申请与答复).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::grant::GrantedItem;
use super::resource::{LegalText, Purpose, SharingKind};
use crate::event::DomainEvent;
use crate::supermarket::Named;

/// What data are wanted for, and how much of them (用数需求).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataUse {
    /// What for (用途).
    pub purpose: Purpose,
    /// The same in words (使用场景).
    #[schema(min_length = 4, max_length = 500, example = "办理老年人优待证时核实户籍，免交户口簿")]
    pub explanation: String,
    /// What it rests on (申请依据).
    #[schema(max_items = 20)]
    pub basis: Vec<LegalText>,
    /// Matters in whose cases they are read (办件事项).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100, example = json!(["ee45007c-cb1d-5453-ba84-3120eaf5f632"]))]
    pub matters: Vec<Uuid>,
    /// Keys of the items (信息项).
    #[schema(max_items = 200, example = json!(["id_number", "name"]))]
    pub items: Vec<String>,
    /// Most calls a day (每日调用量).
    #[schema(example = 500)]
    pub daily_calls: u32,
    /// Last day of use (使用期限).
    #[schema(example = "2026-12-31")]
    pub through: NaiveDate,
}

/// A request that passed the check (共享申请).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestFiled {
    /// Body that asks (使用部门).
    pub body: Named,
    /// Its region, as of the officer who asked.
    pub region: RegionCode,
    /// Officer who asked.
    pub by: Named,
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// The version it was checked against.
    #[schema(example = 1)]
    pub resource_revision: u32,
    /// Body that answers (数源部门).
    pub source_body: Named,
    /// Region of the resource.
    pub resource_region: RegionCode,
    /// How far the resource is shared.
    pub sharing: SharingKind,
    /// What is asked for.
    pub data_use: DataUse,
    /// Last day for the answer; absent when the system answers at once (答复期限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-18"))]
    pub due: Option<NaiveDate>,
}

/// What is said about an item (答复意见).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataVerdict)]
pub enum Verdict {
    /// 同意共享
    Granted,
    /// 脱敏后共享
    GrantedMasked,
    /// 不予共享
    Refused,
}

/// The answer for one item (信息项答复).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DataItemAnswer)]
pub struct ItemAnswer {
    /// Key of the item.
    #[schema(min_length = 1, max_length = 64, example = "spouse_id_number")]
    pub item: String,
    /// What is said about it.
    pub verdict: Verdict,
    /// Why; needed for a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500, examples("办理该事项不需要配偶的证件号码"))]
    pub reason: Option<String>,
}

/// What a request waits for (所处环节).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataRequestStep)]
pub enum RequestStep {
    /// 答复: the source body's answer.
    Answer,
    /// 协商: its second answer, after an objection.
    Negotiation,
    /// 裁定: the ruling of the authority for shared data.
    Ruling,
}

impl RequestStep {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Negotiation => "negotiation",
            Self::Ruling => "ruling",
        }
    }
}

/// History of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum DataRequestEvent {
    /// 申请: checked by machine, without a fault.
    Filed(Box<RequestFiled>),
    /// 直接授权: by the system, for what is shared unconditionally.
    GrantedAtOnce {
        /// What is granted.
        items: Vec<GrantedItem>,
    },
    /// 答复: by the source body.
    Answered {
        /// Who.
        by: Named,
        /// Of which body.
        #[schema(example = "11320706MB0000003H")]
        body: String,
        /// Why.
        #[schema(example = "用途与共享条件相符")]
        reason: String,
        /// What is said about each item that was open.
        items: Vec<ItemAnswer>,
        /// What is granted by it.
        granted: Vec<GrantedItem>,
    },
    /// 提出异议: the source body answers once more.
    Disputed {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "核实监护关系须有该信息项")]
        reason: String,
        /// Last day for the second answer (协商期限).
        #[schema(example = "2026-03-25")]
        due: NaiveDate,
    },
    /// 提请裁定: goes up to the authority for shared data.
    Referred {
        /// What the source body left open: its answer or the negotiation.
        from: RequestStep,
        /// Why.
        #[schema(example = "协商期限届满，数源部门未答复")]
        reason: String,
        /// Last day for the ruling (裁定期限).
        #[schema(example = "2026-04-09")]
        due: NaiveDate,
    },
    /// 裁定: by the authority; it is final.
    Ruled {
        /// Who.
        by: Named,
        /// Of which body.
        #[schema(example = "11320700MB0000001L")]
        body: String,
        /// Why.
        #[schema(example = "属于办理事项所必需")]
        reason: String,
        /// What is said about each item that was open.
        items: Vec<ItemAnswer>,
        /// What is granted by it.
        granted: Vec<GrantedItem>,
    },
    /// 逾期: a step was not done in time; for supervisors.
    Overdue {
        /// Which.
        step: RequestStep,
        /// Last day of the limit that passed.
        #[schema(example = "2026-03-18")]
        due: NaiveDate,
    },
    /// 撤回: by the body that asked.
    Withdrawn {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "事项已取消")]
        reason: String,
    },
}

impl DomainEvent for DataRequestEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "request";
}
