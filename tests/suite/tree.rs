//! `fix --write` over a tree of everything: only files with findings change, and only where the findings are.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::run::{Ran, unspin};

/// What a file of the tree is, and how its text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Text,
    Crlf,
    Bom,
    Latin1,
    Utf16Le,
    Utf16Be,
    Markdown,
    Html,
    Jsonl,
    Csv,
    TextGz,
    JsonlZst,
    ReadOnly,
    Binary,
    Program,
    Zeros,
    Hidden,
    Ignored,
    Empty,
}

use Kind::{
    Binary, Bom, Crlf, Csv, Empty, Hidden, Html, Ignored, Jsonl, JsonlZst, Latin1, Markdown, Program, ReadOnly, Text,
    TextGz, Utf16Be, Utf16Le, Zeros,
};

const KINDS: [Kind; 19] = [
    Text, Crlf, Bom, Latin1, Utf16Le, Utf16Be, Markdown, Html, Jsonl, Csv, TextGz, JsonlZst, ReadOnly, Binary, Program,
    Zeros, Hidden, Ignored, Empty,
];

impl Kind {
    fn name(self, n: usize) -> String {
        match self {
            Text | Crlf | Bom | Latin1 | Utf16Le | Utf16Be | ReadOnly => format!("ä {n}.txt"),
            Markdown => format!("{n}.md"),
            Html => format!("{n}.html"),
            Jsonl => format!("{n}.jsonl"),
            Csv => format!("{n}.csv"),
            TextGz => format!("{n}.txt.gz"),
            JsonlZst => format!("{n}.jsonl.zst"),
            Binary | Program | Zeros => format!("{n}.bin"),
            Hidden => format!(".{n}.txt"),
            Ignored => format!("{n}.ignored"),
            Empty => format!("{n}"),
        }
    }

    /// The file of a text, and how it is decoded again.
    fn content(self, text: &str) -> Vec<u8> {
        let encoded = |bytes: Vec<u16>, to: fn(u16) -> [u8; 2]| bytes.into_iter().flat_map(to).collect::<Vec<u8>>();
        match self {
            Text | ReadOnly | Hidden | Ignored => text.as_bytes().to_vec(),
            Crlf => text.replace('\n', "\r\n").into_bytes(),
            Bom => format!("\u{feff}{text}").into_bytes(),
            Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            Utf16Le => encoded(format!("\u{feff}{text}").encode_utf16().collect(), u16::to_le_bytes),
            Utf16Be => encoded(format!("\u{feff}{text}").encode_utf16().collect(), u16::to_be_bytes),
            Markdown => {
                format!("---\ntitle: the navy\n---\n# Navy\n\n```\nthe American navy\n```\n\n{text}").into_bytes()
            }
            Html => {
                let text =
                    text.replace('&', "&amp;").replace('\u{e9}', "&eacute;").replace('\n', "</p>\n<p class='navy'>");
                format!("<!doctype html>\n<title>x</title><script>navy = \"navy\"</script>\n<p>{text}</p>").into_bytes()
            }
            Jsonl | JsonlZst => {
                let line = |text: &str| json!({ "id": 7, "text": text, "z": "the American navy" }).to_string();
                format!("{}\n\n{{ \"text\" : \"x\" }}\n{}", line(text).replace('\u{e9}', "\\u00e9"), line(text))
                    .into_bytes()
            }
            Csv => {
                let field = text.replace('"', "\"\"");
                format!("id,text\r\n1,\"{field}\"\r\n2,x\r\n3,\"{field}\"\r\n").into_bytes()
            }
            TextGz => text.as_bytes().to_vec(),
            Binary => [&b"\0\x01".repeat(9)[..], text.as_bytes()].concat(),
            // As programs begin, this one with a text inside.
            Program => {
                let program = fs::read(std::env::current_exe().expect("told")).expect("there");
                [&program[..1024], text.as_bytes()].concat()
            }
            Zeros => vec![0; 1024],
            Empty => Vec::new(),
        }
    }

