//! A publication as anyone, and as officers, read it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::publications::{PenaltyFate, PublicationKind, PublishedText};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::domain::masked;
use crate::domain::publication::{Publication, PublicationStage};
use crate::store::publication::Model;

/// A text that was shown before (原公示内容).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FormerText {
    /// What was shown.
    pub text: PublishedText,
    /// Why it no longer is.
    #[schema(example = "经责令已改正")]
    pub reason: String,
    /// Until when it was.
    #[schema(example = "2026-03-20T02:00:00Z")]
    pub until: DateTime<Utc>,
}

/// What became of a penalty's decision after it was published (处罚决定变动).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PenaltyOverruling {
    /// What became of it.
    pub fate: PenaltyFate,
    /// The paper that says so (依据文书编号).
    #[schema(example = "海政复决〔2026〕示例 3 号")]
    pub basis: String,
    /// Day on which it did.
    #[schema(example = "2026-05-06")]
    pub on: NaiveDate,
    /// Last day for withdrawing or correcting what is shown; absent until the calendar reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-05-11"))]
    pub due: Option<NaiveDate>,
    /// Whether that day went by first.
    #[schema(example = false)]
    pub overdue: bool,
}

/// A published result (公示).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublicationView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// What kind of thing it is.
    pub kind: PublicationKind,
    /// Number of the visit or the penalty.
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// Task, or cause of the penalty.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub title: String,
    /// Matters inspected.
    #[schema(example = json!(["餐饮服务提供者食品安全监督检查"]))]
    pub matters: Vec<String>,
    /// Body whose result it is.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// Whose result; a natural person's number masked.
    #[schema(example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name; a natural person's masked.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Who inspected.
    #[schema(example = json!(["丁示例（11320706000101）"]))]
    pub inspectors: Vec<String>,
    /// Day of the check or decision.
    #[schema(example = "2026-03-11")]
    pub ended_on: NaiveDate,
    /// `due`, `published`, `overruled` or `withdrawn`.
    #[schema(example = "published")]
    pub stage: String,
    /// The same in words.
    #[schema(example = "已公示")]
    pub stage_name: String,
    /// What is said.
    pub text: PublishedText,
    /// Last day for its publication; absent until the calendar reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-09"))]
    pub due: Option<NaiveDate>,
    /// Whether that day went by unpublished.
    #[schema(example = false)]
    pub overdue: bool,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12T02:00:00Z"))]
    pub published_at: Option<DateTime<Utc>>,
    /// Last day it is shown (公示期限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub shown_until: Option<NaiveDate>,
    /// What was shown before, oldest first.
    pub former: Vec<FormerText>,
    /// What last became of a penalty's decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overruled: Option<PenaltyOverruling>,
    /// Why it was withdrawn; what it says is no longer held to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("原检查结果经复议撤销"))]
    pub withdrawn_because: Option<String>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-05-06T02:00:00Z"))]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl PublicationView {
    /// As anyone reads it: natural persons masked, in every text.
    pub fn for_anyone(id: &str, one: &Publication, today: NaiveDate) -> Self {
        Self::of(id, one, today, one.duty.natural_person)
    }

    /// As officers read it.
    pub fn for_officers(id: &str, one: &Publication, today: NaiveDate) -> Self {
        Self::of(id, one, today, false)
    }

    fn of(id: &str, one: &Publication, today: NaiveDate, mask: bool) -> Self {
        let duty = &one.duty;
        let shown = |text: &str| match mask {
            true => masked::within(text, &duty.subject_name, &duty.subject_code),
            false => text.to_owned(),
        };
        let text = |text: &PublishedText| PublishedText {
            code: text.code.clone(),
            summary: shown(&text.summary),
            handling: shown(&text.handling),
        };
        let former = one.former.iter().map(|former| FormerText {
            text: text(&former.text),
            reason: shown(&former.reason),
            until: former.until,
        });
        let late = one.published_at.is_none() && duty.due.is_some_and(|due| today > due);
        let overruled = one.overruled.as_ref().map(|overruled| {
            let change = &overruled.change;
            let open = one.stage == PublicationStage::Overruled;
            let late = open && change.due.is_some_and(|due| today > due);
            PenaltyOverruling {
                fate: change.fate,
                basis: shown(&change.basis),
                on: change.on,
                due: change.due,
                overdue: overruled.overdue || late,
            }
        });
        Self {
            id: id.to_owned(),
            kind: duty.kind,
            number: duty.number.clone(),
            title: shown(&duty.title),
            matters: duty.matters.clone(),
            body: duty.body.clone(),
            body_name: duty.body_name.clone(),
            region: duty.region.clone(),
            subject_code: shown(&duty.subject_code),
            subject_name: shown(&duty.subject_name),
            inspectors: duty.inspectors.clone(),
            ended_on: duty.ended_on,
            stage: one.stage.code().to_owned(),
            stage_name: one.stage.name_zh().to_owned(),
            text: text(&duty.text),
            due: duty.due,
            overdue: one.overdue || late,
            published_at: one.published_at,
            shown_until: one.shown_until,
            former: former.collect(),
            overruled,
            withdrawn_because: one.withdrawn.as_ref().map(|(reason, _)| shown(reason)),
            withdrawn_at: one.withdrawn.as_ref().map(|(_, at)| *at),
        }
    }
}

/// A publication in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublicationSummary {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// `inspection`, `penalty` or `small_penalty`.
    #[schema(example = "inspection")]
    pub kind: String,
    /// Number of the visit or the penalty.
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// Task, or cause of the penalty.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub title: String,
    /// Body.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Whose result; a natural person's number masked.
    #[schema(example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name; a natural person's masked.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Code of the result; absent for penalties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("E"))]
    pub result_code: Option<String>,
    /// `due`, `published`, `overruled` or `withdrawn`.
    #[schema(example = "published")]
    pub stage: String,
    /// Day of the check or decision.
    #[schema(example = "2026-03-11")]
    pub ended_on: NaiveDate,
    /// Last day for its publication; of one that is `overruled`, for its withdrawal or correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-09"))]
    pub due: Option<NaiveDate>,
    /// Whether that day went by first.
    #[schema(example = false)]
    pub overdue: bool,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12T02:00:00Z"))]
    pub published_at: Option<DateTime<Utc>>,
    /// Last day it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2031-03-12"))]
    pub shown_until: Option<NaiveDate>,
}

impl PublicationSummary {
    /// As anyone reads it: natural persons masked.
    pub fn for_anyone(row: Model) -> Self {
        let mask = row.natural_person;
        let (name, code) = (row.subject_name.clone(), row.subject_code.clone());
        let mut shown = Self::for_officers(row);
        if mask {
            shown.title = masked::within(&shown.title, &name, &code);
            shown.subject_name = masked::name(&name);
            shown.subject_code = masked::number(&code);
        }
        shown
    }

    /// As officers read it.
    pub fn for_officers(row: Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            number: row.number,
            title: row.title,
            body: row.body,
            body_name: row.body_name,
            region: row.region,
            subject_code: row.subject_code,
            subject_name: row.subject_name,
            result_code: row.result_code,
            stage: row.stage,
            ended_on: row.ended_on,
            due: row.due,
            overdue: row.overdue,
            published_at: row.published_at.and_then(DateTime::from_timestamp_micros),
            shown_until: row.shown_until,
        }
    }
}
