//! Applicants who file one application after the other: 4 KB of form and 3 materials each.

use std::path::Path;

use serde_json::{Value, json};
use tongban_e2e::load::{Line, Request, Sender};
use tongban_e2e::{Addresses, City, Error, SampleAccounts, elder_form, papers, until};

const MATTER: &str = "老年人优待证办理";
const EDITOR: &str = "editor.minzheng";
const CITIZENS: [&str; 3] = ["citizen.chen", "citizen.fu", "citizen.sun"];

/// Somebody with all it takes to apply.
#[derive(Debug, Clone)]
pub struct Applicant {
    token: String,
    application: String,
}

/// Publishes a version of a sample matter that asks for a long form and three materials, and prepares
/// citizens who apply for it.
pub async fn prepare(address: &str, work: &Path, data: &Path) -> Result<Vec<Applicant>, Error> {
    let accounts = SampleAccounts::read(&work.join("sample-accounts.json"))?;
    let city = City::new(Addresses::one(&format!("http://{address}")), accounts)?;
    let (id, matter) = long_matter(data)?;
    let editor = city.sign_in(EDITOR).await?;
    let path = format!("/matters/v1/matters/{id}");
    editor.call(reqwest::Method::PUT, &path, Some(&matter), None).await?.expect(200)?;
    let mut applicants = Vec::new();
    for login in CITIZENS {
        let citizen = city.sign_in(login).await?;
        let me = citizen.get("/identity/v1/me").await?.expect(200)?;
        let mut materials = Vec::new();
        for code in ["M01", "M02", "M03"] {
            let file = citizen.upload("材料.pdf", papers::page(code)).await?.expect(201)?;
            materials.push(json!({"code": code, "file_id": file.text("/id")?}));
        }
        let mut form = elder_form(me.text("/name")?, me.text("/document/number")?);
        form["statement"] = "本人承诺所填内容真实。".repeat(115).into();
        let application = json!({"matter_id": id, "form": form, "materials": materials});
        // The new version reaches the window as an event.
        let (probe, body) = (format!("bench-probe-{login}"), application.clone());
        until("the new version of the matter", async || {
            let answer = citizen.post_once("/intake/v1/cases", &probe, &body).await?;
            Ok((answer.status == 201).then_some(()))
        })
        .await?;
        let token = citizen.token().unwrap_or_default().to_owned();
        applicants.push(Applicant { token, application: application.to_string() });
    }
    Ok(applicants)
}

fn long_matter(data: &Path) -> Result<(String, Value), Error> {
    let file = data.join("city/matters.json");
    let wrong = |why: String| Error::File(file.display().to_string(), why);
    let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
    let all: Vec<Value> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut found = all
        .into_iter()
        .find(|one| one["matter"]["name"] == MATTER)
        .ok_or_else(|| wrong(format!("no {MATTER}")))?;
    let id = found["id"].as_str().unwrap_or_default().to_owned();
    let mut matter = found["matter"].take();
    matter["form_schema"]["properties"]["statement"] =
        json!({"title": "情况说明", "type": "string", "maxLength": 4000});
    let mut third = matter["materials"][1].clone();
    third["code"] = "M03".into();
    third["name"] = "居住证明".into();
    if let Some(materials) = matter["materials"].as_array_mut() {
        materials.push(third);
    }
    Ok((id, matter))
}

/// One connection of an applicant.
pub struct Applying {
    line: Line,
    applicant: Applicant,
    prefix: String,
    sent: u64,
}

impl Applying {
    /// `count` connections, spread over the applicants; `run` tells their keys from those of other runs.
    pub async fn connect(
        address: &str,
        applicants: &[Applicant],
        count: usize,
        run: &str,
    ) -> Result<Vec<Self>, Error> {
        let mut connected = Vec::with_capacity(count);
        for (number, applicant) in (0..count).zip(applicants.iter().cycle()) {
            let line = Line::to(address).await.map_err(broken)?;
            let prefix = format!("bench-{run}-{number}");
            connected.push(Self { line, applicant: applicant.clone(), prefix, sent: 0 });
        }
        Ok(connected)
    }
}

impl Sender for Applying {
    async fn send_next(&mut self) -> Result<(), Error> {
        self.sent += 1;
        let key = format!("{}-{}", self.prefix, self.sent);
        let Applicant { token, application } = &self.applicant;
        let request = Request::post("/intake/v1/cases", token, &key, application);
        match self.line.send(&request).await.map_err(broken)? {
            (201, _) => Ok(()),
            (status, body) => Err(Error::Unexpected(format!(
                "a submission was answered {status}: {}",
                String::from_utf8_lossy(body)
            ))),
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Unexpected(format!("a connection broke: {error}"))
}
