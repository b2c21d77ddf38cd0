//! The context scorer: how well a word fits a place, given the words around it, some of which may be swapped too.
//!
//! A log-bilinear model with position-dependent weights (Mnih and Hinton, 2007) over the nearest words, a weighted
//! mean of the words farther off, and one residual hidden layer. It was trained to tell which of the readings that
//! the substitution table allows truly stood at a place. Word vectors are four bits a number and used in place; word
//! ids are those of the n-gram model, the most frequent words only.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::kernels::{Fit, Gather, Refine, Widen};
use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::header::{Kind, SCORER as MAGIC};
use crate::text::key::{END, SENTENCE, UNKNOWN};

pub(super) static BUILTIN: &[u8] = &ALIGNED.0;
static ALIGNED: &Aligned<[u8]> = &Aligned(*include_bytes!("../../dictionaries/model/english.ctx"));

/// Bytes whose numbers can be read in place.
#[repr(C, align(4))]
struct Aligned<B: ?Sized>(B);

/// Numbers in a vector.
pub(crate) const DIMENSIONS: usize = 128;
/// Units of the hidden layer.
pub(crate) const HIDDEN: usize = 256;
/// Nearest words on each side that have a position of their own; a sentence's boundary takes one, and ends them.
pub(crate) const REACH: usize = 6;
/// Words on each side, across sentences, that make the wide context.
pub(crate) const WIDE: usize = 40;
/// Bytes of the header: the magic, the checksum, that of the model whose words it has, words, dimensions, hidden units.
pub(crate) const HEADER: usize = 48;
/// Numbers of the dense part: positions, the wide context's weights, two matrices, the hidden layer's biases and the
/// weights of the channel and of the keeping prior.
pub(crate) const DENSE: usize = (2 * REACH + 1) * DIMENSIONS + 2 * HIDDEN * DIMENSIONS + HIDDEN + 2;
/// Where the parts of the dense part start.
pub(crate) const WIDE_AT: usize = 2 * REACH * DIMENSIONS;
/// Rows of the hidden layer's first matrix.
pub(crate) const INNER_AT: usize = WIDE_AT + DIMENSIONS;
/// Rows of the hidden layer's second matrix.
pub(crate) const OUTER_AT: usize = INNER_AT + HIDDEN * DIMENSIONS;
/// Biases of the hidden layer.
pub(crate) const BIAS_AT: usize = OUTER_AT + HIDDEN * DIMENSIONS;
/// Bytes of a word's vector: each has a number of its first half in its low four bits, one of its second in the others.
pub(crate) const HALF: usize = DIMENSIONS / 2;
/// Numbers of a vector run from minus this to this, times the vector's scale.
const MOST: f32 = 7.0;
/// Bytes of one word: two scales, a bias, a weight in the wide context and two vectors.
const STRIDE: usize = 16 + 2 * HALF;

/// A vector in full numbers.
pub(crate) type Vector = [f32; DIMENSIONS];

/// A place in a text, encoded.
pub(crate) struct State(pub(crate) Vector);

/// A trained context scorer, opened in place.
pub(crate) struct Scorer {
    data: Cow<'static, [u8]>,
    words: usize,
    /// Read when something is first scored: most texts are clean.
    dense: OnceLock<Dense>,
}

/// The dense part of a scorer, read.
struct Dense {
    numbers: Cow<'static, [f32]>,
    /// The hidden layer's second matrix, turned round.
    outer: Vec<f32>,
}

impl std::fmt::Debug for Scorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scorer").field("words", &self.words).finish_non_exhaustive()
    }
}

/// The nearest words on one side.
pub(crate) struct Near {
    words: [u32; REACH],
    count: usize,
}

impl Near {
    fn new(words: impl Iterator<Item = u32>) -> Self {
        let mut near = Self { words: [0; REACH], count: 0 };
        for (place, word) in near.words.iter_mut().zip(words) {
            *place = word;
            near.count += 1;
        }
        near
    }
}

impl std::ops::Deref for Near {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.words[..self.count]
    }
}

