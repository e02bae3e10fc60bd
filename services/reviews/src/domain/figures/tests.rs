//! Figures are the sum over facts, whatever the order of events.

use chrono::TimeZone as _;
use proptest::prelude::*;

use super::*;

fn fact(number: u32) -> Fact {
    Fact {
        id: format!("f{number}"),
        case_number: "1".into(),
        matter: (format!("m{}", number % 2), "事项".into()),
        body: ("b".into(), "单位".into()),
        region: "320706".into(),
        window: Some("A03".into()),
        officers: vec!["o".into()],
        opened_at: Utc.with_ymd_and_hms(2026, 3, 31, 10, 0, 0).unwrap(),
        given: None,
        defaulted: None,
        excluded: false,
    }
}

fn given(stars: u8) -> GivenFact {
    GivenFact {
        level: Level::of(stars).unwrap(),
        tags: if stars == 1 { vec!["110".into(), "115".into()] } else { Vec::new() },
        at: Utc.with_ymd_and_hms(2026, 3, 31, 17, 0, 0).unwrap(),
        channel: ReviewChannel::QrCode,
        device: None,
        network: None,
        text: None,
    }
}

fn total(cells: &BTreeMap<Cell, Counts>, dimension: Dimension) -> Counts {
    let mut total = Counts::default();
    for (_, counts) in cells.iter().filter(|(cell, _)| cell.dimension == dimension) {
        total += *counts;
    }
    total
}

#[test]
fn a_right_counts_where_it_was_opened_and_a_review_where_it_was_given() {
    let fact = Fact { given: Some(given(1)), ..fact(1) };
    let cells = cells(&fact);
    let months: Vec<_> = cells
        .iter()
        .filter(|(cell, _)| cell.dimension == Dimension::Body)
        .map(|(cell, counts)| {
            (cell.month.as_str(), counts.get("opened"), counts.get("used"), counts.get("one"))
        })
        .collect();
    // 17:00 UTC is the next day in China.
    assert_eq!(months, [("2026-03", 1, 1, 0), ("2026-04", 0, 0, 1)]);
    assert_eq!(total(&cells, Dimension::Channel).by_stars(), [1, 0, 0, 0, 0]);
    let complaints: Vec<&str> = cells
        .keys()
        .filter(|cell| cell.dimension == Dimension::Complaint)
        .map(|cell| cell.key.as_str())
        .collect();
    assert_eq!(complaints, ["m1~110", "m1~115"]);
}

#[test]
fn default_ratings_are_kept_apart_and_give_way_to_a_review() {
    let level = Level::FairlySatisfied;
    let defaulted = Some(DefaultRating { level, at: fact(1).opened_at });
    let silent = cells(&Fact { defaulted, ..fact(1) });
    let counts = total(&silent, Dimension::Body);
    assert_eq!((counts.get("defaulted"), counts.get("defaulted_content")), (1, 1));
    assert_eq!((counts.by_stars(), counts.get("used")), ([0; 5], 0));
    let spoken = cells(&Fact { defaulted, given: Some(given(2)), ..fact(1) });
    let counts = total(&spoken, Dimension::Body);
    assert_eq!((counts.get("defaulted"), counts.by_stars()), (0, [0, 1, 0, 0, 0]));
}

#[test]
fn excluded_reviews_no_longer_count() {
    let cells = cells(&Fact { excluded: true, given: Some(given(1)), ..fact(1) });
    let counts = total(&cells, Dimension::Body);
    assert_eq!((counts.by_stars(), counts.get("excluded"), counts.get("used")), ([0; 5], 1, 1));
    assert_eq!(total(&cells, Dimension::Complaint), Counts::default());
}

proptest! {
    #[test]
    fn changes_add_up_to_the_whole(steps in proptest::collection::vec((0..5_u32, 0..4_u8, 1..=5_u8), 0..40)) {
        let mut facts: BTreeMap<u32, Fact> = BTreeMap::new();
        let mut kept: BTreeMap<Cell, Counts> = BTreeMap::new();
        for (number, step, stars) in steps {
            let before = facts.get(&number).cloned();
            let mut after = before.clone().unwrap_or_else(|| fact(number));
            match step {
                0 => {}
                1 => after.given = Some(given(stars)),
                2 => after.defaulted = Some(DefaultRating { level: Level::of(stars).unwrap(), at: after.opened_at }),
                _ => after.excluded = after.given.is_some(),
            }
            let change = change(before.as_ref().map(cells).unwrap_or_default(), cells(&after));
            for (cell, counts) in change {
                *kept.entry(cell).or_default() += counts;
            }
            facts.insert(number, after);
        }
        let mut whole: BTreeMap<Cell, Counts> = BTreeMap::new();
        for fact in facts.values() {
            for (cell, counts) in cells(fact) {
                *whole.entry(cell).or_default() += counts;
            }
        }
        kept.retain(|_, counts| *counts != Counts::default());
        whole.retain(|_, counts| *counts != Counts::default());
        prop_assert_eq!(kept, whole);
    }
}
