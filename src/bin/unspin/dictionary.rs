//! Dictionaries in directories, as the library takes them.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use unspin::SourceFile;

/// Reads every CSV file below a directory, in order of their names.
pub(crate) fn read(root: &Path) -> anyhow::Result<Vec<SourceFile>> {
    ensure!(!root.is_file(), "{}: is a file; name the directory of dictionaries that it is in", root.display());
    // Where none is named, the sources in a clone are meant.
    let remedy =
        if root == Path::new("dictionaries") { "run this in a clone of unspin, or name" } else { "make it, or name" };
    ensure!(root.is_dir(), "{}: no such directory; {remedy} a directory of dictionaries", root.display());
    let paths = paths(root)?;
    ensure!(!paths.is_empty(), "{}: holds no CSV files", root.display());
    let file = |path: &PathBuf| -> anyhow::Result<SourceFile> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        Ok(SourceFile { path, bytes })
    };
    paths.iter().map(file).collect()
}

/// The CSV files below a directory, in order of their names.
pub(crate) fn paths(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    files_below(root, &["csv"])
}

/// The files below a directory that have one of these extensions, in order of their names. Links to directories are not
/// followed, for they may lead around in a circle.
pub(crate) fn files_below(root: &Path, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let name = || root.display().to_string();
    let entries = fs::read_dir(root).with_context(name)?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().with_context(name)?;
    entries.sort_by_key(DirEntry::path);
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        if entry.file_type().with_context(name)?.is_dir() {
            found.extend(files_below(&path, extensions)?);
        } else if !path.is_dir() && path.extension().is_some_and(|end| extensions.iter().any(|known| end == *known)) {
            found.push(path);
        }
    }
    Ok(found)
}
