//! Byte offsets turned into lines, columns, characters and UTF-16 units.

use memchr::memchr2_iter;

use crate::line::line_end;
use crate::span::Span;

/// How often the index notes the running count of characters, in bytes of text.
const STRIDE: usize = 256;

/// Converts byte offsets of one text into the other units that editors and protocols use.
///
/// A line ends at a line feed, at a carriage return, or at both together.
///
/// Building costs one pass over the text (about 1 GB/s), 96 bytes per KiB of it and 8 bytes per line; a look-up scans
/// at most a quarter of a KiB. No offset, line or column makes it panic: what lies beyond the text counts as its end,
/// and a byte within a character as the character's first.
///
/// # Examples
///
/// ```
/// use unspin::LineIndex;
///
/// let text = "a\nbé😀c";
/// let index = LineIndex::new(text);
/// let c = text.find('c').unwrap();
/// assert_eq!(index.line_column(c), (2, 4));
/// assert_eq!(index.chars(c), 5);
/// assert_eq!(index.utf16(c), 6);
/// assert_eq!(&text[index.line_span(2)], "bé😀c");
///
/// // And back, from what an editor or a protocol says.
/// assert_eq!([index.byte_of_line_column(2, 4), index.byte_of_char(5), index.byte_of_utf16(6)], [c, c, c]);
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    /// Byte offset at which each line starts.
    lines: Vec<usize>,
    /// Characters and UTF-16 units before byte `i * STRIDE`, the byte itself rounded down to a boundary.
    marks: Vec<(usize, usize, usize)>,
}

impl<'t> LineIndex<'t> {
    /// Indexes a text.
    pub fn new(text: &'t str) -> Self {
        let mut lines = vec![0];
        let bytes = text.as_bytes();
        let ends = memchr2_iter(b'\n', b'\r', bytes).filter(|&at| line_end(bytes, at) == 1);
        lines.extend(ends.map(|at| at + 1));
        let mut marks = vec![(0, 0, 0)];
        let (mut byte, mut chars, mut units) = (0, 0, 0);
        while byte < text.len() {
            let next = floor_boundary(text, byte + STRIDE).max(byte + 1);
            let next = ceil_boundary(text, next);
            let (c, u) = count(&text[byte..next]);
            byte = next;
            chars += c;
            units += u;
            marks.push((byte, chars, units));
        }
        Self { text, lines, marks }
    }

    /// One-based line and one-based column, the column in characters.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let line = self.line(byte);
        let start = self.lines[line - 1];
        (line, self.chars(byte) - self.chars(start) + 1)
    }

    /// One-based line that holds a byte.
    pub fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|&start| start <= byte.min(self.text.len()))
    }

    /// The span of a one-based line, without its line break; an empty span past the last line.
    pub fn line_span(&self, line: usize) -> Span {
        let Some(&start) = self.lines.get(line.wrapping_sub(1)) else {
            return Span::new(self.text.len(), self.text.len());
        };
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        let line = &self.text[start..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        Span::new(start, start + line.strip_suffix('\r').unwrap_or(line).len())
    }

    /// Number of lines; a text that ends in a line break has an empty last one.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Characters (Unicode scalar values) before a byte offset.
    pub fn chars(&self, byte: usize) -> usize {
        self.units(byte).0
    }

    /// UTF-16 code units before a byte offset.
    pub fn utf16(&self, byte: usize) -> usize {
        self.units(byte).1
    }

    /// Byte offset of the character with this index; the end of the text past the last one.
    pub fn byte_of_char(&self, chars: usize) -> usize {
        let mark = self.marks.partition_point(|&(_, c, _)| c <= chars) - 1;
        let (byte, before, _) = self.marks[mark];
        self.text[byte..].char_indices().nth(chars - before).map_or(self.text.len(), |(at, _)| byte + at)
    }

    /// Byte offset of the character with this UTF-16 code unit in it; the end of the text past the last one.
    pub fn byte_of_utf16(&self, units: usize) -> usize {
        let mark = self.marks.partition_point(|&(_, _, u)| u <= units) - 1;
        let (start, _, mut before) = self.marks[mark];
        for (at, c) in self.text[start..].char_indices() {
            before += c.len_utf16();
            if before > units {
                return start + at;
            }
        }
        self.text.len()
    }

    /// Byte offset of a one-based line and a one-based column, which counts characters: what
    /// [`line_column`](Self::line_column) has them of. The end of the line past its last column, the end of the text past
    /// the last line.
    pub fn byte_of_line_column(&self, line: usize, column: usize) -> usize {
        let Span { start, end } = self.line_span(line.max(1));
        let chars = self.chars(start).saturating_add(column.saturating_sub(1));
        self.byte_of_char(chars).min(end)
    }

    /// Characters and UTF-16 code units before a byte offset.
    pub(crate) fn units(&self, byte: usize) -> (usize, usize) {
        let byte = floor_boundary(self.text, byte);
        let mark = self.marks.partition_point(|&(at, _, _)| at <= byte) - 1;
        let (at, chars, units) = self.marks[mark];
        // Where there are as many characters as bytes up to the next mark, nothing has to be counted.
        if self.marks.get(mark + 1).is_some_and(|&(next, c, _)| c - chars == next - at) {
            return (chars + byte - at, units + byte - at);
        }
        let (c, u) = count(&self.text[at..byte]);
        (chars + c, units + u)
    }
}

