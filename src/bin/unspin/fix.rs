//! `unspin fix`: write repaired text.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use unspin::input::{Compressor, InputError, Source};
use unspin::{LineIndex, Span};

use crate::args::{Common, Fix};
use crate::job::{Checked, Event, Fixes, Job};
use crate::output::{Output, Start};
use crate::terminal::{Ending, complain, note};

/// A repaired record.
struct Repaired {
    bytes: Vec<u8>,
    changed: bool,
    left: usize,
    /// What was applied, a line each.
    lines: Vec<String>,
}

pub(crate) fn run(command: &Fix, common: Common) -> anyhow::Result<Ending> {
    if command.write && command.inputs.paths.iter().all(|path| path.as_os_str() == "-") {
        bail!("--write needs files; standard input is repaired to standard output without it");
    }
    let target = (!command.write).then_some(&command.target);
    let job = Job::new(&command.inputs, &command.checking, target, common)?.without_evidence();
    let selection = command.choice.selection();
    let added = Added { original: command.keep_original.as_deref(), edits: command.edits.as_deref() };
    let job_name = job.description(&format!("fix {selection:?} {added:?}"));
    let (mut out, done, mut counts) = match Output::open(&command.target, &job_name, common)? {
        Start::Anew(out) => (out, None, Counts::default()),
        Start::Resumed(out, progress, counts) => (out, Some(progress), counts),
        Start::Done => return Ok(Ending::default()),
    };
    let mut target: Option<Target> = None;
    let outcome = job.run(
        done,
        |checked| repair(&checked, checked.fixes(&selection), added),
        |event| {
            let bytes = match event {
                Event::Start(source) => {
                    target = None;
                    if command.write {
                        match Target::open(&source) {
                            Ok(opened) => target = Some(opened),
                            // What cannot be read is named when it is read.
                            Err(_) if !source.path.exists() => {}
                            Err(error) => {
                                complain(&format!("{error:#}"));
                                counts.trouble = true;
                            }
                        }
                    }
                    return Ok(());
                }
                Event::Record(repaired) => {
                    let (repaired, error) = repaired;
                    if let Some(error) = error {
                        complain(&error.to_string());
                        counts.trouble = true;
                    }
                    if !command.write || target.is_some() {
                        counts.applied += repaired.lines.len();
                        counts.left += repaired.left;
                        if !common.quiet {
                            repaired.lines.iter().for_each(|line| note(line));
                        }
                        if let Some(target) = &mut target {
                            target.changed |= repaired.changed;
                        }
                    }
                    repaired.bytes
                }
                Event::Skipped(raw) => raw.untouched(),
                Event::End => {
                    if let Some(target) = target.take() {
                        let path = target.path.clone();
                        match target.finish(command.backup.as_deref()) {
                            Ok(changed) => counts.files += usize::from(changed),
                            Err(error) => {
                                complain(&format!("{}: {error:#}", path.display()));
                                counts.trouble = true;
                            }
                        }
                    }
                    return Ok(());
                }
                Event::Broken => {
                    target = None;
                    return Ok(());
                }
                Event::Checkpoint(progress) => return out.checkpoint(progress, &counts),
            };
            if !command.write {
                out.write_all(&bytes)?;
            } else if let Some(open) = &mut target
                && let Err(error) = open.out.write_all(&bytes)
            {
                complain(&format!("{}: {error}", open.path.display()));
                counts.trouble = true;
                target = None;
            }
            Ok(())
        },
    )?;
    out.finish()?;
    let Counts { applied, files, left, trouble } = counts;
    if command.write && !common.quiet {
        note(&format!("{applied} fixed in {files} {}, {left} left", if files == 1 { "file" } else { "files" }));
    }
    Ok(Ending { found: left > 0 && !command.exit_zero, trouble: trouble || outcome.trouble })
}

/// What a run counts.
#[derive(Default, Serialize, Deserialize)]
struct Counts {
    applied: usize,
    files: usize,
    left: usize,
    trouble: bool,
}

/// The fields that are added to each record.
#[derive(Clone, Copy, Debug)]
struct Added<'a> {
    original: Option<&'a str>,
    edits: Option<&'a str>,
}

