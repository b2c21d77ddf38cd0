//! Which parts of a text are worth reading? Scraped pages hold one spun article among navigation and comments.

use std::ops::Range;

use super::forest::Forest;
use super::gate::{self, Pairs, Piece};
use crate::candidates::Word;
use crate::dictionary::Dictionary;

/// Least words of the pieces that a text is looked at in.
const PIECE: usize = 48;
/// Pieces that are looked at together, some 200 words: articles have about as many and more, and what is shorter says
/// too little.
const WINDOW: usize = 4;
/// What the first look makes at least of a window that is read, in nats, where all of the text looks clean. It has many
/// windows, one of which may look odd by chance.
const STRICT: f32 = 2.0;
/// The same where all of the text looks spun.
const LENIENT: f32 = -1.0;
/// What the first look makes at least of a piece at an end of what is read, in nats. Windows reach over the ends of an
/// article.
const END: f32 = -3.0;
/// Pieces of what is read that stay whatever they look like.
const LEAST: usize = 2;

/// Some of a text's sentences, in a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Excerpt {
    pub(crate) sentences: Range<usize>,
    /// Share of the text's words that are in it, more than 0.
    pub(crate) share: f64,
}

/// The excerpts of a text that may be spun, in order: all of it where it looks spun as a whole but no window of it does, as
/// where it is too short for one. With `all`, for texts that are taken for spun, what is between excerpts is an excerpt,
/// too. A text without sentences has none.
///
/// Cost: one or two table look-ups for every third word, and 8 microseconds for 1,000 words.
pub(crate) fn excerpts(
    sentences: &[Vec<Word>],
    all: bool,
    dictionary: &Dictionary,
    forest: &Forest,
    pairs: &mut Pairs,
) -> Vec<Excerpt> {
    if sentences.is_empty() {
        return Vec::new();
    }
    let pieces = gate::pieces(sentences, PIECE, dictionary, pairs);
    let opens = forest.looks(&[gate::shares(&pieces)])[0] >= 0.0;
    let least = if opens { LENIENT } else { STRICT };
    let mut is_read = vec![false; pieces.len()];
    let windows: Vec<_> = pieces.windows(WINDOW).map(gate::shares).collect();
    for (at, _) in forest.looks(&windows).into_iter().enumerate().filter(|(_, look)| *look >= least) {
        is_read[at..at + WINDOW].fill(true);
    }
    if !is_read.contains(&true) {
        let whole = Excerpt { sentences: 0..sentences.len(), share: 1.0 };
        return if opens || all { vec![whole] } else { Vec::new() };
    }
    let alone: Vec<_> = pieces.chunks(1).map(gate::shares).collect();
    leave_ends(&mut is_read, &forest.looks(&alone), opens);
    runs(&pieces, &is_read, all)
}

/// Leaves off the ends of each run of pieces that are read those that look clean alone; but where all of the text looks
/// spun, its own ends are those of the article.
fn leave_ends(is_read: &mut [bool], looks: &[f32], opens: bool) {
    let clean = |looks: &mut dyn Iterator<Item = &f32>| looks.take_while(|look| **look < END).count();
    let mut at = 0;
    for run in is_read.chunk_by_mut(|a, b| a == b) {
        let own = &looks[at..at + run.len()];
        let starts = opens && at == 0;
        at += run.len();
        let ends = opens && at == looks.len();
        let most = run.len().saturating_sub(LEAST);
        let first = if starts { 0 } else { clean(&mut own.iter()).min(most) };
        let last = if ends { 0 } else { clean(&mut own.iter().rev()).min(most - first) };
        let end = run.len() - last;
        run[..first].fill(false);
        run[end..].fill(false);
    }
}

