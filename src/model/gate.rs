//! The first, cheap look: could this passage be spun at all? Nearly all text is clean and ends here.
//!
//! Words are sorted by how much oftener spinners leave them than English has them, and by whether clean text has them
//! beside their neighbors. The shares of each sort are judged by boosted trees of their own. It costs one or two table
//! look-ups for every third word. A word that comes again soon counts less each time: a text about frameworks says
//! "framework" a dozen times, and that is no more odd than once.

use crate::candidates::Word;
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::bigram_key;
use crate::text::key::{END, SENTENCE};

/// Sorts of words: by tell, times by how many neighbors they are seen beside.
pub(crate) const SORTS: usize = TELLS.len() * 3 + 2;
/// Lower ends, in nats, of the ranges of tells.
const TELLS: [f32; 7] = [-4.0, -2.5, -1.5, -0.75, 0.0, 1.0, 2.0];

/// Words among which a word is told to come again, so that texts of any length are looked at alike.
const SOON: usize = 256;

/// Room for the pairs of words that are looked up together.
#[derive(Default)]
pub(crate) struct Pairs {
    keys: Vec<u64>,
    seen: Vec<bool>,
    words: Vec<Told>,
    lately: Lately,
}

/// How often each word came of the last [`SOON`] ones, by a hash of it: at most half of the places are in use.
struct Lately {
    places: [(u32, u16); 1 << LATELY_BITS],
}

const LATELY_BITS: u32 = 9;
const _: () = assert!(SOON * 2 <= 1 << LATELY_BITS, "the places of `Lately` are too few");

impl Default for Lately {
    fn default() -> Self {
        Self { places: [(0, 0); 1 << LATELY_BITS] }
    }
}

impl Lately {
    /// Which time a word comes, from 1.
    fn time(&mut self, word: u32) -> u16 {
        let mut at = (word.wrapping_mul(0x9e37_79b1) >> (u32::BITS - LATELY_BITS)) as usize;
        loop {
            let (known, times) = &mut self.places[at];
            if *times == 0 || *known == word {
                *known = word;
                *times += 1;
                return *times;
            }
            at = (at + 1) % self.places.len();
        }
    }
}

/// A word that tells anything.
struct Told {
    piece: u32,
    /// Which time it comes.
    time: u16,
    /// The range of its tell.
    range: u8,
    /// Whether the pair before it was asked for, too.
    asked: bool,
}

/// What the first look saw of some sentences of a text.
pub(crate) struct Piece {
    /// One past the last of them.
    pub(crate) end: usize,
    pub(crate) words: usize,
    /// What the words of each sort come to.
    sums: [f32; SORTS],
}

/// The share of the words of some pieces that are of each sort, the constant first. How many words there are says
/// nothing: spun articles to learn from are shorter than clean ones.
pub(crate) fn shares(pieces: &[Piece]) -> [f32; SORTS] {
    let words: usize = pieces.iter().map(|piece| piece.words).sum();
    let mut shares = [0f32; SORTS];
    pieces.iter().for_each(|piece| shares.iter_mut().zip(piece.sums).for_each(|(share, sum)| *share += sum));
    shares.iter_mut().for_each(|share| *share /= (words as f32).max(1.0));
    shares[0] = 1.0;
    shares
}

/// The [`shares`] of all of a text's sentences.
pub(crate) fn glance(sentences: &[Vec<Word>], dictionary: &Dictionary, pairs: &mut Pairs) -> [f32; SORTS] {
    shares(&pieces(sentences, usize::MAX, dictionary, pairs))
}

