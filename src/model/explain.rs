//! What a finding says of itself: its rule, severity, message and evidence.

use super::channel::{IdMap, plain};
use super::features::{LEAST, at};
use super::passage::{Passage, Scored};
use crate::candidates::realize;
use crate::candidates::{Candidate, Ids, Reading, Word};
use crate::dictionary::pack::{MOVED, NAME, PART, PUBLISHED};
use crate::dictionary::table::{FNV, fnv, mix};
use crate::dictionary::usage::Usage;
use crate::line::{line_end, one_line};
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
    let written = |token: usize| passage.tokens[token].text(passage.text);
    if inserts(words, &candidate.ids, |word| written(word.token as usize)) && candidate.flags & MOVED == 0 {
        return Rule::InsertedWords;
    }
    let is_titled = |token: usize| matches!(case::of(written(token)), Case::Title | Case::Upper);
    let (first, last) = passage.token_range(scored.place);
    let opens = realize::opens(passage.text, &passage.tokens, first);
    // The capital of a sentence's start says nothing of a name, unless the next word has one, too.
    let follows = last + 1 < passage.tokens.len() && is_titled(last + 1);
    let tokens = || words.iter().map(|word| word.token as usize);
    let is_named =
        candidate.flags & NAME != 0 && tokens().any(|token| is_titled(token) && (token != first || follows || !opens));
    let is_capital = tokens().all(is_titled) && (words.len() > 1 || !opens);
    // In a headline every word has its capital: only a whole name is one, or a part of one that completes it.
    let is_whole = || candidate.flags & PART == 0 || scored.features[const { at("expression") }] > 1.0;
    let tells =
        || !realize::in_headline(passage.text, &passage.tokens, first) || candidate.flags & NAME != 0 && is_whole();
    if (is_named || is_capital) && tells() {
        return Rule::BrokenExpression;
    }
    if scored.features[const { at("spun_frequency") }] > FREQUENT
        && scored.features[const { at("original_frequency") }] > FREQUENT
    {
        return Rule::SwappedFunctionWord;
    }
    if words.len() > 1 { Rule::BrokenPhrase } else { Rule::SwappedWord }
}

/// Whether words are a reading's in its order, and others between them; those that a hyphen joins are not others.
fn inserts<'t>(words: &[Word], reading: &[u32], written: impl Fn(&Word) -> &'t str) -> bool {
    let mut left = reading.iter().peekable();
    let others = words.iter().filter(|word| left.next_if_eq(&&word.model).is_none());
    let (count, hyphens) =
        others.fold((0, 0), |(count, hyphens), word| (count + 1, hyphens + usize::from(written(word) == "-")));
    left.peek().is_none() && count > 0 && hyphens == 0
}

/// How much a finding matters: by how badly the words that stand there fit, in nats. They do so by how much likelier the
/// correction is in their place, and by how much less likely they are beside their neighbors than anywhere. How common
/// either is counts for nothing: "said" is many times as frequent as "stated", wherever that stands.
pub(crate) fn severity(rule: Rule, scored: &Scored) -> Severity {
    let feature = |at: usize| scored.features[at];
    let commoner = feature(const { at("original_frequency") }) - feature(const { at("spun_frequency") });
    let better = feature(const { at("context_gain") }) - commoner;
    let clings = feature(const { at("spun_left") }) + feature(const { at("spun_right") });
    match better - clings {
        _ if rule == Rule::BrokenExpression => Severity::Error,
        misfit if misfit > WRONG => Severity::Error,
        misfit if misfit > ODD => Severity::Warning,
        _ => Severity::Note,
    }
}

/// Words that fit as badly as that, in nats, were called wrong in 81 % of the known substitutions that have them.
const WRONG: f32 = 8.0;
/// Of those that fit better than that 61 % were, and of those between 71 %.
const ODD: f32 = 3.0;

/// The family that makes this substitution most readily, given the document's mix.
pub(crate) fn family(candidate: &Candidate, mix: &[f32; 4]) -> Family {
    let weights = plain(candidate.codes);
    prevailing(&std::array::from_fn(|family| mix[family] * weights[family]))
}

/// The family that has the largest share of a document's mix.
pub(crate) fn prevailing(mix: &[f32; 4]) -> Family {
    let best = (0..4).max_by(|&a, &b| mix[a].total_cmp(&mix[b]).then(b.cmp(&a))).unwrap_or(0);
    Family::ALL[best]
}

/// Counts from this on say something.
const WORTH_TELLING: u32 = 5;

/// Probability that a paragraph was left as it was from which on that is told.
const DOUBTFUL: f32 = 0.1;

