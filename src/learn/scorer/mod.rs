//! Trains the context scorer: `unspin learn scorer`.
//!
//! Text is spun by running the substitution table forwards; the scorer learns to tell which of the readings that the
//! table then allows truly stood at a place. One thread, so that the same corpora give the same bytes.

mod chunk;
mod net;
mod step;
pub mod tune;

use std::io;
use std::path::PathBuf;

use self::chunk::{Chunk, Spinner};
use self::net::Net;
use self::step::Scratch;
use super::random::Random;
use super::stretches::{Patience, Stretches};
use crate::dictionary::Dictionary;
use crate::dictionary::vectors::Vectors;
use crate::text::key::FIRST_WORD;

/// Places after which it is told how the training goes.
const TOLD: u64 = 1_000_000;

/// What to train the scorer from.
#[derive(Clone, Debug)]
pub struct ScorerOptions {
    /// Corpora, one paragraph a line: `.txt`, `.txt.zst`, `.txt.gz`, or `-`; "science" and "wikipedia" in a file's
    /// name set its share.
    pub corpora: Vec<PathBuf>,
    /// Number of words with vectors, the most frequent ones.
    pub words: usize,
    /// Places to learn from.
    pub sites: u64,
    /// Step sizes at the start for word vectors and for the dense part.
    pub rates: [f32; 2],
    /// Step size at the end, as a share of that at the start.
    pub last: f32,
    /// Where random numbers start; continue a training with another seed.
    pub seed: u64,
    /// Word vectors to start from ([`super::vectors`]).
    pub vectors: Option<PathBuf>,
    /// A state that an earlier training left, to go on from.
    pub resume: Option<PathBuf>,
}

impl Default for ScorerOptions {
    fn default() -> Self {
        Self {
            corpora: Vec::new(),
            words: 35_000,
            sites: 40_000_000,
            rates: [0.1, 0.02],
            last: 0.02,
            seed: 1,
            vectors: None,
            resume: None,
        }
    }
}

/// A trained scorer.
#[derive(Debug)]
pub struct Trained {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What a later training goes on from.
    pub state: Vec<u8>,
}

/// Trains a scorer for the built-in model and dictionaries.
///
/// # Errors
///
/// Where a corpus or state cannot be read, or the corpora have hardly any place to learn from.
pub fn train(options: &ScorerOptions, progress: &mut dyn FnMut(&str)) -> io::Result<Trained> {
    let dictionary = Dictionary::builtin();
    let mut stretches = Stretches::read(&options.corpora)?;
    let spinner = Spinner::new(&dictionary);
    let words = (options.words + FIRST_WORD as usize).min(dictionary.ngrams.words());
    let vectors = match &options.vectors {
        Some(path) => Some(
            Vectors::open(std::fs::read(path)?.into(), dictionary.ngrams.lexicon(), true).map_err(io::Error::other)?,
        ),
        None => None,
    };
    let mut net = Net::new(&dictionary.ngrams, vectors.as_ref(), words, &mut Random::new(77));
    if let Some(path) = &options.resume {
        net.load(&std::fs::read(path)?)?;
    }
    progress(&format!("{} chunks, {} substitutions", stretches.len(), spinner.substitutions()));
    let mut random = Random::new(options.seed);
    let (mut chunk, mut scratch) = (Chunk::default(), Scratch::default());
    let mut patience = Patience::default();
    let (mut done, mut chunks, mut figures) = (0u64, 0u64, Figures::default());
    while done < options.sites {
        spinner.spin(stretches.draw_next(&mut random), &mut random, &mut chunk);
        if !patience.takes(chunk.words.len(), !chunk.sites.is_empty())? {
            continue;
        }
        let left = 1.0 - done as f32 / options.sites as f32;
        let share = options.last + (1.0 - options.last) * left;
        let loss = net.learn(&chunk, options.rates.map(|rate| rate * share), &mut scratch);
        figures.add(&chunk, loss);
        done += chunk.sites.len() as u64;
        chunks += 1;
        if figures.sites >= TOLD || done >= options.sites {
            let sites = figures.sites as f64;
            let [channel, keep] = net.priors();
            progress(&format!(
                "{:.1} M sites, {chunks} chunks: loss {:.4}; {:.3} changed, {:.1} readings, channel {channel:.3}, keep {keep:.3}",
                done as f64 / 1e6,
                figures.loss / sites,
                figures.changed as f64 / sites,
                figures.readings as f64 / sites,
            ));
            figures = Figures::default();
        }
    }
    Ok(Trained { bytes: net.pack(dictionary.ngrams.lexicon()), state: net.save() })
}

/// How the training went since that was told last.
#[derive(Default)]
struct Figures {
    sites: u64,
    /// Sites where something else stood.
    changed: u64,
    readings: u64,
    loss: f64,
}

impl Figures {
    fn add(&mut self, chunk: &Chunk, loss: f64) {
        self.sites += chunk.sites.len() as u64;
        self.changed += chunk.sites.iter().filter(|site| site.truth > 0).count() as u64;
        self.readings += chunk.sites.iter().map(|site| site.choices.len() as u64).sum::<u64>();
        self.loss += loss;
    }
}
