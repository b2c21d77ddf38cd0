//! Grows boosted decision trees: gradient boosting of logistic loss on histograms (Friedman, 2001; leaf-wise as in
//! LightGBM, Ke et al., 2017). Deterministic: the same rows give the same trees.

use rayon::prelude::*;

use super::random::Random;
use crate::model::forest::{LEAF, Node};
use crate::model::odds;

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) trees: usize,
    pub(crate) leaves: usize,
    pub(crate) rate: f32,
    pub(crate) least_rows: usize,
    pub(crate) ridge: f32,
    /// Share of rows and of features that a tree sees.
    pub(crate) rows: f32,
    pub(crate) columns: f32,
}

impl Default for Growth {
    fn default() -> Self {
        Self { trees: 400, leaves: 20, rate: 0.05, least_rows: 40, ridge: 5.0, rows: 0.8, columns: 0.6 }
    }
}

/// Rows of features, one after another, with labels (0 or 1) and weights.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) columns: usize,
    pub(crate) values: Vec<f32>,
    pub(crate) labels: Vec<f32>,
    pub(crate) weights: Vec<f32>,
}

/// Trees and the log-odds that they start from.
pub(crate) struct Grown {
    pub(crate) trees: Vec<Vec<Node>>,
    pub(crate) base: f32,
}

impl Grown {
    /// The log-odds of a row.
    pub(crate) fn score(&self, row: &[f32]) -> f32 {
        self.base + self.trees.iter().map(|tree| walk(tree, row)).sum::<f32>()
    }
}

fn walk(tree: &[Node], row: &[f32]) -> f32 {
    let mut at = 0;
    loop {
        let node = tree[at];
        if node.feature == LEAF {
            return node.value;
        }
        at = if row[node.feature as usize] <= node.value { at + 1 } else { node.right as usize };
    }
}

const BINS: usize = 64;

/// Upper edges of a feature's bins, from its quantiles.
fn edges(table: &Table, column: usize) -> Vec<f32> {
    let rows = table.labels.len();
    let mut values: Vec<f32> = (0..rows).map(|row| table.values[row * table.columns + column]).collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut edges: Vec<f32> = (1..BINS).map(|bin| values[(bin * rows / BINS).min(rows - 1)]).collect();
    edges.dedup();
    edges
}

#[derive(Clone, Copy, Default)]
struct Sum {
    gradient: f64,
    hessian: f64,
    rows: u32,
}

struct Split {
    gain: f64,
    feature: usize,
    bin: u8,
}

struct Leaf {
    rows: Vec<u32>,
    sum: Sum,
    best: Option<Split>,
    /// Its node in the growing tree.
    node: usize,
}

/// A node of a growing tree: children are indices.
enum Growing {
    Leaf(f32),
    Split { feature: usize, bin: u8, left: usize, right: usize },
}

/// Grows trees on a table.
pub(crate) fn grow(table: &Table, growth: &Growth) -> Grown {
    let rows = table.labels.len();
    let edges: Vec<Vec<f32>> = (0..table.columns).into_par_iter().map(|column| edges(table, column)).collect();
    let binned: Vec<Vec<u8>> = (0..table.columns)
        .into_par_iter()
        .map(|column| {
            let edges = &edges[column];
            (0..rows)
                .map(|row| edges.partition_point(|&edge| edge < table.values[row * table.columns + column]) as u8)
                .collect()
        })
        .collect();
    let weight: f64 = table.weights.iter().map(|&weight| f64::from(weight)).sum();
    let positive: f64 =
        table.labels.iter().zip(&table.weights).map(|(&label, &weight)| f64::from(label * weight)).sum();
    let share = (positive / weight).clamp(1e-6, 1.0 - 1e-6);
    let base = (share / (1.0 - share)).ln() as f32;
    let mut scores = vec![base; rows];
    let mut random = Random::from_state(0x2545_f491_4f6c_dd1d);
    let mut draw = move || random.raw_unit();
    let mut trees = Vec::with_capacity(growth.trees);
    for _ in 0..growth.trees {
        let gradients: Vec<(f32, f32)> = scores
            .iter()
            .zip(&table.labels)
            .zip(&table.weights)
            .map(|((&score, &label), &weight)| {
                let p = odds::probability(score);
                (weight * (p - label), weight * (p * (1.0 - p)).max(1e-6))
            })
            .collect();
        let sample: Vec<u32> = (0..rows as u32).filter(|_| draw() < growth.rows).collect();
        let columns: Vec<usize> = (0..table.columns).filter(|_| draw() < growth.columns).collect();
        let tree = grow_one(&sample, &columns, &binned, &gradients, growth);
        let tree = flatten(&tree, &edges);
        scores.par_iter_mut().enumerate().for_each(|(row, score)| {
            *score += walk(&tree, &table.values[row * table.columns..(row + 1) * table.columns]);
        });
        trees.push(tree);
    }
    Grown { trees, base }
}

