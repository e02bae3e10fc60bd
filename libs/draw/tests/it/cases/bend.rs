//! Draws with one thing wrong, each with the code it has to be refused with.

use tongban_draw::{
    Candidate, Exclusion, ExclusionKind, Hex, Opening, PartyRole, Previous, Quota, Replacement,
    ReplacementKind, Source, Strata, Stratum, Terms, Transcript, Value,
};
use tongban_kernel::Fault;

use super::samples::{any, by_beacon, by_checkpoint, equal, plain};
use super::{Dice, LOGS, Setting, drawn, moment, value};

/// What is bent.
pub enum Bend {
    /// The terms; commitments are made over the bent ones.
    Terms(fn(&mut Terms)),
    /// Parties, seeds or values, before commitments are made.
    Setting(fn(&mut Setting)),
    /// What was published.
    Transcript(fn(&mut Transcript)),
    /// Its text.
    Text(fn(&str) -> String),
}
use Bend::{Setting as Before, Text, Transcript as After};

impl Bend {
    /// A bent transcript's text.
    ///
    /// # Errors
    /// When there is nothing to bend.
    pub fn text(&self, dice: &mut Dice) -> Result<String, Fault> {
        match self {
            Self::Terms(bend) => {
                let mut terms = any(dice);
                bend(&mut terms);
                Setting::new(terms, dice).pretend()?.text()
            }
            Self::Setting(bend) => {
                let mut setting = Setting::new(any(dice), dice);
                bend(&mut setting);
                // With the right result, so that nothing else is wrong; where no draw is possible, with any.
                setting.draw().or_else(|_| setting.pretend())?.text()
            }
            Self::Transcript(bend) => {
                let mut setting = Setting::new(any(dice), dice);
                // All openings are there to be bent.
                setting.parties.iter_mut().for_each(|party| party.opens = true);
                let mut transcript = drawn(&setting, dice)?;
                bend(&mut transcript);
                transcript.text()
            }
            Self::Text(bend) => {
                let setting = Setting::new(any(dice), dice);
                Ok(bend(&drawn(&setting, dice)?.text()?))
            }
        }
    }
}

fn row(terms: &mut Terms) -> &mut Candidate {
    let middle = terms.candidates.len() / 2;
    &mut terms.candidates[middle]
}

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

fn bad_note(transcript: &mut Transcript, bend: impl Fn(&str) -> String) {
    if let Value::Checkpoint { note } = &mut transcript.value {
        *note = bend(note);
    } else {
        // Not of the kind announced.
        transcript.value = Value::Checkpoint { note: "note".into() };
    }
}

fn replaced(transcript: &mut Transcript, kind: ReplacementKind, removed: &str, reason: &str) {
    let (removed, reason) = (removed.into(), reason.to_owned());
    transcript.replacements = vec![Replacement { added: "nobody".into(), kind, reason, removed }];
}

fn first(transcript: &Transcript) -> String {
    transcript.result[0].to_string()
}

