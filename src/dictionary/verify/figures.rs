//! How much a source holds.

use std::collections::BTreeMap;

use super::rows::Rows;
use super::schema::Table;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::source::SourceFile;

/// Rows and pairs of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileFigures {
    /// Rows.
    pub rows: usize,
    /// Substitutions, where it holds any.
    pub pairs: usize,
    /// Rows by source.
    pub sources: BTreeMap<String, usize>,
}

impl SourceFile {
    /// Rows and pairs of a file; [`verify`](Self::verify) has an example.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read as the table that its path says it is.
    pub fn figures(&self) -> Result<FileFigures, DictionaryError> {
        let rows = Rows::read(self).map_err(|fault| {
            DictionaryError::new(ErrorKind::Row, format!("{}:{}: {}", fault.path, fault.line, fault.message))
        })?;
        let source = rows.table.source();
        let mut figures = FileFigures { rows: rows.records.len(), ..FileFigures::default() };
        for record in &rows.records {
            figures.pairs += match rows.table {
                Table::Substitutes => record[1].split('|').count(),
                Table::Attested | Table::Published | Table::Phrases => 1,
                _ => 0,
            };
            if let Some(source) = source {
                *figures.sources.entry(record[source].to_owned()).or_default() += 1;
            }
        }
        Ok(figures)
    }
}
