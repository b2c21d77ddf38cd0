//! The file that the encoder is trained on: segments of texts, cut into word pieces, with their candidates.
//!
//! Segments stand one after the other, each with its length in bytes before it, all numbers little-endian:
//!
//! | what | type |
//! |---|---|
//! | bytes of the rest | u32 |
//! | part of the cross-validation (-1: none), whether it is to learn from, words and candidates of the text, first word | 5 × i32 |
//! | pieces, words, offers, phrases, pieces of phrases, truths, bytes of the text's name | 7 × u16 |
//! | the pieces and the word of each | u16 |
//! | of each word, what is to be known of it: bits of [`Look`] and below | u8 |
//! | of each offer, its run's start and end, its phrase and that of the words that stand there | 4 × u16 |
//! | of each offer, ln of the channel and the posterior | 2 × f32 |
//! | of each offer, its number in the text | u32 |
//! | of each offer, whether it is right | u8 |
//! | of each phrase, how many pieces it has; the pieces of all | u16 |
//! | of each truth, the start and the end of a run and the phrase that stood there | 3 × u16 |
//! | the text's name | UTF-8 |
//!
//! Places are words of the segment. Arrays of one line follow each other, not the numbers of one offer.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use crate::model::attend::{Look, Offer};
use crate::model::encoder::Encoder;

/// The word was changed: the first bit after those of how it looks.
pub(super) const CHANGED: u8 = 1 << Look::COUNT;
/// What was changed is an error, not a matter of style.
pub(super) const HARD: u8 = CHANGED << 1;
/// The word is inside a longer change, not its first.
pub(super) const INSIDE: u8 = CHANGED << 2;

/// A text with what is known of it.
pub(super) struct Text<'a> {
    pub(super) id: &'a str,
    pub(super) fold: Option<usize>,
    pub(super) is_learned: bool,
    /// Its words as they are looked up.
    pub(super) words: Vec<String>,
    /// How each looks, and [`CHANGED`], [`HARD`] and [`INSIDE`].
    pub(super) marks: Vec<u8>,
    pub(super) sentences: Vec<Range<usize>>,
    pub(super) offers: Vec<Offer>,
    /// Candidates of all, those that are offered among them.
    pub(super) candidates: usize,
    /// Runs of words with what stood there.
    pub(super) truths: Vec<(Range<usize>, String)>,
}

/// The phrases of a segment, each once.
#[derive(Default)]
struct Phrases {
    known: HashMap<String, u16>,
    lengths: Vec<u16>,
    pieces: Vec<u16>,
}

impl Phrases {
    fn number(&mut self, words: &str, encoder: &Encoder) -> u16 {
        if let Some(&known) = self.known.get(words) {
            return known;
        }
        let pieces = encoder.phrase(words);
        let number = self.lengths.len() as u16;
        self.lengths.push(pieces.len() as u16);
        self.pieces.extend(pieces.iter().map(|&piece| piece as u16));
        self.known.insert(words.to_owned(), number);
        number
    }
}

/// Writes the segments of a text.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub(super) fn write(text: &Text<'_>, encoder: &Encoder, out: &mut dyn Write) -> io::Result<()> {
    let words: Vec<&str> = text.words.iter().map(String::as_str).collect();
    for segment in encoder.segments(&words, &text.sentences) {
        let bytes = bytes(text, &segment.pieces, &segment.words, encoder);
        out.write_all(&(bytes.len() as u32).to_le_bytes())?;
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// The bytes of a segment: its pieces, and its words with how many pieces each has.
fn bytes(text: &Text<'_>, pieces: &[u32], words: &[(usize, usize)], encoder: &Encoder) -> Vec<u8> {
    let (first, end) = (words[0].0, words[words.len() - 1].0 + 1);
    let place = |run: &Range<usize>| [(run.start - first) as u16, (run.end - first) as u16];
    let is_inside = |run: &Range<usize>| first <= run.start && run.end <= end;
    let mut phrases = Phrases::default();
    let offers: Vec<(&Offer, [u16; 4])> = text.offers[text.offers.partition_point(|offer| offer.run.start < first)..]
        .iter()
        .take_while(|offer| offer.run.start < end)
        .filter(|offer| is_inside(&offer.run))
        .map(|offer| {
            let [start, end] = place(&offer.run);
            let own = text.words[offer.run.clone()].join(" ");
            (offer, [start, end, phrases.number(&offer.words, encoder), phrases.number(&own, encoder)])
        })
        .collect();
    let truths: Vec<[u16; 3]> = text
        .truths
        .iter()
        .filter(|(run, _)| is_inside(run))
        .map(|(run, words)| [place(run)[0], place(run)[1], phrases.number(words, encoder)])
        .collect();
    let is_right = |offer: &Offer| text.truths.iter().any(|(run, words)| *run == offer.run && *words == offer.words);
    let fold = text.fold.map_or(-1, |fold| fold as i32);
    let mut out = Vec::new();
    let wide = [fold, i32::from(text.is_learned), text.words.len() as i32, text.candidates as i32, first as i32];
    wide.iter().for_each(|n| out.extend(n.to_le_bytes()));
    let counts = [
        pieces.len(),
        end - first,
        offers.len(),
        phrases.lengths.len(),
        phrases.pieces.len(),
        truths.len(),
        text.id.len(),
    ];
    put(&mut out, counts.iter().map(|&n| n as u16));
    put(&mut out, pieces.iter().map(|&piece| piece as u16));
    put(&mut out, words.iter().flat_map(|&(word, count)| std::iter::repeat_n((word - first) as u16, count)));
    out.extend(&text.marks[first..end]);
    (0..4).for_each(|column| put(&mut out, offers.iter().map(|(_, numbers)| numbers[column])));
    offers.iter().for_each(|(offer, _)| out.extend(offer.channel.to_le_bytes()));
    offers.iter().for_each(|(offer, _)| out.extend(offer.posterior.to_le_bytes()));
    offers.iter().for_each(|(offer, _)| out.extend((offer.index as u32).to_le_bytes()));
    out.extend(offers.iter().map(|(offer, _)| u8::from(is_right(offer))));
    put(&mut out, phrases.lengths.iter().copied());
    put(&mut out, phrases.pieces.iter().copied());
    (0..3).for_each(|column| put(&mut out, truths.iter().map(|numbers| numbers[column])));
    out.extend(text.id.bytes());
    out
}

fn put(out: &mut Vec<u8>, numbers: impl Iterator<Item = u16>) {
    numbers.for_each(|n| out.extend(n.to_le_bytes()));
}
