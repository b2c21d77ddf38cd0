//! `unspin lsp`: a language server on standard input and output.
//!
//! The main thread holds the documents and answers at once. A text is checked in another thread, a moment after its
//! last change; what was found in a text that has changed since is dropped, and until the next result the findings
//! before it move along with the edits.

mod action;
mod check;
mod document;
mod language;
mod params;
mod position;
mod server;
mod show;
mod wire;
mod workspace;

use std::io::{self, BufReader, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

use clap::Args as Group;
use lsp_server::Message;
use serde_json::Value;

use self::position::Units;
use self::server::Server;
use self::wire::Read;
use crate::args::Checking;
use crate::terminal::{Ending, note};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin lsp
  unspin lsp --assume-spun --min-confidence 0.8

Editors start it themselves; the guide has the lines for each. Texts are plain text, Markdown and HTML.")]
pub(crate) struct Lsp {
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// As editors say how to talk to the server; it is the only way.
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

/// What happens to the server.
enum Event {
    Message(Message),
    /// Something that was no message, with the answer to it.
    Malformed(Value),
    Checked(check::Outcome),
    /// The client is gone.
    Gone,
}

/// What the client can show.
#[derive(Clone, Copy, Default)]
struct View {
    units: Units,
    /// Edits may name the version of the text that they are for.
    versioned: bool,
    /// Hovers may be Markdown.
    markdown: bool,
}

/// Serves until the client says `exit` or is gone. A client that did not say `shutdown` before gets exit code 1, as the
/// protocol has it.
pub(crate) fn run(command: Lsp) -> anyhow::Result<Ending> {
    if io::stdin().is_terminal() {
        note("unspin lsp is started by editors and waits for one on standard input; control-C ends it");
    }
    let (events, happened) = channel();
    let (jobs, waiting) = channel();
    let read = events.clone();
    thread::spawn(move || {
        let mut stdin = BufReader::new(io::stdin());
        loop {
            let event = match wire::read(&mut stdin) {
                Read::Message(message) => Event::Message(message),
                Read::Malformed(answer) => Event::Malformed(answer),
                Read::End => Event::Gone,
            };
            let last = matches!(event, Event::Gone);
            if read.send(event).is_err() || last {
                return;
            }
        }
    });
    thread::spawn(move || check::run(&waiting, &events));

    let mut server = Server::new(command.checking, jobs, io::stdout());
    loop {
        let event = match server.due() {
            None => happened.recv().unwrap_or(Event::Gone),
            Some(due) => match happened.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => {
                    server.start()?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => Event::Gone,
            },
        };
        if server.take(event)? {
            return Ok(Ending { found: !server.was_shut_down(), trouble: false });
        }
    }
}
