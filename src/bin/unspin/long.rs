//! Texts that are too long to hold all that is found in them: worked on passage by passage, a few at a time.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use unspin::input::{Record, Source};
use unspin::render::Document;
use unspin::{Finding, LineIndex, Report, Span};

use crate::checked::{self, Sieve};
use crate::settings::Settings;

/// Texts with more bytes than this are long.
const LONG: usize = 1 << 17;
/// Passages that are worked on at once, for each thread: enough that threads hardly wait for each other.
const AHEAD: usize = 4;

/// What a command makes of long texts.
pub(crate) struct Work<'w, T> {
    /// Whether a record may be worked on in passages; if not, it is worked on as a whole.
    pub(crate) suits: &'w (dyn Fn(&Record) -> bool + Sync),
    /// What becomes of a passage.
    pub(crate) passage: &'w (dyn Fn(&Passage<'_>) -> T + Sync),
    /// What comes after all passages, with the judgement on the text, which is without the findings.
    pub(crate) end: &'w (dyn Fn(&Long, Report) -> T + Sync),
}

impl<T> Work<'_, T> {
    pub(crate) fn takes(&self, record: &Record) -> bool {
        record.fields().is_empty() && record.len() == 1 && record.text(0).len() > LONG && (self.suits)(record)
    }
}

/// A record that is one long text.
pub(crate) struct Long {
    pub(crate) record: Arc<Record>,
    source: PathBuf,
    /// That, for people.
    path: String,
}

impl Long {
    pub(crate) fn new(record: Record, source: &Source) -> Self {
        Self { source: source.path.clone(), path: record.path(), record: Arc::new(record) }
    }

    /// The text as it is shown, with a report whose spans lie there, but not what corrections change in markup.
    pub(crate) fn document<'d>(&'d self, report: &'d Report) -> Document<'d> {
        let mut document = Document::whole(&self.path, self.record.shown(0), report);
        (document.line, document.mark) = (self.record.line, self.record.encoding().mark());
        document.name = checked::bytes_of_name(&self.record);
        document
    }

    /// Checks it on so many threads of the pool that this is called from, and heeds what the text says itself. `take`
    /// gets what `work` makes of the passages, in order, a few at a time, and says whether it wants more; where it does
    /// not, there is no judgement.
    pub(crate) fn check<T: Send>(
        &self,
        settings: &Settings,
        threads: usize,
        work: impl Fn(&Passage<'_>) -> T + Sync,
        take: impl Fn(Vec<T>) -> bool,
    ) -> Option<Report> {
        let record = &*self.record;
        let profile = settings.profile(&self.source);
        let (index, sieve) = (OnceLock::new(), Sieve::of_record(settings, profile.severity, record, 0));
        let mut passages = settings.unspinner.passages(record.text(0), &profile.config);
        loop {
            let done = passages.next_batch(AHEAD * threads, |passage| {
                let mut findings = passage.findings;
                sieve.sift(&mut findings);
                work(&Passage { long: self, index: &index, span: passage.span, findings })
            });
            if done.is_empty() {
                return Some(passages.report());
            }
            if !take(done) {
                return None;
            }
        }
    }
}

/// A stretch of a long text with what was found in it; spans lie in the text.
pub(crate) struct Passage<'l> {
    pub(crate) long: &'l Long,
    index: &'l OnceLock<LineIndex<'l>>,
    pub(crate) span: Span,
    pub(crate) findings: Vec<Finding>,
}

impl<'l> Passage<'l> {
    /// Lines and columns of the text as it is shown.
    pub(crate) fn index(&self) -> &'l LineIndex<'l> {
        self.index.get_or_init(|| LineIndex::new(self.long.record.shown(0)))
    }

    /// The findings with spans that lie in the text as it is shown, in a report that says nothing else.
    pub(crate) fn shown(&self) -> Report {
        let record = &self.long.record;
        let mut report = Report::default();
        report.findings.clone_from(&self.findings);
        if record.is_lifted(0) {
            for finding in &mut report.findings {
                finding.span = record.shown_span(0, finding.span);
            }
        }
        report
    }
}
