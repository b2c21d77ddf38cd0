//! Writes what the encoder is trained on: `unspin learn places`.
//!
//! Texts come from documents with known substitutions, and from corpora that the substitution table is run over
//! forwards. Either way the engine reads them as it reads any text, so that candidates and posteriors are those that
//! the encoder will meet; `segments.rs` beside this has what is written.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use super::forward::{Forward, Manner, spellings};
use super::held_out::{HeldOut, Models, Part};
use super::part;
use super::random::Random;
use super::segments::{self, CHANGED, HARD, INSIDE, Text};
use super::stretches::{Patience, Stretches};
use super::weights::{fold, is_watched};
use crate::candidates;
use crate::dictionary::Dictionary;
use crate::eval::{GoldDocument, GoldEdit, Need};
use crate::model::attend::Reading;
use crate::model::encoder::Encoder;
use crate::span::Span;
use crate::text::block;
use crate::text::case::{self, Case};
use crate::text::key;
use crate::text::token::Token;

/// What to spin.
#[derive(Clone, Debug)]
pub struct PlaceOptions {
    /// Corpora, one paragraph a line, as for the context scorer: `.txt`, `.txt.zst`, `.txt.gz`, or `-`.
    pub corpora: Vec<PathBuf>,
    /// Stretches of corpora, some 200 words each.
    pub stretches: usize,
    /// Where random numbers start.
    pub seed: u64,
}

/// Writes the places of documents with known substitutions, in their order, and of those made of them that are spun in
/// part; the latter are none to learn from.
///
/// `models` are as for `unspin learn weights`, which is to have the same candidates: without what the documents of a part
/// say, or the watched ones. `encoder` is a packed encoder, whose vocabulary words are cut by.
///
/// # Errors
///
/// Where a source is malformed or a model is none, `encoder` is none or `out` cannot be written to.
pub fn gold(
    gold: &[GoldDocument],
    models: &Models<'_>,
    watch: &str,
    encoder: Vec<u8>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let encoder = Encoder::open(encoder.into(), true).map_err(io::Error::other)?;
    let parts: Vec<GoldDocument> = gold.iter().flat_map(part::parts).collect();
    let counted = gold.iter().chain(&parts).filter(|document| !is_watched(document, watch));
    let mut held_out = HeldOut::new(models, counted, &[]).map_err(io::Error::other)?;
    for document in gold.iter().chain(&parts) {
        let text = text(document, Some(fold(&document.id)), held_out.of(document));
        segments::write(&text, &encoder, out)?;
    }
    Ok(())
}

/// A document as it is read, with what is known of it.
fn text<'d>(document: &'d GoldDocument, fold: Option<usize>, part: &mut Part) -> Text<'d> {
    let passage = part.read(&document.text);
    let read = Reading::of(&passage, &part.dictionary);
    let tokens: Vec<&Token> =
        passage.sentences.iter().flatten().map(|word| &passage.tokens[word.token as usize]).collect();
    let mut marks: Vec<u8> = read.looks.iter().map(|look| look.0).collect();
    let mut truths = HashSet::new();
    for edit in &document.edits {
        let start = tokens.partition_point(|token| (token.end as usize) <= edit.span.start);
        let end = tokens.partition_point(|token| (token.start as usize) < edit.span.end).max(start);
        for (at, mark) in marks[start..end].iter_mut().enumerate() {
            *mark |= CHANGED;
            *mark |= if edit.need == Need::Hard { HARD } else { 0 };
            *mark |= if at > 0 { INSIDE } else { 0 };
        }
        for correction in edit.corrections.iter().map(|text| key::phrase(text)) {
            truths.extend([trimmed(&read.words, start..end, &correction), (start..end, correction)]);
        }
    }
    let mut truths: Vec<(Range<usize>, String)> = truths.into_iter().filter(|(run, _)| !run.is_empty()).collect();
    truths.sort_by(|a, b| (a.0.start, a.0.end, &a.1).cmp(&(b.0.start, b.0.end, &b.1)));
    Text {
        id: &document.id,
        fold,
        is_learned: !part::is_made(&document.id),
        words: read.words,
        marks,
        sentences: read.sentences,
        offers: read.offers,
        candidates: read.candidates,
        truths,
    }
}

