//! The life of somebody's credit.

use std::sync::Arc;

use tongban_contracts::credit::{CreditClass, CreditEvent, CreditRequestKind};
use tongban_kernel::{Principal, PrincipalKind, Role};

use super::samples::{History, MARKET, at, officer, rules, us};
use crate::domain::credit::{Command, Credit};
use crate::domain::credit_rule::CreditRules;
use crate::domain::credit_rule::tests::{entry, rules as all_versions, subject};

fn versions() -> Arc<CreditRules> {
    Arc::new(all_versions())
}

fn record(id: &str, ground: &str, on: &str) -> Command {
    let entry = Box::new(entry(id, ground, on));
    Command::Record { subject: subject(), entry, credit: versions() }
}

fn owner() -> Principal {
    Principal {
        account: "owner".into(),
        kind: PrincipalKind::Organisation,
        body: None,
        region: None,
        ..officer("owner", MARKET, &[])
    }
}

fn ask(id: &str, entry: &str, kind: CreditRequestKind) -> Command {
    Command::Request {
        id: id.into(),
        entry: entry.into(),
        kind,
        statement: "已改正".into(),
        rules: rules(),
        credit: versions(),
    }
}

fn answer(request: &str, granted: bool) -> Command {
    let request = request.to_owned();
    Command::Answer { request, granted, reason: "经核查".into(), credit: versions() }
}

fn class(credit: &History<Credit>) -> CreditClass {
    credit.state().class(&versions(), "2026-03-11".parse().unwrap())
}

#[test]
fn every_change_of_class_explains_itself() {
    let mut credit = History::<Credit>::default();
    let events = credit.tell(&us(), at(3, 11), record("a", "inspection.corrected", "2026-03-11"));
    let events = events.unwrap();
    let [CreditEvent::Recorded { .. }, CreditEvent::ClassChanged(change)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((change.former, change.class, change.points), (CreditClass::B, CreditClass::C, 70));
    assert_eq!((change.counted[0].id.as_str(), change.rule.as_str()), ("a", "2026-1"));
    let again = credit.tell(&us(), at(3, 11), record("a", "inspection.corrected", "2026-03-11"));
    assert!(again.unwrap().is_empty(), "recorded once");
    let small = credit.tell(&us(), at(3, 11), record("b", "penalty.small", "2026-03-11")).unwrap();
    assert_eq!(small.len(), 1, "the class stays");
}

#[test]
fn only_its_source_records_and_nothing_of_tomorrow() {
    let mut credit = History::<Credit>::default();
    let command = || record("a", "inspection.clean", "2026-03-11");
    let refused =
        credit.refused(&officer("o", MARKET, &[Role::CreditOfficer]), at(3, 11), command());
    assert_eq!(refused.code(), "only_by_source");
    assert_eq!(credit.refused(&us(), at(3, 10), command()).code(), "not_happened_yet");
}

#[test]
fn the_clock_alone_changes_the_class_when_events_expire() {
    let mut credit = History::<Credit>::default();
    credit.tell(&us(), at(3, 11), record("a", "penalty.small", "2026-03-11")).unwrap();
    credit.tell(&us(), at(3, 11), record("b", "penalty.small", "2026-03-11")).unwrap();
    assert_eq!(class(&credit), CreditClass::C);
    assert_eq!(credit.state().judge_next(), Some("2026-06-12".parse().unwrap()));
    let judge = || Command::Judge { rules: rules(), credit: versions() };
    assert!(credit.tell(&us(), at(6, 11), judge()).unwrap().is_empty(), "the last day counts");
    let events = credit.tell(&us(), at(6, 12), judge()).unwrap();
    let [CreditEvent::ClassChanged(change)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((change.former, change.class), (CreditClass::C, CreditClass::B));
    assert!(change.counted.is_empty());
    assert_eq!(credit.state().judge_next(), None);
}

#[test]
fn an_objection_is_answered_by_another_position() {
    let mut credit = History::<Credit>::default();
    credit.tell(&us(), at(3, 11), record("a", "inspection.corrected", "2026-03-11")).unwrap();
    let stranger = Principal { account: "other".into(), ..owner() };
    let objection = || ask("r1", "a", CreditRequestKind::Objection);
    assert_eq!(credit.refused(&stranger, at(3, 12), objection()).code(), "not_your_credit");
    credit.tell(&owner(), at(3, 12), objection()).unwrap();
    assert_eq!(credit.state().requests[0].request.due, Some("2026-04-02".parse().unwrap()));
    assert_eq!(credit.refused(&owner(), at(3, 12), objection()).code(), "already_requested");
    let inspects = officer("x", MARKET, &[Role::CreditOfficer, Role::Inspector]);
    assert_eq!(credit.refused(&inspects, at(3, 13), answer("r1", true)).code(), "same_position");
    let recorder = officer("inspector", MARKET, &[Role::CreditOfficer]);
    assert_eq!(credit.refused(&recorder, at(3, 13), answer("r1", true)).code(), "same_position");
    let other = officer("credit", MARKET, &[Role::CreditOfficer]);
    let events = credit.tell(&other, at(3, 13), answer("r1", true)).unwrap();
    assert_eq!(events.len(), 2, "answered, and another class");
    assert_eq!(class(&credit), CreditClass::B);
    assert_eq!(credit.refused(&other, at(3, 13), answer("r1", true)).code(), "already_answered");
}

#[test]
fn only_what_the_rule_lets_be_repaired_is() {
    let mut credit = History::<Credit>::default();
    credit.tell(&us(), at(3, 11), record("a", "inspection.corrected", "2026-03-11")).unwrap();
    credit.tell(&us(), at(3, 11), record("v", "licence.taken_away", "2026-03-11")).unwrap();
    assert_eq!(class(&credit), CreditClass::D);
    let never = credit.refused(&owner(), at(3, 12), ask("r1", "v", CreditRequestKind::Repair));
    assert_eq!(never.code(), "not_repairable");
    credit.tell(&owner(), at(3, 12), ask("r2", "a", CreditRequestKind::Repair)).unwrap();
    let other = officer("credit", MARKET, &[Role::CreditOfficer]);
    credit.tell(&other, at(3, 13), answer("r2", true)).unwrap();
    assert_eq!(class(&credit), CreditClass::D, "the other event still binds");
    let gone = credit.refused(&owner(), at(3, 14), ask("r3", "a", CreditRequestKind::Objection));
    assert_eq!(gone.code(), "entry_ended");
    let cancel = Command::Settle {
        subject: subject(),
        prefix: "v".into(),
        entry: None,
        reason: "撤销".into(),
        credit: versions(),
    };
    credit.tell(&us(), at(3, 14), cancel).unwrap();
    assert_eq!(class(&credit), CreditClass::B);
}

#[test]
fn what_the_clock_leaves_as_it_is_is_not_judged_again() {
    let mut credit = History::<Credit>::default();
    credit.tell(&us(), at(3, 11), record("a", "penalty.small", "2026-03-11")).unwrap();
    let judge = || Command::Judge { rules: rules(), credit: versions() };
    let events = credit.tell(&us(), at(6, 12), judge()).unwrap();
    assert!(matches!(events[..], [CreditEvent::Judged { .. }]), "{events:?}");
    assert!(credit.tell(&us(), at(6, 13), judge()).unwrap().is_empty());
}
