//! What each command leads to, or why it is refused (行政许可法 art. 32, 38, 42).

use serde_json::Value;
use tongban_contracts::intake::{
    CaseEvent, CorrectionItem, Decision, HandedMaterial, Outcome, RefusalGround, Submission,
};
use tongban_kernel::{Context, Fault, Faults, Role, civil_date};

use super::case::CaseFile;
use super::command::{Command, Filing};
use super::notice;
use super::rights::officer;
use super::stage::Stage;
use super::terms::Terms;

/// The account under which this service acts on events of others.
const SERVICE: &str = "service:intake";

type Decided = Result<Vec<CaseEvent>, Fault>;

/// See [`tongban_ledger::Aggregate::decide`].
pub fn decide(current: Option<&CaseFile>, command: Command, context: &Context) -> Decided {
    let Some(case) = current else {
        return match command {
            Command::Submit(filing) => submit(*filing, context),
            _ => Err(Fault::not_found("该办件")),
        };
    };
    let refused = illegal(&command, case);
    match command {
        Command::Submit(_) => Err(refused),
        Command::RequestCorrection { items, terms } => {
            request_correction(case, items, &terms, context, refused)
        }
        Command::Resubmit { form, materials } => resubmit(case, form, materials, context, refused),
        Command::Accept { terms } => accept(case, &terms, context, refused),
        Command::RefuseAcceptance { ground, reason, competent_body } => {
            officer(&context.actor, Role::WindowClerk, &case.matter)?;
            refuse_acceptance(case, ground, reason, competent_body, refused)
        }
        Command::Decide { outcome, reason } => rule(case, outcome, reason, context, refused),
        Command::Withdraw { reason } => {
            case.check_applicant(&context.actor)?;
            withdraw(case, reason, refused)
        }
        Command::RecordLicence { identifier } => record_licence(case, identifier, context, refused),
    }
}

/// The refusal of a command that the state does not allow; its code names both.
fn illegal(command: &Command, case: &CaseFile) -> Fault {
    let code = format!("cannot_{}_when_{}", command.code(), case.stage.code());
    let title = format!("办件处于“{}”状态，不能{}", case.stage_name_zh(), command.name_zh());
    Fault::new(tongban_kernel::FaultKind::Conflict, code, title)
}

fn submit(filing: Filing, context: &Context) -> Decided {
    let Filing { number, applicant, form, materials, terms } = filing;
    if applicant.account != context.actor.account || applicant.kind != context.actor.kind {
        return Err(Fault::forbidden("not_your_case", "只能以本人账号提交申请"));
    }
    let matter = terms.case_matter();
    let notice_due = terms.due(civil_date(context.now), &matter.notice_limit)?;
    let submission = Submission { number, matter, applicant, form, materials, notice_due };
    Ok(vec![CaseEvent::Submitted(Box::new(submission))])
}

fn request_correction(
    case: &CaseFile,
    items: Vec<CorrectionItem>,
    terms: &Terms,
    context: &Context,
    refused: Fault,
) -> Decided {
    officer(&context.actor, Role::WindowClerk, &case.matter)?;
    match case.stage {
        Stage::Submitted => {}
        Stage::Correcting | Stage::Resubmitted => {
            let title = "补正通知只能发出一次，且已发出（行政许可法第三十二条第一款第四项）";
            return Err(Fault::conflict("already_notified", title));
        }
        _ => return Err(refused),
    }
    notice::check(case, &items, terms)?;
    Ok(vec![CaseEvent::CorrectionRequested { items }])
}

fn resubmit(
    case: &CaseFile,
    form: Value,
    materials: Vec<HandedMaterial>,
    context: &Context,
    refused: Fault,
) -> Decided {
    case.check_applicant(&context.actor)?;
    if case.stage != Stage::Correcting {
        return Err(refused);
    }
    Ok(vec![CaseEvent::Resubmitted { form, materials }])
}

