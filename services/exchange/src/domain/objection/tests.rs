//! Objections: whose they are, who answers, what goes up, and when.

use tongban_contracts::exchange::{
    CallCase, CallSubject, DataCall, ObjectionEvent, ObjectionStep, Purpose, ReadingFinding,
    ReadingMeasure,
};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use uuid::Uuid;

use super::*;
use crate::domain::grant::Standing;
use crate::domain::samples::{
    ABOVE, MATTER, READER, SOURCE, by, day, ground, morning, named, officer, step, steward,
};

const OWN: &str = "5b1e0c0f5a8d4a5d9d3f6f1f2f4f8a90";
const CALL: Uuid = Uuid::from_u128(7);

fn call(outcome: Outcome) -> Call {
    let call = DataCall {
        grant_id: Uuid::from_u128(3),
        resource_id: Uuid::from_u128(9),
        resource_code: "306011/000001".to_owned(),
        resource_name: "婚姻登记信息".to_owned(),
        revision: 1,
        source_body: named(SOURCE),
        region: RegionCode::parse("320706").unwrap(),
        holder: named(READER),
        caller_body: READER.to_owned(),
        operator: Some("王经办".to_owned()),
        purpose: Purpose::PublicService,
        case: Some(CallCase { number: "示例 1".to_owned(), matter_id: MATTER }),
        items: vec!["state".to_owned()],
        subject: Some(CallSubject { print: OWN.to_owned(), account: None }),
    };
    Call { call, by: named("line.1"), outcome, at: morning("2026-03-10") }
}

fn objecting(print: &str, text: &str) -> Command {
    Command::Raise(Box::new(Objecting {
        call_id: CALL,
        call: call(Outcome::Answered),
        print: print.to_owned(),
        text: text.to_owned(),
        ground: ground(),
    }))
}

fn someone() -> Principal {
    Principal::service("citizen")
}

fn other(body: &str, name: &str) -> Principal {
    Principal { name: name.to_owned(), ..steward(body) }
}

fn supervisor(body: &str) -> Principal {
    officer("supervisor", body, "320700", Role::Supervisor)
}

fn raised() -> Option<Objection> {
    let mut one = None;
    step(&mut one, objecting(OWN, "本人没有申请"), &by(someone(), "2026-03-11")).unwrap();
    one
}

fn finding(finding: ReadingFinding, measures: &[ReadingMeasure], standing: Standing) -> Finding {
    Finding { finding, reason: "示例理由".to_owned(), measures: measures.to_vec(), standing }
}

fn lawful() -> Finding {
    finding(ReadingFinding::Lawful, &[], Standing::Active)
}

fn ask() -> Command {
    let reason = "未说明办件，请回电13800008001".to_owned();
    Command::AskReview { reason, print: OWN.to_owned(), ground: ground() }
}

fn code(refused: Result<Vec<ObjectionEvent>, Fault>) -> String {
    refused.unwrap_err().code().to_owned()
}

#[test]
fn whose_data_were_read_objects_once_and_nobody_else_does() {
    let mut one: Option<Objection> = None;
    let now = by(someone(), "2026-03-11");
    let strange = "00000000000000000000000000000000";
    assert_eq!(code(step(&mut one, objecting(strange, "示例"), &now)), "not_your_reading");
    assert_eq!(code(step(&mut one, objecting(OWN, " \n"), &now)), "text_required");
    for outcome in [Outcome::Refused, Outcome::Failed] {
        let Command::Raise(mut unread) = objecting(OWN, "示例") else { unreachable!() };
        unread.call = call(outcome);
        assert_eq!(code(step(&mut one, Command::Raise(unread), &now)), "not_found");
    }
    step(&mut one, objecting(OWN, "证号320706194803120014，本人没有申请"), &now).unwrap();
    let raised = &one.as_ref().unwrap().raised;
    assert_eq!(raised.text, "证号320*************14，本人没有申请");
    assert_eq!((raised.due, raised.escalates_after), (day("2026-03-25"), day("2026-04-01")));
    let again = step(&mut one, objecting(OWN, "示例"), &now).unwrap_err();
    assert_eq!(again.code(), "already_objected");
    assert!(again.detail().unwrap().contains(&objection_id(CALL).to_string()));
    assert_eq!(code(step(&mut one, objecting(strange, "示例"), &now)), "not_your_reading");
}

#[test]
fn the_body_that_read_answers_and_never_who_called() {
    let mut one = raised();
    let answer = || Command::Answer(lawful());
    for stranger in [steward(SOURCE), steward(ABOVE), supervisor(READER)] {
        assert_eq!(code(step(&mut one, answer(), &by(stranger, "2026-03-12"))), "not_your_body");
    }
    let sat = by(other(READER, "王经办 "), "2026-03-12");
    assert_eq!(code(step(&mut one, answer(), &sat)), "own_reading");
    let called = Principal { account: "line.1".to_owned(), ..steward(READER) };
    assert_eq!(code(step(&mut one, answer(), &by(called, "2026-03-12"))), "own_reading");
    let now = by(other(READER, "李复核"), "2026-03-12");
    step(&mut one, answer(), &now).unwrap();
    assert_eq!(one.as_ref().unwrap().stage(), ObjectionStage::Answered);
    assert_eq!(code(step(&mut one, answer(), &now)), "already_answered");
}

