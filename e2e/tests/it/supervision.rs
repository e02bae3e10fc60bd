//! Supervision's part of the table in `requests.rs`: lists, libraries, plans and tasks.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_contracts::supervision::{inspector_id, object_id, task_id};
use tongban_e2e::{Caller, City};

use crate::requests::{Entry, Look, Objects, Request};

/// 海州区市场监督管理局（示例）, whose everything is.
const BODY: &str = "11320706MB0000004L";
/// A noodle shop of the sample city.
const SHOP: &str = "92320706MA0000001X";
/// Planners of another body of the district, and of another district.
pub const PLANNERS: &[&str] = &["planner.chengguan", "planner.ganyu"];
/// An approver of another body.
pub const CHIEFS: &[&str] = &["chief.xiaofang"];
/// The planner of another district: objects belong to a region, not to a body.
const ELSEWHERE: &[&str] = &["planner.ganyu"];
/// Who reads tasks, elsewhere.
const READERS: &[&str] = &["planner.chengguan", "planner.ganyu", "supervisor.ganyu"];

/// What is there of supervision.
pub struct Supervised {
    /// A published plan.
    pub plan: String,
    /// As it was asked for.
    pub asked: Value,
    /// An inspection matter.
    pub matter_id: String,
    /// Its entry.
    pub matter: Value,
}

/// Publishes a plan of the market bureau.
pub async fn supervised(city: &City, planner: &Caller, chief: &Caller) -> Supervised {
    let list = city.anyone().get(&format!("/supervision/v1/matters?limit=100&body={BODY}")).await;
    let list = list.unwrap().expect(200).unwrap();
    let known = list.body["items"].as_array().unwrap().iter();
    let matter_id = known.clone().find(|one| one["code"] == "SP-001").unwrap()["id"].clone();
    let matter_id = matter_id.as_str().unwrap().to_owned();
    let matter = city.anyone().get(&format!("/supervision/v1/matters/{matter_id}")).await.unwrap();
    let asked = json!({
        "name": "2026 年抽查计划", "kind": "yearly", "year": 2026, "body_name": "示例",
        "region": "320706", "ratio_table": "shandong-2017",
        "entries": [{
            "name": "餐饮抽查", "matters": [{"matter": matter_id, "body": BODY}],
            "bodies": [{"body": BODY, "body_name": "示例", "lead": true, "inspectors": 2}],
            "region": "320706",
            "scope": {"kinds": [], "industries": ["62"], "licence_types": []},
            "from": "2026-12-01", "until": "2026-12-31",
        }],
    });
    let made = planner.post("/supervision/v1/plans", &asked).await.unwrap().expect(201).unwrap();
    let plan = made.text("/id").unwrap().to_owned();
    for step in ["approval", "publication"] {
        let path = format!("/supervision/v1/plans/{plan}/{step}");
        chief.post(&path, &json!({})).await.unwrap().expect(200).unwrap();
    }
    let path = format!("/supervision/v1/tasks/{}", task_id(&plan, "001"));
    for _ in 0..300 {
        if planner.get(&path).await.unwrap().status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Supervised { plan, asked, matter_id, matter: matter.body["matter"].clone() }
}

fn at(path: &str) -> String {
    format!("/supervision/v1/{path}")
}

fn get(path: String) -> Vec<Request> {
    vec![(path, None)]
}

fn send(path: String, body: Value) -> Vec<Request> {
    vec![(path, Some(body))]
}

fn reason(path: String) -> Vec<Request> {
    send(path, json!({"reason": "示例"}))
}

fn object(step: &str) -> String {
    at(&format!("objects/{}{step}", object_id(SHOP)))
}

fn inspector(step: &str) -> String {
    at(&format!("inspectors/{}{step}", inspector_id("JS-SC-0001")))
}

fn plan(objects: &Objects, step: &str) -> String {
    at(&format!("plans/{}{step}", objects.supervised.plan))
}

fn task(objects: &Objects, step: &str) -> String {
    at(&format!("tasks/{}{step}", task_id(&objects.supervised.plan, "001")))
}

fn about_inspector() -> Value {
    json!({
        "certificate": "JS-SC-0001", "name": "李明远（示例）", "body": BODY, "body_name": "示例",
        "region": "320706", "qualifications": [
            {"code": "food", "name": "食品安全监督检查", "from": "2024-01-01", "until": "2028-12-31"},
        ],
    })
}

fn parties() -> Value {
    json!({"witnesses": [{"party": "witness", "name": "见证人", "account": "somebody"}]})
}

/// The list of matters and the two libraries.
pub fn libraries() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("search_inspection_matters", Nobodys),
        ("read_inspection_matter", Nobodys),
        (
            "publish_inspection_matter",
            Object(PLANNERS, |objects| send(at("matters"), objects.supervised.matter.clone())),
        ),
        (
            "republish_inspection_matter",
            Object(PLANNERS, |objects| {
                let path = at(&format!("matters/{}", objects.supervised.matter_id));
                send(path, objects.supervised.matter.clone())
            }),
        ),
        (
            "withdraw_inspection_matter",
            Object(PLANNERS, |objects| {
                reason(at(&format!("matters/{}/withdrawal", objects.supervised.matter_id)))
            }),
        ),
        (
            "search_inspected_objects",
            List(|_| {
                vec![Look {
                    path: "/supervision/v1/objects?code=92320706MA0000001X",
                    hidden: object_id(SHOP).to_string(),
                    owner: "planner.shichang",
                    strangers: &["planner.ganyu", "supervisor.ganyu"],
                }]
            }),
        ),
        (
            "import_inspected_objects",
            Object(ELSEWHERE, |_| {
                let particulars =
                    json!({"kind": "self_employed", "name": "示例", "region": "320706"});
                let objects = json!([{"code": SHOP, "particulars": particulars}]);
                send(at("object-imports"), json!({"objects": objects}))
            }),
        ),
        (
            "read_inspected_object",
            Object(&["planner.ganyu", "supervisor.ganyu"], |_| get(object(""))),
        ),
        (
            "merge_inspected_object",
            Object(ELSEWHERE, |_| {
                let into = object_id("12320706MB0000002B").to_string();
                send(object("/merge"), json!({"into": into, "reason": "示例"}))
            }),
        ),
        (
            "distinguish_inspected_object",
            Object(ELSEWHERE, |_| {
                let other = object_id("12320706MB0000002B").to_string();
                send(object("/distinction"), json!({"other": other, "reason": "示例"}))
            }),
        ),
        ("remove_inspected_object", Object(ELSEWHERE, |_| reason(object("/removal")))),
        ("restore_inspected_object", Object(ELSEWHERE, |_| reason(object("/restoration")))),
        (
            "search_inspectors",
            List(|_| {
                vec![Look {
                    path: "/supervision/v1/inspectors?limit=100",
                    hidden: inspector_id("JS-SC-0001").to_string(),
                    owner: "planner.shichang",
                    strangers: PLANNERS,
                }]
            }),
        ),
        ("register_inspector", Object(PLANNERS, |_| send(at("inspectors"), about_inspector()))),
        ("read_inspector", Object(PLANNERS, |_| get(inspector("")))),
        ("change_inspector", Object(PLANNERS, |_| send(inspector(""), about_inspector()))),
        (
            "recuse_inspector",
            Object(PLANNERS, |_| {
                let body =
                    json!({"object": object_id(SHOP), "relation": "kinship", "reason": "示例"});
                send(inspector("/recusals"), body)
            }),
        ),
        (
            "lift_recusal",
            Object(PLANNERS, |_| {
                reason(inspector(&format!("/recusals/{}/lifting", object_id(SHOP))))
            }),
        ),
        ("retire_inspector", Object(PLANNERS, |_| reason(inspector("/departure")))),
    ])
}

