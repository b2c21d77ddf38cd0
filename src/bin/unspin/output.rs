//! Where results go: standard output, or a file that is there only when all of it is.
//!
//! A file grows as `FILE.partial`. `FILE.resume` is written beside it, at first to say whose that is, and now and then
//! anew: how far the inputs are done, how long the partial file was then, and the figures so far. A run that goes on cuts
//! the partial file to that length and skips what is done, so nothing is written twice, wherever the first run was killed.
//! At the end the note says that all is done, the file takes its place, and the note goes: a run that was killed between
//! these steps is one whose last steps are left.
//! What lies there under these names and is of no run is refused. A file whose name says that it is compressed is, in
//! stretches from one such note to the next. What is there and is no file, such as a pipe, is written to as it is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unspin::input::{Compression, Compressor, InputError};
use unspin::render::Style;

use crate::args::{Color, Common, Target};
use crate::job::Progress;
use crate::paths::{FileId, beside, directory, followed};
use crate::replacement::liken;
use crate::temporary;
use crate::terminal::{self, Ending, complain, note};

/// What a later run needs to go on.
#[derive(Serialize, Deserialize)]
struct Checkpoint<S> {
    /// What kind of run it is, so that another kind does not go on with it.
    job: String,
    /// Length of the partial file.
    bytes: u64,
    progress: Box<Progress>,
    /// What the command itself counts.
    state: S,
}

/// What every note beside a partial file has, by which it is known as one.
#[derive(Deserialize)]
struct Note {
    job: String,
    /// Lacking where nothing is noted that a run could go on with.
    progress: Option<IgnoredAny>,
    /// The partial file is whole.
    #[serde(default)]
    done: bool,
}

impl Note {
    /// Reads the file of a note, if it is there.
    fn read(journal: &Path) -> anyhow::Result<Option<(Self, Vec<u8>)>> {
        let name = || journal.display().to_string();
        let bytes = match fs::read(journal) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.with_context(name)?,
        };
        let note = serde_json::from_slice(&bytes).ok().filter(|note: &Self| note.job.starts_with(PROGRAM));
        let note = note.with_context(|| format!("{}: is of no run; move it away, or write to another file", name()))?;
        Ok(Some((note, bytes)))
    }

    /// Notes that a partial file is one of a run, and holds nothing to go on with.
    fn write(journal: &Path, job: &str) -> anyhow::Result<()> {
        put(journal, &json!({ "job": job, "bytes": 0 }))
    }

    /// Notes that a partial file is whole.
    fn write_done(journal: &Path, job: &str) -> anyhow::Result<()> {
        put(journal, &json!({ "job": job, "done": true }))
    }
}

/// What the description of a run begins with.
const PROGRAM: &str = "unspin ";

/// Where a command writes.
pub(crate) struct Output {
    out: Compressor<Buffered>,
    compression: Compression,
    file: Option<Partial>,
}

type Buffered = BufWriter<Box<dyn Write>>;

struct Partial {
    /// Where it will be.
    path: PathBuf,
    job: String,
    /// A second handle, to flush to the disk. No other run writes to the file before it is closed.
    file: File,
}

/// How a command starts.
pub(crate) enum Start<S> {
    Anew(Output),
    /// With how far the inputs are done, and the command's own state.
    Resumed(Output, Box<Progress>, S),
    /// The file is there and nothing is left to do.
    Done,
}

