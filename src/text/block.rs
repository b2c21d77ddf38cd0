//! A text cut into blocks that are small enough to hold, tokenised one at a time.

use super::token::Token;
use super::{quote, sentence, tokenizer};

/// Blocks are about this long, in bytes; the last one may be up to half as long again.
pub(crate) const BLOCK: usize = 48 << 10;

/// The blocks of a text, each a byte range, cut behind an empty line, else behind a line that ends with a sentence, else
/// behind a line, a sentence, white space, a character.
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
    let behind = |mark: &[u8]| memchr::memmem::rfind(window, mark).map(|at| low + at + mark.len());
    // Either kind of line ends.
    let either = |mark: &[u8], other: &[u8]| behind(mark).max(behind(other));
    let found = either(b"\n\n", b"\n\r\n")
        .or_else(|| either(b".\n", b".\r\n"))
        .or_else(|| behind(b"\n"))
        .or_else(|| behind(b". "))
        .or_else(|| behind(b" "));
    let mut end = found.unwrap_or(high);
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
    fn blocks_end_where_paragraphs_sentences_and_lines_do() {
        let wrapped = "A line that is wrapped goes on\nin the next one. It ends\nthere.\n";
        for (unit, end) in [
            ("Two\nlines.\nAnd more\n\n", "more\n\n"),
            (wrapped, "there.\n"),
            ("One. Two words. ", ". "),
            ("Milk, 1 l\nMr. Smith's eggs\n", "\n"),
            ("words ", " "),
        ] {
            for unit in [unit.to_owned(), unit.replace('\n', "\r\n")] {
                let text = unit.repeat(3 * BLOCK / unit.len());
                let end = if unit.contains('\r') { end.replace('\n', "\r\n") } else { end.to_owned() };
                let cut: Vec<&str> = blocks(&text).map(|block| block.1).collect();
                assert!(cut.len() > 1 && cut.iter().rev().skip(1).all(|block| block.ends_with(&end)), "{unit:?}");
            }
        }
    }

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
