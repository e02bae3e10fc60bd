//! What is wrong with the terms.

use tongban_draw::{Exclusion, ExclusionKind, Previous, Quota, Source, Strata, Stratum, Terms};

use super::super::samples::{by_beacon, by_checkpoint, equal, plain};
use super::super::{LOGS, moment};
use super::{Bend, row};

fn exclude(terms: &mut Terms, id: &str, reason: &str) {
    let one =
        Exclusion { candidate: id.into(), kind: ExclusionKind::Recusal, reason: reason.into() };
    terms.exclusions = vec![one];
}

fn classes(terms: &mut Terms, strata: Strata) {
    *terms = plain(equal(8), 4);
    terms.candidates.iter_mut().for_each(|one| one.stratum = "A".into());
    terms.strata = Some(strata);
}

fn quota(terms: &mut Terms, at_least: u32, region: &str, stratum: Option<&str>) {
    let stratum = stratum.map(Into::into);
    terms.quotas = vec![Quota { at_least, region: region.into(), stratum }];
}

/// Two classes that share firms: whoever is drawn first can leave the other without anybody.
fn blocking(terms: &mut Terms) {
    *terms = plain(equal(4), 2);
    for (place, one) in terms.candidates.iter_mut().enumerate() {
        one.stratum = if place < 2 { "A" } else { "B" }.into();
        one.group = if place == 0 { "firm-2" } else { "firm-1" }.into();
    }
    terms.strata = Some(Strata::Shares(["A", "B"].map(|name| Stratum(name.into(), 1)).into()));
    terms.group_limit = Some(1);
}

