//! JSON Lines: texts in fields of objects, one object a line.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::csv::{BARE_RETURNS, read_line};
use super::error::InputError;
use super::map::{Escape, Lifted};
use super::record::{Content, Raw, Text};
use super::{Lines, Source};
use crate::span::Span;

/// What stands between the strings of a list, which are one text.
const BETWEEN: &str = "\n\n";

/// The lines of a file, blank ones included so that nothing is lost.
pub(super) struct Rows {
    lines: Lines,
    source: Arc<Source>,
    number: u64,
    done: bool,
}

impl Rows {
    pub(super) fn new(lines: Lines, source: Source) -> Self {
        Self { lines, source: Arc::new(source), number: 0, done: false }
    }
}

impl Iterator for Rows {
    type Item = Result<Raw, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut bytes = Vec::new();
        match read_line(&mut self.lines.reader, &mut bytes, &self.source.path) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => {
                self.done = true;
                return Some(Err(error.at(self.number + 1)));
            }
        }
        self.number += 1;
        let encoding = self.lines.encoding(&bytes);
        Some(Ok(Raw {
            source: Arc::clone(&self.source),
            content: Content::Row {
                bytes,
                number: Some(self.number),
                line: self.number,
                encoding,
                columns: Arc::from([]),
                width: 0,
                first: self.number == 1,
            },
        }))
    }
}

/// What a line holds, without a byte order mark: files that have one may have been put together.
fn value(line: &str) -> &str {
    line.trim_start_matches('\u{feff}').trim()
}

/// What is wrong with JSON. Where is told by the record's number, not by lines from its own first one.
fn reason(error: &serde_json::Error) -> String {
    let error = error.to_string();
    error.rsplit_once(" at line ").map_or(error.as_str(), |(reason, _)| reason).to_owned()
}

