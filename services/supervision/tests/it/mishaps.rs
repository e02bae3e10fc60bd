//! What goes wrong around draws and imports: nothing is drawn twice, nothing is lost, and every fault is named.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tongban_kernel::{Clock as _, Role};
use tongban_testkit::draws::{Witness, hold, pass, sources_known, until, valued, view};
use tongban_testkit::people::{GANYU, HAIZHOU, citizen, officer};
use tongban_testkit::{Backend, Client, TestCity, on_every_backend};

use crate::fixtures::{FIRE, MARKET, code, import, plan, planner, publish, put, restaurant};
use crate::tasks::{drawn, inspectors, published, services, stage, visits};

/// A task of sixty objects of which nothing was drawn yet: its path.
async fn opened(city: &TestCity) -> String {
    sources_known(city).await;
    let matter = publish(city, "SP-1").await;
    import(city, 1..61).await;
    published(city, &plan(&matter)).await
}

fn parties(witness: &Witness) -> Value {
    json!({"witnesses": [witness.named()]})
}

/// Calls the draw of a task's objects; its path.
async fn called(caller: &Client, path: &str, witness: &Witness) -> String {
    let called = caller.post(&format!("{path}/object-draw"), &parties(witness)).await.expect(202);
    format!("/supervision/v1/draws/{}", called.body["object_draw"]["draw"].as_str().unwrap())
}

on_every_backend! {
    services: services(),

    async fn two_calls_at_once_are_one_draw(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        let at = format!("{path}/object-draw");
        let body = parties(&Witness::new("discipline"));
        let (one, two) = tokio::join!(planner.post(&at, &body), planner.post(&at, &body));
        assert_eq!((one.status, two.status), (202, 202), "{} {}", one.body, two.body);
        let again = planner.post(&at, &body).await.expect(202).body;
        let draws = city.anyone().get("/supervision/v1/draws").await.expect(200).body;
        let draws = draws["items"].as_array().unwrap();
        assert_eq!(draws.len(), 1);
        assert_eq!(draws[0]["draw"], again["object_draw"]["draw"]);
    }

    async fn of_nobody_nobody_is_drawn(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        let gone = json!({"reason": "已停业"});
        for number in 1..61 {
            let object = tongban_contracts::supervision::object_id(&code(number));
            let path = format!("/supervision/v1/objects/{object}/removal");
            planner.post(&path, &gone).await.expect(200);
        }
        let body = parties(&Witness::new("discipline"));
        let refused = planner.post(&format!("{path}/object-draw"), &body).await;
        assert_eq!(refused.expect(409).code(), "nobody_to_draw");
        // Nor is a plan made that would draw from nobody.
        let matter = publish(city, "SP-2").await;
        let refused = planner.post("/supervision/v1/plans", &plan(&matter)).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "nobody_to_draw");
        let draws = city.anyone().get("/supervision/v1/draws").await.expect(200).body;
        assert_eq!(draws["items"], json!([]));
    }

    async fn when_all_inspectors_are_recused_each_is_named(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        let staff = inspectors(MARKET, &planner).await;
        drawn(city, &planner, &path, "object-draw").await;
        stage(&planner, &path, "objects_drawn").await;
        let object = visits(&planner, &path).await[0]["object"].clone();
        for one in &staff {
            let recusal = json!({"object": object, "relation": "kinship", "reason": "法定代表人为本人配偶"});
            let path = format!("/supervision/v1/inspectors/{one}/recusals");
            planner.post(&path, &recusal).await.expect(200);
        }
        let at = format!("{path}/inspector-draws/{MARKET}");
        let refused = planner.post(&at, &parties(&Witness::new("discipline"))).await.expect(422);
        assert_eq!(refused.code(), "too_few_inspectors");
        let told = refused.body["errors"].as_array().unwrap();
        assert!(staff.iter().all(|id| told.iter().any(|one| one["message"].as_str().unwrap().starts_with(id))));
        assert_eq!(planner.get(&path).await.expect(200).body["stage"], "objects_drawn", "nothing changed");
    }

    async fn nobody_witnesses_the_draw_that_he_may_be_drawn_in(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        inspectors(MARKET, &planner).await;
        drawn(city, &planner, &path, "object-draw").await;
        stage(&planner, &path, "objects_drawn").await;
        let mut both = parties(&Witness::new("discipline"));
        let own = json!({"party": "inspector", "name": "检查员（示例）", "account": "inspector-2"});
        both["witnesses"].as_array_mut().unwrap().push(own);
        let at = format!("{path}/inspector-draws/{MARKET}");
        let refused = planner.post(&at, &both).await.expect(422);
        assert_eq!(refused.pointers(), ["/witnesses/1/account"]);
        assert_eq!(refused.body["errors"][0]["code"], "witness_is_candidate");
    }

    async fn a_witness_that_withholds_its_seed_holds_up_nothing(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        let witness = Witness::new("discipline");
        let at = called(&planner, &path, &witness).await;
        witness.commit(city, &at).await.expect(201);
        let announced = valued(city, &at).await;
        pass(city, &announced["randomness"]["open_until"]);
        let drawn = until(city, &at, |view| view["state"] == "drawn").await;
        assert_eq!(drawn["withheld"][0]["party"], "discipline", "and is named for it");
        stage(&city.caller(&crate::fixtures::planner()), &path, "objects_drawn").await;
    }

    async fn only_the_planner_of_the_leading_body_calls(city: &TestCity) {
        let path = opened(city).await;
        let body = parties(&Witness::new("discipline"));
        for stranger in [
            citizen("zhang", "张建国"),
            officer("inspector", MARKET, HAIZHOU, &[Role::Inspector]),
            officer("other", FIRE, HAIZHOU, &[Role::InspectionPlanner]),
            officer("far", MARKET, GANYU, &[Role::InspectionPlanner]),
        ] {
            let answer = city.caller(&stranger).post(&format!("{path}/object-draw"), &body).await;
            assert!([403, 404].contains(&answer.status), "{}: {}", stranger.account, answer.status);
        }
    }

    async fn a_huge_import_is_refused_whole_with_its_faults(city: &TestCity) {
        let caller = city.caller(&planner());
        let wrong = |number: usize| {
            let mut one = restaurant(number);
            let right = code(number);
            let last = if right.ends_with('0') { '1' } else { '0' };
            one["code"] = json!(format!("{}{last}", &right[..17]));
            // Short, so that it is their number that is too great, not their length.
            one["particulars"]["name"] = json!(format!("店{number}"));
            one["particulars"]["address"] = json!("路");
            one
        };
        let refused = put(&caller, (1..5_001).map(wrong).collect()).await.expect(422);
        assert_eq!(refused.pointers(), ["/objects"], "more than are taken at once");
        let refused = put(&caller, (1..501).map(wrong).collect()).await.expect(422);
        assert_eq!(refused.pointers().len(), 500, "each of them is named");
        let list = caller.get("/supervision/v1/objects").await.expect(200).body;
        assert_eq!(list["items"], json!([]), "nothing was taken over");
    }

    async fn a_clock_that_is_set_back_loses_nothing(city: &TestCity) {
        let path = opened(city).await;
        let planner = city.caller(&planner());
        let witness = Witness::new("discipline");
        let at = called(&planner, &path, &witness).await;
        let now = city.clock.now();
        city.set_time(now - TimeDelta::minutes(5));
        witness.commit(city, &at).await.expect(201);
        city.set_time(now + TimeDelta::seconds(1));
        let drawn = hold(city, &at, &[witness]).await;
        assert_eq!(drawn["withheld"], json!([]));
        stage(&city.caller(&crate::fixtures::planner()), &path, "objects_drawn").await;
    }
}

