//! What identity tells the others: who exists, and which bodies and regions there are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tongban_kernel::{PrincipalKind, RegionCode, Role};
use utoipa::ToSchema;

use crate::event::DomainEvent;

/// Kinds of identity documents (证件类型), coded as the national exchange codes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum DocumentKind {
    /// 公民身份号码 (GB 11643).
    #[serde(rename = "citizen_id")]
    CitizenId,
    /// 统一社会信用代码 (GB 32100).
    #[serde(rename = "uscc")]
    Uscc,
}

/// The identity document of a person or organisation (身份证件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityDocument {
    /// Which number it is.
    pub kind: DocumentKind,
    /// The number, with a valid check digit.
    #[schema(example = "320706194803120014")]
    pub number: String,
}

/// An account (账号) and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Name for people to read (姓名或名称).
    #[schema(example = "王建国")]
    pub name: String,
    /// Kind of principal (主体类型).
    pub kind: PrincipalKind,
    /// Whose account it is; always present for citizens and organisations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<IdentityDocument>,
    /// Body (所属单位) of an officer or system, by unified social credit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "11320706MB0000001B")]
    pub body: Option<String>,
    /// Region within reach of an officer or system (管辖区域).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Roles (岗位角色) of an officer or system.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
}

/// History of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum AccountEvent {
    /// 开户: the account exists from now on.
    Registered(Account),
    /// 岗位变更: other roles from now on.
    RolesChanged {
        /// All roles held from now on.
        roles: BTreeSet<Role>,
    },
    /// 停用: it can no longer sign in.
    Disabled {
        /// Why.
        #[schema(example = "离职")]
        reason: String,
    },
}

impl DomainEvent for AccountEvent {
    const SERVICE: &'static str = "identity";
    const AGGREGATE: &'static str = "account";
}

/// A public body that handles matters (实施主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Unified social credit code (统一社会信用代码).
    #[schema(example = "11320706MB0000001B")]
    pub uscc: String,
    /// Full name (单位名称).
    #[schema(example = "海州区行政审批局（示例）")]
    pub name: String,
    /// Region it serves (行政区划).
    pub region: RegionCode,
    /// Department code of positions 5–6 of basic codes (部门代码).
    #[schema(example = "17")]
    pub department_code: String,
}

/// History of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum BodyEvent {
    /// 登记: first known, or known with other particulars from now on.
    Registered(Body),
}

impl DomainEvent for BodyEvent {
    const SERVICE: &'static str = "identity";
    const AGGREGATE: &'static str = "body";
}

/// A region of the administrative division (行政区划, GB/T 2260 and below).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its name.
    #[schema(example = "海州区")]
    pub name: String,
}

/// History of a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum RegionEvent {
    /// 登记: first known, or known under another name from now on.
    Registered(Region),
}

impl DomainEvent for RegionEvent {
    const SERVICE: &'static str = "identity";
    const AGGREGATE: &'static str = "region";
}
