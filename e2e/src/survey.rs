//! 建设用地规划许可: a firm buys the survey in the intermediary supermarket, by a draw that anyone can check, and uses
//! the report in its application.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tongban_kernel::{Clock as _, SystemClock};

use crate::case::{CASES, knows};
use crate::ceremony::{self, wait};
use crate::story::at;
use crate::{Caller, Error, Story, StoryOutcome, papers};

/// Who buys and applies.
const OWNER: &str = "org.yungang";
/// Who offers.
const AGENCIES: [&str; 3] = ["agency.cehui.1", "agency.cehui.2", "agency.cehui.3"];
/// Who witnesses the draw: an officer who has no part in the purchase.
const WITNESS: &str = "supervisor.haizhou";
/// Path of the purchases.
const PURCHASES: &str = "/supermarket/v1/purchases";
/// What the service may cost at most here, in fen.
const BUDGET: i64 = 900_000;

/// Tells the whole story.
///
/// # Errors
/// When anything goes another way.
pub async fn survey(story: &mut Story<'_>) -> Result<StoryOutcome, Error> {
    story.chapter(
        "中介超市随机抽取 A survey bought by a draw anyone can check, and used in a permit",
    );
    let guide = story
        .find_matter("建设用地（含临时用地）规划许可证核发", "320706", "海州区自然资源")
        .await?;
    let matter = guide.text("/id")?.to_owned();
    let (service, material) = needed_service(story, &matter).await?;

    let owner = story.sign_in(OWNER).await?;
    let witness = story.sign_in(WITNESS).await?;
    let purchase = publish(story, &owner, &witness, &matter, &service).await?;
    for login in AGENCIES {
        register(story, &purchase, login).await?;
    }
    let winner = draw(story, &purchase, &witness).await?;
    let report = serve(story, &purchase, &owner, &winner).await?;
    rate(story, &purchase, &owner).await?;
    apply(story, &owner, &matter, &material, report).await
}

/// The service that the matter needs, and the material that its result is.
async fn needed_service(story: &mut Story<'_>, matter: &str) -> Result<(String, String), Error> {
    let path = format!("/supermarket/v1/services?matter={matter}");
    let anyone = story.city.anyone();
    let found = crate::until("the directory to know the matter", async || {
        let found = anyone.get(&path).await?.expect(200)?;
        Ok(found.body["items"][0].is_object().then_some(found))
    })
    .await?;
    let what = "查中介服务事项清单 The directory says which service it needs";
    let found = story.step(what, found, 200, |body| at(&body["items"][0], "name").to_owned())?;
    let service = found.text("/items/0/id")?.to_owned();
    let entry = anyone.get(&format!("/supermarket/v1/services/{service}")).await?;
    let what = "法定依据和收费上限 Its legal basis and highest fee";
    let entry = story.step(what, entry, 200, |body| {
        let service = &body["service"];
        let basis = &service["basis"][0];
        let (title, article) = (at(basis, "title"), at(basis, "article"));
        format!("{title} {article}, 上限 cap {} 分 fen", service["fee"]["cap_fen"])
    })?;
    let matters = entry.body["service"]["matters"].as_array().into_iter().flatten();
    let mut own = matters.filter(|one| at(one, "matter_id") == matter);
    let material = own.next().map(|one| at(one, "material_code").to_owned());
    let none = || Error::Unexpected(format!("{}: no material of the matter", entry.what));
    Ok((service, material.ok_or_else(none)?))
}

/// 采购公告: refused while the project code is wrong, then published.
async fn publish(
    story: &mut Story<'_>,
    owner: &Caller,
    witness: &Caller,
    matter: &str,
    service: &str,
) -> Result<String, Error> {
    let me = witness.get("/identity/v1/me").await?.expect(200)?;
    let until = now() + chrono::TimeDelta::seconds(20);
    let mut requirement = json!({
        "project_name": "海州区示例科技园一期工程", "project_code": "2611-320706-47-01-123458",
        "service": service, "matter_id": matter, "region": "320706",
        "fund_source": "private", "budget_fen": BUDGET, "method": "random_draw",
        "qualifications": {"needed": "any", "codes": ["surveying-a", "surveying-b"]},
        "staff": [{"qualification": "registered-surveyor", "number": 1}],
        "content": "一期工程拟用地范围 1:500 现状地形图测绘", "service_days": 10,
        "recusal": true, "recusal_agencies": [],
        "witnesses": [me.text("/id")?], "complaint_phone": "0518-85400000",
        "registration_until": until.to_rfc3339(),
    });
    let refused = owner.post_once(PURCHASES, &story.key("wrong"), &requirement).await?;
    let what = "校验码有误、回避缺理由 A wrong check digit, a recusal without reason or list";
    story.refusal(what, refused, 422, "invalid_purchase")?;
    requirement["project_code"] = json!("2611-320706-47-01-123459");
    requirement["recusal_reason"] = json!("与采购人存在股权关系");
    requirement["recusal_agencies"] = json!(["91320706MA0000101N"]);
    let published = owner.post_once(PURCHASES, &story.key("publish"), &requirement).await?;
    let published =
        story.step("发布采购公告 The notice is public", published, 201, |body| {
            let warnings = body["warnings"].as_array().into_iter().flatten();
            let warnings: Vec<_> = warnings.map(|one| at(one, "text")).collect();
            format!(
                "{} {} {}",
                at(&body["requirement"], "number"),
                at(body, "stage_name"),
                warnings.join("；")
            )
        })?;
    Ok(published.text("/id")?.to_owned())
}

