//! The life of a visit.

use tongban_contracts::inspections::{InspectionEvent, Signature, Verdict};
use tongban_kernel::{FaultKind, Role};

use super::samples::*;
use crate::domain::inspection::{Attending, Command, Inspection, PartStage};

fn pointers(fault: &tongban_kernel::Fault) -> Vec<(&str, &str)> {
    fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect()
}

#[test]
fn orders_come_from_tasks_and_repeat_harmlessly() {
    let mut visit = History::<Inspection>::default();
    let command = || Command::Order(Box::new(order()));
    let refused = visit.refused(&inspector("market1", MARKET), at(3, 10), command());
    assert_eq!(refused.code(), "only_by_task");
    assert_eq!(visit.tell(&us(), at(3, 10), command()).unwrap().len(), 1);
    assert_eq!(visit.tell(&us(), at(3, 10), command()).unwrap().len(), 0);
}

#[test]
fn several_checks_of_one_object_become_one_visit_until_it_begins() {
    let mut visit = History::<Inspection>::default();
    let mut first = order();
    let fire = first.parts.pop().unwrap();
    visit.tell(&us(), at(3, 10), Command::Order(Box::new(first))).unwrap();
    let mut second = order();
    second.parts = vec![fire];
    let joined = visit.tell(&us(), at(3, 10), Command::Order(Box::new(second.clone()))).unwrap();
    assert!(matches!(joined[..], [InspectionEvent::Joined(_)]));
    assert_eq!(visit.state().parts.len(), 2);
    let mut begun = begun();
    second.parts[0].body = "11320706MB0000007F".into();
    let late = begun.refused(&us(), at(3, 11), Command::Order(Box::new(second)));
    assert_eq!(late.code(), "visit_begun");
}

#[test]
fn results_before_the_visit_are_refused() {
    let mut visit = History::<Inspection>::default();
    visit.tell(&us(), at(3, 10), Command::Order(Box::new(order()))).unwrap();
    let who = inspector("market1", MARKET);
    let early = visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("1", signed(), None)));
    assert_eq!((early.kind(), early.code()), (FaultKind::Conflict, "visit_not_begun"));
    let findings = vec![finding("market.1", Verdict::Conforming)];
    let early = visit.refused(&who, at(3, 11), record(MARKET, findings));
    assert_eq!(early.code(), "visit_not_begun");
}

#[test]
fn two_who_are_qualified_that_day_come_and_nobody_else() {
    let mut visit = History::<Inspection>::default();
    visit.tell(&us(), at(3, 10), Command::Order(Box::new(order()))).unwrap();
    let who = inspector("market1", MARKET);
    let alone = visit.refused(&who, at(3, 11), begin(MARKET, &["market-1"]));
    assert_eq!(pointers(&alone), [("/present", "too_few_inspectors")]);
    let twice = visit.refused(&who, at(3, 11), begin(MARKET, &["market-1", "market-1"]));
    let expected = [("/present/1", "duplicate"), ("/present", "too_few_inspectors")];
    assert_eq!(pointers(&twice), expected);
    let others = visit.refused(&who, at(3, 11), begin(MARKET, &["market-2", "market-3"]));
    assert_eq!(pointers(&others), [("/present", "caller_absent")]);
    let stranger = visit.refused(&who, at(3, 11), begin(MARKET, &["market-1", "fire-1"]));
    assert_eq!(pointers(&stranger)[0], ("/present/1", "not_sent"));
    let mut unfit = came(&["market-1", "market-2"]);
    unfit[1] = Attending { id: "market-2".into(), unfit: Some("执法资格已到期".into()) };
    let command = Command::Begin {
        body: MARKET.into(),
        present: unfit,
        shown: tongban_contracts::inspections::ShownPaper::Order,
        rules: rules(),
    };
    let expired = visit.refused(&who, at(3, 11), command);
    let expected = [("/present/1", "not_qualified"), ("/present", "too_few_inspectors")];
    assert_eq!(pointers(&expired), expected);
    for (month, day) in [(3, 10), (3, 21)] {
        let outside = visit.refused(&who, at(month, day), begin(MARKET, &["market-1", "market-2"]));
        assert_eq!(outside.code(), "outside_visit_period");
    }
}

