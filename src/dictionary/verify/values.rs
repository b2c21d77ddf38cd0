//! Are the values of a row ones that there may be?

use csv::StringRecord;

use super::fault::{DictionaryFault, FaultKind};
use super::known::Known;
use super::rows::Rows;
use super::schema::Table;
use crate::dictionary::compile::FAMILIES;
use crate::dictionary::inflection::Form;
use crate::dictionary::seldom::is_seldom;
use crate::dictionary::spelling::Use;

/// Looks at the source that a row names, and at the column of its table that may not hold just anything.
pub(super) fn check(rows: &Rows<'_>, record: &StringRecord, known: &Known<'_>, faults: &mut Vec<DictionaryFault>) {
    let mut fault = |field, kind, message: String, remedy: &str| {
        faults.push(rows.fault(record, field, kind, message, remedy));
    };
    if let Some(at) = rows.table.source()
        && !known.sources.contains(&record[at])
    {
        let message = format!("unknown source {:?}", &record[at]);
        fault(at, FaultKind::Unknown, message, "add it to sources.csv or correct the name");
    }
    match rows.table {
        Table::Origins if record[2].trim().is_empty() => {
            let message = format!("source {:?} has no license", &record[0]);
            fault(2, FaultKind::License, message, "find out what its license is, or remove its rows");
        }
        Table::Attested if !FAMILIES.contains(&&record[2]) => {
            let message = format!("unknown family {:?}", &record[2]);
            let remedy = format!("use one of {}", FAMILIES.join(", "));
            fault(2, FaultKind::Unknown, message, &remedy);
        }
        Table::Forms if Form::from_name(&record[1]).is_none() => {
            let message = format!("unknown form {:?}", &record[1]);
            let remedy = format!("use one of {}", Form::ALL.map(Form::name).join(", "));
            fault(1, FaultKind::Unknown, message, &remedy);
        }
        Table::Spellings if Use::from_name(&record[2]).is_none() => {
            let message = format!("unknown use {:?}", &record[2]);
            let remedy = format!("use one of {}", Use::ALL.map(Use::name).join(", "));
            fault(2, FaultKind::Unknown, message, &remedy);
        }
        Table::Seldom if !is_seldom(number(record, 1), number(record, 2)) => {
            let message = format!("{:?} is not seldom: {} of {} times", &record[0], &record[2], &record[1]);
            let remedy = "`unspin learn channel --seldom` makes the file anew; leave the row out";
            fault(2, FaultKind::Unknown, message, remedy);
        }
        Table::Allowed | Table::Lexicon if record[1].trim().is_empty() => {
            let message = format!("{:?} has no reason", &record[0]);
            fault(1, FaultKind::Unknown, message, "say why it is good English");
        }
        Table::Examples if !matches!(&record[1], "yes" | "no") => {
            let message = format!("{:?} is neither yes nor no", &record[1]);
            fault(1, FaultKind::Unknown, message, "use yes where the text must be flagged, else no");
        }
        _ => {}
    }
}

/// A field that was found to be a whole number.
fn number(record: &StringRecord, field: usize) -> u32 {
    record[field].parse().unwrap_or_default()
}
