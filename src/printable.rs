//! Names as a terminal may show them.

use std::borrow::Cow;

/// A name on one line, with what a terminal would obey, or what would turn the rest of the line around, as escapes:
/// control characters, breaks of lines and paragraphs, and those that set the direction of writing.
///
/// # Examples
///
/// ```
/// use unspin::printable;
///
/// assert_eq!(printable("a\u{1b}[2J\n.txt"), r"a\u{1b}[2J\n.txt");
/// assert_eq!(printable("a\u{202e}txt.\u{2028}"), r"a\u{202e}txt.\u{2028}");
/// assert_eq!(printable("naïve name.txt"), "naïve name.txt");
/// ```
pub fn printable(name: &str) -> Cow<'_, str> {
    if !name.contains(is_obeyed) {
        return Cow::Borrowed(name);
    }
    let escape = |c: char| if is_obeyed(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(name.chars().map(escape).collect())
}

fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_or_turns_a_line_is_escaped() {
        for c in ['\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert_eq!(printable(&format!("é{c}a")), format!("é{}a", c.escape_unicode()));
        }
        // Joiners make one picture of several, and a letter of Hebrew has its direction.
        for name in ["👩\u{200d}🚀.txt", "ש.txt"] {
            assert_eq!(printable(name), name);
        }
    }
}
