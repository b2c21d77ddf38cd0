//! What a selection of findings changes in the source of a record.

use unspin::input::Record;
use unspin::render::Document;
use unspin::{Finding, LineIndex, Report, Selection, Span, printable};

use super::change;

/// Edits of a record's source, and the findings they come from.
#[derive(Default)]
pub(crate) struct Fixes<'f> {
    pub(crate) edits: Vec<(Span, String)>,
    /// The findings applied, each with the number of its text.
    pub(crate) applied: Vec<(usize, &'f Finding)>,
    /// Findings not applied: not selected, or not to be written.
    pub(crate) left: usize,
    /// Those of them that were selected, each with the number of its text: markup inside, or inside what stands right
    /// beside them, leaves no way to tell what goes where, or the encoding lacks a character.
    pub(crate) unwritten: Vec<(usize, &'f Finding)>,
}

impl<'f> Fixes<'f> {
    /// Adds what a selection of findings in the n-th text of a record changes.
    pub(crate) fn add(&mut self, record: &Record, n: usize, findings: &'f [Finding], selection: &Selection) {
        let before = self.applied.len();
        let is_chosen = selection.chooser();
        let all = record.joint_edits(n, findings.iter().map(|finding| (finding.span, finding.correction())));
        for (finding, edits) in findings.iter().zip(all).filter(|(finding, _)| is_chosen(finding)) {
            match edits {
                Some(edits) => {
                    self.edits.extend(edits);
                    self.applied.push((n, finding));
                }
                None => self.unwritten.push((n, finding)),
            }
        }
        self.left += findings.len() - (self.applied.len() - before);
        self.edits.sort_by_key(|(span, _)| *span);
    }

    /// The ids of the findings that were selected, where they were selected by that.
    pub(crate) fn ids(&self, selection: &Selection) -> Vec<String> {
        let selected = self.applied.iter().chain(&self.unwritten).filter(|_| matches!(selection, Selection::Ids(_)));
        selected.map(|(_, finding)| finding.id.clone()).collect()
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
            let what = unwritable(record, *n, finding.span, finding.correction());
            format!("{}:{line}:{column}: {what}", printable(&document.place()))
        });
        complaints.collect()
    }
}

/// What is said of an edit of the n-th text of a record that cannot be written.
pub(crate) fn unwritable(record: &Record, n: usize, span: Span, new: &str) -> String {
    let why = match record.source_edits(n, span, new) {
        None if record.lacks(new) => {
            format!("{} lacks a character of it; convert the file to UTF-8", record.encoding().name())
        }
        None => "markup stands in it or beside it".to_owned(),
        Some(_) => "it goes with what stands beside it, which cannot be written".to_owned(),
    };
    format!("{} cannot be written: {why}", change(&record.text(n)[span.range()], new))
}
