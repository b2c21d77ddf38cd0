//! One step of training: the sites of a chunk are scored, and the net learns from what was wrong.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use super::chunk::{Chunk, Site};
use super::net::{Net, PRIOR_AT};
use crate::model::kernels::sum;
use crate::model::scorer::{BIAS_AT, DENSE, DIMENSIONS as D, HIDDEN, INNER_AT, OUTER_AT, REACH, Vector, WIDE, WIDE_AT};
use crate::text::key::{END, SENTENCE};

/// What a step needs to hold; the next one takes it over.
#[derive(Default)]
pub(super) struct Scratch {
    /// Changes of the dense part.
    dense: Vec<f32>,
    /// Changes of the vectors of near words: of each word of the chunk, and of a sentence's start and end.
    inputs: Vec<f32>,
    /// Changes of the vectors of all words from a place on.
    edges: Vec<f32>,
    /// Sum of the weighted vectors of the words before each place.
    ahead: Vec<f32>,
    /// Sum of their weights.
    weights: Vec<f32>,
    near: Vec<Near>,
    hidden: Vec<f32>,
    scores: Vec<f32>,
}

/// How well sites are judged: of unchanged ones and of changed ones, how many there are, the sum of their losses and
/// how many have what is true first.
#[derive(Default)]
pub(super) struct Told([(u64, f64, u64); 2]);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, (sites, loss, first)) in ["unchanged", ", changed"].iter().zip(self.0) {
            let all = sites.max(1) as f64;
            write!(f, "{what} {sites}: loss {:.4}, {:.2} % right", loss / all, 100.0 * first as f64 / all)?;
        }
        Ok(())
    }
}

/// A word near a site, or the boundary of its sentence.
struct Near {
    /// Where it stands, seen from the site.
    position: usize,
    /// Its place among the changes of vectors.
    place: usize,
    /// Its row among the vectors.
    row: usize,
}

/// A site, encoded, and what that was made of.
struct Encoded {
    /// The words of the wide context, and those among them that are near.
    wide: [Range<usize>; 2],
    /// Sum of the wide context's weights.
    total: f32,
    /// Mean of the wide context.
    mean: Vector,
    /// Before the hidden layer.
    q: Vector,
    /// After it.
    state: Vector,
}

impl Net {
    /// Learns from a chunk's sites; returns the sum of their losses.
    pub(super) fn learn(&mut self, chunk: &Chunk, rates: [f32; 2], scratch: &mut Scratch) -> f64 {
        self.prepare(chunk, scratch);
        let mut loss = 0f64;
        for site in &chunk.sites {
            let encoded = self.encode(site.at, chunk, scratch);
            self.judge(site, chunk, &encoded.state, &mut scratch.scores);
            loss -= f64::from(scratch.scores[site.truth].max(1e-12).ln());
            let change = self.learn_readings(site, chunk, &encoded.state, rates[0], scratch);
            self.trace_back(&encoded, &change, scratch);
        }
        self.learn_vectors(chunk, rates[0], scratch);
        for ((x, sum), change) in self.dense.iter_mut().zip(&mut self.dense_sum).zip(&scratch.dense) {
            *sum += change * change;
            *x -= rates[1] * change / sum.sqrt();
        }
        loss
    }

    /// Judges a chunk's sites.
    pub(super) fn tell(&self, chunk: &Chunk, told: &mut Told, scratch: &mut Scratch) {
        self.prepare(chunk, scratch);
        for site in &chunk.sites {
            let encoded = self.encode(site.at, chunk, scratch);
            self.judge(site, chunk, &encoded.state, &mut scratch.scores);
            let truth = scratch.scores[site.truth];
            let (sites, loss, first) = &mut told.0[usize::from(site.truth > 0)];
            *sites += 1;
            *loss -= f64::from(truth.max(1e-12).ln());
            *first += u64::from(scratch.scores.iter().all(|&score| score <= truth));
        }
    }

