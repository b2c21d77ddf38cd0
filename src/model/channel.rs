//! The channel's weights of a passage's candidates: each kind once, as very many candidates share them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::dictionary::pack::Codes;
use crate::dictionary::table::mix;

/// A hasher for ids, which are no one's to choose but the dictionaries'.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (ids, rest) = bytes.as_chunks::<4>();
        ids.iter().for_each(|&id| self.write_u32(u32::from_ne_bytes(id)));
        rest.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = mix(self.0.rotate_left(32) ^ u64::from(id));
    }

    fn write_isize(&mut self, variant: isize) {
        self.write_u32(variant as u32);
    }
}

/// A map whose keys are ids.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// The kinds of weights that candidates have.
#[derive(Default)]
pub(crate) struct Kinds {
    numbers: IdMap<u32, u32>,
    /// The weights for each family, not logarithmic; 0 for one that does not make the substitution.
    weights: Vec<[f32; 4]>,
}

impl Kinds {
    /// The number of a kind.
    pub(crate) fn number(&mut self, codes: Codes) -> u32 {
        *self.numbers.entry(u32::from_le_bytes(codes.0)).or_insert_with(|| {
            self.weights.push(plain(codes));
            self.weights.len() as u32 - 1
        })
    }

    /// A kind's weights for the families, not logarithmic.
    pub(crate) fn weights(&self, kind: u32) -> &[f32; 4] {
        &self.weights[kind as usize]
    }

    /// The weight of every kind under a mix of families, to this power.
    pub(crate) fn mixed(&self, families: &[f32; 4], power: f32) -> Vec<f32> {
        let mixed = |weights: &[f32; 4]| {
            let sum: f32 = weights.iter().zip(families).map(|(weight, share)| weight * share).sum();
            sum.max(1e-9).powf(power)
        };
        self.weights.iter().map(mixed).collect()
    }
}

/// Weights for the families, not logarithmic.
pub(crate) fn plain(codes: Codes) -> [f32; 4] {
    codes.weights().map(|weight| weight.map_or(0.0, f32::exp))
}

/// ln of the channel's part of a candidate with these weights under a mix of families.
pub(crate) fn channel(weights: &[f32; 4], families: &[f32; 4]) -> f32 {
    let sum: f32 = weights.iter().zip(families).map(|(weight, share)| share * weight).sum();
    sum.max(1e-9).ln()
}
