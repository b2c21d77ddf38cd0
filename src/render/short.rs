//! One line for each finding, as compilers write it; editors jump to the place.

use std::io::{self, Write};

use super::{Document, Render, advice, percent};
use crate::line_index::LineIndex;

pub(super) struct Short;

impl Render for Short {
    fn document(&self, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
        if document.report.findings.is_empty() {
            return Ok(());
        }
        let index = LineIndex::new(document.text);
        let place = document.place();
        for finding in &document.report.findings {
            let (line, column) = index.line_column(finding.span.start);
            writeln!(
                out,
                "{place}:{line}:{column}: {}: {} → {} ({}) [{}]",
                finding.severity.name(),
                document.found(finding),
                advice(finding.correction()),
                percent(f64::from(finding.confidence())),
                finding.rule.name(),
            )?;
        }
        Ok(())
    }
}
