//! The list of inspection matters.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::supervision::InspectionMatterEvent;
use tongban_supervision::Supervision;
use tongban_testkit::on_every_backend;

use crate::fixtures::{fire_planner, id, matter, planner};

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn a_matter_is_published_for_everyone_and_withdrawn(city: &TestCity) {
        let planner = city.caller(&planner());
        let made = planner.post("/supervision/v1/matters", &matter("SP-1")).await.expect(201);
        let id = id(&made.body);
        assert_eq!((&made.body["revision"], &made.body["published"]), (&json!(1), &json!(true)));
        let path = format!("/supervision/v1/matters/{id}");
        let same = planner.put(&path, &matter("SP-1")).await.expect(200);
        assert_eq!(same.body["revision"], 1, "what is in force is not published again");
        let next = planner.put(&path, &matter("SP-2")).await.expect(200);
        assert_eq!(next.body["revision"], 2);
        let listed = async |query: &str| {
            let answer = city.anyone().get(&format!("/supervision/v1/matters{query}")).await;
            answer.expect(200).body["items"].as_array().unwrap().len()
        };
        assert_eq!(listed("?kind=general&region=320706").await, 1);
        assert_eq!(listed("?kind=key").await, 0);
        assert_eq!(listed("?body=11320706MB0000013J").await, 1, "a partner inspects for it too");
        assert_eq!(listed("?region=320707").await, 0);
        let reason = json!({"reason": "依据已废止"});
        let gone = planner.post(&format!("{path}/withdrawal"), &reason).await.expect(200);
        assert_eq!(gone.body["withdrawal_reason"], "依据已废止");
        let again = planner.post(&format!("{path}/withdrawal"), &reason).await.expect(409);
        assert_eq!(again.code(), "already_withdrawn");
        assert_eq!(listed("").await, 0);
        city.anyone().get(&path).await.expect(200);
        let events = city.published::<InspectionMatterEvent>(|seen| seen.len() == 3).await;
        assert_eq!(events.len(), 3);
    }

    async fn every_fault_is_named_and_only_the_own_body_publishes(city: &TestCity) {
        let mut wrong = matter("SP-1");
        wrong["body"] = json!("11320706MB0000004X");
        wrong["ceiling"] = json!(null);
        let caller = tongban_testkit::people::officer(
            "x", "11320706MB0000004X", "320706", &[tongban_kernel::Role::InspectionPlanner],
        );
        let mut bare = wrong.clone();
        bare.as_object_mut().unwrap().remove("ceiling");
        let answer = city.caller(&caller).post("/supervision/v1/matters", &bare).await.expect(422);
        assert_eq!(answer.pointers(), ["/body", "/ceiling"]);
        let other = city.caller(&fire_planner());
        let answer = other.post("/supervision/v1/matters", &matter("SP-1")).await.expect(403);
        assert_eq!(answer.code(), "not_your_body");
        city.anyone().post("/supervision/v1/matters", &matter("SP-1")).await.expect(401);
    }
}
