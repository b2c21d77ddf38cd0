//! Words that a spinner moved or doubled: "lending that is payday" for "payday lending", "brand brand new".

use super::{Candidate, Ids, Reading, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::pack::{Codes, MOVED};
use crate::text::key::FIRST_WORD;

/// ln of how often a phrasal spinner turns a word before a noun into a clause behind it, against one word swapped.
const CLAUSE: f32 = -4.0;
/// ln of how often it repeats a word.
const DOUBLED: f32 = -4.5;
/// What the other families have less.
const ELSEWHERE: f32 = -2.0;

/// The small words that make the patterns, as ids.
#[derive(Debug)]
pub(crate) struct Marks {
    that: u32,
    verbs: [u32; 4],
}

impl Marks {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let id = |word: &str| dictionary.ngrams.id(word).unwrap_or(u32::MAX);
        Self { that: id("that"), verbs: [id("is"), id("are"), id("was"), id("were")] }
    }
}

/// Appends the candidates that start at `start`.
pub(crate) fn candidates(sentence: &[Word], start: usize, reach: usize, marks: &Marks, out: &mut Vec<Candidate>) {
    let words = &sentence[start..reach];
    let worded = |word: &Word| word.model >= FIRST_WORD;
    let mut push = |length: usize, reading: Reading, ids: Ids, weight: f32| {
        let codes = Codes::of([Some(weight + ELSEWHERE), Some(weight), Some(weight + 2.0 * ELSEWHERE), None]);
        out.push(Candidate { flags: MOVED, ..Candidate::new(start, length, reading, ids, codes) });
    };
    // "precious precious precious": all of them at once, for two repairs of two words would overlap.
    let first = &words[0];
    let same = words.iter().take_while(|word| word.lookup == first.lookup).count();
    let follows = start.checked_sub(1).is_some_and(|before| sentence[before].lookup == first.lookup);
    // Marks come in rows for their looks: ":::", "♥♥♥".
    if same > 1 && !follows && worded(first) && first.lettered {
        push(same, Reading::Moved { tail: 0, head: 1 }, Ids::new([first.model]), DOUBLED);
    }
    for head in 1..=2usize {
        let Some([that, verb]) = words.get(head..head + 2) else { continue };
        if that.model != marks.that || !marks.verbs.contains(&verb.model) || !words[..head].iter().all(worded) {
            continue;
        }
        for tail in 1..=2usize {
            let Some(moved) = words.get(head + 2..head + 2 + tail) else { continue };
            if moved.iter().all(worded) {
                let ids = Ids::new(moved.iter().chain(&words[..head]).map(|word| word.model));
                push(head + 2 + tail, Reading::Moved { tail: tail as u8, head: head as u8 }, ids, CLAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::sentences;
    use crate::text::block;

    #[test]
    fn only_words_are_doubled() {
        let dictionary = Dictionary::builtin();
        let marks = Marks::new(&dictionary);
        for (text, doubled) in [
            ("It is brand brand new.", 1),
            ("He bought precious precious precious jewelry.", 1),
            ("They left : : : at noon.", 0),
            ("They left ; ; at noon.", 0),
            ("They left ... ... at noon.", 0),
            ("They left ♥♥♥ at noon.", 0),
            ("They left →→→ and ── at noon.", 0),
            ("They paid 12 12 of it.", 0),
        ] {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            let mut found = Vec::new();
            for sentence in sentences(text, &tokens, &dictionary) {
                (0..sentence.len()).for_each(|at| candidates(&sentence, at, sentence.len(), &marks, &mut found));
            }
            assert_eq!(found.len(), doubled, "{text}: {found:?}");
        }
    }
}