/// The runs of pieces that are read, or `all` of them.
fn runs(pieces: &[Piece], is_read: &[bool], all: bool) -> Vec<Excerpt> {
    let words = |pieces: &[Piece]| pieces.iter().map(|piece| piece.words).sum::<usize>() as f64;
    let sum = words(pieces);
    let mut excerpts = Vec::new();
    let mut at = 0;
    for run in is_read.chunk_by(|a, b| a == b) {
        let first = at;
        at += run.len();
        if run[0] || all {
            let start = first.checked_sub(1).map_or(0, |before| pieces[before].end);
            let share = words(&pieces[first..at]) / sum;
            excerpts.push(Excerpt { sentences: start..pieces[at - 1].end, share });
        }
    }
    excerpts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates;
    use crate::model::features::COUNT;
    use crate::text::block;

    const ARTICLE: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation till \
        the brand new authorities had been sworn in. The chairman of the Joint Chiefs of Employees informed \
        The Washington Put up that the choice was made on the White Home, and that the president was \
        conscious of the chance. Supreme Court docket judges weren't requested for his or her opinion.\n\n\
        In line with the Each day Mail, the prime minister referred to as the plan a mistake. Overseas \
        ministers of the European Fee will meet in New York Metropolis subsequent week to talk about the way \
        forward for the settlement. Oil costs rose sharply on the inventory alternate, and the Federal \
        Reserve mentioned that it could not increase rates of interest this yr.\n\n\
        Medical doctors on the College of California warned that well being care staff had been drained, and \
        that the variety of sufferers in intensive care was more likely to develop. Police officers \
        mentioned that they'd arrested three males, who had been carrying weapons and a considerable amount \
        of money. The households of the victims mentioned they had been grateful for the assist that they'd \
        obtained from their neighbours, however that nothing might convey again the kids.";

    #[test]
    fn a_text_without_words_has_no_excerpt() {
        for text in ["", " \n"] {
            assert!(!crate::Unspinner::builder().assume_spun(true).build().check(text).is_spun(), "{text:?}");
        }
    }

    #[test]
    fn clean_ends_are_left_off() {
        let looks = [-9.0, -9.0, -9.0, 1.0, -9.0, 1.0, -2.0, -9.0, -9.0, -9.0];
        for (is_read, expected, of_a_spun_text) in [
            ("..........", "..........", ".........."),
            // What looks clean inside of a run stays, as what looks all but clean at its end does.
            (".#########", "...####...", "...#######"),
            ("######....", "...###....", "######...."),
            ("##########", "...####...", "##########"),
            // Some pieces stay in any case.
            ("######.###", "...###..##", "######..##"),
            ("###..####.", ".##..##...", "##...##..."),
            ("#.........", "#.........", "#........."),
        ] {
            for (opens, expected) in [(false, expected), (true, of_a_spun_text)] {
                let mut pieces: Vec<bool> = is_read.chars().map(|c| c == '#').collect();
                leave_ends(&mut pieces, &looks, opens);
                let left: String = pieces.iter().map(|&is_read| if is_read { '#' } else { '.' }).collect();
                assert_eq!(left, expected, "{is_read} of a text that looks spun: {opens}");
            }
        }
    }

    #[test]
    fn an_article_in_a_page_is_an_excerpt() {
        let dictionary = Dictionary::builtin();
        let forest = include_bytes!("../../dictionaries/model/english.forest");
        let forest = Forest::open(forest, COUNT).expect("the built-in one");
        let clean = include_str!("../../tests/examples/clean-article.txt");
        let around = format!("{clean}\n\n").repeat(8);
        for (text, expected) in [
            (clean.to_owned(), 0),
            (around.clone(), 0),
            (ARTICLE.to_owned(), 1),
            (format!("{around}{ARTICLE}\n\n{around}"), 1),
            (format!("{ARTICLE}\n\n{around}{ARTICLE}\n\n{around}"), 2),
        ] {
            let mut tokens = Vec::new();
            block::read(&text, &mut tokens);
            let sentences = candidates::sentences(&text, &tokens, &dictionary);
            let excerpts = |all| excerpts(&sentences, all, &dictionary, &forest, &mut Pairs::default());
            // With what is between them they are all of the text.
            let all = excerpts(true);
            let (starts, ends) = (all.iter().map(|all| all.sentences.start), all.iter().map(|all| all.sentences.end));
            assert!(starts.chain([sentences.len()]).eq([0].into_iter().chain(ends)), "{all:?}");
            assert!((all.iter().map(|excerpt| excerpt.share).sum::<f64>() - 1.0).abs() < 1e-6, "{all:?}");
            let excerpts = excerpts(false);
            assert!(excerpts.iter().all(|excerpt| all.contains(excerpt)), "{excerpts:?} of {all:?}");
            assert_eq!(excerpts.len(), expected);
            let share: f64 = excerpts.iter().map(|excerpt| excerpt.share).sum();
            let articles = expected * ARTICLE.len();
            let read: usize =
                excerpts.iter().flat_map(|excerpt| &sentences[excerpt.sentences.clone()]).map(Vec::len).sum();
            let words: usize = sentences.iter().map(Vec::len).sum();
            assert!((share - read as f64 / words as f64).abs() < 1e-6);
            assert!(share >= 0.9 * articles as f64 / text.len() as f64, "{share} of {expected}");
            assert!(share <= 2.0 * articles as f64 / text.len() as f64, "{share} of {expected}");
        }
    }
}
