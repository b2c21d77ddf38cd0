//! Tables: texts in columns. Rows are cut by hand, not by the `csv` crate, because their bytes must be put back as
//! they were: quoting, spaces, line ends.

use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::Source;
use super::encoding::Encoding;
use super::error::{ErrorKind, InputError};
use super::map::{Escape, Lifted};
use super::record::{Content, Raw, Shown, Text};
use crate::span::Span;

/// The longest record that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// Reads up to and with the next line feed.
pub(super) fn read_line(reader: &mut impl BufRead, bytes: &mut Vec<u8>, path: &Path) -> Result<usize, InputError> {
    let limit = LONGEST.saturating_sub(bytes.len() as u64);
    let read = reader.take(limit).read_until(b'\n', bytes).map_err(|error| InputError::io(path, error))?;
    if bytes.len() as u64 >= LONGEST {
        return Err(InputError::new(path, ErrorKind::TooLarge, "a record is longer than 1 GiB"));
    }
    Ok(read)
}

/// The rows of a table.
pub(super) struct Rows<R> {
    reader: R,
    source: Arc<Source>,
    encoding: Encoding,
    delimiter: u8,
    columns: Arc<[(usize, String)]>,
    width: usize,
    header: Option<Vec<u8>>,
    number: u64,
    line: u64,
    done: bool,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header and finds the columns in it; a column may be given as its number, from 1.
    pub(super) fn new(reader: R, source: Source, encoding: Encoding, delimiter: u8) -> Result<Self, InputError> {
        let mut rows = Self {
            reader,
            source: Arc::new(source),
            encoding,
            delimiter,
            columns: Arc::from([]),
            width: 0,
            header: None,
            number: 0,
            line: 1,
            done: false,
        };
        let Some(header) = rows.row()? else {
            rows.done = true;
            return Ok(rows);
        };
        let text = if encoding.is_utf8() || encoding.is_utf16() {
            std::str::from_utf8(&header).map(str::to_owned).map_err(|error| {
                let message = format!("its header {}", encoding.fault(&error));
                InputError::new(&rows.source.path, ErrorKind::Encoding, message)
            })?
        } else {
            encoding.decode(&header).0
        };
        // Where the header ends with the file, they have swallowed it.
        if !header.ends_with(b"\n") && has_bare_return(&text, delimiter) {
            let message = "has line ends of CR alone; convert them to LF, as with tr '\\r' '\\n'";
            return Err(InputError::new(&rows.source.path, ErrorKind::Malformed, message));
        }
        let names: Vec<String> = fields(&text, delimiter).into_iter().map(|field| lift(&text, &field).text).collect();
        let mut columns: Vec<(usize, String)> = Vec::new();
        for wanted in &rows.source.fields {
            let number = || wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|&n| n < names.len());
            let all = |is_it: fn(&str, &str) -> bool| -> Vec<usize> {
                names.iter().enumerate().filter_map(|(n, name)| is_it(name, wanted).then_some(n)).collect()
            };
            let exact = all(|name, wanted| name == wanted);
            let mut named = if exact.is_empty() { all(|name, wanted| name.trim() == wanted) } else { exact };
            // Of columns named by numbers one may be meant by its own.
            if let Some(number) = number().filter(|number| named.len() > 1 && named.contains(number)) {
                named = vec![number];
            }
            if named.len() > 1 {
                let numbers: Vec<String> = named.iter().map(|n| (n + 1).to_string()).collect();
                let message = format!(
                    "has {} columns {wanted:?}; name the one that is text by its number, which is {}",
                    named.len(),
                    numbers.join(" or ")
                );
                return Err(InputError::new(&rows.source.path, ErrorKind::Malformed, message));
            }
            let Some(place) = named.first().copied().or_else(number) else {
                let message = format!("has no column {wanted:?}; it has {}", names.join(", "));
                return Err(InputError::new(&rows.source.path, ErrorKind::MissingField, message));
            };
            // A column may be named twice: once by its number.
            if columns.iter().all(|(taken, _)| *taken != place) {
                columns.push((place, wanted.clone()));
            }
        }
        let source = Arc::make_mut(&mut rows.source);
        source.fields = columns.iter().map(|(_, name)| name.clone()).collect();
        for (name, field) in source.added.iter().flat_map(|name| source.fields.iter().map(move |field| (name, field))) {
            let name = source.added_name(name, field);
            if names.contains(&name) {
                let message = format!("has a column {name:?} already; add one of another name");
                return Err(InputError::new(&source.path, ErrorKind::Malformed, message));
            }
        }
        rows.columns = columns.into();
        rows.width = names.len();
        rows.header = Some(header);
        Ok(rows)
    }

    /// The bytes of the next row, which may go over several lines inside quotes.
    fn row(&mut self) -> Result<Option<Vec<u8>>, InputError> {
        let mut bytes = Vec::new();
        let mut scan = Scan::default();
        let mut seen = 0;
        loop {
            if read_line(&mut self.reader, &mut bytes, &self.source.path)? == 0 {
                if scan.quoted {
                    let message = format!("the quote opened in the row at line {} is never closed", self.line);
                    return Err(InputError::new(&self.source.path, ErrorKind::Malformed, message));
                }
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            for &byte in &bytes[seen..] {
                scan.step(byte, self.delimiter);
            }
            seen = bytes.len();
            if !scan.quoted {
                return Ok(Some(bytes));
            }
        }
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Raw, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let (bytes, number) = if let Some(header) = self.header.take() {
            (header, None)
        } else {
            self.number += 1;
            match self.row() {
                Ok(Some(bytes)) => (bytes, Some(self.number)),
                Ok(None) => {
                    self.done = true;
                    return None;
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error.at(self.number)));
                }
            }
        };
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Some(Ok(Raw {
            source: Arc::clone(&self.source),
            content: Content::Row {
                bytes,
                number,
                line,
                encoding: self.encoding,
                columns: Arc::clone(&self.columns),
                width: self.width,
                first: number.is_none(),
            },
        }))
    }
}

