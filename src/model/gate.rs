//! The first, cheap look: could this passage be spun at all? Nearly all text is clean and ends here.
//!
//! Words are sorted by how much oftener spinners leave them than English has them, and by whether clean text has them
//! beside their neighbors. The shares of each sort are judged by boosted trees of their own. It costs one or two table
//! look-ups for every third word.

use crate::candidates::Word;
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::bigram_key;
use crate::text::key::{END, SENTENCE};

/// Sorts of words: by tell, times by how many neighbors they are seen beside.
pub(crate) const SORTS: usize = TELLS.len() * 3 + 2;
/// Lower ends, in nats, of the ranges of tells.
const TELLS: [f32; 7] = [-4.0, -2.5, -1.5, -0.75, 0.0, 1.0, 2.0];

/// Room for the pairs of words that are looked up together.
#[derive(Default)]
pub(crate) struct Pairs {
    keys: Vec<u64>,
    seen: Vec<bool>,
    /// Of every word that tells anything: the range of its tell, and whether the pair before it was asked for, too.
    words: Vec<(u8, bool)>,
}

/// The share of a passage's words of each sort, the constant first. How many words there are says nothing: spun articles
/// to learn from are shorter than clean ones.
pub(crate) fn glance(sentences: &[Vec<Word>], dictionary: &Dictionary, pairs: &mut Pairs) -> [f32; SORTS] {
    let mut shares = [0f32; SORTS];
    let Pairs { keys, seen, words } = pairs;
    keys.clear();
    words.clear();
    let mut evidence = 0f32;
    for sentence in sentences {
        // Whether the pair of the word at hand and the one before it is the last that was asked for.
        let mut asked = false;
        for (at, word) in sentence.iter().enumerate() {
            let tell = dictionary.pack.tell(word.lookup);
            let range = TELLS.iter().map(|&low| u8::from(tell >= low)).sum();
            if range == 0 {
                asked = false;
                continue;
            }
            if !asked {
                let left = at.checked_sub(1).map_or(SENTENCE, |before| sentence[before].model);
                keys.push(bigram_key(left, word.model));
            }
            let right = sentence.get(at + 1).map_or(END, |after| after.model);
            keys.push(bigram_key(word.model, right));
            words.push((range, asked));
            evidence += dictionary.pack.evidence(word.lookup);
            asked = true;
        }
    }
    seen.clear();
    dictionary.ngrams.bigrams(keys, |pair| seen.push(pair.is_some()));
    let mut next = 0;
    for &(range, asked) in &*words {
        let before = if asked { next - 1 } else { next };
        next = before + 2;
        let beside = usize::from(seen[before]) + usize::from(seen[before + 1]);
        shares[2 + (usize::from(range) - 1) * 3 + beside] += 1.0;
    }
    shares[1] = evidence;
    let count: usize = sentences.iter().map(Vec::len).sum();
    shares.iter_mut().for_each(|share| *share /= (count as f32).max(1.0));
    shares[0] = 1.0;
    shares
}
