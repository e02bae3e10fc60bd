//! Calls through the gateway (共享数据调用): who read which items, for which case and purpose. Never what stood in them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::resource::Purpose;
use crate::event::DomainEvent;
use crate::supermarket::Named;

/// The case that data were read for (办件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DataCallCase)]
pub struct CallCase {
    /// Its number (办件编号).
    #[schema(example = "3207062603110000012")]
    pub number: String,
    /// Its matter (事项).
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
}

/// Whose data were asked for (数据主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DataCallSubject)]
pub struct CallSubject {
    /// Keyed hash of the number of the identity document, in hexadecimal digits: two calls about the same person show as
    /// such, and nobody without the key can tell who it is.
    #[schema(example = "5b1e0c0f5a8d4a5d9d3f6f1f2f4f8a90")]
    pub print: String,
    /// Account of that person or organisation, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub account: Option<String>,
}

/// A call, as it was made (调用).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataCall {
    /// The grant it rests on.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub grant_id: Uuid,
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Its version then.
    #[schema(example = 1)]
    pub revision: u32,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// Region of the resource.
    pub region: RegionCode,
    /// Body that holds the grant (使用部门).
    pub holder: Named,
    /// Credit code of the body that called, as its token says.
    #[schema(example = "11320706MB0000001B")]
    pub caller_body: String,
    /// Who sat before the calling system, as it says (经办人).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("王经办"))]
    pub operator: Option<String>,
    /// What for.
    pub purpose: Purpose,
    /// For which case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CallCase>,
    /// Keys of the items that were asked for.
    #[schema(example = json!(["id_number", "state"]))]
    pub items: Vec<String>,
    /// About whom, where the resource is asked for by person or organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<CallSubject>,
}

/// What is known of an answer that was given (应答).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataGiven {
    /// How many rows.
    #[schema(example = 1)]
    pub rows: u32,
    /// SM3 of a salt that the answer alone has, followed by its rows as JSON, in hexadecimal digits: whoever has the answer
    /// can show that it is the one, and nobody else can try out what it was.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub digest: String,
    /// When it came from the source body's system.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub received_at: DateTime<Utc>,
    /// Whether it was kept from an earlier call (缓存).
    #[schema(example = false)]
    pub kept: bool,
}

/// Why a call was not let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallGround {
    /// Stable code.
    #[schema(example = "item_not_granted")]
    pub code: String,
    /// Chinese text for people.
    #[schema(example = "信息项 spouse_id_number 不在授权范围内")]
    pub message: String,
}

/// History of a call; it has one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CallEvent {
    /// 已应答
    Answered {
        /// The call.
        call: Box<DataCall>,
        /// What is known of the answer.
        given: DataGiven,
    },
    /// 未放行: refused by the exchange.
    Refused {
        /// The call.
        call: Box<DataCall>,
        /// Everything that stood against it.
        grounds: Vec<CallGround>,
        /// Whether the source body's system had answered by then, and the answer was thrown away.
        #[schema(example = false)]
        thrown_away: bool,
    },
    /// 未取得: the source body's system gave nothing that could be given on.
    Failed {
        /// The call.
        call: Box<DataCall>,
        /// Stable code.
        #[schema(example = "provider_timed_out")]
        code: String,
    },
}

impl DomainEvent for CallEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "call";
}
