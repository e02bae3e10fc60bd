//! The way to one provider by HTTP: what goes out is signed, what comes in is limited.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};
use tongban_kernel::{Clock, Entropy, Fault};
use url::Url;

use super::said;
use crate::address::{Address, Networks, Pinned};
use crate::error::ProviderFault;
use crate::provider::Ask;
use crate::signing::{Outgoing, Sign};

/// Limits of the way to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most time for a call as a whole, in milliseconds.
    pub deadline_ms: u64,
    /// Most time to connect, in milliseconds; within the deadline.
    pub connect_ms: u64,
    /// Longest answer, in bytes. No more is ever held, whatever comes.
    pub largest: u64,
    /// Deepest nesting of an answer.
    pub deepest: usize,
    /// Most idle connections that are kept.
    pub idle: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline_ms: 5_000, connect_ms: 1_000, largest: 1024 * 1024, deepest: 32, idle: 16 }
    }
}

/// What a [`Link`] is made of.
pub struct LinkParts {
    /// Where.
    pub address: Address,
    /// Networks that may be reached.
    pub networks: Networks,
    /// Limits.
    pub limits: Limits,
    /// Who signs, if the provider wants it.
    pub sign: Option<Arc<dyn Sign>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for nonces.
    pub entropy: Arc<dyn Entropy>,
}

/// The way to one provider.
pub struct Link {
    client: Client,
    parts: LinkParts,
}

/// A request as an adapter builds it.
pub(crate) struct Call<'a> {
    /// Identifier of the service with the provider.
    pub service: &'a str,
    /// From [`Address::url`].
    pub url: Url,
    /// A body with its content type, for `POST`; without one it is a `GET`.
    pub body: Option<(String, Vec<u8>)>,
    /// More headers, from the registration alone.
    pub headers: Vec<(HeaderName, String)>,
    /// Content types that are declared.
    pub expects: &'a [&'a str],
    /// Status codes that carry an answer beside the successful ones.
    pub also: &'a [u16],
}

/// What came.
pub(crate) struct Came {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Link {
    /// A way of its own, with its own pool of connections.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn new(parts: LinkParts) -> Result<Self, Fault> {
        let pinned = Pinned::new(parts.address.host(), &parts.networks);
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy of the environment's would be another address, and look names up by itself.
            .no_proxy()
            .https_only(parts.address.is_https())
            .referer(false)
            .dns_resolver(pinned)
            .connect_timeout(Duration::from_millis(parts.limits.connect_ms))
            .pool_max_idle_per_host(parts.limits.idle)
            .pool_idle_timeout(Duration::from_secs(60))
            .build()
            .map_err(Fault::internal)?;
        Ok(Self { client, parts })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.parts.address
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.parts.limits
    }

    /// The present moment, in microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.parts.clock.now().timestamp_micros()
    }

    /// Sends a call and takes the whole answer, within the time that `ask` and the limits leave.
    ///
    /// # Errors
    /// [`ProviderFault`], whichever applies.
    pub(crate) async fn exchange(&self, ask: &Ask, call: Call<'_>) -> Result<Came, ProviderFault> {
        let patience = ask.patience.min(Duration::from_millis(self.parts.limits.deadline_ms));
        let done = tokio::time::timeout(patience, self.send(ask, call)).await;
        done.unwrap_or(Err(ProviderFault::TimedOut(patience)))
    }

    async fn send(&self, ask: &Ask, call: Call<'_>) -> Result<Came, ProviderFault> {
        let Call { service, url, body, headers, expects, also } = call;
        let outgoing = Outgoing {
            requester: &ask.requester,
            service,
            body: body.as_ref().map(|(_, body)| body.as_slice()).unwrap_or_default(),
        };
        let signed = match &self.parts.sign {
            None => Vec::new(),
            Some(sign) => sign
                .headers(outgoing, self.parts.clock.now(), &*self.parts.entropy)
                .map_err(|fault| ProviderFault::Internal(fault.to_string()))?,
        };
        let mut request = match &body {
            None => self.client.get(url),
            Some((kind, _)) => self.client.post(url).header(CONTENT_TYPE, kind),
        };
        request = request.header(ACCEPT_ENCODING, "identity");
        for (name, value) in headers {
            request = request.header(name, header(&value)?);
        }
        for (name, value) in signed {
            request = request.header(name, header(&value)?);
        }
        if let Some((_, body)) = body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        if also.contains(&status) {
            return Ok(Came { status, body: Vec::new() });
        }
        let declared = is_declared(&response, expects);
        // A fault of SOAP comes with 500 and an envelope, so an adapter may look into it.
        let faulted = status == 500 && declared && expects_xml(expects);
        if !(response.status().is_success() || faulted) {
            return Err(said::refusal(&response, self.parts.clock.now()));
        }
        if !declared {
            return Err(ProviderFault::lied("", "content_type", "应答的内容类型与登记不符"));
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(ProviderFault::lied("", "content_encoding", "应答使用了未约定的压缩编码"));
        }
        Ok(Came { status, body: self.read(response).await? })
    }

    /// Reads until the end or the limit; what is beyond is never taken from the socket.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ProviderFault> {
        let largest = self.parts.limits.largest;
        let too_large = || ProviderFault::TooLarge { limit: largest, unit: "bytes" };
        if response.content_length().is_some_and(|length| length > largest) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len() as u64 + piece.len() as u64 > largest {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

fn header(value: &str) -> Result<HeaderValue, ProviderFault> {
    HeaderValue::from_str(value)
        .map_err(|_| ProviderFault::Internal("a header holds what none may hold".to_owned()))
}

fn expects_xml(expects: &[&str]) -> bool {
    expects.iter().any(|kind| kind.ends_with("xml"))
}

/// Whether the answer has one of the declared content types, in UTF-8 where it names an encoding.
fn is_declared(response: &Response, expects: &[&str]) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let mut parts = kind.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    utf8 && expects.contains(&essence.as_str())
}

/// What a failure of the client means; its text does not repeat the URL, which holds parameters.
fn failed(error: &reqwest::Error) -> ProviderFault {
    let mut causes = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let what = if error.is_connect() { "no connection" } else { "the connection broke" };
    ProviderFault::Unreachable(format!("{what}: {}", causes.join(": ")))
}
