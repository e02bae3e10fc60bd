//! Each step's rules.

use serde_json::json;
use tongban_contracts::intake::{CaseEvent, Outcome, RefusalGround};
use tongban_kernel::{FaultKind, Role};

use super::samples::{Walk, applicant, filing, item, material, officer, terms};
use crate::domain::clocks;
use crate::domain::command::Command;
use crate::domain::stage::Stage;

fn correction(pointers: &[&str]) -> Command {
    let items = pointers.iter().map(|pointer| item(pointer)).collect();
    Command::RequestCorrection { items, terms: terms() }
}

fn refusal(ground: RefusalGround, body: Option<&str>) -> Command {
    let competent_body = body.map(str::to_owned);
    Command::RefuseAcceptance { ground, reason: "理由".into(), competent_body }
}

fn accept() -> Command {
    Command::Accept { terms: terms() }
}

fn decision(outcome: Outcome, reason: &str) -> Command {
    Command::Decide { outcome, reason: reason.into() }
}

#[test]
fn nobody_files_for_another() {
    let walk = Walk::new();
    let fault = walk.judge(&applicant("other"), filing(&["M01", "M02"])).unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (FaultKind::Forbidden, "not_your_case"));
}

#[test]
fn a_notice_names_existing_things_and_everything_missing() {
    let walk = Walk::filed(&["M01"]);
    let clerk = officer("clerk", &[Role::WindowClerk]);
    let faulty = correction(&["/materials/M09", "/form/colour", "/elsewhere"]);
    let fault = walk.judge(&clerk, faulty).unwrap_err();
    let pointers: Vec<_> = fault.errors().iter().map(|one| one.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/items/0/pointer", "/items/1/pointer", "/items/2/pointer", "/items"],
        "the last one: M02 is missing and was left out"
    );
    assert_eq!(walk.judge(&clerk, correction(&[])).unwrap_err().code(), "invalid_notice");
    assert!(walk.judge(&clerk, correction(&["/materials/M02", "/form/project_name"])).is_ok());
}

#[test]
fn there_is_one_notice_only() {
    let mut walk = Walk::filed(&["M01", "M02"]);
    let clerk = officer("clerk", &[Role::WindowClerk]);
    walk.take(&clerk, correction(&["/materials/M02"])).unwrap();
    let again = correction(&["/form/project_name"]);
    assert_eq!(walk.judge(&clerk, again.clone()).unwrap_err().code(), "already_notified");
    let materials = vec![material("M01"), material("M02")];
    walk.take(&applicant("org"), Command::Resubmit { form: json!({}), materials }).unwrap();
    assert_eq!(walk.judge(&clerk, again).unwrap_err().code(), "already_notified");
}

#[test]
fn grounds_of_refusal_need_what_the_law_says() {
    let mut walk = Walk::filed(&["M01"]);
    let clerk = officer("clerk", &[Role::WindowClerk]);
    let code = |walk: &Walk, command| walk.judge(&clerk, command).unwrap_err().code().to_owned();
    let unnamed = walk.judge(&clerk, refusal(RefusalGround::NotCompetent, Some(" "))).unwrap_err();
    assert_eq!(unnamed.errors()[0].pointer, "/competent_body");
    assert_eq!(code(&walk, refusal(RefusalGround::NotNeeded, Some("某局"))), "invalid_refusal");
    assert_eq!(code(&walk, refusal(RefusalGround::NotCorrected, None)), "not_notified");
    walk.take(&clerk, correction(&["/materials/M02"])).unwrap();
    assert_eq!(
        code(&walk, refusal(RefusalGround::NotNeeded, None)),
        "cannot_refuse_acceptance_when_correcting"
    );
    walk.take(&clerk, refusal(RefusalGround::NotCorrected, None)).unwrap();
    assert_eq!(walk.case().stage, Stage::Refused);
}

#[test]
fn only_a_complete_application_is_accepted() {
    let walk = Walk::filed(&["M01", "M03"]);
    let fault = walk.judge(&officer("clerk", &[Role::WindowClerk]), accept()).unwrap_err();
    assert_eq!(fault.code(), "materials_missing");
    assert!(fault.detail().unwrap().contains("施工合同（M02）"));
}

