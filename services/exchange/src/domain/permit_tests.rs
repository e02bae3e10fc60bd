//! Whatever is called for and whatever happened to a grant: nothing outside of it is let through.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tongban_contracts::exchange::{GrantTerms, GrantedItem, Purpose, SharingKind};
use tongban_kernel::civil_date;
use uuid::Uuid;

use super::grant::{Command, Grant, Standing};
use super::permit::{Call, permits};
use super::resource::Resource;
use super::samples::{
    ABOVE, MATTER, READER, SOURCE, authority, by, day, morning, named, resource, step, steward,
    wanted,
};

const KEYS: [&str; 4] = ["id_number", "state", "registered_by", "salary"];

fn terms(keys: &[String], matters: Vec<Uuid>, purpose: Purpose) -> GrantTerms {
    GrantTerms {
        request_id: Uuid::from_u128(3),
        resource_id: Uuid::from_u128(9),
        resource_code: "306011/000001".to_owned(),
        resource_name: "婚姻登记信息".to_owned(),
        source_body: named(SOURCE),
        region: tongban_kernel::RegionCode::parse("320706").unwrap(),
        holder: named(READER),
        purpose,
        basis: wanted().basis,
        matters,
        items: keys.iter().map(|key| GrantedItem { key: key.clone(), masking: None }).collect(),
        daily_calls: 100,
        from: day("2026-03-11"),
        through: day("2026-06-30"),
    }
}

fn given(keys: &[String]) -> Option<Grant> {
    let mut grant = None;
    let terms = terms(keys, vec![MATTER], Purpose::PublicService);
    let context = by(tongban_kernel::Principal::service("exchange"), "2026-03-11");
    step(&mut grant, Command::Give(Box::new(terms)), &context).unwrap();
    grant
}

/// Something that happens to a grant; what is refused changes nothing.
fn happen(grant: &mut Option<Grant>, what: u8, resource: &mut Resource) {
    let source = by(steward(SOURCE), "2026-04-01");
    let above = by(authority(ABOVE), "2026-04-01");
    let reason = || "示例".to_owned();
    let _ = match what {
        0 => step(grant, Command::Suspend(reason()), &source),
        1 => step(grant, Command::Resume(reason()), &source),
        2 => step(grant, Command::Suspend(reason()), &above),
        3 => step(grant, Command::Resume(reason()), &above),
        4 => step(grant, Command::End(reason()), &source),
        5 => {
            resource.resource.items.retain(|item| item.key != "state");
            resource.revision += 1;
            step(grant, Command::Follow(Arc::new(resource.clone())), &source)
        }
        6 => {
            // The resource changes, and its event has not come yet.
            resource.resource.items.retain(|item| item.key != "id_number");
            Ok(Vec::new())
        }
        _ => {
            let more = terms(&["registered_by".to_owned()], vec![MATTER], Purpose::PublicService);
            step(grant, Command::Give(Box::new(more)), &source)
        }
    };
}

