//! What is asked of the encoded words: whether one is wrong, and how well another would fit in its place.

use std::collections::HashMap;

use super::Encoder;
use super::file::{DIMENSIONS, UNKNOWN};
use super::kernels::{AddPiece, Dot, Then};
use super::linear::{ROWS, Room};

/// What the product of a query and an embedding is divided by: about the root of [`DIMENSIONS`].
const DIVISOR: f32 = 19.6;

/// The words of a text, encoded.
pub(crate) struct States {
    /// A vector a word.
    pub(super) hidden: Vec<f32>,
    /// Of each word, its part in a query that starts with it and in one that ends with it.
    pub(super) queries: Vec<f32>,
}

/// What is sought in a place.
pub(crate) struct Query([f32; DIMENSIONS]);

/// A reading that may stand in a place.
#[derive(Clone)]
pub(crate) struct Embedding {
    vector: [f32; DIMENSIONS],
    /// How much likelier the reading is than others wherever it may stand, in nats.
    bias: f32,
}

impl States {
    /// The vector of a word: the mean of its pieces' last hidden states.
    pub(crate) fn word(&self, word: usize) -> &[f32] {
        &self.hidden[word * DIMENSIONS..(word + 1) * DIMENSIONS]
    }
}

impl Encoder {
    /// How likely a word is to be wrong, as the logarithm of the odds.
    pub(crate) fn detect(&self, states: &States, word: usize) -> f32 {
        let weights = self.weights();
        pulp::Arch::new().dispatch(Dot(states.word(word), &weights.detect)) + weights.detect_bias
    }

    /// What is sought in the place of the words `start..end`, of which there is at least one.
    pub(crate) fn query(&self, states: &States, start: usize, end: usize) -> Query {
        let part = |word: usize, part: usize| &states.queries[(2 * word + part) * DIMENSIONS..][..DIMENSIONS];
        let (first, last, bias) = (part(start, 0), part(end - 1, 1), &self.weights().query_bias);
        Query(std::array::from_fn(|n| first[n] + last[n] + bias[n]))
    }

    /// Embeds a reading of some words: about 5 µs.
    pub(crate) fn embed(&self, words: &[&str]) -> Embedding {
        let mut pieces = Vec::new();
        words.iter().for_each(|word| self.pieces(word, &mut pieces));
        if pieces.is_empty() {
            // Words left out altogether were unknown ones in training.
            pieces.push(UNKNOWN);
        }
        let mut mean = [0f32; DIMENSIONS];
        for &piece in &pieces {
            let (scale, vector) = self.file.piece(piece);
            let scale = scale / pieces.len() as f32;
            pulp::Arch::new().dispatch(AddPiece { scale, vector, sum: &mut mean });
        }
        let weights = self.weights();
        let mut vector = [0f32; DIMENSIONS];
        weights.embed.apply(&mean, &mut Room::default(), Then::Keep, &mut vector);
        Embedding { vector, bias: pulp::Arch::new().dispatch(Dot(&mean, &weights.prior)) }
    }

    /// Works out the parts of encoded words in queries.
    pub(super) fn ask(&self, hidden: Vec<f32>) -> States {
        let query = &self.weights().query;
        let mut queries = vec![0f32; hidden.len() * 2];
        let mut room = Room::default();
        for (rows, queries) in hidden.chunks(ROWS * DIMENSIONS).zip(queries.chunks_mut(2 * ROWS * DIMENSIONS)) {
            query.apply(rows, &mut room, Then::Keep, queries);
        }
        States { hidden, queries }
    }
}

/// How well a reading fits a place: ln of its probability there, up to a constant that is the same for all readings.
pub(crate) fn fit(query: &Query, embedding: &Embedding) -> f32 {
    pulp::Arch::new().dispatch(Dot(&query.0, &embedding.vector)) / DIVISOR + embedding.bias
}

/// Embeddings of readings by a key of the caller's, 1.5 kB each. When there are too many, those go that were not asked
/// for since about half as many others were made.
pub(crate) struct Embeddings {
    /// The newest, up to half of all.
    young: HashMap<u64, Embedding>,
    /// Those before them.
    old: HashMap<u64, Embedding>,
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

    /// The embedding under a key; made of the words, which must be the same whenever the key is, if it is not there.
    pub(crate) fn get<'w>(&mut self, encoder: &Encoder, key: u64, words: impl FnOnce() -> Vec<&'w str>) -> &Embedding {
        if !self.young.contains_key(&key) {
            let embedding = self.old.remove(&key).unwrap_or_else(|| encoder.embed(&words()));
            if self.young.len() >= (self.most / 2).max(1) {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(key, embedding);
        }
        &self.young[&key]
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
