//! The context scorer: how well a word fits a place, given the words around it, some of which may be swapped too.
//!
//! A log-bilinear model with position-dependent weights (Mnih and Hinton, 2007) over the nearest words, a weighted
//! mean of the words farther off, and one residual hidden layer. It was trained to tell which of the readings that
//! the substitution table allows truly stood at a place. Word vectors are eight bits a number and used in place; word
//! ids are those of the n-gram model, the most frequent words only.

use std::borrow::Cow;

use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::ngrams::checksum;
use crate::text::key::{END, FIRST_WORD, SENTENCE, UNKNOWN};

static BUILTIN: &[u8] = include_bytes!("../../dictionaries/model/english.ctx");

/// What every file starts with; the last character is the version.
pub(crate) const MAGIC: &[u8; 8] = b"UNSPNCX1";
/// Numbers in a vector.
pub(crate) const DIMENSIONS: usize = 128;
/// Units of the hidden layer.
pub(crate) const HIDDEN: usize = 256;
/// Nearest words on each side that have a position of their own; a sentence's boundary takes one, and ends them.
pub(crate) const REACH: usize = 6;
/// Words on each side, across sentences, that make the wide context.
pub(crate) const WIDE: usize = 40;
/// Bytes of the header: the magic, the checksum, the model's checksum, words, dimensions, hidden units.
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
/// Weights of the channel and of the keeping prior.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training needs it"))]
pub(crate) const PRIOR_AT: usize = BIAS_AT + HIDDEN;
/// Bytes of one word: two scales, a bias, a weight in the wide context and two vectors.
const STRIDE: usize = 16 + 2 * DIMENSIONS;

/// A vector in full numbers.
pub(crate) type Vector = [f32; DIMENSIONS];

/// A place in a text, encoded.
pub(crate) struct State(Vector);

/// A trained context scorer, opened in place.
pub(crate) struct Scorer {
    data: Cow<'static, [u8]>,
    words: usize,
    dense: Vec<f32>,
}

/// Sum of products, in an order that vectorises.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        for lane in 0..16 {
            lanes[lane] = fused(a[lane], b[lane], lanes[lane]);
        }
    }
    let mut width = 8;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// `a * b + c`, fused where the processor that this is compiled for does so.
#[inline(always)]
pub(crate) fn fused(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_feature = "fma") { a.mul_add(b, c) } else { a * b + c }
}

/// `sum += weight * x`.
#[inline(always)]
pub(crate) fn add(sum: &mut [f32], weight: f32, x: &[f32]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = fused(weight, *x, *sum);
    }
}

