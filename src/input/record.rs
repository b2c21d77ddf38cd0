//! A record: its texts, and its bytes with some of them edited.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::encoding::{self, Encoding};
use super::error::{ErrorKind, InputError};
use super::map::Lifted;
use super::{Compression, Format, Source, csv, jsonl, kind, markup};
use crate::span::Span;

/// A record as it was read, not yet looked into.
///
/// # Examples
///
/// ```
/// use unspin::input::Source;
///
/// let bytes = b"{\"text\": \"The navy left.\"}\nnot JSON\n";
/// let mut out = Vec::new();
/// for raw in Source::new("news.jsonl", None, &[]).read(bytes.to_vec())? {
///     let raw = raw?;
///     match raw.parse() {
///         Ok(record) => out.extend(record.rewrite(&[])?),
///         // A record that is none is told, and stays as it is.
///         Err(error) => {
///             assert_eq!(error.record(), Some(2));
///             out.extend(raw.untouched());
///         }
///     }
/// }
/// assert_eq!(out, bytes);
/// # Ok::<(), unspin::input::InputError>(())
/// ```
#[derive(Debug)]
pub struct Raw {
    pub(super) source: Arc<Source>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// A file that is read when it is parsed.
    File,
    /// All bytes of a file.
    Whole(Vec<u8>),
    /// One line of JSON Lines, or one row of a table.
    Row {
        bytes: Vec<u8>,
        /// Counted from 1; a table's header has none.
        number: Option<u64>,
        /// The line it starts at, from 1.
        line: u64,
        encoding: Encoding,
        /// The columns that are texts, with their names.
        columns: Arc<[(usize, String)]>,
        /// Number of columns of the table.
        width: usize,
        /// Whether it is the first of its file, so that a byte order mark goes before it.
        first: bool,
    },
}

impl Raw {
    pub(super) fn file(source: Source) -> Self {
        Self { source: Arc::new(source), content: Content::File }
    }

    pub(super) fn whole(source: Source, bytes: Vec<u8>) -> Self {
        Self { source: Arc::new(source), content: Content::Whole(bytes) }
    }

