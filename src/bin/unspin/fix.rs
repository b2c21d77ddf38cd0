//! `unspin fix`: write repaired text.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use tempfile::NamedTempFile;
use unspin::LineIndex;
use unspin::input::{Compressor, InputError, Source};

use crate::args::{Common, Fix};
use crate::job::{Checked, Event, Fixes, Job};
use crate::terminal::{self, Ending, complain, note};

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
    let job = Job::new(&command.inputs, &command.checking, common)?;
    let selection = command.choice.selection();
    let mut out = terminal::stdout();
    let mut target: Option<Target> = None;
    let (mut applied, mut files, mut left, mut trouble) = (0, 0, 0, false);
    let outcome = job.run(
        |checked| repair(&checked, checked.fixes(&selection)),
        |event| {
            let bytes = match event {
                Event::Start(source) => {
                    target = None;
                    if command.write {
                        match Target::open(&source) {
                            Ok(opened) => target = Some(opened),
                            Err(error) => {
                                complain(&format!("{error:#}"));
                                trouble = true;
                            }
                        }
                    }
                    return Ok(());
                }
                Event::Record(repaired) => {
                    let (repaired, error) = repaired;
                    if let Some(error) = error {
                        complain(&error.to_string());
                        trouble = true;
                    }
                    if !command.write || target.is_some() {
                        applied += repaired.lines.len();
                        left += repaired.left;
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
                            Ok(changed) => files += usize::from(changed),
                            Err(error) => {
                                complain(&format!("{}: {error:#}", path.display()));
                                trouble = true;
                            }
                        }
                    }
                    return Ok(());
                }
                Event::Broken => {
                    target = None;
                    return Ok(());
                }
            };
            if !command.write {
                out.write_all(&bytes)?;
            } else if let Some(open) = &mut target
                && let Err(error) = open.out.write_all(&bytes)
            {
                complain(&format!("{}: {error}", open.path.display()));
                trouble = true;
                target = None;
            }
            Ok(())
        },
    )?;
    out.flush()?;
    if command.write && !common.quiet {
        note(&format!("{applied} fixed in {files} {}, {left} left", if files == 1 { "file" } else { "files" }));
    }
    Ok(Ending { found: left > 0 && !command.exit_zero, trouble: trouble || outcome.trouble })
}

/// The record with fixes applied; where they cannot be written in its encoding, as it was, with the reason.
fn repair(checked: &Checked, fixes: Fixes) -> (Repaired, Option<InputError>) {
    let as_it_was = || checked.record.rewrite(&[]).unwrap_or_default();
    if fixes.edits.is_empty() {
        return (Repaired { bytes: as_it_was(), changed: false, left: fixes.left, lines: Vec::new() }, None);
    }
    match checked.record.rewrite(&fixes.edits) {
        Ok(bytes) => (Repaired { bytes, changed: true, left: fixes.left, lines: lines(checked, &fixes) }, None),
        Err(error) => {
            let left = fixes.left + fixes.applied.len();
            (Repaired { bytes: as_it_was(), changed: false, left, lines: Vec::new() }, Some(error))
        }
    }
}

/// One line for each fix.
fn lines(checked: &Checked, fixes: &Fixes) -> Vec<String> {
    let mut lines = Vec::with_capacity(fixes.applied.len());
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
