//! Places in a text as the protocol has them: a line and a character, counted in units that client and server agree on.

use lsp_types::{Position, Range};
use unspin::Span;

/// What a character of a position is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Units {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Units {
    /// The first of a client's offers that is known here.
    pub(super) fn negotiate<'o>(offers: impl IntoIterator<Item = &'o str>) -> Self {
        let known = offers.into_iter().find_map(|offer| match offer {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// The name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn of(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    fn before(self, mark: &[usize; 3]) -> usize {
        match self {
            Self::Utf8 => mark[0],
            Self::Utf16 => mark[1],
            Self::Utf32 => mark[2],
        }
    }
}

/// How often the running counts of a text are noted, in bytes: a look-up counts no further, however long its line is.
const STRIDE: usize = 1024;

/// Where the lines of a text start. Lines end as the protocol says: with `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
    /// Bytes, code units of UTF-16 and characters before places that are about [`STRIDE`] bytes apart.
    marks: Vec<[usize; 3]>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        let mut marks = vec![[0; 3]];
        let [mut at, mut wide, mut chars] = [0; 3];
        while at < text.len() {
            let mut end = text.len().min(at + STRIDE);
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let part = &text[at..end];
            at = end;
            wide += part.chars().map(char::len_utf16).sum::<usize>();
            chars += part.chars().count();
            marks.push([at, wide, chars]);
        }
        Self { starts, marks }
    }

    /// The line of an offset, without its end.
    pub(super) fn line(&self, text: &str, at: usize) -> Span {
        self.content(text, self.number(at))
    }

    /// The byte of a position. One past the end of its line is at the end; one inside a character, before it.
    pub(super) fn offset(&self, text: &str, position: Position, units: Units) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return text.len();
        }
        let line = self.content(text, line);
        let wanted = self.count(text, line.start, units) + position.character as usize;
        let near = self.mark(|mark| mark[0] <= line.end && units.before(mark) <= wanted);
        let start = near[0].max(line.start);
        let mut left = wanted - self.count(text, start, units);
        for (at, c) in text[start..line.end].char_indices() {
            let size = units.of(c);
            if left < size {
                return start + at;
            }
            left -= size;
        }
        line.end
    }

    /// The span of a range, whichever of its ends comes first.
    pub(super) fn span(&self, text: &str, range: Range, units: Units) -> Span {
        let (a, b) = (self.offset(text, range.start, units), self.offset(text, range.end, units));
        Span::new(a.min(b), a.max(b))
    }

    /// The position of a byte.
    pub(super) fn position(&self, text: &str, at: usize, units: Units) -> Position {
        let line = self.number(at);
        let character = self.count(text, at, units) - self.count(text, self.starts[line], units);
        Position { line: line as u32, character: character as u32 }
    }

    /// The range of a span.
    pub(super) fn range(&self, text: &str, span: Span, units: Units) -> Range {
        Range { start: self.position(text, span.start, units), end: self.position(text, span.end, units) }
    }

    /// Units before a byte, from the start of the text.
    fn count(&self, text: &str, at: usize, units: Units) -> usize {
        let mark = self.mark(|mark| mark[0] <= at);
        units.before(mark) + text[mark[0]..at].chars().map(|c| units.of(c)).sum::<usize>()
    }

    /// The last mark of those that something holds for; it holds for the first.
    fn mark(&self, holds: impl Fn(&[usize; 3]) -> bool) -> &[usize; 3] {
        &self.marks[self.marks.partition_point(holds).saturating_sub(1)]
    }

    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    fn content(&self, text: &str, line: usize) -> Span {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let line = &text[start..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Span::new(start, start + line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_there_and_back() {
        let text = "aé😀\u{301}b\r\n\rno\nend";
        let lines = Lines::new(text);
        for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let position = lines.position(text, at, units);
                // A place inside a line's end is told, and taken for the end of the line.
                if !text[..at].ends_with('\r') || text[at..].starts_with('n') {
                    assert_eq!(lines.offset(text, position, units), at, "{units:?} {at}");
                }
            }
        }
        let place = |at, units| {
            let Position { line, character } = lines.position(text, at, units);
            (line, character)
        };
        let b = text.find('b').expect("there");
        assert_eq!(place(b, Units::Utf8), (0, 9));
        assert_eq!(place(b, Units::Utf16), (0, 5));
        assert_eq!(place(b, Units::Utf32), (0, 4));
        assert_eq!(place(text.find("no").expect("there"), Units::Utf16), (2, 0));
    }

    #[test]
    fn odd_places_are_bent() {
        let text = "a😀b\nc";
        let lines = Lines::new(text);
        for (line, character, at) in [(0, 2, 1), (0, 3, 5), (0, 99, 6), (1, 99, 8), (99, 0, 8)] {
            assert_eq!(lines.offset(text, Position { line, character }, Units::Utf16), at, "{line}:{character}");
        }
        assert_eq!(Lines::new("").offset("", Position { line: 0, character: 1 }, Units::Utf8), 0);
    }

    #[test]
    fn long_lines_are_counted_once() {
        let text = format!("{}\n{}", "x".repeat(STRIDE), "é😀x ".repeat(40_000));
        let lines = Lines::new(&text);
        // Counted from the start of the line each time, this would take minutes.
        for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
            for (at, _) in text[STRIDE + 1..].char_indices() {
                let at = STRIDE + 1 + at;
                let position = lines.position(&text, at, units);
                assert_eq!((position.line, lines.offset(&text, position, units)), (1, at), "{units:?}");
            }
        }
        let end = lines.position(&text, text.len(), Units::Utf16);
        assert_eq!((end.line, end.character), (1, 200_000));
    }

    #[test]
    fn the_first_known_offer_is_taken() {
        assert_eq!(Units::negotiate(["utf-7", "utf-32", "utf-8"]), Units::Utf32);
        assert_eq!(Units::negotiate([]), Units::Utf16);
    }
}
