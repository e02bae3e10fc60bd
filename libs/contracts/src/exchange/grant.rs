//! Grants: who may read which items, for what, and until when (共享授权).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::resource::{LegalText, Masking, Purpose};
use crate::event::DomainEvent;
use crate::supermarket::Named;

/// An item that is granted (授权信息项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantedItem {
    /// Its key.
    #[schema(example = "id_number")]
    pub key: String,
    /// How it is masked; absent when it is given as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masking: Option<Masking>,
}

/// What is granted (授权内容).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantTerms {
    /// The request it answers.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub request_id: Uuid,
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// Region of the resource.
    pub region: RegionCode,
    /// Body that may read (使用部门).
    pub holder: Named,
    /// What for.
    pub purpose: Purpose,
    /// What it rests on.
    pub basis: Vec<LegalText>,
    /// Matters in whose cases it may read; none where the purpose needs no case.
    #[schema(example = json!(["ee45007c-cb1d-5453-ba84-3120eaf5f632"]))]
    pub matters: Vec<Uuid>,
    /// What it may read.
    pub items: Vec<GrantedItem>,
    /// Most calls a day.
    #[schema(example = 500)]
    pub daily_calls: u32,
    /// First day.
    #[schema(example = "2026-03-12")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-12-31")]
    pub through: NaiveDate,
}

/// Why a grant ended (授权终止原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantEnd {
    /// 撤销: by the source body or the authority.
    Revoked,
    /// 放弃: by the holder.
    GivenUp,
    /// 到期
    TermOver,
    /// 资源注销
    ResourceWithdrawn,
    /// 资源改为不予共享
    NoLongerShared,
    /// 授权的信息项已全部取消
    ItemsGone,
}

/// History of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum GrantEvent {
    /// 授权
    Given(Box<GrantTerms>),
    /// 增加信息项: after an objection or a ruling.
    Widened {
        /// What may be read besides.
        items: Vec<GrantedItem>,
    },
    /// 减少信息项: the resource has them no more.
    Narrowed {
        /// Keys of the items.
        #[schema(example = json!(["spouse_name"]))]
        items: Vec<String>,
        /// Why.
        #[schema(example = "资源第 2 版不再有该信息项")]
        reason: String,
    },
    /// 暂停: nothing is read until it is taken up again.
    Suspended {
        /// Who.
        by: Named,
        /// Of which body.
        #[schema(example = "11320706MB0000003H")]
        body: String,
        /// Why.
        #[schema(example = "发现非工作时间大量查询，暂停核查")]
        reason: String,
    },
    /// 恢复
    Resumed {
        /// Who.
        by: Named,
        /// Of which body.
        #[schema(example = "11320706MB0000003H")]
        body: String,
        /// Why.
        #[schema(example = "核查完毕，未发现违规")]
        reason: String,
    },
    /// 校核结果告知: data of the resource were wrong, and were put right.
    CorrectionTold {
        /// The correction.
        #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")]
        correction_id: Uuid,
        /// Items it is about.
        #[schema(example = json!(["registered_on"]))]
        items: Vec<String>,
        /// The record, as the source body calls it.
        #[schema(example = "婚登 2019-000123")]
        record: String,
        /// The source body's words.
        #[schema(example = "登记日期录入错误，已更正")]
        reason: String,
        /// Day it was put right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("2026-03-16"))]
        corrected_on: Option<NaiveDate>,
    },
    /// 终止
    Ended {
        /// Why.
        cause: GrantEnd,
        /// Who; absent when a rule did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
        /// In words.
        #[schema(example = "用途已不存在")]
        reason: String,
    },
}

impl DomainEvent for GrantEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "grant";
}
