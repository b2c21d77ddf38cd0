//! Tables: texts in columns. Rows are cut by hand, not by the `csv` crate, because their bytes must be put back as
//! they were: quoting, spaces, line ends.

use std::io::{BufRead, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::error::{ErrorKind, InputError};
use super::map::{Escape, Lifted};
use super::record::{Content, Raw, Text};
use super::{Lines, Source};
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

/// What is said of line ends that nothing is cut at.
pub(super) const BARE_RETURNS: &str = "has line ends of CR alone; convert them to LF, as with tr '\\r' '\\n'";
/// How far the end of a quoted field is looked for in a table whose quotes may be no more than themselves, in bytes.
const AHEAD: usize = 1 << 20;
/// Names of columns that a message has at most, and characters of each: what has no header may begin with a whole text.
const NAMES: usize = 10;
const NAME: usize = 40;
/// What may stand between fields, the likeliest first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Names for a message, on one line.
fn listed(names: &[String]) -> String {
    let short = |name: &String| {
        let start: String = name.chars().take(NAME).collect();
        let more = if start.len() < name.len() { "…" } else { "" };
        start.split_whitespace().collect::<Vec<_>>().join(" ") + more
    };
    let mut list: Vec<String> = names.iter().take(NAMES).map(short).collect();
    if names.len() > NAMES {
        list.push(format!("and {} more", names.len() - NAMES));
    }
    list.join(", ")
}

/// The rows of a table.
pub(super) struct Rows {
    lines: Lines,
    /// What was read of it to see where a quoted field ends.
    ahead: Cursor<Vec<u8>>,
    source: Arc<Source>,
    delimiter: u8,
    columns: Arc<[(usize, String)]>,
    width: usize,
    header: Option<Vec<u8>>,
    number: u64,
    line: u64,
    done: bool,
}

impl Rows {
    /// Reads the header and finds the columns in it; a column may be given as its number, from 1.
    pub(super) fn new(lines: Lines, source: Source) -> Result<Self, InputError> {
        let delimiter = source.told_delimiter();
        if !delimiter.is_ascii() || b"\"\r\n".contains(&delimiter) {
            let message =
                format!("cannot be cut at byte {delimiter:#04x}; give a delimiter of ASCII, such as ; or a tab");
            return Err(InputError::new(&source.path, ErrorKind::Malformed, message));
        }
        let mut rows = Self {
            lines,
            ahead: Cursor::default(),
            source: Arc::new(source),
            delimiter,
            columns: Arc::from([]),
            width: 0,
            header: None,
            number: 0,
            line: 1,
            done: false,
        };
        rows.read_header_ahead()?;
        let ahead = rows.ahead.get_ref();
        let stated = stated_by(ahead);
        if rows.source.delimiter.is_none() {
            rows.delimiter = stated.or_else(|| told_by(ahead)).unwrap_or(delimiter);
        }
        let Some(mut header) = rows.row()? else {
            rows.done = true;
            return Ok(rows);
        };
        let before = if stated.is_some() { header.len() } else { 0 };
        if stated.is_some() {
            header.extend(rows.row()?.unwrap_or_default());
        }
        let (delimiter, encoding) = (rows.delimiter, rows.lines.encoding(&header));
        Arc::make_mut(&mut rows.source).delimiter = Some(delimiter);
        let text = if encoding.is_utf8() || encoding.is_utf16() {
            std::str::from_utf8(&header).map(str::to_owned).map_err(|error| {
                let message = format!("its header {}", encoding.fault(&error));
                InputError::new(&rows.source.path, ErrorKind::Encoding, message)
            })?
        } else {
            encoding.decode(&header).0
        };
        let text = &text[before..];
        // Where the header ends with the file, they have swallowed it.
        if !header.ends_with(b"\n") && has_bare_return(text, delimiter) {
            return Err(InputError::new(&rows.source.path, ErrorKind::Malformed, BARE_RETURNS));
        }
        let names: Vec<String> = fields(text, delimiter).into_iter().map(|field| lift(text, &field).text).collect();
        let columns = find_columns(&rows.source, &names)?;
        let source = Arc::make_mut(&mut rows.source);
        source.fields = columns.iter().map(|(_, name)| name.clone()).collect();
        refuse_taken(source, &names)?;
        rows.columns = columns.into();
        rows.width = names.len();
        rows.header = Some(header);
        Ok(rows)
    }

    /// Reads as far ahead as the header goes by the quotes that any delimiter makes.
    fn read_header_ahead(&mut self) -> Result<(), InputError> {
        let bytes = self.ahead.get_mut();
        let mut open: Vec<Scan> = DELIMITERS.into_iter().map(Scan::new).collect();
        while !open.is_empty() && bytes.len() < AHEAD {
            let start = bytes.len();
            if read_line(&mut self.lines.reader, bytes, &self.source.path)? == 0 {
                break;
            }
            open.retain_mut(|scan| {
                (start..bytes.len()).for_each(|at| scan.step(&bytes[at..]));
                scan.quoted
            });
        }
        Ok(())
    }

    /// The bytes of the next row, which may go over several lines inside quotes.
    fn row(&mut self) -> Result<Option<Vec<u8>>, InputError> {
        let mut bytes = Vec::new();
        let mut scan = Scan::new(self.delimiter);
        let mut at = 0;
        loop {
            let mut reader = (&mut self.ahead).chain(&mut self.lines.reader);
            if read_line(&mut reader, &mut bytes, &self.source.path)? == 0 {
                if scan.quoted {
                    let message = format!("the quote opened in the row at line {} is never closed", self.line);
                    return Err(InputError::new(&self.source.path, ErrorKind::Malformed, message));
                }
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            while at < bytes.len() {
                if scan.is_open_question(&bytes[at..]) {
                    scan.open(self.ends_later(&bytes, at)?);
                } else {
                    scan.step(&bytes[at..]);
                }
                at += 1;
            }
            if !scan.quoted {
                return Ok(Some(bytes));
            }
        }
    }

    /// Whether a field with a quote at its beginning, which does not end in its line, is a quoted one: it ends in a later
    /// line, and the lines up to there are no rows as they stand.
    fn ends_later(&mut self, bytes: &[u8], start: usize) -> Result<bool, InputError> {
        if self.ahead.position() > AHEAD as u64 {
            let taken = self.ahead.position() as usize;
            self.ahead.get_mut().drain(..taken);
            self.ahead.set_position(0);
        }
        let is_row = |line: &[u8]| memchr::memchr_iter(self.delimiter, line).count() + 1 == self.width;
        let mut rows = !bytes[..start].contains(&b'\n') && is_row(bytes);
        let begin = self.ahead.position() as usize;
        let mut at = begin;
        loop {
            if at == self.ahead.get_ref().len() {
                let more = at - begin < AHEAD;
                if !more || read_line(&mut self.lines.reader, self.ahead.get_mut(), &self.source.path)? == 0 {
                    return Ok(false);
                }
            }
            let rest = &self.ahead.get_ref()[at..];
            let line = memchr::memchr(b'\n', rest).map_or(rest, |end| &rest[..=end]);
            rows &= is_row(line);
            match end(line, self.delimiter) {
                End::Sound => return Ok(!rows),
                End::Unsound => return Ok(false),
                End::Later => at += line.len(),
            }
        }
    }
}

/// The columns that are texts, each with the name that it is asked for by: a name of the header, or a number, from 1.
fn find_columns(source: &Source, names: &[String]) -> Result<Vec<(usize, String)>, InputError> {
    let mut columns: Vec<(usize, String)> = Vec::new();
    for wanted in &source.fields {
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
                numbers[..numbers.len().min(NAMES)].join(" or ")
            );
            return Err(InputError::new(&source.path, ErrorKind::Malformed, message));
        }
        let Some(place) = named.first().copied().or_else(number) else {
            let mut message = format!("has no column {wanted:?}; it has {}", listed(names));
            message += if matches!(names, [name] if name.trim().is_empty()) {
                "a blank first line, where their names should be; take that out"
            } else if names.len() == 1 {
                ", and no more; name it with --column, or say what stands between its columns with --delimiter"
            } else {
                "; name the one that is text with --column"
            };
            return Err(InputError::new(&source.path, ErrorKind::MissingField, message));
        };
        // A column may be named twice: once by its number.
        if columns.iter().all(|(taken, _)| *taken != place) {
            columns.push((place, wanted.clone()));
        }
    }
    Ok(columns)
}

