//! For every operation about reviews: what of 海州区 somebody from elsewhere must not reach through it.

use std::collections::BTreeMap;

use serde_json::json;
use tongban_e2e::{City, Reviewed, Story};

use crate::requests::Entry::{self, List, Nobodys, Object};
use crate::requests::{Look, Objects, Request};

/// Whom the table names besides others.
pub const EVERYBODY: &[&str] = &["reviews.minzheng", "reviews.shichang"];
/// Other bodies' and districts' officers who deal with bad reviews.
const HANDLERS: &[&str] = &["reviews.shichang"];
const SUPERVISORS: &[&str] = &["supervisor.ganyu"];

/// What is there of reviews.
pub async fn reviewing(city: &City) -> Reviewed {
    let mut ignore = |_: &str| {};
    tongban_e2e::reviewed(&mut Story::new(city, &mut ignore)).await.unwrap()
}

fn handling(objects: &Objects, step: &str) -> String {
    format!("/reviews/v1/handlings/{}{step}", objects.reviewed.handling)
}

fn send(path: String, body: serde_json::Value) -> Vec<Request> {
    vec![(path, Some(body))]
}

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    let mut table = counters();
    table.extend(pushing());
    table.extend(handlings());
    table.extend([
        ("read_review_link", Nobodys),
        ("give_review_by_link", Nobodys),
        ("read_review_code", Nobodys),
        ("upload_review_photo", Nobodys),
        (
            "download_review_photo",
            Object(&["supervisor.ganyu", "citizen.lin", "reviews.shichang"], |objects| {
                let (case, file) = (&objects.done_case, &objects.file);
                vec![(format!("/reviews/v1/reviews/{case}/photos/{file}"), None)]
            }),
        ),
        (
            "read_review_handling",
            Object(&["supervisor.ganyu", "citizen.lin", "org.freight"], |objects| {
                vec![(format!("/reviews/v1/reviews/{}/handling", objects.done_case), None)]
            }),
        ),
    ]);
    table
}

fn counters() -> BTreeMap<&'static str, Entry> {
    BTreeMap::from([
        ("open_window_service", Nobodys),
        ("read_counter_screen", Nobodys),
        (
            "register_counter_device",
            Object(SUPERVISORS, |_| {
                let body = json!({"device": "00000000000000000000000000000000",
                    "body": "11320706MB0000003H", "region": "320706", "window": "C09"});
                send("/reviews/v1/counters".to_owned(), body)
            }),
        ),
        (
            "list_counter_devices",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/counters?limit=100",
                    hidden: objects.reviewed.counter.clone(),
                    owner: "clerk.minzheng.1",
                    strangers: &["supervisor.ganyu", "clerk.haizhou.1", "clerk.ganyu.1"],
                }]
            }),
        ),
        (
            "show_review_code",
            Object(&["clerk.haizhou.1", "clerk.ganyu.1"], |objects| {
                let path = format!("/reviews/v1/counters/{}/showing", objects.reviewed.counter);
                send(path, json!({"review": objects.unreviewed_case}))
            }),
        ),
        (
            "retire_counter_device",
            Object(SUPERVISORS, |objects| {
                let path = format!("/reviews/v1/counters/{}/retirement", objects.reviewed.counter);
                send(path, json!({"reason": "x"}))
            }),
        ),
    ])
}

fn pushing() -> BTreeMap<&'static str, Entry> {
    BTreeMap::from([
        (
            "register_pushing_system",
            Object(SUPERVISORS, |_| {
                let body = json!({"account": "other", "name": "示例系统", "region": "320706"});
                send("/reviews/v1/systems".to_owned(), body)
            }),
        ),
        (
            "list_pushing_systems",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/systems?limit=100",
                    hidden: objects.reviewed.system.clone(),
                    owner: "supervisor.haizhou",
                    strangers: SUPERVISORS,
                }]
            }),
        ),
        (
            "retire_pushing_system",
            Object(SUPERVISORS, |objects| {
                let path = format!("/reviews/v1/systems/{}/retirement", objects.reviewed.system);
                send(path, json!({"reason": "x"}))
            }),
        ),
        (
            "push_services",
            Object(&["line.haizhou.zhujian"], |_| {
                send("/reviews/v1/pushed/services".to_owned(), json!({"services": []}))
            }),
        ),
        (
            "push_reviews",
            Object(&["line.haizhou.zhujian"], |_| {
                send("/reviews/v1/pushed/reviews".to_owned(), json!({"reviews": []}))
            }),
        ),
        (
            "list_unmatched_reviews",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/pushed/unmatched?limit=100",
                    hidden: objects.reviewed.unmatched.clone(),
                    owner: "supervisor.haizhou",
                    strangers: SUPERVISORS,
                }]
            }),
        ),
    ])
}

fn handlings() -> BTreeMap<&'static str, Entry> {
    BTreeMap::from([
        ("read_review_rules", Nobodys),
        (
            "list_handlings",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/handlings?limit=100",
                    hidden: objects.reviewed.handling.clone(),
                    owner: "reviews.minzheng",
                    strangers: &["supervisor.ganyu", "reviews.shichang"],
                }]
            }),
        ),
        (
            "read_handling",
            Object(&["supervisor.ganyu", "reviews.shichang"], |objects| {
                vec![(handling(objects, ""), None)]
            }),
        ),
        (
            "verify_handling",
            Object(HANDLERS, |objects| {
                send(
                    handling(objects, "/verification"),
                    json!({"contacted": true, "findings": "x"}),
                )
            }),
        ),
        (
            "answer_handling",
            Object(HANDLERS, |objects| {
                send(handling(objects, "/answer"), json!({"answer": "x", "to_rectify": false}))
            }),
        ),
        (
            "rectify_handling",
            Object(HANDLERS, |objects| {
                send(handling(objects, "/rectification"), json!({"measures": "x"}))
            }),
        ),
        (
            "call_back_handling",
            Object(SUPERVISORS, |objects| {
                send(handling(objects, "/call-back"), json!({"outcome": "satisfied", "note": "x"}))
            }),
        ),
        (
            "appeal_handling",
            Object(HANDLERS, |objects| {
                send(handling(objects, "/appeal"), json!({"ground": "mistaken", "reason": "x"}))
            }),
        ),
        (
            "judge_appeal",
            Object(SUPERVISORS, |objects| {
                send(handling(objects, "/judgements"), json!({"exclude": true, "reason": "x"}))
            }),
        ),
    ])
}
