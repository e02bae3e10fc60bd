//! Callers of a city, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{Addresses, Error, SampleAccounts};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running city, wherever its services are.
#[derive(Debug, Clone)]
pub struct City {
    http: reqwest::Client,
    addresses: Arc<Addresses>,
    accounts: Arc<SampleAccounts>,
}

impl City {
    /// The city at `addresses` with these sample accounts.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(addresses: Addresses, accounts: SampleAccounts) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Error::NoAnswer("HTTP client".into(), error))?;
        Ok(Self { http, addresses: Arc::new(addresses), accounts: Arc::new(accounts) })
    }

    /// The sample accounts.
    pub fn accounts(&self) -> &SampleAccounts {
        &self.accounts
    }

    /// A caller who has not signed in.
    pub fn anyone(&self) -> Caller {
        Caller { city: self.clone(), token: None }
    }

    /// A caller with whatever token.
    pub fn bearer(&self, token: &str) -> Caller {
        Caller { city: self.clone(), token: Some(token.to_owned()) }
    }

    /// A person of the sample city, signed in.
    ///
    /// # Errors
    /// When identity does not let them in.
    pub async fn sign_in(&self, login: &str) -> Result<Caller, Error> {
        self.sign_in_with(login, &self.accounts.password).await
    }

    /// A person with a password of their own, signed in.
    ///
    /// # Errors
    /// When identity does not let them in.
    pub async fn sign_in_with(&self, login: &str, password: &str) -> Result<Caller, Error> {
        let body = json!({"login": login, "password": password});
        let answer = self.anyone().post("/identity/v1/sessions", &body).await?.expect(200)?;
        self.with_token_of(&answer)
    }

    /// A line system of the sample city, with a token.
    ///
    /// # Errors
    /// When the file does not name it or identity does not let it in.
    pub async fn system(&self, client_id: &str) -> Result<Caller, Error> {
        let known = self.accounts.systems.iter().find(|system| system.client_id == client_id);
        let known = known.ok_or_else(|| {
            Error::Unexpected(format!("the sample accounts name no system {client_id}"))
        })?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &known.client_id),
            ("client_secret", &known.client_secret),
        ];
        let (anyone, path) = (self.anyone(), "/identity/v1/tokens");
        let request = anyone.request(Method::POST, path)?.form(&form);
        let answer = anyone.send(Method::POST, path, request).await?.expect(200)?;
        self.with_token_of(&answer)
    }

    fn with_token_of(&self, answer: &Answer) -> Result<Caller, Error> {
        Ok(self.bearer(answer.text("/access_token")?))
    }
}

/// Somebody who calls the city.
#[derive(Debug, Clone)]
pub struct Caller {
    city: City,
    token: Option<String>,
}

impl Caller {
    /// The token, if there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `GET path`.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.send(Method::GET, path, self.request(Method::GET, path)?).await
    }

    /// `POST path` with JSON.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Error> {
        self.call(Method::POST, path, Some(body), None).await
    }

    /// `POST path` with JSON and an idempotency key.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Answer, Error> {
        self.call(Method::POST, path, Some(body), Some(key)).await
    }

    /// Any method with whatever body.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Answer, Error> {
        let mut request = self.request(method.clone(), path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.send(method, path, request).await
    }

    /// `POST path` with `text` as JSON, byte for byte, and headers of its own.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post_with(
        &self,
        path: &str,
        text: String,
        headers: &[(&'static str, String)],
    ) -> Result<Answer, Error> {
        let mut request =
            self.request(Method::POST, path)?.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.send(Method::POST, path, request.body(text)).await
    }

    /// `GET path` with headers of its own.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get_with(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Answer, Error> {
        let mut request = self.request(Method::GET, path)?;
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.send(Method::GET, path, request).await
    }

    /// The text at `path` as it is, byte for byte.
    ///
    /// # Errors
    /// When nobody answers, or with another status than 200.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        let what = format!("{} {path}", Method::GET);
        let away = |error| Error::NoAnswer(what.clone(), error);
        let response = self.request(Method::GET, path)?.send().await.map_err(away)?;
        if response.status().as_u16() != 200 {
            return Err(Error::Unexpected(format!("{what} → {}", response.status())));
        }
        response.text().await.map_err(away)
    }

    /// `POST /intake/v1/files` with one file.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> Result<Answer, Error> {
        self.upload_to("/intake/v1/files", name, bytes).await
    }

    /// `POST path` with one file.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn upload_to(&self, path: &str, name: &str, bytes: Vec<u8>) -> Result<Answer, Error> {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        self.send(Method::POST, path, self.request(Method::POST, path)?.multipart(form)).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let request = self.city.http.request(method, self.city.addresses.url(path)?);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        request: RequestBuilder,
    ) -> Result<Answer, Error> {
        let what = format!("{method} {path}");
        let away = |error| Error::NoAnswer(what.clone(), error);
        let response = request.send().await.map_err(away)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(away)?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(Answer { what, status, body })
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path that were asked.
    pub what: String,
    /// HTTP status.
    pub status: u16,
    /// The body as JSON; a string when it is none.
    pub body: Value,
}

impl Answer {
    /// The answer itself, when its status is `status`.
    ///
    /// # Errors
    /// When it is another.
    pub fn expect(self, status: u16) -> Result<Self, Error> {
        if self.status == status {
            return Ok(self);
        }
        Err(Error::Unexpected(format!(
            "{} → {} where {status} was expected: {:#}",
            self.what, self.status, self.body
        )))
    }

    /// The problem's code; empty when there is none.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The text at a JSON Pointer.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&self, pointer: &str) -> Result<&str, Error> {
        self.body.pointer(pointer).and_then(Value::as_str).ok_or_else(|| {
            Error::Unexpected(format!("{}: no text at {pointer} in {:#}", self.what, self.body))
        })
    }
}
