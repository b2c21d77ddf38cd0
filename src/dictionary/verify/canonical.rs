//! The one form that a source is written in.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::fault::DictionaryFault;
use super::rows::Rows;
use super::schema::Table;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::source::SourceFile;
use crate::line::one_line;
use crate::text::key;

impl SourceFile {
    /// A file in canonical form: fields in their normal form, rows in byte order, what was said twice said once, and
    /// nothing put in place of itself. Rows that say different things of the same phrase are all kept.
    /// [`verify`](Self::verify) has an example.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read as the table that its path says it is.
    pub fn canonical(&self) -> Result<Vec<u8>, DictionaryError> {
        let bad = |fault: Box<DictionaryFault>| DictionaryError::new(ErrorKind::Row, fault.to_string());
        let Rows { table, records, .. } = Rows::read(self).map_err(bad)?;
        let mut rows: BTreeMap<[Vec<String>; 2], Vec<String>> = BTreeMap::new();
        for record in &records {
            let fields: Vec<String> = record.iter().enumerate().map(|(n, value)| normal(value, table, n)).collect();
            let identity = table.identity(fields.iter().map(String::as_str));
            match rows.get_mut(&identity) {
                None => drop(rows.insert(identity, fields)),
                Some(kept) => match table {
                    Table::Substitutes => kept[1] = format!("{}|{}", kept[1], fields[1]),
                    Table::Attested => {
                        let number = |text: &str| text.parse::<u32>().unwrap_or(0);
                        kept[3] = number(&kept[3]).saturating_add(number(&fields[3])).to_string();
                        kept[4] = number(&kept[4]).max(number(&fields[4])).to_string();
                    }
                    // Nothing else differs.
                    _ => {}
                },
            }
        }
        let failed = |error: csv::Error| DictionaryError::new(ErrorKind::Row, format!("{}: {error}", self.path));
        let mut writer = csv::Writer::from_writer(Vec::with_capacity(self.bytes.len()));
        writer.write_record(table.columns()).map_err(failed)?;
        let mut rows: Vec<Vec<String>> = rows.into_values().filter_map(|row| without_repetition(row, table)).collect();
        rows.sort();
        for row in &rows {
            writer.write_record(row).map_err(failed)?;
        }
        writer.into_inner().map_err(|error| failed(error.into_error().into()))
    }
}

/// A field as it should be written: composed characters, straight apostrophes in phrases, single spaces, nothing
/// empty in a list.
pub(super) fn normal(value: &str, table: Table, field: usize) -> String {
    let composed: String = value.nfc().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    match (table, field) {
        (Table::Examples, _) => composed,
        (Table::Substitutes, 1) => {
            let parts = composed.split('|').map(one_line).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("|").replace(['’', '‘'], "'")
        }
        (Table::Origins, _) | (Table::Allowed | Table::Lexicon, 1) => one_line(&composed),
        _ => one_line(&composed).replace(['’', '‘'], "'"),
    }
}

/// The row without substitutes that are the original or listed before; nothing where none is left.
fn without_repetition(mut row: Vec<String>, table: Table) -> Option<Vec<String>> {
    let original = key::phrase(&row[table.original().unwrap_or(0)]);
    match table {
        Table::Substitutes => {
            let mut seen = HashSet::from([original]);
            let kept: Vec<&str> = row[1].split('|').filter(|spun| seen.insert(key::phrase(spun))).collect();
            let kept = kept.join("|");
            row[1] = kept;
            (!row[1].is_empty()).then_some(row)
        }
        Table::Attested | Table::Published | Table::Phrases => (key::phrase(&row[0]) != original).then_some(row),
        _ => Some(row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), bytes: text.into() }
    }

    #[test]
    fn canonical_form_is_final() {
        let text = "\u{feff}original,substitutes,source\r\nsay,state|tell|| State ,own\r\n\"ask\",beg,own\r\nsay,utter|say,own\r\nbe,be,own\r\n";
        let once = file("substitutions/a.csv", text).canonical().expect("a table");
        assert_eq!(
            String::from_utf8_lossy(&once),
            "original,substitutes,source\nask,beg,own\nsay,state|tell|utter,own\n"
        );
        let again = SourceFile { path: "substitutions/a.csv".into(), bytes: once.clone() };
        assert_eq!(again.canonical().expect("a table"), once);
        let own = file("sources.csv", "id,title,license,origin,date\nown,Mine,MIT,own,2026-11\n");
        assert_eq!(SourceFile::verify(&[own, again]), Vec::new());
        let header = "spun,original,family,count,pages,source\n";
        for (rows, merged) in [
            ("state,say,science,1,1,own\nstate,say,science,2,3,own\n", "state,say,science,3,3,own\n"),
            // As much as can be read again.
            ("state,say,science,4294967295,1,own\nstate,say,science,2,3,own\n", "state,say,science,4294967295,3,own\n"),
            (
                "state,say,science,1,1,own\nstate,say,science,2,3,theirs\nstate,say,science,4,1,own\n",
                "state,say,science,2,3,theirs\nstate,say,science,5,1,own\n",
            ),
        ] {
            let found = file("substitutions/attested.csv", &format!("{header}{rows}")).canonical().expect("a table");
            assert_eq!(String::from_utf8_lossy(&found), format!("{header}{merged}"));
        }
    }
}
