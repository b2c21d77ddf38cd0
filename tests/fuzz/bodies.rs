//! What the fuzz targets assert, and the suite with them.

#![allow(dead_code, reason = "each target runs one of them")]

use std::sync::LazyLock;

use unspin::eval::{GoldDocument, m2};
use unspin::input::{Format, Source};
use unspin::{Decisions, Directives, Edit, Fixed, Place, Selection, SourceFile, Span, Unspinner};

static DEFAULT: LazyLock<Unspinner> = LazyLock::new(Unspinner::builtin);
static SPUN: LazyLock<Unspinner> = LazyLock::new(|| Unspinner::builder().assume_spun(true).build());

/// Any text is checked, and its repair applied; directives that it has lie inside it.
pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let directives = Directives::read(&text);
    assert!(!directives.cover(Span::new(text.len(), text.len() + 1)), "a directive reaches beyond the text");
    for unspinner in [&*DEFAULT, &*SPUN] {
        let report = unspinner.check(&text);
        assert_eq!(report.fix(&text, &Selection::All).edits.len(), report.findings.len());
    }
}

/// Any edits are applied or left out: three bytes say where each is and how long its text.
pub(crate) fn fix(data: &[u8]) {
    let (places, text) = data.split_at(data.len() / 2);
    let text = String::from_utf8_lossy(text);
    let edits = places.chunks_exact(3).map(|place| Edit {
        span: Span::new(place[0].min(place[1]).into(), place[0].max(place[1]).into()),
        text: "é".repeat((place[2] % 4).into()),
    });
    let fixed = Fixed::new(&text, edits);
    for edit in &fixed.edits {
        let there = &fixed.text[fixed.map.to_fixed(edit.span).range()];
        // Insertions at one place cannot be told apart.
        let alone = fixed.edits.iter().filter(|other| other.span == edit.span).count() == 1;
        assert!(if alone { there == edit.text } else { there.contains(&edit.text) }, "{edit:?} is at {there:?}");
    }
    assert_eq!(
        fixed.text.len() + fixed.edits.iter().map(|edit| edit.span.len()).sum::<usize>(),
        text.len() + fixed.edits.iter().map(|edit| edit.text.len()).sum::<usize>()
    );
}

/// The text that decisions are about.
const DECIDED: &str =
    "The Protection Secretary stated that the navy would stay within the nation.\r\n\nThe navy stated so.";

/// Any file of decisions is read or refused; what was accepted is applied whole, without overlaps.
pub(crate) fn decisions(data: &[u8]) {
    let Ok(decisions) = Decisions::parse(&String::from_utf8_lossy(data)) else { return };
    let mut findings = SPUN.check(DECIDED).findings;
    // Several of one id, which decisions can name.
    for (n, finding) in findings.iter_mut().enumerate() {
        ["a", "b"][n % 2].clone_into(&mut finding.id);
    }
    let places: Vec<Place> = decisions.places().cloned().collect();
    for place in &places {
        let matched = decisions.find(place, DECIDED, &findings);
        assert_eq!(matched.decided.len(), findings.len());
        let edits = matched.edits(DECIDED, &findings);
        assert!(edits.is_sorted_by_key(|edit| edit.span), "{edits:?}");
        assert_eq!(Fixed::new(DECIDED, edits.clone()).edits, edits, "edits overlap");
    }
    let lines: String = decisions.iter().map(unspin::Decision::to_line).collect();
    let again = Decisions::parse(&lines).expect("what was written can be read");
    assert!(again.iter().eq(decisions.iter()), "decisions are not read back");
}

/// The files of a dictionary, with their first lines.
const FILES: [(&str, &str); 10] = [
    ("substitutions/words.csv", "original,substitutes,source\n"),
    ("substitutions/attested.csv", "spun,original,family,count,pages,source\n"),
    ("substitutions/articles.csv", "spun,original,family,count,pages,source\n"),
    ("substitutions/published.csv", "spun,original,papers,required,excluded,source\n"),
    ("phrases/sure.csv", "phrase,correction,source\n"),
    ("expressions/names.csv", "expression,kind,acronym,source\n"),
    ("inflection/forms.csv", "lemma,form,word,source\n"),
    ("spelling/words.csv", "british,american,use,source\n"),
    ("seldom.csv", "word,stood,swapped,source\n"),
    ("allowed.csv", "phrase,reason\n"),
];

