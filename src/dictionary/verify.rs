//! Are the dictionaries' sources in order? Form, duplicates, sources, and what clean English has to say.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::Dictionary;
use super::error::{DictionaryError, ErrorKind};
use super::inflection::Form;
use super::source::{
    AllowedRow, AttestedRow, ExpressionRow, FormRow, OriginRow, PhraseRow, PublishedRow, SeldomRow, SourceFile,
    SpellingRow, SubstitutesRow, Substitutions, place,
};
use super::spelling::Use;
use crate::text::key;
use crate::text::tokenizer;

/// The longest run of words that the compiler takes.
const LONGEST: usize = 7;
/// How much commoner, in nats, than its correction a phrase may be in clean English.
const COMMONER: f32 = 3.0;

/// Times that a word must have stood before it is said to be seldom a substitute.
const LEAST_STOOD: u32 = 200;
/// The most substitutes, of so many times that a word stood, for it to be seldom one.
const SELDOM: (u32, u32) = (3, 200);

/// Whether a word stood often enough, and seldom enough in place of another, that readings of it alone are not worth
/// looking at.
pub(crate) fn is_seldom(stood: u32, swapped: u32) -> bool {
    stood >= LEAST_STOOD && u64::from(swapped) * u64::from(SELDOM.1) <= u64::from(stood) * u64::from(SELDOM.0)
}

/// What kind of thing is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// The file cannot be read as the table that its path says it is.
    Malformed,
    /// It says the right thing in the wrong form or order; rewriting repairs it.
    Form,
    /// It says something twice; rewriting repairs it.
    Duplicate,
    /// Two rows say different things of the same phrase; which is right cannot be told.
    Conflict,
    /// It puts a phrase in place of itself; rewriting repairs it.
    Identity,
    /// It names a source, family or form that does not exist.
    Unknown,
    /// A source has no license.
    License,
    /// An original has words that the lexicon lacks, so that it can never be proposed.
    Lexicon,
    /// A phrase is commoner in clean English than its correction.
    Common,
    /// A phrase that is said to have one original has another in a table of substitutions.
    Ambiguous,
    /// A phrase is longer than the compiler takes.
    Long,
}

impl FaultKind {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Form => "form",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Identity => "identity",
            Self::Unknown => "unknown",
            Self::License => "license",
            Self::Lexicon => "lexicon",
            Self::Common => "common",
            Self::Ambiguous => "ambiguous",
            Self::Long => "long",
        }
    }

    /// Whether the dictionaries may not be used like this; else it is only worth a look.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Lexicon | Self::Common | Self::Ambiguous | Self::Long)
    }

    /// Whether [`SourceFile::canonical`] repairs it.
    pub fn is_repaired(self) -> bool {
        matches!(self, Self::Form | Self::Duplicate | Self::Identity)
    }
}

/// Something wrong with a dictionary's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DictionaryFault {
    /// The file, as it was given.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What kind of thing it is.
    pub kind: FaultKind,
    /// What is wrong.
    pub message: String,
    /// How to repair it.
    pub remedy: String,
}

/// Rows and pairs of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileFigures {
    /// Rows.
    pub rows: usize,
    /// Substitutions, where it holds any.
    pub pairs: usize,
    /// Rows by source.
    pub sources: BTreeMap<String, usize>,
}

/// The tables that there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Substitutes,
    Attested,
    Published,
    Phrases,
    Forms,
    Spellings,
    Expressions,
    Allowed,
    Seldom,
    Lexicon,
    Origins,
    Examples,
}