/// Where a byte of a table stands.
#[derive(Default)]
struct Scan {
    /// Inside quotes.
    quoted: bool,
    /// Inside a field that does not start with a quote.
    bare: bool,
}

impl Scan {
    fn step(&mut self, byte: u8, delimiter: u8) {
        if self.quoted {
            // A doubled quote closes and opens again at once.
            self.quoted = byte != b'"';
            self.bare = false;
        } else if byte == delimiter || byte == b'\n' {
            self.bare = false;
        } else if byte == b'"' && !self.bare {
            self.quoted = true;
        } else {
            self.bare = true;
        }
    }
}

/// Whether a carriage return that is no part of the row's end stands outside quotes.
fn has_bare_return(row: &str, delimiter: u8) -> bool {
    let mut scan = Scan::default();
    row.trim_end_matches(['\n', '\r']).bytes().any(|byte| {
        scan.step(byte, delimiter);
        byte == b'\r' && !scan.quoted
    })
}

struct Field {
    /// Its place, quotes aside.
    span: Span,
    quoted: bool,
}

/// The fields of one row.
fn fields(row: &str, delimiter: u8) -> Vec<Field> {
    let end = row.trim_end_matches(['\n', '\r']).len();
    let bytes = row.as_bytes();
    let mut fields = Vec::new();
    let mut start = 0;
    let mut scan = Scan::default();
    for at in 0..=end {
        if at < end {
            let open = scan.quoted;
            let splits = bytes[at] == delimiter && !open;
            scan.step(bytes[at], delimiter);
            if !splits {
                continue;
            }
        }
        let field = &row[start..at];
        let inside = field.strip_prefix('"').and_then(|field| field.strip_suffix('"')).filter(|_| field.len() > 1);
        fields.push(match inside {
            Some(_) => Field { span: Span::new(start + 1, at - 1), quoted: true },
            None => Field { span: Span::new(start, at), quoted: false },
        });
        start = at + 1;
    }
    fields
}

fn lift(row: &str, field: &Field) -> Lifted {
    if !field.quoted {
        let mut lifted = Lifted::new(Escape::None);
        lifted.take(row, field.span);
        return lifted;
    }
    let mut lifted = Lifted::new(Escape::Doubled);
    let mut at = field.span.start;
    while let Some(found) = row[at..field.span.end].find("\"\"") {
        lifted.take(row, Span::new(at, at + found));
        lifted.decode(Span::new(at + found, at + found + 2), "\"");
        at += found + 2;
    }
    lifted.take(row, Span::new(at, field.span.end));
    lifted
}

/// What adds columns at the end of a row, which is the header or has `width` columns.
pub(super) fn addition(
    row: &str,
    delimiter: u8,
    is_header: bool,
    width: usize,
    added: &[(String, Value)],
) -> Result<Option<(Span, String)>, String> {
    let end = row.trim_end_matches(['\n', '\r']).len();
    if end == 0 || added.is_empty() {
        return Ok(None);
    }
    let fields = fields(row, delimiter);
    if is_header
        && let Some((name, _)) = added.iter().find(|(name, _)| fields.iter().any(|f| lift(row, f).text == *name))
    {
        return Err(format!("has a column {name:?} already"));
    }
    // What is added to it would stand under no name, or under another one; empty fields that nothing names make room.
    let surplus = if is_header { 0 } else { fields.len().saturating_sub(width) };
    let start = end - surplus;
    if row.as_bytes()[start..end].iter().any(|&byte| byte != delimiter) {
        return Err("has more fields than the header".into());
    }
    let special = |c: char| c == '"' || c == '\n' || c == '\r' || c == delimiter as char;
    // A row that is too short is filled up, so that what is added stands under its name.
    let missing = if is_header { 0 } else { width.saturating_sub(fields.len()) };
    let mut text = (delimiter as char).to_string().repeat(missing);
    for (name, value) in added {
        let value = match value {
            _ if is_header => name.clone(),
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        text.push(delimiter as char);
        if value.contains(special) {
            text.extend(["\"", &value.replace('"', "\"\""), "\""]);
        } else {
            text.push_str(&value);
        }
    }
    Ok(Some((Span::new(start, end), text)))
}

/// The texts of one row; a row too short for a column has none there.
pub(super) fn texts(row: &str, delimiter: u8, columns: &[(usize, String)]) -> Vec<Text> {
    let fields = fields(row, delimiter);
    let text = |(place, name): &(usize, String)| {
        let field = fields.get(*place)?;
        let bare = (!field.quoted).then_some((field.span, delimiter));
        Some(Text { field: Some(name.clone()), shown: Shown::Field { bare }, lifted: Some(lift(row, field)) })
    };
    columns
        .iter()
        .filter_map(text)
        .filter(|text| text.lifted.as_ref().is_some_and(|lifted| !lifted.text.is_empty()))
        .collect()
}
