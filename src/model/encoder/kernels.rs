//! The encoder's arithmetic in full numbers, compiled for the widest vector instructions that the processor has.

use super::file::DIMENSIONS;
use crate::model::kernels::sum;

/// Added to a number of less than 22 bits, it leaves that number, rounded, in the last bits.
const ROUNDER: f32 = 12_582_912.0;

/// What is done to the product of a matrix.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// Nothing.
    Keep,
    /// GELU: x times the normal distribution's probability of less than x.
    Gelu,
}

/// Turns rows of activations into whole numbers from 0 to 255, a scale and a nought for each row.
pub(super) struct Quantize<'a> {
    pub(super) rows: &'a [f32],
    pub(super) width: usize,
    pub(super) quantized: &'a mut [u8],
    pub(super) steps: &'a mut [(f32, i32)],
}

impl pulp::WithSimd for Quantize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { rows, width, quantized, steps } = self;
        for ((row, out), step) in rows.chunks_exact(width).zip(quantized.chunks_exact_mut(width)).zip(steps) {
            let (parts, rest) = S::as_simd_f32s(row);
            let (mut least, mut most) = ([simd.splat_f32s(0.0); 2], [simd.splat_f32s(1e-9); 2]);
            for (n, &part) in parts.iter().enumerate() {
                least[n % 2] = simd.min_f32s(least[n % 2], part);
                most[n % 2] = simd.max_f32s(most[n % 2], part);
            }
            let least = simd.reduce_min_f32s(simd.min_f32s(least[0], least[1]));
            let most = simd.reduce_max_f32s(simd.max_f32s(most[0], most[1]));
            let least = rest.iter().fold(least, |least, &x| least.min(x));
            let most = rest.iter().fold(most, |most, &x| most.max(x));
            let scale = (most - least) / 255.0;
            let (inverse, nought) = (1.0 / scale, (-least / scale).round());
            *step = (scale, nought as i32);
            for (out, &x) in out.iter_mut().zip(row) {
                let whole = x.mul_add(inverse, nought);
                let whole = if whole > 255.0 { 255.0 } else { whole };
                let whole = if whole < 0.0 { 0.0 } else { whole };
                *out = (whole + ROUNDER).to_bits() as u8;
            }
        }
    }
}

/// Turns products of whole numbers into numbers in full.
pub(super) struct Dequantize<'a> {
    /// A row of activations with each of some outputs, one row after the other.
    pub(super) products: &'a [i32],
    pub(super) steps: &'a [(f32, i32)],
    pub(super) scales: &'a [f32],
    pub(super) sums: &'a [i32],
    pub(super) bias: &'a [f32],
    pub(super) then: Then,
    pub(super) out: &'a mut [f32],
    /// Numbers from one row to the next.
    pub(super) stride: usize,
}

impl pulp::WithSimd for Dequantize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { products, steps, scales, sums, bias, then, out, stride } = self;
        let width = scales.len();
        for ((products, out), &(scale, nought)) in products.chunks_exact(width).zip(out.chunks_mut(stride)).zip(steps) {
            let out = &mut out[..width];
            for ((((out, &product), &weight), &sum), &bias) in
                out.iter_mut().zip(products).zip(scales).zip(sums).zip(bias)
            {
                let exact = product.wrapping_sub(nought.wrapping_mul(sum));
                *out = (exact as f32).mul_add(scale * weight, bias);
            }
            if then == Then::Gelu {
                out.iter_mut().for_each(|x| *x = gelu(*x));
            }
        }
    }
}

/// e^x of a number that is not above 0, to 2 units in the last place.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    let x = if x > -87.0 { x } else { -87.0 };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUNDER);
    let whole = shifted - ROUNDER;
    let rest = whole.mul_add(-0.693_359_4, x);
    let rest = whole.mul_add(2.121_944_4e-4, rest);
    let mut sum = 1.987_569_1e-4f32;
    for term in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1] {
        sum = sum.mul_add(rest, term);
    }
    let fraction = sum.mul_add(rest * rest, rest) + 1.0;
    fraction * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// GELU by the error function, which is approximated to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / z.mul_add(0.327_591_1, 1.0);
    let mut sum = 1.061_405_4f32;
    for term in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        sum = sum.mul_add(t, term);
    }
    // Half the probability of what lies farther out than |x|.
    let tail = 0.5 * sum * t * exponential(-z * z);
    if x < 0.0 { x * tail } else { x - x * tail }
}