impl Table {
    fn of(file: &SourceFile) -> Option<Self> {
        let path = file.path.as_str();
        Some(match path.split_once('/') {
            Some(("substitutions", _)) => match Substitutions::of(file) {
                Substitutions::Listed => Self::Substitutes,
                Substitutions::Attested => Self::Attested,
                Substitutions::Published => Self::Published,
            },
            Some(("phrases", _)) => Self::Phrases,
            Some(("inflection", _)) => Self::Forms,
            Some(("spelling", _)) => Self::Spellings,
            Some(("expressions", _)) => Self::Expressions,
            Some(("examples", _)) => Self::Examples,
            None if path == "allowed.csv" => Self::Allowed,
            None if path == "seldom.csv" => Self::Seldom,
            None if path == "lexicon.csv" => Self::Lexicon,
            None if path == "sources.csv" => Self::Origins,
            _ => return None,
        })
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Substitutes => &["original", "substitutes", "source"],
            Self::Attested => &["spun", "original", "family", "count", "pages", "source"],
            Self::Published => &["spun", "original", "papers", "required", "excluded", "source"],
            Self::Phrases => &["phrase", "correction", "source"],
            Self::Forms => &["lemma", "form", "word", "source"],
            Self::Spellings => &["british", "american", "use", "source"],
            Self::Expressions => &["expression", "kind", "acronym", "source"],
            Self::Allowed => &["phrase", "reason"],
            Self::Seldom => &["word", "stood", "swapped", "source"],
            Self::Lexicon => &["word", "reason"],
            Self::Origins => &["id", "title", "license", "origin", "date"],
            Self::Examples => &["text", "flagged", "expected"],
        }
    }

    /// How many of the first columns make a row what it is.
    fn identifying(self) -> usize {
        match self {
            Self::Substitutes
            | Self::Phrases
            | Self::Spellings
            | Self::Expressions
            | Self::Allowed
            | Self::Seldom
            | Self::Lexicon
            | Self::Origins
            | Self::Examples => 1,
            Self::Published => 2,
            Self::Attested | Self::Forms => 3,
        }
    }

    /// The columns that two rows of the same kind are made one in: lists are joined and counts added.
    fn joined(self) -> std::ops::Range<usize> {
        match self {
            Self::Substitutes => 1..2,
            Self::Attested => 3..5,
            _ => 0..0,
        }
    }

    /// What makes a row what it is, and what else must be the same in two rows for them to be made one. Phrases are
    /// looked up whatever their case and spacing, so those are the same here.
    fn identity<'r>(self, fields: impl Iterator<Item = &'r str>) -> [Vec<String>; 2] {
        let same = |(at, field): (usize, &str)| match self {
            Self::Phrases | Self::Allowed if at == 0 => key::phrase(field),
            _ => field.to_owned(),
        };
        let kept = fields.enumerate().filter(|(at, _)| !self.joined().contains(at)).map(same);
        let mut identity: Vec<String> = kept.collect();
        let rest = identity.split_off(self.identifying());
        [identity, rest]
    }

    /// The column of the phrase that is proposed.
    fn original(self) -> Option<usize> {
        match self {
            Self::Substitutes => Some(0),
            Self::Attested | Self::Published | Self::Phrases => Some(1),
            _ => None,
        }
    }

    /// What stands in place of the phrase that is proposed.
    fn substitutes(self, record: &csv::StringRecord) -> impl Iterator<Item = &str> {
        let (list, separator) = if self == Self::Substitutes { (&record[1], '|') } else { (&record[0], '\n') };
        list.split(separator)
    }

    /// Whether the row has the types that the compiler wants.
    fn is_sound(self, record: &csv::StringRecord) -> Result<(), csv::Error> {
        match self {
            Self::Substitutes => record.deserialize::<SubstitutesRow>(None).map(drop),
            Self::Attested => record.deserialize::<AttestedRow>(None).map(drop),
            Self::Published => record.deserialize::<PublishedRow>(None).map(drop),
            Self::Phrases => record.deserialize::<PhraseRow>(None).map(drop),
            Self::Forms => record.deserialize::<FormRow>(None).map(drop),
            Self::Spellings => record.deserialize::<SpellingRow>(None).map(drop),
            Self::Expressions => record.deserialize::<ExpressionRow>(None).map(drop),
            Self::Allowed => record.deserialize::<AllowedRow>(None).map(drop),
            Self::Seldom => record.deserialize::<SeldomRow>(None).map(drop),
            Self::Origins => record.deserialize::<OriginRow>(None).map(drop),
            Self::Examples | Self::Lexicon => Ok(()),
        }
    }
}

/// A file cut into rows.
struct Rows<'f> {
    table: Table,
    text: &'f str,
    records: Vec<csv::StringRecord>,
}

impl<'f> Rows<'f> {
    fn read(file: &'f SourceFile) -> Result<Self, Box<DictionaryFault>> {
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
                let line = error.position().map_or(1, csv::Position::line);
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
            let line = record.position().map_or(1, csv::Position::line);
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
        Ok(Self { table, text, records })
    }

    /// Line and column of a field.
    fn place(&self, record: &csv::StringRecord, field: usize) -> (u64, u64) {
        record.position().map_or((1, 1), |start| place(self.text, start, field))
    }
}

