use std::sync::Arc;

use tongban_contracts::exchange::{
    DataRequestEvent, DataUse, ItemAnswer, Masking, RequestStep, SharingKind, Verdict,
};
use tongban_kernel::{Context, Fault, FaultKind};

use super::super::samples::{
    ABOVE, FOREIGN, READER, SOURCE, authority, by, day, ground, matters, named, resource, step,
    steward, wanted,
};
use super::{Application, Command, Request, Stage, Word};

fn ask(sharing: SharingKind, data_use: DataUse) -> Command {
    Command::File(Box::new(Application {
        resource_id: uuid::Uuid::from_u128(9),
        resource: resource(sharing),
        data_use,
        body: Some(named(READER)),
        matters: matters(),
        ground: ground(),
    }))
}

fn reader(date: &str) -> Context {
    by(steward(READER), date)
}

fn source(date: &str) -> Context {
    by(steward(SOURCE), date)
}

fn word(verdict: Verdict, items: &[(&str, Verdict, Option<&str>)]) -> Word {
    let items = items.iter().map(|(item, verdict, reason)| ItemAnswer {
        item: (*item).to_owned(),
        verdict: *verdict,
        reason: reason.map(str::to_owned),
    });
    Word { reason: "示例理由".to_owned(), verdict, items: items.collect() }
}

fn answer(word: Word) -> Command {
    Command::Answer(word, Box::new(resource(SharingKind::Conditional)))
}

fn faults(fault: &Fault) -> Vec<(&str, &str)> {
    fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect()
}

/// A request of 2026-03-11 that waits for its answer.
fn filed() -> Option<Request> {
    let mut request = None;
    step(&mut request, ask(SharingKind::Conditional, wanted()), &reader("2026-03-11")).unwrap();
    request
}

fn stage(request: &Option<Request>) -> Stage {
    request.as_ref().unwrap().stage
}

#[test]
fn the_check_names_every_fault_at_once() {
    let wrong = DataUse {
        explanation: " ".to_owned(),
        basis: Vec::new(),
        matters: vec![FOREIGN, uuid::Uuid::from_u128(7)],
        items: vec!["id_number".into(), "salary".into(), "id_number".into()],
        daily_calls: 0,
        through: day("2029-01-01"),
        ..wanted()
    };
    let fault =
        step::<Request>(&mut None, ask(SharingKind::NotShared, wrong), &reader("2026-03-11"))
            .unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (FaultKind::Invalid, "not_compliant"));
    assert_eq!(
        faults(&fault),
        [
            ("/resource_id", "not_shared"),
            ("/data_use/explanation", "required"),
            ("/data_use/basis", "no_basis"),
            ("/data_use/items/1", "unknown_item"),
            ("/data_use/items/2", "duplicate"),
            ("/data_use/matters/0", "foreign_matter"),
            ("/data_use/matters/1", "unknown_matter"),
            ("/data_use/through", "term_too_long"),
            ("/data_use/daily_calls", "too_many_calls"),
        ]
    );
    let empty =
        DataUse { matters: Vec::new(), items: Vec::new(), through: day("2026-03-10"), ..wanted() };
    let fault =
        step::<Request>(&mut None, ask(SharingKind::Conditional, empty), &reader("2026-03-11"))
            .unwrap_err();
    let expected = [
        ("/data_use/items", "no_items"),
        ("/data_use/matters", "no_matters"),
        ("/data_use/through", "term_over"),
    ];
    assert_eq!(faults(&fault), expected);
}

#[test]
fn what_is_shared_unconditionally_is_granted_by_the_system_at_once() {
    let mut request = None;
    let events =
        step(&mut request, ask(SharingKind::Unconditional, wanted()), &reader("2026-03-11"));
    let [DataRequestEvent::Filed(filed), DataRequestEvent::GrantedAtOnce { items }] =
        &events.unwrap()[..]
    else {
        panic!("not granted at once")
    };
    assert_eq!(filed.due, None);
    let masking: Vec<_> = items.iter().map(|one| (one.key.as_str(), one.masking)).collect();
    assert_eq!(masking, [("id_number", Some(Masking::Hidden)), ("registered_by", None)]);
    assert_eq!(stage(&request), Stage::Granted);
}

