//! The M2 format of grammatical error correction, as ERRANT reads and writes it.
//!
//! ```text
//! S The Protection Secretary spoke .
//! A 1 2|||R:HARD|||Defense|||REQUIRED|||document=a|||0
//! ```
//!
//! Texts are cut into tokens at white space, at marks, and at the ends of edits; one `S` line stands for one line of
//! text, or for those that an edit joins. The type tells hard edits from soft ones (`R:SOFT`); files of other tools have
//! other types, read as hard. The comment of the first annotation of a text says that it starts there, and its name;
//! a first line without edits has a `noop` for that. Scorers pass over both.
//!
//! What is lost: the space between tokens ("spoke ." for "spoke."), empty lines, and families.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::gold::{GoldDocument, GoldEdit, GoldError, Need};
use crate::line::one_line;
use crate::span::Span;

/// What comes before the name of a text in the comment of its first annotation.
const DOCUMENT: &str = "document=";
/// What stands for nothing, in any field.
const NONE: &str = "-NONE-";

/// Writes a text with its edits, which are in order of place and do not overlap; texts written one after the other are
/// one file. [`read`] has an example.
///
/// Alternatives of one edit are written as `||`, as the format has it. Costs no more than the lengths of both.
pub fn write(id: &str, text: &str, edits: &[GoldEdit]) -> String {
    let mut out = String::new();
    let mut comment = format!("{DOCUMENT}{}", one_line(id).replace('|', "/"));
    let mut rest = edits;
    let mut start = 0;
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        let content = |line: &str| line.trim_end_matches('\r').len();
        let mut span = Span::new(start, start + content(line));
        start += line.len() + 1;
        // Those that begin in the line, or in its break.
        let begun = |next: usize| rest.partition_point(|edit| edit.span.start < next);
        let mut inside = begun(start);
        while rest[..inside].last().is_some_and(|edit| edit.span.end > span.end)
            && let Some(line) = lines.next()
        {
            span.end = start + content(line);
            start += line.len() + 1;
            inside = begun(start);
        }
        let edits;
        (edits, rest) = rest.split_at(inside);
        let tokens = tokens(text, span, edits);
        if tokens.is_empty() && edits.is_empty() {
            continue;
        }
        out.push('S');
        for token in &tokens {
            let _ = write!(out, " {}", &text[token.range()]);
        }
        out.push('\n');
        if edits.is_empty() && comment != NONE {
            let _ = writeln!(out, "A -1 -1|||noop|||{NONE}|||REQUIRED|||{comment}|||0");
            NONE.clone_into(&mut comment);
        }
        for edit in edits {
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
            let kind = if edit.corrections.is_empty() { "UNK".to_owned() } else { format!("{kind}:{need}") };
            let corrections = corrections(&edit.corrections);
            let _ = writeln!(out, "A {first} {last}|||{kind}|||{corrections}|||REQUIRED|||{comment}|||0");
            NONE.clone_into(&mut comment);
        }
        out.push('\n');
    }
    out
}

/// What an M2 file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// The texts: one for each that [`write()`] wrote, a line for each sentence; one for all that comes before the first
    /// that has a name.
    pub documents: Vec<GoldDocument>,
    /// The lines, from 1, of edits that are left out because they overlap another.
    pub overlapping: Vec<usize>,
    /// The lines, from 1, of edits that are left out because the first annotator has none on the same words.
    pub of_others: Vec<usize>,
}

