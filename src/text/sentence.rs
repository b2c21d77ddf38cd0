//! Where sentences start.

use super::token::{BREAK_BEFORE, SENTENCE_START, SPACE_BEFORE, Token, TokenKind};
use super::tokenizer::is_title;

/// Marks the first token of every sentence.
///
/// A sentence ends at a full stop, question or exclamation mark, with any quotation marks and brackets that close
/// after it, when white space and something other than a small letter follow; and at the end of a paragraph.
pub(crate) fn mark(block: &str, tokens: &mut [Token]) {
    let bytes = block.as_bytes();
    let mut ended = true;
    for at in 0..tokens.len() {
        let token = tokens[at];
        let first = bytes[token.start as usize];
        let starts = token.has(BREAK_BEFORE) || ended && token.has(SPACE_BEFORE) && !first.is_ascii_lowercase();
        if starts {
            tokens[at].flags |= SENTENCE_START;
            ended = false;
        }
        match token.kind {
            TokenKind::Punct => match first {
                b'.' | b'?' | b'!' => ended = true,
                b')' | b']' => {}
                _ => ended = false,
            },
            TokenKind::Quote => {
                // A quotation mark that opens a sentence is its first token; the word after it is not another.
                if starts {
                    ended = false;
                }
            }
            TokenKind::Word if bytes[token.end as usize - 1] == b'.' => {
                ended = !is_title(token.text(block))
                    && token.end - token.start > 2
                    && starts_sentence(block, tokens, at + 1);
            }
            _ => ended = false,
        }
    }
}

/// Words that mostly open sentences where they have a capital, in order.
const OPENERS: &[&str] = &[
    "A",
    "After",
    "Although",
    "An",
    "And",
    "As",
    "At",
    "But",
    "By",
    "For",
    "He",
    "His",
    "However",
    "I",
    "If",
    "In",
    "It",
    "Its",
    "Meanwhile",
    "Mr.",
    "Mrs.",
    "No",
    "On",
    "She",
    "Since",
    "So",
    "That",
    "The",
    "Their",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "To",
    "We",
    "What",
    "When",
    "While",
    "With",
    "You",
];

/// Whether the token at `at`, after an abbreviation, is a capitalized word that mostly opens sentences.
fn starts_sentence(block: &str, tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|next| next.kind == TokenKind::Quote || OPENERS.binary_search(&next.text(block)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::tokenizer::tokenize;
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        mark(text, &mut tokens);
        let starts: Vec<_> =
            tokens.iter().filter(|token| token.has(SENTENCE_START)).map(|token| token.text(text)).collect();
        assert_eq!(starts, expected, "{text}");
    }

    #[test]
    fn openers_are_sorted() {
        assert!(OPENERS.is_sorted());
    }

    #[test]
    fn sentences() {
        check("He left. She stayed. 7 came.", &["He", "She", "7"]);
        check("Gen. Milley of the U.S. Army spoke. Fine.", &["Gen.", "Fine"]);
        check("They met in the U.S. The talks", &["They", "The"]);
        check("“Go,” he said. “Now.” They went.", &["“", "“", "They"]);
        check("costs 3.5 p.m. or so. (Yes.) No", &["costs", "(", "No"]);
        check("What? no. Well", &["What", "Well"]);
        check("Title\n\nText", &["Title", "Text"]);
    }
}