/// Refuses columns that are to be added and are there already.
fn refuse_taken(source: &Source, names: &[String]) -> Result<(), InputError> {
    for (name, field) in source.added.iter().flat_map(|name| source.fields.iter().map(move |field| (name, field))) {
        let name = source.added_name(name, field);
        if names.contains(&name) {
            let message = format!("has a column {name:?} already; add one of another name");
            return Err(InputError::new(&source.path, ErrorKind::Malformed, message));
        }
    }
    Ok(())
}

impl Iterator for Rows {
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
        let encoding = self.lines.encoding(&bytes);
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Some(Ok(Raw {
            source: Arc::clone(&self.source),
            content: Content::Row {
                bytes,
                number,
                line,
                encoding,
                columns: Arc::clone(&self.columns),
                width: self.width,
                first: number.is_none(),
            },
        }))
    }
}

/// Where the end of a quoted field is, of which some bytes are looked at.
enum End {
    /// In them, and the field ends with it.
    Sound,
    /// In them, but more of the field comes after it.
    Unsound,
    /// Behind them.
    Later,
}

/// Looks for the end of a quoted field in bytes inside it, which end with a line.
fn end(bytes: &[u8], delimiter: u8) -> End {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        at += found + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            Some(&byte) if byte != delimiter && byte != b'\n' && byte != b'\r' => return End::Unsound,
            _ => return End::Sound,
        }
    }
    End::Later
}

