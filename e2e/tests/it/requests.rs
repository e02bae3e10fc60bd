//! For every operation: what of 海州区 somebody from elsewhere must not reach through it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_e2e::Reviewed;

use crate::agencies::{self, Agencies};
use crate::onsite::{self, Onsite};
use crate::purchases::{self, Market};
use crate::sharing::{self, Sharing};
use crate::supervision::{self, Supervised};

/// What is there in 海州区, all of it at its 民政局.
pub struct Objects {
    /// A case that waits at the window.
    pub open_case: String,
    /// A case that waits for the decision.
    pub accepted_case: String,
    /// A decided case, reviewed by its applicant.
    pub done_case: String,
    /// A decided case of `org.yungang` at the 行政审批局, not reviewed.
    pub unreviewed_case: String,
    /// The licence of the decided case.
    pub licence: String,
    /// A file in the case that waits.
    pub file: String,
    /// The matter applied for.
    pub matter_id: String,
    /// Its entry.
    pub matter: Value,
    /// Account of a clerk.
    pub clerk: String,
    /// A signal: the review came at once.
    pub signal: String,
    /// What is there of supervision, at the 市场监督管理局.
    pub supervised: Supervised,
    /// What is there of a visit of its.
    pub onsite: Onsite,
    /// What there is of purchases.
    pub market: Market,
    /// What there is of agencies and of what is published for them.
    pub agencies: Agencies,
    /// What there is of shared data.
    pub sharing: Sharing,
    /// What there is of reviews, at the 民政局.
    pub reviewed: Reviewed,
}

/// The 民政局 of 海州区.
const BODY: &str = "11320706MB0000003H";
/// The 行政审批局 of 赣榆区.
const GANYU_BODY: &str = "11320707MB0000001R";

/// What an operation can reach.
pub enum Entry {
    /// Nothing that is somebody else's.
    Nobodys,
    /// One object: these callers, who have the role but another region, body or person, are refused.
    Object(&'static [&'static str], fn(&Objects) -> Vec<Request>),
    /// A list: others see nothing of it that is not theirs.
    List(fn(&Objects) -> Vec<Look>),
}

/// Path and body.
pub type Request = (String, Option<Value>);

/// A list with something in it.
pub struct Look {
    /// The list.
    pub path: &'static str,
    /// What stands in it.
    pub hidden: String,
    /// Who sees that.
    pub owner: &'static str,
    /// Who must not.
    pub strangers: &'static [&'static str],
}

/// Clerks of another district, another body of the district, a town below it, and another 民政局.
const CLERKS: &[&str] =
    &["clerk.ganyu.1", "clerk.haizhou.1", "clerk.xinba.1", "clerk.ganyu.minzheng.1"];
const APPROVERS: &[&str] =
    &["approver.ganyu.1", "approver.haizhou.1", "approver.xinba.1", "approver.ganyu.minzheng.1"];
const EDITORS: &[&str] = &["editor.ganyu", "editor.haizhou", "editor.xinba"];
const LICENCE_OFFICERS: &[&str] = &["licences.ganyu", "licences.haizhou", "licences.xinba"];
const PEOPLE: &[&str] = &["citizen.lin", "org.freight"];
const CASE_READERS: &[&str] = &[
    "clerk.ganyu.1",
    "clerk.haizhou.1",
    "clerk.xinba.1",
    "approver.ganyu.1",
    "approver.haizhou.1",
    "supervisor.ganyu",
    "citizen.lin",
    "org.freight",
];
const FILE_READERS: &[&str] =
    &["clerk.ganyu.1", "clerk.haizhou.1", "supervisor.ganyu", "editor.ganyu", "citizen.lin"];
const LICENCE_READERS: &[&str] =
    &["licences.ganyu", "licences.haizhou", "supervisor.ganyu", "citizen.lin", "org.freight"];

