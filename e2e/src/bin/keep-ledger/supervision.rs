//! What can happen to supervision without waiting for days to go by: the restaurant's story, and what it leaves out.

use reqwest::Method;
use serde_json::{Value, json};
use tongban_contracts::supervision::{object_id, task_id};
use tongban_e2e::{Caller, City, Error, Inspected, Story, until};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Clock as _, SystemClock, civil_date};

use crate::{put, send};

/// 海州区市场监督管理局（示例）.
const MARKET: &str = "11320706MB0000004L";
/// Its name.
const MARKET_NAME: &str = "海州区市场监督管理局（示例）";

/// Plays it all.
pub async fn play(city: &City, print: &mut (dyn FnMut(&str) + Send)) -> Result<(), Error> {
    let inspected = tongban_e2e::inspected(&mut Story::new(city, print)).await?;
    let planner = city.sign_in("planner.shichang").await?;
    let chief = city.sign_in("chief.shichang").await?;
    replace(&planner, &inspected).await?;
    penalties(city, &chief, &inspected).await?;
    credit(city, &chief, &inspected).await?;
    libraries(&planner).await?;
    plans(city, &planner, &chief).await
}

fn at(path: &str) -> String {
    format!("/supervision/v1/{path}")
}

fn reason() -> Value {
    json!({"reason": "示例"})
}

/// The next of the draw comes instead of an inspector of the first task; visits that began stay as they are.
async fn replace(planner: &Caller, inspected: &Inspected) -> Result<(), Error> {
    let path = at(&format!("tasks/{}", inspected.task));
    let task = planner.get(&path).await?.expect(200)?;
    let staff = task.body["staff"].as_array().into_iter().flatten();
    let mut own = staff.filter(|one| one["body"] == MARKET);
    let inspector = own.next().map(|one| one["inspectors"][1]["id"].clone());
    let body =
        json!({"body": MARKET, "inspector": inspector, "cause": "unavailable", "reason": "示例"});
    send(planner, &format!("{path}/inspector-replacements"), &body, 200).await.map(drop)
}

/// One whose decision is changed and then revoked, one that falls before it is published.
async fn penalties(city: &City, chief: &Caller, inspected: &Inspected) -> Result<(), Error> {
    let handler = city.sign_in("handler.shichang").await?;
    let today = civil_date(SystemClock.now());
    let mut ids = Vec::new();
    for number in ["示例罚 1 号", "示例罚 2 号"] {
        let penalty = json!({
            "number": number, "title": "示例案", "small": false, "subject_code": inspected.code,
            "subject_name": "示例", "natural_person": false, "summary": "罚款 5000 元",
            "handling": "罚款 5000 元", "decided_on": today, "body_name": MARKET_NAME,
        });
        let registered = send(&handler, &at("penalties"), &penalty, 201).await?;
        ids.push(registered.text("/id")?.to_owned());
    }
    let shown = |step: &str| at(&format!("publications/{}/{step}", ids[0]));
    let change = |fate: &str| json!({"fate": fate, "basis": "示例复决 1 号", "on": today});
    send(chief, &shown("publication"), &json!({}), 200).await?;
    counted(city, inspected, "5000").await?;
    send(&handler, &shown("overruling"), &change("changed"), 200).await?;
    let correction =
        json!({"summary": "罚款 2000 元", "handling": "罚款 2000 元", "reason": "复议变更"});
    send(chief, &shown("correction"), &correction, 200).await?;
    counted(city, inspected, "2000").await?;
    send(&handler, &shown("overruling"), &change("revoked"), 200).await?;
    send(chief, &shown("withdrawal"), &reason(), 200).await?;
    let never = at(&format!("publications/{}/overruling", ids[1]));
    send(&handler, &never, &change("void"), 200).await.map(drop)
}

/// Waits until the register of credit says something.
async fn counted(city: &City, inspected: &Inspected, what: &str) -> Result<(), Error> {
    let owner = city.sign_in_with(&inspected.login, &inspected.password).await?;
    until("the register of credit to follow", async || {
        let credit = owner.get(&at("credit")).await?.expect(200)?;
        Ok(credit.body["entries"].to_string().contains(what).then_some(()))
    })
    .await
}

/// A repair, and a result that is amended.
async fn credit(city: &City, chief: &Caller, inspected: &Inspected) -> Result<(), Error> {
    let owner = city.sign_in_with(&inspected.login, &inspected.password).await?;
    let repair = json!({"entry": inspected.entry, "kind": "repair", "statement": "已改正"});
    let path = at(&format!("credit/{}/requests", inspected.code));
    let asked = send(&owner, &path, &repair, 201).await?;
    let officer = city.sign_in("credit.haizhou.1").await?;
    let path = at(&format!("credit-requests/{}/answer", asked.text("/requests/0/id")?));
    let answer = json!({"code": inspected.code, "granted": true, "reason": "经核查，准予修复"});
    send(&officer, &path, &answer, 200).await?;
    let amendment =
        json!({"body": MARKET, "code": "1", "summary": "示例更正", "reason": "适用条款有误"});
    let path = at(&format!("inspections/{}/amendment", inspected.visit));
    send(chief, &path, &amendment, 200).await?;
    let licences = city.sign_in("licences.haizhou").await?;
    let end = json!({"ground": "taken_away", "reason": "示例"});
    let path = format!("/licences/v1/licences/{}/revocation", inspected.outcome.licence);
    send(&licences, &path, &end, 200).await.map(drop)
}