/// A run and what stood there without the words that both have at their starts and ends.
fn trimmed(words: &[String], run: Range<usize>, correction: &str) -> (Range<usize>, String) {
    let (own, other) = (&words[run.clone()], correction.split_whitespace().collect::<Vec<_>>());
    let most = own.len().min(other.len());
    let before = (0..most).take_while(|&n| own[n] == other[n]).count();
    let same = |&n: &usize| own[own.len() - 1 - n] == other[other.len() - 1 - n];
    let after = (0..most - before).take_while(same).count();
    (run.start + before..run.end - after, other[before..other.len() - after].join(" "))
}

/// Writes spun stretches of corpora.
///
/// # Errors
///
/// Where a corpus cannot be read, the corpora have hardly any stretch that is long enough, `encoder` is none or `out`
/// cannot be written to.
pub fn spins(options: &PlaceOptions, encoder: Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
    let encoder = Encoder::open(encoder.into(), true).map_err(io::Error::other)?;
    let mut held_out = HeldOut::new(&Models::default(), std::iter::empty(), &[]).map_err(io::Error::other)?;
    let dictionary = Dictionary::builtin();
    let stretches = Stretches::read(&options.corpora)?;
    let spinner =
        Spinner { forward: Forward::of(&dictionary), spellings: spellings(&dictionary), dictionary: &dictionary };
    let (mut random, mut patience) = (Random::new(options.seed), Patience::default());
    let mut done = 0;
    while done < options.stretches {
        let document = spinner.spin(stretches.draw(&mut random), &mut random);
        let text = text(&document, None, held_out.of(&document));
        if !patience.takes(text.words.len(), true)? {
            continue;
        }
        segments::write(&text, &encoder, out)?;
        done += 1;
    }
    Ok(())
}

/// Most words of a stretch.
const MOST_WORDS: usize = 320;

struct Spinner<'d> {
    dictionary: &'d Dictionary,
    forward: Forward,
    spellings: Vec<String>,
}

impl Spinner<'_> {
    /// The text with some of its words swapped, written as the words were that stood there.
    fn spin(&self, text: &str, random: &mut Random) -> GoldDocument {
        let manner = Manner::draw(random);
        let spares_quotes = random.unit() < 0.6;
        let mut tokens: Vec<Token> = Vec::new();
        block::read(text, &mut tokens);
        let sentences = candidates::sentences(text, &tokens, self.dictionary);
        let mut spun = GoldDocument::clean("", "");
        let (mut at, mut count) = (0, 0);
        for sentence in &sentences {
            if count > MOST_WORDS {
                break;
            }
            count += sentence.len();
            for word in sentence {
                let token = &tokens[word.token as usize];
                spun.text.push_str(&text[at..token.start as usize]);
                at = token.end as usize;
                let own = token.text(text);
                let spared = word.fixed || word.quoted && spares_quotes;
                let drawn = if spared { None } else { self.forward.draw(word.lookup, manner, random) };
                let Some(words) = drawn else {
                    spun.text.push_str(own);
                    continue;
                };
                let start = spun.text.len();
                let words: Vec<&str> = words.iter().map(|&id| self.spellings[id as usize].as_str()).collect();
                let words = words.join(" ");
                match case::of(own) {
                    Case::Upper => spun.text.push_str(&words.to_uppercase()),
                    Case::Title => spun.text.push_str(&case::capitalize(&words)),
                    _ => spun.text.push_str(&words),
                }
                let span = Span::new(start, spun.text.len());
                spun.edits.push(GoldEdit { span, corrections: vec![own.to_owned()], need: Need::Hard });
            }
        }
        spun
    }
}
