//! A stretch of text, read and weighed: its tokens, its sentences with all their readings, and what they say of it.

use std::borrow::Cow;
use std::ops::Range;

use super::channel::{IdMap, Kinds};
use super::cut::Cut;
use super::decide::LEAST_TOLD;
use super::features::{
    self, COUNT, Context, Expression, Fits, Ground, LEAST, LEAST_FIT, LEAST_OFFERED, LEAST_OTHER, Place, Sentence,
    Shape,
};
use super::forest::{Forest, LANES};
use super::lattice::{self, Lattice, Weights};
use super::prior::{self, Estimate};
use super::readings::Readings;
use super::scorer::Scorer;
use super::variety;
use crate::candidates::realize::{self, Realized};
use crate::candidates::{self, Candidate, Grammar, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::usage::{self, Keys};
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::key;
use crate::text::token::{BREAK_BEFORE, SENTENCE_START, Token, TokenKind};

/// Probability, in a spun text, of what stands for a phrase that is never good English.
pub(crate) const CERTAIN: f32 = 0.97;

/// A passage with all its readings. Spans are bytes of the passage.
pub(crate) struct Passage<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: Cow<'t, [Token]>,
    /// Those that are its own; the others are around it.
    pub(crate) reach: Range<usize>,
    pub(crate) sentences: Vec<Vec<Word>>,
    pub(crate) lattices: Vec<Lattice>,
    kinds: Kinds,
    pub(crate) estimate: Estimate,
    /// ln of the odds that each word of each sentence was changed, by the encoder; empty where none read it.
    damage: Vec<Vec<f32>>,
    /// Whether it is written in British English.
    british: bool,
}

/// Where paragraphs end: for each, the number of sentences up to there.
fn ends(sentences: &[Vec<Word>], tokens: &[Token]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut last = 0;
    for (at, sentence) in sentences.iter().enumerate() {
        let first = sentence[0].token as usize;
        // A break before a quotation mark, which is none of the sentence's words, counts as well.
        if at > 0 && tokens[last + 1..=first].iter().any(|token| token.has(BREAK_BEFORE)) {
            ends.push(at);
        }
        last = sentence[sentence.len() - 1].token as usize;
    }
    ends.push(sentences.len());
    ends
}

/// A candidate written into the text, with what the last decision looks at.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    /// Index of the sentence, and of the candidate in its lattice.
    pub(crate) place: (usize, usize),
    pub(crate) realized: Realized,
    /// What is known of how spinners use it.
    pub(crate) keys: Keys,
    pub(crate) features: [f32; COUNT],
    /// Calibrated probability that this is right, given that the passage is spun.
    pub(crate) probability: f32,
    /// Whether its words are never good English, which is more than the trees know.
    pub(crate) certain: bool,
}

/// A candidate of a sentence that is looked at.
struct Asked {
    /// Its index, and that of its run.
    index: usize,
    place: usize,
    /// The number of its fit.
    fit: usize,
}

/// A candidate with what decides about it, before it is written into the text.
struct Row {
    place: (usize, usize),
    keys: Keys,
    features: [f32; COUNT],
    /// The fixed expression that it is part of.
    expression: Expression,
}

impl<'t> Passage<'t> {
    /// Weighs some sentences of a text that was cut into tokens, of which `reach` are theirs.
    #[allow(clippy::too_many_arguments, reason = "all that the engine knows comes together here")]
    pub(crate) fn read(
        text: &'t str,
        tokens: impl Into<Cow<'t, [Token]>>,
        reach: Range<usize>,
        sentences: Vec<Vec<Word>>,
        dictionary: &Dictionary,
        scorer: &Scorer,
        grammar: &Grammar,
        weights: &Weights,
        readings: &mut Readings,
    ) -> Self {
        let tokens = tokens.into();
        let mut kinds = Kinds::default();
        let mut builder = lattice::Builder::new(&dictionary.ngrams, weights);
        let mut lattices = Vec::with_capacity(sentences.len());
        let readiness = |word| dictionary.pack.readiness(word);
        readings.for_each_best(&sentences, dictionary, grammar, scorer, weights, |at, best, standing| {
            let belief = &prior::START;
            let sentence = &sentences[at];
            lattices.push(Lattice::build(&mut builder, sentence, best, &mut kinds, readiness, standing, belief));
        });
        let estimate = prior::estimate(&lattices, &ends(&sentences, &tokens), &kinds, weights);
        let british = variety::is_british(&sentences, &lattices, &estimate.sums, dictionary);
        Self { text, tokens, reach, sentences, lattices, kinds, estimate, damage: Vec::new(), british }
    }

