//! Each kind of offence is found, and counted as what it is.

use serde_json::{Value, json};

use super::*;

fn case(number: u32) -> Value {
    json!({
        "id": format!("c{number}"), "number": format!("2026{number:04}"), "state": "decided",
        "form": {"address": mark(number)}, "submitted_at": "2026-11-20T01:00:00Z",
        "notice_due": "2026-11-27", "due": "2026-11-25", "legal_due": "2026-12-18",
        "acceptance": {"at": "2026-11-20T02:00:00Z"}, "licence": format!("L{number}"),
        "decision": {"outcome": "approved", "at": "2026-11-20T03:00:00Z"},
    })
}

fn seen_case(number: u32) -> SeenCase {
    let names = ["submitted", "accepted", "decided", "licence_recorded"];
    let entries: Vec<Value> = names.iter().map(|name| json!({"event": name})).collect();
    SeenCase {
        case: case(number),
        timeline: json!({"intact": true, "entries": entries}),
        review: Some(json!({"case_id": format!("c{number}"), "stars": 5})),
    }
}

fn told_case(number: u32) -> Told {
    Told {
        number,
        submitted: Some(case(number)),
        accepted: Some(case(number)),
        decided: Some(case(number)),
        licence: Some(format!("L{number}")),
        reviewed: Some(json!({"case_id": format!("c{number}"), "stars": 5})),
    }
}

fn city() -> (Vec<Told>, Seen) {
    let licence = |number: u32| json!({"identifier": format!("L{number}"), "state": "valid"});
    let seen = Seen {
        cases: (1..=3).map(seen_case).collect(),
        licences: (1..=3).map(licence).collect(),
        rights: Vec::new(),
    };
    ((1..=3).map(told_case).collect(), seen)
}

#[test]
fn a_city_as_it_was_acknowledged_has_no_offenders() {
    let (told, seen) = city();
    let verdict = Verdict::of(&told, &seen);
    assert!(verdict.holds(), "{:?}", verdict.offenders);
    assert_eq!(verdict.sum().to_string(), "acknowledged 15, found 15, doubled 0, wrong 0");
}

#[test]
fn what_is_begun_and_not_finished_is_asked_for_no_further() {
    let (mut told, mut seen) = city();
    let rest =
        Told { accepted: None, decided: None, licence: None, reviewed: None, ..told_case(3) };
    told[2] = rest;
    seen.licences.truncate(2);
    let SeenCase { case, timeline, review } = &mut seen.cases[2];
    for later in ["acceptance", "decision", "licence"] {
        case[later] = Value::Null;
    }
    timeline["entries"].as_array_mut().unwrap().truncate(1);
    *review = None;
    let verdict = Verdict::of(&told, &seen);
    assert!(verdict.holds(), "{:?}", verdict.offenders);
    assert_eq!(verdict.sum().acknowledged, 11);
}

#[test]
fn each_offence_is_counted_as_what_it_is() {
    type Bend = fn(&mut Vec<Told>, &mut Seen);
    let bent: [(&str, (usize, usize, usize), Bend); 15] = [
        ("a case is lost with all that was done to it", (5, 0, 0), |_, seen| {
            seen.cases.remove(1);
            seen.licences.remove(1);
        }),
        ("an acceptance is lost", (1, 0, 1), |_, seen| {
            seen.cases[0].case["acceptance"] = Value::Null;
            seen.cases[0].timeline["entries"].as_array_mut().unwrap().remove(1);
        }),
        ("a licence is lost", (1, 0, 0), |_, seen| drop(seen.licences.remove(0))),
        ("a review is lost", (1, 0, 0), |_, seen| seen.cases[2].review = None),
        ("one request made two cases", (0, 1, 0), |_, seen| {
            let mut second = seen_case(1);
            second.case["id"] = "c9".into();
            second.case["number"] = "x".into();
            seen.cases.push(second);
        }),
        ("two cases have one number", (0, 1, 0), |told, seen| {
            for case in [&mut seen.cases[1].case, told[1].submitted.as_mut().unwrap()] {
                case["number"] = "20260001".into();
            }
            told[1].accepted.as_mut().unwrap()["number"] = "20260001".into();
        }),
        ("a case has two licences", (0, 1, 0), |_, seen| {
            seen.licences.push(json!({"identifier": "L9", "state": "valid"}));
        }),
        ("a decision took effect twice", (0, 1, 0), |_, seen| {
            let entries = seen.cases[0].timeline["entries"].as_array_mut().unwrap();
            entries.push(json!({"event": "decided"}));
        }),
        ("a case nobody was told of", (0, 0, 1), |told, seen| {
            told.remove(2);
            seen.licences.remove(2);
            seen.cases[2].case["licence"] = Value::Null;
        }),
        ("another number", (0, 0, 1), |told, _| {
            told[0].submitted.as_mut().unwrap()["number"] = "x".into();
        }),
        ("another clock", (0, 0, 1), |told, _| {
            told[0].accepted.as_mut().unwrap()["due"] = "2026-11-24".into();
        }),
        ("another state", (0, 0, 1), |_, seen| seen.cases[0].case["state"] = "accepted".into()),
        ("another licence", (0, 0, 1), |told, _| told[0].licence = Some("L8".into())),
        ("another review", (0, 0, 1), |told, _| {
            told[0].reviewed.as_mut().unwrap()["stars"] = 4.into();
        }),
        ("a changed history", (0, 0, 1), |_, seen| {
            seen.cases[0].timeline["intact"] = false.into();
        }),
    ];
    for (what, (lost, doubled, wrong), bend) in bent {
        let (mut told, mut seen) = city();
        bend(&mut told, &mut seen);
        let verdict = Verdict::of(&told, &seen);
        let sum = verdict.sum();
        let counted = (sum.acknowledged - sum.found, sum.doubled, sum.wrong);
        assert_eq!(counted, (lost, doubled, wrong), "{what}: {:?}", verdict.offenders);
        assert!(!verdict.holds() && !verdict.offenders.is_empty(), "{what}");
    }
}

#[test]
fn a_strange_answer_and_a_right_left_open_are_offences() {
    let (told, mut seen) = city();
    let mut verdict = Verdict::of(&told, &seen);
    verdict.strange(&["1-submit: POST /intake/v1/cases → 500".to_owned()]);
    assert_eq!((verdict.sum().wrong, verdict.holds()), (1, false));
    seen.rights.push(json!({"case_id": "c1"}));
    assert_eq!(Verdict::of(&told, &seen).sum().wrong, 1);
}