    /// Bytes of the file as text, with a mark where there was one.
    fn decoded(self, bytes: &[u8]) -> String {
        let units =
            |from: fn([u8; 2]) -> u16| -> Vec<u16> { bytes.chunks_exact(2).map(|c| from([c[0], c[1]])).collect() };
        match self {
            Latin1 => bytes.iter().map(|&byte| char::from(byte)).collect(),
            Utf16Le => String::from_utf16(&units(u16::from_le_bytes)).expect("UTF-16"),
            Utf16Be => String::from_utf16(&units(u16::from_be_bytes)).expect("UTF-16"),
            _ => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        }
    }
}

fn packed(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    match kind {
        TextGz => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(bytes).expect("in memory");
            writer.finish().expect("in memory")
        }
        JsonlZst => zstd::encode_all(bytes, 1).expect("in memory"),
        _ => bytes.to_vec(),
    }
}

fn unpacked(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    match kind {
        TextGz => {
            let mut out = Vec::new();
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("gzip");
            out
        }
        JsonlZst => zstd::decode_all(bytes).expect("zstd"),
        _ => bytes.to_vec(),
    }
}

/// The places of a record's fields in the decoded file, by record: where each character of the value is written.
fn values(kind: Kind, text: &str) -> BTreeMap<u64, Vec<usize>> {
    let mut values = BTreeMap::new();
    if kind == Csv {
        // Rows may span lines: quotes tell where they end.
        let (mut at, mut record) = (text.find('\n').expect("a header") + 1, 1);
        while at < text.len() {
            let start = at + text[at..].find(',').expect("two columns") + 1;
            let quoted = text[start..].starts_with('"');
            let mut places = Vec::new();
            let mut here = start + usize::from(quoted);
            loop {
                let rest = &text[here..];
                let step = match rest.as_bytes() {
                    [b'"', b'"', ..] => 2,
                    [b'"' | b'\r', ..] => break,
                    _ => rest.chars().next().expect("inside").len_utf8(),
                };
                let value = if step == 2 && rest.starts_with('"') { 1 } else { step };
                places.extend(std::iter::repeat_n(here, value));
                here += step;
            }
            places.push(here);
            values.insert(record, places);
            at = here + text[here..].find('\n').expect("a line") + 1;
            record += 1;
        }
        return values;
    }
    let mut at = 0;
    for (record, line) in (1..).zip(text.split_inclusive('\n')) {
        if let Some(start) = line.starts_with("{\"id\"").then(|| line.find("\"text\":\"").expect("a field") + 8) {
            let mut places = Vec::new();
            let mut here = start;
            while !line[here..].starts_with('"') {
                let rest = &line[here..];
                let (step, value) = match rest.as_bytes() {
                    [b'\\', b'u', ..] => (6, 2),
                    [b'\\', ..] => (2, 1),
                    _ => (
                        rest.chars().next().expect("inside").len_utf8(),
                        rest.chars().next().expect("inside").len_utf8(),
                    ),
                };
                places.extend(std::iter::repeat_n(at + here, value));
                here += step;
            }
            places.push(at + here);
            values.insert(record, places);
        }
        at += line.len();
    }
    values
}

/// The file as it must be after the findings are applied.
fn wanted(kind: Kind, before: &str, findings: &[Value]) -> String {
    let mark = if before.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let values = if matches!(kind, Jsonl | JsonlZst | Csv) { values(kind, before) } else { BTreeMap::new() };
    let mut edits: Vec<(usize, usize, &str)> = (findings.iter())
        .map(|one| {
            let end = |end: usize| one["span"]["byte"][end].as_u64().expect("a number") as usize;
            let place = |at: usize| match one["record"].as_u64() {
                Some(record) => values[&record][at],
                None => mark + at,
            };
            (place(end(0)), place(end(1)), one["corrections"][0]["text"].as_str().expect("text"))
        })
        .collect();
    edits.sort_unstable();
    let mut out = before.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

fn findings(ran: &Ran) -> BTreeMap<String, Vec<Value>> {
    let mut findings: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in ran.text().lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if line["type"] == "finding" {
            findings.entry(line["path"].as_str().expect("text").to_owned()).or_default().push(line);
        }
    }
    findings
}