/// Any rows are compiled and used, or refused with the file that they are in; the byte 0xff ends a file. An odd first byte
/// leaves the built-in dictionaries out, on top of which no spellings are taken.
pub(crate) fn dictionary(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let mut files: Vec<SourceFile> = (FILES.iter().zip(data.split(|&byte| byte == 0xff)))
        .map(|((path, head), rows)| SourceFile { path: (*path).into(), bytes: [head.as_bytes(), rows].concat() })
        .collect();
    let sources = "id,title,license,origin,date\nx,X,MIT,x,2026-01-01\n";
    files.push(SourceFile { path: "sources.csv".into(), bytes: sources.into() });
    let builder = Unspinner::builder().builtin_dictionaries(first % 2 == 0).dictionaries(files);
    match builder.assume_spun(true).try_build() {
        Ok(unspinner) => {
            let text = "The American navy would stay within the nation.";
            let report = unspinner.check(text);
            assert_eq!(report.fix(text, &Selection::All).edits.len(), report.findings.len());
        }
        Err(error) => assert!(error.to_string().contains(".csv"), "{error}"),
    }
}

/// Any gold file is read or refused; what is read has its edits inside the text, in both formats, and what is written
/// says the same.
pub(crate) fn gold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let read_m2 = |m2: &str| m2::read("fuzz", m2).map(|contents| contents.documents);
    let read = GoldDocument::read(&text).into_iter().chain(read_m2(&text)).flatten();
    for document in read {
        for edit in &document.edits {
            assert!(document.text.get(edit.span.range()).is_some(), "{:?} outside", edit.span);
        }
        let write = |document: &GoldDocument| m2::write(&document.id, &document.text, &document.edits);
        let again = read_m2(&write(&document)).expect("what was written can be read");
        let [again] = &again[..] else {
            assert!(again.is_empty() && bare(&document.text).is_empty(), "{again:?}");
            continue;
        };
        assert_eq!(bare(&again.text), bare(&document.text));
        // Edits that differ only by the space that they cover become alternatives of one, and what stands for nothing in
        // the format can stand for nothing else.
        let named = document.edits.iter().flat_map(|edit| &edit.corrections).any(|one| one.contains("-NONE-"));
        if again.edits.len() == document.edits.len() && !named {
            assert_eq!(bare(&again.restored().text), bare(&document.restored().text));
        }
        let third = read_m2(&write(again)).expect("what was written can be read");
        assert_eq!(third, std::slice::from_ref(again), "what was read back is written otherwise");
    }
}

/// Any bytes come out as they went in where nothing is edited; an edit of a field is read back.
pub(crate) fn input(format: Format, data: &[u8]) {
    let source = Source::new("fuzz", Some(format), &[]);
    let Ok(rows) = source.read(data.to_vec()) else { return };
    let mut out = Vec::new();
    let mut edited = Vec::new();
    let mut wanted = Vec::new();
    let mut whole = true;
    let mut fits = true;
    for raw in rows {
        let Ok(raw) = raw else {
            whole = false;
            break;
        };
        let Ok(record) = raw.parse() else {
            whole &= format.has_records();
            out.extend(raw.untouched());
            edited.extend(raw.untouched());
            continue;
        };
        out.extend(record.rewrite(&[]).expect("nothing is edited"));
        let mut edits = Vec::new();
        let mut texts = Vec::new();
        for n in 0..record.len() {
            let text = record.text(n);
            let mut text_now = text.to_owned();
            let word = text.split_whitespace().next().map(|word| word.as_ptr() as usize - text.as_ptr() as usize);
            if let Some(start) = word {
                let end = text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length);
                if let Some(parts) = record.source_edits(n, Span::new(start, end), "a \"b\",\t") {
                    edits.extend(parts);
                    text_now.replace_range(start..end, "a \"b\",\t");
                }
            }
            texts.push(text_now);
        }
        match record.rewrite(&edits) {
            Ok(bytes) => edited.extend(bytes),
            // Some encodings have no place for it.
            Err(_) => fits = false,
        }
        wanted.extend(texts);
    }
    if !whole {
        return;
    }
    assert_eq!(out, data, "bytes changed that nothing edited");
    // Other encodings are guessed, and guessed anew when it is read again.
    if fits && format.has_records() && std::str::from_utf8(data).is_ok() {
        let Ok(rows) = source.read(edited) else { panic!("what was written cannot be read") };
        let records = rows.filter_map(|raw| raw.ok()?.parse().ok());
        let read: Vec<String> =
            records.flat_map(|record| (0..record.len()).map(move |n| record.text(n).to_owned())).collect::<Vec<_>>();
        assert_eq!(read, wanted, "edits are not read back");
    }
}
