//! What the last decision looks at: one row of numbers for every candidate that the lattice finds likely.

use std::ops::Range;

use super::channel::{IdMap, Kinds, channel};
use super::lattice::Lattice;
use super::odds;
use super::prior::Estimate;
use crate::candidates::{Candidate, LONGEST_RUN, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::{Ngrams, Pair, bigram_key, trigram_key};
use crate::dictionary::pack::{ATTESTED, AUTHORED, INFLECTED, NAME, PART, PUBLISHED};
use crate::dictionary::usage::{FIGURES, Known};
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
    "agreement",
    "usage_pair",
    "usage_changed",
    "usage_original",
    "usage_seen",
    "encoder",
    "encoder_margin",
    "encoder_changed",
    "encoder_changed_least",
    "encoder_left_changed",
    "encoder_right_changed",
];
/// Number of features.
pub(crate) const COUNT: usize = 62;
/// Where the figures of what spinners were seen to do are.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning fills them in later"))]
pub(crate) const USAGE: Range<usize> = at("usage_pair")..at("usage_pair") + FIGURES;

/// Where the feature of a name is; of a name that there is not, it is no constant.
pub(crate) const fn at(name: &str) -> usize {
    let name = name.as_bytes();
    let mut at = 0;
    while at < COUNT {
        let known = NAMES[at].as_bytes();
        let mut same = 0;
        while same < name.len() && same < known.len() && name[same] == known[same] {
            same += 1;
        }
        if same == name.len() && same == known.len() {
            return at;
        }
        at += 1;
    }
    panic!("no feature has this name")
}

/// A run of words is looked at where a candidate for it has this posterior.
pub(crate) const LEAST: f32 = 0.2;
/// The posterior of the other candidates for such a run that are looked at, too.
pub(crate) const LEAST_OTHER: f32 = 0.05;

/// Candidates of this posterior or more are what the encoder reads and judges.
pub(crate) const LEAST_OFFERED: f32 = 0.02;
/// ln of the encoder's odds from which on such a candidate is looked at, too, whatever the lattice says.
pub(crate) const LEAST_FIT: f32 = -1.5;
/// The highest of such odds that counts among others.
const MOST_FIT: f32 = 20.0;

/// What the whole document contributes.
pub(crate) struct Context {
    /// How often each word stands in the document as it is, outside and inside quotation marks.
    counts: IdMap<u32, [u32; 2]>,
    /// Sum of posteriors of each (first spun word, reading).
    swaps: IdMap<(u32, Reading), f32>,
    /// Sum of posteriors of any change of a word.
    changed: IdMap<u32, f32>,
    /// Verbs after one subject and after several, by their ids.
    numbers: [[u32; 2]; NUMBERS.len()],
}

/// Verbs after one subject and after several.
const NUMBERS: [[&str; 2]; 4] = [["was", "were"], ["is", "are"], ["has", "have"], ["does", "do"]];

