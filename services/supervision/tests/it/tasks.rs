//! Tasks: both draws, teams, dispatch, merged checks, replacements.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use tongban_contracts::credit::{ClassChange, CreditClass, CreditEvent, CreditSubject};
use tongban_kernel::{Principal, Role};
use tongban_runtime::Service;
use tongban_supervision::Supervision;
use tongban_testkit::draws::{Witness, hold, sources, sources_known};
use tongban_testkit::people::{HAIZHOU, officer};
use tongban_testkit::{Client, TestCity, eventually, on_every_backend};

use crate::fixtures::{FIRE, MARKET, chief, code, id, import, inspector, plan, planner, publish};

pub fn services() -> Vec<Arc<dyn Service>> {
    let mut services: Vec<Arc<dyn Service>> = vec![Arc::new(Supervision)];
    services.extend(sources());
    services
}

/// Registers inspectors of a body, the last of whom is not qualified long enough; their identifiers.
pub async fn inspectors(body: &str, planner: &Client) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=6 {
        let until = if number == 6 { "2026-05-01" } else { "2028-12-31" };
        let about = inspector(body, number, until);
        let made = planner.post("/supervision/v1/inspectors", &about).await.expect(201);
        ids.push(id(&made.body));
    }
    ids
}

/// Drafts, approves and publishes a plan; the path of its first task.
pub async fn published(city: &TestCity, plan: &Value) -> String {
    let (planner, chief) = (city.caller(&planner()), city.caller(&chief()));
    let made = planner.post("/supervision/v1/plans", plan).await.expect(201);
    let id = id(&made.body);
    for step in ["approval", "publication"] {
        let path = format!("/supervision/v1/plans/{id}/{step}");
        chief.post(&path, &json!({})).await.expect(200);
    }
    let task = tongban_contracts::supervision::task_id(&id, "001");
    let path = format!("/supervision/v1/tasks/{task}");
    // Whichever body's it is, who supervises the region sees it.
    let supervisor = officer("supervisor", MARKET, HAIZHOU, &[Role::Supervisor]);
    let supervisor = city.caller(&supervisor);
    let opened = async || (supervisor.get(&path).await.status == 200).then_some(());
    eventually("the task", opened).await;
    path
}

/// Calls a draw of a task and sees it to its result.
pub async fn drawn(city: &TestCity, caller: &Client, path: &str, what: &str) {
    let witness = Witness::new("discipline");
    let parties = json!({"witnesses": [witness.named()]});
    let called = caller.post(&format!("{path}/{what}"), &parties).await.expect(202).body;
    let draw = match what.split_once('/') {
        None => called["object_draw"]["draw"].clone(),
        Some((_, body)) => {
            let staff = called["staff"].as_array().unwrap().iter();
            staff.clone().find(|one| one["body"] == body).unwrap()["draw"]["draw"].clone()
        }
    };
    // The same call again is the same draw.
    caller.post(&format!("{path}/{what}"), &parties).await.expect(202);
    let at = format!("/supervision/v1/draws/{}", draw.as_str().unwrap());
    hold(city, &at, &[witness]).await;
}

pub async fn stage(caller: &Client, path: &str, wanted: &str) -> Value {
    eventually(&format!("the task to be {wanted}"), async || {
        let task = caller.get(path).await.expect(200).body;
        (task["stage"] == wanted).then_some(task)
    })
    .await
}