    /// About how many bytes it holds.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::File => self.source.path.metadata().map_or(0, |data| data.len() as usize),
            Content::Whole(bytes) | Content::Row { bytes, .. } => bytes.len(),
        }
    }

    /// The input it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Its place in the input, from 1, where the input has records.
    pub fn number(&self) -> Option<u64> {
        match &self.content {
            Content::Row { number, .. } => *number,
            _ => None,
        }
    }

    /// How its characters are written, where it is a row.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.content {
            Content::Row { encoding, .. } => Some(*encoding),
            _ => None,
        }
    }

    /// What stands in the input for an unreadable record: itself, byte for byte.
    pub fn untouched(&self) -> Vec<u8> {
        match &self.content {
            Content::Row { bytes, encoding, first, .. } => {
                let mut out = if *first { encoding.bom().to_vec() } else { Vec::new() };
                if encoding.is_utf16() {
                    out.extend(encoding.narrowed(bytes));
                } else {
                    out.extend_from_slice(bytes);
                }
                out
            }
            Content::Whole(bytes) => bytes.clone(),
            Content::File => Vec::new(),
        }
    }

    /// Finds its texts.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read or is binary, or a record is not what its format allows.
    pub fn parse(&self) -> Result<Record, InputError> {
        let path = &self.source.path;
        match &self.content {
            Content::File => {
                let fault = |error| InputError::io(path, error);
                let file = std::fs::File::open(path).map_err(fault)?;
                // Grown bit by bit, a large file would be held twice.
                let known = match self.source.compression {
                    Compression::None => file.metadata().map_or(0, |data| data.len()),
                    _ => 0,
                };
                let mut reader = self.source.compression.reader(file).map_err(fault)?;
                let mut bytes = Vec::new();
                reader.by_ref().take(encoding::SAMPLE as u64).read_to_end(&mut bytes).map_err(fault)?;
                // What is no text need not be read to its end, which may be far.
                self.refuse_binary(&bytes)?;
                let more = usize::try_from(known).unwrap_or(usize::MAX).saturating_sub(bytes.len());
                let full = |_| fault(std::io::ErrorKind::OutOfMemory.into());
                bytes.try_reserve_exact(more.saturating_add(1)).map_err(full)?;
                reader.read_to_end(&mut bytes).map_err(fault)?;
                self.parse_whole(bytes.into())
            }
            Content::Whole(bytes) => self.parse_whole(bytes.into()),
            Content::Row { bytes, number, line, encoding, columns, width, first } => {
                let fault = |kind, message: String| InputError::new(path, kind, message).at(number.unwrap_or_default());
                let (source, exact) = if encoding.is_utf8() || encoding.is_utf16() {
                    match std::str::from_utf8(bytes) {
                        Ok(text) => (text.to_owned(), true),
                        Err(error) => {
                            return Err(fault(ErrorKind::Encoding, encoding.fault(&error)));
                        }
                    }
                } else {
                    encoding.decode(bytes)
                };
                let mut texts = match self.source.format {
                    _ if number.is_none() => Vec::new(),
                    Format::Csv | Format::Tsv => csv::texts(&source, self.source.told_delimiter(), columns),
                    _ => jsonl::texts(&source, &self.source.fields)
                        .map_err(|message| fault(ErrorKind::Malformed, message))?,
                };
                let is_blank = |text: &mut Text| text.lifted.as_ref().is_some_and(|value| value.text.is_empty());
                let blank = texts.extract_if(.., is_blank).filter_map(|text| text.field).collect();
                for text in &mut texts {
                    let value = text.lifted.as_ref().map_or("", |value| &value.text);
                    text.visible = self.source.field_format.and_then(|format| visible(format, value, false));
                }
                Ok(Record {
                    number: *number,
                    line: *line,
                    source,
                    texts,
                    encoding: *encoding,
                    original: (!exact).then(|| bytes.clone()),
                    first: *first,
                    blank,
                    width: *width,
                    input: Arc::clone(&self.source),
                })
            }
        }
    }

    /// As [`parse`](Self::parse), and gives up the bytes of a file without records, so that they are not held twice.
    ///
    /// # Errors
    ///
    /// As `parse`.
    pub fn take(&mut self) -> Result<Record, InputError> {
        if let Content::Whole(bytes) = &mut self.content {
            let bytes = std::mem::take(bytes);
            return self.parse_whole(bytes.into());
        }
        self.parse()
    }

    /// Refuses what is no text by its first bytes.
    fn refuse_binary(&self, bytes: &[u8]) -> Result<(), InputError> {
        if !encoding::is_binary(bytes, || self.source.is_markup(bytes)) || Encoding::detect(bytes).is_utf16() {
            return Ok(());
        }
        Err(InputError::new(&self.source.path, ErrorKind::Binary, encoding::not_text(bytes)))
    }

    fn parse_whole(&self, bytes: Cow<'_, [u8]>) -> Result<Record, InputError> {
        // A large file that is what it is held as is neither held nor looked through twice.
        let text = if Encoding::detect(&bytes) == Encoding::UTF_8 {
            String::from_utf8(bytes.into_owned()).map_err(std::string::FromUtf8Error::into_bytes)
        } else {
            Err(bytes.into_owned())
        };
        let (encoding, bytes) = match &text {
            Ok(text) => (Encoding::UTF_8, text.as_bytes()),
            Err(bytes) => (Encoding::of_all(bytes), &bytes[..]),
        };
        self.refuse_binary(bytes)?;
        let (source, original) = match text {
            Ok(text) => (text, None),
            Err(bytes) => {
                let (text, exact) = encoding.decode(&bytes);
                (text, (!exact).then(|| bytes.strip_prefix(encoding.bom()).unwrap_or(&bytes).to_vec()))
            }
        };
        let input = self.source.told_by(&source);
        let lifted = visible(input.format, &source, kind::is_template(&input.path, input.compression, &source));
        let escaped = lifted.as_ref().filter(|_| input.format == Format::Html);
        let visible = escaped.and_then(|lifted| markup::in_xml(&source, &lifted.text));
        Ok(Record {
            number: None,
            line: 1,
            source,
            texts: vec![Text { field: None, shown: Shown::Source, lifted, visible }],
            encoding,
            original,
            first: true,
            blank: Vec::new(),
            width: 0,
            input,
        })
    }
}

