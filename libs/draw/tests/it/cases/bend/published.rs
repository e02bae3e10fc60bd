//! What is wrong with parties, seeds, values, results and their text.

use tongban_draw::{
    Hex, Opening, PartyRole, Replacement, ReplacementKind, Source, Transcript, Value,
};

use super::super::samples::{by_beacon, by_checkpoint, equal, plain};
use super::super::{Dice, LOGS, Setting, moment, value};
use super::Bend::{Setting as Before, Text, Transcript as After};
use super::{Bend, row};

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

/// Name, code, how.
pub const ALL: &[(&str, &str, Bend)] = &[
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
    (
        "cut",
        "malformed",
        Text(|text| {
            let half = text.chars().take(text.chars().count() / 2);
            half.chain(['\n']).collect()
        }),
    ),
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
