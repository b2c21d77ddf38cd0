//! What a finding says of itself: its rule, severity, message and evidence.

use super::features::{COUNT, NAMES};
use super::passage::{Passage, Scored};
use crate::candidates::Candidate;
use crate::dictionary::pack::{ATTESTED, AUTHORED, MOVED, NAME, PUBLISHED};
use crate::dictionary::table::{FNV, fnv, mix};
use crate::dictionary::usage::Usage;
use crate::report::{Evidence, Family, Rule, Severity};
use crate::text::case::{self, Case};
use crate::text::key;

/// A feature of a scored candidate, by name.
fn feature(features: &[f32; COUNT], name: &str) -> f32 {
    NAMES.iter().position(|known| *known == name).map_or(0.0, |at| features[at])
}

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
    let titled = |word: &crate::candidates::Word| {
        let token = &passage.tokens[word.token as usize];
        matches!(case::of(token.text(passage.text)), Case::Title | Case::Upper)
    };
    let capitals = words.iter().all(titled) && (candidate.start > 0 || words.len() > 1);
    if candidate.flags & NAME != 0 && words.iter().any(titled) || capitals {
        return Rule::BrokenExpression;
    }
    if feature(&scored.features, "spun_frequency") > FREQUENT
        && feature(&scored.features, "original_frequency") > FREQUENT
    {
        return Rule::SwappedFunctionWord;
    }
    if words.len() > 1 { Rule::BrokenPhrase } else { Rule::SwappedWord }
}

/// How much a finding matters: by how badly the words that stand there fit.
pub(crate) fn severity(rule: Rule, scored: &Scored) -> Severity {
    let gain = feature(&scored.features, "context_gain");
    let fit = feature(&scored.features, "spun_left").min(0.0) + feature(&scored.features, "spun_right").min(0.0);
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

/// Ids of the sources that list the substitution.
pub(crate) fn sources(candidate: &Candidate) -> Vec<&'static str> {
    [(ATTESTED, "spun-pages"), (AUTHORED, "authored"), (PUBLISHED, "tortured-phrases-2025-07")]
        .into_iter()
        .filter(|(flag, _)| candidate.flags & flag != 0)
        .map(|(_, source)| source)
        .collect()
}

/// Counts from this on say something.
const WORTH_TELLING: u32 = 5;

/// The reasons for a candidate.
pub(crate) fn evidence(passage: &Passage<'_>, scored: &Scored, others: usize, usage: &Usage) -> Vec<Evidence> {
    let candidate = passage.candidate(scored.place);
    let span = scored.realized.span;
    let spun = &passage.text[span.range()];
    let text = &scored.realized.text;
    let value = |name: &str| feature(&scored.features, name);
    let mut list = Vec::new();
    let mut push = |kind: &'static str, text: String, nats: Option<f32>| list.push(Evidence { kind, text, nats });
    let gain = value("context_gain");
    let times = gain.abs().min(20.0).exp();
    if gain >= 0.0 {
        let words = if text.is_empty() {
            format!("in these surroundings, clean English does without “{}” {} as often", spun.trim(), rounded(times))
        } else {
            format!("in these surroundings, clean English has “{text}” {} as often as “{spun}”", rounded(times))
        };
        push("language-model", words, Some(gain));
    }
    let fit = value("encoder");
    if fit != 0.0 {
        let how = if fit > 0.0 { "better" } else { "worse" };
        push("encoder", format!("read in its sentences, “{text}” fits {how} than “{spun}”"), Some(fit));
    }
    let channel = value("channel");
    if candidate.pages > 0 {
        let pages = candidate.pages;
        let pages = match pages {
            1 => "1 spun page".to_owned(),
            255 => "at least 255 spun pages".to_owned(),
            _ => format!("{pages} spun pages"),
        };
        push("substitution", format!("seen in place of it on {pages}"), Some(channel));
    } else if candidate.flags & MOVED != 0 {
        push("substitution", "spinners move or double words in this way".to_owned(), Some(channel));
    } else if candidate.flags & PUBLISHED != 0 {
        push("substitution", "a published tortured phrase, or part of one".to_owned(), Some(channel));
    } else {
        push("substitution", "spinners' word lists have it in place of that".to_owned(), Some(channel));
    }
    let known = usage.of(&scored.keys);
    let [stands, is] = [known.substitute.all, known.pair].map(|counts| counts.iter().sum::<u32>());
    if is > 0 && stands >= WORTH_TELLING {
        let is = if is == 1 { "once".to_owned() } else { format!("{is} times") };
        let words =
            format!("in spun texts whose originals are known, “{spun}” stands {stands} times, {is} for “{text}”");
        push("usage", words, None);
    }
    if value("repeated") > 0.7 {
        let times = match value("repeated").round() {
            1.0 => "once more".to_owned(),
            times => format!("about {times} more times"),
        };
        push("repetition", format!("the text makes the same substitution {times}"), None);
    }
    if value("original_quoted") > 0.0 {
        push("witness", "the text has the original word inside quotation marks".to_owned(), None);
    } else if value("original_count") > 0.0 {
        push("witness", "the text has the original word elsewhere".to_owned(), None);
    }
    let context = value("scorer");
    if context > 1.0 {
        push("context", "it fits the words around it better".to_owned(), Some(context));
    }
    match others {
        0 => {}
        1 => push("document", "1 other substitution in this text".to_owned(), None),
        _ => push("document", format!("{others} other substitutions in this text"), None),
    }
    // What speaks for it comes first.
    if gain < 0.0 {
        let words = format!(
            "against it: in these surroundings, clean English has “{}” {} as often",
            spun.trim(),
            rounded(times)
        );
        push("language-model", words, Some(gain));
    }
    list
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
    match (rule, text) {
        (_, "") => format!("\u{201c}{}\u{201d} was most probably not in the original", spun.trim()),
        (Rule::BrokenExpression, _) => {
            format!("\u{201c}{spun}\u{201d} is most probably a broken \u{201c}{text}\u{201d}")
        }
        (Rule::InsertedWords, _) => {
            format!("words were most probably inserted: \u{201c}{spun}\u{201d} for \u{201c}{text}\u{201d}")
        }
        _ => format!("\u{201c}{spun}\u{201d} most probably stands for \u{201c}{text}\u{201d}"),
    }
}

/// Hash of the words, the correction and two words of context on either side, in their look-up forms.
pub(crate) fn id(passage: &Passage<'_>, scored: &Scored) -> String {
    let (first, last) = passage.token_range(scored.place);
    let mut hash = FNV;
    // With a mark between the parts.
    let mut feed = |text: &str| hash = fnv(hash, text.bytes().chain([0xff]));
    let mut form = String::new();
    for token in &passage.tokens[first.saturating_sub(2)..(last + 3).min(passage.tokens.len())] {
        key::normalize(token.text(passage.text), &mut form);
        feed(&form);
    }
    feed(&scored.realized.text);
    format!("{:016x}", mix(hash))
}
