//! From scored candidates to a selection: is the passage spun, and which candidates are to be reported?

use std::collections::BTreeSet;
use std::ops::Range;

use super::channel::IdMap;
use super::gate::SORTS;
use super::passage::{CERTAIN, Passage, Scored};
use crate::candidates;
use crate::dictionary::table::mix;
use crate::span::Span;
use crate::text::token::Token;

/// Number of figures that the document's decision looks at, the constant included.
pub(crate) const DOCUMENT: usize = OWN + SORTS - 1;
/// Those that the first look does not have.
const OWN: usize = 10;

/// Other readings at or below this probability are not told.
pub(crate) const LEAST_TOLD: f32 = 0.02;
/// Candidates from this probability on say whether a text is spun.
pub(crate) const LEAST_EVIDENCE: f32 = 0.25;

/// The lowest probability of a candidate that matters on its own where findings go down to `least`.
pub(crate) fn least(least: f32) -> f32 {
    least.min(LEAST_EVIDENCE)
}

/// A selected candidate, with the other readings of its words, likeliest first.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) best: usize,
    pub(crate) others: Vec<usize>,
}

/// Selects candidates whose spans do not overlap, likeliest first, down to a probability.
pub(crate) fn select(scored: &[Scored], least: f32) -> Vec<Choice> {
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&scored[a], &scored[b]);
        b.probability
            .total_cmp(&a.probability)
            .then_with(|| a.realized.span.cmp(&b.realized.span))
            .then(a.place.cmp(&b.place))
    });
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut choices = Vec::new();
    for &at in order.iter().take_while(|&&at| scored[at].probability >= least) {
        let span = scored[at].realized.span;
        let before = taken.range(..span.end).next_back();
        if before.is_some_and(|(_, &end)| end > span.start) {
            continue;
        }
        taken.insert(span.start, span.end);
        choices.push(Choice { best: at, others: Vec::new() });
    }
    choices.sort_by_key(|choice| scored[choice.best].realized.span.start);
    // The other readings of the same words, as far as they replace the same bytes: one that takes in an article or a
    // possessive's ending has those beside it that do, too.
    let starts: Vec<Span> = choices.iter().map(|choice| scored[choice.best].realized.span).collect();
    for &at in &order {
        let span = scored[at].realized.span;
        if let Ok(found) = starts.binary_search_by(|own| own.start.cmp(&span.start)) {
            let choice = &mut choices[found];
            let text = &scored[at].realized.text;
            let known = choice.others.iter().chain([&choice.best]).any(|&other| scored[other].realized.text == *text);
            if starts[found] == span && !known && choice.others.len() < 4 && scored[at].probability > LEAST_TOLD {
                choice.others.push(at);
            }
        }
    }
    choices
}

/// Candidates outside quotation marks among which one alone inside is doubtful.
const OUTSIDE: usize = 8;
/// Confidence that such a one needs.
const ALONE_IN_QUOTES: f32 = 0.8;

/// Drops what alone was chosen inside quotation marks, beside many outside, unless it is sure: a spinner that leaves
/// quotations alone leaves all of them. In spun articles half of those were wrong. `confidence` is that of a choice.
pub(crate) fn drop_lone_quoted(
    choices: &mut Vec<Choice>,
    is_quoted: impl Fn(&Choice) -> bool,
    confidence: impl Fn(&Choice) -> f32,
) {
    let mut quoted = choices.iter().enumerate().filter(|(_, choice)| is_quoted(choice)).map(|(at, _)| at);
    if let (Some(lone), None) = (quoted.next(), quoted.next())
        && choices.len() > OUTSIDE
        && confidence(&choices[lone]) < ALONE_IN_QUOTES
    {
        choices.remove(lone);
    }
}