/// What a reader sees of a text that is written so; `None` where that is all of it.
fn visible(format: Format, text: &str, is_template: bool) -> Option<Lifted> {
    match format {
        Format::Markdown => Some(markup::markdown(text)),
        Format::Mdx => Some(markup::mdx(text)),
        Format::Html => Some(markup::html(text, is_template)),
        Format::Text => markup::text(text),
        _ => None,
    }
}

/// A record with its texts.
///
/// # Panics
///
/// What is asked for the n-th text panics where there is none, as an index does; edits are to be those that the record
/// itself made of spans of its texts, in order of place.
///
/// # Examples
///
/// ```
/// use unspin::Span;
/// use unspin::input::Source;
///
/// let fields = ["body".to_owned()];
/// let source = Source::new("news.jsonl", None, &fields);
/// let raw = source.read(br#"{"id": 7, "body": "The \u006eavy left."}"#.to_vec())?.next().expect("one line")?;
/// let record = raw.parse()?;
/// assert_eq!((record.number, record.field(0), record.text(0)), (Some(1), Some("body"), "The navy left."));
///
/// // What is edited changes, and nothing else.
/// let edits = record.source_edits(0, Span::new(4, 8), "military").expect("no markup inside");
/// assert_eq!(record.rewrite(&edits)?, br#"{"id": 7, "body": "The military left."}"#);
/// # Ok::<(), unspin::input::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Record {
    /// Its place in the input, from 1, where the input has records.
    pub number: Option<u64>,
    /// The line of the input at which it starts, from 1.
    pub line: u64,
    /// All of it, decoded.
    source: String,
    pub(super) texts: Vec<Text>,
    encoding: Encoding,
    /// Its bytes, where decoding lost some of them.
    original: Option<Vec<u8>>,
    first: bool,
    /// Its fields whose texts are empty.
    blank: Vec<String>,
    /// Number of columns of its table.
    width: usize,
    input: Arc<Source>,
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) field: Option<String>,
    pub(super) shown: Shown,
    /// `None` where the text is the whole source.
    pub(super) lifted: Option<Lifted>,
    /// What of that is to be checked, where it is the value of a field that holds markup, or has escaped HTML.
    visible: Option<Lifted>,
}

impl Text {
    /// The text of a field; of a table's field that stands without quotes, its place and what stands beside it.
    pub(super) fn of_field(name: &str, bare: Option<(Span, u8)>, value: Lifted) -> Self {
        Self { field: Some(name.to_owned()), shown: Shown::Field { bare }, lifted: Some(value), visible: None }
    }
}

/// What offsets of a text are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The source: files.
    Source,
    /// The value: fields of records. `Some` holds the place of a field of a table that stands without quotes.
    Field { bare: Option<(Span, u8)> },
}

impl Record {
    /// The input's path as text.
    pub fn path(&self) -> String {
        self.input.path.display().to_string()
    }