/// Plans and tasks.
pub fn plans() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("list_ratio_tables", Nobodys),
        ("search_published_plans", Nobodys),
        ("read_published_plan", Nobodys),
        (
            "search_plans",
            List(|objects| {
                vec![Look {
                    path: "/supervision/v1/plans?limit=100",
                    hidden: objects.supervised.plan.clone(),
                    owner: "planner.shichang",
                    strangers: &["planner.chengguan", "planner.ganyu", "chief.xiaofang"],
                }]
            }),
        ),
        (
            "read_plan",
            Object(&["planner.chengguan", "planner.ganyu", "chief.xiaofang"], |objects| {
                get(plan(objects, ""))
            }),
        ),
        (
            // A plan is always of the drafter's body: it is the region that may be another's.
            "draft_plan",
            Object(ELSEWHERE, |objects| send(at("plans"), objects.supervised.asked.clone())),
        ),
        (
            "revise_plan",
            Object(PLANNERS, |objects| send(plan(objects, ""), objects.supervised.asked.clone())),
        ),
        ("approve_plan", Object(CHIEFS, |objects| send(plan(objects, "/approval"), json!({})))),
        ("return_plan", Object(CHIEFS, |objects| reason(plan(objects, "/return")))),
        ("publish_plan", Object(CHIEFS, |objects| send(plan(objects, "/publication"), json!({})))),
        ("withdraw_plan", Object(CHIEFS, |objects| reason(plan(objects, "/withdrawal")))),
        (
            "search_tasks",
            List(|objects| {
                vec![Look {
                    path: "/supervision/v1/tasks?limit=100",
                    hidden: task_id(&objects.supervised.plan, "001").to_string(),
                    owner: "planner.shichang",
                    strangers: READERS,
                }]
            }),
        ),
        ("read_task", Object(READERS, |objects| get(task(objects, "")))),
        ("list_visits", Object(READERS, |objects| get(task(objects, "/visits")))),
        (
            "call_object_draw",
            Object(PLANNERS, |objects| send(task(objects, "/object-draw"), parties())),
        ),
        (
            "call_inspector_draw",
            Object(PLANNERS, |objects| {
                send(task(objects, &format!("/inspector-draws/{BODY}")), parties())
            }),
        ),
        (
            "replace_inspector",
            Object(PLANNERS, |objects| {
                let inspector = inspector_id("JS-SC-0001");
                let body = json!({
                    "body": BODY, "inspector": inspector, "cause": "unavailable", "reason": "示例",
                });
                send(task(objects, "/inspector-replacements"), body)
            }),
        ),
        ("cancel_task", Object(PLANNERS, |objects| reason(task(objects, "/cancellation")))),
    ])
}
