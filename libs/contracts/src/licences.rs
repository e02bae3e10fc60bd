//! What the licence library tells the others: which e-licences exist and stand.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;
use crate::identity::IdentityDocument;
use crate::matters::LicenceType;
use crate::samples;

/// An e-licence (电子证照) as issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// Identifier (电子证照标识, GB/T 36904) with its check character.
    #[schema(example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O")]
    pub identifier: String,
    /// Type (证照类型).
    pub licence_type: LicenceType,
    /// Holder's account at identity.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub holder_account: String,
    /// Holder (持证主体).
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub holder_name: String,
    /// Holder's identity document.
    pub holder_document: IdentityDocument,
    /// Issuing body (颁发机构), by unified social credit code.
    #[schema(example = "11320706MB0000001B")]
    pub issuer: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub issuer_name: String,
    /// Region it was issued in (行政区划).
    pub region: RegionCode,
    /// Case it results from (办件).
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Case number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// What stands on its face (照面信息).
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = samples::face)]
    pub face: Value,
    /// First day of validity.
    #[schema(example = "2026-03-13")]
    pub valid_from: NaiveDate,
    /// Last day of validity; absent for an unlimited term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub valid_until: Option<NaiveDate>,
    /// Short code printed beside the identifier; together they let anyone verify (查验码).
    #[schema(example = "7KQ2MX")]
    pub check_code: String,
}

/// Legal ground for ending a licence early (行政许可法 art. 69, 70).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "deregistered")]
pub enum RevocationGround {
    /// 撤销: unlawfully granted or obtained by fraud (art. 69).
    Annulled,
    /// 吊销: taken away as a penalty.
    TakenAway,
    /// 注销: deregistered, for instance after death, dissolution or renunciation (art. 70).
    Deregistered,
}

/// History of a licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum LicenceEvent {
    /// 签发
    Issued(Box<Licence>),
    /// 撤销 / 吊销 / 注销
    Revoked {
        /// Ground.
        ground: RevocationGround,
        /// Reason told to the holder.
        #[schema(example = "持证人申请注销")]
        reason: String,
    },
}

impl DomainEvent for LicenceEvent {
    const SERVICE: &'static str = "licences";
    const AGGREGATE: &'static str = "licence";
}