/// The wide context's parts of a run of words, each with all before it: what any window holds is a difference of two.
/// Whole numbers, so that no window's figures depend on what lies outside.
#[derive(Default)]
pub(crate) struct Wide {
    /// Where the run starts.
    first: usize,
    sums: Vec<[i32; DIMENSIONS]>,
    weights: Vec<i32>,
}

impl Wide {
    /// Ends the run: the next sentence that is added starts another.
    pub(crate) fn clear(&mut self) {
        self.sums.clear();
        self.weights.clear();
    }
}

/// Words of a run that there is room for from the start, half a KB each.
const USUAL_RUN: usize = 512;

/// Steps of one in the wide context's sums.
pub(crate) const WIDE_UNIT: f32 = (1 << 20) as f32;

/// A word's vector and numbers, as the file has them.
pub(crate) struct Part<'s> {
    pub(crate) scale: f32,
    pub(crate) vector: &'s [u8],
    /// Of a word that stands somewhere: its weight in the wide context.
    pub(crate) wide: f32,
    /// Of a word that may stand there: what its score starts from.
    pub(crate) bias: f32,
}

impl Part<'_> {
    /// The numbers of its vector.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f32> {
        let low = self.vector.iter().map(|&byte| (byte as i8) << 4 >> 4);
        let high = self.vector.iter().map(|&byte| (byte as i8) >> 4);
        low.chain(high).map(|step| self.scale * f32::from(step))
    }
}

const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "context scorer",
    remedy: "make it anew with `unspin learn scorer`",
    magic: MAGIC,
    header: HEADER,
};

impl Scorer {
    /// The built-in scorer.
    pub(crate) fn builtin(dictionary: &Dictionary) -> Self {
        Self::open(BUILTIN.into(), dictionary.ngrams.lexicon(), false)
            .expect("the scorer was made for the built-in model")
    }

    /// Opens a scorer trained for the words of an n-gram model, [`crate::dictionary::ngrams::Ngrams::lexicon`].
    pub(crate) fn open(data: Cow<'static, [u8]>, model: u64, verify: bool) -> Result<Self, DictionaryError> {
        let fields = KIND.fields(&data)?;
        let field = |place| fields.number(place);
        if field(1) != model {
            return Err(KIND.bad("n-gram model", format!("{model:016x}"), format!("{:016x}", field(1))));
        }
        if (field(3), field(4)) != (DIMENSIONS as u64, HIDDEN as u64) {
            return Err(KIND.bad(
                "shape",
                format!("{DIMENSIONS} by {HIDDEN}"),
                format!("{} by {}", field(3), field(4)),
            ));
        }
        let words = field(2) as usize;
        if words == 0 {
            return Err(KIND.bad("words", "at least 1".into(), "0".into()));
        }
        let length = (HEADER + DENSE * 4).saturating_add(words.saturating_mul(STRIDE));
        if length != data.len() {
            return Err(KIND.bad("length", format!("{length} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, HEADER)?;
        }
        Ok(Self { words, dense: OnceLock::new(), data })
    }

    fn dense_part(&self) -> &Dense {
        self.dense.get_or_init(|| {
            let range = HEADER..HEADER + DENSE * 4;
            // In place, where they lie as the processor has them.
            let in_place = match &self.data {
                Cow::Borrowed(data) if cfg!(target_endian = "little") => {
                    bytemuck::try_cast_slice(&data[range.clone()]).ok()
                }
                _ => None,
            };
            let read = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
            let numbers = in_place.map_or_else(|| self.data[range].chunks_exact(4).map(read).collect(), Cow::Borrowed);
            let mut outer = vec![0f32; HIDDEN * DIMENSIONS];
            for (unit, row) in numbers[OUTER_AT..BIAS_AT].chunks_exact(DIMENSIONS).enumerate() {
                row.iter().enumerate().for_each(|(at, weight)| outer[at * HIDDEN + unit] = *weight);
            }
            Dense { numbers, outer }
        })
    }

    /// Number of words that it knows.
    #[cfg(feature = "cli")]
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// The numbers of its dense part.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn dense(&self) -> &[f32] {
        &self.dense_part().numbers
    }

    /// What a word that the scorer knows is to its surroundings, with its first vector.
    #[inline(always)]
    pub(crate) fn input(&self, word: u32) -> Part<'_> {
        self.part(self.known(word), 0)
    }

    /// What a word that the scorer knows is to a place, with its second vector.
    #[inline(always)]
    pub(crate) fn output(&self, word: u32) -> Part<'_> {
        self.part(word, 1)
    }

