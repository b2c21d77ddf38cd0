//! Connections: how many, how slow, and how they end.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::terminal::note;

/// Connections that may be open at the same time; more wait to be accepted.
const CONNECTIONS: usize = 512;
/// Time in which the head of a request must be there, and that an idle connection is kept.
const HEAD: Duration = Duration::from_secs(15);

/// Time to finish what is under way before it is said that this is waited for.
const PATIENCE: Duration = Duration::from_millis(200);

/// Answers requests, each within `limit`, until the process is told to stop; then finishes those under way, unless it is
/// told so once more.
pub(super) async fn serve(listener: TcpListener, router: Router, limit: Duration, quiet: bool) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stopped()?);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("never closed");
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file handles, most likely: let some connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (begin, deadline) = watch::channel(Instant::now() + limit);
        let router = TowerToHyperService::new(router.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            begin.send_replace(Instant::now() + limit);
            router.call(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_headers(64)
            .serve_connection(Timed::new(stream, deadline), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks off concerns only the one who broke it.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let mut again = pin!(stopped()?);
    let mut finished = pin!(tokio::time::timeout(limit, graceful.shutdown()));
    tokio::select! {
        _ = &mut finished => return Ok(()),
        () = &mut again => return Ok(()),
        () = tokio::time::sleep(PATIENCE) => {}
    }
    if !quiet {
        let count = CONNECTIONS - places.available_permits();
        note(&format!("finishing {count} request{}; Ctrl-C again ends at once", if count == 1 { "" } else { "s" }));
    }
    tokio::select! {
        _ = finished => {}
        () = again => {}
    }
    Ok(())
}

/// A connection that breaks off where an answer is not sent in time: a client that does not read would keep it for good.
struct Timed {
    stream: TokioIo<TcpStream>,
    /// When the answer to the latest request must be sent.
    deadline: watch::Receiver<Instant>,
    late: Pin<Box<Sleep>>,
}

impl Timed {
    fn new(stream: TcpStream, deadline: watch::Receiver<Instant>) -> Self {
        let late = Box::pin(sleep_until(*deadline.borrow()));
        Self { stream: TokioIo::new(stream), deadline, late }
    }

    /// What a write comes to: if it has to wait, until the deadline.
    fn in_time<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let deadline = *self.deadline.borrow();
        if self.late.deadline() != deadline {
            self.late.as_mut().reset(deadline);
        }
        ready!(self.late.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Read for Timed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Timed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.in_time(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.in_time(written, cx)
    }
}

/// Ends when the process is asked to stop: by Ctrl-C, or `kill`.
fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).context("signals")?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).context("signals")?;
    #[cfg(unix)]
    return Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    });
    #[cfg(not(unix))]
    return Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    });
}