/// Everybody the table names.
pub fn everybody() -> impl Iterator<Item = &'static str> {
    let planners = [supervision::PLANNERS, supervision::CHIEFS, onsite::OTHERS];
    let market = [purchases::EVERYBODY, agencies::EVERYBODY];
    let others = [crate::reviewing::EVERYBODY, sharing::EVERYBODY];
    [CLERKS, APPROVERS, EDITORS, LICENCE_OFFICERS, PEOPLE, FILE_READERS]
        .into_iter()
        .chain(planners)
        .chain(market)
        .chain(others)
        .flatten()
        .copied()
}

fn case(id: &str, step: &str) -> String {
    format!("/intake/v1/cases/{id}{step}")
}

fn get(path: String) -> Vec<Request> {
    vec![(path, None)]
}

fn send(path: String, body: Value) -> Vec<Request> {
    vec![(path, Some(body))]
}

/// The matter as if it were another body's.
fn taken_over(objects: &Objects) -> Value {
    let mut matter = objects.matter.clone();
    matter["body"] = json!(GANYU_BODY);
    matter["region"] = json!("320707");
    matter
}

/// Operations of every service's history: what is public of it, and what administrators do.
const HISTORY: [&str; 7] = [
    "read_checkpoint",
    "read_checkpoint_of",
    "sign_checkpoint",
    "prove_inclusion",
    "prove_consistency",
    "read_history_keys",
    "rotate_history_key",
];

/// Operations of every service that holds draws; `libs/drawing` tests whom they refuse.
const DRAWS: [&str; 9] = [
    "list_draws",
    "read_draw",
    "list_drawn",
    "read_draw_receipt",
    "download_draw_terms",
    "download_draw_announcement",
    "download_draw_transcript",
    "commit_to_draw",
    "open_draw_seed",
];

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    let mut table = identity();
    table.extend(matters());
    table.extend(intake());
    table.extend(licences());
    table.extend(reviews());
    table.extend(crate::reviewing::table());
    table.extend(supervision::libraries());
    table.extend(supervision::plans());
    table.extend(onsite::visits());
    table.extend(onsite::publications());
    table.extend(onsite::credit());
    table.extend(purchases::table());
    table.extend(agencies::table());
    table.extend(sharing::table());
    // What every service has; keys are put together, and live as long as the test.
    for service in tongban_e2e::SERVICES {
        for operation in HISTORY.into_iter().chain(OPERATIONS) {
            table.insert(format!("{service}_{operation}").leak(), Entry::Nobodys);
        }
    }
    // What is published of draws is everybody's, and a witness is an account that the draw names.
    let holds = |service: &&str| tongban_e2e::SERVICES.contains(service);
    for service in tongban_contracts::draws::HOLDERS.into_iter().filter(holds) {
        for operation in DRAWS {
            table.insert(format!("{service}_{operation}").leak(), Entry::Nobodys);
        }
    }
    table
}

/// What every service has for those who keep it running. What waits in a service belongs to nobody; nothing of its
/// content is shown.
const OPERATIONS: [&str; 3] =
    ["list_parked_events", "replay_parked_events", "set_parked_event_aside"];

fn identity() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("sign_in", Nobodys),
        ("grant_client_token", Nobodys),
        ("register_account", Nobodys),
        ("list_bodies", Nobodys),
        ("list_regions", Nobodys),
        ("read_token_keys", Nobodys),
        ("read_own_account", Nobodys),
        ("change_own_password", Nobodys),
        ("rotate_token_keys", Nobodys),
        (
            "list_accounts",
            List(|objects| {
                vec![Look {
                    path: "/identity/v1/accounts?limit=100&body=11320706MB0000003H",
                    hidden: objects.clerk.clone(),
                    owner: "admin.city",
                    strangers: &["admin.ganyu"],
                }]
            }),
        ),
        (
            "open_account",
            Object(&["admin.ganyu"], |_| {
                let opening = |region: &str| {
                    json!({"login": "intruder.1", "kind": "officer", "name": "闯示例", "body": BODY,
                        "region": region, "roles": ["window_clerk"]})
                };
                let path = || "/identity/v1/accounts".to_owned();
                vec![(path(), Some(opening("320706"))), (path(), Some(opening("320707")))]
            }),
        ),
        (
            "change_account_roles",
            Object(&["admin.ganyu"], |objects| {
                let path = format!("/identity/v1/accounts/{}/roles", objects.clerk);
                send(path, json!({"roles": ["approver"]}))
            }),
        ),
        (
            "disable_account",
            Object(&["admin.ganyu"], |objects| {
                let path = format!("/identity/v1/accounts/{}/disablement", objects.clerk);
                send(path, json!({"reason": "离职"}))
            }),
        ),
    ])
}

