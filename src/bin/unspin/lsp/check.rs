//! Documents are checked in a thread of their own, so that nobody who types waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use unspin::Span;
use unspin::input::{Format, Record, Source};

use super::Event;
use super::document::Found;
use crate::checked;
use crate::settings::Settings;

/// A text to check.
pub(super) struct Job {
    pub(super) uri: String,
    pub(super) revision: u64,
    pub(super) text: String,
    pub(super) format: Format,
    /// Where it is, for settings that hold for some files only.
    pub(super) path: PathBuf,
    pub(super) settings: Arc<Settings>,
}

/// What was found in it.
pub(super) struct Outcome {
    pub(super) uri: String,
    pub(super) revision: u64,
    /// `Err` where the check failed, which is a bug of unspin.
    pub(super) found: Result<Vec<Found>, ()>,
}

/// Checks one text after the other until nobody sends any more.
pub(super) fn run(jobs: &Receiver<Job>, results: &Sender<Event>) {
    for job in jobs {
        let found = catch_unwind(AssertUnwindSafe(|| found(&job))).map_err(drop);
        if results.send(Event::Checked(Outcome { uri: job.uri, revision: job.revision, found })).is_err() {
            return;
        }
    }
}

fn found(job: &Job) -> Vec<Found> {
    if job.settings.leaves_out(&job.path) {
        return Vec::new();
    }
    let Some(record) = record(&job.text, job.format) else { return Vec::new() };
    let report = checked::check(&job.settings, &job.path, &record, 0);
    // A byte order mark is not part of the record's source.
    let mark = job.text.len() - record.source().len();
    let moved = |span: Span| Span::new(span.start + mark, span.end + mark);
    let place = |finding: unspin::Finding| {
        let edits = finding.corrections.iter().map(|correction| {
            let edits = record.source_edits(0, finding.span, &correction.text)?;
            Some(edits.into_iter().map(|(span, new)| (moved(span), new)).collect())
        });
        Found {
            span: moved(record.shown_span(0, finding.span)),
            words: record.text(0)[finding.span.range()].to_owned(),
            edits: edits.collect(),
            finding,
        }
    };
    report.findings.into_iter().map(place).collect()
}

/// A document as a record with one text; `None` where it is no text at all.
pub(super) fn record(text: &str, format: Format) -> Option<Record> {
    let source = Source::new("", Some(format), &[]);
    source.read(text.as_bytes().to_vec()).ok()?.next()?.ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Checking;
    use crate::lsp::workspace::Workspace;

    #[test]
    fn findings_lie_in_the_document() {
        let checking = Checking { assume_spun: true, isolated: true, ..Checking::default() };
        let settings = Workspace::new(checking, Vec::new()).settings(None).expect("sound");
        let spun =
            "The <b>Protection</b> Secretary stated &quot;aye&quot; &amp; that the American navy would stay within it.";
        for (text, format) in [
            (format!("\u{feff}<p title=\"navy\">\u{e9}</p>\r\n<p>{spun}</p>\n"), Format::Html),
            (format!("\u{feff}# \u{e9}\r\n\r\n* {spun}\n"), Format::Markdown),
        ] {
            let job = Job {
                uri: String::new(),
                revision: 1,
                text: text.clone(),
                format,
                path: PathBuf::new(),
                settings: Arc::clone(&settings),
            };
            let found = found(&job);
            let stated = found.iter().find(|found| &text[found.span.range()] == "stated").expect("found");
            let (span, new) = &stated.edits[0].as_ref().expect("plain")[0];
            assert_eq!((&text[span.range()], new.as_str()), ("stated", "said"));
        }
    }
}
