//! Names as a terminal may show them.

use std::borrow::Cow;

/// A name on one line, with control characters, which a terminal would obey, as escapes.
///
/// # Examples
///
/// ```
/// use unspin::printable;
///
/// assert_eq!(printable("a\u{1b}[2J\n.txt"), r"a\u{1b}[2J\n.txt");
/// assert_eq!(printable("naïve name.txt"), "naïve name.txt");
/// ```
pub fn printable(name: &str) -> Cow<'_, str> {
    if !name.contains(char::is_control) {
        return Cow::Borrowed(name);
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(name.chars().map(escape).collect())
}
