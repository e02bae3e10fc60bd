//! One span and one measurement per request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

/// Continues the caller's trace, measures the request, and names the trace in the answer.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let route =
        request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = %method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    let parent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    tongban_telemetry::continue_from(&span, parent);
    let started = Instant::now();
    let (mut response, traceparent) = async move {
        let response = next.run(request).await;
        let status = i64::from(response.status().as_u16()); // other integers leave as text
        tracing::Span::current().record("http.response.status_code", status);
        (response, tongban_telemetry::current_traceparent())
    }
    .instrument(span)
    .await;
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::histogram!("http_request_duration_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
    if let Some(value) = traceparent.and_then(|parent| HeaderValue::from_str(&parent).ok()) {
        response.headers_mut().insert("traceparent", value);
    }
    response
}
