//! Inputs checked on all cores, results in order, memory bounded.
//!
//! One thread reads records into batches, a pool checks a batch at a time, and the caller's thread takes the results
//! one after the other. Channels between them hold few batches, so a file's size does not matter.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use unspin::input::{self, ErrorKind, FileOptions, InputError, Raw, Record, Source};
use unspin::render::{Document, Summary};
use unspin::{Finding, Report, Selection, Span};

use crate::args::{Checking, Common, Inputs};
use crate::settings::Settings;
use crate::terminal::{self, complain};

/// Bytes that a batch holds, more or less.
const BATCH_BYTES: usize = 1 << 20;
/// Records that a batch holds at most.
const BATCH_RECORDS: usize = 512;

/// Everything a run needs.
pub(crate) struct Job {
    settings: Settings,
    files: FileOptions,
    paths: Vec<PathBuf>,
    threads: usize,
    stats: Option<PathBuf>,
    common: Common,
    started: Instant,
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
            let mut shown = report.clone();
            for finding in &mut shown.findings {
                finding.span = self.record.shown_span(n, finding.span);
            }
            visit(&Document {
                path: &path,
                record: self.record.number,
                field: self.record.field(n),
                line: self.record.line,
                text: self.record.shown(n),
                report: &shown,
            })?;
        }
        Ok(())
    }

    /// What a selection of the findings changes in the source.
    pub(crate) fn fixes(&self, selection: &Selection) -> Fixes {
        let mut fixes = Fixes::default();
        for (n, report) in self.reports.iter().enumerate() {
            for finding in &report.findings {
                let edits = if selection.contains(finding) {
                    self.record.source_edits(n, finding.span, finding.correction())
                } else {
                    None
                };
                match edits {
                    Some(edits) => {
                        fixes.edits.extend(edits);
                        fixes.applied.push((n, finding.clone()));
                    }
                    None => fixes.left += 1,
                }
            }
        }
        fixes.edits.sort_by_key(|(span, _)| *span);
        fixes
    }
}

/// Edits of a record's source, and the findings they come from.
#[derive(Default)]
pub(crate) struct Fixes {
    pub(crate) edits: Vec<(Span, String)>,
    /// The findings applied, each with the number of its text.
    pub(crate) applied: Vec<(usize, Finding)>,
    /// Findings not applied: not selected, or with markup inside that leaves no way to tell what goes where.
    pub(crate) left: usize,
}

/// What happens in a run, in the order of the inputs.
pub(crate) enum Event<T> {
    /// An input begins.
    Start(Source),
    /// A record was checked.
    Record(T),
    /// A record could not be read; its bytes are there to be passed on.
    Skipped(Raw),
    /// The input is at its end.
    End,
    /// The input could not be read to its end.
    Broken,
}

/// How a run went.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) trouble: bool,
}

/// What the reading thread sends.
enum Message {
    Start(Source),
    Raw(Raw),
    End,
    Broken(InputError),
}

/// What became of a message.
enum Step<T> {
    /// With what to count: figures and bytes.
    Event(Event<T>, Summary, usize),
    /// With the record, where the input goes on after it, and whether the input was only found in a directory.
    Fault(Option<Raw>, InputError, bool),
}

impl Job {
    pub(crate) fn new(inputs: &Inputs, checking: &Checking, common: Common) -> anyhow::Result<Self> {
        let settings = Settings::new(checking)?;
        let files = FileOptions {
            format: inputs.input.map(input::Format::from),
            fields: inputs.field.iter().chain(&inputs.column).cloned().collect(),
            hidden: inputs.hidden,
            no_ignore: inputs.no_ignore,
            exclude: settings.exclude.iter().chain(&inputs.exclude).cloned().collect(),
        };
        let paths = if inputs.paths.is_empty() { vec![PathBuf::from("-")] } else { inputs.paths.clone() };
        Ok(Self {
            settings,
            files,
            paths,
            threads: threads(inputs.jobs),
            stats: inputs.stats.clone(),
            common,
            started: Instant::now(),
        })
    }

