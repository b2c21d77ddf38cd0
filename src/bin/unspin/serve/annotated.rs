//! LanguageTool's annotated texts: text and markup in turn, checked as one, with offsets that count both.

use serde::Deserialize;
use unspin::{LineIndex, Span};

/// The value of `data`: a text, or one in pieces.
#[derive(Deserialize)]
struct Data {
    text: Option<String>,
    annotation: Option<Vec<Annotation>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    text: Option<String>,
    markup: Option<String>,
    interpret_as: Option<String>,
}

/// A text to check that stands, in pieces, in a longer one.
pub(super) struct Annotated {
    text: String,
    pieces: Vec<Piece>,
}

/// A stretch of the text.
struct Piece {
    /// Where it starts in the text, in bytes.
    start: usize,
    /// Where it starts in the longer one, in UTF-16 units.
    place: usize,
    /// Its length there, where it is markup that is read as something else.
    markup: Option<usize>,
}

/// Where a span lies in the longer text, in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) length: usize,
    /// Nothing but text lies inside, so that it may be replaced.
    pub(super) is_plain: bool,
}

impl Annotated {
    /// A text without markup.
    pub(super) fn plain(text: String) -> Self {
        Self { text, pieces: vec![Piece { start: 0, place: 0, markup: None }] }
    }

    /// Reads the value of `data`.
    pub(super) fn parse(data: &str) -> Result<Self, &'static str> {
        let data: Data = serde_json::from_str(data).map_err(|_| "could not parse JSON from 'data' parameter")?;
        let annotations = match (data.text, data.annotation) {
            (Some(text), None) => return Ok(Self::plain(text)),
            (None, Some(annotations)) => annotations,
            _ => return Err("'data' needs either 'text' or 'annotation'"),
        };
        let mut all = Self { text: String::new(), pieces: Vec::new() };
        let mut place = 0;
        for annotation in annotations {
            let start = all.text.len();
            let (units, markup) = match (annotation.text, annotation.markup) {
                (Some(text), None) => {
                    all.text.push_str(&text);
                    (text.encode_utf16().count(), None)
                }
                (None, Some(markup)) => {
                    all.text.push_str(annotation.interpret_as.as_deref().unwrap_or_default());
                    let units = markup.encode_utf16().count();
                    (units, Some(units))
                }
                _ => return Err("each annotation in 'data' must have either 'text' or 'markup'"),
            };
            all.pieces.push(Piece { start, place, markup });
            place += units;
        }
        Ok(all)
    }

    /// What is checked.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a span of what is checked lies; `index` is one of the text.
    pub(super) fn place(&self, span: Span, index: &LineIndex<'_>) -> Place {
        if self.pieces.is_empty() {
            return Place { offset: 0, length: 0, is_plain: true };
        }
        // The last piece that starts at or before the first byte, and the last one that starts before the end.
        let first = self.pieces.partition_point(|piece| piece.start <= span.start).saturating_sub(1);
        let last = if span.is_empty() {
            first
        } else {
            self.pieces.partition_point(|piece| piece.start < span.end).saturating_sub(1)
        };
        let units = |piece: &Piece, byte: usize| piece.place + index.utf16(byte) - index.utf16(piece.start);
        let (head, tail) = (&self.pieces[first], &self.pieces[last]);
        let offset = if head.markup.is_some() { head.place } else { units(head, span.start) };
        let end = tail.markup.map_or_else(|| units(tail, span.end), |length| tail.place + length);
        let is_plain = self.pieces[first..=last].iter().all(|piece| piece.markup.is_none());
        Place { offset, length: end.saturating_sub(offset), is_plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_markup_and_utf16() {
        let data = r#"{"annotation":[{"text":"😀 the "},{"markup":"<b>"},{"text":"navy"},{"markup":"</b>"},
            {"text":" stays"},{"markup":"&nbsp;","interpretAs":" "},{"text":"x"}]}"#;
        let all = Annotated::parse(data).expect("sound");
        assert_eq!(all.text(), "😀 the navy stays x");
        let index = LineIndex::new(all.text());
        let place = |words: &str| {
            let start = all.text().find(words).expect("there");
            let Place { offset, length, is_plain } = all.place(Span::new(start, start + words.len()), &index);
            (offset, length, is_plain)
        };
        assert_eq!(place("😀"), (0, 2, true));
        assert_eq!(place("the"), (3, 3, true));
        assert_eq!(place("navy"), (10, 4, true));
        assert_eq!(place("the navy"), (3, 11, false));
        assert_eq!(place("stays x"), (19, 12, false));
        assert_eq!(place("x"), (30, 1, true));
        let plain = Annotated::parse(r#"{"text":"a navy","metaData":{"EmailToAddress":"x"}}"#).expect("sound");
        assert_eq!(plain.text(), "a navy");
        let place = plain.place(Span::new(2, 6), &LineIndex::new(plain.text()));
        assert_eq!(place, Place { offset: 2, length: 4, is_plain: true });
        assert_eq!(Annotated::parse("{}").err(), Some("'data' needs either 'text' or 'annotation'"));
        for wrong in [
            "",
            "[]",
            r#"{"text":"a","annotation":[]}"#,
            r#"{"annotation":[{}]}"#,
            r#"{"annotation":[{"text":"a","markup":"b"}]}"#,
        ] {
            assert!(Annotated::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Annotated::parse(r#"{"annotation":[]}"#).expect("sound").text(), "");
    }
}
