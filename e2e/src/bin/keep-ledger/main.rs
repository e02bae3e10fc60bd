//! `keep-ledger`: lets everything happen to a small city that can be written down, so that its ledgers can be
//! kept for later versions. Run by `scripts/keep-ledger`; speaks nothing but HTTP, so it also plays in cities of
//! earlier versions.

mod sharing;
mod supermarket;
mod supervision;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use reqwest::Method;
use serde_json::{Value, json};
use tongban_e2e::{Addresses, Answer, Caller, City, Error, SampleAccounts, Story, elder_form};
use tongban_e2e::{knows, papers};

/// Path of the cases.
const CASES: &str = "/intake/v1/cases";

/// Plays in a city with the sample accounts.
#[derive(Debug, Parser)]
struct Options {
    /// Base URL of the city, or a file with it.
    #[arg(long, value_name = "FILE_OR_URL")]
    addresses: String,
    /// The sample accounts that `tongban load` wrote down.
    #[arg(long, value_name = "FILE")]
    accounts: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match play(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keep-ledger: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(options: &Options) -> Result<(), Error> {
    let city =
        City::new(Addresses::given(&options.addresses)?, SampleAccounts::read(&options.accounts)?)?;
    let mut print = |line: &str| println!("{line}");
    let done = tongban_e2e::elder(&mut Story::new(&city, &mut print)).await?;
    tongban_e2e::company(&mut Story::new(&city, &mut print)).await?;
    // Earlier versions had none of these.
    if has(&city, "supermarket").await? {
        supermarket::play(&city, &mut print).await?;
    }
    if has(&city, "supervision").await? {
        supervision::play(&city, &mut print).await?;
    }
    if has(&city, "exchange").await? {
        sharing::play(&city).await?;
    }

    let found = city.anyone().get("/matters/v1/matters?q=老年人优待证&region=320706").await?;
    let matter_id = found.expect(200)?.text("/items/0/id")?.to_owned();
    let mut desk = Desk { city: &city, matter_id, filed: 0 };
    desk.refuse_and_deny_and_withdraw().await?;
    desk.revoke(&done.licence).await?;
    desk.change_the_matter().await?;
    desk.change_accounts().await
}

async fn has(city: &City, service: &str) -> Result<bool, Error> {
    Ok(city.anyone().get(&format!("/openapi/{service}.json")).await?.status == 200)
}

/// Sends what has to be taken, with the status that says so.
async fn send(by: &Caller, path: &str, body: &Value, status: u16) -> Result<Answer, Error> {
    by.post(path, body).await?.expect(status)
}

/// Where the rest of what can happen is done.
struct Desk<'a> {
    city: &'a City,
    matter_id: String,
    filed: u32,
}

impl Desk<'_> {
    async fn refuse_and_deny_and_withdraw(&mut self) -> Result<(), Error> {
        let applicant = self.city.sign_in("citizen.chen").await?;
        let clerk = self.city.sign_in("clerk.minzheng.1").await?;
        let approver = self.city.sign_in("approver.minzheng.1").await?;

        let withdrawn = self.file(&applicant).await?;
        step(&applicant, &withdrawn, "withdrawal", json!({"reason": "不办了"})).await?;
        let refused = self.file(&applicant).await?;
        let ground = json!({"ground": "not_needed", "reason": "依法不需要取得行政许可"});
        step(&clerk, &refused, "acceptance-refusal", ground).await?;
        let denied = self.file(&applicant).await?;
        step(&clerk, &denied, "acceptance", json!({})).await?;
        let denial = json!({"outcome": "denied", "reason": "不符合办理条件"});
        step(&approver, &denied, "decision", denial).await?;
        // One that waits at the window, and one that waits for its decision.
        self.file(&applicant).await?;
        let accepted = self.file(&applicant).await?;
        step(&clerk, &accepted, "acceptance", json!({})).await?;
        Ok(())
    }

    /// Hands an application in; gives the case's identifier.
    async fn file(&mut self, applicant: &Caller) -> Result<String, Error> {
        self.filed += 1;
        let me = applicant.get("/identity/v1/me").await?.expect(200)?;
        let form = elder_form(me.text("/name")?, me.text("/document/number")?);
        let mut materials = Vec::new();
        for (code, name, bytes) in [
            ("M01", "居民身份证.pdf", papers::page("identity card of the applicant")),
            ("M02", "一寸近照.png", papers::portrait()),
        ] {
            let file = applicant.upload(name, bytes).await?.expect(201)?;
            materials.push(json!({"code": code, "file_id": file.text("/id")?}));
        }
        knows(applicant, &self.matter_id, "keep-probe").await?;
        let body = json!({"matter_id": self.matter_id, "form": form, "materials": materials});
        let case = applicant.post_once(CASES, &format!("keep-{}", self.filed), &body).await?;
        Ok(case.expect(201)?.text("/id")?.to_owned())
    }

    async fn revoke(&self, licence: &str) -> Result<(), Error> {
        let officer = self.city.sign_in("licences.minzheng").await?;
        let body = json!({"ground": "deregistered", "reason": "持证人申请注销"});
        let path = format!("/licences/v1/licences/{licence}/revocation");
        officer.post(&path, &body).await?.expect(200).map(drop)
    }

    /// A new version of the matter, and its end.
    async fn change_the_matter(&self) -> Result<(), Error> {
        let editor = self.city.sign_in("editor.minzheng").await?;
        let path = format!("/matters/v1/matters/{}", self.matter_id);
        let mut matter = editor.get(&path).await?.expect(200)?.body["matter"].clone();
        matter["visits"] = json!(1);
        put(&editor, &path, &matter).await?.expect(200)?;
        let end = json!({"reason": "依据已废止"});
        editor.post(&format!("{path}/withdrawal"), &end).await?.expect(200).map(drop)
    }

    async fn change_accounts(&self) -> Result<(), Error> {
        let admin = self.city.sign_in("admin.city").await?;
        let clerk = self.city.sign_in("clerk.minzheng.1").await?;
        let id = clerk.get("/identity/v1/me").await?.expect(200)?.text("/id")?.to_owned();
        let path = format!("/identity/v1/accounts/{id}");
        let roles = json!({"roles": ["approver", "window_clerk"]});
        put(&admin, &format!("{path}/roles"), &roles).await?.expect(200)?;
        let end = json!({"reason": "离职"});
        admin.post(&format!("{path}/disablement"), &end).await?.expect(200).map(drop)
    }
}

async fn step(by: &Caller, case: &str, step: &str, body: Value) -> Result<Answer, Error> {
    by.post(&format!("{CASES}/{case}/{step}"), &body).await?.expect(200)
}

async fn put(by: &Caller, path: &str, body: &Value) -> Result<Answer, Error> {
    by.call(Method::PUT, path, Some(body), None).await
}
