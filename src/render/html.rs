//! A page that stands alone: every document with its findings in place, filtered by confidence and rule.

use std::io::{self, Write};

use super::{Document, Render, Summary, percent, spun_part, within};
use crate::line_index::LineIndex;
use crate::report::{Finding, Rule};

pub(super) struct Html;

const HEAD: &str = include_str!("html/head.html");
const SCRIPT: &str = include_str!("html/filter.js");

impl Render for Html {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(HEAD.as_bytes())?;
        writeln!(out, "<main>")
    }

    fn document(&self, document: &Document<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
        let report = document.report;
        let shown = &report.findings[..report.findings.len().min(most)];
        if shown.is_empty() {
            return Ok(());
        }
        writeln!(out, "<article><h2>{}</h2>", escape(&document.place()))?;
        let family = report.family.map_or("", |family| family.name());
        let all =
            if shown.len() < report.findings.len() { format!(" of {}", report.findings.len()) } else { String::new() };
        let in_part = spun_part(report).map_or_else(String::new, |part| format!(", {part} of the text"));
        writeln!(
            out,
            "<p class=\"about\">spun: {} {family}{in_part} · rate {} · findings: <span class=\"count\">{}</span>{all}</p>",
            percent(report.spun),
            percent(report.rate),
            shown.len()
        )?;
        write!(out, "<div class=\"text\">")?;
        let mut at = 0;
        for finding in shown {
            let span = within(document.text, finding.span);
            if span.start < at {
                continue;
            }
            out.write_all(escape(&document.text[at..span.start]).as_bytes())?;
            mark(document, finding, out)?;
            at = span.end;
        }
        out.write_all(escape(&document.text[at..]).as_bytes())?;
        writeln!(out, "</div></article>")
    }

    fn finding(
        &self,
        document: &Document<'_>,
        _: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        mark(document, finding, out)
    }

    fn in_parts(&self) -> bool {
        false
    }

    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "</main>")?;
        writeln!(out, "<aside><h2>Summary</h2><table>")?;
        let mut row = |name: &str, value: u64| writeln!(out, "<tr><th>{name}</th><td>{value}</td></tr>");
        row("documents", summary.documents)?;
        row("spun", summary.spun)?;
        row("words and marks", summary.tokens)?;
        row("findings", summary.findings)?;
        row("safe to apply unseen", summary.automatic)?;
        for rule in Rule::ALL {
            if let Some(&count) = summary.rules.get(rule.name()) {
                row(rule.name(), count)?;
            }
        }
        writeln!(
            out,
            "</table></aside>\n<p id=\"why\" role=\"status\" hidden></p>\n<script>\n{SCRIPT}</script>\n</body>\n</html>"
        )
    }
}

/// What a finding covers, with the correction and what there is to say about it.
fn mark(document: &Document<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let others: Vec<String> = finding
        .corrections
        .iter()
        .skip(1)
        .map(|other| format!("{} ({})", other.text, percent(f64::from(other.confidence))))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!("\nor: {}", others.join(", ")) };
    let reasons: Vec<String> = finding.evidence.iter().map(|evidence| format!("\n· {}", evidence.text)).collect();
    let title = format!(
        "{}, {} ({})\n{}{others}{}",
        finding.rule.name(),
        finding.applicability.name(),
        percent(f64::from(finding.confidence())),
        finding.message,
        reasons.concat()
    );
    write!(
        out,
        "<mark class=\"{}\" tabindex=\"0\" data-confidence=\"{:.3}\" data-rule=\"{}\" data-apply=\"{}\" title=\"{}\"><del>{}</del><ins>{}</ins></mark>",
        finding.severity.name(),
        finding.confidence(),
        finding.rule.name(),
        finding.applicability.name(),
        escape(&title),
        escape(document.slice(finding.span)),
        escape(finding.correction()),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
