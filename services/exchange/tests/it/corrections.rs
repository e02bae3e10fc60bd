//! Wrong data: reported by who reads them, answered on a clock, told to all who may read them.

use serde_json::{Value, json};
use tongban_contracts::exchange::{CorrectionEvent, GrantEvent};
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{
    grant_of, granted, morning, published, reader, services, source, stranger, supervisor, told,
};

const CORRECTIONS: &str = "/exchange/v1/corrections";

fn doubt(grant: &str) -> Value {
    json!({"grant_id": grant, "items": ["state"], "record": "婚登 2019-000123",
        "wrong": "与结婚证不一致", "evidence": "结婚证原件"})
}

on_every_backend! {
    services: services(),

    async fn a_correction_is_answered_and_every_reader_is_told(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        let (_, second) = granted(city, &resource).await;
        let refused = city.caller(&stranger()).post(CORRECTIONS, &doubt(&grant)).await.expect(403);
        assert_eq!(refused.code(), "not_your_grant");
        let mut wrong = doubt(&grant);
        wrong["items"] = json!(["registered_by"]);
        wrong["record"] = json!(" ");
        let refused = city.caller(&reader()).post(CORRECTIONS, &wrong).await.expect(422);
        assert_eq!(refused.pointers(), ["/items/0", "/record"]);
        let reported = city.caller(&reader()).post(CORRECTIONS, &doubt(&grant)).await.expect(201).body;
        assert_eq!(reported["report"]["due"], "2026-03-18");
        let path = format!("{CORRECTIONS}/{}", reported["id"].as_str().unwrap());
        city.caller(&stranger()).get(&path).await.expect(403);
        let answer = json!({"upheld": true, "reason": "录入错误，已更正"});
        city.caller(&reader()).post(&format!("{path}/answer"), &answer).await.expect(403);
        let answered = city.caller(&source()).post(&format!("{path}/answer"), &answer).await.expect(200).body;
        assert_eq!(answered["answer"]["corrected_on"], "2026-03-11");
        let again = city.caller(&source()).post(&format!("{path}/answer"), &answer).await.expect(409);
        assert_eq!(again.code(), "already_answered");
        for grant in [&grant, &second] {
            eventually("the reader to be told", async || {
                let notices = grant_of(city, grant).await["notices"].clone();
                (notices[0]["record"] == "婚登 2019-000123").then_some(())
            }).await;
        }
        city.published::<GrantEvent>(|events| {
            events.iter().filter(|one| one.kind.contains(".correction_told.")).count() == 2
        }).await;
    }

    async fn silence_on_a_correction_is_told_to_supervisors(city: &TestCity) {
        told(city).await;
        let resource = published(city, "306011/000001", "conditional").await;
        let (_, grant) = granted(city, &resource).await;
        city.caller(&reader()).post(CORRECTIONS, &doubt(&grant)).await.expect(201);
        city.set_time(morning(3, 19));
        eventually("the silence to be told", async || {
            let list = city.caller(&supervisor()).get(&format!("{CORRECTIONS}?list=overdue")).await.expect(200);
            list.body["items"][0]["overdue"].as_bool()
        }).await;
        city.published::<CorrectionEvent>(|events| events.iter().any(|one| one.kind.contains(".overdue."))).await;
    }
}
