//! The encoder's file: a header, the vocabulary, the vectors of the pieces, the numbers in full, the matrices.

use std::borrow::Cow;
use std::ops::Range;

use super::wordpiece::Vocabulary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::header::{ENCODER, Kind};
use crate::model::attend::Look;

/// Numbers in a vector.
pub(crate) const DIMENSIONS: usize = 384;
/// Units of a layer's inner part.
pub(crate) const INNER: usize = 1536;
/// Heads of attention, of [`WIDTH`] numbers each.
pub(crate) const HEADS: usize = 12;
/// Numbers of a head.
pub(crate) const WIDTH: usize = DIMENSIONS / HEADS;
/// Pieces of a segment at most, without the two that stand around it.
pub(crate) const SEGMENT: usize = 190;
/// Positions that have a vector.
pub(crate) const POSITIONS: usize = SEGMENT + 2;
/// The piece that starts a segment.
pub(crate) const START: u32 = 0;
/// The piece that ends a segment.
pub(crate) const END: u32 = 1;
/// The piece of all that has none.
pub(crate) const UNKNOWN: u32 = 2;
/// The pieces above, which come before those of the vocabulary.
pub(crate) const CLASSES: u32 = 3;
/// What is told of a word beside its pieces: how it looks, and how likely a candidate starts and stands there.
pub(crate) const MARKS: usize = Look::COUNT + 2;
/// Layers that an encoder may have.
const LAYERS: std::ops::RangeInclusive<usize> = 1..=12;
/// Bytes of the header: the magic, then ten numbers.
pub(super) const HEADER: usize = 88;
/// Bytes of a piece: a scale and a vector.
const PIECE: usize = 4 + DIMENSIONS;
/// Numbers in full of a layer: biases and the weights of two normalizations.
const LAYER_NUMBERS: usize = 3 * DIMENSIONS + DIMENSIONS + 2 * DIMENSIONS + INNER + DIMENSIONS + 2 * DIMENSIONS;
/// Numbers in full of the heads: detection's weights and bias, the biases of queries and candidates, the prior, the
/// marks, the weights of a candidate's odds.
const HEAD_NUMBERS: usize = DIMENSIONS + 1 + 3 * DIMENSIONS + MARKS * DIMENSIONS + 4;

/// What two neighbors of a matrix's row, the first of them in an even place, come to at most if they have the same
/// sign. Their sum times 255, the largest activation, is within 16 bits then, which is where processors without an
/// instruction for such sums take it: all come to the same.
const MOST_OF_TWO: i16 = 128;

/// A matrix in the file: a scale a row, then the rows.
pub(super) struct Matrix<'e> {
    pub(super) scales: &'e [u8],
    pub(super) rows: &'e [u8],
    pub(super) outputs: usize,
    pub(super) inputs: usize,
}

impl Matrix<'_> {
    /// The most that two neighbors of the same sign come to.
    fn most_of_two(&self) -> i16 {
        let pairs = self.rows.chunks_exact(2).map(|pair| [i16::from(pair[0] as i8), i16::from(pair[1] as i8)]);
        pairs.fold(0, |most, [a, b]| most.max(a.max(0) + b.max(0)).max(-(a.min(0) + b.min(0))))
    }
}

/// The bytes of an encoder, checked.
pub(super) struct File {
    data: Cow<'static, [u8]>,
    pub(super) layers: usize,
    starts: usize,
    ends: Range<usize>,
    text: Range<usize>,
    vectors: Range<usize>,
    numbers: Range<usize>,
    matrices: usize,
}

/// The shapes of a layer's matrices, outputs by inputs, and those of the heads.
const LAYER_MATRICES: [(usize, usize); 4] =
    [(3 * DIMENSIONS, DIMENSIONS), (DIMENSIONS, DIMENSIONS), (INNER, DIMENSIONS), (DIMENSIONS, INNER)];
const HEAD_MATRICES: [(usize, usize); 3] =
    [(2 * DIMENSIONS, DIMENSIONS), (DIMENSIONS, DIMENSIONS), (DIMENSIONS, DIMENSIONS)];

fn matrix_bytes(matrices: &[(usize, usize)]) -> usize {
    matrices.iter().map(|(outputs, inputs)| outputs * (4 + inputs)).sum()
}

