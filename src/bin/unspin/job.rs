//! Inputs checked on all cores, results in order, memory bounded.
//!
//! One thread reads records into batches, a pool checks a batch at a time, and the caller's thread takes the results
//! one after the other. Channels between them hold few batches, so a file's size does not matter.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unspin::input::{self, ErrorKind, FileOptions, Format, InputError, Raw, Record, Source, resolved};
use unspin::render::{Document, Edits, Summary};
use unspin::{Applicability, Directives, Edit, Finding, LineIndex, Report, Selection, Span};

use crate::args::{Checking, Common, Inputs, Shard, Target};
use crate::long::{self, Long, Passage};
use crate::output::{self, StdoutFile};
use crate::review::store;
use crate::settings::{self, Settings, Stated};
use crate::stats::Figures;
use crate::terminal::{self, complain};

/// Bytes that a batch holds, more or less.
const BATCH_BYTES: usize = 1 << 20;
/// Records that a batch holds at most.
const BATCH_RECORDS: usize = 512;
/// Threads at most.
const MOST_THREADS: usize = 256;
/// What the names of originals end with that other runs, and other programs, keep beside their files.
const KEPT: [&str; 2] = [".orig", ".bak"];
/// Time between two checkpoints.
const CHECKPOINT: Duration = Duration::from_millis(500);

/// Everything a run needs.
pub(crate) struct Job {
    settings: Settings,
    files: FileOptions,
    paths: Vec<PathBuf>,
    threads: usize,
    /// Where the figures go.
    stats: Option<PathBuf>,
    /// The same file, once it is open.
    figures: Option<FiguresFile>,
    shard: Option<Shard>,
    /// Shards are of whole files, not of records.
    whole_files: bool,
    strict: bool,
    /// Files that the run writes to or goes by, which are no inputs, by every name that a walk may find them under.
    own: HashSet<PathBuf>,
    /// What the names of originals that the run keeps end with; those are no inputs either.
    backup: Option<String>,
    common: Common,
    started: Instant,
    /// Of the settings in force, with the files that they name where a run may go on later.
    identity: Identity,
    /// The run may be killed and go on later.
    resumable: bool,
}

/// A record with what was found in its texts.
pub(crate) struct Checked {
    pub(crate) record: Record,
    /// For each text, what was found; spans lie in the text.
    pub(crate) reports: Vec<Report>,
}

impl Checked {
    /// Calls `visit` for every text as it is shown, with spans that lie there.
    pub(crate) fn documents<E>(&self, mut visit: impl FnMut(&Document<'_>) -> Result<(), E>) -> Result<(), E> {
        let path = self.record.path();
        for (n, report) in self.reports.iter().enumerate() {
            let mut shown = Cow::Borrowed(report);
            if self.record.is_lifted(n) {
                for finding in &mut shown.to_mut().findings {
                    finding.span = self.record.shown_span(n, finding.span);
                }
            }
            let edits = edits(&self.record, n, &report.findings);
            let mut document = Document::whole(&path, self.record.shown(n), &shown);
            (document.record, document.field) = (self.record.number, self.record.field(n));
            (document.line, document.mark) = (self.record.line, self.record.encoding().mark());
            document.edits = edits.as_ref();
            visit(&document)?;
        }
        Ok(())
    }

    /// What a selection of the findings changes in the source.
    pub(crate) fn fixes(&self, selection: &Selection) -> Fixes {
        let mut fixes = Fixes::default();
        for (n, report) in self.reports.iter().enumerate() {
            fixes.add(&self.record, n, &report.findings, selection);
        }
        fixes
    }
}

/// Edits of a record's source, and the findings they come from.
#[derive(Default)]
pub(crate) struct Fixes {
    pub(crate) edits: Vec<(Span, String)>,
    /// The findings applied, each with the number of its text.
    pub(crate) applied: Vec<(usize, Finding)>,
    /// Findings not applied: not selected, or not to be written.
    pub(crate) left: usize,
    /// Those of them that were selected, each with the number of its text: markup inside, or inside what stands right
    /// beside them, leaves no way to tell what goes where.
    pub(crate) unwritten: Vec<(usize, Finding)>,
}

impl Fixes {
    /// Adds what a selection of findings in the n-th text of a record changes.
    pub(crate) fn add(&mut self, record: &Record, n: usize, findings: &[Finding], selection: &Selection) {
        let before = self.applied.len();
        let all = record.joint_edits(n, findings.iter().map(|finding| (finding.span, finding.correction())));
        for (finding, edits) in findings.iter().zip(all).filter(|(finding, _)| selection.contains(finding)) {
            match edits {
                Some(edits) => {
                    self.edits.extend(edits);
                    self.applied.push((n, finding.clone()));
                }
                None => self.unwritten.push((n, finding.clone())),
            }
        }
        self.left += findings.len() - (self.applied.len() - before);
        self.edits.sort_by_key(|(span, _)| *span);
    }