/// Leaves out what would write a word twice in a row where the text has it once: findings are weighed one by one, and two
/// that meet may both have the word. The least likely of those that meet goes. The choices are those of some `bytes` of the
/// text, in order.
pub(crate) fn drop_doublings(text: &str, bytes: Range<usize>, scored: &[Scored], choices: &mut Vec<Choice>) {
    loop {
        let mut fixed = String::with_capacity(bytes.len());
        let mut written: Vec<Span> = Vec::with_capacity(choices.len());
        let mut copied = bytes.start;
        for choice in choices.iter() {
            let realized = &scored[choice.best].realized;
            fixed.push_str(&text[copied..realized.span.start]);
            let start = fixed.len();
            fixed.push_str(&realized.text);
            written.push(Span::new(start, fixed.len()));
            copied = realized.span.end;
        }
        fixed.push_str(&text[copied..bytes.end]);
        let likelihood = |at: &usize| scored[choices[*at].best].probability;
        let mut goes = vec![false; choices.len()];
        for both in doublings(&fixed) {
            let first = written.partition_point(|own| own.end <= both.start);
            let met = (first..written.len()).take_while(|&at| written[at].start < both.end);
            // What one finding writes was weighed as a whole.
            let met: Vec<usize> =
                met.filter(|&at| !(written[at].start <= both.start && both.end <= written[at].end)).collect();
            // Where one goes already, the words may not be doubled any more.
            if met.iter().all(|&at| !goes[at])
                && let Some(least) = met.into_iter().min_by(|a, b| likelihood(a).total_cmp(&likelihood(b)))
            {
                goes[least] = true;
            }
        }
        if !goes.contains(&true) {
            return;
        }
        let mut goes = goes.into_iter();
        choices.retain(|_| goes.next() == Some(false));
    }
}

/// Where a text has a word twice in a row, in one line, that does not stand so in good English: both of them.
fn doublings(text: &str) -> impl Iterator<Item = Span> {
    let is_letter = |c: char| c.is_alphabetic();
    let may_double = |word: &str| DOUBLED.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut last = Span::new(0, 0);
    text.split_whitespace().filter_map(move |word| {
        let start = text.len() - text[last.end..].trim_start().len();
        let word = Span::new(start, start + word.len());
        let before = std::mem::replace(&mut last, word);
        let first = text[before.range()].trim_start_matches(|c| !is_letter(c));
        let second = text[word.range()].trim_end_matches(|c| !is_letter(c));
        let is_doubled = !first.is_empty()
            && first.eq_ignore_ascii_case(second)
            && first.chars().all(is_letter)
            && !may_double(first)
            && !text[before.end..word.start].contains(['\n', '\r']);
        is_doubled.then(|| Span::new(before.start, word.end))
    })
}

/// Leaves out what writes out one number of a pair that the text has in digits, where the other stays: "five votes to 3".
/// All 31 such pairs in articles whose originals are known have both alike there, 13 of them in words.
/// `number` is the token of a choice that is a number.
pub(crate) fn drop_half_pairs(
    text: &str,
    tokens: &[Token],
    choices: &mut Vec<Choice>,
    number: impl Fn(&Choice) -> Option<usize>,
) {
    let mut written: BTreeSet<usize> = choices.iter().filter_map(&number).collect();
    let mut open: Vec<usize> = written.iter().copied().collect();
    while let Some(at) = open.pop() {
        let partners = || candidates::partners(text, tokens, at);
        if written.contains(&at) && partners().any(|other| !written.contains(&other)) {
            written.remove(&at);
            // Theirs is left alone now.
            open.extend(partners());
        }
    }
    choices.retain(|choice| number(choice).is_none_or(|at| written.contains(&at)));
}

/// Words that stand twice in a row in good English.
const DOUBLED: [&str; 4] = ["had", "that", "is", "very"];

/// Words that are added to a paragraph's own, so that a short one says little.
const PARAGRAPH: f32 = 50.0;

/// Words of a stretch, about: as many as the documents have that the decision was fitted on.
const STRETCH: usize = 250;
/// How much the other stretches of a passage say of one of them.
const OTHERS: f32 = 0.3;

/// The most that a share of the words and the evidence of one word count, so that no text is told by a few of its words.
const MOST: f32 = 0.4;
/// The most that the lack of evidence counts against a text, for one word.
const LEAST: f32 = -0.05;
/// Words that the length of a text counts up to.
const LONG: f32 = 2000.0;