    /// No changes yet, and the running sums of the wide context.
    fn prepare(&self, chunk: &Chunk, scratch: &mut Scratch) {
        let n = chunk.words.len();
        let zeros = |numbers: &mut Vec<f32>, count: usize| {
            numbers.clear();
            numbers.resize(count, 0.0);
        };
        zeros(&mut scratch.dense, DENSE);
        zeros(&mut scratch.hidden, HIDDEN);
        zeros(&mut scratch.inputs, (n + 2) * D);
        zeros(&mut scratch.edges, (n + 1) * D);
        zeros(&mut scratch.ahead, (n + 1) * D);
        scratch.weights.clear();
        scratch.weights.push(0.0);
        for (at, &word) in chunk.words.iter().enumerate() {
            let row = self.row(word);
            let (before, after) = scratch.ahead.split_at_mut((at + 1) * D);
            after[..D].copy_from_slice(&before[at * D..]);
            add(&mut after[..D], self.wide[row], &self.input[row * D..][..D]);
            scratch.weights.push(scratch.weights[at] + self.wide[row]);
        }
    }

    /// Encodes a place from the words around it.
    fn encode(&self, at: usize, chunk: &Chunk, scratch: &mut Scratch) -> Encoded {
        let (n, sentence) = (chunk.words.len(), &chunk.sentences[at]);
        let all = at.saturating_sub(WIDE)..(at + WIDE + 1).min(n);
        let close = at.saturating_sub(REACH).max(sentence.start)..(at + REACH + 1).min(sentence.end);
        let ahead = |at: usize| &scratch.ahead[at * D..][..D];
        let weights = &scratch.weights;
        let total = 1.0 + weights[all.end] - weights[all.start] - (weights[close.end] - weights[close.start]);
        let mut mean: Vector = [0.0; D];
        for (k, mean) in mean.iter_mut().enumerate() {
            *mean = (ahead(all.end)[k] - ahead(all.start)[k] - (ahead(close.end)[k] - ahead(close.start)[k])) / total;
        }
        self.find_near(at, chunk, &mut scratch.near);
        let mut q: Vector = [0.0; D];
        for (k, q) in q.iter_mut().enumerate() {
            *q = mean[k] * self.dense[WIDE_AT + k];
        }
        for near in &scratch.near {
            let weights = &self.dense[near.position * D..][..D];
            let vector = &self.input[near.row * D..][..D];
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
        Encoded { wide: [all, close], total, mean, q, state }
    }

    /// The nearest words on either side of a place. A sentence's boundary takes a position, and ends them.
    fn find_near(&self, at: usize, chunk: &Chunk, found: &mut Vec<Near>) {
        let (n, sentence) = (chunk.words.len(), &chunk.sentences[at]);
        found.clear();
        for distance in 1..=REACH {
            let position = distance - 1;
            if at < sentence.start + distance {
                found.push(Near { position, place: n, row: SENTENCE as usize });
                break;
            }
            let place = at - distance;
            found.push(Near { position, place, row: self.row(chunk.words[place]) });
        }
        for distance in 1..=REACH {
            let (position, place) = (REACH + distance - 1, at + distance);
            if place >= sentence.end {
                found.push(Near { position, place: n + 1, row: END as usize });
                break;
            }
            found.push(Near { position, place, row: self.row(chunk.words[place]) });
        }
    }

    /// How probable each reading of a site is.
    fn judge(&self, site: &Site, chunk: &Chunk, state: &Vector, scores: &mut Vec<f32>) {
        let [channel, keep] = self.priors();
        scores.clear();
        for (index, choice) in chunk.choices(site).iter().enumerate() {
            let row = self.row(choice.word);
            let prior = if index == 0 { keep * choice.prior + site.kept } else { channel * choice.prior };
            scores.push(self.bias[row] + dot(&self.output[row * D..][..D], state) + prior);
        }
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        scores.iter_mut().for_each(|score| *score = (*score - most).exp());
        let sum: f32 = scores.iter().sum();
        scores.iter_mut().for_each(|score| *score /= sum);
    }

    /// Learns how the readings of a site were to be judged; returns how its state is to change.
    fn learn_readings(
        &mut self,
        site: &Site,
        chunk: &Chunk,
        state: &Vector,
        rate: f32,
        scratch: &mut Scratch,
    ) -> Vector {
        let mut change: Vector = [0.0; D];
        let size = dot(state, state) / D as f32;
        for (index, choice) in chunk.choices(site).iter().enumerate() {
            let step = scratch.scores[index] - f32::from(u8::from(index == site.truth));
            scratch.dense[PRIOR_AT + usize::from(index == 0)] += step * choice.prior;
            if step.abs() < 1e-5 {
                continue;
            }
            let row = self.row(choice.word);
            let output = &mut self.output[row * D..][..D];
            add(&mut change, step, output);
            self.output_sum[row] += step * step * size;
            add(output, -rate * step / self.output_sum[row].sqrt(), state);
            self.bias_sum[row] += step * step;
            self.bias[row] -= rate * step / self.bias_sum[row].sqrt();
        }
        change
    }

    /// Traces a change of a site's state back to what it was encoded from.
    fn trace_back(&self, site: &Encoded, change: &Vector, scratch: &mut Scratch) {
        let mut back = *change;
        for unit in 0..HIDDEN {
            let h = scratch.hidden[unit];
            if h <= 0.0 {
                continue;
            }
            let row = unit * D;
            let step = dot(&self.dense[OUTER_AT + row..][..D], change);
            add(&mut scratch.dense[OUTER_AT + row..][..D], h, change);
            add(&mut scratch.dense[INNER_AT + row..][..D], step, &site.q);
            scratch.dense[BIAS_AT + unit] += step;
            add(&mut back, step, &self.dense[INNER_AT + row..][..D]);
        }
        for near in &scratch.near {
            let weights = &self.dense[near.position * D..][..D];
            let vector = &self.input[near.row * D..][..D];
            let inputs = &mut scratch.inputs[near.place * D..][..D];
            let dense = &mut scratch.dense[near.position * D..][..D];
            for k in 0..D {
                inputs[k] += back[k] * weights[k];
                dense[k] += back[k] * vector[k];
            }
        }
        for (k, back) in back.iter_mut().enumerate() {
            scratch.dense[WIDE_AT + k] += *back * site.mean[k];
            *back *= self.dense[WIDE_AT + k] / site.total;
        }
        let [all, close] = &site.wide;
        for (edge, sign) in [(all.start, 1.0), (all.end, -1.0), (close.start, -1.0), (close.end, 1.0)] {
            add(&mut scratch.edges[edge * D..][..D], sign, &back);
        }
    }

    /// Changes the vectors of the words around sites.
    fn learn_vectors(&mut self, chunk: &Chunk, rate: f32, scratch: &mut Scratch) {
        let n = chunk.words.len();
        let mut running: Vector = [0.0; D];
        for place in 0..n + 2 {
            let row = match place.cmp(&n) {
                Ordering::Less => self.row(chunk.words[place]),
                Ordering::Equal => SENTENCE as usize,
                Ordering::Greater => END as usize,
            };
            let change = &mut scratch.inputs[place * D..][..D];
            if place < n {
                add(&mut running, 1.0, &scratch.edges[place * D..][..D]);
                add(change, self.wide[row], &running);
            }
            let size = dot(change, change) / D as f32;
            if size > 0.0 {
                self.input_sum[row] += size;
                add(&mut self.input[row * D..][..D], -rate / self.input_sum[row].sqrt(), change);
            }
        }
    }
}

/// Sum of products, in an order that vectorises.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        for lane in 0..16 {
            lanes[lane] = fused(a[lane], b[lane], lanes[lane]);
        }
    }
    sum(&mut lanes)
}

/// `a * b + c`, fused where the processor that this is compiled for does so.
#[inline(always)]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_feature = "fma") { a.mul_add(b, c) } else { a * b + c }
}

/// `sum += weight * x`.
#[inline(always)]
fn add(sum: &mut [f32], weight: f32, x: &[f32]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = fused(weight, *x, *sum);
    }
}