/// Reads an M2 file.
///
/// Edits are those of the first annotator, the one with the lowest number in the file: annotators are judged against one
/// at a time, as ERRANT does. What others put in place of the same words is an alternative; what else they would change is
/// left out. Of edits that overlap, the first is kept. Texts before the first name are one document, of the name `id`.
/// Costs about a second for ten million edits.
///
/// # Errors
///
/// Where a line is neither `S` nor `A`, or an edit lies outside its sentence.
///
/// # Examples
///
/// ```
/// use unspin::eval::{GoldDocument, GoldEdit, Need, m2};
///
/// let edit = GoldEdit { span: (4..14).into(), corrections: vec!["Defense".into()], need: Need::Hard };
/// let written = m2::write("a", "The Protection Secretary spoke.", &[edit]);
/// assert!(written.contains("\nA 1 2|||R:HARD|||Defense|||REQUIRED|||document=a|||0\n"));
///
/// let read: GoldDocument = m2::read("b", &written)?.documents.remove(0);
/// assert_eq!((read.id.as_str(), read.text.as_str()), ("a", "The Protection Secretary spoke ."));
/// assert_eq!(&read.text[read.edits[0].span], "Protection");
/// # Ok::<(), unspin::eval::GoldError>(())
/// ```
pub fn read(id: &str, m2: &str) -> Result<Contents, GoldError> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for (number, line) in (1..).zip(m2.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let bad = |what: &str| GoldError(format!("{id}, line {number}: {what}"));
        if let Some(words) = line.strip_prefix("S ").or_else(|| (line == "S").then_some("")) {
            sentences.push(Sentence { words, annotations: Vec::new() });
        } else if let Some(annotation) = line.strip_prefix("A ") {
            let sentence = sentences.last_mut().ok_or_else(|| bad("an edit needs a sentence above"))?;
            let annotation = Annotation::parse(number, annotation);
            sentence.annotations.push(annotation.ok_or_else(|| bad("an edit needs place, type and correction"))?);
        } else {
            return Err(bad("expected a line that starts with S or A"));
        }
    }
    let annotations = sentences.iter().flat_map(|sentence| &sentence.annotations);
    let first = annotations.map(|annotation| annotation.annotator).min().unwrap_or(0);
    let mut contents = Contents::default();
    let mut is_begun = false;
    for sentence in &sentences {
        let name = sentence.annotations.iter().find_map(|annotation| annotation.document);
        if name.is_some() || contents.documents.is_empty() {
            contents.documents.push(GoldDocument::clean(name.unwrap_or(id), ""));
            is_begun = false;
        }
        let Contents { documents, overlapping, of_others } = &mut contents;
        let Some(document) = documents.last_mut() else { continue };
        if is_begun {
            document.text.push('\n');
        }
        is_begun = true;
        let tokens = sentence.add_to(&mut document.text);
        let mut edits: BTreeMap<Span, GoldEdit> = BTreeMap::new();
        let (own, others): (Vec<_>, Vec<_>) = sentence
            .annotations
            .iter()
            .filter(|annotation| annotation.kind != "noop")
            .partition(|annotation| annotation.annotator == first);
        for annotation in own.into_iter().chain(others) {
            let Some(span) = annotation.span(&tokens, document.text.len()) else {
                let Annotation { line, place, .. } = annotation;
                return Err(GoldError(format!("{id}, line {line}: no tokens {place:?} in the sentence above")));
            };
            let GoldEdit { corrections, need, .. } = annotation.edit(span, &tokens);
            // Those that are kept do not overlap, so that a neighbor overlaps if any of them does.
            let neighbors = [edits.range(..span).next_back(), edits.range(span..).next()];
            let overlaps = neighbors.into_iter().flatten().any(|(other, _)| other.overlaps(span));
            if let Some(edit) = edits.get_mut(&span) {
                edit.corrections.extend(corrections);
            } else if annotation.annotator != first {
                of_others.push(annotation.line);
            } else if overlaps {
                overlapping.push(annotation.line);
            } else {
                edits.insert(span, GoldEdit { span, corrections, need });
            }
        }
        document.edits.extend(edits.into_values());
    }
    Ok(contents)
}

/// An `S` line with the `A` lines below it.
struct Sentence<'m> {
    words: &'m str,
    annotations: Vec<Annotation<'m>>,
}

impl Sentence<'_> {
    /// Adds its words to a text, and gives their places there.
    fn add_to(&self, text: &mut String) -> Vec<Span> {
        let mut tokens = Vec::new();
        for word in self.words.split_whitespace() {
            if !tokens.is_empty() {
                text.push(' ');
            }
            tokens.push(Span::new(text.len(), text.len() + word.len()));
            text.push_str(word);
        }
        tokens
    }
}

/// An `A` line.
struct Annotation<'m> {
    line: usize,
    place: &'m str,
    kind: &'m str,
    correction: &'m str,
    /// The text that starts here.
    document: Option<&'m str>,
    annotator: u32,
}

