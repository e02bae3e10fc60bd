//! What follows from a visit: results published, a class of credit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FIRE, MARKET, Owner};
use crate::case::until;
use crate::story::at;
use crate::{Answer, Error, Story};

/// Both bodies publish their own results; gives the leading body's.
pub(super) async fn publish(story: &mut Story<'_>, owner: &Owner) -> Result<String, Error> {
    let mut published = BTreeMap::new();
    for (body, login) in [(MARKET, "chief.shichang"), (FIRE, "chief.xiaofang")] {
        let chief = story.city.sign_in(login).await?;
        let waiting = until("a result to publish", async || {
            let path = "/supervision/v1/due-publications?limit=100";
            let list = chief.get(path).await?.expect(200)?;
            let mut items = list.body["items"].as_array().into_iter().flatten();
            let settled = |one: &&Value| {
                at(one, "subject_code") == owner.code
                    && ["E", "1"].contains(&at(one, "result_code"))
            };
            Ok(items.find(settled).cloned())
        })
        .await?;
        let id = at(&waiting, "id").to_owned();
        let path = format!("/supervision/v1/publications/{id}/publication");
        let shown = chief.post_once(&path, &story.key(login), &json!({})).await?;
        story.step("公示结果 Publish", shown, 200, |body| {
            format!(
                "{} 应于 due {}, 公示至 shown until {}",
                at(&body["text"], "summary"),
                at(body, "due"),
                at(body, "shown_until")
            )
        })?;
        published.insert(body, id);
    }
    let path = format!("/supervision/v1/publications?subject={}", owner.code);
    let list = story.city.anyone().get(&path).await?;
    let list = story.step("任何人查询公示 Anyone reads it", list, 200, |body| {
        let items = body["items"].as_array().into_iter().flatten();
        items.map(|one| format!("{} {}; ", at(one, "body_name"), at(one, "result_code"))).collect()
    })?;
    if list.body["items"].as_array().map(Vec::len) != Some(2) {
        return Err(Error::Unexpected(format!("{}: not both results", list.what)));
    }
    Ok(published.remove(MARKET).unwrap_or_default())
}

/// The class that follows, and why; gives the event that counts against it.
pub(super) async fn credit(story: &mut Story<'_>, owner: &Owner) -> Result<String, Error> {
    let path = "/supervision/v1/credit";
    let credit: Answer = until("both results to count", async || {
        let credit = owner.caller.get(path).await?.expect(200)?;
        let counted = credit.body["counted"].as_array().map(Vec::len);
        Ok((counted == Some(2)).then_some(credit))
    })
    .await?;
    let credit = story.step(
        "信用类别变更并说明 The class changes and says why",
        credit,
        200,
        |body| {
            let change = &body["last_change"];
            let counted = body["counted"].as_array().into_iter().flatten();
            let counted: Vec<String> =
                counted.map(|one| format!("{} {}", at(one, "ground"), one["points"])).collect();
            format!(
                "{} → {}, {} 分 points: {} + {}",
                at(change, "former"),
                at(body, "class"),
                body["points"],
                body["base"],
                counted.join(", ")
            )
        },
    )?;
    if credit.body["class"] != "C" {
        return Err(Error::Unexpected(format!("{}: class {}", credit.what, credit.body["class"])));
    }
    let mut entries = credit.body["entries"].as_array().into_iter().flatten();
    let entry = entries.find(|one| at(one, "ground") == "inspection.corrected");
    let planner = story.city.sign_in("planner.shichang").await?;
    let path = format!("/supervision/v1/objects/{}", owner.object);
    until("the library of objects to know the class", async || {
        let object = planner.get(&path).await?.expect(200)?;
        Ok((object.body["grade"] == "C").then_some(()))
    })
    .await?;
    Ok(entry.map(|one| at(one, "id").to_owned()).unwrap_or_default())
}
