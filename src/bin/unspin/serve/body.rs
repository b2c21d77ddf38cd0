//! The body of a request, read within limits.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::{Instant, timeout, timeout_at};

use super::Server;
use super::queue::{Failure, Place, Queue};
use super::reply::{Refusal, content_type};

/// How long the rest of a body that is refused is read, so that the client gets to the answer.
const DRAIN: Duration = Duration::from_secs(1);

/// What a body must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    /// A form; LanguageTool's own server takes one under any name, or none, and its clients count on that.
    Form,
}

/// Lets a request into a queue and reads its body, which must be of this kind.
pub(super) async fn take(
    server: &Server,
    queue: &Queue,
    request: Request,
    kind: Kind,
) -> Result<(Place, Bytes), Refusal> {
    let (head, body) = request.into_parts();
    let said = content_type(&head.headers);
    let (is_sound, wanted) = match kind {
        Kind::Json => (said == "application/json", "application/json"),
        Kind::Form => (!said.starts_with("multipart/"), "application/x-www-form-urlencoded"),
    };
    let is_coded = head.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    let refusal = if body.size_hint().lower() > server.max_size as u64 {
        too_large(server)
    } else if is_coded {
        let message = "the body must come as it is, without a Content-Encoding";
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", message)
    } else if is_sound {
        match queue.enter(Instant::now() + server.time_limit) {
            Ok(place) => return read(server, place, body).await,
            Err(failure) => Refusal::from(failure),
        }
    } else {
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", format!("the body must be {wanted}"))
    };
    drain(server, body).await;
    Err(refusal)
}

async fn read(server: &Server, place: Place, body: Body) -> Result<(Place, Bytes), Refusal> {
    let whole = Limited::new(body, server.max_size).collect();
    match timeout_at(place.deadline(), whole).await {
        Ok(Ok(whole)) => Ok((place, whole.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(server)),
        Ok(Err(_)) => Err(Refusal::bad("the body broke off")),
        Err(_) => Err(Failure::Late.into()),
    }
}

fn too_large(server: &Server) -> Refusal {
    let most = server.max_size / 1024;
    let message = format!("the body has more than {most} KiB; send less, or start the server with --max-size");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
}

/// Reads what is left of a body, within reason, and forgets it.
async fn drain(server: &Server, body: Body) {
    let mut body = Limited::new(body, server.max_size.saturating_mul(8));
    let all = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout(DRAIN, all).await;
}