impl SourceFile {
    /// What is wrong with the sources of dictionaries, in order of place.
    ///
    /// Rows are held against the built-in language model: an original that it lacks cannot be proposed, and a published
    /// phrase that clean English says more often than its correction needs a condition, with which it weighs less.
    ///
    /// Costs about a second for 200,000 substitutions.
    pub fn verify(files: &[Self]) -> Vec<DictionaryFault> {
        let dictionary = Dictionary::builtin();
        let mut faults = Vec::new();
        let tables: Vec<(&SourceFile, Result<Rows<'_>, Box<DictionaryFault>>)> =
            files.iter().map(|file| (file, Rows::read(file))).collect();
        let origins =
            tables.iter().filter_map(|(_, rows)| rows.as_ref().ok()).filter(|rows| rows.table == Table::Origins);
        let mut sources: HashSet<&str> =
            origins.flat_map(|rows| rows.records.iter().map(|record| &record[0])).collect();
        // Those of one's own stand on the built-in ones.
        sources.extend(dictionary.pack.sources());
        let lexicons =
            tables.iter().filter_map(|(_, rows)| rows.as_ref().ok()).filter(|rows| rows.table == Table::Lexicon);
        let known: HashSet<&str> = lexicons.flat_map(|rows| rows.records.iter().map(|record| &record[0])).collect();
        let mut originals: HashMap<String, Vec<&str>> = HashMap::new();
        for rows in tables.iter().filter_map(|(_, rows)| rows.as_ref().ok()) {
            let (Some(at), false) = (rows.table.original(), rows.table == Table::Phrases) else { continue };
            for record in &rows.records {
                for substitute in rows.table.substitutes(record) {
                    originals.entry(key::phrase(substitute)).or_default().push(&record[at]);
                }
            }
        }
        for (file, rows) in &tables {
            let before = faults.len();
            match rows {
                Err(fault) => faults.push((**fault).clone()),
                Ok(rows) => {
                    let mut check = Check {
                        path: &file.path,
                        rows,
                        sources: &sources,
                        known: &known,
                        dictionary: &dictionary,
                        originals: &originals,
                        faults: Vec::new(),
                    };
                    check.rows();
                    faults.append(&mut check.faults);
                    let repaired = |fault: &DictionaryFault| fault.kind.is_repaired();
                    if !faults[before..].iter().any(repaired)
                        && let Ok(canonical) = file.canonical()
                        && canonical != file.bytes
                    {
                        let same = canonical.iter().zip(&file.bytes).take_while(|(a, b)| a == b).count();
                        faults.push(DictionaryFault {
                            path: file.path.clone(),
                            line: memchr::memchr_iter(b'\n', &canonical[..same]).count() as u64 + 1,
                            column: 1,
                            kind: FaultKind::Form,
                            message: "is not written as canonical CSV: line ends, quotes or byte order mark".into(),
                            remedy: REWRITE.into(),
                        });
                    }
                }
            }
        }
        faults.sort();
        faults
    }

    /// A file in canonical form: fields in their normal form, rows in byte order, what was said twice said once, and
    /// nothing put in place of itself. Rows that say different things of the same phrase are all kept.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read as the table that its path says it is.
    pub fn canonical(&self) -> Result<Vec<u8>, DictionaryError> {
        let bad = |fault: Box<DictionaryFault>| {
            let DictionaryFault { path, line, column, message, remedy, .. } = *fault;
            DictionaryError::new(ErrorKind::Row, format!("{path}:{line}:{column}: {message}; {remedy}"))
        };
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

    /// Rows and pairs of a file.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read as the table that its path says it is.
    pub fn figures(&self) -> Result<FileFigures, DictionaryError> {
        let rows = Rows::read(self).map_err(|fault| {
            DictionaryError::new(ErrorKind::Row, format!("{}:{}: {}", fault.path, fault.line, fault.message))
        })?;
        let source = rows.table.columns().iter().position(|column| *column == "source");
        let mut figures = FileFigures { rows: rows.records.len(), ..FileFigures::default() };
        for record in &rows.records {
            figures.pairs += match rows.table {
                Table::Substitutes => record[1].split('|').count(),
                Table::Attested | Table::Published | Table::Phrases => 1,
                _ => 0,
            };
            if let Some(source) = source {
                *figures.sources.entry(record[source].to_owned()).or_default() += 1;
            }
        }
        Ok(figures)
    }
}

/// A field that was found to be a whole number.
fn number(record: &csv::StringRecord, field: usize) -> u32 {
    record[field].parse().unwrap_or_default()
}

const REWRITE: &str = "`unspin dict check --write` rewrites it";

struct Check<'c> {
    path: &'c str,
    rows: &'c Rows<'c>,
    sources: &'c HashSet<&'c str>,
    /// Words that are right, though the model lacks them.
    known: &'c HashSet<&'c str>,
    dictionary: &'c Dictionary,
    /// What each phrase of a table of substitutions stands for there.
    originals: &'c HashMap<String, Vec<&'c str>>,
    faults: Vec<DictionaryFault>,
}

impl Check<'_> {
    fn fault(&mut self, record: &csv::StringRecord, field: usize, kind: FaultKind, message: String, remedy: &str) {
        let (line, column) = self.rows.place(record, field);
        self.faults.push(DictionaryFault {
            path: self.path.to_owned(),
            line,
            column,
            kind,
            message,
            remedy: remedy.to_owned(),
        });
    }