/// The texts of one line: the fields that are there and hold strings, be they empty.
pub(super) fn texts(line: &str, fields: &[String]) -> Result<Vec<Text>, String> {
    if value(line).is_empty() {
        return Ok(Vec::new());
    }
    let raw: &RawValue = serde_json::from_str(value(line)).map_err(|error| {
        if value(line).contains('\r') {
            return BARE_RETURNS.to_owned();
        }
        format!("is not JSON: {} at column {}", reason(&error), error.column())
    })?;
    if !raw.get().starts_with('{') {
        return Err("is not a JSON object".into());
    }
    let mut texts = Vec::new();
    // Two paths may lead to one string, as `t` and `t[]` do: it belongs to the first.
    let mut taken = HashSet::new();
    for field in fields {
        let mut strings = Vec::new();
        find(raw, field, &mut strings)
            .map_err(|error| format!("has a name that cannot be read: {}", reason(&error)))?;
        strings.retain(|literal| taken.insert(literal.as_ptr()));
        if strings.is_empty() {
            continue;
        }
        let mut lifted = Lifted::new(Escape::Json);
        for (n, literal) in strings.into_iter().enumerate() {
            if n > 0 {
                lifted.text.push_str(BETWEEN);
            }
            // `literal` is a slice of `line`, so the distance of the two is its place there.
            let start = literal.as_ptr() as usize - line.as_ptr() as usize;
            lift(line, Span::new(start + 1, start + literal.len() - 1), &mut lifted)
                .ok_or_else(|| format!("field {field:?} has half of a surrogate pair"))?;
        }
        texts.push(Text::of_field(field, None, lifted));
    }
    Ok(texts)
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Object<'j>(#[serde(borrow)] HashMap<Cow<'j, str>, &'j RawValue>);

/// What adds fields at the end of a line's object.
pub(super) fn addition(line: &str, added: &[(String, Value)]) -> Result<Option<(Span, String)>, String> {
    let Some(inside) = line.trim_end().strip_suffix('}').filter(|_| !added.is_empty()) else { return Ok(None) };
    let object: Object<'_> = serde_json::from_str(value(line)).map_err(|error| reason(&error))?;
    let mut text = String::new();
    for (name, value) in added {
        if object.0.contains_key(name.as_str()) {
            return Err(format!("has a field {name:?} already"));
        }
        if !object.0.is_empty() || !text.is_empty() {
            text.push(',');
        }
        text.extend([Value::from(name.as_str()).to_string(), ":".into(), value.to_string()]);
    }
    Ok(Some((Span::new(inside.len(), inside.len()), text)))
}

/// Finds the strings at a path, as literals: names with dots between, places in lists as `[0]` or `.0`, and `[]` for all
/// of a list, which may be left out at the end. A name that holds such marks itself is found too. Says whether there is
/// such a path.
fn find<'j>(value: &'j RawValue, path: &str, strings: &mut Vec<&'j str>) -> serde_json::Result<bool> {
    let json = value.get();
    if path.is_empty() {
        match json.as_bytes().first() {
            Some(b'"') => strings.push(json),
            Some(b'[') => {
                let before = strings.len();
                strings.extend(listed(json));
                return Ok(strings.len() > before);
            }
            _ => {}
        }
        return Ok(true);
    }
    if json.starts_with('[') {
        let items = serde_json::from_str::<Vec<&RawValue>>(json)?;
        let Some((place, rest)) = place(path) else { return Ok(false) };
        return match place {
            Some(place) => items.get(place).map_or(Ok(false), |item| find(item, rest, strings)),
            None => {
                let mut found = false;
                for item in items {
                    found |= find(item, rest, strings)?;
                }
                Ok(found)
            }
        };
    }
    if !json.starts_with('{') {
        return Ok(false);
    }
    // Names may hold what no text can: half of a surrogate pair.
    let object = serde_json::from_str::<Object<'j>>(json)?;
    // A place with no name before it is one in a list.
    let ends = path.char_indices().filter(|&(at, c)| c == '.' || c == '[' && at > 0).map(|(at, _)| at);
    for end in std::iter::once(path.len()).chain(ends) {
        let rest = &path[end..];
        if let Some(value) = object.0.get(&path[..end])
            && find(value, rest.strip_prefix('.').unwrap_or(rest), strings)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The strings of a list and of the lists in it, however deep, but not of objects there.
fn listed(json: &str) -> impl Iterator<Item = &str> {
    let bytes = json.as_bytes();
    let (mut at, mut objects) = (0, 0);
    std::iter::from_fn(move || {
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'{' => objects += 1,
                b'}' => objects -= 1,
                b'"' => {
                    while bytes.get(at).is_some_and(|&byte| byte != b'"') {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                    if objects == 0 {
                        return Some(&json[start..at]);
                    }
                }
                _ => {}
            }
        }
        None
    })
}

/// What a path says of a list at its beginning: a place in it or all of it, and what comes after that.
fn place(path: &str) -> Option<(Option<usize>, &str)> {
    let (place, rest) = match path.strip_prefix('[') {
        Some(path) => path.split_once(']')?,
        None => path.split_at(path.find(['.', '[']).unwrap_or(path.len())),
    };
    let place = if path.starts_with("[]") { None } else { Some(place.parse().ok()?) };
    Some((place, rest.strip_prefix('.').unwrap_or(rest)))
}

/// Lifts the inside of a string literal.
fn lift(line: &str, span: Span, lifted: &mut Lifted) -> Option<()> {
    let bytes = line.as_bytes();
    let mut at = span.start;
    while at < span.end {
        let Some(escape) = memchr::memchr(b'\\', &bytes[at..span.end]).map(|found| at + found) else {
            lifted.take(line, Span::new(at, span.end));
            break;
        };
        lifted.take(line, Span::new(at, escape));
        let mut end = escape + if bytes[escape + 1] == b'u' { 6 } else { 2 };
        // A surrogate takes its other half with it.
        if matches!(
            line.get(escape + 2..escape + 4),
            Some("d8" | "d9" | "da" | "db" | "D8" | "D9" | "DA" | "DB" | "dA" | "dB" | "Da" | "Db")
        ) && bytes[escape + 1] == b'u'
        {
            end += 6;
        }
        let meaning: String = serde_json::from_str(&format!("\"{}\"", line.get(escape..end)?)).ok()?;
        lifted.decode(Span::new(escape, end), &meaning);
        at = end;
    }
    Some(())
}
