//! The plan, its draws, and who is sent to whom.

use chrono::Days;
use serde_json::{Value, json};
use tongban_kernel::{Clock as _, SystemClock, civil_date};

use super::{FIRE, MARKET, Owner, PARTY};
use crate::ceremony::{called, commit, finish, wait};
use crate::story::at;
use crate::{Caller, Error, Story};

/// A plan of one joint task, approved by another and published; gives the task.
pub(super) async fn plan(
    story: &mut Story<'_>,
    planner: &Caller,
    matters: &Value,
    name: &str,
    more: &Value,
) -> Result<String, Error> {
    let today = civil_date(SystemClock.now());
    let until = today.checked_add_days(Days::new(20)).unwrap_or(today);
    let mut entry = json!({
        "name": name, "matters": matters, "region": "320706",
        "bodies": [
            {"body": MARKET, "body_name": "海州区市场监督管理局（示例）", "lead": true, "inspectors": 2},
            {"body": FIRE, "body_name": "海州区消防救援大队（示例）", "lead": false, "inspectors": 2},
        ],
        "scope": {"kinds": [], "industries": ["62"], "licence_types": []},
        "from": today, "until": until,
    });
    for (member, value) in more.as_object().into_iter().flatten() {
        entry[member] = value.clone();
    }
    let request = json!({
        "name": format!("海州区{name}计划"), "kind": "ad_hoc", "year": 2026,
        "body_name": "海州区市场监督管理局（示例）", "region": "320706",
        "ratio_table": "sample-dense", "entries": [entry],
    });
    let kind = if more["rate"].is_number() { "plan-all" } else { "plan-classes" };
    let path = "/supervision/v1/plans";
    let drafted = planner.post_once(path, &story.key(kind), &request).await?;
    let drafted =
        story.step(&format!("编制计划 {name} A joint plan"), drafted, 201, |body| {
            let figures = body["plan"]["entries"][0]["figures"]["grades"].as_array();
            let figures = figures.into_iter().flatten().filter(|one| one["objects"] != 0);
            figures
                .map(|one| {
                    format!("{} 类 {} 户, {}‱; ", at(one, "grade"), one["objects"], one["rate"])
                })
                .collect()
        })?;
    let id = drafted.text("/id")?.to_owned();
    let own = planner.post(&format!("{path}/{id}/approval"), &json!({})).await?;
    if own.status != 403 {
        return Err(Error::Unexpected(format!("{}: who drafted approved", own.what)));
    }
    let chief = story.city.sign_in("chief.shichang").await?;
    for (step, what) in
        [("approval", "另一人审批 Another approves"), ("publication", "公布 Publish")]
    {
        let answer = chief.post(&format!("{path}/{id}/{step}"), &json!({})).await?;
        story.step(what, answer, 200, |body| at(body, "stage_name").to_owned())?;
    }
    let task = tongban_contracts::supervision::task_id(&id, "001").to_string();
    crate::case::until("the task of the plan", async || {
        let answer = planner.get(&task_path(&task)).await?;
        Ok((answer.status == 200).then_some(()))
    })
    .await?;
    Ok(task)
}

fn task_path(task: &str) -> String {
    format!("/supervision/v1/tasks/{task}")
}

/// Draws a task's objects; gives who was drawn.
pub(super) async fn draw_objects(
    story: &mut Story<'_>,
    planner: &Caller,
    witness: &Caller,
    parties: &Value,
    task: &str,
) -> Result<Vec<String>, Error> {
    let called = called(planner, &format!("{}/object-draw", task_path(task)), parties).await?;
    let called = story.step("抽取检查对象 The draw of objects", called, 202, |body| {
        at(&body["object_draw"], "draw").to_owned()
    })?;
    let path = format!("/supervision/v1/draws/{}", called.text("/object_draw/draw")?);
    let committed = commit(story, witness, PARTY, &path).await?;
    let verified = finish(story, witness, committed).await?;
    wait(planner, &task_path(task), |task| task["stage"] == "objects_drawn").await?;
    Ok(verified.selected.iter().map(ToString::to_string).collect())
}

/// Draws the inspectors of both bodies.
pub(super) async fn draw_inspectors(
    story: &mut Story<'_>,
    planner: &Caller,
    witness: &Caller,
    parties: &Value,
    task: &str,
) -> Result<(), Error> {
    let fire = story.city.sign_in("planner.xiaofang").await?;
    let mut held = Vec::new();
    for (body, caller) in [(MARKET, planner), (FIRE, &fire)] {
        let path = format!("{}/inspector-draws/{body}", task_path(task));
        let called = called(caller, &path, parties).await?;
        let draw = |answer: &Value| {
            let mut staff = answer["staff"].as_array().into_iter().flatten();
            let own = staff.find(|one| at(one, "body") == body);
            own.map(|one| at(&one["draw"], "draw").to_owned()).unwrap_or_default()
        };
        let called = story.step("抽取检查人员 The draw of inspectors", called, 202, draw)?;
        let path = format!("/supervision/v1/draws/{}", draw(&called.body));
        held.push(commit(story, witness, PARTY, &path).await?);
    }
    for committed in held {
        finish(story, witness, committed).await?;
    }
    Ok(())
}

/// The visit that the restaurant got.
pub(super) async fn dispatched(
    story: &mut Story<'_>,
    planner: &Caller,
    task: &str,
    owner: &Owner,
) -> Result<String, Error> {
    let done = wait(planner, &task_path(task), |task| task["stage"] == "dispatched").await?;
    story.step("派发任务书 Visits are ordered", done, 200, |body| {
        format!("{} 户 visits, 合并 merged {}", body["visits"], body["joined"])
    })?;
    let list = owner.caller.get("/supervision/v1/inspections").await?.expect(200)?;
    let visit = list.text("/items/0/id")?.to_owned();
    let read = owner.caller.get(&format!("/supervision/v1/inspections/{visit}")).await?;
    let read = story.step(
        "被检查单位查看任务书 The restaurant reads its order",
        read,
        200,
        |body| format!("{} 查验码 check code {}", at(body, "number"), at(body, "check_code")),
    )?;
    let verified = story.city.anyone().get(read.text("/qr_text")?).await?;
    story.step("扫码查验 Anyone with the order verifies it", verified, 200, |body| {
        let bodies = body["bodies"].as_array().into_iter().flatten();
        bodies.map(|one| format!("{}: {}; ", at(one, "body_name"), one["inspectors"])).collect()
    })?;
    Ok(visit)
}
