//! A stretch of text, read and weighed: its tokens, its sentences with all their readings, and what they say of it.

use std::borrow::Cow;

use super::features::{self, COUNT, Context, LEAST, Sentence};
use super::lattice::{Lattice, Weights, channel};
use super::prior::{self, Estimate};
use super::scorer::{Scorer, State, surroundings};
use crate::candidates::realize::{self, Realized};
use crate::candidates::{self, Candidate, Grammar, Reading, Word};
use crate::dictionary::Dictionary;
use crate::text::key::{FIRST_WORD, UNKNOWN};
use crate::text::token::{SENTENCE_START, Token};

/// A passage with all its readings. Spans are bytes of the passage.
pub(crate) struct Passage<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) sentences: Vec<Vec<Word>>,
    pub(crate) lattices: Vec<Lattice>,
    pub(crate) estimate: Estimate,
    /// Whether more of its words are spelled as only British English has them than as only American does.
    british: bool,
}

/// A candidate written into the text, with what the last decision looks at.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    /// Index of the sentence, and of the candidate in its lattice.
    pub(crate) place: (usize, usize),
    pub(crate) realized: Realized,
    pub(crate) features: [f32; COUNT],
    /// Calibrated probability that this is right, given that the passage is spun.
    pub(crate) probability: f32,
}

impl<'t> Passage<'t> {
    /// Weighs a passage that was cut into tokens and sentences.
    pub(crate) fn read(
        text: &'t str,
        tokens: Vec<Token>,
        sentences: Vec<Vec<Word>>,
        dictionary: &Dictionary,
        scorer: &Scorer,
        grammar: &Grammar,
        weights: &Weights,
    ) -> Self {
        let words: Vec<u32> = sentences.iter().flatten().map(|word| word.model).collect();
        let mut start = 0;
        let lattices: Vec<Lattice> = sentences
            .iter()
            .map(|sentence| {
                let mut list = Vec::new();
                candidates::candidates(sentence, dictionary, grammar, &mut list);
                fit_contexts(&words, start, start + sentence.len(), &mut list, dictionary, scorer);
                start += sentence.len();
                let readiness = |word| dictionary.pack.readiness(word);
                Lattice::build(sentence, list, readiness, &dictionary.ngrams, weights, &prior::START)
            })
            .collect();
        let estimate = prior::estimate(&lattices, weights);
        let british = words.iter().map(|&word| dictionary.pack.spelling(word)).sum::<i32>() > 0;
        Self { text, tokens, sentences, lattices, estimate, british }
    }

    /// A candidate of a sentence.
    pub(crate) fn candidate(&self, place: (usize, usize)) -> &Candidate {
        &self.lattices[place.0].candidates[place.1]
    }

    /// First and last token of a candidate.
    pub(crate) fn token_range(&self, place: (usize, usize)) -> (usize, usize) {
        let candidate = self.candidate(place);
        let sentence = &self.sentences[place.0];
        (sentence[candidate.start as usize].token as usize, sentence[candidate.end as usize - 1].token as usize)
    }