    fn rows(&mut self) {
        let rows = self.rows;
        // By what makes a row what it is: what else the rows say, and their lines.
        let mut seen: HashMap<Vec<String>, Vec<(Vec<String>, u64)>> = HashMap::new();
        let mut last: Option<&csv::StringRecord> = None;
        for record in &rows.records {
            for (field, value) in record.iter().enumerate() {
                if normal(value, rows.table, field) != value {
                    let message = format!("{value:?} is not in its normal form");
                    self.fault(record, field, FaultKind::Form, message, REWRITE);
                }
            }
            if last.is_some_and(|last| order(last, record).is_gt()) {
                let message = format!("{:?} stands after {:?}", &record[0], last.map_or("", |last| &last[0]));
                self.fault(record, 0, FaultKind::Form, message, &format!("rows are in byte order; {REWRITE}"));
            }
            last = Some(record);
            let [identity, rest] = rows.table.identity(record.iter());
            let line = rows.place(record, 0).0;
            let named = record.iter().take(identity.len()).collect::<Vec<_>>().join(",");
            let before: &mut Vec<(Vec<String>, u64)> = seen.entry(identity).or_default();
            if let Some((_, first)) = before.iter().find(|(other, _)| *other == rest) {
                let message = format!("{named:?} is in line {first} already");
                let remedy = format!("make one row of both; {REWRITE}");
                self.fault(record, 0, FaultKind::Duplicate, message, &remedy);
            } else {
                if let Some((_, first)) = before.first() {
                    let message = format!("line {first} says something else of {named:?}");
                    let joins = !rows.table.joined().is_empty();
                    let remedy = if joins { "keep one of them, or give both one source" } else { "keep one of them" };
                    self.fault(record, 0, FaultKind::Conflict, message, remedy);
                }
                before.push((rest, line));
            }
            self.row(record);
        }
    }

