//! What the dictionaries say of a phrase, whatever stands around it.

use crate::candidates::{self, Word};
use crate::dictionary::coverage;
use crate::dictionary::pack::{INFLECTED, NAME, PART, Substitution, named};
use crate::report::Family;
use crate::span::Span;
use crate::text::key::UNKNOWN;
use crate::text::{block, tokenizer};
use crate::unspinner::{SOURCES, Unspinner};

/// One thing that a phrase may stand for; [`Unspinner::substitutes_for`] gives them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Substitute {
    /// What a spinner may have found there; empty where the phrase was inserted.
    pub original: String,
    /// The families that make the substitution, each with its weight: ln of P(phrase | original) times how readily
    /// spinners swap the original, in nats.
    pub families: Vec<(Family, f32)>,
    /// Number of real spun pages it was seen on; 255 stands for that many or more.
    pub pages: u8,
    /// Its rank among the substitutes that lists give for the original, from 0.
    pub rank: Option<u8>,
    /// The kinds of source that list it, as in [`Finding::sources`](crate::Finding::sources).
    pub sources: Vec<&'static str>,
    /// How it was made from what the sources say: `inflected`, `part` of a longer one, of a `name`.
    pub made: Vec<&'static str>,
}

impl Substitute {
    /// The largest weight of any family, in nats.
    pub fn weight(&self) -> f32 {
        self.families.iter().fold(f32::NEG_INFINITY, |most, (_, weight)| most.max(*weight))
    }
}

impl Unspinner {
    /// What a phrase as a whole may stand for, likeliest first, in any context; nothing where the substitution table
    /// does not hold it.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let substitutes = Unspinner::builtin().substitutes_for("navy");
    /// assert!(substitutes.iter().any(|substitute| substitute.original == "military"));
    /// ```
    pub fn substitutes_for(&self, phrase: &str) -> Vec<Substitute> {
        let pack = &self.dictionary().pack;
        let words = self.words(phrase);
        let mut found: Vec<Substitution> = Vec::new();
        if let [word] = words[..] {
            found.extend(pack.single(word.lookup));
        } else {
            pack.for_each_run(words.iter().map(|word| word.lookup), |length, run| {
                if length == words.len() {
                    found.extend(pack.run(run));
                }
            });
        }
        let substitute = |found: &Substitution| Substitute {
            original: pack.original(found.original).to_owned(),
            families: Family::ALL
                .into_iter()
                .zip(found.codes.weights())
                .filter_map(|(family, weight)| Some((family, weight?)))
                .collect(),
            pages: found.pages,
            rank: found.rank,
            sources: named(found.flags, &SOURCES),
            made: named(found.flags, &MADE),
        };
        let mut substitutes: Vec<Substitute> = Vec::with_capacity(found.len());
        // What only goes with others is in no family.
        for next in found.iter().map(substitute).filter(|next| !next.families.is_empty()) {
            // Dictionaries on top of others may say the same.
            match substitutes.iter_mut().find(|known| known.original == next.original) {
                Some(known) if known.weight() < next.weight() => *known = next,
                Some(_) => {}
                None => substitutes.push(next),
            }
        }
        substitutes.sort_by(|a, b| b.weight().total_cmp(&a.weight()).then_with(|| a.original.cmp(&b.original)));
        substitutes
    }

    /// Where a text has phrases that the dictionaries allow, the longest at each place, in order: no word of one is
    /// changed but with all of them and more.
    ///
    /// Cost: as the first look of a check, but all of the text, which must be shorter than 4 GiB, is taken at once: some
    /// 40 bytes of memory for each of its tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Span, Unspinner};
    ///
    /// let unspinner = Unspinner::builtin();
    /// assert_eq!(unspinner.allowed_in("He was the attorney general."), [Span::new(11, 27)]);
    /// ```
    pub fn allowed_in(&self, text: &str) -> Vec<Span> {
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let mut found = Vec::new();
        for sentence in candidates::sentences(text, &tokens, self.dictionary()) {
            found.extend(candidates::allowed(&sentence, self.dictionary()).map(|run| {
                let [first, last] = [run.start, run.end - 1].map(|at| tokens[sentence[at].token as usize]);
                Span::new(first.start as usize, last.end as usize)
            }));
        }
        found
    }

    /// Whether the substitution table can turn spun words back into their original: word for word and run for run,
    /// each by one of the `first` likeliest originals.
    ///
    /// Cost: time and memory grow with the product of both lengths, so this is for the words of findings and sentences, not
    /// for whole texts.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builtin();
    /// assert!(unspinner.covers("the American navy", "the American military", 30));
    /// assert!(!unspinner.covers("the American navy", "the American cheese", 30));
    /// ```
    pub fn covers(&self, spun: &str, original: &str, first: usize) -> bool {
        coverage::covers(self.dictionary(), spun, original, first)
    }

    /// Probability of a word of clean English without its context, by the language model; for a phrase, that of its
    /// rarest word, and 0 where the model lacks it or there are no words. As lower orders of a Kneser-Ney model are, it is
    /// the share of different pairs of words that end with this one, in which the most frequent words stand out less than
    /// in running text.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builtin();
    /// assert!(unspinner.unigram("policy") > unspinner.unigram("obesity"));
    /// assert_eq!(unspinner.unigram("zyxwv"), 0.0);
    /// assert_eq!(unspinner.unigram(""), 0.0);
    /// ```
    pub fn unigram(&self, phrase: &str) -> f64 {
        let words = self.words(phrase);
        if words.is_empty() {
            return 0.0;
        }
        let rarest = words.iter().map(|word| match word.model {
            UNKNOWN => f64::NEG_INFINITY,
            id => f64::from(self.dictionary().ngrams.unigram(id)),
        });
        rarest.fold(0.0, f64::min).exp()
    }

    fn words(&self, phrase: &str) -> Vec<Word> {
        let tokens = tokenizer::part(phrase);
        candidates::sentences(phrase, &tokens, self.dictionary()).into_iter().flatten().collect()
    }
}

const MADE: [(u8, &str); 3] = [(INFLECTED, "inflected"), (PART, "part"), (NAME, "name")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_looked_up_whole() {
        let unspinner = Unspinner::builtin();
        let originals = |phrase: &str| -> Vec<String> {
            unspinner.substitutes_for(phrase).into_iter().map(|substitute| substitute.original).collect()
        };
        assert!(originals("Each day").contains(&"daily".to_owned()), "{:?}", originals("Each day"));
        assert!(originals("").is_empty());
        assert!(originals("xqzzt").is_empty());
        // What clings to a word is what it is behind one.
        assert!(unspinner.unigram("'s") > 2.0 * unspinner.unigram("s"));
        let navy = unspinner.substitutes_for("navy");
        assert!(navy.windows(2).all(|pair| pair[0].weight() >= pair[1].weight()));
        assert!(navy.iter().all(|substitute| !substitute.families.is_empty() && !substitute.sources.is_empty()));
        // What only goes along with other words is no substitution of any family.
        assert!(unspinner.substitutes_for("too").iter().all(|substitute| !substitute.families.is_empty()));
    }
}
