//! The arithmetic of the context scorer, compiled for the widest vector instructions that the processor has.
//!
//! Sums are taken in the same order and every product is fused with its sum whatever the width, so that all processors
//! come to the same figures.

use super::scorer::{DIMENSIONS, HALF, HIDDEN, Scorer, State, WIDE_UNIT};

/// Places that go through the hidden layer side by side.
pub(crate) const TILE: usize = 32;
/// Units, or numbers of a place, that are worked out together: as many as hide how long a sum takes.
const BLOCK: usize = 4;

/// Numbers of a tile's places side by side.
type Row = [f32; TILE];

/// Sum of sixteen numbers, in an order that vectorises.
#[inline(always)]
pub(crate) fn sum(lanes: &mut [f32; 16]) -> f32 {
    let mut width = 8;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Takes gathered places through the hidden layer.
pub(crate) struct Refine<'a> {
    /// One row of weights a unit, from a place's numbers.
    pub(crate) inner: &'a [f32],
    /// One row of weights a number of a place, from the units.
    pub(crate) outer: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) states: &'a mut [State],
}

impl pulp::WithSimd for Refine<'_> {
    type Output = ();

    #[allow(clippy::large_stack_arrays, reason = "48 KiB, for the time of a call")]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { inner, outer, bias, states } = self;
        let mut columns = [[0f32; TILE]; DIMENSIONS];
        let mut units = [[0f32; TILE]; HIDDEN];
        for tile in states.chunks_mut(TILE) {
            for (n, state) in tile.iter().enumerate() {
                columns.iter_mut().zip(&state.0).for_each(|(column, x)| column[n] = *x);
            }
            let vectors = tile.len().div_ceil(S::F32_LANES);
            let mut at = 0;
            while at < vectors {
                if at + 2 <= vectors {
                    layers::<S, 2>(simd, at, inner, outer, bias, &mut columns, &mut units);
                    at += 2;
                } else {
                    layers::<S, 1>(simd, at, inner, outer, bias, &mut columns, &mut units);
                    at += 1;
                }
            }
            for (n, state) in tile.iter_mut().enumerate() {
                state.0.iter_mut().zip(&columns).for_each(|(x, column)| *x = column[n]);
            }
        }
    }
}

/// Both layers for `V` vectors of places from the `at`-th one of the rows on.
#[inline(always)]
fn layers<S: pulp::Simd, const V: usize>(
    simd: S,
    at: usize,
    inner: &[f32],
    outer: &[f32],
    bias: &[f32],
    columns: &mut [Row; DIMENSIONS],
    units: &mut [Row; HIDDEN],
) {
    let zero = simd.splat_f32s(0.0);
    let load = |row: &Row| -> [S::f32s; V] { std::array::from_fn(|v| S::as_simd_f32s(row).0[at + v]) };
    for ((rows, bias), units) in
        inner.chunks_exact(BLOCK * DIMENSIONS).zip(bias.chunks_exact(BLOCK)).zip(units.chunks_exact_mut(BLOCK))
    {
        let mut sums: [[S::f32s; V]; BLOCK] = std::array::from_fn(|n| [simd.splat_f32s(bias[n]); V]);
        products::<S, V>(simd, rows, DIMENSIONS, columns, load, &mut sums);
        for (unit, sums) in units.iter_mut().zip(sums) {
            let unit = S::as_mut_simd_f32s(unit).0;
            (0..V).for_each(|v| unit[at + v] = simd.max_f32s(sums[v], zero));
        }
    }
    for (rows, columns) in outer.chunks_exact(BLOCK * HIDDEN).zip(columns.chunks_exact_mut(BLOCK)) {
        let mut sums: [[S::f32s; V]; BLOCK] = std::array::from_fn(|n| load(&columns[n]));
        products::<S, V>(simd, rows, HIDDEN, units, load, &mut sums);
        for (column, sums) in columns.iter_mut().zip(sums) {
            let column = S::as_mut_simd_f32s(column).0;
            (0..V).for_each(|v| column[at + v] = sums[v]);
        }
    }
}

/// Adds to the sums the products of `BLOCK` rows of weights, `width` long each, with the rows of places.
#[inline(always)]
fn products<S: pulp::Simd, const V: usize>(
    simd: S,
    weights: &[f32],
    width: usize,
    places: &[Row],
    load: impl Fn(&Row) -> [S::f32s; V],
    sums: &mut [[S::f32s; V]; BLOCK],
) {
    let (first, rest) = weights.split_at(width);
    let (second, rest) = rest.split_at(width);
    let (third, fourth) = rest.split_at(width);
    for ((((a, b), c), d), row) in first.iter().zip(second).zip(third).zip(fourth).zip(places) {
        let row = load(row);
        for (sums, &weight) in sums.iter_mut().zip([a, b, c, d]) {
            let weight = simd.splat_f32s(weight);
            for (sum, &x) in sums.iter_mut().zip(&row) {
                *sum = simd.mul_add_f32s(weight, x, *sum);
            }
        }
    }
}

