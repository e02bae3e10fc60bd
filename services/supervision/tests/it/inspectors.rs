//! The library of inspectors.

use std::sync::Arc;

use serde_json::json;
use tongban_supervision::Supervision;
use tongban_testkit::on_every_backend;

use crate::fixtures::{MARKET, fire_planner, id, import, inspector, planner};

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn one_certificate_is_one_inspector(city: &TestCity) {
        let caller = city.caller(&planner());
        let about = inspector(MARKET, 1, "2026-12-31");
        let made = caller.post("/supervision/v1/inspectors", &about).await.expect(201);
        let path = format!("/supervision/v1/inspectors/{}", id(&made.body));
        assert_eq!(made.body["valid_today"], json!(["food"]));
        caller.post("/supervision/v1/inspectors", &about).await.expect(201);
        let mut other = about.clone();
        other["name"] = json!("另一人（示例）");
        let answer = caller.post("/supervision/v1/inspectors", &other).await.expect(409);
        assert_eq!(answer.code(), "already_registered");
        caller.put(&path, &other).await.expect(200);
        let mut wrong = other.clone();
        wrong["qualifications"][0]["until"] = json!("2023-01-01");
        assert_eq!(caller.put(&path, &wrong).await.expect(422).pointers(), ["/qualifications/0/until"]);
        wrong["certificate"] = json!("JS-9");
        assert_eq!(caller.put(&path, &wrong).await.expect(409).code(), "certificate_differs");
        city.caller(&fire_planner()).get(&path).await.expect(403);
        city.caller(&fire_planner()).put(&path, &other).await.expect(403);
        let reason = json!({"reason": "调离"});
        caller.post(&format!("{path}/departure"), &reason).await.expect(200);
        let gone = caller.put(&path, &other).await.expect(409);
        assert_eq!(gone.code(), "inspector_left");
        let back = caller.post("/supervision/v1/inspectors", &other).await.expect(201);
        assert!(back.body.get("left").is_none());
        let listed = caller.get("/supervision/v1/inspectors?qualification=food").await.expect(200);
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
        let none = caller.get("/supervision/v1/inspectors?qualification=fire").await.expect(200);
        assert!(none.body["items"].as_array().unwrap().is_empty());
    }

    async fn a_recusal_names_an_object_that_exists(city: &TestCity) {
        let caller = city.caller(&planner());
        let about = inspector(MARKET, 1, "2026-12-31");
        let made = caller.post("/supervision/v1/inspectors", &about).await.expect(201);
        let path = format!("/supervision/v1/inspectors/{}", id(&made.body));
        let object = import(city, 1..2).await.remove(0);
        let recusal = |object: &str| json!({"object": object, "relation": "kinship", "reason": "配偶"});
        let unknown = recusal("00000000-0000-0000-0000-000000000000");
        caller.post(&format!("{path}/recusals"), &unknown).await.expect(404);
        let noted = caller.post(&format!("{path}/recusals"), &recusal(&object)).await.expect(200);
        assert_eq!(noted.body["recusals"][0]["object"], object.as_str());
        let lifting = format!("{path}/recusals/{object}/lifting");
        let reason = json!({"reason": "已离婚"});
        let lifted = caller.post(&lifting, &reason).await.expect(200);
        assert_eq!(lifted.body["recusals"], json!([]));
        assert_eq!(caller.post(&lifting, &reason).await.expect(409).code(), "not_recused");
    }
}
