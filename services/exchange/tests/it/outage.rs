//! The database goes away between the question and the answer.

use serde_json::json;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, system};
use tongban_testkit::{city_on_a_line, eventually};

use crate::provider::System;
use crate::town::{MATTER, granted, published_as, registration, services, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_recorded_is_not_given() {
    let (city, line) = city_on_a_line(services()).await;
    let provider = System::start().await;
    told(&city).await;
    let mut draft = registration("306011/000001", "conditional");
    draft["delivery"]["address"] = json!(format!("{}/held", provider.base));
    draft["delivery"]["timeout_ms"] = json!(30_000);
    draft["delivery"]["settings"] =
        json!({"parameters": "id_number", "subject": "id_number", "optional": "registered_by"});
    let resource = published_as(&city, &draft).await;
    let (_, grant) = granted(&city, &resource).await;
    let caller = city.caller(&system("line.1", APPROVAL_BUREAU, HAIZHOU, &[]));
    let path = format!("/exchange/v1/grants/{grant}/calls");
    let call = json!({"purpose": "approval", "case": {"number": "示例 1", "matter_id": MATTER},
        "items": ["state"], "parameters": {"id_number": "320706194803120014"}});
    let (going, to, wanted) = (caller.clone(), path.clone(), call.clone());
    let asked = tokio::spawn(async move { going.post(&to, &wanted).await });
    provider.asked(1).await;
    line.cut();
    provider.seen.go.notify_one();
    let refused = asked.await.unwrap().expect(503);
    assert!(!refused.body.to_string().contains("已婚"), "{:?}", refused.body);
    line.mend();
    let given = eventually("the database to be back", async || {
        provider.seen.go.notify_one();
        let answer = caller.post(&path, &call).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await;
    assert_eq!(given["rows"][0]["state"], "已婚");
    city.stop().await;
}