    #[inline(always)]
    fn part(&self, word: u32, which: usize) -> Part<'_> {
        let row = &self.data[HEADER + DENSE * 4 + word as usize * STRIDE..][..STRIDE];
        let number = |index: usize| {
            let b = &row[index * 4..index * 4 + 4];
            f32::from_le_bytes([b[0], b[1], b[2], b[3]])
        };
        let vector = &row[16 + which * HALF..16 + (which + 1) * HALF];
        Part { scale: number(which), vector, bias: number(2), wide: number(3) }
    }

    /// The id under which the scorer knows a word: words that it lacks are all one.
    #[inline(always)]
    pub(crate) fn known(&self, word: u32) -> u32 {
        if (word as usize) < self.words { word } else { UNKNOWN }
    }

    /// Adds up the wide context of the places of a sentence, which is `start..end` of the words: from that of sentences
    /// before it on, if there is any.
    pub(crate) fn widen(&self, words: &[u32], start: usize, end: usize, wide: &mut Wide) {
        if wide.sums.is_empty() {
            // Growing bit by bit touches as much memory again.
            wide.sums.reserve(words.len().min(USUAL_RUN) + 1);
            wide.first = start.saturating_sub(WIDE);
            wide.sums.push([0; DIMENSIONS]);
            wide.weights.push(0);
        }
        let known = wide.sums.len() - 1;
        let run = &words[wide.first + known..(end + WIDE).min(words.len())];
        wide.sums.resize(known + run.len() + 1, [0; DIMENSIONS]);
        wide.weights.resize(known + run.len() + 1, 0);
        pulp::Arch::new().dispatch(Widen {
            scorer: self,
            words: run,
            sums: &mut wide.sums[known..],
            weights: &mut wide.weights[known..],
        });
    }

    /// Sums up the surroundings of the place `from..to` in the words, of a sentence that is `start..end`, whose wide
    /// context was added up: the nearest words of its sentence, [`REACH`] on each side at most; where the sentence
    /// starts or ends within that reach, [`SENTENCE`] or [`END`] as the last of them; and every other word within
    /// [`WIDE`] words of the place, across sentences.
    pub(crate) fn gather(
        &self,
        words: &[u32],
        (start, end): (usize, usize),
        (from, to): (usize, usize),
        wide: &Wide,
    ) -> State {
        let near = from.saturating_sub(REACH).max(start)..(to + REACH).min(end);
        let left = Near::new((near.start..from).rev().map(|at| words[at]).chain([SENTENCE]));
        let right = Near::new((to..near.end).map(|at| words[at]).chain([END]));
        let ends = [from.saturating_sub(WIDE), near.start, near.end, (to + WIDE).min(words.len())];
        let ends = ends.map(|end| end - wide.first);
        let weights = ends.map(|end| wide.weights[end]);
        let weight = weights[1].wrapping_sub(weights[0]).wrapping_add(weights[3].wrapping_sub(weights[2]));
        let weight = weight as f32 / WIDE_UNIT;
        let Dense { numbers, .. } = self.dense_part();
        let positions = &numbers[..2 * REACH * DIMENSIONS];
        let (left_weights, right_weights) = positions.split_at(REACH * DIMENSIONS);
        pulp::Arch::new().dispatch(Gather {
            scorer: self,
            near: [(&left, left_weights), (&right, right_weights)],
            wide: ends.map(|end| &wide.sums[end]),
            share: 1.0 / ((1.0 + weight) * WIDE_UNIT),
            wide_weights: &numbers[WIDE_AT..INNER_AT],
        })
    }

    /// Takes gathered places through the hidden layer, which makes them ready to score. Many at a time are cheaper.
    pub(crate) fn refine(&self, states: &mut [State]) {
        let Dense { numbers, outer } = self.dense_part();
        let (inner, bias) = (&numbers[INNER_AT..OUTER_AT], &numbers[BIAS_AT..BIAS_AT + HIDDEN]);
        pulp::Arch::new().dispatch(Refine { inner, outer, bias, states });
    }

    /// How well words, which the scorer knows, fit a place, as [`Self::score`] has it.
    pub(crate) fn scores(&self, state: &State, words: &[u32], scores: &mut Vec<f32>) {
        scores.clear();
        scores.resize(words.len(), 0.0);
        pulp::Arch::new().dispatch(Fit { scorer: self, state, words, scores });
    }

    /// How well a word fits a place: ln of its probability there, up to a constant that is the same for all words.
    ///
    /// `None` for a word that the scorer lacks; the score of [`UNKNOWN`] is what such words get in training.
    #[cfg(test)]
    pub(crate) fn score(&self, state: &State, word: u32) -> Option<f32> {
        if word as usize >= self.words {
            return None;
        }
        let mut scores = [0.0];
        pulp::Arch::new().dispatch(Fit { scorer: self, state, words: &[word], scores: &mut scores });
        Some(scores[0])
    }
}

