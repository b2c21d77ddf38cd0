//! Is one evaluation better than another, or only luckier?

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::random::Random;
use super::{CleanScore, Score, Share};

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
    /// In a text without edits, findings, and words; `None` of a text with edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean: Option<(usize, usize)>,
}

impl DocumentCounts {
    pub(super) fn spun(id: &str, score: &Score) -> Self {
        let pair = |share: Share| (share.hits, share.of);
        let (hard, soft, findings) = (pair(score.hard), pair(score.soft), pair(score.findings));
        Self { id: id.to_owned(), hard, soft, findings, clean: None }
    }

    pub(super) fn clean(id: &str, findings: usize, words: usize) -> Self {
        Self { id: id.to_owned(), hard: (0, 0), soft: (0, 0), findings: (0, 0), clean: Some((findings, words)) }
    }

    fn sums(&self) -> Sums {
        let share = |(hits, of)| Share { hits, of };
        let (findings, words) = self.clean.unwrap_or_default();
        Sums {
            spun: Score {
                hard: share(self.hard),
                soft: share(self.soft),
                findings: share(self.findings),
                ..Score::default()
            },
            clean: CleanScore { findings, words, ..CleanScore::default() },
        }
    }
}

/// The figures of some documents.
#[derive(Clone, Copy, Default)]
struct Sums {
    spun: Score,
    clean: CleanScore,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.spun.add(&other.spun);
        self.clean.findings += other.clean.findings;
        self.clean.words += other.clean.words;
    }
}

/// A figure that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Hard edits repaired.
    Recall,
    /// Findings right.
    Precision,
    /// Both in one.
    FHalf,
    /// Findings in 10,000 words of clean texts, all of them wrong.
    Alarms,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 4] = [Self::Recall, Self::Precision, Self::FHalf, Self::Alarms];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recall => "hard edits repaired",
            Self::Precision => "findings right",
            Self::FHalf => "F0.5",
            Self::Alarms => "findings in 10,000 clean words",
        }
    }

    fn of(self, sums: &Sums) -> f64 {
        match self {
            Self::Recall => sums.spun.recall(),
            Self::Precision => sums.spun.precision(),
            Self::FHalf => sums.spun.f_half(),
            Self::Alarms => Some(sums.clean.per_10_000()),
        }
        .unwrap_or(0.0)
    }

    /// Whether it is measured on clean texts, not on those with edits.
    fn is_of_clean(self) -> bool {
        self == Self::Alarms
    }
}

/// The difference of one figure between two evaluations of the same documents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The figure.
    pub measure: Measure,
    /// Its value before: a share, 0 to 1, or for [`Measure::Alarms`] a count.
    pub before: f64,
    /// Its value now.
    pub now: f64,
    /// The middle 95 % of the differences over resampled documents.
    pub interval: (f64, f64),
    /// Share of resamples in which the sign of the difference is not the observed one; small means sure.
    pub doubt: f64,
}

/// Two evaluations, compared; [`compare`] makes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The figures, of the documents that both have; those of clean texts only where both have such.
    pub differences: Vec<Difference>,
    /// Documents that both have.
    pub both: usize,
    /// Documents that only the evaluation before has; nothing is compared of them.
    pub only_before: usize,
    /// Documents that only the evaluation now has.
    pub only_now: usize,
}

/// Compares evaluations by a paired bootstrap (Koehn, 2004) over the documents that both have; the same call gives the
/// same answer.
/// Of documents with the same id, the first goes with the first; one that had edits and now has none is another one.
/// Costs time by `samples` times documents, about a second for 10,000 times 5,000.
///
/// # Examples
///
/// ```
/// use unspin::eval::{DocumentCounts, Measure, compare};
///
/// // Ten documents of four hard edits each, of which one was repaired before, and two or three are now.
/// let counts = |repaired: usize, n: usize| DocumentCounts {
///     id: n.to_string(),
///     hard: (repaired, 4),
///     soft: (0, 0),
///     findings: (repaired, 4),
///     clean: None,
/// };
/// let before: Vec<_> = (0..10).map(|n| counts(1, n)).collect();
/// let now: Vec<_> = (0..10).map(|n| counts(2 + n % 2, n)).collect();
/// let comparison = compare(&before, &now, 1000);
/// let recall = &comparison.differences[0];
/// assert_eq!((recall.measure, recall.before, recall.now), (Measure::Recall, 0.25, 0.625));
/// assert!(recall.interval.0 > 0.0 && recall.doubt < 0.01);
/// ```
pub fn compare(before: &[DocumentCounts], now: &[DocumentCounts], samples: usize) -> Comparison {
    fn key(one: &DocumentCounts) -> (&str, bool) {
        (&one.id, one.clean.is_some())
    }
    let mut known: HashMap<_, VecDeque<&DocumentCounts>> = HashMap::new();
    for one in before {
        known.entry(key(one)).or_default().push_back(one);
    }
    let mut pairs: [Vec<(Sums, Sums)>; 2] = Default::default();
    for now in now {
        if let Some(before) = known.get_mut(&key(now)).and_then(VecDeque::pop_front) {
            pairs[usize::from(now.clean.is_some())].push((before.sums(), now.sums()));
        }
    }
    let [spun, clean] = pairs;
    let both = spun.len() + clean.len();
    let mut differences = Vec::new();
    for (pairs, of_clean) in [(spun, false), (clean, true)] {
        let measures = Measure::ALL.into_iter().filter(|measure| measure.is_of_clean() == of_clean);
        differences.extend(bootstrap(&pairs, measures, samples));
    }
    Comparison { differences, both, only_before: before.len() - both, only_now: now.len() - both }
}

