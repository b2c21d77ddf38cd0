//! Writes what the encoder is trained on: `unspin learn places`.
//!
//! One JSON object a line: the words of a text as they are looked up, the ends of its sentences, and its places with
//! their candidates. Texts come from documents with known substitutions, whose candidates are those of the lattice, and
//! from corpora that the substitution table is run over forwards, whose candidates are those of the table.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::forward::{Forward, Manner};
use super::held_out::HeldOut;
use super::random::Random;
use super::stretches::{Patience, Stretches};
use super::weights::{fold, is_watched};
use crate::candidates::{self, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::pack::Substitution;
use crate::dictionary::source::SourceFile;
use crate::eval::{GoldDocument, Need};
use crate::model::passage::Passage;
use crate::text::block;
use crate::text::key;
use crate::text::token::Token;

/// What to write places of.
#[derive(Clone, Debug)]
pub struct PlaceOptions {
    /// Corpora, one paragraph a line, as for the context scorer: `.txt`, `.txt.zst`, `.txt.gz`, or `-`.
    pub corpora: Vec<PathBuf>,
    /// Stretches of corpora, some 200 words each.
    pub stretches: usize,
    /// Where random numbers start.
    pub seed: u64,
}

/// A text with its places.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    /// Part of the cross-validation that it belongs to; none for corpora.
    fold: Option<usize>,
    words: Vec<String>,
    /// One past the last word of every sentence.
    ends: Vec<usize>,
    edits: Vec<Edit>,
    candidates: Vec<Offer>,
}

/// A known substitution: first word, one past the last, whether it is hard, and what stood there.
#[derive(Serialize)]
struct Edit(usize, usize, bool, Vec<String>);

/// A candidate: first word, one past the last, its words, ln of the channel, its posterior.
#[derive(Serialize)]
struct Offer(usize, usize, String, f32, f32);

