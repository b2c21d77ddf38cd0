//! Where files are: which of them are the same, and what lies beside them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use unspin::input::resolved;

/// Whether a file is among inputs that are named.
pub(crate) fn is_among(path: &Path, inputs: &[PathBuf]) -> bool {
    let file = place(path);
    inputs.iter().any(|input| input.as_os_str() != "-" && place(input) == file)
}

/// Where a file is, by the one name that it has.
pub(crate) fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| resolved(path))
}

/// Refuses to write over an input that is named, or to one file twice.
pub(crate) fn apart<'p>(inputs: &[PathBuf], outputs: impl IntoIterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
    let mut known = HashSet::new();
    for path in outputs {
        // What is no file, such as a terminal, takes all that comes.
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            continue;
        }
        let is_output = FileId::of_stdout().is_some_and(|file| file.is_at(path));
        ensure!(!is_output, "{}: standard output is written to it; name another file", path.display());
        ensure!(!is_among(path, inputs), "{}: is an input, too; write to another file", path.display());
        ensure!(known.insert(place(path)), "{}: is to be written twice; name two files", path.display());
    }
    Ok(())
}

/// Where a path leads: a link stays a link, and the file that it is to is written.
pub(crate) fn followed(path: &Path) -> PathBuf {
    // A file that is not there yet is found by the link alone.
    let target = || fs::canonicalize(path).or_else(|_| Ok(directory(path).join(fs::read_link(path)?)));
    if path.is_symlink() { target().unwrap_or_else(|_: io::Error| path.to_owned()) } else { path.to_owned() }
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

/// Which file one is, whatever its names.
#[derive(Clone, Copy)]
pub(crate) struct FileId {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

#[cfg(unix)]
impl FileId {
    /// That of the file that standard output goes into, if it goes into one.
    pub(crate) fn of_stdout() -> Option<Self> {
        use std::os::fd::AsFd;

        Self::of(&File::from(io::stdout().as_fd().try_clone_to_owned().ok()?))
    }

    pub(crate) fn of(file: &File) -> Option<Self> {
        Self::read(&file.metadata().ok()?)
    }

    fn read(data: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;

        data.is_file().then(|| Self { device_and_inode: (data.dev(), data.ino()) })
    }

    /// Whether a path is that of this file.
    pub(crate) fn is_at(self, path: &Path) -> bool {
        let there = fs::metadata(path).ok().and_then(|data| Self::read(&data));
        there.is_some_and(|there| there.device_and_inode == self.device_and_inode)
    }
}

#[cfg(not(unix))]
impl FileId {
    pub(crate) fn of_stdout() -> Option<Self> {
        None
    }

    pub(crate) fn of(_file: &File) -> Option<Self> {
        None
    }

    pub(crate) fn is_at(self, _path: &Path) -> bool {
        false
    }
}