    /// A line for each finding that was selected and cannot be written.
    pub(crate) fn complaints(&self, record: &Record) -> Vec<String> {
        let (path, nothing) = (record.path(), Report::default());
        let mut index: Option<(usize, LineIndex<'_>)> = None;
        let complaints = self.unwritten.iter().map(|(n, finding)| {
            let mut document = Document::whole(&path, record.shown(*n), &nothing);
            (document.record, document.field) = (record.number, record.field(*n));
            let (_, index) = match index.take() {
                Some(known) if known.0 == *n => index.insert(known),
                _ => index.insert((*n, LineIndex::new(record.shown(*n)))),
            };
            let (line, column) = index.line_column(record.shown_span(*n, finding.span).start);
            let old: Vec<&str> = record.text(*n)[finding.span.range()].split_whitespace().collect();
            format!(
                "{}:{line}:{column}: {} → {} cannot be written: markup stands in it or beside it",
                document.place(),
                old.join(" "),
                finding.correction()
            )
        });
        complaints.collect()
    }
}

/// What happens in a run, in the order of the inputs.
pub(crate) enum Event<T> {
    /// An input begins.
    Start(Source),
    /// A record was checked, or the next passage of a long one.
    Record(T),
    /// A record could not be read; its bytes are there to be passed on.
    Skipped(Raw),
    /// The input is at its end.
    End,
    /// The input could not be read to its end.
    Broken,
    /// All before it is done, and not within a record; a good time to note how far the run is.
    Checkpoint(Box<Progress>),
}

/// How a run went.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) trouble: bool,
    /// Some input could not be read to its end, or at all.
    pub(crate) broken: bool,
    binaries: u64,
    seconds: f32,
}

/// How far a run is.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    position: Position,
    pub(crate) outcome: Outcome,
    current: Current,
    /// Bytes of the inputs that are done; notes of older versions lack it, and are to be told for those of another run.
    #[serde(default)]
    bytes: u64,
}

impl Progress {
    /// Whether the next input is done in part.
    pub(crate) fn is_inside(&self) -> bool {
        self.position.rows > 0
    }
}

/// What is done, as the inputs are read.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Position {
    /// Inputs that are at their end.
    sources: u64,
    /// Rows of the next one, a table's header included.
    rows: u64,
    /// Records and files without records, for shards.
    units: u64,
}

/// What is known of the input that is being read.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Current {
    /// It has records that hold something.
    records: bool,
    /// Some of them have texts.
    texts: bool,
    /// Those that have none.
    #[serde(default)]
    textless: u64,
    /// Those with a text that looks like HTML and is read as it is.
    #[serde(default)]
    html: u64,
}

/// What the reading thread sends.
enum Message {
    Start(Source),
    Raw(Raw),
    End,
    Broken(Fault),
}

/// Why an input, or a record of it, cannot be read.
struct Fault {
    error: InputError,
    /// The input was only found in a directory.
    found: bool,
    /// The run that has another part of the work meets it too, and counts it.
    counted: bool,
}

/// What became of a message.
enum Step<T> {
    Event(Event<T>, Counted),
    /// Of a record that is not at its end.
    Passage(T, Counted),
    /// A record to be worked on in passages, with its size.
    Long(Long, usize),
    /// With the record, where the input goes on after it.
    Fault(Option<Raw>, Fault),
}

/// What a step adds to what is counted.
#[derive(Default)]
struct Counted {
    figures: Summary,
    bytes: usize,
    /// It is a record that holds something, a text or not.
    filled: bool,
    /// One of its texts looks like HTML and is read as it is.
    html: bool,
}

