//! What can be wrong with a row, and how it is told.

use std::fmt;

/// What repairs what rewriting repairs.
pub(super) const REWRITE: &str = "`unspin dict check --write` rewrites it";

/// What kind of thing is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// The file cannot be read as the table that its path says it is.
    Malformed,
    /// It says the right thing in the wrong form or order; rewriting repairs it.
    Form,
    /// It says something twice; rewriting repairs it.
    Duplicate,
    /// Two rows say different things of the same phrase; which is right cannot be told.
    Conflict,
    /// It puts a phrase in place of itself; rewriting repairs it.
    Identity,
    /// It has words in brackets on one side only, which repairs would delete or put in.
    Brackets,
    /// It names a source, family or form that does not exist.
    Unknown,
    /// A source has no license.
    License,
    /// An original has words that the lexicon lacks, so that it can never be proposed.
    Lexicon,
    /// A phrase is commoner in clean English than its correction.
    Common,
    /// A phrase that is said to have one original has another in a table of substitutions.
    Ambiguous,
    /// A phrase is longer than the compiler takes.
    Long,
}

impl FaultKind {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Form => "form",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Identity => "identity",
            Self::Brackets => "brackets",
            Self::Unknown => "unknown",
            Self::License => "license",
            Self::Lexicon => "lexicon",
            Self::Common => "common",
            Self::Ambiguous => "ambiguous",
            Self::Long => "long",
        }
    }

    /// Whether the dictionaries may not be used like this; else it is only worth a look.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Lexicon | Self::Common | Self::Ambiguous | Self::Long)
    }

    /// Whether [`SourceFile::canonical`](crate::SourceFile::canonical) repairs it.
    pub fn is_repaired(self) -> bool {
        matches!(self, Self::Form | Self::Duplicate | Self::Identity)
    }
}

/// Something wrong with a dictionary's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DictionaryFault {
    /// The file, as it was given.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What kind of thing it is.
    pub kind: FaultKind,
    /// What is wrong.
    pub message: String,
    /// How to repair it.
    pub remedy: String,
}

/// Shown with its place: `substitutions/own.csv:2:5: WHAT IS WRONG; REMEDY`.
impl fmt::Display for DictionaryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, message, remedy, .. } = self;
        write!(f, "{path}:{line}:{column}: {message}; {remedy}")
    }
}
