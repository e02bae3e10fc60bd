//! A city for one test.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone, Utc};
use reqwest::Method;
use serde_json::Value;
use tongban_contracts::event::split;
use tongban_contracts::{DomainEvent, Envelope};
use tongban_events::Message;
use tongban_kernel::clock::ManualClock;
use tongban_kernel::{Clock, Principal, SystemEntropy};
use tongban_ledger::{GENESIS, Link, envelope_of, hash_of};
use tongban_runtime::{Ambient, Host, Process, Service, Settings};
use tongban_web::token::Claims;

use crate::backend::{Backend, remove};
use crate::issuer::{ISSUER, Issuer};

/// How long anything that happens by events may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running process with its services, a clock of its own, and an issuer of tokens for anyone.
pub struct TestCity {
    /// The clock everything in the process goes by; starts on Wednesday 2026-03-11, 10:00 in China.
    pub clock: Arc<ManualClock>,
    /// The settings it runs with.
    pub settings: Settings,
    issuer: Issuer,
    process: Process,
    http: reqwest::Client,
    emitted: Mutex<HashMap<(String, String, i64), [u8; 32]>>,
}

impl TestCity {
    /// Starts `services` on `backend` and waits until they are ready.
    pub async fn start(backend: Backend, services: Vec<Arc<dyn Service>>) -> Self {
        Self::start_with(backend.settings(), services).await
    }

