//! Figures for Prometheus: of requests and texts, never of what stood in them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Server;

/// Paths that have figures of their own.
const PATHS: [&str; 12] = [
    "/",
    "/healthz",
    "/metrics",
    "/v1/apply",
    "/v1/check",
    "/v1/fix",
    "/v1/openapi.json",
    "/v2/check",
    "/v2/healthcheck",
    "/v2/info",
    "/v2/languages",
    "/v2/maxtextlength",
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    path: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Path {
    path: &'static str,
}

/// The counters.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Path, Histogram, fn() -> Histogram>,
    texts: Counter,
    spun: Counter,
    bytes: Counter,
    findings: Counter,
    /// Requests with a text that are let in and not answered yet.
    inside: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new([0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0]);
        let mut metrics = Self {
            registry: Registry::with_prefix("unspin"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            texts: Counter::default(),
            spun: Counter::default(),
            bytes: Counter::default(),
            findings: Counter::default(),
            inside: Gauge::default(),
        };
        let Self { registry, requests, seconds, texts, spun, bytes, findings, inside } = &mut metrics;
        registry.register("requests", "Requests answered", requests.clone());
        registry.register("request_seconds", "Time to the head of the answer", seconds.clone());
        registry.register("texts", "Texts checked", texts.clone());
        registry.register("texts_spun", "Texts that are more probably spun than not", spun.clone());
        registry.register("text_bytes", "Bytes of text checked", bytes.clone());
        registry.register("findings", "Findings reported", findings.clone());
        registry.register("texts_in_work", "Texts being checked or waiting for it", inside.clone());
        metrics
    }
}

impl Metrics {
    /// Counts an answer.
    pub(super) fn request(&self, path: &str, status: StatusCode, time: Duration) {
        let path = known_path(path);
        self.requests.get_or_create(&Request { path, status: status.as_u16() }).inc();
        self.seconds.get_or_create(&Path { path }).observe(time.as_secs_f64());
    }

    /// Counts a text that was checked to its end.
    pub(super) fn text(&self, bytes: usize, report: &unspin::Report) {
        self.texts.inc();
        self.spun.inc_by(u64::from(report.is_spun()));
        self.bytes.inc_by(bytes as u64);
        self.findings.inc_by(report.findings.len() as u64);
    }
}

/// The path, where it is one of ours.
pub(super) fn known_path(path: &str) -> &'static str {
    PATHS.into_iter().find(|known| *known == path).unwrap_or(if path.starts_with("/page/") { "/page" } else { "other" })
}

pub(super) async fn show(State(server): State<Arc<Server>>) -> Response {
    server.metrics.inside.set(server.queue.inside() as i64);
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = text::encode(&mut out, &server.metrics.registry);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], out).into_response()
}
