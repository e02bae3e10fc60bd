//! A case's events in Chinese words, for the timeline (办件进度).

use tongban_contracts::intake::{CaseEvent, Outcome, RefusalGround};

/// What an event is called.
pub fn title(event: &CaseEvent) -> &'static str {
    match event {
        CaseEvent::Submitted(_) => "接件",
        CaseEvent::CorrectionRequested { .. } => "一次性补正告知",
        CaseEvent::Resubmitted { .. } => "提交补正",
        CaseEvent::Accepted { .. } => "受理",
        CaseEvent::AcceptanceRefused { ground: RefusalGround::NotNeeded, .. } => "不受理",
        CaseEvent::AcceptanceRefused { .. } => "不予受理",
        CaseEvent::Decided(decision) => match decision.outcome {
            Outcome::Approved => "办结（准予）",
            Outcome::Denied => "办结（不予）",
        },
        CaseEvent::Withdrawn { .. } => "撤件",
        CaseEvent::LicenceRecorded { .. } => "出证",
    }
}

/// The event's name in data.
pub const fn code(event: &CaseEvent) -> &'static str {
    match event {
        CaseEvent::Submitted(_) => "submitted",
        CaseEvent::CorrectionRequested { .. } => "correction_requested",
        CaseEvent::Resubmitted { .. } => "resubmitted",
        CaseEvent::Accepted { .. } => "accepted",
        CaseEvent::AcceptanceRefused { .. } => "acceptance_refused",
        CaseEvent::Decided(_) => "decided",
        CaseEvent::Withdrawn { .. } => "withdrawn",
        CaseEvent::LicenceRecorded { .. } => "licence_recorded",
    }
}

/// What happened, in a sentence.
pub fn sentence(event: &CaseEvent) -> String {
    match event {
        CaseEvent::Submitted(submission) => format!(
            "收到“{}”申请，办件编号 {}，材料 {} 份；如需补正，应于 {} 前一次性告知",
            submission.matter.name,
            submission.number,
            submission.materials.len(),
            submission.notice_due
        ),
        CaseEvent::CorrectionRequested { items } => {
            let texts: Vec<&str> = items.iter().map(|item| item.message.as_str()).collect();
            format!("需补正 {} 项：{}", items.len(), texts.join("；"))
        }
        CaseEvent::Resubmitted { materials, .. } => {
            format!("申请人重新提交表单和材料 {} 份", materials.len())
        }
        CaseEvent::Accepted { due, legal_due: Some(legal) } => {
            format!("申请已受理，承诺于 {due} 前办结，法定期限至 {legal}")
        }
        CaseEvent::Accepted { due, legal_due: None } => {
            format!("申请已受理，承诺于 {due} 前办结")
        }
        CaseEvent::AcceptanceRefused { ground, reason, competent_body } => {
            let ground = match ground {
                RefusalGround::NotNeeded => "依法不需要取得许可",
                RefusalGround::NotCompetent => "不属于本机关职权范围",
                RefusalGround::NotCorrected => "未按要求补正",
            };
            match competent_body {
                Some(body) => format!("{ground}：{reason}；请向{body}申请"),
                None => format!("{ground}：{reason}"),
            }
        }
        CaseEvent::Decided(decision) => match (decision.outcome, decision.reason.trim()) {
            (Outcome::Approved, "") => "准予".to_owned(),
            (Outcome::Approved, reason) => format!("准予：{reason}"),
            (Outcome::Denied, reason) => format!("不予：{reason}"),
        },
        CaseEvent::Withdrawn { reason } => format!("申请人撤回申请：{reason}"),
        CaseEvent::LicenceRecorded { identifier } => format!("已签发电子证照 {identifier}"),
    }
}