impl Context {
    /// Gathers a document's counts from its sentences and their posteriors.
    pub(crate) fn gather<'a>(
        sentences: impl Iterator<Item = (&'a [Word], &'a Lattice, &'a [f32])>,
        ngrams: &Ngrams,
    ) -> Self {
        let mut context = Self {
            counts: IdMap::default(),
            swaps: IdMap::default(),
            changed: IdMap::default(),
            numbers: NUMBERS.map(|verbs| verbs.map(|verb| ngrams.id(verb).unwrap_or(u32::MAX))),
        };
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

impl Context {
    /// How much likelier a verb is after a word than the same verb of the other number, in nats; 0 for other words.
    fn agreement(&self, before: u32, word: u32, ngrams: &Ngrams) -> f32 {
        let twin = self.numbers.iter().find_map(|&[one, several]| match word {
            _ if word == one => Some(several),
            _ if word == several => Some(one),
            _ => None,
        });
        twin.map_or(0.0, |twin| (ngrams.pair(before, word) - ngrams.pair(before, twin)).clamp(-5.0, 5.0))
    }
}

/// A sentence with what its neighboring words most probably were.
pub(crate) struct Sentence<'a> {
    words: &'a [Word],
    lattice: &'a Lattice,
    posteriors: &'a [f32],
    /// ln of the odds that each word was changed, by the encoder; empty where none read it.
    damage: &'a [f32],
    /// Rate of substitution outside quotation marks in its paragraph.
    rate: f32,
    /// Probability that each word was changed.
    changed: Vec<f32>,
    /// The likeliest candidate over each word, where changing it is likelier than not.
    decoded: Vec<Option<usize>>,
}

impl<'a> Sentence<'a> {
    pub(crate) fn new(
        words: &'a [Word],
        lattice: &'a Lattice,
        posteriors: &'a [f32],
        damage: &'a [f32],
        rate: f32,
    ) -> Self {
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
        Self { words, lattice, posteriors, damage, rate, changed, decoded }
    }

    /// Whether an encoder read it.
    fn is_heard(&self) -> bool {
        !self.damage.is_empty()
    }