/// The reasons for the candidates of a passage.
pub(crate) struct Reasons<'p> {
    passage: &'p Passage<'p>,
    /// Probability that each paragraph was spun.
    paragraphs: &'p [f32],
    usage: &'p Usage,
    /// How many candidates were selected.
    selected: usize,
    /// Sum of posteriors of each run of words with each reading.
    swaps: IdMap<(Ids, Reading), f32>,
}

impl<'p> Reasons<'p> {
    pub(crate) fn new(passage: &'p Passage<'p>, paragraphs: &'p [f32], selected: usize, usage: &'p Usage) -> Self {
        let mut swaps: IdMap<(Ids, Reading), f32> = IdMap::default();
        for (at, lattice) in passage.lattices.iter().enumerate() {
            for (candidate, &posterior) in lattice.candidates.iter().zip(&passage.estimate.sums[at].posterior) {
                if posterior >= LEAST {
                    *swaps.entry((run(passage, at, candidate), candidate.reading)).or_default() += posterior;
                }
            }
        }
        Self { passage, paragraphs, usage, selected, swaps }
    }

    /// The reasons for one of the selected.
    pub(crate) fn of(&self, scored: &Scored) -> Vec<Evidence> {
        let candidate = self.passage.candidate(scored.place);
        let (spun, text) =
            (one_line(&self.passage.text[scored.realized.span.range()]), one_line(&scored.realized.text));
        let text = text.as_str();
        let features = &scored.features;
        let mut list = Vec::new();
        let mut push = |kind: &'static str, text: String, nats: Option<f32>| {
            debug_assert!(Evidence::KINDS.contains(&kind), "{kind} is not among the kinds");
            list.push(Evidence { kind, text, nats });
        };
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
            let words = match text {
                "" => format!("seen where nothing was on {pages}"),
                _ => format!("seen in place of it on {pages}"),
            };
            push("substitution", words, Some(channel));
        } else if candidate.flags & MOVED != 0 {
            push("substitution", "spinners move or double words in this way".to_owned(), Some(channel));
        } else if candidate.flags & PUBLISHED != 0 {
            push("substitution", "a published tortured phrase, or part of one".to_owned(), Some(channel));
        } else {
            let place = if text.is_empty() { "where nothing was" } else { "in place of that" };
            push("substitution", format!("spinners' word lists have it {place}"), Some(channel));
        }
        let known = self.usage.of(scored.keys);
        let [stands, is] = [known.substitute.all, known.pair].map(|counts| counts.iter().sum::<u32>());
        if is > 0 && stands >= WORTH_TELLING {
            // A share that does not speak for it is not to look as if it did.
            let only = if is * 4 < stands { "only " } else { "" };
            let is = if is == 1 { format!("{only}once") } else { format!("{only}{is} times") };
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
            // What was inserted has no original.
            _ if text.is_empty() => {}
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
        let left = 1.0 - self.paragraphs[self.passage.estimate.paragraph(scored.place.0)];
        if left >= DOUBTFUL {
            let words = format!("against it: this paragraph may have been left as it was ({:.0}%)", left * 100.0);
            push("paragraph", words, None);
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
pub(crate) fn message(rule: Rule, spun: &str, text: &str, confidence: f32) -> String {
    let likely = if confidence < 0.5 { "perhaps" } else { "most probably" };
    match (rule, one_line(spun).as_str(), one_line(text).as_str()) {
        (_, spun, "") => format!("“{spun}” was {likely} not in the original"),
        (Rule::BrokenExpression, spun, text) if spun.contains(' ') => {
            format!("“{spun}” is {likely} a broken “{text}”")
        }
        (Rule::InsertedWords, spun, text) => format!("words were {likely} inserted: “{spun}” for “{text}”"),
        (_, spun, text) => format!("“{spun}” {likely} stands for “{text}”"),
    }
}

/// Words on either side within which a correction stands in texts that talk about it.
const MENTION: usize = 14;
/// Letters of a word that is more than grammar.
const LONG: usize = 6;

/// Whether the words of a correction stand near it in the text's own words, which may be about them: "a convolutional
/// neural network became a convolutional neural organization". One short word does so anywhere.
pub(crate) fn is_mentioned(text: &str, scored: &Scored) -> bool {
    let span = scored.realized.span;
    let is_article = |word: &&str| ["a", "an", "the"].iter().any(|article| article.eq_ignore_ascii_case(word));
    let words: Vec<&str> = words_after(&scored.realized.text).skip_while(is_article).collect();
    if words.len() < 2 && words.first().is_none_or(|word| word.chars().count() < LONG) {
        return false;
    }
    let has = |near: &[&str]| {
        let same = |(a, b): (&&str, &&str)| a.to_lowercase() == b.to_lowercase();
        near.windows(words.len()).any(|run| run.iter().zip(&words).all(same))
    };
    let mut before: Vec<&str> = words_before(&text[..span.start]).take(MENTION).collect();
    before.reverse();
    has(&before) || has(&words_after(&text[span.end..]).take(MENTION).collect::<Vec<_>>())
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
    // However its lines are broken.
    feed(&one_line(correction));
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
        for (rule, gain, commoner, left, right, expected) in [
            (Rule::SwappedWord, 0.0, 0.0, 0.0, 0.0, Severity::Note),
            (Rule::SwappedWord, 3.0, 0.0, 0.0, 0.0, Severity::Note),
            (Rule::SwappedWord, 3.1, 0.0, 0.0, 0.0, Severity::Warning),
            (Rule::SwappedWord, 8.0, 0.0, 0.0, 0.0, Severity::Warning),
            (Rule::SwappedWord, 8.1, 0.0, 0.0, 0.0, Severity::Error),
            (Rule::SwappedWord, 0.0, 0.0, -2.0, -1.1, Severity::Warning),
            (Rule::SwappedWord, 0.0, 0.0, -9.0, 0.5, Severity::Error),
            // "said" for "stated": a much commoner word, and what stands there fits well enough.
            (Rule::SwappedWord, 7.0, 3.5, 1.5, 0.5, Severity::Note),
            (Rule::SwappedWord, 7.0, 3.5, -1.5, -1.5, Severity::Warning),
            (Rule::InsertedWords, 3.1, 0.0, 0.0, 0.0, Severity::Warning),
            (Rule::BrokenExpression, 0.0, 0.0, 0.0, 0.0, Severity::Error),
        ] {
            let figures = [
                ("context_gain", gain),
                ("original_frequency", -5.0),
                ("spun_frequency", -5.0 - commoner),
                ("spun_left", left),
                ("spun_right", right),
            ];
            let scored = Scored {
                place: (0, 0),
                realized: Realized { span: Span::new(0, 0), text: String::new() },
                keys: Keys::UNKNOWN,
                features: with(&figures),
                probability: 0.5,
                certain: false,
            };
            assert_eq!(severity(rule, &scored), expected, "{rule:?}: {gain}, {commoner}, {left}, {right}");
        }
    }

    #[test]
    fn rules_are_named_for_what_is_wrong() {
        let dictionary = Dictionary::builtin();
        let (inserted, phrase, expression) = (Rule::InsertedWords, Rule::BrokenPhrase, Rule::BrokenExpression);
        for (text, spun, original, expected) in [
            ("They signed a brand new contract today.", &["brand", "new"][..], "new", inserted),
            ("The rate of interest rose again today.", &["rate", "of", "interest"], "interest rate", phrase),
            ("They bought a brand-new car today.", &["brand", "-", "new"], "new", phrase),
            ("Individuals say that this is so.", &["Individuals"], "people", Rule::SwappedWord),
            ("He met the Protection Secretary today.", &["Protection"], "Defense", expression),
            // The capitals of a headline say nothing of a name, unless the words are known as one.
            ("Council Votes to Close Library After Pupils Protest", &["Pupils"], "students", Rule::SwappedWord),
            ("COUNCIL VOTES TO CLOSE LIBRARY AFTER PUPILS PROTEST", &["PUPILS"], "students", Rule::SwappedWord),
            ("Library Closed After Protection Secretary Protests", &["Protection"], "Defense", expression),
        ] {
            let passage = Passage::of(text, &dictionary);
            let words = |place: (usize, usize)| -> Vec<String> {
                let candidate = passage.candidate(place);
                let words = &passage.sentences[place.0][candidate.start as usize..candidate.end as usize];
                words.iter().map(|word| passage.tokens[word.token as usize].text(text).to_owned()).collect()
            };
            let is_it = |place: (usize, usize)| {
                let candidate = passage.candidate(place);
                words(place) == spun && passage.reading(place.0, candidate, &dictionary).eq_ignore_ascii_case(original)
            };
            let places = passage.lattices.iter().enumerate();
            let mut places = places.flat_map(|(at, own)| (0..own.candidates.len()).map(move |index| (at, index)));
            let place = places.find(|&place| is_it(place)).expect(text);
            let known = passage.score(&dictionary).into_iter().find(|scored| scored.place == place);
            let scored = Scored {
                place,
                realized: Realized { span: Span::new(0, 0), text: String::new() },
                keys: Keys::UNKNOWN,
                features: known.map_or(with(&[("spun_frequency", -12.0)]), |scored| scored.features),
                probability: 0.5,
                certain: false,
            };
            assert_eq!(rule(&passage, &scored), expected, "{text}");
        }
    }

    #[test]
    fn what_a_text_talks_about_is_mentioned() {
        let far = format!("the network {} ", "and so on ".repeat(5));
        for (before, spun, correction, after, mentioned) in [
            ("a neural network became a neural ", "organization", "network", ".", true),
            ("a neural ", "organization", "network", " that was a Network", true),
            ("a neural ", "organization", "network", ".\n\nA network", false),
            (&far, "organization", "network", ".", false),
            ("he used ", "machine studying", "machine learning", " for “machine learning”", true),
            ("he used ", "machine studying", "machine learning", " and learning", false),
            ("they had ", "a organization", "a network", ", the network", true),
            ("the men in ", "an", "the", " house", false),
            ("he said that he ", "stated", "said", " it", false),
            ("", "brand new", "", " house", false),
        ] {
            let text = format!("{before}{spun}{after}");
            let span = Span::new(before.len(), before.len() + spun.len());
            let scored = Scored {
                place: (0, 0),
                realized: Realized { span, text: correction.to_owned() },
                keys: Keys::UNKNOWN,
                features: [0.0; COUNT],
                probability: 0.5,
                certain: false,
            };
            assert_eq!(is_mentioned(&text, &scored), mentioned, "{text}: {correction}");
        }
    }

    #[test]
    fn messages_have_one_line() {
        for (rule, spun, text, confidence, expected) in [
            (Rule::BrokenPhrase, "put\n    up", "post", 0.6, "“put up” most probably stands for “post”"),
            (Rule::InsertedWords, "brand ", "", 0.5, "“brand” was most probably not in the original"),
            (Rule::BrokenExpression, "Well\r\nbeing", "Health", 0.9, "“Well being” is most probably a broken “Health”"),
            (Rule::SwappedWord, "could", "may", 0.08, "“could” perhaps stands for “may”"),
        ] {
            assert_eq!(message(rule, spun, text, confidence), expected);
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
            let known = dictionary.usage.of(scored.keys);
            known.pair != [0; 4] && known.substitute.all.iter().sum::<u32>() >= WORTH_TELLING
        };
        let found = passage.score(&dictionary).into_iter().find(is_known).expect("a substitution that was seen");
        let kinds = |gain: f32, others: usize, spun: f32| -> Vec<&'static str> {
            let figures =
                [("context_gain", gain), ("encoder", 1.0), ("repeated", 2.0), ("original_count", 1.0), ("scorer", 2.0)];
            let scored = Scored { features: with(&figures), ..found.clone() };
            let reasons =
                Reasons::new(&passage, std::slice::from_ref(&spun), others + 1, &dictionary.usage).of(&scored);
            reasons.iter().map(|one| one.kind).collect()
        };
        let rest = ["encoder", "substitution", "usage", "repetition", "witness", "context", "document"];
        assert_eq!(kinds(3.0, 2, 1.0), [&["language-model"][..], &rest].concat());
        assert_eq!(kinds(-3.0, 2, 1.0), [&rest[..], &["language-model"]].concat());
        assert_eq!(kinds(-3.0, 0, 1.0), [&rest[..6], &["language-model"]].concat());
        assert_eq!(kinds(-3.0, 2, 0.8), [&rest[..], &["language-model", "paragraph"]].concat());
    }

    #[test]
    fn context_is_two_words_of_the_paragraph() {
        for (text, words) in [
            ("", &[][..]),
            ("late, and \u{2014} the ", &["late", "and", "the"]),
            ("One ends.\n\nSo it\nis. ", &["So", "it", "is"]),
            ("One ends.\r\n\r\nSo ", &["So"]),
            ("One\nends; ", &["One", "ends"]),
            ("One\r\nends; ", &["One", "ends"]),
            ("One \r\n ends;\r\n", &["One", "ends"]),
            ("One ends.\r \rnaïve 3 ", &["naïve", "3"]),
            ("One ends.\n\n", &[]),
        ] {
            let mut before: Vec<&str> = words_before(text).take(9).collect();
            before.reverse();
            assert_eq!(before, words, "{text:?}");
            // A line end of two characters does not turn.
            let turned = text.chars().rev().collect::<String>().replace("\n\r", "\r\n");
            let after: Vec<String> = words_after(&turned).take(9).map(|word| word.chars().rev().collect()).collect();
            assert!(after.iter().rev().eq(words), "{text:?}: {after:?}");
        }
    }
}
