//! The last decision: boosted decision trees over a candidate's features, whose sum is a log-odds.

use std::borrow::Cow;

use super::decide::DOCUMENT;
use super::gate::SORTS;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::ngrams::checksum;

/// What every file starts with; the last character is the version.
pub(crate) const MAGIC: &[u8; 8] = b"UNSPNFR1";
const HEADER: usize = 64 + SORTS * 4;
const NODE: usize = 8;
/// Feature number that marks a leaf.
pub(crate) const LEAF: u16 = u16::MAX;

/// One node of a tree; its left child follows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    /// Feature to compare, or [`LEAF`].
    pub(crate) feature: u16,
    /// Index in the tree of the child for values above the threshold.
    pub(crate) right: u16,
    /// Threshold, or a leaf's value.
    pub(crate) value: f32,
}

/// Boosted trees, opened in place.
pub(crate) struct Forest {
    data: Cow<'static, [u8]>,
    base: f32,
    scale: f32,
    shift: f32,
    /// Weights of the document's decision.
    document: [f32; DOCUMENT],
    /// Weights of the first look.
    gate: [f32; SORTS],
    /// Where each tree's nodes start, in bytes.
    trees: Vec<u32>,
}

impl std::fmt::Debug for Forest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forest").field("trees", &self.trees.len()).finish_non_exhaustive()
    }
}

impl Forest {
    /// Opens a forest made for this many features.
    pub(crate) fn open(data: Cow<'static, [u8]>, features: usize) -> Result<Self, DictionaryError> {
        let bad = |what: &str, expected: String, got: String| {
            DictionaryError::new(
                ErrorKind::Model,
                format!(
                    "decision trees: {what}: expected {expected}, got {got}; make them anew with `unspin learn weights`"
                ),
            )
        };
        if data.len() < HEADER || &data[..8] != MAGIC {
            let got = String::from_utf8_lossy(&data[..data.len().min(8)]).into_owned();
            return Err(bad("first bytes", String::from_utf8_lossy(MAGIC).into_owned(), format!("{got:?}")));
        }
        let word = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        let sum = u64::from(word(8)) | u64::from(word(12)) << 32;
        if sum != checksum(&data[16..]) {
            return Err(bad("checksum", format!("{sum:016x}"), format!("{:016x}", checksum(&data[16..]))));
        }
        if word(16) as usize != features {
            return Err(bad("features", features.to_string(), word(16).to_string()));
        }
        let mut trees = Vec::with_capacity(word(20) as usize);
        let mut at = HEADER;
        for _ in 0..word(20) {
            let count = if at + 4 <= data.len() { word(at) as usize } else { usize::MAX };
            let end = (at + 4).saturating_add(count.saturating_mul(NODE));
            if count == 0 || end > data.len() {
                return Err(bad("length", format!("at least {end} bytes"), format!("{} bytes", data.len())));
            }
            let inner = (0..count).all(|node| {
                let node_at = at + 4 + node * NODE;
                let feature = u16::from_le_bytes([data[node_at], data[node_at + 1]]);
                let right = u16::from_le_bytes([data[node_at + 2], data[node_at + 3]]) as usize;
                feature == LEAF || (feature as usize) < features && right > node + 1 && right < count
            });
            if !inner {
                return Err(bad("a tree's nodes", "children within the tree".into(), "one outside".into()));
            }
            trees.push(at as u32 + 4);
            at = end;
        }
        let (base, scale, shift) = (f32::from_bits(word(24)), f32::from_bits(word(28)), f32::from_bits(word(32)));
        let document = std::array::from_fn(|n| f32::from_bits(word(36 + n * 4)));
        let gate = std::array::from_fn(|n| f32::from_bits(word(64 + n * 4)));
        Ok(Self { base, scale, shift, document, gate, trees, data })
    }

    fn node(&self, tree: u32, index: u16) -> Node {
        let at = tree as usize + index as usize * NODE;
        let b = &self.data[at..at + NODE];
        Node {
            feature: u16::from_le_bytes([b[0], b[1]]),
            right: u16::from_le_bytes([b[2], b[3]]),
            value: f32::from_le_bytes([b[4], b[5], b[6], b[7]]),
        }
    }

