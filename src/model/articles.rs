//! "A official", "an federal judge": what is left where a spinner swaps the word behind an article and takes no heed of
//! it. The sound of a word tells, and the counts of pairs of words have to agree, so that no trees are asked.

use super::explain;
use super::passage::Passage;
use crate::candidates::{self, Word, realize};
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::Ngrams;
use crate::report::{Applicability, Correction, Evidence, Family, Finding, Rule, Severity};
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::token::{SPACE_BEFORE, TokenKind};

/// How much likelier a word must be behind the other article, in nats.
const CLEAR: f32 = 2.0;
/// ln P above which a word is of those that hardly stand behind an article.
const SMALL_WORD: f32 = -5.7;
/// Letters of a word that is told by its spelling alone.
const SPELLED: usize = 4;

/// An article that the next word does not suit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Index of the sentence.
    pub(crate) sentence: usize,
    /// The token that is the article; the next one is the word behind it.
    pub(crate) token: usize,
    /// The article that suits.
    pub(crate) article: &'static str,
}

impl Misfit {
    /// The article's bytes.
    pub(crate) fn span(&self, passage: &Passage<'_>) -> Span {
        let token = passage.tokens[self.token];
        Span::new(token.start as usize, token.end as usize)
    }

    /// The bytes of the article and of the word that it does not suit.
    pub(crate) fn reach(&self, passage: &Passage<'_>) -> Span {
        Span::new(self.span(passage).start, passage.tokens[self.token + 1].end as usize)
    }

    /// The finding of it, to be reviewed: of 111 in articles whose originals are known, the word behind the article was
    /// swapped in 106. The confidence is that something is wrong; `place` is the whole text, and where in it the passage starts.
    pub(crate) fn finding(
        &self,
        passage: &Passage<'_>,
        confidence: f32,
        family: Family,
        evidence: bool,
        place: (&str, usize),
    ) -> Finding {
        let rule = Rule::SwappedFunctionWord;
        let (span, next) = (self.span(passage), passage.tokens[self.token + 1].text(passage.text));
        let text = format!("“{}” is what stands before “{next}”, by its sound", self.article.to_lowercase());
        let reason = Evidence { kind: "article", text, nats: None };
        Finding {
            span,
            corrections: vec![Correction { text: self.article.to_owned(), confidence }],
            severity: Severity::Warning,
            applicability: Applicability::Review,
            rule,
            family,
            message: format!(
                "“{}” does not suit “{next}”: one of the two was most probably swapped",
                &passage.text[span.range()]
            ),
            evidence: if evidence { vec![reason] } else { Vec::new() },
            sources: Vec::new(),
            id: explain::id(passage, (self.token, self.token), self.article, place),
        }
    }
}

/// The articles of a passage that do not suit what stands behind them, in order.
pub(crate) fn misfits(passage: &Passage<'_>, dictionary: &Dictionary) -> Vec<Misfit> {
    let ngrams = &dictionary.ngrams;
    let (Some(a), Some(an)) = (ngrams.id("a"), ngrams.id("an")) else { return Vec::new() };
    let mut misfits = Vec::new();
    for (sentence, words) in passage.sentences.iter().enumerate() {
        // Found where an article asks for them.
        let mut whole: Option<Vec<_>> = None;
        for (at, pair) in words.windows(2).enumerate() {
            let [own, other] = match pair[0].model {
                model if model == a => [a, an],
                model if model == an => [an, a],
                _ => continue,
            };
            if stands(passage, pair, ngrams)
                && suits_other(passage, &pair[1], [own, other], own == an, ngrams)
                && !whole
                    .get_or_insert_with(|| candidates::whole(words, dictionary).collect())
                    .iter()
                    .any(|run| run.contains(&at))
            {
                let token = pair[0].token as usize;
                let capital = passage.tokens[token].text(passage.text).starts_with('A');
                let article = match (own == an, capital) {
                    (true, false) => "a",
                    (true, true) => "A",
                    (false, false) => "an",
                    (false, true) => "An",
                };
                misfits.push(Misfit { sentence, token, article });
            }
        }
    }
    misfits
}

