//! A run: inputs are read, checked and handed on at the same time, and taken in order.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::ProgressBar;
use rayon::ThreadPoolBuilder;
use unspin::Report;
use unspin::input::{ErrorKind, Raw, Record};

use super::check::{Checker, Counted, Step};
use super::current::{Current, Lack, Reading};
use super::progress::{Outcome, Position, Progress};
use super::read::{Fault, Reader};
use super::{Event, Job, bar};
use crate::checked::{self, Checked};
use crate::long;
use crate::stats::Figures;
use crate::terminal::complain;

/// Records that a batch holds at most.
const BATCH_RECORDS: usize = 512;
/// Batches that wait between two threads.
const WAITING: usize = 2;
/// Bad records of an input that are named.
const NAMED: u64 = 20;
/// Time between two checkpoints.
const CHECKPOINT: Duration = Duration::from_millis(500);

impl Job {
    /// Checks all inputs one record after the other, on this thread, until `take` says that it wants no more. It gets
    /// what was found in a record, or why something cannot be read.
    pub(crate) fn each(&self, mut take: impl FnMut(Result<Checked, String>) -> bool) -> anyhow::Result<()> {
        let sources = self.sources.find()?;
        let work = |checked: Checked| checked;
        let checker = Checker { settings: &self.settings, tells: false, threads: 1, pool: None, work, long: None };
        let mut reading = Reading::new(Current::default(), self.part.shard.is_some());
        let mut take = |step: Step<Checked>| match step {
            Step::Passage(..) => unreachable!("no work on passages was asked for"),
            Step::Event(event, counted) => {
                let lack = reading.follow(&event, &counted).filter(|lack| !lack.unasked);
                lack.is_none_or(|lack| take(Err(lack.message)))
                    && match event {
                        Event::Record(checked) => take(Ok(checked)),
                        _ => true,
                    }
            }
            Step::Fault(_, fault) if fault.is_skipped() || fault.is_nothing() => true,
            Step::Fault(_, fault) => take(Err(fault.error.to_string())) && !self.strict,
        };
        let reader = Reader::new(self.part, 1, |batch| {
            batch.into_iter().all(|(message, _)| checker.step(message).is_ok_and(&mut take))
        });
        reader.read(sources, Position::default());
        Ok(())
    }

    /// Checks the n-th text of a record again, with more phrases allowed than the settings have.
    pub(crate) fn recheck(&self, record: &Record, n: usize, allow: &[String]) -> Report {
        checked::check_allowing(&self.settings, record.input(), record, n, allow)
    }

    /// Runs over all inputs, or those that are left after `done`. `work` turns a checked record into what `each` needs,
    /// in any thread; `each` is called in order. Inputs that cannot be read are named on standard error and the run goes
    /// on; an error of `each` stops it.
    pub(crate) fn run<T: Send>(
        &self,
        done: Option<Box<Progress>>,
        work: impl Fn(Checked) -> T + Sync,
        each: impl FnMut(Event<T>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        self.run_in_passages(done, work, None, each)
    }

    /// As [`run`](Self::run), but long texts are worked on passage by passage, so that what is found in them is never
    /// all held: `each` gets an [`Event::Record`] for each passage and one at the end of the text.
    pub(crate) fn run_in_passages<T: Send>(
        &self,
        done: Option<Box<Progress>>,
        work: impl Fn(Checked) -> T + Sync,
        long: Option<&long::Work<'_, T>>,
        mut each: impl FnMut(Event<T>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        let sources = self.sources.clone();
        let pool = (self.threads > 1)
            .then(|| ThreadPoolBuilder::new().num_threads(self.threads).build())
            .transpose()
            .context("cannot start threads")?;
        let tells = !self.common.quiet;
        let checker = Checker { settings: &self.settings, tells, threads: self.threads, pool, work, long };
        let done = *done.unwrap_or_default();
        let position = done.position;
        let mut account = Account::new(self, done);

        let result = thread::scope(|scope| -> anyhow::Result<()> {
            let (raw_in, raw_out) = sync_channel(WAITING);
            let (done_in, done_out) = sync_channel(WAITING);
            let reader = Reader::new(self.part, BATCH_RECORDS, move |batch| raw_in.send(batch).is_ok());
            let partial = reader.batch();
            // Where the run ends early, nobody waits for it: it may wait for input that never comes.
            let reading = thread::spawn(move || sources.find().map(|found| reader.read(found, position)));
            let checker = &checker;
            scope.spawn(move || checker.run(&raw_out, &partial, &done_in));
            for results in done_out {
                for (step, position) in results {
                    match step {
                        Step::Passage(passage, counted) => {
                            account.count(&counted);
                            each(Event::Record(passage))?;
                            continue;
                        }
                        Step::Event(event, counted) => {
                            account.count(&counted);
                            account.follow(&event, &counted);
                            each(event)?;
                        }
                        Step::Fault(raw, fault) => {
                            account.fault(fault, raw.as_ref())?;
                            let event = raw.map_or(Event::Broken, Event::Skipped);
                            account.follow(&event, &Counted::default());
                            each(event)?;
                        }
                    }
                    if let Some(progress) = account.due(position) {
                        each(Event::Checkpoint(Box::new(progress)))?;
                        // However long that took, as much time is for work.
                        account.checkpoint = Instant::now();
                    }
                }
                each(Event::Pause)?;
            }
            reading.join().unwrap_or_else(|panic| resume_unwind(panic))
        });
        account.bar.finish_and_clear();
        result?;
        account.close()
    }
}

/// What a run counts, and says of its inputs.
struct Account<'j> {
    job: &'j Job,
    bar: ProgressBar,
    reading: Reading,
    outcome: Outcome,
    /// Seconds that went by in runs that this one goes on with.
    before: f32,
    /// When the last checkpoint was done.
    checkpoint: Instant,
    /// Bad records of the input that is being read, and its name.
    bad: (u64, String),
}

impl<'j> Account<'j> {
    fn new(job: &'j Job, done: Progress) -> Self {
        let Progress { outcome, current, bytes, .. } = done;
        Self {
            job,
            bar: bar::new(|| job.sources.bytes(), bytes, job.common),
            reading: Reading::new(current, job.part.shard.is_some()),
            before: outcome.seconds,
            outcome,
            checkpoint: Instant::now(),
            bad: (0, String::new()),
        }
    }

