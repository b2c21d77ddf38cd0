//! What a finding says of itself: its rule, severity, message and evidence.

use super::channel::IdMap;
use super::features::{LEAST, at};
use super::passage::{Passage, Scored};
use crate::candidates::{Candidate, Ids, Reading, Word};
use crate::dictionary::pack::{MOVED, NAME, PUBLISHED};
use crate::dictionary::table::{FNV, fnv, mix};
use crate::dictionary::usage::Usage;
use crate::line::line_end;
use crate::report::{Evidence, Family, Rule, Severity};
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::key::{self, FIRST_WORD};

/// Words of ln P above this are grammar rather than content.
const FREQUENT: f32 = -6.6;

/// The kind of damage that a candidate repairs.
pub(crate) fn rule(passage: &Passage<'_>, scored: &Scored) -> Rule {
    let candidate = passage.candidate(scored.place);
    let words = &passage.sentences[scored.place.0][candidate.start as usize..candidate.end as usize];
    let kept = |id: &u32| words.iter().any(|word| word.model == *id);
    if candidate.ids.iter().all(kept) && candidate.ids.len() < words.len() && candidate.flags & MOVED == 0 {
        return Rule::InsertedWords;
    }
    let titled = |word: &Word| {
        let token = &passage.tokens[word.token as usize];
        matches!(case::of(token.text(passage.text)), Case::Title | Case::Upper)
    };
    let capitals = words.iter().all(titled) && (candidate.start > 0 || words.len() > 1);
    if candidate.flags & NAME != 0 && words.iter().any(titled) || capitals {
        return Rule::BrokenExpression;
    }
    if scored.features[const { at("spun_frequency") }] > FREQUENT
        && scored.features[const { at("original_frequency") }] > FREQUENT
    {
        return Rule::SwappedFunctionWord;
    }
    if words.len() > 1 { Rule::BrokenPhrase } else { Rule::SwappedWord }
}

/// How much a finding matters: by how badly the words that stand there fit.
pub(crate) fn severity(rule: Rule, scored: &Scored) -> Severity {
    let gain = scored.features[const { at("context_gain") }];
    let fit =
        scored.features[const { at("spun_left") }].min(0.0) + scored.features[const { at("spun_right") }].min(0.0);
    match rule {
        Rule::BrokenExpression => Severity::Error,
        _ if gain > 5.0 || fit < -2.0 => Severity::Error,
        _ if gain > 2.5 => Severity::Warning,
        _ => Severity::Note,
    }
}

/// The family that makes this substitution most readily, given the document's mix.
pub(crate) fn family(candidate: &Candidate, mix: &[f32; 4]) -> Family {
    let weight = |family: usize| candidate.codes.weights()[family].map_or(0.0, |weight| mix[family] * weight.exp());
    let best = (0..4).max_by(|&a, &b| weight(a).total_cmp(&weight(b)).then(b.cmp(&a))).unwrap_or(0);
    Family::ALL[best]
}

/// The family that has the largest share of a document's mix.
pub(crate) fn prevailing(mix: &[f32; 4]) -> Family {
    let best = (0..4).max_by(|&a, &b| mix[a].total_cmp(&mix[b]).then(b.cmp(&a))).unwrap_or(0);
    Family::ALL[best]
}

/// Counts from this on say something.
const WORTH_TELLING: u32 = 5;

/// The reasons for the candidates of a passage.
pub(crate) struct Reasons<'p> {
    passage: &'p Passage<'p>,
    usage: &'p Usage,
    /// How many candidates were selected.
    selected: usize,
    /// Sum of posteriors of each run of words with each reading.
    swaps: IdMap<(Ids, Reading), f32>,
}

impl<'p> Reasons<'p> {
    pub(crate) fn new(passage: &'p Passage<'p>, selected: usize, usage: &'p Usage) -> Self {
        let mut swaps: IdMap<(Ids, Reading), f32> = IdMap::default();
        for (at, lattice) in passage.lattices.iter().enumerate() {
            for (candidate, &posterior) in lattice.candidates.iter().zip(&passage.estimate.sums[at].posterior) {
                if posterior >= LEAST {
                    *swaps.entry((run(passage, at, candidate), candidate.reading)).or_default() += posterior;
                }
            }
        }
        Self { passage, usage, selected, swaps }
    }

