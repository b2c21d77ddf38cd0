//! Trains the n-gram model: `unspin train`.
//!
//! One pass tokenizes the corpora and spools word ids to disk; sorted runs then count 3-grams and 2-grams, whatever
//! the corpora's size. Probabilities are interpolated modified Kneser-Ney (Chen and Goodman, 1998), pruned by
//! weighted difference (Seymore and Rosenfeld, 1996), and turned into back-off form.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

use super::corpus::{for_each_line, named, nothing};
use super::counts::{Counted, Counter};
use super::weights::{check_part, fold};
use crate::dictionary::ngrams::{
    BACKOFF_BITS, HEADER, HIGHEST_BACKOFF, KIND, LOWEST, LOWEST_BACKOFF, Ngrams, PROBABILITY_BITS, bigram_key,
    trigram_key,
};
use crate::dictionary::table::{self, Shape};
use crate::eval::GoldDocument;
use crate::text::case::{self, Case};
use crate::text::key::{self, END, FIRST_WORD, SENTENCE, UNKNOWN};
use crate::text::token::{BREAK_BEFORE, SENTENCE_START, Token, TokenKind};
use crate::text::{quote, sentence, tokenizer};

/// The largest lexicon: three ids must fit a 64-bit key.
const MOST_WORDS: usize = (1 << 21) - 1;
/// A spooled mark: here a sentence starts.
const SPOOL_SENTENCE: u32 = u32::MAX;

/// What to train, from what.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// Corpora, one paragraph a line: `.txt`, `.txt.zst`, `.txt.gz`, or `-`.
    pub corpora: Vec<PathBuf>,
    /// Documents with known substitutions, whose originals are read beside the corpora. None of their lines is held out.
    pub gold: Vec<GoldDocument>,
    /// How many times they are read.
    pub times: usize,
    /// The part of the cross-validation whose documents are left out, of five, counted from 0.
    pub without: Option<usize>,
    /// A model whose words and ids are kept, so that what was trained for it goes with the new one, too.
    pub lexicon: Option<PathBuf>,
    /// Words in the lexicon at most.
    pub words: usize,
    /// Least count of a word in the lexicon.
    pub word_count: u64,
    /// 2-grams kept at most.
    pub bigrams: usize,
    /// 3-grams kept at most.
    pub trigrams: usize,
    /// Lower orders from continuation counts (Kneser-Ney); plain counts (absolute discounting) otherwise.
    pub kneser_ney: bool,
    /// Every n-th line is held out to measure perplexity on; 0 holds out none.
    pub held_out: u64,
    /// 3-grams gathered in memory before a run is written, eight bytes each.
    pub run_keys: usize,
    /// Fingerprint bits of 2-grams and of 3-grams.
    pub fingerprints: (u32, u32),
    /// Bits of a probability in the tables, 1 to 7.
    pub bits: u32,
    /// Bits of a back-off weight in the table of 2-grams, 1 to 5.
    pub backoff_bits: u32,
    /// Log-probabilities in the tables run from minus this to 0, in nats.
    pub lowest: u8,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            corpora: Vec::new(),
            gold: Vec::new(),
            times: 5,
            without: None,
            lexicon: None,
            words: 160_000,
            word_count: 5,
            bigrams: 2_500_000,
            trigrams: 2_900_000,
            kneser_ney: true,
            held_out: 500,
            run_keys: 140_000_000,
            fingerprints: (8, 8),
            bits: 6,
            backoff_bits: 4,
            lowest: 14,
        }
    }
}

/// A trained model with the figures for its manifest.
#[derive(Debug)]
pub struct Trained {
    /// The model file's bytes.
    pub bytes: Vec<u8>,
    /// Checksum as in the header.
    pub checksum: u64,
    /// Tokens read, held-out ones aside.
    pub tokens: u64,
    /// Words in the lexicon.
    pub words: usize,
    /// Distinct 3-grams and 2-grams before pruning.
    pub distinct: (u64, u64),
    /// 2-grams and 3-grams kept.
    pub kept: (usize, usize),
    /// Tokens held out, those that the lexicon lacks among them.
    pub held_out_tokens: u64,
    /// Perplexity of the finished, quantized model on the held-out lines, per token that the lexicon has. Ends of
    /// sentences are not counted.
    pub perplexity: f64,
    /// Share of held-out tokens that the lexicon lacks.
    pub unknown: f64,
}

