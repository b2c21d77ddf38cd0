//! Spun text with the places to learn from.

use std::ops::Range;

use crate::candidates::{self, Word};
use crate::dictionary::Dictionary;
use crate::eval::GoldDocument;
use crate::learn::forward::{Forward, Manner};
use crate::learn::random::Random;
use crate::report::Family;
use crate::span::Span;
use crate::text::block;
use crate::text::key::UNKNOWN;
use crate::text::token::Token;

/// Readings of one word, itself not counted.
const READINGS: usize = 24;
/// Sentences that begin after so many words of a chunk are left out.
const WORDS: usize = 500;

/// Least share of the unchanged places that are sites.
const FEWEST: f32 = 0.08;

/// One reading of a place: the word, and ln of the prior of it, up to the channel's weight.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) word: u32,
    /// ln of the rate times the channel; for the word itself, ln of keeping it.
    pub(super) prior: f32,
}

/// A place to learn from.
pub(super) struct Site {
    pub(super) at: usize,
    /// Its readings in the chunk's list, the first one what stands there.
    pub(super) choices: Range<usize>,
    /// Which of them is true.
    pub(super) truth: usize,
    /// ln of the share of places like it that are kept, for unchanged ones.
    pub(super) kept: f32,
}

/// A spun stretch of text.
#[derive(Default)]
pub(super) struct Chunk {
    /// Observed words as the n-gram model knows them.
    pub(super) words: Vec<u32>,
    /// The sentence of each word.
    pub(super) sentences: Vec<Range<usize>>,
    pub(super) sites: Vec<Site>,
    choices: Vec<Choice>,
    // Scratch.
    observed: Vec<Observed>,
    tokens: Vec<Token>,
}

/// An observed word as the dictionaries know it.
struct Observed {
    word: u32,
    /// The true word; none where no reading can be it.
    truth: Option<u32>,
}

impl Chunk {
    /// The readings of a site.
    pub(super) fn choices(&self, site: &Site) -> &[Choice] {
        &self.choices[site.choices.clone()]
    }

    fn clear(&mut self) {
        self.words.clear();
        self.sentences.clear();
        self.sites.clear();
        self.choices.clear();
        self.observed.clear();
    }
}

/// Makes spun chunks.
pub(super) struct Spinner<'d> {
    dictionary: &'d Dictionary,
    forward: Forward,
}

impl<'d> Spinner<'d> {
    pub(super) fn new(dictionary: &'d Dictionary) -> Self {
        Self { dictionary, forward: Forward::of(dictionary) }
    }

    /// Number of substitutions to spin with.
    pub(super) fn substitutions(&self) -> usize {
        self.forward.len()
    }

    /// Spins a text into a chunk.
    pub(super) fn spin(&self, text: &str, random: &mut Random, chunk: &mut Chunk) {
        let manner = Manner::draw(random);
        let rate = guessed(manner.rate, random);
        chunk.clear();
        self.swap(text, manner, random, chunk);
        self.find_sites(Manner { rate, ..manner }, random, chunk);
    }

    /// Takes a document with known substitutions as it is.
    pub(super) fn take(&self, document: &GoldDocument, random: &mut Random, chunk: &mut Chunk) {
        chunk.clear();
        block::read(&document.text, &mut chunk.tokens);
        let sentences: Vec<Vec<Word>> = candidates::sentences(&document.text, &chunk.tokens, self.dictionary);
        let mut tokens = Vec::new();
        let mut edits = document.edits.iter().peekable();
        let mut swapped = 0;
        for sentence in &sentences {
            let start = chunk.words.len();
            for word in sentence {
                let token = &chunk.tokens[word.token as usize];
                let span = Span::new(token.start as usize, token.end as usize);
                while edits.next_if(|edit| edit.span.end <= span.start).is_some() {}
                let truth = match edits.peek().filter(|edit| edit.span.start < span.end) {
                    _ if word.fixed => None,
                    None => Some(word.lookup),
                    Some(edit) if edit.span == span => {
                        let original = edit.corrections.first().map_or("", String::as_str);
                        block::read(original, &mut tokens);
                        let original = candidates::sentences(original, &tokens, self.dictionary);
                        let mut words = original.iter().flatten();
                        words.next().filter(|_| words.next().is_none()).map(|word| word.lookup)
                    }
                    // Of the words of a longer change none stands for one.
                    Some(_) => None,
                };
                swapped += usize::from(truth.is_some_and(|truth| truth != word.lookup));
                chunk.words.push(word.model);
                chunk.observed.push(Observed { word: word.lookup, truth });
            }
            let end = chunk.words.len();
            chunk.sentences.resize(end, start..end);
        }
        let family = Family::ALL.iter().position(|family| document.family.as_deref() == Some(family.name()));
        let rate = guessed(swapped as f32 / chunk.words.len().max(1) as f32, random);
        self.find_sites(Manner { family: family.unwrap_or(0), rate }, random, chunk);
    }

