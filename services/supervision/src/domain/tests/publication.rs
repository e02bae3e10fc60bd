//! The life of a publication.

use chrono::NaiveDate;
use tongban_contracts::publications::{
    PenaltyChange, PenaltyFate, PublicationDuty, PublicationEvent, PublicationKind, PublishedText,
};
use tongban_kernel::{RegionCode, Role};

use super::samples::{FIRE, History, MARKET, at, officer, rules, us};
use crate::domain::publication::{Command, Publication, PublicationStage};

fn text(summary: &str) -> PublishedText {
    PublishedText { code: Some("E".into()), summary: summary.into(), handling: "无".into() }
}

fn duty(kind: PublicationKind, natural_person: bool, ended_on: &str) -> PublicationDuty {
    PublicationDuty {
        kind,
        number: "双随机〔2026〕0001-0001".into(),
        task_id: Some("task".into()),
        title: "示例抽查".into(),
        matters: vec!["示例检查".into()],
        body: MARKET.into(),
        body_name: "市场监管（示例）".into(),
        region: RegionCode::parse("320706").unwrap(),
        subject_code: "91320706MA0000000X".into(),
        subject_name: "云港示例餐饮有限公司（示例）".into(),
        natural_person,
        inspectors: Vec::new(),
        ended_on: ended_on.parse().unwrap(),
        due: None,
        text: text("示例结果"),
    }
}

fn expected(ended_on: &str) -> History<Publication> {
    let mut one = History::default();
    one.tell(&us(), at(3, 11), expect(duty(PublicationKind::Inspection, false, ended_on))).unwrap();
    one
}

fn expect(duty: PublicationDuty) -> Command {
    Command::Expect { duty: Box::new(duty), reason: "检查结果变更".into(), rules: rules() }
}

fn approver() -> tongban_kernel::Principal {
    officer("chief", MARKET, &[Role::InspectionApprover])
}

#[test]
fn due_in_twenty_business_days_and_overdue_once() {
    let mut one = expected("2026-03-11");
    let due: NaiveDate = one.state().duty.due.unwrap();
    assert_eq!(
        rules().calendar.business_days_between("2026-03-11".parse().unwrap(), due).unwrap(),
        20
    );
    assert_eq!(due.to_string(), "2026-04-09");
    let look = || Command::Look { rules: rules() };
    assert!(one.tell(&us(), at(4, 9), look()).unwrap().is_empty());
    assert_eq!(one.tell(&us(), at(4, 10), look()).unwrap(), [PublicationEvent::Overdue { due }]);
    assert!(one.tell(&us(), at(4, 11), look()).unwrap().is_empty());
}

#[test]
fn a_day_that_the_calendar_does_not_know_is_not_guessed() {
    let one = expected("2026-12-20");
    assert_eq!(one.state().duty.due, None);
}

#[test]
fn each_body_publishes_its_own_and_the_former_text_stays() {
    let mut one = expected("2026-03-11");
    let publish = || Command::Publish { rules: rules() };
    let stranger = officer("chief", FIRE, &[Role::InspectionApprover]);
    assert_eq!(one.refused(&stranger, at(3, 12), publish()).code(), "not_your_body");
    one.tell(&approver(), at(3, 12), publish()).unwrap();
    assert_eq!(one.state().shown_until, Some("2031-03-12".parse().unwrap()));
    assert_eq!(one.refused(&approver(), at(3, 12), publish()).code(), "already_published");
    let by_hand = Command::Correct { text: text("别的结果"), reason: "示例".into() };
    assert_eq!(one.refused(&approver(), at(3, 13), by_hand).code(), "amend_the_result");
    let mut amended = duty(PublicationKind::Inspection, false, "2026-03-11");
    assert!(one.tell(&us(), at(3, 13), expect(amended.clone())).unwrap().is_empty());
    amended.text = text("更正后的结果");
    one.tell(&us(), at(3, 14), expect(amended)).unwrap();
    assert_eq!(one.state().duty.text.summary, "更正后的结果");
    assert_eq!(one.state().former[0].text.summary, "示例结果");
    one.tell(&approver(), at(3, 15), Command::Withdraw { reason: "复议撤销".into() }).unwrap();
    assert_eq!(one.state().stage, PublicationStage::Withdrawn);
    assert!(one.state().shown_on("2026-03-16".parse().unwrap()), "readable as withdrawn");
}

#[test]
fn shown_as_long_as_the_settings_say() {
    use PublicationKind::{Inspection, Penalty, SmallPenalty};
    let cases = [
        (Inspection, false, "2031-03-12"),
        (Inspection, true, "2028-03-12"),
        (Penalty, false, "2029-03-12"),
        (Penalty, true, "2028-03-12"),
        (SmallPenalty, false, "2026-06-12"),
        (SmallPenalty, true, "2026-06-12"),
    ];
    for (kind, natural_person, until) in cases {
        let day = "2026-03-12".parse().unwrap();
        let shown = rules().shown_until(&duty(kind, natural_person, "2026-03-11"), day);
        assert_eq!(shown.to_string(), until, "{kind:?} {natural_person}");
    }
}

#[test]
fn penalties_are_entered_by_who_handles_cases() {
    let register =
        |kind, on| Command::Register { duty: Box::new(duty(kind, false, on)), rules: rules() };
    let handler = officer("handler", MARKET, &[Role::CaseHandler]);
    let mut one = History::<Publication>::default();
    let result = register(PublicationKind::Inspection, "2026-03-11");
    assert_eq!(one.refused(&handler, at(3, 12), result).code(), "only_by_result");
    let early = register(PublicationKind::Penalty, "2026-03-13");
    assert_eq!(one.refused(&handler, at(3, 12), early).code(), "not_happened_yet");
    let penalty = || register(PublicationKind::Penalty, "2026-03-11");
    assert_eq!(one.refused(&approver(), at(3, 12), penalty()).code(), "not_your_body");
    one.tell(&handler, at(3, 12), penalty()).unwrap();
    assert_eq!(one.refused(&handler, at(3, 12), penalty()).code(), "already_registered");
}

