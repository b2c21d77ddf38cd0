//! What the last decision looks at: one row of numbers for every candidate that the lattice finds likely.

use std::collections::HashMap;

use super::lattice::{Lattice, channel};
use super::prior::Estimate;
use crate::candidates::{Candidate, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::pack::{ATTESTED, AUTHORED, INFLECTED, NAME, PART, PUBLISHED};
use crate::dictionary::vectors::{DIMENSIONS, Vector};
use crate::text::key::{END, FIRST_WORD, SENTENCE};

/// Names of the features, in order.
pub(crate) const NAMES: [&str; COUNT] = [
    "posterior", "changed", "order", "margin", "channel", "best_family", "pages", "rank", "attested", "authored",
    "published", "inflected", "part", "name", "spun_words", "original_words", "spun_frequency", "original_frequency",
    "context_gain", "spun_left", "spun_right", "original_left", "original_right", "quoted", "start", "title", "rate",
    "evidence", "tokens", "thesaurus", "phrasal", "science", "repeated", "spun_changed", "spun_count", "original_count",
    "original_quoted", "fit_window", "fit_document", "similarity", "spun_ready", "left_changed", "right_changed",
    "capital_original", "options", "spun_lowest", "original_lowest", "fit_spun", "fit_original",
];
/// Number of features.
pub(crate) const COUNT: usize = 49;

/// Candidates below this posterior are not looked at.
pub(crate) const LEAST: f32 = 0.02;

/// What the whole document contributes.
pub(crate) struct Context {
    /// How often each word stands in the document as it is, outside and inside quotation marks.
    counts: HashMap<u32, [u32; 2]>,
    /// Sum of posteriors of each (first spun word, reading).
    swaps: HashMap<(u32, Reading), f32>,
    /// Sum of posteriors of any change of a word.
    changed: HashMap<u32, f32>,
    topic: Vector,
}

impl Context {
    /// Gathers a document's counts from its sentences and their posteriors.
    pub(crate) fn gather<'a>(
        sentences: impl Iterator<Item = (&'a [Word], &'a Lattice, &'a [f32])>,
        dictionary: &Dictionary,
    ) -> Self {
        let mut context =
            Self { counts: HashMap::new(), swaps: HashMap::new(), changed: HashMap::new(), topic: [0.0; DIMENSIONS] };
        let mut weight = 0f32;
        for (sentence, lattice, posteriors) in sentences {
            let mut share = vec![0f32; sentence.len()];
            for (candidate, &posterior) in lattice.candidates.iter().zip(posteriors) {
                if posterior < LEAST {
                    continue;
                }
                *context.swaps.entry((sentence[candidate.start as usize].lookup, candidate.reading)).or_default() += posterior;
                for at in candidate.start..candidate.end {
                    share[at as usize] += posterior;
                }
                for &id in &candidate.ids {
                    let rare = rareness(dictionary, id) * posterior;
                    if dictionary.vectors.add_context(id, rare, &mut context.topic) {
                        weight += rare;
                    }
                }
            }
            for (word, share) in sentence.iter().zip(share) {
                context.counts.entry(word.lookup).or_default()[usize::from(word.quoted)] += 1;
                *context.changed.entry(word.lookup).or_default() += share.min(1.0);
                let rare = rareness(dictionary, word.model) * (1.0 - share).max(0.0);
                if dictionary.vectors.add_context(word.model, rare, &mut context.topic) {
                    weight += rare;
                }
            }
        }
        context.topic.iter_mut().for_each(|x| *x /= weight.max(1.0));
        context
    }
}

/// Weight of a word in a topic: none for the most frequent ones.
fn rareness(dictionary: &Dictionary, word: u32) -> f32 {
    if word < FIRST_WORD { 0.0 } else { ((-dictionary.ngrams.unigram(word) - 6.0) / 4.0).clamp(0.0, 1.0) }
}

/// A sentence with what its neighbouring words most probably were.
pub(crate) struct Sentence<'a> {
    words: &'a [Word],
    lattice: &'a Lattice,
    posteriors: &'a [f32],
    /// Probability that each word was changed.
    changed: Vec<f32>,
    /// The likeliest candidate over each word, where changing it is likelier than not.
    decoded: Vec<Option<usize>>,
}

