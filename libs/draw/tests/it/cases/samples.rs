//! Terms of all kinds.

use tongban_draw::{
    Candidate, Digest, Exclusion, ExclusionKind, Previous, Quota, RULE, Randomness, Source, Strata,
    Stratum, Terms,
};

use super::{BEACON, Dice, LOGS, moment};

/// The default: the checkpoint of a log, with another log's in reserve.
pub fn by_checkpoint() -> Randomness {
    Randomness {
        fallback: Some(Source::Checkpoint { above: 900, after: moment(7_200), of: LOGS[1].into() }),
        open_until: moment(7_200),
        value: Source::Checkpoint { above: 1_200, after: moment(3_600), of: LOGS[0].into() },
    }
}

/// In production: a beacon.
pub fn by_beacon() -> Randomness {
    let value = Source::Beacon { after: moment(3_600), of: BEACON.into() };
    Randomness { fallback: None, open_until: moment(3_600), value }
}

/// Terms without any constraint.
pub fn plain(candidates: Vec<Candidate>, number: u32) -> Terms {
    Terms {
        attempt: 1,
        candidates,
        draw: "draw-0001".into(),
        exclusions: Vec::new(),
        group_limit: None,
        max_replacements: 3,
        number,
        previous: None,
        purpose: "plan/2026-03".into(),
        quotas: Vec::new(),
        randomness: by_checkpoint(),
        rule: RULE.into(),
        strata: None,
        title: "2026 年 3 月“双随机”抽查".into(),
    }
}

/// So many candidates of weight 1.
pub fn equal(count: usize) -> Vec<Candidate> {
    (0..count).map(|one| Candidate::new(&format!("c-{one:03}"), 1)).collect()
}

/// Candidates of these weights.
pub fn weighted(weights: &[i64]) -> Vec<Candidate> {
    let numbered = weights.iter().enumerate();
    numbered.map(|(one, weight)| Candidate::new(&format!("c-{one:03}"), *weight)).collect()
}

fn candidates(dice: &mut Dice) -> Vec<Candidate> {
    let (weights, groups) = (dice.chance(60), dice.chance(60));
    let count = 2 + dice.below(24);
    let one = |place: usize| {
        let mut one = Candidate::new(&format!("9132{:04}/{place}", dice.below(10_000)), 1);
        if weights {
            let top = [10, 1_000, 1_000_000_000][dice.below(3)];
            one.weight = 1 + dice.below(top) as i64;
        }
        one.region = ["320706", "320703", "320722", ""][dice.below(4)].into();
        if groups && dice.chance(70) {
            one.group = format!("firm-{}", dice.below(count)).into();
        }
        one
    };
    (0..count).map(one).collect()
}

fn strata(candidates: &mut [Candidate], dice: &mut Dice, number: &mut u32) -> Strata {
    let names = &["A", "B", "C", "D"][..1 + dice.below(4)];
    let mut sizes = [0; 4];
    for one in candidates {
        let class = dice.below(names.len());
        sizes[class] += 1;
        one.stratum = names[class].into();
    }
    if dice.chance(50) {
        let table: Vec<_> =
            names.iter().map(|name| Stratum((*name).into(), dice.below(10_001) as u64)).collect();
        let parts = table.iter().zip(sizes).map(|(row, size)| row.1 * size);
        *number = ((parts.sum::<u64>() + 5_000) / 10_000) as u32;
        Strata::Rates(table)
    } else {
        let row = |name: &&str| Stratum((*name).into(), 1 + dice.below(20) as u64);
        Strata::Shares(names.iter().map(row).collect())
    }
}

/// Terms on which a draw can be held.
pub fn any(dice: &mut Dice) -> Terms {
    loop {
        let terms = perhaps(dice);
        if terms.check().is_ok() {
            return terms;
        }
    }
}

fn perhaps(dice: &mut Dice) -> Terms {
    let mut candidates = candidates(dice);
    let mut number = 1 + dice.below(candidates.len()) as u32;
    let strata = dice.chance(40).then(|| strata(&mut candidates, dice, &mut number));
    let mut terms = plain(candidates, number);
    for region in ["320706", "320703"] {
        if dice.chance(30) {
            let stratum = strata.as_ref().map(|strata| {
                let table = strata.table();
                table[dice.below(table.len())].0.clone()
            });
            let at_least = 1 + dice.below(2) as u32;
            terms.quotas.push(Quota { at_least, region: region.into(), stratum });
        }
    }
    terms.strata = strata;
    terms.group_limit = dice.chance(50).then(|| 1 + dice.below(2) as u32);
    if dice.chance(40) {
        terms.randomness = by_beacon();
    }
    if dice.chance(30) {
        let reason = "组织方\t撤回".replace('\t', "，");
        terms.previous =
            Some(Previous { announcement: Digest([dice.below(256) as u8; 32]), reason });
        terms.attempt = 2 + dice.below(3) as u32;
    }
    for place in 0..dice.below(3) {
        terms.exclusions.push(Exclusion {
            candidate: format!("x-{place}").into(),
            kind: [ExclusionKind::Recusal, ExclusionKind::Barred][dice.below(2)],
            reason: "与委托方有 \\ 利害关系 /🙂".into(),
        });
    }
    terms.sorted()
}

/// The test vectors by name.
pub fn vectors() -> Vec<(&'static str, Terms)> {
    let mut weighted = plain(weighted(&[1, 2, 3, 4, 1_000_000_000, 5, 6]), 3);
    weighted.randomness = by_beacon();
    let mut classes = plain(equal(40), 9);
    for (place, one) in classes.candidates.iter_mut().enumerate() {
        one.stratum = ["A", "B", "C", "D"][place % 10 / 3].into();
        one.weight = 1 + place as i64;
    }
    let rates = [("A", 400), ("B", 1_000), ("C", 2_500), ("D", 10_000)];
    classes.strata =
        Some(Strata::Rates(rates.map(|(name, rate)| Stratum(name.into(), rate)).into()));
    let mut experts = plain(equal(12), 5);
    for (place, one) in experts.candidates.iter_mut().enumerate() {
        one.stratum = if place < 8 { "technical" } else { "economic" }.into();
        one.region = if place % 3 == 0 { "320706" } else { "320703" }.into();
        one.group = format!("firm-{}", place / 2).into();
    }
    let shares = [("economic", 1), ("technical", 2)];
    experts.strata =
        Some(Strata::Shares(shares.map(|(name, share)| Stratum(name.into(), share)).into()));
    experts.group_limit = Some(1);
    experts.quotas =
        vec![Quota { at_least: 1, region: "320706".into(), stratum: Some("technical".into()) }];
    experts.exclusions = vec![Exclusion {
        candidate: "c-100".into(),
        kind: ExclusionKind::Recusal,
        reason: "投标人单位的退休职工".into(),
    }];
    experts.attempt = 2;
    experts.previous = Some(Previous {
        announcement: Digest([17; 32]),
        reason: "上次公告的人数有误".into(),
    });
    vec![
        ("uniform", plain(equal(10), 3)),
        ("weighted", weighted),
        ("classes", classes),
        ("experts", experts.sorted()),
    ]
}
