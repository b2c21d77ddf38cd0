//! A source as a table: read, and its rows found again in the file.

use csv::StringRecord;

use super::fault::{DictionaryFault, FaultKind};
use super::schema::Table;
use crate::dictionary::source::{SourceFile, place};

/// A file cut into rows.
pub(super) struct Rows<'f> {
    pub(super) file: &'f SourceFile,
    pub(super) table: Table,
    text: &'f str,
    pub(super) records: Vec<StringRecord>,
}

impl<'f> Rows<'f> {
    /// Reads a file as the table that its path says it is.
    pub(super) fn read(file: &'f SourceFile) -> Result<Self, Box<DictionaryFault>> {
        let fault = |line, message: String, remedy: &str| {
            Box::new(DictionaryFault {
                path: file.path.clone(),
                line,
                column: 1,
                kind: FaultKind::Malformed,
                message,
                remedy: remedy.to_owned(),
            })
        };
        let table = Table::of(file).ok_or_else(|| {
            fault(1, "no table has this path".into(), "see dictionaries/README.md for the names that there are")
        })?;
        let text = std::str::from_utf8(&file.bytes).map_err(|error| {
            let line = memchr::memchr_iter(b'\n', &file.bytes[..error.valid_up_to()]).count() as u64 + 1;
            fault(line, "is not UTF-8".into(), "convert the file to UTF-8")
        })?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.bytes.as_slice());
        let mut records = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, |start| place(text, start, 0).0);
                fault(line, error.to_string(), "write it as CSV")
            })?;
            records.push(record);
        }
        let wanted = table.columns().join(",");
        let header: Vec<&str> = records.first().map(|header| header.iter().collect()).unwrap_or_default();
        if header.join(",").trim_start_matches('\u{feff}') != wanted {
            return Err(fault(1, format!("has the columns {:?}", header.join(",")), &format!("must be {wanted:?}")));
        }
        records.remove(0);
        for record in &records {
            let line = record.position().map_or(1, |start| place(text, start, 0).0);
            if record.len() != table.columns().len() {
                let message = format!("has {} fields", record.len());
                return Err(fault(line, message, &format!("there must be {}: {wanted}", table.columns().len())));
            }
            table.is_sound(record).map_err(|error| fault(line, error.to_string(), "correct the value"))?;
            let is_blank = |phrase: &str| phrase.trim().is_empty();
            if table.original().is_some_and(|at| is_blank(&record[at]) || table.substitutes(record).all(is_blank)) {
                return Err(fault(line, "names no phrase".into(), "name one, or remove the row"));
            }
        }
        Ok(Self { file, table, text, records })
    }

    /// Says what is wrong with a field.
    pub(super) fn fault(
        &self,
        record: &StringRecord,
        field: usize,
        kind: FaultKind,
        message: String,
        remedy: &str,
    ) -> DictionaryFault {
        let (line, column) = self.place(record, field);
        DictionaryFault { path: self.file.path.clone(), line, column, kind, message, remedy: remedy.to_owned() }
    }

    /// Line and column of a field.
    pub(super) fn place(&self, record: &StringRecord, field: usize) -> (u64, u64) {
        record.position().map_or((1, 1), |start| place(self.text, start, field))
    }
}