impl Added<'_> {
    /// The fields with their values; where several fields of the record are texts, one for each, such as `edits.body`.
    fn fields(self, checked: &Checked, fixes: &Fixes) -> Vec<(String, Value)> {
        let record = &checked.record;
        let several = record.fields().len() > 1;
        let mut fields = Vec::new();
        for field in record.fields() {
            let text = (0..record.len()).find(|&text| record.field(text) == Some(field));
            let name = |name: &str| if several { format!("{name}.{field}") } else { name.to_owned() };
            if let Some(original) = self.original {
                fields.push((name(original), text.map_or(Value::Null, |text| record.text(text).into())));
            }
            if let Some(edits) = self.edits {
                fields.push((name(edits), text.map_or(Value::Null, |text| made(record.text(text), text, fixes))));
            }
        }
        fields
    }
}

/// What was changed in the n-th text of a record.
fn made(text: &str, n: usize, fixes: &Fixes) -> Value {
    let index = LineIndex::new(text);
    let findings = fixes.applied.iter().filter(|(text, _)| *text == n).map(|(_, finding)| {
        let Span { start, end } = finding.span;
        json!({
            "span": { "byte": [start, end], "char": [index.chars(start), index.chars(end)] },
            "text": &text[start..end],
            "correction": finding.correction(),
            "confidence": finding.confidence(),
            "id": finding.id,
        })
    });
    findings.collect()
}

/// The record with fixes applied; where they cannot be written in its encoding, as it was, with the reason.
fn repair(checked: &Checked, fixes: Fixes, added: Added<'_>) -> (Repaired, Option<InputError>) {
    let nothing = Fixes::default();
    let write = |fixes: &Fixes| checked.record.rewrite_with(&fixes.edits, &added.fields(checked, fixes));
    let as_it_was = || write(&nothing).or_else(|_| checked.record.rewrite(&[])).unwrap_or_default();
    match write(&fixes) {
        Ok(bytes) => {
            let (changed, lines) = (!fixes.edits.is_empty(), lines(checked, &fixes));
            (Repaired { bytes, changed, left: fixes.left, lines }, None)
        }
        Err(error) => {
            let left = fixes.left + fixes.applied.len();
            (Repaired { bytes: as_it_was(), changed: false, left, lines: Vec::new() }, Some(error))
        }
    }
}

/// One line for each fix.
fn lines(checked: &Checked, fixes: &Fixes) -> Vec<String> {
    let mut lines = Vec::with_capacity(fixes.applied.len());
    if fixes.applied.is_empty() {
        return lines;
    }
    let mut n = 0;
    let _ = checked.documents(|document| {
        let index = LineIndex::new(document.text);
        for (_, finding) in fixes.applied.iter().filter(|(text, _)| *text == n) {
            let (line, column) = index.line_column(checked.record.shown_span(n, finding.span).start);
            let old: Vec<&str> = checked.record.text(n)[finding.span.range()].split_whitespace().collect();
            let new = if finding.correction().trim().is_empty() { "(removed)" } else { finding.correction() };
            let sure = (f64::from(finding.confidence()) * 100.0).round().min(99.0);
            lines.push(format!("{}:{line}:{column}: {} → {new} ({sure}%)", document.place(), old.join(" ")));
        }
        n += 1;
        Ok::<(), std::convert::Infallible>(())
    });
    lines
}

/// A file that is replaced at once when all of it is written, or not at all.
struct Target {
    path: PathBuf,
    out: Compressor<BufWriter<NamedTempFile>>,
    changed: bool,
}

impl Target {
    fn open(source: &Source) -> anyhow::Result<Self> {
        ensure!(!source.is_stdin(), "standard input cannot be written in place; leave out --write");
        let name = || source.name();
        // A link stays a link; what it points to is replaced.
        let path = fs::canonicalize(&source.path).with_context(name)?;
        ensure!(!fs::metadata(&path).with_context(name)?.permissions().readonly(), "{}: is read-only", name());
        let directory = path.parent().unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .prefix(".unspin-")
            .tempfile_in(directory)
            .with_context(|| format!("{}: cannot write beside it", name()))?;
        let out = source.compression.writer(BufWriter::new(file)).with_context(name)?;
        Ok(Self { path, out, changed: false })
    }

    /// Puts the new file in the place of the old one, if anything changed.
    fn finish(self, backup: Option<&str>) -> anyhow::Result<bool> {
        if !self.changed {
            return Ok(false);
        }
        let file = self.out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let permissions = fs::metadata(&self.path)?.permissions();
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_all()?;
        if let Some(suffix) = backup {
            let mut kept = self.path.clone().into_os_string();
            kept.push(suffix);
            fs::copy(&self.path, &kept).with_context(|| format!("backup {}", PathBuf::from(&kept).display()))?;
        }
        let _: File = file.persist(&self.path)?;
        Ok(true)
    }
}