    /// A text read as one passage.
    #[cfg(test)]
    pub(super) fn of(text: &'t str, dictionary: &Dictionary) -> Self {
        let mut tokens = Vec::new();
        crate::text::block::read(text, &mut tokens);
        let sentences = crate::candidates::sentences(text, &tokens, dictionary);
        let (scorer, grammar) = (Scorer::builtin(dictionary), Grammar::new(dictionary));
        let (weights, mut readings) = (Weights::default(), Readings::default());
        let all = 0..tokens.len();
        Self::read(text, tokens, all, sentences, dictionary, &scorer, &grammar, &weights, &mut readings)
    }

    /// The bytes of its text that are its own, white space behind them included.
    pub(crate) fn bytes(&self) -> Range<usize> {
        let start = |token: usize| self.tokens.get(token).map_or(self.text.len(), |token| token.start as usize);
        let first = if self.reach.start == 0 { 0 } else { start(self.reach.start) };
        first..start(self.reach.end)
    }

    /// Whether it is written in British English.
    #[cfg(any(test, feature = "encoder"))]
    pub(super) fn is_british(&self) -> bool {
        self.british
    }

    /// Takes in what the encoder says of it, in order of the text: ln of the odds of each candidate against what stands
    /// there, and of those that each word was changed.
    #[cfg(any(feature = "cli", feature = "encoder"))]
    pub(crate) fn hear(&mut self, fits: &[f32], detected: &[f32]) {
        let candidates = self.lattices.iter_mut().flat_map(|lattice| &mut lattice.candidates);
        candidates.zip(fits).for_each(|(candidate, &fit)| candidate.fit = fit);
        let mut damage = detected.iter().copied();
        self.damage = self.sentences.iter().map(|sentence| damage.by_ref().take(sentence.len()).collect()).collect();
    }

    /// Share of words outside quotation marks that were swapped in some of its sentences, as estimated.
    pub(crate) fn rate(&self, sentences: Range<usize>) -> f32 {
        self.estimate.rate(&self.lattices[sentences.clone()], sentences.start)
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

    /// The token of a candidate that is a number.
    pub(crate) fn number(&self, place: (usize, usize)) -> Option<usize> {
        let (first, last) = self.token_range(place);
        (first == last && self.tokens[first].kind == TokenKind::Number).then_some(first)
    }

    /// A candidate, which is part of a fixed expression, written into the text.
    fn realize(&self, place: (usize, usize), expression: Expression, dictionary: &Dictionary) -> Realized {
        let candidate = self.candidate(place);
        let range = self.token_range(place);
        let original: Cow<'_, str> = match candidate.reading {
            Reading::Original(original) => {
                let written = realize::within(dictionary.pack.original(original), candidate.trimmed);
                let has_own = written.contains(char::is_uppercase);
                // What the expression says is of the model's words, which those of an original may not be.
                let named = match written.split(' ').count() == candidate.ids.len() {
                    true if has_own => expression.capitals | expression.whole,
                    true => expression.capitals,
                    false => 0,
                };
                // In dictionaries of one's own, words are written as they are meant.
                if has_own && dictionary.pack.is_on_top(original) {
                    written.into()
                } else {
                    realize::cased(self.text, &self.tokens, range, written, named, &dictionary.ngrams)
                }
            }
            Reading::Article(id) => if dictionary.ngrams.id("an") == Some(id) { "an" } else { "a" }.into(),
            Reading::Moved { tail, head } => {
                let words = &self.sentences[place.0][candidate.start as usize..candidate.end as usize];
                let front = self.run(&words[words.len() - tail as usize..]);
                let back = self.moved(&words[..head as usize], &dictionary.ngrams);
                let moved: Cow<'_, str> = if front.is_empty() { back } else { format!("{front} {back}").into() };
                // What was put out of order has lost the capitals of its name.
                let named = expression.capitals | expression.whole;
                let is_same = moved.split(' ').count() == candidate.ids.len();
                if is_same && named != 0 { realize::capitals(&moved, named).into() } else { moved }
            }
        };
        let mut realized = realize::realize(self.text, &self.tokens, range, &original, &dictionary.ngrams);
        if self.british {
            let opens = realize::opens(self.text, &self.tokens, range.0);
            realized.text = dictionary.pack.write_british(&realized.text, opens);
        }
        realize::keep_break(self.text, realized)
    }

    /// A word as it is looked up.
    #[cfg(any(test, feature = "encoder"))]
    pub(crate) fn form(&self, word: &Word) -> String {
        let mut form = String::new();
        key::normalize(self.tokens[word.token as usize].text(self.text), &mut form);
        form
    }

