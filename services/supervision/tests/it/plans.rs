//! Plans: figures, two persons, publication, tasks.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_supervision::Supervision;
use tongban_testkit::people::{HAIZHOU, officer};
use tongban_testkit::{Client, eventually, on_every_backend};

use crate::fixtures::{
    FIRE, MARKET, chief, fire_planner, id, import, matter, plan, planner, publish,
};

async fn tasks(caller: &Client) -> Vec<Value> {
    let answer = caller.get("/supervision/v1/tasks").await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn a_plan_is_drafted_by_one_approved_by_another_and_published(city: &TestCity) {
        let matter = publish(city, "SP-1").await;
        import(city, 1..101).await;
        let (planner, chief) = (city.caller(&planner()), city.caller(&chief()));
        let made = planner.post("/supervision/v1/plans", &plan(&matter)).await.expect(201);
        let path = format!("/supervision/v1/plans/{}", id(&made.body));
        let figures = &made.body["plan"]["entries"][0]["figures"];
        // All are of the default class B, of which 2 % are drawn.
        assert_eq!(figures["number"], 2);
        assert_eq!(figures["grades"][1], json!({"grade": "B", "objects": 100, "recently_drawn": 0, "rate": 200}));
        let open = format!("/supervision/v1/published-plans/{}", id(&made.body));
        city.anyone().get(&open).await.expect(404);
        planner.post(&format!("{path}/approval"), &json!({})).await.expect(403);
        let both = officer("both", MARKET, HAIZHOU, &[Role::InspectionPlanner, Role::InspectionApprover]);
        let both = city.caller(&both);
        let early = chief.post(&format!("{path}/publication"), &json!({})).await.expect(409);
        assert_eq!(early.code(), "wrong_stage");
        chief.post(&format!("{path}/return"), &json!({"reason": "增加任务"})).await.expect(200);
        let mut wider = plan(&matter);
        wider["entries"][0]["name"] = json!("餐饮抽查（修订）");
        both.put(&path, &wider).await.expect(200);
        let own = both.post(&format!("{path}/approval"), &json!({})).await.expect(403);
        assert_eq!(own.code(), "own_draft");
        chief.post(&format!("{path}/approval"), &json!({})).await.expect(200);
        assert_eq!(planner.put(&path, &wider).await.expect(409).code(), "wrong_stage");
        let keyed = chief.with_key("publish-1");
        let published = keyed.post(&format!("{path}/publication"), &json!({})).await.expect(200);
        assert_eq!(keyed.post(&format!("{path}/publication"), &json!({})).await.body, published.body);
        city.anyone().get(&open).await.expect(200);
        let listed = city.anyone().get("/supervision/v1/published-plans?year=2026&region=320700").await;
        assert_eq!(listed.expect(200).body["items"].as_array().unwrap().len(), 1);
        let opened = eventually("the task", async || tasks(&planner).await.pop()).await;
        assert_eq!(opened["stage"], "open");
        assert!(tasks(&city.caller(&fire_planner())).await.is_empty(), "not the fire brigade's");
        let reason = json!({"reason": "职责调整"});
        chief.post(&format!("{path}/withdrawal"), &reason).await.expect(200);
        eventually("the cancellation", async || {
            tasks(&planner).await.pop().filter(|task| task["stage"] == "cancelled")
        }).await;
        city.anyone().get(&open).await.expect(200);
    }

    async fn every_fault_of_a_plan_is_told_at_once(city: &TestCity) {
        let general = publish(city, "SP-1").await;
        import(city, 1..11).await;
        let caller = city.caller(&planner());
        let refused = async |bend: fn(&mut Value)| {
            let mut asked = plan(&general);
            bend(&mut asked);
            let answer = caller.post("/supervision/v1/plans", &asked).await.expect(422);
            (answer.pointers(), answer.body["errors"][0]["code"].as_str().unwrap().to_owned())
        };
        let (pointers, _) = refused(|plan| {
            plan["ratio_table"] = json!("nowhere-1999");
            plan["entries"][0]["matters"][0]["matter"] = json!("00000000-0000-0000-0000-000000000000");
        }).await;
        assert_eq!(pointers, ["/entries/0/matters/0/matter", "/ratio_table"]);
        // Ten of class B at 2 %: nobody.
        assert_eq!(refused(|_| ()).await, (vec!["/entries/0".into()], "nobody_to_draw".into()));
        let (pointers, _) = refused(|plan| {
            plan["ratio_table"] = json!("shandong-2017");
            plan["entries"][0]["until"] = json!("2026-03-01");
            plan["entries"][0]["bodies"][0]["inspectors"] = json!(1);
            plan["entries"][0]["exception"] = json!("专项");
        }).await;
        assert_eq!(pointers, [
            "/entries/0/bodies/0/inspectors", "/entries/0/matters/0", "/entries/0/until",
        ]);
        // The ceiling of a general matter: half of all at most.
        let mut half = matter("SP-9");
        half["ceiling"] = json!(500);
        let answer = caller.post("/supervision/v1/matters", &half).await.expect(201);
        let mut asked = plan(&id(&answer.body));
        asked["ratio_table"] = json!("sample-dense");
        let answer = caller.post("/supervision/v1/plans", &asked).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "above_ceiling");
    }

    async fn a_joint_task_belongs_to_all_its_bodies(city: &TestCity) {
        let matter = publish(city, "SP-1").await;
        import(city, 1..51).await;
        let mut joint = plan(&matter);
        joint["entries"][0]["matters"] = json!([
            {"matter": matter, "body": MARKET}, {"matter": matter, "body": FIRE},
        ]);
        joint["entries"][0]["bodies"] = json!([
            {"body": MARKET, "body_name": "市场监管（示例）", "lead": true, "inspectors": 2},
            {"body": FIRE, "body_name": "消防（示例）", "lead": false, "inspectors": 2},
        ]);
        let (planner, chief) = (city.caller(&planner()), city.caller(&chief()));
        let made = planner.post("/supervision/v1/plans", &joint).await.expect(201);
        let path = format!("/supervision/v1/plans/{}", id(&made.body));
        chief.post(&format!("{path}/approval"), &json!({})).await.expect(200);
        chief.post(&format!("{path}/publication"), &json!({})).await.expect(200);
        let fire = city.caller(&fire_planner());
        let task = eventually("the task", async || tasks(&fire).await.pop()).await;
        let path = format!("/supervision/v1/tasks/{}", id(&task));
        fire.get(&path).await.expect(200);
        // Only the leading body calls the draw of objects, and nobody's inspectors are drawn before.
        let parties = json!({"witnesses": [{"party": "witness", "name": "见证", "account": "w"}]});
        let other = fire.post(&format!("{path}/object-draw"), &parties).await.expect(403);
        assert_eq!(other.code(), "not_your_body");
        let early = fire.post(&format!("{path}/inspector-draws/{FIRE}"), &parties).await;
        assert!(matches!(early.status, 409 | 422), "{:?}", early.body);
        let cancelled = json!({"reason": "调整"});
        fire.post(&format!("{path}/cancellation"), &cancelled).await.expect(403);
        planner.post(&format!("{path}/cancellation"), &cancelled).await.expect(200);
    }
}