    fn row(&mut self, record: &csv::StringRecord) {
        let table = self.rows.table;
        let columns = table.columns();
        if let Some(at) = columns.iter().position(|column| *column == "source")
            && !self.sources.contains(&record[at])
        {
            let message = format!("unknown source {:?}", &record[at]);
            self.fault(record, at, FaultKind::Unknown, message, "add it to sources.csv or correct the name");
        }
        match table {
            Table::Origins if record[2].trim().is_empty() => {
                let message = format!("source {:?} has no license", &record[0]);
                self.fault(record, 2, FaultKind::License, message, "find out what its license is, or remove its rows");
            }
            Table::Attested if !FAMILIES.contains(&&record[2]) => {
                let message = format!("unknown family {:?}", &record[2]);
                let remedy = format!("use one of {}", FAMILIES.join(", "));
                self.fault(record, 2, FaultKind::Unknown, message, &remedy);
            }
            Table::Forms if Form::from_name(&record[1]).is_none() => {
                let message = format!("unknown form {:?}", &record[1]);
                let remedy = format!("use one of {}", Form::ALL.map(Form::name).join(", "));
                self.fault(record, 1, FaultKind::Unknown, message, &remedy);
            }
            Table::Spellings if Use::from_name(&record[2]).is_none() => {
                let message = format!("unknown use {:?}", &record[2]);
                let remedy = format!("use one of {}", Use::ALL.map(Use::name).join(", "));
                self.fault(record, 2, FaultKind::Unknown, message, &remedy);
            }
            Table::Seldom if !is_seldom(number(record, 1), number(record, 2)) => {
                let message = format!("{:?} is not seldom: {} of {} times", &record[0], &record[2], &record[1]);
                let remedy = "`unspin learn channel --seldom` makes the file anew; leave the row out";
                self.fault(record, 2, FaultKind::Unknown, message, remedy);
            }
            Table::Allowed | Table::Lexicon if record[1].trim().is_empty() => {
                let message = format!("{:?} has no reason", &record[0]);
                self.fault(record, 1, FaultKind::Unknown, message, "say why it is good English");
            }
            Table::Examples if !matches!(&record[1], "yes" | "no") => {
                let message = format!("{:?} is neither yes nor no", &record[1]);
                self.fault(record, 1, FaultKind::Unknown, message, "use yes where the text must be flagged, else no");
            }
            _ => {}
        }
        let Some(at) = table.original() else { return };
        let original = &record[at];
        let original_key = key::phrase(original);
        let other = usize::from(table == Table::Substitutes);
        let mut seen = HashSet::new();
        for substitute in table.substitutes(record) {
            let substitute_key = key::phrase(substitute);
            if substitute_key == original_key {
                let message = format!("{substitute:?} stands for itself");
                self.fault(record, other, FaultKind::Identity, message, &format!("remove it; {REWRITE}"));
            } else if !seen.insert(substitute_key.clone()) {
                let message = format!("{substitute:?} is listed twice for {original:?}");
                self.fault(record, other, FaultKind::Duplicate, message, &format!("keep the first; {REWRITE}"));
            }
            if length(substitute) > LONGEST {
                let message = format!("{substitute:?} has more than {LONGEST} words, so it is left out");
                self.fault(record, other, FaultKind::Long, message, "remove the words that both sides share");
            }
            let sure = match table {
                Table::Published => record[3].is_empty() && record[4].is_empty(),
                _ => table == Table::Phrases,
            };
            if sure && self.is_said(substitute) {
                let gap = self.frequency(substitute).zip(self.frequency(original)).map_or(0.0, |(a, b)| a - b);
                if gap > COMMONER {
                    let message =
                        format!("{substitute:?} is {:.0} times as common in clean English as {original:?}", gap.exp());
                    let remedy = if table == Table::Published {
                        "name required or excluded words, so that it weighs less"
                    } else {
                        "put it into substitutions/, where its surroundings decide"
                    };
                    self.fault(record, other, FaultKind::Common, message, remedy);
                }
            }
            if table == Table::Phrases
                && let Some(another) = self
                    .originals
                    .get(&substitute_key)
                    .and_then(|originals| originals.iter().find(|another| !self.says_the_same(another, original)))
            {
                let message = format!("{substitute:?} stands for {another:?}, too, in a table of substitutions");
                let remedy = "leave it to the tables, where its surroundings decide, or correct them";
                self.fault(record, other, FaultKind::Ambiguous, message, remedy);
            }
        }
        let unknown = |word: &&str| {
            word.chars().all(char::is_alphabetic)
                && self.dictionary.ngrams.id(word).is_none()
                && !self.known.contains(word)
        };
        if let Some(word) = original_key.split(' ').find(unknown).map(str::to_owned) {
            let message = format!("{original:?}: the lexicon lacks {word:?}, so the language model cannot judge it");
            self.fault(
                record,
                at,
                FaultKind::Lexicon,
                message,
                "correct its spelling, or put the word into lexicon.csv",
            );
        }
        if length(original) > LONGEST {
            let message = format!("{original:?} has more than {LONGEST} words, so it is left out");
            self.fault(record, at, FaultKind::Long, message, "remove the words that both sides share");
        }
    }

    /// Whether two originals are one but for their spelling, British or American, their hyphens, or for being an acronym.
    fn says_the_same(&self, a: &str, b: &str) -> bool {
        let [a, b] = [a, b].map(|phrase| key::phrase(phrase).replace(" - ", " "));
        let id = |word| self.dictionary.ngrams.id(word).map(|id| self.dictionary.pack.twin(id)).ok_or(word);
        let initials = |phrase: &str| -> String {
            let long = phrase.split_whitespace().filter(|word| !matches!(*word, "and" | "for" | "of" | "the"));
            long.filter_map(|word| word.chars().next()).collect()
        };
        a.split_whitespace().map(id).eq(b.split_whitespace().map(id)) || a == initials(&b)
    }

