//! Reviews of another system taken in through the signed interface, as fast as answers come.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Client;
use serde_json::{Value, json};
use sm3::Sm3;
use tokio::task::JoinSet;
use tongban_e2e::City;

/// Fewest reviews taken in a second.
const BAR: f64 = 2_000.0;
/// The system that pushes.
const SYSTEM: &str = "line.haizhou.zhujian";
/// Services and reviews of one request.
const TOGETHER: usize = 500;
/// Requests under way at once.
const LINES: usize = 4;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A system that may push.
struct Pushing {
    http: Client,
    base: String,
    token: String,
    secret: String,
    nonce: AtomicUsize,
}

/// Pushes `number` services, then their reviews; whether these were taken slower than the bar.
pub async fn push(city: &City, base: &str, number: usize) -> Outcome<bool> {
    let pushing = Arc::new(Pushing::registered(city, base).await?);
    let now = now();
    let (served, said) = (now - Duration::from_secs(7_200), now - Duration::from_secs(3_600));
    let services = |from: usize| {
        let each = (from..number.min(from + TOGETHER)).map(|place| {
            json!({
                "case_number": format!("TS{place:08}"), "matter_code": "11320706MB0000005P4000117109003",
                "matter_name": "建筑工程施工许可证核发", "body": "11320706MB0000005P",
                "body_name": "海州区住房和城乡建设局（示例）", "region": "320706",
                "served_at": written(served), "window": format!("B{:02}", place % 20),
                "officer": format!("SC{:03}", place % 100),
            })
        });
        json!({"services": each.collect::<Vec<_>>()})
    };
    let bodies = (0..number).step_by(TOGETHER).map(services).collect();
    let (taken, took) = pushing.all("services", bodies).await?;
    println!("  services pushed                    {:>8.0}/s", taken as f64 / took.as_secs_f64());
    let reviews = |from: usize| {
        let each = (from..number.min(from + TOGETHER)).map(|place| {
            json!({
                "id": format!("PJ{place:08}"), "case_number": format!("TS{place:08}"),
                "stars": if place % 50 == 0 { 2 } else { 5 },
                "tags": if place % 50 == 0 { json!(["209"]) } else { json!(["510"]) },
                "text": "窗口人员很耐心", "channel": "text_message", "said_at": written(said),
            })
        });
        json!({"reviews": each.collect::<Vec<_>>()})
    };
    let bodies = (0..number).step_by(TOGETHER).map(reviews).collect();
    let (taken, took) = pushing.all("reviews", bodies).await?;
    let rate = taken as f64 / took.as_secs_f64();
    println!(
        "  reviews pushed and taken           {rate:>8.0}/s   (bar: {BAR}/s; {taken} in requests of {TOGETHER})"
    );
    if taken != number {
        return Err(format!("{taken} of {number} reviews were taken").into());
    }
    Ok(rate < BAR)
}

impl Pushing {
    async fn registered(city: &City, base: &str) -> Outcome<Self> {
        let system = city.system(SYSTEM).await?;
        let me = system.get("/identity/v1/me").await?;
        let supervisor = city.sign_in("supervisor.city").await?;
        let entry = json!({"account": me.text("/id")?, "name": SYSTEM, "region": "320706"});
        let made = supervisor.post("/reviews/v1/systems", &entry).await?.expect(201)?;
        Ok(Self {
            http: Client::builder().timeout(Duration::from_secs(60)).build()?,
            base: base.to_owned(),
            token: system.token().unwrap_or_default().to_owned(),
            secret: made.text("/secret")?.to_owned(),
            nonce: AtomicUsize::new(0),
        })
    }

    /// Sends all bodies; how many of their rows were taken, and how long that took.
    async fn all(
        self: &Arc<Self>,
        what: &'static str,
        bodies: Vec<Value>,
    ) -> Outcome<(usize, Duration)> {
        let texts: Arc<Vec<String>> = Arc::new(bodies.iter().map(Value::to_string).collect());
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        let began = Instant::now();
        for _ in 0..LINES {
            let (own, texts, next) = (Arc::clone(self), Arc::clone(&texts), Arc::clone(&next));
            running.spawn(async move {
                let mut taken = 0;
                while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    taken += own.send(what, text).await?;
                }
                Ok::<usize, String>(taken)
            });
        }
        let mut taken = 0;
        while let Some(ended) = running.join_next().await {
            taken += ended??;
        }
        Ok((taken, began.elapsed()))
    }

    async fn send(&self, what: &str, text: &str) -> Result<usize, String> {
        let nonce = self.nonce.fetch_add(1, Ordering::Relaxed).to_string();
        let time = now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
        let time = time.as_secs().to_string();
        let mut mac = Hmac::<Sm3>::new_from_slice(self.secret.as_bytes())
            .map_err(|error| error.to_string())?;
        mac.update(format!("{nonce}.{time}.{text}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let answer = self
            .http
            .post(format!("{}/reviews/v1/pushed/{what}", self.base))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("tongban-nonce", nonce)
            .header("tongban-time", time)
            .header("tongban-signature", format!("hmac-sm3={signature}"))
            .body(text.to_owned())
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
        if !status.is_success() {
            return Err(format!("{status}: {body}"));
        }
        let read: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        let rows = read["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let taken = rows.iter().filter(|row| row["status"] == "taken").count();
        match rows.iter().find(|row| row["status"] == "refused") {
            Some(refused) => Err(format!("refused: {refused}")),
            None => Ok(taken),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "what is pushed was said by the world's clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn written(at: SystemTime) -> String {
    DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}
