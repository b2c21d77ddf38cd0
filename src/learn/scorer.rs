//! Trains the context scorer: `unspin learn scorer`.
//!
//! Text is spun by running the substitution table forwards; the scorer learns to tell which of the readings that the
//! table then allows truly stood at a place. One thread, so that the same corpora give the same bytes.

use std::io;
use std::path::PathBuf;

use super::corpus::{for_each_line, nothing};
use super::random::Random;
use crate::candidates::{self, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::vectors::{DIMENSIONS as VECTOR, Vectors};
use crate::model::scorer::{
    BIAS_AT, DENSE, DIMENSIONS, HIDDEN, INNER_AT, OUTER_AT, PRIOR_AT, REACH, Vector, WIDE, WIDE_AT, add, dot, pack,
    wide_weight,
};
use crate::text::block;
use crate::text::key::{END, FIRST_WORD, SENTENCE, UNKNOWN};
use crate::text::token::Token;

/// Families that text is spun with: a share of the chunks and the family's number.
const FAMILIES: [(f32, usize); 3] = [(0.5, 0), (0.2, 1), (0.3, 2)];
/// Rates that text is spun at.
pub(super) const RATES: [f32; 6] = [0.0, 0.1, 0.2, 0.3, 0.45, 0.6];
/// Readings of one word, itself not counted.
const READINGS: usize = 24;
/// Paragraphs are read together until they have this many bytes, and words beyond a number are left out.
const CHUNK: usize = 1200;
/// See [`CHUNK`].
const CHUNK_WORDS: usize = 500;

/// What to train the scorer from.
#[derive(Clone, Debug)]
pub struct ScorerOptions {
    /// Corpora, one paragraph a line: `.txt`, `.txt.zst`, `.txt.gz`, or `-`; "science" and "wikipedia" in a file's
    /// name set its share.
    pub corpora: Vec<PathBuf>,
    /// Number of words with vectors, the most frequent ones.
    pub words: usize,
    /// Places to learn from.
    pub sites: u64,
    /// Step sizes at the start for word vectors and for the dense part.
    pub rates: [f32; 2],
    /// Step size at the end, as a share of that at the start.
    pub last: f32,
    /// Where random numbers start; continue a training with another seed.
    pub seed: u64,
    /// Word vectors to start from ([`super::vectors`]).
    pub vectors: Option<PathBuf>,
    /// A state that an earlier training left, to go on from.
    pub resume: Option<PathBuf>,
}

impl Default for ScorerOptions {
    fn default() -> Self {
        Self {
            corpora: Vec::new(),
            words: 36_000,
            sites: 40_000_000,
            rates: [0.1, 0.02],
            last: 0.02,
            seed: 1,
            vectors: None,
            resume: None,
        }
    }
}

/// A family, as often as text is spun with it.
pub(super) fn draw_family(random: &mut Random) -> usize {
    let mut left = random.unit();
    let drawn = FAMILIES.iter().find(|entry| {
        left -= entry.0;
        left < 0.0
    });
    drawn.map_or(0, |entry| entry.1)
}

/// The substitution table, forwards.
pub(super) struct Forward {
    /// Substitutes of each word, in `substitutes`.
    ends: Vec<u32>,
    substitutes: Vec<Substitute>,
    /// Words of all substitutes.
    words: Vec<u32>,
}

struct Substitute {
    start: u32,
    length: u8,
    /// Shares in the original's substitutions, for each family.
    shares: [f32; 4],
}

impl Forward {
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        let pack = &dictionary.pack;
        let mut pairs: Vec<(u32, Substitute)> = Vec::new();
        let mut words: Vec<u32> = Vec::new();
        let mut take = |spun: &[u32], found: crate::dictionary::pack::Substitution| {
            let mut ids = pack.original_ids(found.original);
            if let (Some(original), None) = (ids.next(), ids.next()) {
                let shares = found.codes.weights().map(|weight| weight.map_or(0.0, f32::exp));
                pairs.push((original, Substitute { start: words.len() as u32, length: spun.len() as u8, shares }));
                words.extend_from_slice(spun);
            }
        };
        for spun in 0..pack.word_count() as u32 {
            pack.single(spun).for_each(|found| take(&[spun], found));
        }
        pack.for_each_run_key(|spun, index| pack.run(index).for_each(|found| take(spun, found)));
        pairs.sort_by_key(|pair| pair.0);
        let mut ends = vec![0u32; pack.word_count()];
        pairs.iter().for_each(|pair| ends[pair.0 as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Self { ends, substitutes: pairs.into_iter().map(|pair| pair.1).collect(), words }
    }

    /// The words that a spinner of a family puts in place of one, where it does so at this rate.
    pub(super) fn draw(&self, word: u32, family: usize, rate: f32, random: &mut Random) -> Option<&[u32]> {
        let substitutes = self.of_word(word);
        let total: f32 = substitutes.iter().map(|substitute| substitute.shares[family]).sum();
        if rate <= 0.0 || total <= 0.0 || random.unit() >= (rate * total).min(0.9) {
            return None;
        }
        let mut left = random.unit() * total;
        let drawn = substitutes.iter().find(|substitute| {
            left -= substitute.shares[family];
            left < 0.0 && substitute.shares[family] > 0.0
        })?;
        Some(&self.words[drawn.start as usize..][..drawn.length as usize])
    }

    fn of_word(&self, word: u32) -> &[Substitute] {
        let word = word as usize;
        let start = if word == 0 { 0 } else { self.ends[word - 1] };
        &self.substitutes[start as usize..self.ends[word] as usize]
    }
}

/// News, science, wikipedia: as often as text is drawn from each.
pub(super) const GROUPS: [usize; 5] = [0, 0, 0, 1, 2];
/// Least words of a chunk; shorter ones say little.
pub(super) const LEAST_WORDS: usize = 40;
/// Chunks drawn in a row without anything to learn from after which there is no more to hope for.
pub(super) const FRUITLESS: usize = 5000;

/// Corpora in memory, cut into chunks of some paragraphs: news, science, wikipedia.
///
/// # Errors
///
/// Where a corpus cannot be read, or where there is no text.
pub(super) fn read_chunks(paths: &[PathBuf]) -> io::Result<[Vec<Box<str>>; 3]> {
    let mut groups: [Vec<Box<str>>; 3] = Default::default();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let group = if name.contains("science") {
            1
        } else if name.contains("wikipedia") {
            2
        } else {
            0
        };
        let mut chunk = String::new();
        for_each_line(path, |line| {
            chunk.push_str(line);
            if chunk.len() > CHUNK {
                groups[group].push(chunk.as_str().into());
                chunk.clear();
            }
            Ok(())
        })?;
        if !chunk.is_empty() {
            groups[group].push(chunk.into());
        }
    }
    if groups.iter().all(Vec::is_empty) {
        return Err(nothing("text; give at least one non-empty file"));
    }
    Ok(groups)
}

/// One reading of a place: the word, and ln of the prior of it, up to the channel's weight.
#[derive(Clone, Copy)]
struct Choice {
    word: u32,
    /// ln of the rate times the channel; for the word itself, ln of keeping it.
    prior: f32,
}

/// A place to learn from.
#[derive(Clone, Copy)]
struct Site {
    at: u32,
    /// Its readings in the chunk's list, the first one what stands there.
    choices: (u32, u32),
    /// Which of them is true.
    truth: u32,
    /// ln of the share of places like it that are kept, for unchanged ones.
    kept: f32,
}

/// A spun chunk of text.
#[derive(Default)]
struct Chunk {
    /// Observed words as the n-gram model knows them.
    words: Vec<u32>,
    /// The sentence of each word: start and end.
    sentence: Vec<(u32, u32)>,
    sites: Vec<Site>,
    choices: Vec<Choice>,
    // Scratch.
    observed: Vec<(u32, u32)>,
    tokens: Vec<Token>,
}

/// Makes spun chunks.
struct Spinner<'d> {
    dictionary: &'d Dictionary,
    forward: Forward,
}

