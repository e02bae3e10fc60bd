//! Where a request comes from, as far as its headers say so.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::give::Origin;

/// What a device says it is: an identifier that a browser, or a device at a counter, keeps.
pub const DEVICE: &str = "tongban-device";
/// Longest identifier of a device that is looked at.
const LONGEST: usize = 128;

/// The origin of a request. The network is the last address that the proxy before us noted; without a proxy there is none.
pub struct OriginOf(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for OriginOf {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        let network = text(headers, "x-forwarded-for").and_then(|all| all.rsplit(',').next());
        let bearer = text(headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        Ok(Self(Origin {
            device: device(headers).map(str::to_owned),
            network: network.map(|address| address.trim().to_owned()),
            bearer: bearer.map(|(_, token)| token.trim().to_owned()),
        }))
    }
}

/// What the device of a request says it is.
pub fn device(headers: &HeaderMap) -> Option<&str> {
    text(headers, DEVICE).filter(|device| !device.is_empty() && device.len() <= LONGEST)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
