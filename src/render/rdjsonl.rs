//! Reviewdog's diagnostics, one JSON object a line. Columns count bytes there.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Document, Render, advice, json_line};
use crate::line_index::LineIndex;
use crate::report::{Finding, Severity};

pub(super) struct Rdjsonl;

impl Render for Rdjsonl {
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let position = |byte: usize| -> Value {
            let line = index.line(byte);
            json!({ "line": line, "column": byte - index.line_span(line).start + 1 })
        };
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        };
        let range = if document.is_file() {
            json!({ "start": position(finding.span.start), "end": position(finding.span.end) })
        } else {
            json!({ "start": { "line": document.line } })
        };
        let mut row = json!({
            "message": format!("{} → {}. {}", document.found(finding), advice(finding.correction()), finding.message)
                .trim_end(),
            "location": { "path": document.path, "range": range },
            "severity": severity,
            "source": { "name": "unspin" },
            "code": { "value": finding.rule.name() },
        });
        if document.is_file() {
            row["suggestions"] = finding
                .corrections
                .iter()
                .map(|correction| json!({ "range": range, "text": correction.text }))
                .collect();
        }
        json_line(&row, out)
    }
}
