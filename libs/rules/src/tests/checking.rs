//! Faults of drafts, all at once.

use serde_json::json;
use tongban_kernel::FieldFault;

use super::*;
use crate::{Kind, Offer, Offered, Source, bounds, check};

/// Gives what [`elders`] asks for, and little else.
struct Town;

impl Offer for Town {
    fn offered(&self, source: &Source) -> Offered {
        match source {
            Source::Form { pointer } if pointer == "/household" => {
                Offered::Value(Some(Kind::Integer))
            }
            Source::Form { .. } => Offered::NoField,
            Source::Licence { licence_type, .. } if licence_type != "T-1" => Offered::NoSource,
            Source::Licence { .. } => Offered::Value(Some(Kind::Date)),
            Source::Exchange { resource, .. } if resource != "R-1" => Offered::NoSource,
            Source::Exchange { item, .. } => match item.as_str() {
                "birth_date" => Offered::Value(Some(Kind::Date)),
                "region" | "status" => Offered::Value(Some(Kind::Text)),
                "income" => Offered::Value(None),
                "phone" => Offered::NotGranted,
                "name" => Offered::Masked,
                _ => Offered::NoField,
            },
            Source::Clock { .. } => panic!("clocks are not asked for"),
        }
    }
}

fn codes(faults: &[FieldFault]) -> Vec<(&str, &str)> {
    faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect()
}

#[test]
fn the_sample_has_no_fault() {
    assert_eq!(check(&set(&elders()), &Town), []);
}

#[test]
fn every_fault_is_named_at_once() {
    let mut draft = elders();
    draft["title"] = json!(" ");
    draft["inputs"][0]["kind"] = json!("integer");
    draft["inputs"][1]["source"]["item"] = json!("phone");
    draft["inputs"][2]["source"]["resource"] = json!("R-2");
    draft["inputs"][3]["meaning"] = json!("看\u{202e}反");
    draft["inputs"][4]["source"]["pointer"] = json!("/houshold");
    draft["inputs"][5]["name"] = json!("Submitted");
    draft["conditions"][1]["number"] = json!("1");
    draft["conditions"][1]["expression"] = json!("region == 46 && statuss == '3'");
    draft["conditions"][2]["basis"] = json!("");
    draft["conditions"][3]["expression"] = json!("household / 0 > (");
    let draft = set(&draft);
    let faults = check(&draft, &Town);
    let mut found = codes(&faults);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/conditions/0/expression", "type_mismatch"),
            ("/conditions/0/expression", "unknown_input"),
            ("/conditions/1/expression", "type_mismatch"),
            ("/conditions/1/expression", "unknown_input"),
            ("/conditions/1/number", "duplicate"),
            ("/conditions/2/basis", "required"),
            ("/conditions/2/expression", "unknown_input"),
            ("/conditions/3/expression", "unparsable"),
            ("/inputs/0/kind", "type_mismatch"),
            ("/inputs/1/source", "not_granted"),
            ("/inputs/2/source", "unknown_source"),
            ("/inputs/3/meaning", "unseen_character"),
            ("/inputs/4/source", "undeclared_field"),
            ("/inputs/5/name", "bad_name"),
            ("/title", "required"),
        ]
    );
    assert!(faults.iter().all(|fault| fault.message.contains(|c| c > '\u{2e80}')), "{faults:?}");
}

/// Codes of the faults of one expression; unused inputs are another matter.
fn of(expression: &str) -> Vec<String> {
    let faults = Rules::compile(&with(expression)).err().unwrap_or_default();
    let own = faults.into_iter().filter(|fault| fault.code != "unused_input");
    own.map(|fault| fault.code).collect()
}