    /// Takes the words that may stand for others for sites, but no more unchanged ones than changed ones, where there
    /// are any.
    fn find_sites(&self, believed: Manner, random: &mut Random, chunk: &mut Chunk) {
        self.find_all_sites(believed, chunk);
        let changed = chunk.sites.iter().filter(|site| site.truth > 0).count();
        let unchanged = chunk.sites.len() - changed;
        let share = (changed as f32 / (unchanged as f32).max(1.0)).clamp(FEWEST, 1.0);
        let kept = share.ln();
        chunk.sites.retain_mut(|site| {
            site.kept = kept;
            site.truth > 0 || random.unit() < share
        });
    }

    /// Swaps words as a spinner does.
    fn swap(&self, text: &str, manner: Manner, random: &mut Random, chunk: &mut Chunk) {
        block::read(text, &mut chunk.tokens);
        let sentences: Vec<Vec<Word>> = candidates::sentences(text, &chunk.tokens, self.dictionary);
        for sentence in &sentences {
            let start = chunk.words.len();
            if start > WORDS {
                break;
            }
            for word in sentence {
                let drawn = if word.fixed { None } else { self.forward.draw(word.lookup, manner, random) };
                let Some(words) = drawn else {
                    chunk.words.push(word.model);
                    let truth = (!word.fixed).then_some(word.lookup);
                    chunk.observed.push(Observed { word: word.lookup, truth });
                    continue;
                };
                for &spun in words {
                    chunk.words.push(self.modeled(spun));
                    let truth = (words.len() == 1).then_some(word.lookup);
                    chunk.observed.push(Observed { word: spun, truth });
                }
            }
            let end = chunk.words.len();
            chunk.sentences.resize(end, start..end);
        }
    }

    /// Finds the words that may stand for others, the true one among them, where text is believed to be spun like this.
    fn find_all_sites(&self, believed: Manner, chunk: &mut Chunk) {
        let Chunk { observed, choices, sites, .. } = chunk;
        for (at, observed) in observed.iter().enumerate() {
            let first = choices.len();
            match self.read(observed, believed, choices) {
                Some(truth) if choices.len() - first > 1 => {
                    sites.push(Site { at, choices: first..choices.len(), truth, kept: 0.0 });
                }
                _ => choices.truncate(first),
            }
        }
    }

    /// Adds the readings of a word, itself first; says which of them is the true one.
    fn read(&self, observed: &Observed, believed: Manner, choices: &mut Vec<Choice>) -> Option<usize> {
        let Observed { word: spun, truth } = *observed;
        let truth = truth?;
        let pack = &self.dictionary.pack;
        let first = choices.len();
        let keep = (1.0 - (believed.rate * pack.readiness(spun)).min(0.9)).ln();
        choices.push(Choice { word: self.modeled(spun), prior: keep });
        let mut found = (spun == truth).then_some(0);
        for substitution in pack.single(spun) {
            let Some(weight) = substitution.codes.weights()[believed.family] else { continue };
            let mut ids = pack.original_ids(substitution.original);
            let (Some(original), None) = (ids.next(), ids.next()) else { continue };
            let is_full = choices.len() - first > READINGS;
            let right = original == truth && found.is_none();
            if is_full && !right {
                continue;
            }
            if is_full {
                choices.pop();
            }
            if right {
                found = Some(choices.len() - first);
            }
            choices.push(Choice { word: self.modeled(original), prior: believed.rate.ln() + weight });
        }
        found
    }

    /// A word as the n-gram model knows it.
    fn modeled(&self, word: u32) -> u32 {
        if (word as usize) < self.dictionary.ngrams.words() { word } else { UNKNOWN }
    }
}

/// What is believed of a rate, which is never exact.
fn guessed(rate: f32, random: &mut Random) -> f32 {
    (rate.max(0.02) * (0.6 * (random.unit() + random.unit() - 1.0)).exp()).min(0.7)
}
