//! What the encoder reads of a passage, and what it says of it: which of its words were changed, and into what.

use std::ops::Range;

use super::encoder::{Embeddings, Encoder};
use super::features::LEAST_OFFERED;
use super::passage::Passage;
use crate::dictionary::Dictionary;

/// How a word looks, which its pieces, in lower case, do not say: bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Look(pub(crate) u8);

impl Look {
    /// It starts with a capital.
    const CAPITAL: u8 = 1;
    /// It has two letters or more, all of them capitals.
    const CAPITALS: u8 = 2;
    /// It stands inside quotation marks.
    const QUOTED: u8 = 4;
    /// How many there are.
    pub(crate) const COUNT: usize = 3;
}

/// A candidate that the encoder reads together with what stands there.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// Words of the passage.
    pub(crate) run: Range<usize>,
    /// What may have stood there, in lower case, with spaces between the words.
    pub(crate) words: String,
    /// ln of the channel.
    pub(crate) channel: f32,
    pub(crate) posterior: f32,
    /// Its number among all candidates of the passage.
    pub(crate) index: usize,
}

/// A passage as the encoder reads it.
pub(crate) struct Reading {
    /// Its words in lower case.
    pub(crate) words: Vec<String>,
    pub(crate) looks: Vec<Look>,
    /// Each a range of words.
    pub(crate) sentences: Vec<Range<usize>>,
    /// The likelier candidates, by where they start.
    pub(crate) offers: Vec<Offer>,
    /// Candidates of all.
    pub(crate) candidates: usize,
}

impl Reading {
    pub(crate) fn of(passage: &Passage<'_>, dictionary: &Dictionary) -> Self {
        let words = passage.sentences.iter().flatten();
        let look = |text: &str, quoted: bool| {
            let capital = text.starts_with(char::is_uppercase);
            let capitals = capital && text.chars().nth(1).is_some() && !text.contains(char::is_lowercase);
            let bits = [(capital, Look::CAPITAL), (capitals, Look::CAPITALS), (quoted, Look::QUOTED)];
            Look(bits.iter().filter(|(has, _)| *has).map(|(_, bit)| bit).sum())
        };
        let looks = words.clone().map(|word| look(passage.tokens[word.token as usize].text(passage.text), word.quoted));
        let mut read = Self {
            words: words.clone().map(|word| passage.form(word)).collect(),
            looks: looks.collect(),
            sentences: Vec::with_capacity(passage.sentences.len()),
            offers: Vec::new(),
            candidates: 0,
        };
        let mut first = 0;
        for (at, lattice) in passage.lattices.iter().enumerate() {
            for (candidate, &posterior) in lattice.candidates.iter().zip(&passage.estimate.sums[at].posterior) {
                if posterior >= LEAST_OFFERED {
                    let words = passage.reading(at, candidate, dictionary);
                    // As the text would spell it: beside British words, American ones look wrong to the encoder.
                    let words = if passage.is_british() { dictionary.pack.write_british(&words, true) } else { words };
                    read.offers.push(Offer {
                        run: first + candidate.start as usize..first + candidate.end as usize,
                        words,
                        channel: candidate.channel,
                        posterior,
                        index: read.candidates,
                    });
                }
                read.candidates += 1;
            }
            let end = first + passage.sentences[at].len();
            read.sentences.push(first..end);
            first = end;
        }
        read.offers.sort_by_key(|offer| (offer.run.start, offer.run.end, offer.index));
        read
    }
}

/// Lets the encoder read a passage, and the passage hear of it.
///
/// Cost: 80 to 150 µs a word, on the calling thread.
pub(crate) fn attend(
    passage: &mut Passage<'_>,
    encoder: &Encoder,
    embeddings: &mut Embeddings,
    dictionary: &Dictionary,
) {
    let read = Reading::of(passage, dictionary);
    let said = encoder.hear(&read, embeddings);
    passage.hear(&said.odds, &said.detected);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_offered_as_the_text_spells() {
        let dictionary = Dictionary::builtin();
        for (text, offered, not) in [
            ("The theatre was praised for its flavour. They honoured the shading of the harbour.", "colour", "color"),
            ("The theater was praised for its flavor. They honored the shading of the harbor.", "color", "colour"),
        ] {
            let read = Reading::of(&Passage::of(text, &dictionary), &dictionary);
            let has = |word: &str| read.offers.iter().any(|offer| offer.words == word);
            let all = || read.offers.iter().map(|offer| offer.words.as_str()).collect::<Vec<_>>();
            assert!(has(offered) && !has(not), "{text}: {:?}", all());
        }
    }
}