    /// A candidate written into the text.
    fn realize(&self, place: (usize, usize), dictionary: &Dictionary) -> Realized {
        let candidate = self.candidate(place);
        let original: Cow<'_, str> = match candidate.reading {
            Reading::Original(original) => {
                realize::within(dictionary.pack.original(original), candidate.trimmed).into()
            }
            Reading::Article(id) => if dictionary.ngrams.id("an") == Some(id) { "an" } else { "a" }.into(),
            Reading::Moved { tail, head } => {
                let words = &self.sentences[place.0][candidate.start as usize..candidate.end as usize];
                let front = self.run(&words[words.len() - tail as usize..]);
                let back = self.run(&words[..head as usize]);
                if front.is_empty() { back.into() } else { format!("{front} {back}").into() }
            }
        };
        let range = self.token_range(place);
        let mut realized = realize::realize(self.text, &self.tokens, range, &original, &dictionary.ngrams);
        if self.british {
            realized.text = dictionary.pack.write_british(&realized.text, self.tokens[range.0].has(SENTENCE_START));
        }
        realized
    }

    /// A run of words as the text writes it.
    fn run(&self, words: &[Word]) -> &'t str {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return "" };
        let (start, end) = (self.tokens[first.token as usize].start, self.tokens[last.token as usize].end);
        &self.text[start as usize..end as usize]
    }

    /// Every candidate that the lattice finds likely enough, with its features; probabilities are left at 0.
    pub(crate) fn score(&self, dictionary: &Dictionary) -> Vec<Scored> {
        let all = self.sentences.iter().enumerate().map(|(at, sentence)| {
            (sentence.as_slice(), &self.lattices[at], self.estimate.sums[at].posterior.as_slice())
        });
        let context = Context::gather(all);
        let mut scored = Vec::new();
        for (at, words) in self.sentences.iter().enumerate() {
            let lattice = &self.lattices[at];
            let posteriors = &self.estimate.sums[at].posterior;
            if posteriors.iter().all(|&posterior| posterior < LEAST) {
                continue;
            }
            let sentence = Sentence::new(words, lattice, posteriors);
            for (index, candidate) in lattice.candidates.iter().enumerate() {
                // "a" for "an" is never a finding of its own; it follows the word after it.
                if posteriors[index] < LEAST || candidate.flags == 0 {
                    continue;
                }
                let place = (at, index);
                let realized = self.realize(place, dictionary);
                if self.text[realized.span.range()] == realized.text {
                    continue;
                }
                let first = &self.tokens[self.token_range(place).0];
                let title = candidate.start > 0 && self.text[first.start as usize..].starts_with(char::is_uppercase);
                let features = features::features(&sentence, index, title, &context, &self.estimate, dictionary);
                scored.push(Scored { place, realized, features, probability: 0.0 });
            }
        }
        scored
    }
}

/// Weight of the channel beside the context scorer alone, as the scorer's training found it.
const CHANNEL: f32 = 0.9;

/// Asks the context scorer how well the candidates of a sentence, which is `start..end` of the passage's words, fit.
fn fit_contexts(
    words: &[u32],
    start: usize,
    end: usize,
    list: &mut [Candidate],
    dictionary: &Dictionary,
    scorer: &Scorer,
) {
    let head = |ids: &[u32]| {
        ids.iter()
            .copied()
            .filter(|&id| id >= FIRST_WORD)
            .min_by(|&a, &b| dictionary.ngrams.unigram(a).total_cmp(&dictionary.ngrams.unigram(b)))
    };
    let place = |candidate: &Candidate| (start + candidate.start as usize, start + candidate.end as usize);
    for candidate in list.iter_mut() {
        candidate.channel = channel(&candidate.weights, &prior::START.families, 1.0);
    }
    let mut states: Vec<State> = list
        .chunk_by(|a, b| place(a) == place(b))
        .map(|group| {
            let (from, to) = place(&group[0]);
            let (left, right, wide) = surroundings(words, start, end, from, to);
            scorer.gather(&left, &right, wide)
        })
        .collect();
    scorer.refine(&mut states);
    for (group, state) in list.chunk_by_mut(|a, b| place(a) == place(b)).zip(&states) {
        let (from, to) = place(&group[0]);
        let Some(spun) = head(&words[from..to]) else { continue };
        let score = |word: u32| scorer.score(state, word).or_else(|| scorer.score(state, UNKNOWN)).unwrap_or(0.0);
        let own = score(spun);
        let mut pressure = 0f32;
        for candidate in group.iter_mut() {
            if let Some(original) = head(&candidate.ids) {
                candidate.context = (score(original) - own).clamp(-15.0, 15.0);
                pressure += (CHANNEL * candidate.channel + candidate.context).exp();
            }
        }
        let pressure = pressure.max(1e-6).ln();
        group.iter_mut().for_each(|candidate| candidate.pressure = pressure);
    }
}
