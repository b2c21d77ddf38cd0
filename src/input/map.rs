//! How a text that was lifted out of its source lies in it.

use crate::span::Span;

/// How a replacement is written into the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// As it is.
    None,
    /// With `&amp;`, `&lt;` and `&gt;`.
    Html,
    /// As in a JSON string.
    Json,
    /// With doubled quotes.
    Doubled,
}

impl Escape {
    pub(super) fn write(self, text: &str) -> String {
        match self {
            Self::None => text.to_owned(),
            Self::Html => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Doubled => text.replace('"', "\"\""),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    text: Span,
    source: Span,
    kind: Kind,
    /// It is checked, but must stay as it is.
    held: bool,
}

impl Piece {
    fn is_wrap(&self) -> bool {
        matches!(self.kind, Kind::Wrap(_))
    }
}

/// How a piece of the text stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With the same bytes.
    Verbatim,
    /// As an escape, which is touched whole.
    Escape,
    /// As a line break that only wraps a paragraph, with all that indents the next line, and as one white space in the
    /// text. What the source has there begins at this place in [`Lifted::breaks`].
    Wrap(usize),
}

/// A text lifted out of its source, piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Lifted {
    pub(super) text: String,
    pieces: Vec<Piece>,
    /// The line breaks that only wrap a paragraph, as the source has them, one after the other.
    breaks: String,
    escape: Escape,
}

impl Lifted {
    pub(super) fn new(escape: Escape) -> Self {
        Self { text: String::new(), pieces: Vec::new(), breaks: String::new(), escape }
    }

    /// Takes over source bytes as they are.
    pub(super) fn take(&mut self, source: &str, span: Span) {
        if span.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(&source[span.range()]);
        let goes_on = |last: &&mut Piece| last.kind == Kind::Verbatim && !last.held && last.source.end == span.start;
        if let Some(last) = self.pieces.last_mut().filter(goes_on) {
            last.source.end = span.end;
            last.text.end = self.text.len();
            return;
        }
        self.push(start, span, Kind::Verbatim, false);
    }

    /// Takes over what an escape in the source stands for.
    pub(super) fn decode(&mut self, span: Span, meaning: &str) {
        let start = self.text.len();
        self.text.push_str(meaning);
        self.push(start, span, Kind::Escape, false);
    }

    /// Takes over a line break that only wraps a paragraph, with the white space and the marks of a quotation around it,
    /// as one white space; as nothing where white space or nothing stands before it.
    pub(super) fn wrap(&mut self, source: &str, span: Span, space: char) {
        if self.text.is_empty() || self.text.ends_with([' ', '\t', '\n', '\r']) {
            return;
        }
        let start = self.text.len();
        self.text.push(space);
        self.push(start, span, Kind::Wrap(self.breaks.len()), false);
        self.breaks.push_str(&source[span.range()]);
    }

    /// Takes over what a stretch of the source stands for that must stay as it is.
    pub(super) fn hold(&mut self, source: &str, span: Span, meaning: &str) {
        let start = self.text.len();
        self.text.push_str(meaning);
        let kind = if meaning == &source[span.range()] { Kind::Verbatim } else { Kind::Escape };
        self.push(start, span, kind, true);
    }

    /// Adds what stands for a word that nothing is known about, such as code.
    pub(super) fn unknown(&mut self) {
        self.text.push_str("`…`");
    }

    fn push(&mut self, start: usize, source: Span, kind: Kind, held: bool) {
        self.pieces.push(Piece { text: Span::new(start, self.text.len()), source, kind, held });
    }

    /// Adds white space that the source has in another form, such as the end of a paragraph; never twice. A line break
    /// before it is part of it.
    pub(super) fn separate(&mut self, space: &str) {
        if self.pieces.pop_if(|last| last.is_wrap() && last.text.end == self.text.len()).is_some() {
            self.text.pop();
        }
        let trailing = self.text.len() - self.text.trim_end_matches('\n').len();
        if !self.text.is_empty() && trailing < space.len() {
            self.text.push_str(&space[trailing..]);
        }
    }

    /// Whether what comes later in the text comes later in the source.
    pub(super) fn is_in_order(&self) -> bool {
        self.pieces.windows(2).all(|pair| pair[0].source.end <= pair[1].source.start)
    }

