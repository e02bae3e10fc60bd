//! What can be asked of a visit on site.

use std::sync::Arc;

use tongban_calendar::Limit;
use tongban_contracts::inspections::{
    Evidence, InspectionFinding, OrderedInspector, PartResult, ShownPaper, VisitOrder,
};

use super::terms::Rules;

/// An inspector who came, as the library of inspectors judges that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attending {
    /// Identifier in the library.
    pub id: String,
    /// Why not qualified that day; none when qualified.
    pub unfit: Option<String>,
}

/// What is to be corrected, and in which time.
#[derive(Debug, Clone)]
pub struct Demand {
    /// What is to be put right.
    pub requirements: Vec<String>,
    /// How long it may take.
    pub limit: Limit,
}

/// A result on its way into the record.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// Result without the order to correct, whose day is computed.
    pub result: PartResult,
    /// What is to be corrected.
    pub demand: Option<Demand>,
}

/// What can be asked of a visit. `body` is the body whose part it is.
#[derive(Debug, Clone)]
pub enum Command {
    /// 下达任务书; the same order again changes nothing, one with more parts joins them.
    Order(Box<VisitOrder>),
    /// 调整检查人员
    Replace {
        /// The body.
        body: String,
        /// Whom it sends now.
        inspectors: Vec<OrderedInspector>,
        /// Why.
        reason: String,
    },
    /// 到场
    Begin {
        /// The body.
        body: String,
        /// Who came.
        present: Vec<Attending>,
        /// How they identified themselves.
        shown: ShownPaper,
        /// What it is judged by.
        rules: Arc<Rules>,
    },
    /// 记录检查情况
    Record {
        /// The body.
        body: String,
        /// What was found.
        findings: Vec<InspectionFinding>,
    },
    /// 告知检查结果
    Conclude {
        /// The body.
        body: String,
        /// The result.
        conclusion: Box<Conclusion>,
        /// What it is judged by.
        rules: Arc<Rules>,
    },
    /// 逾期未改正: the clock says so.
    Lapse {
        /// The body.
        body: String,
    },
    /// 复查
    FollowUp {
        /// The body.
        body: String,
        /// Who came.
        present: Vec<Attending>,
        /// Whether all was put right.
        corrected: bool,
        /// What was seen.
        note: String,
        /// What shows it.
        evidence: Vec<Evidence>,
        /// What it is judged by.
        rules: Arc<Rules>,
    },
    /// 移送
    HandOver {
        /// The body.
        body: String,
        /// Body that is to handle the case.
        to_body: String,
        /// Its name.
        to_name: String,
        /// Why.
        reason: String,
        /// What it is judged by.
        rules: Arc<Rules>,
    },
    /// 接收移送
    Receive {
        /// The body that handed over.
        body: String,
        /// Number of the receipt.
        receipt: String,
    },
    /// 更正检查结果
    Amend {
        /// The body.
        body: String,
        /// Code of the result.
        code: String,
        /// In words.
        summary: String,
        /// Why.
        reason: String,
        /// What it is judged by.
        rules: Arc<Rules>,
    },
}