    /// Whether clean English has every two neighbors of a phrase side by side; of words that never meet, none is common.
    fn is_said(&self, phrase: &str) -> bool {
        let words = key::phrase(phrase);
        let ids: Vec<Option<u32>> = words.split(' ').map(|word| self.dictionary.ngrams.id(word)).collect();
        ids.windows(2).all(|pair| match pair {
            [Some(first), Some(second)] => self.dictionary.ngrams.bigram(*first, *second).is_some(),
            _ => false,
        })
    }

    /// ln P(phrase) in running English; `None` where the lexicon lacks a word.
    fn frequency(&self, phrase: &str) -> Option<f32> {
        let ids: Vec<u32> =
            key::phrase(phrase).split(' ').map(|word| self.dictionary.ngrams.id(word)).collect::<Option<_>>()?;
        let at = |n: usize| match n {
            0 => self.dictionary.ngrams.unigram(ids[0]),
            1 => self.dictionary.ngrams.pair(ids[0], ids[1]),
            _ => self.dictionary.ngrams.log_prob(ids[n - 2], ids[n - 1], ids[n]),
        };
        Some((0..ids.len()).map(at).sum())
    }
}

const FAMILIES: [&str; 4] = ["thesaurus", "phrasal", "science", "translation"];

/// Tokens of a phrase.
fn length(phrase: &str) -> usize {
    tokenizer::phrase(phrase).len()
}

/// A field as it should be written: composed characters, straight apostrophes in phrases, single spaces, nothing
/// empty in a list.
fn normal(value: &str, table: Table, field: usize) -> String {
    let composed: String = value.nfc().filter(|c| !c.is_control() || *c == '\n').collect();
    let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match (table, field) {
        (Table::Examples, _) => composed,
        (Table::Substitutes, 1) => {
            let parts = composed.split('|').map(tidy).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("|").replace(['’', '‘'], "'")
        }
        (Table::Origins, _) | (Table::Allowed | Table::Lexicon, 1) => tidy(&composed),
        _ => tidy(&composed).replace(['’', '‘'], "'"),
    }
}