/// The differences of some figures; none without pairs.
fn bootstrap(
    pairs: &[(Sums, Sums)],
    measures: impl Iterator<Item = Measure>,
    samples: usize,
) -> impl Iterator<Item = Difference> {
    let sum = |picks: &mut dyn Iterator<Item = usize>| {
        let (mut before, mut now) = (Sums::default(), Sums::default());
        for pick in picks {
            before.add(&pairs[pick].0);
            now.add(&pairs[pick].1);
        }
        (before, now)
    };
    let whole = sum(&mut (0..pairs.len()));
    let mut random = Random::new(0x5eed);
    let resamples: Vec<(Sums, Sums)> =
        (0..samples).map(|_| sum(&mut (0..pairs.len()).map(|_| random.below(pairs.len())))).collect();
    measures.filter(|_| !pairs.is_empty()).map(move |measure| {
        let (before, now) = (measure.of(&whole.0), measure.of(&whole.1));
        let observed = now - before;
        let mut differences: Vec<f64> =
            resamples.iter().map(|(before, now)| measure.of(now) - measure.of(before)).collect();
        differences.sort_by(f64::total_cmp);
        let quantile = |q: f64| differences.get(((samples as f64 - 1.0) * q) as usize).copied().unwrap_or(observed);
        let against = differences.iter().filter(|&&difference| difference * observed <= 0.0).count();
        Difference {
            measure,
            before,
            now,
            interval: (quantile(0.025), quantile(0.975)),
            doubt: against as f64 / samples.max(1) as f64,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(id: usize, hard: usize, right: usize) -> DocumentCounts {
        DocumentCounts { id: id.to_string(), hard: (hard, 20), soft: (0, 0), findings: (right, 20), clean: None }
    }

    #[test]
    fn a_steady_gain_is_sure_and_a_lucky_one_is_not() {
        let before: Vec<_> = (0..20).map(|id| counts(id, 10, 15)).collect();
        let steady: Vec<_> = (0..20).map(|id| counts(id, 12, 15)).collect();
        let result = compare(&before, &steady, 1000).differences;
        assert_eq!(result[0].measure, Measure::Recall);
        assert!((result[0].now - result[0].before - 0.1).abs() < 1e-9);
        assert_eq!(result[0].doubt, 0.0);
        assert!(result[0].interval.0 > 0.09);
        let lucky: Vec<_> = (0..20).map(|id| counts(id, if id % 2 == 0 { 2 } else { 19 }, 15)).collect();
        let result = compare(&before, &lucky, 1000).differences;
        assert!(result[0].doubt > 0.05, "{result:?}");
        assert!(result[0].interval.0 < 0.0);
        assert_eq!(result, compare(&before, &lucky, 1000).differences);
        assert!(compare(&before, &[], 10).differences.is_empty());
    }

    #[test]
    fn documents_with_one_id_are_told_apart() {
        let same = [counts(1, 3, 5), counts(1, 12, 15), counts(1, 7, 9)];
        let result = compare(&same, &same, 100).differences;
        assert!(result.iter().all(|one| one.before == one.now && one.interval == (0.0, 0.0)));
    }

    #[test]
    fn false_alarms_are_compared_on_clean_texts() {
        let texts = |findings| (0..20).map(move |id| DocumentCounts::clean(&id.to_string(), findings, 1000));
        let now: Vec<_> = texts(2).chain([counts(1, 3, 5)]).collect();
        let result = compare(&texts(1).collect::<Vec<_>>(), &now, 100);
        assert_eq!((result.both, result.only_before, result.only_now), (20, 0, 1));
        let [alarms] = result.differences[..] else { panic!("{result:?}") };
        assert_eq!((alarms.measure, alarms.before, alarms.now), (Measure::Alarms, 10.0, 20.0));
        assert_eq!((alarms.interval, alarms.doubt), ((10.0, 10.0), 0.0));
        // Figures that were saved before there were any of clean texts.
        let old = r#"{"id":"1","hard":[3,20],"soft":[0,0],"findings":[5,20]}"#;
        assert_eq!(serde_json::from_str::<DocumentCounts>(old).expect("known"), counts(1, 3, 5));
    }
}
