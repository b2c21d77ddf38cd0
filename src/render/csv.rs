//! A table with one row for each finding; start and end are bytes of the text, which begins after a byte order mark.

use std::io::{self, Write};

use super::{Document, Render};
use crate::line_index::LineIndex;
use crate::report::Finding;

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
        let mut table = ::csv::Writer::from_writer(out);
        table.write_record(COLUMNS).map_err(io::Error::other)?;
        // It flushes when it goes, too, but says nothing of what fails then.
        table.flush()
    }

    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
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
        // A row is written at once, into a buffer that is no larger than most rows.
        let mut table = ::csv::WriterBuilder::new().buffer_capacity(512).from_writer(out);
        table.write_record(row).map_err(io::Error::other)?;
        table.flush()
    }
}