#[test]
fn expressions_that_are_refused() {
    for (expression, code) in [
        ("", "required"),
        ("household >", "unparsable"),
        ("household = 1", "unparsable"),
        ("household == 1 household", "unparsable"),
        ("household == 1;", "unparsable"),
        ("如果成年", "unparsable"),
        ("household == 1 // 一人", "comment"),
        ("household == 1 ||\n true", "unseen_character"),
        ("status == '1\u{200b}'", "unseen_character"),
        ("status == '\\x31'", "escape"),
        ("region == '46”，或者“47'", "marks"),
        ("((((((((((household))))))))) == 1", "too_deep"),
        ("nobody == 1", "unknown_input"),
        ("known(nobody)", "unknown_input"),
        ("household", "type_mismatch"),
        ("household == '1'", "type_mismatch"),
        ("birth_date < '2026-01-01'", "type_mismatch"),
        ("status < '2'", "type_mismatch"),
        ("birth_date + 1 > submitted_on", "type_mismatch"),
        ("status + 'x' == '1x'", "type_mismatch"),
        ("household && true", "type_mismatch"),
        ("household in ['1']", "type_mismatch"),
        ("household in 1", "type_mismatch"),
        ("household in [1, '2']", "type_mismatch"),
        ("household in [[1]]", "type_mismatch"),
        ("household in []", "type_mismatch"),
        ("[household] == [1]", "type_mismatch"),
        ("full_years(birth_date, '2026-01-01') > 1", "type_mismatch"),
        ("known(status) ? household : 'x'", "type_mismatch"),
        ("status == '正常'", "unknown_choice"),
        ("'3' != status", "unknown_choice"),
        ("status in ['1', '3']", "unknown_choice"),
        ("household > 1.5", "unsupported"),
        ("household > 1u", "unsupported"),
        ("status == b'1'", "unsupported"),
        ("status == null", "unsupported"),
        ("status.size > 1", "unsupported"),
        ("{'a': household}['a'] == 1", "unsupported"),
        ("[household][0] == 1", "unsupported"),
        ("Person{age: 1} == 1", "unsupported"),
        ("[1, 2].all(x, x > household)", "loop"),
        ("[1, 2].exists(x, x > household)", "loop"),
        ("[1, 2].map(x, x + household) == [1]", "loop"),
        ("[1, 2].filter(x, x > household) == [1]", "loop"),
        ("has(household.x)", "unknown_function"),
        ("size(status) == 1", "unknown_function"),
        ("int(status) == 1", "unknown_function"),
        ("type(household) == int", "unknown_function"),
        ("status.matches('(a+)+$')", "unknown_function"),
        ("status.contains('1')", "unknown_function"),
        ("startsWith(status, '1')", "unknown_function"),
        ("birth_date.full_years(submitted_on) > 1", "unknown_function"),
        ("now() > birth_date", "unknown_function"),
        ("full_years(birth_date) > 1", "arguments"),
        ("known(household + 1)", "arguments"),
        ("known('household')", "arguments"),
        ("birth_date < date('2026-02-30')", "bad_date"),
        ("birth_date < date(status)", "bad_date"),
        ("true", "constant"),
        ("1 + 1 == 2", "constant"),
        ("household / 0 > 1", "never_judged"),
        ("household % (2 - 2) > 1", "never_judged"),
        ("household > 1 / 0", "never_judged"),
        ("household > 9223372036854775807 + 1", "never_judged"),
        ("full_years(date('2026-01-02'), date('2026-01-01')) > household", "never_judged"),
    ] {
        assert!(
            of(expression).iter().any(|found| found == code),
            "{expression}: {:?}",
            of(expression)
        );
    }
    let long = format!("household == {}", "1 + ".repeat(200));
    assert_eq!(of(&long), ["too_long"]);
    let chain = format!("household == {}1", "1 + ".repeat(60));
    assert_eq!(of(&chain), ["too_deep"]);
    let wide = format!("household in [{}1]", "1,".repeat(200));
    assert_eq!(of(&wide), ["too_large"]);
}

#[test]
fn an_expression_may_say_what_it_needs() {
    for expression in [
        "status == 'a//b' || household == 1".replace("a//b", "1"),
        "household != 6 / 3 / 1".to_owned(),
        "((((((((household)))))))) == 1".to_owned(),
        "household == 1 || ".repeat(20) + "household == 2",
    ] {
        assert_eq!(of(&expression), [] as [String; 0], "{expression}");
    }
}

#[test]
fn faults_of_inputs() {
    for (field, wrong, place, code) in [
        ("name", json!("出生"), "name", "bad_name"),
        ("name", json!("9a"), "name", "bad_name"),
        ("name", json!("a".repeat(65)), "name", "bad_name"),
        ("name", json!("known"), "name", "reserved_name"),
        ("name", json!("in"), "name", "reserved_name"),
        ("name", json!("birth_date"), "name", "duplicate"),
        ("meaning", json!("义".repeat(501)), "meaning", "too_long"),
        ("meaning", json!("人数】不大于9，并且【人数"), "meaning", "marks"),
        ("source", json!({"from": "form", "pointer": "household"}), "source/pointer", "bad_name"),
        ("source", json!({"from": "clock", "day": "judged"}), "kind", "type_mismatch"),
        ("choices", json!([{"value": "1", "name": "一"}]), "choices", "choices_not_allowed"),
        (
            "source",
            json!({"from": "exchange", "resource": "R-1", "item": "income"}),
            "kind",
            "type_mismatch",
        ),
    ] {
        let mut draft = elders();
        draft["inputs"][4][field] = wrong.clone();
        let faults = check(&set(&draft), &Town);
        let wanted = (format!("/inputs/4/{place}"), code);
        let found =
            faults.iter().any(|fault| (fault.pointer.clone(), fault.code.as_str()) == wanted);
        assert!(found, "{wrong}: {faults:?}");
    }
    let mut masked = elders();
    masked["inputs"][1]["source"]["item"] = json!("name");
    assert_eq!(codes(&check(&set(&masked), &Town)), [("/inputs/1/source", "masked")]);
    let mut twice = elders();
    twice["inputs"][2]["choices"][1]["value"] = json!("1");
    assert_eq!(codes(&check(&set(&twice), &Town)), [("/inputs/2/choices/1/value", "duplicate")]);
}

/// 个人信息保护法 art. 6: no more is collected than the purpose needs.
#[test]
fn what_no_condition_reads_may_not_be_asked_for() {
    let mut draft = elders();
    draft["conditions"].as_array_mut().unwrap().pop();
    assert_eq!(codes(&check(&set(&draft), &Town)), [("/inputs/4", "unused_input")]);
}

#[test]
fn a_set_that_demands_nothing_approves_nobody() {
    let mut draft = elders();
    draft["conditions"] = json!([]);
    draft["inputs"] = json!([]);
    assert_eq!(codes(&check(&set(&draft), &Town)), [("/conditions", "required")]);
}

#[test]
fn a_huge_draft_is_told_so_and_not_gone_through() {
    let mut draft = set(&elders());
    draft.inputs = (0..100_000)
        .map(|number| crate::Input { name: format!("i{number}"), ..draft.inputs[4].clone() })
        .collect();
    draft.conditions = vec![draft.conditions[3].clone(); 100_000];
    let faults = check(&draft, &Town);
    let faults = codes(&faults);
    assert!(
        faults.contains(&("/inputs", "too_many")) && faults.contains(&("/conditions", "too_many"))
    );
    assert!(faults.len() < 10 * (bounds::INPUTS + bounds::CONDITIONS), "{}", faults.len());
}
