//! What expressions come to.

use serde_json::json;

use super::*;
use crate::{Finding, Kind};

/// Judges one expression over inputs of every type.
fn finding(expression: &str) -> Finding {
    let inputs = [
        ("yes", "boolean", Some(json!(true))),
        ("five", "integer", Some(json!(5))),
        ("zero", "integer", Some(json!(0))),
        ("day", "date", Some(json!("2024-02-29"))),
        ("word", "text", Some(json!("甲乙丙"))),
        ("listed", "text_list", Some(json!(["甲", "乙"]))),
        ("none", "integer", None),
        ("null_type", "integer", None),
    ];
    let mut set = with(expression);
    set.inputs = inputs
        .iter()
        .filter(|(name, ..)| expression.contains(name))
        .map(|(name, kind, _)| crate::Input {
            name: (*name).to_owned(),
            kind: serde_json::from_value::<Kind>(json!(kind)).unwrap(),
            meaning: (*name).to_owned(),
            source: crate::Source::Form { pointer: format!("/{name}") },
            choices: Vec::new(),
        })
        .collect();
    let given = inputs
        .into_iter()
        .map(|(name, _, one)| (name.to_owned(), one.map_or_else(absent, value)))
        .collect();
    let rules = Rules::compile(&set).unwrap_or_else(|faults| panic!("{expression}: {faults:?}"));
    rules.judge(&given, SALT).unwrap().trace[0].finding.clone()
}

#[test]
fn true_and_false() {
    for (expression, held) in [
        ("yes", true),
        ("!yes", false),
        ("yes == true", true),
        ("yes != true", false),
        ("five == 5 && five != 6", true),
        ("five < 5 || five > 5", false),
        ("five <= 5 && five >= 5", true),
        ("five + 2 * 3 - 1 == 10", true),
        ("(five + 2) * 3 == 21", true),
        ("five / 2 == 2 && five % 2 == 1", true),
        ("-five < -4", true),
        ("five in [1, 3, 5]", true),
        ("!(five in [1, 3])", true),
        ("word == '甲乙丙'", true),
        ("word != \"甲\"", true),
        ("word.startsWith('甲乙')", true),
        ("word.startsWith('乙')", false),
        ("word in ['甲', '甲乙丙']", true),
        ("'乙' in listed", true),
        ("'丙' in listed", false),
        ("word in listed", false),
        ("day == date('2024-02-29')", true),
        ("day < date(\"2024-03-01\")", true),
        ("day in [date('2024-02-28'), date('2024-02-29')]", true),
        ("days_between(day, date('2024-03-01')) == 1", true),
        ("days_between(day, date('2024-02-28')) == -1", true),
        ("full_years(day, date('2042-02-28')) == 18", true),
        ("(five > 3 ? 10 : 20) == 10", true),
        ("yes ? word == '甲乙丙' : zero == 1", true),
        ("known(five) && !known(none)", true),
        ("known(none) ? none > 0 : five > 0", true),
        // What decides alone is not kept from it by what is missing, on whichever side it stands.
        ("none > 1 || five == 5", true),
        ("five == 5 || none > 1", true),
        ("none > 1 && five == 6", false),
        ("1 / zero == 1 && five == 6", false),
    ] {
        let wanted = if held { Finding::Holds } else { Finding::Fails };
        assert_eq!(finding(expression), wanted, "{expression}");
    }
}

#[test]
fn neither() {
    for (expression, wanted) in [
        ("none > 1", "missing"),
        ("none > 1 && yes", "missing"),
        ("none > 1 || five == 6", "missing"),
        ("five == 5 && none > 1", "missing"),
        ("none == none", "missing"),
        // A name that is a type of CEL's own is an input all the same.
        ("null_type > 1", "missing"),
        ("five in [none]", "missing"),
        ("five / zero > 1", "division_by_zero"),
        ("five % zero == 1", "division_by_zero"),
        ("five / (five - 5) == 1", "division_by_zero"),
        ("five * 9007199254740991 * 9007199254740991 > 1", "overflow"),
        ("full_years(date('2024-03-01'), day) >= 0", "days_reversed"),
    ] {
        match finding(expression) {
            Finding::Unjudged { code, .. } => assert_eq!(code, wanted, "{expression}"),
            judged => panic!("{expression}: {judged:?}"),
        }
    }
}
