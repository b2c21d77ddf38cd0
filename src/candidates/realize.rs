//! A reading written into the text: case, spacing, what it replaces.

use std::borrow::Cow;

use crate::dictionary::ngrams::Ngrams;
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::key;
use crate::text::token::{SENTENCE_START, SPACE_BEFORE, Token, TokenKind};
use crate::text::tokenizer::{is_title, tokenize};

/// What a reading replaces in a block, and with what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Realized {
    /// Bytes of the block.
    pub(crate) span: Span,
    pub(crate) text: String,
}

/// Writes `original` over the tokens `first..=last`, and the article before them to fit.
pub(crate) fn realize(
    block: &str,
    tokens: &[Token],
    (first, last): (usize, usize),
    original: &str,
    ngrams: &Ngrams,
) -> Realized {
    let plain = write(block, tokens, first, last, original, ngrams);
    let Some(article) = first.checked_sub(1).map(|before| &tokens[before]) else { return plain };
    let word = article.text(block);
    let is_an = word.eq_ignore_ascii_case("an");
    if !(is_an || word.eq_ignore_ascii_case("a"))
        || !tokens[first].has(SPACE_BEFORE)
        || tokens[first].has(SENTENCE_START)
    {
        return plain;
    }
    let was = tokens[first].text(block);
    let follows = plain.text.split([' ', '-']).find(|word| !word.is_empty());
    let now = follows.or_else(|| tokens.get(last + 1).map(|next| next.text(block))).unwrap_or(was);
    if takes_an(now) == is_an {
        return plain;
    }
    let fitting = match (is_an, word.starts_with('A')) {
        (true, true) => "A",
        (true, false) => "a",
        (false, true) => "An",
        (false, false) => "an",
    };
    let start = article.start as usize;
    let between = &block[article.end as usize..plain.span.start.max(article.end as usize)];
    Realized { span: Span::new(start, plain.span.end), text: format!("{fitting}{between}{}", plain.text) }
}

/// Writes `original` over the tokens `first..=last`.
///
/// An original keeps its own capitals where it has any; else it takes those of the words it replaces. Where nothing
/// is to stand there, the white space on one side goes too, and the next word takes over the capital of a sentence's
/// start.
fn write(block: &str, tokens: &[Token], first: usize, last: usize, original: &str, ngrams: &Ngrams) -> Realized {
    let (start, mut end) = (tokens[first].start as usize, tokens[last].end as usize);
    if original.is_empty() {
        return remove(block, tokens, first, last);
    }
    let mut text = recase(block, tokens, first, last, original, ngrams);
    let stop = tokens[last].text(block).ends_with('.') && !text.ends_with('.');
    if stop && tokens.get(last + 1).is_none_or(|next| next.has(SENTENCE_START)) {
        // The period of an abbreviation that ends a sentence is the sentence's, too.
        text.push('.');
    }
    let clings = tokens[first].text(block).starts_with(['\'', '’']) && !tokens[first].has(SPACE_BEFORE);
    if clings && first > 0 && text.starts_with(char::is_alphanumeric) {
        text.insert(0, ' ');
    }
    if let Some((mark, possessive)) = tokens.get(last + 1).and_then(|next| possessive(block, next, &text)) {
        text.push_str(&possessive);
        end = mark.end as usize;
    }
    if block[start..end].contains('’') {
        text = text.replace('\'', "’");
    }
    Realized { span: Span::new(start, end), text }
}

/// The ending of a possessive that another word asks for, where the one that stands there does not suit it: "'s" after
/// what is no plural, a mark alone after what is.
fn possessive<'t>(block: &str, next: &'t Token, text: &str) -> Option<(&'t Token, String)> {
    if next.has(SPACE_BEFORE) {
        return None;
    }
    let ending = next.text(block);
    let plural = text.ends_with('s') && !text.ends_with("ss") && text.chars().all(|c| !c.is_uppercase());
    match ending {
        "'" | "’" if next.kind == TokenKind::Punct && !text.ends_with(['s', 'S']) => {
            Some((next, format!("{ending}s")))
        }
        "'s" | "’s" if plural => Some((next, ending.trim_end_matches('s').to_owned())),
        _ => None,
    }
}

fn remove(block: &str, tokens: &[Token], first: usize, last: usize) -> Realized {
    let (start, end) = (tokens[first].start as usize, tokens[last].end as usize);
    let Some(next) = tokens.get(last + 1).filter(|next| next.has(SPACE_BEFORE) && !next.has(SENTENCE_START)) else {
        // Before a mark, the white space in front goes.
        let from = first.checked_sub(1).map_or(start, |before| tokens[before].end as usize);
        let from = if block[from..start].chars().all(|c| c == ' ') { from } else { start };
        return Realized { span: Span::new(from, end), text: String::new() };
    };
    let (next_start, next_end) = (next.start as usize, next.end as usize);
    let capital = case::of(tokens[first].text(block)) == Case::Title && opens(block, tokens, first);
    if capital && next.kind == TokenKind::Word && case::of(&block[next_start..next_end]) == Case::Lower {
        return Realized { span: Span::new(start, next_end), text: case::capitalize(&block[next_start..next_end]) };
    }
    Realized { span: Span::new(start, next_start), text: String::new() }
}

