//! Words into word pieces, as BERT's uncased tokenizer cuts them (Devlin et al., 2019; Schuster and Nakajima, 2012).

use std::ops::Range;

use super::file::{CLASSES, UNKNOWN};

/// Pieces of one word at most; what is longer is cut off.
pub(crate) const MOST_PIECES: usize = 16;
/// Characters of a run that is looked up at most; longer ones are unknown.
const MOST_CHARACTERS: usize = 100;

/// Lower-case letters with a mark, each with its letter in [`BARE`]: the vocabulary has no marks.
const MARKED: &str = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżž";
const BARE: &[u8] = b"aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzz";

/// The vocabulary, used in place: pieces that start a run of characters, then pieces that continue one, both in the
/// order of their bytes.
pub(super) struct Vocabulary<'e> {
    /// Where each piece ends in the text, four bytes a piece.
    pub(super) ends: &'e [u8],
    pub(super) text: &'e [u8],
    /// Pieces that start a run; the others continue one.
    pub(super) starts: usize,
}

impl Vocabulary<'_> {
    fn end(&self, piece: usize) -> usize {
        let b = &self.ends[piece * 4..piece * 4 + 4];
        u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize
    }

    fn piece(&self, piece: usize) -> &[u8] {
        let start = piece.checked_sub(1).map_or(0, |before| self.end(before));
        &self.text[start..self.end(piece)]
    }

    /// Pieces of all.
    fn len(&self) -> usize {
        self.ends.len() / 4
    }

    /// What is out of order, if anything is: every piece ends after the one before it, inside the text, and the pieces
    /// of each kind ascend.
    pub(super) fn fault(&self) -> Option<usize> {
        let bounded = |piece: usize| {
            let start = piece.checked_sub(1).map_or(0, |before| self.end(before));
            start < self.end(piece) && self.end(piece) <= self.text.len()
        };
        let ascends = |piece: usize| piece == 0 || piece == self.starts || self.piece(piece - 1) < self.piece(piece);
        (0..self.len()).find(|&piece| !bounded(piece) || !ascends(piece))
    }

    /// The longest piece of a kind that a run starts with, and its length in bytes.
    fn longest(&self, kind: Range<usize>, run: &str) -> Option<(usize, usize)> {
        let mut sought = run.as_bytes();
        while !sought.is_empty() {
            // Whatever starts the run does not come after it; of all that does not, the last has most in common with
            // it, and what is sought need be no longer than that.
            let (mut low, mut high) = (kind.start, kind.end);
            while low < high {
                let middle = usize::midpoint(low, high);
                if self.piece(middle) <= sought {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let last = low.checked_sub(1).filter(|&last| last >= kind.start)?;
            let piece = self.piece(last);
            let common = piece.iter().zip(sought).take_while(|(a, b)| a == b).count();
            if common == piece.len() {
                return Some((last, common));
            }
            sought = &sought[..common];
        }
        None
    }

    /// Cuts one run of characters by longest match; one that cannot be cut so is unknown.
    fn cut(&self, run: &str, out: &mut Vec<u32>) {
        let from = out.len();
        let mut at = 0;
        while at < run.len() {
            let kind = if at == 0 { 0..self.starts } else { self.starts..self.len() };
            let found = self.longest(kind, &run[at..]).filter(|_| run.len() <= 4 * MOST_CHARACTERS);
            let Some((piece, length)) = found.filter(|_| run.chars().count() <= MOST_CHARACTERS) else {
                out.truncate(from);
                out.push(UNKNOWN);
                return;
            };
            out.push(piece as u32 + CLASSES);
            at += length;
        }
    }

    /// Adds the pieces of a lower-case word: see [`super::Encoder::pieces`].
    pub(super) fn pieces(&self, word: &str, out: &mut Vec<u32>) {
        let from = out.len();
        let bare;
        let word = if word.is_ascii() {
            word
        } else {
            bare = word.chars().filter_map(plain).collect::<String>();
            &bare
        };
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let run = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()).max(first.len_utf8());
            if !first.is_whitespace() {
                self.cut(&rest[..run], out);
            }
            rest = &rest[run..];
        }
        if out.len() == from {
            out.push(UNKNOWN);
        }
        out.truncate(from + MOST_PIECES);
    }
}

/// A character without its mark; none for a mark that stands by itself.
fn plain(c: char) -> Option<char> {
    if ('\u{300}'..='\u{36f}').contains(&c) {
        return None;
    }
    let marked = MARKED.chars().position(|marked| marked == c);
    Some(marked.map_or(c, |at| char::from(BARE[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marked_letter_has_its_bare_one() {
        assert_eq!(MARKED.chars().count(), BARE.len());
        assert_eq!(plain('é'), Some('e'));
        assert_eq!(plain('ž'), Some('z'));
        assert_eq!(plain('\u{301}'), None);
        assert_eq!(plain('ß'), Some('ß'));
    }
}
