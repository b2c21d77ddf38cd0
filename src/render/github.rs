//! Workflow commands of GitHub Actions, which show as annotations on a pull request.

use std::io::{self, Write};

use super::{Document, Render, advice, percent};
use crate::line_index::LineIndex;
use crate::report::{Finding, Severity};

pub(super) struct Github;

impl Render for Github {
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        write!(out, "::{level} file={}", property(document.path))?;
        if document.is_file() {
            let (line, column) = index.line_column(finding.span.start);
            let (end_line, end_column) = index.line_column(finding.span.end);
            write!(out, ",line={line},endLine={end_line}")?;
            if line == end_line {
                write!(out, ",col={column},endColumn={end_column}")?;
            }
        } else {
            write!(out, ",line={}", document.line)?;
        }
        let text = format!(
            "{} → {} ({}). {}",
            document.found(finding),
            advice(finding.correction()),
            percent(f64::from(finding.confidence())),
            finding.message
        );
        writeln!(out, ",title={}::{}", property(finding.rule.name()), data(text.trim_end()))
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
