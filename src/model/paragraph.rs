//! Which paragraphs of a spun text were spun, and which were left as they were?
//!
//! Pages are put together of spun and other text. What the whole says of its rate would have words repaired in paragraphs
//! that hardly say anything themselves, so each is held against the others.

use super::decide::{self, LEAST_EVIDENCE};
use super::forest::Forest;
use super::passage::{Passage, Scored};

/// Number of figures that are looked at for a paragraph.
pub(crate) const FIGURES: usize = 13;
/// Words that are added to a paragraph's own, so that a short one says little.
const FEW: f32 = 15.0;
/// Shares of the other paragraphs' words, of which figures have the highest density.
const QUANTILES: [f32; 3] = [0.25, 0.5, 0.9];

/// What one paragraph says, or several together.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    words: f32,
    /// Words in quotation marks.
    quoted: f32,
    /// Sum of the probabilities of what would be selected.
    sum: f32,
    /// ln of how unlikely it is that none of that is right.
    doubt: f32,
    /// The lattice's evidence, in nats.
    evidence: f32,
}

impl Said {
    /// What this and so many times another say together.
    fn with(self, times: f32, other: &Self) -> Self {
        Self {
            words: self.words + times * other.words,
            quoted: self.quoted + times * other.quoted,
            sum: self.sum + times * other.sum,
            doubt: self.doubt + times * other.doubt,
            evidence: self.evidence + times * other.evidence,
        }
    }

    /// A sum for each word.
    fn each(&self, sum: f32) -> f32 {
        sum / (self.words + FEW)
    }
}

/// Probability that each paragraph of a spun passage was spun itself; certain of one alone.
pub(crate) fn spun(passage: &Passage<'_>, scored: &[Scored], forest: &Forest) -> Vec<f32> {
    match passage.estimate.paragraphs.len() {
        1 => vec![1.0],
        _ => forest.paragraphs(&figures(passage, scored)),
    }
}

/// What is looked at for each paragraph of a passage: what it says, and what the others do. `scored` have their
/// probabilities.
///
/// Cost: a sort of the paragraphs, and of the candidates.
pub(crate) fn figures(passage: &Passage<'_>, scored: &[Scored]) -> Vec<[f32; FIGURES]> {
    let said = said(passage, scored);
    let all = said.iter().fold(Said::default(), |sum, own| sum.with(1.0, own));
    let densities = Densities::of(&said);
    let figures = |(at, own): (usize, &Said)| {
        let others = all.with(-1.0, own);
        let (density, around) = (own.each(own.sum), others.each(others.sum));
        let [low, middle, high] = QUANTILES.map(|share| densities.of_others(at, share));
        [
            own.quoted / own.words,
            own.doubt,
            own.each(own.doubt),
            own.evidence,
            own.each(own.evidence),
            density,
            density / around.max(0.001),
            around,
            others.each(others.doubt),
            others.each(others.evidence),
            low,
            middle,
            high,
        ]
    };
    said.iter().enumerate().map(figures).collect()
}

/// What each paragraph says.
fn said(passage: &Passage<'_>, scored: &[Scored]) -> Vec<Said> {
    let paragraphs = &passage.estimate.paragraphs;
    let mut start = 0;
    let mut said: Vec<Said> = paragraphs
        .iter()
        .map(|paragraph| {
            let sentences = start..paragraph.end;
            start = paragraph.end;
            let words = || passage.sentences[sentences.clone()].iter().flatten();
            Said {
                words: words().count() as f32,
                quoted: words().filter(|word| word.quoted).count() as f32,
                evidence: passage.estimate.evidence[sentences.clone()].iter().sum(),
                ..Said::default()
            }
        })
        .collect();
    for choice in decide::select(scored, LEAST_EVIDENCE) {
        let Scored { place, probability, .. } = scored[choice.best];
        let said = &mut said[passage.estimate.paragraph(place.0)];
        said.sum += probability;
        said.doubt += decide::unlikely(probability);
    }
    said
}

/// How densely each paragraph is spun, as it seems.
struct Densities {
    /// From the lowest on: the density, and the words of all up to it.
    sorted: Vec<(f32, f32)>,
    /// Where each paragraph is among those, and its words.
    places: Vec<(usize, f32)>,
}

impl Densities {
    fn of(said: &[Said]) -> Self {
        let density = |at: usize| said[at].each(said[at].sum);
        let mut order: Vec<usize> = (0..said.len()).collect();
        order.sort_by(|&a, &b| density(a).total_cmp(&density(b)));
        let (mut sorted, mut places, mut words) = (Vec::with_capacity(said.len()), vec![(0, 0.0); said.len()], 0.0);
        for (place, at) in order.into_iter().enumerate() {
            words += said[at].words;
            sorted.push((density(at), words));
            places[at] = (place, said[at].words);
        }
        Self { sorted, places }
    }

    /// The lowest density that so large a share of the other paragraphs' words has at most; 0 where there are none.
    fn of_others(&self, own: usize, share: f32) -> f32 {
        let (place, words) = self.places[own];
        let all = self.sorted.last().map_or(0.0, |last| last.1) - words;
        let (before, after) = (&self.sorted[..place], &self.sorted[place + 1..]);
        let enough = share * all;
        let at = before.partition_point(|(_, sum)| *sum < enough);
        let rest = || after.get(after.partition_point(|(_, sum)| sum - words < enough)).or(after.last());
        before.get(at).or_else(rest).or(before.last()).map_or(0.0, |(density, _)| *density)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(paragraphs: &[(f32, f32)]) -> Vec<Said> {
        paragraphs.iter().map(|&(words, sum)| Said { words, sum, ..Said::default() }).collect()
    }

    #[test]
    fn a_paragraph_is_held_against_the_others() {
        // Words and sums of probabilities: densities of 0.4, 0, 0.2 and 0.1.
        let densities = Densities::of(&said(&[(35.0, 20.0), (85.0, 0.0), (25.0, 8.0), (5.0, 2.0)]));
        for (own, share, density) in
            [(0, 0.25, 0.0), (0, 0.9, 0.2), (1, 0.25, 0.2), (1, 0.5, 0.4), (1, 0.05, 0.1), (2, 0.9, 0.4), (3, 0.5, 0.0)]
        {
            let found = densities.of_others(own, share);
            assert!((found - density).abs() < 1e-6, "{own} at {share}: {found}, expected {density}");
        }
        // One alone has none to be held against.
        assert_eq!(Densities::of(&said(&[(35.0, 20.0)])).of_others(0, 0.5), 0.0);
    }
}
