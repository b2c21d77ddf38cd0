//! All readings of a sentence, scored by the language model, with forward and backward sums over them.
//!
//! States are the last two words of a reading at a place between words; edges are kept words and candidates. The
//! language model's part of an edge is worked out once; rates and families only reweigh the edges, so that the
//! document's rate can be estimated without asking the model again.

use super::channel::Kinds;
use crate::candidates::{Candidate, LONGEST_RUN, Word};
use crate::dictionary::ngrams::{HIGHEST_BACKOFF, Ngrams, Pair, bigram_key, trigram_key};
use crate::text::key::{END, SENTENCE};

/// Fixed weights of the parts of a reading's score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    /// Of the language model against the channel.
    pub(crate) language: f32,
    /// Of the channel.
    pub(crate) channel: f32,
    /// Of the context scorer.
    pub(crate) context: f32,
    /// Nats for every word of a reading: makes up for what each word costs.
    pub(crate) word: f32,
    /// States kept at a place.
    pub(crate) states: usize,
    /// Nats below the best state at which a state is dropped.
    pub(crate) beam: f32,
    /// Candidates that start at one word for which the language model is asked, by channel and context alone.
    pub(crate) asked: usize,
    /// Candidates kept of them.
    pub(crate) candidates: usize,
    /// Nats that a candidate may be behind the words that stand there, as far as the nearest words tell, and be kept.
    pub(crate) behind: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            language: 0.35,
            channel: 0.8,
            context: 0.6,
            word: 0.7,
            states: 3,
            beam: 3.5,
            asked: 5,
            candidates: 3,
            behind: 2.0,
        }
    }
}

/// What is believed of the document while its sentences are weighed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Belief {
    /// Rate of substitution outside and inside quotation marks.
    pub(crate) rates: [f32; 2],
    /// Share of each family.
    pub(crate) families: [f32; 4],
}

#[derive(Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    /// Index of the candidate, or [`KEEP`].
    candidate: u32,
    /// What does not depend on the belief: language model, words, context scorer; relative to the base scores of the
    /// places it joins, not logarithmic.
    factor: f32,
}

const KEEP: u32 = u32::MAX;

/// The readings of one sentence.
pub(crate) struct Lattice {
    pub(crate) candidates: Vec<Candidate>,
    /// The kind of every candidate's channel.
    pub(crate) kinds: Vec<u32>,
    /// Edges in the order of the places they leave.
    edges: Vec<Edge>,
    /// Which place each state stands at.
    places: Vec<u16>,
    /// Score, in nats, that all values at the last place are relative to.
    base: f32,
    /// The language model's score of the sentence as it stands, weighted.
    pub(crate) kept: f32,
    /// Per word: readiness of the word to be swapped, and whether it stands in quotation marks.
    words: Vec<(f32, bool)>,
}

/// Sums over all readings of a sentence.
#[derive(Default)]
pub(crate) struct Sums {
    /// ln of the sum of all readings.
    pub(crate) total: f32,
    /// Posterior probability of every candidate.
    pub(crate) posterior: Vec<f32>,
}

/// Room for the sums, to be used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    keep: Vec<f64>,
    swap: Vec<f64>,
    forward: Vec<f64>,
    backward: Vec<f64>,
}