    /// Starts `services` with settings of the test's own.
    pub async fn start_with(mut settings: Settings, services: Vec<Arc<dyn Service>>) -> Self {
        let issuer = Issuer::start().await;
        settings.jwks_urls = vec![format!("{ISSUER}={}", issuer.jwks_url)];
        if settings.database_url.is_some() {
            tongban_runtime::migrate(&settings, &services).await.expect("migrations apply");
        }
        let start = Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).single().expect("a moment");
        let clock = Arc::new(ManualClock::at(start));
        let ambient =
            Ambient { clock: clock.clone(), entropy: Arc::new(SystemEntropy), metrics: None };
        let process = Process::start(settings.clone(), &services, ambient)
            .await
            .unwrap_or_else(|error| panic!("the test city does not start: {error}"));
        let emitted = Mutex::default();
        let city = Self { clock, settings, issuer, process, http: client(), emitted };
        eventually("the city to be ready", async || {
            let answer = city.anyone().get("/health/ready").await;
            (answer.status == 200).then_some(())
        })
        .await;
        city
    }

    /// Address of the process, `http://…` without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://{}", self.process.address())
    }

    /// What the services were given, in the order of the list.
    pub fn hosts(&self) -> &[Host] {
        self.process.hosts()
    }

    /// The log the services publish to.
    pub fn log(&self) -> &Arc<dyn tongban_events::Log> {
        self.process.log()
    }

    /// Sets the clock.
    pub fn set_time(&self, at: DateTime<Utc>) {
        self.clock.set(at);
    }

    /// A caller who has not signed in.
    pub fn anyone(&self) -> Client {
        Client { http: self.http.clone(), base: self.base(), token: None, key: None }
    }

    /// A signed-in caller.
    pub fn caller(&self, principal: &Principal) -> Client {
        self.bearer(self.token(principal))
    }

    /// A caller with whatever token.
    pub fn bearer(&self, token: String) -> Client {
        Client { token: Some(token), ..self.anyone() }
    }

    /// A valid token for `principal`.
    pub fn token(&self, principal: &Principal) -> String {
        self.issuer.sign(&self.claims(principal))
    }

    /// Claims for `principal`, to be bent before signing.
    pub fn claims(&self, principal: &Principal) -> Claims {
        self.issuer.claims(principal, self.clock.now())
    }

    /// Signs any claims.
    pub fn sign(&self, claims: &Claims) -> String {
        self.issuer.sign(claims)
    }

    /// Publishes an event of a service that does not run here, as its relay would.
    pub async fn emit<E: DomainEvent>(
        &self,
        id: &str,
        version: i64,
        event: &E,
        actor: &Principal,
    ) -> Envelope {
        let (name, data) = split(event).expect("an adjacently tagged event");
        let actor = serde_json::to_string(actor).expect("a principal");
        let place = |version| (E::topic(), id.to_owned(), version);
        let previous = self.emitted.lock().expect("no poison").get(&place(version - 1)).copied();
        let link = Link {
            // Of what was not emitted here, nobody knows the hash.
            previous: &previous.unwrap_or(GENESIS),
            event_id: &uuid::Uuid::new_v4().to_string(),
            aggregate: E::AGGREGATE,
            aggregate_id: id,
            version,
            name: &name,
            at: self.clock.now().timestamp_micros(),
            actor: &actor,
            data: &data,
        };
        self.emitted.lock().expect("no poison").insert(place(version), hash_of(&link));
        let envelope = envelope_of(E::SERVICE, &link).expect("an envelope");
        self.publish(&envelope).await;
        envelope
    }

    /// Publishes an envelope as it is.
    pub async fn publish(&self, envelope: &Envelope) {
        let topic = envelope.topic().expect("a topic");
        let log = self.process.log();
        log.ensure(std::slice::from_ref(&topic)).await.expect("the topic can be made");
        let message = Message {
            topic,
            key: envelope.subject.clone(),
            payload: serde_json::to_string(envelope).expect("an envelope is JSON"),
        };
        log.publish(&[message]).await.expect("the log takes the message");
    }

    /// Every event published on `E`'s topic so far and until `enough` says so, each once.
    pub async fn published<E: DomainEvent>(
        &self,
        enough: impl Fn(&[Envelope]) -> bool,
    ) -> Vec<Envelope> {
        let group = format!("testkit-{}", uuid::Uuid::new_v4());
        let log = self.process.log();
        let topics = [E::topic()];
        log.ensure(&topics).await.expect("the topic can be made");
        let mut subscription = log.subscribe(&group, &topics).await.expect("a subscription");
        let mut seen = Vec::new();
        let reading = async {
            while !enough(&seen) {
                for delivery in subscription.next().await.expect("messages") {
                    let envelope: Envelope =
                        serde_json::from_str(&delivery.message.payload).expect("an envelope");
                    // Where a relay was cut off before it could forget, the log has an event twice.
                    if !seen.iter().any(|other: &Envelope| other.chainhash == envelope.chainhash) {
                        seen.push(envelope);
                    }
                }
            }
        };
        if tokio::time::timeout(PATIENCE, reading).await.is_err() {
            panic!("not enough events on {}: {seen:?}", E::topic());
        }
        seen
    }

    /// Stops the process and leaves everything as it is, for another to go on with.
    pub async fn halt(self) {
        self.process.stop().await;
    }

    /// Stops the process and starts it again with the same data and time.
    pub async fn begun_anew(self, services: Vec<Arc<dyn Service>>) -> Self {
        let (settings, now) = (self.settings.clone(), self.clock.now());
        self.halt().await;
        let city = Self::start_with(settings, services).await;
        city.set_time(now);
        city
    }

    /// Stops the process and removes what the test left behind.
    pub async fn stop(self) {
        self.process.stop().await;
        remove(&self.settings).await;
    }
}

/// Asks again and again until `ask` gives something.
///
/// # Panics
/// When it does not within half a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().expect("an HTTP client")
}

/// A caller of the city.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    key: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON; a string when it is none.
    pub body: Value,
}

impl Answer {
    /// The answer itself, when its status is `status`.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The pointers of all faults named, sorted.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<String> = errors
            .iter()
            .filter_map(|error| error["pointer"].as_str().map(str::to_owned))
            .collect();
        found.sort();
        found
    }
}

impl Client {
    /// The same caller with an `Idempotency-Key` on every request.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.into()), ..self.clone() }
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST path` with JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// `PUT path` with JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// `POST path` with one file as `multipart/form-data`.
    pub async fn upload(&self, path: &str, name: &str, bytes: Vec<u8>) -> Answer {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        self.send(self.request(Method::POST, path).multipart(form)).await
    }

    /// A request to be shaped by the test.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &self.key {
            request = request.header("Idempotency-Key", key);
        }
        request
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the city answers");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.expect("a body");
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status, headers, body }
    }
}