#[test]
fn the_source_body_answers_whole_or_by_item_and_within_its_limit() {
    let mut request = filed();
    assert_eq!(request.as_ref().unwrap().due, Some(day("2026-03-18")), "5 working days");
    let refused = word(
        Verdict::Granted,
        &[("registered_by", Verdict::Refused, None), ("x", Verdict::Granted, None)],
    );
    let fault = step(&mut request, answer(refused), &source("2026-03-12")).unwrap_err();
    assert_eq!(faults(&fault), [("/items/0/reason", "required"), ("/items/1/item", "not_open")]);
    let unmaskable = word(Verdict::GrantedMasked, &[]);
    let fault = step(&mut request, answer(unmaskable), &source("2026-03-12")).unwrap_err();
    assert_eq!(faults(&fault), [("/verdict", "no_masking_rule")]);
    for stranger in [steward(READER), authority(ABOVE)] {
        let context = by(stranger, "2026-03-12");
        let fault = step(&mut request, answer(word(Verdict::Granted, &[])), &context).unwrap_err();
        assert_eq!(fault.code(), "not_your_body");
    }
    let partly = word(Verdict::Granted, &[("registered_by", Verdict::Refused, Some("不需要"))]);
    let events = step(&mut request, answer(partly), &source("2026-03-12")).unwrap();
    let [DataRequestEvent::Answered { granted, items, .. }] = &events[..] else { panic!() };
    assert_eq!((granted.len(), items.len()), (1, 2));
    assert_eq!(granted[0].masking, None, "the source body gave it as it is");
    assert_eq!(stage(&request), Stage::PartlyGranted);
    let again = step(&mut request, answer(word(Verdict::Granted, &[])), &source("2026-03-12"));
    assert_eq!(again.unwrap_err().code(), "not_when_partly_granted");
}

#[test]
fn what_the_resource_no_longer_has_cannot_be_granted() {
    let mut request = filed();
    let mut gone = resource(SharingKind::Conditional);
    gone.resource.items.retain(|item| item.key != "id_number");
    let grant = Command::Answer(word(Verdict::Granted, &[]), Box::new(gone.clone()));
    let fault = step(&mut request, grant, &source("2026-03-12")).unwrap_err();
    assert_eq!(faults(&fault), [("/verdict", "item_gone")]);
    let refuse = Command::Answer(word(Verdict::Refused, &[]), Box::new(gone));
    step(&mut request, refuse, &source("2026-03-12")).unwrap();
    assert_eq!(stage(&request), Stage::Refused);
}

#[test]
fn a_dispute_is_negotiated_once_and_then_goes_up() {
    let mut request = filed();
    let dispute = || Command::Dispute("须有该信息项".to_owned(), ground());
    let early = step(&mut request, dispute(), &reader("2026-03-12")).unwrap_err();
    assert_eq!(early.code(), "not_when_pending", "the answer is not late yet");
    step(&mut request, answer(word(Verdict::Refused, &[])), &source("2026-03-12")).unwrap();
    step(&mut request, dispute(), &reader("2026-03-13")).unwrap();
    assert_eq!(
        (stage(&request), request.as_ref().unwrap().due),
        (Stage::Negotiating, Some(day("2026-03-20")))
    );
    let partly = word(Verdict::Refused, &[("registered_by", Verdict::Granted, None)]);
    step(&mut request, answer(partly), &source("2026-03-16")).unwrap();
    assert_eq!(stage(&request), Stage::PartlyGranted);
    let events = step(&mut request, dispute(), &reader("2026-03-17")).unwrap();
    assert!(matches!(
        &events[..],
        [DataRequestEvent::Referred { from: RequestStep::Negotiation, .. }]
    ));
    let rule =
        |verdict| Command::Rule(word(verdict, &[]), Box::new(resource(SharingKind::Conditional)));
    let party = by(authority(READER), "2026-03-18");
    assert_eq!(
        step(&mut request, rule(Verdict::Granted), &party).unwrap_err().code(),
        "own_dispute"
    );
    let source_again =
        step(&mut request, answer(word(Verdict::Granted, &[])), &source("2026-03-18"));
    assert_eq!(source_again.unwrap_err().code(), "not_when_referred");
    let events =
        step(&mut request, rule(Verdict::Refused), &by(authority(ABOVE), "2026-03-18")).unwrap();
    let [DataRequestEvent::Ruled { items, .. }] = &events[..] else { panic!() };
    assert_eq!(items.len(), 1, "what is granted already is not judged again");
    assert_eq!(stage(&request), Stage::PartlyGranted);
    let last = step(&mut request, dispute(), &reader("2026-03-19")).unwrap_err();
    assert_eq!(last.code(), "ruled");
}

