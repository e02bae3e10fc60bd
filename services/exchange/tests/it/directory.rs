//! One code, one resource; what was published stays readable for ever.

use serde_json::json;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{HAIZHOU, system};

use crate::town::{
    RESOURCES, authority, published, reader, reason, registration, services, source, stranger, told,
};

on_every_backend! {
    services: services(),

    async fn a_resource_is_published_changed_and_withdrawn_and_every_version_stays(city: &TestCity) {
        told(city).await;
        let id = published(city, "306011/000001", "conditional").await;
        let (steward, path) = (city.caller(&source()), format!("{RESOURCES}/{id}"));
        let taken = steward.post(RESOURCES, &registration("306011/000001", "conditional")).await;
        assert_eq!(taken.expect(409).code(), "code_taken");
        let mut next = registration("306011/000001", "unconditional");
        next["resource"]["summary"] = json!("第二版");
        let changed = steward.put(&path, &next).await.expect(200).body;
        assert_eq!((&changed["revision"], &changed["resource"]["source_body"]["name"]),
            (&json!(2), &json!("海州区民政局（示例）")), "called as it is registered");
        let end = format!("{path}/withdrawal");
        steward.post(&end, &reason()).await.expect(200);
        assert_eq!(steward.post(&end, &reason()).await.expect(409).code(), "withdrawn");
        let versions = city.caller(&reader()).get(&format!("{path}/versions")).await.expect(200).body;
        let summaries: Vec<_> = versions.as_array().unwrap().iter()
            .map(|one| (one["revision"].as_u64().unwrap(), one["resource"]["summary"].as_str().unwrap())).collect();
        assert_eq!(summaries, [(2, "第二版"), (1, "示例")]);
        let list = steward.get(RESOURCES).await.expect(200).body;
        assert_eq!(list["items"], json!([]), "what is withdrawn is not offered");
    }

    async fn where_a_system_is_reached_only_its_body_and_the_authority_see(city: &TestCity) {
        told(city).await;
        let path = format!("{RESOURCES}/{}", published(city, "306011/000001", "conditional").await);
        for insider in [source(), authority()] {
            let shown = city.caller(&insider).get(&path).await.expect(200).body;
            assert_eq!(shown["delivery"]["address"], "https://minzheng.example/data");
        }
        let line = system("line.1", "11320706MB0000001B", HAIZHOU, &[]);
        for outsider in [reader(), stranger(), line] {
            let shown = city.caller(&outsider).get(&path).await.expect(200).body;
            assert_eq!(shown.get("delivery"), None, "{}", outsider.account);
            assert!(!shown.to_string().contains("minzheng.example"));
        }
        let refused = city.caller(&stranger()).put(&path, &registration("306011/000001", "conditional")).await;
        assert_eq!(refused.expect(403).code(), "not_your_body");
    }

    async fn every_fault_of_a_resource_is_told_at_once(city: &TestCity) {
        told(city).await;
        published(city, "306011/000001", "conditional").await;
        let mut wrong = registration("306011/000002", "conditional");
        wrong["resource"]["conditions"] = json!("  ");
        wrong["resource"]["items"][0].as_object_mut().unwrap().remove("masking");
        wrong["delivery"]["address"] = json!("https://u:p@minzheng.example/");
        let refused = city.caller(&source()).post(RESOURCES, &wrong).await.expect(422);
        assert_eq!(refused.pointers(), ["/delivery/address", "/resource/conditions", "/resource/items/0/masking"]);
    }

    async fn the_directory_is_found_by_code_name_body_and_sharing(city: &TestCity) {
        told(city).await;
        for (serial, sharing) in ["conditional", "unconditional", "not_shared"].into_iter().enumerate() {
            published(city, &format!("306011/{serial}"), sharing).await;
        }
        let anyone = city.caller(&reader());
        let codes = async |query: &str| {
            let found = anyone.get(&format!("{RESOURCES}?{query}")).await.expect(200).body;
            let items = found["items"].as_array().unwrap().iter();
            items.map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(codes("q=306011%2F1").await, ["306011/1"]);
        assert_eq!(codes("q=%E5%A9%9A%E5%A7%BB&sharing=not_shared").await, ["306011/2"]);
        assert_eq!(codes("sharing=conditional").await, ["306011/0"]);
        assert_eq!(codes("body=11320706MB0000003H").await.len(), 3);
        assert_eq!(codes("body=11320706MB0000001B").await.len(), 0);
        let first = anyone.get(&format!("{RESOURCES}?limit=2")).await.expect(200).body;
        let after = first["next"].as_str().unwrap().replace(' ', "%20");
        let second = anyone.get(&format!("{RESOURCES}?limit=2&after={after}")).await.expect(200).body;
        assert_eq!((second["items"].as_array().unwrap().len(), second.get("next")), (1, None));
    }
}