/// Trains a model. `progress` is called with what is being done.
///
/// Takes about two minutes and 4 GB of memory for 130 million words on two cores.
///
/// # Errors
///
/// Where a corpus or the model whose words are kept cannot be read, the temporary directory is full, there is nothing to train
/// on, or no such part.
///
/// # Examples
///
/// ```
/// use unspin::learn::ngrams::{TrainOptions, train};
///
/// let directory = tempfile::tempdir()?;
/// let corpus = directory.path().join("harbor.txt");
/// std::fs::write(&corpus, "The ship left the harbor at noon.\n".repeat(100))?;
/// let options = TrainOptions { corpora: vec![corpus], held_out: 10, ..TrainOptions::default() };
/// let trained = train(&options, &mut |_| ())?;
/// assert_eq!((trained.held_out_tokens, trained.unknown), (80, 0.0));
/// assert!(trained.perplexity < 8.0, "fewer than there are words: {}", trained.perplexity);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn train(options: &TrainOptions, progress: &mut dyn FnMut(&str)) -> io::Result<Trained> {
    let known = 1..=PROBABILITY_BITS;
    if !known.contains(&options.bits) || !(1..=BACKOFF_BITS).contains(&options.backoff_bits) {
        let most = format!("1 to {PROBABILITY_BITS} bits for probabilities, 1 to {BACKOFF_BITS} for back-off weights");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("there is room for {most}")));
    }
    check_part(options.without).map_err(|message| io::Error::new(io::ErrorKind::InvalidInput, message))?;
    let kept = match &options.lexicon {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| named(path, &error))?;
            Some(Ngrams::open(bytes.into(), true).map_err(|error| named(path, &io::Error::other(error)))?)
        }
        None => None,
    };
    progress("reading corpora");
    let mut spool = Spool::read(options, progress)?;
    let map = spool.choose_words(options, kept.as_ref());
    let words = map.words;
    progress(&format!("counting {} tokens over {} words", spool.tokens, words));
    let mut trigrams = Counter::new(options.run_keys);
    spool.for_each_sentence(|ids| {
        let mut window = [SENTENCE, SENTENCE];
        for &id in ids.iter().chain(std::iter::once(&u32::MAX)) {
            let id = if id == u32::MAX { END } else { map.id(id) };
            trigrams.add(trigram_key(window[0], window[1], id))?;
            window = [window[1], id];
        }
        Ok(())
    })?;
    let mut trigrams = trigrams.finish()?;
    progress("smoothing");
    let model = smooth(&mut trigrams, words, options, progress)?;
    progress("packing");
    let bytes = pack(&spool, &map, &model, kept.as_ref(), options)?;
    let sum = u64::from_le_bytes(bytes[8..16].try_into().map_err(io::Error::other)?);
    let ngrams = Ngrams::open(bytes.clone().into(), true).map_err(io::Error::other)?;
    let (held_out_tokens, perplexity, unknown) = perplexity(&ngrams, &spool.held_out);
    Ok(Trained {
        checksum: sum,
        tokens: spool.tokens,
        words,
        distinct: model.distinct,
        kept: (model.bigrams.len(), model.trigrams.len()),
        held_out_tokens,
        perplexity,
        unknown,
        bytes,
    })
}

/// Word counts by case, away from sentence starts.
#[derive(Clone, Copy, Default)]
struct WordCount {
    id: u32,
    all: u64,
    lower: u32,
    title: u32,
    upper: u32,
}

/// The corpora as provisional ids on disk.
struct Spool {
    words: HashMap<String, WordCount>,
    file: File,
    tokens: u64,
    held_out: Vec<String>,
}

