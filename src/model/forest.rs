//! The last decision: boosted decision trees over a candidate's features, whose sum is a log-odds.

use super::decide::DOCUMENT;
use super::gate::SORTS;
use super::odds;
use super::paragraph::FIGURES;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::header::{FOREST as MAGIC, Kind};

/// Where the weights of the document's decision are, and the numbers of trees, with what they start from, of the first look
/// and of the decision on paragraphs.
const DOCUMENT_AT: usize = 36;
const GATE_AT: usize = DOCUMENT_AT + DOCUMENT * 4;
const PARAGRAPHS_AT: usize = GATE_AT + 8;
const HEADER: usize = PARAGRAPHS_AT + 8;
const NODE: usize = 6;
/// Feature number that marks a leaf.
pub(crate) const LEAF: u8 = u8::MAX;

/// One node of a tree; its left child follows it, its left subtree's end is its right child.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    /// Feature to compare, or [`LEAF`].
    pub(crate) feature: u8,
    /// Index in the tree of the child for values above the threshold.
    pub(crate) right: u8,
    /// Threshold, or a leaf's value.
    pub(crate) value: f32,
}

/// The most leaves that a tree may have: a bit for each fits a word.
pub(crate) const MOST_LEAVES: usize = u32::BITS as usize;
/// Rows that are judged side by side.
pub(crate) const LANES: usize = 16;

/// Rows of features side by side: the n-th number of every row, for each n.
pub(crate) type Columns = [[f32; LANES]];

/// All that was learned: the trees of the last decision, the document's decision, the trees of the first look, and those
/// of the decision on paragraphs.
pub(crate) struct Forest {
    scale: f32,
    shift: f32,
    trees: Trees,
    /// Weights of the document's decision.
    document: [f32; DOCUMENT],
    gate: Trees,
    paragraphs: Trees,
}

/// Boosted trees, laid out so that many rows are judged at once (after QuickScorer, Lucchese et al., 2015): a row keeps
/// a bit for every leaf of a tree, each split that sends the row to the right strikes out the leaves on its left, and
/// the first leaf that is left is the one that a walk from the root would have come to.
#[derive(Default)]
struct Trees {
    base: f32,
    each: Vec<Tree>,
    /// The splits of all trees, one tree after the other.
    splits: Vec<Split>,
    /// The values of all leaves, from left to right, likewise.
    leaves: Vec<f32>,
}

/// Where a tree's splits and leaves are.
struct Tree {
    splits: std::ops::Range<u32>,
    leaves: std::ops::Range<u32>,
}

struct Split {
    feature: u32,
    threshold: f32,
    /// The leaves that are left where a value is above the threshold.
    kept: u32,
}

impl std::fmt::Debug for Forest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forest").field("trees", &self.trees.each.len()).finish_non_exhaustive()
    }
}

const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "decision trees",
    remedy: "make them anew with `unspin learn weights`",
    magic: MAGIC,
    header: HEADER,
};

impl Forest {
    /// Opens a forest made for this many features.
    pub(crate) fn open(data: &[u8], features: usize) -> Result<Self, DictionaryError> {
        KIND.verify(data, 16)?;
        let word = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        let float = |at: usize| f32::from_bits(word(at));
        if word(16) as usize != features {
            return Err(KIND.bad("features", features.to_string(), word(16).to_string()));
        }
        let mut at = HEADER;
        let mut read = |base: f32, trees: u32, features: usize| {
            let mut read = Trees { base, ..Trees::default() };
            let mut nodes: Vec<Node> = Vec::new();
            for _ in 0..trees {
                let count = if at + 4 <= data.len() { word(at) as usize } else { usize::MAX };
                let end = (at + 4).saturating_add(count.saturating_mul(NODE));
                if count == 0 || end > data.len() {
                    return Err(KIND.bad("length", format!("at least {end} bytes"), format!("{} bytes", data.len())));
                }
                nodes.clear();
                nodes.extend(data[at + 4..end].chunks_exact(NODE).map(|b| Node {
                    feature: b[0],
                    right: b[1],
                    value: f32::from_le_bytes([b[2], b[3], b[4], b[5]]),
                }));
                read.plant(&nodes, features).map_err(|got| {
                    let expected = format!("a tree of {features} features and at most {MOST_LEAVES} leaves");
                    KIND.bad("a tree's nodes", expected, got.to_owned())
                })?;
                at = end;
            }
            Ok(read)
        };
        Ok(Self {
            trees: read(float(24), word(20), features)?,
            scale: float(28),
            shift: float(32),
            document: std::array::from_fn(|n| float(DOCUMENT_AT + n * 4)),
            gate: read(float(GATE_AT + 4), word(GATE_AT), SORTS)?,
            paragraphs: read(float(PARAGRAPHS_AT + 4), word(PARAGRAPHS_AT), FIGURES)?,
        })
    }

    /// What the trees of the first look make of each of these, in nats: from 0 on a text that has it may be spun.
    pub(crate) fn looks(&self, glances: &[[f32; SORTS]]) -> Vec<f32> {
        self.gate.each(glances)
    }

