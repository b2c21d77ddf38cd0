//! Findings as an editor shows them: in the text, and under the mouse.

use std::fmt::Write;

use lsp_types::{Diagnostic, DiagnosticSeverity, Hover, MarkupContent, MarkupKind};
use serde_json::json;
use unspin::render::percent;
use unspin::{Finding, Severity};

use super::document::Found;
use super::position::Lines;
use crate::wording::{advice, one_line};

/// What is wrong at a place.
pub(super) fn diagnostic(lines: &Lines<'_>, found: &Found) -> Diagnostic {
    let finding = &found.finding;
    Diagnostic {
        range: lines.range(found.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Note => DiagnosticSeverity::Information,
        }),
        code: Some(finding.rule.name().to_owned().into()),
        source: Some("unspin".into()),
        message: format!("{} ({})", finding.message, percent(f64::from(finding.confidence()))).into(),
        data: Some(json!({ "id": finding.id })),
        ..Diagnostic::default()
    }
}

/// Why it is wrong.
pub(super) fn hover(lines: &Lines<'_>, found: &Found, markdown: bool) -> Hover {
    let (kind, value) = if markdown {
        (MarkupKind::Markdown, explanation(&found.finding, "**", "_", escaped))
    } else {
        (MarkupKind::PlainText, explanation(&found.finding, "", "", str::to_owned))
    };
    Hover { contents: MarkupContent { kind, value }.into(), range: Some(lines.range(found.span)) }
}

fn explanation(finding: &Finding, strong: &str, soft: &str, escape: impl Fn(&str) -> String) -> String {
    let mut out = format!("{strong}{}{strong}\n\n", escape(&finding.message));
    let put = |out: &mut String, line: std::fmt::Arguments<'_>| out.write_fmt(line).unwrap_or_default();
    for correction in &finding.corrections {
        let (text, sure) = (advice(&correction.text), percent(f64::from(correction.confidence)));
        put(&mut out, format_args!("- {} {sure}\n", escape(text)));
    }
    out.push('\n');
    for evidence in &finding.evidence {
        put(&mut out, format_args!("- {soft}{}{soft}: {}\n", escape(evidence.kind), escape(&evidence.text)));
    }
    put(
        &mut out,
        format_args!(
            "\n{soft}{}{soft}: {}; {}, {}, {}",
            escape(finding.rule.name()),
            escape(finding.rule.summary()),
            finding.severity.name(),
            finding.applicability.name(),
            finding.family.name(),
        ),
    );
    out
}

/// A text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if c.is_ascii_punctuation() && !".,;:'\"%()+/=".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
