//! Data reported as wrong (数据校核): the source body answers within a limit, and every reader is told.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{CorrectionEvent, CorrectionReport};
use tongban_contracts::supermarket::Named;
use tongban_kernel::{Context, Fault, Faults, Principal, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::grant::Grant;
use super::rights::{filled, given, named, oversees, steward};
use super::rules::Ground;

/// What a reader reports (校核申请).
#[derive(Debug, Clone)]
pub struct Report {
    /// The grant it read the data by.
    pub grant_id: Uuid,
    /// As it stands.
    pub grant: Box<Grant>,
    /// Keys of the items that seem wrong.
    pub items: Vec<String>,
    /// The record, as the source body calls it.
    pub record: String,
    /// What seems wrong.
    pub wrong: String,
    /// What shows it.
    pub evidence: String,
    /// Limits.
    pub ground: Arc<Ground>,
}

/// The source body's answer (校核答复).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CorrectionAnswer)]
pub struct Answer {
    /// Who.
    pub by: Named,
    /// Whether the data were wrong (是否属实).
    #[schema(example = true)]
    pub upheld: bool,
    /// Why.
    #[schema(example = "登记日期录入错误，已更正")]
    pub reason: String,
    /// Day they were put right (更正日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-16"))]
    pub corrected_on: Option<NaiveDate>,
    /// When.
    #[schema(example = "2026-03-16T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// A correction as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What was reported.
    pub report: CorrectionReport,
    /// When.
    pub reported_at: DateTime<Utc>,
    /// The answer.
    pub answer: Option<Answer>,
    /// Whether the limit passed and was told to supervisors.
    pub overdue: bool,
}

/// What can be asked of a correction.
#[derive(Debug, Clone)]
pub enum Command {
    /// 提出校核
    Report(Report),
    /// 答复
    Answer {
        /// Whether the data were wrong.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// 到期: looks whether the limit passed.
    Tick,
}

impl Aggregate for Correction {
    type Event = CorrectionEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<CorrectionEvent>, Fault> {
        let today = civil_date(context.now);
        match (command, current) {
            (Command::Report(report), None) => {
                Ok(vec![CorrectionEvent::Reported(Box::new(report.checked(context)?))])
            }
            (Command::Report(_), Some(_)) => {
                Err(Fault::conflict("already_reported", "该校核申请已提交"))
            }
            (_, None) => Err(Fault::not_found("该校核申请")),
            (Command::Answer { upheld, reason }, Some(correction)) => {
                let report = &correction.report;
                steward(&context.actor, &report.source_body, &report.region)?;
                given(&reason)?;
                if correction.answer.is_some() {
                    return Err(Fault::conflict("already_answered", "该校核申请已答复"));
                }
                let (by, corrected_on) = (named(&context.actor), upheld.then_some(today));
                Ok(vec![CorrectionEvent::Answered { by, upheld, reason, corrected_on }])
            }
            (Command::Tick, Some(correction)) => {
                let due = correction.report.due;
                let silent = correction.answer.is_none() && !correction.overdue && today > due;
                Ok(silent.then_some(CorrectionEvent::Overdue { due }).into_iter().collect())
            }
        }
    }

    fn evolve(current: Option<Self>, event: &CorrectionEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (CorrectionEvent::Reported(report), None) => Some(Self {
                report: report.as_ref().clone(),
                reported_at: meta.at,
                answer: None,
                overdue: false,
            }),
            (CorrectionEvent::Reported(_), Some(_)) | (_, None) => None,
            (CorrectionEvent::Answered { by, upheld, reason, corrected_on }, Some(mut one)) => {
                let (by, reason) = (by.clone(), reason.clone());
                let (upheld, corrected_on) = (*upheld, *corrected_on);
                one.answer = Some(Answer { by, upheld, reason, corrected_on, at: meta.at });
                one.overdue = false;
                Some(one)
            }
            (CorrectionEvent::Overdue { .. }, Some(mut one)) => {
                one.overdue = true;
                Some(one)
            }
        }
    }
}

impl Correction {
    /// Whether `actor` may read it: the two bodies, the authority, supervisors of the region.
    pub fn may_read(&self, actor: &Principal) -> bool {
        let report = &self.report;
        let party = [&report.body, &report.source_body];
        let steward = actor.roles.contains(&tongban_kernel::Role::DataSteward);
        steward && party.iter().any(|body| actor.body.as_ref() == Some(&body.id))
            || oversees(actor, &report.region)
    }
}

impl Report {
    /// The report as it is kept. Every fault at once.
    fn checked(self, context: &Context) -> Result<CorrectionReport, Fault> {
        if !self.grant.is_holder(&context.actor) {
            let title = "只有持有该资源授权的单位可以提出校核";
            return Err(Fault::forbidden("not_your_grant", title));
        }
        let terms = &self.grant.terms;
        let mut faults = Faults::new();
        if self.items.is_empty() {
            faults.add("/items", "no_items", "须写明有疑义的信息项");
        }
        for (index, key) in self.items.iter().enumerate() {
            if !terms.items.iter().any(|item| item.key == *key) {
                let text = format!("授权中没有信息项 {key}");
                faults.add(format!("/items/{index}"), "not_granted", text);
            }
        }
        for (pointer, text) in
            [("/record", &self.record), ("/wrong", &self.wrong), ("/evidence", &self.evidence)]
        {
            filled(&mut faults, pointer, text);
        }
        faults.into_result("invalid_correction", "校核申请有误")?;
        let ground = &self.ground;
        Ok(CorrectionReport {
            body: terms.holder.clone(),
            by: named(&context.actor),
            grant_id: self.grant_id,
            resource_id: terms.resource_id,
            resource_code: terms.resource_code.clone(),
            resource_name: terms.resource_name.clone(),
            source_body: terms.source_body.clone(),
            region: terms.region.clone(),
            due: ground.due(civil_date(context.now), &ground.rules.correction)?,
            items: self.items,
            record: self.record,
            wrong: self.wrong,
            evidence: self.evidence,
        })
    }
}