    /// Log-odds, in nats, that a document with these figures is spun, where spun and clean ones are equally many.
    pub(crate) fn document(&self, figures: &[f32; DOCUMENT]) -> f32 {
        self.document.iter().zip(figures).map(|(weight, figure)| weight * figure).sum()
    }

    /// Probability that each paragraph with these figures was spun, in a text that is spun at least in part.
    pub(crate) fn paragraphs(&self, figures: &[[f32; FIGURES]]) -> Vec<f32> {
        self.paragraphs.each(figures).into_iter().map(odds::probability).collect()
    }

    /// Calibrated probabilities for rows of features.
    ///
    /// Cost: about half a microsecond a row for 400 trees of 20 leaves.
    pub(crate) fn probabilities(&self, columns: &Columns) -> [f32; LANES] {
        self.trees.sums(columns).map(|sum| odds::probability(self.scale * sum + self.shift))
    }
}

impl Trees {
    /// The sums of the trees' leaves for rows of features.
    fn sums(&self, columns: &Columns) -> [f32; LANES] {
        // The widest vector instructions the processor has; sums are taken in the order of the trees whatever their
        // width.
        pulp::Arch::new().dispatch(Vote { trees: self, columns })
    }

    /// The sum of the trees' leaves for each of these rows of features.
    fn each<const COUNT: usize>(&self, rows: &[[f32; COUNT]]) -> Vec<f32> {
        let mut each = Vec::with_capacity(rows.len());
        for rows in rows.chunks(LANES) {
            let mut columns = [[0f32; LANES]; COUNT];
            for (n, row) in rows.iter().enumerate() {
                columns.iter_mut().zip(row).for_each(|(column, &x)| column[n] = x);
            }
            each.extend(&self.sums(&columns)[..rows.len()]);
        }
        each
    }

    /// Adds a tree; says what is wrong with one that is none.
    fn plant(&mut self, nodes: &[Node], features: usize) -> Result<(), &'static str> {
        let (splits, leaves) = (self.splits.len() as u32, self.leaves.len() as u32);
        // What is still to come, the next last: the end of a subtree, and the split whose left side it is.
        let mut open: Vec<(usize, Option<usize>)> = vec![(nodes.len(), None)];
        for (at, node) in nodes.iter().enumerate() {
            let Some(&(end, _)) = open.last() else { return Err("nodes behind its end") };
            if node.feature != LEAF {
                let right = node.right as usize;
                if node.feature as usize >= features || right <= at + 1 || right >= end {
                    return Err("a child or a feature outside");
                }
                open.push((right, Some(self.splits.len())));
                let kept = self.leaves.len() as u32 - leaves;
                self.splits.push(Split { feature: u32::from(node.feature), threshold: node.value, kept });
                continue;
            }
            self.leaves.push(node.value);
            let count = self.leaves.len() as u32 - leaves;
            if count as usize > MOST_LEAVES {
                return Err("more leaves");
            }
            // The leaf ends its subtree, and the ones that end where it does.
            if at + 1 != end {
                return Err("nodes that no walk comes to");
            }
            while let Some(&(end, left_of)) = open.last()
                && end == at + 1
            {
                open.pop();
                if let Some(split) = left_of {
                    let split = &mut self.splits[split];
                    let from = split.kept;
                    split.kept = !(ones(count) & !ones(from));
                }
            }
        }
        if !open.is_empty() {
            return Err("no leaf at its end");
        }
        self.each.push(Tree { splits: splits..self.splits.len() as u32, leaves: leaves..self.leaves.len() as u32 });
        Ok(())
    }
}

/// The lowest bits, as many as `count`.
fn ones(count: u32) -> u32 {
    if count >= u32::BITS { u32::MAX } else { (1 << count) - 1 }
}

/// The trees' sums for rows side by side, compiled for every width of vector instructions.
struct Vote<'a> {
    trees: &'a Trees,
    columns: &'a Columns,
}

impl pulp::WithSimd for Vote<'_> {
    type Output = [f32; LANES];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> [f32; LANES] {
        let Self { trees: all_trees, columns } = self;
        let mut sums = [all_trees.base; LANES];
        let all = simd.splat_u32s(u32::MAX);
        for tree in &all_trees.each {
            let splits = &all_trees.splits[tree.splits.start as usize..tree.splits.end as usize];
            let mut left = [u32::MAX; LANES];
            for (at, left) in S::as_mut_simd_u32s(&mut left).0.iter_mut().enumerate() {
                for split in splits {
                    let values = S::as_simd_f32s(&columns[split.feature as usize]).0[at];
                    let below = simd.less_than_or_equal_f32s(values, simd.splat_f32s(split.threshold));
                    let kept = simd.select_u32s(below, all, simd.splat_u32s(split.kept));
                    *left = simd.and_u32s(*left, kept);
                }
            }
            let leaves = &all_trees.leaves[tree.leaves.start as usize..tree.leaves.end as usize];
            for (sum, left) in sums.iter_mut().zip(left) {
                *sum += leaves[left.trailing_zeros() as usize];
            }
        }
        sums
    }
}