/// Marks an observed word whose true word no reading can be.
const NO_SITE: u32 = u32::MAX;

impl Spinner<'_> {
    fn spin(&self, text: &str, random: &mut Random, chunk: &mut Chunk) {
        let pack = &self.dictionary.pack;
        let model_words = self.dictionary.ngrams.words() as u32;
        let family = draw_family(random);
        let rate = RATES[random.below(RATES.len())];
        // What is believed of the rate is never exact.
        let believed = (rate.max(0.02) * (0.6 * (random.unit() + random.unit() - 1.0)).exp()).min(0.7);
        chunk.words.clear();
        chunk.sentence.clear();
        chunk.sites.clear();
        chunk.choices.clear();
        chunk.observed.clear();
        block::read(text, &mut chunk.tokens);
        let sentences: Vec<Vec<Word>> = candidates::sentences(text, &chunk.tokens, self.dictionary);
        for sentence in &sentences {
            let start = chunk.words.len();
            if start > CHUNK_WORDS {
                break;
            }
            for word in sentence {
                let drawn = if word.fixed { None } else { self.forward.draw(word.lookup, family, rate, random) };
                if let Some(words) = drawn {
                    for &spun in words {
                        chunk.words.push(if spun < model_words { spun } else { UNKNOWN });
                        chunk.observed.push((spun, if words.len() == 1 { word.lookup } else { NO_SITE }));
                    }
                    continue;
                }
                chunk.words.push(word.model);
                chunk.observed.push((word.lookup, if word.fixed { NO_SITE } else { word.lookup }));
            }
            let end = chunk.words.len();
            chunk.sentence.resize(end, (start as u32, end as u32));
        }
        let (mut changed, mut unchanged) = (0f32, 0f32);
        for (at, &(spun, truth)) in chunk.observed.iter().enumerate() {
            if truth == NO_SITE {
                continue;
            }
            let first = chunk.choices.len();
            let keep = (1.0 - (believed * pack.readiness(spun)).min(0.9)).ln();
            chunk.choices.push(Choice { word: if spun < model_words { spun } else { UNKNOWN }, prior: keep });
            let mut found = if spun == truth { 0 } else { NO_SITE };
            for substitution in pack.single(spun) {
                let Some(weight) = substitution.codes.weights()[family] else { continue };
                let mut ids = pack.original_ids(substitution.original);
                let (Some(original), None) = (ids.next(), ids.next()) else { continue };
                let count = chunk.choices.len() - first - 1;
                let right = original == truth && found == NO_SITE;
                if count >= READINGS && !right {
                    continue;
                }
                if count >= READINGS {
                    chunk.choices.pop();
                }
                if right {
                    found = (chunk.choices.len() - first) as u32;
                }
                let word = if original < model_words { original } else { UNKNOWN };
                chunk.choices.push(Choice { word, prior: believed.ln() + weight });
            }
            if chunk.choices.len() - first < 2 || found == NO_SITE {
                chunk.choices.truncate(first);
                continue;
            }
            if found == 0 {
                unchanged += 1.0;
            } else {
                changed += 1.0;
            }
            let choices = (first as u32, chunk.choices.len() as u32);
            chunk.sites.push(Site { at: at as u32, choices, truth: found, kept: 0.0 });
        }
        // No more unchanged sites than changed ones, where there are any.
        let share = (changed / unchanged.max(1.0)).clamp(0.08, 1.0);
        let kept = share.ln();
        chunk.sites.retain_mut(|site| {
            site.kept = kept;
            site.truth > 0 || random.unit() < share
        });
    }
}

