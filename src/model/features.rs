//! What the last decision looks at: one row of numbers for every candidate that the lattice finds likely.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::lattice::{Lattice, channel};
use super::prior::Estimate;
use crate::candidates::{Candidate, LONGEST_RUN, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::pack::{ATTESTED, AUTHORED, INFLECTED, NAME, PART, PUBLISHED};
use crate::dictionary::table::mix;
use crate::text::key::{END, SENTENCE};

/// Names of the features, in order.
pub(crate) const NAMES: [&str; COUNT] = [
    "posterior",
    "changed",
    "order",
    "margin",
    "channel",
    "best_family",
    "pages",
    "rank",
    "attested",
    "authored",
    "published",
    "inflected",
    "part",
    "name",
    "spun_words",
    "original_words",
    "spun_frequency",
    "original_frequency",
    "context_gain",
    "spun_left",
    "spun_right",
    "original_left",
    "original_right",
    "quoted",
    "start",
    "title",
    "rate",
    "thesaurus",
    "phrasal",
    "science",
    "repeated",
    "spun_changed",
    "spun_count",
    "original_count",
    "original_quoted",
    "spun_ready",
    "left_changed",
    "right_changed",
    "capital_original",
    "options",
    "spun_lowest",
    "original_lowest",
    "scorer",
    "scorer_margin",
    "tell",
    "pressure",
    "expression",
    "spun_expression",
    "digits",
    "after_capital",
    "before_capital",
];
/// Number of features.
pub(crate) const COUNT: usize = 51;

/// Candidates below this posterior are not looked at.
pub(crate) const LEAST: f32 = 0.02;

/// A hasher for ids, which are no one's to choose but the dictionaries'.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = mix(self.0.rotate_left(32) ^ u64::from(id));
    }

    fn write_isize(&mut self, variant: isize) {
        self.write_u32(variant as u32);
    }
}

type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// What the whole document contributes.
pub(crate) struct Context {
    /// How often each word stands in the document as it is, outside and inside quotation marks.
    counts: IdMap<u32, [u32; 2]>,
    /// Sum of posteriors of each (first spun word, reading).
    swaps: IdMap<(u32, Reading), f32>,
    /// Sum of posteriors of any change of a word.
    changed: IdMap<u32, f32>,
}

impl Context {
    /// Gathers a document's counts from its sentences and their posteriors.
    pub(crate) fn gather<'a>(sentences: impl Iterator<Item = (&'a [Word], &'a Lattice, &'a [f32])>) -> Self {
        let mut context = Self { counts: IdMap::default(), swaps: IdMap::default(), changed: IdMap::default() };
        for (sentence, lattice, posteriors) in sentences {
            let mut share = vec![0f32; sentence.len()];
            for (candidate, &posterior) in lattice.candidates.iter().zip(posteriors) {
                if posterior < LEAST {
                    continue;
                }
                *context.swaps.entry((sentence[candidate.start as usize].lookup, candidate.reading)).or_default() +=
                    posterior;
                for at in candidate.start..candidate.end {
                    share[at as usize] += posterior;
                }
            }
            for (word, share) in sentence.iter().zip(share) {
                context.counts.entry(word.lookup).or_default()[usize::from(word.quoted)] += 1;
                *context.changed.entry(word.lookup).or_default() += share.min(1.0);
            }
        }
        context
    }
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

    /// The words before a place, as decoded; each with its index where the text has it so.
    fn before<const N: usize>(&self, place: usize) -> [(u32, Option<usize>); N] {
        let mut found = [(SENTENCE, None); N];
        let mut at = place;
        let mut left = N;
        while left > 0 && at > 0 {
            match self.decoded[at - 1] {
                Some(index) => {
                    let candidate = &self.lattice.candidates[index];
                    for &id in candidate.ids.iter().rev() {
                        if left > 0 {
                            left -= 1;
                            found[left].0 = id;
                        }
                    }
                    at = (candidate.start as usize).min(at - 1);
                }
                None => {
                    left -= 1;
                    at -= 1;
                    found[left] = (self.words[at].model, Some(at));
                }
            }
        }
        found
    }

    /// The words from a place on, as decoded; each with its index where the text has it so.
    fn after<const N: usize>(&self, place: usize) -> [(u32, Option<usize>); N] {
        let mut found = [(END, None); N];
        let mut at = place;
        let mut have = 0;
        while have < N && at < self.words.len() {
            match self.decoded[at] {
                Some(index) if self.lattice.candidates[index].start as usize == at => {
                    let candidate = &self.lattice.candidates[index];
                    for &id in candidate.ids.iter() {
                        if have < N {
                            found[have].0 = id;
                            have += 1;
                        }
                    }
                    at = candidate.end as usize;
                }
                _ => {
                    found[have] = (self.words[at].model, Some(at));
                    have += 1;
                    at += 1;
                }
            }
        }
        found
    }
}

/// Words on either side of a reading that a fixed expression may reach over.
const REACH: usize = 4;