#[expect(clippy::print_stdout, reason = "the figures are what the long run is for")]
fn tree(files: usize) {
    let root = tempfile::tempdir().expect("a place");
    let spun = fs::read_to_string("tests/examples/spun-article.txt").expect("there");
    let clean = fs::read_to_string("tests/examples/clean-article.txt").expect("there");
    fs::write(root.path().join(".gitignore"), "*.ignored\n").expect("written");
    let mut all: Vec<(PathBuf, Kind, Vec<u8>)> = Vec::new();
    for n in 0..files {
        let kind = KINDS[n % KINDS.len()];
        let text =
            format!("Caf\u{e9} number {n}.\n\n{}", if (n / KINDS.len()).is_multiple_of(3) { &spun } else { &clean });
        let bytes = packed(kind, &kind.content(&text));
        let path = PathBuf::from(format!("in/{}/{}/{}", n % 7, n % 11, kind.name(n)));
        let place = root.path().join(&path);
        fs::create_dir_all(place.parent().expect("inside")).expect("made");
        fs::write(&place, &bytes).expect("written");
        if kind == ReadOnly {
            let mut permissions = fs::metadata(&place).expect("there").permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&place, permissions).expect("set");
        }
        all.push((path, kind, bytes));
    }
    let stamp = |path: &Path| fs::metadata(root.path().join(path)).expect("there").modified().expect("told");
    let stamps: Vec<_> = all.iter().map(|(path, ..)| stamp(path)).collect();
    let found = findings(&unspin(root.path(), &["check", "--format", "json", "in"], b""));
    let ran = unspin(root.path(), &["fix", "--write", "-q", "in"], b"");

    let (mut changed, mut edits, mut untouched, mut refused) = (0, 0, 0, 0);
    for ((path, kind, before), stamp_before) in all.iter().zip(stamps) {
        let shown = path.to_str().expect("UTF-8");
        let after = fs::read(root.path().join(path)).expect("there");
        let mine = found.get(shown).map_or(&[][..], Vec::as_slice);
        assert!(mine.is_empty() || !matches!(kind, Binary | Program | Zeros | Hidden | Ignored | Empty), "{shown}");
        if *kind == ReadOnly {
            assert_eq!(ran.err.contains(&format!("{shown}: is read-only")), !mine.is_empty(), "{}", ran.err);
            refused += usize::from(!mine.is_empty());
        }
        if mine.is_empty() || *kind == ReadOnly {
            assert!(after == *before && stamp(path) == stamp_before, "{shown}: changed without a reason");
            untouched += 1;
            continue;
        }
        let (old, new) = (kind.decoded(&unpacked(*kind, before)), kind.decoded(&unpacked(*kind, &after)));
        assert_eq!(new, wanted(*kind, &old, mine), "{shown}");
        changed += 1;
        edits += mine.len();
    }
    assert_eq!((ran.code, refused > 0), (2, true), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), refused, "{}", ran.err);
    let count = walk(&root.path().join("in"));
    assert_eq!(count, files, "files were left or lost");
    assert!(changed * 5 > files && changed > refused, "only {changed} files changed");
    println!(
        "{files} files: {changed} changed in {edits} places, {untouched} untouched, of which {refused} are read-only"
    );
}

fn walk(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).expect("listed").map(|entry| entry.expect("listed").path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[test]
fn only_findings_change() {
    tree(KINDS.len() * 6);
}

/// `cargo test --release --test suite tree -- --ignored --nocapture` tells the figures.
#[test]
#[ignore = "takes a minute"]
fn only_findings_change_in_5000_files() {
    tree(5000);
}