/// The scorer with full numbers and its step sizes' sums of squares.
struct Net {
    input: Vec<f32>,
    input_sum: Vec<f32>,
    output: Vec<f32>,
    output_sum: Vec<f32>,
    bias: Vec<f32>,
    bias_sum: Vec<f32>,
    dense: Vec<f32>,
    dense_sum: Vec<f32>,
    wide: Vec<f32>,
}

/// What a step of training needs to hold.
struct Scratch {
    dense: Vec<f32>,
    inputs: Vec<f32>,
    ahead: Vec<f32>,
    weights: Vec<f32>,
    edges: Vec<f32>,
    scores: Vec<f32>,
    hidden: Vec<f32>,
}

impl Net {
    /// A net before training; vectors, where there are any, are where the word vectors start.
    fn new(ngrams: &Ngrams, vectors: Option<&Vectors>, words: usize, random: &mut Random) -> Self {
        let mut small = |size: f32| (random.unit() - 0.5) * 2.0 * size;
        let mut input = vec![0f32; words * DIMENSIONS];
        let mut output = vec![0f32; words * DIMENSIONS];
        for word in 0..words {
            let row = &mut input[word * DIMENSIONS..][..DIMENSIONS];
            let mut vector = [0f32; VECTOR];
            if let Some(vectors) = vectors {
                vectors.add_context(word as u32, 0.7, &mut vector);
            }
            row[..VECTOR].copy_from_slice(&vector);
            row[VECTOR..].iter_mut().for_each(|x| *x = small(0.2));
            let row = &mut output[word * DIMENSIONS..][..DIMENSIONS];
            for at in 0..VECTOR {
                let mut unit = [0f32; VECTOR];
                unit[at] = 0.7;
                row[at] = vectors.and_then(|vectors| vectors.fit(word as u32, &unit)).unwrap_or(0.0);
            }
            row[VECTOR..].iter_mut().for_each(|x| *x = small(0.05));
        }
        let mut dense = vec![0f32; DENSE];
        for side in 0..2 {
            for distance in 0..REACH {
                let start = 0.3 / (1.0 + 0.3 * distance as f32);
                dense[(side * REACH + distance) * DIMENSIONS..][..DIMENSIONS].fill(start);
            }
        }
        dense[WIDE_AT..INNER_AT].fill(0.3);
        dense[INNER_AT..OUTER_AT].iter_mut().for_each(|x| *x = small(0.12));
        dense[OUTER_AT..BIAS_AT].iter_mut().for_each(|x| *x = small(0.03));
        dense[PRIOR_AT..].fill(1.0);
        Self {
            input,
            input_sum: vec![1e-5; words],
            output,
            output_sum: vec![1e-4; words],
            bias: (0..words as u32).map(|word| ngrams.unigram(word)).collect(),
            bias_sum: vec![0.1; words],
            dense,
            dense_sum: vec![1e-2; DENSE],
            wide: (0..words as u32).map(|word| wide_weight(word, ngrams.unigram(word))).collect(),
        }
    }