#[test]
fn each_body_decides_its_own() {
    let mut visit = begun();
    let fire = inspector("fire1", FIRE);
    let findings = vec![finding("market.1", Verdict::Conforming)];
    let other = visit.refused(&fire, at(3, 11), record(MARKET, findings));
    assert_eq!(other.code(), "not_your_part");
    let unsent = inspector("market9", MARKET);
    let result = conclude(MARKET, conclusion("1", signed(), None));
    assert_eq!(visit.refused(&unsent, at(3, 11), result.clone()).code(), "not_sent");
    let absent = inspector("market3", MARKET);
    assert_eq!(visit.refused(&absent, at(3, 11), result).code(), "not_present");

    visit.tell(&fire, at(3, 11), begin(FIRE, &["fire-1", "fire-2"])).unwrap();
    visit
        .tell(&fire, at(3, 11), record(FIRE, vec![finding("fire.1", Verdict::Conforming)]))
        .unwrap();
    visit.tell(&fire, at(3, 11), conclude(FIRE, conclusion("1", signed(), None))).unwrap();
    assert_eq!(visit.state().part(FIRE).unwrap().stage, PartStage::Settled);
    assert_eq!(visit.state().part(MARKET).unwrap().stage, PartStage::Begun);
}

#[test]
fn findings_are_of_the_own_list_and_violations_are_shown() {
    let mut visit = begun();
    let who = inspector("market1", MARKET);
    let mut bare = finding("market.2", Verdict::Violating);
    bare.note = None;
    bare.evidence.clear();
    let findings = vec![finding("fire.1", Verdict::Conforming), bare.clone(), bare];
    let refused = visit.refused(&who, at(3, 11), record(MARKET, findings));
    let expected = [
        ("/findings/0/item", "unknown_item"),
        ("/findings/1/note", "note_missing"),
        ("/findings/1/evidence", "evidence_missing"),
        ("/findings/2/item", "duplicate"),
        ("/findings/2/note", "note_missing"),
        ("/findings/2/evidence", "evidence_missing"),
    ];
    assert_eq!(pointers(&refused), expected);
}

#[test]
fn the_result_says_what_was_found() {
    let mut visit = begun();
    let who = inspector("market1", MARKET);
    let open =
        visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("3", signed(), Some(10))));
    let expected = [("/code", "no_violation_found"), ("/findings", "key_item_open")];
    assert_eq!(pointers(&open), expected);
    visit
        .tell(&who, at(3, 11), record(MARKET, vec![finding("market.1", Verdict::Violating)]))
        .unwrap();
    let clean =
        visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("1", signed(), Some(10))));
    let expected = [("/code", "violation_found"), ("/correction", "nothing_to_correct")];
    assert_eq!(pointers(&clean), expected);
    for (code, expected) in [("2", "invalid_result"), ("E", "needs_follow_up")] {
        let refused =
            visit.refused(&who, at(3, 11), conclude(MARKET, conclusion(code, signed(), None)));
        assert_eq!(refused.code(), expected);
    }
    let nobody = Signature::NobodyMet { note: "无人".into(), proof: evidence("门.jpg") };
    let refused =
        visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("3", nobody.clone(), None)));
    assert_eq!(pointers(&refused), [("/signature", "signature_mismatch")]);
    let refused = visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("6", signed(), None)));
    assert_eq!(pointers(&refused), [("/signature", "signature_mismatch")]);
    let long =
        visit.refused(&who, at(3, 11), conclude(MARKET, conclusion("3", signed(), Some(61))));
    assert_eq!(pointers(&long), [("/correction/limit", "correction_too_long")]);
    visit.tell(&who, at(3, 11), conclude(MARKET, conclusion("6", nobody, None))).unwrap();
}