    fn count(&mut self, counted: &Counted) {
        self.bar.inc(counted.bytes as u64);
        self.outcome.summary.merge(&counted.figures);
    }

    fn follow<T>(&mut self, event: &Event<T>, counted: &Counted) {
        if matches!(event, Event::End) {
            self.sum_up();
        }
        for remark in self.reading.remarks(event, counted, self.job.common) {
            self.complain(&remark);
        }
        match self.reading.follow(event, counted) {
            Some(Lack { message, unasked: true }) => {
                self.outcome.fieldless += 1;
                self.skip(&message);
            }
            Some(Lack { message, unasked: false }) => {
                self.complain(&message);
                self.outcome.trouble = true;
                // What it makes is no result, and no later run is to take it for one.
                self.outcome.broken = true;
            }
            None => {}
        }
    }

    /// Says that an input is skipped, and why, to those who want to know.
    fn skip(&self, reason: &str) {
        if self.job.common.verbose {
            self.complain(&format!("{reason}; skipped"));
        }
    }

    /// Takes in why an input cannot be read, or a record of it; a strict run ends with that.
    fn fault(&mut self, fault: Fault, record: Option<&Raw>) -> anyhow::Result<()> {
        if fault.is_nothing() {
            if !self.job.common.quiet {
                self.complain(&fault.error.to_string());
            }
            return Ok(());
        }
        if fault.is_skipped() {
            self.outcome.binaries += u64::from(fault.error.kind() == ErrorKind::Binary);
            self.outcome.fieldless += u64::from(fault.error.kind() == ErrorKind::MissingField);
            self.skip(&fault.error.to_string());
            return Ok(());
        }
        if self.job.strict {
            // Its message has its cause in it.
            return Err(anyhow::Error::msg(fault.error));
        }
        match record {
            Some(record) => {
                self.bad.0 += 1;
                if self.bad.0 == 1 {
                    self.bad.1 = record.source().name();
                }
            }
            None => self.sum_up(),
        }
        if self.bad.0 <= NAMED {
            self.complain(&fault.error.to_string());
        }
        self.outcome.trouble = true;
        self.outcome.broken |= record.is_none();
        self.outcome.summary.unreadable += u64::from(!fault.counted);
        Ok(())
    }

    /// Tells how many records of the input were bad beyond those that were named.
    fn sum_up(&mut self) {
        let (bad, name) = std::mem::take(&mut self.bad);
        if bad > NAMED {
            self.complain(&format!("{name}: ... and {} more like these", bad - NAMED));
        }
    }

    fn complain(&self, message: &str) {
        self.bar.suspend(|| complain(message));
    }

    /// How far the run is, where it is time to note that.
    fn due(&mut self, position: Position) -> Option<Progress> {
        if self.checkpoint.elapsed() < CHECKPOINT {
            return None;
        }
        self.outcome.seconds = self.seconds();
        let (outcome, current) = (self.outcome.clone(), self.reading.current);
        Some(Progress { position, outcome, current, bytes: self.bar.position() })
    }

    fn seconds(&self) -> f32 {
        self.before + self.job.started.elapsed().as_secs_f32()
    }

    /// Says and writes what is to be told at the end.
    fn close(mut self) -> anyhow::Result<Outcome> {
        self.outcome.seconds = self.seconds();
        let Self { job, outcome, .. } = self;
        if outcome.binaries > 0 && !job.common.quiet {
            let files = if outcome.binaries == 1 { "file" } else { "files" };
            complain(&format!("{} binary {files} skipped", outcome.binaries));
        }
        if outcome.fieldless > 0 && !job.common.quiet {
            let files = if outcome.fieldless == 1 { "file skipped that has" } else { "files skipped that have" };
            complain(&format!("{} {files} no field or column \"text\"; name it with --field", outcome.fieldless));
        }
        if let Some(path) = &job.stats {
            Figures { summary: outcome.summary.clone(), seconds: outcome.seconds }.write(path)?;
        }
        Ok(outcome)
    }
}
