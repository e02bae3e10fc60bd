//! Supervision's part of the table in `requests.rs`: visits, publication, credit, records for other platforms.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_e2e::{City, Inspected, Story};

use crate::requests::{Entry, Look, Objects, Request};

/// 海州区市场监督管理局（示例）, which leads the visit.
const BODY: &str = "11320706MB0000004L";
/// A penalty that is to be published.
const PENALTY: &str = "海市监处罚〔2026〕示例 1 号";
/// Those with the roles, but of another body.
pub const OTHERS: &[&str] =
    &["inspector.chengguan.1", "chief.chengguan", "handler.xiaofang", "credit.ganyu"];
const INSPECTORS: &[&str] = &["inspector.chengguan.1"];
const CHIEFS: &[&str] = &["chief.chengguan", "chief.xiaofang"];
/// Who reads visits, elsewhere.
const READERS: &[&str] =
    &["inspector.chengguan.1", "planner.ganyu", "supervisor.ganyu", "citizen.lin", "org.freight"];

/// What is there of a visit.
pub struct Onsite {
    /// What the story left behind.
    pub inspected: Inspected,
    /// A request about its credit that waits for its answer.
    pub request: String,
}

/// Has a restaurant inspected, registers a penalty, and asks for repair.
pub async fn onsite(city: &City) -> Onsite {
    let mut ignore = |_: &str| {};
    let inspected = tongban_e2e::inspected(&mut Story::new(city, &mut ignore)).await.unwrap();
    let handler = city.sign_in("handler.shichang").await.unwrap();
    let penalty = json!({
        "number": PENALTY, "title": "示例案", "small": true, "subject_code": inspected.code,
        "subject_name": "示例", "natural_person": false, "summary": "示例", "handling": "罚款 100 元",
        "decided_on": "2026-03-10", "body_name": "海州区市场监督管理局（示例）",
    });
    let registered = handler.post("/supervision/v1/penalties", &penalty).await.unwrap();
    registered.expect(201).unwrap();
    let owner = city.sign_in_with(&inspected.login, &inspected.password).await.unwrap();
    let repair = json!({"entry": inspected.entry, "kind": "repair", "statement": "已改正"});
    let path = at(&format!("credit/{}/requests", inspected.code));
    let asked = owner.post(&path, &repair).await.unwrap().expect(201).unwrap();
    let request = asked.text("/requests/0/id").unwrap().to_owned();
    Onsite { inspected, request }
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

fn visit(objects: &Objects, step: &str) -> String {
    at(&format!("inspections/{}{step}", objects.onsite.inspected.visit))
}

fn evidence(objects: &Objects) -> &str {
    &objects.onsite.inspected.evidence
}

fn publication(objects: &Objects, step: &str) -> String {
    at(&format!("publications/{}/{step}", objects.onsite.inspected.publication))
}

/// Visits and their steps.
pub fn visits() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("verify_task_order", Nobodys),
        ("upload_evidence", Nobodys),
        (
            "list_inspections",
            List(|objects| {
                vec![Look {
                    path: "/supervision/v1/inspections?limit=100",
                    hidden: objects.onsite.inspected.visit.clone(),
                    owner: "planner.shichang",
                    strangers: READERS,
                }]
            }),
        ),
        ("read_inspection", Object(READERS, |objects| get(visit(objects, "")))),
        ("read_task_order", Object(READERS, |objects| get(visit(objects, "/order")))),
        (
            "download_evidence",
            Object(READERS, |objects| {
                get(visit(objects, &format!("/evidence/{}", evidence(objects))))
            }),
        ),
        (
            "begin_inspection",
            Object(INSPECTORS, |objects| {
                let body = json!({"body": BODY, "present": ["x", "y"], "shown": "order"});
                send(visit(objects, "/beginning"), body)
            }),
        ),
        (
            "record_findings",
            Object(INSPECTORS, |objects| {
                let findings = json!([{"item": "x", "verdict": "conforming"}]);
                send(visit(objects, "/findings"), json!({"body": BODY, "findings": findings}))
            }),
        ),
        (
            "conclude_inspection",
            Object(INSPECTORS, |objects| {
                let body = json!({
                    "body": BODY, "code": "1", "summary": "示例", "notice": evidence(objects),
                    "signature": {
                        "kind": "refused_witnessed", "note": "示例", "witness": "示例",
                        "affiliation": "示例",
                    },
                });
                send(visit(objects, "/result"), body)
            }),
        ),
        (
            "follow_up_inspection",
            Object(INSPECTORS, |objects| {
                let body = json!({
                    "body": BODY, "present": ["x"], "corrected": true, "note": "示例",
                    "evidence": [evidence(objects)],
                });
                send(visit(objects, "/follow-up"), body)
            }),
        ),
        (
            "hand_over_inspection",
            Object(INSPECTORS, |objects| {
                let body = json!({
                    "body": BODY, "to_body": BODY, "to_name": "示例", "reason": "示例",
                });
                send(visit(objects, "/handover"), body)
            }),
        ),
        (
            "receive_handover",
            Object(&["handler.xiaofang"], |objects| {
                let body = json!({"body": BODY, "receipt": "示例"});
                send(visit(objects, "/handover-receipt"), body)
            }),
        ),
        (
            "amend_result",
            Object(CHIEFS, |objects| {
                let body = json!({"body": BODY, "code": "1", "summary": "示例", "reason": "示例"});
                send(visit(objects, "/amendment"), body)
            }),
        ),
    ])
}

