//! Systems that sign their calls instead of signing in (签名调用系统).

use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;
use crate::supermarket::Named;

/// How a system signs (签名方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallingScheme, example = "national")]
pub enum SigningScheme {
    /// 国家平台请求头签名: HMAC-SHA-256 over service, requester and time.
    National,
    /// 国密签名: SM2 over SM3 of body, nonce, requester, service and time.
    Sm,
}

/// A system (签名调用系统).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallingSystem {
    /// Its name.
    #[schema(example = "海州区行政审批局审批系统（示例）")]
    pub name: String,
    /// Credit code of the body it calls for.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Region of that body.
    pub region: RegionCode,
    /// How it signs.
    pub scheme: SigningScheme,
    /// Its public SM2 key: 65 bytes in hexadecimal digits, 04 and both coordinates. Absent where a secret is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("04…"))]
    pub public_key: Option<String>,
    /// Who registered it.
    pub by: Named,
}

/// History of such a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CallingSystemEvent {
    /// 登记
    Registered(Box<CallingSystem>),
    /// 停用: nothing it signs is taken any more.
    Retired {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "系统下线")]
        reason: String,
    },
}

impl DomainEvent for CallingSystemEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "calling_system";
}
