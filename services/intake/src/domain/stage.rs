//! Where a case stands (办件状态), and what other systems call it.

use serde::{Deserialize, Serialize};
use tongban_contracts::intake::RefusalGround;
use utoipa::ToSchema;

use super::case::CaseFile;

/// Where a case stands (办件状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseState)]
pub enum Stage {
    /// 已接件: handed in, waiting for the window.
    Submitted,
    /// 补正: the one notice was given, waiting for the applicant.
    Correcting,
    /// 已补正: handed in again, waiting for the window.
    Resubmitted,
    /// 已受理: waiting for the decision.
    Accepted,
    /// 不受理 / 不予受理: not accepted, the end.
    Refused,
    /// 办结: approved or denied, the end.
    Decided,
    /// 撤件: taken back by the applicant, the end.
    Withdrawn,
}

impl Stage {
    /// Its stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Correcting => "correcting",
            Self::Resubmitted => "resubmitted",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Decided => "decided",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether the case is over.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Refused | Self::Decided | Self::Withdrawn)
    }
}

/// The fifteen states of the exchange standard for construction approval (工程建设项目审批管理系统
/// 数据共享交换标准): number and name.
pub const EXCHANGE_STATES: [(u8, &str); 15] = [
    (1, "已接件"),
    (2, "已撤件"),
    (3, "已受理"),
    (4, "不受理"),
    (5, "不予受理"),
    (6, "补正（开始）"),
    (7, "补正（结束）"),
    (8, "部门开始办理"),
    (9, "特别程序（开始）"),
    (10, "特别程序（结束）"),
    (11, "办结（通过）"),
    (12, "办结（容缺通过）"),
    (13, "办结（不通过）"),
    (14, "撤回"),
    (15, "撤销"),
];

impl CaseFile {
    /// The number of its state in [`EXCHANGE_STATES`].
    ///
    /// Numbers 8 to 10, 12, 14 and 15 belong to things a case here does not do yet.
    pub fn exchange_state(&self) -> u8 {
        let ground = self.refusal.as_ref().map(|refusal| refusal.ground);
        match self.stage {
            Stage::Submitted => 1,
            Stage::Withdrawn => 2,
            Stage::Accepted => 3,
            Stage::Refused if ground == Some(RefusalGround::NotNeeded) => 4,
            Stage::Refused => 5,
            Stage::Correcting => 6,
            Stage::Resubmitted => 7,
            Stage::Decided if self.is_approved() => 11,
            Stage::Decided => 13,
        }
    }

    /// What people call its state.
    pub fn stage_name_zh(&self) -> &'static str {
        let ground = self.refusal.as_ref().map(|refusal| refusal.ground);
        match self.stage {
            Stage::Submitted => "已接件",
            Stage::Correcting => "待补正",
            Stage::Resubmitted => "已补正",
            Stage::Accepted => "已受理",
            Stage::Refused if ground == Some(RefusalGround::NotNeeded) => "不受理",
            Stage::Refused => "不予受理",
            Stage::Decided if self.is_approved() => "办结（准予）",
            Stage::Decided => "办结（不予）",
            Stage::Withdrawn => "已撤件",
        }
    }
}

/// The name of a state in [`EXCHANGE_STATES`].
pub fn exchange_name_zh(number: u8) -> &'static str {
    EXCHANGE_STATES.iter().find(|(one, _)| *one == number).map_or("", |(_, name)| name)
}