/// How much a word counts in the wide context, by ln of its frequency: nothing for the most frequent ones.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training weighs words"))]
pub(crate) fn wide_weight(word: u32, unigram: f32) -> f32 {
    if word < FIRST_WORD { 0.0 } else { ((-unigram - 5.5) / 3.5).clamp(0.0, 1.0) }
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

/// What [`Scorer::encode`] takes for the place `from..to` in a text's words, of a sentence that is `start..end`.
pub(crate) fn surroundings(
    words: &[u32],
    start: usize,
    end: usize,
    from: usize,
    to: usize,
) -> (Near, Near, impl Iterator<Item = u32>) {
    let near = from.saturating_sub(REACH).max(start)..(to + REACH).min(end);
    let left = Near::new((near.start..from).rev().map(|at| words[at]).chain([SENTENCE]));
    let right = Near::new((to..near.end).map(|at| words[at]).chain([END]));
    let wide = from.saturating_sub(WIDE)..(to + WIDE).min(words.len());
    (left, right, wide.filter(move |at| !near.contains(at)).map(|at| words[at]))
}

impl Scorer {
    /// The built-in scorer.
    pub(crate) fn builtin(dictionary: &Dictionary) -> Self {
        Self::open(BUILTIN.into(), dictionary.ngrams.checksum(), false)
            .expect("the scorer was made for the built-in model")
    }

    /// Opens a scorer trained for the n-gram model with this checksum.
    pub(crate) fn open(data: Cow<'static, [u8]>, model: u64, verify: bool) -> Result<Self, DictionaryError> {
        let bad = |what: &str, expected: String, got: String| {
            DictionaryError::new(
                ErrorKind::Model,
                format!("context scorer: {what}: expected {expected}, got {got}; make it anew with `unspin train`"),
            )
        };
        if data.len() < HEADER || &data[..8] != MAGIC {
            let got = String::from_utf8_lossy(&data[..data.len().min(8)]).into_owned();
            return Err(bad("first bytes", String::from_utf8_lossy(MAGIC).into_owned(), format!("{got:?}")));
        }
        let field = |n: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&data[8 + n * 8..16 + n * 8]);
            u64::from_le_bytes(word)
        };
        if field(1) != model {
            return Err(bad("n-gram model", format!("{model:016x}"), format!("{:016x}", field(1))));
        }
        if (field(3), field(4)) != (DIMENSIONS as u64, HIDDEN as u64) {
            return Err(bad("shape", format!("{DIMENSIONS} by {HIDDEN}"), format!("{} by {}", field(3), field(4))));
        }
        let words = field(2) as usize;
        if words == 0 {
            return Err(bad("words", "at least 1".into(), "0".into()));
        }
        let length = (HEADER + DENSE * 4).saturating_add(words.saturating_mul(STRIDE));
        if length != data.len() {
            return Err(bad("length", format!("{length} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            let sum = checksum(&data[HEADER..]);
            if sum != field(0) {
                return Err(bad("checksum", format!("{:016x}", field(0)), format!("{sum:016x}")));
            }
        }
        let dense =
            data[HEADER..HEADER + DENSE * 4].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let dense = dense.collect();
        Ok(Self { words, dense, data })
    }

    /// The number at an index of a word's row, and the row's start.
    #[inline(always)]
    fn head(&self, word: u32, index: usize) -> (f32, usize) {
        let at = HEADER + DENSE * 4 + word as usize * STRIDE;
        let b = &self.data[at + index * 4..][..4];
        (f32::from_le_bytes([b[0], b[1], b[2], b[3]]), at + 16)
    }

    /// The id under which the scorer knows a word: words that it lacks are all one.
    #[inline(always)]
    pub(crate) fn known(&self, word: u32) -> u32 {
        if (word as usize) < self.words { word } else { UNKNOWN }
    }

    /// Encodes a place; see [`Self::gather`] and [`Self::refine`].
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training needs it"))]
    pub(crate) fn encode(&self, left: &[u32], right: &[u32], wide: impl Iterator<Item = u32>) -> State {
        let mut state = [self.gather(left, right, wide)];
        self.refine(&mut state);
        let [state] = state;
        state
    }

    /// Sums up the surroundings of a place.
    ///
    /// `left` and `right` are the nearest words of its sentence, the nearest first, [`REACH`] at most; where the
    /// sentence starts or ends within that reach, [`crate::text::key::SENTENCE`] or [`crate::text::key::END`] is the
    /// last of them. `wide` is every other word within [`WIDE`] words of the place, across sentences.
    pub(crate) fn gather(&self, left: &[u32], right: &[u32], wide: impl Iterator<Item = u32>) -> State {
        // The widest vector instructions the processor has; sums are taken in the same order whatever their width.
        pulp::Arch::new().dispatch(Gather { scorer: self, left, right, wide })
    }

    /// Takes gathered places through the hidden layer, which makes them ready to score. Many at a time are cheaper, as
    /// the layer's weights are then read once.
    pub(crate) fn refine(&self, states: &mut [State]) {
        pulp::Arch::new().dispatch(Refine { scorer: self, states });
    }

    /// How well words, which the scorer knows, fit a place, as [`Self::score`] has it.
    pub(crate) fn scores(&self, state: &State, words: &[u32], scores: &mut Vec<f32>) {
        scores.clear();
        scores.resize(words.len(), 0.0);
        pulp::Arch::new().dispatch(Products { scorer: self, state, words, scores });
    }

    /// How well a word fits a place: ln of its probability there, up to a constant that is the same for all words.
    ///
    /// `None` for a word that the scorer lacks; the score of [`UNKNOWN`] is what such words get in training.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training asks for one at a time"))]
    pub(crate) fn score(&self, state: &State, word: u32) -> Option<f32> {
        if word as usize >= self.words {
            return None;
        }
        let mut scores = [0.0];
        pulp::Arch::new().dispatch(Products { scorer: self, state, words: &[word], scores: &mut scores });
        Some(scores[0])
    }
}

/// [`Scorer::gather`], compiled for every width of vector instructions.
struct Gather<'a, I> {
    scorer: &'a Scorer,
    left: &'a [u32],
    right: &'a [u32],
    wide: I,
}

impl<I: Iterator<Item = u32>> pulp::WithSimd for Gather<'_, I> {
    type Output = State;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> State {
        let Self { scorer, left, right, wide } = self;
        let mut q = [0f32; DIMENSIONS];
        let mut total = 1f32;
        for word in wide {
            let word = scorer.known(word);
            let (weight, at) = scorer.head(word, 3);
            if weight > 0.0 {
                let factor = weight * scorer.head(word, 0).0;
                for (q, &byte) in q.iter_mut().zip(&scorer.data[at..at + DIMENSIONS]) {
                    *q += factor * f32::from(byte as i8);
                }
                total += weight;
            }
        }
        let share = 1.0 / total;
        for (q, weight) in q.iter_mut().zip(&scorer.dense[WIDE_AT..INNER_AT]) {
            *q *= share * weight;
        }
        for (side, words) in [left, right].into_iter().enumerate() {
            for (distance, &word) in words.iter().take(REACH).enumerate() {
                let (scale, at) = scorer.head(scorer.known(word), 0);
                let weights = &scorer.dense[(side * REACH + distance) * DIMENSIONS..][..DIMENSIONS];
                for ((q, &byte), weight) in q.iter_mut().zip(&scorer.data[at..at + DIMENSIONS]).zip(weights) {
                    *q += scale * weight * f32::from(byte as i8);
                }
            }
        }
        State(q)
    }
}

