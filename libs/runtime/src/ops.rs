//! Routes for those who run the process: health, metrics, documents.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use tongban_history::{History, KeyState};
use tongban_kernel::{Clock, Fault};
use tongban_web::Problem;
use tongban_web::api::published;
use tongban_web::token::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

use crate::operators::Operators;

/// What health is judged by.
#[derive(Clone)]
pub(crate) struct Ops {
    pub(crate) watched: Arc<Vec<(&'static str, Operators, History)>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) verifier: Verifier,
    pub(crate) stopping: Arc<AtomicBool>,
    /// Whether a schema was contracted for a later version of the program.
    pub(crate) outdated: Arc<AtomicBool>,
    pub(crate) metrics: Option<PrometheusHandle>,
}

/// The routes; `documents` are the services' names and OpenAPI documents.
pub(crate) fn router(ops: Ops, documents: Vec<(&'static str, OpenApi)>) -> Router {
    let mut urls = Vec::with_capacity(documents.len());
    let mut pages = Router::new();
    for (name, document) in documents {
        // The page's type wants text that lives as long as the process; so few words may.
        let path: &'static str = format!("/openapi/{name}.json").leak();
        urls.push(Url::new(name, path));
        pages = pages.route(path, document_page(document));
    }
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/docs/") }))
        .route("/health/live", get(|| async { Json(serde_json::json!({"status": "live"})) }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(ops)
        .merge(SwaggerUi::new("/docs").config(Config::new(urls)))
        .merge(pages)
}

/// A document, written when it is first asked for.
fn document_page(document: OpenApi) -> MethodRouter {
    let text = Arc::new(LazyLock::new(move || published(document)));
    get(|| async move {
        match &**text {
            Ok(text) => ([(CONTENT_TYPE, "application/json")], text.clone()).into_response(),
            Err(fault) => Problem::from(fault.clone()).into_response(),
        }
    })
}

/// Ready when every database answers and tokens can be checked.
async fn ready(State(ops): State<Ops>) -> Response {
    let mut lacking = Vec::new();
    if ops.stopping.load(Ordering::SeqCst) {
        lacking.push("stopping".to_owned());
    }
    if ops.outdated.load(Ordering::SeqCst) {
        lacking.push("a schema was contracted for a later version".to_owned());
    }
    if !ops.verifier.is_ready() {
        lacking.push("no token keys yet".to_owned());
    }
    let mut warnings = Vec::new();
    for (name, watched, history) in ops.watched.iter() {
        let ping = watched.ledger.db().ping();
        let answer = tokio::time::timeout(Duration::from_secs(2), ping).await;
        if !matches!(answer, Ok(Ok(()))) {
            lacking.push(format!("database of {name} does not answer"));
            continue;
        }
        let key = tokio::time::timeout(Duration::from_secs(2), history.key_state()).await;
        if let Ok(Ok(KeyState::Lost | KeyState::Sealed)) = key {
            warnings.push(format!("history key of {name} is missing: no checkpoints, no receipts"));
        }
    }
    if lacking.is_empty() {
        let mut body = serde_json::json!({"status": "ready"});
        if !warnings.is_empty() {
            // Requests go on, so it is not taken out of service; somebody has to look at it all the same.
            body["warnings"] = warnings.into();
        }
        Json(body).into_response()
    } else {
        let body = serde_json::json!({"status": "not_ready", "lacking": lacking});
        (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
    }
}

async fn metrics(State(ops): State<Ops>) -> Response {
    for (name, watched, history) in ops.watched.iter() {
        if let Ok(waiting) = history.waiting().await {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            metrics::gauge!("history_waiting", "service" => *name).set(waiting as f64);
        }
        // A database that is away leaves its gauges as they were; readiness tells of it.
        if let Err(fault) = measure(name, watched, ops.clock.as_ref()).await {
            tracing::debug!(service = name, %fault, "not measured");
        }
    }
    match &ops.metrics {
        Some(handle) => handle.render().into_response(),
        None => (StatusCode::NOT_FOUND, "metrics are not set up").into_response(),
    }
}

/// How far events lag behind: on their way out of a service, and parked by its consumers.
async fn measure(name: &'static str, watched: &Operators, clock: &dyn Clock) -> Result<(), Fault> {
    let read = watched.ledger.db().read();
    let waiting = tongban_ledger::pending(read).await?;
    let oldest = tongban_ledger::oldest_pending(read).await?;
    let parked = tongban_events::counts(read).await?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    let gauge = |count: i64| count as f64;
    let age = oldest.map_or(0, |oldest| (clock.now() - oldest).num_milliseconds().max(0));
    metrics::gauge!("outbox_waiting", "service" => name)
        .set(gauge(i64::try_from(waiting).unwrap_or(i64::MAX)));
    metrics::gauge!("outbox_oldest_seconds", "service" => name).set(gauge(age) / 1000.0);
    // Consumers without any are told as well, or a gauge would stay where it was once.
    for consumer in watched.consumers.iter().map(|consumer| consumer.name()) {
        let count = parked.iter().find(|(found, _)| found == consumer).map_or(0, |found| found.1);
        metrics::gauge!("events_parked", "service" => name, "consumer" => consumer)
            .set(gauge(count));
    }
    Ok(())
}
