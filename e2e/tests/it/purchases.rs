//! What of the supermarket's purchases somebody from elsewhere must not reach.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tongban_e2e::{City, until};
use tongban_kernel::{Clock as _, SystemClock};

use crate::requests::{Entry, Look, Objects, Request};

/// What is there of purchases, all of it in 海州区.
pub struct Market {
    /// A purchase of `org.yungang`, won by `agency.cehui.1` and stopped.
    pub purchase: String,
    /// Its requirement.
    pub requirement: Value,
    /// The breach found on it.
    pub breach: String,
    /// The entry in the black list that followed.
    pub honour: String,
    /// A complaint about it, not answered.
    pub complaint: String,
    /// A report in a case of `org.yungang` that was not bought here.
    pub outside: String,
}

/// Managers of another district.
const MANAGERS: &[&str] = &["market.ganyu"];
/// Who buys: for a body of another district, and another firm.
const BUYERS: &[&str] = &["buyer.ganyu", "org.freight"];
/// Firms without a part in the purchase.
const FIRMS: &[&str] = &["org.freight"];
/// Everybody else who has a role in the market, elsewhere.
const READERS: &[&str] = &["market.ganyu", "buyer.ganyu", "org.freight"];

/// Everybody these entries name.
pub const EVERYBODY: &[&str] =
    &["market.ganyu", "market.haizhou.1", "buyer.ganyu", "buyer.haizhou", "agency.cehui.1"];

const PURCHASES: &str = "/supermarket/v1/purchases";

/// Buys once, by the lowest price, and stops by breach.
pub async fn market(city: &City, unreviewed_case: &str) -> Market {
    let owner = city.sign_in("org.yungang").await.unwrap();
    let agency = city.sign_in("agency.cehui.1").await.unwrap();
    let manager = city.sign_in("market.haizhou.1").await.unwrap();
    let matter = "6251ab3f-e43d-5c75-ab69-1fddc703f017";
    let services = format!("/supermarket/v1/services?matter={matter}");
    let service = until("the directory", async || {
        let found = city.anyone().get(&services).await?.expect(200)?;
        Ok(found.body["items"][0]["id"].as_str().map(str::to_owned))
    })
    .await
    .unwrap();
    let ends: chrono::DateTime<Utc> = SystemClock.now() + TimeDelta::seconds(8);
    let requirement = json!({
        "project_name": "海州区示例科技园一期工程", "project_code": "2611-320706-47-01-123459",
        "service": service, "matter_id": matter, "region": "320706", "fund_source": "private",
        "budget_fen": 900_000, "method": "lowest_price",
        "qualifications": {"needed": "any", "codes": ["surveying-a", "surveying-b"]},
        "content": "拟用地范围现状地形图测绘", "service_days": 10,
        "complaint_phone": "0518-85400000", "registration_until": ends.to_rfc3339(),
    });
    let published = owner.post(PURCHASES, &requirement).await.unwrap().expect(201).unwrap();
    let purchase = published.text("/id").unwrap().to_owned();
    let at = |step: &str| format!("{PURCHASES}/{purchase}{step}");
    let quote = json!({"quote": 800_000, "staff": []});
    agency.post(&at("/registration"), &quote).await.unwrap().expect(200).unwrap();
    let filing =
        json!({"purchase": purchase, "subject": "公告期过短", "text": "公告期不足以准备报名材料"});
    let filed = agency.post("/supermarket/v1/complaints", &filing).await.unwrap();
    let complaint = filed.expect(201).unwrap().text("/id").unwrap().to_owned();
    until("the award", async || {
        let view = city.anyone().get(&at("")).await?.expect(200)?;
        Ok((view.body["stage"] == "awaiting_contract").then_some(()))
    })
    .await
    .unwrap();
    let stop = json!({"ground": "agency_breach", "reason": "拒不签订合同"});
    owner.post(&at("/stop"), &stop).await.unwrap().expect(200).unwrap();
    let finding = json!({"found": true, "reason": "经核实"});
    let found = manager.post(&at("/breach"), &finding).await.unwrap().expect(200).unwrap();
    let breach = found.text("/stop/breach").unwrap().to_owned();
    let honour = until("the black list", async || {
        let page = city.anyone().get("/supermarket/v1/honours?colour=black").await?.expect(200)?;
        Ok(page.body["items"][0]["id"].as_str().map(str::to_owned))
    })
    .await
    .unwrap();
    let outside = until("what was bought outside", async || {
        let page = manager.get("/supermarket/v1/outside-purchases?limit=100").await?.expect(200)?;
        let mut items = page.body["items"].as_array().into_iter().flatten();
        let hit = items.find(|one| one["found"]["case_id"] == unreviewed_case);
        Ok(hit.and_then(|one| one["id"].as_str().map(str::to_owned)))
    })
    .await
    .unwrap();
    Market { purchase, requirement, breach, honour, complaint, outside }
}

fn step(objects: &Objects, step: &str, body: Value) -> Vec<Request> {
    vec![(format!("{PURCHASES}/{}{step}", objects.market.purchase), Some(body))]
}

