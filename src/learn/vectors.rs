//! Trains the word vectors that the context scorer starts from: `unspin learn vectors`.
//!
//! Continuous bag of words with negative sampling (Mikolov et al., 2013) over paragraphs, one thread, so that the
//! same corpora give the same bytes.

use std::io;
use std::path::PathBuf;

use super::corpus::{for_each_line, nothing};
use super::random::Random;
use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::vectors::{DIMENSIONS, Vector, pack};
use crate::model::odds;
use crate::text::key::{self, FIRST_WORD};
use crate::text::token::{Token, TokenKind};
use crate::text::tokenizer;

/// What to train word vectors from.
#[derive(Clone, Debug)]
pub struct VectorOptions {
    /// Corpora, one paragraph a line.
    pub corpora: Vec<PathBuf>,
    /// The n-gram model whose words are to have vectors.
    pub model: PathBuf,
    /// Number of words, the most frequent ones.
    pub words: usize,
    /// Words on either side that make the context, at most.
    pub window: usize,
    /// Words drawn at random against each that stood there.
    pub negatives: usize,
    /// Step size at the start; it falls to nothing.
    pub rate: f32,
}

impl Default for VectorOptions {
    fn default() -> Self {
        Self { corpora: Vec::new(), model: PathBuf::new(), words: 40_000, window: 8, negatives: 6, rate: 0.04 }
    }
}

/// Trains word vectors; the result is the file's bytes.
///
/// Takes about five minutes and 1 GB of memory for 130 million words.
///
/// # Errors
///
/// Where a corpus or the model cannot be read, or the corpora have no word of the model.
pub fn train(options: &VectorOptions, progress: &mut dyn FnMut(&str)) -> io::Result<Vec<u8>> {
    let ngrams = Ngrams::open(std::fs::read(&options.model)?.into(), true).map_err(io::Error::other)?;
    let words = (options.words + FIRST_WORD as usize).min(ngrams.words());
    // Pass 1: the paragraphs as word ids.
    let mut text: Vec<u32> = Vec::new();
    let mut counts = vec![0u64; words];
    let (mut tokens, mut form): (Vec<Token>, String) = (Vec::new(), String::new());
    for path in &options.corpora {
        for_each_line(path, |line| {
            tokens.clear();
            tokenizer::tokenize(line, &mut tokens);
            for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
                key::normalize(token.text(line), &mut form);
                if let Some(id) = ngrams.id(&form).filter(|&id| (id as usize) < words) {
                    counts[id as usize] += 1;
                    text.push(id);
                }
            }
            text.push(u32::MAX);
            Ok(())
        })?;
        progress(&format!("read {} ({} words so far)", path.display(), text.len()));
    }
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return Err(nothing("word that the model has; give at least one file of English text"));
    }
    // Drawing table for negatives, counts to the power of 3/4.
    let mut table: Vec<u32> = Vec::with_capacity(1 << 22);
    let mass: f64 = counts.iter().map(|&count| (count as f64).powf(0.75)).sum();
    for (id, &count) in counts.iter().enumerate() {
        let share = (count as f64).powf(0.75) / mass * f64::from(1 << 22);
        table.extend(std::iter::repeat_n(id as u32, share.ceil() as usize * usize::from(count > 0)));
    }
    // Frequent words are skipped at random.
    let keep: Vec<u32> = counts
        .iter()
        .map(|&count| {
            let share = count as f64 / total as f64 / 1e-4;
            let keep = if share > 0.0 { (share.sqrt() + 1.0) / share } else { 1.0 };
            (keep.min(1.0) * f64::from(u32::MAX)) as u32
        })
        .collect();
    let mut random = Random::from_state(0x9e37_79b9_7f4a_7c15);
    let mut next = || random.next() >> 16;
    let mut contexts: Vec<Vector> = (0..words)
        .map(|_| std::array::from_fn(|_| ((next() & 0xffff) as f32 / 65536.0 - 0.5) / DIMENSIONS as f32))
        .collect();
    let mut outputs: Vec<Vector> = vec![[0.0; DIMENSIONS]; words];
    let mut paragraph: Vec<u32> = Vec::new();
    let (mut done, mut shown) = (0usize, 0usize);
    for part in text.split(|&id| id == u32::MAX) {
        done += part.len();
        paragraph.clear();
        paragraph.extend(part.iter().filter(|&&id| next() as u32 <= keep[id as usize]));
        let rate = options.rate * (1.0 - done as f32 / text.len() as f32).max(1e-4);
        for at in 0..paragraph.len() {
            let reach = 1 + next() as usize % options.window;
            let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(paragraph.len()));
            let count = to - from - 1;
            if count == 0 {
                continue;
            }
            let mut sum = [0f32; DIMENSIONS];
            for other in (from..to).filter(|&other| other != at) {
                sum.iter_mut().zip(&contexts[paragraph[other] as usize]).for_each(|(sum, x)| *sum += x);
            }
            let share = 1.0 / count as f32;
            sum.iter_mut().for_each(|x| *x *= share);
            let mut change = [0f32; DIMENSIONS];
            for draw in 0..=options.negatives {
                let (word, label) =
                    if draw == 0 { (paragraph[at], 1.0) } else { (table[next() as usize % table.len()], 0.0) };
                if draw > 0 && word == paragraph[at] {
                    continue;
                }
                let output = &mut outputs[word as usize];
                let score: f32 = sum.iter().zip(output.iter()).map(|(a, b)| a * b).sum();
                let step = (label - odds::probability(score)) * rate;
                for ((change, output), x) in change.iter_mut().zip(output.iter_mut()).zip(&sum) {
                    *change += step * *output;
                    *output += step * x;
                }
            }
            for other in (from..to).filter(|&other| other != at) {
                contexts[paragraph[other] as usize].iter_mut().zip(&change).for_each(|(x, change)| *x += change);
            }
        }
        if done - shown > 20_000_000 {
            shown = done;
            progress(&format!("{done} of {} words", text.len()));
        }
    }
    Ok(pack(&contexts, &outputs, ngrams.lexicon()))
}