impl Job {
    /// `target` is where results go; a run without one has them by whole files.
    pub(crate) fn new(
        inputs: &Inputs,
        checking: &Checking,
        target: Option<&Target>,
        common: Common,
    ) -> anyhow::Result<Self> {
        let stated = Stated::new(checking)?;
        let settings = stated.settings(checking)?;
        let files = FileOptions {
            format: inputs.input.map(Format::from),
            fields: inputs.field.clone(),
            columns: inputs.column.clone(),
            field_format: inputs.field_format.or(settings.field_format).map(Format::from),
            delimiter: inputs.delimiter,
            added: Vec::new(),
            hidden: inputs.hidden,
            no_ignore: inputs.no_ignore,
            exclude: inputs.exclude.clone(),
            leave_out: Some(settings.exclude.clone()),
            utf8_names: false,
        };
        let mut paths = inputs.paths.clone();
        if let Some(list) = &inputs.file_list {
            paths.extend(listed(list)?);
        } else if paths.is_empty() {
            paths.push(PathBuf::from("-"));
        }
        let mut identity = Identity::new();
        identity.add(&stated.described());
        identity.add(&stated.root.to_string_lossy());
        let resumable = target.is_some_and(|target| target.file().is_some());
        if resumable {
            let all = FileOptions { hidden: true, no_ignore: true, ..FileOptions::default() };
            identity.add_files(input::sources(&stated.files(), &all)?);
        }
        let mut own = target.map(output::own_paths).unwrap_or_default();
        own.extend(settings.own.iter().chain(&inputs.stats).cloned());
        let job = Self {
            settings,
            files,
            paths,
            threads: threads(inputs.jobs),
            stats: inputs.stats.clone(),
            figures: None,
            shard: inputs.shard,
            whole_files: target.is_none(),
            strict: inputs.strict,
            own: HashSet::new(),
            backup: None,
            common,
            started: Instant::now(),
            identity,
            resumable,
        };
        job.leaving_out(&own).apart([&inputs.stats])
    }

    /// Refuses to write over an input that is named, or to one file twice.
    pub(crate) fn apart<const N: usize>(self, outputs: [&Option<PathBuf>; N]) -> anyhow::Result<Self> {
        output::apart(&self.paths, outputs.into_iter().flatten())?;
        Ok(self)
    }

    /// Whether a file is named as an input.
    pub(crate) fn names(&self, path: &Path) -> bool {
        output::is_among(path, &self.paths)
    }

    /// Opens the file that figures go into at the run's end, so that it does not end with finding out that it cannot;
    /// `false` where there is to be none.
    pub(crate) fn open_figures(&mut self) -> anyhow::Result<bool> {
        let Some(path) = &self.stats else { return Ok(false) };
        ensure!(path.as_os_str() != "-", "--stats needs the name of a file; standard output has the results");
        self.figures = Some(FiguresFile::open(path).with_context(|| path.display().to_string())?);
        Ok(true)
    }

    /// The same run for a command that does not tell the evidence of findings.
    pub(crate) fn without_evidence(mut self) -> Self {
        self.settings = self.settings.without_evidence();
        self
    }

    /// The same run for a command that adds fields or columns to records.
    pub(crate) fn adding(mut self, names: Vec<String>) -> Self {
        self.files.added = names;
        self
    }

    /// What changes the results of a run: its inputs, its settings and, as `command`, how they are written. Runs with
    /// the same description give the same results, but for what comes from standard input.
    pub(crate) fn description(&self, command: &str) -> anyhow::Result<String> {
        let mut identity = self.identity;
        // What is left out is among the settings.
        let FileOptions {
            format,
            fields,
            columns,
            field_format,
            delimiter,
            added,
            hidden,
            no_ignore,
            exclude,
            leave_out: _,
            utf8_names,
        } = &self.files;
        let options = json!({
            "format": format.map(|format| format!("{format:?}")),
            "fields": fields,
            "columns": columns,
            "field_format": field_format.map(|format| format!("{format:?}")),
            "delimiter": delimiter,
            "added": added,
            "hidden": hidden,
            "no_ignore": no_ignore,
            "exclude": exclude,
            "utf8_names": utf8_names,
            "shard": self.shard.map(|shard| [shard.index, shard.count]),
        });
        identity.add(&options.to_string());
        if self.resumable {
            identity.add_files(self.sources()?);
        }
        Ok(format!("unspin {} {command} {:016x}", env!("CARGO_PKG_VERSION"), identity.0))
    }

    /// The same run for a command that keeps something about files by their names.
    pub(crate) fn by_name(mut self) -> Self {
        self.files.utf8_names = true;
        self
    }

    /// Takes files that the run writes, and later runs may find in a directory, out of the inputs.
    pub(crate) fn leaving_out(mut self, files: &[PathBuf]) -> Self {
        // A file that is written to by a link is found where the link leads.
        self.own.extend(files.iter().flat_map(|path| [Some(resolved(path)), path.canonicalize().ok()]).flatten());
        self
    }

    /// Takes originals that this run or an earlier one keeps beside their files out of the inputs.
    pub(crate) fn keeping(mut self, backup: Option<&str>) -> Self {
        self.backup = backup.map(str::to_owned);
        self
    }

