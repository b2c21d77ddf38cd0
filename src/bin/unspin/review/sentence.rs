//! The part of a text that is shown around a finding.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;
use unspin::Span;

/// Characters within which words are expected to end; there is writing without spaces.
const NEAR: usize = 24;

/// The sentence or sentences that a span lies in, within its paragraph and without white space at the ends.
pub(crate) fn around(text: &str, span: Span) -> Span {
    Sentences::default().around(text, span)
}

/// The sentences of a text, as far as they were asked for: a long paragraph is cut once.
#[derive(Default)]
pub(crate) struct Sentences {
    /// Paragraphs by their starts, each with its end and where sentences end in it.
    paragraphs: BTreeMap<usize, (usize, Vec<usize>)>,
}

impl Sentences {
    /// As [`around`], of the same text each time.
    pub(crate) fn around(&mut self, text: &str, span: Span) -> Span {
        let known = self.paragraphs.range(..=span.start).next_back();
        let known = known.filter(|(_, (end, _))| span.end <= *end).map(|(start, _)| *start);
        let start = known.unwrap_or_else(|| {
            let paragraph = paragraph(text, span);
            self.paragraphs.insert(paragraph.start, (paragraph.end, ends(text, paragraph)));
            paragraph.start
        });
        let (end, ends) = &self.paragraphs[&start];
        let before = ends.partition_point(|end| *end <= span.start).checked_sub(1).map_or(start, |last| ends[last]);
        let after = ends.get(ends.partition_point(|end| *end < span.end)).copied().unwrap_or(*end);
        trimmed(text, Span::new(before.min(span.start), after.max(span.end)))
    }
}

/// Where sentences start and end in a paragraph.
fn ends(text: &str, paragraph: Span) -> Vec<usize> {
    let part = &text[paragraph.range()];
    let starts = part.split_sentence_bound_indices().map(|(at, _)| at).chain([part.len()]);
    starts.filter(|&at| is_end(&part[..at], &part[at..])).map(|at| paragraph.start + at).collect()
}

/// A span widened by what stands around it in the paragraph, as far as a number of characters goes; a sentence that is
/// longer itself is cut to what stands around `inside`. Says whether anything was cut off in front and behind.
pub(crate) fn window(text: &str, sentence: Span, inside: Span, chars: usize) -> (Span, bool, bool) {
    let paragraph = trimmed(text, paragraph(text, inside));
    let count = |span: Span| text[span.range()].chars().count();
    let Some(spare) = chars.checked_sub(count(sentence)) else {
        let spare = chars.saturating_sub(count(inside));
        let start = back(text, inside.start, spare / 3).max(sentence.start);
        let rest = spare - count(Span::new(start, inside.start)).min(spare);
        let end = forth(text, inside.end, rest).min(sentence.end);
        let end = if end < sentence.end { word_end(text, end).max(inside.end) } else { end };
        let rest = spare.saturating_sub(count(Span::new(inside.end, end)));
        let start = back(text, inside.start, rest).max(sentence.start);
        let start = if start > sentence.start { word_start(text, start).min(inside.start) } else { start };
        return (Span::new(start, end), start > sentence.start, end < sentence.end);
    };
    let start = back(text, sentence.start, spare / 2).max(paragraph.start);
    let start = if start > paragraph.start { word_start(text, start).min(sentence.start) } else { start };
    let rest = spare - count(Span::new(start, sentence.start)).min(spare);
    let end = forth(text, sentence.end, rest).min(paragraph.end);
    let end = if end < paragraph.end { word_end(text, end).max(sentence.end) } else { end };
    (Span::new(start, end), start > paragraph.start, end < paragraph.end)
}

/// The lines around a span that are not blank.
fn paragraph(text: &str, span: Span) -> Span {
    let blank = |line: &str| line.trim().is_empty();
    let mut start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    while start > 0 {
        let line = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if blank(&text[line..start]) {
            break;
        }
        start = line;
    }
    let mut end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at);
    while end < text.len() {
        let line = text[end + 1..].find('\n').map_or(text.len(), |at| end + 1 + at);
        if blank(&text[end..line]) {
            break;
        }
        end = line;
    }
    Span::new(start, end)
}

