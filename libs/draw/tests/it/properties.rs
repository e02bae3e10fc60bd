//! What holds for whatever is drawn.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use tongban_draw::{Candidate, Checks, Strata, Terms, Transcript, verify};

use crate::cases::{Dice, Setting, drawn, samples::any};

/// Counts of those of `ids` by something.
fn counts<'t>(
    terms: &'t Terms,
    ids: &[Box<str>],
    by: impl Fn(&'t Candidate) -> &'t str,
) -> HashMap<&'t str, u32> {
    let mut counts = HashMap::new();
    for id in ids {
        let place = terms.candidates.binary_search_by(|one| one.id.cmp(id)).unwrap();
        *counts.entry(by(&terms.candidates[place])).or_default() += 1;
    }
    counts
}

/// What the terms promise of those who are drawn in the end.
fn assert_kept(terms: &Terms, selected: &[Box<str>]) {
    let distinct: HashSet<_> = selected.iter().collect();
    assert_eq!(distinct.len(), terms.number as usize);
    if let Some(limit) = terms.group_limit {
        let groups = counts(terms, selected, |one| &one.group);
        assert!(groups.iter().all(|(group, count)| group.is_empty() || *count <= limit));
    }
    for quota in &terms.quotas {
        let own: Vec<_> = selected
            .iter()
            .filter(|id| {
                let place = terms.candidates.binary_search_by(|one| one.id.cmp(id)).unwrap();
                *terms.candidates[place].stratum == *quota.stratum.as_deref().unwrap_or_default()
            })
            .cloned()
            .collect();
        let regions = counts(terms, &own, |one| &one.region);
        assert!(regions.get(&*quota.region).is_some_and(|count| *count >= quota.at_least));
    }
    if let Some(Strata::Rates(table)) = &terms.strata {
        let (sizes, drawn) = (
            counts(terms, &ids(terms), |one| &one.stratum),
            counts(terms, selected, |one| &one.stratum),
        );
        for row in table {
            let size = u64::from(*sizes.get(&*row.0).unwrap_or(&0));
            let drawn = u64::from(*drawn.get(&*row.0).unwrap_or(&0));
            assert!((row.1 * size).abs_diff(drawn * 10_000) < 10_000, "within one of the rate");
        }
    }
}

fn ids(terms: &Terms) -> Vec<Box<str>> {
    terms.candidates.iter().map(|one| one.id.clone()).collect()
}

fn some(seed: u64) -> (Setting, Transcript) {
    let mut dice = Dice::new(seed);
    let setting = Setting::new(any(&mut dice), &mut dice);
    let transcript = drawn(&setting, &mut dice).unwrap();
    (setting, transcript)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_drawn_keeps_the_terms_and_can_be_recomputed(seed: u64) {
        let (setting, transcript) = some(seed);
        let verified = verify(transcript.text().unwrap().as_bytes(), Checks::default()).unwrap();
        assert_kept(&setting.terms, &transcript.result);
        assert_kept(&setting.terms, &verified.selected);
        prop_assert_eq!(verified.replacements, transcript.replacements.len());
    }

    #[test]
    fn the_order_in_which_a_list_is_given_does_not_matter(seed: u64) {
        let (setting, transcript) = some(seed);
        let mut terms = setting.terms.clone();
        terms.candidates.reverse();
        terms.exclusions.reverse();
        terms.quotas.reverse();
        let again = Setting { terms: terms.sorted(), ..setting };
        prop_assert_eq!(again.draw().unwrap().result, transcript.result);
    }

    #[test]
    fn whatever_is_changed_is_refused_or_was_no_part_of_the_draw(seed: u64, place: prop::sample::Index, bit in 0..8) {
        let (_, transcript) = some(seed);
        let right = transcript.text().unwrap().into_bytes();
        let mut bent = right.clone();
        let place = place.index(bent.len());
        bent[place] ^= 1_u8 << bit;
        let first = verify(&right, Checks::default()).unwrap();
        // Nothing but the announcement's digest covers the commitment of a party that withheld its seed.
        let kept = Checks { announced: Some(first.announcement), keys: &[] };
        let first = verify(&right, kept).unwrap();
        if let Ok(other) = verify(&bent, kept) {
            // Words on why somebody was replaced or withheld, and signatures without keys.
            prop_assert_eq!(other, first);
        }
    }

    #[test]
    fn another_seed_is_another_announcement(seed: u64) {
        let (mut setting, transcript) = some(seed);
        setting.parties[0].seed[0] ^= 1;
        setting.parties[0].opens = true;
        let other = setting.draw().unwrap();
        prop_assert_ne!(
            other.announcement.digest().unwrap(), transcript.announcement.digest().unwrap()
        );
    }
}

#[test]
fn a_replacement_comes_from_where_the_replaced_was_drawn() {
    let mut replaced = 0;
    for seed in 0..300 {
        let (setting, transcript) = some(seed);
        let Some(Strata::Shares(_) | Strata::Rates(_)) = &setting.terms.strata else { continue };
        for one in &transcript.replacements {
            let pair = [one.removed.clone(), one.added.clone()];
            assert_eq!(counts(&setting.terms, &pair, |one| &one.stratum).len(), 1);
            replaced += 1;
        }
    }
    assert!(replaced > 50, "only {replaced} replacements were looked at");
}
