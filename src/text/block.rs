//! A text cut into blocks that are small enough to hold, tokenised one at a time.

use super::token::Token;
use super::{quote, sentence, tokenizer};

/// Blocks are about this long, in bytes; the last one may be up to half as long again.
pub(crate) const BLOCK: usize = 48 << 10;

/// The blocks of a text, each a byte range, cut where a paragraph ends, else a sentence, else at white space, else
/// at a character.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let end = cut(text, start);
        let block = (start, &text[start..end]);
        start = end;
        Some(block)
    })
}

fn cut(text: &str, start: usize) -> usize {
    if text.len() - start <= BLOCK + BLOCK / 2 {
        return text.len();
    }
    let bytes = text.as_bytes();
    let (low, high) = (start + BLOCK / 2, start + BLOCK);
    let window = &bytes[low..high];
    let found = memchr::memmem::rfind(window, b"\n\n")
        .map(|at| at + 2)
        .or_else(|| memchr::memrchr(b'\n', window).map(|at| at + 1))
        .or_else(|| memchr::memmem::rfind(window, b". ").map(|at| at + 2))
        .or_else(|| memchr::memrchr(b' ', window).map(|at| at + 1));
    let mut end = found.map_or(high, |at| low + at);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Tokenises a block into `tokens`, which is cleared first, and marks sentences and quotations.
pub(crate) fn read(block: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    tokenizer::tokenize(block, tokens);
    sentence::mark(block, tokens);
    quote::mark(block, tokens);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_text_in_order() {
        let texts = [
            "",
            "short",
            &"word ".repeat(60_000),
            &"é".repeat(200_000),
            &"One line. Two.\n\n".repeat(20_000),
            &"x".repeat(300_000),
        ];
        for text in texts {
            let mut next = 0;
            for (start, block) in blocks(text) {
                assert_eq!(start, next);
                assert!(!block.is_empty() && block.len() <= BLOCK + BLOCK / 2);
                next += block.len();
            }
            assert_eq!(next, text.len());
        }
    }
}