impl Lattice {
    /// Builds the lattice of a sentence from its candidates, which are in the order of their starts. `readiness` tells
    /// how readily each of its words is swapped; `standing` is what the model has for each of its words, and for its end,
    /// after the one before.
    pub(crate) fn build(
        builder: &mut Builder<'_>,
        sentence: &[Word],
        candidates: Vec<Candidate>,
        kinds: &mut Kinds,
        readiness: impl Fn(u32) -> f32,
        standing: &[Pair],
        belief: &Belief,
    ) -> Self {
        let n = sentence.len();
        let weights = builder.weights;
        let words: Vec<(f32, bool)> = sentence.iter().map(|word| (readiness(word.lookup), word.quoted)).collect();
        builder.start(n);
        let mut next = 0;
        let mut steps: Vec<Step<'_>> = Vec::new();
        let models: Vec<[u32; 1]> = sentence.iter().map(|word| [word.model]).collect();
        for (place, word) in models.iter().enumerate() {
            builder.narrow(place);
            let own_rate = belief.rates[usize::from(words[place].1)];
            let keep = keep_weight(own_rate, words[place].0);
            steps.clear();
            steps.push(Step::new(place + 1, word, KEEP, 0.0, keep, weights));
            while let Some(candidate) = candidates.get(next).filter(|candidate| candidate.start as usize == place) {
                let outer = own_rate.max(1e-6).ln() + weights.channel * candidate.channel;
                let context = weights.context * candidate.context;
                steps.push(Step::new(candidate.end as usize, &candidate.ids, next as u32, context, outer, weights));
                next += 1;
            }
            builder.look_up(&mut steps);
            steps.iter().for_each(|step| builder.extend(step));
        }
        builder.narrow(n);
        builder.close(n + 1);
        let base = builder.best[n + 1];
        // Values relative to the best score of their place stay within reach of plain numbers.
        let places: Vec<u16> = builder.states.iter().map(|state| state.place).collect();
        // No reading goes on from a state that was dropped.
        builder.edges.retain(|edge| builder.live[edge.to as usize]);
        let relative = |edge: &Edge| {
            let (from, to) = (places[edge.from as usize], places[edge.to as usize]);
            let factor = (edge.factor + builder.best[from as usize] - builder.best[to as usize]).exp();
            Edge { factor, ..*edge }
        };
        let edges = builder.edges.iter().map(relative).collect();
        let kept = weights.language * builder.as_it_stands(sentence, standing) + weights.word * n as f32;
        let kinds = candidates.iter().map(|candidate| kinds.number(candidate.codes)).collect();
        Self { candidates, kinds, edges, places, base, kept, words }
    }

    /// Sums over all readings under a belief, where `swaps` are the weights of every kind of candidate.
    ///
    /// Cost: some nanoseconds an edge.
    pub(crate) fn sum(&self, belief: &Belief, swaps: &[f32], scratch: &mut Scratch, sums: &mut Sums) {
        let Scratch { keep, swap, forward, backward } = scratch;
        keep.clear();
        keep.extend(
            self.words
                .iter()
                .map(|&(readiness, quoted)| f64::from(keep_weight(belief.rates[usize::from(quoted)], readiness).exp())),
        );
        keep.push(1.0);
        swap.clear();
        swap.extend(self.candidates.iter().zip(&self.kinds).map(|(candidate, &kind)| {
            let quoted = self.words[candidate.start as usize].1;
            f64::from(belief.rates[usize::from(quoted)] * swaps[kind as usize])
        }));
        let outer = |edge: &Edge| {
            if edge.candidate == KEEP {
                keep[self.places[edge.from as usize] as usize]
            } else {
                swap[edge.candidate as usize]
            }
        };
        let posterior = &mut sums.posterior;
        posterior.clear();
        let Some(end) = self.edges.last().map(|edge| edge.to as usize) else { return };
        posterior.resize(self.candidates.len(), 0.0);
        for values in [&mut *forward, &mut *backward] {
            values.clear();
            values.resize(self.places.len(), 0.0);
        }
        forward[0] = 1.0;
        for edge in &self.edges {
            forward[edge.to as usize] += forward[edge.from as usize] * f64::from(edge.factor) * outer(edge);
        }
        backward[end] = 1.0;
        let total = forward[end].max(f64::MIN_POSITIVE);
        for edge in self.edges.iter().rev() {
            let value = f64::from(edge.factor) * outer(edge) * backward[edge.to as usize];
            backward[edge.from as usize] += value;
            if edge.candidate != KEEP {
                posterior[edge.candidate as usize] += (forward[edge.from as usize] * value / total) as f32;
            }
        }
        sums.total = total.ln() as f32 + self.base;
    }

    /// Words outside and inside quotation marks, each weighed by its readiness.
    pub(crate) fn exposure(&self) -> [f32; 2] {
        let mut exposure = [0.0; 2];
        for &(readiness, quoted) in &self.words {
            exposure[usize::from(quoted)] += readiness.min(1.5);
        }
        exposure
    }

    /// Whether a candidate starts inside quotation marks.
    pub(crate) fn quoted(&self, candidate: &Candidate) -> bool {
        self.words[candidate.start as usize].1
    }
}

