//! What the substitution table can turn back, given all the luck in the world.

use std::collections::HashSet;

use super::Dictionary;
use super::compile::LONGEST;
use crate::text::key;

/// Whether spun words can be turned back into their original word for word and run for run, each by one of the
/// `first` likeliest originals of its words.
pub(crate) fn covers(dictionary: &Dictionary, spun: &str, original: &str, first: usize) -> bool {
    let (spun, original) = (key::phrase(spun), key::phrase(original));
    // Spelling is for the text to say.
    let american = |word| dictionary.pack.american(word).unwrap_or(word);
    let spun: Vec<&str> = spun.split_whitespace().map(american).collect();
    let original: Vec<&str> = original.split_whitespace().map(american).collect();
    // Places reached in both, breadth first; every step goes forward in the spun words.
    let mut reached = vec![vec![false; original.len() + 1]; spun.len() + 1];
    reached[0][0] = true;
    for from in 0..spun.len() {
        let starts: Vec<usize> = (0..=original.len()).filter(|&to| reached[from][to]).collect();
        if starts.is_empty() {
            continue;
        }
        for &to in &starts {
            if original.get(to) == Some(&spun[from]) {
                reached[from + 1][to + 1] = true;
            }
        }
        for (length, readings) in readings(dictionary, &spun[from..], first) {
            for &to in &starts {
                for end in to..=original.len().min(to + LONGEST) {
                    if readings.contains(&original[to..end].join(" ")) {
                        reached[from + length][end] = true;
                    }
                }
            }
        }
    }
    reached[spun.len()][original.len()]
}

/// For every run of words that starts here, what it may stand for.
fn readings(dictionary: &Dictionary, words: &[&str], first: usize) -> Vec<(usize, HashSet<String>)> {
    let pack = &dictionary.pack;
    let ids: Vec<u32> = words
        .iter()
        .take(LONGEST)
        .map(|word| dictionary.ngrams.id(word).or_else(|| pack.word(word)).unwrap_or(key::UNKNOWN))
        .collect();
    // Substitutions are in order of their weight.
    let form = |original: u32| {
        let words = key::phrase(pack.original(original));
        words.split(' ').map(|word| pack.american(word).unwrap_or(word)).collect::<Vec<_>>().join(" ")
    };
    let mut all = vec![(1, pack.single(ids[0]).take(first).map(|found| form(found.original)).collect())];
    pack.for_each_run(ids.iter().copied(), |length, run| {
        all.push((length, pack.run(run).take(first).map(|found| form(found.original)).collect()));
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_runs() {
        let dictionary = Dictionary::builtin();
        for (spun, original, wanted) in [
            ("navy", "military", true),
            ("Protection Secretary", "Defense Secretary", true),
            ("Each day Mail", "Daily Mail", true),
            ("the American navy", "the American cheese", false),
            ("the navy", "the navy", true),
            ("", "", true),
            ("navy", "", false),
            ("", "navy", false),
        ] {
            assert_eq!(covers(&dictionary, spun, original, 30), wanted, "{spun} for {original}");
        }
        assert!(!covers(&dictionary, "navy", "military", 0));
    }
}