fn count(text: &str) -> (usize, usize) {
    let chars = text.chars().count();
    let wide = text.bytes().filter(|&byte| byte >= 0xf0).count();
    (chars, chars + wide)
}

/// The last boundary of characters up to an offset.
pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first boundary of characters from an offset on; the end of the text beyond it.
pub(crate) fn ceil_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_agrees_with_a_plain_count() {
        let text = "é😀x\r\n\n".repeat(600) + "end";
        assert_agrees(&text, '\n');
        assert_agrees(&text.replace("\r\n", "\n"), '\n');
        assert_agrees(&text.replace("\r\n", "\r").replace('\n', "\r"), '\r');
        assert_agrees("a\r\rb\rc\r", '\r');
        let index = LineIndex::new(&text);
        assert_eq!(&text[index.line_span(1).range()], "é😀x");
        assert_eq!(&text[index.line_span(1201).range()], "end");
        assert_eq!(index.line_count(), 1201);
        // The last line of a text, and one that a carriage return ends.
        assert_eq!(LineIndex::new("a\rb\r").line_span(2), Span::new(2, 3));
        assert_eq!(LineIndex::new("a\rb\r").line_span(3), Span::new(4, 4));
    }

    #[test]
    fn what_is_nowhere_is_at_an_end() {
        let text = "a😀\nb";
        let index = LineIndex::new(text);
        assert_eq!([0, 1, 2, 3, 4, 5, 6, usize::MAX].map(|at| index.byte_of_utf16(at)), [0, 1, 1, 5, 6, 7, 7, 7]);
        for (line, column, byte) in
            [(0, 0, 0), (0, 2, 1), (1, 0, 0), (1, 3, 5), (1, 9, 5), (2, 1, 6), (2, usize::MAX, 7), (9, 1, 7), (9, 9, 7)]
        {
            assert_eq!(index.byte_of_line_column(line, column), byte, "{line}:{column}");
        }
        assert_eq!(LineIndex::new("").byte_of_utf16(1), 0);
        assert_eq!(LineIndex::new("").byte_of_line_column(1, 2), 0);
    }

    fn assert_agrees(text: &str, end: char) {
        let index = LineIndex::new(text);
        for (n, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(index.chars(byte), n);
            assert_eq!(index.byte_of_char(n), byte);
            assert_eq!(index.utf16(byte), text[..byte].encode_utf16().count());
            let line = text[..byte].matches(end).count() + 1;
            let start = text[..byte].rfind(end).map_or(0, |at| at + 1);
            let column = text[start..byte].chars().count() + 1;
            assert_eq!(index.line_column(byte), (line, column));
            assert_eq!(index.byte_of_utf16(index.utf16(byte)), byte);
            // What ends a line is no column of it.
            assert_eq!(index.byte_of_line_column(line, column), byte.min(index.line_span(line).end));
        }
        assert_eq!(index.line_count(), text.matches(end).count() + 1);
    }
}