impl Sentence<'_> {
    /// Words of the longest fixed expression that a reading of the words `start..end` makes with its neighbors, as
    /// decoded; at least one word of the reading must be in it. 0 where there is none.
    fn expression(&self, start: usize, end: usize, ids: &[u32], dictionary: &Dictionary) -> f32 {
        let mut longest = 0;
        self.for_each_expression(start, end, ids, dictionary, |_, count, _, _| longest = longest.max(count));
        longest as f32
    }

    /// Which words of a reading have a capital in the longest fixed expression that it makes with its neighbors, a bit
    /// for each from the lowest on. The text must have such a neighbor with its capital, and none without; `capital`
    /// tells of the sentence's words.
    pub(crate) fn capitals(
        &self,
        start: usize,
        end: usize,
        ids: &[u32],
        dictionary: &Dictionary,
        capital: impl Fn(usize) -> bool,
    ) -> u64 {
        let mut longest = (0, 0);
        self.for_each_expression(start, end, ids, dictionary, |first, count, capitals, words| {
            let own = REACH..REACH + ids.len();
            let mut others = (first..first + count).filter(|at| !own.contains(at) && capitals >> (at - first) & 1 == 1);
            let shown = |at: usize| words[at].1.map(&capital);
            if count > longest.0
                && others.clone().any(|at| shown(at) == Some(true))
                && others.all(|at| shown(at) != Some(false))
            {
                let at_own = if first < REACH { capitals >> (REACH - first) } else { capitals << (first - REACH) };
                longest = (count, at_own & ((1 << ids.len()) - 1));
            }
        });
        longest.1
    }

    /// Calls `visit` with the place of every fixed expression that has a word of a reading in it, its length, the bits
    /// of its capitals, and the words from [`REACH`] before the reading to as many after it.
    fn for_each_expression(
        &self,
        start: usize,
        end: usize,
        ids: &[u32],
        dictionary: &Dictionary,
        mut visit: impl FnMut(usize, usize, u64, &[(u32, Option<usize>)]),
    ) {
        let (before, after) = (self.before::<REACH>(start), self.after::<REACH>(end));
        let own = ids.iter().map(|&id| (id, None));
        let words: Vec<(u32, Option<usize>)> = before.into_iter().chain(own).chain(after).collect();
        for first in 0..REACH + ids.len() {
            dictionary.pack.for_each_expression(words[first..].iter().map(|word| word.0), |count, capitals| {
                if first + count > REACH {
                    visit(first, count, capitals, &words);
                }
            });
        }
    }
}

/// ln P of a run of words in its context, the two words after it included, and the lowest of the conditional
/// probabilities.
fn score(dictionary: &Dictionary, before: [u32; 2], ids: &[u32], after: [u32; 2]) -> (f32, f32) {
    // The sentence's end is the last word; nothing follows it.
    let after = if after[0] == END { &after[..1] } else { &after[..] };
    let words = ids.iter().chain(after).copied();
    dictionary.ngrams.log_probs(before, words).fold((0f32, 0f32), |(sum, lowest), here| (sum + here, lowest.min(here)))
}

/// How a candidate and its neighbors are written.
pub(crate) struct Shape {
    /// It starts with a capital, and not because a sentence does.
    pub(crate) title: bool,
    /// It starts with a digit.
    pub(crate) digits: bool,
    /// The token before it has a capital.
    pub(crate) after_capital: bool,
    /// The token after it has a capital.
    pub(crate) before_capital: bool,
}

/// The features of one candidate.
pub(crate) fn features(
    sentence: &Sentence<'_>,
    index: usize,
    shape: &Shape,
    context: &Context,
    estimate: &Estimate,
    dictionary: &Dictionary,
) -> [f32; COUNT] {
    let candidate: &Candidate = &sentence.lattice.candidates[index];
    let (start, end) = (candidate.start as usize, candidate.end as usize);
    let posterior = sentence.posteriors[index].clamp(1e-4, 0.9999);
    let (mut order, mut next, mut options, mut total, mut best_context) = (0f32, 1e-4f32, 0f32, 0f32, 0f32);
    // Candidates are in order of their starts, and none is longer than a run can be.
    let from = sentence.lattice.candidates.partition_point(|other| (other.start as usize) + LONGEST_RUN <= start);
    for (other, candidate) in sentence.lattice.candidates.iter().enumerate().skip(from) {
        if candidate.start as usize >= end {
            break;
        }
        if start < candidate.end as usize {
            let p = sentence.posteriors[other];
            total += p;
            if other != index {
                best_context = best_context.max(candidate.context);
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
    let spun_lookup: Vec<u32> = words.iter().map(|word| word.lookup).collect();
    let before = sentence.before::<2>(start).map(|word| word.0);
    let after = sentence.after::<2>(end).map(|word| word.0);
    let frequency = |ids: &[u32]| ids.iter().map(|&id| dictionary.ngrams.unigram(id)).fold(0.0, f32::min);
    let (spun_score, spun_lowest) = score(dictionary, before, &spun, after);
    let (original_score, original_lowest) = score(dictionary, before, &candidate.ids, after);
    let left = |ids: &[u32]| {
        ids.first().map_or(0.0, |&id| dictionary.ngrams.pair(before[1], id) - dictionary.ngrams.unigram(id))
    };
    let right = |ids: &[u32]| {
        let last = ids.last().copied().unwrap_or(before[1]);
        dictionary.ngrams.pair(last, after[0]) - dictionary.ngrams.unigram(after[0])
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
        f32::from(u8::from(shape.title)),
        estimate.belief.rates[0],
        families[0],
        families[1],
        families[2],
        repeated,
        spun_changed,
        count.ln_1p(),
        (original_counts[0] as f32).ln_1p(),
        (original_counts[1] as f32).ln_1p(),
        dictionary.pack.readiness(lookup),
        side(start.checked_sub(1)),
        side(Some(end)),
        capital,
        options,
        spun_lowest,
        original_lowest,
        candidate.context,
        candidate.context - best_context,
        dictionary.pack.tell(lookup),
        candidate.pressure,
        sentence.expression(start, end, &candidate.ids, dictionary),
        sentence.expression(start, end, &spun_lookup, dictionary),
        f32::from(u8::from(shape.digits)),
        f32::from(u8::from(shape.after_capital)),
        f32::from(u8::from(shape.before_capital)),
    ]
}