/// The time here, which is near enough to the platform's.
fn now() -> DateTime<Utc> {
    SystemClock.now()
}

async fn register(story: &mut Story<'_>, purchase: &str, login: &str) -> Result<(), Error> {
    let agency = story.city.sign_in(login).await?;
    let path = format!("{PURCHASES}/{purchase}/registration");
    let entry = json!({"staff": ["S01"]});
    let answer = agency.post_once(&path, &story.key(login), &entry).await?;
    let what = format!("报名 {login} registers");
    story.step(&what, answer, 200, |body| {
        let shown = body["registrations"].as_array().map_or(0, Vec::len);
        format!("{}；截止前公开的报名机构 shown before the end: {shown}", at(body, "stage_name"))
    })?;
    Ok(())
}

/// The draw, with its witness; gives the winner's login.
async fn draw(story: &mut Story<'_>, purchase: &str, witness: &Caller) -> Result<String, Error> {
    let anyone = story.city.anyone();
    let path = format!("{PURCHASES}/{purchase}");
    let drawing = wait(&anyone, &path, |body| body["stage"] == "drawing").await?;
    let drawing = story.step(
        "报名截止，启动抽取 Registration is over, the draw begins",
        drawing,
        200,
        |body| {
            let names = body["registrations"].as_array().into_iter().flatten();
            names.map(|one| format!("{} ", at(one, "name"))).collect()
        },
    )?;
    let draw = format!("/supermarket/v1/draws/{}", drawing.text("/draw")?);
    let me = witness.get("/identity/v1/me").await?.expect(200)?;
    let committed = ceremony::commit(story, witness, me.text("/id")?, &draw).await?;
    let verified = ceremony::finish(story, witness, committed).await?;
    let code = verified.selected.first().map(ToString::to_string).unwrap_or_default();

    let awarded = wait(&anyone, &path, |body| body["stage"] == "on_notice").await?;
    let awarded = story.step("中选公示 The award is on notice", awarded, 200, |body| {
        format!("{} {}", at(&body["award"], "name"), at(&body["award"], "notice_until"))
    })?;
    if awarded.text("/award/code")? != code {
        return Err(Error::Unexpected("another than the one drawn was awarded".to_owned()));
    }
    wait(&anyone, &path, |body| body["stage"] == "awaiting_contract").await?;
    login_of(story, &code).await
}

/// Which of the agencies has a credit code.
async fn login_of(story: &Story<'_>, code: &str) -> Result<String, Error> {
    for login in AGENCIES {
        let me = story.city.sign_in(login).await?.get("/identity/v1/me").await?.expect(200)?;
        if me.text("/document/number")? == code {
            return Ok(login.to_owned());
        }
    }
    Err(Error::Unexpected(format!("{code} is none of those who registered")))
}

/// Contract, delivery and acceptance; gives the report.
async fn serve(
    story: &mut Story<'_>,
    purchase: &str,
    owner: &Caller,
    winner: &str,
) -> Result<Vec<u8>, Error> {
    let agency = story.sign_in(winner).await?;
    let step = |step: &str| format!("{PURCHASES}/{purchase}/{step}");
    let files = "/supermarket/v1/files";
    let page = papers::page("contract sealed by both");
    let file = agency.upload_to(files, "服务合同.pdf", page).await?.expect(201)?;
    let today = tongban_kernel::civil_date(now()).to_string();
    let mut contract = json!({
        "number": story.key("HT"), "price_fen": BUDGET, "service_from": today,
        "service_until": today, "file_id": file.text("/id")?,
    });
    let refused = agency.post_once(&step("contract"), &story.key("undated"), &contract).await?;
    let what = "没有签订日期的合同 A contract without a signing date";
    story.refusal(what, refused, 422, "invalid_contract")?;
    contract["signed_on"] = json!(today);
    let uploaded = agency.post_once(&step("contract"), &story.key("contract"), &contract).await?;
    story.step("机构上传合同 The agency uploads the contract", uploaded, 200, stage)?;
    let yes = json!({"confirmed": true});
    let confirmed = owner.post_once(&step("contract/answer"), &story.key("confirm"), &yes).await?;
    story.step("采购人确认合同 The owner confirms it", confirmed, 200, stage)?;
    let report = papers::page("survey of the site 1-500");
    let file = agency.upload_to(files, "现状地形图.pdf", report).await?.expect(201)?;
    let result = json!({"file_ids": [file.text("/id")?], "note": "1:500 现状地形图"});
    let delivered = agency.post_once(&step("result"), &story.key("deliver"), &result).await?;
    story.step("上传服务结果 The report is delivered", delivered, 200, stage)?;
    let accepted = owner.post_once(&step("result/answer"), &story.key("accept"), &yes).await?;
    let accepted = story.step("采购人确认结果 The owner accepts it", accepted, 200, stage)?;
    let id = accepted.text("/deliveries/0/documents/0/file_id")?;
    let report = owner.text(&step(&format!("documents/{id}"))).await?;
    Ok(report.into_bytes())
}

