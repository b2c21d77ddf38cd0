//! What is asked of the encoded words: whether one is wrong, and how well another would fit in its place.

use std::collections::HashMap;

use super::Encoder;
use super::file::{DIMENSIONS, MARKS};
use super::kernels::{AddPiece, Dot, Then};
use super::linear::{ROWS, Room};
use crate::model::attend::{Look, Offer, Reading};
use crate::model::odds::ln_odds;

/// What the product of a query and an embedding is divided by: about the root of [`DIMENSIONS`].
const DIVISOR: f32 = 19.6;

/// What the encoder says of a passage.
pub(crate) struct Said {
    /// ln of the odds that each candidate stood there rather than what the text has, in order; 0 of those that it was
    /// not offered.
    pub(crate) odds: Vec<f32>,
    /// ln of the odds that each word was changed.
    pub(crate) detected: Vec<f32>,
}

/// What is sought in a place.
struct Query([f32; DIMENSIONS]);

/// A reading that may stand in a place.
#[derive(Clone)]
struct Embedding {
    /// The mean of its pieces.
    mean: [f32; DIMENSIONS],
    vector: [f32; DIMENSIONS],
    /// How much likelier the reading is than others wherever it may stand, in nats.
    bias: f32,
}

/// Least distance from 0 and 1 of a posterior whose odds are taken.
const MARGIN: f32 = 0.001;
/// Least ln of the channel that counts.
const LEAST_CHANNEL: f32 = -12.0;

impl Encoder {
    /// Reads a passage: 80 to 150 µs a word.
    pub(crate) fn hear(&self, read: &Reading, embeddings: &mut Embeddings) -> Said {
        let words: Vec<&str> = read.words.iter().map(String::as_str).collect();
        let hidden = self.encode(&self.segments(&words, &read.sentences), &self.told(read, embeddings));
        let weights = self.weights();
        let detect = |state: &[f32]| pulp::Arch::new().dispatch(Dot(state, &weights.detect)) + weights.detect_bias;
        let detected: Vec<f32> = hidden.chunks_exact(DIMENSIONS).map(detect).collect();
        let queries = self.ask(&hidden);
        let mut odds = vec![0.0; read.candidates];
        for place in read.offers.chunk_by(|a, b| a.run == b.run) {
            let run = place[0].run.clone();
            let query = self.query(&queries, run.start, run.end);
            let own = fit(&query, embeddings.get(self, words[run.clone()].join(" ").as_str()));
            for offer in place {
                let fit = fit(&query, embeddings.get(self, &offer.words)) - own;
                let posterior = offer.posterior.clamp(MARGIN, 1.0 - MARGIN);
                let [channel, lattice, changed, bias] = weights.odds;
                let said = [
                    channel * offer.channel.clamp(LEAST_CHANNEL, 0.0),
                    lattice * ln_odds(posterior),
                    changed * detected[run.start],
                ];
                odds[offer.index] = fit + said.iter().sum::<f32>() + bias;
            }
        }
        Said { odds, detected }
    }

    /// What is told of each word beside its pieces: the words that may have stood there, and marks.
    fn told(&self, read: &Reading, embeddings: &mut Embeddings) -> Vec<f32> {
        let count = read.words.len();
        let mut offered = vec![0f32; count * DIMENSIONS];
        let mut marks = vec![[0f32; MARKS]; count];
        for (marks, look) in marks.iter_mut().zip(&read.looks) {
            (0..Look::COUNT).for_each(|n| marks[n] = f32::from(look.0 >> n & 1));
        }
        for Offer { run, words, posterior, .. } in &read.offers {
            let mean = &embeddings.get(self, words).mean;
            let sum = &mut offered[run.start * DIMENSIONS..(run.start + 1) * DIMENSIONS];
            sum.iter_mut().zip(mean).for_each(|(sum, x)| *sum += posterior * x);
            marks[run.start][Look::COUNT] += posterior;
            marks[run.clone()].iter_mut().for_each(|marks| marks[Look::COUNT + 1] += posterior);
        }
        let weights = self.weights();
        let mut told = vec![0f32; count * DIMENSIONS];
        let mut room = Room::default();
        for (rows, told) in offered.chunks(ROWS * DIMENSIONS).zip(told.chunks_mut(ROWS * DIMENSIONS)) {
            weights.offered.apply(rows, &mut room, Then::Keep, told);
        }
        for (told, marks) in told.chunks_exact_mut(DIMENSIONS).zip(&marks) {
            for (weights, &mark) in weights.marks.chunks_exact(DIMENSIONS).zip(marks) {
                if mark != 0.0 {
                    told.iter_mut().zip(weights).for_each(|(told, weight)| *told += mark * weight);
                }
            }
        }
        told
    }