/// Whether a sentence ends between two texts. Lines may end anywhere, titles and initials have a full stop too, and
/// “Why?” he said is one sentence.
fn is_end(text: &str, next: &str) -> bool {
    if next.trim_start().starts_with(char::is_lowercase) {
        return false;
    }
    let text = text.trim_end().trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']);
    text.is_empty() || text.ends_with(['.', '?', '!', '…', '。', '？', '！']) && !is_title(text)
}

fn is_title(text: &str) -> bool {
    let last = text.rsplit(|c: char| !c.is_alphanumeric() && c != '.').next().unwrap_or_default();
    let Some(word) = last.strip_suffix('.') else { return false };
    word.chars().count() == 1
        || ["Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Sen", "Rep", "Gov", "Gen", "Col", "Lt", "Sgt", "Capt", "Rev"]
            .contains(&word)
}

fn trimmed(text: &str, span: Span) -> Span {
    let part = &text[span.range()];
    let start = span.start + (part.len() - part.trim_start().len());
    Span::new(start, start + part.trim().len())
}

fn back(text: &str, from: usize, chars: usize) -> usize {
    text[..from].char_indices().rev().take(chars).last().map_or(from, |(at, _)| at)
}

fn forth(text: &str, from: usize, chars: usize) -> usize {
    text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at)
}

/// The next start of a word, where one is near.
fn word_start(text: &str, at: usize) -> usize {
    let near = &text[at..forth(text, at, NEAR)];
    near.find(char::is_whitespace).map_or(at, |space| forth(text, at + space, 1))
}

/// The last end of a word, where one is near.
fn word_end(text: &str, at: usize) -> usize {
    let from = back(text, at, NEAR);
    text[from..at].rfind(char::is_whitespace).map_or(at, |space| from + space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, word: &str) -> String {
        let at = text.find(word).expect("in the text");
        text[around(text, Span::new(at, at + word.len())).range()].to_owned()
    }

    #[test]
    fn sentences_are_found() {
        let text = "One. Two has\ntwo lines. Mr. Gates, the W. B. man, spoke. “Why?” he said.\n\nA heading\n\nLast";
        for (word, want) in [
            ("One", "One."),
            ("has", "Two has\ntwo lines."),
            ("lines", "Two has\ntwo lines."),
            ("spoke", "Mr. Gates, the W. B. man, spoke."),
            ("Gates", "Mr. Gates, the W. B. man, spoke."),
            ("Why", "“Why?” he said."),
            ("heading", "A heading"),
            ("Last", "Last"),
            ("lines. Mr. Gates", "Two has\ntwo lines. Mr. Gates, the W. B. man, spoke."),
        ] {
            assert_eq!(shown(text, word), want, "{word}");
        }
        // In whatever order they are asked for.
        let mut sentences = Sentences::default();
        let spans: Vec<Span> =
            text.split_word_bound_indices().map(|(at, word)| Span::new(at, at + word.len())).collect();
        for &span in spans.iter().step_by(3).rev().chain(&spans) {
            assert_eq!(sentences.around(text, span), around(text, span), "{}", &text[span.range()]);
        }
    }

    #[test]
    fn windows_fit() {
        let text = format!("{} Two words here. {}", "First é日. ".repeat(50).trim(), "Third. ".repeat(50));
        let at = text.find("words").expect("there");
        let inside = Span::new(at, at + 5);
        for chars in 0..400 {
            let (span, ..) = window(&text, around(&text, inside), inside, chars);
            assert!(span.start <= inside.start && inside.end <= span.end);
            assert!(text[span.range()].chars().count() <= chars.max(5) + 1, "{chars}: {}", &text[span.range()]);
        }
        let (all, before, behind) = window("Short text.", Span::new(0, 11), Span::new(6, 10), 100);
        assert_eq!((all, before, behind), (Span::new(0, 11), false, false));
    }
}
