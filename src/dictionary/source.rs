//! Rows of the dictionaries' CSV sources.

use serde::Deserialize;

use super::error::{DictionaryError, ErrorKind};

/// One CSV file: its path, as errors name it, and its bytes.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path below the dictionary's directory, with forward slashes, such as `substitutions/words.csv`.
    pub path: String,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

/// What spinners put in place of one original, likeliest first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubstitutesRow {
    pub(crate) original: String,
    /// Separated by vertical bars.
    pub(crate) substitutes: String,
    pub(crate) source: String,
}

/// A substitution seen in real spun pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttestedRow {
    pub(crate) spun: String,
    pub(crate) original: String,
    pub(crate) family: String,
    pub(crate) count: u32,
    pub(crate) pages: u32,
    pub(crate) source: String,
}

/// A published tortured phrase.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedRow {
    pub(crate) spun: String,
    pub(crate) original: String,
    pub(crate) papers: u32,
    /// Words that must stand elsewhere in the text; empty for none.
    pub(crate) required: String,
    /// Words that must not stand in the text; empty for none.
    pub(crate) excluded: String,
    pub(crate) source: String,
}

/// An irregular form of a word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormRow {
    pub(crate) lemma: String,
    /// `plural`, `third`, `past`, `participle`, `gerund`, `comparative` or `superlative`.
    pub(crate) form: String,
    pub(crate) word: String,
    pub(crate) source: String,
}

/// A fixed expression in its usual case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpressionRow {
    pub(crate) expression: String,
    #[allow(dead_code, reason = "for readers of the file; nothing is decided by it yet")]
    pub(crate) kind: String,
    /// Its acronym, where it has one in use.
    #[allow(dead_code, reason = "for readers of the file; nothing is decided by it yet")]
    pub(crate) acronym: String,
    pub(crate) source: String,
}

/// A phrase that is never reported.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllowedRow {
    pub(crate) phrase: String,
    pub(crate) reason: String,
}

/// Where rows come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only the id is compiled; the rest is the licence record")]
pub(crate) struct OriginRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) license: String,
    pub(crate) origin: String,
    pub(crate) date: String,
}

/// Reads the rows of a file with the line each starts on.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(file: &SourceFile) -> Result<Vec<(u64, T)>, DictionaryError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(file.bytes.as_slice());
    let mut rows = Vec::new();
    for row in reader.deserialize() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            DictionaryError::new(ErrorKind::Row, format!("{}:{line}: {error}", file.path))
        })?;
        rows.push(row);
    }
    // The positions of rows are those of a second, plain pass, as serde hides them.
    let mut lines = Vec::with_capacity(rows.len());
    let mut reader = csv::ReaderBuilder::new().from_reader(file.bytes.as_slice());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        lines.push(record.position().map_or(0, csv::Position::line));
    }
    Ok(lines.into_iter().zip(rows).collect())
}
