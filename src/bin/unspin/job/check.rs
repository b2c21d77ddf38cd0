//! What was read, checked on all cores.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use rayon::ThreadPool;
use rayon::prelude::*;
use unspin::input::{Raw, Record};
use unspin::render::Summary;

use super::Event;
use super::progress::Position;
use super::read::{Batch, Fault, Message, lock};
use crate::checked::{self, Checked};
use crate::long::{self, Long, Passage};
use crate::settings::Settings;

/// How long what was read waits for more.
const PATIENCE: Duration = Duration::from_millis(100);

/// What became of messages, each with how far the inputs are done after it.
pub(super) type Results<T> = Vec<(Step<T>, Position)>;

/// What became of a message.
pub(super) enum Step<T> {
    Event(Event<T>, Counted),
    /// Of a record that is not at its end.
    Passage(T, Counted),
    /// With the record, where the input goes on after it.
    Fault(Option<Raw>, Fault),
}

/// What a step adds to what is counted.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) figures: Summary,
    pub(super) bytes: usize,
    /// It is a record that holds something, a text or not.
    pub(super) filled: bool,
    /// It has a field that is asked for, with a text or with none.
    pub(super) field: bool,
    /// One of its texts looks like HTML and is read as it is.
    pub(super) html: bool,
    /// What is to be said of a word in it that was to be a directive, where such are told.
    pub(super) misspelled: Option<String>,
}

/// A record that is one long text, and is yet to be worked on in passages.
pub(super) struct Deferred<'w, T> {
    text: Long,
    /// Bytes of the record.
    size: usize,
    work: &'w long::Work<'w, T>,
}

/// Checks records, and has a command work on what was found.
pub(super) struct Checker<'c, T, W> {
    pub(super) settings: &'c Settings,
    /// Words that were to be directives are told, and so searched for.
    pub(super) tells: bool,
    /// Threads of the pool, where there is one.
    pub(super) threads: usize,
    pub(super) pool: Option<ThreadPool>,
    /// What the command makes of a checked record,
    pub(super) work: W,
    /// and of a long text, if that is not the same.
    pub(super) long: Option<&'c long::Work<'c, T>>,
}

/// The next batch, or as much of it as there is where reading takes its time: nothing, maybe, which makes the checker ask
/// whether anybody still takes results.
fn next(batches: &Receiver<Batch>, partial: &Mutex<Batch>) -> Option<Batch> {
    match batches.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => {
            let mut partial = lock(partial);
            // Whole ones that came meanwhile go before it.
            Some(batches.try_recv().unwrap_or_else(|_| std::mem::take(&mut *partial)))
        }
        received => received.ok(),
    }
}

impl<T: Send, W: Fn(Checked) -> T + Sync> Checker<'_, T, W> {
    /// Checks batches until there are no more, or nobody takes the results. `partial` is the batch that is being read.
    pub(super) fn run(&self, batches: &Receiver<Batch>, partial: &Mutex<Batch>, results: &SyncSender<Results<T>>) {
        let send = |steps| results.send(steps).is_ok();
        while let Some(batch) = next(batches, partial) {
            let step = |(message, position)| (self.step(message), position);
            let steps: Vec<_> = match &self.pool {
                // In the pool even where there is one record: a long text is shared out itself.
                Some(pool) => pool.install(|| batch.into_par_iter().map(step).collect()),
                None => batch.into_iter().map(step).collect(),
            };
            let mut ready = Vec::new();
            for (step, position) in steps {
                match step {
                    Ok(step) => ready.push((step, position)),
                    Err(long) => {
                        if !send(std::mem::take(&mut ready)) || !self.long(&long, position, send) {
                            return;
                        }
                    }
                }
            }
            if !send(ready) {
                return;
            }
        }
    }

    /// Checks what was read, but for long texts.
    pub(super) fn step(&self, message: Message) -> Result<Step<T>, Deferred<'_, T>> {
        let mut raw = match message {
            Message::Start(source, stamp) => {
                return Ok(Step::Event(Event::Start(source, stamp), Counted::default()));
            }
            Message::End => return Ok(Step::Event(Event::End, Counted::default())),
            Message::Broken(fault) => return Ok(Step::Fault(None, fault)),
            Message::Raw(raw) => raw,
        };
        let size = raw.size();
        match (raw.take(), self.long) {
            (Ok(record), Some(work)) if work.takes(&record) => {
                Err(Deferred { text: Long::new(record, raw.source()), size, work })
            }
            (Ok(record), _) => {
                let checked = Checked::new(self.settings, &raw.source().path, record);
                let record = &checked.record;
                let filled = !record.source().trim().is_empty();
                let html = (0..record.len()).any(|n| record.looks_like_html(n));
                let misspelled = self.misspelled(record);
                let field = record.has_field();
                let mut counted = Counted { bytes: size, filled, field, html, misspelled, ..Counted::default() };
                counted.figures.textless = u64::from(filled && record.number.is_some() && record.is_empty());
                for report in &checked.reports {
                    counted.figures.add(report);
                }
                Ok(Step::Event(Event::Record((self.work)(checked)), counted))
            }
            (Err(error), _) => {
                let fault = Fault::of(raw.source(), error);
                Ok(Step::Fault(raw.number().is_some().then_some(raw), fault))
            }
        }
    }

    fn misspelled(&self, record: &Record) -> Option<String> {
        self.tells.then(|| checked::misspelled(record)).flatten()
    }

    /// Works on a long text, whose passages `send` takes until it says that nobody listens.
    fn long(&self, long: &Deferred<'_, T>, position: Position, send: impl Fn(Results<T>) -> bool + Sync) -> bool {
        let Deferred { text, size, work } = long;
        let length = text.record.text(0).len();
        let passage = |passage: &Passage<'_>| {
            let mut counted = Counted { bytes: passage.span.len(), ..Counted::default() };
            counted.figures.add_findings(&passage.findings);
            (Step::Passage((work.passage)(passage), counted), position)
        };
        let check = || text.check(self.settings, self.threads, passage, &send);
        let report = match &self.pool {
            Some(pool) => pool.install(check),
            None => check(),
        };
        let Some(report) = report else { return false };
        let misspelled = self.misspelled(&text.record);
        let mut counted = Counted { bytes: size.saturating_sub(length), misspelled, ..Counted::default() };
        counted.figures.add(&report);
        let end = Event::Record((work.end)(text, report));
        send(vec![(Step::Event(end, counted), position)])
    }
}
