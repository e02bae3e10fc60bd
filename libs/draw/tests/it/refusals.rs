//! What is wrong is refused, with its code, and everything at once.

use tongban_draw::{Announcement, Checks, Digest, ReplacementKind, Strata, Stratum, verify};
use tongban_kernel::{Fault, FaultKind};
use tongban_proof::VerifyKey;

use crate::cases::samples::{any, by_beacon, by_checkpoint, equal, plain};
use crate::cases::{Dice, LOGS, Setting, bend, drawn, keys, moment, signer, value};

fn codes(fault: &Fault) -> Vec<&str> {
    match fault.kind() {
        FaultKind::Malformed => vec![fault.code()],
        _ => fault.errors().iter().map(|one| one.code.as_str()).collect(),
    }
}

#[test]
fn every_bent_draw_is_refused_for_what_was_bent() {
    for (name, code, bend) in bend::all() {
        for seed in 0..20 {
            let text = bend.text(&mut Dice::new(seed)).unwrap();
            let fault = verify(text.as_bytes(), Checks::default()).expect_err(name);
            let found = codes(&fault);
            assert!(
                found.contains(code),
                "{name}, seed {seed}: {found:?} instead of {code}\n{text}"
            );
            assert!(fault.errors().iter().all(|one| !one.message.is_empty()));
        }
    }
}

#[test]
fn everything_wrong_is_named_at_once() {
    let mut terms = plain(equal(5), 0);
    terms.candidates[0].weight = 0;
    terms.candidates[4].weight = -1;
    terms.candidates.swap(1, 2);
    terms.rule = "other".into();
    terms.randomness.fallback = None;
    let fault = Announcement::new(terms, Vec::new()).unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (FaultKind::Invalid, "invalid_draw"));
    let places: Vec<_> =
        fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect();
    assert_eq!(
        places,
        [
            ("/terms/rule", "unknown_rule"),
            ("/terms/number", "out_of_range"),
            ("/terms/candidates/0/1", "bad_weight"),
            ("/terms/candidates/4/1", "bad_weight"),
            ("/terms/candidates/2/0", "not_sorted"),
            ("/terms/randomness/fallback", "bad_fallback"),
            ("/commitments", "bad_parties"),
        ]
    );
}

#[test]
fn a_million_faults_are_not_a_million_lines() {
    let mut terms = plain(equal(5_000), 1).sorted();
    terms.candidates.iter_mut().for_each(|one| one.weight = 0);
    let fault = terms.check().unwrap_err();
    assert_eq!(fault.errors().len(), 1_001);
    assert_eq!(fault.errors()[1_000].code, "more_faults");
    assert!(fault.errors()[1_000].message.contains("5000"));
}

#[test]
fn what_was_announced_can_be_compared() {
    let transcript = Setting::new(any(&mut Dice::new(1)), &mut Dice::new(2)).draw().unwrap();
    let announced = transcript.announcement.digest().unwrap();
    let checks = |announced| Checks { announced: Some(announced), keys: &[] };
    assert!(transcript.verify(checks(announced)).unwrap().announcement_compared);
    let fault = transcript.verify(checks(Digest([0; 32]))).unwrap_err();
    assert_eq!(codes(&fault), ["other_announcement"]);
}

#[test]
fn a_seed_and_a_value_can_be_checked_as_they_come() {
    let setting = Setting::new(any(&mut Dice::new(5)), &mut Dice::new(6));
    let announcement = setting.announcement().unwrap();
    let party = &setting.parties[1];
    announcement.check_seed(&party.name, &party.seed).unwrap();
    for (name, seed, code) in [
        (&*party.name, &[1; 32][..], "wrong_seed"),
        (&party.name, &party.seed[..31], "bad_seed"),
        ("organiser", &party.seed, "wrong_seed"),
        ("somebody", &party.seed, "unknown_party"),
    ] {
        assert_eq!(codes(&announcement.check_seed(name, seed).unwrap_err()), [code]);
    }
    let source = by_checkpoint().value;
    source.check(&value(&source, 1, &[1; 32]), &[]).unwrap();
    assert_eq!(
        codes(&source.check(&value(&source, 0, &[1; 32]), &[]).unwrap_err()),
        ["wrong_value"]
    );
    assert!(!by_checkpoint().seeds_first() && by_beacon().seeds_first());
}

#[test]
fn nothing_may_be_known_when_it_is_announced() {
    let terms = by_checkpoint();
    terms.check_ahead(moment(0)).unwrap();
    let places = |now| {
        let fault = terms.check_ahead(moment(now)).unwrap_err();
        assert!(codes(&fault).iter().all(|code| *code == "bad_schedule"));
        fault.errors().iter().map(|one| one.pointer.clone()).collect::<Vec<_>>()
    };
    assert_eq!(places(3_600), ["/value"]);
    assert_eq!(places(7_200), ["/value", "/fallback", "/open_until"]);
}

#[test]
fn with_keys_checkpoints_have_to_be_signed() {
    let mut terms = plain(equal(9), 2);
    terms.randomness = by_checkpoint();
    let transcript = Setting::new(terms, &mut Dice::new(3)).draw().unwrap();
    let known: Vec<VerifyKey> =
        keys().unwrap().iter().flat_map(|list| list.read().unwrap()).collect();
    let verified = transcript.verify(Checks { announced: None, keys: &known }).unwrap();
    assert!(verified.signatures_checked);
    assert!(!transcript.verify(Checks::default()).unwrap().signatures_checked);
    let stranger = [signer(LOGS[1]).unwrap().public().clone()];
    let fault = transcript.verify(Checks { announced: None, keys: &stranger }).unwrap_err();
    assert!(codes(&fault).contains(&"bad_note"), "{fault}");
}

#[test]
fn a_replacement_that_is_refused_changes_nothing() {
    let mut transcript =
        drawn(&Setting::new(plain(equal(3), 3), &mut Dice::new(4)), &mut Dice::new(0)).unwrap();
    let before = transcript.clone();
    let drawn = before.result[0].clone();
    for (kind, who, reason, code) in [
        (ReplacementKind::Recusal, &*drawn, "与当事人有亲属关系", "recusal_after_draw"),
        (ReplacementKind::Declined, "c-999", "放弃", "not_drawn"),
        (ReplacementKind::Declined, &*drawn, "", "bad_text"),
        (ReplacementKind::Declined, &*drawn, "放弃", "nobody_left"),
    ] {
        let fault = transcript.replace(who, kind, reason).unwrap_err();
        assert_eq!(codes(&fault), [code]);
        assert_eq!(transcript, before);
    }
}

#[test]
fn a_class_of_rate_nought_gives_nobody() {
    let mut terms = plain(equal(6), 2);
    for (place, one) in terms.candidates.iter_mut().enumerate() {
        one.stratum = if place < 4 { "A" } else { "B" }.into();
    }
    terms.strata = Some(Strata::Rates(vec![Stratum("A".into(), 0), Stratum("B".into(), 10_000)]));
    let mut selected: Vec<_> = tongban_draw::select(&terms, Digest([1; 32])).unwrap();
    selected.sort_unstable();
    assert_eq!(selected, ["c-004", "c-005"]);
}
