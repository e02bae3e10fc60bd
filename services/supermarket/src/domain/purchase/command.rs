//! What can be asked of a purchase.

use std::collections::BTreeMap;
use std::sync::Arc;

use tongban_calendar::Calendar;
use tongban_contracts::purchases::{DroppedAgency, PurchaseDocument, PurchaseMarks, StopGround};

use super::contract::Offer;
use super::draft::{Draft, Facts};
use super::register::Sought;
use crate::domain::rules::PurchaseRules;

/// What can be asked of a purchase.
#[derive(Debug, Clone)]
pub enum Command {
    /// 发布采购
    Publish(Box<Draft>, Box<Facts>),
    /// 报名
    Register(Box<Sought>),
    /// 撤回报名
    WithdrawRegistration,
    /// 报名截止、开标: the bids as the vault gives them, by agency.
    Close {
        /// Quotes by agency; absent where a sealed bid did not open.
        quotes: BTreeMap<String, i64>,
        /// Who is no longer fit.
        dropped: Vec<DroppedAgency>,
        /// The published rules.
        rules: Arc<PurchaseRules>,
    },
    /// 退出选取: some are no longer fit.
    Drop {
        /// Who and by which rule.
        dropped: Vec<DroppedAgency>,
        /// The published rules.
        rules: Arc<PurchaseRules>,
    },
    /// 启动抽取: the draw was proposed to the drawing of this service.
    ProposeDraw {
        /// Its identifier.
        draw: String,
        /// Who is drawn from.
        candidates: Vec<String>,
    },
    /// 抽取结果, replacements included.
    Drawn {
        /// The draw.
        draw: String,
        /// Who stands, in the order of drawing.
        result: Vec<String>,
        /// The published rules.
        rules: Arc<PurchaseRules>,
        /// Business days.
        calendar: Arc<Calendar>,
    },
    /// 流标: the draw has nobody left who stands.
    GiveUp,
    /// 到期办理: what is due by the clock.
    Tick {
        /// The published rules.
        rules: Arc<PurchaseRules>,
        /// Business days.
        calendar: Arc<Calendar>,
    },
    /// 选定: the owner picks from the small list.
    Choose {
        /// Whom.
        agency: String,
        /// Why.
        reason: String,
        /// The published rules.
        rules: Arc<PurchaseRules>,
        /// Business days.
        calendar: Arc<Calendar>,
    },
    /// 上传合同
    UploadContract(Box<Offer>),
    /// 确认或退回合同
    AnswerContract {
        /// Confirmed, or returned.
        confirmed: bool,
        /// Why it is returned.
        reason: Option<String>,
    },
    /// 上传服务结果
    Deliver {
        /// What.
        documents: Vec<PurchaseDocument>,
        /// Remark.
        note: String,
    },
    /// 确认或退回服务结果
    AnswerResult {
        /// Accepted, or returned.
        accepted: bool,
        /// Why it is returned.
        reason: Option<String>,
        /// The published rules.
        rules: Arc<PurchaseRules>,
        /// Business days.
        calendar: Arc<Calendar>,
    },
    /// 服务评价
    Rate {
        /// Six marks.
        marks: PurchaseMarks,
        /// In words.
        text: Option<String>,
    },
    /// 服务中止
    Stop {
        /// On which ground.
        ground: StopGround,
        /// Why.
        reason: String,
    },
    /// 违约认定
    DecideBreach {
        /// Whether it was one.
        found: bool,
        /// Why.
        reason: String,
        /// Identifier of the breach to be recorded.
        breach: String,
    },
    /// 作废
    Cancel {
        /// Why.
        reason: String,
    },
}
