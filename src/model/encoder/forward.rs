//! From pieces to their last hidden states.

use super::Segment;
use super::attention::{self, ASKED, attend};
use super::file::{DIMENSIONS, END, File, INNER, MARKS, POSITIONS, START};
use super::kernels::{AddPiece, Normalize, Then};
use super::linear::{self, Linear, ROWS};

/// The weights of a normalization and what it adds.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Norm {
    fn new(numbers: &mut impl Iterator<Item = f32>) -> Self {
        let mut take = || numbers.by_ref().take(DIMENSIONS).collect();
        Self { weight: take(), bias: take() }
    }

    fn apply(&self, rows: &mut [f32], added: Option<&[f32]>) {
        let Self { weight, bias } = self;
        pulp::Arch::new().dispatch(Normalize { rows, added, weight, bias });
    }
}

/// One layer (Devlin et al., 2019): attention, then two products with a bend between them, each added to what came in
/// and normalized.
struct Layer {
    asked: Linear,
    gathered: Linear,
    attention_norm: Norm,
    inner: Linear,
    outer: Linear,
    norm: Norm,
}

/// An encoder's numbers as the arithmetic takes them, made at first use.
pub(super) struct Weights {
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    /// What a word is to a query that starts with it, then to one that ends with it.
    pub(super) query: Linear,
    pub(super) embed: Linear,
    /// What the words that may have stood somewhere are to the word that stands there.
    pub(super) offered: Linear,
    /// What each mark of a word is to it.
    pub(super) marks: Vec<f32>,
    pub(super) detect: Vec<f32>,
    pub(super) detect_bias: f32,
    pub(super) query_bias: Vec<f32>,
    pub(super) prior: Vec<f32>,
    /// What ln of the channel, ln of the odds by the lattice and ln of the odds that a word was changed count for, and
    /// what is added.
    pub(super) odds: [f32; 4],
}

/// Where a segment is worked out.
pub(super) struct Room {
    hidden: Vec<f32>,
    asked: Vec<f32>,
    gathered: Vec<f32>,
    part: Vec<f32>,
    inner: Vec<f32>,
    products: linear::Room,
    attention: attention::Room,
}

impl Room {
    pub(super) fn new() -> Self {
        Self {
            hidden: Vec::new(),
            asked: vec![0.0; POSITIONS * ASKED],
            gathered: vec![0.0; POSITIONS * DIMENSIONS],
            part: vec![0.0; ROWS * DIMENSIONS],
            inner: vec![0.0; ROWS * INNER],
            products: linear::Room::default(),
            attention: attention::Room::default(),
        }
    }
}

impl Weights {
    pub(super) fn new(file: &File) -> Self {
        let mut numbers = file.numbers();
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<f32>>();
        let positions = take(POSITIONS * DIMENSIONS);
        let norm = Norm::new(&mut numbers);
        let mut matrices = file.matrices();
        let mut matrix = || matrices.next().expect("as many matrices as the file's layers have");
        let mut layers = Vec::with_capacity(file.layers);
        for _ in 0..file.layers {
            let mut linear = || {
                let matrix = matrix();
                let bias = numbers.by_ref().take(matrix.outputs).collect();
                Linear::new(&matrix, bias)
            };
            let (asked, gathered) = (linear(), linear());
            let (inner, outer) = (linear(), linear());
            let attention_norm = Norm::new(&mut numbers);
            let norm = Norm::new(&mut numbers);
            layers.push(Layer { asked, gathered, attention_norm, inner, outer, norm });
        }
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<f32>>();
        let (detect, detect_bias) = (take(DIMENSIONS), take(1)[0]);
        let query_bias = take(DIMENSIONS);
        let embed_bias = take(DIMENSIONS);
        Self {
            positions,
            norm,
            layers,
            query: Linear::new(&matrix(), vec![0.0; 2 * DIMENSIONS]),
            embed: Linear::new(&matrix(), embed_bias),
            offered: Linear::new(&matrix(), vec![0.0; DIMENSIONS]),
            detect,
            detect_bias,
            query_bias,
            prior: take(DIMENSIONS),
            marks: take(MARKS * DIMENSIONS),
            odds: std::array::from_fn(|_| take(1)[0]),
        }
    }

    /// The last hidden states of a segment's pieces, with those of the two pieces that are put around them.
    pub(super) fn forward<'r>(&self, file: &File, segment: &Segment, added: &[f32], room: &'r mut Room) -> &'r [f32] {
        let count = segment.pieces.len() + 2;
        room.hidden.clear();
        room.hidden.extend_from_slice(&self.positions[..count * DIMENSIONS]);
        let pieces = [START].into_iter().chain(segment.pieces.iter().copied()).chain([END]);
        for (sum, piece) in room.hidden.chunks_exact_mut(DIMENSIONS).zip(pieces) {
            let (scale, vector) = file.piece(piece);
            pulp::Arch::new().dispatch(AddPiece { scale, vector, sum });
        }
        let mut first = 1;
        for &(word, pieces) in &segment.words {
            let sum = &mut room.hidden[first * DIMENSIONS..(first + 1) * DIMENSIONS];
            sum.iter_mut().zip(&added[word * DIMENSIONS..]).for_each(|(sum, x)| *sum += x);
            first += pieces;
        }
        self.norm.apply(&mut room.hidden, None);
        for layer in &self.layers {
            layer.forward(room);
        }
        &room.hidden
    }
}

impl Layer {
    fn forward(&self, room: &mut Room) {
        let Room { hidden, asked, gathered, part, inner, products, attention } = room;
        let count = hidden.len() / DIMENSIONS;
        let (asked, gathered) = (&mut asked[..count * ASKED], &mut gathered[..count * DIMENSIONS]);
        for (rows, asked) in hidden.chunks(ROWS * DIMENSIONS).zip(asked.chunks_mut(ROWS * ASKED)) {
            self.asked.apply(rows, products, Then::Keep, asked);
        }
        attend(asked, attention, gathered);
        for (rows, gathered) in hidden.chunks_mut(ROWS * DIMENSIONS).zip(gathered.chunks(ROWS * DIMENSIONS)) {
            let part = &mut part[..rows.len()];
            let inner = &mut inner[..rows.len() / DIMENSIONS * INNER];
            self.gathered.apply(gathered, products, Then::Keep, part);
            self.attention_norm.apply(rows, Some(part));
            self.inner.apply(rows, products, Then::Gelu, inner);
            self.outer.apply(inner, products, Then::Keep, part);
            self.norm.apply(rows, Some(part));
        }
    }
}
