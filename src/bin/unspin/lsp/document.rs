//! An open document: its text, and what was found in it, carried through the edits since.

use std::time::Instant;

use lsp_types::TextDocumentContentChangeEvent as Change;
use unspin::input::Format;
use unspin::{Edit, Finding, Fixed, Span};

use super::language;
use super::position::{Lines, Units};

/// One finding in a document.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Where it is in the document.
    pub(super) span: Span,
    /// What a reader sees there, without the markup inside.
    pub(super) words: String,
    pub(super) finding: Finding,
    /// What each correction changes in the document; `None` where markup inside leaves no way to tell what goes where.
    pub(super) edits: Vec<Option<Vec<(Span, String)>>>,
}

impl Found {
    /// What a safe repair changes.
    pub(super) fn automatic(&self) -> Option<&[(Span, String)]> {
        let safe = self.finding.is_automatic();
        self.edits.first().and_then(Option::as_deref).filter(|_| safe)
    }
}

/// An open document.
pub(super) struct Document {
    pub(super) uri: String,
    pub(super) language: String,
    /// As the client counts.
    pub(super) version: i32,
    /// As the server counts: no two texts have the same, of whatever document.
    pub(super) revision: u64,
    pub(super) text: String,
    pub(super) found: Vec<Found>,
    /// When it is to be checked.
    pub(super) due: Option<Instant>,
}

impl Document {
    pub(super) fn new(uri: String, language: String, version: i32, revision: u64, text: String) -> Self {
        Self { uri, language, version, revision, text, found: Vec::new(), due: Some(Instant::now()) }
    }

    /// Its lines. Takes one pass over the text.
    pub(super) fn lines(&self, units: Units) -> Lines<'_> {
        Lines::new(&self.text, units)
    }

    /// How its text lies in it; `None` where it holds records, which are nothing to write prose in.
    pub(super) fn format(&self) -> Option<Format> {
        language::format(&self.language, &self.uri)
    }

    /// Takes changes in, one after the other. Findings that they touch go, those behind them move.
    pub(super) fn change(&mut self, changes: impl IntoIterator<Item = Change>, units: Units) {
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            // Editors that replace a word throughout tell of it from the last place to the first: what lies before a
            // change is where it was, and thousands of them are made at once.
            let mut edits: Vec<Edit> = Vec::new();
            let lines = self.lines(units);
            while let Some(change) = changes.next_if(|change| match change {
                Change::TextDocumentContentChangePartial(part) => {
                    edits.last().is_none_or(|last| lines.span(part.range).end < last.span.start)
                }
                Change::TextDocumentContentChangeWholeDocument(_) => edits.is_empty(),
            }) {
                let (span, text) = match change {
                    Change::TextDocumentContentChangePartial(part) => (lines.span(part.range), part.text),
                    Change::TextDocumentContentChangeWholeDocument(whole) => difference(&self.text, &whole.text),
                };
                edits.push(Edit { span, text });
            }
            edits.iter().for_each(|edit| self.carry(edit));
            self.text = Fixed::new(&self.text, edits).text;
        }
    }

    /// Takes what was found through an edit of the text.
    fn carry(&mut self, Edit { span, text }: &Edit) {
        let moved = |at: usize| at - span.len() + text.len();
        let shift = |one: &mut Span| {
            if one.start >= span.end {
                *one = Span::new(moved(one.start), moved(one.end));
            }
        };
        self.found.retain(|found| found.span.end < span.start || span.end < found.span.start);
        for found in &mut self.found {
            shift(&mut found.span);
            found.edits.iter_mut().flatten().flatten().for_each(|(span, _)| shift(span));
        }
    }
}

