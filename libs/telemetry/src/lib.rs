//! Traces, metrics and logs, set up once per process; trace context in and out as W3C `traceparent`.

use std::collections::HashMap;
use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What is logged and traced, unless `TONGBAN_LOG` says otherwise for the lines.
///
/// Both layers keep silent about the same libraries: where one listens and the other does not, a library that only
/// asks whether anybody listens makes `tracing` withhold the next line of its thread.
const LISTENED: &str = "info,sqlx=warn,sea_orm=warn,rdkafka=error,librdkafka=error";

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The OTLP exporter refused its settings.
    #[error("the trace exporter cannot be built: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Something in this process had set it up before.
    #[error("telemetry is set up already: {0}")]
    Twice(String),
}

/// Keeps telemetry going; call [`Telemetry::shut_down`] before the process ends.
pub struct Telemetry {
    metrics: PrometheusHandle,
    traces: SdkTracerProvider,
}

/// Sets up logs on standard error, metrics, and traces to `otlp` (an OTLP/HTTP base URL) if given.
///
/// # Errors
/// When the exporter cannot be built or telemetry was set up before.
pub fn set_up(
    service: &str,
    format: LogFormat,
    otlp: Option<&str>,
) -> Result<Telemetry, TelemetryError> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| TelemetryError::Twice(error.to_string()))?;
    // Nobody to send spans to, none is recorded; trace ids are made and handed on all the same.
    let sampler = match otlp {
        Some(_) => Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
        None => Sampler::AlwaysOff,
    };
    let mut traces = SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_resource(Resource::builder().with_service_name(service.to_owned()).build());
    if let Some(base) = otlp {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", base.trim_end_matches('/')))
            .build()?;
        traces = traces.with_batch_exporter(exporter);
    }
    let traces = traces.build();
    let lines = match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(colours)
                .compact()
                .boxed()
        }
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    };
    let filter =
        EnvFilter::try_from_env("TONGBAN_LOG").unwrap_or_else(|_| EnvFilter::new(LISTENED));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(
            tracing_opentelemetry::layer()
                .with_tracer(traces.tracer("tongban"))
                .with_filter(EnvFilter::new(LISTENED)),
        )
        .try_init()
        .map_err(|error| TelemetryError::Twice(error.to_string()))?;
    Ok(Telemetry { metrics, traces })
}

impl Telemetry {
    /// Renders all metrics in the Prometheus text format.
    pub fn metrics(&self) -> PrometheusHandle {
        self.metrics.clone()
    }

    /// Sends what is still waiting and stops.
    pub fn shut_down(&self) {
        if let Err(error) = self.traces.shutdown() {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// The W3C `traceparent` of the current span, to be sent along or stored with an event.
pub fn current_traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove("traceparent")
}

/// Makes `span` a child of the span that `traceparent` names, if it is well formed.
pub fn continue_from(span: &Span, traceparent: Option<&str>) {
    let Some(traceparent) = traceparent else { return };
    let carrier = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    let parent = TraceContextPropagator::new().extract(&carrier);
    if let Err(error) = span.set_parent(parent) {
        tracing::debug!(%error, "the trace cannot be continued");
    }
}
