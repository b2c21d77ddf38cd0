//! Reviewdog's diagnostics, one JSON object a line. Columns count bytes there.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Document, Render, advice, json_line, within};
use crate::line_index::LineIndex;
use crate::report::{Finding, Severity};
use crate::span::Span;

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
            let before = if line == 1 { document.mark } else { 0 };
            json!({ "line": line, "column": before + byte - index.line_span(line).start + 1 })
        };
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        };
        let place = |span: Span| {
            let span = within(document.text, span);
            json!({ "start": position(span.start), "end": position(span.end) })
        };
        let range =
            if document.is_file() { place(finding.span) } else { json!({ "start": { "line": document.line } }) };
        let mut row = json!({
            "message": format!("{} → {}. {}", document.found(finding), advice(finding.correction()), finding.message)
                .trim_end(),
            "location": { "path": document.path, "range": range },
            "severity": severity,
            "source": { "name": "unspin" },
            "code": { "value": finding.rule.name() },
        });
        // A suggestion is one replacement, so it takes what stands between its edits with it.
        let suggestion = |n: usize| {
            let edits = document.edits(finding, n);
            let all = Span::new(edits.first()?.span.start, edits.last()?.span.end);
            let (mut text, mut at) = (String::new(), all.start);
            for edit in &edits {
                text += document.slice(Span::new(at, edit.span.start));
                text += &edit.text;
                at = edit.span.end;
            }
            Some(json!({ "range": place(all), "text": text }))
        };
        let suggestions: Vec<Value> = (0..finding.corrections.len()).filter_map(suggestion).collect();
        if !suggestions.is_empty() {
            row["suggestions"] = suggestions.into();
        }
        json_line(&row, out)
    }
}
