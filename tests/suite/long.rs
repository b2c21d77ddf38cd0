//! Texts longer than what is held of one: passage by passage they give what the library gives for the whole.

use std::fs;
use std::io::Write;

use serde_json::Value;
use unspin::{Report, Selection, Unspinner};

use crate::run::{directory, unspin};

const CLEAN: &str = include_str!("../examples/clean-article.txt");
const SPUN: &str = include_str!("../examples/spun-article.txt");
/// Texts that are longer are worked on passage by passage.
const LONG: usize = 1 << 17;

/// Spun for some passages, clean then; so many bytes.
fn text(bytes: usize) -> String {
    // The middle of what is spun is not reported.
    let mut text = format!("é {SPUN}\n").repeat(50) + "unspin:off\n" + SPUN + "unspin:on\n" + &SPUN.repeat(25);
    assert!(text.len() < bytes, "{}", text.len());
    text += &CLEAN.repeat(bytes / CLEAN.len());
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// What the library finds in all of it at once, less what the text keeps from being reported.
fn whole(text: &str) -> Report {
    let mut report = Unspinner::builtin().check(text);
    let directives = unspin::Directives::read(text);
    report.findings.retain(|finding| !directives.cover(finding.span));
    report
}

#[test]
fn passages_give_what_the_whole_gives() {
    for bytes in [LONG, LONG + 1] {
        let text = text(bytes);
        let report = whole(&text);
        assert!(report.findings.len() > 200, "{}", report.findings.len());
        let place = directory(&[("a.txt", text.as_bytes())]);
        let run = |args: &[&str]| unspin(place.path(), &[args, &["--isolated", "a.txt"]].concat(), b"");

        let json = run(&["check", "--format", "json", "-j2"]);
        let lines: Vec<Value> = json.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let (found, rest) = lines.split_at(report.findings.len());
        for (line, finding) in found.iter().zip(&report.findings) {
            assert_eq!(line["id"], finding.id.as_str());
            assert_eq!(line["span"]["byte"], serde_json::json!([finding.span.start, finding.span.end]));
            assert_eq!(line["line"], 1 + text[..finding.span.start].matches('\n').count());
        }
        assert_eq!(rest[0]["type"], "document");
        assert_eq!(rest[0]["tokens"], report.tokens);
        assert_eq!(rest[0]["findings"], report.findings.len());
        assert_eq!(rest[1]["type"], "summary");
        assert_eq!(rest[1]["documents"], 1);
        assert_eq!(rest[1]["findings"], report.findings.len());
        assert_eq!(run(&["check", "--format", "json", "-j1"]).out, json.out);

        let fixed = run(&["fix", "-j2"]);
        assert_eq!(fixed.text(), report.fix(&text, &Selection::All).text);
        assert_eq!(fixed.err.lines().count(), report.findings.len());
    }
}

#[test]
fn a_long_text_is_limited_closed_and_put_back_like_any_other() {
    let text = text(LONG + 60_000);
    let report = whole(&text);
    let fixed = report.fix(&text, &Selection::All).text;
    let html = format!("<p>{}</p>\n<!-- end -->\n", text.replace("\n\n", "</p>\n<p>"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("in memory");
    let packed = packed.finish().expect("in memory");
    let clean = CLEAN.repeat(LONG / CLEAN.len() + 1);
    let files =
        [("a.txt", text.as_bytes()), ("b.txt.gz", &packed), ("c.html", html.as_bytes()), ("d.txt", clean.as_bytes())];
    let place = directory(&files);
    let run = |args: &[&str]| unspin(place.path(), &[args, &["--isolated"]].concat(), b"");

    let human = run(&["check", "--max-findings", "7", "a.txt", "d.txt"]);
    let last = human.text().trim_end().lines().rev().nth(2).expect("lines");
    let count = report.findings.len();
    assert!(last.starts_with("a.txt: ") && last.contains(&format!(", {count} findings, ")), "{last}");
    assert_eq!(human.text().lines().filter(|line| line.starts_with("a.txt:") && line.contains('→')).count(), 7);

    let sarif: Value =
        serde_json::from_slice(&run(&["check", "--format", "sarif", "a.txt", "b.txt.gz"]).out).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(2 * report.findings.len()));

    assert_eq!(run(&["score", "--format", "json", "a.txt"]).text().matches("\"document\"").count(), 1);
    let diff = run(&["diff", "a.txt"]);
    assert_eq!(diff.text().lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")).count(), {
        text.lines().zip(fixed.lines()).filter(|(old, new)| old != new).count()
    });

    let before = fs::metadata(place.path().join("d.txt")).expect("there").modified().expect("known");
    let done = run(&["fix", "--write", "-q", "."]);
    assert_eq!(done.err, "");
    assert_eq!(fs::read_to_string(place.path().join("a.txt")).expect("there"), fixed);
    assert_eq!(fs::metadata(place.path().join("d.txt")).expect("there").modified().expect("known"), before);
    let mut unpacked = String::new();
    let file = fs::File::open(place.path().join("b.txt.gz")).expect("there");
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut unpacked).expect("whole");
    assert_eq!(unpacked, fixed);
    let html = fs::read_to_string(place.path().join("c.html")).expect("there");
    assert!(html.starts_with("<p>") && html.ends_with("</p>\n<!-- end -->\n"));
    assert_eq!(
        run(&["check", "-q", "."]).text().lines().count(),
        run(&["check", "-q", "-j1", "."]).text().lines().count()
    );
}
