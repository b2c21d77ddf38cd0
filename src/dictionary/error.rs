//! What can be wrong with dictionaries and models.

use std::fmt;

/// What kind of thing is wrong with a dictionary or model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A row of a dictionary's source.
    Row,
    /// A compiled dictionary.
    Pack,
    /// The n-gram model, or another model that stands on it.
    Model,
}

/// A dictionary or model that cannot be used; the message says where, why, and how to repair it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionaryError {
    kind: ErrorKind,
    message: String,
}

impl DictionaryError {
    pub(crate) fn new(kind: ErrorKind, message: String) -> Self {
        Self { kind, message }
    }

    /// What kind of thing is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for DictionaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DictionaryError {}
