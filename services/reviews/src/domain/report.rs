//! What is reported to the higher platform (评价数据报送), in its fields.
//!
//! Two kinds of records: a service (办件或服务) and an evaluation of it (评价). Names and numbers of persons are in the
//! former only, where the interface asks for them, and only for receivers that get them.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::identity::DocumentKind;
use tongban_contracts::intake::Decision;
use tongban_contracts::matters::LimitUnit;
use tongban_contracts::review_sources::ReviewChannel;
use tongban_kernel::PrincipalKind;
use utoipa::ToSchema;
use uuid::Uuid;

use super::level::{Level, LevelScheme};

/// Seconds that China is ahead of UTC.
const CHINA: i32 = 8 * 3_600;
/// `proStatus` of a finished case.
const FINISHED: &str = "3";
/// `userPageType` of a resident identity card.
const IDENTITY_CARD: &str = "111";

/// A moment as the interface writes it.
pub fn written(at: DateTime<Utc>) -> String {
    let at = FixedOffset::east_opt(CHINA)
        .map_or(at.naive_utc(), |zone| at.with_timezone(&zone).naive_local());
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A record for the higher platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "record", rename_all = "snake_case")]
#[schema(as = ReviewReport)]
pub enum Report {
    /// 办件服务数据
    Service(Box<ServiceReport>),
    /// 评价数据
    Evaluation(Box<EvaluationReport>),
}

/// A service that may be evaluated (办件服务数据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReviewServiceReport)]
pub struct ServiceReport {
    /// 事项编码
    #[schema(example = "11320706MB0000001B4000117109003")]
    pub task_code: String,
    /// 事项名称
    #[schema(example = "建筑工程施工许可证核发")]
    pub task_name: String,
    /// 行政区划: twelve digits.
    #[schema(example = "320706000000")]
    pub area_code: String,
    /// 办件编号
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub project_no: String,
    /// 办件状态: 1 受理, 2 or 3 办结.
    #[schema(example = "3")]
    pub pro_status: String,
    /// 实施主体编码
    #[schema(example = "11320706MB0000001B")]
    pub orgcode: String,
    /// 部门编码
    #[schema(example = "11320706MB0000001B")]
    pub dept_code: String,
    /// 受理时间
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12 09:30:00"))]
    pub accept_date: Option<String>,
    /// 办结时间
    #[schema(example = "2026-03-13 10:05:31")]
    pub result_date: String,
    /// 申请人类型: 1 自然人, 2 法人, 9 其他.
    #[schema(example = "2")]
    pub user_prop: String,
    /// 申请人名称
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("云港示例建设有限公司（示例）"))]
    pub user_name: Option<String>,
    /// 证件类型: 111 身份证.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("111"))]
    pub user_page_type: Option<String>,
    /// 证件号码, of natural persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("320706194803120014"))]
    pub cert_key: Option<String>,
    /// 统一社会信用代码, of organisations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("91320706MA0000000X"))]
    pub credit_num: Option<String>,
    /// 服务名称
    #[schema(example = "办结")]
    pub service_name: String,
    /// 服务次数: which service of the case.
    #[schema(example = "1")]
    pub service_number: String,
    /// 服务时间
    #[schema(example = "2026-03-13 10:05:31")]
    pub service_time: String,
    /// 办件类型: 1 即办件, 2 承诺件.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2"))]
    pub project_type: Option<String>,
    /// 办件名称
    #[schema(example = "建筑工程施工许可证核发")]
    pub project_name: String,
    /// 承诺办结时限
    #[schema(example = "3")]
    pub promise_day: String,
    /// 承诺时限单位: 1 工作日, 2 自然日.
    #[schema(example = "1")]
    pub promise_time: String,
    /// 预计办结日期
    #[schema(example = "2026-03-16")]
    pub anticipate_day: String,
    /// 办理渠道: 1 网上.
    #[schema(example = "1")]
    pub pro_channel: String,
}

impl ServiceReport {
    /// The record of a decided case. Without `personal` it says nothing of a natural person.
    pub fn of(
        decision: &Decision,
        accepted: Option<DateTime<Utc>>,
        decided: DateTime<Utc>,
        personal: bool,
    ) -> Self {
        let Decision { number, matter, applicant, due, .. } = decision;
        let natural = applicant.kind == PrincipalKind::Citizen;
        let prop = match applicant.kind {
            PrincipalKind::Citizen => "1",
            PrincipalKind::Organisation => "2",
            _ => "9",
        };
        let document = &applicant.document;
        let card = document.kind == DocumentKind::CitizenId;
        let named = personal || !natural;
        let limit = &matter.promised_limit;
        Self {
            task_code: matter.code.clone(),
            task_name: matter.name.clone(),
            area_code: format!("{:0<12}", matter.region.as_str()),
            project_no: number.clone(),
            pro_status: FINISHED.into(),
            orgcode: matter.body.clone(),
            dept_code: matter.body.clone(),
            accept_date: accepted.map(written),
            result_date: written(decided),
            user_prop: prop.into(),
            user_name: named.then(|| applicant.name.clone()),
            user_page_type: (natural && personal && card).then(|| IDENTITY_CARD.into()),
            cert_key: (natural && personal).then(|| document.number.clone()),
            credit_num: (!natural).then(|| document.number.clone()),
            service_name: "办结".into(),
            service_number: "1".into(),
            service_time: written(decided),
            project_type: Some(if limit.amount == 0 { "1" } else { "2" }.into()),
            project_name: matter.name.clone(),
            promise_day: limit.amount.to_string(),
            promise_time: if limit.unit == LimitUnit::BusinessDay { "1" } else { "2" }.into(),
            anticipate_day: due.to_string(),
            pro_channel: "1".into(),
        }
    }
}