/// Publication, and records for other platforms.
pub fn publications() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("list_publications", Nobodys),
        ("read_publication", Nobodys),
        ("register_penalty", Nobodys),
        ("read_supervision_rules", Nobodys),
        ("list_exports", Nobodys),
        ("reconcile_exports", Nobodys),
        ("retry_export", Nobodys),
        (
            "list_due_publications",
            List(|_| {
                vec![Look {
                    path: "/supervision/v1/due-publications?limit=100",
                    hidden: PENALTY.to_owned(),
                    owner: "chief.shichang",
                    strangers: &["chief.xiaofang", "handler.xiaofang", "supervisor.ganyu"],
                }]
            }),
        ),
        (
            "publish_result",
            Object(CHIEFS, |objects| send(publication(objects, "publication"), json!({}))),
        ),
        (
            "correct_publication",
            Object(CHIEFS, |objects| {
                let body = json!({"summary": "示例", "handling": "示例", "reason": "示例"});
                send(publication(objects, "correction"), body)
            }),
        ),
        (
            "withdraw_publication",
            Object(CHIEFS, |objects| {
                send(publication(objects, "withdrawal"), json!({"reason": "示例"}))
            }),
        ),
        (
            "report_penalty_change",
            Object(&["handler.xiaofang"], |objects| {
                let body = json!({"fate": "revoked", "basis": "示例", "on": "2026-03-11"});
                send(publication(objects, "overruling"), body)
            }),
        ),
    ])
}

/// Credit.
pub fn credit() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("read_own_credit", Nobodys),
        ("report_credit_event", Nobodys),
        (
            "read_credit",
            Object(
                &[
                    "planner.ganyu",
                    "supervisor.ganyu",
                    "credit.ganyu",
                    "citizen.lin",
                    "org.freight",
                ],
                |objects| get(at(&format!("credit/{}", objects.onsite.inspected.code))),
            ),
        ),
        (
            "list_credit_requests",
            List(|objects| {
                vec![Look {
                    path: "/supervision/v1/credit-requests?limit=100",
                    hidden: objects.onsite.inspected.code.clone(),
                    owner: "credit.haizhou.1",
                    strangers: &["credit.ganyu", "supervisor.ganyu"],
                }]
            }),
        ),
        (
            "request_credit_review",
            Object(&["citizen.lin", "org.freight"], |objects| {
                let Inspected { code, entry, .. } = &objects.onsite.inspected;
                let body = json!({"entry": entry, "kind": "objection", "statement": "示例"});
                send(at(&format!("credit/{code}/requests")), body)
            }),
        ),
        (
            "answer_credit_request",
            Object(&["credit.ganyu"], |objects| {
                let code = &objects.onsite.inspected.code;
                let body = json!({"code": code, "granted": true, "reason": "示例"});
                send(at(&format!("credit-requests/{}/answer", objects.onsite.request)), body)
            }),
        ),
    ])
}
