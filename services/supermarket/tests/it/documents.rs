//! Documents of bodies: versions, attachments, and dates that nobody can set.

use serde_json::{Value, json};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::town::{
    LAND, bodies, confirm, manager_elsewhere, morning, reviewer, reviewer_elsewhere, services,
};

const DOCUMENTS: &str = "/supermarket/v1/documents";

fn draft() -> Value {
    json!({"body": {"id": LAND, "name": "海州区自然资源和规划分局（示例）"}, "region": "320706",
        "kind": "assessment", "title": "测绘中介机构考核办法（示例）", "number": "示例规〔2026〕2号",
        "text": "第一条 为规范测绘中介服务，制定本办法。"})
}

/// Drafts a document once its body is known; its identifier.
async fn drafted_by_a_known_body(city: &TestCity, document: &Value) -> String {
    bodies(city).await;
    let officer = city.caller(&reviewer());
    let drafted = eventually("the body to be known", async || {
        let answer = officer.post(DOCUMENTS, document).await;
        (answer.status == 201).then_some(answer.body)
    })
    .await;
    drafted["id"].as_str().unwrap().to_owned()
}

on_every_backend! {
    services: services(),

    async fn a_document_is_dated_by_the_system_and_keeps_its_versions(city: &TestCity) {
        let officer = city.caller(&reviewer());
        let mut dated = draft();
        dated["published_on"] = json!("2019-01-01");
        assert_eq!(officer.post(DOCUMENTS, &dated).await.expect(422).pointers(), ["/published_on"]);
        for stranger in [reviewer_elsewhere(), manager_elsewhere()] {
            city.caller(&stranger).post(DOCUMENTS, &draft()).await.expect(403);
        }
        let refused = officer.post(DOCUMENTS, &draft()).await.expect(422);
        assert_eq!(refused.pointers(), ["/body/id"]);
        assert_eq!(refused.body["errors"][0]["code"], "unknown_body");
        let id = drafted_by_a_known_body(city, &draft()).await;
        let mut called = draft();
        called["body"]["name"] = json!("规划分局");
        let refused = officer.post(DOCUMENTS, &called).await.expect(422);
        assert_eq!(refused.pointers(), ["/body/name"]);
        assert_eq!(refused.body["errors"][0]["code"], "other_name");
        let path = format!("{DOCUMENTS}/{id}");
        city.anyone().get(&path).await.expect(404);
        let word = json!({"confirmed": true, "reason": "无误"});
        let own = officer.post(&format!("{path}/decision"), &word).await.expect(403);
        assert_eq!(own.code(), "same_officer");
        city.caller(&reviewer_elsewhere()).post(&format!("{path}/decision"), &word).await.expect(403);
        let waiting = officer.get("/supermarket/v1/pending-documents").await.expect(200).body;
        assert_eq!(waiting["items"][0]["id"], id);
        confirm(city, &format!("{path}/decision")).await;
        city.set_time(morning(4, 1));
        let officer = city.caller(&reviewer());
        let mut next = draft();
        next["text"] = json!("第一条 修订。");
        officer.put(&path, &next).await.expect(200);
        confirm(city, &format!("{path}/decision")).await;
        let shown = city.anyone().get(&path).await.expect(200).body;
        assert_eq!((&shown["revision"], &shown["published_on"]), (&json!(2), &json!("2026-04-01")));
        let versions = city.anyone().get(&format!("{path}/versions")).await.expect(200).body;
        assert_eq!(versions[1]["document"]["text"], draft()["text"]);
        for (query, found) in [("kind=assessment", 1), ("kind=management", 0), ("body=11320706MB0000011C", 1), ("region=320707", 0)] {
            let page = city.anyone().get(&format!("{DOCUMENTS}?{query}")).await.expect(200).body;
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
        }
        officer.post(&format!("{path}/repeal"), &json!({"reason": "已有新办法"})).await.expect(200);
        confirm(city, &format!("{path}/decision")).await;
        let gone = city.anyone().get(&path).await.expect(200).body;
        assert_eq!(gone["repealed"]["on"], "2026-04-01");
        assert_eq!(city.anyone().get(DOCUMENTS).await.expect(200).body["items"], json!([]));
    }

    async fn attachments_are_ones_own_until_published(city: &TestCity) {
        let officer = city.caller(&reviewer());
        let file = officer.upload("/supermarket/v1/files", "考核评分表.pdf", b"%PDF-1.7 x".to_vec()).await.expect(201);
        let file = file.body["id"].as_str().unwrap().to_owned();
        let other = city.caller(&reviewer_elsewhere());
        other.get(&format!("/supermarket/v1/files/{file}")).await.expect(403);
        officer.get(&format!("/supermarket/v1/files/{file}")).await.expect(200);
        let mut body = draft();
        body["attachments"] = json!([file, "00000000-0000-4000-8000-000000000001"]);
        assert_eq!(officer.post(DOCUMENTS, &body).await.expect(422).pointers(), ["/attachments/1"]);
        body["attachments"] = json!([file]);
        let id = drafted_by_a_known_body(city, &body).await;
        let path = format!("{DOCUMENTS}/{id}");
        let attachment = format!("{path}/attachments/{file}");
        city.anyone().get(&attachment).await.expect(404);
        let done = confirm(city, &format!("{path}/decision")).await;
        assert_eq!(done["document"]["attachments"][0]["name"], "考核评分表.pdf");
        let content = city.anyone().get(&attachment).await.expect(200);
        assert_eq!(content.body, "%PDF-1.7 x");
    }
}