#[test]
fn limits_count_from_the_civil_day_of_the_step() {
    let mut walk = Walk::filed(&["M01", "M02"]);
    // 2026-03-13 is a Friday; 23:30 in China is still that day.
    walk.now = chrono::DateTime::parse_from_rfc3339("2026-03-13T14:30:00Z").unwrap().to_utc();
    walk.take(&officer("clerk", &[Role::WindowClerk]), accept()).unwrap();
    let acceptance = walk.case().acceptance.clone().unwrap();
    assert_eq!(walk.case().notice_due.to_string(), "2026-03-18");
    assert_eq!(acceptance.due.to_string(), "2026-03-18");
    assert_eq!(acceptance.legal_due.unwrap().to_string(), "2026-03-20");
    let clocks = clocks::read(walk.case(), &terms(), walk.now).unwrap();
    assert_eq!(clocks.notice.done_on.unwrap().to_string(), "2026-03-13");
    let promised = clocks.promised.unwrap();
    assert_eq!((promised.explained.due, promised.business_days_left), (acceptance.due, Some(3)));
}

#[test]
fn a_limit_beyond_the_calendar_is_refused() {
    let mut walk = Walk::new();
    walk.now = chrono::DateTime::parse_from_rfc3339("2026-12-29T02:00:00Z").unwrap().to_utc();
    let fault = walk.judge(&applicant("org"), filing(&["M01", "M02"])).unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (FaultKind::Conflict, "calendar_not_loaded"));
}

#[test]
fn those_who_handled_a_case_do_not_decide_it() {
    let both = officer("both", &[Role::WindowClerk, Role::Approver]);
    let corrector = officer("corrector", &[Role::WindowClerk, Role::Approver]);
    let mut walk = Walk::filed(&["M01", "M02"]);
    walk.take(&corrector, correction(&["/form/project_name"])).unwrap();
    let materials = vec![material("M01"), material("M02")];
    walk.take(&applicant("org"), Command::Resubmit { form: json!({}), materials }).unwrap();
    walk.take(&both, accept()).unwrap();
    for officer in [&both, &corrector] {
        let fault = walk.judge(officer, decision(Outcome::Approved, "")).unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (FaultKind::Forbidden, "same_officer"));
    }
    let approver = officer("approver", &[Role::Approver]);
    let unreasoned = walk.judge(&approver, decision(Outcome::Denied, "  ")).unwrap_err();
    assert_eq!(unreasoned.errors()[0].pointer, "/reason");
    walk.take(&approver, decision(Outcome::Denied, "不符合规划")).unwrap();
    let Some((CaseEvent::Decided(decided), _)) = walk.events.last() else { panic!() };
    assert_eq!((decided.accepted_by.as_str(), decided.outcome), ("both", Outcome::Denied));
}

#[test]
fn officers_act_in_their_role_body_and_region_only() {
    let walk = Walk::filed(&["M01", "M02"]);
    let clerk = officer("clerk", &[Role::WindowClerk]);
    let elsewhere = tongban_kernel::RegionCode::parse("320707").unwrap();
    let code = |actor| walk.judge(&actor, accept()).unwrap_err().code().to_owned();
    assert_eq!(code(officer("x", &[Role::Approver])), "wrong_role");
    let strange =
        tongban_kernel::Principal { body: Some("11320706MB0000005P".into()), ..clerk.clone() };
    assert_eq!(code(strange), "not_your_body");
    let far = tongban_kernel::Principal { region: Some(elsewhere), ..clerk };
    assert_eq!(code(far), "not_your_body");
}

#[test]
fn a_licence_is_recorded_once_and_by_the_system() {
    let mut walk = Walk::filed(&["M01", "M02"]);
    let system = tongban_kernel::Principal::service("intake");
    let record = |id: &str| Command::RecordLicence { identifier: id.into() };
    assert_eq!(
        walk.judge(&system, record("L1")).unwrap_err().code(),
        "cannot_record_licence_when_submitted"
    );
    walk.take(&officer("clerk", &[Role::WindowClerk]), accept()).unwrap();
    walk.take(&officer("approver", &[Role::Approver]), decision(Outcome::Approved, "")).unwrap();
    assert_eq!(walk.judge(&applicant("org"), record("L1")).unwrap_err().code(), "wrong_kind");
    walk.take(&system, record("L1")).unwrap();
    assert_eq!(walk.judge(&system, record("L1")).unwrap(), []);
    let other = walk.judge(&system, record("L2")).unwrap_err();
    assert_eq!(other.code(), "licence_already_recorded");
}