impl<'a> Sentence<'a> {
    pub(crate) fn new(words: &'a [Word], lattice: &'a Lattice, posteriors: &'a [f32]) -> Self {
        let mut changed = vec![0f32; words.len()];
        let mut best: Vec<(f32, Option<usize>)> = vec![(0.5, None); words.len()];
        for (index, candidate) in lattice.candidates.iter().enumerate() {
            let posterior = posteriors[index];
            for at in candidate.start as usize..candidate.end as usize {
                changed[at] += posterior;
                if posterior > best[at].0 {
                    best[at] = (posterior, Some(index));
                }
            }
        }
        let decoded = best.into_iter().map(|entry| entry.1).collect();
        Self { words, lattice, posteriors, changed, decoded }
    }

    /// The two words before a place, as decoded.
    fn before(&self, place: usize) -> [u32; 2] {
        let mut found = [SENTENCE; 2];
        let mut at = place;
        let mut left = 2;
        while left > 0 && at > 0 {
            match self.decoded[at - 1] {
                Some(index) => {
                    let candidate = &self.lattice.candidates[index];
                    for &id in candidate.ids.iter().rev() {
                        if left > 0 {
                            left -= 1;
                            found[left] = id;
                        }
                    }
                    at = (candidate.start as usize).min(at - 1);
                }
                None => {
                    left -= 1;
                    found[left] = self.words[at - 1].model;
                    at -= 1;
                }
            }
        }
        found
    }

    /// The two words from a place on, as decoded.
    fn after(&self, place: usize) -> [u32; 2] {
        let mut found = [END; 2];
        let mut at = place;
        let mut have = 0;
        while have < 2 && at < self.words.len() {
            match self.decoded[at] {
                Some(index) if self.lattice.candidates[index].start as usize == at => {
                    let candidate = &self.lattice.candidates[index];
                    for &id in &candidate.ids {
                        if have < 2 {
                            found[have] = id;
                            have += 1;
                        }
                    }
                    at = candidate.end as usize;
                }
                _ => {
                    found[have] = self.words[at].model;
                    have += 1;
                    at += 1;
                }
            }
        }
        found
    }

    /// Mean context vector of the words around a span, as decoded.
    fn window(&self, start: usize, end: usize, dictionary: &Dictionary) -> Vector {
        const REACH: usize = 8;
        let mut sum = [0.0; DIMENSIONS];
        let mut count = 0f32;
        let mut add = |id: u32| {
            if id >= FIRST_WORD && dictionary.vectors.add_context(id, 1.0, &mut sum) {
                count += 1.0;
            }
        };
        for at in start.saturating_sub(REACH)..(end + REACH).min(self.words.len()) {
            if (start..end).contains(&at) {
                continue;
            }
            match self.decoded[at] {
                Some(index) => {
                    let candidate = &self.lattice.candidates[index];
                    if candidate.start as usize == at || at == end {
                        candidate.ids.iter().for_each(|&id| add(id));
                    }
                }
                None => add(self.words[at].model),
            }
        }
        sum.iter_mut().for_each(|x| *x /= count.max(1.0));
        sum
    }
}

/// ln P of a run of words in its context, the two words after it included, and the lowest of the conditional
/// probabilities.
fn score(dictionary: &Dictionary, before: [u32; 2], ids: &[u32], after: [u32; 2]) -> (f32, f32) {
    let mut window = before;
    let (mut sum, mut lowest) = (0f32, 0f32);
    for &id in ids.iter().chain(after.iter()) {
        let here = dictionary.ngrams.log_prob(window[0], window[1], id);
        sum += here;
        lowest = lowest.min(here);
        window = [window[1], id];
        if id == END {
            break;
        }
    }
    (sum, lowest)
}

/// The word of a run that carries its meaning: the rarest.
fn head(dictionary: &Dictionary, ids: impl Iterator<Item = u32>) -> Option<u32> {
    ids.filter(|&id| id >= FIRST_WORD).min_by(|&a, &b| dictionary.ngrams.unigram(a).total_cmp(&dictionary.ngrams.unigram(b)))
}

