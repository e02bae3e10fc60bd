//! What RFC 6749 sends otherwise than everything else: form-encoded bodies and Basic credentials.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use tongban_kernel::{Fault, FaultKind};
use tongban_web::Problem;

use crate::domain::secret::Secret;

/// A form-encoded body.
pub struct FormBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for FormBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(value)) => Ok(Self(value)),
            Err(rejection) => Err(match rejection.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Fault::new(
                    FaultKind::Unsupported,
                    "not_form",
                    "请求内容应为表单编码（Content-Type: application/x-www-form-urlencoded）",
                ),
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Fault::new(FaultKind::TooLarge, "body_too_large", "请求内容过大")
                }
                _ => {
                    Fault::new(FaultKind::Malformed, "malformed_form", "请求内容不是合法的表单编码")
                }
            }
            .into()),
        }
    }
}

/// The client's identifier and secret from `Authorization: Basic`, if it is there.
///
/// # Errors
/// When it cannot be read.
pub fn basic(headers: &HeaderMap) -> Result<Option<(String, Secret)>, Fault> {
    let unreadable =
        || Fault::new(FaultKind::Malformed, "malformed_basic", "Authorization: Basic 无法读取");
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let value = value.to_str().map_err(|_| unreadable())?;
    let (scheme, encoded) = value.split_once(' ').ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let text = STANDARD.decode(encoded.trim()).map_err(|_| unreadable())?;
    let text = String::from_utf8(text).map_err(|_| unreadable())?;
    let (client, secret) = text.split_once(':').ok_or_else(unreadable)?;
    let client = form_decoded(client).ok_or_else(unreadable)?;
    let secret = form_decoded(secret).ok_or_else(unreadable)?;
    Ok(Some((client, Secret::from(secret))))
}

/// Undoes the form encoding that both parts have before they are joined (RFC 6749, section 2.3.1).
fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? << 4 | digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_encoding_is_undone() {
        assert_eq!(form_decoded("line.haizhou").as_deref(), Some("line.haizhou"));
        assert_eq!(form_decoded("a%2Bb+c%E9%80%9A").as_deref(), Some("a+b c通"));
        assert_eq!(form_decoded("a%2"), None);
        assert_eq!(form_decoded("a%zz"), None);
        assert_eq!(form_decoded("%ff"), None);
    }
}
