//! From posteriors to decided candidates with features.

use super::lattice::{Lattice, Sums};

/// A candidate that may become a finding, with the other readings of the same words.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Index among the lattice's candidates.
    pub(crate) candidate: usize,
    /// Posterior of the candidate.
    pub(crate) posterior: f32,
    /// Posterior of any reading of these words but the one that stands there.
    pub(crate) changed: f32,
    /// Other readings of the same words, likeliest first.
    pub(crate) others: Vec<(usize, f32)>,
}

/// Picks candidates that do not overlap, likeliest first, down to a posterior of `least`.
pub(crate) fn choose(lattice: &Lattice, sums: &Sums, least: f32) -> Vec<Choice> {
    let mut order: Vec<usize> = (0..lattice.candidates.len()).filter(|&at| sums.posterior[at] >= least / 4.0).collect();
    // Readings that write the same words are one: their posteriors add up where their spans are the same.
    order.sort_by(|&a, &b| sums.posterior[b].total_cmp(&sums.posterior[a]).then(a.cmp(&b)));
    let mut taken: Vec<bool> = vec![false; lattice.candidates.iter().map(|c| c.end as usize).max().unwrap_or(0)];
    let mut choices = Vec::new();
    for &at in &order {
        let candidate = &lattice.candidates[at];
        let span = candidate.start as usize..candidate.end as usize;
        if sums.posterior[at] < least || taken[span.clone()].iter().any(|&taken| taken) {
            continue;
        }
        taken[span.clone()].iter_mut().for_each(|taken| *taken = true);
        let same = |other: usize| {
            let other = &lattice.candidates[other];
            (other.start, other.end) == (candidate.start, candidate.end)
        };
        let overlapping = |other: usize| {
            let other = &lattice.candidates[other];
            other.start < candidate.end && candidate.start < other.end
        };
        let others = order.iter().filter(|&&other| other != at && same(other)).take(4).map(|&other| (other, sums.posterior[other]));
        let changed = order.iter().filter(|&&other| overlapping(other)).map(|&other| sums.posterior[other]).sum::<f32>();
        choices.push(Choice { candidate: at, posterior: sums.posterior[at], changed: changed.min(1.0), others: others.collect() });
    }
    choices.sort_by_key(|choice| lattice.candidates[choice.candidate].start);
    choices
}
