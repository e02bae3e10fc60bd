//! Where a purchase stands (采购状态), and what a product in use calls it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PurchaseStage)]
pub enum Stage {
    /// 报名中: on notice, agencies register.
    Registering,
    /// 待选取: registration is over, the selection is due.
    ToSelect,
    /// 选取中: the draw is under way.
    Drawing,
    /// 选取开始: the small list is there, the owner picks.
    Choosing,
    /// 已选取（待确认）: the award is on notice.
    OnNotice,
    /// 待上传合同
    AwaitingContract,
    /// 待确认合同
    ConfirmingContract,
    /// 服务中
    InService,
    /// 服务中，待确认结果: the result was delivered.
    Delivered,
    /// 服务完成
    Completed,
    /// 服务中止
    Stopped,
    /// 流标: no agency could be selected.
    Failed,
    /// 无效: taken back or annulled.
    Cancelled,
}

/// All stages.
pub const STAGES: [Stage; 13] = [
    Stage::Registering,
    Stage::ToSelect,
    Stage::Drawing,
    Stage::Choosing,
    Stage::OnNotice,
    Stage::AwaitingContract,
    Stage::ConfirmingContract,
    Stage::InService,
    Stage::Delivered,
    Stage::Completed,
    Stage::Stopped,
    Stage::Failed,
    Stage::Cancelled,
];

/// The states of a product in use (facts on the field, section 5.3): number and name.
pub const PRODUCT_STATES: [(u8, &str); 18] = [
    (0, "未提交"),
    (1, "服务中"),
    (2, "服务完成"),
    (3, "服务中止"),
    (4, "审核中"),
    (5, "退回"),
    (6, "报名中"),
    (7, "选取中"),
    (8, "选取开始"),
    (9, "已选取(待确认)"),
    (10, "无效"),
    (11, "待选取"),
    (12, "已过时"),
    (13, "部门审批中"),
    (14, "办结通过"),
    (15, "办结不通过"),
    (16, "待上传合同"),
    (17, "待确认合同"),
];

/// States that no purchase here is in: drafts stay with their owner, and nobody reviews a purchase before it is
/// published, so that there is nothing under review, sent back or decided by a department.
#[cfg(test)]
const UNUSED_STATES: [u8; 6] = [0, 4, 5, 13, 14, 15];

impl Stage {
    /// Its stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Registering => "registering",
            Self::ToSelect => "to_select",
            Self::Drawing => "drawing",
            Self::Choosing => "choosing",
            Self::OnNotice => "on_notice",
            Self::AwaitingContract => "awaiting_contract",
            Self::ConfirmingContract => "confirming_contract",
            Self::InService => "in_service",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// What people call it.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Registering => "报名中",
            Self::ToSelect => "待选取",
            Self::Drawing => "选取中",
            Self::Choosing => "待采购人选定",
            Self::OnNotice => "中选公示中",
            Self::AwaitingContract => "待上传合同",
            Self::ConfirmingContract => "待确认合同",
            Self::InService => "服务中",
            Self::Delivered => "待确认服务结果",
            Self::Completed => "服务完成",
            Self::Stopped => "服务中止",
            Self::Failed => "流标",
            Self::Cancelled => "作废",
        }
    }

    /// The number of its state in [`PRODUCT_STATES`].
    pub const fn product_state(self) -> u8 {
        match self {
            Self::Registering => 6,
            Self::ToSelect => 11,
            Self::Drawing => 7,
            Self::Choosing => 8,
            Self::OnNotice => 9,
            Self::AwaitingContract => 16,
            Self::ConfirmingContract => 17,
            Self::InService | Self::Delivered => 1,
            Self::Completed => 2,
            Self::Stopped => 3,
            Self::Failed => 12,
            Self::Cancelled => 10,
        }
    }

    /// What a product in use calls it.
    pub fn product_name_zh(self) -> &'static str {
        let number = self.product_state();
        PRODUCT_STATES.iter().find(|(one, _)| *one == number).map_or("", |(_, name)| name)
    }

    /// Whether an agency can still be selected, or drop out of the selection.
    pub const fn is_selecting(self) -> bool {
        matches!(
            self,
            Self::Registering | Self::ToSelect | Self::Drawing | Self::Choosing | Self::OnNotice
        )
    }

    /// Whether nothing but rating and findings can follow.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Failed | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every state of the product is either somewhere here or said to be unused; codes are those of JSON.
    #[test]
    fn the_table_is_whole() {
        let used: BTreeSet<u8> = STAGES.iter().map(|stage| stage.product_state()).collect();
        let unused: BTreeSet<u8> = UNUSED_STATES.into_iter().collect();
        assert!(used.is_disjoint(&unused));
        let all: BTreeSet<u8> = PRODUCT_STATES.iter().map(|(number, _)| *number).collect();
        assert_eq!(used.union(&unused).copied().collect::<BTreeSet<_>>(), all);
        assert_eq!(all.len(), PRODUCT_STATES.len());
        for stage in STAGES {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.code());
        }
    }
}