/// Between call and announcement, between announcement and value, between value and result.
async fn broken_off_between_draw_and_result(backend: Backend) {
    let mut city = TestCity::start(backend, services()).await;
    let path = opened(&city).await;
    let witness = Witness::new("discipline");
    let at = called(&city.caller(&planner()), &path, &witness).await;
    city = city.begun_anew(services()).await;
    witness.commit(&city, &at).await.expect(201);
    let announced = until(&city, &at, |view| view["announcement"].is_string()).await;
    city = city.begun_anew(services()).await;
    pass(&city, &announced["randomness"]["value"]["after"]);
    until(&city, &at, |view| view["value"].is_object()).await;
    witness.open(&city, &at).await.expect(201);
    city = city.begun_anew(services()).await;
    until(&city, &at, |view| view["state"] == "drawn").await;
    let drawn = view(&city, &at).await;
    assert_eq!(drawn["announcement"], announced["announcement"], "the draw that was announced");
    let caller = city.caller(&planner());
    let task = stage(&caller, &path, "objects_drawn").await;
    let found = visits(&caller, &path).await;
    assert_eq!(task["number"], found.len(), "each was taken over once");
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_off_between_draw_and_result_sqlite_embedded() {
    broken_off_between_draw_and_result(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_off_between_draw_and_result_postgres_kafka() {
    broken_off_between_draw_and_result(Backend::Mesh).await;
}
