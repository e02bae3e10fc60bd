//! A visit over HTTP, from the order to the hand-over.

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use serde_json::{Value, json};
use tongban_contracts::inspections::InspectionEvent;
use tongban_kernel::Role;
use tongban_supervision::Supervision;
use tongban_testkit::people::{GANYU, HAIZHOU, officer, organisation};
use tongban_testkit::{eventually, on_every_backend};

use crate::onsite::*;

const VISIT: &str = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a01";

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn two_bodies_each_decide_their_own(city: &TestCity) {
        ordered(city, VISIT).await;
        let market = inspected(city, VISIT, MARKET, "food.1", "3").await;
        let read = market.get(&format!("/supervision/v1/inspections/{VISIT}")).await.expect(200).body;
        assert_eq!(read["parts"][0]["stage"], "correcting");
        assert_eq!(read["parts"][0]["correction_due"], "2026-03-25");
        assert_eq!(read["parts"][1]["stage"], "ordered");
        assert_eq!(read["parts"][0]["actions"], json!(["follow_up", "hand_over"]));
        assert_eq!(read["parts"][1]["actions"], json!([]));
        let other = conclude(&market, VISIT, FIRE, "1", None).await.expect(403);
        assert_eq!(other.code(), "not_your_part");
        inspected(city, VISIT, FIRE, "fire.1", "1").await;
        corrected(city, VISIT, MARKET).await;
        let owner = city.caller(&owner());
        let read = owner.get(&format!("/supervision/v1/inspections/{VISIT}")).await.expect(200).body;
        assert_eq!(read["parts"][0]["result"]["code"], "E");
        assert_eq!(read["parts"][1]["result"]["code"], "1");
        let published = city.published::<InspectionEvent>(|seen| seen.len() >= 8).await;
        assert!(matches!(published[0].read().unwrap(), InspectionEvent::Ordered(_)));
    }

    async fn nothing_is_told_before_somebody_came(city: &TestCity) {
        ordered(city, VISIT).await;
        let caller = city.caller(&inspector(MARKET, 1));
        let early = conclude(&caller, VISIT, MARKET, "1", None).await.expect(409);
        assert_eq!(early.code(), "visit_not_begun");
        let alone = json!({"body": MARKET, "present": [id_of(MARKET, 1)], "shown": "order"});
        let refused = caller.post(&step(VISIT, "beginning"), &alone).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "too_few_inspectors");
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 1, 2, 0, 0).unwrap());
        let caller = city.caller(&inspector(MARKET, 1));
        let two = json!({
            "body": MARKET, "present": [id_of(MARKET, 1), id_of(MARKET, 2)], "shown": "order",
        });
        let late = caller.post(&step(VISIT, "beginning"), &two).await;
        assert_eq!(late.expect(409).code(), "outside_visit_period");
    }

    async fn who_left_cannot_come(city: &TestCity) {
        ordered(city, VISIT).await;
        let planner = officer("planner", MARKET, HAIZHOU, &[Role::InspectionPlanner]);
        let left = format!("/supervision/v1/inspectors/{}/departure", id_of(MARKET, 2));
        let reason = json!({"reason": "调离"});
        let answer = city.caller(&planner).post(&left, &reason).await;
        assert!(answer.status < 300, "{answer:?}");
        let caller = city.caller(&inspector(MARKET, 1));
        let two = json!({
            "body": MARKET, "present": [id_of(MARKET, 1), id_of(MARKET, 2)], "shown": "order",
        });
        let refused = caller.post(&step(VISIT, "beginning"), &two).await.expect(422);
        let errors = refused.body["errors"].as_array().unwrap();
        let codes: Vec<&Value> = errors.iter().map(|one| &one["code"]).collect();
        assert_eq!(codes, ["not_qualified", "too_few_inspectors"]);
    }

    async fn the_order_is_verified_by_anyone_who_holds_it(city: &TestCity) {
        ordered(city, VISIT).await;
        let owner = city.caller(&owner());
        let read = owner.get(&format!("/supervision/v1/inspections/{VISIT}")).await.expect(200).body;
        let verified = city.anyone().get(read["qr_text"].as_str().unwrap()).await.expect(200).body;
        assert_eq!((&verified["number"], &verified["in_force"]), (&read["number"], &json!(true)));
        assert_eq!(verified["bodies"].as_array().unwrap().len(), 2);
        let wrong = format!("/supervision/v1/task-orders?number={}&check_code=AAAAAAAA", "x");
        assert_eq!(city.anyone().get(&wrong).await.expect(404).code(), "not_verified");
        let nothing = city.anyone().get("/supervision/v1/task-orders").await.expect(422);
        assert_eq!(nothing.pointers(), ["/check_code", "/number"]);
        let page = owner.get(&step(VISIT, "order")).await.expect(200);
        let page = page.body.as_str().unwrap();
        assert!(page.contains("检查任务通知书") && page.contains("<svg"), "{page}");
    }

    async fn a_result_may_be_refused_before_a_witness(city: &TestCity) {
        ordered(city, VISIT).await;
        let caller = begin(city, VISIT, MARKET).await;
        find(&caller, VISIT, MARKET, "food.1", true).await;
        let mut result = json!({
            "body": MARKET, "code": "3", "summary": "示例", "notice": photo(&caller).await,
            "signature": {"kind": "refused_witnessed", "note": "拒绝签字"},
        });
        caller.post(&step(VISIT, "result"), &result).await.expect(422);
        result["signature"]["witness"] = "李示例".into();
        result["signature"]["affiliation"] = "社区工作人员".into();
        let foreign = json!("019cda89-f440-7c3e-9b61-6e0d1f2a3b4c");
        let notice = std::mem::replace(&mut result["notice"], foreign);
        let unknown = caller.post(&step(VISIT, "result"), &result).await.expect(422);
        assert_eq!(unknown.pointers(), ["/notice"]);
        result["notice"] = notice;
        let told = caller.with_key("told").post(&step(VISIT, "result"), &result).await.expect(200);
        let again = caller.with_key("told").post(&step(VISIT, "result"), &result).await.expect(200);
        assert_eq!(told.body, again.body);
    }

    async fn what_is_not_corrected_lapses_and_is_handed_over(city: &TestCity) {
        ordered(city, VISIT).await;
        let caller = inspected(city, VISIT, MARKET, "food.1", "3").await;
        let handover = json!({
            "body": MARKET, "to_body": MARKET, "to_name": "示例单位", "reason": "逾期未改",
        });
        let early = caller.post(&step(VISIT, "handover"), &handover).await.expect(409);
        assert_eq!(early.code(), "correction_running");
        city.set_time(Utc.with_ymd_and_hms(2026, 3, 26, 2, 0, 0).unwrap());
        let caller = city.caller(&inspector(MARKET, 1));
        let lapsed = eventually("the clock to tell that nothing was corrected", async || {
            let answer = caller.post(&step(VISIT, "handover"), &handover).await;
            (answer.status == 200).then_some(answer.body)
        })
        .await;
        assert_eq!(lapsed["parts"][0]["stage"], "handed_over");
        let receipt = json!({"body": MARKET, "receipt": "示例立〔2026〕3 号"});
        let stranger = city.caller(&handler(FIRE));
        let refused = stranger.post(&step(VISIT, "handover-receipt"), &receipt).await.expect(403);
        assert_eq!(refused.code(), "not_your_body");
        let handler = city.caller(&handler(MARKET));
        let received = handler.post(&step(VISIT, "handover-receipt"), &receipt).await.expect(200);
        assert_eq!(received.body["parts"][0]["handover"]["receipt"], "示例立〔2026〕3 号");
    }

    async fn only_those_concerned_read_a_visit(city: &TestCity) {
        ordered(city, VISIT).await;
        let caller = begin(city, VISIT, MARKET).await;
        find(&caller, VISIT, MARKET, "food.1", true).await;
        let path = format!("/supervision/v1/inspections/{VISIT}");
        let read = caller.get(&path).await.expect(200).body;
        let file = read["parts"][0]["findings"][0]["evidence"][0]["file_id"].as_str().unwrap();
        let evidence = step(VISIT, &format!("evidence/{file}"));
        for principal in [owner(), inspector(FIRE, 2), officer("s", FIRE, HAIZHOU, &[Role::Supervisor])] {
            let reader = city.caller(&principal);
            reader.get(&path).await.expect(200);
            reader.get(&evidence).await.expect(200);
            let list = reader.get("/supervision/v1/inspections?open=true").await.expect(200).body;
            assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        }
        for principal in [
            organisation("other", "其他单位"),
            officer("x", "11320706MB0000003H", HAIZHOU, &[Role::Inspector]),
            officer("s", MARKET, GANYU, &[Role::Supervisor]),
        ] {
            let reader = city.caller(&principal);
            assert_eq!(reader.get(&path).await.expect(403).code(), "not_your_visit");
            reader.get(&evidence).await.expect(403);
            let list = reader.get("/supervision/v1/inspections").await.expect(200).body;
            assert_eq!(list["items"], json!([]));
        }
        let nobodys = step(VISIT, "evidence/019cda89-f440-7c3e-9b61-6e0d1f2a3b4c");
        caller.get(&nobodys).await.expect(404);
    }
}
