//! 建筑工程施工许可证核发: a company's application is corrected once, and decided in time.

use serde_json::{Value, json};

use crate::case::{CASES, knows, step};
use crate::story::at;
use crate::{Caller, Error, Story, StoryOutcome, papers};

/// Who applies: the sample city's construction company.
const APPLICANT: &str = "org.yungang";
/// What the company does not have at hand at first.
const MISSING: [&str; 2] = ["M04", "M07"];
/// What it hands in without a seal.
const FAULTY: &str = "M05";

/// The form of a company that builds for itself.
pub fn construction_form(company: &str, uscc: &str) -> Value {
    json!({
        "project_name": "海州区示例科技园一期工程",
        "project_code": "2611-320706-47-01-123459",
        "project_address": "江苏省连云港市海州区示例大道 1 号",
        "developer": company,
        "developer_uscc": uscc,
        "construction_scale": 12800.5,
        "contract_price": 5600,
        "contract_start": "2026-12-01",
        "contract_completion": "2028-05-31",
        "structure_type": "框架结构",
        "contractor": "示例建筑工程有限公司",
        "contractor_uscc": "91320706MA0000101N",
        "contractor_leader": "周示例",
        "supervisor": "示例建设监理有限公司",
        "supervisor_uscc": "91320706MA0000102R",
        "chief_supervisor": "吴示例",
        "contact_name": "郑示例",
        "contact_phone": "0518-85400000",
    })
}

/// Tells the whole story.
///
/// # Errors
/// When anything goes another way.
pub async fn company(story: &mut Story<'_>) -> Result<StoryOutcome, Error> {
    story.chapter("建筑工程施工许可证核发 A company's construction permit, corrected once");
    let guide = story.find_matter("建筑工程施工许可证核发", "320706", "海州区行政审批局").await?;
    let matter_id = guide.text("/id")?.to_owned();
    let applicant = story.sign_in(APPLICANT).await?;
    let me = applicant.get("/identity/v1/me").await?.expect(200)?;
    let form = construction_form(me.text("/name")?, me.text("/document/number")?);
    let mut materials = Vec::new();
    for material in guide.body["matter"]["materials"].as_array().into_iter().flatten() {
        let (code, name) = (at(material, "code"), at(material, "name"));
        if !MISSING.contains(&code) {
            let seal = if code == FAULTY { "no seal" } else { "sealed" };
            let page = papers::page(&format!("material {code} {seal}"));
            materials.push(story.upload(&applicant, code, &format!("{name}.pdf"), page).await?);
        }
    }
    knows(&applicant, &matter_id, &story.key("probe")).await?;
    let case = apply(story, &applicant, &matter_id, &form, &materials).await?;
    let id = case.text("/id")?.to_owned();

    let clerk = story.sign_in("clerk.haizhou.1").await?;
    let notice_due = correct(story, &clerk, &id).await?;
    story.say(&format!("    告知期限 last day for the notice: {notice_due}"));

    materials.retain(|one| at(one, "code") != FAULTY);
    let late = [
        (MISSING[0], "中标通知书.pdf"),
        (MISSING[1], "工伤保险参保证明.pdf"),
        (FAULTY, "施工合同（已盖章）.pdf"),
    ];
    for (code, name) in late {
        let page = papers::page(&format!("material {code} sealed"));
        materials.push(story.upload(&applicant, code, name, page).await?);
    }
    let whole = json!({"form": form, "materials": materials});
    story.act("提交补正 Hand in again, whole", &applicant, &id, "resubmission", &whole).await?;
    let accepted = story.act("受理 Accept", &clerk, &id, "acceptance", &json!({})).await?;
    let approver = story.sign_in("approver.haizhou.1").await?;
    let approval = json!({"outcome": "approved", "reason": "申请材料齐全，符合法定条件"});
    story.act("期限内决定 Decide within the clock", &approver, &id, "decision", &approval).await?;

    let licence = story.licence_of(&applicant, &id).await?;
    story.verify(&licence).await?;
    story.look_back(&applicant, &id).await?;
    Ok(StoryOutcome {
        case_number: case.text("/number")?.to_owned(),
        due: accepted.text("/due")?.to_owned(),
        licence: licence.text("/licence/identifier")?.to_owned(),
        case_id: id,
        applicant: APPLICANT.to_owned(),
    })
}

/// Files although two materials are missing.
async fn apply(
    story: &mut Story<'_>,
    applicant: &Caller,
    matter_id: &str,
    form: &Value,
    materials: &[Value],
) -> Result<crate::Answer, Error> {
    let mut application = json!({"matter_id": matter_id, "form": form, "materials": materials});
    let refused = applicant.post_once(CASES, &story.key("short"), &application).await?;
    let what = "材料不齐 Two materials are missing";
    story.refusal(what, refused, 422, "invalid_application")?;
    application["incomplete"] = Value::Bool(true);
    let case = applicant.post_once(CASES, &story.key("submit"), &application).await?;
    story.step("先收件后补正 Hand in incomplete all the same", case, 201, |body| {
        let missing = body["missing_materials"].as_array().into_iter().flatten();
        let missing: Vec<_> = missing.map(|one| at(one, "name")).collect();
        format!(
            "{}, {}, 缺 missing {}",
            at(body, "number"),
            at(body, "state_name"),
            missing.join("、")
        )
    })
}

/// 一次性告知: cannot be accepted; one notice names all three; there is no second. Gives the notice's
/// last day.
async fn correct(story: &mut Story<'_>, clerk: &Caller, id: &str) -> Result<String, Error> {
    let refused =
        clerk.post_once(&step(id, "acceptance"), &story.key("too-early"), &json!({})).await?;
    let what = "材料不齐不得受理 Not accepted while incomplete";
    story.refusal(what, refused, 409, "materials_missing")?;
    let items = json!({"items": [
        {"pointer": format!("/materials/{}", MISSING[0]), "message": "缺少中标通知书，请上传"},
        {"pointer": format!("/materials/{}", MISSING[1]), "message": "缺少工伤保险参保证明，请上传"},
        {"pointer": format!("/materials/{FAULTY}"), "message": "施工合同未盖章，请上传双方盖章的完整合同"},
    ]});
    let path = step(id, "correction");
    let told = clerk.post_once(&path, &story.key("correction"), &items).await?;
    let told =
        story.step("一次性补正告知 One notice names all three", told, 200, |body| {
            let items = body["correction"]["items"].as_array().into_iter().flatten();
            let items: Vec<_> = items.map(|item| at(item, "message")).collect();
            format!("{}: {}", at(body, "state_name"), items.join("；"))
        })?;
    if told.body["correction"]["items"].as_array().map(Vec::len) != Some(3) {
        return Err(Error::Unexpected(format!("{}: not all three are named", told.what)));
    }
    let second = clerk.post_once(&path, &story.key("second-notice"), &items).await?;
    story.refusal("不得再次告知 No second notice", second, 409, "already_notified")?;
    Ok(told.text("/notice_due")?.to_owned())
}
