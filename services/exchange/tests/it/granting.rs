//! Grants: by item, for a purpose, until a day, and over at once when they are revoked.

use serde_json::{Value, json};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, system};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::town::{
    MATTER, RESOURCES, authority, grant_of, granted, morning, published, reader, reason,
    registration, services, source, stranger, supervisor, told,
};

fn call(items: &[&str]) -> Value {
    json!({"purpose": "approval", "case": {"number": "示例 1", "matter_id": MATTER}, "items": items})
}

/// Codes of what stands against a call; none when it would be let through.
async fn against(city: &TestCity, grant: &str, call: &Value) -> Vec<String> {
    let line = system("line.1", APPROVAL_BUREAU, HAIZHOU, &[]);
    let path = format!("/exchange/v1/grants/{grant}/trial");
    let said = city.caller(&line).post(&path, call).await.expect(200).body;
    let grounds = said["grounds"].as_array().unwrap();
    assert_eq!(said["permitted"], grounds.is_empty());
    grounds.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

on_every_backend! {
    services: services(),

    async fn three_fields_are_granted_and_the_fourth_is_refused(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        assert!(against(city, &grant, &call(&["id_number", "state"])).await.is_empty());
        assert_eq!(against(city, &grant, &call(&["id_number", "registered_by"])).await, ["item_not_granted"]);
        let mut other = call(&["state"]);
        other["purpose"] = json!("supervision");
        other["case"]["matter_id"] = json!("00000000-0000-4000-8000-000000000000");
        assert_eq!(against(city, &grant, &other).await, ["other_matter", "other_purpose"]);
        let path = format!("/exchange/v1/grants/{grant}/trial");
        city.caller(&source()).post(&path, &call(&["state"])).await.expect(403);
    }

    async fn a_grant_is_suspended_resumed_and_revoked_at_once(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        let path = |step: &str| format!("/exchange/v1/grants/{grant}/{step}");
        for step in ["suspension", "resumption", "revocation"] {
            let refused = city.caller(&stranger()).post(&path(step), &reason()).await.expect(403);
            assert_eq!(refused.code(), "not_your_grant");
        }
        city.caller(&reader()).post(&path("suspension"), &reason()).await.expect(403);
        city.caller(&authority()).post(&path("suspension"), &reason()).await.expect(200);
        assert_eq!(against(city, &grant, &call(&["state"])).await, ["grant_suspended"]);
        let refused = city.caller(&source()).post(&path("resumption"), &reason()).await.expect(403);
        assert_eq!(refused.code(), "not_your_suspension");
        city.caller(&authority()).post(&path("resumption"), &reason()).await.expect(200);
        assert!(against(city, &grant, &call(&["state"])).await.is_empty());
        let ended = city.caller(&source()).post(&path("revocation"), &reason()).await.expect(200).body;
        assert_eq!(ended["ending"]["cause"], "revoked");
        assert_eq!(against(city, &grant, &call(&["state"])).await, ["grant_ended"]);
        let again = city.caller(&source()).post(&path("revocation"), &reason()).await.expect(409);
        assert_eq!(again.code(), "grant_ended");
    }

    async fn a_grant_ends_with_its_term(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        city.set_time("2026-12-31T15:59:00Z".parse().unwrap());
        assert!(against(city, &grant, &call(&["state"])).await.is_empty());
        city.set_time("2026-12-31T16:00:00Z".parse().unwrap());
        assert!(against(city, &grant, &call(&["state"])).await.contains(&"term_over".to_owned()), "without waiting for a job");
        eventually("the end to be noted", async || {
            let view = city.caller(&reader()).get(&format!("/exchange/v1/grants/{grant}")).await.expect(200).body;
            (view["ending"]["cause"] == "term_over").then_some(())
        }).await;
    }

    async fn grants_follow_their_resource(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        city.set_time(morning(3, 12));
        let (steward, path) = (city.caller(&source()), format!("{RESOURCES}/{resource}"));
        let mut renamed = registration("306011/000001", "conditional");
        renamed["resource"]["items"][1]["key"] = json!("marital_state");
        steward.put(&path, &renamed).await.expect(200);
        assert!(!against(city, &grant, &call(&["state"])).await.is_empty(), "at once");
        eventually("the grant to be narrower", async || {
            let items = grant_of(city, &grant).await["terms"]["items"].clone();
            (items == json!([{"key": "id_number"}])).then_some(())
        }).await;
        steward.post(&format!("{path}/withdrawal"), &reason()).await.expect(200);
        assert!(!against(city, &grant, &call(&["id_number"])).await.is_empty(), "at once");
        eventually("the grant to end", async || {
            (grant_of(city, &grant).await["ending"]["cause"] == "resource_withdrawn").then_some(())
        }).await;
    }

    async fn lists_show_what_is_the_callers_own(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        let first = async |who: tongban_kernel::Principal, list: &str| {
            let found = city.caller(&who).get(&format!("/exchange/v1/grants?list={list}")).await;
            (found.status, found.body["items"][0]["id"].clone())
        };
        for (who, list) in [(reader(), "held"), (source(), "given"), (authority(), "region"), (supervisor(), "region")] {
            assert_eq!(first(who, list).await, (200, json!(grant)), "{list}");
        }
        for (who, list) in [(stranger(), "held"), (stranger(), "given"), (source(), "held")] {
            assert_eq!(first(who, list).await, (200, Value::Null), "{list}");
        }
        assert_eq!(first(reader(), "region").await.0, 403);
        assert_eq!(first(supervisor(), "held").await.0, 403);
    }
}