fn matters() -> BTreeMap<&'static str, Entry> {
    use Entry::{Nobodys, Object};
    BTreeMap::from([
        ("search_matters", Nobodys),
        ("read_matter", Nobodys),
        (
            "publish_matter",
            Object(EDITORS, |objects| {
                let mut elsewhere = objects.matter.clone();
                elsewhere["body"] = json!(GANYU_BODY);
                let path = || "/matters/v1/matters".to_owned();
                vec![(path(), Some(objects.matter.clone())), (path(), Some(elsewhere))]
            }),
        ),
        (
            "republish_matter",
            Object(EDITORS, |objects| {
                let path = || format!("/matters/v1/matters/{}", objects.matter_id);
                vec![(path(), Some(objects.matter.clone())), (path(), Some(taken_over(objects)))]
            }),
        ),
        (
            "withdraw_matter",
            Object(EDITORS, |objects| {
                let path = format!("/matters/v1/matters/{}/withdrawal", objects.matter_id);
                send(path, json!({"reason": "依据已废止"}))
            }),
        ),
    ])
}

fn intake() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("submit_case", Nobodys),
        ("upload_file", Nobodys),
        (
            "list_own_cases",
            List(|objects| {
                vec![Look {
                    path: "/intake/v1/cases?limit=100",
                    hidden: objects.open_case.clone(),
                    owner: "citizen.chen",
                    strangers: PEOPLE,
                }]
            }),
        ),
        ("read_case", Object(CASE_READERS, |objects| get(case(&objects.open_case, "")))),
        (
            "read_case_timeline",
            Object(CASE_READERS, |objects| get(case(&objects.open_case, "/timeline"))),
        ),
        (
            "read_case_receipt",
            Object(CASE_READERS, |objects| get(case(&objects.open_case, "/receipt"))),
        ),
        (
            "read_case_clock",
            Object(CASE_READERS, |objects| get(case(&objects.open_case, "/clock"))),
        ),
        (
            "list_worklist",
            List(|objects| {
                let acceptance = Look {
                    path: "/intake/v1/worklist?stage=acceptance&limit=100",
                    hidden: objects.open_case.clone(),
                    owner: "clerk.minzheng.1",
                    strangers: CLERKS,
                };
                let decision = Look {
                    path: "/intake/v1/worklist?stage=decision&limit=100",
                    hidden: objects.accepted_case.clone(),
                    owner: "approver.minzheng.1",
                    strangers: APPROVERS,
                };
                vec![acceptance, decision]
            }),
        ),
        (
            "request_case_correction",
            Object(CLERKS, |objects| {
                let items = json!([{"pointer": "/materials/M01", "message": "请重新上传"}]);
                send(case(&objects.open_case, "/correction"), json!({"items": items}))
            }),
        ),
        (
            "resubmit_case",
            Object(PEOPLE, |objects| {
                let body = json!({"form": {}, "materials": []});
                send(case(&objects.open_case, "/resubmission"), body)
            }),
        ),
        (
            "accept_case",
            Object(CLERKS, |objects| send(case(&objects.open_case, "/acceptance"), json!({}))),
        ),
        (
            "refuse_case",
            Object(CLERKS, |objects| {
                let body = json!({"ground": "not_needed", "reason": "依法不需要许可"});
                send(case(&objects.open_case, "/acceptance-refusal"), body)
            }),
        ),
        (
            "decide_case",
            Object(APPROVERS, |objects| {
                let body = json!({"outcome": "denied", "reason": "不符合条件"});
                send(case(&objects.accepted_case, "/decision"), body)
            }),
        ),
        (
            "withdraw_case",
            Object(PEOPLE, |objects| {
                send(case(&objects.open_case, "/withdrawal"), json!({"reason": "不办了"}))
            }),
        ),
        (
            "download_file",
            Object(FILE_READERS, |objects| get(format!("/intake/v1/files/{}", objects.file))),
        ),
    ])
}

