//! SARIF is what its schema says, whatever the inputs are; what it and rdjsonl offer is what `fix` does.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";
/// What is sure enough to be repaired unseen.
const CERTAIN: &str = "The general was the chairman of the Joint Chiefs of Employees.";

#[test]
fn sarif_is_valid() {
    let schema = fs::read_to_string("tests/schema/sarif-2.1.0-rtm.5.json").expect("there");
    // The pattern of language tags has a bracket too many, which the standard mended later.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", "{2}?$")).expect("JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema, with no other one in it");
    let text = format!("Nobody knew.\r\n\r\n😀 e\u{301} {SPUN}\r\n");
    let latin: Vec<u8> = format!("caf\u{e9} {SPUN}").chars().map(|c| c as u8).collect();
    let here = directory(&[
        ("in/a b é #1.txt", text.as_bytes()),
        ("in/b.md", format!("# \u{201c}x\u{201d}\n\n* {SPUN}\n").as_bytes()),
        ("in/c.html", format!("<p>{SPUN} &amp; brand\n<b>new</b> &lt;x&gt;</p>").as_bytes()),
        ("in/d.jsonl", format!("{{\"a\":{{\"b\":\"{SPUN}\"}}}}\n{{\"a\":\n{{\"a\":{{\"b\":\"x\"}}}}\n").as_bytes()),
        ("in/e.csv", format!("id,a.b\n1,\"{SPUN}\n\"\"x\"\"\"\n").as_bytes()),
        ("in/f.txt", &latin),
        ("in/g.txt", b"Nobody knew."),
        ("in/h.bin", b"a\0b"),
    ]);
    let absolute = here.path().join("in").to_str().expect("UTF-8").to_owned();
    for (paths, least) in [(&["in"][..], 12), (&[&absolute], 12), (&["in/g.txt"], 0), (&["-", "in/g.txt"], 2)] {
        // Standard input has no name that tells of fields.
        let fields = if paths.contains(&"-") { &[][..] } else { &["--field", "a.b", "--column", "a.b"] };
        let args = [&["check", "--assume-spun", "--format", "sarif"], fields, paths].concat();
        let ran = unspin(here.path(), &args, SPUN.as_bytes());
        let log: Value = serde_json::from_slice(&ran.out).expect("JSON");
        let faults: Vec<String> =
            validator.iter_errors(&log).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{paths:?}: {faults:#?}");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        assert!(results.len() >= least && results.is_empty() == (least == 0), "{paths:?}: {}", results.len());
    }
    // The schema does hold something.
    let log = serde_json::json!({ "version": "2.1.0", "runs": [{ "tool": {} }] });
    assert!(!validator.is_valid(&log));
}

/// The offset of a line and a column, both from 1, the column in characters or in bytes.
fn offset(text: &str, place: (&Value, &Value), chars: bool) -> usize {
    let number = |value: &Value| value.as_u64().expect("a number") as usize - 1;
    let start: usize = text.split_inclusive('\n').take(number(place.0)).map(str::len).sum();
    let column = number(place.1);
    let before = |line: &str| line.chars().take(column).map(char::len_utf8).sum();
    start + if chars { before(&text[start..]) } else { column }
}

/// The text with the fixes of SARIF, and with the first suggestions of rdjsonl.
fn with_fixes(here: &Path, name: &str) -> [String; 2] {
    let text = fs::read_to_string(here.join(name)).expect("there");
    let run = |format: &str| unspin(here, &["check", "--isolated", "--assume-spun", "--format", format, name], b"");
    let (mut fixes, mut suggestions) = (Vec::new(), Vec::new());
    let log: Value = serde_json::from_slice(&run("sarif").out).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for result in list(&log["runs"][0]["results"]) {
        for one in list(&result["fixes"][0]["artifactChanges"][0]["replacements"]) {
            let region = &one["deletedRegion"];
            let at = |line: &str, column: &str| offset(&text, (&region[line], &region[column]), true);
            let new = one["insertedContent"]["text"].as_str().expect("text").to_owned();
            fixes.push((at("startLine", "startColumn")..at("endLine", "endColumn"), new));
        }
    }
    for line in run("rdjsonl").text().lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let Some(one) = row["suggestions"].get(0) else { continue };
        let at = |end: &str| offset(&text, (&one["range"][end]["line"], &one["range"][end]["column"]), false);
        suggestions.push((at("start")..at("end"), one["text"].as_str().expect("text").to_owned()));
    }
    [fixes, suggestions].map(|mut edits| {
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let mut text = text.clone();
        edits.iter().for_each(|(range, new)| text.replace_range(range.clone(), new));
        text
    })
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told_by_their_bytes() {
    use std::os::unix::ffi::OsStrExt;

    let here = directory(&[]);
    fs::write(here.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt")), SPUN).expect("written");
    let ran = unspin(here.path(), &["check", "--isolated", "--assume-spun", "--format", "sarif", "."], b"");
    let log: Value = serde_json::from_slice(&ran.out).expect("JSON");
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "caf%E9.txt");
}

#[test]
fn markup_survives_what_is_offered() {
    let inside = SPUN.replace("Protection", "Pro<b>tection</b>").replace("navy", "na<!-- c -->vy");
    let between = SPUN.replace("Protection Secretary", "Protection <i>Secretary</i>").replace("on Tuesday", "&eacute;");
    let broken = CERTAIN.replace("Employees", "Emplo<b>yees</b>");
    let files = [
        ("a.html", format!("<p>é {inside}</p>\n<p>{between}</p>\n")),
        (
            "b.html",
            format!("<p>{broken}</p>\n<p>The Defense Secretary mentioned on Tuesday that it would remain.</p>\n"),
        ),
        ("c.md", format!("é {}\n\n* *{SPUN}*\n", SPUN.replace("nation", "na<!-- c -->tion"))),
        ("d.txt", format!("é\n{SPUN}\n{CERTAIN}\n")),
        // What goes with something beside it that cannot be written.
        (
            "e.html",
            "<p>The Protection Secretary stated that a <b>brand</b> new navy would stay. They should be <b>taught again</b> \
             in school, and the people would be <b>taught</b> well.</p>\n<p>They said the <b>bo</b>som peril was the \
             reason.</p>\n"
                .to_owned(),
        ),
    ];
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let here = directory(&bytes);
    for (name, text) in &files {
        let fixed = unspin(here.path(), &["fix", "-q", "--isolated", "--assume-spun", name], b"");
        assert_ne!(fixed.text(), text);
        for offered in with_fixes(here.path(), name) {
            assert_eq!(offered, fixed.text(), "{name}");
        }
    }
    // What cannot be written is nothing to apply unseen.
    let safe = |name: &str| {
        let ran = unspin(here.path(), &["check", "--isolated", "--assume-spun", name], b"");
        !ran.text().contains(" 0 safe to apply unseen") && ran.text().contains(", automatic)")
    };
    assert!(safe("d.txt") && !safe("b.html"));
}
