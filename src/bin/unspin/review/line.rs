//! A line that is typed, with a cursor.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::wrap::clean;

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

    /// The line in so much room, with the column of the cursor: where it is longer, its start goes out of sight.
    pub(crate) fn shown(&self, room: usize) -> (String, usize) {
        let (before, after) = self.parts();
        let (mut before, after) = (clean(before), clean(after));
        while before.width() > room {
            before.remove(0);
        }
        let column = before.width();
        (before + &after, column)
    }

    /// Does what a key says to the line; keys that mean nothing here are left out.
    pub(crate) fn press(&mut self, key: KeyEvent) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        // Letters stand for other keys, as in shells; of those, some take a word.
        let (code, is_word) = match key.code {
            KeyCode::Char('a') if control => (KeyCode::Home, false),
            KeyCode::Char('e') if control => (KeyCode::End, false),
            KeyCode::Char('h') if control => (KeyCode::Backspace, false),
            KeyCode::Char('w') if control => (KeyCode::Backspace, true),
            KeyCode::Char('b') if alt => (KeyCode::Left, true),
            KeyCode::Char('f') if alt => (KeyCode::Right, true),
            KeyCode::Char('k') if control => return self.text.truncate(self.cursor),
            KeyCode::Char('u') if control => {
                self.text.drain(..std::mem::take(&mut self.cursor));
                return;
            }
            KeyCode::Char(_) if control || alt => return,
            code => (code, control || alt),
        };
        let (before, after) =
            if is_word { (self.word_before(), self.word_after()) } else { (self.before(), self.after()) };
        match code {
            KeyCode::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => {
                self.text.drain(before..self.cursor);
                self.cursor = before;
            }
            KeyCode::Delete => drop(self.text.drain(self.cursor..after)),
            KeyCode::Left => self.cursor = before,
            KeyCode::Right => self.cursor = after,
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
    }

    /// Where the word before the cursor starts.
    fn word_before(&self) -> usize {
        let kept = self.text[..self.cursor].trim_end();
        kept.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
    }

    /// Where the word after the cursor ends.
    fn word_after(&self) -> usize {
        let rest = self.text[self.cursor..].trim_start();
        self.text.len() - rest.find(char::is_whitespace).map_or(0, |at| rest.len() - at)
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
        let alt = |code| KeyEvent::new(code, KeyModifiers::ALT);
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
            (&[control('h')], "café 日|"),
            (&[alt(Backspace)], "café |"),
            (&[alt(Char('b'))], "café |日本"),
            (&[alt(Char('b')), alt(Char('b')), alt(Char('b'))], "|café 日本"),
            (&[key(Home), alt(Char('f'))], "café| 日本"),
            (&[key(Home), alt(Char('f')), alt(Char('f')), alt(Char('f'))], "café 日本|"),
            (&[alt(Char('x')), alt(Char('y'))], "café 日本|"),
        ] {
            let mut line = Line::new("cafe\u{301}\n日本\u{7}");
            keys.iter().for_each(|key| line.press(*key));
            let (before, after) = line.parts();
            assert_eq!(format!("{before}|{after}").replace("e\u{301}", "é"), want, "{keys:?}");
        }
    }
}