    /// The reasons for one of the selected.
    pub(crate) fn of(&self, scored: &Scored) -> Vec<Evidence> {
        let candidate = self.passage.candidate(scored.place);
        let spun = self.passage.text[scored.realized.span.range()].trim();
        let text = scored.realized.text.trim();
        let features = &scored.features;
        let mut list = Vec::new();
        let mut push = |kind: &'static str, text: String, nats: Option<f32>| list.push(Evidence { kind, text, nats });
        let gain = features[const { at("context_gain") }];
        let times = rounded(gain.abs().min(20.0).exp());
        if gain >= 0.0 {
            let words = match text {
                "" => format!("in these surroundings, clean English does without “{spun}” {times} as often"),
                _ => format!("in these surroundings, clean English has “{text}” {times} as often as “{spun}”"),
            };
            push("language-model", words, Some(gain));
        }
        let fit = features[const { at("encoder") }];
        if fit != 0.0 {
            let how = if fit > 0.0 { "better" } else { "worse" };
            let words = match text {
                "" => format!("its sentences read {how} without “{spun}”"),
                _ => format!("read in its sentences, “{text}” fits {how} than “{spun}”"),
            };
            push("encoder", words, Some(fit));
        }
        let channel = features[const { at("channel") }];
        if candidate.pages > 0 {
            let pages = match candidate.pages {
                1 => "1 spun page".to_owned(),
                255 => "at least 255 spun pages".to_owned(),
                pages => format!("{pages} spun pages"),
            };
            push("substitution", format!("seen in place of it on {pages}"), Some(channel));
        } else if candidate.flags & MOVED != 0 {
            push("substitution", "spinners move or double words in this way".to_owned(), Some(channel));
        } else if candidate.flags & PUBLISHED != 0 {
            push("substitution", "a published tortured phrase, or part of one".to_owned(), Some(channel));
        } else {
            push("substitution", "spinners' word lists have it in place of that".to_owned(), Some(channel));
        }
        let known = self.usage.of(&scored.keys);
        let [stands, is] = [known.substitute.all, known.pair].map(|counts| counts.iter().sum::<u32>());
        if is > 0 && stands >= WORTH_TELLING {
            let is = if is == 1 { "once".to_owned() } else { format!("{is} times") };
            let what = if text.is_empty() { "where nothing was".to_owned() } else { format!("for “{text}”") };
            let words = format!("in spun texts whose originals are known, “{spun}” stands {stands} times, {is} {what}");
            push("usage", words, None);
        }
        let repeated = self.repeated(scored);
        if repeated > 0.7 {
            let times = match repeated.round() {
                1.0 => "once more".to_owned(),
                times => format!("about {times} more times"),
            };
            push("repetition", format!("the text makes the same substitution {times}"), None);
        }
        match self.elsewhere(scored) {
            [0, 0] => {}
            [_, 0] => push("witness", "the text has the original word elsewhere".to_owned(), None),
            _ => push("witness", "the text has the original word inside quotation marks".to_owned(), None),
        }
        let context = features[const { at("scorer") }];
        if context > 1.0 {
            push("context", "it fits the words around it better".to_owned(), Some(context));
        }
        match self.selected - 1 {
            0 => {}
            1 => push("document", "1 other substitution in this passage".to_owned(), None),
            others => push("document", format!("{others} other substitutions in this passage"), None),
        }
        // What speaks for it comes first.
        if gain < 0.0 {
            let than = if text.is_empty() { "it does without".to_owned() } else { format!("“{text}”") };
            let words =
                format!("against it: in these surroundings, clean English has “{spun}” {times} as often as {than}");
            push("language-model", words, Some(gain));
        }
        list
    }

    /// How often other words of the passage are the same as a candidate's and stand for the same, about. The last
    /// decision counts those that share the first word.
    fn repeated(&self, scored: &Scored) -> f32 {
        let (sentence, at) = scored.place;
        let candidate = self.passage.candidate(scored.place);
        let all = self.swaps.get(&(run(self.passage, sentence, candidate), candidate.reading)).copied();
        let own = self.passage.estimate.sums[sentence].posterior[at];
        all.unwrap_or_default() - if own >= LEAST { own } else { 0.0 }
    }

