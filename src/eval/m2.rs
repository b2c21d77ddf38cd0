//! The M2 format of grammatical error correction, as ERRANT reads and writes it.
//!
//! ```text
//! S The Protection Secretary spoke .
//! A 1 2|||R:HARD|||Defense|||REQUIRED|||-NONE-|||0
//! ```
//!
//! Texts are cut into tokens at white space, at marks, and at the ends of edits; one `S` line stands for one line of
//! text, or for those that an edit joins. The type tells hard edits from soft ones (`R:SOFT`); files of other tools have other types, read as hard.

use std::fmt::Write as _;

use super::gold::{GoldDocument, GoldEdit, GoldError, Need};
use crate::span::Span;

/// Writes a text with its edits. Alternatives of one edit are written as `||`, as the format has it.
pub fn write(text: &str, edits: &[GoldEdit]) -> String {
    let mut out = String::new();
    let mut start = 0;
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let content = |line: &str| line.trim_end_matches(['\n', '\r']).len();
        let mut span = Span::new(start, start + content(line));
        start += line.len();
        let begins = |edit: &GoldEdit, span: Span| (span.start..=span.end).contains(&edit.span.start);
        while edits.iter().any(|edit| begins(edit, span) && edit.span.end > span.end)
            && let Some(line) = lines.next()
        {
            span.end = start + content(line);
            start += line.len();
        }
        let inside: Vec<&GoldEdit> = edits.iter().filter(|edit| begins(edit, span)).collect();
        let tokens = tokens(text, span, &inside);
        if tokens.is_empty() {
            continue;
        }
        out.push('S');
        for token in &tokens {
            let _ = write!(out, " {}", &text[token.range()]);
        }
        out.push('\n');
        for edit in &inside {
            let first = tokens.partition_point(|token| token.start < edit.span.start);
            let last = tokens.partition_point(|token| token.end <= edit.span.end).max(first);
            let kind = match (first == last, edit.corrections.first().is_some_and(String::is_empty)) {
                (true, _) => 'M',
                (_, true) => 'U',
                _ => 'R',
            };
            let need = match edit.need {
                Need::Hard => "HARD",
                Need::Soft => "SOFT",
            };
            let corrections =
                edit.corrections.iter().map(|correction| spaced(correction)).collect::<Vec<_>>().join("||");
            let corrections = if edit.corrections.is_empty() { "-NONE-" } else { &corrections };
            let kind = if edit.corrections.is_empty() { "UNK".to_owned() } else { format!("{kind}:{need}") };
            let _ = writeln!(out, "A {first} {last}|||{kind}|||{corrections}|||REQUIRED|||-NONE-|||0");
        }
        out.push('\n');
    }
    out
}

