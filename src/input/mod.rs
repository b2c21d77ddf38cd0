//! Where does text come from? Files of every form, as records of texts that can be put back.
//!
//! [`sources`] lists inputs, [`Source::open`] reads one as [`Raw`] records one after the other, [`Raw::parse`] finds
//! the texts in a record (in any thread), and [`Record::rewrite`] gives its bytes with some of the texts edited. What
//! is not edited keeps its bytes: encoding, line ends, quoting, escapes and markup.

mod csv;
mod encoding;
mod error;
mod files;
mod foreign;
mod gzip;
mod jsonl;
mod kind;
mod map;
mod markup;
mod mdx;
mod outline;
mod record;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use encoding::Encoding;
pub use error::{ErrorKind, InputError};
pub use files::{FileOptions, Globs, resolved, sources, straight};
pub use record::{Raw, Record};

use crate::name::named;
use crate::printable::printable;

/// How the texts lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// All of it is text.
    Text,
    /// Markdown: code, links' targets and raw HTML are not text.
    Markdown,
    /// MDX: Markdown in which JavaScript and elements of JSX are not text, either.
    Mdx,
    /// HTML: what a reader sees is text.
    Html,
    /// JSON Lines: some fields of each line are texts.
    Jsonl,
    /// Comma-separated values: some columns are texts.
    Csv,
    /// Tab-separated values, quoted like CSV.
    Tsv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [Self::Text, Self::Markdown, Self::Mdx, Self::Html, Self::Jsonl, Self::Csv, Self::Tsv];

    /// The name used for `--input` and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Mdx => "mdx",
            Self::Html => "html",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// The format that a file's name speaks of, `.gz` and `.zst` aside; plain text where it says nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::path::Path;
    /// use unspin::input::Format;
    ///
    /// assert_eq!(Format::of_name(Path::new("news.jsonl.zst")), Format::Jsonl);
    /// assert_eq!(Format::of_name(Path::new("LICENSE")), Format::Text);
    /// ```
    pub fn of_name(path: &Path) -> Self {
        Self::said_by(path).or_else(|| Self::implied_by(path)).unwrap_or(Self::Text)
    }

    /// The format whose own name it is.
    fn said_by(path: &Path) -> Option<Self> {
        Some(match extension(&Compression::of_name(path).strip(path)).as_str() {
            "txt" | "text" => Self::Text,
            "md" | "markdown" | "mdown" | "mdwn" | "mkd" | "mkdn" | "qmd" | "rmd" => Self::Markdown,
            "mdx" => Self::Mdx,
            "html" | "htm" | "xhtml" | "xht" | "shtml" | "html5" => Self::Html,
            "jsonl" | "jsonlines" | "jl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            _ => return None,
        })
    }

    /// The format of what is called like program code or data: pages that servers make, what they are made of, and other
    /// XML. It is read where it is named, and hides what is no text.
    fn implied_by(path: &Path) -> Option<Self> {
        kind::is_markup_by_name(&extension(&Compression::of_name(path).strip(path))).then_some(Self::Html)
    }

    /// Whether a file of this format holds many records.
    pub fn has_records(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::Tsv)
    }
}

