//! Files rewritten in place, each at once when all of it is written, or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};
use tempfile::NamedTempFile;
use unspin::Span;
use unspin::input::{Compressor, Record, Source};

use crate::job::{Event, Stamp};
use crate::paths;
use crate::replacement;
use crate::temporary;
use crate::terminal::complain;

/// The bytes that a record becomes.
#[derive(Default)]
pub(crate) struct Rewritten {
    pub(crate) bytes: Vec<u8>,
    /// Whether they differ from what they were.
    pub(crate) changed: bool,
    /// For a passage of a long text: the text, and what of it comes before.
    pub(crate) before: Option<(Arc<Record>, Span)>,
}

/// Follows a run over whole files and writes what becomes of them. Files that cannot be written are named on standard
/// error, and the run goes on.
pub(crate) struct InPlace<'s> {
    /// What the name of the original gets at its end where it is kept.
    backup: Option<&'s str>,
    /// Records get further fields, among them what they were.
    adds: bool,
    place: Place,
    /// Files that were changed.
    pub(crate) files: usize,
    /// Repairs that are in them.
    pub(crate) made: usize,
    /// Repairs that are not, for their files could not be written.
    pub(crate) lost: usize,
    /// Repairs of the input that is being read.
    pending: usize,
    /// Some file could not be written.
    pub(crate) trouble: bool,
}

impl<'s> InPlace<'s> {
    pub(crate) fn new(backup: Option<&'s str>) -> Self {
        Self { backup, adds: false, place: Place::Nowhere, files: 0, made: 0, lost: 0, pending: 0, trouble: false }
    }

    /// For a run that adds fields to records. A file without records has no place for what it was, so it is left alone
    /// unless it is kept beside.
    pub(crate) fn adding(self, adds: bool) -> Self {
        Self { adds, ..self }
    }

    /// Whether a record of the input that is being read, with so many repairs, can be written. A file that cannot be
    /// written is named when the first change of it is met.
    pub(crate) fn takes(&mut self, record: &Rewritten, repairs: usize) -> bool {
        self.pending += repairs;
        self.is_ready(record.changed)
    }

    fn is_ready(&mut self, changed: bool) -> bool {
        if changed && let Err(error) = self.place.open() {
            self.complain(&format!("{error:#}"));
        }
        !matches!(self.place, Place::Nowhere)
    }

    /// Takes the next event of the run.
    pub(crate) fn follow(&mut self, event: Event<Rewritten>) {
        match event {
            Event::Start(source, _) if self.adds && self.backup.is_none() && !source.format.has_records() => {
                let name = source.name();
                self.place = Place::Refused(anyhow!(
                    "{name}: has no records to add fields to; leave out --keep-original and --edits, or keep it by --backup"
                ));
            }
            Event::Start(source, stamp) => self.place = Place::of(source, stamp),
            Event::Record(record) => {
                if self.is_ready(record.changed) {
                    // Passages without changes were passed over until now.
                    let begun = matches!(&self.place, Place::Open(target) if target.begun);
                    if let Some((text, before)) = record.before.as_ref().filter(|_| !begun && record.changed) {
                        self.write(&text.rewrite_part(*before, &[]));
                    }
                    self.write(&record.bytes);
                }
            }
            Event::Skipped(raw) => self.write(&raw.untouched()),
            Event::End => {
                let written = self.finish();
                self.count(written);
            }
            Event::Broken => {
                self.place = Place::Nowhere;
                self.count(false);
            }
            Event::Pause | Event::Checkpoint(_) => {}
        }
    }

    /// Puts what was written in its place; whether that is a changed file.
    fn finish(&mut self) -> bool {
        let Place::Open(target) = std::mem::replace(&mut self.place, Place::Nowhere) else { return false };
        let path = target.path.clone();
        let result = target.finish(self.backup);
        if let Err(error) = &result {
            self.complain(&format!("{}: nothing in it was changed: {error:#}", path.display()));
        }
        result.unwrap_or(false)
    }

    fn count(&mut self, written: bool) {
        let repairs = std::mem::take(&mut self.pending);
        self.files += usize::from(written);
        if written {
            self.made += repairs;
        } else {
            self.lost += repairs;
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let Place::Open(target) = &mut self.place else { return };
        target.begun = true;
        if let Err(error) = target.out.write_all(bytes) {
            let message = format!("{}: {error}", target.path.display());
            self.place = Place::Nowhere;
            self.complain(&message);
        }
    }

    fn complain(&mut self, message: &str) {
        complain(message);
        self.trouble = true;
    }
}

/// Where the input that is being read is written to.
enum Place {
    /// Nowhere: that has failed and was told, or no input is being read.
    Nowhere,
    /// Into a file without records, once there is something to change in it.
    Waiting(Source, Option<Stamp>),
    /// Beside a file with records, for what comes before the first change is written too.
    Open(Target),
    /// It cannot be written, which is told when there is something to change.
    Refused(anyhow::Error),
}

impl Place {
    fn of(source: Source, stamp: Option<Stamp>) -> Self {
        if !source.format.has_records() {
            return Self::Waiting(source, stamp);
        }
        match Target::open(&source, stamp) {
            Ok(target) => Self::Open(target),
            Err(error) => Self::Refused(error),
        }
    }

