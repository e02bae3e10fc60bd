//! Handing records over by HTTP: `POST` with a signature over identifier, time and body.

use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode};
use sm3::Sm3;

use crate::target::{Handed, Receiver};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Shortest secret taken, in bytes.
const SECRET: usize = 16;
/// Most characters kept of what a receiver says.
const SAID: usize = 500;

/// A receiver that is reached by HTTP.
pub struct HttpReceiver {
    client: Client,
    url: String,
    secret: Vec<u8>,
    app_mark: Option<String>,
}

impl HttpReceiver {
    /// The receiver at `url`, with whom `secret` is shared.
    ///
    /// # Errors
    /// In words: no HTTP address, or a secret too short to be one.
    pub fn new(url: &str, secret: &str) -> Result<Self, String> {
        let address = reqwest::Url::parse(url).map_err(|error| format!("exports: {error}"))?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err("exports: addresses begin with http:// or https://".into());
        }
        if secret.len() < SECRET {
            return Err(format!("export_secrets_file: a secret has {SECRET} bytes or more"));
        }
        let client = Client::builder().timeout(PATIENCE).build();
        let client = client.map_err(|error| format!("exports: {error}"))?;
        Ok(Self { client, url: url.to_owned(), secret: secret.as_bytes().to_vec(), app_mark: None })
    }

    /// The same, with every record in an envelope `{time, appMark, sign, params}`: time in seconds since 1970, the record
    /// in `params`, and in `sign` the [`signature`] over `appMark`, time and the record as it is sent.
    pub fn enveloped(self, app_mark: &str) -> Self {
        Self { app_mark: Some(app_mark.to_owned()), ..self }
    }
}

/// The signature over `id`, time and body with points between: HMAC (GB/T 15852.2) with SM3, in hexadecimal.
pub fn signature(secret: &[u8], id: &str, time: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sm3>::new_from_slice(secret).ok()?;
    for part in [id, ".", time, ".", body] {
        mac.update(part.as_bytes());
    }
    Some(hex::encode(mac.finalize().into_bytes()))
}

/// The envelope of a record; `record` stays as it is, to the byte.
fn envelope(secret: &[u8], app_mark: &str, time: &str, record: &str) -> Option<String> {
    let sign = signature(secret, app_mark, time, record)?;
    let mark = serde_json::to_string(app_mark).ok()?;
    Some(format!(r#"{{"time":{time},"appMark":{mark},"sign":"{sign}","params":{record}}}"#))
}

#[async_trait]
impl Receiver for HttpReceiver {
    async fn hand_over(&self, id: &str, body: &str, now: i64) -> Handed {
        let time = now.to_string();
        let unsigned = || Handed::Away("the record cannot be signed".into());
        let body = match &self.app_mark {
            None => body.to_owned(),
            Some(mark) => match envelope(&self.secret, mark, &time, body) {
                Some(enveloped) => enveloped,
                None => return unsigned(),
            },
        };
        let Some(signature) = signature(&self.secret, id, &time, &body) else {
            return unsigned();
        };
        let sent = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("tongban-record", id)
            .header("tongban-time", time)
            .header("tongban-signature", format!("hmac-sm3={signature}"))
            .body(body)
            .send()
            .await;
        match sent {
            // What reqwest says names the address, which may hold a token of the receiver's.
            Err(error) => Handed::Away(error.without_url().to_string()),
            Ok(response) => {
                let status = response.status();
                let said = response.text().await.unwrap_or_default();
                let said: String = said.chars().take(SAID).collect();
                judge(status, said)
            }
        }
    }
}

fn judge(status: StatusCode, said: String) -> Handed {
    match status {
        _ if status.is_success() => Handed::Taken,
        // Only these say that the record itself is at fault; anything else may pass.
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Handed::Refused(format!("{status}: {said}"))
        }
        _ => Handed::Away(format!("{status}: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_faulty_record_is_refused_for_good() {
        let ended = |status: u16| judge(StatusCode::from_u16(status).unwrap(), String::new());
        assert_eq!(ended(202), Handed::Taken);
        assert!(matches!(ended(422), Handed::Refused(_)));
        for status in [401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(ended(status), Handed::Away(_)), "{status}");
        }
    }

    #[test]
    fn a_signature_covers_identifier_time_and_body() {
        let of = |id, time, body| signature(b"0123456789abcdef", id, time, body).unwrap();
        let whole = of("a", "1", "{}");
        assert_eq!(whole.len(), 64);
        for other in [of("b", "1", "{}"), of("a", "2", "{}"), of("a", "1", "{ }")] {
            assert_ne!(other, whole);
        }
    }

    #[test]
    fn an_envelope_holds_the_record_as_it_is_and_a_signature_over_it() {
        let record = r#"{"projectNo": "1"}"#;
        let text = envelope(b"0123456789abcdef", "tong\"ban", "1773193330", record).unwrap();
        assert!(text.ends_with(&format!(r#""params":{record}}}"#)));
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let sign = signature(b"0123456789abcdef", "tong\"ban", "1773193330", record).unwrap();
        assert_eq!((&read["time"], &read["sign"]), (&1_773_193_330.into(), &sign.into()));
        assert_eq!(read["appMark"], "tong\"ban");
    }

    #[test]
    fn addresses_and_secrets_are_checked() {
        assert!(HttpReceiver::new("https://receiver.example/in", "0123456789abcdef").is_ok());
        assert!(HttpReceiver::new("ftp://receiver.example/in", "0123456789abcdef").is_err());
        assert!(HttpReceiver::new("https://receiver.example/in", "short").is_err());
    }
}
