//! 双随机、一公开: a restaurant licensed in the platform is drawn, inspected by two bodies together, corrected,
//! published; its credit class changes, and the next draw goes by it.

mod drawing;
mod outcome;
mod visiting;

use serde_json::{Value, json};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Entropy as _, SystemEntropy};

use self::drawing::{dispatched, draw_inspectors, draw_objects, plan};
use self::outcome::{credit, publish};
use self::visiting::inspect;
use crate::case::{CASES, knows, until};
use crate::story::at;
use crate::year::{Person, form};
use crate::{Caller, Error, Story, StoryOutcome, papers};

/// 海州区市场监督管理局（示例）, which leads.
const MARKET: &str = "11320706MB0000004L";
/// 海州区消防救援大队（示例）.
const FIRE: &str = "11320706MB0000013J";
/// An officer without part in it, who witnesses the draws.
const WITNESS: &str = "supervisor.haizhou";
/// The witness's name in the draws.
const PARTY: &str = "witness";

/// What the story leaves behind, for those who look at it afterwards.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// The licence, as every story has one.
    pub outcome: StoryOutcome,
    /// Credit code of the restaurant.
    pub code: String,
    /// Login of its account.
    pub login: String,
    /// Password of its account.
    pub password: String,
    /// The first task.
    pub task: String,
    /// The visit.
    pub visit: String,
    /// A file of it.
    pub evidence: String,
    /// What is published of the leading body's part.
    pub publication: String,
    /// The credit event that counts for it.
    pub entry: String,
    /// An inspector sent by the leading body.
    pub inspector: String,
}

/// Tells the whole story.
///
/// # Errors
/// When anything goes another way.
pub async fn restaurant(story: &mut Story<'_>) -> Result<StoryOutcome, Error> {
    inspected(story).await.map(|inspected| inspected.outcome)
}

/// As [`restaurant`], with everything it leaves behind.
///
/// # Errors
/// When anything goes another way.
pub async fn inspected(story: &mut Story<'_>) -> Result<Inspected, Error> {
    story.chapter(
        "双随机、一公开 A restaurant is drawn, inspected by two bodies, corrected, published",
    );
    let owner = Owner::register(story).await?;
    let outcome = licensed(story, &owner).await?;
    let planner = story.sign_in("planner.shichang").await?;
    known(story, &planner, &owner).await?;
    let witness = story.sign_in(WITNESS).await?;
    let me = witness.get("/identity/v1/me").await?.expect(200)?;
    let parties = json!({"witnesses": [
        {"party": PARTY, "name": me.text("/name")?, "account": me.text("/id")?},
    ]});
    let matters = matters(story).await?;

    let all = json!({"exception": "重点检查事项，随机抽取仅确定检查次序", "rate": 10_000});
    let task = plan(story, &planner, &matters, "餐饮单位部门联合抽查", &all).await?;
    draw_objects(story, &planner, &witness, &parties, &task).await?;
    draw_inspectors(story, &planner, &witness, &parties, &task).await?;
    let visit = dispatched(story, &planner, &task, &owner).await?;
    let (evidence, inspector) = inspect(story, &owner, &visit).await?;
    let publication = publish(story, &owner).await?;
    let entry = credit(story, &owner).await?;

    let task2 = plan(story, &planner, &matters, "餐饮单位分级抽查", &json!({})).await?;
    let drawn = draw_objects(story, &planner, &witness, &parties, &task2).await?;
    if !drawn.contains(&owner.object) {
        return Err(Error::Unexpected("a class drawn whole, and one of it was not".to_owned()));
    }
    story.say("    信用类别 C 抽查比例 100%，该单位再次被抽中 class C is drawn whole: drawn again");
    Ok(Inspected {
        outcome,
        code: owner.code,
        login: owner.login,
        password: owner.password,
        task,
        visit,
        evidence,
        publication,
        entry,
        inspector,
    })
}

/// The restaurant.
struct Owner {
    caller: Caller,
    login: String,
    password: String,
    name: String,
    code: String,
    object: String,
}

impl Owner {
    /// A restaurant that was never there before.
    async fn register(story: &mut Story<'_>) -> Result<Self, Error> {
        let mut random = [0_u8; 4];
        SystemEntropy.fill(&mut random);
        let number = u32::from_le_bytes(random) % 10_000_000;
        let code = uscc::complete(&format!("91320706MC{number:07}"))
            .map_err(|invalid| Error::Unexpected(invalid.message_zh().to_owned()))?;
        let name = format!("海州示例餐饮{number:07}有限公司（示例）");
        let (login, password) = (format!("org.canyin.{number:07}"), format!("Canyin 2026 {code}"));
        let registration = json!({
            "login": login, "password": password, "kind": "organisation", "name": name,
            "document_number": code,
        });
        let answer = story.city.anyone().post("/identity/v1/registrations", &registration).await?;
        story.step("企业注册 A restaurant registers", answer, 201, |_| {
            format!("{name} {code}")
        })?;
        let caller = story.city.sign_in_with(&login, &password).await?;
        let object = tongban_contracts::supervision::object_id(&code).to_string();
        Ok(Self { caller, login, password, name, code, object })
    }
}

