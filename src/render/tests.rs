//! Every format over one shared report.

use super::*;
use crate::report::{Applicability, Correction, Evidence, Family, Rule, Severity};

const TEXT: &str = "Gates, the Protection Secretary, stated on Tuesday that “the navy would\nremain”, 50% <or> more, \
in a sentence that goes on and on so that it does not fit the window, and said the brand new plan, in the \
nation’s capital, was Each day\nMail news.\n";

fn correction(text: &str, confidence: f32) -> Correction {
    Correction { text: text.into(), confidence }
}

pub(super) fn report() -> Report {
    let span = |words: &str| {
        let start = TEXT.find(words).expect("in the text");
        Span::new(start, start + words.len())
    };
    let finding = |words: &str, corrections: Vec<Correction>, severity, rule, id: &str| Finding {
        span: span(words),
        applicability: if corrections[0].confidence > 0.95 { Applicability::Automatic } else { Applicability::Review },
        corrections,
        severity,
        rule,
        family: Family::Thesaurus,
        message: format!("“{}” is a spinner’s substitute", one_line(words)),
        evidence: vec![
            Evidence { kind: "substitution", text: "listed by two sources".into(), nats: None },
            Evidence { kind: "language-model", text: "far likelier here".into(), nats: Some(4.25) },
        ],
        sources: vec!["authored", "attested"],
        id: id.into(),
    };
    Report {
        spun: 0.99712,
        share: 0.95,
        family: Some(Family::Thesaurus),
        rate: 0.41234,
        tokens: 52,
        findings: vec![
            finding(
                "Protection Secretary",
                vec![correction("Defense Secretary", 0.98), correction("War Secretary", 0.01)],
                Severity::Error,
                Rule::BrokenExpression,
                "0123456789abcdef",
            ),
            finding(
                "navy",
                vec![correction("military", 0.874)],
                Severity::Warning,
                Rule::SwappedWord,
                "1123456789abcdef",
            ),
            finding("brand new ", vec![correction("", 0.7)], Severity::Note, Rule::InsertedWords, "2123456789abcdef"),
            finding(
                "Each day\nMail",
                vec![correction("Daily Mail", 0.999)],
                Severity::Error,
                Rule::BrokenExpression,
                "3123456789abcdef",
            ),
        ],
        fingerprint: None,
    }
}

fn render(format: Format, style: Style) -> String {
    let report = report();
    let clean = Report { spun: 0.003, tokens: 4, ..Report::default() };
    let in_part = Report { share: 0.31, rate: 0.08, ..report.clone() };
    let file = Document::whole("a b.txt", TEXT, &report);
    let documents = [
        file,
        Document { path: "clean.txt", text: "A clean text.", report: &clean, ..file },
        Document { path: "c.jsonl", record: Some(17), field: Some("body"), line: 18, report: &in_part, ..file },
    ];
    let renderer = renderer(format, style);
    let (mut out, mut summary) = (Vec::new(), Summary::default());
    renderer.begin(&mut out).expect("in memory");
    let mut first = true;
    for document in &documents {
        let mut bytes = Vec::new();
        renderer.document(document, usize::MAX, &mut bytes).expect("in memory");
        if !bytes.is_empty() && !std::mem::take(&mut first) {
            out.extend_from_slice(renderer.separator().as_bytes());
        }
        out.extend(bytes);
        summary.add(document.report);
    }
    renderer.end(&summary, &mut out).expect("in memory");
    String::from_utf8(out).expect("text")
}

#[test]
fn snapshots() {
    for (name, format) in [
        ("human", Format::Human),
        ("short", Format::Short),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("rdjsonl", Format::Rdjsonl),
        ("csv", Format::Csv),
        ("html", Format::Html),
    ] {
        let out = render(format, Style::default());
        let out = out.replace(env!("CARGO_PKG_VERSION"), "[version]");
        insta::assert_snapshot!(name, out);
    }
    insta::assert_snapshot!(
        "human_verbose_color",
        render(Format::Human, Style { color: true, width: 60, verbose: true })
    );
}

#[test]
fn what_cannot_be_written_is_told() {
    for format in Format::ALL {
        let renderer = renderer(format, Style::default());
        let mut written = Vec::new();
        renderer.begin(&mut written).expect("into memory");
        let begun = renderer.begin(&mut io::Cursor::new(&mut [0_u8; 0][..]));
        assert_eq!(begun.is_ok(), written.is_empty(), "{format:?}");
    }
}

#[test]
fn every_line_of_the_json_formats_parses() {
    for format in [Format::Json, Format::Rdjsonl] {
        for line in render(format, Style::default()).lines() {
            serde_json::from_str::<serde_json::Value>(line).expect(line);
        }
    }
    let sarif: serde_json::Value = serde_json::from_str(&render(Format::Sarif, Style::default())).expect("one value");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(8));
}

