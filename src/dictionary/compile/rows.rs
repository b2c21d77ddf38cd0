//! What the tables say, row by row: each row is held against the rest, and goes to where the compiler gathers its kind.

use csv::Position;

use super::{Compiler, FAMILIES, Misfit, Pair};
use crate::dictionary::error::DictionaryError;
use crate::dictionary::inflection::Form;
use crate::dictionary::pack::{ATTESTED, AUTHORED};
use crate::dictionary::source::{
    AllowedRow, AttestedRow, ExpressionRow, FormRow, OriginRow, PhraseRow, PublishedRow, SeldomRow, SourceFile,
    SpellingRow, SubstitutesRow, Substitutions, read, row_error,
};
use crate::dictionary::spelling::Use;

/// The source of rows of one's own, which is always known.
const OWN: &str = "own";
/// What a substitution in an article of `training/` counts, where one in a real spun page counts 1.
const ARTICLE: f32 = 0.5;

impl Compiler<'_> {
    pub(super) fn take_sources(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (_, row) in read::<OriginRow>(file)? {
            self.sources.push(row.id);
        }
        Ok(())
    }

    pub(super) fn take_forms(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<FormRow>(file)? {
            let form = Form::from_name(&row.form).ok_or_else(|| {
                let names = Form::ALL.map(Form::name).join(", ");
                row_error(file, &at, 1, &format!("unknown form {:?}; use one of {names}", row.form))
            })?;
            self.check_source(file, &at, 3, &row.source)?;
            self.forms.push([row.lemma.clone(), row.form, row.word.clone()]);
            self.inflection.insert(&row.lemma, form, &row.word);
        }
        Ok(())
    }

    pub(super) fn take_spellings(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<SpellingRow>(file)? {
            self.check_source(file, &at, 3, &row.source)?;
            let using = Use::from_name(&row.r#use).ok_or_else(|| {
                let names = Use::ALL.map(Use::name).join(", ");
                row_error(file, &at, 2, &format!("unknown use {:?}; use one of {names}", row.r#use))
            })?;
            if self.below.is_some() {
                let what = "spellings cannot be added to those of other dictionaries; leave the built-in ones out";
                return Err(row_error(file, &at, 0, what));
            }
            self.spellings.insert(row.british, (row.american, using));
        }
        Ok(())
    }

    /// `name` is that of the file among the substitutions.
    pub(super) fn take_substitutions(&mut self, file: &SourceFile, name: &str) -> Result<(), DictionaryError> {
        match Substitutions::of(file) {
            Substitutions::Attested => {
                // What files on top of others are called says nothing.
                let of_articles = name == "articles.csv" && self.below.is_none();
                for (at, row) in read::<AttestedRow>(file)? {
                    self.check_source(file, &at, 5, &row.source)?;
                    check_pair(file, &at, (1, &row.original), (0, &row.spun))?;
                    let (mut pair, counts) = if of_articles {
                        (Pair { flags: AUTHORED, ..Pair::default() }, ARTICLE)
                    } else {
                        (Pair { pages: row.pages, flags: ATTESTED, ..Pair::default() }, 1.0)
                    };
                    pair.counts[family(file, &at, &row.family)?] = row.count as f32 * counts;
                    self.attested(&row, &pair);
                }
            }
            Substitutions::Published => {
                for (at, row) in read::<PublishedRow>(file)? {
                    self.check_source(file, &at, 5, &row.source)?;
                    check_pair(file, &at, (1, &row.original), (0, &row.spun))?;
                    self.published(&row);
                }
            }
            Substitutions::Listed => {
                for (at, row) in read::<SubstitutesRow>(file)? {
                    self.check_source(file, &at, 2, &row.source)?;
                    for spun in row.substitutes.split('|') {
                        check_pair(file, &at, (0, &row.original), (1, spun))?;
                    }
                    self.substitutes(name, &row);
                }
            }
        }
        Ok(())
    }

    pub(super) fn take_phrases(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<PhraseRow>(file)? {
            self.check_source(file, &at, 2, &row.source)?;
            check_pair(file, &at, (1, &row.correction), (0, &row.phrase))?;
            self.certain(&row);
        }
        Ok(())
    }

    pub(super) fn take_expressions(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<ExpressionRow>(file)? {
            self.check_source(file, &at, 3, &row.source)?;
            self.expression(&row);
        }
        Ok(())
    }

    pub(super) fn take_allowed(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<AllowedRow>(file)? {
            if row.reason.trim().is_empty() {
                return Err(row_error(file, &at, 1, "an allowed phrase needs a reason"));
            }
            self.allow(&row.phrase);
        }
        Ok(())
    }

    pub(super) fn take_seldom(&mut self, file: &SourceFile) -> Result<(), DictionaryError> {
        for (at, row) in read::<SeldomRow>(file)? {
            self.check_source(file, &at, 3, &row.source)?;
            if let [(_, word)] = self.ids(&row.word)[..] {
                self.seldom.insert(word);
            }
        }
        Ok(())
    }

    fn check_source(
        &self,
        file: &SourceFile,
        at: &Position,
        field: usize,
        source: &str,
    ) -> Result<(), DictionaryError> {
        let below = self.below.iter().flat_map(|below| below.sources());
        // What `dict add` writes needs no other file.
        if source == OWN || self.sources.iter().map(String::as_str).chain(below).any(|known| known == source) {
            return Ok(());
        }
        let what = format!("unknown source {source:?}; add it to sources.csv or correct the name");
        Err(row_error(file, at, field, &what))
    }
}

/// Refuses an original and a substitute, each with its field, that do not fit.
fn check_pair(
    file: &SourceFile,
    at: &Position,
    original: (usize, &str),
    spun: (usize, &str),
) -> Result<(), DictionaryError> {
    let Some(misfit) = Misfit::of(original.1, spun.1) else { return Ok(()) };
    let field = if original.1.trim().is_empty() { original.0 } else { spun.0 };
    let what = format!("{}; {}", misfit.message(original.1, spun.1), misfit.remedy());
    Err(row_error(file, at, field, &what))
}

/// The number of a family that a row names.
fn family(file: &SourceFile, at: &Position, name: &str) -> Result<usize, DictionaryError> {
    FAMILIES
        .iter()
        .position(|known| *known == name)
        .ok_or_else(|| row_error(file, at, 2, &format!("unknown family {name:?}; use one of {}", FAMILIES.join(", "))))
}
