//! A text cut into blocks that are small enough to hold, tokenized one at a time.

use super::token::Token;
use super::{quote, sentence, tokenizer};
use crate::line::line_end;

/// Blocks are about this long, in bytes; the last one may be up to half as long again, and code, which is one token, makes
/// them longer.
pub(crate) const BLOCK: usize = 48 << 10;

/// The blocks of a text, each a byte range, cut behind an empty line, else behind a line that ends with a sentence, else
/// behind a line, a sentence, white space, a character; nowhere inside of code.
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
    let (mut from, mut low) = (start, start + BLOCK / 2);
    while low + BLOCK < text.len() {
        let end = boundary(text, low, low + BLOCK / 2);
        let Some(behind) = tokenizer::code_over(text, from, end) else { return end };
        (from, low) = (behind, behind);
    }
    text.len()
}

/// The best place to cut between two offsets.
fn boundary(text: &str, low: usize, high: usize) -> usize {
    let bytes = text.as_bytes();
    let window = &bytes[low..high];
    let behind = |mark: &[u8]| memchr::memmem::rfind(window, mark).map(|at| low + at + mark.len());
    // Any kind of line ends, each of which ends the mark.
    let any = |marks: [&[u8]; 3]| {
        let mut ends = memchr::memrchr2_iter(b'\n', b'\r', window).map(|at| at + 1);
        ends.find(|&end| marks.iter().any(|mark| window[..end].ends_with(mark))).map(|end| low + end)
    };
    let found = any([b"\n\n", b"\n\r\n", b"\r\r"])
        .or_else(|| any([b".\n", b".\r\n", b".\r"]))
        .or_else(|| any([b"\n", b"\r\n", b"\r"]))
        .or_else(|| behind(b". "))
        .or_else(|| behind(b" "));
    let mut end = found.unwrap_or(high);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A line end of two characters is one.
    if bytes[end - 1] == b'\r' && line_end(bytes, end - 1) == 2 { end + 1 } else { end }
}

/// Tokenizes a block into `tokens`, which is cleared first, and marks sentences and quotations.
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
            for line_end in ["\n", "\r\n", "\r"] {
                let (unit, end) = (unit.replace('\n', line_end), end.replace('\n', line_end));
                let text = unit.repeat(3 * BLOCK / unit.len());
                let cut: Vec<&str> = blocks(&text).map(|block| block.1).collect();
                assert!(cut.len() > 1 && cut.iter().rev().skip(1).all(|block| block.ends_with(&end)), "{unit:?}");
            }
        }
    }

    #[test]
    fn code_is_never_cut() {
        let code = format!("```\n{}```\n", "utilized = stated\n\n".repeat(2 * BLOCK / 19));
        let prose = "One line. Two.\n\n".repeat(BLOCK / 16);
        for text in [format!("{prose}{code}{prose}{code}"), format!("{code}{code}{prose}"), code.repeat(3)] {
            let mut codes = 0;
            for (_, block) in blocks(&text) {
                let mut tokens = Vec::new();
                read(block, &mut tokens);
                codes += tokens.iter().filter(|token| token.text(block).len() > BLOCK).count();
                assert!(tokens.iter().all(|token| token.text(block) != "utilized"));
            }
            assert_eq!(codes, text.matches("```").count() / 2);
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