/// Writes the places of documents with known substitutions, in their order.
///
/// With sources of dictionaries they are compiled as for `unspin learn weights`, which is to have the same candidates:
/// without what the documents of a part say, or the watched ones.
///
/// # Errors
///
/// Where a source is malformed or `out` cannot be written to.
pub fn gold(gold: &[GoldDocument], sources: &[SourceFile], watch: &str, out: &mut dyn Write) -> io::Result<()> {
    let counted = gold.iter().filter(|document| !is_watched(document, watch));
    let mut held_out = HeldOut::new(sources, counted).map_err(io::Error::other)?;
    for document in gold {
        let part = held_out.of(document);
        let passage = part.read(&document.text);
        let dictionary = &part.dictionary;
        let words: Vec<Word> = passage.sentences.iter().flatten().copied().collect();
        let token = |word: &Word| &passage.tokens[word.token as usize];
        let edits = document.edits.iter().map(|edit| {
            let start = words.partition_point(|word| (token(word).end as usize) <= edit.span.start);
            let end = words.partition_point(|word| (token(word).start as usize) < edit.span.end);
            let corrections = edit.corrections.iter().map(|text| key::phrase(text));
            Edit(start, end.max(start), edit.need == Need::Hard, corrections.collect())
        });
        let line = Line {
            id: &document.id,
            fold: Some(fold(&document.id)),
            ends: ends(&passage.sentences),
            edits: edits.collect(),
            candidates: offers(&passage, dictionary),
            words: words.iter().map(|word| passage.form(word)).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Every candidate of a passage's lattices, in order.
fn offers(passage: &Passage<'_>, dictionary: &Dictionary) -> Vec<Offer> {
    let mut offers = Vec::new();
    let mut first = 0;
    for (at, lattice) in passage.lattices.iter().enumerate() {
        for (candidate, &posterior) in lattice.candidates.iter().zip(&passage.estimate.sums[at].posterior) {
            let (start, end) = (first + candidate.start as usize, first + candidate.end as usize);
            offers.push(Offer(start, end, passage.reading(at, candidate, dictionary), candidate.channel, posterior));
        }
        first += passage.sentences[at].len();
    }
    offers
}

/// Writes spun stretches of corpora.
///
/// # Errors
///
/// Where a corpus cannot be read, the corpora have hardly any stretch that is long enough, or `out` cannot be written
/// to.
pub fn spins(options: &PlaceOptions, out: &mut dyn Write) -> io::Result<()> {
    let dictionary = Dictionary::builtin();
    let stretches = Stretches::read(&options.corpora)?;
    let spinner =
        Spinner { forward: Forward::of(&dictionary), spellings: spellings(&dictionary), dictionary: &dictionary };
    let (mut random, mut patience) = (Random::new(options.seed), Patience::default());
    let mut done = 0;
    while done < options.stretches {
        let line = spinner.spin(stretches.draw(&mut random), &mut random);
        if !patience.takes(line.words.len(), true)? {
            continue;
        }
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
        done += 1;
    }
    Ok(())
}

/// Most words of a stretch.
const MOST_WORDS: usize = 320;
/// Candidates of one place.
const CANDIDATES: usize = 14;
/// Share of the unchanged places that get their candidates.
const UNCHANGED: f32 = 0.25;

struct Spinner<'d> {
    dictionary: &'d Dictionary,
    forward: Forward,
    spellings: Vec<String>,
}

impl Spinner<'_> {
    fn spin(&self, text: &str, random: &mut Random) -> Line<'static> {
        let pack = &self.dictionary.pack;
        let manner = Manner::draw(random);
        let spares_quotes = random.unit() < 0.6;
        let mut tokens: Vec<Token> = Vec::new();
        block::read(text, &mut tokens);
        let sentences = candidates::sentences(text, &tokens, self.dictionary);
        let mut line =
            Line { id: "", fold: None, words: Vec::new(), ends: Vec::new(), edits: Vec::new(), candidates: Vec::new() };
        for sentence in &sentences {
            if line.words.len() > MOST_WORDS {
                break;
            }
            for word in sentence {
                let spared = word.fixed || word.quoted && spares_quotes;
                let mut own = String::new();
                key::normalize(tokens[word.token as usize].text(text), &mut own);
                let start = line.words.len();
                let drawn = if spared { None } else { self.forward.draw(word.lookup, manner, random) };
                if let Some(words) = drawn {
                    line.words.extend(words.iter().map(|&spun| self.spellings[spun as usize].clone()));
                    let end = line.words.len();
                    line.edits.push(Edit(start, end, true, vec![own.clone()]));
                    let found = if let [spun] = words {
                        self.offers(start, pack.single(*spun), manner.family)
                    } else {
                        vec![Offer(start, end, own, 0.0, 0.0)]
                    };
                    line.candidates.extend(found);
                    continue;
                }
                line.words.push(own);
                if !word.fixed && random.unit() < UNCHANGED {
                    line.candidates.extend(self.offers(start, pack.single(word.lookup), manner.family));
                }
            }
            line.ends.push(line.words.len());
        }
        line
    }

    /// The likeliest readings of a word, by the channel.
    fn offers(&self, at: usize, readings: impl Iterator<Item = Substitution>, family: usize) -> Vec<Offer> {
        let pack = &self.dictionary.pack;
        let readings = readings.filter_map(|found| found.codes.weights()[family].map(|weight| (found, weight)));
        let offer = |(found, weight): (Substitution, f32)| {
            Offer(at, at + 1, key::phrase(pack.original(found.original)), weight, 0.0)
        };
        readings.take(CANDIDATES).map(offer).collect()
    }
}

/// How every word of the dictionaries is written.
pub(super) fn spellings(dictionary: &Dictionary) -> Vec<String> {
    let mut spellings = vec![String::new(); dictionary.pack.word_count()];
    dictionary.ngrams.for_each_word(|word, id| word.clone_into(&mut spellings[id as usize]));
    dictionary.pack.for_each_word(|word, id| word.clone_into(&mut spellings[id as usize]));
    spellings
}

fn ends(sentences: &[Vec<Word>]) -> Vec<usize> {
    let mut end = 0;
    sentences
        .iter()
        .map(|sentence| {
            end += sentence.len();
            end
        })
        .collect()
}
