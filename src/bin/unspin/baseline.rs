//! Findings that are known and accepted, kept in a file by their ids: they survive when text around them moves.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use unspin::render::Document;

use crate::replacement::Replacement;
use crate::wording::one_line;

/// One line of a baseline. Only the id counts; the rest is for people who read the file.
#[derive(Serialize, Deserialize)]
struct Line<'l> {
    id: Cow<'l, str>,
    #[serde(default)]
    place: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    correction: String,
}

/// The ids that a baseline holds.
pub(crate) fn read(path: &Path) -> anyhow::Result<HashSet<String>> {
    let name = || path.display().to_string();
    let text = fs::read_to_string(path).with_context(name)?;
    let mut ids = HashSet::new();
    for (n, line) in
        text.strip_prefix('\u{feff}').unwrap_or(&text).lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
    {
        let line: Line<'_> = serde_json::from_str(line).with_context(|| {
            format!("{}:{}: not a line of a baseline; write it anew with --write-baseline", name(), n + 1)
        })?;
        ids.insert(line.id.into_owned());
    }
    Ok(ids)
}

/// The lines of one document's findings.
pub(crate) fn lines(document: &Document<'_>) -> serde_json::Result<Vec<(String, String)>> {
    let line = |finding: &unspin::Finding| {
        let line = Line {
            id: Cow::Borrowed(&finding.id),
            place: document.place(),
            text: one_line(&document.text[finding.span.range()]),
            correction: finding.correction().to_owned(),
        };
        Ok((finding.id.clone(), serde_json::to_string(&line)?))
    };
    document.report.findings.iter().map(line).collect()
}

/// A baseline that is being written; it takes its place when it is whole.
pub(crate) struct Writer {
    path: PathBuf,
    out: Replacement,
    seen: HashSet<String>,
    /// Findings that were added; those with the same words around them have one id, and one line.
    findings: usize,
}

impl Writer {
    pub(crate) fn new(path: &Path) -> anyhow::Result<Self> {
        ensure!(path.as_os_str() != "-", "--write-baseline needs the name of a file; standard output has the results");
        // Whoever leaves the name out has the input in its place.
        let is_id = |id: &String| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(
            !path.is_file() || read(path).is_ok_and(|ids| ids.iter().all(is_id)),
            "{}: is there already and is no baseline; remove it, or name another file",
            path.display()
        );
        Ok(Self { path: path.to_owned(), out: Replacement::new(path)?, seen: HashSet::new(), findings: 0 })
    }

    pub(crate) fn add(&mut self, lines: Vec<(String, String)>) -> anyhow::Result<()> {
        self.findings += lines.len();
        for (id, line) in lines {
            if self.seen.insert(id) {
                writeln!(self.out, "{line}").with_context(|| self.path.display().to_string())?;
            }
        }
        Ok(())
    }

    /// Puts the file in its place; says how many findings it holds, and in how many lines.
    pub(crate) fn finish(self) -> anyhow::Result<(usize, usize)> {
        self.out.finish()?;
        Ok((self.findings, self.seen.len()))
    }
}
