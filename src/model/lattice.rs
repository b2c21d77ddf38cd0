//! All readings of a sentence, scored by the language model, with forward and backward sums over them.
//!
//! States are the last two words of a reading at a place between words; edges are kept words and candidates. The
//! language model's part of an edge is worked out once; rates and families only reweigh the edges, so that the
//! document's rate can be estimated without asking the model again.

use crate::candidates::{Candidate, Word};
use crate::dictionary::ngrams::Ngrams;
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
    /// Candidates kept that start at one word.
    pub(crate) candidates: usize,
}

impl Default for Weights {
    fn default() -> Self {
        Self { language: 0.35, channel: 0.8, context: 0.6, word: 0.7, states: 6, beam: 5.0, candidates: 8 }
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
    /// ln-free weights of every candidate's families, to be mixed.
    families: Vec<[f32; 4]>,
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

/// ln of the channel's part of a candidate under a mix of families.
pub(crate) fn channel(weights: &[Option<f32>; 4], families: &[f32; 4], scale: f32) -> f32 {
    let sum: f32 =
        weights.iter().zip(families).map(|(weight, share)| weight.map_or(0.0, |weight| share * weight.exp())).sum();
    scale * sum.max(1e-9).ln()
}

impl Lattice {
    /// Builds the lattice of a sentence. `readiness` tells how readily each of its words is swapped.
    pub(crate) fn build(
        sentence: &[Word],
        mut candidates: Vec<Candidate>,
        readiness: impl Fn(u32) -> f32,
        ngrams: &Ngrams,
        weights: &Weights,
        belief: &Belief,
    ) -> Self {
        prune(sentence, &mut candidates, ngrams, weights, belief);
        let n = sentence.len();
        let words: Vec<(f32, bool)> = sentence.iter().map(|word| (readiness(word.lookup), word.quoted)).collect();
        let mut builder = Builder::new(n, ngrams, weights);
        let mut edges: Vec<Edge> = Vec::with_capacity(n * 24);
        let mut next = 0;
        for (place, word) in sentence.iter().enumerate() {
            let here = builder.narrow(place);
            let own_rate = belief.rates[usize::from(words[place].1)];
            let keep = keep_weight(own_rate, words[place].0);
            builder.extend(&here, place + 1, &[word.model], KEEP, 0.0, keep, &mut edges);
            while let Some(candidate) = candidates.get(next).filter(|candidate| candidate.start as usize == place) {
                let outer = own_rate.max(1e-6).ln() + channel(&candidate.weights, &belief.families, weights.channel);
                let context = weights.context * candidate.context;
                builder.extend(&here, candidate.end as usize, &candidate.ids, next as u32, context, outer, &mut edges);
                next += 1;
            }
        }
        let last = builder.narrow(n);
        builder.close(&last, n + 1, &mut edges);
        let base = builder.best[n + 1];
        // Values relative to the best score of their place stay within reach of plain numbers.
        let places: Vec<u16> = builder.states.iter().map(|state| state.place).collect();
        for edge in &mut edges {
            let (from, to) = (places[edge.from as usize], places[edge.to as usize]);
            edge.factor = (edge.factor + builder.best[from as usize] - builder.best[to as usize]).exp();
        }
        let (mut window, mut kept) = ([SENTENCE, SENTENCE], 0.0);
        for id in sentence.iter().map(|word| word.model).chain([END]) {
            kept += weights.language * ngrams.log_prob(window[0], window[1], id);
            window = [window[1], id];
        }
        kept += weights.word * n as f32;
        let families =
            candidates.iter().map(|candidate| candidate.weights.map(|weight| weight.map_or(0.0, f32::exp))).collect();
        Self { candidates, families, edges, places, base, kept, words }
    }

    /// Sums over all readings under a belief.
    ///
    /// Cost: some nanoseconds an edge.
    pub(crate) fn sums(&self, belief: &Belief, weights: &Weights) -> Sums {
        let keep: Vec<f64> = self
            .words
            .iter()
            .map(|&(readiness, quoted)| f64::from(keep_weight(belief.rates[usize::from(quoted)], readiness).exp()))
            .chain([1.0])
            .collect();
        let swap: Vec<f64> = self
            .candidates
            .iter()
            .zip(&self.families)
            .map(|(candidate, families)| {
                let quoted = self.words[candidate.start as usize].1;
                let mixed: f32 = families.iter().zip(&belief.families).map(|(weight, share)| weight * share).sum();
                f64::from(belief.rates[usize::from(quoted)] * mixed.max(1e-9).powf(weights.channel))
            })
            .collect();
        let outer = |edge: &Edge| {
            if edge.candidate == KEEP {
                keep[self.places[edge.from as usize] as usize]
            } else {
                swap[edge.candidate as usize]
            }
        };
        let Some(end) = self.edges.last().map(|edge| edge.to as usize) else { return Sums::default() };
        let mut forward = vec![0f64; self.places.len()];
        let mut backward = vec![0f64; self.places.len()];
        forward[0] = 1.0;
        for edge in &self.edges {
            forward[edge.to as usize] += forward[edge.from as usize] * f64::from(edge.factor) * outer(edge);
        }
        backward[end] = 1.0;
        let mut posterior = vec![0f32; self.candidates.len()];
        let total = forward[end].max(f64::MIN_POSITIVE);
        for edge in self.edges.iter().rev() {
            let value = f64::from(edge.factor) * outer(edge) * backward[edge.to as usize];
            backward[edge.from as usize] += value;
            if edge.candidate != KEEP {
                posterior[edge.candidate as usize] += (forward[edge.from as usize] * value / total) as f32;
            }
        }
        Sums { total: total.ln() as f32 + self.base, posterior }
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

struct Builder<'m> {
    ngrams: &'m Ngrams,
    weights: &'m Weights,
    /// States at every place.
    list: Vec<Vec<u32>>,
    states: Vec<State>,
    /// Best score at every place.
    best: Vec<f32>,
    /// What the model says of the pairs of words at hand: (first, second) to it.
    pairs: Vec<(u32, Option<(f32, f32)>)>,
}

impl<'m> Builder<'m> {
    fn new(n: usize, ngrams: &'m Ngrams, weights: &'m Weights) -> Self {
        let mut list = vec![Vec::new(); n + 2];
        list[0].push(0);
        let mut best = vec![f32::NEG_INFINITY; n + 2];
        best[0] = 0.0;
        let start = State { words: [SENTENCE, SENTENCE], pair: None, score: 0.0, place: 0 };
        Self { ngrams, weights, list, states: vec![start], best, pairs: Vec::new() }
    }

    /// Adds the edges of one reading of a run of words from all states of a place.
    ///
    /// `fixed` goes into the edges' factors; `outer` depends on the belief and only guides the search.
    #[allow(clippy::too_many_arguments, reason = "an edge is all of these")]
    fn extend(
        &mut self,
        here: &[u32],
        to_place: usize,
        ids: &[u32],
        candidate: u32,
        fixed: f32,
        outer: f32,
        edges: &mut Vec<Edge>,
    ) {
        self.pairs.clear();
        for &from in here {
            let State { words, pair, score, .. } = self.states[from as usize];
            let (mut window, mut held, mut language) = (words, pair, 0.0);
            for (at, &id) in ids.iter().enumerate() {
                let next = if at == 0 { self.pair(window[1], id) } else { self.ngrams.bigram(window[1], id) };
                language += self.log_prob(window, held, id, next);
                window = [window[1], id];
                held = next.map(|next| next.1);
            }
            let factor = self.weights.language * language + self.weights.word * ids.len() as f32 + fixed;
            let total = score + factor + outer;
            if total < self.best[to_place] - self.weights.beam {
                continue;
            }
            let to = self.state(to_place, window, held, total);
            edges.push(Edge { from, to, candidate, factor });
        }
    }

    /// Joins the states of the last place in one.
    fn close(&mut self, last: &[u32], place: usize, edges: &mut Vec<Edge>) {
        for &from in last {
            let State { words, pair, score, .. } = self.states[from as usize];
            let next = self.ngrams.bigram(words[1], END);
            let factor = self.weights.language * self.log_prob(words, pair, END, next);
            let to = self.state(place, [END, END], None, score + factor);
            edges.push(Edge { from, to, candidate: KEEP, factor });
        }
    }

    /// The model's entry for a pair whose second word is the same for a while.
    fn pair(&mut self, first: u32, second: u32) -> Option<(f32, f32)> {
        if let Some(known) = self.pairs.iter().find(|known| known.0 == first) {
            return known.1;
        }
        let entry = self.ngrams.bigram(first, second);
        self.pairs.push((first, entry));
        entry
    }

    /// As [`Ngrams::log_prob`], with both pairs looked up already.
    fn log_prob(&self, window: [u32; 2], held: Option<f32>, id: u32, pair: Option<(f32, f32)>) -> f32 {
        match (pair, held) {
            (None, held) => held.unwrap_or(0.0) + self.ngrams.alone(window[1], id),
            (Some((probability, _)), None) => probability,
            (Some((probability, _)), Some(backoff)) => {
                self.ngrams.trigram(window[0], window[1], id).unwrap_or(backoff + probability)
            }
        }
    }

    fn state(&mut self, place: usize, words: [u32; 2], pair: Option<f32>, score: f32) -> u32 {
        self.best[place] = self.best[place].max(score);
        for &id in &self.list[place] {
            let state = &mut self.states[id as usize];
            if state.words == words {
                state.score = state.score.max(score);
                return id;
            }
        }
        let id = self.states.len() as u32;
        self.states.push(State { words, pair, score, place: place as u16 });
        self.list[place].push(id);
        id
    }

    /// The best states of a place, which is left without any.
    fn narrow(&mut self, place: usize) -> Vec<u32> {
        let mut list = std::mem::take(&mut self.list[place]);
        let score = |id: u32| self.states[id as usize].score;
        list.retain(|&id| score(id) >= self.best[place] - self.weights.beam);
        list.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        list.truncate(self.weights.states);
        list
    }
}

/// Keeps, at every word, the candidates that fit their neighbours best.
fn prune(sentence: &[Word], candidates: &mut Vec<Candidate>, ngrams: &Ngrams, weights: &Weights, belief: &Belief) {
    let score = |candidate: &Candidate| {
        let before = candidate.start.checked_sub(1).map_or(SENTENCE, |at| sentence[at as usize].model);
        let after = sentence.get(candidate.end as usize).map_or(END, |word| word.model);
        let mut language = 0.0;
        let mut last = before;
        for &id in candidate.ids.iter() {
            language +=
                if last == before { 0.5 * (ngrams.pair(last, id) + ngrams.unigram(id)) } else { ngrams.pair(last, id) };
            last = id;
        }
        language += 0.5 * (ngrams.pair(last, after) - ngrams.unigram(after));
        let width = (candidate.end - candidate.start) as f32;
        weights.language * language
            + weights.word * candidate.ids.len() as f32
            + channel(&candidate.weights, &belief.families, weights.channel)
            + weights.context * candidate.context
            + 2.0 * (width - 1.0)
    };
    // A first cut without the language model: most candidates are told hopeless by channel and context alone.
    let cheap = |candidate: &Candidate| {
        weights.context * candidate.context
            + channel(&candidate.weights, &belief.families, weights.channel)
            + 0.15 * candidate.ids.iter().map(|&id| ngrams.unigram(id) + 8.0).sum::<f32>()
            + 2.0 * f32::from(candidate.end - candidate.start - 1)
    };
    let mut ranked: Vec<(f32, u32)> =
        candidates.iter().enumerate().map(|(at, candidate)| (cheap(candidate), at as u32)).collect();
    let start_of = |at: u32| candidates[at as usize].start;
    ranked.sort_unstable_by(|a, b| {
        start_of(a.1).cmp(&start_of(b.1)).then_with(|| b.0.total_cmp(&a.0)).then(a.1.cmp(&b.1))
    });
    let mut scored: Vec<(f32, u32)> = ranked
        .chunk_by(|a, b| start_of(a.1) == start_of(b.1))
        .flat_map(|group| group.iter().take(weights.candidates * 2))
        .map(|&(_, at)| (score(&candidates[at as usize]), at))
        .collect();
    scored.sort_unstable_by(|a, b| {
        start_of(a.1).cmp(&start_of(b.1)).then_with(|| b.0.total_cmp(&a.0)).then(a.1.cmp(&b.1))
    });
    *candidates = scored
        .chunk_by(|a, b| start_of(a.1) == start_of(b.1))
        .flat_map(|group| group.iter().take(weights.candidates))
        .map(|&(_, at)| candidates[at as usize].clone())
        .collect();
}