    /// Whether a passage with these shares may be spun.
    pub(crate) fn opens(&self, shares: &[f32; SORTS]) -> bool {
        self.gate.iter().zip(shares).map(|(weight, share)| weight * share).sum::<f32>() >= 0.0
    }

    /// Log-odds, in nats, that a document with these figures is spun, where spun and clean ones are equally many.
    pub(crate) fn document(&self, figures: &[f32; DOCUMENT]) -> f32 {
        self.document.iter().zip(figures).map(|(weight, figure)| weight * figure).sum()
    }

    /// Calibrated probability for a row of features.
    ///
    /// Cost: about one microsecond for 250 trees.
    pub(crate) fn probability(&self, row: &[f32]) -> f32 {
        let mut sum = self.base;
        for &tree in &self.trees {
            let mut index = 0;
            loop {
                let node = self.node(tree, index);
                if node.feature == LEAF {
                    sum += node.value;
                    break;
                }
                index = if row[node.feature as usize] <= node.value { index + 1 } else { node.right };
            }
        }
        1.0 / (1.0 + (-(self.scale * sum + self.shift)).exp())
    }
}

/// Writes trees in the form that [`Forest::open`] takes. `calibration` is the factor and the shift that turn the
/// trees' sum into a calibrated log-odds.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning writes trees"))]
pub(crate) fn pack(
    trees: &[Vec<Node>],
    base: f32,
    calibration: (f32, f32),
    document: &[f32; DOCUMENT],
    gate: &[f32; SORTS],
    features: usize,
) -> Vec<u8> {
    let mut bytes = vec![0u8; HEADER];
    for tree in trees {
        bytes.extend((tree.len() as u32).to_le_bytes());
        for node in tree {
            bytes.extend(node.feature.to_le_bytes());
            bytes.extend(node.right.to_le_bytes());
            bytes.extend(node.value.to_le_bytes());
        }
    }
    bytes[..8].copy_from_slice(MAGIC);
    bytes[16..20].copy_from_slice(&(features as u32).to_le_bytes());
    bytes[20..24].copy_from_slice(&(trees.len() as u32).to_le_bytes());
    bytes[24..28].copy_from_slice(&base.to_le_bytes());
    bytes[28..32].copy_from_slice(&calibration.0.to_le_bytes());
    bytes[32..36].copy_from_slice(&calibration.1.to_le_bytes());
    for (n, weight) in document.iter().enumerate() {
        bytes[36 + n * 4..40 + n * 4].copy_from_slice(&weight.to_le_bytes());
    }
    for (n, weight) in gate.iter().enumerate() {
        bytes[64 + n * 4..68 + n * 4].copy_from_slice(&weight.to_le_bytes());
    }
    let sum = checksum(&bytes[16..]);
    bytes[8..16].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_split() -> Vec<u8> {
        let tree = vec![
            Node { feature: 1, right: 2, value: 0.5 },
            Node { feature: LEAF, right: 0, value: -2.0 },
            Node { feature: LEAF, right: 0, value: 2.0 },
        ];
        pack(&[tree], 0.0, (1.0, 0.0), &[0.0; DOCUMENT], &[0.0; SORTS], 2)
    }

    #[test]
    fn a_written_forest_reads_back() {
        let forest = Forest::open(one_split().into(), 2).expect("a whole forest");
        assert!(forest.probability(&[0.0, 0.4]) < 0.2);
        assert!(forest.probability(&[0.0, 0.6]) > 0.8);
    }

    #[test]
    fn damage_is_refused() {
        let whole = one_split();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            assert!(Forest::open(bytes.into(), 2).is_err(), "byte {at}");
        }
        assert!(Forest::open(whole[..whole.len() - 1].to_vec().into(), 2).is_err());
        assert!(Forest::open(whole.into(), 3).is_err());
    }
}