/// The number in a byte's low four bits.
#[inline(always)]
fn low(byte: u8) -> i8 {
    (byte << 4) as i8 >> 4
}

/// The number in a byte's high four bits.
#[inline(always)]
fn high(byte: u8) -> i8 {
    byte as i8 >> 4
}

/// How well words fit a place.
pub(crate) struct Fit<'a> {
    pub(crate) scorer: &'a Scorer,
    pub(crate) state: &'a State,
    pub(crate) words: &'a [u32],
    pub(crate) scores: &'a mut [f32],
}

impl pulp::WithSimd for Fit<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        // The vectors lie far apart: touched first, they come from memory side by side.
        let mut touched = 0;
        for &word in self.words {
            let vector = self.scorer.output(word).vector;
            touched ^= vector[0] ^ vector[HALF - 1];
        }
        std::hint::black_box(touched);
        for (&word, score) in self.words.iter().zip(self.scores) {
            let output = self.scorer.output(word);
            let mut lanes = [0f32; 16];
            let (first, second) = self.state.0.split_at(HALF);
            for ((bytes, x), y) in
                output.vector.chunks_exact(16).zip(first.chunks_exact(16)).zip(second.chunks_exact(16))
            {
                for lane in 0..16 {
                    lanes[lane] = f32::from(low(bytes[lane])).mul_add(x[lane], lanes[lane]);
                    lanes[lane] = f32::from(high(bytes[lane])).mul_add(y[lane], lanes[lane]);
                }
            }
            *score = output.bias + output.scale * sum(&mut lanes);
        }
    }
}

/// Adds up the wide context's parts of words, one after the other.
pub(crate) struct Widen<'a> {
    pub(crate) scorer: &'a Scorer,
    pub(crate) words: &'a [u32],
    pub(crate) sums: &'a mut [[i32; DIMENSIONS]],
    pub(crate) weights: &'a mut [i32],
}

impl pulp::WithSimd for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { scorer, words, sums, weights } = self;
        for (at, &word) in words.iter().enumerate() {
            let input = scorer.input(word);
            let factor = (input.wide * input.scale * WIDE_UNIT).round() as i32;
            let before = sums[at];
            let (first, second) = sums[at + 1].split_at_mut(HALF);
            for (n, &byte) in input.vector.iter().enumerate() {
                first[n] = before[n].wrapping_add(factor.wrapping_mul(i32::from(low(byte))));
                second[n] = before[n + HALF].wrapping_add(factor.wrapping_mul(i32::from(high(byte))));
            }
            weights[at + 1] = weights[at].wrapping_add((input.wide * WIDE_UNIT).round() as i32);
        }
    }
}

/// Sums up the surroundings of a place.
pub(crate) struct Gather<'a> {
    pub(crate) scorer: &'a Scorer,
    /// The nearest words on the left and on the right, the nearest first, with the weights of their positions.
    pub(crate) near: [(&'a [u32], &'a [f32]); 2],
    /// Sums of the wide context up to the ends of its two parts: start and end of the one, start and end of the other.
    pub(crate) wide: [&'a [i32; DIMENSIONS]; 4],
    /// What makes numbers of them.
    pub(crate) share: f32,
    pub(crate) wide_weights: &'a [f32],
}

impl pulp::WithSimd for Gather<'_> {
    type Output = State;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> State {
        let Self { scorer, near, wide: [a, b, c, d], share, wide_weights } = self;
        let mut q = [0f32; DIMENSIONS];
        for (n, (q, weight)) in q.iter_mut().zip(wide_weights).enumerate() {
            let sum = b[n].wrapping_sub(a[n]).wrapping_add(d[n].wrapping_sub(c[n]));
            *q = sum as f32 * (share * weight);
        }
        for (words, weights) in near {
            for (&word, weights) in words.iter().zip(weights.chunks_exact(DIMENSIONS)) {
                let input = scorer.input(word);
                let (first, second) = q.split_at_mut(HALF);
                let (first_weights, second_weights) = weights.split_at(HALF);
                for ((q, &byte), weight) in first.iter_mut().zip(input.vector).zip(first_weights) {
                    *q = (input.scale * weight).mul_add(f32::from(low(byte)), *q);
                }
                for ((q, &byte), weight) in second.iter_mut().zip(input.vector).zip(second_weights) {
                    *q = (input.scale * weight).mul_add(f32::from(high(byte)), *q);
                }
            }
        }
        State(q)
    }
}