#[test]
fn corrected_by_a_follow_up_visit() {
    let mut visit = begun();
    let who = inspector("market1", MARKET);
    visit
        .tell(&who, at(3, 11), record(MARKET, vec![finding("market.1", Verdict::Violating)]))
        .unwrap();
    let refused = Signature::RefusedWitnessed {
        note: "拒绝签字".into(),
        witness: "李示例".into(),
        affiliation: "社区".into(),
    };
    visit.tell(&who, at(3, 11), conclude(MARKET, conclusion("3", refused, Some(14)))).unwrap();
    let part = visit.state().part(MARKET).unwrap();
    assert_eq!(part.correction_due(), Some("2026-03-25".parse().unwrap()));
    assert!(!last_settled(&visit.events).settled);
    let command = Command::HandOver {
        body: MARKET.into(),
        to_body: MARKET.into(),
        to_name: "示例".into(),
        reason: "示例".into(),
        rules: rules(),
    };
    assert_eq!(visit.refused(&who, at(3, 12), command).code(), "correction_running");
    let mut bare = follow_up(MARKET, &["market-1", "market-3"], true);
    if let Command::FollowUp { evidence, .. } = &mut bare {
        evidence.clear();
    }
    let refused = visit.refused(&who, at(3, 20), bare);
    assert_eq!(pointers(&refused), [("/evidence", "evidence_missing")]);
    let done = follow_up(MARKET, &["market-1", "market-3"], true);
    visit.tell(&who, at(3, 20), done).unwrap();
    let settled = last_settled(&visit.events);
    assert_eq!((settled.code.as_str(), settled.settled), ("E", true));
    assert_eq!(visit.state().part(MARKET).unwrap().stage, PartStage::Settled);
}

#[test]
fn what_is_not_corrected_is_handed_over_and_received() {
    let mut visit = begun();
    let who = inspector("market1", MARKET);
    visit
        .tell(&who, at(3, 11), record(MARKET, vec![finding("market.1", Verdict::Violating)]))
        .unwrap();
    visit.tell(&who, at(3, 11), conclude(MARKET, conclusion("3", signed(), Some(14)))).unwrap();
    let lapse = || Command::Lapse { body: MARKET.into() };
    assert!(visit.tell(&us(), at(3, 25), lapse()).unwrap().is_empty(), "the last day counts");
    assert_eq!(visit.tell(&us(), at(3, 26), lapse()).unwrap().len(), 1);
    assert!(visit.tell(&us(), at(3, 27), lapse()).unwrap().is_empty(), "told once");
    let command = Command::HandOver {
        body: MARKET.into(),
        to_body: MARKET.into(),
        to_name: "市场监管".into(),
        reason: "逾期未改".into(),
        rules: rules(),
    };
    visit.tell(&who, at(3, 27), command.clone()).unwrap();
    assert_eq!(visit.refused(&who, at(3, 27), command).code(), "not_when_handed_over");
    let receive = || Command::Receive { body: MARKET.into(), receipt: "立〔2026〕3 号".into() };
    assert_eq!(visit.refused(&who, at(3, 28), receive()).code(), "not_your_body");
    let handler = officer("handler", MARKET, &[Role::CaseHandler]);
    visit.tell(&handler, at(3, 28), receive()).unwrap();
    assert_eq!(visit.state().part(MARKET).unwrap().stage, PartStage::Received);
}

#[test]
fn an_amendment_is_somebody_elses() {
    let mut visit = begun();
    let who = officer("market1", MARKET, &[Role::Inspector, Role::InspectionApprover]);
    visit
        .tell(&who, at(3, 11), record(MARKET, vec![finding("market.1", Verdict::Violating)]))
        .unwrap();
    visit.tell(&who, at(3, 11), conclude(MARKET, conclusion("3", signed(), None))).unwrap();
    let amend = |code: &str| Command::Amend {
        body: MARKET.into(),
        code: code.into(),
        summary: "示例更正".into(),
        reason: "适用条款有误".into(),
        rules: rules(),
    };
    assert_eq!(visit.refused(&who, at(3, 12), amend("5")).code(), "same_officer");
    let other = officer("chief", MARKET, &[Role::InspectionApprover]);
    assert_eq!(visit.refused(&other, at(3, 12), amend("E")).code(), "needs_follow_up");
    visit.tell(&other, at(3, 12), amend("5")).unwrap();
    assert_eq!(last_settled(&visit.events).code, "5");
    assert!(visit.tell(&other, at(3, 12), amend("5")).unwrap().is_empty());
}