/// Whether the first of two words is an article, and no letter or name of one, right before the second. Nor is the "An"
/// of a name: "An Post".
fn stands(passage: &Passage<'_>, words: &[Word], ngrams: &Ngrams) -> bool {
    let [article, next] = [&words[0], &words[1]];
    let at = article.token as usize;
    let spaced = |token: usize| passage.tokens[token].has(SPACE_BEFORE);
    let is_name = || {
        let next = &passage.tokens[at + 1];
        passage.tokens[at].text(passage.text) == "An" && realize::has_new_capital(passage.text, next, ngrams)
    };
    let is_free = |word: &Word| !word.fixed && !word.quoted;
    is_free(article)
        && is_free(next)
        && !next.barrier
        && next.token as usize == at + 1
        && spaced(at + 1)
        && realize::is_article(passage.text, &passage.tokens, at)
        && (spaced(at) || realize::opens(passage.text, &passage.tokens, at))
        && !is_name()
}

/// Whether the other article suits a word, and this one does not, beyond doubt.
fn suits_other(passage: &Passage<'_>, word: &Word, [own, other]: [u32; 2], is_an: bool, ngrams: &Ngrams) -> bool {
    let at = word.token as usize;
    let token = &passage.tokens[at];
    let text = token.text(passage.text);
    if realize::an_fits(passage.text, &passage.tokens, at, ngrams) == is_an {
        return false;
    }
    if token.kind == TokenKind::Number {
        // "Eighteen hundred" and "one thousand eight hundred" are both said.
        return !is_an || text.starts_with(|first| matches!(first, '2'..='7' | '9'));
    }
    let is_word = token.kind == TokenKind::Word && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    // "An historic", "an hotel": where the h is hardly said both are written. What is all capitals is spoken either way:
    // "an SQL", "a SQL".
    let is_either = is_an && text.starts_with(['h', 'H']) || case::of(text) == Case::Upper && !text.contains('.');
    if !is_word || is_either || ngrams.unigram(word.model) > SMALL_WORD {
        return false;
    }
    let likelihood = ngrams.pair(other, word.model);
    match (ngrams.bigram(own, word.model), ngrams.bigram(other, word.model)) {
        // "She an looked" is "and looked": a word that is unlikely behind an article, too.
        (_, Some(_)) if is_an && likelihood < ngrams.unigram(word.model) => false,
        (_, Some(_)) => likelihood > ngrams.pair(own, word.model) + CLEAR,
        (Some(_), None) => false,
        (None, None) => !is_an && is_told_by_spelling(text),
    }
}

/// Whether a word is spoken as it is spelled: no short form, and no letter that is spoken in two ways at its start.
fn is_told_by_spelling(word: &str) -> bool {
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    word.len() >= SPELLED
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
        && case::of(word) == Case::Lower
        && word.chars().take(SPELLED - 1).any(is_vowel)
        && !word.starts_with(['e', 'h', 'o', 'u', 'x', 'y'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_that_do_not_suit_are_found() {
        let dictionary = Dictionary::builtin();
        for (text, found) in [
            ("A official stated that an federal judge had ruled.", &["An", "a"][..]),
            ("It was a unusual choice and a hour later an nice day.", &["an", "an", "a"]),
            ("He is a attorney, “a actor” and an U.S. agent.", &["an", "a"]),
            ("An big matter is a open field.", &["A", "an"]),
            ("They built a 8-lane road, an 7-year plan and a 11th one.", &["an", "a", "an"]),
            ("It is an big matter and a open field.", &["a", "an"]),
            // As it should be.
            ("A house, an hour, a union, an MBA, a U.S. judge, an X-ray, a one-off, a European.", &[]),
            ("An historic day, an 1800-seat hall, a unanimous vote and an 8-year term.", &[]),
            // Either way is right.
            ("An hotel, an hundred men, an heroic deed; an SQL and a SQL server, a FBI agent.", &[]),
            // No articles.
            ("An Post is a firm. He stopped an looked.", &[]),
            ("Vitamin A is good, and plan A or a-okay is too.", &[]),
            ("He said that option a or b would do, and a is one.", &[]),
            ("He was in Serie A again.", &[]),
            ("The so-called a “official” one.", &[]),
        ] {
            let passage = Passage::of(text, &dictionary);
            let articles: Vec<&str> = misfits(&passage, &dictionary).iter().map(|misfit| misfit.article).collect();
            assert_eq!(articles, found, "{text}");
        }
    }
}