/// An evaluation (评价数据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReviewEvaluationReport)]
pub struct EvaluationReport {
    /// 办件编号
    #[serde(rename = "projectNo")]
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub project_no: String,
    /// 服务次数
    #[serde(rename = "serviceNumber")]
    #[schema(example = "1")]
    pub service_number: String,
    /// 评价等级: 5 is the best.
    #[schema(example = "5")]
    pub satisfaction: String,
    /// 评价标签, with commas between.
    #[serde(rename = "evalDetail")]
    #[schema(example = "510,517")]
    pub eval_detail: String,
    /// 文字评价, numbers of persons masked.
    #[serde(rename = "writingEvaluation")]
    #[schema(example = "窗口人员很耐心")]
    pub writing_evaluation: String,
    /// 评价时间
    #[serde(rename = "assessTime")]
    #[schema(example = "2026-03-14 20:20:00")]
    pub assess_time: String,
    /// 评价渠道: 1 PC端, 2 移动服务端, 3 二维码, 4 政务大厅平板电脑, 5 政务大厅其他终端, 6 电话, 7 短信, 9 其他.
    #[schema(example = "3")]
    pub pf: String,
    /// 是否默认评价: 1 yes.
    #[schema(example = "0")]
    pub isdefault: String,
    /// 是否有效评价: 0 when it was excluded as mistaken or malicious.
    #[serde(rename = "EffectivEvalua")]
    #[schema(example = "1")]
    pub effective: String,
    /// 是否已答复: 1 yes; of bad ones.
    #[serde(rename = "answerStatus")]
    #[schema(example = "0")]
    pub answer_status: String,
}

/// What was said, or put down for silence.
#[derive(Debug, Clone)]
pub struct Evaluated<'a> {
    /// Number of the case.
    pub case_number: &'a str,
    /// Which service of the case; the first when nobody says.
    pub service_number: Option<&'a str>,
    /// Level.
    pub level: Level,
    /// Codes of the tags.
    pub tags: &'a [String],
    /// Text.
    pub text: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
    /// By which way.
    pub channel: ReviewChannel,
    /// Whether it is a default rating.
    pub is_default: bool,
}

impl EvaluationReport {
    /// Its record.
    pub fn of(said: &Evaluated<'_>) -> Self {
        let flag = |set: bool| if set { "1" } else { "0" }.to_owned();
        Self {
            project_no: said.case_number.to_owned(),
            service_number: said.service_number.unwrap_or("1").to_owned(),
            satisfaction: said.level.code_in(LevelScheme::Report).to_owned(),
            eval_detail: said.tags.join(","),
            writing_evaluation: said.text.unwrap_or_default().to_owned(),
            assess_time: written(said.at),
            pf: pf(said.channel).to_owned(),
            isdefault: flag(said.is_default),
            effective: flag(true),
            answer_status: flag(false),
        }
    }

    /// The same, excluded.
    pub fn excluded(self) -> Self {
        Self { effective: "0".into(), ..self }
    }

    /// The same, answered.
    pub fn answered(self) -> Self {
        Self { answer_status: "1".into(), ..self }
    }
}

const fn pf(channel: ReviewChannel) -> &'static str {
    match channel {
        ReviewChannel::Portal => "1",
        ReviewChannel::Mobile => "2",
        ReviewChannel::QrCode => "3",
        ReviewChannel::Tablet => "4",
        ReviewChannel::Kiosk => "5",
        ReviewChannel::Telephone => "6",
        ReviewChannel::TextMessage => "7",
        ReviewChannel::Other => "9",
    }
}

/// Identifier of a record: the same event has the same one, however often it is told of.
pub fn record_id(target: &str, kind: &str, subject: &str, version: i64) -> Uuid {
    let name = format!("tongban:reviews:report:{target}/{kind}/{subject}/{version}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_evaluation_has_the_fields_of_the_interface() {
        let tags = ["510".to_owned(), "517".to_owned()];
        let said = Evaluated {
            case_number: "N1",
            service_number: None,
            level: Level::VerySatisfied,
            tags: &tags,
            text: Some("很耐心"),
            at: Utc.with_ymd_and_hms(2026, 3, 31, 16, 0, 0).unwrap(),
            channel: ReviewChannel::QrCode,
            is_default: false,
        };
        let report = EvaluationReport::of(&said);
        let expected = json!({
            "projectNo": "N1", "serviceNumber": "1", "satisfaction": "5", "evalDetail": "510,517",
            "writingEvaluation": "很耐心", "assessTime": "2026-04-01 00:00:00", "pf": "3",
            "isdefault": "0", "EffectivEvalua": "1", "answerStatus": "0",
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
        let changed = report.excluded().answered();
        assert_eq!((&*changed.effective, &*changed.answer_status), ("0", "1"));
        let worst = Evaluated { level: Level::VeryDissatisfied, ..said };
        assert_eq!(EvaluationReport::of(&worst).satisfaction, "1", "five is the best there");
    }

    #[test]
    fn ids_follow_from_what_is_told() {
        let id = record_id("province", "evaluation", "a", 2);
        assert_eq!(id, record_id("province", "evaluation", "a", 2));
        assert_ne!(id, record_id("province", "evaluation", "a", 3));
    }
}