/// What to replace in one text to have another, without what both start and end with.
fn difference(old: &str, new: &str) -> (Span, String) {
    let same = |(a, b): &(char, char)| a == b;
    let size = |(c, _): (char, char)| c.len_utf8();
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(size).sum();
    let tails = (old[head..].chars().rev()).zip(new[head..].chars().rev());
    let tail: usize = tails.take_while(same).map(size).sum();
    (Span::new(head, old.len() - tail), new[head..new.len() - tail].to_owned())
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range, TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument};
    use unspin::Unspinner;

    use super::*;

    const TEXT: &str = "Ahoy 😀: the Protection Secretary stated that the American navy would stay within the nation.";

    fn document() -> Document {
        let mut document = Document::new("file:///a.txt".into(), "plaintext".into(), 1, 1, TEXT.into());
        let report = Unspinner::builder().assume_spun(true).build().check(TEXT);
        assert!(report.findings.len() > 2);
        document.found = (report.findings.into_iter())
            .map(|finding| Found {
                span: finding.span,
                words: TEXT[finding.span.range()].to_owned(),
                edits: vec![Some(vec![(finding.span, finding.correction().to_owned())])],
                finding,
            })
            .collect();
        document
    }

    fn words(document: &Document) -> Vec<&str> {
        let word = |found: &Found| {
            assert_eq!(found.edits[0].as_ref().expect("plain")[0].0, found.span);
            &document.text[found.span.range()]
        };
        document.found.iter().map(word).collect()
    }

    #[test]
    fn findings_move_with_the_text() {
        let before = document();
        let wanted = words(&before);
        for (from, to, new, gone) in [
            (0, 0, "é\n\n", None),
            (0, 4, "", None),
            (5, 9, "x", None),
            (TEXT.len(), TEXT.len(), "!", None),
            (TEXT.find("stated").expect("there") + 1, TEXT.find("stated").expect("there") + 2, "t", Some("stated")),
            (TEXT.find(" stated").expect("there"), TEXT.find("stated").expect("there"), "", Some("stated")),
        ] {
            let mut document = document();
            let range = document.lines(Units::Utf16).range(Span::new(from, to));
            #[expect(deprecated, reason = "the field must be named")]
            let part = TextDocumentContentChangePartial { range, range_length: None, text: new.into() };
            document.change([Change::TextDocumentContentChangePartial(part)], Units::Utf16);
            let kept: Vec<&str> = wanted.iter().copied().filter(|word| Some(*word) != gone).collect();
            assert_eq!(words(&document), kept, "{from}..{to} {new:?}");

            // Told as a whole, the same change has the same effect.
            let mut whole = self::document();
            let text = document.text.clone();
            let change = TextDocumentContentChangeWholeDocument { text };
            whole.change([Change::TextDocumentContentChangeWholeDocument(change)], Units::Utf16);
            assert_eq!((whole.text.as_str(), words(&whole).len() >= kept.len()), (document.text.as_str(), true));
        }
    }

    #[test]
    fn many_changes_are_made_as_one_by_one() {
        let part = |(from, to, text): &(u32, u32, &str)| {
            let [start, end] = [*from, *to].map(|character| Position { line: 0, character });
            #[expect(deprecated, reason = "the field must be named")]
            let part = TextDocumentContentChangePartial {
                range: Range { start, end },
                range_length: None,
                text: (*text).into(),
            };
            Change::TextDocumentContentChangePartial(part)
        };
        let whole = || TextDocumentContentChangeWholeDocument { text: "Ahoy, the navy".into() };
        for parts in [
            &[(60, 64, "é"), (40, 41, ""), (40, 40, "x\n"), (4, 9, "😀😀"), (0, 0, "y")][..],
            &[(0, 1, "xyz"), (2, 9, ""), (30, 40, "\n\n"), (3, 8, "")],
            &[(90, 99, ""), (80, 99, "z"), (80, 81, "w"), (70, 80, "")],
        ] {
            for ends_whole in [false, true] {
                let changes = || {
                    let last = ends_whole.then(|| Change::TextDocumentContentChangeWholeDocument(whole()));
                    parts.iter().map(part).chain(last).chain(parts.iter().map(part))
                };
                let [mut together, mut alone] = [document(), document()];
                together.change(changes(), Units::Utf16);
                changes().for_each(|change| alone.change([change], Units::Utf16));
                assert_eq!(together.text, alone.text, "{parts:?}");
                let spans = |document: &Document| document.found.iter().map(|found| found.span).collect::<Vec<_>>();
                assert_eq!(spans(&together), spans(&alone), "{parts:?}");
            }
        }
    }

    #[test]
    fn any_range_is_taken() {
        let mut document = document();
        let far = Position { line: 9, character: 9 };
        #[expect(deprecated, reason = "the field must be named")]
        let part = TextDocumentContentChangePartial {
            range: Range { start: far, end: Position { line: 0, character: 6 } },
            range_length: None,
            text: "x".into(),
        };
        document.change([Change::TextDocumentContentChangePartial(part)], Units::Utf16);
        assert_eq!(document.text, "Ahoy x");
        assert!(document.found.is_empty());
    }
}
