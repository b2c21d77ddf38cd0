//! How a file is, so that one that something else changes while it is read is noticed.

use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// How a file is. Where two stamps of a path differ, it was written to or replaced between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The device and the number of the file on it, where the system tells.
    number: Option<(u64, u64)>,
}

impl Stamp {
    /// How a file is now; `None` where that cannot be told.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let data = path.metadata().ok()?;
        Some(Self { length: data.len(), modified: data.modified().ok(), number: number(&data) })
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn number(data: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}
