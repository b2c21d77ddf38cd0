//! Answers: JSON, and refusals in the form of the protocol that was spoken.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::queue::Failure;

/// Why a request is not answered as it hoped.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// One word for programs.
    pub(super) code: &'static str,
    /// What is wrong and what to do, for people.
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A request that makes no sense.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", message)
    }

    /// The answer, for a request of this path.
    pub(super) fn answer(self, path: &str) -> Response {
        let (kind, body) = if path.starts_with("/v2/") {
            ("text/plain; charset=utf-8", format!("Error: {}", self.message))
        } else {
            let body = json!({ "error": { "code": self.code, "message": self.message } });
            ("application/json", format!("{body}\n"))
        };
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], body).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        } else if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "as many texts are waiting as may; try again soon")
            }
            Failure::Late => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "time-limit",
                "it took longer than may be; send less text, or start the server with a longer --time-limit",
            ),
            Failure::Broken => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the check failed; this is a fault of unspin")
            }
        }
    }
}

/// A body of JSON.
pub(super) fn json(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

pub(super) async fn not_found(uri: Uri) -> Response {
    let message = format!("no such path; the API is described at {}", super::api::DESCRIPTION);
    Refusal::new(StatusCode::NOT_FOUND, "not-found", message).answer(uri.path())
}

pub(super) async fn method_not_allowed(uri: Uri) -> Response {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this path takes other methods")
        .answer(uri.path())
}

/// The kind of a body, without its parameters, in lower case.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
