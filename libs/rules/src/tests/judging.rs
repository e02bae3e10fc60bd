//! What a machine approves, and what it hands over.

use serde_json::json;
use tongban_kernel::FaultKind;
use utoipa::PartialSchema as _;

use super::*;
use crate::{Finding, Outcome, Taken};

#[test]
fn what_meets_every_condition_is_approved() {
    let judgement = judged([]);
    assert_eq!(judgement.outcome, Outcome::Approve);
    assert_eq!(judgement.reasons, []);
    assert!(judgement.trace.iter().all(|step| step.finding == Finding::Holds));
    assert_eq!(judgement.rules, set(&elders()).digest());
}

#[test]
fn every_reason_is_told_and_not_only_the_first() {
    let judgement = judged([
        ("birth_date", value(json!("1966-11-25"))),
        ("status", value(json!("2"))),
        ("card_until", value(json!("2027-01-01"))),
        ("household", value(json!(11))),
    ]);
    assert_eq!(judgement.outcome, Outcome::HandOver);
    let all = [("1", "not_met"), ("2", "not_met"), ("3", "not_met"), ("4", "not_met")];
    assert_eq!(reasons(&judgement), all);
    let text = "条件 1“申请之日年满六十周岁”不成立（老年人权益保障法第二条）";
    assert_eq!(judgement.reasons[0].text, text);
}

/// A denial is for a person: there is no word for it.
#[test]
fn a_machine_cannot_deny() {
    let schema = serde_json::to_value(Outcome::schema()).unwrap();
    assert_eq!(schema["enum"], json!(["approve", "hand_over"]));
    assert!(serde_json::from_value::<Outcome>(json!("deny")).is_err());
    for (text, whole) in [("outcome", elders()), ("otherwise", elders()["conditions"][0].clone())] {
        let mut wrong = whole;
        wrong[text] = json!("deny");
        let refused = serde_json::from_value::<RuleSet>(wrong.clone()).is_err()
            && serde_json::from_value::<crate::Condition>(wrong).is_err();
        assert!(refused, "{text}");
    }
}

#[test]
fn a_division_by_zero_hands_over() {
    let judgement = judged([("household", value(json!(0)))]);
    assert_eq!(judgement.outcome, Outcome::HandOver);
    assert_eq!(reasons(&judgement), [("4", "division_by_zero")]);
    assert!(judgement.reasons[0].text.contains("无法判定：除数为零"), "{judgement:?}");
}

#[test]
fn a_field_that_was_not_granted_hands_over_what_reads_it() {
    let judgement = judged([("region", failed("not_granted")), ("birth_date", failed("deadline"))]);
    assert_eq!(reasons(&judgement), [("1", "deadline"), ("2", "not_granted")]);
    let inputs = &judgement.inputs;
    assert_eq!((inputs[1].taken, inputs[1].code.as_deref()), (Taken::Failed, Some("not_granted")));
    assert_eq!((&inputs[1].digest, &inputs[1].provenance), (&None, &None));
}

#[test]
fn nothing_given_is_nothing_approved() {
    let judgement = rules(&set(&elders())).judge(&BTreeMap::new(), SALT).unwrap();
    assert_eq!(judgement.outcome, Outcome::HandOver);
    assert!(judgement.reasons.iter().all(|one| one.code == "not_given"), "{judgement:?}");
    assert_eq!(judgement.reasons.len(), 4);
}

/// “查无” is an answer, “未取得” is none.
#[test]
fn what_is_absent_differs_from_what_could_not_be_had() {
    assert_eq!(judged([("card_until", absent())]).outcome, Outcome::Approve);
    assert_eq!(judged([("card_until", value(json!(null)))]).outcome, Outcome::Approve);
    assert_eq!(reasons(&judged([("card_until", failed("deadline"))])), [("3", "deadline")]);
    let judgement = judged([("birth_date", absent())]);
    assert_eq!(reasons(&judgement), [("1", "missing")]);
    assert!(judgement.reasons[0].text.contains("没有“出生日期”"), "{judgement:?}");
    assert_eq!(judgement.inputs[0].taken, Taken::Absent);
}