/// Boosted trees and the log-odds that they start from.
pub(crate) type Boosted<'t> = (&'t [Vec<Node>], f32);

/// Writes trees in the form that [`Forest::open`] takes: those of the last decision, of the first look, and of the
/// decision on paragraphs. `calibration` is the factor and the shift that turn the sum of the first into a calibrated
/// log-odds.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning writes trees"))]
pub(crate) fn pack(
    last: Boosted<'_>,
    calibration: (f32, f32),
    document: &[f32; DOCUMENT],
    gate: Boosted<'_>,
    paragraphs: Boosted<'_>,
    features: usize,
) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER];
    for tree in [last, gate, paragraphs].into_iter().flat_map(|(trees, _)| trees) {
        bytes.extend((tree.len() as u32).to_le_bytes());
        for node in tree {
            bytes.extend([node.feature, node.right]);
            bytes.extend(node.value.to_le_bytes());
        }
    }
    let mut put = |at: usize, word: [u8; 4]| bytes[at..at + 4].copy_from_slice(&word);
    put(16, (features as u32).to_le_bytes());
    for (at, (trees, base)) in [(20, last), (GATE_AT, gate), (PARAGRAPHS_AT, paragraphs)] {
        put(at, (trees.len() as u32).to_le_bytes());
        put(at + 4, base.to_le_bytes());
    }
    put(28, calibration.0.to_le_bytes());
    put(32, calibration.1.to_le_bytes());
    for (n, weight) in document.iter().enumerate() {
        put(DOCUMENT_AT + n * 4, weight.to_le_bytes());
    }
    KIND.seal(&mut bytes, 16, &[]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_split() -> Vec<u8> {
        let split = |feature: u8, value: f32, leaf: f32| {
            vec![
                Node { feature, right: 2, value },
                Node { feature: LEAF, right: 0, value: -leaf },
                Node { feature: LEAF, right: 0, value: leaf },
            ]
        };
        let (last, gate, paragraphs) = (split(1, 0.5, 2.0), split(3, 0.1, 1.0), split(5, 0.3, 3.0));
        pack((&[last], 0.0), (1.0, 0.0), &[0.0; DOCUMENT], (&[gate], 0.5), (&[paragraphs], 0.0), 2)
    }

    /// The probability of one row.
    fn probability(forest: &Forest, row: &[f32]) -> f32 {
        let columns: Vec<[f32; LANES]> = row.iter().map(|&x| [x; LANES]).collect();
        forest.probabilities(&columns)[LANES - 1]
    }

    #[test]
    fn a_written_forest_reads_back() {
        let forest = Forest::open(&one_split(), 2).expect("a whole forest");
        assert!(probability(&forest, &[0.0, 0.4]) < 0.2);
        assert!(probability(&forest, &[0.0, 0.6]) > 0.8);
        let mut glance = [0.0; SORTS];
        assert!(forest.looks(&[glance])[0] < 0.0);
        glance[3] = 0.2;
        assert!(forest.looks(&[glance])[0] >= 0.0);
        let mut figures = [0.0; FIGURES];
        assert!(forest.paragraphs(&[figures])[0] < 0.1);
        figures[5] = 0.4;
        assert!(forest.paragraphs(&[figures])[0] > 0.9);
    }

    /// A tree that tells all whole numbers from 0 to its last leaf's apart, left and right in turn.
    fn comb(leaves: u8) -> Vec<Node> {
        fn grow(low: u8, high: u8, out: &mut Vec<Node>) {
            if low == high {
                return out.push(Node { feature: LEAF, right: 0, value: f32::from(low) });
            }
            let cut = if low.is_multiple_of(2) { low } else { high - 1 };
            let at = out.len();
            out.push(Node { feature: 0, right: 0, value: f32::from(cut) });
            grow(low, cut, out);
            out[at].right = out.len() as u8;
            grow(cut + 1, high, out);
        }
        let mut out = Vec::new();
        grow(0, leaves - 1, &mut out);
        out
    }

    #[test]
    fn every_row_comes_to_its_leaf() {
        let pack = |trees: &[Vec<Node>]| pack((trees, 0.5), (1.0, 0.0), &[0.0; DOCUMENT], (&[], 0.0), (&[], 0.0), 1);
        for leaves in [1, 2, 3, 15, 31, 32] {
            let forest = Forest::open(&pack(&[comb(leaves), comb(leaves)]), 1).expect("a forest");
            for from in 0..leaves {
                let column = std::array::from_fn(|n| f32::from((from + n as u8) % leaves));
                let sums = forest.trees.sums(&[column]);
                assert_eq!(sums, column.map(|x| 0.5 + 2.0 * x), "{leaves} leaves");
            }
        }
        assert!(Forest::open(&pack(&[comb(33)]), 1).is_err());
    }

    #[test]
    fn damage_is_refused() {
        let whole = one_split();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            assert!(Forest::open(&bytes, 2).is_err(), "byte {at}");
        }
        assert!(Forest::open(&whole[..whole.len() - 1], 2).is_err());
        assert!(Forest::open(&whole, 3).is_err());
    }
}