/// Objects that may be one, inspectors who come and go, a matter that is withdrawn.
async fn libraries(planner: &Caller) -> Result<(), Error> {
    let code = |number: u32| {
        uscc::complete(&format!("91320706MD{number:07}"))
            .map_err(|invalid| Error::Unexpected(invalid.message_zh().to_owned()))
    };
    let mut objects = Vec::new();
    let mut ids = Vec::new();
    for (number, name) in [(1, "甲"), (2, "甲"), (3, "乙"), (4, "乙")] {
        let code = code(number)?;
        ids.push(object_id(&code).to_string());
        objects.push(json!({"code": code, "particulars": {
            "kind": "enterprise", "name": format!("示例{name}有限公司（示例）"),
            "address": format!("海州区示例{name}路 1 号"), "region": "320706", "industry": "5211", "premises": [],
        }}));
    }
    let import = at("object-imports");
    let whole = json!({"objects": objects});
    planner.call(Method::PUT, &import, Some(&whole), None).await?.expect(200)?;
    objects[0]["particulars"]["industry"] = "5219".into();
    let changed = json!({"objects": [objects[0]]});
    planner.call(Method::PUT, &import, Some(&changed), None).await?.expect(200)?;
    let object = |place: usize, step: &str| at(&format!("objects/{}/{step}", ids[place]));
    let merge = json!({"into": ids[0], "reason": "示例"});
    send(planner, &object(1, "merge"), &merge, 200).await?;
    let two = json!({"other": ids[3], "reason": "示例"});
    send(planner, &object(2, "distinction"), &two, 200).await?;
    send(planner, &object(3, "removal"), &reason(), 200).await?;
    send(planner, &object(3, "restoration"), &reason(), 200).await?;

    let mut inspector = json!({
        "certificate": "JS-KEEP-0001", "name": "检查员（示例）", "body": MARKET,
        "body_name": MARKET_NAME, "region": "320706", "qualifications": [
            {"code": "food", "name": "食品安全监督检查", "from": "2024-01-01", "until": "2028-12-31"},
        ],
    });
    let made = send(planner, &at("inspectors"), &inspector, 201).await?;
    let path = at(&format!("inspectors/{}", made.text("/id")?));
    inspector["name"] = "检查员二（示例）".into();
    put(planner, &path, &inspector).await?.expect(200)?;
    let recusal = json!({"object": ids[0], "relation": "kinship", "reason": "示例"});
    send(planner, &format!("{path}/recusals"), &recusal, 200).await?;
    send(planner, &format!("{path}/recusals/{}/lifting", ids[0]), &reason(), 200).await?;
    send(planner, &format!("{path}/departure"), &reason(), 200).await?;
    let matter = matter(planner, "SP-002").await?;
    send(planner, &at(&format!("matters/{matter}/withdrawal")), &reason(), 200).await.map(drop)
}

/// Identifier of a matter of the market bureau.
async fn matter(by: &Caller, code: &str) -> Result<String, Error> {
    let list = by.get(&at(&format!("matters?limit=100&body={MARKET}"))).await?.expect(200)?;
    let mut items = list.body["items"].as_array().into_iter().flatten();
    let found = items.find(|one| one["code"] == code).and_then(|one| one["id"].as_str());
    found.map(str::to_owned).ok_or_else(|| Error::Unexpected(format!("no matter {code}")))
}

/// A plan that goes back and is withdrawn, and a task that is cancelled.
async fn plans(city: &City, planner: &Caller, chief: &Caller) -> Result<(), Error> {
    let matter = matter(planner, "SP-001").await?;
    let asked = json!({
        "name": "示例计划", "kind": "yearly", "year": 2026, "body_name": MARKET_NAME,
        "region": "320706", "ratio_table": "shandong-2017",
        "entries": [{
            "name": "餐饮抽查", "matters": [{"matter": matter, "body": MARKET}],
            "bodies": [{"body": MARKET, "body_name": MARKET_NAME, "lead": true, "inspectors": 2}],
            "region": "320706",
            "scope": {"kinds": [], "industries": ["62"], "licence_types": []},
            "from": "2026-12-01", "until": "2026-12-31",
        }],
    });
    for cancelled in [true, false] {
        let made = send(planner, &at("plans"), &asked, 201).await?;
        let id = made.text("/id")?.to_owned();
        let plan = |step: &str| at(&format!("plans/{id}{step}"));
        send(chief, &plan("/return"), &reason(), 200).await?;
        put(planner, &plan(""), &asked).await?.expect(200)?;
        send(chief, &plan("/approval"), &json!({}), 200).await?;
        send(chief, &plan("/publication"), &json!({}), 200).await?;
        let task = at(&format!("tasks/{}", task_id(&id, "001")));
        until("the task", async || Ok((planner.get(&task).await?.status == 200).then_some(())))
            .await?;
        if cancelled {
            send(planner, &format!("{task}/cancellation"), &reason(), 200).await?;
        } else {
            send(chief, &plan("/withdrawal"), &reason(), 200).await?;
        }
    }
    // Whoever supervises the region sees that both are over.
    let supervisor = city.sign_in("supervisor.haizhou").await?;
    supervisor.get(&at("tasks?limit=100")).await?.expect(200).map(drop)
}