    /// Makes sure that the change that comes next can be written, or gives up.
    fn open(&mut self) -> anyhow::Result<()> {
        let before = std::mem::replace(self, Self::Nowhere);
        *self = match before {
            Self::Waiting(source, stamp) => Self::Open(Target::open(&source, stamp)?),
            Self::Refused(error) => return Err(error),
            other => other,
        };
        if let Self::Open(target) = self {
            target.changed = true;
        }
        Ok(())
    }
}

/// A file that is replaced at once when all of it is written, or not at all.
struct Target {
    path: PathBuf,
    /// How the file was before it was read.
    stamp: Option<Stamp>,
    out: Compressor<BufWriter<NamedTempFile>>,
    changed: bool,
    /// Something was written into it.
    begun: bool,
}

impl Target {
    fn open(source: &Source, stamp: Option<Stamp>) -> anyhow::Result<Self> {
        ensure!(!source.is_stdin(), "standard input cannot be written in place; leave out --write");
        let name = || source.name();
        let there = fs::metadata(&source.path).with_context(name)?;
        ensure!(there.is_file(), "{}: is no file that can be written in place", name());
        ensure!(!there.permissions().readonly(), "{}: is read-only", name());
        // A link stays a link; what it points to is replaced.
        let path = fs::canonicalize(&source.path).with_context(name)?;
        let file = temporary::private(paths::directory(&path))
            .with_context(|| format!("{}: cannot write beside it", name()))?;
        let out = source.compression.writer(BufWriter::new(file)).with_context(name)?;
        Ok(Self { path, stamp, out, changed: false, begun: false })
    }

    /// Puts the new file in the place of the old one, if anything changed.
    fn finish(self, backup: Option<&str>) -> anyhow::Result<bool> {
        if !self.changed {
            return Ok(false);
        }
        let file = self.out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        replacement::liken(file.as_file(), &self.path)?;
        file.as_file().sync_all()?;
        if let Some(suffix) = backup {
            let kept = paths::beside(&self.path, suffix);
            keep(&self.path, &kept, self.stamp).with_context(|| format!("backup {}", kept.display()))?;
        }
        unchanged(&self.path, self.stamp)?;
        let _: File = file.persist(&self.path)?;
        Ok(true)
    }
}

fn unchanged(path: &Path, stamp: Option<Stamp>) -> anyhow::Result<()> {
    ensure!(Stamp::of(path) == stamp, "something else wrote to it while it was read; run this again");
    Ok(())
}

/// Keeps a file as it was when it was read, unless an earlier run did: what it kept is the original.
fn keep(path: &Path, kept: &Path, stamp: Option<Stamp>) -> anyhow::Result<()> {
    if kept.is_file() {
        return Ok(());
    }
    // A copy that is not whole, or of what something else is writing, must not be taken for the original by the next run.
    let copy = temporary::private(paths::directory(kept))?;
    fs::copy(path, copy.path())?;
    replacement::liken(copy.as_file(), path)?;
    copy.as_file().sync_all()?;
    unchanged(path, stamp)?;
    let _: File = copy.persist_noclobber(kept)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_while_it_is_read_stays() {
        for (disturbed, backup, text, made) in [
            (None, None, "One force.", 1),
            (None, Some(".orig"), "One force.", 1),
            (Some("Another text."), None, "Another text.", 0),
            (Some("Another text."), Some(".orig"), "Another text.", 0),
        ] {
            let here = tempfile::tempdir().expect("a place");
            let path = here.path().join("a.txt");
            fs::write(&path, "One navy.").expect("written");
            let mut in_place = InPlace::new(backup);
            in_place.follow(Event::Start(Source::new(&path, None, &[]), Stamp::of(&path)));
            let record = Rewritten { bytes: b"One force.".to_vec(), changed: true, before: None };
            assert!(in_place.takes(&record, 1));
            in_place.follow(Event::Record(record));
            if let Some(other) = disturbed {
                fs::write(&path, other).expect("written");
            }
            in_place.follow(Event::End);
            assert_eq!((in_place.made, in_place.lost, in_place.trouble), (made, 1 - made, made == 0));
            assert_eq!(fs::read_to_string(&path).expect("there"), text);
            let kept = usize::from(made == 1 && backup.is_some());
            assert_eq!(fs::read_dir(here.path()).expect("there").count(), 1 + kept, "nothing else is left beside it");
        }
    }
}