/// Some of a passage's sentences, which are judged spun or clean together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) sentences: Range<usize>,
    pub(crate) tokens: Range<usize>,
}

impl Stretch {
    /// All of a passage.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning takes a text whole"))]
    pub(crate) fn whole(passage: &Passage<'_>) -> Self {
        Self { sentences: 0..passage.sentences.len(), tokens: passage.reach.clone() }
    }
}

/// Cuts a passage into stretches of about [`STRETCH`] words, where paragraphs end if they do near there. However long a
/// text is, what is judged is as long as what the judgment was fitted on: else traces that any text has would add up.
pub(crate) fn stretches(passage: &Passage<'_>) -> Vec<Stretch> {
    let sentences = &passage.sentences;
    let words: usize = sentences.iter().map(Vec::len).sum();
    let ends_paragraph = |end: usize| passage.estimate.paragraphs.binary_search_by(|p| p.end.cmp(&end)).is_ok();
    let mut stretches = Vec::new();
    let (mut first, mut read, mut taken) = (0, 0, 0);
    for (at, sentence) in sentences.iter().enumerate() {
        read += sentence.len();
        let left = words - read;
        // Half a stretch more for the end of a paragraph, and none that is shorter than half of one.
        let is_full = read - taken >= STRETCH && ends_paragraph(at + 1) || read - taken >= STRETCH + STRETCH / 2;
        if is_full && left >= STRETCH / 2 {
            stretches.push(first..at + 1);
            (first, taken) = (at + 1, read);
        }
    }
    stretches.push(first..sentences.len());
    let token = |sentence: usize| sentences.get(sentence).map_or(passage.reach.end, |s| s[0].token as usize);
    let whole = |sentences: Range<usize>| {
        let start = if sentences.start == 0 { passage.reach.start } else { token(sentences.start) };
        Stretch { tokens: start..token(sentences.end), sentences }
    };
    stretches.into_iter().map(whole).collect()
}

/// ln of the odds that each stretch is spun, from what each says on its own: the others of its passage draw it to what
/// they say, for spinners seldom stop in the middle of a text, and a manner of writing that is merely odd does not
/// either.
pub(crate) fn together(odds: &mut [f32], stretches: &[Stretch]) {
    let tokens: usize = stretches.iter().map(|stretch| stretch.tokens.len()).sum();
    let sum: f32 = odds.iter().zip(stretches).map(|(odds, stretch)| odds * stretch.tokens.len() as f32).sum();
    let mean = sum / tokens.max(1) as f32;
    odds.iter_mut().for_each(|odds| *odds += OTHERS * (mean - *odds));
}

/// Weighs candidates by whether their paragraphs were spun, but takes what is never good English for what it is. Only
/// after the decisions on the document and its paragraphs: there such a phrase says no more than any other candidate, for
/// one may be a name after all.
pub(crate) fn weigh(passage: &Passage<'_>, scored: &mut [Scored], paragraphs: &[f32]) {
    for scored in scored {
        scored.probability *= paragraphs[passage.estimate.paragraph(scored.place.0)];
        if scored.certain {
            scored.probability = scored.probability.max(CERTAIN);
        }
    }
}

