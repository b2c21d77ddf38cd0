//! Goes on training a context scorer on documents with known substitutions: `unspin learn tune`.
//!
//! Corpora of news and science say little of what articles are about that get spun; the documents do. Each of them
//! comes as it is, and spun anew: what it was has more to say than the words that one spinner swapped. Clean texts
//! come as they are, so that good English full of spinners' words does not look spun.

use super::chunk::{Chunk, Spinner};
use super::net::Net;
use super::step::{Scratch, Told};
use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::eval::GoldDocument;
use crate::learn::held_out::{self, Models};
use crate::learn::random::Random;
use crate::learn::weights::{check_part, fold, is_watched};
use crate::model::scorer::Scorer;

/// Passes over the documents.
const PASSES: usize = 3;
/// Spins of what a document was, beside the document, in a pass.
const ANEW: usize = 2;
/// Step sizes at the start for word vectors and for the dense part.
const RATES: [f32; 2] = [0.05, 0.002];
/// Step size at the end, as a share of that at the start.
const LAST: f32 = 0.02;

/// What to tune a scorer with.
#[derive(Clone, Copy, Debug)]
pub struct TuneOptions<'o> {
    /// The scorer to start from, trained for the built-in model ([`super::train`]).
    pub start: &'o [u8],
    /// What the documents are read by, each without what its part of the cross-validation says; scorers among it are not
    /// asked.
    pub models: Models<'o>,
    /// How the ids of documents start that are counted nowhere; nothing for none.
    pub watch: &'o str,
    /// The part of the cross-validation that is left out, of five, counted from 0.
    pub without: Option<usize>,
}

/// Tunes a scorer; the result is the file's bytes. Tells how well it does in the documents that are left out.
///
/// Takes half a minute for 2,200 documents.
///
/// # Errors
///
/// Where the scorer is none or was trained for other words, a source is malformed or a model is none, there are no
/// documents to learn from, or there is no such part.
pub fn tune(
    gold: &[GoldDocument],
    options: &TuneOptions<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, DictionaryError> {
    let model = Dictionary::builtin().ngrams.lexicon();
    let mut net = Net::of(&Scorer::open(options.start.to_vec().into(), model, true)?);
    let without = options.without;
    check_part(without).map_err(|message| DictionaryError::new(ErrorKind::Model, message))?;
    let counted = gold.iter().filter(|document| !is_watched(document, options.watch));
    let dictionaries = held_out::dictionaries(&options.models, counted, &[])?;
    let spinners: Vec<Spinner<'_>> = dictionaries.iter().map(Spinner::new).collect();
    let spinner = |document: &GoldDocument| &spinners[fold(&document.id) % spinners.len()];
    let (others, learned): (Vec<&GoldDocument>, Vec<_>) =
        gold.iter().partition(|document| Some(fold(&document.id)) == without);
    if learned.iter().all(|document| document.edits.is_empty()) {
        return Err(DictionaryError::new(ErrorKind::Model, "no documents with edits to learn from".to_owned()));
    }
    let originals: Vec<String> = learned.iter().map(|document| document.restored().text).collect();
    let tell = |net: &Net, what: &str, progress: &mut dyn FnMut(&str)| {
        let mut told = Told::default();
        let (mut random, mut chunk, mut scratch) = (Random::new(1), Chunk::default(), Scratch::default());
        for document in &others {
            spinner(document).take(document, &mut random, &mut chunk);
            net.tell(&chunk, &mut told, &mut scratch);
        }
        if !others.is_empty() {
            progress(&format!("{what}: {told}"));
        }
    };
    tell(&net, "before", progress);
    let mut random = Random::new(5);
    let (mut chunk, mut scratch) = (Chunk::default(), Scratch::default());
    let anew = |at: usize| if learned[at].edits.is_empty() { 0 } else { ANEW };
    let mut turns: Vec<(usize, usize)> =
        (0..learned.len()).flat_map(|at| (0..=anew(at)).map(move |turn| (at, turn))).collect();
    let total = PASSES * turns.len();
    for pass in 0..PASSES {
        for at in (1..turns.len()).rev() {
            turns.swap(at, random.below(at + 1));
        }
        let (mut loss, mut sites) = (0.0, 0);
        for (done, &(at, turn)) in turns.iter().enumerate() {
            match turn {
                0 => spinner(learned[at]).take(learned[at], &mut random, &mut chunk),
                _ => spinner(learned[at]).spin(&originals[at], &mut random, &mut chunk),
            }
            let left = 1.0 - (pass * turns.len() + done) as f32 / total as f32;
            let share = LAST + (1.0 - LAST) * left;
            loss += net.learn(&chunk, RATES.map(|rate| rate * share), &mut scratch);
            sites += chunk.sites.len();
        }
        progress(&format!("pass {}: {sites} places, loss {:.4}", pass + 1, loss / sites.max(1) as f64));
    }
    let bytes = net.pack(model);
    tell(&Net::of(&Scorer::open(bytes.clone().into(), model, true)?), "after", progress);
    Ok(bytes)
}
