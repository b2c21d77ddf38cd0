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
///
/// # Examples
///
/// ```
/// use unspin::{ErrorKind, SourceFile, Unspinner};
///
/// let rows = "original,substitutes,source\nsay,,own\n";
/// let file = SourceFile { path: "substitutions/own.csv".into(), bytes: rows.into() };
/// let error = Unspinner::builder().dictionaries([file]).try_build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Row);
/// assert_eq!(error.to_string(), "substitutions/own.csv:2:5: names no phrase; name one, or remove the row");
/// ```
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