    /// The words of a candidate of a sentence as they are looked up, with spaces between them.
    #[cfg(any(test, feature = "encoder"))]
    pub(crate) fn reading(&self, sentence: usize, candidate: &Candidate, dictionary: &Dictionary) -> String {
        match candidate.reading {
            Reading::Original(original) => {
                key::phrase(realize::within(dictionary.pack.original(original), candidate.trimmed))
            }
            Reading::Article(id) => if dictionary.ngrams.id("an") == Some(id) { "an" } else { "a" }.into(),
            Reading::Moved { tail, head } => {
                let words = &self.sentences[sentence][candidate.start as usize..candidate.end as usize];
                let order = words[words.len() - tail as usize..].iter().chain(&words[..head as usize]);
                order.map(|word| self.form(word)).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// How a candidate and its neighbors are written.
    fn shape(&self, place: (usize, usize)) -> Shape {
        let (first, last) = self.token_range(place);
        let starts = |token: &Token, kind: fn(char) -> bool| self.text[token.start as usize..].starts_with(kind);
        Shape {
            title: self.candidate(place).start > 0 && starts(&self.tokens[first], char::is_uppercase),
            digits: starts(&self.tokens[first], |c| c.is_ascii_digit()),
            after_capital: first.checked_sub(1).is_some_and(|before| self.has_capital(before)),
            before_capital: last + 1 < self.tokens.len() && self.has_capital(last + 1),
        }
    }

    /// Whether a token has a capital that no sentence's start gives it.
    fn has_capital(&self, token: usize) -> bool {
        let token = &self.tokens[token];
        self.text[token.start as usize..].starts_with(char::is_uppercase) && !token.has(SENTENCE_START)
    }

    /// A run of words as it is written where it is moved away from the start of a sentence, if it stands there: without
    /// the capital, but for names.
    fn moved(&self, words: &[Word], ngrams: &Ngrams) -> Cow<'t, str> {
        let text = self.run(words);
        let Some(first) = words.first() else { return text.into() };
        let at = first.token as usize;
        let word = self.tokens[at].text(self.text);
        let is_name = ngrams.case(first.model).lower < 0.5;
        if is_name || case::of(word) != Case::Title || !realize::opens(self.text, &self.tokens, at) {
            return text.into();
        }
        format!("{}{}", word.to_lowercase(), &text[word.len()..]).into()
    }

    /// A run of words as the text writes it.
    fn run(&self, words: &[Word]) -> &'t str {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return "" };
        let (start, end) = (self.tokens[first.token as usize].start, self.tokens[last.token as usize].end);
        &self.text[start as usize..end as usize]
    }

    /// Every candidate that the lattice finds likely enough, with its features; probabilities are left at 0.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning wants them all"))]
    pub(crate) fn score(&self, dictionary: &Dictionary) -> Vec<Scored> {
        let mut scored = Vec::new();
        self.for_each_row(dictionary, |row| scored.extend(self.scored(row, (0.0, false), dictionary)));
        scored
    }

    /// The candidates that the trees give at least this probability, in order, and other readings of their words.
    pub(crate) fn judge(&self, dictionary: &Dictionary, forest: &Forest, least: f32) -> Vec<Scored> {
        // Rows are large: growing bit by bit touches as much memory again, which a short text would notice.
        let words: usize = self.sentences.iter().map(Vec::len).sum();
        let mut judged: Vec<(Row, f32, bool)> = Vec::with_capacity((words / 2).min(512));
        let mut rows: Vec<Row> = Vec::with_capacity(LANES);
        let mut columns = [[0f32; LANES]; COUNT];
        let mut judge = |rows: &mut Vec<Row>| {
            for (n, row) in rows.iter().enumerate() {
                columns.iter_mut().zip(row.features).for_each(|(column, x)| column[n] = x);
            }
            for (row, probability) in rows.drain(..).zip(forest.probabilities(&columns)) {
                let candidate = self.candidate(row.place);
                // What is quoted may be there because it is odd.
                let certain = candidate.certain && !self.lattices[row.place.0].quoted(candidate);
                if probability >= least.min(LEAST_TOLD) || certain {
                    judged.push((row, probability, certain));
                }
            }
        };
        self.for_each_row(dictionary, |row| {
            rows.push(row);
            if rows.len() == LANES {
                judge(&mut rows);
            }
        });
        judge(&mut rows);
        // Only what may be told is written into the text, which costs more than all the rest.
        let start = |row: &Row| (row.place.0, self.candidate(row.place).start);
        let end = |row: &Row| self.candidate(row.place).end;
        let mut told = Vec::with_capacity(judged.len());
        // Rows are in order of their starts.
        for group in judged.chunk_by(|a, b| start(&a.0) == start(&b.0)) {
            let is_told =
                |row: &Row| group.iter().any(|(other, p, certain)| (*p >= least || *certain) && end(other) == end(row));
            told.extend(group.iter().map(|(row, ..)| is_told(row)));
        }
        let told = judged.into_iter().zip(told).filter(|(_, is_told)| *is_told);
        told.filter_map(|((row, probability, certain), _)| self.scored(row, (probability, certain), dictionary))
            .collect()
    }

    /// A candidate written into the text, unless it stands there already.
    fn scored(&self, row: Row, (probability, certain): (f32, bool), dictionary: &Dictionary) -> Option<Scored> {
        let Row { place, keys, features, expression } = row;
        let realized = self.realize(place, expression, dictionary);
        let changes = self.holds(realized.span)
            && self.text[realized.span.range()] != realized.text
            && self.article_fits(place, &realized.text, &dictionary.ngrams)
            && !self.loses_name(place)
            && !self.cuts_whole(place, &realized, dictionary)
            && !(self.british && self.leaves_british(place, &realized, dictionary));
        changes.then_some(Scored { place, realized, keys, features, probability, certain })
    }

    /// Whether some bytes are among its own. What is written may reach over an article or a blank before a candidate's
    /// words, or a mark behind them, and those may be another passage's.
    fn holds(&self, span: Span) -> bool {
        let own = self.bytes();
        own.start <= span.start && span.end <= own.end
    }

    /// Whether what is written, as its reader sees it, changes other bytes than a candidate's words, and with them a part
    /// of what is to stay whole there: it may take in the article before them, and leave words as they are beside those
    /// that go.
    fn cuts_whole(&self, place: (usize, usize), realized: &Realized, dictionary: &Dictionary) -> bool {
        let bytes = |first: usize, last: usize| self.tokens[first].start as usize..self.tokens[last].end as usize;
        let (first, last) = self.token_range(place);
        let words = &self.sentences[place.0];
        let token = |at: usize| words[at.min(words.len() - 1)].token as usize;
        let cut = Cut { span: realized.span, texts: vec![realized.text.clone()] }.neatly(self.text, &self.bytes());
        let shown = &self.text[cut.span.range()];
        let start = cut.span.start + shown.len() - shown.trim_start().len();
        let shown = start..start + shown.trim().len();
        shown != bytes(first, last)
            && candidates::whole(words, dictionary)
                .any(|run| !candidates::spares(&bytes(token(run.start), token(run.end - 1)), &shown))
    }

    /// Whether a reading is none that its text, which is British, would have.
    fn leaves_british(&self, place: (usize, usize), realized: &Realized, dictionary: &Dictionary) -> bool {
        let candidate = self.candidate(place);
        let words = &self.sentences[place.0][candidate.start as usize..candidate.end as usize];
        let written = [&self.text[realized.span.range()], &realized.text];
        !candidate.certain && variety::leaves_british(words, &candidate.ids, written, dictionary)
    }

    /// Whether a candidate takes away a word with capitals inside ("KiDS"), which is a name; the plural of an acronym
    /// ("TVs") is none.
    fn loses_name(&self, place: (usize, usize)) -> bool {
        let candidate = self.candidate(place);
        let words = &self.sentences[place.0][candidate.start as usize..candidate.end as usize];
        words.iter().filter(|word| !candidate.ids.contains(&word.model)).any(|word| {
            let text = self.tokens[word.token as usize].text(self.text);
            case::of(text.strip_suffix('s').unwrap_or(text)) == Case::Mixed
        })
    }

    /// Whether a reading that is an article fits the word after it as that stands.
    fn article_fits(&self, place: (usize, usize), reading: &str, ngrams: &Ngrams) -> bool {
        let (reading, next) = (reading.trim(), self.token_range(place).1 + 1);
        let is_an = reading.eq_ignore_ascii_case("an");
        !(is_an || reading.eq_ignore_ascii_case("a"))
            || next == self.tokens.len()
            || realize::an_fits(self.text, &self.tokens, next, ngrams) == is_an
    }

    /// Calls `visit` with every candidate that the lattice finds likely enough.
    fn for_each_row(&self, dictionary: &Dictionary, mut visit: impl FnMut(Row)) {
        let all = self.sentences.iter().enumerate().map(|(at, sentence)| {
            (sentence.as_slice(), &self.lattices[at], self.estimate.sums[at].posterior.as_slice())
        });
        let context = Context::gather(all, &dictionary.ngrams);
        let ground = Ground { context, kinds: &self.kinds, estimate: &self.estimate, dictionary };
        let (mut hashes, mut form) = (Vec::new(), String::new());
        let mut originals: IdMap<(u32, u32), u64> = IdMap::default();
        let mut fits = Fits::default();
        let (mut places, mut asked, mut usage_keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut paragraphs = self.estimate.paragraphs.iter();
        let mut paragraph = paragraphs.next();
        for (at, words) in self.sentences.iter().enumerate() {
            while paragraph.is_some_and(|paragraph| paragraph.end <= at) {
                paragraph = paragraphs.next();
            }
            let rate = paragraph.map_or(self.estimate.belief.rates, |paragraph| paragraph.rates)[0];
            let lattice = &self.lattices[at];
            let posteriors = &self.estimate.sums[at].posterior;
            let candidates = &lattice.candidates;
            let damage = self.damage.get(at).map_or(&[][..], Vec::as_slice);
            let is_heard =
                |at: usize| !damage.is_empty() && posteriors[at] >= LEAST_OFFERED && candidates[at].fit >= LEAST_FIT;
            let is_worth_it = |at: usize| posteriors[at] >= LEAST || candidates[at].certain || is_heard(at);
            if !(0..candidates.len()).any(is_worth_it) {
                continue;
            }
            // Candidates are in order of their starts.
            let is_other = |at: usize| {
                let (start, end) = (candidates[at].start, candidates[at].end);
                let same = |&other: &usize| candidates[other].start == start;
                let mut around = (0..at).rev().take_while(same).chain((at + 1..candidates.len()).take_while(same));
                posteriors[at] >= LEAST_OTHER && around.any(|other| candidates[other].end == end && is_worth_it(other))
            };
            let sentence = Sentence::new(words, lattice, posteriors, damage, rate);
            hashes.clear();
            for word in words {
                key::normalize(self.tokens[word.token as usize].text(self.text), &mut form);
                hashes.push(usage::word(&form));
            }
            places.clear();
            asked.clear();
            usage_keys.clear();
            fits.clear();
            // The word at hand, and the first run that starts at it.
            let (mut word, mut first) = (None, 0);
            for (index, candidate) in lattice.candidates.iter().enumerate() {
                // "a" for "an" is never a finding of its own; it follows the word after it.
                if candidate.flags == 0 || !is_worth_it(index) && !is_other(index) {
                    continue;
                }
                if word != Some(candidate.start) {
                    (word, first) = (Some(candidate.start), places.len());
                }
                let place = match places[first..].iter().position(|place: &Place| place.is(candidate)) {
                    Some(known) => first + known,
                    None => {
                        let run = (candidate.start as usize, candidate.end as usize);
                        let capital = |word: usize| self.has_capital(words[word].token as usize);
                        let shape = self.shape((at, index));
                        places.push(Place::new(&sentence, run, shape, capital, dictionary, &mut fits));
                        places.len() - 1
                    }
                };
                let run = &hashes[candidate.start as usize..candidate.end as usize];
                let reading = match candidate.reading {
                    // Nobody has counted what is said in dictionaries of one's own.
                    Reading::Original(original) if dictionary.pack.is_on_top(original) => None,
                    Reading::Original(original) => {
                        let trimmed = candidate.trimmed;
                        let known = originals.entry((original, u32::from(u16::from_le_bytes(trimmed.into()))));
                        Some(*known.or_insert_with(|| {
                            let phrase = key::phrase(realize::within(dictionary.pack.original(original), trimmed));
                            usage::phrase(phrase.split(' ').map(usage::word))
                        }))
                    }
                    Reading::Moved { tail, head } => {
                        let order = run[run.len() - tail as usize..].iter().chain(&run[..head as usize]);
                        Some(usage::phrase(order.copied()))
                    }
                    Reading::Article(_) => None,
                };
                let keys = |reading: u64| Keys::new(usage::phrase(run.iter().copied()), reading);
                usage_keys.push(reading.map_or(Keys::UNKNOWN, keys));
                asked.push(Asked { index, place, fit: fits.add(&places[place].around, &candidate.ids) });
            }
            fits.find(&dictionary.ngrams);
            let known = dictionary.usage.of_many(&usage_keys);
            for ((&Asked { index, place, fit }, &keys), known) in asked.iter().zip(&usage_keys).zip(known) {
                let place = &places[place];
                let (features, expression) = features::features(&sentence, index, place, (&fits, fit), &known, &ground);
                visit(Row { place: (at, index), keys, features, expression });
            }
        }
    }
}
