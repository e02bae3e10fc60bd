//! Requests: checked by machine, answered within a limit, settled by rule.

use serde_json::json;
use tongban_contracts::exchange::DataRequestEvent;
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{
    REQUESTS, asked, authority, grant_of, granted, morning, published, reader, reason, services,
    source, stranger, supervisor, supervisor_elsewhere, told, wanted, yes_but,
};

on_every_backend! {
    services: services(),

    async fn a_request_is_checked_answered_by_item_and_leads_to_a_grant(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let request = asked(city, &resource).await;
        assert_eq!((&request["stage"], &request["due"]), (&json!("pending"), &json!("2026-03-18")));
        let id = request["id"].as_str().unwrap();
        let waiting = city.caller(&source()).get(&format!("{REQUESTS}?list=to_answer")).await.expect(200);
        assert_eq!(waiting.body["items"][0]["id"], id);
        let path = format!("{REQUESTS}/{id}/answer");
        for other in [reader(), stranger()] {
            let refused = city.caller(&other).post(&path, &yes_but(&[])).await.expect(403);
            assert_eq!(refused.code(), "not_your_body");
        }
        let key = city.caller(&source()).with_key("answer-1");
        let answered = key.post(&path, &yes_but(&["registered_by"])).await.expect(200).body;
        assert_eq!(answered["stage"], "partly_granted");
        assert_eq!(key.post(&path, &yes_but(&["registered_by"])).await.expect(200).body, answered, "once");
        let grant = grant_of(city, answered["grant_id"].as_str().unwrap()).await;
        let keys: Vec<_> = grant["terms"]["items"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
        assert_eq!(keys, ["id_number", "state"]);
        assert_eq!((&grant["terms"]["through"], &grant["standing"]), (&json!("2026-12-31"), &json!("active")));
        city.caller(&stranger()).get(&format!("{REQUESTS}/{id}")).await.expect(403);
        city.caller(&supervisor_elsewhere()).get(&format!("{REQUESTS}/{id}")).await.expect(403);
        city.caller(&supervisor()).get(&format!("{REQUESTS}/{id}")).await.expect(200);
    }

    async fn the_check_names_every_fault_at_once(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "not_shared").await;
        published(city, "306011/000002", "conditional").await;
        let mut wrong = wanted(&resource);
        wrong["data_use"]["items"] = json!(["id_number", "salary"]);
        wrong["data_use"]["basis"] = json!([]);
        wrong["data_use"]["matters"] = json!([]);
        wrong["data_use"]["through"] = json!("2030-01-01");
        wrong["data_use"]["daily_calls"] = json!(100_000_000);
        let steward = city.caller(&reader());
        let refused = eventually("the body to be known", async || {
            let answer = steward.post(REQUESTS, &wrong).await;
            (answer.status == 422).then_some(answer)
        }).await;
        assert_eq!(refused.code(), "not_compliant");
        assert_eq!(refused.pointers(), ["/data_use/basis", "/data_use/daily_calls", "/data_use/items/1",
            "/data_use/matters", "/data_use/through", "/resource_id"]);
        let own = city.caller(&source()).post(REQUESTS, &wanted(&resource)).await.expect(422);
        assert!(own.body.to_string().contains("own_resource"));
    }

    async fn what_is_unconditional_is_granted_at_once_with_personal_items_masked(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "unconditional").await;
        let request = asked(city, &resource).await;
        assert_eq!(request["stage"], "granted");
        assert_eq!(request.get("due"), None);
        let grant = grant_of(city, request["grant_id"].as_str().unwrap()).await;
        assert_eq!(grant["terms"]["items"], json!([{"key": "id_number", "masking": "document_number"},
            {"key": "state", "masking": "hidden"}, {"key": "registered_by"}]));
    }

    async fn silence_is_told_to_supervisors_and_goes_up(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let request = asked(city, &resource).await;
        let id = request["id"].as_str().unwrap().to_owned();
        city.set_time(morning(3, 19));
        let overseer = city.caller(&supervisor());
        eventually("the silence to be told", async || {
            let list = overseer.get(&format!("{REQUESTS}?list=overdue")).await.expect(200).body;
            (list["items"][0]["id"] == id.as_str()).then_some(())
        }).await;
        city.published::<DataRequestEvent>(|events| events.iter().any(|one| one.kind.contains(".overdue."))).await;
        let elsewhere = city.caller(&supervisor_elsewhere()).get(&format!("{REQUESTS}?list=overdue")).await.expect(200);
        assert_eq!(elsewhere.body["items"], json!([]));
        let path = format!("{REQUESTS}/{id}/objection");
        let referred = city.caller(&reader()).post(&path, &reason()).await.expect(200).body;
        assert_eq!((&referred["stage"], &referred["waits_for"]), (&json!("referred"), &json!("ruling")));
        let waiting = city.caller(&authority()).get(&format!("{REQUESTS}?list=to_rule")).await.expect(200);
        assert_eq!(waiting.body["items"][0]["id"], id.as_str());
        let ruling = format!("{REQUESTS}/{id}/ruling");
        city.caller(&source()).post(&ruling, &yes_but(&[])).await.expect(403);
        let ruled = city.caller(&authority()).post(&ruling, &yes_but(&[])).await.expect(200).body;
        assert_eq!((&ruled["stage"], &ruled["ruled"]), (&json!("granted"), &json!(true)));
        grant_of(city, ruled["grant_id"].as_str().unwrap()).await;
    }

    async fn what_negotiation_adds_is_added_to_the_one_grant(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (request, grant) = granted(city, &resource).await;
        let path = format!("{REQUESTS}/{request}");
        city.caller(&stranger()).post(&format!("{path}/objection"), &reason()).await.expect(403);
        city.caller(&reader()).post(&format!("{path}/objection"), &reason()).await.expect(200);
        let answered = city.caller(&source()).post(&format!("{path}/answer"), &yes_but(&[])).await.expect(200).body;
        assert_eq!((&answered["stage"], answered["grant_id"].as_str()), (&json!("granted"), Some(grant.as_str())));
        eventually("the grant to be wider", async || {
            let items = grant_of(city, &grant).await["terms"]["items"].clone();
            (items.as_array().unwrap().len() == 3).then_some(())
        }).await;
    }
}