fn keys() -> impl Strategy<Value = Vec<String>> {
    let one = prop::sample::select(&KEYS[..]).prop_map(str::to_owned);
    prop::collection::vec(one, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_outside_of_a_grant_is_let_through(
        granted in prop::sample::subsequence(&KEYS[..3], 1..4),
        wanted in keys(),
        steps in prop::collection::vec(0_u8..8, 0..6),
        shift in 0_u64..200,
        used in 90_u64..110,
        other_body in prop::bool::weighted(0.1),
        other_purpose in prop::bool::weighted(0.1),
        case in prop::option::weighted(0.9, prop::bool::weighted(0.9)),
    ) {
        let granted: Vec<String> = granted.into_iter().map(str::to_owned).collect();
        let mut grant = given(&granted);
        let mut resource = resource(SharingKind::Conditional);
        for what in steps {
            happen(&mut grant, what, &mut resource);
        }
        let grant = grant.unwrap();
        let at = morning("2026-02-01") + Days::new(shift);
        let date: NaiveDate = civil_date(at);
        let case = case.map(|own| ("示例 1", if own { MATTER } else { Uuid::from_u128(8) }));
        let call = Call {
            body: if other_body { SOURCE } else { READER },
            purpose: if other_purpose { Purpose::Supervision } else { Purpose::PublicService },
            case,
            items: &wanted,
            at,
            used_today: used,
        };
        let held: BTreeSet<&str> = grant.terms.items.iter().map(|one| one.key.as_str()).collect();
        let there = |key: &str| resource.resource.items.iter().any(|item| item.key == key);
        let within = grant.standing() == Standing::Active
            && (grant.terms.from..=grant.terms.through).contains(&date)
            && !other_body
            && !other_purpose
            && case.is_some_and(|(_, matter)| matter == MATTER)
            && used < 100
            && !wanted.is_empty()
            && wanted.iter().all(|key| held.contains(key.as_str()) && there(key));
        match permits(&grant, &resource, &call) {
            Ok(items) => {
                prop_assert!(within, "let through: {call:?}");
                let given: BTreeSet<&str> = items.iter().map(|one| one.key.as_str()).collect();
                let asked: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
                prop_assert_eq!(given, asked, "exactly what was asked for");
            }
            Err(refusal) => {
                prop_assert!(!within, "refused: {refusal:?}");
                prop_assert!(!refusal.0.is_empty());
            }
        }
    }
}

#[test]
fn a_refusal_names_everything_that_stands_against_a_call() {
    let mut grant = given(&["state".to_owned()]);
    let mut resource = resource(SharingKind::Conditional);
    happen(&mut grant, 0, &mut resource);
    let items = ["salary".to_owned()];
    let call = Call {
        body: SOURCE,
        purpose: Purpose::Statistics,
        case: None,
        items: &items,
        at: morning("2026-07-01"),
        used_today: 100,
    };
    let refusal = permits(&grant.unwrap(), &resource, &call).unwrap_err();
    let codes: Vec<_> = refusal.0.iter().map(|one| one.code).collect();
    assert_eq!(
        codes,
        [
            "grant_suspended",
            "item_not_granted",
            "no_case",
            "other_body",
            "other_purpose",
            "quota_used_up",
            "term_over"
        ]
    );
    let fault = tongban_kernel::Fault::from(refusal);
    assert!(fault.detail().unwrap().contains("salary"));
}

#[test]
fn the_last_day_counts_and_the_day_after_does_not() {
    let grant = given(&["state".to_owned()]).unwrap();
    let resource = resource(SharingKind::Conditional);
    let items = ["state".to_owned()];
    let on = |at: &str| {
        let call = Call {
            body: READER,
            purpose: Purpose::PublicService,
            case: Some(("示例 1", MATTER)),
            items: &items,
            at: at.parse().unwrap(),
            used_today: 0,
        };
        permits(&grant, &resource, &call).is_ok()
    };
    // Midnight in China is four in the afternoon in UTC.
    assert!(on("2026-06-30T15:59:59Z"));
    assert!(!on("2026-06-30T16:00:00Z"));
    assert!(!on("2026-03-10T15:59:59Z"));
    assert!(on("2026-03-10T16:00:00Z"));
}

#[test]
fn what_the_authority_suspended_the_source_body_does_not_resume() {
    let mut grant = given(&["state".to_owned()]);
    let mut resource = resource(SharingKind::Conditional);
    happen(&mut grant, 2, &mut resource);
    let fault =
        step(&mut grant, Command::Resume("示例".to_owned()), &by(steward(SOURCE), "2026-04-02"));
    assert_eq!(fault.unwrap_err().code(), "not_your_suspension");
    let own = by(authority(READER), "2026-04-02");
    let fault = step(&mut grant, Command::Resume("示例".to_owned()), &own);
    assert_eq!(fault.unwrap_err().code(), "not_your_suspension", "its own body reads by it");
    happen(&mut grant, 3, &mut resource);
    assert_eq!(grant.as_ref().unwrap().standing(), Standing::Active);
    happen(&mut grant, 4, &mut resource);
    happen(&mut grant, 7, &mut resource);
    let ended = grant.unwrap();
    assert_eq!(
        (ended.standing(), ended.terms.items.len()),
        (Standing::Ended, 1),
        "an end is an end"
    );
}