/// What the document's decision looks at in a stretch; `glance` is what the first look saw of it.
///
/// Of candidates for the same words the second counts half, the third a third: a text about one thing whose name
/// spinners like says it a dozen times. What stands in quotation marks may be there because it is odd: unless it is most
/// of the stretch, all of it says no more than what stands outside.
pub(crate) fn document(
    passage: &Passage<'_>,
    stretch: &Stretch,
    scored: &[Scored],
    glance: &[f32; SORTS],
) -> [f32; DOCUMENT] {
    let tokens = stretch.tokens.len().max(1) as f32;
    let paragraphs = parts_of_paragraphs(passage, &stretch.sentences);
    let mut expected = vec![0f32; paragraphs.len()];
    // ln of how unlikely it is, all candidates taken for independent, that none of them is right.
    let mut doubt = 0f32;
    // The same, and the sum of probabilities, however often words come.
    let (mut doubts, mut sums) = (0f32, 0f32);
    let first = scored.partition_point(|scored| scored.place.0 < stretch.sentences.start);
    let end = scored.partition_point(|scored| scored.place.0 < stretch.sentences.end);
    let scored = &scored[first..end];
    let mut times: IdMap<u64, u16> = IdMap::default();
    let chosen: Vec<Chosen> = select(scored, LEAST_EVIDENCE)
        .into_iter()
        .map(|choice| {
            let Scored { place, probability, .. } = scored[choice.best];
            let candidate = passage.candidate(place);
            let words = &passage.sentences[place.0][usize::from(candidate.start)..usize::from(candidate.end)];
            let time = times.entry(words.iter().fold(0, |hash, word| mix(hash ^ u64::from(word.lookup)))).or_default();
            *time += 1;
            let quoted = passage.lattices[place.0].quoted(candidate);
            Chosen { sentence: place.0, probability, weight: 1.0 / f32::from(*time), quoted }
        })
        .collect();
    let sum =
        |quoted: bool| chosen.iter().filter(|own| own.quoted == quoted).map(|own| own.weight * own.probability).sum();
    let (outside, inside): (f32, f32) = (sum(false), sum(true));
    let words = || passage.sentences[stretch.sentences.clone()].iter().flatten();
    let mostly_quoted = 2 * words().filter(|word| word.quoted).count() > words().count();
    let quoted = if mostly_quoted { 1.0 } else { (outside / inside).min(1.0) };
    for own in &chosen {
        let one = if own.quoted { quoted } else { 1.0 };
        let share = own.weight * one;
        expected[paragraphs.partition_point(|paragraph| paragraph.0 <= own.sentence)] += share * own.probability;
        let unlikely = unlikely(own.probability);
        doubt += share * unlikely;
        doubts += one * unlikely;
        sums += one * own.probability;
    }
    let evidence = (evidence(passage, stretch, &chosen) / tokens).clamp(LEAST, MOST);
    let share = (expected.iter().sum::<f32>() / tokens).min(MOST);
    // Of a text that is spun in part the worst paragraph says more than all of it.
    let shares = paragraphs.iter().zip(&expected).map(|(paragraph, sum)| sum / (paragraph.1 as f32 + PARAGRAPH));
    let worst = shares.fold(0.0, f32::max).min(MOST);
    let length = tokens.min(LONG).sqrt() / 10.0;
    let own: [f32; OWN] = [
        1.0,
        evidence,
        share,
        evidence * length,
        share * length,
        length,
        worst,
        doubt,
        (sums / tokens).min(MOST),
        doubts,
    ];
    let mut figures = [0f32; DOCUMENT];
    figures[..OWN].copy_from_slice(&own);
    figures[OWN..].copy_from_slice(&glance[1..]);
    figures
}

/// Where the figures have how unlikely it is that no candidate is right, however often its words come.
const DOUBTS: usize = OWN - 1;

/// Probability that any candidate of a stretch with these figures is right, all taken for independent: a text in which
/// nothing was swapped is not spun, and of a few words the other figures say little.
pub(crate) fn any(figures: &[f32; DOCUMENT]) -> f64 {
    -f64::from(-figures[DOUBTS]).exp_m1()
}

/// How unlikely it is that a candidate is wrong, in nats; 6.9 at the most, for none is certain.
pub(crate) fn unlikely(probability: f32) -> f32 {
    -(1.0 - probability.min(0.999)).ln()
}

/// A candidate that says whether its document is spun.
struct Chosen {
    sentence: usize,
    probability: f32,
    /// How much it counts, as its words may have come before.
    weight: f32,
    quoted: bool,
}