#[test]
fn what_is_not_as_declared_is_not_guessed_at() {
    let long = "1".repeat(2_001);
    for (name, wrong, code) in [
        ("birth_date", json!("1966-02-30"), "wrong_type"),
        ("birth_date", json!("19661124"), "wrong_type"),
        ("birth_date", json!(19_661_124), "wrong_type"),
        ("household", json!("2"), "wrong_type"),
        ("household", json!(2.0), "wrong_type"),
        ("household", json!(9_007_199_254_740_992_i64), "wrong_type"),
        ("region", json!(["46"]), "wrong_type"),
        ("region", json!(long), "too_long"),
        ("status", json!("9"), "unexpected_value"),
        ("status", json!(" 1"), "unexpected_value"),
    ] {
        let judgement = judged([(name, value(wrong.clone()))]);
        assert_eq!(judgement.outcome, Outcome::HandOver, "{wrong}");
        assert_eq!(judgement.reasons.len(), 1, "{wrong}");
        assert_eq!(judgement.reasons[0].code, code, "{wrong}");
        let input = judgement.inputs.iter().find(|input| input.name == name).unwrap();
        assert_eq!(input.taken, Taken::Unreadable, "{wrong}");
        assert!(input.provenance.is_some() && input.digest.is_some(), "{wrong}");
    }
}

#[test]
fn days_the_wrong_way_round_hand_over() {
    let judgement = judged([("birth_date", value(json!("2026-11-25")))]);
    assert_eq!(reasons(&judgement), [("1", "days_reversed")]);
}

#[test]
fn numbers_too_large_hand_over() {
    let set = with("household * 9007199254740991 * 9007199254740991 > 0");
    let mut set = set;
    set.inputs.retain(|input| input.name == "household");
    let judgement = rules(&set).judge(&well(), SALT).unwrap();
    assert_eq!(reasons(&judgement), [("1", "overflow")]);
}

/// What an officer reads and a ledger keeps does not repeat what the data said.
#[test]
fn evidence_holds_no_values() {
    let judgement = judged([
        ("birth_date", value(json!("1948-07-19"))),
        ("status", value(json!("geheim"))),
        ("region", value(json!("110101"))),
    ]);
    let text = serde_json::to_string(&judgement).unwrap();
    for value in ["1948-07-19", "geheim", "110101"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn a_digest_shows_the_value_to_whoever_has_the_salt() {
    let all = rules(&set(&elders()));
    let digest = |salt: &[u8], day: &str| {
        let mut given = well();
        given.insert("birth_date".to_owned(), value(json!(day)));
        all.judge(&given, salt).unwrap().inputs[0].digest.clone().unwrap()
    };
    let first = digest(SALT, "1966-11-24");
    assert_eq!(first, digest(SALT, "1966-11-24"));
    assert_ne!(first, digest(SALT, "1966-11-23"));
    assert_ne!(first, digest(b"0123456789abcdeg", "1966-11-24"));
    // printf '{"name":"birth_date","salt":"%s","value":"1966-11-24"}' $(printf 0123456789abcdef | xxd -p) | sha256sum
    assert_eq!(first, "db4ddcdf9a9a9b03ead0a6de8be631c04858b852cac5d5751d7775ad5b988972");
    let fault = all.judge(&well(), b"short").unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (FaultKind::Internal, "salt_too_short"));
}

#[test]
fn the_same_gives_the_same() {
    assert_eq!(judged([]), judged([]));
    let kept = serde_json::to_value(judged([("household", value(json!(0)))])).unwrap();
    let back: Judgement = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(back, judged([("household", value(json!(0)))]));
    let given = serde_json::to_value(well()).unwrap();
    let given: BTreeMap<String, Given> = serde_json::from_value(given).unwrap();
    assert_eq!(given, well());
}

#[test]
fn what_was_not_declared_is_not_looked_at() {
    assert_eq!(judged([("income", value(json!(1_000_000)))]), judged([]));
}

/// A draft is compared with past cases by judging them again.
#[test]
fn another_rule_set_has_another_digest() {
    let (now, mut draft) = (set(&elders()), set(&elders()));
    draft.conditions[0].expression = "full_years(birth_date, submitted_on) >= 65".to_owned();
    assert_ne!(now.digest(), draft.digest());
    assert_eq!(rules(&now).judge(&well(), SALT).unwrap().outcome, Outcome::Approve);
    assert_eq!(rules(&draft).judge(&well(), SALT).unwrap().outcome, Outcome::HandOver);
}

/// Judgements that were kept name their rules by it.
#[test]
fn a_digest_stays_what_it_was() {
    // jq --sort-keys --compact-output --join-output . | sha256sum
    let kept = "67a074ae0e8d733c8e6d4c992a77104df8a581061544c948225a669b471d4e52";
    assert_eq!(set(&elders()).digest(), kept);
    let mut other = elders();
    other["title"] = json!("老年人优待证办理");
    assert_ne!(set(&other).digest(), kept);
}

#[test]
fn rules_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&rules(&set(&elders())));
}
