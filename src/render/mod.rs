//! How is a report shown?
//!
//! One file for each format. A renderer writes to any [`Write`] and holds no state, so documents may be rendered in
//! any thread and put in order afterwards: [`Render::begin`], then each document's bytes with
//! [`Render::separator`] between those that are not empty, then [`Render::end`]. A document is its findings, with the
//! same separator between them, and [`Render::close`]; where the format [is made of them](Render::in_parts), a long
//! one may be written finding by finding.

mod csv;
pub mod diff;
mod github;
mod html;
mod human;
mod json;
mod rdjsonl;
mod sarif;
mod short;
mod summary;

use std::collections::HashMap;
use std::io::{self, Write};

pub use json::{document_line, finding_lines};
pub use summary::Summary;

use crate::fix::Edit;
use crate::line::one_line;
use crate::line_index::{LineIndex, floor_boundary};
use crate::name::named;
use crate::report::{Applicability, Finding, Report};
use crate::span::Span;

/// What each correction of a finding changes in the file, by the finding's span. One that has no edits cannot be written
/// there, as where markup inside leaves no way to tell what goes where.
pub type Edits = HashMap<Span, Vec<Vec<Edit>>>;

/// A checked text with where it came from; [`whole`](Self::whole) makes one, and its fields may be set then.
///
/// The spans of the report are to lie in the text. What reaches beyond it, as where the text was changed since, is cut
/// off where the text ends.
///
/// # Examples
///
/// ```
/// use unspin::render::Document;
///
/// let report = unspin::Unspinner::builtin().check("The ship left the harbor at noon.");
/// let mut document = Document::whole("ships.jsonl", "The ship left the harbor at noon.", &report);
/// (document.record, document.field, document.line) = (Some(17), Some("body"), 18);
/// assert_eq!(document.place(), "ships.jsonl#17.body");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Document<'d> {
    /// The file, or `-`.
    pub path: &'d str,
    /// The bytes of its name, where they are no text.
    pub name: Option<&'d [u8]>,
    /// Its record in the file, from 1, where the file has records.
    pub record: Option<u64>,
    /// The field or column of the record.
    pub field: Option<&'d str>,
    /// The line of the file at which the record starts, from 1.
    pub line: u64,
    /// Bytes of the file before its text: those of a byte order mark in UTF-8, which stands on its first line.
    pub mark: usize,
    /// What the report's spans lie in.
    pub text: &'d str,
    /// What was found.
    pub report: &'d Report,
    /// What corrections change in a file, where that is not what they say: the text was lifted out of markup, or some
    /// cannot be written. Elsewhere they replace what a finding covers.
    pub edits: Option<&'d Edits>,
}

impl<'d> Document<'d> {
    /// A file that is one text, as it stands there.
    pub fn whole(path: &'d str, text: &'d str, report: &'d Report) -> Self {
        Self { path, name: None, record: None, field: None, line: 1, mark: 0, text, report, edits: None }
    }

    /// The file, with record and field where it has them: `a.jsonl#17.body`.
    pub fn place(&self) -> String {
        match (self.record, self.field) {
            (Some(record), Some(field)) => format!("{}#{record}.{field}", self.path),
            (Some(record), None) => format!("{}#{record}", self.path),
            _ => self.path.to_owned(),
        }
    }

    /// Whether offsets in the text are offsets in the file.
    fn is_file(&self) -> bool {
        self.record.is_none()
    }

    /// What the n-th correction of a finding changes in the file, in order of place; nothing for records, and where it
    /// cannot be written.
    fn edits(&self, finding: &Finding, n: usize) -> Vec<Edit> {
        if !self.is_file() {
            return Vec::new();
        }
        match self.edits {
            Some(edits) => edits.get(&finding.span).and_then(|all| all.get(n)).cloned().unwrap_or_default(),
            None => {
                let correction = finding.corrections.get(n).into_iter();
                correction.map(|correction| Edit { span: finding.span, text: correction.text.clone() }).collect()
            }
        }
    }

    /// What a finding covers, on one line.
    fn found(&self, finding: &Finding) -> String {
        one_line(self.slice(finding.span))
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[within(self.text, span).range()]
    }
}

/// How many findings a document has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub findings: usize,
    /// Those that are safe to apply unseen.
    pub automatic: usize,
}

impl Counts {
    /// How many these are.
    pub fn of(findings: &[Finding]) -> Self {
        let automatic = findings.iter().filter(|finding| finding.is_automatic()).count();
        Self { findings: findings.len(), automatic }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.findings += other.findings;
        self.automatic += other.automatic;
    }
}