/// ln of the probability that a word was left as it was.
fn keep_weight(rate: f32, readiness: f32) -> f32 {
    (1.0 - (rate * readiness).min(0.9)).ln()
}

#[derive(Clone, Copy)]
struct State {
    words: [u32; 2],
    /// Back-off weight of its two words, where the model holds the pair.
    pair: Option<f32>,
    /// Best score of a reading that leads here.
    score: f32,
    place: u16,
}

/// The most, in nats, that two back-off weights add to a word.
const MOST_BACKOFF: f32 = 2.0 * HIGHEST_BACKOFF;

/// One reading of a run of words, on the way from one place to another.
struct Step<'c> {
    to_place: usize,
    ids: &'c [u32],
    candidate: u32,
    /// Goes into the edges' factors.
    fixed: f32,
    /// Depends on the belief and only guides the search.
    outer: f32,
    /// What its words get for being words.
    words: f32,
    /// The most, in nats, that it adds to a score.
    most: f32,
    /// Where what was looked up for it starts.
    asked: usize,
}

impl<'c> Step<'c> {
    fn new(to_place: usize, ids: &'c [u32], candidate: u32, fixed: f32, outer: f32, weights: &Weights) -> Self {
        let words = weights.word * ids.len() as f32;
        // No word is likelier than certain, but for what the quantized back-off weights add.
        let most = words + fixed + outer + weights.language * MOST_BACKOFF * ids.len() as f32 + 0.01;
        Self { to_place, ids, candidate, fixed, outer, words, most, asked: 0 }
    }
}

/// What the model says of the second and later words of a run.
struct Inner {
    /// The pair of the first two words.
    second: Option<(f32, f32)>,
    /// ln P of the third word and those after it.
    others: [f32; LONGEST_RUN],
    count: usize,
    /// The last two words.
    window: [u32; 2],
    /// Back-off weight of the last two words, where the model holds the pair.
    held: Option<f32>,
}

/// What lattices are built with, one after the other: the search, and room for it.
pub(crate) struct Builder<'m> {
    ngrams: &'m Ngrams,
    weights: &'m Weights,
    /// States at every place, each with its words as one number.
    list: Vec<Vec<(u64, u32)>>,
    states: Vec<State>,
    /// Which states readings go on from.
    live: Vec<bool>,
    /// Best score at every place.
    best: Vec<f32>,
    /// What the model has for the word at hand after each of the states at hand: the pair, and all three.
    pairs: Vec<Pair>,
    triples: Vec<Option<f32>>,
    /// The states and words that are asked about.
    asks: Vec<(u32, u32)>,
    keys: Vec<u64>,
    found: Vec<Option<f32>>,
    /// The states at hand, the best first.
    here: Vec<u32>,
    /// Edges in the order of the places they leave, with the language model's score for a factor.
    edges: Vec<Edge>,
}