    /// The words before a place, as decoded; each with its index where the text has it so.
    fn before(&self, place: usize) -> [(u32, Option<usize>); REACH] {
        let mut found = [(SENTENCE, None); REACH];
        let mut at = place;
        let mut left = REACH;
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
    fn after(&self, place: usize) -> [(u32, Option<usize>); REACH] {
        let mut found = [(END, None); REACH];
        let mut at = place;
        let mut have = 0;
        while have < REACH && at < self.words.len() {
            match self.decoded[at] {
                Some(index) if self.lattice.candidates[index].start as usize == at => {
                    let candidate = &self.lattice.candidates[index];
                    for &id in candidate.ids.iter() {
                        if have < REACH {
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

/// The words around a run as decoded, each with whether it has a capital where the text has it so.
#[derive(Clone, Copy)]
struct Neighbors {
    before: [(u32, Option<bool>); REACH],
    after: [(u32, Option<bool>); REACH],
    /// Whether an expression may start with each of the words before and the next one, that too before the run.
    opens: [bool; REACH - 1],
}

/// The longest fixed expression that a reading makes with its neighbors.
#[derive(Clone, Copy, Default)]
pub(crate) struct Expression {
    /// Its words, at least one of which is in the reading; 0 where there is none.
    length: usize,
    /// Which words of the reading have a capital in it, a bit for each from the lowest on. None have, unless the text
    /// has another of its words with its capital, and none without; or where it is all of the reading, and one of its
    /// words is hardly ever written otherwise. Where some are read in place of others, one that the text has must say
    /// that a name stands there: "Food" does in "Food and medication management", "Paris" does not in "Paris local
    /// weather settlement".
    pub(crate) capitals: u64,
    /// Likewise in an expression that is all of the reading, whatever its words.
    pub(crate) whole: u64,
}

impl Expression {
    fn find(around: &Neighbors, ids: &[u32], dictionary: &Dictionary) -> Self {
        let mut words = [(0, None); LONGEST_RUN + 2 * REACH];
        let own = REACH..REACH + ids.len();
        let words = &mut words[..own.end + REACH];
        words[..REACH].copy_from_slice(&around.before);
        words[own.clone()].iter_mut().zip(ids).for_each(|(word, &id)| word.0 = id);
        words[own.end..].copy_from_slice(&around.after);
        let mut found = Self::default();
        let mut cased = 0;
        for first in (0..own.end).filter(|&first| around.opens.get(first) != Some(&false)) {
            dictionary.pack.for_each_expression(words[first..].iter().map(|word| word.0), |length, capitals| {
                if first + length <= own.start {
                    return;
                }
                found.length = found.length.max(length);
                let has = |at: &usize| capitals >> (at - first) & 1 == 1;
                let is_proper = |id: u32| dictionary.ngrams.case(id).is_proper();
                let mut others = (first..first + length).filter(|at| !own.contains(at)).filter(has);
                let is_named = if (first..first + length) == own {
                    found.whole = if capitals.count_ones() > 1 { capitals } else { 0 };
                    found.whole != 0 && ids.iter().any(|&id| is_proper(id))
                } else {
                    let is_whole = others.clone().all(|at| words[at].1.is_some());
                    let tells = |at: usize| words[at].1 == Some(true) && (is_whole || !is_proper(words[at].0));
                    others.clone().any(tells) && others.all(|at| words[at].1 != Some(false))
                };
                if length > cased && is_named {
                    cased = length;
                    let from_own =
                        if first < REACH { capitals >> (REACH - first) } else { capitals << (first - REACH) };
                    found.capitals = from_own & ((1 << ids.len()) - 1);
                }
            });
        }
        found
    }
}

/// How well a reading fits what stands around it.
struct Fit {
    /// ln P of its words in their context, the two words after them included.
    score: f32,
    /// The lowest of the conditional probabilities.
    lowest: f32,
    /// ln of how much likelier the first word is after the word before it than anywhere.
    left: f32,
    /// Likewise the word after the last one.
    right: f32,
    /// ln P of the rarest word.
    frequency: f32,
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

/// The nearest two words on either side of a run.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    before: [u32; 2],
    after: [u32; 2],
}

/// How well readings fit what stands around them: the model is asked about all of a sentence at once. Good for any number
/// of sentences, one at a time.
#[derive(Default)]
pub(crate) struct Fits {
    /// The words of all readings, each with those around it.
    words: Vec<u32>,
    /// Where each of them is.
    runs: Vec<Range<usize>>,
    keys: Vec<u64>,
    /// What the model has for each of the words, but the last, and the next one.
    pairs: Vec<Pair>,
    triples: Vec<Option<f32>>,
    found: Vec<Fit>,
}

impl Fits {
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.runs.clear();
    }

    /// Adds a reading; gives the number of its fit.
    pub(crate) fn add(&mut self, around: &Around, ids: &[u32]) -> usize {
        let start = self.words.len();
        self.words.extend(around.before.iter().chain(ids).chain(&around.after));
        self.runs.push(start..self.words.len());
        self.runs.len() - 1
    }

    /// Works out how well the readings fit.
    pub(crate) fn find(&mut self, ngrams: &Ngrams) {
        let Self { words, runs, keys, pairs, triples, found } = self;
        keys.clear();
        // Those where one reading ends and the next one starts are of no use, and of no matter.
        keys.extend(words.windows(2).map(|two| bigram_key(two[0], two[1])));
        pairs.clear();
        ngrams.bigrams(keys, |pair| pairs.push(pair));
        // The words that have two before them. The sentence's end is the last word; nothing follows it.
        let scored = |run: &Range<usize>| run.start + 2..run.end - usize::from(words[run.end - 2] == END);
        keys.clear();
        for at in runs.iter().flat_map(scored) {
            if pairs[at - 2].is_some() && pairs[at - 1].is_some() {
                keys.push(trigram_key(words[at - 2], words[at - 1], words[at]));
            }
        }
        triples.clear();
        ngrams.trigrams(keys, |triple| triples.push(triple));
        let mut triples = triples.iter().copied();
        let fit = |run: &Range<usize>| {
            let (mut score, mut lowest) = (0f32, 0f32);
            for at in scored(run) {
                let backoff = pairs[at - 2].map(|pair| pair.1);
                let whole = || triples.next().flatten();
                let here = ngrams.backed_off([words[at - 1], words[at]], backoff, pairs[at - 1], whole);
                score += here;
                lowest = lowest.min(here);
            }
            let gain =
                |at: usize| ngrams.pair_or_alone(words[at - 1], words[at], pairs[at - 1]) - ngrams.unigram(words[at]);
            let (first, after) = (run.start + 2, run.end - 2);
            Fit {
                score,
                lowest,
                left: if first == after { 0.0 } else { gain(first) },
                right: gain(after),
                frequency: words[first..after].iter().map(|&id| ngrams.unigram(id)).fold(0.0, f32::min),
            }
        };
        found.clear();
        found.extend(runs.iter().map(fit));
    }
}

/// A run of words that has candidates, with what is the same for all of them.
pub(crate) struct Place {
    start: usize,
    end: usize,
    pub(crate) around: Around,
    /// Index, posterior, context score and fit of every candidate that overlaps the run.
    rivals: Vec<(usize, f32, f32, f32)>,
    /// The number of the fit of the words as they stand.
    spun: usize,
    expression: f32,
    neighbors: Neighbors,
    shape: Shape,
}

impl Place {
    /// `capital` says of the sentence's words whether they have a capital that no sentence's start gives them.
    pub(crate) fn new(
        sentence: &Sentence<'_>,
        (start, end): (usize, usize),
        shape: Shape,
        capital: impl Fn(usize) -> bool,
        dictionary: &Dictionary,
        fits: &mut Fits,
    ) -> Self {
        let candidates = &sentence.lattice.candidates;
        // Candidates are in order of their starts, and none is longer than a run can be.
        let from = candidates.partition_point(|other| (other.start as usize) + LONGEST_RUN <= start);
        let near = candidates[from..].iter().zip(from..).take_while(|(candidate, _)| (candidate.start as usize) < end);
        let rivals = near
            .filter(|(candidate, _)| start < candidate.end as usize)
            .map(|(candidate, other)| (other, sentence.posteriors[other], candidate.context, candidate.fit));
        let (mut model, mut lookup) = ([0; LONGEST_RUN], [0; LONGEST_RUN]);
        let words = &sentence.words[start..end];
        for (at, word) in words.iter().enumerate() {
            (model[at], lookup[at]) = (word.model, word.lookup);
        }
        let shown = |(id, at): (u32, Option<usize>)| (id, at.map(&capital));
        let (before, after) = (sentence.before(start).map(shown), sentence.after(end).map(shown));
        let opens = std::array::from_fn(|at| dictionary.pack.opens_expression(before[at].0, before[at + 1].0));
        let neighbors = Neighbors { before, after, opens };
        let before = [REACH - 2, REACH - 1].map(|at| neighbors.before[at].0);
        let after = [0, 1].map(|at| neighbors.after[at].0);
        let around = Around { before, after };
        Self {
            start,
            end,
            around,
            rivals: rivals.collect(),
            spun: fits.add(&around, &model[..words.len()]),
            expression: Expression::find(&neighbors, &lookup[..words.len()], dictionary).length as f32,
            neighbors,
            shape,
        }
    }

    /// Whether it is this run.
    pub(crate) fn is(&self, candidate: &Candidate) -> bool {
        (self.start, self.end) == (candidate.start as usize, candidate.end as usize)
    }
}

/// What is the same for all candidates of a passage.
pub(crate) struct Ground<'a> {
    pub(crate) context: Context,
    pub(crate) kinds: &'a Kinds,
    pub(crate) estimate: &'a Estimate,
    pub(crate) dictionary: &'a Dictionary,
}

/// The features of one candidate, whose run is `place`, whose fit has the number `original`, and of whose usage that is
/// known, and the fixed expression that it is part of.
pub(crate) fn features(
    sentence: &Sentence<'_>,
    index: usize,
    place: &Place,
    (fits, original): (&Fits, usize),
    known: &Known,
    ground: &Ground<'_>,
) -> ([f32; COUNT], Expression) {
    let Ground { context, kinds, estimate, dictionary } = ground;
    let candidate: &Candidate = &sentence.lattice.candidates[index];
    let &Place { start, end, around, spun, .. } = place;
    let (spun, original) = (&fits.found[spun], &fits.found[original]);
    let posterior = sentence.posteriors[index].clamp(1e-4, 0.9999);
    let (mut order, mut next, mut options, mut total, mut best_context) = (0f32, 1e-4f32, 0f32, 0f32, 0f32);
    // What stands there and the other candidates that the encoder was offered, by its odds.
    let mut others = 1f32;
    for &(other, p, context, fit) in &place.rivals {
        total += p;
        if other != index {
            best_context = best_context.max(context);
            if sentence.is_heard() && p >= LEAST_OFFERED {
                others += fit.min(MOST_FIT).exp();
            }
            if p > posterior {
                order += 1.0;
            }
            next = next.max(p);
            options += f32::from(u8::from(p > LEAST));
        }
    }
    let families = &estimate.belief.families;
    let usage = known.figures(families);
    let best = candidate.codes.best().max(-14.0);
    let words = &sentence.words[start..end];
    let lookup = words[0].lookup;
    let expression = Expression::find(&place.neighbors, &candidate.ids, dictionary);
    let own = posterior;
    let repeated = context.swaps.get(&(lookup, candidate.reading)).copied().unwrap_or(0.0) - own;
    let count = context.counts.get(&lookup).map_or(1, |count| count[0] + count[1]) as f32;
    let spun_changed = context.changed.get(&lookup).copied().unwrap_or(0.0) / count;
    let original_counts = match candidate.ids[..] {
        [id] => context.counts.get(&id).copied().unwrap_or_default(),
        _ => [0, 0],
    };
    let side = |at: Option<usize>| at.and_then(|at| sentence.changed.get(at)).copied().unwrap_or(0.0).min(1.0);
    let damage = |at: Option<usize>| at.and_then(|at| sentence.damage.get(at)).copied().unwrap_or(0.0);
    let inside = sentence.damage.get(start..end).unwrap_or_default();
    let flag = |bit: u8| f32::from(u8::from(candidate.flags & bit != 0));
    let capital = match candidate.ids[..] {
        [id] => 1.0 - dictionary.ngrams.case(id).lower,
        _ => 0.0,
    };
    let features = [
        odds::ln_odds(posterior),
        total.min(1.0),
        order,
        (posterior / next).ln(),
        channel(kinds.weights(sentence.lattice.kinds[index]), families),
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
        spun.frequency,
        original.frequency,
        original.score - spun.score,
        spun.left,
        spun.right,
        original.left,
        original.right,
        f32::from(u8::from(words[0].quoted)),
        f32::from(u8::from(start == 0)),
        f32::from(u8::from(place.shape.title)),
        sentence.rate,
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
        spun.lowest,
        original.lowest,
        candidate.context,
        candidate.context - best_context,
        dictionary.pack.tell(lookup),
        candidate.pressure,
        expression.length as f32,
        place.expression,
        f32::from(u8::from(place.shape.digits)),
        f32::from(u8::from(place.shape.after_capital)),
        f32::from(u8::from(place.shape.before_capital)),
        candidate.ids.first().map_or(0.0, |&word| context.agreement(around.before[1], word, &dictionary.ngrams)),
        usage[0],
        usage[1],
        usage[2],
        usage[3],
        candidate.fit,
        if sentence.is_heard() { candidate.fit - others.ln() } else { 0.0 },
        inside.iter().sum::<f32>() / inside.len().max(1) as f32,
        inside.iter().copied().reduce(f32::min).unwrap_or(0.0),
        damage(start.checked_sub(1)),
        damage(Some(end)),
    ];
    (features, expression)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_learning_fills_in_is_where_it_is_named() {
        assert!(NAMES[USAGE].iter().all(|name| name.starts_with("usage_")), "{:?}", &NAMES[USAGE]);
        assert_eq!(NAMES.iter().filter(|name| name.starts_with("usage_")).count(), USAGE.len());
    }
}
