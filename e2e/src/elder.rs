//! 老年人优待证办理: an elder gets the card on line, without coming in person.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::case::{CASES, knows, step, until};
use crate::story::at;
use crate::{Caller, Error, Story, StoryOutcome, papers};

/// Who applies: one of the sample citizens of 60 or older.
const APPLICANT: &str = "citizen.chen";

/// The form for a citizen of that name and number.
pub fn elder_form(name: &str, citizen_id: &str) -> Value {
    json!({
        "name": name,
        "citizen_id": citizen_id,
        "address": "江苏省连云港市海州区示例路 8 号",
        "phone": "13800000000",
        "delivery": "电子证照",
    })
}

/// Tells the whole story.
///
/// # Errors
/// When anything goes another way.
pub async fn elder(story: &mut Story<'_>) -> Result<StoryOutcome, Error> {
    story.chapter("老年人优待证办理 An elder's card, on line from guide to review");
    let guide = story.find_matter("老年人优待证", "320706", "海州区民政局").await?;
    let matter_id = guide.text("/id")?.to_owned();

    let applicant = story.sign_in(APPLICANT).await?;
    let me = applicant.get("/identity/v1/me").await?.expect(200)?;
    let number = me.text("/document/number")?;
    story.say(&format!("    出生 born {}", birth(number)?));
    let identity_card = papers::page("identity card of the applicant");
    let materials = vec![
        story.upload(&applicant, "M01", "居民身份证.pdf", identity_card).await?,
        story.upload(&applicant, "M02", "一寸近照.png", papers::portrait()).await?,
    ];
    knows(&applicant, &matter_id, &story.key("probe")).await?;
    let form = elder_form(me.text("/name")?, number);
    let application = json!({"matter_id": matter_id, "form": form, "materials": materials});
    let case = applicant.post_once(CASES, &story.key("submit"), &application).await?;
    let case = story.step("网上申请 Apply on line", case, 201, |body| {
        format!("办件编号 number {}, {}", at(body, "number"), at(body, "state_name"))
    })?;
    let id = case.text("/id")?.to_owned();
    let again = applicant.post_once(CASES, &story.key("submit"), &application).await?;
    let again =
        story.step("重复提交同一请求 The same request again", again, 201, |body| {
            format!("仍是 still {}", at(body, "number"))
        })?;
    if again.body != case.body {
        return Err(Error::Unexpected(format!("a repeated request made another case: {again:?}")));
    }

    let clerk = story.sign_in("both.minzheng").await?;
    let nothing = json!({});
    let what = "窗口受理 Accept at the window";
    let accepted = story.act(what, &clerk, &id, "acceptance", &nothing).await?;
    let approval = json!({"outcome": "approved", "reason": "符合办理条件"});
    let refused =
        clerk.post_once(&step(&id, "decision"), &story.key("same-officer"), &approval).await?;
    let what = "同一人不得又受理又审批 Who accepted may not decide";
    story.refusal(what, refused, 403, "same_officer")?;
    let approver = story.sign_in("approver.minzheng.1").await?;
    story.act("另一人审批 Another officer decides", &approver, &id, "decision", &approval).await?;

    let licence = story.licence_of(&applicant, &id).await?;
    let identifier = licence.text("/licence/identifier")?.to_owned();
    show(story, &applicant, &identifier).await?;
    story.verify(&licence).await?;
    review(story, &applicant, &id).await?;
    story.look_back(&applicant, &id).await?;
    Ok(StoryOutcome {
        case_number: case.text("/number")?.to_owned(),
        due: accepted.text("/due")?.to_owned(),
        case_id: id,
        licence: identifier,
        applicant: APPLICANT.to_owned(),
    })
}

/// The date of birth in an identity number; only those of 60 or older apply here.
fn birth(number: &str) -> Result<NaiveDate, Error> {
    let digits = number.get(6..14).unwrap_or_default();
    NaiveDate::parse_from_str(digits, "%Y%m%d")
        .map_err(|error| Error::Unexpected(format!("{number} holds no date of birth: {error}")))
}

/// 亮证: the holder shows the licence, somebody beside looks at it.
async fn show(story: &mut Story<'_>, holder: &Caller, identifier: &str) -> Result<(), Error> {
    let path = format!("/licences/v1/licences/{identifier}/presentation");
    let shown = holder.post(&path, &json!({})).await?;
    let shown = story.step("亮证 The holder shows it", shown, 201, |body| {
        format!("亮证码 code {}…", at(body, "code").get(..6).unwrap_or_default())
    })?;
    let seen = story.city.anyone().get(shown.text("/qr_text")?).await?;
    let seen = story.step("扫码查看 Somebody scans the code", seen, 200, |body| {
        format!("{} {} 照面 face {}", at(body, "holder_name"), at(body, "state"), body["face"])
    })?;
    if seen.body["state"] != "valid" {
        return Err(Error::Unexpected(format!("{}: not valid", seen.what)));
    }
    Ok(())
}

/// 评价: once, and not twice.
async fn review(story: &mut Story<'_>, applicant: &Caller, case_id: &str) -> Result<(), Error> {
    let rights = "/reviews/v1/rights";
    let open = until("the right to review", async || {
        let open = applicant.get(rights).await?.expect(200)?;
        let mut items = open.body["items"].as_array().into_iter().flatten();
        let there = items.any(|right| at(right, "case_id") == case_id);
        Ok(there.then_some(open))
    })
    .await?;
    story.step("待评价 What may be reviewed", open, 200, |body| {
        let count = body["items"].as_array().map_or(0, Vec::len);
        format!("{count} 件 cases, 含本件 with this one")
    })?;
    let path = format!("/reviews/v1/reviews/{case_id}");
    let opinion = json!({"stars": 5, "tags": ["510", "513"], "text": "足不出户就办好了"});
    let given = applicant.post_once(&path, &story.key("review"), &opinion).await?;
    story.step("评价 Review the service", given, 201, |body| {
        let tags = body["tags"].as_array().into_iter().flatten().map(|tag| at(tag, "name"));
        let tags: Vec<_> = tags.collect();
        format!("{} ★ {} {}", body["stars"], at(body, "level_name"), tags.join("、"))
    })?;
    let second = applicant.post_once(&path, &story.key("second-review"), &opinion).await?;
    story.refusal("一事一评 A second review is refused", second, 409, "already_reviewed")?;
    Ok(())
}
