//! A table with one row for each finding.

use std::io::{self, Write};

use super::{Document, Render};
use crate::line_index::LineIndex;

pub(super) struct Csv;

const COLUMNS: [&str; 17] = [
    "path",
    "record",
    "field",
    "line",
    "column",
    "start",
    "end",
    "text",
    "correction",
    "confidence",
    "severity",
    "applicability",
    "rule",
    "family",
    "message",
    "sources",
    "id",
];

impl Render for Csv {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        ::csv::Writer::from_writer(out).write_record(COLUMNS).map_err(io::Error::other)
    }

    fn document(&self, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
        if document.report.findings.is_empty() {
            return Ok(());
        }
        let index = LineIndex::new(document.text);
        let mut table = ::csv::Writer::from_writer(out);
        for finding in &document.report.findings {
            let (line, column) = index.line_column(finding.span.start);
            let row = [
                document.path,
                &document.record.map(|record| record.to_string()).unwrap_or_default(),
                document.field.unwrap_or_default(),
                &line.to_string(),
                &column.to_string(),
                &finding.span.start.to_string(),
                &finding.span.end.to_string(),
                document.slice(finding.span),
                finding.correction(),
                &format!("{:.3}", finding.confidence()),
                finding.severity.name(),
                finding.applicability.name(),
                finding.rule.name(),
                finding.family.name(),
                &finding.message,
                &finding.sources.join(" "),
                &finding.id,
            ];
            table.write_record(row).map_err(io::Error::other)?;
        }
        table.flush()
    }
}
