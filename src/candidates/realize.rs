//! A reading written into the text: case, spacing, what it replaces.

use std::borrow::Cow;

use crate::dictionary::ngrams::Ngrams;
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::key;
use crate::text::token::{SENTENCE_START, SPACE_BEFORE, Token, TokenKind};
use crate::text::tokenizer::tokenize;

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
    if takes_an(was) != is_an || takes_an(now) == is_an {
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
    let (start, end) = (tokens[first].start as usize, tokens[last].end as usize);
    if original.is_empty() {
        return remove(block, tokens, first, last);
    }
    let mut text = recase(block, tokens, first, last, original, ngrams);
    if block[start..end].contains('’') {
        text = text.replace('\'', "’");
    }
    Realized { span: Span::new(start, end), text }
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
    let capital = case::of(tokens[first].text(block)) == Case::Title && tokens[first].has(SENTENCE_START);
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
    let opens = tokens[first].has(SENTENCE_START);
    let all_upper = !shapes.is_empty()
        && words
            .iter()
            .zip(&shapes)
            .all(|(word, shape)| *shape == Case::Upper || word.len() == 1 && word.chars().all(char::is_uppercase))
        && words.iter().any(|word| word.len() > 1);
    if all_upper && original.chars().any(char::is_lowercase) && words.iter().map(|word| word.len()).max() > Some(3) {
        return original.to_uppercase();
    }
    if original.chars().any(char::is_uppercase) {
        return if opens { case::capitalize(original) } else { original.to_owned() };
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

/// Whether "an" rather than "a" stands before a word, by its sound as far as spelling tells.
pub(crate) fn takes_an(word: &str) -> bool {
    let lower = word.to_lowercase();
    let bytes = lower.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    let starts = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    if word.len() > 1 && word.chars().all(char::is_uppercase) {
        return matches!(first, b'a' | b'e' | b'f' | b'h' | b'i' | b'l' | b'm' | b'n' | b'o' | b'r' | b's' | b'x');
    }
    match first {
        b'h' => starts(&["hour", "honest", "honor", "honour", "heir"]),
        b'u' => !starts(&["uni", "use", "usu", "uti", "uran", "ukr", "ubi", "uk", "euro"]) || starts(&["unin", "unim"]),
        b'e' => !starts(&["eu", "ewe"]),
        b'o' => !starts(&["one", "once"]),
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
        ] {
            assert_eq!(takes_an(word), an, "{word}");
        }
    }
}