pub async fn visits(caller: &Client, path: &str) -> Vec<Value> {
    let answer = caller.get(&format!("{path}/visits?limit=100")).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

/// Tells of a class that somebody's credit came to.
async fn graded(city: &TestCity, number: usize, class: CreditClass) {
    let change = ClassChange {
        subject: CreditSubject {
            code: code(number),
            name: "示例".into(),
            natural_person: false,
            account: None,
        },
        former: CreditClass::B,
        class,
        points: 40,
        base: 90,
        counted: Vec::new(),
        bound_by: None,
        rule: "2026-1".into(),
        on: "2026-03-11".parse().unwrap(),
    };
    let event = CreditEvent::ClassChanged(Box::new(change));
    city.emit(&format!("credit-{number}"), 1, &event, &Principal::service("supervision")).await;
}

on_every_backend! {
    services: services(),

    async fn a_task_goes_from_both_draws_to_its_visits(city: &TestCity) {
        sources_known(city).await;
        let planner = city.caller(&planner());
        let matter = publish(city, "SP-1").await;
        let objects = import(city, 1..101).await;
        let staff = inspectors(MARKET, &planner).await;
        let mut asked = plan(&matter);
        asked["entries"][0]["bodies"][0]["inspectors"] = json!(4);
        let path = published(city, &asked).await;
        let early = json!({"witnesses": [Witness::new("discipline").named()]});
        let early = planner.post(&format!("{path}/inspector-draws/{MARKET}"), &early).await;
        assert_eq!(early.expect(409).code(), "wrong_stage");
        drawn(city, &planner, &path, "object-draw").await;
        let task = stage(&planner, &path, "objects_drawn").await;
        assert_eq!(task["number"], 2);
        let found = visits(&planner, &path).await;
        assert!(found.iter().all(|one| objects.contains(&one["object"].as_str().unwrap().to_owned())));
        // The first inspector is related to an object drawn, the last one's qualification ends too soon.
        let recusal = json!({
            "object": found[0]["object"], "relation": "kinship", "reason": "法定代表人为本人配偶",
        });
        let recusals = format!("/supervision/v1/inspectors/{}/recusals", staff[0]);
        planner.post(&recusals, &recusal).await.expect(200);
        drawn(city, &planner, &path, &format!("inspector-draws/{MARKET}")).await;
        let task = stage(&planner, &path, "dispatched").await;
        assert_eq!((&task["visits"], &task["joined"]), (&json!(2), &json!(0)));
        let drawn = task["staff"][0]["inspectors"].as_array().unwrap().clone();
        assert_eq!(drawn.len(), 4);
        let left_out = [&staff[0], &staff[5]];
        assert!(drawn.iter().all(|one| left_out.iter().all(|id| one["id"] != ***id)));
        // Teams are two by two, in the order of drawing, and objects go to them in turn.
        let found = visits(&planner, &path).await;
        for (place, visit) in found.iter().enumerate() {
            let team = &visit["teams"][0]["inspectors"];
            assert_eq!(team[0]["id"], drawn[2 * place]["id"]);
            assert_eq!(team[1]["id"], drawn[2 * place + 1]["id"]);
            assert!(visit["visit"].is_string());
        }
        // Whoever is drawn acts on site with an order of his own.
        let account = drawn[0]["account"].as_str().unwrap();
        let sent = officer(account, MARKET, HAIZHOU, &[Role::Inspector]);
        let visit = format!("/supervision/v1/inspections/{}", found[0]["visit"].as_str().unwrap());
        city.caller(&sent).get(&visit).await.expect(200);
        // A relation that is found after the draw is shown, and keeps the related from the visit.
        let recusal = json!({
            "object": found[0]["object"], "relation": "holding", "reason": "本人持有该企业股份",
        });
        let recusals = format!("/supervision/v1/inspectors/{}/recusals", drawn[0]["id"].as_str().unwrap());
        planner.post(&recusals, &recusal).await.expect(200);
        let task = planner.get(&path).await.expect(200).body;
        let unfit: Vec<bool> = task["staff"][0]["inspectors"].as_array().unwrap().iter()
            .map(|one| one["unfit"].as_str().is_some_and(|why| why.contains("回避"))).collect();
        assert_eq!(unfit, [true, false, false, false]);
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 1, 2, 0, 0).unwrap());
        let beginning = json!({
            "body": MARKET, "present": [drawn[0]["id"], drawn[1]["id"]], "shown": "order",
        });
        let other = officer(drawn[1]["account"].as_str().unwrap(), MARKET, HAIZHOU, &[Role::Inspector]);
        let refused = city.caller(&other).post(&format!("{visit}/beginning"), &beginning).await;
        assert_eq!(refused.expect(422).pointers(), ["/present", "/present/0"]);
        let planner = city.caller(&crate::fixtures::planner());
        // Nothing more is drawn for it.
        let again = json!({"witnesses": [Witness::new("discipline").named()]});
        planner.post(&format!("{path}/object-draw"), &again).await.expect(409);
    }

    async fn who_was_drawn_is_left_out_of_the_next_draw_with_the_reason(city: &TestCity) {
        sources_known(city).await;
        let planner = city.caller(&planner());
        let matter = publish(city, "SP-1").await;
        import(city, 1..51).await;
        let mut asked = plan(&matter);
        asked["ratio_table"] = json!("shandong-2017");
        let path = published(city, &asked).await;
        drawn(city, &planner, &path, "object-draw").await;
        stage(&planner, &path, "objects_drawn").await;
        let first: Vec<Value> = visits(&planner, &path).await;
        assert_eq!(first.len(), 5, "ten in a hundred of fifty");
        let made = planner.post("/supervision/v1/plans", &asked).await.expect(201);
        let figures = &made.body["plan"]["entries"][0]["figures"]["grades"][1];
        assert_eq!((&figures["objects"], &figures["recently_drawn"]), (&json!(45), &json!(5)));
        let path = published(city, &asked).await;
        let parties = json!({"witnesses": [Witness::new("discipline").named()]});
        let called = planner.post(&format!("{path}/object-draw"), &parties).await.expect(202).body;
        let draw = called["object_draw"]["draw"].as_str().unwrap();
        let terms = city.anyone().get(&format!("/supervision/v1/draws/{draw}/terms")).await.expect(200);
        let excluded = terms.body["exclusions"].as_array().unwrap();
        assert_eq!(excluded.len(), 5);
        assert!(excluded.iter().all(|one| one["kind"] == "recently_drawn"
            && one["reason"].as_str().unwrap().contains("12 个月内")));
        let known: Vec<&Value> = first.iter().map(|one| &one["object"]).collect();
        assert!(excluded.iter().all(|one| known.contains(&&one["candidate"])));
    }

    async fn a_worse_class_is_drawn_at_a_higher_rate(city: &TestCity) {
        sources_known(city).await;
        let planner = city.caller(&planner());
        let matter = publish(city, "SP-1").await;
        import(city, 1..101).await;
        graded(city, 7, CreditClass::D).await;
        let found = eventually("the class", async || {
            let list = planner.get("/supervision/v1/objects?grade=D").await.expect(200).body;
            list["items"].as_array().unwrap().first().cloned()
        }).await;
        assert_eq!(found["code"], code(7));
        let whole = planner
            .get(&format!("/supervision/v1/objects/{}", found["id"].as_str().unwrap()))
            .await
            .expect(200);
        assert!(whole.body["grade_reason"].as_str().unwrap().contains("由 B 类调整为 D 类"));
        let mut asked = plan(&matter);
        asked["ratio_table"] = json!("shandong-2017");
        let path = published(city, &asked).await;
        drawn(city, &planner, &path, "object-draw").await;
        stage(&planner, &path, "objects_drawn").await;
        let codes: Vec<String> = visits(&planner, &path)
            .await
            .iter()
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect();
        // All of class D, one in ten of class B.
        assert_eq!(codes.len(), 11);
        assert!(codes.contains(&code(7)));
    }

    async fn checks_of_one_object_are_merged_and_replacements_follow(city: &TestCity) {
        sources_known(city).await;
        let (market, fire) = (city.caller(&planner()), city.caller(&crate::fixtures::fire_planner()));
        let first = publish(city, "SP-1").await;
        let second = publish(city, "SP-2").await;
        import(city, 1..4).await;
        let market_staff = inspectors(MARKET, &market).await;
        inspectors(FIRE, &fire).await;
        // Of three, all of the two plans draw the same three: half of class B each is two, so all at 10,000.
        let mut paths = Vec::new();
        for (matter, body) in [(&first, MARKET), (&second, FIRE)] {
            let mut key = crate::fixtures::matter(if body == MARKET { "K-1" } else { "K-2" });
            key["kind"] = json!("key");
            key.as_object_mut().unwrap().remove("ceiling");
            let put = market.put(&format!("/supervision/v1/matters/{matter}"), &key).await;
            put.expect(200);
            let mut asked = plan(matter);
            let entry = &mut asked["entries"][0];
            entry["exception"] = json!("重点检查事项，随机抽取仅确定检查次序");
            entry["rate"] = json!(10_000);
            entry["matters"][0]["body"] = json!(body);
            entry["bodies"][0] =
                json!({"body": body, "body_name": "示例", "lead": true, "inspectors": 2});
            paths.push(published(city, &asked).await);
        }
        drawn(city, &market, &paths[0], "object-draw").await;
        stage(&market, &paths[0], "objects_drawn").await;
        drawn(city, &market, &paths[0], &format!("inspector-draws/{MARKET}")).await;
        stage(&market, &paths[0], "dispatched").await;
        drawn(city, &fire, &paths[1], "object-draw").await;
        stage(&fire, &paths[1], "objects_drawn").await;
        drawn(city, &fire, &paths[1], &format!("inspector-draws/{FIRE}")).await;
        let task = stage(&fire, &paths[1], "dispatched").await;
        assert_eq!((&task["visits"], &task["joined"]), (&json!(0), &json!(3)));
        let own = visits(&market, &paths[0]).await;
        let joined = visits(&fire, &paths[1]).await;
        assert!(joined.iter().all(|one| own.iter().any(|other| other["visit"] == one["visit"])));
        // One inspector's qualification ends early: he is shown as unfit, and replaced by the next of the draw.
        let task = market.get(&paths[0]).await.expect(200).body;
        let gone = task["staff"][0]["inspectors"][0].clone();
        let number = market_staff.iter().position(|id| gone["id"] == **id).unwrap() + 1;
        let about = inspector(MARKET, number, "2026-03-20");
        let at = format!("/supervision/v1/inspectors/{}", gone["id"].as_str().unwrap());
        market.put(&at, &about).await.expect(200);
        let task = market.get(&paths[0]).await.expect(200).body;
        assert!(task["staff"][0]["inspectors"][0]["unfit"].as_str().unwrap().contains("2026-03-20"));
        let replacement = json!({
            "body": MARKET, "inspector": gone["id"], "cause": "unqualified",
            "reason": "执法资格将于检查日前到期",
        });
        let replacements = format!("{}/inspector-replacements", paths[0]);
        let refused = fire.post(&replacements, &replacement).await;
        assert_eq!(refused.expect(403).code(), "not_your_body");
        let task = market.post(&replacements, &replacement).await.expect(200).body;
        let come = &task["staff"][0]["inspectors"][0];
        assert_ne!(come["id"], gone["id"]);
        assert!(come.get("unfit").is_none());
        assert_eq!(task["replaced"].as_array().unwrap().len(), 1);
        let visit = format!("/supervision/v1/inspections/{}", own[0]["visit"].as_str().unwrap());
        let sent = officer(come["account"].as_str().unwrap(), MARKET, HAIZHOU, &[Role::Inspector]);
        let sent = city.caller(&sent);
        eventually("the order with the other inspector", async || {
            let order = sent.get(&visit).await.expect(200).body.to_string();
            (order.contains(come["certificate"].as_str().unwrap())
                && !order.contains(gone["certificate"].as_str().unwrap()))
            .then_some(())
        }).await;
    }
}