/// Writes reports in one format.
///
/// # Examples
///
/// ```
/// use unspin::Unspinner;
/// use unspin::render::{Document, Format, Style, Summary, renderer};
///
/// let renderer = renderer(Format::Sarif, Style::default());
/// let unspinner = Unspinner::builder().assume_spun(true).build();
/// let mut summary = Summary::default();
/// let mut out = Vec::new();
/// renderer.begin(&mut out)?;
/// let mut separator = "";
/// for (path, text) in [("a.txt", "The Protection Secretary left."), ("b.txt", "So did the Protection Secretary.")] {
///     let report = unspinner.check(text);
///     summary.add(&report);
///     let mut document = Vec::new();
///     renderer.document(&Document::whole(path, text, &report), usize::MAX, &mut document)?;
///     if !document.is_empty() {
///         out.extend_from_slice(separator.as_bytes());
///         out.append(&mut document);
///         separator = renderer.separator();
///     }
/// }
/// renderer.end(&summary, &mut out)?;
/// let sarif: serde_json::Value = serde_json::from_slice(&out)?;
/// let results = sarif["runs"][0]["results"].as_array().map(Vec::len);
/// assert!(summary.findings > 0);
/// assert_eq!(results, Some(summary.findings as usize));
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Render: Send + Sync {
    /// What comes before all documents.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to; so for all methods.
    fn begin(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// One document, with at most so many of its findings; all of them are counted.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to.
    fn document(&self, document: &Document<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
        if most > 0 && !document.report.findings.is_empty() {
            let index = LineIndex::new(document.text);
            for (n, finding) in document.report.findings.iter().take(most).enumerate() {
                if n > 0 {
                    out.write_all(self.separator().as_bytes())?;
                }
                self.finding(document, &index, finding, out)?;
            }
        }
        self.close(document, Counts::of(&document.report.findings), out)
    }

    /// One finding of a document, whose report is not looked at; `index` is one of its text.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to.
    fn finding(
        &self,
        document: &Document<'_>,
        index: &LineIndex<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()>;

    /// What comes after the findings of a document, of which there were so many; neither those nor the text are looked
    /// at.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to.
    fn close(&self, _document: &Document<'_>, _findings: Counts, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Whether a document is nothing but its findings and what comes after them.
    fn in_parts(&self) -> bool {
        true
    }

    /// What stands between documents that are not empty.
    fn separator(&self) -> &'static str {
        ""
    }

    /// What comes after all documents.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to.
    fn end(&self, _summary: &Summary, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// A format of reports; [`renderer`] gives what writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Snippets with the correction below, for people.
    #[default]
    Human,
    /// One line for each finding.
    Short,
    /// JSON Lines.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Reviewdog diagnostics, JSON Lines.
    Rdjsonl,
    /// A table.
    Csv,
    /// A page that stands alone.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Human, Self::Short, Self::Json, Self::Sarif, Self::Github, Self::Rdjsonl, Self::Csv, Self::Html];

    /// The name used for `--format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Short => "short",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Rdjsonl => "rdjsonl",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }
}

named!(Format, "format");

/// How text for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With colors of terminals.
    pub color: bool,
    /// Columns of a terminal that a line may take.
    pub width: usize,
    /// With all reasons, not only the sentence.
    pub verbose: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100, verbose: false }
    }
}

/// The renderer of a format.
///
/// # Examples
///
/// ```
/// use unspin::Unspinner;
/// use unspin::render::{Document, Format, Style, renderer};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let mut out = Vec::new();
/// renderer(Format::Short, Style::default()).document(&Document::whole("a.txt", text, &report), usize::MAX, &mut out)?;
/// assert!(String::from_utf8_lossy(&out).starts_with("a.txt:1:5: error: Protection → Defense"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn renderer(format: Format, style: Style) -> Box<dyn Render> {
    match format {
        Format::Human => Box::new(human::Human(style)),
        Format::Short => Box::new(short::Short),
        Format::Json => Box::new(json::Json),
        Format::Sarif => Box::new(sarif::Sarif),
        Format::Github => Box::new(github::Github),
        Format::Rdjsonl => Box::new(rdjsonl::Rdjsonl),
        Format::Csv => Box::new(csv::Csv),
        Format::Html => Box::new(html::Html),
    }
}

/// A span as far as it lies in a text, on boundaries of characters.
fn within(text: &str, span: Span) -> Span {
    Span::new(floor_boundary(text, span.start), floor_boundary(text, span.end))
}

/// Whole percent of a probability or a share, 0 to 1, as people are shown it: never 100 for what is not certain, nor that
/// from which findings are automatic for what is less.
///
/// # Examples
///
/// ```
/// use unspin::render::percent;
///
/// assert_eq!([0.616, 0.949, 0.95, 0.999, 1.0].map(percent), ["62%", "94%", "95%", "99%", "100%"]);
/// ```
pub fn percent(share: f64) -> String {
    let automatic = f64::from(Applicability::AUTOMATIC);
    let whole = (share * 100.0).round();
    let most = if share < automatic { (automatic * 100.0).round() - 1.0 } else { 99.0 };
    format!("{}%", if share < 1.0 { whole.min(most) } else { whole })
}

/// Of a text that is spun in part: how much of it.
fn spun_part(report: &Report) -> Option<String> {
    // Of a long text it may be less than a hundredth.
    (report.is_spun() && report.share < Report::THROUGHOUT).then(|| percent(report.share.max(0.01)))
}

/// What to do, in words: the correction, or that the words are to go.
fn advice(correction: &str) -> String {
    if correction.trim().is_empty() { "(remove)".to_owned() } else { one_line(correction) }
}

/// One JSON value and a line break.
fn json_line(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests;