named!(Format, "input format");

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Compression {
    /// The compression that a file's name speaks of.
    pub fn of_name(path: &Path) -> Self {
        match extension(path).as_str() {
            "gz" => Self::Gzip,
            "zst" | "zstd" => Self::Zstd,
            _ => Self::None,
        }
    }

    /// A path without the part of its name that speaks of compression.
    fn strip(self, path: &Path) -> PathBuf {
        if self == Self::None { path.to_owned() } else { path.with_extension("") }
    }

    /// Compresses what is written. Call [`Compressor::finish`] at the end.
    ///
    /// # Errors
    ///
    /// Where the compressor cannot be set up.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write;
    /// use std::path::Path;
    /// use unspin::input::Compression;
    ///
    /// let mut writer = Compression::of_name(Path::new("news.jsonl.gz")).writer(Vec::new())?;
    /// writer.write_all(b"{}\n")?;
    /// assert!(writer.finish()?.starts_with(b"\x1f\x8b"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn writer<W: Write>(self, inner: W) -> io::Result<Compressor<W>> {
        Ok(match self {
            Self::None => Compressor(Encoder::None(inner)),
            Self::Gzip => {
                Compressor(Encoder::Gzip(flate2::write::GzEncoder::new(inner, flate2::Compression::default())))
            }
            Self::Zstd => Compressor(Encoder::Zstd(zstd::Encoder::new(inner, 0)?)),
        })
    }

    fn reader<'r>(self, inner: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
        if self == Self::None {
            return Ok(Box::new(inner));
        }
        let mut inner = BufReader::new(inner);
        if let Some(message) = self.misnamed(inner.fill_buf()?) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(match self {
            Self::Gzip => Box::new(gzip::Members::new(inner)),
            _ => Box::new(zstd::Decoder::with_buffer(inner)?),
        })
    }

    /// What is wrong with the name of a file that begins so, and what to do about it.
    fn misnamed(self, start: &[u8]) -> Option<String> {
        // A pipe may give the first byte alone, and frames of zstd that are skipped begin in another way.
        let (named, is_so) = match self {
            Self::None => return None,
            Self::Gzip => ("gzip", gzip::MAGIC.iter().zip(start).all(|(one, other)| one == other)),
            Self::Zstd => ("zstd", start.len() < 4 || matches!(start[1..4], [0xb5, 0x2f, 0xfd] | [0x2a, 0x4d, 0x18])),
        };
        let told = match encoding::compressed(start) {
            _ if is_so => return None,
            Some((kind, end)) => format!("it is {kind} data, not {named}; name it FILE.{end}"),
            None => format!("it is no {named} data; take the ending off its name"),
        };
        Some(told)
    }
}

/// A writer that compresses, or does not.
pub struct Compressor<W: Write>(Encoder<W>);

impl<W: Write> fmt::Debug for Compressor<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compression = match &self.0 {
            Encoder::None(_) => Compression::None,
            Encoder::Gzip(_) => Compression::Gzip,
            Encoder::Zstd(_) => Compression::Zstd,
        };
        f.debug_tuple("Compressor").field(&compression).finish_non_exhaustive()
    }
}

enum Encoder<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// Writes what is left, and gives the writer back.
    ///
    /// # Errors
    ///
    /// Where the writer fails.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Encoder::None(inner) => Ok(inner),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Encoder::None(inner) => inner.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Encoder::None(inner) => inner.flush(),
            Encoder::Gzip(encoder) => encoder.flush(),
            Encoder::Zstd(encoder) => encoder.flush(),
        }
    }
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// One input: a file, or standard input. [`sources`] finds them; [`Record`] and [`Raw`] have examples of what they
/// hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// How its texts lie in it.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
    /// Fields or columns that are texts, for formats with records. `list[]` is all strings of a list, as one text.
    pub fields: Vec<String>,
    /// How the texts lie in those: [`Format::Markdown`], [`Format::Html`], or as they are. `None` where nobody said.
    pub field_format: Option<Format>,
    /// What stands between the fields of a table, an ASCII character; told by its header where it is `None`.
    pub delimiter: Option<u8>,
    /// Names of the fields or columns that will be added to its records. A table that has one of them is refused.
    pub added: Vec<String>,
    /// Whether it was found in a directory, not named.
    pub found: bool,
    /// Whether somebody said which fields or columns are texts; the usual one is, otherwise.
    pub asked: bool,
    /// Nothing but its bytes can tell its format.
    untold: bool,
}

/// The field or column that is read where none is named.
const DEFAULT_FIELD: &str = "text";