impl Output {
    /// Opens what the command line asks for. `job` describes the run: what it reads, and everything that changes what
    /// it writes. A `lasting` run goes on where nobody reads its standard output any more.
    pub(crate) fn open<S: for<'s> Deserialize<'s>>(
        target: &Target,
        job: &str,
        lasting: bool,
        common: Common,
    ) -> anyhow::Result<Start<S>> {
        let Some(named) = target.file() else {
            ensure!(!target.resume, "-: is no file that a run can go on with; leave out --resume");
            return Ok(Start::Anew(Self::new(terminal::results(lasting), Compression::None, None)?));
        };
        let name = || named.display().to_string();
        let compression = Compression::of_name(named);
        let there = fs::metadata(named).ok();
        ensure!(!named.is_dir(), "{}: is a directory", name());
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            ensure!(!target.resume, "{}: is no file that a run can go on with; leave out --resume", name());
            let file = OpenOptions::new().write(true).open(named).with_context(name)?;
            return Ok(Start::Anew(Self::new(Box::new(Named { file, name: name() }), compression, None)?));
        }
        let path = &followed(named);
        let (partial, journal) = (beside(path, ".partial"), beside(path, ".resume"));
        let mut noted = Note::read(&journal)?;
        if target.resume
            && let Some((Note { done: true, job: of, .. }, _)) = &noted
        {
            match OpenOptions::new().write(true).open(&partial) {
                // It is in its place.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                file => {
                    ensure!(of == job, "{}", of_another(&journal));
                    let file = file.with_context(name)?;
                    claim(&file, &partial, named)?;
                    fs::rename(&partial, path).with_context(name)?;
                }
            }
            remove_note(&journal)?;
            noted = None;
        }
        if target.resume {
            match &noted {
                Some((Note { progress: Some(_), .. }, bytes)) => {
                    let checkpoint: Checkpoint<S> = serde_json::from_slice(bytes)
                        .with_context(|| format!("{}: remove it to start anew", journal.display()))?;
                    ensure!(checkpoint.job == job, "{}", of_another(&journal));
                    ensure!(partial.exists(), "{}: is gone; start anew without --resume", partial.display());
                    let mut file = OpenOptions::new().read(true).write(true).open(&partial).with_context(name)?;
                    claim(&file, &partial, named)?;
                    ensure!(
                        file.metadata()?.len() >= checkpoint.bytes,
                        "{}: is shorter than {} says; start anew without --resume",
                        partial.display(),
                        journal.display()
                    );
                    file.set_len(checkpoint.bytes)?;
                    file.seek(SeekFrom::End(0))?;
                    let output = Self::to_file(path, compression, job, file)?;
                    return Ok(Start::Resumed(output, checkpoint.progress, checkpoint.state));
                }
                None if is_done(named) => {
                    if !common.quiet {
                        note(&format!("{}: is there already; remove it to start anew", name()));
                    }
                    return Ok(Start::Done);
                }
                _ => {}
            }
        }
        ensure!(!there.as_ref().is_some_and(|there| there.permissions().readonly()), "{}: is read-only", name());
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&partial).with_context(name)?;
        claim(&file, &partial, named)?;
        // A run that was killed before it made its note has written nothing.
        ensure!(
            noted.is_some() || file.metadata()?.len() == 0,
            "{}: is there and of no run; move it away, or write to another file",
            partial.display()
        );
        // The note goes first: what the one before says of the partial file is no longer so.
        Note::write(&journal, job)?;
        file.set_len(0).with_context(name)?;
        if there.is_some() {
            liken(&file, path).with_context(name)?;
        }
        Ok(Start::Anew(Self::to_file(path, compression, job, file)?))
    }

    fn to_file(path: &Path, compression: Compression, job: &str, file: File) -> anyhow::Result<Self> {
        let partial = Partial { path: path.to_owned(), job: job.to_owned(), file: file.try_clone()? };
        Self::new(Box::new(Named { file, name: path.display().to_string() }), compression, Some(partial))
    }

    fn new(inner: Box<dyn Write>, compression: Compression, file: Option<Partial>) -> anyhow::Result<Self> {
        let out = compression.writer(BufWriter::with_capacity(1 << 16, inner))?;
        Ok(Self { out, compression, file })
    }

    /// Lets who reads along see what was written so far; a file is read when it is whole.
    pub(crate) fn show(&mut self) -> io::Result<()> {
        if self.file.is_none() { self.out.flush() } else { Ok(()) }
    }

    /// Notes how far the run is, all of whose results so far have been written here.
    pub(crate) fn checkpoint<S: Serialize>(&mut self, progress: Box<Progress>, state: S) -> anyhow::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let journal = beside(&file.path, ".resume");
        // What is compressed ends here, so that it can be cut here; another stretch of it may follow.
        let nothing: Buffered = BufWriter::with_capacity(0, Box::new(io::sink()));
        let before = std::mem::replace(&mut self.out, Compression::None.writer(nothing)?);
        let mut inner = before.finish()?;
        inner.flush()?;
        self.out = self.compression.writer(inner)?;
        file.file.sync_data().with_context(|| file.path.display().to_string())?;
        let bytes = file.file.metadata()?.len();
        let checkpoint = Checkpoint { job: file.job.clone(), bytes, progress, state };
        put(&journal, &checkpoint)
    }

    /// Writes what is left and puts the file in its place.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let Some(Partial { path, job, file: _claimed }) = self.close()? else { return Ok(()) };
        let journal = beside(&path, ".resume");
        Note::write_done(&journal, &job)?;
        fs::rename(beside(&path, ".partial"), &path).with_context(|| path.display().to_string())?;
        remove_note(&journal)
    }

    /// Ends a run. Where it is `broken`, what lacks a part of the inputs must not take the place of anything, least of all of
    /// an input.
    pub(crate) fn end(self, broken: bool) -> anyhow::Result<()> {
        if broken { self.leave() } else { self.finish() }
    }

    /// Writes what is left, and leaves the file beside its place.
    fn leave(self) -> anyhow::Result<()> {
        if let Some(Partial { path, job, file: _claimed }) = self.close()? {
            let partial = beside(&path, ".partial");
            // A later run is to read again what could not be read.
            Note::write(&beside(&path, ".resume"), &job)?;
            complain(&format!(
                "{}: not written, for some input could not be read as it should be; what could be is in {}",
                path.display(),
                partial.display()
            ));
        }
        Ok(())
    }

    /// Ends a strict run that an error stopped: says what it leaves, where that is a file. Where no input is at fault but
    /// what is written, the last note of how far the run is stays: a later run goes on from there.
    pub(crate) fn stop(self, error: anyhow::Error) -> anyhow::Result<Ending> {
        if self.file.is_none() || !error.is::<InputError>() {
            return Err(error);
        }
        complain(&format!("{error:#}"));
        // What kept it from being written before does so again.
        let _ = self.leave();
        Ok(Ending { trouble: true, ..Ending::default() })
    }

    /// Writes what is left; where to, if that is a partial file.
    fn close(self) -> anyhow::Result<Option<Partial>> {
        self.out.finish()?.flush()?;
        if let Some(Partial { path, file, .. }) = &self.file {
            file.sync_all().with_context(|| path.display().to_string())?;
        }
        Ok(self.file)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that is named by what goes wrong with it.
struct Named {
    file: File,
    name: String,
}

impl Named {
    fn names(&self, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.name))
    }
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| self.names(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.names(error))
    }
}

