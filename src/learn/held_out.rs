//! Dictionaries that do not know what the documents at hand say.
//!
//! A part of the substitution table is what documents with known substitutions say. Decisions that are learned from
//! those documents have to meet a table that lacks what they say themselves, or they would trust it too much; so the
//! table is compiled once for every part of the cross-validation, without that part's documents. The n-gram model and the
//! context scorer have read them as well; those of a part come from training without it.

use super::channel;
use super::weights::{FOLDS, fold};
use crate::candidates::{self, Grammar};
use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::ngrams::{self, Ngrams};
use crate::dictionary::source::SourceFile;
use crate::eval::GoldDocument;
use crate::model::lattice::Weights;
use crate::model::passage::Passage;
use crate::model::readings::Readings;
use crate::model::scorer::Scorer;
use crate::text::block;

/// What is known without what the documents of a part say, for each part of the cross-validation. Whatever is not given
/// is the built-in one, which knows all that the articles of `training/` say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Models<'m> {
    /// Sources of the dictionaries: they are compiled for every part without what its documents say.
    pub sources: &'m [SourceFile],
    /// N-gram models with the built-in one's words that were trained without the originals of a part, one for each part
    /// in order ([`super::ngrams::train`]); they need sources.
    pub ngrams: &'m [Vec<u8>],
    /// Context scorers that were tuned without the documents of a part, likewise ([`super::scorer::tune`]).
    pub scorers: &'m [Vec<u8>],
}

/// Where the dictionaries have what documents say.
const ARTICLES: &str = "substitutions/articles.csv";
/// Where they have what was seen in the real pages that fragments are of.
const PAGES: &str = "substitutions/attested.csv";

/// One dictionary for each part of the cross-validation, or the built-in one for all.
pub(super) struct HeldOut {
    parts: Vec<Part>,
}

/// A dictionary with what reads texts by it.
pub(super) struct Part {
    pub(super) dictionary: Dictionary,
    grammar: Grammar,
    scorer: Scorer,
    readings: Readings,
}

/// The sources compiled for every part, without what its documents and fragments say; without any, the built-in
/// dictionary.
///
/// # Errors
///
/// Where a source is malformed, or an n-gram model is none or has other words, or there are too few or too many of them.
pub(super) fn dictionaries<'d>(
    models: &Models<'_>,
    gold: impl Iterator<Item = &'d GoldDocument> + Clone,
    fragments: &[GoldDocument],
) -> Result<Vec<Dictionary>, DictionaryError> {
    let builtin = Dictionary::builtin();
    if models.sources.is_empty() {
        return match models.ngrams {
            [] => Ok(vec![builtin]),
            _ => Err(DictionaryError::new(ErrorKind::Model, "n-gram models need sources of dictionaries".to_owned())),
        };
    }
    one_for_each(models.ngrams, FOLDS, "n-gram models")?;
    let part = |own: usize| {
        let mut files: Vec<SourceFile> = models.sources.iter().filter(|file| file.path != ARTICLES).cloned().collect();
        for file in files.iter_mut().filter(|file| file.path == PAGES) {
            let own = fragments.iter().filter(|document| fold(&document.id) == own);
            file.bytes = channel::rows_without(file, own)?.into_bytes();
        }
        let others = gold.clone().filter(|document| fold(&document.id) != own);
        let bytes = channel::rows(others, &builtin.ngrams).into_bytes();
        files.push(SourceFile { path: ARTICLES.to_owned(), bytes });
        let Some(bytes) = models.ngrams.get(own) else { return Dictionary::compile(&files) };
        let ngrams = Ngrams::open(bytes.clone().into(), true)?;
        let [expected, got] = [&builtin.ngrams, &ngrams].map(|ngrams| format!("{:016x}", ngrams.lexicon()));
        if got != expected {
            return Err(ngrams::KIND.bad("words", expected, got));
        }
        Dictionary::compile_for(ngrams, &files)
    };
    (0..FOLDS).map(part).collect()
}

/// Looks that there are none, or one for each part.
fn one_for_each(models: &[Vec<u8>], expected: usize, name: &str) -> Result<(), DictionaryError> {
    if models.is_empty() || models.len() == expected {
        return Ok(());
    }
    let message = format!("{name}: expected {expected}, one for each part, got {}", models.len());
    Err(DictionaryError::new(ErrorKind::Model, message))
}

impl HeldOut {
    /// Compiles the sources for every part; without any, the built-in dictionary serves for all. Takes some three
    /// seconds for each.
    ///
    /// # Errors
    ///
    /// Where a source is malformed, or a model is none, or there are too few or too many of a kind.
    pub(super) fn new<'d>(
        models: &Models<'_>,
        gold: impl Iterator<Item = &'d GoldDocument> + Clone,
        fragments: &[GoldDocument],
    ) -> Result<Self, DictionaryError> {
        let dictionaries = dictionaries(models, gold, fragments)?;
        one_for_each(models.scorers, dictionaries.len(), "context scorers")?;
        let part = |(at, dictionary): (usize, Dictionary)| {
            Ok(Part {
                grammar: Grammar::new(&dictionary),
                scorer: match models.scorers.get(at) {
                    Some(bytes) => Scorer::open(bytes.clone().into(), dictionary.ngrams.lexicon(), true)?,
                    None => Scorer::builtin(&dictionary),
                },
                readings: Readings::default(),
                dictionary,
            })
        };
        Ok(Self { parts: dictionaries.into_iter().enumerate().map(part).collect::<Result<_, _>>()? })
    }

    /// What knows nothing of this document.
    pub(super) fn of(&mut self, document: &GoldDocument) -> &mut Part {
        let count = self.parts.len();
        &mut self.parts[fold(&document.id) % count]
    }
}

impl Part {
    /// A text, read and weighed.
    pub(super) fn read<'t>(&mut self, text: &'t str) -> Passage<'t> {
        let Self { dictionary, grammar, scorer, readings } = self;
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let sentences = candidates::sentences(text, &tokens, dictionary);
        let all = 0..tokens.len();
        Passage::read(text, tokens, all, sentences, dictionary, scorer, grammar, &Weights::default(), readings)
    }
}
