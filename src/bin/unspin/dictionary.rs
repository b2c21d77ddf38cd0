//! Dictionaries in directories, as the library takes them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use unspin::SourceFile;

/// Reads every CSV file below a directory, in order of their names.
pub(crate) fn read(root: &Path) -> anyhow::Result<Vec<SourceFile>> {
    ensure!(
        root.is_dir(),
        "{}: no such directory; run this in a clone of unspin, or name a directory of dictionaries",
        root.display()
    );
    let mut files = Vec::new();
    gather(root, root, &mut files)?;
    ensure!(!files.is_empty(), "{}: holds no CSV files", root.display());
    Ok(files)
}

fn gather(root: &Path, at: &Path, files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let name = |path: &Path| path.display().to_string();
    let mut entries: Vec<PathBuf> = fs::read_dir(at)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| name(at))?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            gather(root, &entry, files)?;
        } else if entry.extension().is_some_and(|end| end == "csv") {
            let path = entry.strip_prefix(root).unwrap_or(&entry).to_string_lossy().replace('\\', "/");
            files.push(SourceFile { path, bytes: fs::read(&entry).with_context(|| name(&entry))? });
        }
    }
    Ok(())
}