    /// The smallest stretch of the source that holds a span of the text.
    pub(super) fn source(&self, span: Span) -> Span {
        let pieces = self.touched(span);
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            let before = self.pieces[..self.pieces.partition_point(|piece| piece.text.end <= span.start)].last();
            let at = before.map_or(0, |piece| piece.source.end);
            return Span::new(at, at);
        };
        let start = if first.kind == Kind::Verbatim {
            first.source.start + span.start.saturating_sub(first.text.start)
        } else {
            first.source.start
        };
        let end = if last.kind == Kind::Verbatim {
            last.source.end - last.text.end.saturating_sub(span.end)
        } else {
            last.source.end
        };
        Span::new(start, end)
    }

    /// What to replace in the source so that the span of the text reads `new`, each replacement as it is written
    /// there. `None` where markup in between leaves no way to tell what goes where, or what is there must stay.
    pub(super) fn replace(&self, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        let wraps = self.touched(span).iter().any(Piece::is_wrap);
        // A line break of the new words stands for one that has marks and indent of its own in the source.
        let flat = if wraps { new.replace("\r\n", " ").replace('\n', " ") } else { new.to_owned() };
        let whole = || self.is_whole(span).then(|| vec![(self.source(span), self.escape.write(&flat))]);
        // Line breaks stay where they can.
        let breaks = wraps || self.text[span.range()].contains('\n');
        if let Some(edits) = (!breaks).then(whole).flatten() {
            return Some(edits);
        }
        self.word_by_word(span, new).or_else(|| self.line_by_line(span, new)).or_else(whole)
    }

    /// The same, for as many words as there were, with what stands between them left alone.
    fn word_by_word(&self, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        let old = &self.text[span.range()];
        let (old_words, new_words) = (words(old), words(new));
        if old_words.len() != new_words.len() {
            return None;
        }
        let mut edits = Vec::new();
        for (from, to) in old_words.iter().zip(&new_words) {
            let (from, to) = (from.shifted(span.start), &new[to.range()]);
            if &self.text[from.range()] == to {
                continue;
            }
            if !self.is_whole(from) {
                return None;
            }
            edits.push((self.source(from), self.escape.write(to)));
        }
        Some(edits)
    }

    /// The same, for words that reach over line breaks which only wrap a paragraph: each line keeps as many words as it
    /// had, so far as there are some for each. Where there are not, the words stand before the last break, if it can take
    /// the place of the blank that the span ends with, or its indent make up for the one behind it. No line may begin with
    /// a mark, which could be one of Markdown.
    fn line_by_line(&self, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        let wraps: Vec<&Piece> = self.touched(span).iter().filter(|piece| piece.is_wrap()).collect();
        let starts = std::iter::once(span.start).chain(wraps.iter().map(|piece| piece.text.end));
        let ends = wraps.iter().map(|piece| piece.text.start).chain([span.end]);
        let counts: Vec<usize> =
            starts.zip(ends).map(|(start, end)| self.text[start..end].split_whitespace().count()).collect();
        let words: Vec<&str> = new.split_whitespace().collect();
        let old = &self.text[span.range()];
        let blank = &old[old.trim_end().len()..];
        let moves = new.trim_end() != new;
        if wraps.is_empty()
            || counts.contains(&0)
            || words.is_empty()
            || new.trim_start() != new
            || moves == blank.is_empty()
            || !self.is_whole(span)
        {
            return None;
        }
        let breaks: Vec<&str> = wraps.iter().map(|piece| self.line_break(piece)).collect();
        let mut out = String::new();
        if words.len() < counts.len() {
            let last = breaks.last()?;
            let indent = if moves {
                Some(*last).filter(|_| begins_with_letter(&self.text[span.end..]))
            } else {
                last.strip_suffix(' ').filter(|_| self.is_before_blank(span))
            };
            out.push_str(&self.escape.write(&words.join(" ")));
            out.push_str(indent?);
            return Some(vec![(self.source(span), out)]);
        }
        let mut rest = words.as_slice();
        for (n, count) in counts.iter().enumerate() {
            let more = counts.len() - n - 1;
            let (line, after) = rest.split_at(if more > 0 { (*count).min(rest.len() - more) } else { rest.len() });
            if n > 0 && !begins_with_letter(line[0]) {
                return None;
            }
            out.push_str(&self.escape.write(&line.join(" ")));
            out.push_str(breaks.get(n).unwrap_or(&""));
            rest = after;
        }
        out.push_str(blank);
        Some(vec![(self.source(span), out)])
    }

    /// What the source has where a piece is a line break.
    fn line_break(&self, piece: &Piece) -> &str {
        match piece.kind {
            Kind::Wrap(at) => &self.breaks[at..at + piece.source.len()],
            _ => "",
        }
    }

    /// Whether one blank follows the span in the source, and then a letter.
    fn is_before_blank(&self, span: Span) -> bool {
        let blank = Span::new(span.end, span.end + 1);
        self.text[span.end..].strip_prefix(' ').is_some_and(begins_with_letter)
            && self.touched(blank).first().is_some_and(|piece| piece.kind == Kind::Verbatim)
            && self.source(blank).start == self.source(span).end
    }

    /// Whether a span is one stretch of the source, with nothing between its pieces, that may change.
    fn is_whole(&self, span: Span) -> bool {
        let pieces = self.touched(span);
        let in_place =
            |pair: &[Piece]| pair[0].source.end == pair[1].source.start && pair[0].text.end == pair[1].text.start;
        pieces.windows(2).all(in_place)
            && !pieces.iter().any(|piece| piece.held)
            && pieces.first().is_none_or(|first| {
                first.text.start <= span.start && (first.kind == Kind::Verbatim || first.text.start == span.start)
            })
            && pieces.last().is_none_or(|last| {
                last.text.end >= span.end && (last.kind == Kind::Verbatim || last.text.end == span.end)
            })
            && (!pieces.is_empty() || span.is_empty())
    }

    fn touched(&self, span: Span) -> &[Piece] {
        let first = self.pieces.partition_point(|piece| piece.text.end <= span.start);
        let last = self.pieces.partition_point(|piece| piece.text.start < span.end).max(first);
        if span.is_empty() && first < self.pieces.len() && self.pieces[first].text.start < span.start {
            return &self.pieces[first..=first];
        }
        &self.pieces[first..last]
    }
}

fn begins_with_letter(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
}

fn words(text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    let mut rest = 0;
    for word in text.split_whitespace() {
        let start = rest + text[rest..].find(word).unwrap_or(0);
        rest = start + word.len();
        words.push(Span::new(start, rest));
    }
    words
}