    fn parts(&mut self) -> [&mut Vec<f32>; 8] {
        [
            &mut self.input,
            &mut self.input_sum,
            &mut self.output,
            &mut self.output_sum,
            &mut self.bias,
            &mut self.bias_sum,
            &mut self.dense,
            &mut self.dense_sum,
        ]
    }

    fn save(&mut self) -> Vec<u8> {
        self.parts().into_iter().flat_map(|part| part.iter()).flat_map(|x| x.to_le_bytes()).collect()
    }

    fn load(&mut self, bytes: &[u8]) -> io::Result<()> {
        let expected: usize = self.parts().iter().map(|part| part.len() * 4).sum();
        if bytes.len() != expected {
            return Err(io::Error::other(format!("state: expected {expected} bytes, got {}", bytes.len())));
        }
        let mut numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        for part in self.parts() {
            part.iter_mut().zip(&mut numbers).for_each(|(x, number)| *x = number);
        }
        Ok(())
    }

    /// Learns from a chunk's sites; returns the sum of their losses.
    fn learn(&mut self, chunk: &Chunk, rates: [f32; 2], scratch: &mut Scratch) -> f64 {
        const D: usize = DIMENSIONS;
        let words = self.bias.len() as u32;
        let known = |word: u32| if word < words { word as usize } else { UNKNOWN as usize };
        let n = chunk.words.len();
        scratch.dense.fill(0.0);
        scratch.inputs.clear();
        scratch.inputs.resize((n + 2) * D, 0.0);
        scratch.edges.clear();
        scratch.edges.resize((n + 1) * D, 0.0);
        // Running sums of the wide context.
        scratch.ahead.clear();
        scratch.ahead.resize((n + 1) * D, 0.0);
        scratch.weights.clear();
        scratch.weights.push(0.0);
        for (at, &word) in chunk.words.iter().enumerate() {
            let row = known(word);
            let (before, after) = scratch.ahead.split_at_mut((at + 1) * D);
            after[..D].copy_from_slice(&before[at * D..]);
            add(&mut after[..D], self.wide[row], &self.input[row * D..][..D]);
            scratch.weights.push(scratch.weights[at] + self.wide[row]);
        }
        let mut loss = 0f64;
        for site in &chunk.sites {
            let at = site.at as usize;
            let (start, end) = (chunk.sentence[at].0 as usize, chunk.sentence[at].1 as usize);
            let (low, high) = (at.saturating_sub(WIDE), (at + WIDE + 1).min(n));
            let (near_low, near_high) = (at.saturating_sub(REACH).max(start), (at + REACH + 1).min(end));
            let ahead = |at: usize| &scratch.ahead[at * D..][..D];
            let weights = &scratch.weights;
            let total = 1.0 + weights[high] - weights[low] - (weights[near_high] - weights[near_low]);
            let mut mean: Vector = [0.0; D];
            for (k, mean) in mean.iter_mut().enumerate() {
                *mean = (ahead(high)[k] - ahead(low)[k] - (ahead(near_high)[k] - ahead(near_low)[k])) / total;
            }
            // Near words: position, place among the chunk's gradients, row.
            let mut near = [(0usize, 0usize, 0usize); 2 * REACH];
            let mut count = 0;
            for distance in 1..=REACH {
                if at >= start + distance {
                    near[count] = (distance - 1, at - distance, known(chunk.words[at - distance]));
                } else {
                    near[count] = (distance - 1, n, SENTENCE as usize);
                }
                count += 1;
                if near[count - 1].1 == n {
                    break;
                }
            }
            for distance in 1..=REACH {
                if at + distance < end {
                    near[count] = (REACH + distance - 1, at + distance, known(chunk.words[at + distance]));
                } else {
                    near[count] = (REACH + distance - 1, n + 1, END as usize);
                }
                count += 1;
                if near[count - 1].1 == n + 1 {
                    break;
                }
            }
            let near = &near[..count];
            let mut q: Vector = [0.0; D];
            for (k, q) in q.iter_mut().enumerate() {
                *q = mean[k] * self.dense[WIDE_AT + k];
            }
            for &(position, _, row) in near {
                let (weights, vector) = (&self.dense[position * D..][..D], &self.input[row * D..][..D]);
                for k in 0..D {
                    q[k] += weights[k] * vector[k];
                }
            }
            let mut state = q;
            for unit in 0..HIDDEN {
                let h = self.dense[BIAS_AT + unit] + dot(&self.dense[INNER_AT + unit * D..][..D], &q);
                scratch.hidden[unit] = h;
                if h > 0.0 {
                    add(&mut state, h, &self.dense[OUTER_AT + unit * D..][..D]);
                }
            }
            // Scores and loss.
            let choices = &chunk.choices[site.choices.0 as usize..site.choices.1 as usize];
            let (channel, keep) = (self.dense[PRIOR_AT], self.dense[PRIOR_AT + 1]);
            scratch.scores.clear();
            for (index, choice) in choices.iter().enumerate() {
                let row = known(choice.word);
                let prior = if index == 0 { keep * choice.prior + site.kept } else { channel * choice.prior };
                scratch.scores.push(self.bias[row] + dot(&self.output[row * D..][..D], &state) + prior);
            }
            let most = scratch.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = scratch
                .scores
                .iter_mut()
                .map(|score| {
                    *score = (*score - most).exp();
                    *score
                })
                .sum();
            loss -= f64::from((scratch.scores[site.truth as usize] / sum).max(1e-12).ln());
            // Backwards.
            let mut change: Vector = [0.0; D];
            let size = dot(&state, &state) / D as f32;
            for (index, choice) in choices.iter().enumerate() {
                let step = scratch.scores[index] / sum - f32::from(u8::from(index as u32 == site.truth));
                scratch.dense[PRIOR_AT + usize::from(index == 0)] += step * choice.prior;
                if step.abs() < 1e-5 {
                    continue;
                }
                let row = known(choice.word);
                let output = &mut self.output[row * D..][..D];
                add(&mut change, step, output);
                self.output_sum[row] += step * step * size;
                add(output, -rates[0] * step / self.output_sum[row].sqrt(), &state);
                self.bias_sum[row] += step * step;
                self.bias[row] -= rates[0] * step / self.bias_sum[row].sqrt();
            }
            let mut back = change;
            for unit in 0..HIDDEN {
                let h = scratch.hidden[unit];
                if h <= 0.0 {
                    continue;
                }
                let row = unit * D;
                let step = dot(&self.dense[OUTER_AT + row..][..D], &change);
                add(&mut scratch.dense[OUTER_AT + row..][..D], h, &change);
                add(&mut scratch.dense[INNER_AT + row..][..D], step, &q);
                scratch.dense[BIAS_AT + unit] += step;
                add(&mut back, step, &self.dense[INNER_AT + row..][..D]);
            }
            for &(position, place, row) in near {
                let (weights, vector) = (&self.dense[position * D..][..D], &self.input[row * D..][..D]);
                let inputs = &mut scratch.inputs[place * D..][..D];
                let dense = &mut scratch.dense[position * D..][..D];
                for k in 0..D {
                    inputs[k] += back[k] * weights[k];
                    dense[k] += back[k] * vector[k];
                }
            }
            for k in 0..D {
                scratch.dense[WIDE_AT + k] += back[k] * mean[k];
                back[k] *= self.dense[WIDE_AT + k] / total;
            }
            for (edge, sign) in [(low, 1.0), (high, -1.0), (near_low, -1.0), (near_high, 1.0)] {
                add(&mut scratch.edges[edge * D..][..D], sign, &back);
            }
        }
        // Word vectors.
        let mut running: Vector = [0.0; D];
        for place in 0..n + 2 {
            let row = match place.cmp(&n) {
                std::cmp::Ordering::Less => known(chunk.words[place]),
                std::cmp::Ordering::Equal => SENTENCE as usize,
                std::cmp::Ordering::Greater => END as usize,
            };
            let change = &mut scratch.inputs[place * D..][..D];
            if place < n {
                add(&mut running, 1.0, &scratch.edges[place * D..][..D]);
                add(change, self.wide[row], &running);
            }
            let size = dot(change, change) / D as f32;
            if size > 0.0 {
                self.input_sum[row] += size;
                add(&mut self.input[row * D..][..D], -rates[0] / self.input_sum[row].sqrt(), change);
            }
        }
        for ((x, sum), change) in self.dense.iter_mut().zip(&mut self.dense_sum).zip(&scratch.dense) {
            *sum += change * change;
            *x -= rates[1] * change / sum.sqrt();
        }
        loss
    }

