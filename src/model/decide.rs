//! From scored candidates to a selection: is the passage spun, and which candidates are to be reported?

use super::gate::SORTS;
use super::passage::{Passage, Scored};
use crate::span::Span;

/// Number of figures that the document's decision looks at, the constant included.
pub(crate) const DOCUMENT: usize = OWN + SORTS - 1;
/// Those that the first look does not have.
const OWN: usize = 8;

/// Other readings at or below this probability are not told.
pub(crate) const LEAST_TOLD: f32 = 0.02;
/// Candidates from this probability on say whether the document is spun.
const LEAST_EVIDENCE: f32 = 0.25;

/// The lowest probability of a candidate that matters on its own where findings go down to `least`.
pub(crate) fn least(least: f32) -> f32 {
    least.min(LEAST_EVIDENCE)
}

/// A selected candidate, with the other readings of its words, likeliest first.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) best: usize,
    pub(crate) others: Vec<usize>,
}

/// Selects candidates whose spans do not overlap, likeliest first, down to a probability.
pub(crate) fn select(scored: &[Scored], least: f32) -> Vec<Choice> {
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&scored[a], &scored[b]);
        b.probability
            .total_cmp(&a.probability)
            .then_with(|| a.realized.span.cmp(&b.realized.span))
            .then(a.place.cmp(&b.place))
    });
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut choices = Vec::new();
    for &at in order.iter().take_while(|&&at| scored[at].probability >= least) {
        let span = scored[at].realized.span;
        let before = taken.range(..span.end).next_back();
        if before.is_some_and(|(_, &end)| end > span.start) {
            continue;
        }
        taken.insert(span.start, span.end);
        choices.push(Choice { best: at, others: Vec::new() });
    }
    choices.sort_by_key(|choice| scored[choice.best].realized.span.start);
    // The other readings of the same words, as far as they replace the same bytes: one that takes in an article or a
    // possessive's ending has those beside it that do, too.
    let starts: Vec<Span> = choices.iter().map(|choice| scored[choice.best].realized.span).collect();
    for &at in &order {
        let span = scored[at].realized.span;
        if let Ok(found) = starts.binary_search_by(|own| own.start.cmp(&span.start)) {
            let choice = &mut choices[found];
            let text = &scored[at].realized.text;
            let known = choice.others.iter().chain([&choice.best]).any(|&other| scored[other].realized.text == *text);
            if starts[found] == span && !known && choice.others.len() < 4 && scored[at].probability > LEAST_TOLD {
                choice.others.push(at);
            }
        }
    }
    choices
}

/// Words that are added to a paragraph's own, so that a short one says little.
const PARAGRAPH: f32 = 50.0;

/// What the document's decision looks at; `glance` is what the first look saw of it.
pub(crate) fn document(passage: &Passage<'_>, scored: &[Scored], glance: &[f32; SORTS]) -> [f32; DOCUMENT] {
    let tokens = passage.tokens.len().max(1) as f32;
    let evidence = (passage.estimate.evidence / tokens).clamp(-0.05, 0.4);
    let paragraphs = &passage.estimate.paragraphs;
    let mut expected = vec![0f32; paragraphs.len()];
    // ln of how unlikely it is, all candidates taken for independent, that none of them is right.
    let mut doubt = 0f32;
    for choice in select(scored, LEAST_EVIDENCE) {
        let best = &scored[choice.best];
        expected[paragraphs.partition_point(|paragraph| paragraph.end <= best.place.0)] += best.probability;
        doubt -= (1.0 - best.probability.min(0.999)).ln();
    }
    let share = (expected.iter().sum::<f32>() / tokens).min(0.4);
    // Of a text that is spun in part the worst paragraph says more than all of it.
    let shares = paragraphs.iter().zip(&expected).map(|(paragraph, sum)| sum / (paragraph.words as f32 + PARAGRAPH));
    let worst = shares.fold(0.0, f32::max).min(0.4);
    let length = (tokens.min(2000.0)).sqrt() / 10.0;
    let own: [f32; OWN] = [1.0, evidence, share, evidence * length, share * length, length, worst, doubt];
    let mut figures = [0f32; DOCUMENT];
    figures[..OWN].copy_from_slice(&own);
    figures[OWN..].copy_from_slice(&glance[1..]);
    figures
}