#[test]
fn long_lines_are_windowed() {
    let text = format!("{}navy{}", "a wide sea ".repeat(50_000), " 船 at sea".repeat(50_000));
    let mut report = report();
    report.findings.truncate(1);
    report.findings[0].span = Span::new(550_000, 550_004);
    let document = Document::whole("a", &text, &report);
    let mut out = Vec::new();
    renderer(Format::Human, Style::default()).document(&document, usize::MAX, &mut out).expect("in memory");
    let out = String::from_utf8(out).expect("text");
    let line = out.lines().nth(1).expect("a snippet");
    assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line}");
    assert!(line.contains("sea navy 船 at") && line.contains("| …") && line.ends_with('…'), "{line}");
    // However wide it may be, there is an end to it.
    let mut out = Vec::new();
    let wide = Style { width: usize::MAX, ..Style::default() };
    renderer(Format::Human, wide).document(&document, usize::MAX, &mut out).expect("in memory");
    assert!((50_000..200_000).contains(&out.len()), "{}", out.len());
}

#[test]
fn spans_that_reach_beyond_the_text_are_cut_off() {
    let text = "Gates, the 防";
    let mut report = report();
    let spans = [Span::new(11, 40), Span::new(12, 13), Span::new(500, 520), Span { start: usize::MAX, end: 2 }];
    report.findings.iter_mut().zip(spans).for_each(|(finding, span)| finding.span = span);
    let document = Document::whole("a", text, &report);
    for format in [
        Format::Human,
        Format::Short,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Rdjsonl,
        Format::Csv,
        Format::Html,
    ] {
        let mut out = Vec::new();
        renderer(format, Style::default()).document(&document, usize::MAX, &mut out).expect("in memory");
        let out = String::from_utf8(out).expect("text");
        assert!(out.contains("Defense Secretary") && out.contains('防'), "{out}");
    }
}

#[test]
fn only_what_can_be_written_is_offered() {
    const MARKED: &str = "<p>Pro<b>tection</b> Secretary, Each\n<i>day</i> Mail</p>";
    let span = |part: &str| {
        let start = MARKED.find(part).expect("in the text");
        Span::new(start, start + part.len())
    };
    let edit = |part: &str, new: &str| Edit { span: span(part), text: new.into() };
    let mut report = report();
    report.findings.truncate(2);
    let [one, two] = report.findings.as_mut_slice() else { panic!("two findings") };
    (one.span, two.span) = (span("Pro<b>tection</b> Secretary"), span("Each\n<i>day"));
    two.corrections.push(correction("Daily", 0.1));
    let both = vec![edit("Each", "The"), edit("day", "Daily")];
    let edits = Edits::from([(one.span, vec![vec![], vec![]]), (two.span, vec![both, vec![]])]);
    let edits = Some(&edits);
    let document = Document { edits, ..Document::whole("a", MARKED, &report) };
    let rows = |format: Format| -> Vec<serde_json::Value> {
        let (renderer, mut out) = (renderer(format, Style::default()), Vec::new());
        let index = LineIndex::new(MARKED);
        for finding in &report.findings {
            renderer.finding(&document, &index, finding, &mut out).expect("in memory");
            out.push(b'\n');
        }
        let lines = std::str::from_utf8(&out).expect("text").lines().filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let sarif = rows(Format::Sarif);
    assert_eq!(sarif[0].get("fixes"), None);
    let replacements = sarif[1]["fixes"][0]["artifactChanges"][0]["replacements"].as_array().expect("a list");
    let new: Vec<&str> = replacements.iter().filter_map(|one| one["insertedContent"]["text"].as_str()).collect();
    let old = replacements.iter().filter_map(|one| one["deletedRegion"]["snippet"]["text"].as_str());
    let old: Vec<&str> = old.collect();
    assert_eq!((old, new), (vec!["Each", "day"], vec!["The", "Daily"]));
    let rdjsonl = rows(Format::Rdjsonl);
    assert_eq!(rdjsonl[0].get("suggestions"), None);
    let range = serde_json::json!({ "start": { "line": 1, "column": 33 }, "end": { "line": 2, "column": 7 } });
    assert_eq!(rdjsonl[1]["suggestions"], serde_json::json!([{ "range": range, "text": "The\n<i>Daily" }]));
}

#[test]
fn what_is_not_shown_is_counted() {
    let report = report();
    let document = Document::whole("a", TEXT, &report);
    let shown = |format: Format, most: usize| {
        let mut out = Vec::new();
        renderer(format, Style::default()).document(&document, most, &mut out).expect("in memory");
        String::from_utf8(out).expect("text")
    };
    for (format, mark, says) in [
        (Format::Human, "^ ", "4 findings, 2 safe"),
        (Format::Json, "\"finding\"", "\"findings\":4"),
        (Format::Html, "<mark", "<span class=\"count\">1</span> of 4"),
    ] {
        let one = shown(format, 1);
        assert_eq!(one.matches(mark).count(), 1, "{one}");
        assert!(one.contains(says), "{one}");
        assert_eq!(shown(format, 0).matches(mark).count(), 0);
    }
}

#[test]
fn summaries_add_up() {
    let (mut one, mut two) = (Summary::default(), Summary::default());
    one.add(&report());
    two.merge(&one);
    two.merge(&one);
    one.add(&report());
    assert_eq!(one, two);
    assert_eq!(one.confidence, [0, 0, 0, 0, 0, 0, 0, 2, 2, 4]);
}