fn look(
    path: &'static str,
    hidden: &str,
    owner: &'static str,
    strangers: &'static [&'static str],
) -> Look {
    Look { path, hidden: hidden.to_owned(), owner, strangers }
}

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Nobodys, Object};
    let mut table: BTreeMap<&'static str, Entry> = [
        "list_purchases",
        "read_purchase",
        "register_for_purchase",
        "withdraw_registration",
        "file_complaint",
        "tell_project",
        "read_project",
        "list_honours",
        "decide_honour_objection",
        "read_purchase_figures",
        "read_purchase_rules",
    ]
    .into_iter()
    .map(|operation| (operation, Nobodys))
    .collect();
    table.extend([
        ("publish_purchase", Object(&["buyer.ganyu"], |objects| {
            vec![(PURCHASES.to_owned(), Some(objects.market.requirement.clone()))]
        })),
        ("list_own_purchases", List(|objects| {
            vec![look("/supermarket/v1/own/purchases?limit=100", &objects.market.purchase, "org.yungang", BUYERS)]
        })),
        ("list_own_registrations", List(|objects| {
            let path = "/supermarket/v1/own/registrations?limit=100";
            vec![look(path, &objects.market.purchase, "agency.cehui.1", FIRMS)]
        })),
        ("read_purchase_record", Object(READERS, |objects| {
            vec![(format!("{PURCHASES}/{}/record", objects.market.purchase), None)]
        })),
        ("list_purchase_receipts", Object(BUYERS, |objects| {
            vec![(format!("{PURCHASES}/{}/receipts", objects.market.purchase), None)]
        })),
        ("download_purchase_document", Object(READERS, |objects| {
            let file = "00000000-0000-4000-8000-000000000000";
            vec![(format!("{PURCHASES}/{}/documents/{file}", objects.market.purchase), None)]
        })),
        ("cancel_purchase", Object(READERS, |objects| {
            step(objects, "/cancellation", json!({"reason": "项目取消"}))
        })),
        ("choose_agency", Object(BUYERS, |objects| {
            step(objects, "/choice", json!({"agency": "a", "reason": "业绩"}))
        })),
        ("upload_contract", Object(BUYERS, |objects| {
            let file = "00000000-0000-4000-8000-000000000000";
            step(objects, "/contract", json!({"number": "HT-1", "price_fen": 800_000,
                "signed_on": "2026-11-23", "service_from": "2026-11-23",
                "service_until": "2026-11-30", "file_id": file}))
        })),
        ("answer_contract", Object(BUYERS, |objects| {
            step(objects, "/contract/answer", json!({"confirmed": true}))
        })),
        ("deliver_result", Object(FIRMS, |objects| {
            let file = "00000000-0000-4000-8000-000000000000";
            step(objects, "/result", json!({"file_ids": [file], "note": "成果"}))
        })),
        ("answer_result", Object(BUYERS, |objects| {
            step(objects, "/result/answer", json!({"confirmed": true}))
        })),
        ("rate_purchase", Object(BUYERS, |objects| {
            let marks = json!({"quality": 1, "timeliness": 1, "attitude": 1, "fees": 1, "conduct": 1, "overall": 1});
            step(objects, "/rating", json!({"marks": marks}))
        })),
        ("stop_purchase", Object(BUYERS, |objects| {
            step(objects, "/stop", json!({"ground": "agreed", "reason": "协商"}))
        })),
        ("decide_breach", Object(MANAGERS, |objects| {
            step(objects, "/breach", json!({"found": false, "reason": "不属实"}))
        })),
        ("lift_breach", Object(MANAGERS, |objects| {
            let path = format!("/supermarket/v1/breaches/{}/lifting", objects.market.breach);
            vec![(path, Some(json!({"reason": "不成立"})))]
        })),
        ("list_complaints", List(|objects| {
            let strangers: &[&str] = &["market.ganyu", "org.freight"];
            let path = "/supermarket/v1/complaints?limit=100";
            vec![
                look(path, &objects.market.complaint, "market.haizhou.1", strangers),
                look(path, &objects.market.complaint, "agency.cehui.1", &[]),
            ]
        })),
        ("read_complaint", Object(&["market.ganyu", "org.freight"], |objects| {
            vec![(format!("/supermarket/v1/complaints/{}", objects.market.complaint), None)]
        })),
        ("answer_complaint", Object(MANAGERS, |objects| {
            let path = format!("/supermarket/v1/complaints/{}/acceptance", objects.market.complaint);
            vec![(path, Some(json!({"taken_up": true})))]
        })),
        ("decide_complaint", Object(MANAGERS, |objects| {
            let path = format!("/supermarket/v1/complaints/{}/decision", objects.market.complaint);
            vec![(path, Some(json!({"upheld": true, "reason": "成立"})))]
        })),
        ("list_outside_purchases", List(|objects| {
            let path = "/supermarket/v1/outside-purchases?limit=100";
            let strangers: &[&str] = &["market.ganyu", "buyer.ganyu", "buyer.haizhou"];
            vec![look(path, &objects.market.outside, "market.haizhou.1", strangers)]
        })),
        ("answer_outside_purchase", Object(&["market.ganyu", "buyer.ganyu", "buyer.haizhou"], |objects| {
            let path = format!("/supermarket/v1/outside-purchases/{}/answer", objects.market.outside);
            vec![(path, Some(json!({"ground": "other", "explanation": "说明"})))]
        })),
        ("close_outside_purchase", Object(MANAGERS, |objects| {
            let path = format!("/supermarket/v1/outside-purchases/{}/closure", objects.market.outside);
            vec![(path, Some(json!({"should_have_been": false, "reason": "属实"})))]
        })),
        ("object_to_honour", Object(FIRMS, |objects| {
            let path = format!("/supermarket/v1/honours/{}/objection", objects.market.honour);
            vec![(path, Some(json!({"text": "异议"})))]
        })),
        ("read_purchase_signals", Object(MANAGERS, |_| {
            vec![("/supermarket/v1/figures/signals?region=320706".to_owned(), None)]
        })),
    ]);
    table
}
