//! Who may ask: the names the server answers to, the pages that may send requests, the token. And what every answer
//! says to browsers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::metrics::known_path;
use super::reply::Refusal;
use super::{Serve, Server};
use crate::terminal;

pub(super) struct Guard {
    /// Names in the Host header that are answered to, in lower case, besides addresses and localhost.
    hosts: Vec<String>,
    /// Origins that may ask besides the server's own page, in lower case; `*` at the end stands for anything.
    origins: Vec<String>,
    token: Option<String>,
}

impl Guard {
    pub(super) fn new(command: &Serve) -> anyhow::Result<Self> {
        let token = match &command.token_file {
            Some(path) => {
                Some(std::fs::read_to_string(path).with_context(|| path.display().to_string())?.trim().to_owned())
            }
            None => std::env::var("UNSPIN_TOKEN").ok(),
        };
        if let Some(token) = &token {
            ensure!(
                token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_graphic()),
                "the token must have 16 characters or more, none of them blank or beyond ASCII"
            );
        }
        Ok(Self {
            hosts: command.host.iter().map(|host| host.to_ascii_lowercase()).collect(),
            origins: command.allow_origin.clone(),
            token,
        })
    }

    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether a secret is the token; how long it takes does not tell how much of it is right.
    pub(super) fn is_token(&self, secret: &str) -> bool {
        let Some(token) = &self.token else { return true };
        let differs = token.bytes().zip(secret.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        token.len() == secret.len() && differs == 0
    }

    /// Whether the server answers to a Host header. A page that was sent here by a changed DNS entry has a name in it
    /// that was never ours; an address cannot be faked so.
    fn is_host(&self, host: &str) -> bool {
        let name = host_name(host);
        name == "localhost"
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
            || self.hosts.iter().any(|known| *known == name || *known == host.to_ascii_lowercase())
    }

    /// Whether another page than the server's own may ask.
    fn is_foreign_allowed(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.origins.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => origin.starts_with(start),
            None => *known == origin,
        })
    }

    /// What the headers of a request allow: nothing, or answers, to a foreign page where one asks.
    fn admit(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Option<HeaderValue>, Refusal> {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let host = text(header::HOST).unwrap_or_default();
        if !self.is_host(host) {
            let message = "the Host header has a name that this server does not answer to; --host adds one";
            return Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, "host", message));
        }
        let origin = headers.get(header::ORIGIN).filter(|origin| {
            let own = |scheme: &str| origin.as_bytes() == format!("{scheme}://{host}").as_bytes();
            !own("http") && !own("https")
        });
        if let Some(origin) = origin
            && !origin.to_str().is_ok_and(|origin| self.is_foreign_allowed(origin))
        {
            let message = "pages of other origins may not ask; --allow-origin lets one";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "origin", message));
        }
        // Pictures, frames and links of other pages come without an Origin. Only the page may be reached so.
        let site = text(HeaderName::from_static("sec-fetch-site")).unwrap_or("none");
        if origin.is_none() && path != "/" && !["none", "same-origin"].contains(&site) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "origin", "only the page may be linked to from elsewhere"));
        }
        // The page, and that the server is alive, are no secrets. LanguageTool's clients send their key in the form,
        // where the handler looks for it.
        let open = path == "/" || path.starts_with("/page/") || path == "/healthz" || path == "/v2/check";
        let secret = text(header::AUTHORIZATION).and_then(bearer);
        if !open && *method != Method::OPTIONS && !self.is_token(secret.unwrap_or_default()) {
            return Err(Self::no_token());
        }
        Ok(origin.cloned())
    }

    /// The refusal of a request without the token.
    pub(super) fn no_token() -> Refusal {
        let message = "the token is missing or wrong; send it as Authorization: Bearer TOKEN";
        Refusal::new(StatusCode::UNAUTHORIZED, "token", message)
    }
}

/// The secret of an Authorization header.
pub(super) fn bearer(value: &str) -> Option<&str> {
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The host without its port, in lower case.
fn host_name(host: &str) -> String {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    name.unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// Lets a request through or not, counts it, and says to browsers what they may do with the answer.
pub(super) async fn watch(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = match server.guard.admit(&method, &path, request.headers()) {
        Ok(foreign) => {
            let mut response = match foreign {
                Some(_) if method == Method::OPTIONS => preflight(),
                _ => next.run(request).await,
            };
            if let Some(origin) = foreign {
                response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
            response
        }
        Err(refusal) => refusal.answer(&path),
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let status = response.status();
    server.metrics.request(&path, status, started.elapsed());
    if server.verbose {
        // A query may hold a text, and so may a path that is not ours.
        let (path, milliseconds) = (known_path(&path), started.elapsed().as_millis());
        terminal::note(&format!("{method} {path} {} {milliseconds} ms", status.as_u16()));
    }
    response
}

/// What a page of an origin that may ask can do.
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, accept"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard {
            hosts: vec!["spin.example".into()],
            origins: vec!["https://app.example".into(), "moz-extension://*".into()],
            token: Some("0123456789abcdef".into()),
        }
    }

    #[test]
    fn names() {
        for (host, yes) in [
            ("127.0.0.1:8081", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("[::1]:8081", true),
            ("192.168.1.7:80", true),
            ("spin.example:8081", true),
            ("evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example:8081", false),
            ("", false),
        ] {
            assert_eq!(guard().is_host(host), yes, "{host}");
        }
    }

    #[test]
    fn origins_and_tokens() {
        let ask = |path: &str, origin: &str, authorization: &str| {
            let mut headers = HeaderMap::new();
            let mut put = |name, value: &str| {
                if !value.is_empty() {
                    headers.insert(name, value.parse().expect("a value"));
                }
            };
            put(header::HOST, "127.0.0.1:8081");
            put(header::ORIGIN, origin);
            put(header::AUTHORIZATION, authorization);
            guard().admit(&Method::POST, path, &headers).map_or_else(|refusal| refusal.status.as_u16(), |_| 200)
        };
        let token = "Bearer 0123456789abcdef";
        for (path, origin, authorization, status) in [
            ("/v1/check", "", token, 200),
            ("/v1/check", "http://127.0.0.1:8081", token, 200),
            ("/v1/check", "https://app.example", token, 200),
            ("/v1/check", "moz-extension://6f1c", token, 200),
            ("/v1/check", "http://127.0.0.1:9999", token, 403),
            ("/v1/check", "https://app.example.evil", token, 403),
            ("/v1/check", "null", token, 403),
            ("/v1/check", "", "", 401),
            ("/v1/check", "", "Bearer 0123456789abcdeX", 401),
            ("/v1/check", "", "Basic 0123456789abcdef", 401),
            ("/metrics", "", "", 401),
            ("/", "", "", 200),
            ("/healthz", "", "", 200),
        ] {
            assert_eq!(ask(path, origin, authorization), status, "{path} {origin} {authorization}");
        }
    }
}
