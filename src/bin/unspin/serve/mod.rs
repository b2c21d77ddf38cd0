//! `unspin serve`: a page to review texts in, a JSON API and LanguageTool's protocol, on one local server.
//!
//! Requests go through [`guard`], which knows who may ask; texts are checked by [`queue`], which bounds how many and how
//! long. One thread does all of the network, a few others check. Nothing of a text is kept or logged.

mod annotated;
mod api;
mod args;
mod body;
mod check;
mod guard;
mod languagetool;
mod metrics;
mod net;
mod page;
mod queue;
mod reply;
mod stream;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

pub(crate) use self::args::Serve;
use self::guard::Guard;
use self::metrics::Metrics;
use self::queue::Queue;
use crate::args::{Common, threads};
use crate::settings::Settings;
use crate::terminal::{self, Ending};

/// What every request can reach.
pub(crate) struct Server {
    settings: Settings,
    guard: Guard,
    queue: Queue,
    /// Where forms are let in that may have the token in their body, until that is read: who has none takes no place from
    /// those who have.
    hall: Queue,
    metrics: Metrics,
    /// Bytes that a request may have.
    max_size: usize,
    /// Time that a request may take, from its first byte to the last of the answer.
    time_limit: Duration,
    /// Name each request on standard error.
    verbose: bool,
}

pub(crate) fn run(command: Serve, common: Common) -> anyhow::Result<Ending> {
    let guard = Guard::new(&command)?;
    ensure!(
        command.listen.ip().is_loopback() || guard.has_token(),
        "{} can be reached from elsewhere: give --token-file, or listen on 127.0.0.1",
        command.listen
    );
    let jobs = threads(command.jobs);
    let server = Arc::new(Server {
        settings: Settings::new(&command.checking)?,
        guard,
        queue: Queue::new(jobs, usize::from(command.queue)),
        hall: Queue::new(0, jobs + usize::from(command.queue)),
        metrics: Metrics::default(),
        max_size: command.max_size as usize * 1024,
        time_limit: command.time_limit,
        verbose: common.verbose,
    });
    quiet_panics();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(jobs + 1)
        .build()
        .context("cannot start the server")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(command.listen)
            .await
            .with_context(|| format!("listen on {}", command.listen))?;
        let mut out = terminal::stdout();
        writeln!(out, "http://{}", listener.local_addr()?)?;
        out.flush()?;
        drop(out);
        net::serve(listener, router(&server), command.time_limit, common.quiet).await
    })?;
    // Threads that still check a text are not waited for; whoever asked was answered or has gone.
    runtime.shutdown_background();
    Ok(Ending::default())
}

fn router(server: &Arc<Server>) -> Router {
    Router::new()
        .route("/", get(page::index))
        .route("/page/{file}", get(page::file))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics::show))
        .route("/v1/openapi.json", get(api::description))
        .route("/v1/check", post(api::check))
        .route("/v1/fix", post(api::fix))
        .route("/v1/apply", post(api::apply))
        .route("/v2/check", get(languagetool::check_query).post(languagetool::check_form))
        .route("/v2/languages", get(languagetool::languages))
        .route("/v2/info", get(languagetool::info))
        .route("/v2/healthcheck", get(|| async { "OK" }))
        .route("/v2/maxtextlength", get(languagetool::max_text_length))
        .fallback(reply::not_found)
        .method_not_allowed_fallback(reply::method_not_allowed)
        .layer(middleware::from_fn_with_state(Arc::clone(server), guard::watch))
        .with_state(Arc::clone(server))
}

/// Makes panics say where, not what: the message may hold a piece of a text.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        terminal::complain(&format!("a request failed{place}; please report this"));
    }));
}