impl<'m> Builder<'m> {
    pub(crate) fn new(ngrams: &'m Ngrams, weights: &'m Weights) -> Self {
        Self {
            ngrams,
            weights,
            list: Vec::new(),
            states: Vec::new(),
            live: Vec::new(),
            best: Vec::new(),
            pairs: Vec::new(),
            triples: Vec::new(),
            asks: Vec::new(),
            keys: Vec::new(),
            found: Vec::new(),
            here: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// Starts on a sentence of `n` words.
    fn start(&mut self, n: usize) {
        self.list.iter_mut().for_each(Vec::clear);
        self.list.resize(self.list.len().max(n + 2), Vec::new());
        self.best.clear();
        self.best.resize(n + 2, f32::NEG_INFINITY);
        self.states.clear();
        self.live.clear();
        self.edges.clear();
        let first = self.state(0, [SENTENCE, SENTENCE], None, 0.0);
        self.live[first as usize] = true;
    }

    /// ln P of a sentence's words, and of its end.
    fn as_it_stands(&mut self, sentence: &[Word], standing: &[Pair]) -> f32 {
        let id = |at: usize| sentence.get(at).map_or(END, |word| word.model);
        let before = |at: usize| at.checked_sub(1).map_or(SENTENCE, id);
        // What the model has for the pair of the two words before a place.
        let held = |at: usize| if at == 0 { self.ngrams.bigram(SENTENCE, SENTENCE) } else { standing[at - 1] };
        self.keys.clear();
        for (at, pair) in standing.iter().enumerate() {
            if pair.is_some() && held(at).is_some() {
                self.keys.push(trigram_key(if at > 1 { id(at - 2) } else { SENTENCE }, before(at), id(at)));
            }
        }
        self.found.clear();
        self.ngrams.trigrams(&self.keys, |triple| self.found.push(triple));
        let mut found = self.found.iter().copied();
        let mut sum = 0.0;
        for (at, &pair) in standing.iter().enumerate() {
            let backoff = held(at).map(|held| held.1);
            sum += self.ngrams.backed_off([before(at), id(at)], backoff, pair, || found.next().flatten());
        }
        sum
    }

    /// Adds the edges of one reading of a run of words from all states of a place.
    fn extend(&mut self, step: &Step<'_>) {
        let &Step { to_place, ids, candidate, fixed, outer, words, .. } = step;
        let mut inner: Option<Inner> = None;
        for at in 0..self.here.len() {
            let from = self.here[at];
            let State { words: before, pair, score, .. } = self.states[from as usize];
            if !self.reaches(from, step) {
                break;
            }
            let (mut window, mut held, mut language) = (before, pair, 0.0);
            if let Some(&first) = ids.first() {
                let next = self.pairs[step.asked + at];
                language = self.ngrams.backed_off([before[1], first], pair, next, || self.triples[step.asked + at]);
                (window, held) = ([before[1], first], next.map(|next| next.1));
            }
            if let Some(&second) = ids.get(1) {
                let inner = inner.get_or_insert_with(|| self.inner(ids));
                language += self.log_prob(window, held, second, inner.second);
                inner.others[..inner.count].iter().for_each(|other| language += other);
                (window, held) = (inner.window, inner.held);
            }
            let factor = self.weights.language * language + words + fixed;
            let total = score + factor + outer;
            if total < self.best[to_place] - self.weights.beam {
                continue;
            }
            let to = self.state(to_place, window, held, total);
            self.edges.push(Edge { from, to, candidate, factor });
        }
    }

    /// Whether a step from a state can come within reach of the best state of the place that it leads to. States come
    /// best first, so that those after one that is out of reach are so too.
    fn reaches(&self, from: u32, step: &Step<'_>) -> bool {
        self.states[from as usize].score + step.most >= self.best[step.to_place] - self.weights.beam
    }

    /// What the model says within a run of two words or more.
    fn inner(&self, ids: &[u32]) -> Inner {
        let second = self.ngrams.bigram(ids[0], ids[1]);
        let mut inner = Inner { second, others: [0.0; LONGEST_RUN], count: 0, window: [ids[0], ids[1]], held: None };
        inner.held = second.map(|pair| pair.1);
        for &id in &ids[2..] {
            let next = self.ngrams.bigram(inner.window[1], id);
            inner.others[inner.count] = self.log_prob(inner.window, inner.held, id, next);
            inner.count += 1;
            inner.window = [inner.window[1], id];
            inner.held = next.map(|next| next.1);
        }
        inner
    }

    /// Joins the states of the last place in one.
    fn close(&mut self, place: usize) {
        for at in 0..self.here.len() {
            let from = self.here[at];
            let State { words, pair, score, .. } = self.states[from as usize];
            let next = self.ngrams.bigram(words[1], END);
            let factor = self.weights.language * self.log_prob(words, pair, END, next);
            let to = self.state(place, [END, END], None, score + factor);
            self.live[to as usize] = true;
            self.edges.push(Edge { from, to, candidate: KEEP, factor });
        }
    }

    /// Looks up what the model has for the first word of every step after the states that it may leave: with the last
    /// word, and with both where the model holds both pairs.
    fn look_up(&mut self, steps: &mut [Step<'_>]) {
        let (mut keys, mut asks) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.asks));
        asks.clear();
        for step in steps.iter_mut() {
            step.asked = asks.len();
            let Some(&first) = step.ids.first() else { continue };
            let states = self.here.iter().take_while(|&&from| self.reaches(from, step));
            asks.extend(states.map(|&from| (from, first)));
        }
        keys.clear();
        keys.extend(asks.iter().map(|&(from, first)| bigram_key(self.states[from as usize].words[1], first)));
        self.pairs.clear();
        self.ngrams.bigrams(&keys, |pair| self.pairs.push(pair));
        keys.clear();
        let held = |state: &State, pair: &Option<(f32, f32)>| state.pair.is_some() && pair.is_some();
        for (&(from, first), pair) in asks.iter().zip(&self.pairs) {
            let state = &self.states[from as usize];
            if held(state, pair) {
                keys.push(trigram_key(state.words[0], state.words[1], first));
            }
        }
        self.found.clear();
        self.ngrams.trigrams(&keys, |triple| self.found.push(triple));
        let mut found = self.found.iter().copied();
        self.triples.clear();
        for (&(from, _), pair) in asks.iter().zip(&self.pairs) {
            let whole = if held(&self.states[from as usize], pair) { found.next().flatten() } else { None };
            self.triples.push(whole);
        }
        (self.keys, self.asks) = (keys, asks);
    }

    /// As [`Ngrams::log_prob`], with both pairs looked up already.
    fn log_prob(&self, window: [u32; 2], held: Option<f32>, id: u32, pair: Option<(f32, f32)>) -> f32 {
        self.ngrams.backed_off([window[1], id], held, pair, || self.ngrams.trigram(window[0], window[1], id))
    }

    fn state(&mut self, place: usize, words: [u32; 2], pair: Option<f32>, score: f32) -> u32 {
        self.best[place] = self.best[place].max(score);
        let key = joined(words);
        if let Some(&(_, id)) = self.list[place].iter().find(|known| known.0 == key) {
            let state = &mut self.states[id as usize];
            state.score = state.score.max(score);
            return id;
        }
        let id = self.states.len() as u32;
        self.states.push(State { words, pair, score, place: place as u16 });
        self.live.push(false);
        self.list[place].push((key, id));
        id
    }

    /// Goes on to the best states of a place.
    fn narrow(&mut self, place: usize) {
        let Self { here, list, states, live, .. } = self;
        let score = |id: u32| states[id as usize].score;
        let least = self.best[place] - self.weights.beam;
        here.clear();
        here.extend(list[place].iter().map(|state| state.1).filter(|&id| score(id) >= least));
        here.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        here.truncate(self.weights.states);
        here.iter().for_each(|&id| live[id as usize] = true);
    }
}

/// Two words as one number.
fn joined(words: [u32; 2]) -> u64 {
    u64::from(words[0]) << 32 | u64::from(words[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::{Ids, Reading};
    use crate::dictionary::Dictionary;
    use crate::dictionary::pack::Codes;

    /// A sentence with its candidates under a belief, as far as its readings are concerned.
    struct Table<'t> {
        ngrams: &'t Ngrams,
        weights: &'t Weights,
        belief: &'t Belief,
        sentence: &'t [Word],
        candidates: &'t [Candidate],
    }

    impl Table<'_> {
        /// The language model's part of a reading.
        fn language(&self, ids: &[u32]) -> f64 {
            let all = [&[SENTENCE, SENTENCE], ids, &[END]].concat();
            let sum: f32 = all.windows(3).map(|three| self.ngrams.log_prob(three[0], three[1], three[2])).sum();
            f64::from(self.weights.language * sum + self.weights.word * ids.len() as f32)
        }

        /// Calls `visit` with the probability of every reading from a place on and the candidates in it.
        fn readings(&self, place: usize, ids: &[u32], used: &[usize], p: f64, visit: &mut impl FnMut(f64, &[usize])) {
            let Some(word) = self.sentence.get(place) else { return visit(p * self.language(ids).exp(), used) };
            let rate = self.belief.rates[usize::from(word.quoted)];
            let kept = f64::from(1.0 - rate * readiness(word.lookup));
            self.readings(place + 1, &[ids, &[word.model]].concat(), used, p * kept, visit);
            for (at, candidate) in self.candidates.iter().enumerate().filter(|one| one.1.start as usize == place) {
                let weights = candidate.codes.weights().map(|weight| weight.map_or(0.0, f32::exp));
                let mixed: f32 = weights.iter().zip(self.belief.families).map(|(weight, share)| weight * share).sum();
                let swapped =
                    rate * mixed.powf(self.weights.channel) * (self.weights.context * candidate.context).exp();
                let (ids, used) = ([ids, &candidate.ids].concat(), [used, &[at]].concat());
                self.readings(candidate.end as usize, &ids, &used, p * f64::from(swapped), visit);
            }
        }
    }

    fn readiness(word: u32) -> f32 {
        0.5 + (word % 4) as f32 / 4.0
    }

    #[test]
    fn sums_are_those_of_all_readings() {
        let ngrams = Dictionary::builtin().ngrams;
        let id = |word: &str| ngrams.id(word).expect("a common word");
        let words = ["the", "navy", "would", "stay", "here"];
        let sentence: Vec<Word> = (0..)
            .zip(words)
            .map(|(token, word)| Word {
                model: id(word),
                lookup: id(word),
                token,
                quoted: token > 2,
                fixed: false,
                held: 0,
                prefixed: false,
                barrier: false,
                capital: false,
                lettered: true,
            })
            .collect();
        let candidate = |start: usize, length: usize, original: &str, codes: [Option<f32>; 4], context: f32| {
            let ids = Ids::new(original.split_whitespace().map(id));
            let reading = Reading::Original(0);
            Candidate { context, ..Candidate::new(start, length, reading, ids, Codes::of(codes)) }
        };
        let candidates = vec![
            candidate(1, 1, "military", [Some(-1.0), Some(-2.0), None, Some(-3.0)], 0.7),
            candidate(1, 1, "armed forces", [Some(-2.0), None, None, Some(-1.0)], -0.4),
            candidate(1, 3, "ships remain", [None, Some(-0.5), None, None], 0.0),
            candidate(2, 2, "stayed", [Some(-1.5); 4], 0.3),
            candidate(3, 1, "remain", [Some(-1.0); 4], 0.2),
            candidate(4, 1, "", [Some(-4.0), None, Some(-2.0), None], 0.0),
        ];
        // Nothing is left out of the search.
        let weights = Weights { states: usize::MAX, beam: f32::INFINITY, ..Weights::default() };
        let before = |at: usize| if at == 0 { SENTENCE } else { sentence[at - 1].model };
        let standing: Vec<Pair> = (0..=words.len())
            .map(|at| ngrams.bigram(before(at), sentence.get(at).map_or(END, |word| word.model)))
            .collect();
        let mut builder = Builder::new(&ngrams, &weights);
        let mut kinds = Kinds::default();
        let start = Belief { rates: [0.2, 0.05], families: [0.4, 0.25, 0.25, 0.1] };
        let lattice =
            Lattice::build(&mut builder, &sentence, candidates.clone(), &mut kinds, readiness, &standing, &start);
        let other = Belief { rates: [0.5, 0.3], families: [0.1, 0.2, 0.0, 0.7] };
        for belief in [start, other] {
            let (candidates, sentence) = (&candidates[..], &sentence[..]);
            let table = Table { ngrams: &ngrams, weights: &weights, belief: &belief, sentence, candidates };
            let (mut total, mut posterior) = (0.0, [0.0; 6]);
            table.readings(0, &[], &[], 1.0, &mut |p, used| {
                total += p;
                used.iter().for_each(|&at| posterior[at] += p);
            });
            let swaps = kinds.mixed(&belief.families, weights.channel);
            let mut sums = Sums::default();
            lattice.sum(&belief, &swaps, &mut Scratch::default(), &mut sums);
            assert!((f64::from(sums.total) - f64::ln(total)).abs() < 1e-3, "{} for {}", sums.total, f64::ln(total));
            for (got, expected) in sums.posterior.iter().zip(posterior) {
                assert!((f64::from(*got) - expected / total).abs() < 1e-4, "{got} for {}", expected / total);
            }
            assert_eq!(sums.posterior.len(), posterior.len());
            let ids: Vec<u32> = sentence.iter().map(|word| word.model).collect();
            assert!((f64::from(lattice.kept) - table.language(&ids)).abs() < 1e-3, "{}", lattice.kept);
        }
    }
}