/// Keeps a partial file from other runs until it is closed, or refuses to write to it while another run does.
fn claim(file: &File, partial: &Path, named: &Path) -> anyhow::Result<()> {
    // Not every file system has locks, and what the other run has put in its place by now is not partial. On Windows a
    // lock would keep others from reading, too.
    let is_taken = cfg!(unix) && matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    ensure!(
        !is_taken && FileId::of(file).is_none_or(|file| file.is_at(partial)),
        "{}: another run writes to it; end that first, or write to another file",
        named.display()
    );
    Ok(())
}

/// Takes away the note that is beside no partial file any more.
fn remove_note(journal: &Path) -> anyhow::Result<()> {
    match fs::remove_file(journal) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| journal.display().to_string()),
        _ => Ok(()),
    }
}

fn of_another(journal: &Path) -> String {
    format!("{}: is of a run with other options or inputs; start anew without --resume", journal.display())
}

/// Puts a note in its place, at once or not at all.
fn put(journal: &Path, note: &impl Serialize) -> anyhow::Result<()> {
    let name = || journal.display().to_string();
    let mut fresh = temporary::plain(directory(journal)).with_context(name)?;
    // At once: a writer would get it in pieces of a few bytes.
    fresh.write_all(&serde_json::to_vec(note).with_context(name)?).with_context(name)?;
    fresh.persist(journal).with_context(name)?;
    Ok(())
}