fn grow_one(
    sample: &[u32],
    columns: &[usize],
    binned: &[Vec<u8>],
    gradients: &[(f32, f32)],
    growth: &Growth,
) -> Vec<Growing> {
    let sum_of = |rows: &[u32]| {
        rows.iter().fold(Sum::default(), |sum, &row| Sum {
            gradient: sum.gradient + f64::from(gradients[row as usize].0),
            hessian: sum.hessian + f64::from(gradients[row as usize].1),
            rows: sum.rows + 1,
        })
    };
    let ridge = f64::from(growth.ridge);
    let value = |sum: &Sum| (-sum.gradient / (sum.hessian + ridge)) as f32 * growth.rate;
    let leaf = |rows: Vec<u32>, node: usize| {
        let sum = sum_of(&rows);
        let best = best_split(&rows, &sum, columns, binned, gradients, growth);
        Leaf { rows, sum, best, node }
    };
    let mut tree = vec![Growing::Leaf(0.0)];
    let mut leaves = vec![leaf(sample.to_vec(), 0)];
    tree[0] = Growing::Leaf(value(&leaves[0].sum));
    while leaves.len() < growth.leaves {
        let gain = |leaf: &Leaf| leaf.best.as_ref().map_or(0.0, |split| split.gain);
        let Some(at) = (0..leaves.len()).max_by(|&a, &b| gain(&leaves[a]).total_cmp(&gain(&leaves[b])).then(b.cmp(&a)))
        else {
            break;
        };
        let Some(split) = leaves[at].best.take().filter(|split| split.gain > 1e-3) else { break };
        let parent = leaves.swap_remove(at);
        let (left, right): (Vec<u32>, Vec<u32>) =
            parent.rows.iter().partition(|&&row| binned[split.feature][row as usize] <= split.bin);
        let nodes = (tree.len(), tree.len() + 1);
        let (left, right) = (leaf(left, nodes.0), leaf(right, nodes.1));
        tree.push(Growing::Leaf(value(&left.sum)));
        tree.push(Growing::Leaf(value(&right.sum)));
        tree[parent.node] = Growing::Split { feature: split.feature, bin: split.bin, left: nodes.0, right: nodes.1 };
        leaves.push(left);
        leaves.push(right);
    }
    tree
}

fn best_split(
    rows: &[u32],
    total: &Sum,
    columns: &[usize],
    binned: &[Vec<u8>],
    gradients: &[(f32, f32)],
    growth: &Growth,
) -> Option<Split> {
    let ridge = f64::from(growth.ridge);
    let worth = |sum: &Sum| sum.gradient * sum.gradient / (sum.hessian + ridge);
    columns
        .par_iter()
        .filter_map(|&feature| {
            let bins = &binned[feature];
            let mut histogram = [Sum::default(); BINS];
            for &row in rows {
                let (gradient, hessian) = gradients[row as usize];
                let sum = &mut histogram[bins[row as usize] as usize];
                sum.gradient += f64::from(gradient);
                sum.hessian += f64::from(hessian);
                sum.rows += 1;
            }
            let mut left = Sum::default();
            let mut best: Option<Split> = None;
            for (bin, sum) in histogram.iter().enumerate().take(BINS - 1) {
                left.gradient += sum.gradient;
                left.hessian += sum.hessian;
                left.rows += sum.rows;
                let right = Sum {
                    gradient: total.gradient - left.gradient,
                    hessian: total.hessian - left.hessian,
                    rows: total.rows - left.rows,
                };
                if (left.rows.min(right.rows) as usize) < growth.least_rows {
                    continue;
                }
                let gain = worth(&left) + worth(&right) - worth(total);
                if best.as_ref().is_none_or(|best| gain > best.gain) {
                    best = Some(Split { gain, feature, bin: bin as u8 });
                }
            }
            best
        })
        .reduce_with(|a, b| if b.gain > a.gain || b.gain == a.gain && b.feature < a.feature { b } else { a })
}

/// The tree in the order in which left children follow their parents, thresholds in place of bins.
fn flatten(tree: &[Growing], edges: &[Vec<f32>]) -> Vec<Node> {
    fn visit(tree: &[Growing], at: usize, edges: &[Vec<f32>], out: &mut Vec<Node>) {
        match tree[at] {
            Growing::Leaf(value) => out.push(Node { feature: LEAF, right: 0, value }),
            Growing::Split { feature, bin, left, right } => {
                let here = out.len();
                let value = edges[feature].get(bin as usize).copied().unwrap_or(f32::INFINITY);
                out.push(Node { feature: feature as u8, right: 0, value });
                visit(tree, left, edges, out);
                out[here].right = out.len() as u8;
                visit(tree, right, edges, out);
            }
        }
    }
    let mut out = Vec::with_capacity(tree.len());
    visit(tree, 0, edges, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_learn_what_a_line_cannot() {
        let mut table = Table { columns: 3, values: Vec::new(), labels: Vec::new(), weights: Vec::new() };
        for n in 0..2000u32 {
            let (a, b, c) = ((n % 7) as f32, (n / 7 % 5) as f32, (n.wrapping_mul(2_654_435_761) >> 20) as f32);
            table.values.extend([a, b, c]);
            table.labels.push(f32::from(u8::from((a > 3.0) != (b > 2.0))));
            table.weights.push(1.0);
        }
        let grown = grow(&table, &Growth { trees: 80, ..Growth::default() });
        let right = (0..2000)
            .filter(|&row| (grown.score(&table.values[row * 3..row * 3 + 3]) > 0.0) == (table.labels[row] > 0.5));
        assert!(right.count() > 1950);
        let again = grow(&table, &Growth { trees: 80, ..Growth::default() });
        assert_eq!(grown.trees, again.trees);
    }
}