impl<'m> Annotation<'m> {
    /// `None` where it lacks one of the first three fields.
    fn parse(line: usize, annotation: &'m str) -> Option<Self> {
        let fields: Vec<&str> = annotation.split("|||").collect();
        let [place, kind, correction, rest @ ..] = &fields[..] else { return None };
        let (comment, annotator) = if let [.., comment, annotator] = rest { (*comment, *annotator) } else { ("", "") };
        let document = comment.strip_prefix(DOCUMENT);
        Some(Self { line, place, kind, correction, document, annotator: annotator.trim().parse().unwrap_or(0) })
    }

    /// Its place in a text, whose last tokens these are; `None` where there is none such.
    fn span(&self, tokens: &[Span], end: usize) -> Option<Span> {
        let bounds: Vec<usize> = self.place.split(' ').filter_map(|bound| bound.parse().ok()).collect();
        match bounds[..] {
            [first, last] if first < last => Some(Span::new(tokens.get(first)?.start, tokens.get(last - 1)?.end)),
            [first, last] if first == last && first <= tokens.len() => {
                let at = first
                    .checked_sub(1)
                    .map_or_else(|| tokens.first().map_or(end, |token| token.start), |previous| tokens[previous].end);
                Some(Span::new(at, at))
            }
            _ => None,
        }
    }

    fn edit(&self, span: Span, tokens: &[Span]) -> GoldEdit {
        let mut corrections: Vec<String> = if self.kind == "UNK" {
            Vec::new()
        } else {
            let alternatives = self.correction.split("||");
            alternatives.map(|one| if one.trim() == NONE { String::new() } else { one.to_owned() }).collect()
        };
        // What is put in stands apart from the word that it comes after, or before.
        if span.is_empty() {
            let before_all = tokens.first().is_some_and(|token| token.start == span.start);
            corrections
                .iter_mut()
                .for_each(|correction| correction.insert(if before_all { correction.len() } else { 0 }, ' '));
        }
        let need = if self.kind.ends_with("SOFT") { Need::Soft } else { Need::Hard };
        GoldEdit { span, corrections, need }
    }
}

