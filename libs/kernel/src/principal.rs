//! Who acts: the one caller behind a request or a job, as identity vouches for it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::region::RegionCode;

/// Kinds of callers (主体类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// 自然人: a natural person.
    Citizen,
    /// 法人或其他组织: a company, institution or other organisation.
    Organisation,
    /// 工作人员: an officer of a public body, always under a personal account.
    Officer,
    /// 业务系统: a department's line system with client credentials, or a service of our own.
    System,
}

/// What an officer or system may do within its body and region (岗位).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 综合窗口受理人员: checks, corrects, accepts or refuses applications.
    WindowClerk,
    /// 审批人员: decides accepted cases.
    Approver,
    /// 事项管理员: publishes and withdraws matters of the own body.
    MatterEditor,
    /// 证照管理员: revokes licences of the own body.
    LicenceOfficer,
    /// 中介超市管理人员: keeps the intermediary supermarket of the own region.
    MarketManager,
    /// 行业主管人员: reviews and publishes what is the own body's as industry body of intermediary services.
    IndustryReviewer,
    /// 中介服务采购人员: buys intermediary services for the own body.
    MarketBuyer,
    /// 监督人员: reads every case and figure of the own region.
    Supervisor,
    /// 系统管理员: manages accounts of the own region.
    IdentityAdmin,
    /// 运维人员: keeps the platform running; sees that events wait, replays them or sets them aside.
    Operator,
    /// 抽查管理员: keeps the inspection matters and libraries of the own body, drafts its plans, calls its draws.
    InspectionPlanner,
    /// 抽查审批人员: approves and publishes plans that somebody else drafted.
    InspectionApprover,
    /// 执法检查人员: carries out inspections.
    Inspector,
    /// 案件承办人员: takes over what an inspection hands to case handling.
    CaseHandler,
    /// 信用管理员: records credit events; another one answers objections and applications for repair.
    CreditOfficer,
    /// 数据管理员: keeps the shared data of the own body; asks other bodies for theirs, and answers when they ask.
    DataSteward,
    /// 数据共享主管人员: decides disputes about shared data of the own region, suspends and revokes grants there.
    DataAuthority,
    /// 差评办理人员: deals with bad reviews of the own body, never with one of the own work.
    ReviewHandler,
}

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Account identifier at the issuer.
    pub account: String,
    /// Kind of caller.
    pub kind: PrincipalKind,
    /// Name for people to read.
    pub name: String,
    /// Unified social credit code (统一社会信用代码) of the body an officer or system belongs to.
    pub body: Option<String>,
    /// Region (行政区划) an officer's or system's powers reach: it and everything below.
    pub region: Option<RegionCode>,
    /// Roles held.
    pub roles: BTreeSet<Role>,
}

impl Principal {
    /// One of our own services acting on an event or a timer.
    pub fn service(name: &str) -> Self {
        Self {
            account: format!("service:{name}"),
            kind: PrincipalKind::System,
            name: name.to_owned(),
            body: None,
            region: None,
            roles: BTreeSet::new(),
        }
    }

    /// Whether it holds `role` for things of `body` in `region`.
    ///
    /// A window clerk and an approver act for their own body; the region must lie in their reach.
    pub fn holds(&self, role: Role, body: &str, region: &RegionCode) -> bool {
        self.roles.contains(&role) && self.body.as_deref() == Some(body) && self.reaches(region)
    }

    /// Whether `region` lies in its reach.
    pub fn reaches(&self, region: &RegionCode) -> bool {
        self.region.as_ref().is_some_and(|own| own.contains(region))
    }
}

/// The circumstances of one command: what a pure rule may know of the world around it.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment the command is judged at; also the time its events carry.
    pub now: chrono::DateTime<chrono::Utc>,
    /// Who commands.
    pub actor: Principal,
}