    /// What is sought in the place of the words `start..end`, of which there is at least one.
    fn query(&self, queries: &[f32], start: usize, end: usize) -> Query {
        let part = |word: usize, part: usize| &queries[(2 * word + part) * DIMENSIONS..][..DIMENSIONS];
        let (first, last, bias) = (part(start, 0), part(end - 1, 1), &self.weights().query_bias);
        Query(std::array::from_fn(|n| first[n] + last[n] + bias[n]))
    }

    /// Embeds a reading, its words with spaces between them: about 5 µs.
    fn embed(&self, words: &str) -> Embedding {
        let pieces = self.phrase(words);
        let mut mean = [0f32; DIMENSIONS];
        for &piece in &pieces {
            let (scale, vector) = self.file.piece(piece);
            let scale = scale / pieces.len() as f32;
            pulp::Arch::new().dispatch(AddPiece { scale, vector, sum: &mut mean });
        }
        let weights = self.weights();
        let mut vector = [0f32; DIMENSIONS];
        weights.embed.apply(&mean, &mut Room::default(), Then::Keep, &mut vector);
        Embedding { mean, vector, bias: pulp::Arch::new().dispatch(Dot(&mean, &weights.prior)) }
    }

    /// Of each encoded word, its part in a query that starts with it and in one that ends with it.
    fn ask(&self, hidden: &[f32]) -> Vec<f32> {
        let query = &self.weights().query;
        let mut queries = vec![0f32; hidden.len() * 2];
        let mut room = Room::default();
        for (rows, queries) in hidden.chunks(ROWS * DIMENSIONS).zip(queries.chunks_mut(2 * ROWS * DIMENSIONS)) {
            query.apply(rows, &mut room, Then::Keep, queries);
        }
        queries
    }
}

/// How well a reading fits a place: ln of its probability there, up to a constant that is the same for all readings.
fn fit(query: &Query, embedding: &Embedding) -> f32 {
    pulp::Arch::new().dispatch(Dot(&query.0, &embedding.vector)) / DIVISOR + embedding.bias
}

/// Embeddings of readings by their words, 3 kB each. When there are too many, those go that were not asked for since
/// about half as many others were made.
pub(crate) struct Embeddings {
    /// The newest, up to half of all.
    young: HashMap<Box<str>, Embedding>,
    /// Those before them.
    old: HashMap<Box<str>, Embedding>,
    most: usize,
}

/// Embeddings that are kept unless told otherwise.
const MOST: usize = 4096;

impl Default for Embeddings {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Embeddings {
    /// Room for so many embeddings at most.
    pub(crate) fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), most }
    }

    /// The embedding of some words with spaces between them; made if it is not there.
    fn get(&mut self, encoder: &Encoder, words: &str) -> &Embedding {
        if !self.young.contains_key(words) {
            let known = self.old.remove_entry(words);
            let (words, embedding) = known.unwrap_or_else(|| (words.into(), encoder.embed(words)));
            if self.young.len() >= (self.most / 2).max(1) {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(words, embedding);
        }
        &self.young[words]
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
