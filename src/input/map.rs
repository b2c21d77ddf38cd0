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
    /// Same bytes on both sides; otherwise an escape, which is touched whole, or a break that is not in the source.
    verbatim: bool,
    /// It is checked, but must stay as it is.
    held: bool,
}

/// A text lifted out of its source, piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Lifted {
    pub(super) text: String,
    pieces: Vec<Piece>,
    escape: Escape,
}

impl Lifted {
    pub(super) fn new(escape: Escape) -> Self {
        Self { text: String::new(), pieces: Vec::new(), escape }
    }

    /// Takes over source bytes as they are.
    pub(super) fn take(&mut self, source: &str, span: Span) {
        if span.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(&source[span.range()]);
        let goes_on = |last: &&mut Piece| last.verbatim && !last.held && last.source.end == span.start;
        if let Some(last) = self.pieces.last_mut().filter(goes_on) {
            last.source.end = span.end;
            last.text.end = self.text.len();
            return;
        }
        self.pieces.push(Piece { text: Span::new(start, self.text.len()), source: span, verbatim: true, held: false });
    }

    /// Takes over what an escape in the source stands for.
    pub(super) fn decode(&mut self, span: Span, meaning: &str) {
        let start = self.text.len();
        self.text.push_str(meaning);
        self.pieces.push(Piece { text: Span::new(start, self.text.len()), source: span, verbatim: false, held: false });
    }

    /// Takes over what a stretch of the source stands for that must stay as it is.
    pub(super) fn hold(&mut self, source: &str, span: Span, meaning: &str) {
        let start = self.text.len();
        self.text.push_str(meaning);
        let verbatim = meaning == &source[span.range()];
        self.pieces.push(Piece { text: Span::new(start, self.text.len()), source: span, verbatim, held: true });
    }

    /// Adds white space that the source has in another form, such as the end of a paragraph; never twice.
    pub(super) fn separate(&mut self, space: &str) {
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
        let start = if first.verbatim {
            first.source.start + span.start.saturating_sub(first.text.start)
        } else {
            first.source.start
        };
        let end =
            if last.verbatim { last.source.end - last.text.end.saturating_sub(span.end) } else { last.source.end };
        Span::new(start, end)
    }

    /// What to replace in the source so that the span of the text reads `new`, each replacement as it is written
    /// there. `None` where markup in between leaves no way to tell what goes where, or what is there must stay.
    pub(super) fn replace(&self, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        let old = &self.text[span.range()];
        let whole = || self.is_whole(span).then(|| vec![(self.source(span), self.escape.write(new))]);
        // Line breaks stay where they can.
        if let Some(edits) = (!old.contains('\n')).then(whole).flatten() {
            return Some(edits);
        }
        self.word_by_word(span, new).or_else(whole)
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

    /// Whether a span is one stretch of the source, with nothing between its pieces, that may change.
    fn is_whole(&self, span: Span) -> bool {
        let pieces = self.touched(span);
        let in_place =
            |pair: &[Piece]| pair[0].source.end == pair[1].source.start && pair[0].text.end == pair[1].text.start;
        pieces.windows(2).all(in_place)
            && !pieces.iter().any(|piece| piece.held)
            && pieces.first().is_none_or(|first| {
                first.text.start <= span.start && (first.verbatim || first.text.start == span.start)
            })
            && pieces
                .last()
                .is_none_or(|last| last.text.end >= span.end && (last.verbatim || last.text.end == span.end))
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
