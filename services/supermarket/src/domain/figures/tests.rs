use chrono::{Duration, TimeZone as _};
use proptest::prelude::*;

use super::*;

fn rule() -> SignalRule {
    SignalRule {
        version: "t".into(),
        source: "t".into(),
        window_days: 365,
        least_wins: 5,
        chance_ppm: 1000,
        least_together: 6,
        together_percent: 80,
        alternating_percent: 80,
    }
}

fn at(day: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap() + Duration::days(day)
}

fn bought(day: i64, owner: &str, registered: &[&str], winner: &str) -> Bought {
    Bought {
        purchase: format!("{owner}-{day}"),
        owner: owner.into(),
        budget_fen: 1000,
        published_at: at(day),
        registered: registered.iter().map(|name| (*name).to_owned()).collect(),
        award: Some((winner.to_owned(), 900, at(day + 4))),
        contract_at: Some(at(day + 5)),
        completed_at: Some(at(day + 15)),
    }
}

#[test]
fn figures_add_up() {
    let mut failed = bought(1, "o", &["a"], "a");
    failed.award = None;
    failed.contract_at = None;
    failed.completed_at = None;
    let all =
        figures(&[bought(0, "o", &["a", "b"], "a"), bought(2, "o", &["b", "c"], "c"), failed]);
    assert_eq!((all.purchases, all.awarded, all.completed), (3, 2, 2));
    assert_eq!(
        (all.budget_fen, all.award_fen, all.saved_fen, all.saved_rate),
        (2000, 1800, 200, 1000)
    );
    assert_eq!(all.mean_selection_seconds, Some(4 * 86_400));
    assert_eq!(all.mean_service_seconds, Some(10 * 86_400));
    assert_eq!((all.mean_registrants_hundredths, all.agencies), (166, 3));
    assert_eq!(figures(&[]), Figures::default());
}

/// Planted: `a` wins 8 of 8 at one owner against three others each time, and nothing out of the ordinary elsewhere.
#[test]
fn one_agency_winning_at_one_owner_is_seen() {
    let names = ["b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut all = Vec::new();
    for day in 0..8_usize {
        let others = [names[day % 9], names[(day + 3) % 9], names[(day + 5) % 9]];
        all.push(bought(day as i64, "close", &["a", others[0], others[1], others[2]], "a"));
        let winner = others[day % 3];
        all.push(bought(day as i64, "fair", &["a", others[0], others[1], others[2]], winner));
    }
    let found = signals(&rule(), &all);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, SignalKind::Concentrated);
    assert_eq!(found[0].owner.as_deref(), Some("close"));
    assert_eq!(found[0].agencies, ["a"]);
    assert_eq!(found[0].evidence.len(), 8);
    assert!(found[0].method.contains("期望 2.00 次"), "{}", found[0].method);
}

/// Planted: three always bid together at different owners and win in turn; a fourth bids on its own.
#[test]
fn a_rotating_group_is_seen() {
    let group = ["x", "y", "z"];
    let mut all = Vec::new();
    for day in 0..9_usize {
        let owner = format!("owner-{}", day % 5);
        all.push(bought(day as i64, &owner, &["x", "y", "z"], group[day % 3]));
        all.push(bought(day as i64, "other", &["v", "w"], if day < 5 { "v" } else { "w" }));
    }
    let found = signals(&rule(), &all);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, SignalKind::Rotating);
    assert_eq!(found[0].agencies, ["x", "y", "z"]);
    assert_eq!(found[0].evidence.len(), 9);
}

/// Together, but not in turn: `v` wins five times, then `w`; that is not a rotation.
#[test]
fn together_without_turns_is_no_rotation() {
    let all: Vec<_> = (0..10)
        .map(|day| bought(day, &format!("o{day}"), &["v", "w"], if day < 5 { "v" } else { "w" }))
        .collect();
    assert!(signals(&rule(), &all).is_empty());
}

#[test]
fn a_single_registrant_says_nothing() {
    let all: Vec<_> = (0..20).map(|day| bought(day, "o", &["a"], "a")).collect();
    assert!(signals(&rule(), &all).is_empty());
}

proptest! {
    /// The tail of the Poisson binomial agrees with the binomial for equal chances.
    #[test]
    fn the_tail_is_binomial(trials in 1_usize..12, wins in 0_usize..12, percent in 1_u32..100) {
        let chance = f64::from(percent) / 100.0;
        let exact: f64 = (wins..=trials)
            .map(|k| {
                let choose = (0..k).fold(1.0, |all, i| all * (trials - i) as f64 / (i + 1) as f64);
                choose * chance.powi(k as i32) * (1.0 - chance).powi((trials - k) as i32)
            })
            .sum();
        let found = at_least(&vec![chance; trials], wins);
        prop_assert!((found - exact).abs() < 1e-9, "{found} {exact}");
    }
}
