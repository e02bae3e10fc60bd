//! What of the supermarket's agencies, directory and documents somebody from elsewhere must not reach.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_e2e::{Caller, City, papers};

use crate::requests::{Entry, Look, Objects, Request};

/// What is there of agencies and of what is published, all of it in 海州区.
pub struct Agencies {
    /// The agency of `agency.cehui.1`.
    agency: String,
    /// The agency of `agency.zaojia.1`, about to be excluded.
    accused: String,
    /// A service in force, and its entry.
    service: String,
    entry: Value,
    /// A service that waits for the second officer.
    drafted: String,
    /// A document that waits for the second officer, and its draft.
    document: String,
    draft: Value,
    /// A request of `agency.cehui.1` to be linked.
    link: String,
    /// A file of `reviewer.ziran`.
    file: String,
}

const SERVICES: &str = "/supermarket/v1/services";
const DOCUMENTS: &str = "/supermarket/v1/documents";
const LINKS: &str = "/supermarket/v1/links";
/// Who keeps the market elsewhere.
const MANAGERS: &[&str] = &["market.ganyu"];
/// Who maintains what is published elsewhere, and for another trade of the district.
const EDITORS: &[&str] = &["market.ganyu", "reviewer.ganyu", "reviewer.zhujian"];
/// Firms that are not the agency.
const FIRMS: &[&str] = &["org.freight", "agency.zaojia.1"];

/// Everybody these entries name.
pub const EVERYBODY: &[&str] = &[
    "market.ganyu",
    "market.haizhou.1",
    "reviewer.ziran",
    "reviewer.zhujian",
    "reviewer.ganyu",
    "agency.cehui.1",
    "agency.zaojia.1",
];

async fn id_of(caller: &Caller, path: &str, body: &Value) -> String {
    let answer = caller.post(path, body).await.unwrap().expect(201).unwrap();
    answer.text("/id").unwrap().to_owned()
}

/// Puts it all there.
pub async fn agencies(city: &City) -> Agencies {
    let own = async |login: &str| {
        let caller = city.sign_in(login).await.unwrap();
        let file = caller.get("/supermarket/v1/own-agency").await.unwrap().expect(200).unwrap();
        (caller, file.text("/id").unwrap().to_owned())
    };
    let (cehui, agency) = own("agency.cehui.1").await;
    let (_, accused) = own("agency.zaojia.1").await;
    let manager = city.sign_in("market.haizhou.1").await.unwrap();
    let reviewer = city.sign_in("reviewer.ziran").await.unwrap();
    let order = json!({"rule": "false-report", "facts": "示例"});
    let path = format!("/supermarket/v1/agencies/{accused}/sanctions");
    manager.post(&path, &order).await.unwrap().expect(201).unwrap();
    let matter = "6251ab3f-e43d-5c75-ab69-1fddc703f017";
    let found = city.anyone().get(&format!("{SERVICES}?matter={matter}")).await.unwrap();
    let sample = found.text("/items/0/id").unwrap().to_owned();
    let shown = city.anyone().get(&format!("{SERVICES}/{sample}")).await.unwrap();
    let mut entry = shown.body["service"].clone();
    entry["name"] = json!("示例测绘");
    entry["qualifications"]["codes"] = json!([]);
    entry["staff"] = json!([]);
    let service = id_of(&reviewer, SERVICES, &entry).await;
    let word = json!({"confirmed": true, "reason": "依据明确"});
    let path = format!("{SERVICES}/{service}/decision");
    manager.post(&path, &word).await.unwrap().expect(200).unwrap();
    let asked = json!({"service_id": service, "certificates": []});
    let link = id_of(&cehui, LINKS, &asked).await;
    let drafted = id_of(&reviewer, SERVICES, &entry).await;
    let draft = json!({"body": entry["industry_body"], "region": "320706", "kind": "assessment",
        "title": "示例考核办法", "text": "示例"});
    let document = id_of(&reviewer, DOCUMENTS, &draft).await;
    let file = reviewer.upload_to("/supermarket/v1/files", "p.png", papers::portrait()).await;
    let file = file.unwrap().expect(201).unwrap().text("/id").unwrap().to_owned();
    Agencies { agency, accused, service, entry, drafted, document, draft, link, file }
}