/// Name, code, how.
pub const ALL: &[(&str, &str, Bend)] = &[
    ("no candidates", "no_candidates", Bend::Terms(|t| t.candidates.clear())),
    ("weight zero", "bad_weight", Bend::Terms(|t| row(t).weight = 0)),
    ("weight negative", "bad_weight", Bend::Terms(|t| row(t).weight = -3)),
    ("weight absurd", "bad_weight", Bend::Terms(|t| row(t).weight = 1_000_000_001)),
    ("weight of all numbers", "bad_weight", Bend::Terms(|t| row(t).weight = i64::MAX)),
    ("twice", "duplicate", Bend::Terms(|t| t.candidates[1].id = t.candidates[0].id.clone())),
    ("out of order", "not_sorted", Bend::Terms(|t| t.candidates.swap(0, 1))),
    ("name with space", "bad_name", Bend::Terms(|t| row(t).id = "a b".into())),
    ("name in Chinese", "bad_name", Bend::Terms(|t| row(t).group = "某公司".into())),
    ("name too long", "bad_name", Bend::Terms(|t| row(t).region = "9".repeat(65).into())),
    ("draw without name", "bad_name", Bend::Terms(|t| t.draw.clear())),
    ("blank title", "bad_text", Bend::Terms(|t| t.title = "　 ".into())),
    ("long title", "bad_text", Bend::Terms(|t| t.title = "长".repeat(501))),
    ("title on two lines", "bad_text", Bend::Terms(|t| t.title = "一\n二".into())),
    ("unknown rule", "unknown_rule", Bend::Terms(|t| t.rule = "tongban-draw-v2".into())),
    ("none to draw", "out_of_range", Bend::Terms(|t| t.number = 0)),
    ("too many to draw", "too_few_candidates", Bend::Terms(|t| *t = plain(equal(3), 4))),
    ("too many replacements", "out_of_range", Bend::Terms(|t| t.max_replacements = 1_001)),
    (
        "excluded yet listed",
        "excluded_candidate",
        Bend::Terms(|t| {
            let id = row(t).id.clone();
            exclude(t, &id, "利害关系");
        }),
    ),
    ("excluded without reason", "bad_text", Bend::Terms(|t| exclude(t, "zz", " "))),
    (
        "second without first",
        "attempt_mismatch",
        Bend::Terms(|t| (t.attempt, t.previous) = (2, None)),
    ),
    (
        "first with previous",
        "attempt_mismatch",
        Bend::Terms(|t| {
            let announcement = tongban_draw::Digest([1; 32]);
            (t.attempt, t.previous) = (1, Some(Previous { announcement, reason: "无".into() }));
        }),
    ),
    ("of no class", "unknown_stratum", Bend::Terms(|t| row(t).stratum = "E".into())),
    (
        "class without table",
        "unknown_stratum",
        Bend::Terms(|t| {
            classes(t, Strata::Shares(vec![Stratum("A".into(), 1)]));
            t.strata = None;
        }),
    ),
    ("empty table", "out_of_range", Bend::Terms(|t| classes(t, Strata::Rates(vec![])))),
    (
        "class twice",
        "duplicate",
        Bend::Terms(|t| {
            classes(t, Strata::Shares(vec![Stratum("A".into(), 1), Stratum("A".into(), 1)]));
        }),
    ),
    (
        "rate above the whole",
        "out_of_range",
        Bend::Terms(|t| {
            classes(t, Strata::Rates(vec![Stratum("A".into(), 10_001)]));
        }),
    ),
    (
        "share of nothing",
        "out_of_range",
        Bend::Terms(|t| {
            classes(t, Strata::Shares(vec![Stratum("A".into(), 0)]));
        }),
    ),
    (
        "not as the rates say",
        "number_not_as_rates",
        Bend::Terms(|t| {
            classes(t, Strata::Rates(vec![Stratum("A".into(), 3_100)]));
        }),
    ),
    (
        "class too small",
        "too_few_candidates",
        Bend::Terms(|t| {
            let rows = ["A", "B"].map(|name| Stratum(name.into(), 1));
            classes(t, Strata::Shares(rows.into()));
        }),
    ),
    (
        "quota of nobody",
        "too_few_candidates",
        Bend::Terms(|t| {
            *t = plain(equal(8), 4);
            quota(t, 1, "320999", None);
        }),
    ),
    (
        "quotas beyond the number",
        "quotas_exceed",
        Bend::Terms(|t| {
            *t = plain(equal(8), 2);
            t.candidates.iter_mut().for_each(|one| one.region = "320706".into());
            quota(t, 3, "320706", None);
        }),
    ),
    (
        "quota of zero",
        "out_of_range",
        Bend::Terms(|t| {
            *t = plain(equal(8), 2);
            t.candidates[0].region = "320706".into();
            quota(t, 0, "320706", None);
        }),
    ),
    (
        "quota of another class",
        "unknown_stratum",
        Bend::Terms(|t| {
            *t = plain(equal(8), 2);
            t.candidates[0].region = "320706".into();
            quota(t, 1, "320706", Some("A"));
        }),
    ),
    ("limit of zero", "out_of_range", Bend::Terms(|t| t.group_limit = Some(0))),
    (
        "one firm only",
        "too_few_candidates",
        Bend::Terms(|t| {
            *t = plain(equal(8), 2);
            t.candidates.iter_mut().for_each(|one| one.group = "firm".into());
            t.group_limit = Some(1);
        }),
    ),
    ("classes that block", "may_block", Bend::Terms(blocking)),
    (
        "no fallback",
        "bad_fallback",
        Bend::Terms(|t| {
            t.randomness = by_checkpoint();
            t.randomness.fallback = None;
        }),
    ),
    (
        "fallback of a beacon",
        "bad_fallback",
        Bend::Terms(|t| {
            t.randomness = by_beacon();
            t.randomness.fallback = by_checkpoint().fallback;
        }),
    ),
    (
        "fallback of the same log",
        "same_source",
        Bend::Terms(|t| {
            t.randomness = by_checkpoint();
            let of = LOGS[0].to_owned();
            t.randomness.fallback = Some(Source::Checkpoint { above: 1, after: moment(9_000), of });
        }),
    ),
    (
        "fallback known while opening",
        "bad_schedule",
        Bend::Terms(|t| {
            t.randomness = by_checkpoint();
            t.randomness.open_until = moment(7_201);
        }),
    ),
    (
        "checkpoint after opening",
        "bad_schedule",
        Bend::Terms(|t| {
            t.randomness = by_checkpoint();
            t.randomness.open_until = moment(3_600);
        }),
    ),
    (
        "beacon before opening ends",
        "bad_schedule",
        Bend::Terms(|t| {
            t.randomness = by_beacon();
            t.randomness.open_until = moment(3_601);
        }),
    ),
];
