//! Where texts come from.

use std::borrow::Cow;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as Group, ValueEnum};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use unspin::input::Format;

use super::one_of;

/// Where texts come from.
#[derive(Group, Clone, Debug)]
pub(crate) struct Inputs {
    /// Files and directories, in which program code, data, links, and NAME.orig and NAME.bak beside a NAME are left alone;
    /// - is standard input, as is no path at all.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What the inputs are; told by the name of each otherwise, or by its beginning.
    #[arg(long, value_name = "FORMAT", value_parser = one_of(Format::ALL, Format::name), help_heading = "Input")]
    pub(crate) input: Option<Format>,
    /// Field of JSON Lines that is text, with dots for nesting; a list of strings is one text, and lists[].name and
    /// list[0] lead into lists; may be given several times [default: those of --column, or text].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) field: Vec<String>,
    /// Column of CSV or TSV that is text, by name or number; may be given several times [default: those of --field, or
    /// text].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) column: Vec<String>,
    /// How texts are written in fields and columns, so that markup in them is left alone [default: text].
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Input")]
    pub(crate) field_format: Option<FieldFormat>,
    /// What stands between the columns of CSV and TSV, such as ; or tab; told by the header of each otherwise.
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Input")]
    pub(crate) delimiter: Option<u8>,
    /// Leave out files in directories that match; may be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(crate) exclude: Vec<String>,
    /// Take hidden files in directories too, but not what is in .git and the like.
    #[arg(long, help_heading = "Input")]
    pub(crate) hidden: bool,
    /// Do not heed .gitignore and .ignore.
    #[arg(long, help_heading = "Input")]
    pub(crate) no_ignore: bool,
    /// Take the paths in this file too, one a line or with NUL between; - is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) file_list: Option<PathBuf>,
    /// Do only every N-th record from the I-th, so that N machines share the work; whole files where files are
    /// rewritten or compared.
    #[arg(long, value_name = "I/N", help_heading = "Input")]
    pub(crate) shard: Option<Shard>,
    /// Stop at the first input or record that cannot be read.
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,
    /// Threads; 0 is one for each core, above 256 is 256 [default: 0].
    #[arg(short = 'j', long, value_name = "N", help_heading = "Input")]
    pub(crate) jobs: Option<usize>,
    /// Write the figures of the run to a file, as JSON.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) stats: Option<PathBuf>,
}

/// How a text is written that is no file of its own: in a field, or in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FieldFormat {
    #[default]
    Text,
    Markdown,
    Html,
}

impl FieldFormat {
    const ALL: [Self; 3] = [Self::Text, Self::Markdown, Self::Html];

    fn name(self) -> &'static str {
        Format::from(self).name()
    }
}

impl<'de> Deserialize<'de> for FieldFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = <Cow<'de, str>>::deserialize(deserializer)?;
        // Worded as the library words it of its own.
        let unknown = || format!("no format is named {given:?}; there are {}", Self::ALL.map(Self::name).join(", "));
        Self::ALL.into_iter().find(|one| one.name() == given).ok_or_else(|| D::Error::custom(unknown()))
    }
}

impl From<FieldFormat> for Format {
    fn from(format: FieldFormat) -> Self {
        match format {
            FieldFormat::Text => Self::Text,
            FieldFormat::Markdown => Self::Markdown,
            FieldFormat::Html => Self::Html,
        }
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) && !byte.is_ascii_alphanumeric() => Ok(*byte),
        _ => Err("must be one character that is no letter, digit or quote, or tab".into()),
    }
}

/// One part of work that is shared, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) index: u64,
    pub(crate) count: u64,
}

impl Shard {
    /// Whether it has the n-th piece of work, counted from 1.
    pub(crate) fn takes(self, n: u64) -> bool {
        (n - 1) % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            Some(Self { index: index.parse().ok()?, count: count.parse().ok()? })
        };
        let inside = |shard: &Self| 0 < shard.index && shard.index <= shard.count;
        parse().filter(inside).ok_or_else(|| "must be like 2/8: the second of eight parts".into())
    }
}
