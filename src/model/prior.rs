//! Is this document spun, by what family, and how much? Expectation-maximisation over its sentences.

use super::channel::Kinds;
use super::lattice::{Belief, Lattice, Scratch, Sums, Weights};

/// Rounds of estimation.
const ROUNDS: usize = 5;

/// What the document's sentences say together.
pub(crate) struct Estimate {
    pub(crate) belief: Belief,
    /// ln of how much likelier the text is under the belief than as it stands, in nats.
    pub(crate) evidence: f32,
    /// The sums of every sentence under the belief.
    pub(crate) sums: Vec<Sums>,
}

/// Where the estimation starts.
pub(crate) const START: Belief = Belief { rates: [0.2, 0.05], families: [0.4, 0.25, 0.25, 0.1] };

/// Estimates rates and families from all sentences of a document.
pub(crate) fn estimate(lattices: &[Lattice], kinds: &Kinds, weights: &Weights) -> Estimate {
    let mut belief = START;
    let mut exposure = [0f32; 2];
    for lattice in lattices {
        let own = lattice.exposure();
        exposure[0] += own[0];
        exposure[1] += own[1];
    }
    let mut sums: Vec<Sums> = lattices.iter().map(|_| Sums::default()).collect();
    let mut scratch = Scratch::default();
    let mut total = 0f32;
    for round in 0..=ROUNDS {
        let swaps = kinds.mixed(&belief.families, weights.channel);
        for (lattice, sums) in lattices.iter().zip(&mut sums) {
            lattice.sum(&belief, &swaps, &mut scratch, sums);
        }
        total = sums.iter().map(|sum| sum.total).sum();
        if round == ROUNDS {
            break;
        }
        let mut swapped = [0f32; 2];
        let mut families =
            [2.0 * START.families[0], 2.0 * START.families[1], 2.0 * START.families[2], 2.0 * START.families[3]];
        for (lattice, sums) in lattices.iter().zip(&sums) {
            for ((candidate, &kind), &posterior) in lattice.candidates.iter().zip(&lattice.kinds).zip(&sums.posterior) {
                if posterior < 1e-4 || candidate.flags == 0 {
                    continue;
                }
                swapped[usize::from(lattice.quoted(candidate))] += posterior;
                let weights = kinds.weights(kind);
                let shares: [f32; 4] = std::array::from_fn(|family| belief.families[family] * weights[family]);
                let sum: f32 = shares.iter().sum();
                if sum > 0.0 {
                    families.iter_mut().zip(shares).for_each(|(family, share)| *family += posterior * share / sum);
                }
            }
        }
        // Beta priors: a handful of words' worth of a low rate, more so inside quotation marks.
        belief.rates = [
            ((swapped[0] + 0.4) / (exposure[0] + 6.0)).clamp(0.002, 0.7),
            ((swapped[1] + 0.1) / (exposure[1] + 8.0)).clamp(0.001, 0.7),
        ];
        let sum: f32 = families.iter().sum();
        belief.families = families.map(|family| family / sum);
    }
    let kept: f32 = lattices.iter().map(|lattice| lattice.kept).sum();
    Estimate { belief, evidence: total - kept, sums }
}