pub(super) const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "encoder",
    remedy: "make it anew with training/encoder/pack.py",
    magic: ENCODER,
    header: HEADER,
};

impl File {
    /// See [`super::Encoder::open`].
    pub(super) fn open(data: Cow<'static, [u8]>, verify: bool) -> Result<Self, DictionaryError> {
        let fields = KIND.fields(&data)?;
        let field = |place| fields.number(place) as usize;
        if field(1) != data.len() {
            return Err(KIND.bad("length", format!("{} bytes", field(1)), format!("{} bytes", data.len())));
        }
        let shape = [field(2), field(3), field(4), field(5)];
        if shape != [DIMENSIONS, INNER, HEADS, POSITIONS] {
            let shown = |[dimensions, inner, heads, positions]: [usize; 4]| {
                format!("{dimensions} numbers, {inner} units, {heads} heads, {positions} positions")
            };
            return Err(KIND.bad("shape", shown([DIMENSIONS, INNER, HEADS, POSITIONS]), shown(shape)));
        }
        let (layers, starts, continued, text) = (field(6), field(7), field(8), field(9));
        if !LAYERS.contains(&layers) {
            let expected = format!("{} to {}", LAYERS.start(), LAYERS.end());
            return Err(KIND.bad("layers", expected, layers.to_string()));
        }
        let pieces = starts.saturating_add(continued);
        if starts == 0 || pieces > data.len() {
            return Err(KIND.bad(
                "pieces",
                "at least 1".into(),
                format!("{starts} that start a word and {continued} more"),
            ));
        }
        let ends = HEADER..HEADER + pieces * 4;
        let text = ends.end..ends.end.saturating_add(text);
        let vectors = text.end..text.end.saturating_add((pieces + CLASSES as usize).saturating_mul(PIECE));
        let count = (POSITIONS + 2) * DIMENSIONS + layers * LAYER_NUMBERS + HEAD_NUMBERS;
        let numbers = vectors.end..vectors.end.saturating_add(count * 4);
        let matrices = layers * matrix_bytes(&LAYER_MATRICES) + matrix_bytes(&HEAD_MATRICES);
        let whole = numbers.end.saturating_add(matrices);
        if whole != data.len() {
            return Err(KIND.bad("parts", format!("{whole} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, HEADER)?;
        }
        let file = Self { matrices: numbers.end, layers, starts, ends, text, vectors, numbers, data };
        if verify {
            if let Some(piece) = file.vocabulary().fault() {
                return Err(KIND.bad(
                    "vocabulary",
                    "pieces in order".into(),
                    format!("one out of order, the {piece}th"),
                ));
            }
            let most = file.matrices().map(|matrix| matrix.most_of_two()).max().unwrap_or(0);
            if most > MOST_OF_TWO {
                let expected = format!("neighbors of {MOST_OF_TWO} together at most");
                return Err(KIND.bad("weights", expected, most.to_string()));
            }
        }
        Ok(file)
    }

    pub(super) fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary { ends: &self.data[self.ends.clone()], text: &self.data[self.text.clone()], starts: self.starts }
    }

    /// The vector of a piece and what a step of it is worth.
    #[inline(always)]
    pub(super) fn piece(&self, piece: u32) -> (f32, &[u8]) {
        let row = &self.data[self.vectors.clone()][piece as usize * PIECE..][..PIECE];
        (number(row), &row[4..])
    }

    /// The numbers in full, in the order of the file.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f32> {
        self.data[self.numbers.clone()].chunks_exact(4).map(number)
    }

    /// The matrices in the order of the file: those of each layer, then those of the heads.
    pub(super) fn matrices(&self) -> impl Iterator<Item = Matrix<'_>> {
        let shapes = std::iter::repeat_n(LAYER_MATRICES, self.layers).flatten().chain(HEAD_MATRICES);
        let mut rest = &self.data[self.matrices..];
        shapes.map(move |(outputs, inputs)| {
            let (scales, after) = rest.split_at(outputs * 4);
            let (rows, after) = after.split_at(outputs * inputs);
            rest = after;
            Matrix { scales, rows, outputs, inputs }
        })
    }
}

/// The number that bytes start with.
pub(super) fn number(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
