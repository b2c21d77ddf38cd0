//! A whole text, read, weighed and decided.

use super::decide::{Choice, choose};
use super::lattice::{Lattice, Weights};
use super::prior::{self, Estimate};
use crate::candidates::realize::{Realized, realize};
use crate::candidates::{self, Candidate, Reading, Word};
use crate::config::Config;
use crate::dictionary::Dictionary;
use crate::report::{Applicability, Correction, Family, Finding, Report, Rule, Severity};
use crate::text::block;
use crate::text::token::Token;

/// One block of a text with its sentences.
struct Block {
    start: usize,
    text: std::ops::Range<usize>,
    tokens: Vec<Token>,
    sentences: Vec<Vec<Word>>,
    first_lattice: usize,
}

/// A text with all its readings.
pub(crate) struct Analysis {
    blocks: Vec<Block>,
    lattices: Vec<Lattice>,
    pub(crate) estimate: Estimate,
    tokens: usize,
}

impl Analysis {
    /// Reads and weighs a text.
    pub(crate) fn of(text: &str, dictionary: &Dictionary, weights: &Weights) -> Self {
        let articles = [dictionary.ngrams.id("a").unwrap_or(0), dictionary.ngrams.id("an").unwrap_or(0)];
        let mut blocks = Vec::new();
        let mut lattices = Vec::new();
        let mut count = 0;
        for (start, part) in block::blocks(text) {
            let mut tokens = Vec::new();
            block::read(part, &mut tokens);
            count += tokens.len();
            let sentences = candidates::sentences(part, &tokens, dictionary);
            let first_lattice = lattices.len();
            for sentence in &sentences {
                let mut list = Vec::new();
                candidates::candidates(sentence, dictionary, articles, &mut list);
                lattices.push(Lattice::build(
                    sentence,
                    list,
                    |word| dictionary.pack.readiness(word),
                    &dictionary.ngrams,
                    weights,
                    &prior::START,
                ));
            }
            blocks.push(Block { start, text: start..start + part.len(), tokens, sentences, first_lattice });
        }
        let estimate = prior::estimate(&lattices, weights);
        Self { blocks, lattices, estimate, tokens: count }
    }

    fn for_each_choice(&self, least: f32, mut visit: impl FnMut(&Block, &[Word], &Lattice, &Choice)) {
        for block in &self.blocks {
            for (index, sentence) in block.sentences.iter().enumerate() {
                let at = block.first_lattice + index;
                let lattice = &self.lattices[at];
                for choice in choose(lattice, &self.estimate.sums[at], least) {
                    visit(block, sentence, lattice, &choice);
                }
            }
        }
    }

    fn realize(block: &Block, text: &str, sentence: &[Word], candidate: &Candidate, dictionary: &Dictionary) -> Realized {
        let first = sentence[candidate.start as usize].token as usize;
        let last = sentence[candidate.end as usize - 1].token as usize;
        let original = match candidate.reading {
            Reading::Original(original) => dictionary.pack.original(original),
            Reading::Article(id) => if dictionary.ngrams.id("an") == Some(id) { "an" } else { "a" },
        };
        realize(&text[block.text.clone()], &block.tokens, first, last, original, &dictionary.ngrams)
    }

    /// What was found.
    pub(crate) fn report(&self, text: &str, dictionary: &Dictionary, config: &Config) -> Report {
        let mut findings = Vec::new();
        self.for_each_choice(config.min_confidence, |block, sentence, lattice, choice| {
            let candidate = &lattice.candidates[choice.candidate];
            let realized = Self::realize(block, text, sentence, candidate, dictionary);
            let span = realized.span.shifted(block.start);
            if text[span.range()] == realized.text {
                return;
            }
            findings.push(Finding {
                span,
                corrections: vec![Correction { text: realized.text, confidence: choice.posterior }],
                severity: Severity::Error,
                applicability: Applicability::Review,
                rule: Rule::SwappedWord,
                family: Family::Thesaurus,
                message: String::new(),
                evidence: Vec::new(),
                sources: Vec::new(),
                id: String::new(),
            });
        });
        Report { spun: 0.0, family: None, rate: f64::from(self.estimate.belief.rates[0]), tokens: self.tokens, findings }
    }

    pub(crate) fn dump(&self, text: &str, dictionary: &Dictionary, least: f32) -> String {
        use super::features::{Context, Sentence, features};
        use std::fmt::Write;
        let mut out = String::new();
        let e = &self.estimate;
        let _ = writeln!(out, "#\t{}\t{:.4}\t{:.4}\t{:.3}\t{:.3}\t{:.3}\t{:.3}\t{:.3}", self.tokens, e.belief.rates[0], e.belief.rates[1], e.evidence, e.belief.families[0], e.belief.families[1], e.belief.families[2], e.belief.families[3]);
        let all = self.blocks.iter().flat_map(|block| {
            block.sentences.iter().enumerate().map(|(index, sentence)| {
                let at = block.first_lattice + index;
                (sentence.as_slice(), &self.lattices[at], self.estimate.sums[at].posterior.as_slice())
            })
        });
        let context = Context::gather(all, dictionary);
        for block in &self.blocks {
            for (index, words) in block.sentences.iter().enumerate() {
                let at = block.first_lattice + index;
                let lattice = &self.lattices[at];
                let posteriors = &self.estimate.sums[at].posterior;
                let sentence = Sentence::new(words, lattice, posteriors);
                for (index, candidate) in lattice.candidates.iter().enumerate() {
                    if posteriors[index] < least {
                        continue;
                    }
                    let realized = Self::realize(block, text, words, candidate, dictionary);
                    let span = realized.span.shifted(block.start);
                    if text[span.range()] == realized.text {
                        continue;
                    }
                    let first = &block.tokens[words[candidate.start as usize].token as usize];
                    let title = candidate.start > 0 && text[block.start + first.start as usize..].starts_with(char::is_uppercase);
                    let row = features(&sentence, index, title, &context, e, self.tokens, dictionary);
                    let _ = write!(out, "{}\t{}\t{}\t{}\t{:.4}", span.start, span.end, &text[span.range()].replace(['\n', '\t'], " "), realized.text, posteriors[index]);
                    for x in row {
                        let _ = write!(out, "\t{x:.4}");
                    }
                    out.push('\n');
                }
            }
        }
        out
    }
}