fn stage(body: &Value) -> String {
    at(body, "stage_name").to_owned()
}

async fn rate(story: &mut Story<'_>, purchase: &str, owner: &Caller) -> Result<(), Error> {
    let marks = json!({"quality": 5, "timeliness": 5, "attitude": 5, "fees": 4, "conduct": 5, "overall": 5});
    let rating = json!({"marks": marks, "text": "成果规范，交付及时"});
    let path = format!("{PURCHASES}/{purchase}/rating");
    let rated = owner.post_once(&path, &story.key("rate"), &rating).await?;
    story.step("服务评价 The owner rates the service", rated, 200, |body| {
        format!("综合 overall {}", body["rating"]["marks"]["overall"])
    })?;
    Ok(())
}

/// The permit, with the report among its materials; the supermarket finds nothing bought outside.
async fn apply(
    story: &mut Story<'_>,
    owner: &Caller,
    matter: &str,
    material: &str,
    report: Vec<u8>,
) -> Result<StoryOutcome, Error> {
    let me = owner.get("/identity/v1/me").await?.expect(200)?;
    let form = json!({
        "project_name": "海州区示例科技园一期工程", "project_code": "2611-320706-47-01-123459",
        "project_address": "江苏省连云港市海州区示例大道 1 号", "developer": me.text("/name")?,
        "developer_uscc": me.text("/document/number")?, "land_area": 21000.5,
        "land_use": "工业用地", "land_supply": "出让", "is_temporary": false,
        "contact_name": "郑示例", "contact_phone": "0518-85400000",
    });
    let mut materials = Vec::new();
    for code in ["M01", "M02", "M07"] {
        let page = papers::page(&format!("material {code} sealed"));
        materials.push(story.upload(owner, code, &format!("{code}.pdf"), page).await?);
    }
    materials.push(story.upload(owner, material, "现状地形图.pdf", report).await?);
    knows(owner, matter, &story.key("probe")).await?;
    let application = json!({"matter_id": matter, "form": form, "materials": materials});
    let case = owner.post_once(CASES, &story.key("submit"), &application).await?;
    let case =
        story.step("提交申请，附中介成果 Apply with the report", case, 201, |body| {
            format!("{}, {}", at(body, "number"), at(body, "state_name"))
        })?;
    let id = case.text("/id")?.to_owned();
    let clerk = story.sign_in("clerk.ziran.1").await?;
    let accepted = story.act("受理 Accept", &clerk, &id, "acceptance", &json!({})).await?;
    let approver = story.sign_in("approver.ziran.1").await?;
    let approval = json!({"outcome": "approved", "reason": "申请材料齐全，符合法定条件"});
    story.act("决定 Decide", &approver, &id, "decision", &approval).await?;
    let licence = story.licence_of(owner, &id).await?;
    story.verify(&licence).await?;

    let manager = story.sign_in("market.haizhou.1").await?;
    let outside = manager.get("/supermarket/v1/outside-purchases?limit=100").await?;
    let outside = story.step("体外采购线索 Purchases outside", outside, 200, |body| {
        format!("{} 条 found", body["items"].as_array().map_or(0, Vec::len))
    })?;
    let items = outside.body["items"].as_array().into_iter().flatten();
    if items.into_iter().any(|one| at(&one["found"], "case_id") == id) {
        return Err(Error::Unexpected(
            "a report bought here was taken for one from outside".to_owned(),
        ));
    }
    Ok(StoryOutcome {
        case_number: case.text("/number")?.to_owned(),
        due: accepted.text("/due")?.to_owned(),
        licence: licence.text("/licence/identifier")?.to_owned(),
        case_id: id,
        applicant: OWNER.to_owned(),
    })
}