fn recase(block: &str, tokens: &[Token], first: usize, last: usize, original: &str, ngrams: &Ngrams) -> String {
    let words: Vec<&str> = tokens[first..=last]
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| token.text(block))
        .collect();
    let shapes: Vec<Case> = words.iter().map(|word| case::of(word)).collect();
    let opens = opens(block, tokens, first);
    let all_upper = !shapes.is_empty()
        && words
            .iter()
            .zip(&shapes)
            .all(|(word, shape)| *shape == Case::Upper || word.len() == 1 && word.chars().all(char::is_uppercase))
        && words.iter().any(|word| word.len() > 1);
    // Short words in capitals may be acronyms, unless those beside them are in capitals, too.
    let shouted = |token: Option<&Token>| {
        token.is_some_and(|token| token.kind == TokenKind::Word && is_shouted(token.text(block)))
    };
    if all_upper
        && original.chars().any(char::is_lowercase)
        && (words.iter().any(|word| word.len() > 3)
            || shouted(first.checked_sub(1).map(|before| &tokens[before]))
            || shouted(tokens.get(last + 1)))
    {
        return original.to_uppercase();
    }
    if original.chars().any(char::is_uppercase) {
        return if starts(block, tokens, first) { case::capitalize(original) } else { original.to_owned() };
    }
    let titled = shapes.iter().filter(|shape| **shape == Case::Title).count();
    let long = words.iter().filter(|word| word.len() > 3).count();
    // In a name every longer word has its capital; at the start of a sentence the first word proves nothing.
    let in_name =
        if opens { titled >= 2 && titled >= long } else { titled > 0 && shapes.first() == Some(&Case::Title) };
    let mut word_form = String::new();
    let mut out = String::with_capacity(original.len());
    for (index, word) in original.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        key::normalize(word, &mut word_form);
        let proper = ngrams.id(&word_form).map(|id| ngrams.case(id));
        let small = matches!(word, "of" | "the" | "and" | "in" | "for" | "to" | "on" | "at" | "a" | "an" | "by");
        if proper.is_some_and(|case| case.upper > 0.85) && word.len() > 1 && word.chars().all(char::is_alphabetic) {
            out.push_str(&word.to_uppercase());
        } else if index == 0 && opens && shapes.first() != Some(&Case::Lower)
            || in_name && !(small && index > 0)
            || proper.is_some_and(|case| case.lower < 0.1 && case.upper < 0.5) && word.chars().all(char::is_alphabetic)
        {
            out.push_str(&case::capitalize(word));
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Whether a word of more than three letters is in capitals.
fn is_shouted(word: &str) -> bool {
    word.len() > 3 && case::of(word) == Case::Upper
}

/// Whether a capital on a token says nothing of it: a sentence starts there, or something that could be one, behind a
/// mark that opens a quotation or a bracket, dots, or an abbreviation.
pub(crate) fn opens(block: &str, tokens: &[Token], at: usize) -> bool {
    if tokens[at].has(SENTENCE_START) {
        return true;
    }
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else { return true };
    let text = before.text(block);
    match before.kind {
        TokenKind::Quote => !tokens[at].has(SPACE_BEFORE),
        TokenKind::Punct => matches!(text, "(" | "[" | "…") || text.starts_with(".."),
        TokenKind::Word => text.len() > 2 && text.ends_with('.') && !is_title(text),
        _ => false,
    }
}

/// Whether a sentence starts with a token, or with marks before it.
fn starts(block: &str, tokens: &[Token], mut at: usize) -> bool {
    let is_mark = |token: &Token| token.kind == TokenKind::Quote || matches!(token.text(block), "(" | "[");
    while !tokens[at].has(SENTENCE_START) {
        if at == 0 || tokens[at].has(SPACE_BEFORE) || !is_mark(&tokens[at - 1]) {
            return false;
        }
        at -= 1;
    }
    true
}

/// A phrase with a capital on the words whose bits are set, the lowest bit for the first word.
pub(crate) fn capitals(phrase: &str, bits: u64) -> Cow<'_, str> {
    if bits == 0 {
        return phrase.into();
    }
    let word = |(at, word): (usize, &str)| if bits >> at & 1 == 1 { case::capitalize(word) } else { word.to_owned() };
    phrase.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ").into()
}

/// A phrase without some tokens at its ends.
pub(crate) fn within(phrase: &str, trimmed: (u8, u8)) -> &str {
    if trimmed == (0, 0) {
        return phrase;
    }
    let mut tokens = Vec::new();
    tokenize(phrase, &mut tokens);
    let (first, last) = (trimmed.0 as usize, tokens.len().saturating_sub(trimmed.1 as usize));
    match tokens.get(first..last) {
        Some([start, .., end]) => &phrase[start.start as usize..end.end as usize],
        Some([only]) => only.text(phrase),
        _ => phrase,
    }
}