fn licences() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("verify_licence", Nobodys),
        ("read_presentation", Nobodys),
        (
            "list_licences",
            List(|objects| {
                let look = |owner, strangers| Look {
                    path: "/licences/v1/licences?limit=100",
                    hidden: objects.licence.clone(),
                    owner,
                    strangers,
                };
                vec![look("citizen.chen", LICENCE_READERS), look("supervisor.haizhou", &[])]
            }),
        ),
        (
            "read_licence",
            Object(LICENCE_READERS, |objects| {
                get(format!("/licences/v1/licences/{}", objects.licence))
            }),
        ),
        (
            "revoke_licence",
            Object(LICENCE_OFFICERS, |objects| {
                let path = format!("/licences/v1/licences/{}/revocation", objects.licence);
                send(path, json!({"ground": "annulled", "reason": "违法取得"}))
            }),
        ),
        (
            "present_licence",
            Object(PEOPLE, |objects| {
                let path = format!("/licences/v1/licences/{}/presentation", objects.licence);
                send(path, json!({}))
            }),
        ),
    ])
}

fn reviews() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    BTreeMap::from([
        ("read_review_statistics", Nobodys),
        ("list_review_tags", Nobodys),
        ("list_review_complaints", Nobodys),
        ("list_review_scores", Nobodys),
        ("export_review_scores", Nobodys),
        ("read_review_figure_rules", Nobodys),
        ("list_review_reports", Nobodys),
        ("reconcile_review_reports", Nobodys),
        ("retry_review_report", Nobodys),
        (
            "list_given_reviews",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/reviews?limit=100",
                    hidden: objects.done_case.clone(),
                    owner: "supervisor.haizhou",
                    strangers: &["supervisor.ganyu"],
                }]
            }),
        ),
        (
            "list_review_indicators",
            List(|_| {
                vec![Look {
                    path: "/reviews/v1/indicators?by=body&limit=100",
                    hidden: BODY.to_owned(),
                    owner: "supervisor.haizhou",
                    strangers: &["supervisor.ganyu"],
                }]
            }),
        ),
        (
            "list_review_signals",
            Object(&["supervisor.ganyu"], |_| get("/reviews/v1/signals?region=320706".into())),
        ),
        (
            "read_review_signal",
            Object(&["supervisor.ganyu"], |objects| {
                get(format!("/reviews/v1/signals/{}", objects.signal))
            }),
        ),
        (
            "list_review_rights",
            List(|objects| {
                vec![Look {
                    path: "/reviews/v1/rights?limit=100",
                    hidden: objects.unreviewed_case.clone(),
                    owner: "org.yungang",
                    strangers: PEOPLE,
                }]
            }),
        ),
        (
            "give_review",
            Object(PEOPLE, |objects| {
                send(
                    format!("/reviews/v1/reviews/{}", objects.unreviewed_case),
                    json!({"stars": 1}),
                )
            }),
        ),
        (
            "read_review",
            Object(&["supervisor.ganyu", "citizen.lin", "org.freight"], |objects| {
                get(format!("/reviews/v1/reviews/{}", objects.done_case))
            }),
        ),
    ])
}
