//! What the words of a sentence may stand for: every reading that the dictionaries have is weighed by the context
//! scorer, and the few that fit best at each word go on into the lattice.
//!
//! There are up to fifteen readings a word, most of them hopeless. What does not depend on the place is worked out once
//! for a word and kept for the next time it comes.

use super::channel::{IdMap, channel, plain};
use super::lattice::Weights;
use super::prior;
use super::scorer::{Scorer, State, Wide};
use crate::candidates::{self, Candidate, Grammar, Ids, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::{HIGHEST_BACKOFF, Ngrams, Pair, bigram_key};
use crate::dictionary::pack::Codes;
use crate::text::key::{END, FIRST_WORD, SENTENCE};

/// Weight of the channel beside the context scorer alone, as the scorer's training found it.
const CHANNEL: f32 = 0.9;
/// Readings of single words that are kept, 36 bytes each.
const MOST_KEPT: usize = 1 << 17;
/// Places that are taken through the scorer's hidden layer at once, at least, where there are as many: few sentences fill
/// its vectors alone. Half a KB each.
const ENOUGH: usize = 128;
/// Stands for a reading without a word for the context scorer.
const NO_HEAD: u32 = u32::MAX;

/// One reading, as far as it does not depend on where it stands.
#[derive(Clone, Copy)]
struct Light {
    reading: Reading,
    codes: Codes,
    flags: u8,
    pages: u8,
    rank: u8,
    certain: bool,
    /// How many words it has.
    words: u8,
    /// The most, in nats, that the language model can make of them in [`fit`], but for the word after them.
    most: f32,
    /// The word that the context scorer is asked about, as it knows it, or [`NO_HEAD`].
    head: u32,
    /// ln of the channel's part under the families that the estimation starts from.
    channel: f32,
    /// What the frequency of its words adds to its first rank.
    frequency: f32,
}

/// Candidates with the same first and last word.
struct Group {
    start: usize,
    end: usize,
    /// Its readings, among those of words or among the sentence's own.
    lights: std::ops::Range<usize>,
    own: bool,
    /// The place as the context scorer sees it, where the words that stand there are any to it, with the word asked
    /// about.
    state: Option<(usize, u32)>,
}

/// Room to work in, and the readings of the words that were met. Good for any number of texts, one at a time.
#[derive(Default)]
pub(crate) struct Readings {
    /// Where the readings of a word are.
    words: IdMap<u32, (u32, u32)>,
    kept: Vec<Light>,
    /// Candidates of the sentences at hand that words do not have on their own, in order of their places.
    own: Vec<Candidate>,
    own_lights: Vec<Light>,
    runs: Vec<Candidate>,
    alone: Vec<Candidate>,
    free: Vec<bool>,
    groups: Vec<Group>,
    /// For each of the sentences at hand, where its groups end.
    ends: Vec<usize>,
    wide: Wide,
    states: Vec<State>,
    heads: Vec<u32>,
    scores: Vec<f32>,
    fits: Vec<f32>,
    /// Ranks of candidates, each with its number among those of the groups at hand, or, once it is chosen, among the
    /// chosen.
    ranked: Vec<(f32, u32)>,
    /// The candidates of the sentence at hand that the language model is asked about, each with how well the words fit that
    /// stand there.
    chosen: Vec<(Candidate, f32)>,
    keys: Vec<u64>,
    pairs: Vec<Pair>,
    /// What the model has for each word's pair with the one before it, as the sentence stands, and for its end.
    standing: Vec<Pair>,
}

impl Readings {
    /// Calls `visit` with every sentence of a passage in order: its number, its candidates that fit their neighbors best,
    /// in order of their starts, and what the model has for each of its words, and for its end, after the one before.
    pub(crate) fn for_each_best(
        &mut self,
        sentences: &[Vec<Word>],
        dictionary: &Dictionary,
        grammar: &Grammar,
        scorer: &Scorer,
        weights: &Weights,
        mut visit: impl FnMut(usize, Vec<Candidate>, &[Pair]),
    ) {
        let words: Vec<u32> = sentences.iter().flatten().map(|word| word.model).collect();
        let (mut start, mut first) = (0, 0);
        for (at, sentence) in sentences.iter().enumerate() {
            self.place(&words, start, sentence, dictionary, grammar, scorer);
            start += sentence.len();
            if self.states.len() < ENOUGH && at + 1 < sentences.len() {
                continue;
            }
            scorer.refine(&mut self.states);
            let groups = std::mem::take(&mut self.groups);
            let mut from = 0;
            for (number, to) in (first..=at).zip(std::mem::take(&mut self.ends)) {
                let sentence = &sentences[number];
                self.stand(sentence, &dictionary.ngrams);
                self.chosen.clear();
                for groups in groups[from..to].chunk_by(|a, b| a.start == b.start) {
                    self.narrow(groups, sentence, dictionary, scorer, weights);
                }
                let best = self.rank_by_words(sentence, dictionary, grammar, weights);
                visit(number, best, &self.standing);
                from = to;
            }
            first = at + 1;
            // Their room serves the next sentences.
            self.groups = groups;
            self.groups.clear();
            self.own.clear();
            self.own_lights.clear();
            self.states.clear();
            self.wide.clear();
        }
        if self.kept.len() > MOST_KEPT {
            self.words.clear();
            self.kept.clear();
        }
    }

    /// Finds the groups of a sentence's candidates, with the places that the context scorer is asked about. The sentence
    /// is `start..start + sentence.len()` of the passage's `words`.
    fn place(
        &mut self,
        words: &[u32],
        start: usize,
        sentence: &[Word],
        dictionary: &Dictionary,
        grammar: &Grammar,
        scorer: &Scorer,
    ) {
        let first = self.groups.len();
        self.gather(sentence, dictionary, grammar, scorer);
        let end = start + sentence.len();
        scorer.widen(words, start, end, &mut self.wide);
        for group in &mut self.groups[first..] {
            let (from, to) = (start + group.start, start + group.end);
            if let Some(spun) = head(&words[from..to], &dictionary.ngrams) {
                group.state = Some((self.states.len(), scorer.known(spun)));
                self.states.push(scorer.gather(words, (start, end), (from, to), &self.wide));
            }
        }
        self.ends.push(self.groups.len());
    }

    /// Looks up what the model has for a sentence as it stands.
    fn stand(&mut self, sentence: &[Word], ngrams: &Ngrams) {
        let models = || sentence.iter().map(|word| word.model);
        let pairs = std::iter::once(SENTENCE).chain(models()).zip(models().chain([END]));
        self.keys.clear();
        self.keys.extend(pairs.map(|(first, second)| bigram_key(first, second)));
        self.standing.clear();
        ngrams.bigrams(&self.keys, |pair| self.standing.push(pair));
    }

    /// Finds the groups of a sentence's candidates.
    fn gather(&mut self, sentence: &[Word], dictionary: &Dictionary, grammar: &Grammar, scorer: &Scorer) {
        candidates::runs(sentence, dictionary, grammar, &mut self.free, &mut self.runs);
        let new = |candidate: &Candidate| Light::new(candidate, &dictionary.ngrams, scorer);
        let mut next = 0;
        for (start, word) in sentence.iter().enumerate() {
            let lights = if self.free[start] { self.word(word.lookup, dictionary, grammar, scorer) } else { 0..0 };
            let of = |runs: &[Candidate], next: usize, end: usize| {
                let place = (start as u16, end as u16);
                runs[next..].iter().take_while(|run| (run.start, run.end) == place).count()
            };
            // What is left of runs may say what the word's own readings say.
            let more = of(&self.runs, next, start + 1);
            if more > 0 {
                let runs = &self.runs[next..next + more];
                self.alone.clear();
                let lights = &self.kept[lights];
                self.alone.extend(lights.iter().map(|light| light.candidate(start, start + 1, dictionary)));
                self.alone.extend_from_slice(runs);
                candidates::merge(&mut self.alone);
                next += more;
                let first = self.own.len();
                let known = |candidate: &Candidate| lights.iter().find(|light| light.is_of(candidate)).copied();
                self.own_lights.extend(self.alone.iter().map(|own| known(own).unwrap_or_else(|| new(own))));
                self.own.append(&mut self.alone);
                self.groups.push(Group {
                    start,
                    end: start + 1,
                    lights: first..self.own.len(),
                    own: true,
                    state: None,
                });
            } else if !lights.is_empty() {
                self.groups.push(Group { start, end: start + 1, lights, own: false, state: None });
            }
            while let Some(run) = self.runs.get(next).filter(|run| run.start as usize == start) {
                let end = run.end as usize;
                let more = of(&self.runs, next, end);
                let first = self.own.len();
                self.own_lights.extend(self.runs[next..next + more].iter().map(new));
                self.own.extend_from_slice(&self.runs[next..next + more]);
                next += more;
                self.groups.push(Group { start, end, lights: first..self.own.len(), own: true, state: None });
            }
        }
    }

    /// Where the readings of a word alone are.
    fn word(
        &mut self,
        word: u32,
        dictionary: &Dictionary,
        grammar: &Grammar,
        scorer: &Scorer,
    ) -> std::ops::Range<usize> {
        let (first, end) = *self.words.entry(word).or_insert_with(|| {
            candidates::alone(word, dictionary, grammar, &mut self.alone);
            let first = self.kept.len() as u32;
            self.kept.extend(self.alone.iter().map(|candidate| Light::new(candidate, &dictionary.ngrams, scorer)));
            (first, self.kept.len() as u32)
        });
        first as usize..end as usize
    }

    /// Chooses those candidates, of groups that start at the same word, that the language model is asked about.
    fn narrow(
        &mut self,
        groups: &[Group],
        sentence: &[Word],
        dictionary: &Dictionary,
        scorer: &Scorer,
        weights: &Weights,
    ) {
        let pressures = self.rank_by_context(groups, scorer, weights);
        if self.ranked.len() > weights.asked {
            self.ranked.select_nth_unstable_by(weights.asked, |a, b| better(*a, *b));
            self.ranked.truncate(weights.asked);
        }
        // In their order again, which settles ties.
        self.ranked.sort_unstable_by_key(|&(_, number)| number);
        self.choose(groups, &pressures, sentence, dictionary, weights);
    }

    /// Ranks all candidates of some groups by channel and context alone: most are told hopeless without the language
    /// model. Gives the pressure on each group.
    fn rank_by_context(
        &mut self,
        groups: &[Group],
        scorer: &Scorer,
        weights: &Weights,
    ) -> [f32; candidates::LONGEST_RUN] {
        self.ranked.clear();
        self.fits.clear();
        let mut pressures = [0f32; candidates::LONGEST_RUN];
        for (group, pressure) in groups.iter().zip(&mut pressures) {
            let lights = &if group.own { &self.own_lights } else { &self.kept }[group.lights.clone()];
            let first = self.fits.len();
            self.fits.resize(first + lights.len(), 0.0);
            if let Some((state, spun)) = group.state {
                let state = &self.states[state];
                self.heads.clear();
                self.heads.extend(lights.iter().map(|light| light.head).filter(|&head| head != NO_HEAD));
                self.heads.push(spun);
                scorer.scores(state, &self.heads, &mut self.scores);
                let own = self.scores.pop().unwrap_or_default();
                let mut scores = self.scores.iter();
                for (fit, light) in self.fits[first..].iter_mut().zip(lights) {
                    if light.head != NO_HEAD {
                        *fit = (scores.next().copied().unwrap_or(own) - own).clamp(-15.0, 15.0);
                        *pressure += (CHANNEL * light.channel + *fit).exp();
                    }
                }
                *pressure = pressure.max(1e-6).ln();
            }
            let width = 2.0 * (group.end - group.start - 1) as f32;
            self.ranked.extend(lights.iter().zip(&self.fits[first..]).zip(first as u32..).map(|((light, fit), at)| {
                (weights.context * fit + weights.channel * light.channel + light.frequency + width, at)
            }));
        }
        pressures
    }

    /// Makes candidates of those that are ranked, with what context and channel have to say of them, unless they are far
    /// behind the words that stand there whatever the language model says of them.
    fn choose(
        &mut self,
        groups: &[Group],
        pressures: &[f32; candidates::LONGEST_RUN],
        sentence: &[Word],
        dictionary: &Dictionary,
        weights: &Weights,
    ) {
        let ngrams = &dictionary.ngrams;
        let mut ranked = self.ranked.iter().map(|&(_, number)| number as usize).peekable();
        let mut first = 0;
        for (group, &pressure) in groups.iter().zip(pressures) {
            let end = first + group.lights.len();
            let around = around(sentence, group.start, group.end);
            let models = Ids::new(sentence[group.start..group.end].iter().map(|word| word.model));
            let stands = fit(&models, around, &mut self.standing[group.start..].iter().copied(), ngrams, weights);
            let after = 0.5 * (most(around.1, ngrams) - ngrams.unigram(around.1));
            while let Some(number) = ranked.next_if(|number| *number < end) {
                let at = group.lights.start + number - first;
                let light = &if group.own { &self.own_lights } else { &self.kept }[at];
                let context = self.fits[number];
                let language = weights.language * (light.most + after) + weights.word * f32::from(light.words);
                let most = rank(language, light.channel, context, group.end - group.start, weights);
                // The language model's sum is rounded otherwise than that of a rank.
                if most + 0.01 < stands - weights.behind && !light.certain {
                    continue;
                }
                let candidate =
                    if group.own { self.own[at].clone() } else { light.candidate(group.start, group.end, dictionary) };
                self.chosen.push((Candidate { channel: light.channel, pressure, context, ..candidate }, stands));
            }
            first = end;
        }
    }

    /// Ranks the chosen candidates again, with the language model: what the words around them say. Gives the best ones of
    /// each word that they start at.
    fn rank_by_words(
        &mut self,
        sentence: &[Word],
        dictionary: &Dictionary,
        grammar: &Grammar,
        weights: &Weights,
    ) -> Vec<Candidate> {
        let ngrams = &dictionary.ngrams;
        let place = |candidate: &Candidate| (candidate.start as usize, candidate.end as usize);
        self.keys.clear();
        for (candidate, _) in &self.chosen {
            let (start, end) = place(candidate);
            let (mut last, after) = around(sentence, start, end);
            for &id in candidate.ids.iter().chain([&after]) {
                self.keys.push(bigram_key(last, id));
                last = id;
            }
        }
        self.pairs.clear();
        ngrams.bigrams(&self.keys, |pair| self.pairs.push(pair));
        let mut pairs = self.pairs.iter().copied();
        self.ranked.clear();
        for (number, (candidate, stands)) in (0..).zip(&self.chosen) {
            let (start, end) = place(candidate);
            let language = fit(&candidate.ids, around(sentence, start, end), &mut pairs, ngrams, weights);
            let rank = rank(language, candidate.channel, candidate.context, end - start, weights);
            // Most words of a spun text stand as they stood: what is far behind them goes no further.
            let is_wrong = || grammar.is_wrong(sentence, (start, end), &candidate.ids, ngrams);
            let is_barred = !candidate.certain && (rank < stands - weights.behind || is_wrong());
            if !is_barred && !grammar.is_told(sentence, (start, end), &candidate.ids) {
                self.ranked.push((rank, number));
            }
        }
        let chosen = |number: u32| &self.chosen[number as usize].0;
        let mut best = Vec::with_capacity(self.ranked.len());
        for ranked in self.ranked.chunk_by_mut(|a, b| chosen(a.1).start == chosen(b.1).start) {
            ranked.sort_unstable_by(|a, b| better(*a, *b));
            best.extend(ranked.iter().take(weights.candidates).map(|&(_, number)| chosen(number).clone()));
        }
        best
    }
}

impl Light {
    fn new(candidate: &Candidate, ngrams: &Ngrams, scorer: &Scorer) -> Self {
        Self {
            reading: candidate.reading,
            codes: candidate.codes,
            flags: candidate.flags,
            pages: candidate.pages,
            rank: candidate.rank,
            certain: candidate.certain,
            words: candidate.ids.len() as u8,
            most: 0.5 * candidate.ids.first().map_or(0.0, |&id| ngrams.unigram(id) - most(id, ngrams))
                + candidate.ids.iter().map(|&id| most(id, ngrams)).sum::<f32>(),
            head: head(&candidate.ids, ngrams).map_or(NO_HEAD, |head| scorer.known(head)),
            channel: channel(&plain(candidate.codes), &prior::START.families),
            frequency: 0.15 * candidate.ids.iter().map(|&id| ngrams.unigram(id) + 8.0).sum::<f32>(),
        }
    }

    /// Whether it is that of a candidate, which may be what is left of a run, or merged with that.
    fn is_of(&self, candidate: &Candidate) -> bool {
        let Candidate { reading, codes, flags, pages, rank, certain, .. } = *candidate;
        let own = (self.reading, self.codes, self.flags, self.pages, self.rank, self.certain);
        candidate.trimmed == (0, 0) && own == (reading, codes, flags, pages, rank, certain)
    }

    /// A word's own reading at a place.
    fn candidate(&self, start: usize, end: usize, dictionary: &Dictionary) -> Candidate {
        let ids = match self.reading {
            Reading::Original(original) => Ids::new(dictionary.pack.original_ids(original)),
            Reading::Article(id) => Ids::new([id]),
            Reading::Moved { .. } => Ids::new([]),
        };
        Candidate {
            flags: self.flags,
            pages: self.pages,
            rank: self.rank,
            certain: self.certain,
            channel: self.channel,
            ..Candidate::new(start, end - start, self.reading, ids, self.codes)
        }
    }
}

/// The higher rank first; of equal ones, the first.
fn better(a: (f32, u32), b: (f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// The rarest word of a run.
fn head(ids: &[u32], ngrams: &Ngrams) -> Option<u32> {
    let words = ids.iter().copied().filter(|&id| id >= FIRST_WORD);
    words.min_by(|&a, &b| ngrams.unigram(a).total_cmp(&ngrams.unigram(b)))
}

/// The words before and after a place in a sentence, for the language model.
fn around(sentence: &[Word], start: usize, end: usize) -> (u32, u32) {
    let before = start.checked_sub(1).map_or(SENTENCE, |at| sentence[at].model);
    (before, sentence.get(end).map_or(END, |word| word.model))
}

/// The most, in nats, that the language model can make of a word after any other.
fn most(word: u32, ngrams: &Ngrams) -> f32 {
    (HIGHEST_BACKOFF + ngrams.unigram(word)).max(0.0)
}

/// The rank of a candidate of so many words, of which the language model says that.
fn rank(language: f32, channel: f32, context: f32, length: usize, weights: &Weights) -> f32 {
    language + weights.channel * channel + weights.context * context + 2.0 * (length as f32 - 1.0)
}

/// How well words fit the neighbors of the place, as those stand, by the language model. `pairs` are what it has for
/// each word's pair with the one before it, from the first of them to the one after them.
fn fit(
    ids: &[u32],
    (before, after): (u32, u32),
    pairs: &mut impl Iterator<Item = Pair>,
    ngrams: &Ngrams,
    weights: &Weights,
) -> f32 {
    let mut pair = |first, second| ngrams.pair_or_alone(first, second, pairs.next().flatten());
    let mut language = 0.0;
    let mut last = before;
    for (at, &id) in ids.iter().enumerate() {
        let here = pair(last, id);
        language += if at == 0 { 0.5 * (here + ngrams.unigram(id)) } else { here };
        last = id;
    }
    language += 0.5 * (pair(last, after) - ngrams.unigram(after));
    weights.language * language + weights.word * ids.len() as f32
}