/// [`Scorer::refine`], likewise.
struct Refine<'a> {
    scorer: &'a Scorer,
    states: &'a mut [State],
}

impl pulp::WithSimd for Refine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let dense = &self.scorer.dense;
        let unit = |unit: usize| {
            let inner = &dense[INNER_AT + unit * DIMENSIONS..][..DIMENSIONS];
            let outer = &dense[OUTER_AT + unit * DIMENSIONS..][..DIMENSIONS];
            (inner, outer, dense[BIAS_AT + unit])
        };
        let mut tiles = self.states.chunks_exact_mut(TILE);
        for tile in &mut tiles {
            // Side by side, so that one instruction does one step of all the tile's sums.
            let mut columns = [[0f32; TILE]; DIMENSIONS];
            for (n, state) in tile.iter().enumerate() {
                columns.iter_mut().zip(&state.0).for_each(|(column, x)| column[n] = *x);
            }
            for (inner, outer, bias) in (0..HIDDEN).map(unit) {
                let products = dots(inner, &columns);
                for (state, product) in tile.iter_mut().zip(products) {
                    let h = bias + product;
                    if h > 0.0 {
                        add(&mut state.0, h, outer);
                    }
                }
            }
        }
        for state in tiles.into_remainder() {
            let q = state.0;
            for (inner, outer, bias) in (0..HIDDEN).map(unit) {
                let h = bias + dot(inner, &q);
                if h > 0.0 {
                    add(&mut state.0, h, outer);
                }
            }
        }
    }
}

/// Places that go through the hidden layer side by side.
const TILE: usize = 8;

