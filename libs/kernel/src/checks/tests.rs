//! What all checks have in common; each check's own rules are tested beside it.

use proptest::prelude::*;

use super::*;

const VALID: [(Check, &[&str]); 5] = [
    (
        Check::CitizenId,
        &["320706199901010022", "460105193506070310", "320706194803120014", "11010519491231002X"],
    ),
    (
        Check::Uscc,
        &[
            "11320706MB0000001B",
            "91320706MA0000000X",
            "12320706MB0000002B",
            "51320706MJ0000000J",
            "92320706MA0000001X",
        ],
    ),
    (
        Check::LicenceId,
        &[
            "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O",
            "1.2.156.3005.2.11100000000013338W011.11320706MB0000001B.20260000001.001.K",
            "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
            "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
            "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
            "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
        ],
    ),
    (
        Check::ProjectCode,
        &[
            "2601-320706-89-01-123450",
            "2601-320706-04-01-000013",
            "2401-320270-89-03-385869",
            "2309-321302-89-01-829469",
            "2306-320924-89-02-799920",
            "2509-320193-89-01-544060",
            "2020-320282-48-01-123456",
        ],
    ),
    (
        Check::MatterCode,
        &[
            "320117109003",
            "000117109003",
            "11320706MB0000001B3320117109003",
            "11320706MB0000001B332011710900302",
            "11440100007482575H3440118009000",
            "12441500196720244T3442199806003",
            "11370800004234373R400011710900302",
        ],
    ),
];

fn reason(check: Check, value: &str) -> String {
    check.run(value).reason.unwrap_or_else(|| "valid".to_owned())
}

#[test]
fn known_values_pass() {
    for (check, values) in VALID {
        for value in values {
            assert_eq!(reason(check, value), "valid", "{check} {value}");
        }
    }
}

/// MOD 37,36, MOD 11,10, MOD 11-2 and MOD 31 all notice one changed character.
#[test]
fn no_other_check_character_passes() {
    for (check, values) in VALID {
        if check == Check::MatterCode {
            continue;
        }
        for value in values.iter().filter(|value| !value.starts_with("2020-")) {
            let (head, own) = value.split_at(value.len() - 1);
            let others = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars();
            for other in others.filter(|other| !own.starts_with(*other)) {
                assert!(!check.run(&format!("{head}{other}")).valid, "{check} {head}{other}");
            }
        }
    }
}

#[test]
fn unclean_input_is_refused_with_the_cause() {
    for (check, values) in VALID {
        let value = values[0];
        let last = value.len() - 1;
        assert_eq!(reason(check, ""), "empty");
        assert_eq!(reason(check, " "), "whitespace");
        for blank in [' ', '\t', '\n', '\u{3000}', '\u{a0}'] {
            assert_eq!(reason(check, &format!("{value}{blank}")), "whitespace");
            assert_eq!(reason(check, &format!("{blank}{value}")), "whitespace");
        }
        let wide = value.replacen('1', "１", 1);
        assert_eq!(reason(check, &wide), "full_width", "{check}");
        let arabic = value.replacen('1', "١", 1);
        assert_eq!(reason(check, &arabic), "alphabet", "{check}");
        assert_eq!(reason(check, &value.replacen('1', "\u{200b}", 1)), "alphabet");
        assert_eq!(reason(check, &"1".repeat(1_000_000)), "length");
        assert!(!check.run(&value[..last]).valid);
        assert!(!check.run(&format!("{value}0")).valid);
    }
}

#[test]
fn a_refusal_never_repeats_the_value() {
    let wrong = "110105194912310021";
    let invalid = Check::CitizenId.verify(wrong).unwrap_err();
    assert_eq!(invalid.reason(), "check_digit");
    assert_eq!(invalid.message_zh(), "公民身份号码校验码不符：应为 X，实为 1");
    assert!(!format!("{invalid:?} {invalid}").contains("19491231"));
}

#[test]
fn names_lead_back() {
    for check in Check::ALL {
        assert_eq!(Check::from_name(check.name()), Some(check));
        let json = serde_json::to_string(&check).unwrap();
        assert_eq!(json, format!("\"{}\"", check.name()));
    }
    assert_eq!(Check::from_name("CitizenId"), None);
}

#[test]
fn verdict_as_json() {
    let json = serde_json::to_value(Check::Uscc.run("11320706MB0000001C")).unwrap();
    let expected = serde_json::json!({
        "value": "11320706MB0000001C", "valid": false, "reason": "check_digit"
    });
    assert_eq!(json, expected);
}

#[test]
fn reason_codes_are_their_json() {
    for reason in [Reason::Empty, Reason::CheckDigit, Reason::RegionUnknown, Reason::LicenceType] {
        let json = serde_json::to_value(reason).unwrap();
        assert_eq!(json, reason.code());
    }
}

proptest! {
    #[test]
    fn no_input_panics(text in ".{0,64}") {
        for check in Check::ALL {
            let verdict = check.run(&text);
            prop_assert_eq!(verdict.valid, verdict.reason.is_none());
        }
    }

    #[test]
    fn no_input_of_the_right_look_panics(text in "[0-9A-Zx.\\-]{10,80}") {
        for check in Check::ALL {
            let _ = check.run(&text);
        }
    }

    #[test]
    fn a_licence_like_text_never_panics(tail in "[0-9A-Z.]{0,60}") {
        let _ = Check::LicenceId.run(&format!("1.2.156.3005.2.{tail}"));
    }
}