    /// Checks all inputs one record after the other, on this thread, until `take` says that it wants no more. It gets
    /// what was found in a record, or why something cannot be read.
    pub(crate) fn each(&self, mut take: impl FnMut(Result<Checked, String>) -> bool) -> anyhow::Result<()> {
        let sources = self.sources()?;
        let mut reading = self.reading(Current::default());
        self.read(sources, Position::default(), 1, |batch| {
            batch.into_iter().all(|(message, _)| match self.step(message, &|checked| checked, None) {
                Step::Passage(..) | Step::Long(..) => unreachable!("no work on passages was asked for"),
                Step::Event(event, counted) => {
                    let complaint = reading.follow(&event, &counted);
                    complaint.is_none_or(|complaint| take(Err(complaint)))
                        && match event {
                            Event::Record(checked) => take(Ok(checked)),
                            _ => true,
                        }
                }
                Step::Fault(_, fault) if fault.is_skipped() || fault.error.kind() == ErrorKind::Nothing => true,
                Step::Fault(_, fault) => take(Err(fault.error.to_string())) && !self.strict,
            })
        });
        Ok(())
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
        let sources = self.sources()?;
        let pool = (self.threads > 1)
            .then(|| rayon::ThreadPoolBuilder::new().num_threads(self.threads).build())
            .transpose()
            .context("cannot start threads")?;
        let Progress { position, mut outcome, current, bytes } = *done.unwrap_or_default();
        let bar = self.progress(bytes);
        let mut reading = self.reading(current);
        let before = outcome.seconds;
        let mut checkpoint = Instant::now();

        let result = std::thread::scope(|scope| -> anyhow::Result<()> {
            let (raw_in, raw_out) = sync_channel::<Vec<(Message, Position)>>(2);
            let (done_in, done_out) = sync_channel::<Vec<(Step<T>, Position)>>(2);
            scope.spawn(move || self.read(sources, position, BATCH_RECORDS, |batch| raw_in.send(batch).is_ok()));
            scope.spawn(|| {
                // Both ends move in here, so that they close when this thread ends.
                let (done_in, raw_out) = (done_in, raw_out);
                for batch in raw_out {
                    let step = |(message, position)| (self.step(message, &work, long), position);
                    let results: Vec<(Step<T>, Position)> = match &pool {
                        // In the pool even where there is one record: a long text is shared out itself.
                        Some(pool) => pool.install(|| batch.into_par_iter().map(step).collect()),
                        None => batch.into_iter().map(step).collect(),
                    };
                    let mut ready = Vec::new();
                    for (result, position) in results {
                        match (result, long) {
                            (Step::Long(text, size), Some(work)) => {
                                let send = |passages| done_in.send(passages).is_ok();
                                if !send(std::mem::take(&mut ready))
                                    || !self.long(&text, size, position, work, pool.as_ref(), send)
                                {
                                    return;
                                }
                            }
                            (other, _) => ready.push((other, position)),
                        }
                    }
                    if done_in.send(ready).is_err() {
                        break;
                    }
                }
            });
            for (result, position) in done_out.into_iter().flatten() {
                match result {
                    Step::Event(event, counted) => {
                        for remark in reading.remarks(&event, self.common) {
                            bar.suspend(|| complain(&remark));
                        }
                        bar.inc(counted.bytes as u64);
                        outcome.summary.merge(&counted.figures);
                        if let Some(complaint) = reading.follow(&event, &counted) {
                            bar.suspend(|| complain(&complaint));
                            outcome.trouble = true;
                        }
                        each(event)?;
                    }
                    Step::Passage(passage, counted) => {
                        bar.inc(counted.bytes as u64);
                        outcome.summary.merge(&counted.figures);
                        each(Event::Record(passage))?;
                        continue;
                    }
                    Step::Long(..) => {}
                    Step::Fault(raw, fault) => {
                        if fault.error.kind() == ErrorKind::Nothing {
                            if !self.common.quiet {
                                bar.suspend(|| complain(&fault.error.to_string()));
                            }
                        } else if fault.is_skipped() {
                            outcome.binaries += u64::from(fault.error.kind() == ErrorKind::Binary);
                            if self.common.verbose {
                                bar.suspend(|| complain(&format!("{}; skipped", fault.error)));
                            }
                        } else if self.strict {
                            // Its message has its cause in it.
                            return Err(anyhow::Error::msg(fault.error));
                        } else {
                            bar.suspend(|| complain(&fault.error.to_string()));
                            outcome.trouble = true;
                            outcome.broken |= raw.is_none();
                            outcome.summary.unreadable += u64::from(!fault.counted);
                        }
                        each(raw.map_or(Event::Broken, Event::Skipped))?;
                    }
                }
                if checkpoint.elapsed() >= CHECKPOINT {
                    outcome.seconds = before + self.started.elapsed().as_secs_f32();
                    let (outcome, current) = (outcome.clone(), reading.current);
                    let progress = Progress { position, outcome, current, bytes: bar.position() };
                    each(Event::Checkpoint(Box::new(progress)))?;
                    checkpoint = Instant::now();
                }
            }
            Ok(())
        });
        bar.finish_and_clear();
        result?;
        outcome.seconds = before + self.started.elapsed().as_secs_f32();
        if outcome.binaries > 0 && !self.common.quiet {
            let files = if outcome.binaries == 1 { "file" } else { "files" };
            complain(&format!("{} binary {files} skipped", outcome.binaries));
        }
        if let Some(file) = &self.figures {
            let figures = Figures { summary: outcome.summary.clone(), seconds: outcome.seconds };
            let text = serde_json::to_string_pretty(&figures)? + "\n";
            file.write_over(text.as_bytes()).with_context(|| file.path.display().to_string())?;
        }
        Ok(outcome)
    }

