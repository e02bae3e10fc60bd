//! What inspectors enter on site.

use serde::Deserialize;
use tongban_calendar::Limit;
use tongban_contracts::inspections::{ShownPaper, Verdict};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who came (到场).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitBeginning {
    /// The body whose part begins (检查单位).
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Identifiers of the inspectors present, the caller among them.
    #[schema(min_items = 1, max_items = 20, example = json!(["5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807", "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190808"]))]
    pub present: Vec<String>,
    /// How they identified themselves.
    pub shown: ShownPaper,
}

/// A finding (检查记录).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingEntry {
    /// The item of the checklist.
    #[schema(min_length = 1, max_length = 64, example = "CL-FOOD-01.03")]
    pub item: String,
    /// What was found.
    pub verdict: Verdict,
    /// In words; a violation needs them.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, examples("两名从业人员健康证明过期"))]
    pub note: Option<String>,
    /// Files that show it; a violation needs at least one.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"]))]
    pub evidence: Vec<Uuid>,
}

/// Findings (检查情况).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitFindings {
    /// The body.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// What was found; a later finding of an item replaces the one before.
    #[schema(min_items = 1, max_items = 200)]
    pub findings: Vec<FindingEntry>,
}

/// What the inspected did with the result (签字确认).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignatureEntry {
    /// 签字
    Signed {
        /// By whom.
        #[schema(min_length = 1, max_length = 100, example = "王示例")]
        name: String,
        /// In which position.
        #[schema(min_length = 1, max_length = 100, example = "负责人")]
        position: String,
        /// The signed paper.
        #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
        paper: Uuid,
    },
    /// 拒签，有见证人
    RefusedWitnessed {
        /// What inspectors noted of it.
        #[schema(min_length = 1, max_length = 2000, example = "当事人拒绝签字")]
        note: String,
        /// The witness.
        #[schema(min_length = 1, max_length = 100, example = "李示例")]
        witness: String,
        /// Who that is.
        #[schema(min_length = 1, max_length = 200, example = "示例社区居民委员会工作人员")]
        affiliation: String,
    },
    /// 拒签，有录音录像
    RefusedRecorded {
        /// What inspectors noted of it.
        #[schema(min_length = 1, max_length = 2000, example = "当事人拒绝签字")]
        note: String,
        /// The recording, or what was taken of it.
        #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
        recording: Uuid,
    },
    /// 未见当事人
    NobodyMet {
        /// What inspectors noted of it.
        #[schema(min_length = 1, max_length = 2000, example = "登记住所已无该单位")]
        note: String,
        /// What shows it.
        #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
        proof: Uuid,
    },
}

/// What is to be corrected (责令改正).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionEntry {
    /// What is to be put right.
    #[schema(min_items = 1, max_items = 50, example = json!(["两名从业人员取得有效健康证明后方可上岗"]))]
    pub requirements: Vec<String>,
    /// How long it may take.
    pub limit: Limit,
}

/// The result of one body's part (检查结果).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitResult {
    /// The body.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Code of the list of results (检查结果代码).
    #[schema(min_length = 1, max_length = 2, example = "3")]
    pub code: String,
    /// In words.
    #[schema(min_length = 1, max_length = 2000, example = "从业人员健康管理不符合要求")]
    pub summary: String,
    /// The written notice that was given on the spot (检查结果告知书).
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub notice: Uuid,
    /// What the inspected did with it.
    pub signature: SignatureEntry,
    /// What is to be corrected, if anything.
    #[serde(default)]
    pub correction: Option<CorrectionEntry>,
}

/// A follow-up visit (复查).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitFollowUp {
    /// The body.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Identifiers of the inspectors present, the caller among them.
    #[schema(min_items = 1, max_items = 20, example = json!(["5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807", "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190808"]))]
    pub present: Vec<String>,
    /// Whether all was put right.
    #[schema(example = true)]
    pub corrected: bool,
    /// What was seen.
    #[schema(min_length = 1, max_length = 2000, example = "两名从业人员已取得有效健康证明")]
    pub note: String,
    /// Files that show it.
    #[schema(max_items = 50, example = json!(["019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"]))]
    pub evidence: Vec<Uuid>,
}

/// A hand-over to case handling (移送).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitHandover {
    /// The body that hands over.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Body that is to handle the case (承办单位).
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub to_body: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub to_name: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "责令改正逾期未改，涉嫌违法")]
    pub reason: String,
}

/// The receipt for a hand-over (移送回执).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitReceipt {
    /// The body that handed over.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Number of the receipt.
    #[schema(min_length = 1, max_length = 100, example = "海市监立〔2026〕3 号")]
    pub receipt: String,
}

/// An amendment of a result (更正检查结果).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitAmendment {
    /// The body whose result it is.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Code of the result from now on.
    #[schema(min_length = 1, max_length = 2, example = "5")]
    pub code: String,
    /// In words.
    #[schema(min_length = 1, max_length = 2000, example = "消防通道堆放杂物")]
    pub summary: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "复核认定适用条款有误")]
    pub reason: String,
}
