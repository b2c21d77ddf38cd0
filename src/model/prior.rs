//! Is this document spun, by what family, and how much? Expectation-maximization over its sentences.

use super::channel::Kinds;
use super::lattice::{Belief, Lattice, Scratch, Sums, Weights};

/// Rounds of estimation.
const ROUNDS: usize = 5;
/// The same for a paragraph's own rates, which start from those of the passage.
const PARAGRAPH_ROUNDS: usize = 3;
/// Words' worth of the passage's rates in those of a paragraph.
const STRENGTH: f32 = 12.0;

/// What the document's sentences say together.
pub(crate) struct Estimate {
    pub(crate) belief: Belief,
    /// ln of how much likelier each sentence is under the belief than as it stands, in nats.
    pub(crate) evidence: Vec<f32>,
    /// The sums of every sentence under the rates of its paragraph.
    pub(crate) sums: Vec<Sums>,
    /// The paragraphs, in order.
    pub(crate) paragraphs: Vec<Paragraph>,
}

impl Estimate {
    /// The rate outside quotation marks of some sentences, from the `first` one on.
    pub(crate) fn rate(&self, lattices: &[Lattice], first: usize) -> f32 {
        rates(lattices, exposure(lattices), &self.sums[first..first + lattices.len()], self.belief.rates)[0]
    }

    /// The paragraph that a sentence is in.
    pub(crate) fn paragraph(&self, sentence: usize) -> usize {
        self.paragraphs.partition_point(|paragraph| paragraph.end <= sentence)
    }
}

/// A paragraph, which may be spun more or less than the passage.
#[derive(Debug)]
pub(crate) struct Paragraph {
    /// One past its last sentence.
    pub(crate) end: usize,
    /// Rate of substitution outside and inside quotation marks.
    pub(crate) rates: [f32; 2],
}

/// Where the estimation starts.
pub(crate) const START: Belief = Belief { rates: [0.2, 0.05], families: [0.4, 0.25, 0.25, 0.1] };

/// Estimates rates and families from all sentences of a document, and the rates of each of its paragraphs: `ends` has
/// the number of sentences up to the end of each.
pub(crate) fn estimate(lattices: &[Lattice], ends: &[usize], kinds: &Kinds, weights: &Weights) -> Estimate {
    let mut belief = START;
    let exposure = exposure(lattices);
    let mut sums: Vec<Sums> = lattices.iter().map(|_| Sums::default()).collect();
    let mut scratch = Scratch::default();
    for round in 0..=ROUNDS {
        let swaps = kinds.mixed(&belief.families, weights.channel);
        for (lattice, sums) in lattices.iter().zip(&mut sums) {
            lattice.sum(&belief, &swaps, &mut scratch, sums);
        }
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
    let evidence = sums.iter().zip(lattices).map(|(sums, lattice)| sums.total - lattice.kept).collect();
    let swaps = kinds.mixed(&belief.families, weights.channel);
    let mut start = 0;
    let paragraph = |&end: &usize| {
        let (lattices, sums) = (&lattices[start..end], &mut sums[start..end]);
        start = end;
        let rates =
            if ends.len() > 1 { own_rates(lattices, &belief, &swaps, &mut scratch, sums) } else { belief.rates };
        Paragraph { end, rates }
    };
    let paragraphs = ends.iter().map(paragraph).collect();
    Estimate { belief, evidence, sums, paragraphs }
}

/// The rates of a paragraph, with a Beta prior around those of the passage; leaves its sums under them.
///
/// So a clean paragraph of a spun page, and a spun one of a clean page, are judged more by themselves.
fn own_rates(
    lattices: &[Lattice],
    passage: &Belief,
    swaps: &[f32],
    scratch: &mut Scratch,
    sums: &mut [Sums],
) -> [f32; 2] {
    let exposure = exposure(lattices);
    let mut belief = *passage;
    for _ in 0..PARAGRAPH_ROUNDS {
        belief.rates = rates(lattices, exposure, sums, passage.rates);
        for (lattice, sums) in lattices.iter().zip(&mut *sums) {
            lattice.sum(&belief, swaps, scratch, sums);
        }
    }
    belief.rates
}

/// The rates of some sentences of a passage, by their exposure and sums and with a Beta prior around the passage's own
/// rates.
fn rates(lattices: &[Lattice], exposure: [f32; 2], sums: &[Sums], passage: [f32; 2]) -> [f32; 2] {
    let mut swapped = [0f32; 2];
    for (lattice, sums) in lattices.iter().zip(sums) {
        for (candidate, &posterior) in lattice.candidates.iter().zip(&sums.posterior) {
            if posterior >= 1e-4 && candidate.flags != 0 {
                swapped[usize::from(lattice.quoted(candidate))] += posterior;
            }
        }
    }
    std::array::from_fn(|side| {
        let rate = (swapped[side] + STRENGTH * passage[side]) / (exposure[side] + STRENGTH);
        rate.clamp(0.001, 0.7)
    })
}

/// Words outside and inside quotation marks, each weighed by its readiness.
fn exposure(lattices: &[Lattice]) -> [f32; 2] {
    lattices.iter().map(Lattice::exposure).fold([0.0; 2], |sum, own| [sum[0] + own[0], sum[1] + own[1]])
}

#[cfg(test)]
mod tests {
    use crate::dictionary::Dictionary;
    use crate::model::passage::Passage;

    const SPUN: &str =
        "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";
    const CLEAN: &str = "The ship left the harbor at noon. Nobody on board knew where it was going.";

    #[test]
    fn paragraphs_have_rates_of_their_own() {
        let dictionary = Dictionary::builtin();
        let text = format!("{SPUN}\n\n{CLEAN}");
        let estimate = Passage::of(&text, &dictionary).estimate;
        let all = estimate.belief.rates[0];
        let [spun, clean] = &estimate.paragraphs[..] else { panic!("{:?}", estimate.paragraphs) };
        assert_eq!((spun.end, clean.end), (1, 3));
        assert!(spun.rates[0] > 1.1 * all && all > 1.1 * clean.rates[0], "{} {all} {}", spun.rates[0], clean.rates[0]);
        // One alone has what the passage has.
        let estimate = Passage::of(SPUN, &dictionary).estimate;
        assert_eq!(estimate.paragraphs.len(), 1);
        assert_eq!(estimate.paragraphs[0].rates, estimate.belief.rates);
    }
}