/// The features of one candidate.
pub(crate) fn features(
    sentence: &Sentence<'_>,
    index: usize,
    title: bool,
    context: &Context,
    estimate: &Estimate,
    document_tokens: usize,
    dictionary: &Dictionary,
) -> [f32; COUNT] {
    let candidate: &Candidate = &sentence.lattice.candidates[index];
    let (start, end) = (candidate.start as usize, candidate.end as usize);
    let posterior = sentence.posteriors[index].clamp(1e-4, 0.9999);
    let (mut order, mut next, mut options, mut total) = (0f32, 1e-4f32, 0f32, 0f32);
    for (other, candidate) in sentence.lattice.candidates.iter().enumerate() {
        if (candidate.start as usize) < end && start < candidate.end as usize {
            let p = sentence.posteriors[other];
            total += p;
            if other != index {
                if p > posterior {
                    order += 1.0;
                }
                next = next.max(p);
                options += f32::from(u8::from(p > LEAST));
            }
        }
    }
    let families = &estimate.belief.families;
    let best = candidate.weights.iter().flatten().copied().fold(-14.0, f32::max);
    let words = &sentence.words[start..end];
    let lookup = words[0].lookup;
    let spun: Vec<u32> = words.iter().map(|word| word.model).collect();
    let (before, after) = (sentence.before(start), sentence.after(end));
    let frequency = |ids: &[u32]| ids.iter().map(|&id| dictionary.ngrams.unigram(id)).fold(0.0, f32::min);
    let (spun_score, spun_lowest) = score(dictionary, before, &spun, after);
    let (original_score, original_lowest) = score(dictionary, before, &candidate.ids, after);
    let left = |ids: &[u32]| ids.first().map_or(0.0, |&id| dictionary.ngrams.pair(before[1], id) - dictionary.ngrams.unigram(id));
    let right = |ids: &[u32]| {
        let last = ids.last().copied().unwrap_or(before[1]);
        dictionary.ngrams.pair(last, after[0]) - dictionary.ngrams.unigram(after[0])
    };
    let (spun_head, original_head) =
        (head(dictionary, spun.iter().copied()), head(dictionary, candidate.ids.iter().copied()));
    let window = sentence.window(start, end, dictionary);
    let fit = |head: Option<u32>, context: &Vector| head.and_then(|word| dictionary.vectors.fit(word, context));
    let difference = |context: &Vector| match (fit(original_head, context), fit(spun_head, context)) {
        (Some(a), Some(b)) => a - b,
        _ => 0.0,
    };
    let similarity = match (spun_head, original_head) {
        (Some(a), Some(b)) => dictionary.vectors.similarity(a, b).unwrap_or(0.0),
        _ => 0.0,
    };
    let own = posterior;
    let repeated = context.swaps.get(&(lookup, candidate.reading)).copied().unwrap_or(0.0) - own;
    let count = context.counts.get(&lookup).map_or(1, |count| count[0] + count[1]) as f32;
    let spun_changed = context.changed.get(&lookup).copied().unwrap_or(0.0) / count;
    let original_counts = match candidate.ids[..] {
        [id] => context.counts.get(&id).copied().unwrap_or_default(),
        _ => [0, 0],
    };
    let side = |at: Option<usize>| at.and_then(|at| sentence.changed.get(at)).copied().unwrap_or(0.0).min(1.0);
    let flag = |bit: u8| f32::from(u8::from(candidate.flags & bit != 0));
    let capital = match candidate.ids[..] {
        [id] => 1.0 - dictionary.ngrams.case(id).lower,
        _ => 0.0,
    };
    [
        (posterior / (1.0 - posterior)).ln(),
        total.min(1.0),
        order,
        (posterior / next).ln(),
        channel(&candidate.weights, families, 1.0),
        best,
        f32::from(candidate.pages).ln_1p(),
        f32::from(candidate.rank),
        flag(ATTESTED),
        flag(AUTHORED),
        flag(PUBLISHED),
        flag(INFLECTED),
        flag(PART),
        flag(NAME),
        words.len() as f32,
        candidate.ids.len() as f32,
        frequency(&spun),
        frequency(&candidate.ids),
        original_score - spun_score,
        left(&spun),
        right(&spun),
        left(&candidate.ids),
        right(&candidate.ids),
        f32::from(u8::from(words[0].quoted)),
        f32::from(u8::from(start == 0)),
        f32::from(u8::from(title)),
        estimate.belief.rates[0],
        estimate.evidence / document_tokens.max(1) as f32,
        (document_tokens as f32).ln_1p(),
        families[0],
        families[1],
        families[2],
        repeated,
        spun_changed,
        count.ln_1p(),
        (original_counts[0] as f32).ln_1p(),
        (original_counts[1] as f32).ln_1p(),
        difference(&window),
        difference(&context.topic),
        similarity,
        dictionary.pack.readiness(lookup),
        side(start.checked_sub(1)),
        side(Some(end)),
        capital,
        options,
        spun_lowest,
        original_lowest,
        fit(spun_head, &window).unwrap_or(0.0),
        fit(original_head, &window).unwrap_or(0.0),
    ]
}