    /// Works on a long text, whose passages `send` takes until it says that nobody listens.
    fn long<T: Send>(
        &self,
        text: &Long,
        size: usize,
        position: Position,
        work: &long::Work<'_, T>,
        pool: Option<&rayon::ThreadPool>,
        send: impl Fn(Vec<(Step<T>, Position)>) -> bool + Sync,
    ) -> bool {
        let length = text.record.text(0).len();
        let passage = |passage: &Passage<'_>| {
            let mut counted = Counted { bytes: passage.span.len(), ..Counted::default() };
            counted.figures.add_findings(&passage.findings);
            (Step::Passage((work.passage)(passage), counted), position)
        };
        let check = || text.check(&self.settings, self.threads, passage, &send);
        let report = match pool {
            Some(pool) => pool.install(check),
            None => check(),
        };
        let Some(report) = report else { return false };
        let mut counted = Counted { bytes: size.saturating_sub(length), ..Counted::default() };
        counted.figures.add(&report);
        let end = Event::Record((work.end)(text, report));
        send(vec![(Step::Event(end, counted), position)])
    }

    fn step<T>(&self, message: Message, work: &impl Fn(Checked) -> T, long: Option<&long::Work<'_, T>>) -> Step<T> {
        match message {
            Message::Start(source) => Step::Event(Event::Start(source), Counted::default()),
            Message::End => Step::Event(Event::End, Counted::default()),
            Message::Broken(fault) => Step::Fault(None, fault),
            Message::Raw(mut raw) => {
                let size = raw.size();
                match raw.take() {
                    Ok(record) if long.is_some_and(|work| work.takes(&record)) => {
                        Step::Long(Long::new(record, raw.source()), size)
                    }
                    Ok(record) => {
                        let path = &raw.source().path;
                        let reports: Vec<Report> =
                            (0..record.len()).map(|n| check(&self.settings, path, &record, n)).collect();
                        let filled = !record.source().trim().is_empty();
                        let html = (0..record.len()).any(|n| record.looks_like_html(n));
                        let mut counted = Counted { bytes: size, filled, html, ..Counted::default() };
                        counted.figures.textless = u64::from(filled && record.number.is_some() && record.is_empty());
                        for report in &reports {
                            counted.figures.add(report);
                        }
                        Step::Event(Event::Record(work(Checked { record, reports })), counted)
                    }
                    Err(error) => {
                        let fault = Fault { error, found: raw.source().found, counted: false };
                        let row = raw.number().is_some();
                        Step::Fault(row.then_some(raw), fault)
                    }
                }
            }
        }
    }

    fn reading(&self, current: Current) -> Reading {
        Reading { source: None, current, begun: false, sharded: self.shard.is_some() }
    }

    /// A bar that starts where so many bytes are done. It counts even where it is not shown.
    fn progress(&self, done: u64) -> ProgressBar {
        if !terminal::shows_progress(self.common) {
            return ProgressBar::hidden().with_position(done);
        }
        // Only plain files tell how much there is to do.
        let size = |path: &PathBuf| {
            let plain = input::Compression::of_name(path) == input::Compression::None && path.is_file();
            plain.then(|| path.metadata().map_or(0, |data| data.len()))
        };
        let total: Option<u64> = self.paths.iter().map(size).sum();
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = match total {
            Some(_) => "{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes} {bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_position(done);
        // The time left is reckoned from what this run does.
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Reads what is left of all inputs, in batches of so many records at most, until `send` says that nobody listens.
    fn read(
        &self,
        sources: impl Iterator<Item = Result<Source, InputError>>,
        done: Position,
        most: usize,
        mut send: impl FnMut(Vec<(Message, Position)>) -> bool,
    ) {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let mut push = |message: Message, position: Position, size: usize| -> bool {
            batch.push((message, position));
            bytes += size;
            if bytes >= BATCH_BYTES || batch.len() >= most {
                bytes = 0;
                return send(std::mem::take(&mut batch));
            }
            true
        };
        let mut at = Position { rows: 0, ..done };
        let mut skip = done.rows;
        for source in sources.skip(done.sources as usize) {
            let start = Position { rows: std::mem::take(&mut skip), ..at };
            let end = |at: Position| Position { sources: at.sources + 1, rows: 0, units: at.units };
            let alive = match source {
                Ok(source) => {
                    let whole = self.whole_files || !source.format.has_records();
                    at.units += u64::from(whole && start.rows == 0);
                    if !whole || self.is_mine(at.units) {
                        self.read_source(source, start, whole, &mut at, &mut push)
                    } else {
                        true
                    }
                }
                Err(error) => {
                    let fault = Fault { error, found: false, counted: self.is_counted_elsewhere() };
                    push(Message::Broken(fault), end(at), 0)
                }
            };
            at = end(at);
            if !alive {
                return;
            }
        }
        if !batch.is_empty() {
            send(batch);
        }
    }

    /// Reads one input from `start`; `whole` takes all its rows, whatever the shard.
    fn read_source(
        &self,
        source: Source,
        start: Position,
        whole: bool,
        at: &mut Position,
        push: &mut impl FnMut(Message, Position, usize) -> bool,
    ) -> bool {
        let end = |at: &Position| Position { sources: at.sources + 1, rows: 0, units: at.units };
        let found = source.found;
        let broken = |error| Message::Broken(Fault { error, found, counted: !whole && self.is_counted_elsewhere() });
        let rows = match source.open() {
            Ok(rows) => rows,
            Err(error) => return push(broken(error), end(at), 0),
        };
        if !push(Message::Start(source), start, 0) {
            return false;
        }
        for (n, row) in (1..).zip(rows).skip(start.rows as usize) {
            let raw = match row {
                Ok(raw) => raw,
                Err(error) => return push(broken(error), end(at), 0),
            };
            at.rows = n;
            if !whole && raw.number().is_some() {
                at.units += 1;
                if !self.is_mine(at.units) {
                    continue;
                }
            }
            let size = raw.size();
            if !push(Message::Raw(raw), *at, size) {
                return false;
            }
        }
        push(Message::End, end(at), 0)
    }

    /// The inputs, less what the run itself writes.
    fn sources(&self) -> anyhow::Result<impl Iterator<Item = Result<Source, InputError>> + Send> {
        let out = StdoutFile::find();
        let is_out = move |path: &Path| out.is_some_and(|out| out.is_at(path));
        for path in self.paths.iter().filter(|path| path.as_os_str() != "-") {
            ensure!(
                !is_out(path),
                "{}: standard output goes into this very file; write to another one",
                path.display()
            );
        }
        let mut seen = HashSet::new();
        let foreign = move |source: &Result<Source, InputError>| {
            let Ok(source) = source else { return true };
            let written = self.is_own(source) || source.found && is_out(&source.path);
            !written && self.is_first(source, &mut seen)
        };
        Ok(input::sources(&self.paths, &self.files)?.filter(foreign))
    }

    /// Whether an input is not among those before. Files that are rewritten or compared are so once, however often they
    /// are named.
    fn is_first(&self, source: &Source, seen: &mut HashSet<PathBuf>) -> bool {
        if !self.whole_files || self.paths.len() < 2 || source.is_stdin() {
            return true;
        }
        seen.insert(fs::canonicalize(&source.path).unwrap_or_else(|_| resolved(&source.path)))
    }

    fn is_mine(&self, unit: u64) -> bool {
        self.shard.is_none_or(|shard| (unit - 1) % shard.count == shard.index - 1)
    }

    /// Whether what all parts of the work meet is counted by another one than this.
    fn is_counted_elsewhere(&self) -> bool {
        self.shard.is_some_and(|shard| shard.index > 1)
    }

    /// Whether the run writes to it or goes by it, or one like it did.
    fn is_own(&self, source: &Source) -> bool {
        let name = || source.path.file_name();
        let temporary = || name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".unspin-"));
        // Those of other directories, too.
        let settings = || name().is_some_and(|name| name == settings::NAME);
        let record = || name().and_then(OsStr::to_str).is_some_and(store::is_record);
        let listed = || self.own.contains(&resolved(&source.path));
        let kept = || self.backup.as_deref().into_iter().chain(KEPT).any(|suffix| is_backup(&source.path, suffix));
        source.found && (temporary() || settings() || record() || !self.own.is_empty() && listed() || kept())
    }
}