/// The lattice's evidence of a stretch, in nats: what speaks for a spinner in a sentence counts as its candidates do.
fn evidence(passage: &Passage<'_>, stretch: &Stretch, chosen: &[Chosen]) -> f32 {
    let mut chosen = chosen.chunk_by(|a, b| a.sentence == b.sentence).peekable();
    let sentences = stretch.sentences.clone().map(|sentence| {
        let own = chosen.next_if(|own| own[0].sentence == sentence).unwrap_or_default();
        let all: f32 = own.iter().map(|own| own.probability).sum();
        let counted: f32 = own.iter().map(|own| own.weight * own.probability).sum();
        let evidence = passage.estimate.evidence[sentence];
        if evidence > 0.0 && all > 0.0 { evidence * counted / all } else { evidence }
    });
    sentences.sum()
}

/// The paragraphs of some sentences, as far as they are theirs: one past the last sentence, and the number of words.
fn parts_of_paragraphs(passage: &Passage<'_>, sentences: &Range<usize>) -> Vec<(usize, usize)> {
    let mut start = sentences.start;
    let ends = passage.estimate.paragraphs.iter().map(|paragraph| paragraph.end.min(sentences.end));
    let mut paragraphs = Vec::new();
    for end in ends.skip_while(|&end| end <= sentences.start) {
        if start < end {
            paragraphs.push((end, passage.sentences[start..end].iter().map(Vec::len).sum()));
        }
        start = end;
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::realize::Realized;
    use crate::dictionary::Dictionary;
    use crate::dictionary::usage::Keys;
    use crate::model::features::COUNT;
    use crate::text::token::TokenKind;

    fn scored(place: (usize, usize), span: Range<usize>, text: &str, probability: f32) -> Scored {
        let realized = Realized { span: Span::new(span.start, span.end), text: text.to_owned() };
        Scored { place, realized, keys: Keys::UNKNOWN, features: [0.0; COUNT], probability, certain: false }
    }

    #[test]
    fn the_likeliest_are_chosen_that_do_not_overlap() {
        type Case = (&'static [(usize, usize, &'static str, f32)], &'static [(&'static str, &'static [&'static str])]);
        let cases: [Case; 8] = [
            (&[], &[]),
            (&[(0, 5, "a", 0.4)], &[]),
            (&[(0, 5, "a", 0.5), (5, 9, "b", 0.6)], &[("a", &[]), ("b", &[])]),
            (&[(0, 5, "a", 0.6), (4, 9, "b", 0.7)], &[("b", &[])]),
            (&[(0, 5, "a", 0.6), (4, 9, "b", 0.9), (8, 12, "c", 0.7)], &[("b", &[])]),
            (&[(0, 5, "a", 0.9), (4, 9, "b", 0.8), (8, 12, "c", 0.7)], &[("a", &[]), ("c", &[])]),
            (&[(0, 12, "a", 0.9), (4, 6, "b", 0.8)], &[("a", &[])]),
            // Other readings of the same words, likeliest first and each once; one that is unlikely is not told.
            (
                &[
                    (3, 7, "a", 0.6),
                    (3, 7, "b", 0.1),
                    (3, 7, "c", 0.3),
                    (3, 7, "a", 0.2),
                    (3, 7, "d", 0.01),
                    (3, 9, "e", 0.3),
                ],
                &[("a", &["c", "b"])],
            ),
        ];
        for (given, expected) in cases {
            let given: Vec<Scored> = given
                .iter()
                .enumerate()
                .map(|(at, &(start, end, text, probability))| scored((0, at), start..end, text, probability))
                .collect();
            let text = |&at: &usize| given[at].realized.text.as_str();
            let chosen: Vec<(&str, Vec<&str>)> = select(&given, 0.5)
                .iter()
                .map(|choice| (text(&choice.best), choice.others.iter().map(text).collect()))
                .collect();
            let expected: Vec<(&str, Vec<&str>)> =
                expected.iter().map(|(best, others)| (*best, others.to_vec())).collect();
            assert_eq!(chosen, expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_quoted_alone_has_to_be_sure() {
        // How many are chosen, which of them are quoted, how sure those are, and how many are left.
        for (count, quoted, confidence, left) in
            [(9, &[4][..], 0.7, 8), (9, &[4], 0.8, 9), (9, &[4, 5], 0.7, 9), (9, &[], 0.7, 9), (8, &[4], 0.7, 8)]
        {
            let mut choices: Vec<Choice> = (0..count).map(|best| Choice { best, others: Vec::new() }).collect();
            drop_lone_quoted(&mut choices, |choice| quoted.contains(&choice.best), |_| confidence);
            assert_eq!(choices.len(), left, "{quoted:?} of {count} at {confidence}");
        }
    }

    #[test]
    fn no_word_is_written_twice() {
        type Case<'c> = (&'c str, &'c [(&'c str, &'c str, f32)], &'c [&'c str]);
        let cases: [Case<'_>; 11] = [
            ("windows look straight directly to it", &[("straight", "directly", 0.9)], &[]),
            ("sleep is the place where where is", &[("the place ", "", 0.6)], &["the place "]),
            ("sleep is where the place where", &[("the place ", "", 0.6)], &[]),
            (
                "Authorities authority said",
                &[("Authorities", "Government", 0.6), ("authority", "government", 0.9)],
                &["authority"],
            ),
            ("The brand new brand new clinic", &[("The brand", "The", 0.7), ("brand new", "new", 0.9)], &["The brand"]),
            ("apply seeking six years, for long", &[("seeking", "for", 0.9)], &["seeking"]),
            ("apply for throughout six", &[("throughout", "for", 0.9)], &[]),
            ("the the navy stays", &[("navy", "military", 0.9)], &["navy"]),
            ("he said this that way", &[("this", "that", 0.9)], &["this"]),
            ("the end\nthe next", &[("next", "last", 0.9)], &["next"]),
            ("by them\rworkers of", &[("workers", "them", 0.9)], &["workers"]),
        ];
        for (text, given, kept) in cases {
            let scored: Vec<Scored> = given
                .iter()
                .map(|&(spun, original, probability)| {
                    let start = text.rfind(spun).expect("a part of the text");
                    scored((0, 0), start..start + spun.len(), original, probability)
                })
                .collect();
            let mut choices: Vec<Choice> = (0..scored.len()).map(|best| Choice { best, others: Vec::new() }).collect();
            drop_doublings(text, 0..text.len(), &scored, &mut choices);
            let left: Vec<&str> =
                choices.iter().map(|choice| &text[scored[choice.best].realized.span.range()]).collect();
            assert_eq!(left, kept, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_pair_are_written_out_together() {
        // Which of the tokens are chosen, and which of those are left.
        for (text, chosen, left) in [
            ("by 5 votes to 3", &[1][..], &[][..]),
            ("by 5 votes to 3", &[4], &[]),
            ("by 5 votes to 3", &[1, 4], &[1, 4]),
            ("won 4 of 7 races, and 2 or 3 cups", &[1, 7, 9], &[7, 9]),
            ("1 to 2 or 3 weeks", &[0, 2], &[]),
            ("cast 5 votes, and 3 were lost", &[1], &[1]),
            ("by 5 votes to 3", &[2], &[2]),
        ] {
            let mut tokens = Vec::new();
            crate::text::block::read(text, &mut tokens);
            let number = |choice: &Choice| (tokens[choice.best].kind == TokenKind::Number).then_some(choice.best);
            let mut choices: Vec<Choice> = chosen.iter().map(|&best| Choice { best, others: Vec::new() }).collect();
            drop_half_pairs(text, &tokens, &mut choices, number);
            let found: Vec<usize> = choices.iter().map(|choice| choice.best).collect();
            assert_eq!(found, left, "{text}: {chosen:?}");
        }
    }

    #[test]
    fn what_is_quoted_says_no_more_than_what_is_not() {
        let dictionary = Dictionary::builtin();
        // One candidate outside quotation marks and two inside, and the share of each of those that counts.
        for (text, share) in [
            (
                "The Protection Secretary stated on Tuesday, after a lengthy discussion with the pioneers of both \
                 nations, that “the American navy would stay within the nation”.",
                0.5,
            ),
            (
                "He stated that “the American navy would stay within the nation, and that the pioneers of both nations \
                 had a lengthy discussion”.",
                1.0,
            ),
        ] {
            let passage = Passage::of(text, &dictionary);
            let mut own = Vec::new();
            for (quoted, most) in [(false, 1), (true, 2)] {
                let mut starts = Vec::new();
                for (sentence, lattice) in passage.lattices.iter().enumerate() {
                    for (at, candidate) in lattice.candidates.iter().enumerate() {
                        let start = (sentence, candidate.start);
                        if lattice.quoted(candidate) == quoted && starts.len() < most && !starts.contains(&start) {
                            starts.push(start);
                            let span = 10 * usize::from(candidate.start);
                            own.push(scored((sentence, at), span..span + 5, "", 0.9));
                        }
                    }
                }
                assert_eq!(starts.len(), most, "{text}");
            }
            own.sort_by_key(|scored| scored.place);
            let figures = document(&passage, &Stretch::whole(&passage), &own, &[0.0; SORTS]);
            let (sum, doubt) = (0.9 + 2.0 * share * 0.9, (1.0 + 2.0 * share) * -0.1f32.ln());
            let tokens = passage.tokens.len() as f32;
            assert!((figures[2] * tokens - sum).abs() < 1e-3, "{} for {sum}: {text}", figures[2] * tokens);
            assert!((figures[7] - doubt).abs() < 1e-3, "{} for {doubt}: {text}", figures[7]);
        }
    }

    #[test]
    fn the_same_words_count_less_each_time() {
        let dictionary = Dictionary::builtin();
        for (text, sum) in [
            ("The pupil reads. The navy stays.", 0.9 * 2.0),
            ("The pupil reads. The pupil writes.", 0.9 * (1.0 + 0.5)),
            ("The pupil reads. The navy stays. The pupil writes. A pupil sings.", 0.9 * (2.0 + 0.5 + 1.0 / 3.0)),
        ] {
            let passage = Passage::of(text, &dictionary);
            let mut own = Vec::new();
            for (sentence, lattice) in passage.lattices.iter().enumerate() {
                let is_noun = |candidate: &crate::candidates::Candidate| (candidate.start, candidate.end) == (1, 2);
                let at = lattice.candidates.iter().position(is_noun).expect(text);
                own.push(scored((sentence, at), 40 * sentence..40 * sentence + 5, "", 0.9));
            }
            let figures = document(&passage, &Stretch::whole(&passage), &own, &[0.0; SORTS]);
            let found = figures[2] * passage.tokens.len() as f32;
            assert!((found - sum).abs() < 1e-3, "{found} for {sum}: {text}");
        }
    }

    #[test]
    fn candidates_are_weighed_by_their_paragraphs() {
        let passage = Passage::of("The navy left.\n\nNobody knew. The pupils stayed.", &Dictionary::builtin());
        let own = |sentence, p, certain| Scored { certain, ..scored((sentence, 0), 0..1, "", p) };
        // What is never good English is sure whatever its paragraph.
        let mut all =
            [own(0, 0.9, false), own(1, 0.2, true), own(1, 0.8, false), own(2, 0.99, true), own(2, 0.4, false)];
        weigh(&passage, &mut all, &[1.0, 0.5]);
        assert_eq!(all.map(|scored| scored.probability), [0.9, CERTAIN, 0.4, CERTAIN, 0.2]);
    }

    #[test]
    fn a_stretch_is_drawn_to_the_others() {
        let stretch = |tokens: Range<usize>| Stretch { sentences: 0..0, tokens };
        let stretches = [stretch(0..300), stretch(300..400)];
        let mut alone = [3.0];
        together(&mut alone, &stretches[..1]);
        assert!((alone[0] - 3.0).abs() < 1e-6, "one on its own is what it says: {alone:?}");
        let mut odds = [-4.0, 8.0];
        together(&mut odds, &stretches);
        // They come to -1 together, which counts for three tenths: the decision was fitted with that.
        assert!((odds[0] + 3.1).abs() < 1e-5, "{odds:?}");
        assert!((odds[1] - 5.3).abs() < 1e-5, "{odds:?}");
    }
}
