//! All readings of a sentence, scored by the language model, with forward and backward sums over them.
//!
//! States are the last two words of a reading at a place between words; edges are kept words and candidates. The
//! language model's part of an edge is worked out once; rates and families only reweigh the edges, so that the
//! document's rate can be estimated without asking the model again.

use std::collections::HashMap;

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
        Self { language: 0.55, channel: 0.8, word: 1.2, states: 14, beam: 8.0, candidates: 16 }
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
    /// The language model's part, in nats, weighted.
    language: f32,
}

const KEEP: u32 = u32::MAX;

/// The readings of one sentence.
pub(crate) struct Lattice {
    pub(crate) candidates: Vec<Candidate>,
    /// Edges in the order of the places they leave.
    edges: Vec<Edge>,
    states: usize,
    /// The language model's score of the sentence as it stands, weighted.
    pub(crate) kept: f32,
    /// Per word: readiness of the word to be swapped, and whether it stands in quotation marks.
    words: Vec<(f32, bool)>,
    /// Which place each state stands at.
    places: Vec<u16>,
}

/// Sums over all readings of a sentence.
#[derive(Default)]
pub(crate) struct Sums {
    /// ln of the sum of all readings.
    pub(crate) total: f32,
    /// Posterior probability of every candidate.
    pub(crate) posterior: Vec<f32>,
}

#[inline]
fn add(a: f32, b: f32) -> f32 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f32::NEG_INFINITY || high - low > 20.0 { high } else { high + (low - high).exp().ln_1p() }
}

