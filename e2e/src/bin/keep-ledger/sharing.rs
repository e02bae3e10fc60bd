//! What can happen to shared data without waiting for days to go by.

use axum::{Json, Router};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tongban_e2e::{Caller, City, Error, until};
use tongban_kernel::{Clock as _, SystemClock, civil_date};

use crate::{put, send};

/// 建筑工程施工许可证核发, of the body that reads.
const MATTER: &str = "ee45007c-cb1d-5453-ba84-3120eaf5f632";
const PERSON: &str = "320706194803120014";
const RESOURCES: &str = "/exchange/v1/resources";
const REQUESTS: &str = "/exchange/v1/requests";
const CORRECTIONS: &str = "/exchange/v1/corrections";
const SYSTEMS: &str = "/exchange/v1/calling-systems";

/// Plays it all.
pub async fn play(city: &City) -> Result<(), Error> {
    let exchange = Exchange {
        source: city.sign_in("data.minzheng").await?,
        reader: city.sign_in("data.haizhou").await?,
        authority: city.sign_in("authority.city").await?,
        person: city.sign_in("citizen.chen").await?,
        address: system().await?,
    };
    let resource = exchange.publish("306011/900001", "conditional").await?;
    let grant = exchange.widened(&resource).await?;
    let other = exchange.ruled(&resource).await?;
    exchange.call(&grant).await?;
    exchange.object().await?;
    exchange.correct(&grant).await?;
    exchange.end(&resource, &grant, &other).await?;
    exchange.at_once().await?;
    exchange.sign().await
}

