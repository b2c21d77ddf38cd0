//! Texts checked while the reader decides, in order, not further ahead than is needed.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use unspin::Decisions;

use super::document::Document;
use crate::job::Job;

/// Messages that wait for the screen at most.
const WAITING: usize = 16;

/// What becomes known of the inputs.
pub(crate) enum Loaded {
    /// A record was looked at; how many texts it has, and those with findings.
    Texts(usize, Vec<Document>),
    /// Something cannot be read.
    Trouble(String),
    /// All is known.
    Done,
}

/// A thread that checks.
pub(crate) struct Loader {
    receive: Receiver<Loaded>,
    thread: Option<JoinHandle<()>>,
}

impl Loader {
    /// What became known next, if anything did.
    ///
    /// # Panics
    ///
    /// Where the thread did: its hook has given the terminal back by then.
    pub(crate) fn next(&mut self) -> Option<Loaded> {
        match self.receive.try_recv() {
            Ok(loaded) => Some(loaded),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
                    resume_unwind(panic);
                }
                Some(Loaded::Done)
            }
        }
    }
}

/// Checks the inputs of a job on a thread of its own, one record after the other. The thread waits when enough is there,
/// ends when nobody listens any more, and is not waited for: a long text must not keep the reader from quitting.
pub(crate) fn start(job: Job, decisions: Decisions) -> Loader {
    let (send, receive) = sync_channel(WAITING);
    let thread = thread::spawn(move || {
        let outcome = job.each(|result| {
            let message = match result {
                Ok(checked) => Loaded::Texts(checked.reports.len(), Document::of(checked, &decisions)),
                Err(fault) => Loaded::Trouble(fault),
            };
            send.send(message).is_ok()
        });
        if let Err(error) = outcome {
            // Nobody is left to tell where this fails.
            let _ = send.send(Loaded::Trouble(format!("{error:#}")));
        }
    });
    Loader { receive, thread: Some(thread) }
}
