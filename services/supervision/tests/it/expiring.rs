//! Licences that end by their term: no event of the library says so.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use tongban_contracts::licences::Licence;
use tongban_contracts::supervision::{InspectedObjectEvent, object_id};
use tongban_supervision::Supervision;
use tongban_testkit::{Client, eventually, on_every_backend};

use crate::fixtures::{code, plan, planner, publish, put, restaurant};
use crate::objects::{issue, licence};

/// A food licence of the numbered restaurant that is valid until the end of April.
fn until_april(number: usize) -> Licence {
    let kind = tongban_contracts::identity::DocumentKind::Uscc;
    let mut licence =
        licence(kind, &code(number), &format!("云港示例餐饮{number}有限公司（示例）"));
    licence.valid_until = Some("2026-04-30".parse().unwrap());
    licence
}

fn path(number: usize) -> String {
    format!("/supervision/v1/objects/{}", object_id(&code(number)))
}

/// The object once it is as wanted.
async fn until(caller: &Client, path: &str, what: &str, wanted: fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let answer = caller.get(path).await;
        (answer.status == 200 && wanted(&answer.body)).then_some(answer.body)
    })
    .await
}

async fn listed(caller: &Client, query: &str) -> usize {
    let answer = caller.get(&format!("/supervision/v1/objects{query}")).await.expect(200);
    answer.body["items"].as_array().unwrap().len()
}

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn a_licence_ends_by_its_term_and_its_holder_leaves_the_objects(city: &TestCity) {
        issue(city, &until_april(1)).await;
        let caller = city.caller(&planner());
        until(&caller, &path(1), "the object", |one| one["drawable"] == true).await;
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 30, 10, 0, 0).unwrap());
        let caller = city.caller(&planner());
        // On its last day it is valid.
        assert_eq!(listed(&caller, "").await, 1);
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 30, 16, 0, 1).unwrap());
        let caller = city.caller(&planner());
        let gone = until(&caller, &path(1), "the end of the term", |one| one["drawable"] == false).await;
        assert_eq!((&gone["licences"], &gone["expired"][0]["until"]), (&json!([]), &json!("2026-04-30")));
        assert_eq!(gone["left"], "因持有证照入库，现无有效证照");
        assert_eq!((listed(&caller, "").await, listed(&caller, "?gone=true").await), (0, 1));
        let told = city.published::<InspectedObjectEvent>(|seen| seen.len() >= 3).await;
        assert!(matches!(told[2].read().unwrap(), InspectedObjectEvent::LicenceExpired { .. }));
        // A new licence, and it is an object again.
        let mut next = until_april(1);
        next.identifier = "next".into();
        next.case_id = "next".into();
        next.valid_until = Some("2031-04-30".parse().unwrap());
        issue(city, &next).await;
        let back = until(&caller, &path(1), "the object again", |one| one["drawable"] == true).await;
        assert_eq!(back["expired"].as_array().unwrap().len(), 1);
        assert_eq!(back.get("left"), None);
    }

    async fn what_an_import_tells_of_stays_an_object_without_a_licence(city: &TestCity) {
        let caller = city.caller(&planner());
        put(&caller, vec![restaurant(1)]).await.expect(200);
        issue(city, &until_april(1)).await;
        issue(city, &until_april(2)).await;
        until(&caller, &path(1), "its licence", |one| one["licences"][0]["until"] == "2026-04-30").await;
        until(&caller, &path(2), "the other's", |one| one["drawable"] == true).await;
        // What a department tells of is an object, should it say nothing new.
        let known = caller.get(&path(2)).await.expect(200).body["particulars"].clone();
        let told = json!({"code": code(2), "particulars": known});
        put(&caller, vec![told]).await.expect(200);
        city.set_time(Utc.with_ymd_and_hms(2026, 5, 1, 2, 0, 0).unwrap());
        let caller = city.caller(&planner());
        for number in [1, 2] {
            let over = until(&caller, &path(number), "the end", |one| one["licences"] == json!([])).await;
            assert_eq!(over["drawable"], true);
        }
    }

    async fn a_plan_made_after_midnight_counts_nobody_whose_licence_ended(city: &TestCity) {
        let matter = publish(city, "M-1").await;
        for number in 1..=10 {
            issue(city, &until_april(number)).await;
        }
        let caller = city.caller(&planner());
        for number in 1..=10 {
            until(&caller, &path(number), "the object", |one| one["drawable"] == true).await;
        }
        let mut asked = plan(&matter);
        asked["entries"][0]["scope"]["industries"] = json!([]);
        asked["entries"][0]["scope"]["licence_types"] = json!(["11100000000013338W032"]);
        asked["ratio_table"] = json!("shandong-2017");
        let made = caller.post("/supervision/v1/plans", &asked).await.expect(201).body;
        assert_eq!(made["plan"]["entries"][0]["figures"]["number"], 1, "one in ten");
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 30, 16, 0, 1).unwrap());
        let caller = city.caller(&planner());
        let refused = caller.post("/supervision/v1/plans", &asked).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "nobody_to_draw");
    }
}
