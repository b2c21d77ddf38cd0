//! What the encoder says of a passage: how well its candidates fit, and which of its words were changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::encoder::{Embeddings, Encoder, fit};
use super::features::LEAST;
use super::passage::Passage;
use crate::dictionary::Dictionary;

/// Lets the encoder read a passage, and the passage hear of it.
///
/// Cost: some 80 µs a word, on the calling thread.
pub(crate) fn attend(
    passage: &mut Passage<'_>,
    encoder: &Encoder,
    embeddings: &mut Embeddings,
    dictionary: &Dictionary,
) {
    let forms: Vec<String> = passage.sentences.iter().flatten().map(|word| passage.form(word)).collect();
    let words: Vec<&str> = forms.iter().map(String::as_str).collect();
    let mut sentences: Vec<Range<usize>> = Vec::with_capacity(passage.sentences.len());
    for sentence in &passage.sentences {
        let start = sentences.last().map_or(0, |last| last.end);
        sentences.push(start..start + sentence.len());
    }
    let states = encoder.encode(&words, &sentences);
    let mut fits = Vec::new();
    for (at, lattice) in passage.lattices.iter().enumerate() {
        let first = sentences[at].start;
        let mut place = None;
        for (candidate, &posterior) in lattice.candidates.iter().zip(&passage.estimate.sums[at].posterior) {
            if posterior < LEAST {
                fits.push(0.0);
                continue;
            }
            let run = first + candidate.start as usize..first + candidate.end as usize;
            let (query, own) = match place.take() {
                Some((known, query, own)) if known == run => (query, own),
                _ => {
                    let query = encoder.query(&states, run.start, run.end);
                    let own = words[run.clone()].join(" ");
                    let own = fit(&query, embeddings.get(encoder, number(&own), || own.split_whitespace().collect()));
                    (query, own)
                }
            };
            let reading = passage.reading(at, candidate, dictionary);
            let embedding = embeddings.get(encoder, number(&reading), || reading.split_whitespace().collect());
            fits.push(fit(&query, embedding) - own);
            place = Some((run, query, own));
        }
    }
    let detected: Vec<f32> = (0..words.len()).map(|word| encoder.detect(&states, word)).collect();
    passage.hear(&fits, &detected);
}

/// The number under which a reading's embedding is kept.
fn number(words: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}
