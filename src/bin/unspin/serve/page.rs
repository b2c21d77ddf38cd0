//! The page: files that are part of the program and ask nobody else for anything.

use axum::extract::Path;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use unspin::Report;

use super::reply;

/// What the page may do: run its own code, use its own style, ask its own server; nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const FILES: [(&str, &str, &str); 7] = [
    ("style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("session.js", "text/javascript; charset=utf-8", include_str!("page/session.js")),
    ("view.js", "text/javascript; charset=utf-8", include_str!("page/view.js")),
    ("panel.js", "text/javascript; charset=utf-8", include_str!("page/panel.js")),
    ("server.js", "text/javascript; charset=utf-8", include_str!("page/server.js")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("page/app.js")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
];

pub(super) async fn index() -> Response {
    // What is told to be spun in part is so here as elsewhere.
    let throughout = Report::THROUGHOUT.to_string();
    sent("text/html; charset=utf-8", include_str!("page/index.html").replace("{throughout}", &throughout))
}

pub(super) async fn file(Path(name): Path<String>, uri: Uri) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some(&(_, kind, text)) => sent(kind, text),
        None => reply::not_found(uri).await,
    }
}

fn sent(kind: &'static str, text: impl IntoResponse) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    // A new version of the program has a new page.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
