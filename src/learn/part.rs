//! Texts that are spun in part, made of ones that are spun all through.

use crate::eval::GoldDocument;
use crate::span::Span;

/// Paragraphs that a text needs to be worth it.
const LEAST_PARAGRAPHS: usize = 4;
/// Share of the words, at least, that stay spun in the second text.
const QUARTER: f64 = 0.2;

/// What the ids of such texts start with: every other paragraph spun, and about a quarter of the words.
pub(super) const SETS: [&str; 2] = ["half/", "quarter/"];

/// Whether an id is that of a text made here.
pub(super) fn is_made(id: &str) -> bool {
    SETS.iter().any(|set| id.starts_with(set))
}

/// The text with every other paragraph restored, and with all but a quarter restored; which ones follows from its id.
pub(super) fn parts(document: &GoldDocument) -> Vec<GoldDocument> {
    let paragraphs = paragraphs(&document.text);
    let count = paragraphs.len();
    if count < LEAST_PARAGRAPHS {
        return Vec::new();
    }
    let hash = document.id.bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let half = paragraphs.iter().copied().skip(hash % 2).step_by(2).collect();
    let words = |span: &Span| document.text[span.range()].split_whitespace().count();
    let least = QUARTER * paragraphs.iter().map(words).sum::<usize>() as f64;
    let mut quarter: Vec<Span> = Vec::new();
    for at in 0..count {
        if quarter.iter().map(words).sum::<usize>() as f64 >= least {
            break;
        }
        quarter.push(paragraphs[(hash / 2 + at) % count]);
    }
    let made = SETS.iter().zip([half, quarter]).map(|(set, kept): (_, Vec<Span>)| {
        let mut part = document.restored_where(|edit| !kept.iter().any(|span| span.range().contains(&edit.span.start)));
        part.id = format!("{set}{}", document.id);
        part
    });
    made.filter(|part| !part.edits.is_empty() && part.text != document.text).collect()
}

/// The lines that hold anything.
fn paragraphs(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            spans.push(Span::new(at, at + line.len()));
        }
        at += line.len();
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kept_paragraphs_stay_spun() {
        let line = "The Washington Put up told é.\n\n";
        let edit = r#"{"start": START, "end": END, "spun": "Put up", "corrections": ["Post"], "severity": "hard"}"#;
        let length = line.chars().count();
        let edits: Vec<String> = (0..6)
            .map(|at| at * length + 15)
            .map(|at| edit.replace("START", &at.to_string()).replace("END", &(at + 6).to_string()))
            .collect();
        let json = format!(r#"{{"id": "x", "text": {:?}, "edits": [{}]}}"#, line.repeat(6), edits.join(","));
        let whole = &GoldDocument::read(&json).expect("gold")[0];
        let parts = parts(whole);
        let kept: Vec<usize> = parts.iter().map(|part| part.edits.len()).collect();
        assert_eq!(kept, [3, 2]);
        for part in &parts {
            assert!(part.edits.iter().all(|edit| &part.text[edit.span.range()] == "Put up"));
            assert_eq!(part.text.matches("Put up").count(), part.edits.len());
            assert_eq!(part.text.matches("Post").count(), 6 - part.edits.len());
        }
    }
}
