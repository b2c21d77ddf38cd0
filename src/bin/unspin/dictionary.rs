//! Dictionaries in directories, as the library takes them.

use std::fs;
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
    let mut entries: Vec<PathBuf> = fs::read_dir(root)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| root.display().to_string())?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.extend(paths(&entry)?);
        } else if entry.extension().is_some_and(|end| end == "csv") {
            found.push(entry);
        }
    }
    Ok(found)
}