/// The licence of the restaurant.
async fn licensed(story: &mut Story<'_>, owner: &Owner) -> Result<StoryOutcome, Error> {
    let what = "食品（含保健食品）经营许可（新设）";
    let guide = story.find_matter(what, "320706", "海州区行政审批局").await?;
    let matter = guide.text("/id")?.to_owned();
    let person = Person { name: owner.name.clone(), document: owner.code.clone(), citizen: false };
    let form = form(&guide.body["matter"]["form_schema"], &person)?;
    let mut materials = Vec::new();
    for material in guide.body["matter"]["materials"].as_array().into_iter().flatten() {
        let (code, name) = (at(material, "code"), at(material, "name"));
        let page = papers::page(&format!("material {code}"));
        materials.push(story.upload(&owner.caller, code, &format!("{name}.pdf"), page).await?);
    }
    knows(&owner.caller, &matter, &story.key("probe")).await?;
    let application = json!({"matter_id": matter, "form": form, "materials": materials});
    let case = owner.caller.post_once(CASES, &story.key("submit"), &application).await?;
    let case = story.step("申请食品经营许可 Apply for the licence", case, 201, |body| {
        format!("{}, {}", at(body, "number"), at(body, "state_name"))
    })?;
    let id = case.text("/id")?.to_owned();
    let clerk = story.sign_in("clerk.haizhou.1").await?;
    let accepted = story.act("受理 Accept", &clerk, &id, "acceptance", &json!({})).await?;
    let approver = story.sign_in("approver.haizhou.1").await?;
    let approval = json!({"outcome": "approved", "reason": "符合法定条件"});
    story.act("准予许可 Approve", &approver, &id, "decision", &approval).await?;
    let licence = story.licence_of(&owner.caller, &id).await?;
    Ok(StoryOutcome {
        case_number: case.text("/number")?.to_owned(),
        due: accepted.text("/due")?.to_owned(),
        licence: licence.text("/licence/identifier")?.to_owned(),
        case_id: id,
        applicant: owner.login.clone(),
    })
}

/// Being licensed, it is an object of inspection; its industry comes from the market register.
async fn known(story: &mut Story<'_>, planner: &Caller, owner: &Owner) -> Result<(), Error> {
    let path = format!("/supervision/v1/objects/{}", owner.object);
    let object = until("the library of objects to know it", async || {
        let answer = planner.get(&path).await?;
        Ok((answer.status == 200).then_some(answer))
    })
    .await?;
    let what = "许可入库 Being licensed, it is an object of inspection";
    story.step(what, object, 200, |body| {
        format!("{} {}, 信用类别 class {}", at(body, "code"), owner.name, at(body, "grade"))
    })?;
    let import = json!({"objects": [{"code": owner.code, "particulars": {
        "kind": "enterprise", "name": owner.name, "address": "江苏省连云港市海州区示例路 18 号",
        "region": "320706", "industry": "6210", "premises": [],
    }}]});
    let method = reqwest::Method::PUT;
    let path = "/supervision/v1/object-imports";
    let imported = planner.call(method, path, Some(&import), None).await?;
    story.step("补充行业信息 Its industry is filled in", imported, 200, |_| {
        "6210".to_owned()
    })?;
    Ok(())
}

/// The key matters of both bodies, as entries name them.
async fn matters(story: &mut Story<'_>) -> Result<Value, Error> {
    let anyone = story.city.anyone();
    let mut named = Vec::new();
    for (code, body) in [("SP-004", MARKET), ("XF-001", FIRE)] {
        let path = format!("/supervision/v1/matters?limit=100&body={body}");
        let list = anyone.get(&path).await?;
        let list = story.step("抽查事项清单 The list of matters", list, 200, |body| {
            let items = body["items"].as_array().into_iter().flatten();
            items.map(|one| format!("{} ", at(one, "name"))).collect()
        })?;
        let mut items = list.body["items"].as_array().into_iter().flatten();
        let found = items.find(|one| at(one, "code") == code);
        let found = found.ok_or_else(|| Error::Unexpected(format!("no matter {code}")))?;
        named.push(json!({"matter": found["id"], "body": body}));
    }
    Ok(named.into())
}