impl Source {
    /// A source whose form is told by its name, unless `format` says otherwise; where neither does, it is plain text
    /// unless it begins as HTML does. A field that is named again counts once.
    pub fn new(path: impl Into<PathBuf>, format: Option<Format>, fields: &[String]) -> Self {
        let path = path.into();
        Self {
            untold: format.or_else(|| Format::said_by(&path)).or_else(|| Format::implied_by(&path)).is_none(),
            format: format.unwrap_or_else(|| Format::of_name(&path)),
            compression: Compression::of_name(&path),
            path,
            fields: Self::fields(fields),
            field_format: None,
            delimiter: None,
            added: Vec::new(),
            found: false,
            asked: !fields.is_empty(),
        }
    }

    /// The fields that are texts: those that are asked for, each once, or the usual one.
    fn fields(asked: &[String]) -> Vec<String> {
        let mut fields: Vec<String> = Vec::new();
        for field in asked {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        }
        if fields.is_empty() {
            fields.push(DEFAULT_FIELD.to_owned());
        }
        fields
    }

    /// What stands between the fields of a table, where neither the user nor its header says otherwise.
    fn told_delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(if self.format == Format::Tsv { b'\t' } else { b',' })
    }

    /// The same with the format that its text shows, where nothing else told it.
    fn told_by(self: &Arc<Self>, text: &str) -> Arc<Self> {
        if self.untold && kind::is_markup(text) {
            return Arc::new(Self { format: Format::Html, untold: false, ..Self::clone(self) });
        }
        Arc::clone(self)
    }

    /// Whether it is HTML by its name or, where that tells nothing, by its first bytes.
    fn is_markup(&self, bytes: &[u8]) -> bool {
        let start = || String::from_utf8_lossy(&bytes[..bytes.len().min(encoding::SAMPLE)]);
        self.format == Format::Html || self.untold && kind::is_markup(&start())
    }

    /// Whether it is standard input.
    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// The path for people, without what a terminal would obey.
    pub fn name(&self) -> String {
        printable(&self.path.display().to_string()).into_owned()
    }

    /// What a field or column that is added for one of the texts is called: where there are several, such as
    /// `name.body`.
    fn added_name(&self, name: &str, field: &str) -> String {
        if self.fields.len() > 1 { format!("{name}.{field}") } else { name.to_owned() }
    }

    /// Opens it for reading record by record. A file without records is one record, read when it is asked for.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened, is binary, lacks a column that is asked for, or has one that is to be added.
    pub fn open(&self) -> Result<Box<dyn Iterator<Item = Result<Raw, InputError>> + Send>, InputError> {
        if !self.format.has_records() && !self.is_stdin() {
            let raw = Raw::file(self.clone());
            return Ok(Box::new(std::iter::once(Ok(raw))));
        }
        let reader: Box<dyn Read + Send> = if self.is_stdin() {
            Box::new(io::stdin())
        } else {
            let file = std::fs::File::open(&self.path).map_err(|error| InputError::io(&self.path, error))?;
            self.compression.reader(file).map_err(|error| InputError::io(&self.path, error))?
        };
        self.rows(BufReader::with_capacity(encoding::SAMPLE, reader))
    }

    /// The records of bytes in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read(&self, bytes: Vec<u8>) -> Result<Box<dyn Iterator<Item = Result<Raw, InputError>> + Send>, InputError> {
        self.rows(io::Cursor::new(bytes))
    }

    fn rows(
        &self,
        mut reader: impl BufRead + Send + 'static,
    ) -> Result<Box<dyn Iterator<Item = Result<Raw, InputError>> + Send>, InputError> {
        let fault = |error| InputError::io(&self.path, error);
        if !self.format.has_records() {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(fault)?;
            return Ok(Box::new(std::iter::once(Ok(Raw::whole(self.clone(), bytes)))));
        }
        let (mut sample, mut broken, mut open) = (Vec::new(), None, false);
        let most = encoding::SAMPLE as u64;
        if self.is_stdin() {
            // It may come line by line, each of which is wanted at once; a later one may tell of another encoding.
            broken = reader.by_ref().take(most).read_until(b'\n', &mut sample).err();
            let marked = sample.contains(&0) || sample.starts_with(encoding::UTF8_BOM);
            open = sample.ends_with(b"\n") && !marked && std::str::from_utf8(&sample).is_ok();
        }
        if !open && broken.is_none() {
            // A pipe gives as little at a time as was written to it.
            broken = reader.by_ref().take(most - sample.len() as u64).read_to_end(&mut sample).err();
        }
        let encoding = Encoding::detect(&sample);
        open |= encoding == Encoding::UTF_8 && sample.is_ascii();
        let binary =
            (!encoding.is_utf16() && encoding::is_binary(&sample, || false)).then(|| encoding::not_text(&sample));
        // What was read before a fault is given before it, too.
        let mut reader = io::Cursor::new(sample).chain(Fault(broken)).chain(reader);
        if encoding.is_utf16() {
            // Line ends are two bytes there: read it whole.
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(fault)?;
            let Some(rows) = encoding.widened(&bytes) else {
                let message = format!("is not valid {}: it ends within a character", encoding.name());
                return Err(InputError::new(&self.path, ErrorKind::Encoding, message));
            };
            if rows.is_empty() {
                return Ok(self.mark_alone(encoding));
            }
            return self.split(Lines { reader: Box::new(io::Cursor::new(rows)), open, encoding });
        }
        if let Some(message) = binary {
            return Err(InputError::new(&self.path, ErrorKind::Binary, message));
        }
        if encoding.has_bom() {
            reader.consume(encoding::UTF8_BOM.len());
            if reader.fill_buf().map_err(fault)?.is_empty() {
                return Ok(self.mark_alone(encoding));
            }
        }
        self.split(Lines { reader: Box::new(reader), open, encoding })
    }

    /// A file that holds a byte order mark and no record that could carry it.
    fn mark_alone(&self, encoding: Encoding) -> Box<dyn Iterator<Item = Result<Raw, InputError>> + Send> {
        Box::new(std::iter::once(Ok(Raw::whole(self.clone(), encoding.bom().to_vec()))))
    }

    fn split(&self, lines: Lines) -> Result<Box<dyn Iterator<Item = Result<Raw, InputError>> + Send>, InputError> {
        match self.format {
            Format::Csv | Format::Tsv => Ok(Box::new(csv::Rows::new(lines, self.clone())?)),
            _ => Ok(Box::new(jsonl::Rows::new(lines, self.clone()))),
        }
    }
}