/// The tokens of a line; edits are in order of place.
fn tokens(text: &str, line: Span, edits: &[GoldEdit]) -> Vec<Span> {
    let mut cuts: Vec<usize> = edits.iter().flat_map(|edit| [edit.span.start, edit.span.end]).collect();
    cuts.sort_unstable();
    let mut cuts = cuts.into_iter().peekable();
    let mut tokens: Vec<Span> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, c) in text[line.range()].char_indices().map(|(at, c)| (line.start + at, c)) {
        let mut cut = false;
        while let Some(place) = cuts.next_if(|place| *place <= at) {
            cut |= place == at;
        }
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

/// Corrections as a field, cut into tokens like the text, so that scorers compare like with like. Of several, one that
/// removes the words is told by name, for bars on both sides of nothing would end the field.
fn corrections(corrections: &[String]) -> String {
    let spaced = |correction: &str| {
        let tokens = tokens(correction, Span::new(0, correction.len()), &[]);
        tokens.iter().map(|token| &correction[token.range()]).collect::<Vec<_>>().join(" ")
    };
    match corrections {
        [] => NONE.to_owned(),
        [one] => spaced(one),
        several => {
            let several = several.iter().map(|one| spaced(one));
            several.map(|one| if one.is_empty() { NONE.to_owned() } else { one }).collect::<Vec<_>>().join("||")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(text: &str, spun: &str, corrections: &[&str], need: Need) -> GoldEdit {
        let start = text.find(spun).expect("in the text");
        let corrections = corrections.iter().map(|&correction| correction.to_owned()).collect();
        GoldEdit { span: Span::new(start, start + spun.len()), corrections, need }
    }

    fn read_one(m2: &str) -> GoldDocument {
        let mut contents = read("t", m2).expect("valid");
        assert!(contents.documents.len() == 1 && contents.overlapping.is_empty() && contents.of_others.is_empty());
        contents.documents.remove(0)
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "The Protection Secretary stated.\n\nAn online, app\r\n";
        let edits = [
            edit(text, "Protection", &["Defense", "War"], Need::Hard),
            edit(text, "stated", &["said"], Need::Soft),
            edit(text, "online", &[""], Need::Hard),
        ];
        let m2 = write("a text", text, &edits);
        assert_eq!(
            m2,
            "S The Protection Secretary stated .\n\
             A 1 2|||R:HARD|||Defense||War|||REQUIRED|||document=a text|||0\n\
             A 3 4|||R:SOFT|||said|||REQUIRED|||-NONE-|||0\n\n\
             S An online , app\n\
             A 1 2|||U:HARD||||||REQUIRED|||-NONE-|||0\n\n"
        );
        let document = read_one(&m2);
        assert_eq!(document.id, "a text");
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
            write("t", text, &edits),
            "S Today .\nA -1 -1|||noop|||-NONE-|||REQUIRED|||document=t|||0\n\nS The Protection Secretary spoke .\n\
             A 1 3|||R:HARD|||Defense Secretary|||REQUIRED|||-NONE-|||0\n\nS More .\n\n"
        );
        let document = read_one("S Navy spoke\nA 0 0|||M|||The|||REQUIRED|||-NONE-|||0\n");
        assert_eq!(document.restored().text, "The Navy spoke");
    }

    #[test]
    fn texts_are_told_apart() {
        let texts = ["The navy.\n\nMore.", "Clean.", "", "The navy."];
        let edits = [edit(texts[0], "navy", &["military", ""], Need::Hard)];
        let m2: String = [("a", &edits[..]), ("b|c", &[]), ("d", &[]), ("e", &edits)]
            .iter()
            .zip(texts)
            .map(|((id, edits), text)| write(id, text, edits))
            .collect();
        let read = read("t", &m2).expect("valid").documents;
        let named: Vec<(&str, &str, usize)> =
            read.iter().map(|one| (one.id.as_str(), one.text.as_str(), one.edits.len())).collect();
        assert_eq!(named, [("a", "The navy .\nMore .", 1), ("b/c", "Clean .", 0), ("e", "The navy .", 1)]);
        assert_eq!(read[0].edits[0].corrections, ["military", ""]);
    }

    #[test]
    fn long_lines_and_files_cost_what_they_hold() {
        let sentence = "the navy said ";
        let text = sentence.repeat(20_000);
        let span = |n: usize| Span::new(n * sentence.len() + 4, n * sentence.len() + 8);
        let edit = |n: usize| GoldEdit { span: span(n), corrections: vec!["military".into()], need: Need::Hard };
        let edits: Vec<GoldEdit> = (0..20_000).map(edit).collect();
        let started = std::time::Instant::now();
        let back = read_one(&write("t", text.trim_end(), &edits));
        assert_eq!(back.edits, edits);
        let lines = read_one(&write("t", &text.replace(" said ", " said\n"), &edits));
        assert_eq!(lines.edits, edits);
        // It takes some 50 ms; asking all edits at every character took minutes.
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn annotators_insertions_and_faults() {
        let m2 = "S He go school .\nA 1 2|||R:VERB:SVA|||goes|||REQUIRED|||-NONE-|||0\n\
                  A 2 2|||M:PREP|||to|||REQUIRED|||-NONE-|||0\nA 1 2|||R:VERB|||went|||REQUIRED|||-NONE-|||1\n\
                  A -1 -1|||noop|||-NONE-|||REQUIRED|||-NONE-|||2\n";
        let document = read_one(m2);
        assert_eq!(document.edits[0].corrections, ["goes", "went"]);
        assert_eq!((document.edits[1].span, document.edits[1].corrections[0].as_str()), (Span::new(5, 5), " to"));
        // What overlaps, and what the first annotator leaves as it is.
        let m2 = "S a b c d\nA 0 1|||R|||v|||REQUIRED|||-NONE-|||2\nA 0 2|||R|||x|||REQUIRED|||-NONE-|||1\n\
                  A 1 3|||R|||y|||REQUIRED|||-NONE-|||1\nA 3 4|||R|||z|||REQUIRED|||-NONE-|||2\n\
                  A 0 2|||R|||w|||REQUIRED|||-NONE-|||2\n";
        let Contents { documents, overlapping, of_others } = read("t", m2).expect("valid");
        assert_eq!((overlapping, of_others), (vec![4], vec![2, 5]));
        assert_eq!(
            (documents[0].edits.len(), &documents[0].edits[0].corrections[..]),
            (1, &["x".into(), "w".into()][..])
        );
        for bad in ["X", "A 0 0|||M|||x", "S a b\nA 1 3|||R|||x", "S a b\nA 2 1|||R|||x", "S a\nA 0 1|||R"] {
            assert!(read("t", bad).is_err(), "{bad:?}");
        }
    }
}
