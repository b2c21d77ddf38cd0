//! Is a table written as it should be, and does it say nothing twice?

use std::collections::HashMap;

use csv::StringRecord;

use super::canonical::normal;
use super::fault::{DictionaryFault, FaultKind, REWRITE};
use super::rows::Rows;
use crate::dictionary::source::SourceFile;

/// Looks at the fields, at the order of the rows, and at rows of the same thing.
pub(super) fn check(rows: &Rows<'_>, faults: &mut Vec<DictionaryFault>) {
    // By what makes a row what it is: what else the rows say, and their lines.
    let mut seen: HashMap<Vec<String>, Vec<(Vec<String>, u64)>> = HashMap::new();
    let mut last: Option<&StringRecord> = None;
    for record in &rows.records {
        for (field, value) in record.iter().enumerate() {
            if normal(value, rows.table, field) != value {
                let message = format!("{value:?} is not in its normal form");
                faults.push(rows.fault(record, field, FaultKind::Form, message, REWRITE));
            }
        }
        if let Some(last) = last.replace(record).filter(|last| last.iter().gt(record.iter())) {
            let message = format!("{:?} stands after {:?}", &record[0], &last[0]);
            let remedy = format!("rows are in byte order; {REWRITE}");
            faults.push(rows.fault(record, 0, FaultKind::Form, message, &remedy));
        }
        let [identity, rest] = rows.table.identity(record.iter());
        let line = rows.place(record, 0).0;
        let named = record.iter().take(identity.len()).collect::<Vec<_>>().join(",");
        let before = seen.entry(identity).or_default();
        if let Some((_, first)) = before.iter().find(|(other, _)| *other == rest) {
            let message = format!("{named:?} is in line {first} already");
            let remedy = format!("make one row of both; {REWRITE}");
            faults.push(rows.fault(record, 0, FaultKind::Duplicate, message, &remedy));
        } else {
            if let Some((_, first)) = before.first() {
                let message = format!("line {first} says something else of {named:?}");
                let joins = !rows.table.joined().is_empty();
                let remedy = if joins { "keep one of them, or give both one source" } else { "keep one of them" };
                faults.push(rows.fault(record, 0, FaultKind::Conflict, message, remedy));
            }
            before.push((rest, line));
        }
    }
}

/// Where a file, whose rows and fields are as they should be, differs from its canonical form, if it does.
pub(super) fn unlike_canonical(file: &SourceFile) -> Option<DictionaryFault> {
    let canonical = file.canonical().ok().filter(|canonical| *canonical != file.bytes)?;
    let same = canonical.iter().zip(&file.bytes).take_while(|(a, b)| a == b).count();
    Some(DictionaryFault {
        path: file.path.clone(),
        line: memchr::memchr_iter(b'\n', &canonical[..same]).count() as u64 + 1,
        column: 1,
        kind: FaultKind::Form,
        message: "is not written as canonical CSV: line ends, quotes or byte order mark".into(),
        remedy: REWRITE.into(),
    })
}
