//! Which tables there are among the sources, and what their columns mean.

use csv::StringRecord;

use crate::dictionary::source::{
    AllowedRow, AttestedRow, ExpressionRow, FormRow, OriginRow, PhraseRow, PublishedRow, SeldomRow, SourceFile,
    SpellingRow, SubstitutesRow, Substitutions,
};
use crate::text::key;

/// The tables that there are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
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
    pub(super) fn of(file: &SourceFile) -> Option<Self> {
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

    pub(super) fn columns(self) -> &'static [&'static str] {
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
    pub(super) fn joined(self) -> std::ops::Range<usize> {
        match self {
            Self::Substitutes => 1..2,
            Self::Attested => 3..5,
            _ => 0..0,
        }
    }

    /// What makes a row what it is, and what else must be the same in two rows for them to be made one. Phrases are
    /// looked up whatever their case and spacing, so those are the same here.
    pub(super) fn identity<'r>(self, fields: impl Iterator<Item = &'r str>) -> [Vec<String>; 2] {
        let same = |(at, field): (usize, &str)| match self {
            Self::Phrases | Self::Allowed if at == 0 => key::phrase(field),
            _ => field.to_owned(),
        };
        let kept = fields.enumerate().filter(|(at, _)| !self.joined().contains(at)).map(same);
        let mut identity: Vec<String> = kept.collect();
        let rest = identity.split_off(self.identifying());
        [identity, rest]
    }

    /// The column of the source, where rows have one.
    pub(super) fn source(self) -> Option<usize> {
        self.columns().iter().position(|column| *column == "source")
    }

    /// The column of the phrase that is proposed.
    pub(super) fn original(self) -> Option<usize> {
        match self {
            Self::Substitutes => Some(0),
            Self::Attested | Self::Published | Self::Phrases => Some(1),
            _ => None,
        }
    }

    /// The column of what stands in its place.
    pub(super) fn substitute(self) -> usize {
        usize::from(self == Self::Substitutes)
    }

    /// What stands in place of the phrase that is proposed.
    pub(super) fn substitutes(self, record: &StringRecord) -> impl Iterator<Item = &str> {
        let separator = if self == Self::Substitutes { '|' } else { '\n' };
        record[self.substitute()].split(separator)
    }

    /// Whether a row has what stands in place of another phrase stand for that wherever it is found.
    pub(super) fn is_certain(self, record: &StringRecord) -> bool {
        match self {
            Self::Published => record[3].is_empty() && record[4].is_empty(),
            _ => self == Self::Phrases,
        }
    }

    /// Whether the row has the types that the compiler wants.
    pub(super) fn is_sound(self, record: &StringRecord) -> Result<(), csv::Error> {
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
