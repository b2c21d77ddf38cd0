//! Places in a text as the protocol has them: a line and a character, counted in units that client and server agree on.

use lsp_types::{Position, Range};
use unspin::{LineIndex, Span};

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
}

/// The lines of a text, in the units of a client.
pub(super) struct Lines<'t> {
    index: LineIndex<'t>,
    units: Units,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, units: Units) -> Self {
        Self { index: LineIndex::new(text), units }
    }

    /// The line of an offset, without its end.
    pub(super) fn line(&self, at: usize) -> Span {
        self.index.line_span(self.index.line(at))
    }

    /// The byte of a position. One past the end of its line is at the end; one inside a character, before it.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = self.index.line_span((position.line as usize).saturating_add(1));
        let units = self.count(line.start).saturating_add(position.character as usize);
        let at = match self.units {
            Units::Utf8 => self.index.byte_of_char(self.index.chars(units)),
            Units::Utf16 => self.index.byte_of_utf16(units),
            Units::Utf32 => self.index.byte_of_char(units),
        };
        at.min(line.end)
    }

    /// The span of a range, whichever of its ends comes first.
    pub(super) fn span(&self, range: Range) -> Span {
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        Span::new(a.min(b), a.max(b))
    }

    /// The position of a byte.
    pub(super) fn position(&self, at: usize) -> Position {
        let line = self.index.line(at);
        let character = self.count(at) - self.count(self.index.line_span(line).start);
        Position { line: line as u32 - 1, character: character as u32 }
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// Units before a byte, from the start of the text.
    fn count(&self, at: usize) -> usize {
        match self.units {
            Units::Utf8 => at,
            Units::Utf16 => self.index.utf16(at),
            Units::Utf32 => self.index.chars(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_there_and_back() {
        let text = "aé😀\u{301}b\r\n\rno\nend";
        for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
            let lines = Lines::new(text, units);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let position = lines.position(at);
                // A place inside a line's end is told, and taken for the end of the line.
                if !text[..at].ends_with('\r') || text[at..].starts_with('n') {
                    assert_eq!(lines.offset(position), at, "{units:?} {at}");
                }
            }
        }
        let place = |at, units| {
            let Position { line, character } = Lines::new(text, units).position(at);
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
        let lines = Lines::new(text, Units::Utf16);
        for (line, character, at) in [(0, 2, 1), (0, 3, 5), (0, 99, 6), (1, 99, 8), (99, 0, 8)] {
            assert_eq!(lines.offset(Position { line, character }), at, "{line}:{character}");
        }
        assert_eq!(Lines::new(text, Units::Utf8).offset(Position { line: 0, character: 3 }), 1);
        assert_eq!(Lines::new("", Units::Utf8).offset(Position { line: 0, character: 1 }), 0);
    }

    #[test]
    fn long_lines_are_counted_once() {
        let text = format!("{}\n{}", "x".repeat(1024), "é😀x ".repeat(40_000));
        // Counted from the start of the line each time, this would take minutes.
        for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
            let lines = Lines::new(&text, units);
            for (at, _) in text[1025..].char_indices() {
                let at = 1025 + at;
                let position = lines.position(at);
                assert_eq!((position.line, lines.offset(position)), (1, at), "{units:?}");
            }
        }
        let end = Lines::new(&text, Units::Utf16).position(text.len());
        assert_eq!((end.line, end.character), (1, 200_000));
    }

    #[test]
    fn the_first_known_offer_is_taken() {
        assert_eq!(Units::negotiate(["utf-7", "utf-32", "utf-8"]), Units::Utf32);
        assert_eq!(Units::negotiate([]), Units::Utf16);
    }
}
