//! Dictionaries that do not know what the documents at hand say.
//!
//! A part of the substitution table is what documents with known substitutions say. Decisions that are learned from
//! those documents have to meet a table that lacks what they say themselves, or they would trust it too much; so the
//! table is compiled once for every part of the cross-validation, without that part's documents.

use super::channel;
use super::weights::{FOLDS, fold};
use crate::candidates::{self, Grammar};
use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::source::SourceFile;
use crate::eval::GoldDocument;
use crate::model::lattice::Weights;
use crate::model::passage::Passage;
use crate::model::readings::Readings;
use crate::model::scorer::Scorer;
use crate::text::block;

/// Where the dictionaries have what documents say.
const ARTICLES: &str = "substitutions/articles.csv";

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

/// The sources compiled for every part, without what its documents say; without any, the built-in dictionary.
pub(super) fn dictionaries<'d>(
    sources: &[SourceFile],
    gold: impl Iterator<Item = &'d GoldDocument> + Clone,
) -> Result<Vec<Dictionary>, DictionaryError> {
    let builtin = Dictionary::builtin();
    if sources.is_empty() {
        return Ok(vec![builtin]);
    }
    let part = |own: usize| {
        let mut files: Vec<SourceFile> = sources.iter().filter(|file| file.path != ARTICLES).cloned().collect();
        let others = gold.clone().filter(|document| fold(&document.id) != own);
        let bytes = channel::rows(others, &builtin.ngrams).into_bytes();
        files.push(SourceFile { path: ARTICLES.to_owned(), bytes });
        Dictionary::compile(&files)
    };
    (0..FOLDS).map(part).collect()
}

impl HeldOut {
    /// Compiles the sources for every part; without any, the built-in dictionary serves for all. Takes some three
    /// seconds for each. The parts' context scorers were tuned without their documents; without any the built-in one
    /// serves.
    ///
    /// # Errors
    ///
    /// Where a source is malformed, or a scorer is none, or there are too few or too many of them.
    pub(super) fn new<'d>(
        sources: &[SourceFile],
        scorers: &[Vec<u8>],
        gold: impl Iterator<Item = &'d GoldDocument> + Clone,
    ) -> Result<Self, DictionaryError> {
        let dictionaries = dictionaries(sources, gold)?;
        if !scorers.is_empty() && scorers.len() != dictionaries.len() {
            let (expected, got) = (dictionaries.len(), scorers.len());
            let message = format!("context scorers: expected {expected}, one for each part, got {got}");
            return Err(DictionaryError::new(ErrorKind::Model, message));
        }
        let part = |(at, dictionary): (usize, Dictionary)| {
            Ok(Part {
                grammar: Grammar::new(&dictionary),
                scorer: match scorers.get(at) {
                    Some(bytes) => Scorer::open(bytes.clone().into(), dictionary.ngrams.checksum(), true)?,
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