    fn pack(&self, model: u64) -> Vec<u8> {
        pack(&self.dense, &self.input, &self.output, &self.bias, &self.wide, model)
    }
}

/// A trained scorer.
#[derive(Debug)]
pub struct Trained {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What a later training goes on from.
    pub state: Vec<u8>,
}

/// Trains a scorer for the built-in model and dictionaries.
///
/// # Errors
///
/// Where a corpus or state cannot be read, or the corpora have hardly any place to learn from.
pub fn train(options: &ScorerOptions, progress: &mut dyn FnMut(&str)) -> io::Result<Trained> {
    let dictionary = Dictionary::builtin();
    let mut groups = read_chunks(&options.corpora)?;
    let spinner = Spinner { dictionary: &dictionary, forward: Forward::of(&dictionary) };
    let words = (options.words + FIRST_WORD as usize).min(dictionary.ngrams.words());
    let vectors = match &options.vectors {
        Some(path) => Some(
            Vectors::open(std::fs::read(path)?.into(), dictionary.ngrams.checksum(), true).map_err(io::Error::other)?,
        ),
        None => None,
    };
    let mut net = Net::new(&dictionary.ngrams, vectors.as_ref(), words, &mut Random::new(77));
    if let Some(path) = &options.resume {
        net.load(&std::fs::read(path)?)?;
    }
    progress(&format!(
        "{} chunks, {} substitutions",
        groups.iter().map(Vec::len).sum::<usize>(),
        spinner.forward.substitutes.len()
    ));
    let mut random = Random::new(options.seed);
    let mut next = [0usize; 3];
    let mut chunk = Chunk::default();
    let mut scratch = Scratch {
        dense: vec![0.0; DENSE],
        inputs: Vec::new(),
        ahead: Vec::new(),
        weights: Vec::new(),
        edges: Vec::new(),
        scores: Vec::new(),
        hidden: vec![0.0; HIDDEN],
    };
    let (mut done, mut shown, mut chunks) = (0u64, 0u64, 0u64);
    let (mut loss, mut changed, mut readings) = (0f64, 0u64, 0u64);
    let mut fruitless = 0;
    while done < options.sites {
        let group = GROUPS[random.below(GROUPS.len())];
        if groups[group].is_empty() {
            continue;
        }
        // A walk through the group in an order drawn anew each time.
        let at = next[group];
        let with = at + random.below(groups[group].len() - at);
        groups[group].swap(at, with);
        next[group] = (at + 1) % groups[group].len();
        spinner.spin(&groups[group][at], &mut random, &mut chunk);
        if chunk.sites.is_empty() || chunk.words.len() < LEAST_WORDS {
            fruitless += 1;
            if fruitless == FRUITLESS {
                return Err(nothing(&format!("stretch of {LEAST_WORDS} English words; give longer texts")));
            }
            continue;
        }
        fruitless = 0;
        let left = 1.0 - done as f32 / options.sites as f32;
        let share = options.last + (1.0 - options.last) * left;
        loss += net.learn(&chunk, options.rates.map(|rate| rate * share), &mut scratch);
        done += chunk.sites.len() as u64;
        chunks += 1;
        changed += chunk.sites.iter().filter(|site| site.truth > 0).count() as u64;
        readings += chunk.sites.iter().map(|site| u64::from(site.choices.1 - site.choices.0)).sum::<u64>();
        if done - shown >= 1_000_000 || done >= options.sites {
            let sites = (done - shown) as f64;
            progress(&format!(
                "{:.1} M sites, {chunks} chunks: loss {:.4}; {:.3} changed, {:.1} readings, channel {:.3}, keep {:.3}",
                done as f64 / 1e6,
                loss / sites,
                changed as f64 / sites,
                readings as f64 / sites,
                net.dense[PRIOR_AT],
                net.dense[PRIOR_AT + 1],
            ));
            (loss, changed, readings, shown) = (0.0, 0, 0, done);
        }
    }
    Ok(Trained { bytes: net.pack(dictionary.ngrams.checksum()), state: net.save() })
}