fn order(a: &csv::StringRecord, b: &csv::StringRecord) -> std::cmp::Ordering {
    a.iter().cmp(b.iter())
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

    fn sources() -> SourceFile {
        file("sources.csv", "id,title,license,origin,date\nown,Mine,MIT,own,2026-11\n")
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let header = "original,substitutes,source\n";
        let attested = "spun,original,family,count,pages,source\n";
        let phrases = "phrase,correction,source\n";
        let published = "spun,original,papers,required,excluded,source\n";
        let conflict = Some(FaultKind::Conflict);
        for (path, text, line, column, kind) in [
            ("substitutions/a.csv", format!("{header}say,state|tell,own\n"), 0, 0, None),
            ("substitutions/a.csv", format!("{header}say,state|state,own\n"), 2, 5, Some(FaultKind::Duplicate)),
            ("substitutions/a.csv", format!("{header}say,state|Say,own\n"), 2, 5, Some(FaultKind::Identity)),
            ("substitutions/a.csv", format!("{header}say,state| tell,own\n"), 2, 5, Some(FaultKind::Form)),
            ("substitutions/a.csv", format!("{header}say,state,own\nsay,tell,own\n"), 3, 1, Some(FaultKind::Duplicate)),
            ("phrases/a.csv", format!("{phrases}Daily Post,mail,own\ndaily post,news,own\n"), 3, 1, conflict),
            ("allowed.csv", "phrase,reason\nGreen Zone,a\ngreen zone,b\n".into(), 3, 1, conflict),
            ("allowed.csv", "phrase,reason\nGreen Zone,a\ngreen zone,a\n".into(), 3, 1, Some(FaultKind::Duplicate)),
            (
                "substitutions/published.csv",
                format!("{published}navy gathering,military group,1,,,own\nnavy gathering,military group,2,,,own\n"),
                3,
                1,
                conflict,
            ),
            ("examples/a.csv", "text,flagged,expected\nIt is so.,no,\nIt is so.,yes,\n".into(), 3, 1, conflict),
            ("substitutions/a.csv", format!("{header}say,state,own\nask,beg,own\n"), 3, 1, Some(FaultKind::Form)),
            ("substitutions/a.csv", format!("{header}say,state,other\n"), 2, 11, Some(FaultKind::Unknown)),
            ("substitutions/a.csv", format!("{header}\"say, so\",state,other\n"), 2, 17, Some(FaultKind::Unknown)),
            ("substitutions/a.csv", format!("{header}xqzzt,state,own\n"), 2, 1, Some(FaultKind::Lexicon)),
            ("substitutions/a.csv", format!("{header}say,state\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", format!("{header}say, |,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/seen.csv", format!("{attested},say,science,1,1,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("phrases/a.csv", format!("{phrases}Daily Post,,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", header.replace("source", "from"), 1, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", format!("{header}say,state,own\r\n"), 2, 1, Some(FaultKind::Form)),
            (
                "substitutions/attested.csv",
                format!("{attested}state,say,news,1,1,own\n"),
                2,
                11,
                Some(FaultKind::Unknown),
            ),
            (
                "substitutions/attested.csv",
                format!("{attested}state,say,science,x,1,own\n"),
                2,
                1,
                Some(FaultKind::Malformed),
            ),
            ("words.csv", String::new(), 1, 1, Some(FaultKind::Malformed)),
            ("allowed.csv", "phrase,reason\ngreen zone,\n".to_owned(), 2, 12, Some(FaultKind::Unknown)),
            ("seldom.csv", "word,stood,swapped,source\nthe,200,3,own\n".to_owned(), 0, 0, None),
            ("seldom.csv", "word,stood,swapped,source\nthe,200,4,own\n".to_owned(), 2, 9, Some(FaultKind::Unknown)),
            ("seldom.csv", "word,stood,swapped,source\nthe,199,0,own\n".to_owned(), 2, 9, Some(FaultKind::Unknown)),
        ] {
            let faults = SourceFile::verify(&[sources(), file(path, &text)]);
            let found = faults.first().map(|fault| (fault.line, fault.column, fault.kind));
            assert_eq!(found, kind.map(|kind| (line, column, kind)), "{text:?}: {faults:?}");
            assert!(faults.len() <= 1, "{text:?}: {faults:?}");
        }
        // A word that is right may be named; what clean English says needs a condition, what it never says does not.
        let rare = file("substitutions/a.csv", &format!("{header}xqzzt,state,own\n"));
        assert_eq!(SourceFile::verify(&[sources(), rare, file("lexicon.csv", "word,reason\nxqzzt,a name\n")]), []);
        let phrases = "phrase,correction,source\n";
        for (phrase, kind) in [("the people", Some(FaultKind::Common)), ("navy tribunal people", None)] {
            let row = file("phrases/a.csv", &format!("{phrases}{phrase},walrus inflammation,own\n"));
            let found = SourceFile::verify(&[sources(), row]);
            assert_eq!(found.first().map(|fault| fault.kind), kind, "{phrase}");
        }
        // Neither of two sources and licenses is dropped.
        let rows = "id,title,license,origin,date\nmine,Mine,MIT,,\nmine,Mine,own,,\ntheirs,Theirs,MIT,,\n";
        let substitutes = file("substitutions/a.csv", &format!("{header}say,state,mine\nsay,tell,theirs\n"));
        let both = [file("sources.csv", rows), substitutes];
        let found = SourceFile::verify(&both);
        assert_eq!(
            found.iter().map(|fault| (fault.line, fault.kind)).collect::<Vec<_>>(),
            [(3, FaultKind::Conflict); 2]
        );
        for file in &both {
            assert_eq!(file.canonical().expect("a table"), file.bytes);
        }
        // What is said to have one original has no other, but for its spelling and its acronym.
        for (correction, another, kind) in [
            ("High Court", "Supreme Court", Some(FaultKind::Ambiguous)),
            ("High Court", "High Court", None),
            ("Department of Defense", "Department of Defence", None),
            ("denial of service", "denial-of-service", None),
            ("European Central Bank", "ECB", None),
        ] {
            let certain = file("phrases/a.csv", &format!("{phrases}Grommet Sprocket,{correction},own\n"));
            let table = file("substitutions/a.csv", &format!("{header}{another},Big|grommet sprocket,own\n"));
            let found = SourceFile::verify(&[sources(), certain, table]);
            assert_eq!(found.first().map(|fault| fault.kind), kind, "{another}: {found:?}");
        }
        let unlicensed = file("sources.csv", "id,title,license,origin,date\nown,Mine,,own,2026-11\n");
        assert_eq!(SourceFile::verify(&[unlicensed])[0].kind, FaultKind::License);
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
        assert_eq!(SourceFile::verify(&[sources(), again]), Vec::new());
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