impl Spool {
    fn read(options: &TrainOptions, progress: &mut dyn FnMut(&str)) -> io::Result<Self> {
        let mut spooler = Spooler::new()?;
        let mut lines = 0u64;
        let mut held_out = Vec::new();
        for path in &options.corpora {
            for_each_line(path, |line| {
                lines += 1;
                if options.held_out > 0 && lines.is_multiple_of(options.held_out) {
                    held_out.push(line.to_owned());
                    return Ok(());
                }
                spooler.line(line)
            })?;
            progress(&format!("read {} ({} tokens so far)", path.display(), spooler.count));
        }
        let learned = options.gold.iter().filter(|document| Some(fold(&document.id)) != options.without);
        for original in learned.map(|document| document.restored().text) {
            for line in (0..options.times).flat_map(|_| original.lines()) {
                spooler.line(line)?;
            }
        }
        if spooler.count == 0 {
            return Err(nothing("text; give at least one non-empty file"));
        }
        let file = spooler.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Self { words: spooler.words, file, tokens: spooler.count, held_out })
    }

    fn choose_words(&self, options: &TrainOptions, kept: Option<&Ngrams>) -> WordMap {
        let mut ids = vec![UNKNOWN; self.words.len()];
        let mut set = |count: &WordCount, id| ids[(count.id - FIRST_WORD) as usize] = id;
        if let Some(kept) = kept {
            kept.for_each_word(|word, id| {
                if let Some(count) = self.words.get(word) {
                    set(count, id);
                }
            });
            return WordMap { ids, words: kept.words() };
        }
        let mut list: Vec<(&String, &WordCount)> =
            self.words.iter().filter(|(word, count)| count.all >= options.word_count && word.len() <= 40).collect();
        list.sort_by(|a, b| b.1.all.cmp(&a.1.all).then_with(|| a.0.cmp(b.0)));
        list.truncate(options.words.min(MOST_WORDS - FIRST_WORD as usize));
        for (rank, (_, count)) in list.iter().enumerate() {
            set(count, FIRST_WORD + rank as u32);
        }
        WordMap { words: list.len() + FIRST_WORD as usize, ids }
    }

    fn for_each_sentence(&mut self, mut visit: impl FnMut(&[u32]) -> io::Result<()>) -> io::Result<()> {
        self.file.rewind()?;
        let mut reader = BufReader::with_capacity(1 << 20, &mut self.file);
        let mut sentence = Vec::new();
        let mut word = [0; 4];
        loop {
            let id = match reader.read_exact(&mut word) {
                Ok(()) => u32::from_le_bytes(word),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            };
            if id == SPOOL_SENTENCE {
                if !sentence.is_empty() {
                    visit(&sentence)?;
                }
                sentence.clear();
            } else {
                sentence.push(id);
            }
        }
        if sentence.is_empty() { Ok(()) } else { visit(&sentence) }
    }
}

/// Writes the spool.
struct Spooler {
    words: HashMap<String, WordCount>,
    out: BufWriter<File>,
    /// Tokens written.
    count: u64,
    tokens: Vec<Token>,
    word: String,
}

impl Spooler {
    fn new() -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        Ok(Self { words: HashMap::new(), out, count: 0, tokens: Vec::new(), word: String::new() })
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let Self { words, out, count, tokens, word } = self;
        read_line(line, tokens);
        let mut start = false;
        for token in tokens {
            if token.has(SENTENCE_START | BREAK_BEFORE) {
                out.write_all(&SPOOL_SENTENCE.to_le_bytes())?;
                start = true;
            }
            if token.kind == TokenKind::Quote {
                continue;
            }
            let text = token.text(line);
            *count += 1;
            let id = if let Some(class) = key::class(token.kind, text) {
                class
            } else {
                key::normalize(text, word);
                let entry = if let Some(entry) = words.get_mut(word.as_str()) {
                    entry
                } else {
                    let id = FIRST_WORD + words.len() as u32;
                    words.entry(word.clone()).or_insert(WordCount { id, ..WordCount::default() })
                };
                entry.all += 1;
                if !start {
                    match case::of(text) {
                        Case::Lower => entry.lower += 1,
                        Case::Title => entry.title += 1,
                        Case::Upper | Case::Mixed => entry.upper += 1,
                    }
                }
                entry.id
            };
            out.write_all(&id.to_le_bytes())?;
            start = false;
        }
        Ok(())
    }
}

