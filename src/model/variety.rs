//! Whether a passage is written in British English, and which swaps would leave it.

use std::collections::BTreeSet;

use super::lattice::{Lattice, Sums};
use crate::candidates::Word;
use crate::dictionary::Dictionary;
use crate::dictionary::spelling::Parted;

/// Votes from which a passage is British: one word may be a spinner's.
const BRITISH: i32 = 2;
/// A word that was changed with this probability has no vote: its spelling is the spinner's.
const CHANGED: f32 = 0.5;

/// Names and the like that British texts have, and American ones; all of a side are one vote.
const NAMES: [&[&str]; 2] = [
    &["£", "bbc", "hmrc", "nhs", "ofsted", "tories", "tory", "westminster", "whitehall"],
    &["congress", "congressional", "congressman", "gop", "medicaid", "medicare", "pentagon"],
];

/// What British English says, and what only American English says for it.
const SAID: [(&str, &str); 26] = [
    ("autumn", "fall"),
    ("film", "movie"),
    ("films", "movies"),
    ("flat", "apartment"),
    ("flats", "apartments"),
    ("football", "soccer"),
    ("holiday", "vacation"),
    ("holidays", "vacations"),
    ("lift", "elevator"),
    ("lorries", "trucks"),
    ("lorry", "truck"),
    ("maths", "math"),
    ("motorway", "freeway"),
    ("motorway", "highway"),
    ("motorways", "highways"),
    ("mum", "mom"),
    ("mums", "moms"),
    ("pavement", "sidewalk"),
    ("petrol", "gas"),
    ("petrol", "gasoline"),
    ("pupil", "student"),
    ("pupils", "students"),
    ("railway", "railroad"),
    ("rubbish", "garbage"),
    ("rubbish", "trash"),
    ("trousers", "pants"),
];

/// Whether words start with what is written in several.
fn starts(words: &[Word], parted: &Parted) -> bool {
    words.len() >= parted.parts.len() && words.iter().zip(&parted.parts).all(|(word, &part)| word.model == part)
}

/// Whether a passage is British: different words that only British English spells as they are outnumber those that only
/// American English does, names counted in. Words that were most probably changed are not asked.
pub(crate) fn is_british(
    sentences: &[Vec<Word>],
    lattices: &[Lattice],
    sums: &[Sums],
    dictionary: &Dictionary,
) -> bool {
    let mut spelled: [BTreeSet<u32>; 2] = Default::default();
    let names = NAMES.map(|names| names.iter().filter_map(|name| dictionary.ngrams.id(name)).collect::<Vec<_>>());
    let mut named = [false; 2];
    for ((words, lattice), sums) in sentences.iter().zip(lattices).zip(sums) {
        for (at, word) in words.iter().enumerate() {
            for (named, names) in named.iter_mut().zip(&names) {
                *named |= names.contains(&word.model);
            }
            let (american, side) = match dictionary.parted().iter().find(|parted| starts(&words[at..], parted)) {
                Some(parted) => (parted.american, 0),
                None => match dictionary.pack.spelling(word.model) {
                    0 => continue,
                    vote => (dictionary.pack.twin(word.model), usize::from(vote < 0)),
                },
            };
            // To write the same as Americans do is no change: whether to do so is what is asked.
            let candidates = lattice.candidates.iter().zip(&sums.posterior);
            let changes = candidates.filter(|(candidate, _)| {
                (candidate.start..candidate.end).contains(&(at as u16)) && !candidate.ids.contains(&american)
            });
            if changes.map(|(_, posterior)| posterior).sum::<f32>() < CHANGED {
                spelled[side].insert(american);
            }
        }
    }
    let [british, american] = [0, 1].map(|side| spelled[side].len() as i32 + i32::from(named[side]));
    british - american >= BRITISH
}

/// Whether a reading of some words leaves the British English that they are in: a word that is spelled, or chosen, as
/// its text has it is the author's. `written` are the words and the reading as the text has them.
pub(crate) fn leaves_british(
    words: &[Word],
    reading: &[u32],
    [spun, original]: [&str; 2],
    dictionary: &Dictionary,
) -> bool {
    let goes = |word: &Word| !reading.contains(&word.model) && !reading.contains(&word.lookup);
    let [spun, original] = differing(spun, original);
    let says = |(british, american): &(&str, &str)| {
        british.eq_ignore_ascii_case(&spun) && american.eq_ignore_ascii_case(&original)
    };
    let is_joined = |parted: &Parted| {
        !reading.contains(&parted.american) && (0..words.len()).any(|at| starts(&words[at..], parted))
    };
    words.iter().any(|word| dictionary.pack.spelling(word.model) > 0 && goes(word))
        || SAID.iter().any(says)
        || dictionary.parted().iter().any(is_joined)
}

/// The words in which two runs of words differ, but for an article at their starts.
fn differing(spun: &str, original: &str) -> [String; 2] {
    let is_article = |word: &&str| ["a", "an", "the"].iter().any(|article| word.eq_ignore_ascii_case(article));
    let [spun, original] = [spun, original].map(|text| {
        let mut words = text.split_whitespace().peekable();
        words.next_if(is_article);
        words.collect::<Vec<&str>>()
    });
    let same = |(a, b): &(&&str, &&str)| a.eq_ignore_ascii_case(b);
    let front = spun.iter().zip(&original).take_while(same).count();
    let (spun, original) = (&spun[front..], &original[front..]);
    let back = spun.iter().rev().zip(original.iter().rev()).take_while(same).count();
    [spun, original].map(|words| words[..words.len() - back].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::passage::Passage;

    #[test]
    fn several_words_of_the_authors_own_make_a_text_british() {
        let dictionary = Dictionary::builtin();
        for (text, british) in [
            ("His behaviour and his humour were praised.", true),
            ("His behaviour, and again his behaviour, was praised.", false),
            ("His behaviour was praised by the BBC.", true),
            ("His behaviour and his humour were praised in the center.", false),
            ("His behaviour and humour were praised in Congress.", false),
            ("His behaviour was praised.", false),
            ("His behavior was praised.", false),
            ("His behaviour was praised by ten per cent.", true),
            ("His behaviour was praised by ten percent.", false),
            ("He was praised by ten per cent, and she by nine per cent.", false),
        ] {
            assert_eq!(Passage::of(text, &dictionary).is_british(), british, "{text}");
        }
    }

    #[test]
    fn words_differ_but_for_their_articles() {
        for (spun, original, expected) in [
            ("flat", "apartment", ["flat", "apartment"]),
            ("a flat", "an apartment", ["flat", "apartment"]),
            ("The flat", "an apartment", ["flat", "apartment"]),
            ("council flat", "Council apartment", ["flat", "apartment"]),
            ("flat in town", "apartment in town", ["flat", "apartment"]),
            ("the flat", "", ["flat", ""]),
            ("a flat", "a flat", ["", ""]),
        ] {
            assert_eq!(differing(spun, original), expected, "{spun}, {original}");
        }
    }
}