/// Which of its numbers a number is kept as.
fn step(x: f32, scale: f32) -> i8 {
    (x / scale).round().clamp(-MOST, MOST) as i8
}

/// The scale of a vector: of some that cut off up to two thirds of what is longest, with their best fit, the one that
/// errs least in squares.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training writes scorers"))]
fn scale(vector: &[f32]) -> f32 {
    let most = vector.iter().fold(1e-9f32, |most, x| most.max(x.abs()));
    let fits = (0..=26).map(|cut| {
        let first = most * (1.0 - 0.025 * cut as f32) / MOST;
        let steps = || vector.iter().map(|x| (x, f32::from(step(*x, first))));
        let (products, squares) = steps().fold((0.0, 0.0), |(p, s), (x, step)| (p + x * step, s + step * step));
        let scale = if squares > 0.0 { products / squares } else { first };
        (steps().map(|(x, step)| (x - step * scale).powi(2)).sum::<f32>(), scale)
    });
    fits.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(most, |(_, scale)| scale)
}

/// Writes a scorer in the form that [`Scorer::open`] takes: `input` and `output` are one vector a word.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training writes scorers"))]
pub(crate) fn pack(dense: &[f32], input: &[f32], output: &[f32], bias: &[f32], wide: &[f32], model: u64) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER];
    bytes.extend(dense.iter().flat_map(|x| x.to_le_bytes()));
    for (word, (input, output)) in input.chunks_exact(DIMENSIONS).zip(output.chunks_exact(DIMENSIONS)).enumerate() {
        let parts = [input, output];
        let scales = parts.map(scale);
        scales.iter().chain([&bias[word], &wide[word]]).for_each(|x| bytes.extend(x.to_le_bytes()));
        for (vector, scale) in parts.iter().zip(scales) {
            let (first, second) = vector.split_at(HALF);
            bytes.extend(
                first.iter().zip(second).map(|(a, b)| step(*a, scale) as u8 & 15 | (step(*b, scale) as u8) << 4),
            );
        }
    }
    KIND.seal(&mut bytes, HEADER, &[model, bias.len() as u64, DIMENSIONS as u64, HIDDEN as u64]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::kernels::TILE;
    use super::*;

    fn sample() -> Vec<u8> {
        let words = 12;
        let number = |n: usize| ((n * 37 % 101) as f32 - 50.0) / 100.0;
        let dense: Vec<f32> = (0..DENSE).map(number).collect();
        let vectors: Vec<f32> = (0..words * DIMENSIONS).map(number).collect();
        let rest: Vec<f32> = (0..words).map(number).collect();
        pack(&dense, &vectors, &vectors, &rest, &rest, 7)
    }

    const WORDS: [u32; 9] = [10, 11, 99, 1, 11, 10, 5, 2, 10];

    /// The places of a sentence that is all the words but the first two and the last.
    fn places(scorer: &Scorer) -> Vec<State> {
        let mut wide = Wide::default();
        scorer.widen(&WORDS, 2, 8, &mut wide);
        (0..TILE + 3).map(|n| scorer.gather(&WORDS, (2, 8), (2 + n % 6, 3 + n % 6), &wide)).collect()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_built_in_numbers_are_read_in_place() {
        let scorer = Scorer::builtin(&Dictionary::builtin());
        assert!(matches!(scorer.dense_part().numbers, Cow::Borrowed(_)));
    }

    #[test]
    fn scores_what_it_holds() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let mut states = places(&scorer);
        scorer.refine(&mut states);
        assert!(scorer.score(&states[0], 11).is_some_and(f32::is_finite));
        assert_eq!(scorer.score(&states[0], 12), None);
    }

    #[test]
    fn places_are_what_the_words_around_make_them() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let dense = scorer.dense();
        let number = |part: &Part<'_>, n: usize| part.numbers().nth(n).expect("a vector's number");
        let mut states = places(&scorer);
        // The fourth word of all, with both ends of its sentence near; the words outside it are the wide context.
        let near = [(0, 0, WORDS[2]), (0, 1, SENTENCE)]
            .into_iter()
            .chain((4..8).enumerate().map(|(distance, at)| (1, distance, WORDS[at])))
            .chain([(1, 4, END)]);
        let near: Vec<(usize, usize, u32)> = near.collect();
        let wide = [WORDS[0], WORDS[1], WORDS[8]];
        let total: f32 = 1.0 + wide.iter().map(|&word| scorer.input(word).wide).sum::<f32>();
        let place: Vector = std::array::from_fn(|n| {
            let far: f32 = wide.iter().map(|&word| scorer.input(word)).map(|part| part.wide * number(&part, n)).sum();
            let close = near.iter().map(|&(side, distance, word)| {
                dense[(side * REACH + distance) * DIMENSIONS + n] * number(&scorer.input(word), n)
            });
            far / total * dense[WIDE_AT + n] + close.sum::<f32>()
        });
        let close = |a: &Vector, b: &Vector| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.01 * (1.0 + b.abs()));
        assert!(close(&states[1].0, &place));
        let mut refined = place;
        for unit in 0..HIDDEN {
            let [inner, outer] = [INNER_AT, OUTER_AT].map(|at| &dense[at + unit * DIMENSIONS..][..DIMENSIONS]);
            let h = dense[BIAS_AT + unit] + inner.iter().zip(&place).map(|(weight, x)| weight * x).sum::<f32>();
            refined.iter_mut().zip(outer).for_each(|(x, weight)| *x += h.max(0.0) * weight);
        }
        scorer.refine(&mut states);
        assert!(close(&states[1].0, &refined));
    }

    #[test]
    fn sums_of_sentences_before_do_not_matter() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let words: Vec<u32> = (0..400).map(|n| n * 7 % 12).collect();
        let (mut alone, mut together) = (Wide::default(), Wide::default());
        for (start, end) in [(90, 110), (110, 113), (113, 300)] {
            alone.clear();
            for wide in [&mut alone, &mut together] {
                scorer.widen(&words, start, end, wide);
            }
            for at in start..end {
                let place = |wide| scorer.gather(&words, (start, end), (at, at + 1), wide).0.map(f32::to_bits);
                assert_eq!(place(&alone), place(&together));
            }
        }
    }

    #[test]
    fn places_side_by_side_are_refined_as_one_by_one() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let mut together = places(&scorer);
        scorer.refine(&mut together);
        for (mut alone, together) in places(&scorer).into_iter().zip(together) {
            scorer.refine(std::slice::from_mut(&mut alone));
            assert_eq!(alone.0.map(f32::to_bits), together.0.map(f32::to_bits));
        }
    }

    #[test]
    fn refuses_damage() {
        let good = sample();
        let refused = |bytes: Vec<u8>, model: u64, part: &str| {
            let error = Scorer::open(bytes.into(), model, true).expect_err(part).to_string();
            assert!(error.contains(part) && error.contains("expected") && error.contains("got"), "{error}");
            assert!(error.ends_with("make it anew with `unspin learn scorer`"), "{error}");
        };
        refused(Vec::new(), 7, "first bytes");
        refused(good.clone(), 8, "n-gram model");
        refused(good[..good.len() - 1].to_vec(), 7, "length");
        let mut other = good.clone();
        other[100] ^= 1;
        refused(other, 7, "checksum");
        let mut other = good;
        other[32] ^= 1;
        refused(other, 7, "shape");
    }
}