fn send(path: String, body: Value) -> Vec<Request> {
    vec![(path, Some(body))]
}

fn of_agency(objects: &Objects, step: &str) -> String {
    format!("/supermarket/v1/agencies/{}{step}", objects.agencies.agency)
}

fn sanction(objects: &Objects, step: &str) -> String {
    format!("/supermarket/v1/agencies/{}/sanctions/1/{step}", objects.agencies.accused)
}

fn look(
    path: &'static str,
    hidden: &str,
    owner: &'static str,
    strangers: &'static [&'static str],
) -> Vec<Look> {
    vec![Look { path, hidden: hidden.to_owned(), owner, strangers }]
}

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    let mut table: BTreeMap<&'static str, Entry> = [
        "register_agency",
        "list_agencies",
        "read_agency",
        "read_agency_records",
        "list_discipline_rules",
        "request_link",
        "list_services",
        "read_service",
        "list_service_versions",
        "list_service_agencies",
        "read_service_figures",
        "list_documents",
        "read_document",
        "list_document_versions",
        "download_attachment",
        "upload_market_file",
    ]
    .into_iter()
    .map(|operation| (operation, Entry::Nobodys))
    .collect();
    table.extend(of_agencies());
    table.extend(of_links());
    table.extend(of_what_is_published());
    table
}

fn of_agencies() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "read_own_agency",
            List(|objects| {
                let path = "/supermarket/v1/own-agency";
                look(path, &objects.agencies.agency, "agency.cehui.1", &["agency.zaojia.1"])
            }),
        ),
        (
            "read_agency_file",
            Object(&["market.ganyu", "reviewer.ganyu", "org.freight"], |objects| {
                vec![(of_agency(objects, "/file"), None)]
            }),
        ),
        (
            "change_agency",
            Object(FIRMS, |objects| {
                let contact =
                    json!({"person": "示例", "phone": "0518-80000000", "address": "示例路"});
                let details = json!({"region": "320706", "contact": contact, "staff": [], "qualifications": []});
                send(of_agency(objects, "/details"), details)
            }),
        ),
        (
            "publish_offer",
            Object(FIRMS, |objects| {
                let offer = json!({"fee_fen": 1, "unit": objects.agencies.entry["fee"]["unit"],
                    "business_days": 1, "conditions": ["示例"], "flow": ["示例"]});
                let step = format!("/offers/{}", objects.agencies.service);
                send(of_agency(objects, &step), offer)
            }),
        ),
        (
            "withdraw_offer",
            Object(FIRMS, |objects| {
                let step = format!("/offers/{}", objects.agencies.service);
                vec![(of_agency(objects, &step), None)]
            }),
        ),
        (
            "leave_supermarket",
            Object(FIRMS, |objects| send(of_agency(objects, "/exit"), json!({"reason": "示例"}))),
        ),
        (
            "sanction_agency",
            Object(MANAGERS, |objects| {
                let order = json!({"rule": "overcharging", "facts": "示例"});
                send(of_agency(objects, "/sanctions"), order)
            }),
        ),
        (
            "confirm_exclusion",
            Object(MANAGERS, |objects| {
                let word = json!({"confirmed": true, "reason": "示例"});
                send(sanction(objects, "confirmation"), word)
            }),
        ),
        (
            "lift_sanction",
            Object(MANAGERS, |objects| {
                send(sanction(objects, "lifting"), json!({"reason": "示例"}))
            }),
        ),
        (
            "appeal_sanction",
            Object(&["org.freight", "agency.cehui.1"], |objects| {
                send(sanction(objects, "appeal"), json!({"ground": "示例"}))
            }),
        ),
        (
            "decide_sanction_appeal",
            Object(MANAGERS, |objects| {
                let decision = json!({"upheld": true, "reason": "示例"});
                send(sanction(objects, "appeal/decision"), decision)
            }),
        ),
        (
            "list_pending_sanctions",
            List(|objects| {
                let path = "/supermarket/v1/pending-sanctions?limit=100";
                look(path, &objects.agencies.accused, "market.haizhou.1", MANAGERS)
            }),
        ),
    ])
}

