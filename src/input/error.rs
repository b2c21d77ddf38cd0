//! What can be wrong with an input.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::printable::printable;

/// What kind of trouble an input gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It cannot be opened, read or written.
    Io,
    /// It is not text.
    Binary,
    /// It was found in a directory, and its name is that of program code or data.
    Foreign,
    /// It was found in a directory, and is a link, which is not followed there.
    Link,
    /// A directory in which there is nothing to read.
    Nothing,
    /// Its bytes are not what its encoding allows, or a correction has no place in that encoding.
    Encoding,
    /// It is not the format it should be.
    Malformed,
    /// It lacks a field or column that was asked for.
    MissingField,
    /// A record is longer than can be held.
    TooLarge,
}

/// An input, or a record of it, that cannot be read or written.
///
/// # Examples
///
/// ```
/// use unspin::input::{ErrorKind, Source};
///
/// let error = Source::new("nowhere.jsonl", None, &[]).open().err().expect("no such file");
/// assert_eq!((error.kind(), error.record()), (ErrorKind::Io, None));
/// assert_eq!(error.to_string(), "nowhere.jsonl: no such file or directory");
/// ```
#[derive(Debug)]
pub struct InputError {
    path: PathBuf,
    record: Option<u64>,
    kind: ErrorKind,
    message: String,
    source: Option<io::Error>,
}

impl InputError {
    pub(super) fn new(path: &Path, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), record: None, kind, message: message.into(), source: None }
    }

    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        Self { source: Some(error), ..Self::new(path, ErrorKind::Io, message) }
    }

    pub(super) fn at(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The input.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The record, counted from 1, where it is one.
    pub fn record(&self) -> Option<u64> {
        self.record
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.path.display().to_string()))?;
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
