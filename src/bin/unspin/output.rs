//! Where results go: standard output, or a file that is there only when all of it is.
//!
//! A file grows as `FILE.partial`. Now and then `FILE.resume` is written beside it: how far the inputs are done, how
//! long the partial file was then, and the figures so far. A run that goes on cuts the partial file to that length and
//! skips what is done, so nothing is written twice, wherever the first run was killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use unspin::render::Style;

use crate::args::{Color, Common, Target};
use crate::job::Progress;
use crate::terminal::{self, note};

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

/// Where a command writes.
pub(crate) struct Output {
    out: BufWriter<Box<dyn Write>>,
    file: Option<Partial>,
}

struct Partial {
    path: PathBuf,
    job: String,
    /// A second handle, to flush to the disk.
    file: File,
    /// Bytes given to `out`.
    bytes: u64,
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
    /// it writes.
    pub(crate) fn open<S: for<'s> Deserialize<'s>>(
        target: &Target,
        job: &str,
        common: Common,
    ) -> anyhow::Result<Start<S>> {
        let Some(path) = &target.output else {
            return Ok(Start::Anew(Self { out: buffered(Box::new(io::stdout().lock())), file: None }));
        };
        let name = || path.display().to_string();
        ensure!(!path.is_dir(), "{}: is a directory", name());
        let (partial, journal) = (beside(path, ".partial"), beside(path, ".resume"));
        if target.resume {
            match fs::read(&journal) {
                Ok(bytes) => {
                    let checkpoint: Checkpoint<S> = serde_json::from_slice(&bytes)
                        .with_context(|| format!("{}: remove it to start anew", journal.display()))?;
                    ensure!(
                        checkpoint.job == job,
                        "{}: is of a run with other options or inputs; start anew without --resume",
                        journal.display()
                    );
                    if partial.exists() {
                        let mut file = OpenOptions::new().read(true).write(true).open(&partial).with_context(name)?;
                        ensure!(
                            file.metadata()?.len() >= checkpoint.bytes,
                            "{}: is shorter than {} says; start anew without --resume",
                            partial.display(),
                            journal.display()
                        );
                        file.set_len(checkpoint.bytes)?;
                        file.seek(SeekFrom::End(0))?;
                        let output = Self::to_file(path, job, file, checkpoint.bytes)?;
                        return Ok(Start::Resumed(output, checkpoint.progress, checkpoint.state));
                    }
                    // Killed between the last two steps of `finish`.
                    ensure!(path.exists(), "{}: is gone; start anew without --resume", partial.display());
                    fs::remove_file(&journal).with_context(name)?;
                    return Ok(Start::Done);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if path.exists() {
                        if !common.quiet {
                            note(&format!("{}: is there already; remove it to start anew", name()));
                        }
                        return Ok(Start::Done);
                    }
                }
                Err(error) => return Err(error).with_context(|| journal.display().to_string()),
            }
        }
        // The journal goes first: without it the partial file counts for nothing.
        match fs::remove_file(&journal) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).with_context(name),
            _ => {}
        }
        let file = File::create(&partial).with_context(name)?;
        Ok(Start::Anew(Self::to_file(path, job, file, 0)?))
    }

    fn to_file(path: &Path, job: &str, file: File, bytes: u64) -> anyhow::Result<Self> {
        let second = file.try_clone()?;
        let partial = Partial { path: path.to_owned(), job: job.to_owned(), file: second, bytes };
        Ok(Self { out: buffered(Box::new(file)), file: Some(partial) })
    }

    /// Notes how far the run is, all of whose results so far have been written here.
    pub(crate) fn checkpoint<S: Serialize>(&mut self, progress: Box<Progress>, state: S) -> anyhow::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let journal = beside(&file.path, ".resume");
        let name = || journal.display().to_string();
        self.out.flush().with_context(|| file.path.display().to_string())?;
        file.file.sync_data()?;
        let checkpoint = Checkpoint { job: file.job.clone(), bytes: file.bytes, progress, state };
        let mut fresh = temporary(directory(&journal)).with_context(name)?;
        serde_json::to_writer(&mut fresh, &checkpoint)?;
        fresh.persist(&journal).with_context(name)?;
        Ok(())
    }

    /// Writes what is left and puts the file in its place.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.out.flush()?;
        let Some(file) = self.file else { return Ok(()) };
        let name = || file.path.display().to_string();
        file.file.sync_all().with_context(name)?;
        drop(self.out);
        fs::rename(beside(&file.path, ".partial"), &file.path).with_context(name)?;
        match fs::remove_file(beside(&file.path, ".resume")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(name),
            _ => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(file) = &mut self.file {
            file.bytes += written as u64;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Paths that a run with this target writes to, which are no inputs.
pub(crate) fn own_paths(target: &Target) -> Vec<PathBuf> {
    let own = |path: &PathBuf| [path.clone(), beside(path, ".partial"), beside(path, ".resume")];
    target.output.iter().flat_map(own).filter_map(|path| std::path::absolute(path).ok()).collect()
}

/// How text for people looks there.
pub(crate) fn style(target: &Target, common: Common) -> Style {
    if target.output.is_some() {
        return Style { color: common.color == Color::Always, verbose: common.verbose, ..Style::default() };
    }
    Style { color: terminal::color(common), width: terminal::width(), verbose: common.verbose }
}

/// A temporary file that may take the place of another one.
pub(crate) fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unspin-");
    // As any other new file: what the mask leaves of this.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

/// The directory that a file is in.
pub(crate) fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with this at its end.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn buffered(inner: Box<dyn Write>) -> BufWriter<Box<dyn Write>> {
    BufWriter::with_capacity(1 << 16, inner)
}
