//! On site: what both bodies find, order and tell.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FIRE, MARKET, Owner};
use crate::story::at;
use crate::{Caller, Error, Story, papers};

/// Of each body: the stem of its inspectors' logins, and how many there are.
const INSPECTORS: [(&str, &str, u32); 2] =
    [(MARKET, "inspector.shichang", 8), (FIRE, "inspector.xiaofang", 6)];

/// Inspectors who were sent, signed in, by body: the first acts.
async fn team(
    story: &Story<'_>,
    visit: &Value,
) -> Result<BTreeMap<&'static str, (Caller, String, Vec<String>)>, Error> {
    let mut teams = BTreeMap::new();
    for (body, stem, number) in INSPECTORS {
        let mut parts = visit["parts"].as_array().into_iter().flatten();
        let part = parts.find(|one| at(one, "body") == body);
        let part = part.ok_or_else(|| Error::Unexpected(format!("{body} takes no part")))?;
        let sent: Vec<&Value> = part["inspectors"].as_array().into_iter().flatten().collect();
        let ids = sent.iter().map(|one| at(one, "id").to_owned()).collect();
        for n in 1..=number {
            let login = format!("{stem}.{n}");
            let caller = story.city.sign_in(&login).await?;
            let me = caller.get("/identity/v1/me").await?.expect(200)?;
            if sent.iter().any(|one| at(one, "account") == me.text("/id").unwrap_or_default()) {
                teams.insert(body, (caller, login, ids));
                break;
            }
        }
    }
    Ok(teams)
}

/// Both bodies' parts; gives a file and an inspector of the leading one.
pub(super) async fn inspect(
    story: &mut Story<'_>,
    owner: &Owner,
    visit: &str,
) -> Result<(String, String), Error> {
    let path = format!("/supervision/v1/inspections/{visit}");
    let read = owner.caller.get(&path).await?.expect(200)?;
    let teams = team(story, &read.body).await?;
    let (market, login, present) = sent(&teams, MARKET)?;
    let early = result(market, MARKET, "1", "未发现问题", None).await?;
    let refused = market.post(&format!("{path}/result"), &early).await?;
    story.refusal(
        "未到场不得出结果 No result before the visit",
        refused,
        409,
        "visit_not_begun",
    )?;

    let shown = result_of(
        story,
        market,
        &path,
        MARKET,
        present,
        &json!({"verdict": "violating", "note": "两名从业人员健康证明过期"}),
    )
    .await?;
    let told = json!({"requirements": ["从业人员取得有效健康证明后方可上岗"], "limit": {"amount": 10, "unit": "calendar_day"}});
    let told = result(market, MARKET, "3", "从业人员健康管理不符合要求", Some(told)).await?;
    let told = market.post_once(&format!("{path}/result"), &story.key("market"), &told).await?;
    let what = "市场监管：当场书面告知，责令改正 The market bureau orders a correction";
    story.step(what, told, 200, |body| {
        format!("限 {} 前改正 due", at(&body["parts"][0], "correction_due"))
    })?;

    let (fire, _, other) = sent(&teams, FIRE)?;
    result_of(story, fire, &path, FIRE, other, &json!({"verdict": "conforming"})).await?;
    let clean = result(fire, FIRE, "1", "未发现问题", None).await?;
    let clean = fire.post_once(&format!("{path}/result"), &story.key("fire"), &clean).await?;
    story.step(
        "消防：各自作出结果 The fire brigade decides its own",
        clean,
        200,
        |body| {
            let parts = body["parts"].as_array().into_iter().flatten();
            parts
                .map(|one| format!("{} {}; ", at(one, "body_name"), at(one, "stage_name")))
                .collect()
        },
    )?;

    let photo = evidence(market).await?;
    let follow_up = json!({
        "body": MARKET, "present": present, "corrected": true,
        "note": "两名从业人员已取得有效健康证明", "evidence": [photo],
    });
    let done =
        market.post_once(&format!("{path}/follow-up"), &story.key("follow-up"), &follow_up).await?;
    story.step("复查：已改正 Followed up: corrected", done, 200, |body| {
        let result = &body["parts"][0]["result"];
        format!("结果代码 code {} {}", at(result, "code"), at(result, "handling"))
    })?;
    Ok((shown, login.clone()))
}

type Team = (Caller, String, Vec<String>);

fn sent<'a>(teams: &'a BTreeMap<&'static str, Team>, body: &str) -> Result<&'a Team, Error> {
    teams.get(body).ok_or_else(|| Error::Unexpected(format!("{body} sent nobody who can sign in")))
}

/// A photo; gives its identifier.
async fn evidence(caller: &Caller) -> Result<String, Error> {
    let path = "/supervision/v1/evidence";
    let kept = caller.upload_to(path, "现场照片.png", papers::portrait()).await?.expect(201)?;
    kept.text("/id").map(str::to_owned)
}

/// A result with its notice and the signature of the inspected.
async fn result(
    caller: &Caller,
    body: &str,
    code: &str,
    summary: &str,
    correction: Option<Value>,
) -> Result<Value, Error> {
    let paper = evidence(caller).await?;
    let mut result = json!({
        "body": body, "code": code, "summary": summary, "notice": paper,
        "signature": {"kind": "signed", "name": "王示例", "position": "店长", "paper": paper},
    });
    if let Some(correction) = correction {
        result["correction"] = correction;
    }
    Ok(result)
}

/// A body comes and records its findings: the first item as given, the rest conforming. Gives a file shown.
async fn result_of(
    story: &mut Story<'_>,
    caller: &Caller,
    path: &str,
    body: &str,
    present: &[String],
    first: &Value,
) -> Result<String, Error> {
    let beginning = json!({"body": body, "present": present, "shown": "certificate"});
    let begun = caller.post(&format!("{path}/beginning"), &beginning).await?;
    let begun = story.step(
        "两名检查人员到场，出示证件 Two inspectors come",
        begun,
        200,
        |_| body.to_owned(),
    )?;
    let mut parts = begun.body["parts"].as_array().into_iter().flatten();
    let part = parts.find(|one| at(one, "body") == body);
    let matters = part.and_then(|part| part["matters"].as_array()).into_iter().flatten();
    let items = matters.flat_map(|one| one["items"].as_array().into_iter().flatten());
    let photo = evidence(caller).await?;
    let mut findings = Vec::new();
    for (place, item) in items.enumerate() {
        let mut finding = if place == 0 { first.clone() } else { json!({"verdict": "conforming"}) };
        finding["item"] = item["code"].clone();
        if at(&finding, "verdict") == "violating" {
            finding["evidence"] = json!([photo]);
        }
        findings.push(finding);
    }
    let recorded = caller
        .post(&format!("{path}/findings"), &json!({"body": body, "findings": findings}))
        .await?;
    story.step("逐项记录，附证据 Findings with evidence", recorded, 200, |_| {
        format!("{} 项 items", findings.len())
    })?;
    Ok(photo)
}
