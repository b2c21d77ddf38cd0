//! Rows of the dictionaries' CSV sources.

use csv::Position;
use serde::Deserialize;

use super::error::{DictionaryError, ErrorKind};

/// One CSV file: its path, as errors name it, and its bytes. The path tells which table it is:
/// [the guide](crate::guide::dictionary) has all of them with their columns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceFile {
    /// Path below the dictionary's directory, with forward slashes, such as `substitutions/words.csv`.
    pub path: String,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

/// What a table of substitutions has in its rows; its columns tell, whatever the file is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Substitutions {
    /// [`SubstitutesRow`]
    Listed,
    /// [`AttestedRow`]
    Attested,
    /// [`PublishedRow`]
    Published,
}

impl Substitutions {
    /// What the header row of a file says; one that is of no table is taken for a list.
    pub(crate) fn of(file: &SourceFile) -> Self {
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        let header = reader.headers().ok();
        let has = |column: &str| header.is_some_and(|header| header.iter().any(|own| own == column));
        match (has("papers"), has("spun")) {
            (true, _) => Self::Published,
            (false, true) => Self::Attested,
            (false, false) => Self::Listed,
        }
    }
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
    /// Words that the list wants elsewhere in the text; empty for none. They are not looked for: with them or with
    /// excluded ones the row weighs less.
    pub(crate) required: String,
    /// Words that the list does not want in the text; empty for none.
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

/// A word that British and American English spell differently.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpellingRow {
    pub(crate) british: String,
    pub(crate) american: String,
    /// `lookup`, `common` or `names`.
    pub(crate) r#use: String,
    pub(crate) source: String,
}

/// A fixed expression in its usual case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "kind and acronym are for readers of the file; nothing is decided by them yet")]
pub(crate) struct ExpressionRow {
    pub(crate) expression: String,
    pub(crate) kind: String,
    /// Its acronym, where it has one in use.
    pub(crate) acronym: String,
    pub(crate) source: String,
}

/// A phrase that is never good English, with what it stands for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhraseRow {
    pub(crate) phrase: String,
    pub(crate) correction: String,
    pub(crate) source: String,
}

/// A word that spinners hardly ever put in place of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the counts are for readers of the file; `dict check` holds them against each other")]
pub(crate) struct SeldomRow {
    pub(crate) word: String,
    /// Times that it stood anywhere.
    pub(crate) stood: u32,
    /// Times that it stood in place of another word or phrase.
    pub(crate) swapped: u32,
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

/// Reads the rows of a file with where each starts.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(file: &SourceFile) -> Result<Vec<(Position, T)>, DictionaryError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(file.bytes.as_slice());
    let failed = |error: &csv::Error| {
        let start = Position::new();
        let (what, field) = match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => (err.kind().to_string(), err.field().unwrap_or(0)),
            _ => (error.to_string(), 0),
        };
        row_error(file, error.position().unwrap_or(&start), field as usize, &what)
    };
    let header = reader.headers().map_err(|error| failed(&error))?.clone();
    if header.is_empty() {
        return Err(row_error(file, &Position::new(), 0, "is empty; give it its header row, or remove it"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| failed(&error))?;
        let row = record.deserialize(Some(&header)).map_err(|error| failed(&error))?;
        rows.push((record.position().cloned().unwrap_or_else(Position::new), row));
    }
    Ok(rows)
}

/// What is wrong with a field of the row that starts here.
pub(crate) fn row_error(file: &SourceFile, at: &Position, field: usize, what: &str) -> DictionaryError {
    let text = String::from_utf8_lossy(&file.bytes);
    let (line, column) = place(&text, at, field);
    DictionaryError::new(ErrorKind::Row, format!("{}:{line}:{column}: {what}", file.path))
}

/// Line and column, from 1, of a field of the row that starts here.
pub(crate) fn place(text: &str, start: &Position, field: usize) -> (u64, u64) {
    let (mut passed, mut column, mut line) = (0, 1, start.line());
    // A mark opens a quotation at the start of a field only; doubled, inside one, it closes and opens.
    let (mut opens, mut in_quotes, mut quoted) = (true, false, false);
    // Of a line end of two characters, and of empty lines, the table's reader leaves some before the row.
    let rest = text.get(start.byte() as usize..).unwrap_or_default();
    let row = rest.trim_start_matches(['\r', '\n']);
    line += rest[..rest.len() - row.len()].matches('\n').count() as u64;
    for c in row.chars() {
        if passed == field {
            break;
        }
        in_quotes = if opens { c == '"' } else { in_quotes };
        quoted ^= in_quotes && c == '"';
        opens = c == ',' && !quoted;
        passed += usize::from(opens);
        column += 1;
        if c == '\n' {
            line += 1;
            column = 1;
        }
    }
    (line, column)
}
