//! The sample city's catalogue, loaded and searched.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tongban_contracts::matters::MatterEvent;
use tongban_matters::Matters;
use tongban_runtime::Service as _;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU};
use tongban_testkit::{TestCity, on_every_backend};

use crate::fixtures::{MATTERS, as_editor, named, samples};

async fn load(city: &TestCity) -> String {
    Matters.load(&city.hosts()[0], &city.settings.data).await.unwrap().unwrap()
}

/// All rows of a search, page by page.
async fn all(city: &TestCity, query: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("{MATTERS}?limit={limit}&{query}{after}");
        let page = city.anyone().get(&path).await.expect(200).body;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        rows.extend(items.iter().cloned());
        match page["next"].as_str() {
            Some(next) => {
                assert_eq!(items.len(), limit);
                after = format!("&after={next}");
            }
            None => return rows,
        }
    }
}

fn ids(rows: &[Value]) -> BTreeSet<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn the_sample_city_loads_once(city: &TestCity) {
        assert_eq!(load(city).await, "matters: 122 matters, 122 newly published");
        assert_eq!(load(city).await, "matters: 122 matters, 0 newly published");
        let told = city.published::<MatterEvent>(|seen| seen.len() >= 122).await;
        assert_eq!(told.len(), 122);
        for sample in samples() {
            let path = format!("{MATTERS}/{}", sample["id"].as_str().unwrap());
            let guide = city.anyone().get(&path).await.expect(200).body;
            assert_eq!((&guide["revision"], &guide["matter"]["name"]), (&1.into(), &sample["matter"]["name"]));
        }
    }

    async fn pages_hold_every_row_once_and_in_order(city: &TestCity) {
        load(city).await;
        for limit in [1, 7, 61, 100] {
            let rows = all(city, "", limit).await;
            assert_eq!((rows.len(), ids(&rows).len()), (122, 122), "by {limit}");
            let codes: Vec<_> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
            assert!(codes.is_sorted());
        }
        for bad in ["limit=-1", "limit=0", "limit=101", "limit=x", "limit=1.5", "region=3207", "region=990000", "region=", "q=%00"] {
            let answer = city.anyone().get(&format!("{MATTERS}?{bad}")).await.expect(400);
            assert_eq!(answer.code(), "bad_query", "{bad}");
        }
        let nul = city.anyone().get(&format!("{MATTERS}/%00")).await.expect(400);
        assert_eq!(nul.code(), "bad_path");
    }

    async fn by_words_region_and_body(city: &TestCity) {
        load(city).await;
        let samples = samples();
        let count = |fits: &dyn Fn(&Value) -> bool| {
            samples.iter().filter(|sample| fits(&sample["matter"])).count()
        };
        let has = |matter: &Value, word: &str| {
            let texts = [&matter["name"], &matter["code"], &matter["body_name"], &matter["result"]["name"]];
            texts.iter().any(|text| text.as_str().unwrap().contains(word))
        };
        let within = |matter: &Value, prefix: &str| matter["region"].as_str().unwrap().starts_with(prefix);
        for (query, expected) in [
            ("q=许可", count(&|m| has(m, "许可"))),
            ("q=%20许可%20%20施工%20", count(&|m| has(m, "许可") && has(m, "施工"))),
            ("q=11320706mb0000001b", count(&|m| has(m, APPROVAL_BUREAU))),
            ("q=没有这种事项", 0),
            ("region=320000", 122),
            ("region=320700", 122),
            ("region=320706", count(&|m| within(m, HAIZHOU))),
            ("region=320707", count(&|m| within(m, "320707"))),
            ("region=110000", 0),
            ("body=11320706MB0000001B", count(&|m| m["body"] == APPROVAL_BUREAU)),
            ("body=11320706MB0000001B&q=登记", count(&|m| m["body"] == APPROVAL_BUREAU && has(m, "登记"))),
            ("body=11320706MB0000001B&region=320707", 0),
        ] {
            let rows = all(city, query, 5).await;
            assert_eq!((rows.len(), ids(&rows).len()), (expected, expected), "{query}");
        }
    }

    async fn words_are_words_and_no_patterns(city: &TestCity) {
        as_editor(city).post(MATTERS, &named("减免 100% 税_费")).await.expect(201);
        as_editor(city).post(MATTERS, &named("别的事项")).await.expect(201);
        for (query, expected) in
            [("100%25", 1), ("%25", 1), ("_", 1), ("别%25项", 0), ("%5C", 0), ("'", 0), ("税_费", 1)]
        {
            assert_eq!(all(city, &format!("q={query}"), 10).await.len(), expected, "{query}");
        }
    }
}
