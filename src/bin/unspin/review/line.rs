//! A line that is typed, with a cursor.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// One line of text; the cursor stands between characters as readers see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    text: String,
    /// Bytes before the cursor.
    cursor: usize,
}

impl Line {
    /// A line with a text, the cursor at its end.
    pub(crate) fn new(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor and after it.
    pub(crate) fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Inserts text at the cursor; line breaks become spaces, other control characters go.
    pub(crate) fn insert(&mut self, text: &str) {
        for c in text.chars() {
            let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
            if !c.is_control() {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
        }
    }

    /// Does what a key says to the line; keys that mean nothing here are left out.
    pub(crate) fn press(&mut self, key: KeyEvent) {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('a') => self.cursor = 0,
                KeyCode::Char('e') => self.cursor = self.text.len(),
                KeyCode::Char('u') => {
                    self.text.drain(..self.cursor);
                    self.cursor = 0;
                }
                KeyCode::Char('k') => self.text.truncate(self.cursor),
                KeyCode::Char('w') => {
                    let kept = self.text[..self.cursor].trim_end();
                    let start = kept.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                    self.text.drain(start..self.cursor);
                    self.cursor = start;
                }
                _ => {}
            }
            return;
        }
        match key.code {
            KeyCode::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => {
                let start = self.before();
                self.text.drain(start..self.cursor);
                self.cursor = start;
            }
            KeyCode::Delete => {
                let end = self.after();
                self.text.drain(self.cursor..end);
            }
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.cursor + self.text[self.cursor..].graphemes(true).next().map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};

    use super::*;

    #[test]
    fn keys_edit() {
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        for (keys, want) in [
            (&[key(Char('s'))][..], "café 日本s|"),
            (&[key(Left), key(Backspace)], "café |本"),
            (&[key(Home), key(Delete), key(Char('C'))], "C|afé 日本"),
            // A letter and its accent are one.
            (&[key(Left), key(Left), key(Left), key(Backspace)], "caf| 日本"),
            (&[key(Home), key(Left), key(Right), key(Right), key(End), key(Right)], "café 日本|"),
            (&[control('w')], "café |"),
            (&[control('w'), control('w')], "|"),
            (&[key(Left), control('u')], "|本"),
            (&[control('a'), control('k')], "|"),
            (&[control('a'), control('e'), control('x'), key(KeyCode::Tab)], "café 日本|"),
        ] {
            let mut line = Line::new("cafe\u{301}\n日本\u{7}");
            keys.iter().for_each(|key| line.press(*key));
            let (before, after) = line.parts();
            assert_eq!(format!("{before}|{after}").replace("e\u{301}", "é"), want, "{keys:?}");
        }
    }
}