/// All of them: name, code, how.
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
    ("no witness", "bad_parties", Before(|s| s.parties.truncate(1))),
    ("party of another name", "bad_name", Before(|s| s.parties[0].name = "组织方".into())),
    ("party twice", "duplicate", Before(|s| s.parties[0].name = s.parties[1].name.clone())),
    (
        "seed too short",
        "bad_seed",
        Before(|s| {
            s.parties[0].seed.truncate(31);
            s.parties[0].opens = true;
        }),
    ),
    (
        "seed too long",
        "bad_seed",
        Before(|s| {
            s.parties[0].seed = vec![1; 65];
            s.parties[0].opens = true;
        }),
    ),
    (
        "early value",
        "wrong_value",
        After(|t| {
            t.value = value(&t.announcement.terms.randomness.value, 0, &[5; 32]);
        }),
    ),
    (
        "another value",
        "result_differs",
        After(|t| {
            // Of so many candidates that no other value draws the same.
            let mut setting = Setting::new(plain(equal(999), 99), &mut Dice::new(7));
            setting.parties.iter_mut().for_each(|one| one.opens = true);
            if let Ok(other) = setting.draw() {
                *t = other;
            }
            t.value = value(&t.announcement.terms.randomness.value, 2, &[6; 40]);
        }),
    ),
    (
        "value of another kind",
        "wrong_value",
        After(|t| {
            let other = match t.value {
                Value::Beacon { .. } => by_checkpoint().value,
                Value::Checkpoint { .. } => by_beacon().value,
            };
            t.value = value(&other, 2, &[5; 32]);
        }),
    ),
    (
        "value of another log",
        "wrong_value",
        After(|t| {
            let source =
                Source::Checkpoint { above: 5_000, after: moment(9_000), of: LOGS[1].into() };
            t.value = value(&source, 5, &[5; 32]);
        }),
    ),
    (
        "old tree",
        "wrong_value",
        After(|t| {
            let source =
                Source::Checkpoint { above: 1_000, after: moment(9_000), of: LOGS[0].into() };
            t.value = value(&source, 5, &[5; 32]);
        }),
    ),
    (
        "short beacon",
        "wrong_value",
        After(|t| {
            t.announcement.terms.randomness = by_beacon();
            t.value = value(&by_beacon().value, 1, &[5; 31]);
        }),
    ),
    (
        "note without signature",
        "bad_note",
        After(|t| {
            t.announcement.terms.randomness = by_checkpoint();
            t.fallback = None;
            t.value = Value::Checkpoint { note: "tongban/reviews/00112233\n8\n".into() };
        }),
    ),
    (
        "note of leap second",
        "bad_note",
        After(|t| {
            t.announcement.terms.randomness = by_checkpoint();
            bad_note(t, |note| {
                note.replace("time 2026-03-11T03:00:01", "time 2026-03-11T03:00:61")
            });
        }),
    ),
    (
        "no fallback value",
        "fallback_mismatch",
        After(|t| {
            let party = t.openings[0].party.clone();
            t.announcement.terms.randomness = by_checkpoint();
            t.openings[0] = Opening::withheld(&party, "未开启");
        }),
    ),
    (
        "fallback value for nobody",
        "fallback_mismatch",
        After(|t| {
            t.fallback = Some(value(&by_beacon().value, 1, &[5; 32]));
        }),
    ),
    ("wrong seed", "wrong_seed", After(|t| t.openings[0].seed = Some(Hex(vec![3; 32])))),
    ("changed list", "wrong_seed", After(|t| row(&mut t.announcement.terms).weight ^= 1 << 20)),
    ("opening dropped", "bad_openings", After(|t| drop(t.openings.pop()))),
    ("openings out of order", "bad_openings", After(|t| t.openings.reverse())),
    ("neither opened nor withheld", "bad_openings", After(|t| t.openings[1].seed = None)),
    ("opened and withheld", "bad_openings", After(|t| t.openings[1].withheld = Some("否".into()))),
    (
        "two organisers",
        "bad_parties",
        After(|t| {
            t.announcement.commitments[1].role = PartyRole::Organiser;
        }),
    ),
    (
        "commitment copied",
        "duplicate",
        After(|t| {
            t.announcement.commitments[1].commitment = t.announcement.commitments[0].commitment;
        }),
    ),
    ("another drawn", "result_differs", After(|t| t.result[0] = "nobody".into())),
    ("one too few", "result_differs", After(|t| drop(t.result.pop()))),
    ("one too many", "result_differs", After(|t| t.result.push("nobody".into()))),
    ("unknown format", "unknown_format", After(|t| t.format.push('x'))),
    (
        "recusal after the draw",
        "recusal_after_draw",
        After(|t| {
            let removed = first(t);
            replaced(t, ReplacementKind::Recusal, &removed, "回避");
        }),
    ),
    (
        "replaced without reason",
        "bad_text",
        After(|t| {
            let removed = first(t);
            replaced(t, ReplacementKind::Declined, &removed, "");
        }),
    ),
    (
        "who was not drawn",
        "not_drawn",
        After(|t| {
            replaced(t, ReplacementKind::Declined, "nobody", "放弃");
        }),
    ),
    (
        "more than announced",
        "too_many_replacements",
        After(|t| {
            let one = Replacement {
                added: "nobody".into(),
                kind: ReplacementKind::Declined,
                reason: "放弃".into(),
                removed: first(t).into(),
            };
            if let Ok(mut other) = Setting::new(plain(equal(50), 1), &mut Dice::new(8)).draw() {
                for _ in 0..3 {
                    let last = other.replacements.last().map(|one| one.added.clone());
                    let last = last.unwrap_or_else(|| other.result[0].clone());
                    let _ = other.replace(&last, ReplacementKind::Declined, "放弃");
                }
                other.replacements.push(one);
                *t = other;
            }
        }),
    ),
    ("space", "malformed", Text(|text| text.replacen(':', ": ", 1))),
    ("no newline", "malformed", Text(|text| text.trim_end().to_owned())),
    ("two newlines", "malformed", Text(|text| format!("{text}\n"))),
    ("more", "malformed", Text(|text| text.replacen('{', "{\"a\":1,", 1))),
    (
        "member twice",
        "malformed",
        Text(|text| text.replacen("\"attempt\":", "\"attempt\":1,\"attempt\":", 1)),
    ),
    (
        "null",
        "malformed",
        Text(|text| text.replacen("\"number\":", "\"group_limit\":null,\"number\":", 1)),
    ),
    (
        "fraction",
        "malformed",
        Text(|text| text.replacen(",\"number\":", ",\"number\":1.0,\"x\":", 1)),
    ),
    (
        "exponent",
        "malformed",
        Text(|text| text.replacen("\"max_replacements\":3", "\"max_replacements\":3e0", 1)),
    ),
    (
        "minus zero",
        "malformed",
        Text(|text| text.replacen("\"max_replacements\":3", "\"max_replacements\":-0", 1)),
    ),
    (
        "negative",
        "malformed",
        Text(|text| text.replacen("\"max_replacements\":3", "\"max_replacements\":-3", 1)),
    ),
    ("escaped", "malformed", Text(|text| text.replacen("plan", "\\u0070lan", 1))),
    (
        "upper case",
        "malformed",
        Text(|text| text.replacen("\"commitment\":\"", "\"commitment\":\"A", 1)),
    ),
    ("cut", "malformed", Text(|text| format!("{}\n", &text[..text.len() / 2 / 4 * 4 - 200]))),
    ("empty", "malformed", Text(|_| String::new())),
    ("not JSON", "malformed", Text(|_| "抽取\n".into())),
    (
        "no moment",
        "malformed",
        Text(|text| text.replacen("\"open_until\":\"2026-03", "\"open_until\":\"2026-02-30", 1)),
    ),
    (
        "unknown kind",
        "malformed",
        Text(|text| {
            text.replacen("\"organiser\",\"role\"", "\"x\",\"role\"", 1).replacen(
                "\"witness\"",
                "\"guest\"",
                1,
            )
        }),
    ),
];
