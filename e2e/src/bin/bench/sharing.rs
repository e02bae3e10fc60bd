//! A resource of the sample city, grants of it, and connections over which it is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tongban_e2e::load::{Line, Request, Sender};
use tongban_e2e::{City, Error, until};
use tongban_kernel::{Clock as _, SystemClock, civil_date};

const SOURCE: &str = "data.gongan";
const READER: &str = "data.haizhou";
const PERSON: &str = "320706194803120014";
const ITEMS: [&str; 3] = ["id_number", "name", "household_region"];

/// Grants, and the token of who holds them.
pub struct Held {
    token: String,
    paths: Vec<String>,
}

/// Publishes a resource that comes from `address`, the `place`th of a run, and grants it so many times.
pub async fn grants(city: &City, place: usize, address: &str, many: usize) -> Result<Held, Error> {
    let (source, reader) = (city.sign_in(SOURCE).await?, city.sign_in(READER).await?);
    let found = source.get("/exchange/v1/resources?q=306001%2F000001").await?.expect(200)?;
    let path = format!("/exchange/v1/resources/{}", found.text("/items/0/id")?);
    let mut resource = source.get(&path).await?.expect(200)?.body["resource"].take();
    let through = civil_date(SystemClock.now() + TimeDelta::days(60));
    resource["code"] = json!(format!("306001/{}", 900_000 + place));
    // What is shared without conditions is granted at once, each item with its masking.
    resource["sharing"] = json!("unconditional");
    if let Some(members) = resource.as_object_mut() {
        members.remove("conditions");
    }
    if let Some(items) = resource["items"].as_array_mut() {
        items.retain(|item| item["key"].as_str().is_some_and(|key| ITEMS.contains(&key)));
    }
    let delivery = json!({"adaptor": "http_json", "address": address, "timeout_ms": 10_000,
        "settings": {"parameters": "id_number", "subject": "id_number"}, "cache_seconds": 0,
        "calls_a_minute": 1_000_000});
    let entry = json!({"resource": resource, "delivery": delivery});
    let published = source.post("/exchange/v1/resources", &entry).await?.expect(201)?;
    let wanted = json!({"resource_id": published.text("/id")?, "data_use": {
        "purpose": "supervision", "explanation": "压力测试", "basis": [{"title": "示例依据"}],
        "items": ITEMS, "daily_calls": 100_000, "through": through,
    }});
    let mut paths = Vec::with_capacity(many);
    for _ in 0..many {
        let asked = reader.post("/exchange/v1/requests", &wanted).await?.expect(201)?;
        paths.push(format!("/exchange/v1/grants/{}", asked.text("/grant_id")?));
    }
    for path in &mut paths {
        // A grant follows from its request by an event.
        until("a grant", async || Ok((reader.get(path).await?.status == 200).then_some(())))
            .await?;
        path.push_str("/calls");
    }
    Ok(Held { token: reader.token().unwrap_or_default().to_owned(), paths })
}

/// How the data are asked for.
pub struct Way {
    address: String,
    token: String,
    paths: Arc<Vec<String>>,
    body: Arc<str>,
}

impl Way {
    /// Of the source body's system itself.
    pub fn direct(address: &str, path: &str) -> Self {
        Self::new(address, String::new(), vec![path.to_owned()], &json!({"id_number": PERSON}))
    }

    /// By grants, each in its turn.
    pub fn through(address: &str, held: Held) -> Self {
        let body =
            json!({"purpose": "supervision", "items": ITEMS, "parameters": {"id_number": PERSON}});
        Self::new(address, held.token, held.paths, &body)
    }

    fn new(address: &str, token: String, paths: Vec<String>, body: &Value) -> Self {
        let (address, body) = (address.to_owned(), body.to_string().into());
        Self { address, token, paths: Arc::new(paths), body }
    }
}

/// How many connections there were.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// A connection over which data are asked for.
pub struct Asking {
    line: Line,
    token: String,
    paths: Arc<Vec<String>>,
    body: Arc<str>,
    run: usize,
    sent: usize,
}

impl Asking {
    /// So many of them.
    pub async fn connect(way: &Way, many: usize) -> Result<Vec<Self>, Error> {
        let mut connected = Vec::with_capacity(many);
        for number in 0..many {
            let line = Line::to(&way.address).await.map_err(broken)?;
            // Keys of their own, for what was answered is not answered again.
            let run = RUNS.fetch_add(1, Ordering::Relaxed);
            let (token, paths) = (way.token.clone(), Arc::clone(&way.paths));
            let body = Arc::clone(&way.body);
            connected.push(Self { line, token, paths, body, run, sent: number });
        }
        Ok(connected)
    }
}

impl Sender for Asking {
    async fn send_next(&mut self) -> Result<(), Error> {
        self.sent += 1;
        let path = self.paths.get(self.sent % self.paths.len().max(1)).map_or("/", String::as_str);
        let key = format!("bench-{}-{}", self.run, self.sent);
        let request = Request::post(path, &self.token, &key, &self.body);
        match self.line.send(&request).await.map_err(broken)? {
            (200, _) => Ok(()),
            (status, body) => {
                let body = String::from_utf8_lossy(body);
                Err(Error::Unexpected(format!("a call was answered {status}: {body}")))
            }
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Unexpected(format!("a connection broke: {error}"))
}