/// ln of the channel's part of a candidate under a mix of families.
pub(crate) fn channel(weights: &[Option<f32>; 4], families: &[f32; 4], scale: f32) -> f32 {
    let sum: f32 = weights
        .iter()
        .zip(families)
        .map(|(weight, share)| weight.map_or(0.0, |weight| share * weight.exp()))
        .sum();
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
        let mut by_start: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (index, candidate) in candidates.iter().enumerate() {
            by_start[candidate.start as usize].push(index as u32);
        }
        let mut builder = Builder { at: vec![HashMap::new(); n + 2], list: vec![Vec::new(); n + 2], states: Vec::new() };
        builder.state(0, [SENTENCE, SENTENCE], 0.0);
        let mut edges: Vec<Edge> = Vec::with_capacity(n * 16);
        for place in 0..n {
            let mut here = std::mem::take(&mut builder.list[place]);
            builder.narrow(&mut here, weights);
            let own_rate = belief.rates[usize::from(words[place].1)];
            let keep = keep_weight(own_rate, words[place].0);
            for &from in &here {
                let (context, score) = (builder.states[from as usize].words, builder.states[from as usize].score);
                let mut edge = |to_place: usize, ids: &[u32], candidate: u32, outer: f32| {
                    let (mut window, mut language) = (context, 0.0);
                    for &id in ids {
                        language += ngrams.log_prob(window[0], window[1], id);
                        window = [window[1], id];
                    }
                    let language = weights.language * language + weights.word * ids.len() as f32;
                    let to = builder.state(to_place, window, score + language + outer);
                    edges.push(Edge { from, to, candidate, language });
                };
                edge(place + 1, &[sentence[place].model], KEEP, keep);
                for &index in &by_start[place] {
                    let candidate = &candidates[index as usize];
                    let outer = own_rate.max(1e-6).ln() + channel(&candidate.weights, &belief.families, weights.channel);
                    edge(candidate.end as usize, &candidate.ids, index, outer);
                }
            }
        }
        // The end of the sentence joins every state.
        let mut last = std::mem::take(&mut builder.list[n]);
        builder.narrow(&mut last, weights);
        for &from in &last {
            let context = builder.states[from as usize].words;
            let language = weights.language * ngrams.log_prob(context[0], context[1], END);
            let to = builder.state(n + 1, [END, END], 0.0);
            edges.push(Edge { from, to, candidate: KEEP, language });
        }
        let (mut window, mut kept) = ([SENTENCE, SENTENCE], 0.0);
        for id in sentence.iter().map(|word| word.model).chain([END]) {
            kept += weights.language * ngrams.log_prob(window[0], window[1], id);
            window = [window[1], id];
        }
        kept += weights.word * n as f32;
        let places = builder.states.iter().map(|state| state.place).collect();
        Self { candidates, edges, states: builder.states.len(), kept, words, places }
    }

    /// Sums over all readings under a belief.
    pub(crate) fn sums(&self, belief: &Belief, weights: &Weights) -> Sums {
        let keep: Vec<f32> =
            self.words.iter().map(|&(readiness, quoted)| keep_weight(belief.rates[usize::from(quoted)], readiness)).collect();
        let swap: Vec<f32> = self
            .candidates
            .iter()
            .map(|candidate| {
                let quoted = self.words[candidate.start as usize].1;
                belief.rates[usize::from(quoted)].max(1e-9).ln()
                    + channel(&candidate.weights, &belief.families, weights.channel)
            })
            .collect();
        let outer = |edge: &Edge| {
            if edge.candidate == KEEP {
                keep.get(self.places[edge.from as usize] as usize).copied().unwrap_or(0.0)
            } else {
                swap[edge.candidate as usize]
            }
        };
        let mut forward = vec![f32::NEG_INFINITY; self.states];
        let mut backward = vec![f32::NEG_INFINITY; self.states];
        if self.states == 0 {
            return Sums::default();
        }
        forward[0] = 0.0;
        for edge in &self.edges {
            let score = forward[edge.from as usize] + edge.language + outer(edge);
            forward[edge.to as usize] = add(forward[edge.to as usize], score);
        }
        let end = self.edges.last().map_or(0, |edge| edge.to as usize);
        backward[end] = 0.0;
        let mut posterior = vec![0f32; self.candidates.len()];
        let total = forward[end];
        for edge in self.edges.iter().rev() {
            let score = edge.language + outer(edge) + backward[edge.to as usize];
            backward[edge.from as usize] = add(backward[edge.from as usize], score);
            if edge.candidate != KEEP {
                posterior[edge.candidate as usize] += (forward[edge.from as usize] + score - total).exp();
            }
        }
        Sums { total, posterior }
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

struct State {
    words: [u32; 2],
    score: f32,
    place: u16,
}

struct Builder {
    at: Vec<HashMap<[u32; 2], u32>>,
    list: Vec<Vec<u32>>,
    states: Vec<State>,
}

impl Builder {
    fn state(&mut self, place: usize, words: [u32; 2], score: f32) -> u32 {
        if let Some(&id) = self.at[place].get(&words) {
            let state = &mut self.states[id as usize];
            state.score = add(state.score, score);
            return id;
        }
        let id = self.states.len() as u32;
        self.at[place].insert(words, id);
        self.states.push(State { words, score, place: place as u16 });
        self.list[place].push(id);
        id
    }

    /// Keeps the best states.
    fn narrow(&self, list: &mut Vec<u32>, weights: &Weights) {
        list.sort_by(|&a, &b| self.states[b as usize].score.total_cmp(&self.states[a as usize].score).then(a.cmp(&b)));
        list.truncate(weights.states);
        let best = list.first().map_or(0.0, |&id| self.states[id as usize].score);
        list.retain(|&id| self.states[id as usize].score >= best - weights.beam);
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
            language += if last == before { 0.5 * (ngrams.pair(last, id) + ngrams.unigram(id)) } else { ngrams.pair(last, id) };
            last = id;
        }
        language += 0.5 * (ngrams.pair(last, after) - ngrams.unigram(after));
        let width = (candidate.end - candidate.start) as f32;
        weights.language * language + weights.word * candidate.ids.len() as f32
            + channel(&candidate.weights, &belief.families, weights.channel)
            + 2.0 * (width - 1.0)
    };
    let mut scored: Vec<(f32, Candidate)> = candidates.drain(..).map(|candidate| (score(&candidate), candidate)).collect();
    scored.sort_by(|a, b| {
        a.1.start.cmp(&b.1.start).then_with(|| b.0.total_cmp(&a.0)).then_with(|| a.1.end.cmp(&b.1.end)).then_with(|| a.1.reading.cmp(&b.1.reading))
    });
    let mut start = u16::MAX;
    let mut count = 0;
    for (_, candidate) in scored {
        if candidate.start != start {
            start = candidate.start;
            count = 0;
        }
        count += 1;
        if count <= weights.candidates {
            candidates.push(candidate);
        }
    }
}
