//! What both stories do with a case.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::story::at;
use crate::{Answer, Caller, Error, Story};

/// How long anything that happens by events may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Path of the cases.
pub(crate) const CASES: &str = "/intake/v1/cases";

/// Path of a step of a case.
pub(crate) fn step(case_id: &str, step: &str) -> String {
    format!("{CASES}/{case_id}/{step}")
}

/// Asks again until `ask` gives something, for at most a minute.
///
/// # Errors
/// Of `ask`, or when it gave nothing in time.
pub async fn until<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    let began = Instant::now();
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::Unexpected(format!("waited a minute in vain for {what}")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until intake has heard of the matter and the applicant, which identity and matters tell by
/// events.
///
/// # Errors
/// When it does not in time.
pub async fn knows(applicant: &Caller, matter_id: &str, probe: &str) -> Result<(), Error> {
    let empty = json!({"matter_id": matter_id, "form": {}, "materials": []});
    until("intake to know matter and applicant", async || {
        let answer = applicant.post_once(CASES, probe, &empty).await?;
        Ok((answer.code() == "invalid_application").then_some(()))
    })
    .await
}

impl Story<'_> {
    /// Looks a matter up by its name, in a region and at a body; gives its guide.
    pub(crate) async fn find_matter(
        &mut self,
        name: &str,
        region: &str,
        body_name: &str,
    ) -> Result<Answer, Error> {
        let anyone = self.city.anyone();
        let path = format!("/matters/v1/matters?q={name}&region={region}");
        let found = anyone.get(&path).await?;
        let found = self.step("查找事项 Find the matter", found, 200, |body| {
            let items = body["items"].as_array().into_iter().flatten();
            items.map(|one| format!("{} {}; ", at(one, "name"), at(one, "body_name"))).collect()
        })?;
        let mut items = found.body["items"].as_array().into_iter().flatten();
        let hit = items.find(|one| at(one, "body_name").starts_with(body_name));
        let id = hit.map(|one| at(one, "id").to_owned());
        let id =
            id.ok_or_else(|| Error::Unexpected(format!("{name}: not found at {body_name}")))?;
        let guide = anyone.get(&format!("/matters/v1/matters/{id}")).await?;
        self.step("阅读办事指南 Read the guide", guide, 200, |body| {
            let matter = &body["matter"];
            let materials = matter["materials"].as_array().into_iter().flatten();
            let names: Vec<_> = materials.map(|one| at(one, "name")).collect();
            let limit = &matter["promised_limit"];
            format!(
                "材料 materials: {}; 承诺时限 promised: {} {}; 跑动次数 visits: {}",
                names.join("、"),
                limit["amount"],
                at(limit, "unit"),
                matter["visits"],
            )
        })
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(&mut self, login: &str) -> Result<Caller, Error> {
        let caller = self.city.sign_in(login).await?;
        let me = caller.get("/identity/v1/me").await?;
        self.step(&format!("登录 Sign in: {login}"), me, 200, |body| {
            let roles = body["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let roles: Vec<_> = roles.collect();
            format!("{} ({}) {}", at(body, "name"), at(body, "kind"), roles.join(", "))
        })?;
        Ok(caller)
    }

    /// Uploads a file for a material; gives how an application names it.
    pub(crate) async fn upload(
        &mut self,
        by: &Caller,
        code: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Value, Error> {
        let answer = by.upload(name, bytes).await?;
        let what = format!("上传材料 Upload material {code}");
        let answer = self.step(&what, answer, 201, |body| {
            let sm3 = at(body, "sm3").get(..12).unwrap_or_default();
            format!("{} {} 字节 bytes, SM3 {sm3}…", at(body, "name"), body["size"])
        })?;
        Ok(json!({"code": code, "file_id": answer.text("/id")?}))
    }

    /// A step of a case that must work out.
    pub(crate) async fn act(
        &mut self,
        what: &str,
        by: &Caller,
        case_id: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Error> {
        let answer = by.post_once(&step(case_id, path), &self.key(path), body).await?;
        self.step(what, answer, 200, |body| {
            let due = body["due"].as_str().map(|due| format!(", 承诺期限 due {due}"));
            format!("{}{}", at(body, "state_name"), due.unwrap_or_default())
        })
    }

    /// Waits for the licence of an approved case; gives it as its holder sees it.
    pub(crate) async fn licence_of(
        &mut self,
        holder: &Caller,
        case_id: &str,
    ) -> Result<Answer, Error> {
        let path = format!("{CASES}/{case_id}");
        let case = until("the licence of the case", async || {
            let case = holder.get(&path).await?.expect(200)?;
            Ok(case.body["licence"].is_string().then_some(case))
        })
        .await?;
        let case = self.step(
            "证照随决定事件签发 The licence follows from the decision",
            case,
            200,
            |body| format!("{}, 证照 licence {}", at(body, "state_name"), at(body, "licence")),
        )?;
        let path = format!("/licences/v1/licences/{}", case.text("/licence")?);
        let licence = holder.get(&path).await?;
        self.step("查看电子证照 The holder reads it", licence, 200, |body| {
            let licence = &body["licence"];
            let until = licence["valid_until"].as_str().unwrap_or("长期 unlimited");
            format!(
                "{} {} {}, 有效期 valid {} — {until}",
                at(&licence["licence_type"], "name"),
                at(licence, "holder_name"),
                at(body, "state"),
                at(licence, "valid_from"),
            )
        })
    }

    /// Anyone verifies a licence by its identifier and check code.
    pub(crate) async fn verify(&mut self, licence: &Answer) -> Result<Answer, Error> {
        let identifier = licence.text("/licence/identifier")?;
        let code = licence.text("/licence/check_code")?;
        let path = format!("/licences/v1/verifications?identifier={identifier}&check_code={code}");
        let verified = self.city.anyone().get(&path).await?;
        self.step("任何人查验 Anyone verifies it", verified, 200, |body| {
            format!("{} {} {}", at(body, "type_name"), at(body, "holder_name"), at(body, "state"))
        })
    }
}
