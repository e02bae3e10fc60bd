//! Whatever is written into an expression, it is judged or refused: nothing panics, hangs or exhausts the stack.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Outcome;

/// As little stack as a thread of the server has, in an unoptimised build.
fn in_a_small_stack(what: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(what).unwrap();
    thread.join().unwrap();
}

#[test]
fn the_most_involved_expressions_are_survived() {
    in_a_small_stack(|| {
        let began = Instant::now();
        for (open, inner, close) in [
            ("(", "household", ")"),
            ("[", "household", "]"),
            ("!", "known(household)", ""),
            ("-", "household", ""),
            ("!(", "known(household)", ")"),
            ("true?", "household", ":1"),
            ("", "household", "?1:1"),
            ("1+", "household", ""),
            ("true||", "known(household)", ""),
            ("", "household", ".a"),
            ("", "household", "[0]"),
            ("f(", "household", ")"),
            ("{1:", "household", "}"),
            ("a{b:", "household", "}"),
            ("'", "household", "'"),
            ("((", "household", ")"),
            ("", "household", "))"),
            ("1<", "household", ""),
            ("1 in ", "household", ""),
        ] {
            for count in [7, 8, 12, 24, 25, 60, 240] {
                let text = format!("{}{inner}{}", open.repeat(count), close.repeat(count));
                let set = with(&text);
                if let Ok(rules) = Rules::compile(&set) {
                    let _ = rules.judge(&well(), SALT).unwrap();
                }
            }
        }
        // Unoptimised, on a busy machine: some 130 expressions.
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    });
}

#[test]
fn the_longest_set_is_judged_in_an_instant() {
    let mut set = with("household == 1");
    set.inputs.retain(|input| input.name == "household");
    let expression = format!("household + {} > 0", "1 + ".repeat(20) + "1");
    set.conditions = (0..64)
        .map(|number| crate::Condition {
            number: number.to_string(),
            expression: expression.clone(),
            ..set.conditions[0].clone()
        })
        .collect();
    let rules = rules(&set);
    let began = Instant::now();
    assert_eq!(rules.judge(&well(), SALT).unwrap().outcome, Outcome::Approve);
    // Unoptimised, on a busy machine: 64 conditions.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

fn token() -> impl Strategy<Value = String> {
    let words = [
        "household",
        "birth_date",
        "submitted_on",
        "status",
        "region",
        "nobody",
        "true",
        "false",
        "null",
        "in",
        "0",
        "1",
        "60",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "'1'",
        "'46'",
        "\"",
        "'",
        "known",
        "date",
        "full_years",
        "days_between",
        ".startsWith",
        ".map",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "?",
        ":",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        ".",
        " ",
        "`",
        "\\",
        "#",
        "字",
        "\u{202e}",
        "date('2026-01-01')",
        "r'",
        "b'",
        "'''",
        "0x",
        "1e",
        "as",
        "int",
        "@",
    ];
    prop_oneof![
        20 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn any_value() -> impl Strategy<Value = Given> {
    prop_oneof![
        Just(absent()),
        Just(failed("deadline")),
        any::<i64>().prop_map(|number| value(json!(number))),
        any::<f64>().prop_map(|number| value(json!(number))),
        ".{0,8}".prop_map(|text| value(json!(text))),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(|text| value(json!(text))),
        Just(value(json!({"a": [1, {"b": null}]}))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_or_refused(tokens in prop::collection::vec(token(), 0..24)) {
        let mut set = with(&tokens.concat());
        set.inputs.retain(|input| set.conditions[0].expression.contains(&input.name));
        if let Ok(rules) = Rules::compile(&set) {
            let judgement = rules.judge(&well(), SALT).unwrap();
            prop_assert_eq!(judgement.outcome == Outcome::Approve, judgement.reasons.is_empty());
            prop_assert!(!rules.readings()[0].is_empty());
        }
    }

    /// Whatever the sources say, an approval rests on conditions that all hold and on inputs that were had.
    #[test]
    fn an_approval_has_everything_it_rests_on(
        given in prop::collection::btree_map(
            prop::sample::select(vec!["birth_date", "region", "status", "card_until", "household", "submitted_on"])
                .prop_map(str::to_owned),
            any_value(),
            0..6,
        ),
        well_too in any::<bool>(),
    ) {
        let mut all = if well_too { well() } else { BTreeMap::new() };
        all.extend(given);
        let judgement = rules(&set(&elders())).judge(&all, SALT).unwrap();
        let holds = judgement.trace.iter().all(|step| step.finding == crate::Finding::Holds);
        prop_assert_eq!(judgement.outcome == Outcome::Approve, holds);
        prop_assert_eq!(judgement.trace.len(), 4);
        prop_assert_eq!(judgement.inputs.len(), 6);
    }
}
