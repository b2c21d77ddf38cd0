//! For people at a terminal: the place, what it should say, the line with the words underlined, the reason.

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Counts, Document, Render, Style, Summary, advice, one_line, percent, spun_part, within};
use crate::line_index::{LineIndex, ceil_boundary, floor_boundary};
use crate::printable::printable;
use crate::report::{Finding, Severity};
use crate::span::Span;

pub(super) struct Human(pub(super) Style);

impl Render for Human {
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (line, column) = index.line_column(finding.span.start);
        let color = match finding.severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Note => AnsiColor::Cyan,
        };
        let strong = paint(self.0.color, color.on_default().effects(Effects::BOLD));
        let good = paint(self.0.color, AnsiColor::Green.on_default().effects(Effects::BOLD));
        let dim = paint(self.0.color, anstyle::Style::new().effects(Effects::DIMMED));
        writeln!(
            out,
            "{}:{line}:{column}: {}{}{}: {} {}→{} {}{}{} {}({}, {}) [{}]{}",
            printable(&document.place()),
            strong.0,
            finding.severity.name(),
            strong.1,
            document.found(finding),
            dim.0,
            dim.1,
            good.0,
            advice(finding.correction()),
            good.1,
            dim.0,
            percent(f64::from(finding.confidence())),
            finding.applicability.name(),
            finding.rule.name(),
            dim.1,
        )?;

        let whole = index.line_span(line);
        let span = within(document.text, finding.span);
        let span = Span::new(span.start, span.end.min(whole.end));
        let margin = line.to_string().len().max(4);
        let window = Window::new(document.text, whole, span, self.0.width.saturating_sub(margin + 4).max(40));
        writeln!(
            out,
            "{}{line:>margin$} |{} {}{}{}{}{}",
            dim.0, dim.1, window.before, strong.0, window.inside, strong.1, window.after
        )?;
        writeln!(
            out,
            "{}{:>margin$} |{} {:indent$}{}{}{} {}{}{}",
            dim.0,
            "",
            dim.1,
            "",
            strong.0,
            "^".repeat(columns(&window.inside).max(1)),
            strong.1,
            good.0,
            advice(finding.correction()),
            good.1,
            indent = columns(&window.before),
        )?;
        let mut reason = |text: &str| writeln!(out, "{}{:>margin$} ={} {text}", dim.0, "", dim.1);
        if !finding.message.is_empty() {
            reason(&one_line(&finding.message))?;
        }
        if finding.corrections.len() > 1 {
            let others: Vec<String> = finding.corrections[1..]
                .iter()
                .map(|other| format!("{} ({})", advice(&other.text), percent(f64::from(other.confidence))))
                .collect();
            reason(&format!("or: {}", others.join(", ")))?;
        }
        if self.0.verbose {
            for evidence in &finding.evidence {
                let nats = evidence.nats.map(|nats| format!(" ({nats:+.1} nats)")).unwrap_or_default();
                reason(&format!("{}: {}{nats}", evidence.kind, one_line(&evidence.text)))?;
            }
            if !finding.sources.is_empty() {
                reason(&format!("sources: {}", finding.sources.join(", ")))?;
            }
            reason(&format!("id: {}", finding.id))?;
        }
        Ok(())
    }

    fn close(&self, document: &Document<'_>, findings: Counts, out: &mut dyn Write) -> io::Result<()> {
        if findings.findings == 0 {
            return Ok(());
        }
        let report = document.report;
        let bold = paint(self.0.color, anstyle::Style::new().effects(Effects::BOLD));
        write!(out, "{}{}{}: ", bold.0, printable(&document.place()), bold.1)?;
        let verdict = match report.family {
            Some(family) => {
                let spun = percent(report.spun);
                match spun_part(report) {
                    Some(part) => {
                        let rate = percent(report.rate / report.share);
                        format!("spun in part ({spun}, {family}, about {part} of the text, {rate} of the words there)")
                    }
                    None => format!("spun ({spun}, {family}, about {} of the words)", percent(report.rate)),
                }
            }
            None => format!("probably not spun ({})", percent(report.spun)),
        };
        let Counts { findings, automatic } = findings;
        let findings = count(findings as u64, "finding");
        writeln!(out, "{verdict}, {findings}, {automatic} safe to apply unseen\n")
    }

    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if summary.documents > 1 && summary.findings > 0 {
            let textless = match summary.textless {
                0 => String::new(),
                records => format!("; {} without a text", count(records, "record")),
            };
            writeln!(
                out,
                "{} in {}, {} of them spun; {} safe to apply unseen{textless}",
                count(summary.findings, "finding"),
                count(summary.documents, "document"),
                summary.spun,
                summary.automatic
            )?;
        }
        Ok(())
    }
}

/// The part of a line around a finding that fits a width.
struct Window {
    before: String,
    inside: String,
    after: String,
}

impl Window {
    fn new(text: &str, line: Span, span: Span, width: usize) -> Self {
        // Padding can be no wider.
        let width = width.min(u16::MAX.into());
        let clean = |text: &str| -> String {
            if is_plain(text) {
                return text.to_owned();
            }
            text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect()
        };
        // Only as much of the line as can be shown is looked at: lines may be very long.
        let first = floor_boundary(text, span.start.saturating_sub(4 * width).max(line.start));
        let last = ceil_boundary(text, (span.end + 4 * width).min(line.end).max(span.end));
        let mut inside = clean(&text[span.range()]);
        if columns(&inside) > width * 2 / 3 {
            inside = format!("{}…", take(inside.chars(), width * 2 / 3));
        }
        let (before, after) = (clean(&text[first..span.start]), clean(&text[span.end..last]));
        let [before_width, inside_width, after_width] = [&before, &inside, &after].map(|text| columns(text));
        let rest = width.saturating_sub(inside_width);
        let right = after_width.min(rest - before_width.min(rest / 3));
        let left = before_width.min(rest - right);
        let cut_left = left < before_width || first > line.start;
        let cut_right = right < after_width || last < line.end;
        let mut start: String = take(before.chars().rev(), left).chars().rev().collect();
        let mut end = take(after.chars(), right);
        if cut_left {
            start = format!("…{}", start.chars().skip(1).collect::<String>());
        }
        if cut_right {
            end.pop();
            end.push('…');
        }
        Self { before: start, inside, after: end.trim_end().to_owned() }
    }
}

/// Whether a text is of visible ASCII characters and spaces alone, as nearly all is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The columns that a text takes.
fn columns(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.width() }
}

/// The first characters that fit a width.
fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    chars.take_while(fits).collect()
}

/// What to write before and after something in a style.
pub(super) fn paint(color: bool, style: anstyle::Style) -> (String, String) {
    if color { (style.render().to_string(), style.render_reset().to_string()) } else { Default::default() }
}

/// `1 finding`, `2 findings`.
pub(super) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
