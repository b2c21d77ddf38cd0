//! Word vectors of a log-bilinear context model: which words go with which.
//!
//! Two vectors a word (Mikolov et al., 2013, continuous bag of words with negative sampling): one for the word as
//! context, one for the word as what stands among that context. Eight bits a number, used in place. Word ids are
//! those of the n-gram model, the most frequent words only.

use std::borrow::Cow;

use super::error::{DictionaryError, ErrorKind};
use super::header::Kind;

/// What every file starts with; the last character is the version.
pub(crate) const MAGIC: &[u8; 8] = b"UNSPNVC1";
/// Numbers in a vector.
pub(crate) const DIMENSIONS: usize = 64;
/// Bytes of the header: the magic, the checksum, the model's checksum, the number of words.
pub(crate) const HEADER: usize = 32;
/// Bytes of one word: two scales and two vectors.
const STRIDE: usize = 8 + 2 * DIMENSIONS;

/// A vector in full numbers.
pub(crate) type Vector = [f32; DIMENSIONS];

/// Word vectors, opened in place.
pub(crate) struct Vectors {
    data: Cow<'static, [u8]>,
    words: usize,
}

const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "word vectors",
    remedy: "make them anew with `unspin learn vectors`",
    magic: MAGIC,
    header: HEADER,
};

impl Vectors {
    /// Opens vectors made for the model with this checksum.
    pub(crate) fn open(data: Cow<'static, [u8]>, model: u64, verify: bool) -> Result<Self, DictionaryError> {
        let fields = KIND.fields(&data)?;
        let field = |place| fields.number(place);
        if field(1) != model {
            return Err(KIND.bad("n-gram model", format!("{model:016x}"), format!("{:016x}", field(1))));
        }
        let words = field(2) as usize;
        let length = HEADER.saturating_add(words.saturating_mul(STRIDE));
        if length != data.len() {
            return Err(KIND.bad("length", format!("{length} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, HEADER)?;
        }
        Ok(Self { data, words })
    }

    fn part(&self, word: u32, second: bool) -> Option<(f32, &[u8])> {
        if word as usize >= self.words {
            return None;
        }
        let at = HEADER + word as usize * STRIDE;
        let scale = &self.data[at + usize::from(second) * 4..][..4];
        let scale = f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]);
        Some((scale, &self.data[at + 8 + usize::from(second) * DIMENSIONS..][..DIMENSIONS]))
    }

    /// Adds a word's context vector, times `weight`; says whether there is one.
    pub(crate) fn add_context(&self, word: u32, weight: f32, sum: &mut Vector) -> bool {
        let Some((scale, bytes)) = self.part(word, false) else { return false };
        for (sum, &byte) in sum.iter_mut().zip(bytes) {
            *sum += weight * scale * f32::from(byte as i8);
        }
        true
    }

    /// How well a word fits a context: the model's log-odds, in nats, up to a constant.
    pub(crate) fn fit(&self, word: u32, context: &Vector) -> Option<f32> {
        let (scale, bytes) = self.part(word, true)?;
        Some(scale * bytes.iter().zip(context).map(|(&byte, x)| f32::from(byte as i8) * x).sum::<f32>())
    }
}

/// Writes vectors in the form that [`Vectors::open`] takes.
pub(crate) fn pack(contexts: &[Vector], words: &[Vector], model: u64) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER];
    for pair in contexts.iter().zip(words) {
        let parts = [pair.0, pair.1];
        let scales = parts.map(|vector| vector.iter().fold(1e-9f32, |most, x| most.max(x.abs())) / 127.0);
        scales.iter().for_each(|scale| bytes.extend(scale.to_le_bytes()));
        for (vector, scale) in parts.iter().zip(scales) {
            bytes.extend(vector.iter().map(|x| (x / scale).round() as i8 as u8));
        }
    }
    KIND.seal(&mut bytes, HEADER, &[model, contexts.len() as u64]);
    bytes
}
