//! What clean English has to say of a phrase: questions to the built-in language model.

use crate::dictionary::Dictionary;
use crate::text::key;

/// The built-in model and dictionaries, asked about phrases as they are written.
pub(super) struct English {
    pub(super) dictionary: Dictionary,
}

impl English {
    pub(super) fn builtin() -> Self {
        Self { dictionary: Dictionary::builtin() }
    }

    /// Whether the model has a word, given in its look-up form.
    pub(super) fn has(&self, word: &str) -> bool {
        self.dictionary.ngrams.id(word).is_some()
    }

    /// Whether two phrases are one but for their spelling, British or American, their hyphens, or for being an acronym.
    pub(super) fn says_the_same(&self, a: &str, b: &str) -> bool {
        let [a, b] = [a, b].map(|phrase| key::phrase(phrase).replace(" - ", " "));
        let id = |word| self.dictionary.ngrams.id(word).map(|id| self.dictionary.pack.twin(id)).ok_or(word);
        let initials = |phrase: &str| -> String {
            let long = phrase.split_whitespace().filter(|word| !matches!(*word, "and" | "for" | "of" | "the"));
            long.filter_map(|word| word.chars().next()).collect()
        };
        a.split_whitespace().map(id).eq(b.split_whitespace().map(id)) || a == initials(&b)
    }

    /// Whether clean English has every two neighbors of a phrase side by side; of words that never meet, none is common.
    pub(super) fn is_said(&self, phrase: &str) -> bool {
        let words = key::phrase(phrase);
        let ids: Vec<Option<u32>> = words.split(' ').map(|word| self.dictionary.ngrams.id(word)).collect();
        ids.windows(2).all(|pair| match pair {
            [Some(first), Some(second)] => self.dictionary.ngrams.bigram(*first, *second).is_some(),
            _ => false,
        })
    }

    /// ln P(phrase) in running English; `None` where the lexicon lacks a word.
    pub(super) fn frequency(&self, phrase: &str) -> Option<f32> {
        let ngrams = &self.dictionary.ngrams;
        let ids: Vec<u32> = key::phrase(phrase).split(' ').map(|word| ngrams.id(word)).collect::<Option<_>>()?;
        Some(ngrams.phrase(&ids))
    }
}
