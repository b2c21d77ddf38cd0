//! A record with what was found in its texts.

mod fixes;
mod sieve;

use std::borrow::Cow;
use std::path::Path;

use unspin::input::Record;
use unspin::render::{Document, Edits};
use unspin::{Directives, Edit, Finding, LineIndex, Report, Selection, Span, printable};

pub(crate) use self::fixes::{Fixes, unwritable};
pub(crate) use self::sieve::Sieve;
use crate::settings::Settings;
use crate::wording::one_line;

/// A record with what was found in its texts.
pub(crate) struct Checked {
    pub(crate) record: Record,
    /// For each text, what was found; spans lie in the text.
    pub(crate) reports: Vec<Report>,
}

impl Checked {
    /// Checks all texts of a record that comes from a file.
    pub(crate) fn new(settings: &Settings, path: &Path, record: Record) -> Self {
        let reports = (0..record.len()).map(|n| check(settings, path, &record, n)).collect();
        Self { record, reports }
    }

    /// Calls `visit` for every text as it is shown, with spans that lie there.
    pub(crate) fn documents<E>(&self, mut visit: impl FnMut(&Document<'_>) -> Result<(), E>) -> Result<(), E> {
        let (path, name) = (self.record.path(), bytes_of_name(&self.record));
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
            (document.name, document.edits) = (name, edits.as_ref());
            visit(&document)?;
        }
        Ok(())
    }

    /// What a selection of the findings changes in the source.
    pub(crate) fn fixes(&self, selection: &Selection) -> Fixes<'_> {
        let mut fixes = Fixes::default();
        for (n, report) in self.reports.iter().enumerate() {
            fixes.add(&self.record, n, &report.findings, selection);
        }
        fixes
    }
}

/// Checks the n-th text of a record that comes from a file, and heeds what the text says itself.
pub(crate) fn check(settings: &Settings, path: &Path, record: &Record, n: usize) -> Report {
    check_allowing(settings, path, record, n, &[])
}

/// The same with more phrases allowed than the settings have.
pub(crate) fn check_allowing(settings: &Settings, path: &Path, record: &Record, n: usize, allow: &[String]) -> Report {
    let profile = settings.profile(path);
    let mut config = Cow::Borrowed(&profile.config);
    if !allow.is_empty() {
        config.to_mut().allow.extend_from_slice(allow);
    }
    let mut report = settings.unspinner.check_with(record.text(n), &config);
    Sieve::of_record(settings, profile.severity, record, n).sift(&mut report.findings);
    report
}

/// What is to be said of the first word in a record that was to be a directive and is none.
pub(crate) fn misspelled(record: &Record) -> Option<String> {
    (0..record.len()).find_map(|n| {
        let (text, path) = (record.shown(n), record.path());
        let (span, meant) = Directives::misspelled(text)?;
        let report = Report::default();
        let mut document = Document::whole(&path, text, &report);
        (document.record, document.field) = (record.number, record.field(n));
        let (place, line) = (document.place(), LineIndex::new(text).line(span.start));
        Some(format!("{}:{line}: {} does nothing; {meant} is most probably meant", printable(&place), &text[span]))
    })
}

/// The bytes of the name of a record's input, where they are no text.
pub(crate) fn bytes_of_name(record: &Record) -> Option<&[u8]> {
    let name = record.input();
    name.to_str().is_none().then_some(name.as_os_str().as_encoded_bytes())
}

/// What is put in place of words, on one line: `navy → military`.
pub(crate) fn change(old: &str, new: &str) -> String {
    let new = if new.trim().is_empty() { "(removed)".to_owned() } else { one_line(new) };
    format!("{} → {new}", one_line(old))
}

/// What the corrections of findings in a file change there, where that is not what they say: it holds markup, or some
/// cannot be written.
pub(crate) fn edits(record: &Record, n: usize, findings: &[Finding]) -> Option<Edits> {
    // No edit of a record is told by its place in the file, and plain text in UTF-8 takes any.
    let is_plain = !record.is_lifted(n) && record.encoding().is_utf8();
    if record.number.is_some() || findings.is_empty() || is_plain {
        return None;
    }
    // `fix` writes none that it would not write beside the others.
    let joint = record.joint_edits(n, findings.iter().map(|finding| (finding.span, finding.correction())));
    if !record.is_lifted(n) && joint.iter().all(Option::is_some) {
        return None;
    }
    let of_correction = |span: Span, new: &str| {
        let edits = record.shown_edits(n, span, new).unwrap_or_default();
        let mut edits: Vec<Edit> = edits.into_iter().map(|(span, text)| Edit { span, text }).collect();
        edits.sort_by_key(|edit| edit.span);
        edits
    };
    let of_finding = |(finding, joint): (&Finding, Option<_>)| {
        let all = finding.corrections.iter().map(|correction| of_correction(finding.span, &correction.text));
        let mut all: Vec<_> = all.collect();
        if let Some(first) = all.first_mut().filter(|_| joint.is_none()) {
            first.clear();
        }
        (record.shown_span(n, finding.span), all)
    };
    Some(findings.iter().zip(joint).map(of_finding).collect())
}
