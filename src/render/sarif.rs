//! SARIF 2.1.0, for code scanning and other viewers.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Document, Render, Summary};
use crate::fix::Edit;
use crate::line_index::LineIndex;
use crate::report::{Finding, Rule};
use crate::span::Span;

pub(super) struct Sarif;

impl Render for Sarif {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<Value> = Rule::ALL
            .iter()
            .map(|rule| json!({ "id": rule.name(), "shortDescription": { "text": rule.summary() } }))
            .collect();
        let driver = json!({ "name": "unspin", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules });
        writeln!(
            out,
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[\n\
             {{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\
             \"newlineSequences\":[\"\\r\\n\",\"\\n\",\"\\r\"],\"results\":["
        )
    }

    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, "{}", result(document, index, finding))
    }

    fn separator(&self) -> &'static str {
        ",\n"
    }

    fn end(&self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]}}]}}")
    }
}

fn result(document: &Document<'_>, index: &LineIndex<'_>, finding: &Finding) -> Value {
    let artifact = json!({ "uri": uri(document.name.unwrap_or(document.path.as_bytes())) });
    let region = |span: Span| {
        if !document.is_file() {
            return json!({ "startLine": document.line });
        }
        let (line, column) = index.line_column(span.start);
        let (end_line, end_column) = index.line_column(span.end);
        json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
                "snippet": { "text": document.slice(span) } })
    };
    let mut location = json!({ "physicalLocation": { "artifactLocation": artifact, "region": region(finding.span) } });
    if !document.is_file() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": document.place() }]);
    }
    let correction = super::advice(finding.correction());
    let text = match finding.message.as_str() {
        "" => format!("{:?} most probably was {correction:?}", document.found(finding)),
        message => message.to_owned(),
    };
    let rank = (f64::from(finding.confidence()) * 1000.0).round() / 10.0;
    let mut result = json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
        "level": finding.severity.name(),
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "unspinFinding/v1": finding.id },
        "rank": rank,
        "properties": {
            "text": document.slice(finding.span), "correction": finding.correction(),
            "applicability": finding.applicability.name(), "family": finding.family.name(),
        },
    });
    let edits = document.edits(finding, 0);
    if !edits.is_empty() {
        let replacement =
            |edit: &Edit| json!({ "deletedRegion": region(edit.span), "insertedContent": { "text": edit.text } });
        let replacements: Vec<Value> = edits.iter().map(replacement).collect();
        result["fixes"] = json!([{
            "description": { "text": format!("write {correction}") },
            "artifactChanges": [{ "artifactLocation": artifact, "replacements": replacements }],
        }]);
    }
    result
}

/// A path as a relative or `file` reference.
fn uri(mut path: &[u8]) -> String {
    let mut uri = if path.starts_with(b"/") { "file://".to_owned() } else { String::new() };
    while let Some(rest) = path.strip_prefix(b"./") {
        path = rest;
    }
    for &byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        let mark = if cfg!(windows) { "/" } else { "%5C" };
        for (path, wanted) in
            [("./a b.txt", "a%20b.txt"), ("/tmp/é", "file:///tmp/%C3%A9"), ("a\\b.txt", &format!("a{mark}b.txt"))]
        {
            assert_eq!(uri(path.as_bytes()), wanted);
        }
        assert_eq!(uri(b"./././caf\xe9.txt"), "caf%E9.txt");
    }
}