/// The source body's system, which answers whatever it is asked.
async fn system() -> Result<String, Error> {
    let broken = |error| Error::Unexpected(format!("the source body's system: {error}"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(broken)?;
    let address = listener.local_addr().map_err(broken)?;
    let row = json!({"id_number": PERSON, "state": "已婚", "registered_by": "示例"});
    let router = Router::new().fallback(async move || Json(json!({"data": [row]})));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}/marriage"))
}

fn reason() -> Value {
    json!({"reason": "示例"})
}

fn word(verdict: &str, items: &Value) -> Value {
    json!({"reason": "示例", "verdict": verdict, "items": items})
}

fn step(request: &str, step: &str) -> String {
    format!("{REQUESTS}/{request}/{step}")
}

fn of(grant: &str, step: &str) -> String {
    format!("/exchange/v1/grants/{grant}/{step}")
}

/// Who has to do with it.
struct Exchange {
    source: Caller,
    reader: Caller,
    authority: Caller,
    /// Whose data are read.
    person: Caller,
    /// Where the source body's system is.
    address: String,
}

impl Exchange {
    fn registration(&self, code: &str, sharing: &str, state: &str) -> Value {
        let item = |key: &str, masking: Option<&str>| {
            let mut item =
                json!({"key": key, "name": key, "kind": "text", "personal": masking.is_some()});
            if let Some(masking) = masking {
                item["masking"] = masking.into();
            }
            item
        };
        let mut resource = json!({
            "code": code, "name": "婚姻登记信息（示例）", "summary": "示例", "region": "320706",
            "source_body": {"id": "11320706MB0000003H", "name": "海州区民政局（示例）"},
            "items": [item("id_number", Some("document_number")), item(state, Some("hidden")),
                item("registered_by", None)],
            "sharing": sharing, "open": false, "update_cycle": "daily", "delivery_kind": "interface",
            "sample": true,
        });
        if sharing == "conditional" {
            resource["conditions"] = "用于核实婚姻状况".into();
        }
        let settings = json!({"parameters": "id_number", "subject": "id_number"});
        json!({"resource": resource, "delivery": {"adaptor": "http_json", "address": self.address,
            "settings": settings, "timeout_ms": 3_000, "cache_seconds": 0, "calls_a_minute": 600}})
    }

    /// The resource's identifier.
    async fn publish(&self, code: &str, sharing: &str) -> Result<String, Error> {
        let entry = self.registration(code, sharing, "state");
        // Bodies become known by events.
        let published = until("the source body to be known", async || {
            let answer = self.source.post(RESOURCES, &entry).await?;
            Ok((answer.status == 201).then_some(answer))
        })
        .await?;
        Ok(published.text("/id")?.to_owned())
    }

    /// The request's identifier.
    async fn ask(&self, resource: &str) -> Result<String, Error> {
        let through = civil_date(SystemClock.now() + TimeDelta::days(60));
        let wanted = json!({"resource_id": resource, "data_use": {
            "purpose": "approval", "explanation": "核发施工许可时核实", "basis": [{"title": "建筑法"}],
            "matters": [MATTER], "items": ["id_number", "state", "registered_by"],
            "daily_calls": 100, "through": through,
        }});
        let asked = until("the matter to be known", async || {
            let answer = self.reader.post(REQUESTS, &wanted).await?;
            Ok((answer.status == 201).then_some(answer))
        })
        .await?;
        Ok(asked.text("/id")?.to_owned())
    }

    /// Waits until a grant has so many items.
    async fn has(&self, grant: &str, items: usize) -> Result<(), Error> {
        let path = format!("/exchange/v1/grants/{grant}");
        until("the grant", async || {
            let items_now = self.reader.get(&path).await?.body["terms"]["items"].take();
            Ok((items_now.as_array().is_some_and(|now| now.len() == items)).then_some(()))
        })
        .await
    }

    /// A grant of a part, and of the rest after an objection; its identifier.
    async fn widened(&self, resource: &str) -> Result<String, Error> {
        let request = self.ask(resource).await?;
        let but = json!([{"item": "registered_by", "verdict": "refused", "reason": "不需要"}]);
        let answer = step(&request, "answer");
        let answered = send(&self.source, &answer, &word("granted", &but), 200).await?;
        let grant = answered.text("/grant_id")?.to_owned();
        self.has(&grant, 2).await?;
        send(&self.reader, &step(&request, "objection"), &reason(), 200).await?;
        send(&self.source, &answer, &word("granted", &json!([])), 200).await?;
        self.has(&grant, 3).await?;
        Ok(grant)
    }

    /// A grant by a ruling, and a request that is withdrawn; the grant's identifier.
    async fn ruled(&self, resource: &str) -> Result<String, Error> {
        let request = self.ask(resource).await?;
        for _ in 0..2 {
            let refused = word("refused", &json!([]));
            send(&self.source, &step(&request, "answer"), &refused, 200).await?;
            send(&self.reader, &step(&request, "objection"), &reason(), 200).await?;
        }
        let granted = word("granted", &json!([]));
        let ruled = send(&self.authority, &step(&request, "ruling"), &granted, 200).await?;
        let grant = ruled.text("/grant_id")?.to_owned();
        self.has(&grant, 3).await?;
        let other = self.ask(resource).await?;
        send(&self.reader, &step(&other, "withdrawal"), &reason(), 200).await?;
        // One that waits for its answer.
        self.ask(resource).await?;
        Ok(grant)
    }

    /// Calls that are answered, refused, and not understood.
    async fn call(&self, grant: &str) -> Result<(), Error> {
        let calls = [
            (json!(["id_number", "state"]), json!({"id_number": PERSON}), 200),
            (json!(["spouse_name"]), json!({"id_number": PERSON}), 403),
            (json!(["state"]), json!({}), 422),
        ];
        for (items, parameters, status) in calls {
            let call = json!({"purpose": "approval", "case": {"number": "示例 1", "matter_id": MATTER},
                "items": items, "parameters": parameters, "operator": "王经办"});
            send(&self.reader, &of(grant, "calls"), &call, status).await?;
        }
        Ok(())
    }

    /// Whose data were read objects to it.
    async fn object(&self) -> Result<(), Error> {
        let readings = "/exchange/v1/readings";
        let reading = until("the reading", async || {
            let answer = self.person.get(readings).await?;
            Ok(answer.body["items"][0]["id"].as_str().map(str::to_owned))
        })
        .await?;
        let path = format!("{readings}/{reading}/objection");
        let text = json!({"text": "本人没有申请过该事项"});
        send(&self.person, &path, &text, 201).await.map(drop)
    }

    /// Data reported as wrong; and others, of which nothing was said yet.
    async fn correct(&self, grant: &str) -> Result<(), Error> {
        let doubt = |record: &str| {
            json!({"grant_id": grant, "items": ["state"], "record": record, "wrong": "与结婚证不一致",
                "evidence": "结婚证原件"})
        };
        let reported = send(&self.reader, CORRECTIONS, &doubt("示例 1"), 201).await?;
        let path = format!("{CORRECTIONS}/{}/answer", reported.text("/id")?);
        let answer = json!({"upheld": true, "reason": "录入错误，已更正"});
        send(&self.source, &path, &answer, 200).await?;
        send(&self.reader, CORRECTIONS, &doubt("示例 2"), 201).await.map(drop)
    }

    /// A grant is suspended, resumed and follows its resource; another one is revoked.
    async fn end(&self, resource: &str, grant: &str, other: &str) -> Result<(), Error> {
        for suspended in ["suspension", "resumption"] {
            send(&self.authority, &of(grant, suspended), &reason(), 200).await?;
        }
        send(&self.source, &of(other, "revocation"), &reason(), 200).await?;
        let renamed = self.registration("306011/900001", "conditional", "marital_state");
        put(&self.source, &format!("{RESOURCES}/{resource}"), &renamed).await?.expect(200)?;
        self.has(grant, 2).await
    }

    /// What is granted without a person, and ends with its resource.
    async fn at_once(&self) -> Result<(), Error> {
        let resource = self.publish("306011/900002", "unconditional").await?;
        let request = format!("{REQUESTS}/{}", self.ask(&resource).await?);
        let asked = self.reader.get(&request).await?.expect(200)?;
        self.has(asked.text("/grant_id")?, 3).await?;
        let path = format!("{RESOURCES}/{resource}/withdrawal");
        send(&self.source, &path, &reason(), 200).await.map(drop)
    }

    /// Systems that sign their calls; one of them is retired.
    async fn sign(&self) -> Result<(), Error> {
        let entry = json!({"name": "审批系统（示例）", "scheme": "national"});
        send(&self.reader, SYSTEMS, &entry, 201).await?;
        let made = send(&self.reader, SYSTEMS, &entry, 201).await?;
        let path = format!("{SYSTEMS}/{}/retirement", made.text("/system/id")?);
        send(&self.reader, &path, &reason(), 200).await.map(drop)
    }
}
