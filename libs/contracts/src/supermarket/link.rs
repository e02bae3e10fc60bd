//! Links of agencies to services that approvals require (事项挂接).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::event::DomainEvent;

/// An agency asks to offer a service that approvals require (挂接申请).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkRequest {
    /// How many requests there were, this one among them.
    #[schema(example = 1)]
    pub round: u32,
    /// The agency.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub agency_id: Uuid,
    /// Its name.
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub agency_name: String,
    /// Its credit code.
    #[schema(example = "91320706MA0000201C")]
    pub agency_code: String,
    /// Its account.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub agency_account: String,
    /// The service.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub service_id: Uuid,
    /// Version of the directory's entry.
    #[schema(example = 1)]
    pub service_revision: u32,
    /// Its name.
    #[schema(example = "规划测量（示例）")]
    pub service_name: String,
    /// Body that reviews (行业主管部门).
    pub industry_body: Named,
    /// Body that takes over when it keeps silent (上级主管部门).
    pub superior_body: Named,
    /// Region of the service.
    pub region: RegionCode,
    /// Numbers of the certificates it relies on (资质证书编号).
    #[schema(example = json!(["示例测资字3200001"]))]
    pub certificates: Vec<String>,
    /// Last day for the review (审核期限).
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
}

/// Why a link ended (挂接终止原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkEnd {
    /// 资质到期
    QualificationEnded,
    /// 中介机构退出
    AgencyLeft,
    /// 中介机构被清退
    AgencyExcluded,
    /// 服务事项取消
    ServiceWithdrawn,
}

/// History of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum LinkEvent {
    /// 申请挂接
    Requested(Box<LinkRequest>),
    /// 逾期提级: the industry body kept silent beyond its limit.
    Escalated {
        /// Body that may decide from now on, beside the first.
        to: Named,
        /// Last day of the limit that passed.
        #[schema(example = "2026-03-18")]
        due: NaiveDate,
    },
    /// 审核通过
    Approved {
        /// Who.
        by: Named,
        /// Of which body.
        body: String,
        /// Why.
        #[schema(example = json!(["资质类别和人员符合要求"]))]
        reasons: Vec<String>,
        /// Last day of the qualifications it rests on; absent when none is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("2029-04-30"))]
        valid_through: Option<NaiveDate>,
    },
    /// 审核不通过
    Refused {
        /// Who.
        by: Named,
        /// Of which body.
        body: String,
        /// Why.
        #[schema(example = json!(["注册测绘师少于一人"]))]
        reasons: Vec<String>,
    },
    /// 撤回: by the agency.
    Withdrawn {
        /// Why.
        #[schema(example = "暂不开展该项服务")]
        reason: String,
    },
    /// 续期: the agency renewed its qualifications in time.
    Extended {
        /// Last day from now on; absent when none is needed any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("2034-04-30"))]
        valid_through: Option<NaiveDate>,
    },
    /// 终止: by rule.
    Ended {
        /// Why.
        cause: LinkEnd,
        /// The same in words.
        #[schema(example = "测绘资质乙级于 2029-04-30 到期")]
        explanation: String,
    },
}

impl DomainEvent for LinkEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "link";
}
