//! Texts checked while the reader decides, in order, not further ahead than is needed.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use unspin::Decisions;
use unspin::input::Record;

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
    /// What was found where a text was checked again.
    Again(Request, Box<Document>),
}

/// A text that is to be checked again with phrases that are allowed by now.
pub(crate) struct Request {
    /// Tells it from the others.
    pub(crate) number: usize,
    /// The text, for whoever asks.
    pub(crate) document: usize,
    pub(crate) source: (Arc<Record>, usize),
    pub(crate) allow: Vec<String>,
}

/// The threads that check.
pub(crate) struct Loader {
    known: Arc<(Job, Decisions)>,
    texts: Receiver<Loaded>,
    /// What came of the inputs and nobody wanted yet.
    held: Option<Loaded>,
    again: Receiver<Loaded>,
    answer: SyncSender<Loaded>,
    threads: Vec<JoinHandle<()>>,
}

impl Loader {
    /// What became known next, if anything did; of the inputs where `more` of them is wanted.
    ///
    /// # Panics
    ///
    /// Where one of the threads did: its hook has given the terminal back by then.
    pub(crate) fn next(&mut self, more: bool) -> Option<Loaded> {
        while let Some(ended) = self.threads.iter().position(JoinHandle::is_finished) {
            if let Err(panic) = self.threads.swap_remove(ended).join() {
                resume_unwind(panic);
            }
        }
        let again = self.again.try_recv().ok();
        again.or_else(|| {
            self.held = self.held.take().or_else(|| self.texts.try_recv().ok());
            // That all is known may be said at any time.
            self.held.take_if(|held| more || matches!(held, Loaded::Done))
        })
    }

    /// Has texts checked again, on a thread of their own.
    pub(crate) fn ask(&mut self, requests: Vec<Request>) {
        if requests.is_empty() {
            return;
        }
        let (known, answer) = (Arc::clone(&self.known), self.answer.clone());
        self.threads.push(thread::spawn(move || {
            let (job, decisions) = &*known;
            for request in requests {
                let Request { source, allow, .. } = &request;
                let findings = job.recheck(&source.0, source.1, allow).findings;
                let document = Document::new(source.clone(), findings, decisions);
                if answer.send(Loaded::Again(request, Box::new(document))).is_err() {
                    break;
                }
            }
        }));
    }
}

/// Checks the inputs of a job on a thread of its own, one record after the other. The thread waits when enough is there,
/// ends when nobody listens any more, and is not waited for: a long text must not keep the reader from quitting.
pub(crate) fn start(job: Job, decisions: Decisions) -> Loader {
    let ((send, texts), (answer, again)) = (sync_channel(WAITING), sync_channel(WAITING));
    let known = Arc::new((job, decisions));
    let same = Arc::clone(&known);
    let thread = thread::spawn(move || {
        let (job, decisions) = &*same;
        let outcome = job.each(|result| {
            let message = match result {
                Ok(checked) => Loaded::Texts(checked.reports.len(), Document::of(checked, decisions)),
                Err(fault) => Loaded::Trouble(fault),
            };
            send.send(message).is_ok()
        });
        // Nobody is left to tell where this fails.
        if let Err(error) = outcome {
            let _ = send.send(Loaded::Trouble(format!("{error:#}")));
        }
        let _ = send.send(Loaded::Done);
    });
    Loader { known, texts, held: None, again, answer, threads: vec![thread] }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use clap::Parser;

    use super::*;
    use crate::command::{Args, Command};

    #[test]
    fn the_end_is_told_where_nothing_more_is_wanted() {
        let here = tempfile::tempdir().expect("a place");
        let paths = ["a.txt", "b.txt"].map(|name| here.path().join(name));
        let next = |paths: &[PathBuf], wanted: &[bool]| {
            paths.iter().for_each(|path| std::fs::write(path, "Clean.").expect("written"));
            let args = ["unspin", "review", "--isolated"].map(OsString::from);
            let args = args.into_iter().chain(paths.iter().map(Into::into));
            let Args { common, command: Command::Review(command) } = Args::try_parse_from(args).expect("sound") else {
                unreachable!("it is asked for")
            };
            let job = Job::new(&command.inputs, &command.checking, None, common).expect("sound");
            let mut loader = start(job, Decisions::default());
            let mut known = Vec::new();
            for &more in wanted {
                let patience = Instant::now() + Duration::from_secs(if more { 60 } else { 2 });
                let loaded = loop {
                    let loaded = loader.next(more);
                    if loaded.is_some() || Instant::now() > patience {
                        break loaded;
                    }
                };
                known.push(match loaded {
                    Some(Loaded::Texts(..)) => "text",
                    Some(Loaded::Done) => "done",
                    Some(_) => "trouble",
                    None => "nothing",
                });
            }
            known
        };
        assert_eq!(next(&paths[..1], &[true, false]), ["text", "done"]);
        assert_eq!(next(&paths, &[true, false, true, false]), ["text", "nothing", "text", "done"]);
    }
}