fn read_line(line: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    tokenizer::tokenize(line, tokens);
    sentence::mark(line, tokens);
    quote::mark(line, tokens);
}

/// Provisional ids to the model's.
struct WordMap {
    ids: Vec<u32>,
    words: usize,
}

impl WordMap {
    #[inline]
    fn id(&self, provisional: u32) -> u32 {
        if provisional < FIRST_WORD { provisional } else { self.ids[(provisional - FIRST_WORD) as usize] }
    }
}

/// Probabilities and back-off weights in nats.
struct Smoothed {
    unigrams: Vec<(f32, f32)>,
    bigrams: Vec<(u64, f32, f32)>,
    trigrams: Vec<(u64, f32)>,
    distinct: (u64, u64),
}

/// Modified Kneser-Ney's three discounts from the counts of counts 1 to 4.
fn discounts(counts: [u64; 5]) -> [f64; 4] {
    let n = |k: usize| counts[k].max(1) as f64;
    let y = n(1) / (n(1) + 2.0 * n(2));
    let d = |k: usize| (k as f64 - (k as f64 + 1.0) * y * n(k + 1) / n(k)).clamp(0.1, k as f64 * 0.95);
    [0.0, d(1), d(2), d(3)]
}

#[derive(Clone, Copy)]
struct Pair {
    first: u32,
    second: u32,
    /// Plain count.
    count: u32,
    /// Count that its probability comes from: distinct words before it, or the plain count.
    used: u32,
    probability: f64,
    backoff: f64,
    score: f64,
}

/// The words of a 3-gram's key.
fn split(key: u64) -> (u32, u32, u32) {
    ((key >> 42) as u32, (key >> 21) as u32 & 0x1f_ffff, key as u32 & 0x1f_ffff)
}

/// Where a 2-gram is among those in order.
fn find(pairs: &[Pair], first: u32, second: u32) -> Option<usize> {
    pairs.binary_search_by_key(&(first, second), |pair| (pair.first, pair.second)).ok()
}

/// A 3-gram with ln of its probability, and the score that it is kept by.
type Triple = (u64, f32, f32);