/// Where a byte of a table stands. Between tabs, a field that begins with a quote is a quoted one only where its end is
/// one, for many who write tabs know no quotes.
struct Scan {
    delimiter: u8,
    /// At the beginning of a field.
    fresh: bool,
    /// Inside quotes.
    quoted: bool,
    /// Inside a field that does not start with a quote.
    bare: bool,
}

impl Scan {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, fresh: true, quoted: false, bare: false }
    }

    /// Whether the first of the bytes is a quote that may open a field that ends behind them.
    fn is_open_question(&self, rest: &[u8]) -> bool {
        self.may_be_itself(rest) && matches!(end(&rest[1..], self.delimiter), End::Later)
    }

    fn may_be_itself(&self, rest: &[u8]) -> bool {
        self.fresh && rest[0] == b'"' && self.delimiter == b'\t'
    }

    /// Takes in a quote at the beginning of a field, which opens it or is part of it.
    fn open(&mut self, quoted: bool) {
        (self.fresh, self.quoted, self.bare) = (false, quoted, !quoted);
    }

    /// Takes in the first of the bytes, which go on to the end of the row at least.
    fn step(&mut self, rest: &[u8]) {
        let byte = rest[0];
        if self.quoted {
            // A doubled quote closes and opens again at once.
            (self.quoted, self.bare) = (byte != b'"', false);
        } else if byte == self.delimiter || byte == b'\n' {
            (self.fresh, self.bare) = (true, false);
        } else if self.may_be_itself(rest) {
            self.open(matches!(end(&rest[1..], self.delimiter), End::Sound));
        } else if byte == b'"' && !self.bare {
            self.open(true);
        } else {
            self.open(false);
        }
    }
}

/// Whether a carriage return that is no part of the row's end stands outside quotes.
fn has_bare_return(row: &str, delimiter: u8) -> bool {
    let mut scan = Scan::new(delimiter);
    let row = row.trim_end_matches(['\n', '\r']).as_bytes();
    (0..row.len()).any(|at| {
        scan.step(&row[at..]);
        row[at] == b'\r' && !scan.quoted
    })
}

/// What stands between the fields by a line of its own before the header, as Excel writes and reads it.
fn stated_by(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n")?;
    match line.strip_suffix(b"\r").unwrap_or(line).strip_prefix(b"sep=")? {
        [byte] if byte.is_ascii_punctuation() && *byte != b'"' || *byte == b'\t' => Some(*byte),
        _ => None,
    }
}

/// What stands between the names of the header that some bytes begin with, where that is plain: one of what may that, by
/// the quotes that it makes, has no other outside them.
fn told_by(bytes: &[u8]) -> Option<u8> {
    let splits_alone = |delimiter: &u8| {
        let mut scan = Scan::new(*delimiter);
        let mut splits = false;
        for (at, byte) in bytes.iter().enumerate() {
            scan.step(&bytes[at..]);
            if !scan.quoted && *byte == b'\n' {
                break;
            }
            if !scan.quoted && DELIMITERS.contains(byte) {
                splits = byte == delimiter;
                if !splits {
                    break;
                }
            }
        }
        splits
    };
    let mut plain = DELIMITERS.into_iter().filter(splits_alone);
    plain.next().filter(|_| plain.next().is_none())
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
    let (mut start, mut quoted) = (0, false);
    let mut scan = Scan::new(delimiter);
    for at in 0..=end {
        if at < end {
            let splits = bytes[at] == delimiter && !scan.quoted;
            scan.step(&bytes[at..end]);
            quoted |= at == start && scan.quoted;
            if !splits {
                continue;
            }
        }
        let field = &row[start..at];
        fields.push(if quoted && field.len() > 1 && field.ends_with('"') {
            Field { span: Span::new(start + 1, at - 1), quoted }
        } else {
            Field { span: Span::new(start, at), quoted: false }
        });
        (start, quoted) = (at + 1, false);
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

/// The texts of one row, empty ones among them; a row too short for a column has none there.
pub(super) fn texts(row: &str, delimiter: u8, columns: &[(usize, String)]) -> Vec<Text> {
    let fields = fields(row, delimiter);
    let text = |(place, name): &(usize, String)| {
        let field = fields.get(*place)?;
        let bare = (!field.quoted).then_some((field.span, delimiter));
        Some(Text::of_field(name, bare, lift(row, field)))
    };
    columns.iter().filter_map(text).collect()
}
