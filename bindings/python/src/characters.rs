//! Python counts characters, unspin counts bytes.

use unspin::Span;

/// Where each character of a text starts, and where the text ends; nothing where every character is one byte.
pub(crate) struct Characters(Option<Vec<usize>>);

impl Characters {
    pub(crate) fn of(text: &str) -> Self {
        let starts = || text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self((!text.is_ascii()).then(starts))
    }

    /// A span of bytes in characters. What is beyond the end of the text lies as many characters beyond it.
    pub(crate) fn span(&self, bytes: Span) -> (usize, usize) {
        let character = |byte: usize| match &self.0 {
            Some(starts) => {
                let last = starts.len() - 1;
                let within = starts[..last].partition_point(|&start| start < byte);
                within.saturating_add(byte.saturating_sub(starts[last]))
            }
            None => byte,
        };
        (character(bytes.start), character(bytes.end))
    }

    /// A span of characters in bytes. What is beyond the end of the text lies as many bytes beyond it.
    pub(crate) fn bytes(&self, (start, end): (usize, usize)) -> Span {
        let byte = |character: usize| match &self.0 {
            Some(starts) => {
                let last = starts.len() - 1;
                starts[character.min(last)].saturating_add(character.saturating_sub(last))
            }
            None => character,
        };
        Span { start: byte(start), end: byte(end) }
    }
}
