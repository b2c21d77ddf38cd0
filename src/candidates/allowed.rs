//! Phrases that settings allow, found among the tokens of a text.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::text::token::Token;
use crate::text::tokenizer;
use crate::text::{case, key};

/// Where in the tree of phrases every one of them starts.
const ROOT: u32 = 0;

/// The phrases that settings allow, as a tree of their tokens, and where a block of a text has them.
///
/// Cost: where nothing is allowed, none; else a look-up for every token, and one more for every further one that some
/// phrase goes on with. For every block the list is compared with the last one, which takes 90 microseconds for 20,000
/// phrases, and read anew where it is another.
#[derive(Default)]
pub(crate) struct Allowed {
    /// The phrases, as the settings that were last in force have them.
    list: Vec<String>,
    /// A number for every look-up form of a token that the phrases have.
    forms: HashMap<String, u32>,
    /// From a place in the tree, with one form more, to another place.
    steps: HashMap<(u32, u32), u32>,
    /// For every place in the tree, whether a phrase ends there.
    ends: Vec<bool>,
    /// The tokens of the block as numbers, without those that no phrase has.
    numbers: Vec<Option<u32>>,
    /// For every token of the block, how many from it on are the longest phrase that starts there, or 0.
    runs: Vec<usize>,
}

impl Allowed {
    /// Finds the phrases of a list in a block, in any case and spacing.
    pub(crate) fn find(&mut self, list: &[String], block: &str, tokens: &[Token]) {
        self.runs.clear();
        if self.list != list {
            self.read(list);
        }
        if self.ends.len() <= 1 {
            return;
        }
        let mut form = String::new();
        self.numbers.clear();
        self.numbers.extend(tokens.iter().map(|token| {
            key::normalize(token.text(block), &mut form);
            self.forms.get(&form).copied()
        }));
        self.runs.extend((0..tokens.len()).map(|start| {
            let (mut place, mut longest) = (ROOT, 0);
            for (length, number) in (1..).zip(&self.numbers[start..]) {
                let next = number.and_then(|number| self.steps.get(&(place, number)));
                let Some(&next) = next else { break };
                place = next;
                if self.ends[place as usize] {
                    longest = length;
                }
            }
            longest
        }));
    }

    /// How many tokens of the block, from one on, are an allowed phrase; 0 where none starts.
    #[inline]
    pub(crate) fn run(&self, token: usize) -> usize {
        self.runs.get(token).copied().unwrap_or(0)
    }

    fn read(&mut self, list: &[String]) {
        self.list = list.to_vec();
        self.forms.clear();
        self.steps.clear();
        self.ends = vec![false];
        let mut form = String::new();
        let with_initials = list.iter().filter_map(|phrase| capitalized(phrase));
        for phrase in list.iter().map(String::as_str).map(Cow::from).chain(with_initials.map(Cow::from)) {
            let mut place = ROOT;
            for token in tokenizer::part(&phrase) {
                key::normalize(token.text(&phrase), &mut form);
                let number = match self.forms.get(&form) {
                    Some(&number) => number,
                    None => {
                        let number = self.forms.len() as u32;
                        self.forms.insert(form.clone(), number);
                        number
                    }
                };
                let ends = &mut self.ends;
                place = *self.steps.entry((place, number)).or_insert_with(|| {
                    ends.push(false);
                    ends.len() as u32 - 1
                });
            }
            // No token at all is no phrase.
            self.ends[place as usize] = place != ROOT;
        }
    }
}

/// A phrase in lower case with initials, with capitals: it is by these that tokens know "George W. Bush".
fn capitalized(phrase: &str) -> Option<String> {
    let is_initial = |word: &str| matches!(word.as_bytes(), [b'a'..=b'z', b'.']);
    let words = || phrase.split_whitespace();
    words().any(is_initial).then(|| words().map(case::capitalize).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_at_each_place_is_found() {
        let mut allowed = Allowed::default();
        let mut found = |list: &[&str], text: &str| -> Vec<String> {
            let mut tokens = Vec::new();
            tokenizer::tokenize(text, &mut tokens);
            let list: Vec<String> = list.iter().map(|&phrase| phrase.to_owned()).collect();
            allowed.find(&list, text, &tokens);
            let runs = (0..tokens.len()).map(|start| (start, allowed.run(start))).filter(|(_, run)| *run > 0);
            runs.map(|(start, run)| text[tokens[start].start as usize..tokens[start + run - 1].end as usize].to_owned())
                .collect()
        };
        let text = "Then George W. Bush and a. b. c saw it.";
        let list = ["george w. bush", "a. b. c", "é. x w. y"];
        assert_eq!(found(&list, text), ["George W. Bush", "a. b. c"]);
        let text = "A brand  new day in Brand New York, and 'new' days";
        for (list, expected) in [
            (&[][..], &[][..]),
            (&["", " "], &[]),
            (&["brand new"], &["brand  new", "Brand New"]),
            (&["brand new", "Brand new day", "new"], &["brand  new day", "new", "Brand New", "New", "new"]),
            (&["new day of", "day"], &["day"]),
            (&["'new' days"], &["'new' days"]),
            (&["days in"], &[]),
        ] {
            assert_eq!(found(list, text), expected, "{list:?}");
            assert!(found(list, "").is_empty());
        }
    }
}
