//! What a line is.

/// The length in bytes of the line end at an offset of a text; 0 where there is none.
///
/// A line ends at a line feed, at a carriage return, or at both together: so the language server protocol has it, and
/// everything here that asks for lines. Only diffs, which other programs apply, go by line feeds alone.
#[inline]
pub(crate) fn line_end(text: &[u8], at: usize) -> usize {
    match text.get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\n' | b'\r', ..]) => 1,
        _ => 0,
    }
}

/// Words of a text with one blank between any two, whatever line breaks and indents stand there.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