/// The products of one row with the places of a tile: to the last bit what [`dot`] gives for each of them.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "lanes, rows and columns are indexed side by side")]
fn dots(row: &[f32], columns: &[[f32; TILE]; DIMENSIONS]) -> [f32; TILE] {
    let mut sums = [[0f32; TILE]; 8];
    // The sixteen lanes of `dot`, eight at a time, which is as many as registers hold.
    for half in [0, 4] {
        let mut lanes = [[0f32; TILE]; 8];
        for (row, columns) in row.chunks_exact(16).zip(columns.chunks_exact(16)) {
            for lane in 0..8 {
                let at = half + lane % 4 + lane / 4 * 8;
                for n in 0..TILE {
                    lanes[lane][n] = fused(row[at], columns[at][n], lanes[lane][n]);
                }
            }
        }
        for lane in 0..4 {
            sums[half + lane] = std::array::from_fn(|n| lanes[lane][n] + lanes[lane + 4][n]);
        }
    }
    let mut width = 4;
    while width > 0 {
        for lane in 0..width {
            sums[lane] = std::array::from_fn(|n| sums[lane][n] + sums[lane + width][n]);
        }
        width /= 2;
    }
    sums[0]
}

/// [`Scorer::scores`], likewise.
struct Products<'a> {
    scorer: &'a Scorer,
    state: &'a State,
    words: &'a [u32],
    scores: &'a mut [f32],
}

impl pulp::WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for (&word, score) in self.words.iter().zip(self.scores) {
            let (scale, at) = self.scorer.head(word, 1);
            let bytes = &self.scorer.data[at + DIMENSIONS..at + 2 * DIMENSIONS];
            let mut lanes = [0f32; 16];
            for (bytes, x) in bytes.chunks_exact(16).zip(self.state.0.chunks_exact(16)) {
                for lane in 0..16 {
                    lanes[lane] += f32::from(bytes[lane] as i8) * x[lane];
                }
            }
            *score = self.scorer.head(word, 2).0 + scale * lanes.iter().sum::<f32>();
        }
    }
}

/// Writes a scorer in the form that [`Scorer::open`] takes: `input` and `output` are one vector a word.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training writes scorers"))]
pub(crate) fn pack(dense: &[f32], input: &[f32], output: &[f32], bias: &[f32], wide: &[f32], model: u64) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER];
    bytes.extend(dense.iter().flat_map(|x| x.to_le_bytes()));
    for (word, (input, output)) in input.chunks_exact(DIMENSIONS).zip(output.chunks_exact(DIMENSIONS)).enumerate() {
        let parts = [input, output];
        let scales = parts.map(|vector| vector.iter().fold(1e-9f32, |most, x| most.max(x.abs())) / 127.0);
        scales.iter().chain([&bias[word], &wide[word]]).for_each(|x| bytes.extend(x.to_le_bytes()));
        for (vector, scale) in parts.iter().zip(scales) {
            bytes.extend(vector.iter().map(|x| (x / scale).round() as i8 as u8));
        }
    }
    bytes[..8].copy_from_slice(MAGIC);
    let sum = checksum(&bytes[HEADER..]);
    bytes[8..16].copy_from_slice(&sum.to_le_bytes());
    bytes[16..24].copy_from_slice(&model.to_le_bytes());
    for (at, field) in [(24, bias.len()), (32, DIMENSIONS), (40, HIDDEN)] {
        bytes[at..at + 8].copy_from_slice(&(field as u64).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let words = 12;
        let number = |n: usize| ((n * 37 % 101) as f32 - 50.0) / 100.0;
        let dense: Vec<f32> = (0..DENSE).map(number).collect();
        let vectors: Vec<f32> = (0..words * DIMENSIONS).map(number).collect();
        let rest: Vec<f32> = (0..words).map(number).collect();
        pack(&dense, &vectors, &vectors, &rest, &rest, 7)
    }

    #[test]
    fn scores_what_it_holds() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let state = scorer.encode(&[10, 1], &[11, 99], [10, 11].into_iter());
        assert!(scorer.score(&state, 11).is_some_and(f32::is_finite));
        assert_eq!(scorer.score(&state, 12), None);
    }

    #[test]
    fn places_side_by_side_are_refined_as_one_by_one() {
        let scorer = Scorer::open(sample().into(), 7, true).expect("a whole scorer");
        let places = || (0..TILE as u32 + 3).map(|n| scorer.gather(&[n, 1], &[n + 1, 2], [n].into_iter()));
        let mut together: Vec<State> = places().collect();
        scorer.refine(&mut together);
        for (mut alone, together) in places().zip(together) {
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