    /// Runs over all inputs. `work` turns a checked record into what `each` needs, in any thread; `each` is called in
    /// order. Inputs that cannot be read are named on standard error and the run goes on; an error of `each` stops it.
    pub(crate) fn run<T: Send>(
        &self,
        work: impl Fn(Checked) -> T + Sync,
        mut each: impl FnMut(Event<T>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        let sources = input::sources(&self.paths, &self.files)?;
        let pool = (self.threads > 1)
            .then(|| rayon::ThreadPoolBuilder::new().num_threads(self.threads).build())
            .transpose()
            .context("cannot start threads")?;
        let progress = self.progress();
        let mut outcome = Outcome::default();
        let mut binaries = 0u64;
        let mut current: Option<(Source, bool, bool)> = None;

        let result = std::thread::scope(|scope| -> anyhow::Result<()> {
            let (raw_in, raw_out) = sync_channel::<Vec<Message>>(2);
            let (done_in, done_out) = sync_channel::<Vec<Step<T>>>(2);
            scope.spawn(move || read(sources, |batch| raw_in.send(batch).is_ok()));
            scope.spawn(|| {
                // Both ends move in here, so that they close when this thread ends.
                let (done_in, raw_out) = (done_in, raw_out);
                for batch in raw_out {
                    let step = |message| self.step(message, &work);
                    let results = match &pool {
                        Some(pool) if batch.len() > 1 => pool.install(|| batch.into_par_iter().map(step).collect()),
                        _ => batch.into_iter().map(step).collect(),
                    };
                    if done_in.send(results).is_err() {
                        break;
                    }
                }
            });
            for result in done_out.into_iter().flatten() {
                match result {
                    Step::Event(event, figures, size) => {
                        progress.inc(size as u64);
                        outcome.summary.merge(&figures);
                        match &event {
                            Event::Start(source) => current = Some((source.clone(), false, false)),
                            Event::Record(_) => {
                                if let Some((_, records, texts)) = &mut current {
                                    *records = true;
                                    *texts |= figures.documents > 0;
                                }
                            }
                            Event::End => {
                                if let Some((source, true, false)) =
                                    current.take().filter(|(s, ..)| s.format.has_records())
                                {
                                    let fields = source.fields.join(" or ");
                                    complain(&format!(
                                        "{}: no record has a text in {fields:?}; name the field with --field or --column",
                                        source.name()
                                    ));
                                    outcome.trouble = true;
                                }
                            }
                            _ => {}
                        }
                        each(event)?;
                    }
                    Step::Fault(raw, error, found) => {
                        if found && error.kind() == ErrorKind::Binary {
                            binaries += 1;
                            if self.common.verbose {
                                complain(&format!("{error}; skipped"));
                            }
                        } else {
                            progress.suspend(|| complain(&error.to_string()));
                            outcome.trouble = true;
                            outcome.summary.unreadable += 1;
                        }
                        each(raw.map_or(Event::Broken, Event::Skipped))?;
                    }
                }
            }
            Ok(())
        });
        progress.finish_and_clear();
        result?;
        if binaries > 0 && !self.common.quiet {
            complain(&format!("{binaries} binary {} skipped", if binaries == 1 { "file" } else { "files" }));
        }
        if let Some(path) = &self.stats {
            self.write_stats(path, &outcome.summary)?;
        }
        Ok(outcome)
    }

    fn step<T>(&self, message: Message, work: &impl Fn(Checked) -> T) -> Step<T> {
        match message {
            Message::Start(source) => Step::Event(Event::Start(source), Summary::default(), 0),
            Message::End => Step::Event(Event::End, Summary::default(), 0),
            Message::Broken(error) => Step::Fault(None, error, false),
            Message::Raw(raw) => match raw.parse() {
                Ok(record) => {
                    let size = raw.size();
                    let reports: Vec<Report> = (0..record.len()).map(|n| self.check(record.text(n))).collect();
                    let mut figures = Summary::default();
                    for report in &reports {
                        figures.add(report);
                    }
                    Step::Event(Event::Record(work(Checked { record, reports })), figures, size)
                }
                Err(error) => {
                    let found = raw.source().found;
                    let row = raw.number().is_some();
                    Step::Fault(row.then_some(raw), error, found)
                }
            },
        }
    }

    /// Checks one text with the settings of the run.
    pub(crate) fn check(&self, text: &str) -> Report {
        let mut report = self.settings.unspinner.check(text);
        report.findings.retain(|finding| finding.severity >= self.settings.severity);
        report
    }

    fn progress(&self) -> ProgressBar {
        if !terminal::shows_progress(self.common) {
            return ProgressBar::hidden();
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
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    fn write_stats(&self, path: &PathBuf, summary: &Summary) -> anyhow::Result<()> {
        let mut stats = serde_json::to_value(summary)?;
        stats["seconds"] = self.started.elapsed().as_secs_f64().into();
        std::fs::write(path, format!("{stats:#}\n")).with_context(|| path.display().to_string())
    }
}

/// How many threads to use.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    asked.filter(|&jobs| jobs > 0).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into))
}

/// Reads all inputs in batches until `send` says that nobody listens.
fn read(sources: impl Iterator<Item = Result<Source, InputError>>, mut send: impl FnMut(Vec<Message>) -> bool) {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut push = |message: Message, size: usize| -> bool {
        batch.push(message);
        bytes += size;
        if bytes >= BATCH_BYTES || batch.len() >= BATCH_RECORDS {
            bytes = 0;
            return send(std::mem::take(&mut batch));
        }
        true
    };
    for source in sources {
        let alive = match source.and_then(|source| source.open().map(|rows| (source, rows))) {
            Ok((source, rows)) => push(Message::Start(source), 0) && read_rows(rows, &mut push),
            Err(error) => push(Message::Broken(error), 0),
        };
        if !alive {
            return;
        }
    }
    if !batch.is_empty() {
        send(batch);
    }
}

fn read_rows(
    rows: impl Iterator<Item = Result<Raw, InputError>>,
    push: &mut impl FnMut(Message, usize) -> bool,
) -> bool {
    for row in rows {
        match row {
            Ok(raw) => {
                let size = raw.size();
                if !push(Message::Raw(raw), size) {
                    return false;
                }
            }
            Err(error) => return push(Message::Broken(error), 0),
        }
    }
    push(Message::End, 0)
}