#[test]
fn an_unlawful_reading_has_consequences_that_are_true() {
    use ReadingMeasure::{GrantEnded, GrantSuspended, OfficerInstructed};
    let pointers = |said: Finding| -> Vec<String> {
        let refused = said.checked().unwrap_err();
        refused.errors().iter().map(|one| one.pointer.clone()).collect()
    };
    let unlawful = |measures: &[ReadingMeasure], standing| {
        finding(ReadingFinding::Unlawful, measures, standing)
    };
    assert_eq!(pointers(unlawful(&[], Standing::Active)), ["/measures"]);
    let both = [GrantSuspended, GrantEnded];
    assert_eq!(pointers(unlawful(&both, Standing::Active)), ["/measures/0", "/measures/1"]);
    assert_eq!(pointers(unlawful(&both, Standing::Suspended)), ["/measures/1"]);
    let twice = [OfficerInstructed, GrantSuspended, OfficerInstructed];
    let (_, _, kept) = unlawful(&twice, Standing::Ended).checked().unwrap();
    assert_eq!(kept, [GrantSuspended, OfficerInstructed]);
    let wrong = finding(ReadingFinding::Lawful, &[OfficerInstructed], Standing::Active);
    assert_eq!(pointers(Finding { reason: " ".to_owned(), ..wrong }), ["/reason", "/measures"]);
}

#[test]
fn a_review_is_asked_once_after_the_answer_and_decided_elsewhere() {
    let mut one = raised();
    let mine = by(someone(), "2026-03-13");
    assert_eq!(code(step(&mut one, ask(), &mine)), "not_answered_yet");
    let above = by(supervisor(ABOVE), "2026-03-13");
    assert_eq!(code(step(&mut one, Command::Decide(lawful()), &above)), "not_up");
    let answerer = by(other(READER, "李复核"), "2026-03-12");
    step(&mut one, Command::Answer(lawful()), &answerer).unwrap();
    let Command::AskReview { reason, ground, .. } = ask() else { unreachable!() };
    let strange = Command::AskReview { reason, print: "0".repeat(32), ground };
    assert_eq!(code(step(&mut one, strange, &mine)), "not_your_objection");
    step(&mut one, ask(), &mine).unwrap();
    let asked = one.as_ref().unwrap().review.clone().unwrap();
    assert_eq!(asked.due, day("2026-03-27"));
    assert!(!asked.reason.contains("13800008001"), "{}", asked.reason);
    assert_eq!(code(step(&mut one, ask(), &mine)), "already_asked");
    let decide = || Command::Decide(lawful());
    let elsewhere = officer("supervisor.ganyu", SOURCE, "320707", Role::Supervisor);
    assert_eq!(code(step(&mut one, decide(), &by(elsewhere, "2026-03-16"))), "not_your_region");
    let own = by(supervisor(READER), "2026-03-16");
    assert_eq!(code(step(&mut one, decide(), &own)), "own_body");
    step(&mut one, decide(), &above).unwrap();
    let closed = one.as_ref().unwrap();
    assert_eq!((closed.stage(), closed.waits_for()), (ObjectionStage::Closed, None));
    assert_eq!(code(step(&mut one, decide(), &above)), "already_decided");
    assert_eq!(code(step(&mut one, Command::Answer(lawful()), &answerer)), "already_decided");
}

#[test]
fn silence_is_told_goes_up_once_and_the_supervisor_decides() {
    let mut one = raised();
    let tick = |one: &mut Option<Objection>, date| {
        step(one, Command::Tick, &by(Principal::service("exchange"), date)).unwrap()
    };
    assert_eq!(tick(&mut one, "2026-03-25"), []);
    assert!(matches!(tick(&mut one, "2026-03-26")[..], [ObjectionEvent::Overdue { .. }]));
    assert_eq!(one.as_ref().unwrap().tells_after(), Some(day("2026-04-01")));
    assert_eq!(tick(&mut one, "2026-04-01"), []);
    assert!(matches!(tick(&mut one, "2026-04-02")[..], [ObjectionEvent::Escalated { .. }]));
    assert_eq!(tick(&mut one, "2026-05-06"), []);
    let up = one.as_ref().unwrap();
    assert_eq!((up.is_up(), up.tells_after(), up.stage()), (true, None, ObjectionStage::Answering));
    let late = tick(&mut raised(), "2026-05-06");
    assert_eq!(late.len(), 2, "told at once when nobody looked in between");
    // Late is better than never, as long as the supervisor did not decide.
    let mut answered = one.clone();
    let answerer = by(other(READER, "李复核"), "2026-05-06");
    step(&mut answered, Command::Answer(lawful()), &answerer).unwrap();
    let above = by(supervisor(ABOVE), "2026-05-06");
    assert_eq!(code(step(&mut answered, Command::Decide(lawful()), &above)), "not_up");
    step(&mut one, Command::Decide(lawful()), &above).unwrap();
    assert_eq!(code(step(&mut one, ask(), &by(someone(), "2026-05-06"))), "already_decided");
}

#[test]
fn a_review_left_lying_is_told_once() {
    let mut one = raised();
    let answerer = by(other(READER, "李复核"), "2026-03-30");
    let tick = |one: &mut Option<Objection>, date| {
        step(one, Command::Tick, &by(Principal::service("exchange"), date)).unwrap()
    };
    assert_eq!(tick(&mut one, "2026-03-30").len(), 1);
    step(&mut one, Command::Answer(lawful()), &answerer).unwrap();
    step(&mut one, ask(), &by(someone(), "2026-03-31")).unwrap();
    let due = one.as_ref().unwrap().review.as_ref().unwrap().due;
    assert_eq!(tick(&mut one, "2026-04-01"), []);
    let told = tick(&mut one, "2026-05-06");
    assert_eq!(told, [ObjectionEvent::Overdue { step: ObjectionStep::Review, due }]);
    assert_eq!(tick(&mut one, "2026-05-07"), []);
}
