//! The scorer while it is trained: before training, left and gone on with, and packed.

use std::io;

use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::vectors::{DIMENSIONS as VECTOR, Vectors};
use crate::learn::random::Random;
use crate::model::scorer::{BIAS_AT, DENSE, DIMENSIONS, HIDDEN, INNER_AT, OUTER_AT, REACH, Scorer, WIDE_AT, pack};
use crate::text::key::{FIRST_WORD, UNKNOWN};

/// Where the dense part has the weights of the channel and of the keeping prior.
pub(super) const PRIOR_AT: usize = BIAS_AT + HIDDEN;

/// The scorer with full numbers and its step sizes' sums of squares.
pub(super) struct Net {
    pub(super) input: Vec<f32>,
    pub(super) input_sum: Vec<f32>,
    pub(super) output: Vec<f32>,
    pub(super) output_sum: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) bias_sum: Vec<f32>,
    pub(super) dense: Vec<f32>,
    pub(super) dense_sum: Vec<f32>,
    pub(super) wide: Vec<f32>,
}

impl Net {
    /// A net before training; vectors, where there are any, are where the word vectors start.
    pub(super) fn new(ngrams: &Ngrams, vectors: Option<&Vectors>, words: usize, random: &mut Random) -> Self {
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

    /// A net that goes on from a packed scorer, with steps that are small from the start.
    pub(super) fn of(scorer: &Scorer) -> Self {
        let words = scorer.words();
        let mut net = Self {
            input: Vec::with_capacity(words * DIMENSIONS),
            input_sum: vec![1.0; words],
            output: Vec::with_capacity(words * DIMENSIONS),
            output_sum: vec![4.0; words],
            bias: Vec::with_capacity(words),
            bias_sum: vec![4.0; words],
            dense: scorer.dense().to_vec(),
            dense_sum: vec![1.0; DENSE],
            wide: Vec::with_capacity(words),
        };
        for word in 0..words as u32 {
            let (input, output) = (scorer.input(word), scorer.output(word));
            net.input.extend(input.numbers());
            net.output.extend(output.numbers());
            net.bias.push(input.bias);
            net.wide.push(input.wide);
        }
        net
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

    pub(super) fn save(&mut self) -> Vec<u8> {
        self.parts().into_iter().flat_map(|part| part.iter()).flat_map(|x| x.to_le_bytes()).collect()
    }

    pub(super) fn load(&mut self, bytes: &[u8]) -> io::Result<()> {
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

    pub(super) fn pack(&self, model: u64) -> Vec<u8> {
        pack(&self.dense, &self.input, &self.output, &self.bias, &self.wide, model)
    }

    /// Where a word's numbers are.
    pub(super) fn row(&self, word: u32) -> usize {
        if (word as usize) < self.bias.len() { word as usize } else { UNKNOWN as usize }
    }

    /// The weights of the channel and of the keeping prior.
    pub(super) fn priors(&self) -> [f32; 2] {
        [self.dense[PRIOR_AT], self.dense[PRIOR_AT + 1]]
    }
}

/// How much a word counts in the wide context, by ln of its frequency: nothing for the most frequent ones.
fn wide_weight(word: u32, unigram: f32) -> f32 {
    if word < FIRST_WORD { 0.0 } else { ((-unigram - 5.5) / 3.5).clamp(0.0, 1.0) }
}
