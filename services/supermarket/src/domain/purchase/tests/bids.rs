//! Selection by price.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tongban_contracts::purchases::{DirectAward, PurchaseEvent, QuoteType, SelectionMethod};

use super::world::{World, draft};
use crate::domain::purchase::{Command, Stage};

const LOWEST: SelectionMethod = SelectionMethod::LowestPrice;
const MEAN: SelectionMethod = SelectionMethod::NearestMean;

fn winner(method: SelectionMethod, bids: &[(&str, i64)]) -> (String, i64) {
    let bids: Vec<_> = bids.iter().map(|(name, quote)| (*name, Some(*quote))).collect();
    let mut world = World::closed(draft(method), &bids);
    world.tick();
    let award = world.get().award.clone().unwrap();
    (award.agency, award.price_fen)
}

#[test]
fn the_lowest_price_wins_and_of_equal_ones_the_earlier() {
    assert_eq!(winner(LOWEST, &[("a", 300), ("b", 200), ("c", 250)]), ("b".into(), 200));
    assert_eq!(winner(LOWEST, &[("z", 200), ("b", 200)]), ("z".into(), 200));
}

#[test]
fn the_nearest_to_the_mean_wins_and_of_equally_near_the_lower() {
    // The mean is 233⅓: 250 is nearer than 200, though the whole number 233 would say the same of 216 and 250.
    assert_eq!(winner(MEAN, &[("a", 200), ("b", 250), ("c", 250)]), ("b".into(), 250));
    assert_eq!(winner(MEAN, &[("a", 100), ("b", 200)]), ("a".into(), 100));
    // Mean 101⅓: 101 and 102 are ⅓ and ⅔ away.
    assert_eq!(winner(MEAN, &[("a", 102), ("b", 101), ("c", 101)]), ("b".into(), 101));
}

#[test]
fn a_discount_is_taken_off_the_budget() {
    let mut draft = draft(LOWEST);
    draft.quote = QuoteType::Discount;
    draft.discount_from = Some(0);
    draft.discount_to = Some(3000);
    let mut world = World::closed(draft, &[("a", Some(500)), ("b", Some(1000))]);
    world.tick();
    let award = world.get().award.clone().unwrap();
    assert_eq!((award.agency.as_str(), award.price_fen), ("b", 2_700_000));
}

#[test]
fn too_few_bids_fail() {
    let mut world = World::closed(draft(MEAN), &[("a", Some(100))]);
    assert_eq!(world.stage(), Stage::Failed);
    assert_eq!(world.get().ended.clone().unwrap().0, "too_few_bids");
    assert!(world.tick().is_empty());
    let none = World::closed(draft(LOWEST), &[]);
    assert_eq!(none.stage(), Stage::Failed);
    let single = World::closed(draft(SelectionMethod::CreditChoice), &[("a", None)]);
    assert_eq!(single.get().ended.clone().unwrap().0, "too_few_registrations");
}

#[test]
fn a_bid_that_does_not_open_does_not_count() {
    let mut world = World::registered(draft(LOWEST), &[("a", Some(100)), ("b", Some(200))]);
    world.now = world.get().requirement.registration_until;
    world.close(BTreeMap::from([("b".to_owned(), 200)]), Vec::new()).unwrap();
    assert_eq!(world.get().bids[0].invalid.as_deref(), Some("unreadable"));
    world.tick();
    assert_eq!(world.get().award.as_ref().unwrap().agency, "b");
}

#[test]
fn nothing_opens_before_the_end_and_nobody_else_opens_it() {
    let mut world = World::registered(draft(LOWEST), &[("a", Some(100))]);
    let early = world.close(BTreeMap::new(), Vec::new()).unwrap_err();
    assert_eq!(early.code(), "cannot_close_when_registering");
    world.now = world.get().requirement.registration_until;
    let rules = super::world::rules();
    let command = Command::Close { quotes: BTreeMap::new(), dropped: Vec::new(), rules };
    let forbidden = world.run(command, &super::world::owner()).unwrap_err();
    assert_eq!(forbidden.code(), "only_the_platform");
}

/// Who drops out after the award makes room for the next; the record of the former award stays.
#[test]
fn the_next_comes_when_the_winner_drops_out() {
    let bids = [("a", Some(100)), ("b", Some(200)), ("c", Some(300))];
    let mut world = World::closed(draft(LOWEST), &bids);
    world.tick();
    world.drop_out("a");
    assert_eq!(world.stage(), Stage::ToSelect);
    world.tick();
    assert_eq!(world.get().award.as_ref().unwrap().agency, "b");
    assert_eq!(world.get().former_awards[0].agency, "a");
    assert!(world.drop_out("a").is_empty(), "once");
    assert!(world.drop_out("stranger").is_empty());
    world.drop_out("c");
    assert_eq!(world.stage(), Stage::OnNotice, "who did not win leaves the award as it is");
    let last = world.drop_out("b");
    assert!(matches!(last.last(), Some(PurchaseEvent::Failed { .. })));
    assert_eq!(world.stage(), Stage::Failed);
}

#[test]
fn direct_choice_is_of_the_agency_named_at_its_price() {
    let mut direct = draft(SelectionMethod::DirectChoice);
    let reason = "承担前期勘测，资料衔接需要".to_owned();
    direct.direct = Some(DirectAward { agency: "a".into(), price_fen: 2_000_000, reason });
    let mut world = World::registered(direct, &[("a", None)]);
    let other = Command::Register(Box::new(super::world::sought("b", None)));
    let refused = world.run(other, &super::world::agency("b")).unwrap_err();
    assert_eq!(refused.errors()[0].code, "not_the_named_agency");
    world.now = world.get().requirement.registration_until;
    world.close(BTreeMap::new(), Vec::new()).unwrap();
    world.tick();
    assert_eq!(world.get().award.as_ref().unwrap().price_fen, 2_000_000);
}

proptest! {
    /// The mean as a fraction and the mean of exact rationals agree on who is nearest.
    #[test]
    fn nearest_is_nearest(prices in proptest::collection::vec(1_i64..3_000_000, 2..12)) {
        let names: Vec<String> = (0..prices.len()).map(|place| format!("a{place:02}")).collect();
        let bids: Vec<_> = names.iter().map(String::as_str).zip(prices.iter().copied()).collect();
        let (found, price) = winner(MEAN, &bids);
        let sum: i128 = prices.iter().map(|price| i128::from(*price)).sum();
        let away = |price: i64| (i128::from(price) * prices.len() as i128 - sum).abs();
        for (name, other) in &bids {
            prop_assert!(away(price) <= away(*other));
            if away(price) == away(*other) {
                prop_assert!(price <= *other);
                if price == *other {
                    prop_assert!(found.as_str() <= *name, "the earlier");
                }
            }
        }
    }
}
