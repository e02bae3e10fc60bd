//! What can be asked of somebody's credit.

use std::sync::Arc;

use tongban_contracts::credit::{CreditEntry, CreditRequestKind, CreditSubject};

use super::credit_rule::CreditRules;
use super::terms::Rules;

/// What can be asked of somebody's credit.
#[derive(Debug, Clone)]
pub enum Command {
    /// 记录信用事件; points and term are the rule's.
    Record {
        /// Whose.
        subject: CreditSubject,
        /// What.
        entry: Box<CreditEntry>,
        /// The rule.
        credit: Arc<CreditRules>,
    },
    /// 以来源的最新结果为准: what was recorded of the same thing before is cancelled, and the new recorded.
    Settle {
        /// Whose.
        subject: CreditSubject,
        /// How the identifiers of everything recorded of that thing begin.
        prefix: String,
        /// What holds now, if anything that counts.
        entry: Option<Box<CreditEntry>>,
        /// Why what was recorded before does not hold.
        reason: String,
        /// The rule.
        credit: Arc<CreditRules>,
    },
    /// 更正信用事件: what is said of it; points and term stay, and so do requests about it.
    Restate {
        /// The event.
        entry: String,
        /// What is said from now on.
        summary: String,
        /// Why.
        reason: String,
        /// The rule.
        credit: Arc<CreditRules>,
    },
    /// 提出异议、申请修复
    Request {
        /// Identifier of the request.
        id: String,
        /// The event.
        entry: String,
        /// What for.
        kind: CreditRequestKind,
        /// In the subject's words.
        statement: String,
        /// What it is judged by.
        rules: Arc<Rules>,
        /// The rule.
        credit: Arc<CreditRules>,
    },
    /// 答复
    Answer {
        /// The request.
        request: String,
        /// Whether it is granted.
        granted: bool,
        /// Reason.
        reason: String,
        /// The rule.
        credit: Arc<CreditRules>,
    },
    /// 重新分类: the clock says so, or another rule applies.
    Judge {
        /// What clocks are judged by.
        rules: Arc<Rules>,
        /// The rule.
        credit: Arc<CreditRules>,
    },
}