/// Acronyms that are spoken as words, of those whose first letter alone would be spoken with a vowel.
const SPOKEN: [&str; 20] = [
    "FEMA", "FICO", "FIFA", "HAMAS", "HIPAA", "HUD", "LASER", "LIDAR", "MAGA", "MERS", "NAFTA", "NASA", "NASCAR",
    "NASDAQ", "NATO", "NOAA", "RADAR", "SARS", "SCOTUS", "SWAT",
];

/// Whether "an" rather than "a" stands before a word, by its sound as far as spelling tells.
pub(crate) fn takes_an(word: &str) -> bool {
    let lower = word.to_lowercase();
    let bytes = lower.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    let starts = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    if word.len() > 1 && word.chars().all(|c| c.is_uppercase() || c == '.') {
        if SPOKEN.contains(&word) {
            return false;
        }
        return matches!(first, b'a' | b'e' | b'f' | b'h' | b'i' | b'l' | b'm' | b'n' | b'o' | b'r' | b's' | b'x');
    }
    match first {
        b'h' => starts(&["hour", "honest", "honor", "honour", "heir"]),
        b'u' => {
            let you =
                ["ubi", "uk", "uni", "unanim", "ura", "uri", "uro", "uru", "use", "usu", "ute", "uti", "uto", "uga"];
            let un = ["unid", "unill", "unim", "unin", "uniss"];
            lower != "u" && (!starts(&you) || starts(&un) && !starts(&["unidir", "unimod"]))
        }
        b'e' => !starts(&["eu", "ewe"]),
        b'o' => {
            !(matches!(lower.as_str(), "one" | "ones" | "oneself" | "onetime") || starts(&["one-", "oneness", "once"]))
        }
        b'8' => true,
        b'a' | b'i' => true,
        _ => matches!(lower.as_str(), "11" | "18") || lower.starts_with("11,") || lower.starts_with("18,"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_go_by_sound() {
        for (word, an) in [
            ("apple", true),
            ("hour", true),
            ("house", false),
            ("university", false),
            ("uninvited", true),
            ("European", false),
            ("one", false),
            ("FBI", true),
            ("US", false),
            ("umbrella", true),
            ("8", true),
            ("unidentified", true),
            ("unanimous", false),
            ("unannounced", true),
            ("onetime", false),
            ("U", false),
            ("unique", false),
            ("Ugandan", false),
            ("utopian", false),
            ("utter", true),
            ("usher", true),
            ("urine", false),
            ("urgent", true),
            ("onerous", true),
            ("one-off", false),
            ("NATO", false),
            ("NBA", true),
            ("U.S.", false),
            ("F.B.I.", true),
        ] {
            assert_eq!(takes_an(word), an, "{word}");
        }
    }
    #[test]
    fn readings_are_written_as_the_text_is() {
        let ngrams = crate::dictionary::Dictionary::builtin().ngrams;
        for (text, words, original, expected) in [
            ("The Chiefs of Employees' letter", (3, 3), "Staff", "The Chiefs of Staff's letter"),
            ("The Chiefs of Employees’ letter", (3, 3), "Staff", "The Chiefs of Staff’s letter"),
            ("the staffs' letter", (1, 1), "employees", "the employees' letter"),
            ("the navy's letter", (1, 1), "forces", "the forces' letter"),
            ("the staff's letter", (1, 1), "boss", "the boss's letter"),
            (
                "“Counterfeit consciousness is here",
                (1, 2),
                "artificial intelligence",
                "“Artificial intelligence is here",
            ),
            (
                "(Counterfeit consciousness is here",
                (1, 2),
                "artificial intelligence",
                "(Artificial intelligence is here",
            ),
            (
                "They left… Counterfeit consciousness",
                (3, 4),
                "artificial intelligence",
                "They left… Artificial intelligence",
            ),
            (
                "Acme Corp. Counterfeit consciousness",
                (2, 3),
                "artificial intelligence",
                "Acme Corp. Artificial intelligence",
            ),
            ("the Counterfeit Consciousness Act", (1, 2), "artificial intelligence", "the Artificial Intelligence Act"),
            ("“Actuallyish the ship left", (1, 1), "", "“The ship left"),
            ("allies (Great Britain and France)", (2, 3), "the UK", "allies (the UK and France)"),
            ("allies, e.g. Great Britain", (3, 4), "the UK", "allies, e.g. the UK"),
            ("“Great Britain said", (1, 2), "the UK", "“The UK said"),
            ("THE WASHINGTON PUT UP SAID", (2, 3), "Post", "THE WASHINGTON POST SAID"),
            ("Costs rose 9 p.c. They fell", (3, 3), "percent", "Costs rose 9 percent. They fell"),
            ("Costs rose 9 p.c. in May", (3, 3), "percent", "Costs rose 9 percent in May"),
            ("he's a man", (1, 1), "is", "he is a man"),
            ("a outdated man", (1, 1), "old", "an old man"),
            ("the US of old", (1, 1), "country", "the country of old"),
        ] {
            let mut tokens = Vec::new();
            crate::text::block::read(text, &mut tokens);
            let Realized { span, text: written } = realize(text, &tokens, words, original, &ngrams);
            let got = format!("{}{written}{}", &text[..span.start], &text[span.end..]);
            assert_eq!(got, expected, "{text}");
        }
    }
}
