//! The law of the draws: frequencies over fixed seeds against exact probabilities, by chi-square (卡方检验).

use std::collections::HashMap;
use std::num::NonZeroU64;

use tongban_draw::{Digest, Quota, Strata, Stratum, Stream, Terms, select};

use crate::cases::samples::{equal, plain, weighted};

/// Seeds that differ as little as they can: the stream has to make of them what it will.
fn outcomes(
    terms: &Terms,
    runs: u64,
    of: impl Fn(&[usize]) -> Vec<usize>,
) -> HashMap<Vec<usize>, u64> {
    let mut counts = HashMap::new();
    for run in 0..runs {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&run.to_be_bytes());
        let drawn = select(terms, Digest(seed)).unwrap();
        let places: Vec<usize> = drawn
            .iter()
            .map(|id| terms.candidates.binary_search_by(|one| (*one.id).cmp(id)).unwrap())
            .collect();
        *counts.entry(of(&places)).or_default() += 1;
    }
    counts
}

/// How far off the counts are, and how far off one of ten thousand right laws would be (Wilson and Hilferty).
fn chi_square(counts: &HashMap<Vec<usize>, u64>, law: &HashMap<Vec<usize>, f64>) -> (f64, f64) {
    let runs = counts.values().sum::<u64>() as f64;
    assert!((law.values().sum::<f64>() - 1.0).abs() < 1e-9, "a law sums up to 1");
    assert!(counts.keys().all(|outcome| law.contains_key(outcome)), "an outcome that cannot be");
    let off = law.iter().map(|(outcome, share)| {
        let (expected, found) = (share * runs, *counts.get(outcome).unwrap_or(&0) as f64);
        assert!(expected > 20.0, "too few runs for {outcome:?}");
        (found - expected).powi(2) / expected
    });
    let free = (law.len() - 1) as f64;
    let bound = free * (1.0 - 2.0 / (9.0 * free) + 3.719 * (2.0 / (9.0 * free)).sqrt()).powi(3);
    (off.sum(), bound)
}

fn assert_law(counts: &HashMap<Vec<usize>, u64>, law: &HashMap<Vec<usize>, f64>) {
    let (off, bound) = chi_square(counts, law);
    assert!(off < bound, "{off} is beyond {bound}: {counts:?} for {law:?}");
}

/// Sequences of successive sampling, with their probabilities.
fn successive(weights: &[f64], number: usize) -> HashMap<Vec<usize>, f64> {
    let mut law = HashMap::from([(Vec::new(), 1.0)]);
    for _ in 0..number {
        let mut next = HashMap::new();
        for (drawn, share) in &law {
            let left = |place: &usize| !drawn.contains(place);
            let total: f64 = (0..weights.len()).filter(left).map(|place| weights[place]).sum();
            for place in (0..weights.len()).filter(left) {
                let longer: Vec<usize> = drawn.iter().copied().chain([place]).collect();
                next.insert(longer, share * weights[place] / total);
            }
        }
        law = next;
    }
    law
}

/// The law of what is left of each outcome.
fn folded(
    law: &HashMap<Vec<usize>, f64>,
    of: impl Fn(&[usize]) -> Vec<usize>,
) -> HashMap<Vec<usize>, f64> {
    let mut shorter = HashMap::new();
    for (outcome, share) in law {
        *shorter.entry(of(outcome)).or_default() += share;
    }
    shorter
}

fn first(drawn: &[usize]) -> Vec<usize> {
    drawn[..1].to_vec()
}

fn as_set(drawn: &[usize]) -> Vec<usize> {
    let mut set = drawn.to_vec();
    set.sort_unstable();
    set
}

fn whole(drawn: &[usize]) -> Vec<usize> {
    drawn.to_vec()
}

#[test]
fn everybody_is_as_likely_in_a_draw_without_weights() {
    let terms = plain(equal(7), 3);
    let law = successive(&[1.0; 7], 3);
    for of in [first, as_set, whole] {
        assert_law(&outcomes(&terms, 20_000, of), &folded(&law, of));
    }
}

#[test]
fn each_next_one_is_drawn_in_proportion_to_the_weight() {
    let terms = plain(weighted(&[1, 2, 3, 5, 8]), 2);
    let law = successive(&[1.0, 2.0, 3.0, 5.0, 8.0], 2);
    for of in [first, as_set, whole] {
        assert_law(&outcomes(&terms, 20_000, of), &folded(&law, of));
    }
}

