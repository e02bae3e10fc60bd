//! Problem documents (RFC 9457): how a fault reaches the caller.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, FaultKind};
use utoipa::ToSchema;

/// A fault on its way to an HTTP caller.
#[derive(Debug)]
pub struct Problem(Fault);

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

/// One fault in one place of the request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemError {
    /// JSON Pointer (RFC 6901) to the place.
    #[schema(example = "/form/citizen_id")]
    pub pointer: String,
    /// Stable code for programs.
    #[schema(example = "required")]
    pub code: String,
    /// Chinese text for people.
    #[schema(example = "「身份证号」为必填项")]
    pub message: String,
}

/// Problem document (RFC 9457) that names every fault of the request at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemDocument {
    /// URN of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:tongban:problem:invalid_request")]
    pub problem_type: String,
    /// Chinese title.
    #[schema(example = "请求内容有误")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// Stable code for programs.
    #[schema(example = "invalid_request")]
    pub code: String,
    /// Longer explanation.
    #[schema(examples("第 3 行第 14 列"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Every fault found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemError>,
    /// Where our logs tell more.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

/// The URN of the kind of problem that `code` stands for.
pub(crate) fn problem_type(code: &str) -> String {
    format!("urn:tongban:problem:{code}")
}

/// The status a kind of fault is answered with.
fn status_of(kind: FaultKind) -> StatusCode {
    match kind {
        FaultKind::Malformed => StatusCode::BAD_REQUEST,
        FaultKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultKind::Forbidden => StatusCode::FORBIDDEN,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FaultKind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        FaultKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(fault) = self;
        let status = status_of(fault.kind());
        if fault.kind() == FaultKind::Unavailable {
            tracing::warn!(%fault, "request put off");
        } else if status.is_server_error() {
            tracing::error!(%fault, "request failed");
        } else {
            tracing::debug!(%fault, "request refused");
        }
        let document = ProblemDocument {
            problem_type: problem_type(fault.code()),
            title: fault.title().to_owned(),
            status: status.as_u16(),
            code: fault.code().to_owned(),
            detail: fault.detail().map(str::to_owned),
            errors: fault
                .errors()
                .iter()
                .map(|error| ProblemError {
                    pointer: error.pointer.clone(),
                    code: error.code.clone(),
                    message: error.message.clone(),
                })
                .collect(),
            trace_id: tongban_telemetry::current_traceparent()
                .and_then(|parent| parent.split('-').nth(1).map(str::to_owned)),
        };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};
    use tongban_kernel::Faults;

    use super::*;

    async fn answer(fault: Fault) -> (StatusCode, axum::http::HeaderMap, Value) {
        let response = Problem::from(fault).into_response();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn every_fault_is_in_the_document() {
        let mut faults = Faults::new();
        faults.add("/a/0", "required", "缺少 a");
        faults.add("/b~1c", "type", "应为整数");
        let fault = faults.into_result("invalid_thing", "内容有误").unwrap_err();
        let (status, headers, body) = answer(fault.with_detail("说明").internally("secret")).await;
        assert_eq!(status, 422);
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "urn:tongban:problem:invalid_thing", "title": "内容有误", "status": 422,
                "code": "invalid_thing", "detail": "说明",
                "errors": [
                    {"pointer": "/a/0", "code": "required", "message": "缺少 a"},
                    {"pointer": "/b~1c", "code": "type", "message": "应为整数"},
                ],
            })
        );
    }

    #[tokio::test]
    async fn what_went_wrong_inside_stays_inside() {
        for fault in [Fault::internal("password"), Fault::unavailable("password")] {
            let (status, _, body) = answer(fault).await;
            assert!(status.is_server_error());
            assert!(!body.to_string().contains("password"), "{body}");
        }
    }

    #[tokio::test]
    async fn each_kind_has_its_status_and_headers() {
        use FaultKind::{
            Conflict, Forbidden, Internal, Invalid, Malformed, NotFound, TooLarge, TooMany,
            Unauthenticated, Unavailable, Unsupported,
        };
        for (kind, expected) in [
            (Malformed, 400),
            (Unauthenticated, 401),
            (Forbidden, 403),
            (NotFound, 404),
            (Conflict, 409),
            (TooLarge, 413),
            (Unsupported, 415),
            (Invalid, 422),
            (TooMany, 429),
            (Internal, 500),
            (Unavailable, 503),
        ] {
            let (status, headers, body) = answer(Fault::new(kind, "c", "t")).await;
            assert_eq!((status.as_u16(), &body["status"]), (expected, &json!(expected)));
            let retry = headers.contains_key(header::RETRY_AFTER);
            assert_eq!(retry, matches!(expected, 429 | 503), "{expected}");
            let sign_in = headers.contains_key(header::WWW_AUTHENTICATE);
            assert_eq!(sign_in, expected == 401, "{expected}");
        }
    }
}