    /// The input's path.
    pub fn input(&self) -> &Path {
        &self.input.path
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text in it.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether it has one of the [fields](Self::fields), be the text there empty, which counts as none.
    pub fn has_field(&self) -> bool {
        !self.texts.is_empty() || !self.blank.is_empty()
    }

    /// Whether the text of one of the [fields](Self::fields) is there, and empty.
    pub fn is_blank(&self, field: &str) -> bool {
        self.blank.iter().any(|blank| blank == field)
    }

    /// How its characters are written.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// All of it, decoded.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields or columns that are asked for, whether the record has them or not; none for files without records.
    pub fn fields(&self) -> &[String] {
        if self.input.format.has_records() { &self.input.fields } else { &[] }
    }

    /// What a field or column that is added for the text in one of the [fields](Self::fields) is called: where there
    /// are several, such as `name.body`.
    pub fn added_name(&self, name: &str, field: &str) -> String {
        self.input.added_name(name, field)
    }

    /// The field or column of the n-th text.
    pub fn field(&self, text: usize) -> Option<&str> {
        self.texts[text].field.as_deref()
    }

    /// The n-th text, as it is to be checked.
    pub fn text(&self, text: usize) -> &str {
        let Text { lifted, visible, .. } = &self.texts[text];
        visible.as_ref().or(lifted.as_ref()).map_or(&self.source, |lifted| &lifted.text)
    }

    /// What the n-th text is shown in: for markup, all of the source; for fields, their value, which for a list of
    /// strings is those with a blank line between.
    pub fn shown(&self, text: usize) -> &str {
        let text = &self.texts[text];
        text.lifted.as_ref().filter(|_| text.shown != Shown::Source).map_or(&self.source, |value| &value.text)
    }

    /// Whether spans of the n-th text lie elsewhere in what it is shown in.
    pub fn is_lifted(&self, text: usize) -> bool {
        self.markup(text).is_some()
    }

    /// Whether the n-th text is the value of a field that looks like HTML, of which nobody said how it is written.
    pub fn looks_like_html(&self, text: usize) -> bool {
        let ends_element = |text: &str| {
            memchr::memmem::find_iter(text.as_bytes(), "</")
                .any(|at| text.as_bytes().get(at + 2).is_some_and(u8::is_ascii_alphabetic))
        };
        let unsaid = self.texts[text].shown != Shown::Source && self.input.field_format.is_none();
        unsaid && (kind::is_markup(self.text(text)) || ends_element(self.text(text)))
    }

    /// How the n-th text lies in what it is shown in, where that is markup.
    fn markup(&self, text: usize) -> Option<&Lifted> {
        let text = &self.texts[text];
        if text.shown == Shown::Source { text.lifted.as_ref() } else { text.visible.as_ref() }
    }

    /// Where a span of the n-th text lies in what it is shown in.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Span;
    /// use unspin::input::Source;
    ///
    /// let bytes = b"<p>The <b>navy</b> left.</p>".to_vec();
    /// let record = Source::new("a.html", None, &[]).read(bytes)?.next().expect("one text")?.parse()?;
    /// let start = record.text(0).find("navy").expect("seen");
    /// let navy = record.shown_span(0, Span::new(start, start + 4));
    /// assert_eq!((&record.shown(0)[navy], navy), ("navy", Span::new(10, 14)));
    /// # Ok::<(), unspin::input::InputError>(())
    /// ```
    pub fn shown_span(&self, text: usize, span: Span) -> Span {
        let Text { lifted, visible, shown, .. } = &self.texts[text];
        let span = visible.as_ref().map_or(span, |visible| visible.source(span));
        lifted.as_ref().filter(|_| *shown == Shown::Source).map_or(span, |lifted| lifted.source(span))
    }

    /// What an edit of the n-th text changes in what it is shown in, as it is written there. `None` where markup inside
    /// the span leaves no way to tell what goes where, or its encoding lacks a character.
    pub fn shown_edits(&self, text: usize, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        if self.texts[text].shown == Shown::Source {
            return self.source_edits(text, span, new);
        }
        self.markup(text).map_or_else(|| Some(vec![(span, new.to_owned())]), |markup| markup.replace(span, new))
    }

    /// What an edit of the n-th text changes in the source, as it is written there. `None` where markup inside the
    /// span leaves no way to tell what goes where, or the encoding [lacks](Self::lacks) a character.
    pub fn source_edits(&self, text: usize, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        let Text { lifted, visible, .. } = &self.texts[text];
        let mut edits = match (lifted, visible) {
            (None, _) => vec![(span, new.to_owned())],
            (Some(lifted), None) => lifted.replace(span, new)?,
            (Some(value), Some(visible)) => {
                let mut edits = Vec::new();
                for (span, new) in visible.replace(span, new)? {
                    edits.extend(value.replace(span, &new)?);
                }
                edits
            }
        };
        for (_, new) in &mut edits {
            *new = self.escaped(std::mem::take(new));
        }
        (!edits.iter().any(|(_, new)| self.lacks(new))).then_some(edits)
    }

    /// Whether the encoding lacks a character of what is to be written, and the format has no escape for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::input::Source;
    ///
    /// let record = Source::new("a.txt", None, &[]).read(b"caf\xe9 cr\xe8me".to_vec())?.next().expect("one text")?.parse()?;
    /// assert_eq!((record.lacks("naïve"), record.lacks("\u{4e2d}")), (false, true));
    /// # Ok::<(), unspin::input::InputError>(())
    /// ```
    pub fn lacks(&self, new: &str) -> bool {
        !new.is_ascii()
            && !self.encoding.is_utf8()
            && !matches!(self.input.format, Format::Html | Format::Jsonl)
            && self.encoding.encode(new).is_none()
    }

    /// What several edits of the n-th text, in order of place, change in the source, each as
    /// [`source_edits`](Self::source_edits) tells it. `None` also for one that has only white space between itself and one
    /// that cannot be written: they may be one repair, and half of it would say something else.
    pub fn joint_edits<'e>(
        &self,
        text: usize,
        edits: impl IntoIterator<Item = (Span, &'e str)>,
    ) -> Vec<Option<Vec<(Span, String)>>> {
        let (spans, mut all): (Vec<Span>, Vec<_>) =
            edits.into_iter().map(|(span, new)| (span, self.source_edits(text, span, new))).unzip();
        let touch = |first: usize| {
            let between = self.text(text).get(spans[first].end..spans[first + 1].start);
            between.is_some_and(|between| between.trim().is_empty() && !between.contains("\n\n"))
        };
        let pairs = 0..spans.len().saturating_sub(1);
        for first in pairs.clone().filter(|first| touch(*first)) {
            if all[first].is_none() {
                all[first + 1] = None;
            }
        }
        for first in pairs.rev().filter(|first| touch(*first)) {
            if all[first + 1].is_none() {
                all[first] = None;
            }
        }
        all
    }

    /// What is written into the source, with escapes for characters that its encoding lacks, where its format has some.
    fn escaped(&self, new: String) -> String {
        if new.is_ascii() || !matches!(self.input.format, Format::Html | Format::Jsonl) {
            return new;
        }
        // HTML without a letter beyond ASCII may be read in any encoding.
        let unknown = self.input.format == Format::Html && self.encoding == Encoding::UTF_8 && self.source.is_ascii();
        let mut out = String::with_capacity(new.len());
        for c in new.chars() {
            if c.is_ascii() || !unknown && self.encoding.encode(c.encode_utf8(&mut [0; 4])).is_some() {
                out.push(c);
            } else if self.input.format == Format::Html {
                out.extend(["&#", &u32::from(c).to_string(), ";"]);
            } else {
                out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        out
    }

    /// Edits of the decoded source, in order of place and without overlaps, with the quotes that a bare field of a table
    /// needs for what they put in.
    fn quoted_edits(&self, edits: &[(Span, String)]) -> Vec<(Span, String)> {
        let mut edits = edits.to_vec();
        for text in &self.texts {
            let Shown::Field { bare: Some((field, delimiter)) } = text.shown else { continue };
            let special = |c: char| c == '"' || c == '\n' || c == '\r' || c == delimiter as char;
            let mine = |span: Span| field.start <= span.start && span.end <= field.end;
            // Quotes inside a bare field mean themselves, so long as none comes first.
            let strays: Vec<usize> =
                self.source[field.range()].match_indices('"').map(|(at, _)| field.start + at).collect();
            if edits.iter().any(|(span, new)| mine(*span) && new.contains(special)) {
                let kept = strays.into_iter().filter(|at| !edits.iter().any(|(span, _)| span.range().contains(at)));
                let doubled: Vec<(Span, String)> = kept.map(|at| (Span::new(at, at), "\"".into())).collect();
                for (_, new) in edits.iter_mut().filter(|(span, _)| mine(*span)) {
                    *new = new.replace('"', "\"\"");
                }
                edits.extend(doubled);
                edits.push((Span::new(field.start, field.start), "\"".into()));
                edits.push((Span::new(field.end, field.end), "\"".into()));
            }
        }
        // A quote that opens a field goes before an edit at the same place, one that closes it after.
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        edits
    }

    /// The record's bytes with edits of the source, everything else as it was.
    ///
    /// # Errors
    ///
    /// Where a correction has no place in the encoding, bytes that were not understood leave no way to tell where
    /// an edit belongs, or edits overlap.
    pub fn rewrite(&self, edits: &[(Span, String)]) -> Result<Vec<u8>, InputError> {
        self.write(&self.quoted_edits(edits))
    }

    /// Whether [`rewrite_part`](Self::rewrite_part) can be asked for: the record is one text, whose order is that of the
    /// source, and any edit of it can be written.
    pub fn has_parts(&self) -> bool {
        let [Text { lifted, visible, shown: Shown::Source, .. }] = self.texts.as_slice() else { return false };
        (self.encoding.is_utf8() || self.encoding.is_utf16())
            && self.original.is_none()
            && [lifted, visible].into_iter().flatten().all(Lifted::is_in_order)
    }

    /// What [`rewrite`](Self::rewrite) gives for a stretch of the text of a record that [has
    /// parts](Self::has_parts), with the edits that the stretch has. Stretches that follow each other over the text give
    /// the whole record; an empty one gives nothing.
    pub fn rewrite_part(&self, part: Span, edits: &[(Span, String)]) -> Vec<u8> {
        let source = |at: usize| match at {
            _ if at == self.text(0).len() => self.source.len(),
            0 => 0,
            _ => self.shown_span(0, Span::new(at, at)).start,
        };
        if part.is_empty() {
            return Vec::new();
        }
        let (mut at, end) = (source(part.start), source(part.end));
        let mut out = if part.start == 0 && self.first { self.encoding.bom().to_vec() } else { Vec::new() };
        let mut push = |text: &str| {
            if self.encoding.is_utf8() {
                out.extend_from_slice(text.as_bytes());
            } else {
                out.extend(self.encoding.encode(text).unwrap_or_default());
            }
        };
        for (span, new) in edits {
            push(&self.source[at..span.start]);
            push(new);
            at = span.end;
        }
        push(&self.source[at..end]);
        out
    }

    /// As [`rewrite`](Self::rewrite), with fields added at the end of the record. A table holds text as it is, nothing
    /// for null and anything else as JSON; its header gets the names. Records that hold nothing stay as they are, and
    /// so do files without records.
    ///
    /// # Errors
    ///
    /// As `rewrite`, and where the record has such a field already.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use unspin::Span;
    /// use unspin::input::Source;
    ///
    /// let bytes = br#"{"text": "The navy left."}"#.to_vec();
    /// let record = Source::new("news.jsonl", None, &[]).read(bytes)?.next().expect("one line")?.parse()?;
    /// let edits = record.source_edits(0, Span::new(4, 8), "military").expect("no markup inside");
    /// let bytes = record.rewrite_with(&edits, &[("was".into(), json!("The navy left."))])?;
    /// let value: serde_json::Value = serde_json::from_slice(&bytes).expect("an object");
    /// assert_eq!(value, json!({"text": "The military left.", "was": "The navy left."}));
    /// # Ok::<(), unspin::input::InputError>(())
    /// ```
    pub fn rewrite_with(&self, edits: &[(Span, String)], added: &[(String, Value)]) -> Result<Vec<u8>, InputError> {
        let mut edits = self.quoted_edits(edits);
        let addition = match self.input.format {
            Format::Jsonl => jsonl::addition(&self.source, added),
            Format::Csv | Format::Tsv => {
                csv::addition(&self.source, self.input.told_delimiter(), self.number.is_none(), self.width, added)
            }
            _ => Ok(None),
        };
        // It goes last, behind the quote that closes the last field.
        let addition = addition.map_err(|message| self.fault(ErrorKind::Malformed, message))?;
        edits.extend(addition.map(|(place, text)| (place, self.escaped(text))));
        self.write(&edits)
    }

    fn write(&self, edits: &[(Span, String)]) -> Result<Vec<u8>, InputError> {
        if let Some(both) = edits.windows(2).find(|both| both[1].0.start < both[0].0.end) {
            let [first, second] = [both[0].0, both[1].0];
            let message = format!(
                "cannot take edits that overlap: of bytes {} to {} and {} to {}",
                first.start, first.end, second.start, second.end
            );
            return Err(self.fault(ErrorKind::Malformed, message));
        }
        let mut out = if self.first { self.encoding.bom().to_vec() } else { Vec::new() };
        let encode = |text: &str| {
            self.encoding.encode(text).ok_or_else(|| {
                self.fault(
                    ErrorKind::Encoding,
                    format!("{text:?} cannot be written in {}; convert the file to UTF-8", self.encoding.name()),
                )
            })
        };
        if self.encoding.is_utf8() {
            let bytes = self.original.as_deref().unwrap_or(self.source.as_bytes());
            let mut places = self.original.as_deref().map(Places::new);
            let mut at = 0;
            for (span, new) in edits {
                let (start, end) = match &mut places {
                    None => (span.start, span.end),
                    Some(places) => (places.original(span.start), places.original(span.end)),
                };
                out.extend_from_slice(&bytes[at..start]);
                out.extend_from_slice(new.as_bytes());
                at = end;
            }
            out.extend_from_slice(&bytes[at..]);
            return Ok(out);
        }
        if let Some(original) = &self.original {
            if edits.is_empty() {
                out.extend_from_slice(original);
                return Ok(out);
            }
            return Err(self.fault(
                ErrorKind::Encoding,
                format!("has bytes that are not {}; convert it to UTF-8", self.encoding.name()),
            ));
        }
        let mut at = 0;
        for (span, new) in edits {
            out.extend(encode(&self.source[at..span.start])?);
            out.extend(encode(new)?);
            at = span.end;
        }
        out.extend(encode(&self.source[at..])?);
        Ok(out)
    }

    fn fault(&self, kind: ErrorKind, message: String) -> InputError {
        let error = InputError::new(&self.input.path, kind, message);
        match self.number {
            Some(number) => error.at(number),
            None => error,
        }
    }
}

/// Offsets of a text in the bytes it was decoded from, each bad stretch having become one U+FFFD.
struct Places<'b> {
    chunks: std::iter::Peekable<std::str::Utf8Chunks<'b>>,
    text: usize,
    bytes: usize,
}

impl<'b> Places<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { chunks: bytes.utf8_chunks().peekable(), text: 0, bytes: 0 }
    }

    /// The place of an offset; offsets must not fall.
    fn original(&mut self, at: usize) -> usize {
        while let Some(chunk) = self.chunks.peek() {
            let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
            let mark = if invalid > 0 { '\u{fffd}'.len_utf8() } else { 0 };
            if at <= self.text + valid {
                return self.bytes + (at - self.text);
            }
            self.text += valid + mark;
            self.bytes += valid + invalid;
            self.chunks.next();
            if at < self.text {
                return self.bytes;
            }
        }
        self.bytes
    }
}