#[test]
fn great_weights_are_as_exact_as_small_ones() {
    let terms = plain(weighted(&[1_000_000_000, 999_999_999, 500_000_000]), 2);
    let law = successive(&[1_000_000_000.0, 999_999_999.0, 500_000_000.0], 2);
    assert_law(&outcomes(&terms, 20_000, whole), &law);
}

#[test]
fn a_false_law_is_found() {
    // Everybody's chance in proportion to the weight: what weighted draws are often taken for.
    let weights = [1.0, 2.0, 3.0, 5.0, 8.0];
    let terms = plain(weighted(&[1, 2, 3, 5, 8]), 2);
    let counts = outcomes(&terms, 20_000, |drawn| vec![drawn[1]]);
    let taken_for =
        weights.iter().enumerate().map(|(place, one)| (vec![place], one / 19.0)).collect();
    let (off, bound) = chi_square(&counts, &taken_for);
    assert!(off > 10.0 * bound, "{off} and {bound}");
    // And the remainder of a byte below 7, which favours the first four by one part in 36.
    let biased: HashMap<Vec<usize>, f64> =
        (0..7).map(|one| (vec![one], if one < 4 { 37.0 } else { 36.0 } / 256.0)).collect();
    let mut counts = HashMap::new();
    let mut stream = Stream::new(Digest([5; 32]));
    for _ in 0..200_000 {
        *counts.entry(vec![stream.below(NonZeroU64::new(7).unwrap()) as usize]).or_default() += 1;
    }
    let (off, bound) = chi_square(&counts, &biased);
    assert!(off > bound, "{off} and {bound}");
    assert_law(&counts, &successive(&[1.0; 7], 1));
}

#[test]
fn classes_are_drawn_from_on_their_own() {
    let mut terms = plain(weighted(&[1, 2, 3, 4, 4, 2, 2, 1]), 3);
    for (place, one) in terms.candidates.iter_mut().enumerate() {
        one.stratum = if place < 3 { "A" } else { "B" }.into();
    }
    terms.strata = Some(Strata::Shares(vec![Stratum("A".into(), 1), Stratum("B".into(), 2)]));
    let of_a = successive(&[1.0, 2.0, 3.0], 1);
    let of_b = successive(&[4.0, 4.0, 2.0, 2.0, 1.0], 2);
    let mut law = HashMap::new();
    for (a, share) in &of_a {
        for (b, other) in &of_b {
            law.insert(vec![a[0], b[0] + 3, b[1] + 3], share * other);
        }
    }
    assert_law(&outcomes(&terms, 30_000, whole), &law);
}

#[test]
fn a_quota_favours_its_region_as_stated_and_nobody_else() {
    // One of two in the region first, then one of the five who are left.
    let mut terms = plain(equal(6), 2);
    terms.candidates[1].region = "320706".into();
    terms.candidates[4].region = "320706".into();
    terms.quotas = vec![Quota { at_least: 1, region: "320706".into(), stratum: None }];
    let mut law = HashMap::new();
    for quota in [1, 4] {
        for rest in (0..6).filter(|rest| *rest != quota) {
            law.insert(vec![quota, rest], 0.1);
        }
    }
    assert_law(&outcomes(&terms, 10_000, whole), &law);
}

#[test]
fn a_full_group_drops_out_and_the_others_keep_their_proportions() {
    let weights = [3.0, 1.0, 2.0, 2.0];
    let mut terms = plain(weighted(&[3, 1, 2, 2]), 2);
    terms.candidates[0].group = "firm".into();
    terms.candidates[2].group = "firm".into();
    terms.group_limit = Some(1);
    let mut law = HashMap::new();
    for one in 0..4 {
        let open = |place: &usize| *place != one && (*place % 2 == 1 || one % 2 == 1);
        let total: f64 = (0..4).filter(open).map(|place| weights[place]).sum();
        for other in (0..4).filter(open) {
            law.insert(vec![one, other], weights[one] / 8.0 * weights[other] / total);
        }
    }
    assert_law(&outcomes(&terms, 20_000, whole), &law);
}