fn accept(case: &CaseFile, terms: &Terms, context: &Context, refused: Fault) -> Decided {
    officer(&context.actor, Role::WindowClerk, &case.matter)?;
    if !matches!(case.stage, Stage::Submitted | Stage::Resubmitted) {
        return Err(refused);
    }
    let missing = terms.missing(&case.materials);
    if !missing.is_empty() {
        let names: Vec<String> = missing
            .iter()
            .map(|material| format!("{}（{}）", material.name, material.code))
            .collect();
        let detail = format!("缺少 {} 项必要材料：{}", names.len(), names.join("、"));
        return Err(Fault::conflict("materials_missing", "材料不齐全，不能受理，应一次性告知补正")
            .with_detail(detail));
    }
    let today = civil_date(context.now);
    let due = terms.due(today, &case.matter.promised_limit)?;
    let legal = case.matter.legal_limit.as_ref();
    let legal_due = legal.map(|limit| terms.due(today, limit)).transpose()?;
    Ok(vec![CaseEvent::Accepted { due, legal_due }])
}

fn refuse_acceptance(
    case: &CaseFile,
    ground: RefusalGround,
    reason: String,
    competent_body: Option<String>,
    refused: Fault,
) -> Decided {
    let not_corrected = ground == RefusalGround::NotCorrected;
    match case.stage {
        Stage::Submitted if not_corrected => {
            let title = "尚未发出补正通知，不能以未补正为由不予受理";
            return Err(Fault::conflict("not_notified", title));
        }
        Stage::Submitted | Stage::Resubmitted => {}
        Stage::Correcting if not_corrected => {}
        _ => return Err(refused),
    }
    let mut faults = Faults::new();
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "应说明不予受理的理由");
    }
    let names_body = competent_body.as_deref().is_some_and(|body| !body.trim().is_empty());
    match (ground, names_body) {
        (RefusalGround::NotCompetent, false) => faults.add(
            "/competent_body",
            "required",
            "不属于本机关职权范围的，应告知申请人向有权机关申请（行政许可法第三十二条第一款第二项）",
        ),
        (RefusalGround::NotNeeded | RefusalGround::NotCorrected, true) => {
            faults.add("/competent_body", "not_allowed", "仅在不属于本机关职权范围时填写有权机关");
        }
        _ => {}
    }
    faults.into_result("invalid_refusal", "不予受理决定有误")?;
    let competent_body = competent_body.filter(|_| names_body);
    Ok(vec![CaseEvent::AcceptanceRefused { ground, reason, competent_body }])
}

fn rule(
    case: &CaseFile,
    outcome: Outcome,
    reason: String,
    context: &Context,
    refused: Fault,
) -> Decided {
    officer(&context.actor, Role::Approver, &case.matter)?;
    let acceptance = match &case.acceptance {
        Some(acceptance) if case.stage == Stage::Accepted => acceptance,
        _ => return Err(refused),
    };
    if case.handled_by(&context.actor) {
        let title = "受理（或告知补正）与审批须由不同人员办理，您已经办过该件的前一环节";
        return Err(Fault::forbidden("same_officer", title));
    }
    let mut faults = Faults::new();
    if outcome == Outcome::Denied && reason.trim().is_empty() {
        faults.add("/reason", "required", "不予许可的应当说明理由（行政许可法第三十八条）");
    }
    faults.into_result("invalid_decision", "办理决定有误")?;
    let decision = Decision {
        outcome,
        reason,
        number: case.number.clone(),
        matter: case.matter.clone(),
        applicant: case.applicant.clone(),
        form: case.form.clone(),
        accepted_by: acceptance.by.account.clone(),
        due: acceptance.due,
    };
    Ok(vec![CaseEvent::Decided(Box::new(decision))])
}

fn withdraw(case: &CaseFile, reason: String, refused: Fault) -> Decided {
    if case.stage.is_end() {
        return Err(refused);
    }
    let mut faults = Faults::new();
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "应说明撤件原因");
    }
    faults.into_result("invalid_withdrawal", "撤件申请有误")?;
    Ok(vec![CaseEvent::Withdrawn { reason }])
}

fn record_licence(
    case: &CaseFile,
    identifier: String,
    context: &Context,
    refused: Fault,
) -> Decided {
    if context.actor.account != SERVICE {
        return Err(Fault::forbidden("wrong_kind", "证照由系统登记，不能人工填写"));
    }
    if !case.is_approved() {
        return Err(refused);
    }
    match &case.licence {
        None => Ok(vec![CaseEvent::LicenceRecorded { identifier }]),
        Some(known) if *known == identifier => Ok(Vec::new()),
        Some(_) => Err(Fault::conflict("licence_already_recorded", "该办件已登记另一证照")),
    }
}
