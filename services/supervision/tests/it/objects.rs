//! The library of inspected objects.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::licences::{Licence, LicenceEvent, RevocationGround};
use tongban_contracts::matters::LicenceType;
use tongban_contracts::supervision::{InspectedObjectEvent, object_id};
use tongban_kernel::{Principal, RegionCode};
use tongban_supervision::Supervision;
use tongban_testkit::people::{GANYU, HAIZHOU, officer};
use tongban_testkit::{Client, TestCity, eventually, on_every_backend};

use crate::fixtures::{MARKET, code, import, planner, put, restaurant};

/// A food licence.
pub fn licence(kind: DocumentKind, number: &str, name: &str) -> Licence {
    Licence {
        identifier: format!("1.2.156.3005.2.X.{number}"),
        licence_type: LicenceType {
            code: "11100000000013338W032".into(),
            name: "食品经营许可证".into(),
            valid_months: None,
        },
        holder_account: format!("account-{number}"),
        holder_name: name.into(),
        holder_document: IdentityDocument { kind, number: number.into() },
        issuer: "11320706MB0000001B".into(),
        issuer_name: "海州区行政审批局（示例）".into(),
        region: RegionCode::parse(HAIZHOU).unwrap(),
        case_id: format!("case-{number}"),
        case_number: "1".into(),
        face: json!({"business_address": "海州区示例路 77 号"}),
        valid_from: "2026-03-11".parse().unwrap(),
        valid_until: None,
        check_code: "7KQ2MX".into(),
    }
}

/// Tells of a licence as the library does.
pub async fn issue(city: &TestCity, licence: &Licence) {
    let event = LicenceEvent::Issued(Box::new(licence.clone()));
    city.emit(&licence.case_id, 1, &event, &Principal::service("licences")).await;
}