fn smooth(
    trigrams: &mut Counted,
    words: usize,
    options: &TrainOptions,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Smoothed> {
    let (mut pairs, of_counts) = count_pairs(trigrams, options)?;
    let distinct = (of_counts.distinct, pairs.len() as u64);
    progress(&format!("{} 3-grams, {} 2-grams", distinct.0, distinct.1));
    let mut unigrams = unigrams(&pairs, words, options);
    let mut unigram_backoff = interpolate_pairs(&mut pairs, &unigrams);
    let mut triples = interpolate_triples(trigrams, &mut pairs, discounts(of_counts.counts))?;
    prune(&mut pairs, &mut triples, options);
    back_off(&mut pairs, &triples, &unigrams, &mut unigram_backoff);
    unigrams.iter_mut().for_each(|p| *p = p.ln());
    Ok(Smoothed {
        unigrams: unigrams.iter().zip(&unigram_backoff).map(|(&p, &b)| (p as f32, b.ln() as f32)).collect(),
        bigrams: pairs
            .iter()
            .map(|pair| (bigram_key(pair.first, pair.second), pair.probability.ln() as f32, pair.backoff.ln() as f32))
            .collect(),
        trigrams: triples.iter().map(|&(key, probability, _)| (key, probability)).collect(),
        distinct,
    })
}

/// How many 3-grams there are, and how many of them were counted once, twice, three and four times.
struct OfCounts {
    distinct: u64,
    counts: [u64; 5],
}

/// Plain 2-gram counts, counts of counts, and continuation counts, all from the sorted 3-grams.
fn count_pairs(trigrams: &mut Counted, options: &TrainOptions) -> io::Result<(Vec<Pair>, OfCounts)> {
    let mut of_counts = OfCounts { distinct: 0, counts: [0; 5] };
    let mut pairs: Vec<Pair> = Vec::new();
    let mut continuation = Counter::new(options.run_keys);
    // A 2-gram (b, c) is counted where it ends a 3-gram; one that opens a sentence has the start mark before it.
    trigrams.for_each(|key, count| {
        of_counts.distinct += 1;
        of_counts.counts[(count as usize).min(4)] += u64::from(count <= 4);
        let (_, b, c) = split(key);
        continuation.add(bigram_key(b, c))
    })?;
    let mut ends = Counter::new(options.run_keys);
    trigrams.for_each(|key, count| {
        let (_, b, c) = split(key);
        // Weighted counts: the key's low bits carry no count, so add it as often as it stood, in binary.
        for bit in 0..32 {
            if count >> bit & 1 == 1 {
                ends.add(bigram_key(b, c) | (bit as u64) << 53)?;
            }
        }
        Ok(())
    })?;
    let mut sums: HashMap<u64, u32> = HashMap::new();
    ends.finish()?.for_each(|key, times| {
        let (bit, key) = (key >> 53, key & ((1 << 53) - 1));
        *sums.entry(key).or_default() += times << bit;
        Ok(())
    })?;
    continuation.finish()?.for_each(|key, before| {
        let (first, second) = ((key >> 32) as u32, key as u32);
        let count = sums.get(&key).copied().unwrap_or(before);
        let used = if options.kneser_ney && first != SENTENCE { before } else { count };
        pairs.push(Pair { first, second, count, used, probability: 0.0, backoff: 0.0, score: 0.0 });
        Ok(())
    })?;
    Ok((pairs, of_counts))
}

/// Probabilities of single words: how many words come before each (Kneser-Ney) or how often it stands.
fn unigrams(pairs: &[Pair], words: usize, options: &TrainOptions) -> Vec<f64> {
    let mut used = vec![0f64; words];
    for pair in pairs {
        used[pair.second as usize] += if options.kneser_ney { 1.0 } else { pair.count as f64 };
    }
    let total: f64 = used.iter().sum();
    let mut unigrams: Vec<f64> = used.iter().map(|&n| (n + 0.5) / (total + 0.5 * words as f64)).collect();
    // An unknown word is any one of very many: share its mass out.
    unigrams[UNKNOWN as usize] *= 1e-3;
    unigrams
}

/// Interpolates 2-grams with single words, context by context; gives what each word leaves to those after it that stand
/// in no 2-gram.
fn interpolate_pairs(pairs: &mut [Pair], unigrams: &[f64]) -> Vec<f64> {
    let mut of_counts = [0u64; 5];
    for pair in &*pairs {
        of_counts[(pair.used as usize).min(4)] += u64::from(pair.used <= 4);
    }
    let discount = discounts(of_counts);
    let mut left = vec![1f64; unigrams.len()];
    for group in pairs.chunk_by_mut(|a, b| a.first == b.first) {
        let total: f64 = group.iter().map(|pair| pair.used as f64).sum();
        let gamma: f64 = group.iter().map(|pair| discount[(pair.used as usize).min(3)]).sum::<f64>() / total;
        left[group[0].first as usize] = gamma;
        for pair in group {
            let own = (pair.used as f64 - discount[(pair.used as usize).min(3)]).max(0.0) / total;
            pair.probability = own + gamma * unigrams[pair.second as usize];
            pair.backoff = 1.0;
            let backed_off = gamma * unigrams[pair.second as usize];
            pair.score = pair.count as f64 * (pair.probability / backed_off).ln();
        }
    }
    left
}

/// Interpolates 3-grams with 2-grams; those worth keeping are gathered with their scores, which raise those of the 2-grams
/// that they need.
fn interpolate_triples(trigrams: &mut Counted, pairs: &mut [Pair], discount: [f64; 4]) -> io::Result<Vec<Triple>> {
    let mut kept: Vec<Triple> = Vec::new();
    let mut group: Vec<(u64, u32)> = Vec::new();
    let mut close = |group: &mut Vec<(u64, u32)>| {
        let Some(&(key, _)) = group.first() else { return };
        let (a, b, _) = split(key);
        let total: f64 = group.iter().map(|entry| entry.1 as f64).sum();
        let gamma: f64 = group.iter().map(|entry| discount[(entry.1 as usize).min(3)]).sum::<f64>() / total;
        let context = if a == SENTENCE && b == SENTENCE { None } else { find(pairs, a, b) };
        if let Some(context) = context {
            let mut lift = 0.0;
            for &(key, count) in group.iter().filter(|entry| entry.1 >= 2) {
                let (_, b, c) = split(key);
                if b == UNKNOWN || c == UNKNOWN || a == UNKNOWN {
                    continue;
                }
                let Some(lower) = find(pairs, b, c) else { continue };
                let backed_off = gamma * pairs[lower].probability;
                let probability = (count as f64 - discount[(count as usize).min(3)]).max(0.0) / total + backed_off;
                let score = count as f64 * (probability / backed_off).ln();
                if score > 0.8 {
                    kept.push((key, probability.ln() as f32, score as f32));
                    lift += score * 0.5;
                }
            }
            pairs[context].score += lift;
            pairs[context].backoff = gamma;
        }
        group.clear();
    };
    trigrams.for_each(|key, count| {
        if group.first().is_some_and(|first| first.0 >> 21 != key >> 21) {
            close(&mut group);
        }
        group.push((key, count));
        Ok(())
    })?;
    close(&mut group);
    Ok(kept)
}

/// Keeps the 2-grams of the highest scores, then the 3-grams among those whose 2-grams stay.
fn prune(pairs: &mut Vec<Pair>, triples: &mut Vec<Triple>, options: &TrainOptions) {
    pairs.retain(|pair| pair.first != UNKNOWN && pair.second != UNKNOWN);
    let mut scores: Vec<f64> = pairs.iter().map(|pair| pair.score).collect();
    let least = nth_largest(&mut scores, options.bigrams);
    pairs.retain(|pair| pair.score >= least);
    pairs.shrink_to_fit();
    triples.retain(|&(key, ..)| {
        let (a, b, c) = split(key);
        find(pairs, a, b).is_some() && find(pairs, b, c).is_some()
    });
    let mut scores: Vec<f64> = triples.iter().map(|entry| entry.2 as f64).collect();
    let least = nth_largest(&mut scores, options.trigrams);
    triples.retain(|entry| entry.2 as f64 >= least);
}

/// Sets the back-off weights so that each context sums to one over what was kept.
fn back_off(pairs: &mut [Pair], triples: &[Triple], unigrams: &[f64], unigram_backoff: &mut [f64]) {
    for group in pairs.chunk_by(|a, b| a.first == b.first) {
        let held: f64 = group.iter().map(|pair| pair.probability).sum();
        let below: f64 = group.iter().map(|pair| unigrams[pair.second as usize]).sum();
        unigram_backoff[group[0].first as usize] = ((1.0 - held) / (1.0 - below)).clamp(1e-3, 1.0);
    }
    let lower = |pairs: &[Pair], b: u32, c: u32| {
        find(pairs, b, c).map_or_else(|| unigram_backoff[b as usize] * unigrams[c as usize], |at| pairs[at].probability)
    };
    pairs.iter_mut().for_each(|pair| pair.backoff = 1.0);
    for group in triples.chunk_by(|a, b| a.0 >> 21 == b.0 >> 21) {
        let (a, b, _) = split(group[0].0);
        let held: f64 = group.iter().map(|entry| (entry.1 as f64).exp()).sum();
        let below: f64 = group.iter().map(|entry| lower(pairs, b, split(entry.0).2)).sum();
        if let Some(at) = find(pairs, a, b) {
            pairs[at].backoff = ((1.0 - held) / (1.0 - below)).clamp(1e-2, 1.5);
        }
    }
}

fn nth_largest(scores: &mut [f64], n: usize) -> f64 {
    if scores.len() <= n {
        return f64::NEG_INFINITY;
    }
    let (_, value, _) = scores.select_nth_unstable_by(n, |a, b| b.total_cmp(a));
    *value
}

fn quantize(value: f32, low: f32, high: f32, codes: u32) -> u64 {
    let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
    (share * (codes - 1) as f32).round() as u64
}

fn pack(
    spool: &Spool,
    map: &WordMap,
    model: &Smoothed,
    kept: Option<&Ngrams>,
    options: &TrainOptions,
) -> io::Result<Vec<u8>> {
    let mut list: Vec<(String, u32)> = Vec::with_capacity(map.words);
    let mut unigrams = vec![0u8; map.words * 4];
    for (id, &(probability, backoff)) in model.unigrams.iter().enumerate() {
        let code = quantize(probability, LOWEST, 0.0, 1 << 16) as u16;
        unigrams[id * 4..id * 4 + 2].copy_from_slice(&code.to_le_bytes());
        unigrams[id * 4 + 2] = quantize(backoff, LOWEST_BACKOFF, HIGHEST_BACKOFF, 256) as u8;
    }
    if let Some(kept) = kept {
        // Words that the corpora lack stay, as they were written.
        kept.for_each_word(|word, id| {
            list.push((word.to_owned(), id));
            unigrams[id as usize * 4 + 3] = kept.case_code(id);
        });
    }
    let mut words: Vec<_> = spool.words.iter().collect();
    words.sort_unstable_by_key(|entry| entry.0);
    for (word, count) in words {
        let id = map.id(count.id);
        if id != UNKNOWN {
            if kept.is_none() {
                list.push((word.clone(), id));
            }
            let all = f64::from((count.lower + count.title + count.upper).max(1));
            let share = |n: u32| (f64::from(n) / all * 15.0).round() as u8;
            unigrams[id as usize * 4 + 3] = share(count.lower) | share(count.upper) << 4;
        }
    }
    let lexicon =
        fst::Map::from_iter(list.iter().map(|(word, id)| (word, u64::from(*id)))).map_err(io::Error::other)?;
    let lexicon = lexicon.as_fst().as_bytes();

    let code = |probability: f32| quantize(probability, -f32::from(options.lowest), 0.0, 1 << options.bits);
    let bigrams: Vec<(u64, u64)> = model
        .bigrams
        .iter()
        .map(|&(key, probability, backoff)| {
            let backoff = quantize(backoff, LOWEST_BACKOFF, HIGHEST_BACKOFF, 1 << options.backoff_bits);
            (key, code(probability) | backoff << options.bits)
        })
        .collect();
    let trigrams: Vec<(u64, u64)> = model.trigrams.iter().map(|&(key, probability)| (key, code(probability))).collect();
    let failed = || io::Error::other("the n-gram table could not be built: a key stands twice");
    let (shape2, cells2) =
        table::build(&bigrams, options.fingerprints.0, options.bits + options.backoff_bits).ok_or_else(failed)?;
    let (shape3, cells3) = table::build(&trigrams, options.fingerprints.1, options.bits).ok_or_else(failed)?;

    let mut bytes = vec![0u8; HEADER];
    bytes.extend_from_slice(lexicon);
    bytes.extend_from_slice(&unigrams);
    bytes.extend_from_slice(&cells2);
    bytes.extend_from_slice(&cells3);
    let shape = |shape: Shape| {
        [shape.seed, (shape.segment_count as u64) << 32 | shape.segment_length as u64, shape.fingerprint_bits as u64]
    };
    let numbers = [
        &[bytes.len() as u64, map.words as u64, lexicon.len() as u64][..],
        &shape(shape2),
        &shape(shape3),
        &[options.bits.into(), options.backoff_bits.into(), options.lowest.into()],
        &[kept.map_or(0, Ngrams::lexicon)],
    ];
    KIND.seal(&mut bytes, HEADER, &numbers.concat());
    Ok(bytes)
}

/// Tokens, perplexity and share of unknown words of held-out lines.
fn perplexity(ngrams: &Ngrams, lines: &[String]) -> (u64, f64, f64) {
    let (mut sum, mut count, mut unknown) = (0f64, 0u64, 0u64);
    let (mut tokens, mut word) = (Vec::new(), String::new());
    for line in lines {
        read_line(line, &mut tokens);
        let mut window = [SENTENCE, SENTENCE];
        for token in tokens.iter().filter(|token| token.kind != TokenKind::Quote) {
            if token.has(SENTENCE_START) {
                window = [SENTENCE, SENTENCE];
            }
            let text = token.text(line);
            let id = key::class(token.kind, text).unwrap_or_else(|| {
                key::normalize(text, &mut word);
                ngrams.id(&word).unwrap_or(UNKNOWN)
            });
            count += 1;
            if id == UNKNOWN {
                unknown += 1;
            } else {
                sum += f64::from(ngrams.log_prob(window[0], window[1], id));
            }
            window = [window[1], id];
        }
    }
    let known = (count - unknown).max(1);
    (count, (-sum / known as f64).exp(), unknown as f64 / count.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lexicon_is_kept_and_originals_are_read_beside_the_corpora() {
        let directory = tempfile::tempdir().expect("a directory");
        let write = |name: &str, bytes: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            path
        };
        let corpus = |name: &str, line: &str| vec![write(name, format!("{line}\n").repeat(40).as_bytes())];
        let model = |options: TrainOptions| {
            let trained = train(&TrainOptions { held_out: 0, ..options }, &mut |_| ()).expect("trained");
            (Ngrams::open(trained.bytes.clone().into(), true).expect("a model"), trained)
        };
        let harbor = corpus("harbor.txt", "The ship of the Navy left the harbor with free spins at noon.");
        let (first, trained) = model(TrainOptions { corpora: harbor, ..TrainOptions::default() });
        let lexicon = Some(write("harbor.ngm", &trained.bytes));
        let casino = GoldDocument::clean("a", "The casino offers free spins at noon.");
        let airport = corpus("airport.txt", "The plane left the airport at noon.");
        let other = TrainOptions { corpora: airport, lexicon, times: 3, ..TrainOptions::default() };
        let (bare, _) = model(other.clone());
        let (with, told) = model(TrainOptions { gold: vec![casino.clone()], ..other.clone() });
        let (without, _) = model(TrainOptions { gold: vec![casino.clone()], without: Some(fold(&casino.id)), ..other });
        assert_eq!(told.tokens, 40 * 8 + 3 * 8);
        assert_eq!(
            (with.words(), with.lexicon(), first.lexicon()),
            (first.words(), first.checksum(), first.checksum())
        );
        // Words that the other corpus lacks keep their ids and their case; words that it has beyond them are unknown.
        for word in ["ship", "harbor", "navy", "noon"] {
            assert_eq!((with.id(word), with.id(word).is_some()), (first.id(word), true), "{word}");
        }
        let case = |model: &Ngrams, word: &str| model.case(model.id(word).expect("there"));
        assert_eq!((case(&with, "navy").lower, case(&with, "ship").lower), (0.0, 1.0));
        assert_eq!((with.id("plane"), with.id("casino")), (None, None));
        // What was learned is of the new texts.
        let pair = |model: &Ngrams, words: [&str; 2]| {
            let [a, b] = words.map(|word| model.id(word).expect("there"));
            model.bigram(a, b)
        };
        assert!(pair(&first, ["the", "harbor"]).is_some() && pair(&with, ["the", "harbor"]).is_none());
        assert!(pair(&with, ["free", "spins"]).is_some() && pair(&bare, ["free", "spins"]).is_none());
        assert!(pair(&without, ["free", "spins"]).is_none());
    }
}
