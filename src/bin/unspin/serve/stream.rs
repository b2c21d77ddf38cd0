//! An answer that is sent while it is made.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::mpsc::Receiver;

use super::queue::Waiting;

/// Lines from a thread at work, which learns it when nobody reads them any longer.
pub(super) struct Lines {
    lines: Receiver<Vec<u8>>,
    _waiting: Waiting,
}

impl Lines {
    pub(super) fn new(lines: Receiver<Vec<u8>>, waiting: Waiting) -> Self {
        Self { lines, _waiting: waiting }
    }
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.lines.poll_recv(cx).map(|lines| lines.map(|lines| Ok(Frame::data(lines.into()))))
    }
}