    /// How often the one word of a reading stands in the passage outside and inside quotation marks, apart from what
    /// the candidate itself takes the place of: the last decision counts that, too.
    fn elsewhere(&self, scored: &Scored) -> [u32; 2] {
        let mut counts = const { [at("original_count"), at("original_quoted")] }
            .map(|at| scored.features[at].exp_m1().round() as u32);
        let span = scored.realized.span;
        let is_own = |word: &&Word| {
            let token = self.passage.tokens[word.token as usize];
            span.overlaps(Span::new(token.start as usize, token.end as usize))
        };
        match self.passage.candidate(scored.place).ids[..] {
            // Numbers and the like share an id with all others of their shape.
            [original] if original >= FIRST_WORD => {
                for own in self.passage.sentences[scored.place.0].iter().filter(is_own) {
                    if own.lookup == original {
                        let count = &mut counts[usize::from(own.quoted)];
                        *count = count.saturating_sub(1);
                    }
                }
                counts
            }
            _ => [0, 0],
        }
    }
}

/// The words that a candidate of a sentence takes the place of, as they are looked up.
fn run(passage: &Passage<'_>, sentence: usize, candidate: &Candidate) -> Ids {
    let words = &passage.sentences[sentence][candidate.start as usize..candidate.end as usize];
    Ids::new(words.iter().map(|word| word.lookup))
}

fn rounded(times: f32) -> String {
    if times >= 1000.0 {
        "over 1,000 times".to_owned()
    } else if times >= 10.0 {
        format!("{times:.0} times")
    } else {
        format!("{times:.1} times")
    }
}

/// One sentence for people.
pub(crate) fn message(rule: Rule, spun: &str, text: &str) -> String {
    match (rule, spun.trim(), text.trim()) {
        (_, spun, "") => format!("“{spun}” was most probably not in the original"),
        (Rule::BrokenExpression, spun, text) => format!("“{spun}” is most probably a broken “{text}”"),
        (Rule::InsertedWords, spun, text) => format!("words were most probably inserted: “{spun}” for “{text}”"),
        (_, spun, text) => format!("“{spun}” most probably stands for “{text}”"),
    }
}

/// Words of context on either side that make up a finding's id.
const CONTEXT: usize = 2;

/// Hash of the words from one token to another, the correction and two words of context on either side, in their look-up
/// forms. The context is that of the whole text, in which the passage starts at a place, so that it does not matter where
/// passages are cut.
pub(crate) fn id(
    passage: &Passage<'_>,
    (first, last): (usize, usize),
    correction: &str,
    (text, start): (&str, usize),
) -> String {
    let tokens = &passage.tokens[first..=last];
    let [before, after] =
        [&text[..start + tokens[0].start as usize], &text[start + tokens[last - first].end as usize..]];
    let mut hash = FNV;
    let mut form = String::new();
    // With a mark between the parts.
    let mut feed = |text: &str| hash = fnv(hash, text.bytes().chain([0xff]));
    let mut feed_form = |word: &str| {
        key::normalize(word, &mut form);
        feed(&form);
    };
    words_before(before).take(CONTEXT).for_each(&mut feed_form);
    feed_form("");
    tokens.iter().for_each(|token| feed_form(token.text(passage.text)));
    feed_form("");
    words_after(after).take(CONTEXT).for_each(&mut feed_form);
    feed(correction);
    format!("{:016x}", mix(hash))
}

/// The words of a text up to the first empty line.
fn words_after(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let start = text.find(char::is_alphanumeric)?;
        let (between, rest) = text.split_at(start);
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        text = &rest[end..];
        (!has_empty_line(between)).then_some(&rest[..end])
    })
}

/// The words of a text from its last empty line on, the last one first.
fn words_before(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (end, last) = text.char_indices().rev().find(|(_, c)| c.is_alphanumeric())?;
        let (rest, between) = text.split_at(end + last.len_utf8());
        let start =
            rest.char_indices().rev().find(|(_, c)| !c.is_alphanumeric()).map_or(0, |(at, c)| at + c.len_utf8());
        text = &rest[..start];
        (!has_empty_line(between)).then_some(&rest[start..])
    })
}

