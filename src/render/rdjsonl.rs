//! Reviewdog's diagnostics, one JSON object a line. Columns count bytes there.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Document, Render, advice, json_line};
use crate::line_index::LineIndex;
use crate::report::Severity;

pub(super) struct Rdjsonl;

impl Render for Rdjsonl {
    fn document(&self, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
        if document.report.findings.is_empty() {
            return Ok(());
        }
        let index = LineIndex::new(document.text);
        let position = |byte: usize| -> Value {
            let line = index.line(byte);
            json!({ "line": line, "column": byte - index.line_span(line).start + 1 })
        };
        for finding in &document.report.findings {
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
            json_line(&row, out)?;
        }
        Ok(())
    }
}
