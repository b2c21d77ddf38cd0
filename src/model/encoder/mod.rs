//! The encoder: what each word of a text is in its context, whether it is wrong there, and how well others would fit.
//!
//! A small BERT (Devlin et al., 2019) after MiniLM (Wang et al., 2020): 384 numbers a piece, 12 heads, some two to six
//! layers, trained further to tell swapped words from those that truly stood there. Words are cut into word pieces;
//! sentences are read together, up to [`file::SEGMENT`] pieces at a time. Weights take eight bits each. One
//! core encodes 9,000 to 17,000 pieces a second with six layers if it has AVX-512 with VNNI, 7,000 with AVX2.
//!
//! The weights are used in place but for the matrices, which are packed for the processor at hand at first use; that
//! takes about 12 ms and 11 MB with six layers.

mod attention;
mod file;
mod forward;
mod heads;
mod kernels;
mod linear;
mod wordpiece;

#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use self::file::{DIMENSIONS, File, SEGMENT, UNKNOWN};
use self::forward::{Room, Weights};
pub(crate) use self::heads::Embeddings;
use crate::dictionary::error::DictionaryError;

/// A trained encoder, opened in place.
pub(crate) struct Encoder {
    file: File,
    weights: OnceLock<Weights>,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("layers", &self.file.layers).finish_non_exhaustive()
    }
}

/// The words that are encoded together, and their pieces.
#[derive(Default)]
pub(crate) struct Segment {
    pub(crate) pieces: Vec<u32>,
    /// The words, each with how many pieces it has.
    pub(crate) words: Vec<(usize, usize)>,
}

impl Encoder {
    /// Opens an encoder. `verify` also checks the checksum, the vocabulary and the weights' sizes: 8 ms for 22 MB.
    ///
    /// # Errors
    ///
    /// When the bytes are no encoder, or a damaged one; what was expected and what was there.
    pub(crate) fn open(data: Cow<'static, [u8]>, verify: bool) -> Result<Self, DictionaryError> {
        Ok(Self { file: File::open(data, verify)?, weights: OnceLock::new() })
    }

    fn weights(&self) -> &Weights {
        self.weights.get_or_init(|| Weights::new(&self.file))
    }

    /// Adds the pieces of a lower-case word, [`wordpiece::MOST_PIECES`] at most and at least one.
    ///
    /// The word is cut into runs of letters and digits, and single other characters; each is cut from the left by
    /// longest match, and is unknown where nothing matches. Marks on Latin letters are left out before. About 1 µs.
    pub(crate) fn pieces(&self, word: &str, out: &mut Vec<u32>) {
        self.file.vocabulary().pieces(word, out);
    }

    /// The pieces of lower-case words with spaces between them; of none at all, the unknown one.
    pub(crate) fn phrase(&self, words: &str) -> Vec<u32> {
        let mut pieces = Vec::new();
        words.split_whitespace().for_each(|word| self.pieces(word, &mut pieces));
        if pieces.is_empty() {
            pieces.push(UNKNOWN);
        }
        pieces
    }

    /// Encodes words of a text on the calling thread: a vector for each.
    ///
    /// `added` has a vector for each word that is put to its first piece's before the first layer.
    fn encode(&self, segments: &[Segment], added: &[f32]) -> Vec<f32> {
        let mut hidden = vec![0f32; added.len()];
        let mut room = Room::new();
        for segment in segments {
            let states = self.weights().forward(&self.file, segment, added, &mut room);
            // The first piece is the one that starts the segment.
            let mut states = states.chunks_exact(DIMENSIONS).skip(1);
            for &(word, pieces) in &segment.words {
                let mean = &mut hidden[word * DIMENSIONS..(word + 1) * DIMENSIONS];
                for state in states.by_ref().take(pieces) {
                    mean.iter_mut().zip(state).for_each(|(mean, x)| *mean += x / pieces as f32);
                }
            }
        }
        hidden
    }

    /// Shares the sentences of a text out among segments, and cuts their words.
    ///
    /// `sentences` are ranges of words, in order and apart. Whole sentences share a segment of [`SEGMENT`] pieces at
    /// most, as many as fit one after the other; a longer one is cut at the last word that fits. Words see each other
    /// within a segment only.
    pub(crate) fn segments(&self, words: &[&str], sentences: &[Range<usize>]) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut segment = Segment::default();
        for range in sentences {
            let mut sentence = Segment::default();
            for word in range.clone() {
                let before = sentence.pieces.len();
                self.pieces(words[word], &mut sentence.pieces);
                let pieces = sentence.pieces.len() - before;
                if sentence.pieces.len() > SEGMENT {
                    // The sentence is too long: what there was before this word is a segment.
                    let last = sentence.pieces.split_off(before);
                    segments.push(std::mem::take(&mut segment));
                    segments.push(std::mem::take(&mut sentence));
                    sentence.pieces = last;
                }
                sentence.words.push((word, pieces));
            }
            if segment.pieces.len() + sentence.pieces.len() > SEGMENT {
                segments.push(std::mem::take(&mut segment));
            }
            segment.pieces.append(&mut sentence.pieces);
            segment.words.append(&mut sentence.words);
        }
        segments.push(segment);
        segments.retain(|segment| !segment.words.is_empty());
        segments
    }
}
