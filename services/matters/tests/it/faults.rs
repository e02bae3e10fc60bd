//! Every fault of an entry is named, all at once, and nothing is published.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tongban_kernel::{Principal, Role};
use tongban_matters::Matters;
use tongban_testkit::people::{HAIZHOU, officer};
use tongban_testkit::{Answer, on_every_backend};

use crate::fixtures::{MATTERS, as_editor, entry};

/// Pointer and code of every fault, sorted.
fn named(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.body["errors"].as_array().unwrap();
    let mut found: Vec<_> =
        errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect();
    assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()));
    found.sort();
    found
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn all_rules_speak_at_once(city: &TestCity) {
        // Its last character is not the right one; the editor's body is the same.
        let body = "11320706MB00000010";
        let editor: Principal = officer("e", body, HAIZHOU, &[Role::MatterEditor]);
        let mut bad = entry();
        bad["body"] = body.into();
        bad["basic_code"] = "990117109003".into();
        bad["matter_type"] = "05".into();
        bad["name"] = "  ".into();
        bad["legal_basis"] = json!([]);
        bad["serves"] = json!([]);
        bad["promised_limit"] = json!({"amount": 20, "unit": "business_day"});
        bad["materials"][0]["name"] = " ".into();
        bad["materials"][1]["name"] = "其他材料".into();
        bad["materials"][2]["code"] = bad["materials"][1]["code"].clone();
        bad["form_schema"] = json!({"type": "object", "properties": {
            "a": {"type": "text", "title": "甲"},
            "b": {"type": "string", "pattern": "(", "title": "乙"},
        }});
        bad["result"]["licence"]["code"] = "11100000000013338W0".into();
        bad["result"]["licence"]["valid_months"] = 1_201.into();
        bad["notice_limit"]["amount"] = 3_651.into();
        bad["visits"] = 100.into();
        let answer = city.caller(&editor).post(MATTERS, &bad).await.expect(422);
        assert_eq!(answer.code(), "invalid_matter");
        let found = named(&answer);
        for expected in pairs(&[
            ("/basic_code", "region_unknown"),
            ("/body", "check_digit"),
            ("/code", "basic_code"),
            ("/code", "body"),
            ("/legal_basis", "required"),
            ("/materials/0/name", "required"),
            ("/materials/1/name", "vague"),
            ("/materials/2/code", "duplicate"),
            ("/matter_type", "basic_code"),
            ("/name", "required"),
            ("/promised_limit", "longer_than_legal"),
            ("/result/licence/code", "licence_type"),
            ("/serves", "required"),
            ("/result/licence/valid_months", "maximum"),
            ("/notice_limit/amount", "maximum"),
            ("/visits", "maximum"),
        ]) {
            assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
        }
        let in_form = found.iter().filter(|(pointer, _)| pointer.starts_with("/form_schema/"));
        assert_eq!(in_form.count(), 2, "{found:#?}");
        assert_eq!(found.len(), 18, "{found:#?}");
        assert_eq!(city.anyone().get(MATTERS).await.expect(200).body, json!({"items": []}));
    }

    async fn limits_fit_the_handling(city: &TestCity) {
        let limit = |amount: u32, unit: &str| json!({"amount": amount, "unit": unit});
        // By law seven calendar days, which are five business days.
        for (handling, promised, code) in [
            ("2", limit(5, "business_day"), None),
            ("2", limit(6, "business_day"), Some("longer_than_legal")),
            ("2", limit(1, "month"), Some("longer_than_legal")),
            ("2", limit(0, "business_day"), Some("handling")),
            ("1", limit(1, "business_day"), Some("handling")),
            ("1", limit(0, "business_day"), None),
            ("2", limit(3_650, "month"), Some("longer_than_legal")),
        ] {
            let mut tried = entry();
            tried["handling"] = handling.into();
            tried["promised_limit"] = promised;
            let answer = as_editor(city).post(MATTERS, &tried).await;
            match code {
                None => drop(answer.expect(201)),
                Some(code) => assert_eq!(named(&answer.expect(422)), pairs(&[("/promised_limit", code)])),
            }
        }
        let mut tried = entry();
        tried["promised_limit"] = limit(u32::MAX, "month");
        let answer = as_editor(city).post(MATTERS, &tried).await.expect(422);
        let both = [("/promised_limit", "longer_than_legal"), ("/promised_limit/amount", "maximum")];
        assert_eq!(named(&answer), pairs(&both));
    }

    async fn codes_are_built_by_the_rules(city: &TestCity) {
        for (key, value, faults) in [
            ("basic_code", "00011710900", pairs(&[("/basic_code", "length"), ("/code", "basic_code")])),
            ("code", "11320706MB0000001B400011710900", pairs(&[("/code", "length")])),
            ("code", "000117109003", pairs(&[("/code", "length")])),
            ("code", "11320707MB0000001R4000117109003", pairs(&[("/code", "body")])),
            ("code", "11320706MB0000001B9000117109003", pairs(&[("/code", "level")])),
            ("code", "11320706MB0000001X4000117109003", pairs(&[("/code", "body")])),
        ] {
            let mut tried = entry();
            tried[key] = value.into();
            let answer = as_editor(city).post(MATTERS, &tried).await.expect(422);
            assert_eq!(named(&answer), faults, "{key} {value}");
        }
    }

    async fn all_wrong_shapes_are_named_at_once(city: &TestCity) {
        let caller = as_editor(city);
        let empty = caller.post(MATTERS, &json!({})).await.expect(422);
        assert_eq!(empty.code(), "invalid_request");
        let required = [
            "/basic_code", "/body", "/body_name", "/code", "/form_schema", "/handling",
            "/legal_basis", "/materials", "/matter_type", "/name", "/notice_limit",
            "/promised_limit", "/region", "/result", "/serves", "/visits",
        ];
        assert_eq!(empty.pointers(), required);

        let mut bad = entry();
        bad["extra"] = 1.into();
        bad["name"] = 7.into();
        bad["visits"] = (-1).into();
        bad["region"] = "3207".into();
        bad["handling"] = "9".into();
        bad["serves"] = json!(["1", "17"]);
        bad["form_schema"] = "{}".into();
        bad["promised_limit"]["unit"] = "week".into();
        bad["materials"][1]["required"] = "yes".into();
        bad["materials"][2].as_object_mut().unwrap().remove("code");
        bad["conditions"] = json!(["a\u{0}b"]);
        let answer = caller.post(MATTERS, &bad).await.expect(422);
        let mut pointers = answer.pointers();
        pointers.dedup();
        assert_eq!(pointers, [
            "/conditions/0", "/extra", "/form_schema", "/handling", "/materials/1/required",
            "/materials/2/code", "/name", "/promised_limit/unit", "/region", "/serves/1", "/visits",
        ]);
        for other in [json!([]), json!("x"), json!(null)] {
            assert_eq!(caller.post(MATTERS, &other).await.expect(422).pointers(), [""]);
        }
        // Well formed by its pattern, in no province.
        let mut nowhere = entry();
        nowhere["region"] = "990000".into();
        caller.post(MATTERS, &nowhere).await.expect(422);
    }

    async fn what_is_no_json_is_refused(city: &TestCity) {
        let caller = as_editor(city);
        let send = async |kind: &str, body: Vec<u8>| {
            let request = caller.request(Method::POST, MATTERS).header("Content-Type", kind);
            caller.send(request.body(body)).await
        };
        for body in ["", "{", "{\"name\": }", "[1,]", "nul", "{} {}", "\u{feff}{}"] {
            let answer = send("application/json", body.into()).await.expect(400);
            assert_eq!(answer.code(), "malformed_json", "{body}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
        send("application/json", vec![0xff, 0xfe]).await.expect(400);
        send("application/json", vec![b'['; 100_000]).await.expect(400);
        let whole = entry().to_string();
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            assert_eq!(send(kind, whole.clone().into()).await.expect(415).code(), "not_json");
        }
        let large = format!("{{\"name\": \"{}\"}}", "x".repeat(1024 * 1024));
        assert_eq!(send("application/json", large.into()).await.expect(413).code(), "body_too_large");
        send("Application/JSON; charset=utf-8", whole.into()).await.expect(201);
    }

    async fn a_key_has_its_limits(city: &TestCity) {
        let long = "k".repeat(129);
        for bad in [long.as_str(), "", "é"] {
            let answer = as_editor(city).with_key(bad).post(MATTERS, &entry()).await.expect(400);
            assert_eq!(answer.code(), "bad_idempotency_key");
        }
        as_editor(city).with_key(&long[1..]).post(MATTERS, &entry()).await.expect(201);
    }
}
