//! One line for each finding, as compilers write it; editors jump to the place.

use std::io::{self, Write};

use super::{Document, Render, advice, percent};
use crate::line_index::LineIndex;
use crate::printable::printable;
use crate::report::Finding;

pub(super) struct Short;

impl Render for Short {
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (line, column) = index.line_column(finding.span.start);
        writeln!(
            out,
            "{}:{line}:{column}: {}: {} → {} ({}) [{}]",
            printable(&document.place()),
            finding.severity.name(),
            document.found(finding),
            advice(finding.correction()),
            percent(f64::from(finding.confidence())),
            finding.rule.name(),
        )
    }
}
