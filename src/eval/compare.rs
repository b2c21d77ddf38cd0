//! Is one evaluation better than another, or only luckier?

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{DocumentScore, Score, Share};

/// What one document contributes to the figures; saved by one evaluation, read by the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentCounts {
    /// Its name.
    pub id: String,
    /// Hard edits repaired, and all.
    pub hard: (usize, usize),
    /// Soft edits repaired, and all.
    pub soft: (usize, usize),
    /// Findings right, and all that count.
    pub findings: (usize, usize),
}

impl DocumentCounts {
    pub(super) fn new(document: &DocumentScore) -> Self {
        let pair = |share: Share| (share.hits, share.of);
        let score = &document.score;
        let (hard, soft, findings) = (pair(score.hard), pair(score.soft), pair(score.findings));
        Self { id: document.id.clone(), hard, soft, findings }
    }

    fn score(&self) -> Score {
        let share = |(hits, of)| Share { hits, of };
        Score {
            documents: 1,
            hard: share(self.hard),
            soft: share(self.soft),
            findings: share(self.findings),
            ..Score::default()
        }
    }
}

/// A figure that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Hard edits repaired.
    Recall,
    /// Findings right.
    Precision,
    /// Both in one.
    FHalf,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 3] = [Self::Recall, Self::Precision, Self::FHalf];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recall => "hard edits repaired",
            Self::Precision => "findings right",
            Self::FHalf => "F0.5",
        }
    }

    fn of(self, score: &Score) -> f64 {
        match self {
            Self::Recall => score.recall(),
            Self::Precision => score.precision(),
            Self::FHalf => score.f_half(),
        }
        .unwrap_or(0.0)
    }
}

/// The difference of one figure between two evaluations of the same documents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The figure.
    pub measure: Measure,
    /// Its value before.
    pub before: f64,
    /// Its value now.
    pub now: f64,
    /// The middle 95 % of the differences over resampled documents.
    pub interval: (f64, f64),
    /// Share of resamples in which the sign of the difference is not the observed one; small means sure.
    pub doubt: f64,
}

/// Compares evaluations by a paired bootstrap over the documents that both have; the same call gives the same
/// answer. Empty where they share no document. Of documents with the same id, the first goes with the first.
pub fn compare(before: &[DocumentCounts], now: &[DocumentCounts], samples: usize) -> Vec<Comparison> {
    let mut known: HashMap<&str, VecDeque<&DocumentCounts>> = HashMap::new();
    for one in before {
        known.entry(&one.id).or_default().push_back(one);
    }
    let pairs: Vec<(Score, Score)> = now
        .iter()
        .filter_map(|now| Some((known.get_mut(now.id.as_str())?.pop_front()?.score(), now.score())))
        .collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    let sum = |picks: &mut dyn Iterator<Item = usize>| {
        let (mut before, mut now) = (Score::default(), Score::default());
        for pick in picks {
            before.add(&pairs[pick].0);
            now.add(&pairs[pick].1);
        }
        (before, now)
    };
    let whole = sum(&mut (0..pairs.len()));
    let mut random = SplitMix(0x5eed);
    let resamples: Vec<(Score, Score)> =
        (0..samples).map(|_| sum(&mut (0..pairs.len()).map(|_| random.below(pairs.len())))).collect();
    Measure::ALL
        .into_iter()
        .map(|measure| {
            let (before, now) = (measure.of(&whole.0), measure.of(&whole.1));
            let observed = now - before;
            let mut differences: Vec<f64> =
                resamples.iter().map(|(before, now)| measure.of(now) - measure.of(before)).collect();
            differences.sort_by(f64::total_cmp);
            let quantile = |q: f64| differences.get(((samples as f64 - 1.0) * q) as usize).copied().unwrap_or(observed);
            let against = differences.iter().filter(|&&difference| difference * observed <= 0.0).count();
            Comparison {
                measure,
                before,
                now,
                interval: (quantile(0.025), quantile(0.975)),
                doubt: against as f64 / samples.max(1) as f64,
            }
        })
        .collect()
}

/// Steele, Lea and Flood's SplitMix64: enough for resampling, and the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(id: usize, hard: usize, right: usize) -> DocumentCounts {
        DocumentCounts { id: id.to_string(), hard: (hard, 20), soft: (0, 0), findings: (right, 20) }
    }

    #[test]
    fn a_steady_gain_is_sure_and_a_lucky_one_is_not() {
        let before: Vec<_> = (0..20).map(|id| counts(id, 10, 15)).collect();
        let steady: Vec<_> = (0..20).map(|id| counts(id, 12, 15)).collect();
        let result = compare(&before, &steady, 1000);
        assert_eq!(result[0].measure, Measure::Recall);
        assert!((result[0].now - result[0].before - 0.1).abs() < 1e-9);
        assert_eq!(result[0].doubt, 0.0);
        assert!(result[0].interval.0 > 0.09);
        let lucky: Vec<_> = (0..20).map(|id| counts(id, if id % 2 == 0 { 2 } else { 19 }, 15)).collect();
        let result = compare(&before, &lucky, 1000);
        assert!(result[0].doubt > 0.05, "{result:?}");
        assert!(result[0].interval.0 < 0.0);
        assert_eq!(result, compare(&before, &lucky, 1000));
        assert!(compare(&before, &[], 10).is_empty());
    }

    #[test]
    fn documents_with_one_id_are_told_apart() {
        let same = [counts(1, 3, 5), counts(1, 12, 15), counts(1, 7, 9)];
        assert!(compare(&same, &same, 100).iter().all(|one| one.before == one.now && one.interval == (0.0, 0.0)));
    }
}