fn of_links() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "list_links",
            List(|objects| {
                let path = "/supermarket/v1/links?limit=100";
                let mut looks = look(path, &objects.agencies.link, "agency.cehui.1", FIRMS);
                looks.extend(look(path, &objects.agencies.link, "reviewer.ziran", EDITORS));
                looks
            }),
        ),
        (
            "read_link",
            Object(&["org.freight", "market.ganyu", "reviewer.zhujian"], |objects| {
                vec![(format!("{LINKS}/{}", objects.agencies.link), None)]
            }),
        ),
        (
            "decide_link",
            Object(&["reviewer.ganyu", "reviewer.zhujian"], |objects| {
                let path = || format!("{LINKS}/{}/decision", objects.agencies.link);
                let word =
                    |approved: bool| Some(json!({"approved": approved, "reasons": ["示例"]}));
                vec![(path(), word(true)), (path(), word(false))]
            }),
        ),
        (
            "withdraw_link",
            Object(FIRMS, |objects| {
                let path = format!("{LINKS}/{}/withdrawal", objects.agencies.link);
                send(path, json!({"reason": "示例"}))
            }),
        ),
        (
            "download_market_file",
            Object(&["citizen.lin", "org.freight", "market.ganyu"], |objects| {
                vec![(format!("/supermarket/v1/files/{}", objects.agencies.file), None)]
            }),
        ),
    ])
}

fn of_what_is_published() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "draft_service",
            Object(EDITORS, |objects| send(SERVICES.to_owned(), objects.agencies.entry.clone())),
        ),
        (
            "redraft_service",
            Object(EDITORS, |objects| {
                let path = format!("{SERVICES}/{}", objects.agencies.service);
                let mut taken_over = objects.agencies.entry.clone();
                taken_over["region"] = json!("320707");
                let entry = objects.agencies.entry.clone();
                vec![(path.clone(), Some(entry)), (path, Some(taken_over))]
            }),
        ),
        (
            "propose_service_withdrawal",
            Object(EDITORS, |objects| {
                let path = format!("{SERVICES}/{}/withdrawal", objects.agencies.service);
                send(path, json!({"reason": "示例"}))
            }),
        ),
        (
            "decide_service",
            Object(MANAGERS, |objects| {
                let path = format!("{SERVICES}/{}/decision", objects.agencies.drafted);
                send(path, json!({"confirmed": true, "reason": "示例"}))
            }),
        ),
        (
            "list_pending_services",
            List(|objects| {
                let path = "/supermarket/v1/pending-services?limit=100";
                look(path, &objects.agencies.drafted, "market.haizhou.1", EDITORS)
            }),
        ),
        (
            "draft_document",
            Object(EDITORS, |objects| send(DOCUMENTS.to_owned(), objects.agencies.draft.clone())),
        ),
        (
            "redraft_document",
            Object(EDITORS, |objects| {
                let path = format!("{DOCUMENTS}/{}", objects.agencies.document);
                send(path, objects.agencies.draft.clone())
            }),
        ),
        (
            "propose_document_repeal",
            Object(EDITORS, |objects| {
                let path = format!("{DOCUMENTS}/{}/repeal", objects.agencies.document);
                send(path, json!({"reason": "示例"}))
            }),
        ),
        (
            "decide_document",
            Object(EDITORS, |objects| {
                let path = format!("{DOCUMENTS}/{}/decision", objects.agencies.document);
                send(path, json!({"confirmed": true, "reason": "示例"}))
            }),
        ),
        (
            "list_pending_documents",
            List(|objects| {
                let path = "/supermarket/v1/pending-documents?limit=100";
                look(path, &objects.agencies.document, "market.haizhou.1", EDITORS)
            }),
        ),
    ])
}