/// Reads an M2 file as one document, a line for each sentence. Edits of all annotators are taken; those on the same
/// words are alternatives of each other, and of overlapping ones the first is kept.
///
/// # Errors
///
/// Where a line is neither `S` nor `A`, or an edit lies outside its sentence.
pub fn read(id: &str, m2: &str) -> Result<GoldDocument, GoldError> {
    let mut text = String::new();
    let mut edits: Vec<GoldEdit> = Vec::new();
    let mut tokens: Vec<Span> = Vec::new();
    for (number, line) in m2.lines().enumerate() {
        let place = || format!("{id}, line {}", number + 1);
        if line.trim().is_empty() {
            continue;
        }
        if let Some(sentence) = line.strip_prefix("S ").or_else(|| (line == "S").then_some("")) {
            tokens.clear();
            if !text.is_empty() {
                text.push('\n');
            }
            for (n, token) in sentence.split_whitespace().enumerate() {
                if n > 0 {
                    text.push(' ');
                }
                tokens.push(Span::new(text.len(), text.len() + token.len()));
                text.push_str(token);
            }
        } else if let Some(annotation) = line.strip_prefix("A ") {
            let fields: Vec<&str> = annotation.split("|||").collect();
            let [place_of, kind, correction, ..] = fields[..] else {
                return Err(GoldError(format!("{}: an edit needs place, type and correction", place())));
            };
            if kind == "noop" {
                continue;
            }
            let bounds: Vec<usize> = place_of.split(' ').filter_map(|bound| bound.parse().ok()).collect();
            let span = match bounds[..] {
                [first, last] if first < last && last <= tokens.len() => {
                    Span::new(tokens[first].start, tokens[last - 1].end)
                }
                [first, last] if first == last && first <= tokens.len() => {
                    let at = first.checked_sub(1).map_or_else(
                        || tokens.first().map_or(text.len(), |token| token.start),
                        |previous| tokens[previous].end,
                    );
                    Span::new(at, at)
                }
                _ => return Err(GoldError(format!("{}: no tokens {place_of:?} in the sentence above", place()))),
            };
            let need = if kind.ends_with("SOFT") { Need::Soft } else { Need::Hard };
            let mut corrections: Vec<String> = match (kind, correction) {
                ("UNK", _) => Vec::new(),
                (_, "-NONE-") => vec![String::new()],
                _ => correction.split("||").map(str::to_owned).collect(),
            };
            // What is put in stands apart from the word that it comes after, or before.
            if span.is_empty() {
                let before_all = tokens.first().is_some_and(|token| token.start == span.start);
                corrections
                    .iter_mut()
                    .for_each(|correction| correction.insert(if before_all { correction.len() } else { 0 }, ' '));
            }
            if let Some(edit) = edits.iter_mut().find(|edit| edit.span == span) {
                edit.corrections.extend(corrections);
            } else if !edits.iter().any(|edit| edit.span.overlaps(span)) {
                edits.push(GoldEdit { span, corrections, need });
            }
        } else {
            return Err(GoldError(format!("{}: expected a line that starts with S or A", place())));
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    Ok(GoldDocument { id: id.to_owned(), family: None, text, edits })
}

fn tokens(text: &str, line: Span, edits: &[&GoldEdit]) -> Vec<Span> {
    let mut tokens: Vec<Span> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, c) in text[line.range()].char_indices().map(|(at, c)| (line.start + at, c)) {
        let cut = edits.iter().any(|edit| edit.span.start == at || edit.span.end == at);
        let mark = !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-');
        if let Some(start) = open.filter(|_| cut || mark) {
            tokens.push(Span::new(start, at));
            open = None;
        }
        if mark && !c.is_whitespace() {
            tokens.push(Span::new(at, at + c.len_utf8()));
        } else if !mark && open.is_none() {
            open = Some(at);
        }
    }
    if let Some(start) = open {
        tokens.push(Span::new(start, line.end));
    }
    tokens
}

/// A correction cut into tokens like the text, so that M2 scorers compare like with like.
fn spaced(correction: &str) -> String {
    let tokens = tokens(correction, Span::new(0, correction.len()), &[]);
    tokens.iter().map(|token| &correction[token.range()]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(text: &str, spun: &str, corrections: &[&str], need: Need) -> GoldEdit {
        let start = text.find(spun).expect("in the text");
        let corrections = corrections.iter().map(|&correction| correction.to_owned()).collect();
        GoldEdit { span: Span::new(start, start + spun.len()), corrections, need }
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "The Protection Secretary stated.\n\nAn online, app\r\n";
        let edits = [
            edit(text, "Protection", &["Defense", "War"], Need::Hard),
            edit(text, "stated", &["said"], Need::Soft),
            edit(text, "online", &[""], Need::Hard),
        ];
        let m2 = write(text, &edits);
        assert_eq!(
            m2,
            "S The Protection Secretary stated .\n\
             A 1 2|||R:HARD|||Defense||War|||REQUIRED|||-NONE-|||0\n\
             A 3 4|||R:SOFT|||said|||REQUIRED|||-NONE-|||0\n\n\
             S An online , app\n\
             A 1 2|||U:HARD||||||REQUIRED|||-NONE-|||0\n\n"
        );
        let document = read("t", &m2).expect("valid");
        assert_eq!(document.text, "The Protection Secretary stated .\nAn online , app");
        let back: Vec<_> =
            document.edits.iter().map(|edit| (&document.text[edit.span.range()], &edit.corrections)).collect();
        assert_eq!(
            back,
            [
                ("Protection", &vec!["Defense".to_owned(), "War".to_owned()]),
                ("stated", &vec!["said".to_owned()]),
                ("online", &vec![String::new()])
            ]
        );
        assert_eq!(document.edits[1].need, Need::Soft);
    }

    #[test]
    fn edits_may_cross_lines_and_begin_them() {
        let text = "Today.\nThe Protection\r\nSecretary spoke.\nMore.";
        let edits = [edit(text, "Protection\r\nSecretary", &["Defense Secretary"], Need::Hard)];
        assert_eq!(
            write(text, &edits),
            "S Today .\n\nS The Protection Secretary spoke .\n\
             A 1 3|||R:HARD|||Defense Secretary|||REQUIRED|||-NONE-|||0\n\nS More .\n\n"
        );
        let document = read("t", "S Navy spoke\nA 0 0|||M|||The|||REQUIRED|||-NONE-|||0\n").expect("valid");
        assert_eq!(document.restored().text, "The Navy spoke");
    }

    #[test]
    fn annotators_insertions_and_faults() {
        let m2 = "S He go school .\nA 1 2|||R:VERB:SVA|||goes|||REQUIRED|||-NONE-|||0\n\
                  A 2 2|||M:PREP|||to|||REQUIRED|||-NONE-|||0\nA 1 2|||R:VERB|||went|||REQUIRED|||-NONE-|||1\n\
                  A -1 -1|||noop|||-NONE-|||REQUIRED|||-NONE-|||2\n";
        let document = read("t", m2).expect("valid");
        assert_eq!(document.edits[0].corrections, ["goes", "went"]);
        assert_eq!((document.edits[1].span, document.edits[1].corrections[0].as_str()), (Span::new(5, 5), " to"));
        for bad in ["X", "S a b\nA 1 3|||R|||x", "S a\nA 0 1|||R"] {
            assert!(read("t", bad).is_err(), "{bad:?}");
        }
    }
}