/// Adds to rows what a part of a layer made of them, if it did, and normalizes each (Ba et al., 2016).
pub(super) struct Normalize<'a> {
    pub(super) rows: &'a mut [f32],
    pub(super) added: Option<&'a [f32]>,
    pub(super) weight: &'a [f32],
    pub(super) bias: &'a [f32],
}

impl pulp::WithSimd for Normalize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { rows, added, weight, bias } = self;
        if let Some(added) = added {
            rows.iter_mut().zip(added).for_each(|(x, added)| *x += added);
        }
        for row in rows.chunks_exact_mut(DIMENSIONS) {
            let mut lanes = [0f32; 16];
            for part in row.chunks_exact(16) {
                (0..16).for_each(|lane| lanes[lane] += part[lane]);
            }
            let mean = sum(&mut lanes) / DIMENSIONS as f32;
            let mut lanes = [0f32; 16];
            for part in row.chunks_exact(16) {
                (0..16).for_each(|lane| lanes[lane] = (part[lane] - mean).mul_add(part[lane] - mean, lanes[lane]));
            }
            let variance = sum(&mut lanes) / DIMENSIONS as f32;
            let factor = 1.0 / (variance + 1e-12).sqrt();
            for ((x, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *x = ((*x - mean) * factor).mul_add(*weight, *bias);
            }
        }
    }
}

/// Turns how well rows fit into e to that, up to a factor a row, and notes what the parts of each row come to.
pub(super) struct Soften<'a> {
    /// For each block of columns, how wide it is and the rows of it.
    pub(super) blocks: &'a mut [(usize, Vec<f32>)],
    pub(super) totals: &'a mut [f32],
}

impl pulp::WithSimd for Soften<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { blocks, totals } = self;
        for (n, total) in totals.iter_mut().enumerate() {
            let (mut most, mut last) = (simd.splat_f32s(f32::NEG_INFINITY), f32::NEG_INFINITY);
            for (width, rows) in blocks.iter() {
                let (parts, rest) = S::as_simd_f32s(&rows[n * width..(n + 1) * width]);
                most = parts.iter().fold(most, |most, &part| simd.max_f32s(most, part));
                last = rest.iter().fold(last, |last, &x| last.max(x));
            }
            let most = simd.reduce_max_f32s(most).max(last);
            let mut lanes = [0f32; 16];
            for (width, rows) in blocks.iter_mut() {
                let row = &mut rows[n * *width..(n + 1) * *width];
                let (parts, rest) = row.as_chunks_mut::<16>();
                for part in parts {
                    for lane in 0..16 {
                        part[lane] = exponential(part[lane] - most);
                        lanes[lane] += part[lane];
                    }
                }
                for x in rest {
                    *x = exponential(*x - most);
                    lanes[0] += *x;
                }
            }
            *total = sum(&mut lanes);
        }
    }
}

/// Adds up the vectors of pieces.
pub(super) struct AddPiece<'a> {
    pub(super) scale: f32,
    pub(super) vector: &'a [u8],
    pub(super) sum: &'a mut [f32],
}

impl pulp::WithSimd for AddPiece<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for (sum, &byte) in self.sum.iter_mut().zip(self.vector) {
            *sum = f32::from(byte as i8).mul_add(self.scale, *sum);
        }
    }
}

/// Sum of products.
pub(super) struct Dot<'a>(pub(super) &'a [f32], pub(super) &'a [f32]);

impl pulp::WithSimd for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> f32 {
        let mut lanes = [0f32; 16];
        for (a, b) in self.0.chunks_exact(16).zip(self.1.chunks_exact(16)) {
            (0..16).for_each(|lane| lanes[lane] = a[lane].mul_add(b[lane], lanes[lane]));
        }
        sum(&mut lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_and_gelu_are_exact_enough() {
        for n in 0..8700 {
            let x = -(n as f32) / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exponential(x)) / exact - 1.0).abs() < 3e-7, "{x}");
        }
        // Half of what lies between -x and x, by the trapezoidal rule.
        let normal = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        for n in -60..=60 {
            let x = f64::from(n) / 10.0;
            let steps = 20_000;
            let step = x / f64::from(steps);
            let inside: f64 = (0..steps).map(|n| normal((f64::from(n) + 0.5) * step) * step).sum();
            assert!((f64::from(gelu(x as f32)) - x * (0.5 + inside)).abs() < 2e-6, "{x}");
        }
    }
}
