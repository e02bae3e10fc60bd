//! Drafts tried on past cases.

use serde_json::json;

use super::*;
use crate::{Change, Decided, Outcome, Past, replay};

fn past<const N: usize>(case: &str, decided: Decided, changes: [(&str, Given); N]) -> Past {
    let mut given = well();
    given.extend(changes.into_iter().map(|(name, one)| (name.to_owned(), one)));
    Past { case: case.to_owned(), decided, given }
}

#[test]
fn each_case_is_compared_with_what_was_decided() {
    let young = || ("birth_date", value(json!("1990-01-01")));
    let cases = [
        past("1", Decided::ByMachine, []),
        past("2", Decided::ByMachine, [young()]),
        past("3", Decided::Approved, []),
        past("4", Decided::Approved, [young()]),
        past("5", Decided::Denied, []),
        past("6", Decided::Denied, [young()]),
    ];
    let report = replay(&rules(&set(&elders())), &cases, SALT).unwrap();
    let found: Vec<Change> = report.cases.iter().map(|one| one.change).collect();
    let (same, machine) = (Change::Same, Change::NowByMachine);
    let wanted = [same, Change::NowByPerson, machine, same, Change::AgainstDenial, same];
    assert_eq!(found, wanted);
    assert_eq!(report.changes[&same], 3);
    assert_eq!(report.changes.values().sum::<usize>(), cases.len());
    assert_eq!(report.changes.get(&Change::Untold), None);
    assert_eq!(report.cases[1].reasons[0].code, "not_met");
    assert_eq!(report.rules, set(&elders()).digest());
    let text = serde_json::to_value(&report).unwrap();
    assert_eq!(text["changes"]["against_denial"], 1, "{text}");
    assert_eq!(serde_json::from_value::<crate::Report>(text).unwrap(), report);
}

/// What was not asked for then is not taken for absent, nor for a condition that fails.
#[test]
fn what_nobody_asked_for_is_not_guessed() {
    let mut draft = elders();
    let income = json!({"name": "income", "kind": "integer", "meaning": "月收入（分）",
        "source": {"from": "exchange", "resource": "R-2", "item": "income"}});
    draft["inputs"].as_array_mut().unwrap().push(income);
    draft["conditions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"number": "5", "text": "月收入不高于三千元",
        "basis": "本省老年人优待办法第八条", "expression": "income <= 300000"}));
    let draft = rules(&set(&draft));
    let cases = [
        past("1", Decided::ByMachine, []),
        past("2", Decided::Approved, []),
        past("3", Decided::Denied, [("household", value(json!(11)))]),
        past("4", Decided::ByMachine, [("income", value(json!(250_000)))]),
    ];
    let report = replay(&draft, &cases, SALT).unwrap();
    let found: Vec<Change> = report.cases.iter().map(|one| one.change).collect();
    assert_eq!(found, [Change::Untold, Change::Untold, Change::Same, Change::Same]);
    assert_eq!(report.cases[0].outcome, Outcome::HandOver);
}

#[test]
fn no_cases_are_a_report_too() {
    let report = replay(&rules(&set(&elders())), &[], SALT).unwrap();
    assert!(report.cases.is_empty() && report.changes.is_empty());
    assert_eq!(
        replay(&rules(&set(&elders())), &[past("1", Decided::Approved, [])], b"")
            .unwrap_err()
            .code(),
        "salt_too_short"
    );
}
