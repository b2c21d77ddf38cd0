//! JSON Lines: one object for each finding, one for each document, a last one for the run.

use std::io::{self, Write};

use serde::Serialize;

use super::{Counts, Document, Render, Summary, json_line};
use crate::line_index::LineIndex;
use crate::report;

pub(super) struct Json;

#[derive(Serialize)]
struct Finding<'f> {
    r#type: &'static str,
    path: &'f str,
    record: Option<u64>,
    field: Option<&'f str>,
    line: usize,
    column: usize,
    span: Offsets,
    text: &'f str,
    corrections: Vec<Correction<'f>>,
    confidence: f32,
    severity: &'static str,
    applicability: &'static str,
    rule: &'static str,
    family: &'static str,
    message: &'f str,
    evidence: Vec<Evidence<'f>>,
    sources: &'f [&'static str],
    id: &'f str,
}

#[derive(Serialize)]
/// Offsets in the text, which begins after a byte order mark.
struct Offsets {
    byte: [usize; 2],
    char: [usize; 2],
    utf16: [usize; 2],
}

#[derive(Serialize)]
struct Correction<'f> {
    text: &'f str,
    confidence: f32,
}

#[derive(Serialize)]
struct Evidence<'f> {
    kind: &'static str,
    text: &'f str,
    nats: Option<f32>,
}

#[derive(Serialize)]
struct Whole<'d> {
    r#type: &'static str,
    path: &'d str,
    record: Option<u64>,
    field: Option<&'d str>,
    spun: f64,
    share: f64,
    family: Option<&'static str>,
    rate: f64,
    tokens: usize,
    findings: usize,
}

#[derive(Serialize)]
struct Run<'s> {
    r#type: &'static str,
    #[serde(flatten)]
    summary: &'s Summary,
}

impl Render for Json {
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &report::Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        finding_line(document, index, finding, out)
    }

    fn close(&self, document: &Document<'_>, findings: Counts, out: &mut dyn Write) -> io::Result<()> {
        whole_line(document, findings.findings, out)
    }

    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        json_line(&Run { r#type: "summary", summary }, out)
    }
}

/// The objects of a document's findings, one a line; `index` is one of its text.
///
/// # Errors
///
/// Where `out` cannot be written to.
///
/// # Examples
///
/// ```
/// use serde_json::{Value, json};
/// use unspin::render::{Document, document_line, finding_lines};
/// use unspin::{LineIndex, Unspinner};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let document = Document::whole("a.txt", text, &report);
/// let mut out = Vec::new();
/// finding_lines(&document, &LineIndex::new(text), &mut out)?;
/// document_line(&document, &mut out)?;
/// let lines: Vec<Value> = serde_json::Deserializer::from_slice(&out).into_iter().collect::<Result<_, _>>()?;
/// assert_eq!(lines.len(), report.findings.len() + 1);
/// assert_eq!((&lines[0]["span"]["byte"], &lines[0]["corrections"][0]["text"]), (&json!([4, 14]), &json!("Defense")));
/// assert_eq!(lines.last().map(|document| &document["findings"]), Some(&json!(report.findings.len())));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn finding_lines(document: &Document<'_>, index: &LineIndex<'_>, out: &mut dyn Write) -> io::Result<()> {
    document.report.findings.iter().try_for_each(|finding| finding_line(document, index, finding, out))
}

fn finding_line(
    document: &Document<'_>,
    index: &LineIndex<'_>,
    finding: &report::Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Document { path, record, field, .. } = *document;
    let span = finding.span;
    let (line, column) = index.line_column(span.start);
    let [start, end] = [span.start, span.end].map(|byte| index.units(byte));
    let row = Finding {
        r#type: "finding",
        path,
        record,
        field,
        line,
        column,
        span: Offsets { byte: [span.start, span.end], char: [start.0, end.0], utf16: [start.1, end.1] },
        text: document.slice(span),
        corrections: finding
            .corrections
            .iter()
            .map(|correction| Correction { text: &correction.text, confidence: correction.confidence })
            .collect(),
        confidence: finding.confidence(),
        severity: finding.severity.name(),
        applicability: finding.applicability.name(),
        rule: finding.rule.name(),
        family: finding.family.name(),
        message: &finding.message,
        evidence: finding
            .evidence
            .iter()
            .map(|evidence| Evidence { kind: evidence.kind, text: &evidence.text, nats: evidence.nats })
            .collect(),
        sources: &finding.sources,
        id: &finding.id,
    };
    json_line(&row, out)
}

/// The object of a document alone, without its findings; [`finding_lines`] writes those, and has an example.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn document_line(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    whole_line(document, document.report.findings.len(), out)
}

fn whole_line(document: &Document<'_>, findings: usize, out: &mut dyn Write) -> io::Result<()> {
    let Document { path, record, field, report, .. } = *document;
    let whole = Whole {
        r#type: "document",
        path,
        record,
        field,
        spun: round(report.spun),
        share: round(report.share),
        family: report.family.map(crate::report::Family::name),
        rate: round(report.rate),
        tokens: report.tokens,
        findings,
    };
    json_line(&whole, out)
}

/// Four places: more would differ between machines and say nothing.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