/// Whether a path is that of a file that lies beside it with this at its end.
fn is_backup(path: &Path, suffix: &str) -> bool {
    let original = path.file_name().and_then(|name| name.as_encoded_bytes().strip_suffix(suffix.as_bytes()));
    original.is_some_and(|original| !original.is_empty() && path.with_file_name(self::path(original)).is_file())
}

impl Fault {
    /// Whether it is a file that is no text and that nobody named.
    fn is_skipped(&self) -> bool {
        self.error.kind() == ErrorKind::Foreign || self.found && self.error.kind() == ErrorKind::Binary
    }
}

/// The file that figures go into. One that was made for a run that ends without any goes again.
struct FiguresFile {
    path: PathBuf,
    file: fs::File,
    /// Nothing is in it yet, and it was not there before.
    empty: AtomicBool,
}

impl FiguresFile {
    fn open(path: &Path) -> std::io::Result<Self> {
        let empty = AtomicBool::new(!path.exists());
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        Ok(Self { path: path.to_owned(), file, empty })
    }

    /// Writes all that it is to hold; a pipe or a device just gets it.
    fn write_over(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = &self.file;
        if file.metadata()?.is_file() {
            file.set_len(0)?;
            file.rewind()?;
        }
        file.write_all(bytes)?;
        self.empty.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for FiguresFile {
    fn drop(&mut self) {
        if *self.empty.get_mut() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Follows the input that is being read.
struct Reading {
    source: Option<Source>,
    current: Current,
    /// An input began in this run: what is known of one that began before is kept for the first.
    begun: bool,
    /// The run reads a part of the records, which may well be one without texts.
    sharded: bool,
}

impl Reading {
    /// What is worth a word about an input at its end, and no trouble.
    fn remarks<T>(&self, event: &Event<T>, common: Common) -> Vec<String> {
        let (Event::End, Some(source)) = (event, &self.source) else { return Vec::new() };
        let Current { textless, html, .. } = self.current;
        let (name, fields) = (source.name(), source.fields.join(" or "));
        let mut remarks = Vec::new();
        if html > 0 && !common.quiet {
            let looks = if html == 1 { "record looks" } else { "records look" };
            remarks.push(format!(
                "{name}: the text in {fields:?} of {html} {looks} like HTML, and tags and scripts in it are read as text; \
                 say --field-format html, or text"
            ));
        }
        if textless > 0 && common.verbose {
            let have = if textless == 1 { "record has" } else { "records have" };
            remarks.push(format!("{name}: {textless} {have} no text in {fields:?}"));
        }
        remarks
    }

    /// Takes an event in; says what is wrong with an input at its end.
    fn follow<T>(&mut self, event: &Event<T>, counted: &Counted) -> Option<String> {
        match event {
            Event::Start(source) => {
                if std::mem::replace(&mut self.begun, true) {
                    self.current = Current::default();
                }
                self.source = Some(source.clone());
            }
            Event::Record(_) => {
                self.current.records |= counted.filled;
                self.current.texts |= counted.figures.documents > 0;
                self.current.textless += counted.figures.textless;
                self.current.html += u64::from(counted.html);
            }
            Event::End => {
                let source = self.source.take()?;
                let Current { records, texts, .. } = std::mem::take(&mut self.current);
                // A table that lacks a column was refused, and one that has it may have nothing in it.
                if source.format == Format::Jsonl && records && !texts && !self.sharded {
                    return Some(format!(
                        "{}: no record has a text in {:?}; name the field with --field",
                        source.name(),
                        source.fields.join(" or ")
                    ));
                }
            }
            _ => {}
        }
        None
    }
}

/// Checks the n-th text of a record that comes from a file, and heeds what the text says itself.
pub(crate) fn check(settings: &Settings, path: &Path, record: &Record, text: usize) -> Report {
    let mut report = settings.check(path, record.text(text));
    if !report.findings.is_empty() {
        let directives = Directives::read(record.shown(text));
        report.findings.retain(|finding| !directives.cover(record.shown_span(text, finding.span)));
        doubt_unwritable(record, text, &mut report.findings);
    }
    report
}

/// A hash of what a run depends on (FNV-1a): the same whatever the program was built with, as those of `std` need not
/// be.
#[derive(Clone, Copy)]
struct Identity(u64);

impl Identity {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in a part, and that it ends there.
    fn add(&mut self, part: &str) {
        // No text has the last byte.
        for byte in part.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Takes in how files are now.
    fn add_files(&mut self, sources: impl Iterator<Item = Result<Source, InputError>>) {
        for source in sources.flatten() {
            self.add(&source.path.to_string_lossy());
            if let Some(data) = source.path.metadata().ok().filter(fs::Metadata::is_file) {
                let since = data.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
                self.add(&format!("{} {}", data.len(), since.map_or(0, |since| since.as_nanos())));
            }
        }
    }
}

/// Wants a person to look at findings in the n-th text of a record that cannot be written back, for markup inside or
/// inside what stands right beside them.
pub(crate) fn doubt_unwritable(record: &Record, n: usize, findings: &mut [Finding]) {
    let all = record.joint_edits(n, findings.iter().map(|finding| (finding.span, finding.correction())));
    for (finding, _) in findings.iter_mut().zip(&all).filter(|(_, edits)| edits.is_none()) {
        finding.applicability = Applicability::Review;
    }
}

/// What the corrections of findings in the n-th text of a record change in what that is shown in, where it was lifted out
/// of markup.
pub(crate) fn edits(record: &Record, n: usize, findings: &[Finding]) -> Option<Edits> {
    let of_correction = |span: Span, new: &str| {
        let edits = record.shown_edits(n, span, new).unwrap_or_default();
        let mut edits: Vec<Edit> = edits.into_iter().map(|(span, text)| Edit { span, text }).collect();
        edits.sort_by_key(|edit| edit.span);
        edits
    };
    let of_finding = |finding: &Finding| {
        let all = finding.corrections.iter().map(|correction| of_correction(finding.span, &correction.text));
        (record.shown_span(n, finding.span), all.collect())
    };
    record.is_lifted(n).then(|| findings.iter().map(of_finding).collect())
}

/// The paths that a file lists.
fn listed(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let name = || list.display().to_string();
    let mut bytes = Vec::new();
    if list.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).with_context(name)?;
    } else {
        bytes = fs::read(list).with_context(name)?;
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let between = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes.split(|&byte| byte == between).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(lines.filter(|line| !line.is_empty()).map(path).collect())
}

/// A path that a file holds. Names that are not text have no place in such a file outside Unix.
#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// How many threads to use: no more than a system is sure to start.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, Into::into);
    asked.filter(|&jobs| jobs > 0).unwrap_or_else(cores).min(MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Args, Command};

    #[test]
    fn threads_are_bounded() {
        assert_eq!([Some(1), Some(3), Some(20_000)].map(threads), [1, 3, MOST_THREADS]);
        assert!(threads(None) > 0 && threads(Some(0)) == threads(None));
    }

    /// Other numbers would refuse the runs that an earlier build left unfinished.
    #[test]
    fn identities_stay_what_they_were() {
        let identity = |parts: &[&str]| {
            let mut identity = Identity::new();
            parts.iter().for_each(|part| identity.add(part));
            identity.0
        };
        assert_eq!(identity(&["ab", "c"]), 0x20ba_9b30_25a8_b421);
        assert_ne!(identity(&["a", "bc"]), identity(&["ab", "c"]));
    }

    #[test]
    fn another_run_is_described_otherwise() {
        let here = tempfile::tempdir().expect("a place");
        let path = |name: &str| here.path().join(name).display().to_string();
        let write = |name: &str, text: &str| fs::write(path(name), text).expect("written");
        fs::create_dir_all(path("in/deep")).expect("made");
        fs::create_dir_all(path("own")).expect("made");
        write("in/deep/a.txt", "One.");
        write("known", "");
        write("own/allowed.csv", "phrase,reason\ngreen zone,a place\n");
        let (output, baseline, dictionary, inputs) = (path("in/out"), path("known"), path("own"), path("in"));
        let description = || {
            let args = ["unspin", "score", "--isolated", "--output", &output, "--baseline", &baseline];
            let args = args.into_iter().chain(["--dictionary", &dictionary, &inputs]);
            let Args { common, command: Command::Score(command) } = Args::try_parse_from(args).expect("sound") else {
                unreachable!("it is asked for")
            };
            let job = Job::new(&command.inputs, &command.checking, Some(&command.target), common).expect("sound");
            job.description("score").expect("described")
        };
        let mut before = description();
        for name in ["in/out", "in/out.partial", "in/out.resume"] {
            write(name, "Two.");
        }
        assert_eq!(description(), before, "its own files are none of its inputs");
        for (name, text) in [
            ("in/deep/a.txt", "One more."),
            ("in/b.txt", ""),
            ("known", "\n"),
            ("own/allowed.csv", "phrase,reason\ngreen zone,a place\nred zone,a place\n"),
        ] {
            write(name, text);
            let after = description();
            assert_ne!(after, before, "{name}");
            before = after;
        }
    }
}