/// What rows are read from.
struct Lines {
    reader: Box<dyn BufRead + Send>,
    /// That of the file, as far as it is known.
    encoding: Encoding,
    /// All rows so far were ASCII, and nothing behind them was looked at.
    open: bool,
}

impl Lines {
    /// The encoding of the row that was read last.
    fn encoding(&mut self, row: &[u8]) -> Encoding {
        // The rows of most files have one encoding, and need no look.
        if !self.open && !self.encoding.is_single_byte() || row.is_ascii() {
            return self.encoding;
        }
        let is_utf8 = std::str::from_utf8(row).is_ok();
        if std::mem::take(&mut self.open) && !is_utf8 {
            let mut sample = row.to_vec();
            // A reader that fails does so again when it is asked for more.
            let _ = self.reader.by_ref().take(encoding::SAMPLE as u64).read_to_end(&mut sample);
            let ahead = io::Cursor::new(sample[row.len()..].to_vec());
            let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
            self.reader = Box::new(ahead.chain(rest));
            let told = Encoding::detect(&sample);
            if !told.has_bom() && !told.is_utf16() {
                self.encoding = told;
            }
        }
        // Rows come from many places: what makes sense as UTF-8 is that, whatever a row before it is. Not where two bytes
        // may be a character: of few such, some make sense as UTF-8, too.
        if is_utf8 && self.encoding.is_single_byte() { Encoding::UTF_8 } else { self.encoding }
    }
}

/// A reader that fails once, if at all, and has nothing to give.
struct Fault(Option<io::Error>);

impl Read for Fault {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl BufRead for Fault {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.take().map_or(Ok(&[]), Err)
    }

    fn consume(&mut self, _: usize) {}
}

#[cfg(test)]
mod tests;
