//! 发布事项: first and later versions.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::matters::MatterEvent;
use tongban_matters::Matters;
use tongban_testkit::on_every_backend;

use crate::fixtures::{MATTERS, as_editor, editor, entry, named, published};

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn a_published_matter_has_a_guide_and_is_found(city: &TestCity) {
        let (path, made) = published(city).await;
        assert_eq!((&made.body["revision"], &made.body["published"]), (&json!(1), &json!(true)));
        for key in ["name", "code", "materials", "form_schema", "legal_limit", "result"] {
            assert_eq!(made.body["matter"][key], entry()[key], "{key}");
        }
        assert_eq!(city.anyone().get(&path).await.expect(200).body, made.body);
        let found = city.anyone().get(&format!("{MATTERS}?q=施工")).await.expect(200);
        assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
        assert_eq!(found.body["items"][0]["id"], made.body["id"]);
        assert_eq!(found.body["items"][0]["matter_type"], "01");
        let told = city.published::<MatterEvent>(|seen| !seen.is_empty()).await;
        assert_eq!(told[0].subject, made.body["id"].as_str().unwrap());
        assert_eq!(told[0].caused_by().unwrap(), editor());
    }

    async fn a_new_version_leaves_the_first_on_record(city: &TestCity) {
        let (path, first) = published(city).await;
        let second = as_editor(city).put(&path, &named("第二版")).await.expect(200);
        assert_eq!((&second.body["revision"], &second.body["id"]), (&json!(2), &first.body["id"]));
        assert_eq!(city.anyone().get(&path).await.body["matter"]["name"], "第二版");
        let told = city.published::<MatterEvent>(|seen| seen.len() >= 2).await;
        let names: Vec<_> = told
            .iter()
            .map(|event| match event.read::<MatterEvent>().unwrap() {
                MatterEvent::Published { revision, matter } => (revision, matter.name),
                other => panic!("{other:?}"),
            })
            .collect();
        let first_name = entry()["name"].as_str().unwrap().to_owned();
        assert_eq!(names, [(1, first_name), (2, "第二版".to_owned())]);
        for words in ["核发", "第二版"] {
            let found = city.anyone().get(&format!("{MATTERS}?q={words}")).await.expect(200);
            let count = found.body["items"].as_array().unwrap().len();
            assert_eq!(count, usize::from(words == "第二版"), "search knows the version in force");
        }
    }

    async fn what_is_in_force_is_not_published_again(city: &TestCity) {
        let (path, first) = published(city).await;
        let again = as_editor(city).put(&path, &entry()).await.expect(200);
        assert_eq!(again.body, first.body);
        let unknown = format!("{MATTERS}/no-such-matter");
        assert_eq!(as_editor(city).put(&unknown, &entry()).await.expect(404).code(), "not_found");
    }

    async fn the_same_request_has_one_answer(city: &TestCity) {
        let keyed = as_editor(city).with_key("k");
        let first = keyed.post(MATTERS, &entry()).await.expect(201);
        assert_eq!(keyed.post(MATTERS, &entry()).await.expect(201).body, first.body);
        let other = keyed.post(MATTERS, &named("别的")).await.expect(422);
        assert_eq!(other.code(), "idempotency_key_reused");
        let path = format!("{MATTERS}/{}", first.body["id"].as_str().unwrap());
        assert_eq!(keyed.put(&path, &entry()).await.expect(422).code(), "idempotency_key_reused");
        let found = city.anyone().get(MATTERS).await.expect(200);
        assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
    }

    /// The answer to a version that was in force already is kept as well: sent again after somebody
    /// else's version, the request must not put the old one back.
    async fn a_request_that_changed_nothing_changes_nothing_later(city: &TestCity) {
        let (path, _) = published(city).await;
        let keyed = as_editor(city).with_key("k");
        let first = keyed.put(&path, &entry()).await.expect(200);
        as_editor(city).put(&path, &named("第二版")).await.expect(200);
        assert_eq!(keyed.put(&path, &entry()).await.expect(200).body, first.body);
        assert_eq!(city.anyone().get(&path).await.body["matter"]["name"], "第二版");
    }

    async fn the_same_request_at_once_makes_one_matter(city: &TestCity) {
        let keyed = as_editor(city).with_key("k");
        let body = entry();
        let (one, two, three) = tokio::join!(
            keyed.post(MATTERS, &body), keyed.post(MATTERS, &body), keyed.post(MATTERS, &body)
        );
        let one = one.expect(201).body;
        assert_eq!(one, two.expect(201).body);
        assert_eq!(one, three.expect(201).body);
        let found = city.anyone().get(MATTERS).await.expect(200);
        assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
    }

    async fn two_editors_at_once_both_count(city: &TestCity) {
        let (path, _) = published(city).await;
        let caller = as_editor(city);
        for round in 0..5_i64 {
            let bodies = [named(&format!("甲{round}")), named(&format!("乙{round}"))];
            let (one, two) = tokio::join!(caller.put(&path, &bodies[0]), caller.put(&path, &bodies[1]));
            let answers = [one.expect(200).body, two.expect(200).body];
            let mut revisions = answers.each_ref().map(|body| body["revision"].as_i64().unwrap());
            revisions.sort();
            assert_eq!(revisions, [2 * round + 2, 2 * round + 3]);
            let now = city.anyone().get(&path).await.body;
            assert!(answers.contains(&now), "the last one is in force, whole");
        }
    }

    async fn a_withdrawn_matter_comes_back_as_its_next_version(city: &TestCity) {
        let (path, _) = published(city).await;
        let caller = as_editor(city);
        caller.post(&format!("{path}/withdrawal"), &json!({"reason": "暂停"})).await.expect(200);
        let back = caller.put(&path, &entry()).await.expect(200);
        assert_eq!((&back.body["revision"], &back.body["published"]), (&json!(2), &json!(true)));
        assert_eq!(back.body.get("withdrawal_reason"), None);
    }
}
