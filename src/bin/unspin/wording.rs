//! How words and figures are put, wherever a command shows them.

/// Words with one space between them, so that they stay on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What to write in place of words, or that they are to go.
pub(crate) fn advice(correction: &str) -> &str {
    if correction.trim().is_empty() { "(remove)" } else { correction }
}