/// Whether a file is there and no run that writes it was interrupted. A partial file is of a run that did not come to
/// its end, and what is there of one before it.
pub(crate) fn is_done(named: &Path) -> bool {
    let path = followed(named);
    path.exists() && [".partial", ".resume"].iter().all(|end| !beside(&path, end).exists())
}

/// Paths that a run with this target writes to, which are no inputs: of the file itself, and of what grows beside it.
pub(crate) fn own_paths(target: &Target) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let named = target.file().into_iter().flat_map(|path| [path.to_owned(), followed(path)]);
    let named: Vec<_> = named.collect();
    let grown = named.iter().flat_map(|path| [beside(path, ".partial"), beside(path, ".resume")]);
    let grown = grown.collect();
    (named, grown)
}

/// How text for people looks there.
pub(crate) fn style(target: &Target, common: Common) -> Style {
    if target.file().is_some() {
        return Style { color: common.color == Color::Always, verbose: common.verbose, ..Style::default() };
    }
    Style { color: terminal::color(common), width: terminal::width(), verbose: common.verbose }
}

#[cfg(test)]
mod tests {
    use unspin::input::Source;

    use super::*;

    #[test]
    fn only_a_bad_input_makes_a_strict_run_start_anew() {
        let here = tempfile::tempdir().expect("a place");
        let target = Target { output: Some(here.path().join("out")), resume: false };
        let common = Common { quiet: true, verbose: false, color: Color::Never };
        let unreadable = Source::new(here.path().join("nowhere.jsonl"), None, &[]).open().err().expect("not there");
        for (error, is_fault) in
            [(io::Error::from(ErrorKind::StorageFull).into(), false), (anyhow::Error::msg(unreadable), true)]
        {
            let Start::Anew(mut out) = Output::open::<()>(&target, "unspin job", false, common).expect("opened") else {
                unreachable!("nothing is there to go on with")
            };
            out.checkpoint(Box::default(), ()).expect("noted");
            assert_eq!(out.stop(error).is_ok(), is_fault);
            let (left, _) = Note::read(&here.path().join("out.resume")).expect("one of its own").expect("there");
            assert_eq!(left.progress.is_none(), is_fault);
        }
    }

    #[test]
    fn the_last_steps_of_a_killed_run_are_done_by_the_next() {
        let common = Common { quiet: true, verbose: false, color: Color::Never };
        for (moved, job, of_another) in [
            (false, "unspin job", false),
            (true, "unspin job", false),
            (true, "unspin other", false),
            (false, "unspin other", true),
        ] {
            let here = tempfile::tempdir().expect("a place");
            let at = |name: &str| here.path().join(name);
            let target = |resume| Target { output: Some(at("out")), resume };
            let Start::Anew(mut out) = Output::open::<()>(&target(false), "unspin job", false, common).expect("opened")
            else {
                unreachable!("nothing is there to go on with")
            };
            out.write_all(b"all").expect("written");
            out.close().expect("closed");
            Note::write_done(&at("out.resume"), "unspin job").expect("noted");
            if moved {
                fs::rename(at("out.partial"), at("out")).expect("moved");
            }
            let start = Output::open::<()>(&target(true), job, false, common);
            assert_eq!(start.is_err(), of_another, "{job}");
            if !of_another {
                assert!(matches!(start, Ok(Start::Done)));
                assert_eq!(fs::read(at("out")).expect("there"), b"all");
                assert!(!at("out.partial").exists() && !at("out.resume").exists());
            }
        }
    }
}