async fn list(caller: &Client, query: &str) -> Vec<Value> {
    let answer = caller.get(&format!("/supervision/v1/objects{query}")).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn a_licence_makes_an_object_and_its_end_ends_the_licence(city: &TestCity) {
        let caller = city.caller(&planner());
        let held = licence(DocumentKind::Uscc, &code(1), "云港示例餐饮有限公司（示例）");
        issue(city, &held).await;
        let id = object_id(&code(1)).to_string();
        let path = format!("/supervision/v1/objects/{id}");
        let found = eventually("the object", async || {
            let answer = caller.get(&path).await;
            (answer.status == 200).then_some(answer.body)
        }).await;
        assert_eq!(found["particulars"]["kind"], "enterprise");
        assert_eq!(found["particulars"]["address"], "海州区示例路 77 号");
        assert_eq!(found["licences"].as_array().unwrap().len(), 1);
        assert_eq!(found["grade"], "B", "nothing is known of it: the default class");
        let event = LicenceEvent::Revoked { ground: RevocationGround::Deregistered, reason: "注销".into() };
        city.emit(&held.case_id, 2, &event, &Principal::service("licences")).await;
        eventually("the end of the licence", async || {
            let body = caller.get(&path).await.expect(200).body;
            body["licences"].as_array().unwrap().is_empty().then_some(())
        }).await;
    }

    async fn a_person_is_found_by_number_but_not_the_number_by_the_identifier(city: &TestCity) {
        let number = "320706194803120014";
        issue(city, &licence(DocumentKind::CitizenId, number, "王建国")).await;
        let caller = city.caller(&planner());
        let found = eventually("the person", async || {
            list(&caller, &format!("?code={number}")).await.into_iter().next()
        }).await;
        assert_ne!(found["id"], object_id(number).to_string());
        assert_eq!(found["code"], "320706**********14");
        let mut again = licence(DocumentKind::CitizenId, number, "王建国");
        again.case_id = "another".into();
        again.identifier = "another".into();
        issue(city, &again).await;
        let path = format!("/supervision/v1/objects/{}", found["id"].as_str().unwrap());
        eventually("the second licence", async || {
            let body = caller.get(&path).await.expect(200).body;
            (body["licences"].as_array().unwrap().len() == 2).then_some(())
        }).await;
        assert_eq!(list(&caller, "").await.len(), 1);
    }

    async fn an_import_is_whole_or_not_at_all_and_harmless_twice(city: &TestCity) {
        let caller = city.caller(&planner());
        let mut wrong = restaurant(2);
        wrong["code"] = json!("91320706MA0000002A");
        wrong["particulars"]["name"] = json!("（）");
        let twice = vec![restaurant(1), wrong, restaurant(1)];
        let answer = put(&caller, twice).await.expect(422);
        let expected = ["/objects/1/code", "/objects/1/name", "/objects/2/code"];
        assert_eq!(answer.pointers(), expected);
        let mut far = restaurant(3);
        far["particulars"]["region"] = json!(GANYU);
        let answer = put(&caller, vec![restaurant(1), far]).await.expect(403);
        assert_eq!(answer.code(), "not_your_region");
        assert!(list(&caller, "").await.is_empty());
        let first = put(&caller, vec![restaurant(1), restaurant(2)]).await.expect(200);
        assert_eq!(first.body["new"], 2);
        let second = put(&caller, vec![restaurant(2), restaurant(1)]).await.expect(200);
        assert_eq!(second.body["new"], 0);
        let mut moved = restaurant(1);
        moved["particulars"]["premises"] =
            json!([{"name": "二店", "address": "海州区示例巷 2 号", "region": HAIZHOU}]);
        put(&caller, vec![moved]).await.expect(200);
        let events = city.published::<InspectedObjectEvent>(|seen| seen.len() == 3).await;
        let names: Vec<&str> = events.iter().map(|event| event.parts().unwrap().2).collect();
        assert_eq!(names.iter().filter(|name| **name == "registered").count(), 2);
        assert_eq!(names.iter().filter(|name| **name == "changed").count(), 1);
    }

    async fn a_duplicate_is_reported_merged_and_never_drawn_again(city: &TestCity) {
        let caller = city.caller(&planner());
        let mut twin = restaurant(1);
        twin["code"] = json!(code(900));
        twin["particulars"]["name"] = json!("示例餐饮1 有限公司(示例)");
        let answer = put(&caller, vec![restaurant(1), restaurant(2)]).await.expect(200);
        assert_eq!(answer.body["suspected"], json!([]));
        let answer = put(&caller, vec![twin]).await.expect(200);
        assert_eq!(answer.body["suspected"].as_array().unwrap().len(), 2);
        let suspected = list(&caller, "?suspected=true").await;
        assert_eq!(suspected.len(), 2);
        let (one, other) = (object_id(&code(900)).to_string(), object_id(&code(1)).to_string());
        let path = format!("/supervision/v1/objects/{one}/merge");
        let body = json!({"into": other, "reason": "同一企业换码前后的两条记录"});
        let merged = caller.post(&path, &body).await.expect(200);
        assert_eq!((&merged.body["merged_into"], &merged.body["drawable"]), (&json!(other), &json!(false)));
        caller.post(&path, &body).await.expect(200);
        let third = object_id(&code(2)).to_string();
        let elsewhere = json!({"into": third, "reason": "再合并"});
        assert_eq!(caller.post(&path, &elsewhere).await.expect(409).code(), "object_merged");
        let kept = caller.get(&format!("/supervision/v1/objects/{other}")).await.expect(200).body;
        assert_eq!(kept["absorbed"], json!([code(900)]));
        assert_eq!(kept["particulars"]["premises"].as_array().unwrap().len(), 1);
        assert_eq!(list(&caller, "").await.len(), 2);
        assert_eq!(list(&caller, "?gone=true").await.len(), 1);
        // A licence under the old code goes to the object it was found to be.
        issue(city, &licence(DocumentKind::Uscc, &code(900), "示例餐饮1有限公司（示例）")).await;
        eventually("the licence at the other object", async || {
            let body = caller.get(&format!("/supervision/v1/objects/{other}")).await.expect(200).body;
            (body["licences"].as_array().unwrap().len() == 1).then_some(())
        }).await;
    }

    async fn two_found_to_be_two_are_not_reported_again(city: &TestCity) {
        let caller = city.caller(&planner());
        let mut twin = restaurant(1);
        twin["code"] = json!(code(900));
        put(&caller, vec![restaurant(1), twin.clone()]).await.expect(200);
        let (one, other) = (object_id(&code(900)).to_string(), object_id(&code(1)).to_string());
        let body = json!({"other": other, "reason": "两户分别登记"});
        caller.post(&format!("/supervision/v1/objects/{one}/distinction"), &body).await.expect(200);
        assert!(list(&caller, "?suspected=true").await.is_empty());
        twin["particulars"]["industry"] = json!("6220");
        put(&caller, vec![twin]).await.expect(200);
        assert!(list(&caller, "?suspected=true").await.is_empty());
    }

    async fn lists_go_page_by_page_within_the_region(city: &TestCity) {
        import(city, 1..8).await;
        let caller = city.caller(&planner());
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let answer = caller.get(&format!("/supervision/v1/objects?limit=3{after}")).await.expect(200);
            let items = answer.body["items"].as_array().unwrap().clone();
            assert!(items.len() <= 3);
            seen.extend(items.into_iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match answer.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 7);
        assert_eq!(list(&caller, "?name=示例餐饮3有限公司(示例)").await.len(), 1);
        assert_eq!(list(&caller, "?industry=6210&grade=B&kind=enterprise").await.len(), 7);
        assert!(list(&caller, "?grade=D").await.is_empty());
        let elsewhere = caller.get(&format!("/supervision/v1/objects?region={GANYU}")).await;
        assert_eq!(elsewhere.expect(403).code(), "not_your_region");
        assert_eq!(caller.get("/supervision/v1/objects?after=x").await.expect(400).code(), "bad_cursor");
        let other = officer("other", MARKET, GANYU, &[tongban_kernel::Role::InspectionPlanner]);
        assert!(list(&city.caller(&other), "").await.is_empty());
        let path = format!("/supervision/v1/objects/{}", seen[0]);
        city.caller(&other).get(&path).await.expect(403);
        let reason = json!({"reason": "已注销"});
        caller.post(&format!("{path}/removal"), &reason).await.expect(200);
        assert_eq!(caller.post(&format!("{path}/removal"), &reason).await.expect(409).code(), "object_removed");
        assert_eq!(list(&caller, "").await.len(), 6);
        caller.post(&format!("{path}/restoration"), &reason).await.expect(200);
        assert_eq!(list(&caller, "").await.len(), 7);
    }
}