/// Looks at a text's sentences in pieces of at least so many words each, the last one aside. Words that are held are of no
/// sort.
pub(crate) fn pieces(sentences: &[Vec<Word>], least: usize, dictionary: &Dictionary, pairs: &mut Pairs) -> Vec<Piece> {
    pairs.keys.clear();
    pairs.words.clear();
    let empty = Piece { end: 0, words: 0, sums: [0.0; SORTS] };
    let mut pieces = Vec::new();
    let mut piece = Piece { ..empty };
    let mut left_till_forgotten = SOON;
    for (number, sentence) in sentences.iter().enumerate() {
        // Whether the pair of the word at hand and the one before it is the last that was asked for.
        let mut asked = false;
        let mut held = 0;
        for (at, word) in sentence.iter().enumerate() {
            if left_till_forgotten == 0 {
                pairs.lately = Lately::default();
                left_till_forgotten = SOON;
            }
            left_till_forgotten -= 1;
            held = held.max(at + word.held as usize);
            let tell = dictionary.pack.tell(word.lookup);
            let range = TELLS.iter().map(|&low| u8::from(tell >= low)).sum();
            if range == 0 || at < held {
                asked = false;
                continue;
            }
            if !asked {
                let left = at.checked_sub(1).map_or(SENTENCE, |before| sentence[before].model);
                pairs.keys.push(bigram_key(left, word.model));
            }
            let right = sentence.get(at + 1).map_or(END, |after| after.model);
            pairs.keys.push(bigram_key(word.model, right));
            let time = pairs.lately.time(word.lookup);
            pairs.words.push(Told { piece: pieces.len() as u32, time, range, asked });
            piece.sums[1] += dictionary.pack.evidence(word.lookup) / f32::from(time);
            asked = true;
        }
        piece.words += sentence.len();
        piece.end = number + 1;
        if piece.words >= least {
            pieces.push(std::mem::replace(&mut piece, Piece { ..empty }));
        }
    }
    if piece.words > 0 {
        pieces.push(piece);
    }
    pairs.lately = Lately::default();
    let Pairs { keys, seen, words, .. } = pairs;
    seen.clear();
    dictionary.ngrams.bigrams(keys, |pair| seen.push(pair.is_some()));
    let mut next = 0;
    for &Told { piece, time, range, asked } in &*words {
        let before = if asked { next - 1 } else { next };
        next = before + 2;
        let beside = usize::from(seen[before]) + usize::from(seen[before + 1]);
        pieces[piece as usize].sums[2 + (usize::from(range) - 1) * 3 + beside] += 1.0 / f32::from(time);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates;
    use crate::text::block;

    #[test]
    fn each_of_as_many_words_as_can_come_lately_is_counted() {
        let mut lately = Lately::default();
        // As different as words can be, and with hashes that are one after another.
        for word in (0..SOON as u32 / 4).flat_map(|n| [n, n + 1000, n << 20, n.wrapping_mul(0x144c_bc89)]) {
            let before = lately.places.iter().find(|place| place.0 == word).map_or(0, |place| place.1);
            assert_eq!(lately.time(word), before + 1, "{word}");
        }
        assert_eq!(lately.places.iter().map(|place| usize::from(place.1)).sum::<usize>(), SOON);
    }

    #[test]
    fn words_that_come_again_soon_count_less() {
        let dictionary = Dictionary::builtin();
        let mut pairs = Pairs::default();
        // What all sorts but the first hold together, in words.
        let mut told = |text: &str| {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            let sentences = candidates::sentences(text, &tokens, &dictionary);
            let count: usize = sentences.iter().map(Vec::len).sum();
            glance(&sentences, &dictionary, &mut pairs)[2..].iter().sum::<f32>() * count as f32
        };
        // Words that nobody knows tell nothing.
        let plain = "xqzv ".repeat(300);
        for (text, words) in [
            ("framework framework framework ".to_owned(), 1.0 + 0.5 + 1.0 / 3.0),
            ("framework hyperlink framework ".to_owned(), 2.0 + 0.5),
            (format!("framework {plain}framework "), 2.0),
        ] {
            let found = told(&text);
            assert!((found - words).abs() < 1e-3, "{found} for {words}: {text}");
        }
    }
    #[test]
    fn pieces_are_looked_at_as_the_whole_is() {
        let dictionary = Dictionary::builtin();
        let mut pairs = Pairs::default();
        let text = include_str!("../../tests/examples/spun-article.txt");
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let sentences = candidates::sentences(text, &tokens, &dictionary);
        let whole = glance(&sentences, &dictionary, &mut pairs);
        for least in [1, 20, 1000] {
            let pieces = pieces(&sentences, least, &dictionary, &mut pairs);
            assert_eq!(pieces.last().expect("there is text").end, sentences.len());
            assert!(pieces[..pieces.len() - 1].iter().all(|piece| piece.words >= least));
            assert!(pieces.is_sorted_by(|one, next| one.end < next.end));
            for (a, b) in shares(&pieces).into_iter().zip(whole) {
                assert!((a - b).abs() < 1e-4, "{a} {b} in pieces of {least}");
            }
        }
    }
}
