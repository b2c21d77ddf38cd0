//! The first, cheap look: could this passage be spun at all? Nearly all text is clean and ends here.
//!
//! Words are sorted by how much oftener spinners leave them than English has them, and by whether clean text has them
//! beside their neighbors. The shares of each sort are judged by boosted trees of their own. It costs one or two table
//! look-ups for every third word.

use crate::candidates::Word;
use crate::dictionary::Dictionary;
use crate::text::key::{END, SENTENCE};

/// Sorts of words: by tell, times by how many neighbors they are seen beside.
pub(crate) const SORTS: usize = TELLS.len() * 3 + 2;
/// Lower ends, in nats, of the ranges of tells.
const TELLS: [f32; 7] = [-4.0, -2.5, -1.5, -0.75, 0.0, 1.0, 2.0];

/// The share of a passage's words of each sort, the constant first. How many words there are says nothing: spun articles
/// to learn from are shorter than clean ones.
pub(crate) fn glance(sentences: &[Vec<Word>], dictionary: &Dictionary) -> [f32; SORTS] {
    let mut shares = [0f32; SORTS];
    let mut count = 0f32;
    for sentence in sentences {
        // Whether clean text has the word at hand after the one before it, where that was looked up.
        let mut after_last = None;
        for (at, word) in sentence.iter().enumerate() {
            count += 1.0;
            let before = after_last.take();
            let tell = dictionary.pack.tell(word.lookup);
            let range = TELLS.iter().take_while(|&&low| tell >= low).count();
            if range == 0 {
                continue;
            }
            let left = at.checked_sub(1).map_or(SENTENCE, |before| sentence[before].model);
            let right = sentence.get(at + 1).map_or(END, |after| after.model);
            let seen = |a: u32, b: u32| usize::from(dictionary.ngrams.bigram(a, b).is_some());
            let after = seen(word.model, right);
            let beside = before.unwrap_or_else(|| seen(left, word.model)) + after;
            after_last = Some(after);
            shares[2 + (range - 1) * 3 + beside] += 1.0;
            shares[1] += dictionary.pack.evidence(word.lookup);
        }
    }
    shares.iter_mut().for_each(|share| *share /= count.max(1.0));
    shares[0] = 1.0;
    shares
}
