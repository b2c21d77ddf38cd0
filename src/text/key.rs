//! The form in which words are counted and looked up.

use super::token::TokenKind;

/// Ids below this are not words of a lexicon but the classes that [`class`] gives.
pub(crate) const FIRST_WORD: u32 = 10;
/// A word that the lexicon lacks.
pub(crate) const UNKNOWN: u32 = 0;
/// The place before a sentence.
pub(crate) const SENTENCE: u32 = 1;
/// The place after a sentence.
pub(crate) const END: u32 = 2;

/// The class of a token whose spelling does not matter to the language model: numbers by shape, protected text.
pub(crate) fn class(kind: TokenKind, text: &str) -> Option<u32> {
    match kind {
        TokenKind::Protected => Some(9),
        TokenKind::Number => Some(number_class(text)),
        _ => None,
    }
}

/// Whether an id is one of those that [`class`] gives numbers.
pub(crate) fn is_number(id: u32) -> bool {
    (3..9).contains(&id)
}

fn number_class(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == bytes.len() {
        match digits {
            1 => 3,
            2 => 4,
            4 if bytes[0] == b'1' || bytes[0] == b'2' => 5,
            _ => 6,
        }
    } else if bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        6
    } else if ["st", "nd", "rd", "th"].iter().any(|end| text.ends_with(end)) {
        7
    } else {
        8
    }
}

/// Marks without width in or beside a word: where it may be broken or joined and where not, which way it runs, or nothing.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// Writes the look-up form of a word or mark to `out`: lower case, straight apostrophes, no soft hyphens or other marks
/// without width, one kind of dash.
pub(crate) fn normalize(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        if text.len() > 1 && text.as_bytes()[0] == b'-' {
            out.clear();
            out.push('—');
        }
        return;
    }
    for c in text.chars() {
        match c {
            '\u{200b}' => {}
            _ if is_invisible(c) => {}
            '’' | '‘' | 'ʼ' | '＇' => out.push('\''),
            '–' | '―' | '—' => out.push('—'),
            '‐' | '‑' => out.push('-'),
            '…' => out.push_str("..."),
            _ => out.extend(c.to_lowercase()),
        }
    }
}

/// A look-up form of up to sixteen bytes, padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short(pub(crate) u128);

/// A look-up form that is short enough.
pub(crate) fn pack(form: &str) -> Option<Short> {
    let mut bytes = [0; 16];
    // Padding must not be taken for a part of the word.
    if form.starts_with('\0') {
        return None;
    }
    bytes.get_mut(..form.len())?.copy_from_slice(form.as_bytes());
    Some(Short(u128::from_le_bytes(bytes)))
}

/// The look-up form of the word or mark from `start` to `end` in a text, all of it at once, as [`normalize`] and [`pack`]
/// make it; `None` where it is long, not ASCII, a dash, or the byte 0, which no longer token has in it.
#[inline]
pub(crate) fn short(text: &[u8], start: usize, end: usize) -> Option<Short> {
    const ONES: u128 = u128::MAX / 255;
    let length = end - start;
    if length == 0 || length > 16 {
        return None;
    }
    let mut bytes = [0; 16];
    match text.get(start..start + 16) {
        Some(all) => bytes.copy_from_slice(all),
        None => bytes[..length].copy_from_slice(&text[start..end]),
    }
    let word = u128::from_le_bytes(bytes) & (u128::MAX >> (128 - 8 * length));
    let dash = length > 1 && bytes[0] == b'-';
    if dash || word & (ONES * 0x80) != 0 || word == 0 {
        return None;
    }
    // The high bit of a byte tells whether it is at least "A", and whether it is beyond "Z".
    let from_a = word + ONES * (0x80 - b'A') as u128;
    let beyond_z = word + ONES * (0x7f - b'Z') as u128;
    let capitals = from_a & !beyond_z & (ONES * 0x80);
    Some(Short(word | capitals >> 2))
}

/// The look-up form of a whole phrase as dictionaries write it: the look-up forms of its tokens, one space apart.
pub(crate) fn phrase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for token in super::tokenizer::phrase(text) {
        if !out.is_empty() {
            out.push(' ');
        }
        if token.kind == TokenKind::Word || token.kind == TokenKind::Punct {
            normalize(token.text(text), &mut word);
            out.push_str(&word);
        } else {
            out.push_str(token.text(text));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_those_of_long_ones() {
        let mut form = String::new();
        for text in ["a", "The", "AZ[]@`az{", "-", "--", "U.S.", "sixteen-letters!", "seventeen-letters", "naïve", "\0"]
        {
            let block = format!("{text} and what stands behind it");
            normalize(text, &mut form);
            let expected = pack(&form);
            let exact = short(block.as_bytes(), 0, text.len());
            assert_eq!(exact, short(text.as_bytes(), 0, text.len()), "{text}");
            if text.is_ascii() && text != "--" {
                assert_eq!(exact, expected, "{text}");
            } else {
                assert_eq!(exact, None, "{text}");
            }
        }
    }

    #[test]
    fn phrases_have_one_form() {
        for (text, form) in [
            ("The Washington Put up", "the washington put up"),
            ("don’t", "don't"),
            ("chairman’s  choice", "chairman 's choice"),
            ("1000's of 3M’s and the U.S.'s", "1000 's of 3M 's and the u.s. 's"),
            ("Yahoo!'s", "yahoo ! s"),
            ("'re | ’LL", "'re | 'll"),
            ("rock 'n' roll", "rock n roll"),
            ("wi-fi", "wi - fi"),
            ("U.S.", "u.s."),
            ("co\u{ad}operate", "cooperate"),
            ("\u{200f}co\u{200d}ope\u{200e}rate", "cooperate"),
            ("12 months", "12 months"),
            ("", ""),
        ] {
            assert_eq!(phrase(text), form, "{text}");
            assert_eq!(phrase(form), form, "{text}");
        }
    }

    #[test]
    fn numbers_fall_into_shapes() {
        for (text, id) in
            [("7", 3), ("42", 4), ("1999", 5), ("3,000", 6), ("2.5", 6), ("500", 6), ("1st", 7), ("x10", 8)]
        {
            assert_eq!(class(TokenKind::Number, text), Some(id), "{text}");
        }
    }
}