#[test]
fn silence_is_told_to_supervisors_once_and_can_be_taken_up() {
    let mut request = filed();
    let tick = |date: &str| {
        (Command::Tick(ground()), by(tongban_kernel::Principal::service("exchange"), date))
    };
    let (command, context) = tick("2026-03-18");
    assert!(step(&mut request, command, &context).unwrap().is_empty(), "the last day counts");
    let (command, context) = tick("2026-03-19");
    let events = step(&mut request, command, &context).unwrap();
    assert!(matches!(&events[..], [DataRequestEvent::Overdue { step: RequestStep::Answer, .. }]));
    let (command, context) = tick("2026-03-20");
    assert!(step(&mut request, command, &context).unwrap().is_empty(), "told once");
    let dispute = Command::Dispute("逾期未答复".to_owned(), ground());
    let events = step(&mut request, dispute, &reader("2026-03-20")).unwrap();
    assert!(matches!(&events[..], [DataRequestEvent::Referred { from: RequestStep::Answer, .. }]));
    let (command, context) = tick("2026-04-30");
    let events = step(&mut request, command, &context).unwrap();
    assert!(matches!(&events[..], [DataRequestEvent::Overdue { step: RequestStep::Ruling, .. }]));
}

#[test]
fn a_negotiation_that_ends_in_silence_goes_up_by_rule() {
    let mut request = filed();
    step(&mut request, answer(word(Verdict::Refused, &[])), &source("2026-03-12")).unwrap();
    let dispute = Command::Dispute("示例".to_owned(), ground());
    step(&mut request, dispute, &reader("2026-03-13")).unwrap();
    let clock = by(tongban_kernel::Principal::service("exchange"), "2026-03-23");
    let events = step(&mut request, Command::Tick(ground()), &clock).unwrap();
    assert!(matches!(
        &events[..],
        [
            DataRequestEvent::Overdue { step: RequestStep::Negotiation, .. },
            DataRequestEvent::Referred { from: RequestStep::Negotiation, .. }
        ]
    ));
    assert_eq!((stage(&request), request.as_ref().unwrap().overdue), (Stage::Referred, false));
}

#[test]
fn an_objection_taken_back_leaves_the_answer_and_a_request_taken_back_ends() {
    let withdraw = || Command::Withdraw("示例".to_owned());
    let mut request = filed();
    step(&mut request, withdraw(), &reader("2026-03-12")).unwrap();
    assert_eq!(stage(&request), Stage::Withdrawn);
    let mut request = filed();
    let partly = word(Verdict::Granted, &[("registered_by", Verdict::Refused, Some("不需要"))]);
    step(&mut request, answer(partly), &source("2026-03-12")).unwrap();
    assert_eq!(
        step(&mut request, withdraw(), &reader("2026-03-12")).unwrap_err().code(),
        "not_when_partly_granted"
    );
    step(
        &mut request,
        Command::Dispute("示例".to_owned(), Arc::clone(&ground())),
        &reader("2026-03-13"),
    )
    .unwrap();
    step(&mut request, withdraw(), &reader("2026-03-13")).unwrap();
    assert_eq!(stage(&request), Stage::PartlyGranted);
}

#[test]
fn where_the_calendar_ends_silence_is_told_and_never_guessed_about() {
    let mut request = filed();
    step(&mut request, answer(word(Verdict::Refused, &[])), &source("2026-12-17")).unwrap();
    let dispute = || Command::Dispute("示例".to_owned(), ground());
    step(&mut request, dispute(), &reader("2026-12-18")).unwrap();
    let clock = by(tongban_kernel::Principal::service("exchange"), "2026-12-28");
    let events = step(&mut request, Command::Tick(ground()), &clock).unwrap();
    assert!(matches!(
        &events[..],
        [DataRequestEvent::Overdue { step: RequestStep::Negotiation, .. }]
    ));
    let refused = step(&mut request, dispute(), &reader("2026-12-28")).unwrap_err();
    assert_eq!(refused.code(), "calendar_not_loaded");
}