/// A penalty of 2026-03-11 that is shown since the day after.
fn shown_penalty() -> History<Publication> {
    let mut one = registered_penalty();
    one.tell(&approver(), at(3, 12), Command::Publish { rules: rules() }).unwrap();
    one
}

fn registered_penalty() -> History<Publication> {
    let mut one = History::default();
    let duty = Box::new(duty(PublicationKind::Penalty, false, "2026-03-11"));
    one.tell(&handler(), at(3, 12), Command::Register { duty, rules: rules() }).unwrap();
    one
}

fn handler() -> tongban_kernel::Principal {
    officer("handler", MARKET, &[Role::CaseHandler])
}

fn overrule(fate: PenaltyFate, on: &str) -> Command {
    let change = PenaltyChange {
        fate,
        basis: "示例复决〔2026〕1 号".into(),
        on: on.parse().unwrap(),
        due: None,
    };
    Command::Overrule { change, rules: rules() }
}

fn look() -> Command {
    Command::Look { rules: rules() }
}

#[test]
fn what_no_longer_holds_is_withdrawn_in_three_business_days() {
    let mut one = shown_penalty();
    // A Thursday.
    one.tell(&handler(), at(3, 26), overrule(PenaltyFate::Revoked, "2026-03-26")).unwrap();
    let due: NaiveDate = "2026-03-31".parse().unwrap();
    assert_eq!((one.state().stage, one.state().clock()), (PublicationStage::Overruled, Some(due)));
    assert!(one.state().shown_on("2026-03-27".parse().unwrap()), "shown as what it is until then");
    assert!(one.tell(&us(), at(3, 31), look()).unwrap().is_empty());
    let told = [PublicationEvent::WithdrawalOverdue { due }];
    assert_eq!(one.tell(&us(), at(4, 1), look()).unwrap(), told);
    assert!(one.tell(&us(), at(4, 2), look()).unwrap().is_empty(), "told once");
    let correction = Command::Correct { text: text("罚款减半"), reason: "示例".into() };
    assert_eq!(one.refused(&approver(), at(4, 2), correction).code(), "must_be_withdrawn");
    one.tell(&approver(), at(4, 2), Command::Withdraw { reason: "复议撤销".into() }).unwrap();
    assert_eq!(one.state().stage, PublicationStage::Withdrawn);
    assert!(one.state().overruled.as_ref().unwrap().overdue, "that it was late stays");
    assert!(one.tell(&us(), at(5, 6), look()).unwrap().is_empty());
}

#[test]
fn a_changed_decision_is_shown_as_changed() {
    let mut one = shown_penalty();
    one.tell(&handler(), at(3, 26), overrule(PenaltyFate::Changed, "2026-03-25")).unwrap();
    let again = overrule(PenaltyFate::Changed, "2026-03-25");
    assert_eq!(one.refused(&handler(), at(3, 26), again).code(), "already_reported");
    let correction = Command::Correct { text: text("罚款减半"), reason: "复议变更".into() };
    one.tell(&approver(), at(3, 27), correction).unwrap();
    assert_eq!(one.state().stage, PublicationStage::Published);
    assert!(one.tell(&us(), at(5, 6), look()).unwrap().is_empty(), "its clock stands still");
    one.tell(&handler(), at(5, 6), overrule(PenaltyFate::Void, "2026-05-06")).unwrap();
    assert_eq!(one.state().stage, PublicationStage::Overruled, "and may change again");
}

#[test]
fn a_day_of_withdrawal_that_the_calendar_does_not_know_is_not_guessed() {
    let mut one = shown_penalty();
    let newyear = at(12, 31);
    one.tell(&handler(), newyear, overrule(PenaltyFate::Void, "2026-12-31")).unwrap();
    assert_eq!(one.state().clock(), None);
    assert!(one.tell(&us(), newyear, look()).unwrap().is_empty());
}

#[test]
fn a_decision_that_fell_before_its_publication_is_never_shown() {
    let mut one = registered_penalty();
    one.tell(&handler(), at(3, 13), overrule(PenaltyFate::Unlawful, "2026-03-13")).unwrap();
    assert_eq!((one.state().stage, one.state().shown_until), (PublicationStage::Withdrawn, None));
    let publish = Command::Publish { rules: rules() };
    assert_eq!(one.refused(&approver(), at(3, 13), publish).code(), "already_published");
}

#[test]
fn a_change_is_reported_by_who_decided_and_of_penalties_only() {
    let mut one = shown_penalty();
    let revoked = |on| overrule(PenaltyFate::Revoked, on);
    let stranger = officer("handler", FIRE, &[Role::CaseHandler]);
    assert_eq!(one.refused(&stranger, at(3, 26), revoked("2026-03-26")).code(), "not_your_body");
    assert_eq!(one.refused(&approver(), at(3, 26), revoked("2026-03-26")).code(), "not_your_body");
    assert_eq!(
        one.refused(&handler(), at(3, 26), revoked("2026-03-27")).code(),
        "not_happened_yet"
    );
    let early = revoked("2026-03-10");
    assert_eq!(one.refused(&handler(), at(3, 26), early).code(), "before_the_decision");
    let mut inspection = expected("2026-03-11");
    let refused = inspection.refused(&handler(), at(3, 26), revoked("2026-03-26"));
    assert_eq!(refused.code(), "amend_the_result");
}