/// Whether what stands between two words ends a paragraph.
fn has_empty_line(between: &str) -> bool {
    let bytes = between.as_bytes();
    (0..bytes.len()).filter(|&at| line_end(bytes, at) == 1).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::realize::Realized;
    use crate::dictionary::Dictionary;
    use crate::dictionary::usage::Keys;
    use crate::model::features::{COUNT, NAMES};
    use crate::span::Span;

    fn with(figures: &[(&str, f32)]) -> [f32; COUNT] {
        let mut features = [0.0; COUNT];
        for (name, value) in figures {
            features[NAMES.iter().position(|known| known == name).expect("a feature")] = *value;
        }
        features
    }

    #[test]
    fn severity_goes_by_how_badly_words_fit() {
        for (rule, gain, left, right, expected) in [
            (Rule::SwappedWord, 0.0, 0.0, 0.0, Severity::Note),
            (Rule::SwappedWord, 2.5, 0.0, 0.0, Severity::Note),
            (Rule::SwappedWord, 2.6, 0.0, 0.0, Severity::Warning),
            (Rule::SwappedWord, 5.0, 0.0, 0.0, Severity::Warning),
            (Rule::SwappedWord, 5.1, 0.0, 0.0, Severity::Error),
            (Rule::SwappedWord, -3.0, -2.0, 0.0, Severity::Note),
            (Rule::SwappedWord, -3.0, -2.1, 0.0, Severity::Error),
            (Rule::SwappedWord, -3.0, -1.1, -1.0, Severity::Error),
            // A good fit on one side makes up for nothing on the other.
            (Rule::SwappedWord, 0.0, -2.1, 9.0, Severity::Error),
            (Rule::SwappedWord, 0.0, 9.0, -2.1, Severity::Error),
            (Rule::InsertedWords, 2.6, 0.0, 0.0, Severity::Warning),
            (Rule::BrokenExpression, 0.0, 0.0, 0.0, Severity::Error),
        ] {
            let scored = Scored {
                place: (0, 0),
                realized: Realized { span: Span::new(0, 0), text: String::new() },
                keys: Keys::UNKNOWN,
                features: with(&[("context_gain", gain), ("spun_left", left), ("spun_right", right)]),
                probability: 0.5,
                certain: false,
            };
            assert_eq!(severity(rule, &scored), expected, "{rule:?}: {gain}, {left}, {right}");
        }
    }

    #[test]
    fn what_speaks_for_a_correction_comes_first() {
        let dictionary = Dictionary::builtin();
        let text = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";
        // Twice, so that whatever is swapped is so again.
        let text = format!("{text} {text}");
        let passage = Passage::of(&text, &dictionary);
        let is_known = |scored: &Scored| {
            let known = dictionary.usage.of(&scored.keys);
            known.pair != [0; 4] && known.substitute.all.iter().sum::<u32>() >= WORTH_TELLING
        };
        let found = passage.score(&dictionary).into_iter().find(is_known).expect("a substitution that was seen");
        let kinds = |gain: f32, others: usize| -> Vec<&'static str> {
            let figures =
                [("context_gain", gain), ("encoder", 1.0), ("repeated", 2.0), ("original_count", 1.0), ("scorer", 2.0)];
            let scored = Scored { features: with(&figures), ..found.clone() };
            Reasons::new(&passage, others + 1, &dictionary.usage).of(&scored).iter().map(|one| one.kind).collect()
        };
        let rest = ["encoder", "substitution", "usage", "repetition", "witness", "context", "document"];
        assert_eq!(kinds(3.0, 2), [&["language-model"][..], &rest].concat());
        assert_eq!(kinds(-3.0, 2), [&rest[..], &["language-model"]].concat());
        assert_eq!(kinds(-3.0, 0), [&rest[..6], &["language-model"]].concat());
    }

    #[test]
    fn context_is_two_words_of_the_paragraph() {
        for (text, words) in [
            ("", &[][..]),
            ("late, and \u{2014} the ", &["late", "and", "the"]),
            ("One ends.\n\nSo it\nis. ", &["So", "it", "is"]),
            ("One ends.\r\n\r\nSo ", &["So"]),
            ("One\r\nends; ", &["One", "ends"]),
            ("One ends.\r \rnaïve 3 ", &["naïve", "3"]),
            ("One ends.\n\n", &[]),
        ] {
            let mut before: Vec<&str> = words_before(text).take(9).collect();
            before.reverse();
            assert_eq!(before, words, "{text:?}");
            let turned: String = text.chars().rev().collect();
            let after: Vec<String> = words_after(&turned).take(9).map(|word| word.chars().rev().collect()).collect();
            assert!(after.iter().rev().eq(words), "{text:?}: {after:?}");
        }
    }
}
