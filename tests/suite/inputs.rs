//! Inputs of every kind: a sensible result or a clear message, and nothing damaged.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::run::{command, directory, unspin};

const CLEAN: &str = "The ship left the harbor at noon. Nobody on board knew where it was going.\n";
const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.\n\
The paper was unsigned however bearing the typed identify of the officer, Each day Mail said.\n";

/// A record of JSON Lines that is no UTF-8.
const LATIN: &[u8] = b"{\"text\":\"The caf\xe9 isn\x92t \x93open\x94 today\"}\n";

fn utf16(text: &str) -> Vec<u8> {
    [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
}

#[test]
fn clean_texts_come_out_as_they_went_in() {
    let cases: &[(&str, Vec<u8>)] = &[
        ("empty", Vec::new()),
        ("line feeds", CLEAN.into()),
        ("no last line feed", CLEAN.trim_end().into()),
        ("carriage returns", CLEAN.replace('\n', "\r\n").repeat(3).into()),
        ("byte order mark", format!("\u{feff}{CLEAN}").into()),
        ("Latin-1", b"The caf\xe9 opened at noon, and the cr\xe8me was good.\n".to_vec()),
        ("UTF-16", utf16(CLEAN)),
        ("invalid UTF-8", b"The ship \xff left \xe2\x80 at noon.\n".to_vec()),
        ("only spaces", b" \n\t\r\n ".to_vec()),
    ];
    let here = directory(&[]);
    for (name, bytes) in cases {
        let ran = unspin(here.path(), &["fix"], bytes);
        assert_eq!((ran.code, &ran.out), (0, bytes), "{name}: {}", ran.err);
        assert_eq!(unspin(here.path(), &["check"], bytes).code, 0, "{name}");
        assert_eq!(unspin(here.path(), &["diff"], bytes).out, b"", "{name}");
    }
}

#[test]
fn trouble_is_named_and_the_run_goes_on() {
    let files: &[(&str, &[u8])] = &[
        ("good.txt", CLEAN.as_bytes()),
        ("binary", b"a\0b\x01"),
        ("cut.txt.gz", b"\x1f\x8b\x08\x00\x00"),
        ("rows.jsonl", b"{\"text\":\"The ship left at noon.\"}\n{\"text\":\n{\"text\":\"Nobody knew.\"}\n"),
        ("open.csv", b"text\n\"never closed\n"),
        ("other.csv", b"id,body\n1,One.\n"),
    ];
    let here = directory(files);
    let rows: String = (0..3000).map(|n| if n % 2 == 0 { "{\"text\":\"One.\"}\n" } else { "{\"text\":\n" }).collect();
    fs::write(here.path().join("many.jsonl"), rows).expect("written");
    let ran = unspin(here.path(), &["check", "--format", "json", "many.jsonl", "rows.jsonl"], b"");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!((ran.code, lines.len()), (2, 22), "{}", ran.err);
    assert_eq!(lines[20], "unspin: many.jsonl: ... and 1480 more like these");
    assert!(ran.text().contains("\"unreadable\":1501"), "{}", ran.text().lines().last().unwrap_or_default());
    for (path, says) in [
        ("missing.txt", "missing.txt: no such file or directory"),
        ("binary", "binary: is binary, not text"),
        ("cut.txt.gz", "cut.txt.gz: cannot be read"),
        ("rows.jsonl", "rows.jsonl, record 2: is not JSON: EOF while parsing a value at column 8"),
        ("open.csv", "open.csv, record 1: the quote opened in the row at line 2 is never closed"),
        ("other.csv", "other.csv: has no column \"text\"; it has id, body; name the one that is text with --column"),
    ] {
        let ran = unspin(here.path(), &["score", path, "good.txt"], b"");
        assert_eq!(ran.code, 2, "{path}");
        assert!(ran.err.contains(says), "{path}: {}", ran.err);
        assert!(ran.text().ends_with("good.txt\n"), "{path}: {}", ran.text());
    }
    // What is compressed and does not say so is told with what to do about it.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&CLEAN.repeat(9).into_bytes()).expect("compressed");
    let gzip = gzip.finish().expect("compressed");
    let zstd = zstd::encode_all(CLEAN.repeat(9).as_bytes(), 0).expect("compressed");
    for (name, bytes, says) in [
        ("plain.jsonl.gz", CLEAN.as_bytes(), "it is no gzip data; take the ending off its name"),
        ("plain.txt.gz", CLEAN.as_bytes(), "it is no gzip data; take the ending off its name"),
        ("plain.txt.zst", CLEAN.as_bytes(), "it is no zstd data; take the ending off its name"),
        ("other.csv.gz", &zstd, "it is zstd data, not gzip; name it FILE.zst"),
        ("other.txt.zst", &gzip, "it is gzip data, not zstd; name it FILE.gz"),
        ("empty.txt.zst", b"", "incomplete frame"),
        (
            "more.txt.gz",
            &[&gzip[..], b"more"].concat(),
            "what comes behind its gzip data is none; gzip -dc leaves it out",
        ),
    ] {
        let here = directory(&[(name, bytes)]);
        let ran = unspin(here.path(), &["check", name], b"");
        assert_eq!((ran.code, ran.err), (2, format!("unspin: {name}: cannot be read: {says}\n")));
    }
    for (bytes, says) in [(&gzip, "is gzip data: name it FILE.gz, or"), (&zstd, "is zstd data: name it FILE.zst, or")] {
        fs::write(here.path().join("packed.jsonl"), bytes).expect("written");
        for (args, stdin) in [(&["score", "-"][..], bytes.as_slice()), (&["score", "packed.jsonl"], b"")] {
            let ran = unspin(here.path(), args, stdin);
            assert!(ran.code == 2 && ran.err.contains(says), "{args:?}: {}", ran.err);
        }
    }
    // Once, and in the same words, where files are rewritten.
    let ran = unspin(here.path(), &["fix", "--write", "-q", "missing.txt"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (2, "unspin: missing.txt: no such file or directory\n"));
    // A bad row is passed on as it is.
    let ran = unspin(here.path(), &["fix", "rows.jsonl"], b"");
    assert_eq!((ran.code, ran.out.as_slice()), (2, files[3].1));
}

#[test]
fn fields_are_of_json_lines_and_columns_of_tables() {
    let here = directory(&[
        ("a.jsonl", b"{\"body\":\"The ship left at noon.\"}\n"),
        ("b.csv", b"id,words\n1,Nobody knew why.\n"),
        ("c.csv", b"body\nNobody knew why.\n"),
    ]);
    for args in [
        &["--field", "body", "--column", "words", "a.jsonl", "b.csv"][..],
        &["--field", "body", "--column", "words", "--column", "2", "--field", "body", "a.jsonl", "b.csv"],
        // One of the two stands for both.
        &["--field", "body", "a.jsonl", "c.csv"],
        &["--column", "body", "a.jsonl", "c.csv"],
    ] {
        let ran = unspin(here.path(), &[&["score"], args].concat(), b"");
        assert_eq!((ran.code, ran.text().lines().count()), (0, 2), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_field_that_no_record_has_is_told() {
    let here = directory(&[
        ("other.jsonl", b"{\"body\":\"One.\"}\n"),
        ("blank.jsonl", b"\n \n"),
        ("header.csv", b"id,text\n"),
        ("empty.csv", b"id,text\n1,\n2,\n"),
        ("one.jsonl", b"{\"text\":\"One.\"}\n{\"text\":null}\n"),
    ]);
    let score = |args: &[&str]| unspin(here.path(), &[&["score"], args].concat(), b"");
    let ran = score(&["other.jsonl"]);
    let says = "unspin: other.jsonl: no record has a text in \"text\"; name the field with --field\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, says));
    for args in [&["blank.jsonl"][..], &["header.csv"], &["empty.csv"], &["--shard", "2/2", "one.jsonl"]] {
        let ran = score(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    }
}

/// The pound sign has no place in windows-1250.
#[test]
fn what_an_encoding_lacks_is_left_out_and_nothing_else() {
    let text = |price: &str, who: &str| {
        let czech = b"P\xf8\xedli\x9a \x9elu\x9dou\xe8k\xfd k\xf9\xf2 \xfap\xecl \xef\xe1belsk\xe9 \xf3dy in Brno.\n\n";
        let spun = format!(
            "The ticket is {price} in London, but the better viewpoint is free. The {who} Secretary said that it would stay.\n"
        );
        [&czech[..], spun.as_bytes()].concat()
    };
    let here = directory(&[("a.txt", &text("?fifteen", "Protection"))]);
    let ran = unspin(here.path(), &["fix", "--isolated", "--assume-spun", "a.txt"], b"");
    assert_eq!((ran.code, ran.out), (1, text("?fifteen", "Defense")), "{}", ran.err);
    let says = "?fifteen \u{2192} \u{a3}15 cannot be written: windows-1250 lacks a character of it; convert the file to UTF-8\n";
    assert!(ran.err.ends_with(says), "{}", ran.err);
    // Nor is it offered.
    let ran = unspin(here.path(), &["check", "--isolated", "--assume-spun", "--format", "sarif", "a.txt"], b"");
    let log: Value = serde_json::from_slice(&ran.out).expect("JSON");
    let fixes: Vec<bool> =
        log["runs"][0]["results"].as_array().expect("a list").iter().map(|one| one["fixes"].is_array()).collect();
    assert_eq!(fixes, [false, true]);
}

#[test]
fn records_without_a_text_are_counted() {
    let rows = b"{\"text\":5}\n{\"text\":\"ok\"}\n\n{\"other\":\"x\"}\n{\"text\":\"\"}\n";
    let here = directory(&[("mixed.jsonl", rows), ("one.csv", b"id,text\n1,\n2,ok\n")]);
    let ran = unspin(here.path(), &["score", "-v", "--stats", "figures", "mixed.jsonl", "one.csv"], b"");
    let says =
        "unspin: mixed.jsonl: 3 records have no text in \"text\"\nunspin: one.csv: 1 record has no text in \"text\"\n";
    assert_eq!((ran.code, ran.err.as_str()), (0, says));
    let figures: Value = serde_json::from_slice(&fs::read(here.path().join("figures")).expect("there")).expect("JSON");
    assert_eq!((&figures["documents"], &figures["textless"]), (&json!(2), &json!(4)));
    let ran = unspin(here.path(), &["score", "mixed.jsonl"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // The field that was asked for is there.
    let ran = unspin(here.path(), &["fix", "--input", "jsonl"], b"{\"text\":\"\"}\n");
    assert_eq!((ran.code, ran.text(), ran.err.as_str()), (0, "{\"text\":\"\"}\n", ""));
}

#[test]
fn markup_in_fields_is_left_alone_where_that_is_said() {
    let html = format!("<p class=\"American navy\" title=\"Protection Secretary\">{}</p>", SPUN.replace(',', " &amp;"));
    let rows = json!({ "body": html }).to_string() + "\n";
    let here = directory(&[("a.jsonl", rows.as_bytes()), ("unspin.toml", b"field-format = \"html\"\n")]);
    let fix = |args: &[&str]| {
        let given = ["fix", "-q", "--assume-spun", "--field", "body", "a.jsonl"];
        unspin(here.path(), &[&given[..], args].concat(), b"")
    };
    for args in [&["--isolated", "--field-format", "html"][..], &[]] {
        let ran = fix(&[args, &["--keep-original", "was", "--edits", "edits"]].concat());
        let row: Value = serde_json::from_slice(&ran.out).expect("JSON");
        let body = row["body"].as_str().expect("text");
        let start = "<p class=\"American navy\" title=\"Protection Secretary\">The Defense Secretary ";
        assert!(body.starts_with(start) && row["was"] == html, "{args:?}: {body}");
        // What is told of the edits makes the one of the other.
        let mut made = html.clone();
        let edits =
            row["edits"].as_array().expect("a list").iter().flat_map(|one| one["edits"].as_array().expect("too"));
        for edit in edits.collect::<Vec<_>>().into_iter().rev() {
            let at = |n: usize| edit["span"]["byte"][n].as_u64().expect("a place") as usize;
            made.replace_range(at(0)..at(1), edit["text"].as_str().expect("text"));
        }
        assert_eq!(made, body);
    }
    let says = "unspin: a.jsonl: the text in \"body\" of 1 record looks like HTML, ";
    let check = |args: &[&str]| {
        unspin(here.path(), &[&["check", "--isolated", "--field", "body", "a.jsonl"], args].concat(), b"")
    };
    assert!(check(&[]).err.starts_with(says));
    assert_eq!(check(&["--field-format", "text"]).err, "");
}

#[test]
fn a_directory_without_texts_is_named() {
    let here = directory(&[("code/x.py", SPUN.as_bytes()), ("a.txt", CLEAN.as_bytes())]);
    let score = |args: &[&str]| unspin(here.path(), &[&["score", "--assume-spun"], args].concat(), b"");
    let nothing = "unspin: code: has no files to read\n";
    let ran = score(&["code"]);
    assert_eq!((ran.code, ran.text(), ran.err.as_str()), (0, "", nothing));
    let skipped = "unspin: code/x.py: is program code or data by its name, not text; skipped\n";
    assert_eq!(score(&["-v", "code", "a.txt"]).err, format!("{skipped}{nothing}"));
    let ran = score(&[".", "--strict"]);
    assert_eq!((ran.code, ran.text().lines().count(), ran.err.as_str()), (0, 1, ""));
    assert_eq!(score(&["code/x.py"]).text().lines().count(), 1, "it is named");
    #[cfg(unix)]
    {
        fs::create_dir(here.path().join("links")).expect("made");
        std::os::unix::fs::symlink("../a.txt", here.path().join("links/b.txt")).expect("linked");
        let skipped = "unspin: links/b.txt: is a link, which is not followed in directories; skipped\n";
        let nothing = "unspin: links: has no files to read but behind links, which are not followed; name what they lead \
                       to\n";
        assert_eq!(score(&["-v", "--strict", "links"]).err, format!("{skipped}{nothing}"));
        assert_eq!(score(&["links/b.txt"]).text().lines().count(), 1, "it is named");
    }
    assert_eq!(score(&["-q", "code"]).err, "");
}

#[test]
fn binaries_in_directories_are_skipped_with_a_note() {
    let here = directory(&[
        ("a.txt", CLEAN.as_bytes()),
        ("b.bin", b"a\0b"),
        ("b.bin.csv", b"a\0b"),
        ("b.bin.jsonl", b"a\0b"),
        (".hidden", b"x"),
        (".gitignore", b"c.txt\n"),
        ("c.txt", b"x"),
    ]);
    let ran = unspin(here.path(), &["score", "."], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, "unspin: 3 binary files skipped\n"));
    assert_eq!(ran.text().lines().count(), 1);
    let ran = unspin(here.path(), &["score", "--hidden", "--no-ignore", "--exclude", "*.bin*", "-q", "."], b"");
    assert_eq!((ran.code, ran.err.as_str(), ran.text().lines().count()), (0, "", 4));
}

#[test]
fn records_in_directories_without_the_usual_field_are_skipped_with_a_note() {
    let here = directory(&[
        ("in/a.txt", CLEAN.as_bytes()),
        ("in/prices.csv", b"sku,price\n1,2\n"),
        ("in/log.jsonl", b"{\"message\":\"One.\"}\n"),
        ("in/good.jsonl", b"{\"text\":\"One.\"}\n"),
    ]);
    let skipped = "unspin: 2 files skipped that have no field or column \"text\"; name it with --field\n";
    let score = |args: &[&str]| unspin(here.path(), &[&["score"], args].concat(), b"");
    let ran = score(&["in"]);
    assert_eq!((ran.code, ran.err.as_str(), ran.text().lines().count()), (0, skipped, 2));
    assert_eq!((score(&["-q", "in"]).err.as_str(), score(&["--strict", "in"]).code), ("", 0));
    let ran = score(&["-v", "in"]);
    for named in ["in/prices.csv: has no column", "in/log.jsonl: no record has a text", "--field; skipped\n"] {
        assert!(ran.err.contains(named), "{named}: {}", ran.err);
    }
    let ran = unspin(here.path(), &["fix", "-q", "-o", "out", "--exclude", "a.txt", "in"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // What is named, or asked for, is wanted.
    for args in [&["in/prices.csv"][..], &["in/log.jsonl"], &["--field", "text", "in"], &["--column", "text", "in"]] {
        let ran = score(args);
        assert!(ran.code == 2 && !ran.err.contains("skipped"), "{args:?}: {}", ran.err);
    }
}

/// Every line of it begins with the marks of a quotation, whatever is repaired across its line breaks.
#[test]
fn repairs_of_wrapped_lines_keep_the_marks_before_them() {
    let spun = include_str!("../examples/spun-article.txt");
    for (mark, next) in [("> ", "> "), ("- ", "  ")] {
        for width in [50, 60, 70] {
            let mut wrapped = String::new();
            for paragraph in spun.lines().filter(|line| !line.is_empty()) {
                let mut line = mark.to_owned();
                for word in paragraph.split_whitespace() {
                    if line.len() + word.len() > width {
                        wrapped.push_str(line.trim_end());
                        line = format!("\n{next}");
                    }
                    line.extend([word, " "]);
                }
                wrapped.extend([line.trim_end(), "\n\n"]);
            }
            let here = directory(&[]);
            let ran = unspin(here.path(), &["fix", "--input", "markdown"], wrapped.as_bytes());
            assert!(ran.err.lines().count() > 10, "{}", ran.err);
            let bare = |line: &&str| !line.is_empty() && !line.starts_with(mark) && !line.starts_with(next);
            assert_eq!(ran.text().lines().find(bare), None, "{width}");
            assert_eq!(ran.err.lines().find(|line| !line.contains(" → ") || !line.ends_with("%)")), None);
        }
    }
}

#[test]
fn a_closed_pipe_is_success() {
    let here = directory(&[("rows.jsonl", "{\"text\":\"One.\"}\n".repeat(50_000).as_bytes())]);
    let mut child = command(here.path(), &["score", "rows.jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("one line");
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let row = |n: usize| format!("{{\"id\":{n},\"text\":{}}}\n", serde_json::Value::from(SPUN.repeat(n % 3 + 1)));
    let rows = (0..200).map(row).collect::<Vec<_>>().concat();
    let here = directory(&[("rows.jsonl", rows.as_bytes())]);
    for command in [&["check", "--format", "json"][..], &["check", "--format", "sarif"], &["diff"], &["fix"]] {
        let run = |jobs| unspin(here.path(), &[command, &["--assume-spun", "-j", jobs, "rows.jsonl"]].concat(), b"");
        let (one, three) = (run("1"), run("3"));
        assert_eq!((one.code, one.out, one.err), (three.code, three.out, three.err), "{command:?}");
    }
}

#[test]
fn every_line_of_json_is_an_object_and_the_last_is_the_summary() {
    let here = directory(&[]);
    let ran = unspin(here.path(), &["check", "--assume-spun", "--format", "json"], SPUN.as_bytes());
    let rows: Vec<serde_json::Value> = ran.text().lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let last = rows.last().expect("a summary");
    assert_eq!(last["type"], "summary");
    assert_eq!(last["findings"].as_u64(), Some(rows.len() as u64 - 2));
    for row in rows.iter().filter(|row| row["type"] == "finding") {
        let byte = |n: usize| row["span"]["byte"][n].as_u64().expect("a number") as usize;
        assert_eq!(row["text"], SPUN[byte(0)..byte(1)]);
    }
}

#[test]
fn diffs_name_inputs_so_that_they_apply_from_here() {
    let here = directory(&[("in/a.txt", SPUN.as_bytes())]);
    let absolute = here.path().canonicalize().expect("there").join("in/a.txt");
    let absolute = absolute.to_str().expect("UTF-8");
    let elsewhere = directory(&[]);
    let outside = format!("a/{}", absolute.trim_start_matches('/').replace('\\', "/"));
    for (from, path, wanted) in [
        (here.path(), "in/a.txt", "a/in/a.txt"),
        (here.path(), "./in/../in/a.txt", "a/in/a.txt"),
        (here.path(), absolute, "a/in/a.txt"),
        (here.path(), "-", "a/stdin"),
        (elsewhere.path(), absolute, outside.as_str()),
    ] {
        let ran = unspin(from, &["diff", "--assume-spun", path], SPUN.as_bytes());
        assert_eq!(ran.text().lines().next(), Some(format!("--- {wanted}").as_str()), "{path}: {}", ran.err);
        let warns = ran.err.contains("files outside of the current directory; run this from one above");
        assert_eq!(warns, from == elsewhere.path(), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn git_applies_diffs_of_odd_names_links_and_files_named_twice() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let here = directory(&[("real/a.txt", SPUN.as_bytes()), ("b.txt", SPUN.as_bytes())]);
    let at = |name: &[u8]| here.path().join(std::ffi::OsStr::from_bytes(name));
    fs::write(at(b"odd\xff.txt"), SPUN).expect("written");
    symlink("real", at(b"link")).expect("linked");
    symlink("b.txt", at(b"c.txt")).expect("linked");
    let inside = here.path().join("link/a.txt");
    let args = ["diff", "--assume-spun", "b.txt", "c.txt", inside.to_str().expect("UTF-8"), "b.txt", "."];
    let diff = unspin(here.path(), &args, b"");
    assert_eq!((diff.code, diff.text().matches("+++ ").count()), (1, 3), "{}", diff.text());
    fs::write(at(b"patch"), &diff.out).expect("written");
    let git = Command::new("git").current_dir(here.path()).args(["apply", "patch"]).output().expect("git runs");
    assert!(git.status.success(), "{}\n{}", String::from_utf8_lossy(&git.stderr), diff.text());
    for name in [&b"real/a.txt"[..], b"b.txt", b"odd\xff.txt"] {
        assert_ne!(fs::read_to_string(at(name)).expect("there"), SPUN);
    }
}

#[test]
fn columns_that_count_bytes_count_a_byte_order_mark() {
    let text = format!("\u{feff}{SPUN}");
    let here = directory(&[("a.txt", text.as_bytes())]);
    let ran = unspin(here.path(), &["check", "--assume-spun", "--format", "rdjsonl", "a.txt"], b"");
    let mut lines = Vec::new();
    for row in ran.text().lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
        let range = &row["location"]["range"];
        let at = |end: &str, key: &str| range[end][key].as_u64().expect("a number") as usize;
        let line = text.lines().nth(at("start", "line") - 1).expect("a line");
        let found = &line[at("start", "column") - 1..at("end", "column") - 1];
        assert!(row["message"].as_str().expect("text").starts_with(&format!("{found} → ")), "{row}");
        lines.push(at("start", "line"));
    }
    assert!(lines.contains(&1) && lines.contains(&2), "{lines:?}");
}

#[test]
fn git_applies_the_diff_and_gets_what_fix_writes() {
    let html = format!("<p>{}</p>\r\n", SPUN.replace("American", "<b>American</b>"));
    let rows = "id,text\n".to_owned() + &format!("1,\"{}\"\n", SPUN.trim_end()).repeat(9);
    let here = directory(&[
        ("a b.txt", SPUN.as_bytes()),
        ("d/é.md", format!("# {SPUN}\n* {}", SPUN.trim_end()).as_bytes()),
        ("crlf.txt", SPUN.repeat(20).replace('\n', "\r\n").as_bytes()),
        ("page.html", html.as_bytes()),
        ("latin.txt", b"Caf\xe9: the Protection Secretary stated that the navy would stay."),
        ("rows.csv", rows.as_bytes()),
        ("wide.csv", &utf16(&rows)),
    ]);
    let diff = unspin(here.path(), &["diff", "--assume-spun", "."], b"");
    let fixed = |name: &str| unspin(here.path(), &["fix", "-q", "--assume-spun", name], b"").out;
    let names = ["a b.txt", "d/é.md", "crlf.txt", "page.html", "latin.txt", "rows.csv", "wide.csv"];
    let wanted: Vec<Vec<u8>> = names.iter().map(|name| fixed(name)).collect();
    let read = |name: &str| fs::read(here.path().join(name)).expect("there");
    if !diff.out.is_empty() {
        assert_eq!(diff.code, 1, "{}", diff.err);
        let patch = here.path().join("patch");
        fs::write(&patch, &diff.out).expect("written");
        let git = Command::new("git").current_dir(here.path()).args(["apply", "patch"]).output().expect("git runs");
        assert!(
            git.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&git.stderr),
            String::from_utf8_lossy(&diff.out)
        );
    }
    for (name, wanted) in names.iter().zip(&wanted) {
        assert_eq!(String::from_utf8_lossy(&read(name)), String::from_utf8_lossy(wanted), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn writing_in_place_keeps_permissions_links_and_clean_files() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let here =
        directory(&[("spun.txt", SPUN.as_bytes()), ("clean.txt", CLEAN.as_bytes()), ("locked.txt", SPUN.as_bytes())]);
    let path = |name: &str| here.path().join(name);
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    mode(&path("spun.txt"), 0o640);
    mode(&path("locked.txt"), 0o444);
    symlink("spun.txt", path("link.txt")).expect("linked");
    let inode = fs::metadata(path("clean.txt")).expect("there").ino();
    let wanted = unspin(here.path(), &["fix", "-q", "--assume-spun", "spun.txt"], b"").out;

    let ran =
        unspin(here.path(), &["fix", "--write", "--backup", ".orig", "--assume-spun", "link.txt", "locked.txt"], b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("locked.txt: is read-only"), "{}", ran.err);
    assert_eq!(fs::read(path("spun.txt")).expect("there"), wanted);
    assert_eq!(fs::metadata(path("spun.txt")).expect("there").permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(path("link.txt")).expect("there").is_symlink());
    assert_eq!(fs::read(path("locked.txt")).expect("there"), SPUN.as_bytes());
    if wanted != SPUN.as_bytes() {
        assert_eq!(fs::read(path("spun.txt.orig")).expect("kept"), SPUN.as_bytes());
    }

    unspin(here.path(), &["fix", "--write", "clean.txt"], b"");
    assert_eq!(fs::metadata(path("clean.txt")).expect("there").ino(), inode);
    let left = fs::read_dir(here.path())
        .expect("listed")
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".unspin")));
    assert_eq!(left.count(), 0, "temporary files are gone");
}

#[cfg(unix)]
#[test]
fn only_files_are_written_in_place() {
    use std::os::unix::fs::FileTypeExt;

    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    assert!(Command::new("mkfifo").current_dir(here.path()).arg("pipe").status().expect("runs").success());
    let mut writer =
        Command::new("sh").current_dir(here.path()).args(["-c", "cat a.txt > pipe"]).spawn().expect("runs");
    let ran = unspin(here.path(), &["fix", "--write", "-q", "--assume-spun", "pipe"], b"");
    writer.kill().and_then(|()| writer.wait()).expect("ends");
    let says = "unspin: pipe: is no file that can be written in place\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, says));
    assert!(fs::metadata(here.path().join("pipe")).expect("there").file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn files_keep_their_owner() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    let here = directory(&[("a.txt", SPUN.as_bytes()), ("out", b"")]);
    let path = |name: &str| here.path().join(name);
    for name in ["a.txt", "out"] {
        if chown(path(name), Some(1), Some(1)).is_err() {
            // Only root gives files away.
            return;
        }
        fs::set_permissions(path(name), fs::Permissions::from_mode(0o4640)).expect("set");
    }
    assert!(unspin(here.path(), &["fix", "-q", "--assume-spun", "-o", "out", "a.txt"], b"").code < 2);
    assert!(unspin(here.path(), &["fix", "-qw", "--assume-spun", "--backup", ".orig", "a.txt"], b"").code < 2);
    assert_ne!(fs::read(path("a.txt")).expect("there"), SPUN.as_bytes());
    for name in ["a.txt", "a.txt.orig", "out"] {
        let data = fs::metadata(path(name)).expect("there");
        assert_eq!((data.uid(), data.gid(), data.mode() & 0o7777), (1, 1, 0o4640), "{name}");
    }
}

#[test]
fn what_needs_records_does_not_go_without() {
    let row = format!("{{\"body\": {SPUN:?}}}\n");
    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    for (option, format) in [("--field", "jsonl"), ("--column", "csv")] {
        let ran = unspin(here.path(), &["fix", option, "body"], row.as_bytes());
        let says = format!("unspin: -: {option} needs records; say what standard input is, such as --input {format}\n");
        assert_eq!((ran.code, ran.err), (2, says));
    }
    let ran = unspin(here.path(), &["fix", "--field", "body", "--input", "jsonl", "--assume-spun"], row.as_bytes());
    assert!(ran.text().contains("Defense Secretary"), "{}", ran.err);
    for option in ["--keep-original", "--edits"] {
        let ran = unspin(here.path(), &["fix", option, "was", "a.txt"], b"");
        let says = "unspin: a.txt: has no records to add fields to; leave out --keep-original and --edits";
        assert_eq!((ran.code, ran.err.contains(says)), (2, true), "{}", ran.err);
    }
}

/// Bytes as gzip has them.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("in memory");
    packed.finish().expect("in memory")
}

#[test]
fn json_is_repaired_by_its_fields_or_not_at_all() {
    let record = |text: &str| format!("{}\n", json!({"id": 1, "navy stated": "the navy", "text": text}));
    let (one, two) = (record(SPUN), record(SPUN) + &record("x"));
    let pretty = format!("{:#}\n", json!({"text": SPUN}));
    let long = one.replacen('{', &format!("{{\"image\": \"{}\", ", "A".repeat(1 << 20)), 1);
    let utf = utf16(&two);
    let (two_packed, code) = (gzip(two.as_bytes()), gzip(b"navy = 'the Protection Secretary'"));
    let files: [(&str, &[u8]); 8] = [
        ("one.json", one.as_bytes()),
        ("two.json", two.as_bytes()),
        ("two.json.gz", &two_packed),
        ("utf16.json", &utf),
        ("long.json", long.as_bytes()),
        ("pretty.json", pretty.as_bytes()),
        ("list.json", b"[{\"text\": \"the Protection Secretary stated\"}]"),
        ("x.py.gz", &code),
    ];
    let here = directory(&files);
    let fix = |args: &[&str]| {
        unspin(here.path(), &[&["fix", "--isolated", "--assume-spun", "-q", "--exit-zero"], args].concat(), b"")
    };
    for name in ["one.json", "two.json", "two.json.gz", "utf16.json", "long.json"] {
        let ran = fix(&[name]);
        let text = match name {
            "utf16.json" => {
                let units: Vec<u16> =
                    ran.out[2..].chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
                String::from_utf16(&units).expect("sound")
            }
            _ => ran.text().to_owned(),
        };
        let first: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
        assert_eq!((ran.code, &first["id"], &first["navy stated"]), (0, &json!(1), &json!("the navy")), "{name}");
        assert!(first["text"].as_str().is_some_and(|text| text.contains("Defense Secretary")), "{name}: {}", ran.err);
    }
    for name in ["pretty.json", "list.json"] {
        for args in [&[name][..], &["--field", "text", name]] {
            let ran = fix(args);
            assert_eq!((ran.code, ran.out.len()), (2, 0), "{name}");
            assert!(ran.err.contains("is JSON, but not one object a line") && ran.err.contains("--input text"));
        }
    }
    assert_eq!(fix(&["--input", "text", "pretty.json"]).code, 0);
    // In directories code is none of the inputs, packed or not, and one object alone only where a field is asked for.
    let found = |args: &[&str]| {
        let ran = unspin(here.path(), &[&["score", "--isolated", "-q"], args, &["."]].concat(), b"");
        ran.text().lines().count()
    };
    assert_eq!((found(&[]), found(&["--field", "text"])), (6, 8));
    // Nor is what nothing tells the form of read as one text where fields are asked for.
    std::fs::write(here.path().join("two"), &two).expect("written");
    for args in [&["--field", "text", "two"][..], &["--column", "text", "one.json", "-"]] {
        let ran = fix(args);
        assert_eq!((ran.code, ran.err.contains("say what it is, such as --input")), (2, true), "{}", ran.err);
    }
    let half = b"{\"\\ud83d\": 1, \"text\": \"the Protection Secretary\"}\n";
    let ran = unspin(here.path(), &["fix", "--input", "jsonl", "--assume-spun"], half);
    assert_eq!(
        (ran.code, &ran.out[..], ran.err.contains("has a name that cannot be read")),
        (2, &half[..], true),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_what_is_no_text_not_to_its_end() {
    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    let made = Command::new("mkfifo").arg(here.path().join("p.json")).status().expect("runs");
    assert!(made.success());
    let rows = format!("{}\n", json!({"text": SPUN})).repeat(3);
    std::thread::scope(|scope| {
        let pipe = here.path().join("p.json");
        scope.spawn(move || fs::write(pipe, rows).expect("read to its end"));
        let ran = unspin(here.path(), &["score", "--isolated", "--input", "jsonl", "p.json"], b"");
        assert_eq!((ran.code, ran.text().lines().count()), (0, 3), "{}", ran.err);
    });
    std::thread::scope(|scope| {
        let pipe = here.path().join("p.json");
        scope.spawn(move || fs::write(pipe, "One.").expect("read to its end"));
        let ran = unspin(here.path(), &["score", "--isolated", "p.json"], b"");
        assert_eq!((ran.code, ran.text().lines().count()), (0, 1), "{}", ran.err);
    });
    fs::remove_file(here.path().join("p.json")).expect("there");
    // As large as no memory is.
    fs::File::create(here.path().join("disk")).and_then(|file| file.set_len(1 << 42)).expect("sparse");
    let ran = unspin(here.path(), &["score", "--isolated", "."], b"");
    assert_eq!(
        (ran.code, ran.text().lines().count(), ran.err.contains("1 binary file skipped")),
        (0, 1, true),
        "{}",
        ran.err
    );
}

#[test]
fn what_lacks_an_input_does_not_take_its_place() {
    let rows = format!("{}\n", json!({"body": SPUN}));
    for args in [&["check", "--format", "json"][..], &["score"]] {
        let here = directory(&[("a.jsonl", rows.as_bytes())]);
        let run =
            |more: &[&str]| unspin(here.path(), &[args, &["--isolated", "-o", "out", "--resume"], more].concat(), b"");
        let ran = run(&["--field", "body", "a.jsonl", "nothere.txt"]);
        assert_eq!((ran.code, here.path().join("out").exists()), (2, false), "{}", ran.err);
        assert!(here.path().join("out.partial").exists() && ran.err.contains("out: not written"), "{}", ran.err);
        let ran = run(&["--field", "body", "a.jsonl"]);
        assert_ne!(ran.code, 2, "{}", ran.err);
        assert!(fs::read(here.path().join("out")).is_ok_and(|out| !out.is_empty()), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_around_are_not_followed() {
    let gold = json!({"id": "a", "family": "thesaurus", "text": "The ship left.", "edits": []}).to_string();
    let here = directory(&[
        ("gold/a.json", gold.as_bytes()),
        ("own/substitutions/own.csv", b"original,substitutes,source\nZyxel router,Zyxel switch,own\n"),
    ]);
    for name in ["gold/loop", "gold/other", "own/loop", "own/substitutions/loop"] {
        std::os::unix::fs::symlink("..", here.path().join(name)).expect("linked");
    }
    let ran = unspin(here.path(), &["eval", "--isolated", "--format", "json", "gold"], b"");
    let figures: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_eq!((ran.code, &figures["clean"]["documents"]), (0, &json!(1)), "{figures}");
    let ran = unspin(here.path(), &["check", "--isolated", "--dictionary", "own"], b"The ship left.");
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_no_temporary_file() {
    use std::os::unix::process::ExitStatusExt;

    let rows = format!("{{\"text\":{}}}\n", serde_json::Value::from(CLEAN.repeat(20))).repeat(20_000);
    let here = directory(&[("a.jsonl", rows.as_bytes())]);
    let count = || fs::read_dir(here.path()).expect("listed").count();
    for args in [["fix", "--write", "a.jsonl"].as_slice(), &["check", "--write-baseline", "known", "a.jsonl"]] {
        let mut child = command(here.path(), args).stderr(Stdio::null()).spawn().expect("starts");
        while count() < 2 {
            assert_eq!(child.try_wait().expect("asked"), None, "too fast");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("runs");
        let status = child.wait().expect("ends");
        assert_eq!((kill.success(), status.signal(), count()), (true, Some(15), 1), "{args:?}");
        assert_eq!(fs::read_to_string(here.path().join("a.jsonl")).expect("there"), rows);
    }
}

#[cfg(unix)]
#[test]
fn access_lists_and_other_attributes_stay() {
    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    let path = here.path().join("a.txt");
    // The owner and one other user may write, the group may not read: version 2, then tag, permission and id of each.
    let entries = [(0x01u16, 6u16, !0u32), (0x02, 6, 65534), (0x04, 0, !0), (0x10, 6, !0), (0x20, 0, !0)];
    let list: Vec<u8> = entries
        .iter()
        .flat_map(|(tag, may, id)| [&tag.to_le_bytes()[..], &may.to_le_bytes(), &id.to_le_bytes()].concat())
        .collect();
    let list = [&2u32.to_le_bytes()[..], &list].concat();
    let attributes = [("user.note", b"kept".to_vec()), ("system.posix_acl_access", list)];
    // Not every system and file system has both.
    let set: Vec<_> = attributes.iter().filter(|(name, value)| xattr::set(&path, name, value).is_ok()).collect();
    let ran = unspin(here.path(), &["fix", "-q", "--write", "--assume-spun", "--backup", ".orig", "a.txt"], b"");
    assert_ne!(fs::read_to_string(&path).expect("there"), SPUN, "{}", ran.err);
    for name in ["a.txt", "a.txt.orig"] {
        for (attribute, value) in &set {
            let kept = xattr::get(here.path().join(name), attribute).expect("asked");
            assert_eq!(kept.as_ref(), Some(value), "{name}: {attribute}");
        }
    }
}

#[test]
fn a_file_that_is_named_twice_is_repaired_once() {
    let here = directory(&[("d/a.txt", SPUN.as_bytes()), ("b.txt", SPUN.as_bytes())]);
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "--write", "--assume-spun"], args].concat(), b"").err;
    let count = |err: &str| err.lines().last().expect("a count").to_owned();
    let once = count(&fix(&["b.txt"]));
    assert!(once.contains(" fixed in 1 file, "), "{once}");
    assert_eq!(count(&fix(&["d/a.txt", "d", "./d/a.txt", "d/../d/a.txt"])), once);
}

#[cfg(unix)]
#[test]
fn originals_are_no_inputs_of_other_runs() {
    use std::os::unix::ffi::OsStrExt;

    let here = directory(&[("d/a.txt", SPUN.as_bytes())]);
    let odd = here.path().join("d").join(std::ffi::OsStr::from_bytes(b"b\xff.txt"));
    fs::write(&odd, SPUN).expect("written");
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "-qw", "--assume-spun"], args, &["d"]].concat(), b"");
    for args in [&["--backup", ".orig"][..], &[], &["--backup", ".kept"], &["--backup", ".kept"]] {
        assert!(fix(args).code < 2);
        // What the next run finds something in.
        fs::write(&odd, SPUN).expect("written");
        let kept = here.path().join("d/a.txt.orig");
        assert_eq!(fs::read_to_string(kept).expect("kept"), SPUN, "{args:?}");
    }
    let names: Vec<_> =
        fs::read_dir(here.path().join("d")).expect("listed").map(|one| one.expect("one").file_name()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    // They are read where they are named.
    assert_eq!(unspin(here.path(), &["score", "d/a.txt.orig"], b"").text().lines().count(), 1);
}

#[test]
fn what_was_kept_stays_the_original() {
    let here = directory(&[("d/a.txt", SPUN.as_bytes()), ("d/b.txt.orig", SPUN.as_bytes())]);
    let path = |name: &str| here.path().join(name);
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "-qw", "--assume-spun"], args].concat(), b"");
    for (args, more) in [
        (&["--backup", ".orig", "d/a.txt", "./d/a.txt"][..], ""),
        (&["--backup", ".orig", "d"], "Some more.\n"),
        (&["--backup", ".orig", "d/a.txt"], SPUN),
    ] {
        let text = fs::read_to_string(path("d/a.txt")).expect("there") + more;
        fs::write(path("d/a.txt"), text).expect("written");
        let ran = fix(args);
        assert!(ran.code < 2, "{args:?}: {}", ran.err);
        assert_eq!(fs::read_to_string(path("d/a.txt.orig")).expect("kept"), SPUN, "{args:?}");
        assert!(!fs::read_to_string(path("d/a.txt")).expect("there").contains("Protection Secretary"));
        assert!(!path("d/a.txt.orig.orig").exists(), "{args:?}");
    }
    // What has the suffix and no original beside it is an input.
    assert_eq!(fs::read_to_string(path("d/b.txt.orig.orig")).expect("kept"), SPUN);
    for wrong in ["", "d/x"] {
        let ran = fix(&["--backup", wrong, "d/a.txt"]);
        assert!(ran.code == 2 && ran.err.contains("such as .orig"), "{}", ran.err);
    }
}

#[test]
fn repairs_that_could_not_be_written_are_not_counted() {
    let open = format!("text\n\"{SPUN}\"\n\"open\n");
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("a.txt.orig/x", b""), ("open.csv", open.as_bytes())]);
    for (name, says) in [("a.txt", "a.txt: nothing in it was changed: backup "), ("open.csv", "never closed")] {
        let before = fs::read(here.path().join(name)).expect("there");
        let ran = unspin(here.path(), &["fix", "--write", "--assume-spun", "--backup", ".orig", name], b"");
        assert!(ran.code == 2 && ran.err.contains(says), "{name}: {}", ran.err);
        let count = ran.err.lines().last().expect("a count");
        assert!(count.starts_with("0 fixed in 0 files, ") && !count.ends_with(" 0 left"), "{name}: {count}");
        assert_eq!(fs::read(here.path().join(name)).expect("there"), before, "{name}");
    }
}

#[test]
fn records_of_several_inputs_stay_on_lines_of_their_own() {
    let (one, two) = ("{\"text\":\"One.\"}", "{\"text\":\"Two.\"}");
    // More than is worked on at once.
    let long = CLEAN.repeat(15_000) + "Nobody knew.";
    let here = directory(&[
        ("a.jsonl", one.as_bytes()),
        ("b.jsonl", two.as_bytes()),
        ("bad.jsonl", b"{"),
        ("ended.jsonl", format!("{one}\n").as_bytes()),
        ("empty.jsonl", b""),
        ("wide.jsonl", &utf16(one)),
        ("rows.jsonl", &utf16(&format!("{one}\n{{}}\n"))),
        ("marks.jsonl", format!("\u{feff}{two}\n{one}\n").as_bytes()),
        ("marked.jsonl", format!("\u{feff}{two}\n").as_bytes()),
        ("latin.jsonl", LATIN),
        ("accents.jsonl", "{\"text\":\"é\"}\n".as_bytes()),
        ("both.jsonl", &[LATIN, "{\"text\":\"é\"}\n".as_bytes()].concat()),
        ("a.csv", b"text"),
        ("b.csv", b"text\nOne."),
        ("c.csv", b"id,text\n1,One.\n"),
        ("a.tsv", b"text\nOne, two.\n"),
        ("wide.csv", &utf16("text\nOne.\n")),
        ("a.txt", b"Nobody "),
        ("b.txt", b"knew."),
        ("long.txt", long.as_bytes()),
    ]);
    let cases: &[(&[&str], Vec<u8>)] = &[
        (&["a.jsonl", "b.jsonl"], format!("{one}\n{two}").into()),
        (&["ended.jsonl", "b.jsonl"], format!("{one}\n{two}").into()),
        (&["a.jsonl", "empty.jsonl"], one.into()),
        (&["a.jsonl", "empty.jsonl", "bad.jsonl", "b.jsonl"], format!("{one}\n{{\n{two}").into()),
        (&["wide.jsonl", "wide.jsonl"], utf16(&format!("{one}\n{one}"))),
        (&["ended.jsonl", "marked.jsonl"], format!("{one}\n{two}\n").into()),
        (&["marked.jsonl", "marked.jsonl", "a.jsonl"], format!("\u{feff}{two}\n{two}\n{one}").into()),
        (
            &["ended.jsonl", "latin.jsonl", "ended.jsonl"],
            [one.as_bytes(), b"\n", LATIN, one.as_bytes(), b"\n"].concat(),
        ),
        (
            &["ended.jsonl", "both.jsonl", "latin.jsonl"],
            [one.as_bytes(), b"\n", LATIN, "{\"text\":\"é\"}\n".as_bytes(), LATIN].concat(),
        ),
        (&["a.csv", "b.csv", "b.csv"], b"text\nOne.\nOne.".to_vec()),
        (&["wide.csv", "wide.csv"], utf16("text\nOne.\nOne.\n")),
        (&["a.txt", "b.txt"], b"Nobody knew.".to_vec()),
        (&["long.txt", "a.txt", "b.txt"], format!("{long}Nobody knew.").into()),
        (&["--shard", "2/2", "wide.jsonl", "wide.jsonl"], utf16(one)),
        (&["--shard", "2/2", "rows.jsonl"], utf16("{}\n")),
        (&["--shard", "2/2", "rows.jsonl", "rows.jsonl"], utf16("{}\n{}\n")),
        (&["--shard", "2/3", "marks.jsonl"], format!("{one}\n").into()),
    ];
    for (inputs, wanted) in cases {
        let ran = unspin(here.path(), &[&["fix"], *inputs].concat(), b"");
        assert_eq!(String::from_utf8_lossy(&ran.out), String::from_utf8_lossy(wanted), "{inputs:?}: {}", ran.err);
    }
    for (inputs, says) in [
        (["a.jsonl", "wide.jsonl"], "wide.jsonl: is UTF-16LE, but a.jsonl is UTF-8; "),
        (["wide.jsonl", "a.jsonl"], "a.jsonl: is UTF-8, but wide.jsonl is UTF-16LE; "),
        (["a.csv", "c.csv"], "c.csv: has another header than a.csv; repair each into a file of its own"),
        (["latin.jsonl", "accents.jsonl"], "accents.jsonl: is UTF-8, but latin.jsonl is windows-1252; "),
        (["long.txt", "a.jsonl"], "a.jsonl: is jsonl, but long.txt is text; repair each into a file of its own"),
        (["a.jsonl", "a.txt"], "a.txt: is text, but a.jsonl is jsonl; "),
        (["a.csv", "a.jsonl"], "a.jsonl: is jsonl, but a.csv is csv; "),
        (["a.csv", "a.tsv"], "a.tsv: is tsv, but a.csv is csv; "),
    ] {
        let ran = unspin(here.path(), &[&["fix", "-o", "out"], &inputs[..]].concat(), b"");
        assert!(ran.code == 2 && ran.err.contains(says) && !here.path().join("out").exists(), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn what_standard_output_goes_into_is_no_input() {
    let row = "{\"text\":\"One.\"}\n";
    let here = directory(&[("a.jsonl", row.repeat(900).as_bytes()), ("b.jsonl", row.as_bytes())]);
    let path = |name: &str| here.path().join(name);
    let run = |args: &[&str], out: fs::File| command(here.path(), args).stdout(out).output().expect("ends");
    let ran = run(&["fix", "-q", "."], fs::File::create(path("z.jsonl")).expect("made"));
    assert_eq!(fs::read_to_string(path("z.jsonl")).expect("there"), row.repeat(901));
    assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(0), &b""[..]));
    let ran = run(&["fix", "b.jsonl"], fs::File::options().append(true).open(path("b.jsonl")).expect("there"));
    let says = "unspin: b.jsonl: standard output goes into this very file; write to another one\n";
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(2), says));
    assert_eq!(fs::read_to_string(path("b.jsonl")).expect("there"), row);
}

#[test]
fn compressed_files_trouble_a_diff_only_where_they_would_change() {
    let here = directory(&[]);
    let pack = |name: &str, text: &[u8]| {
        let file = fs::File::create(here.path().join(name)).expect("made");
        let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        writer.write_all(text).and_then(|()| writer.finish()).expect("written");
    };
    pack("clean.txt.gz", CLEAN.as_bytes());
    pack("binary.gz", b"a\0b");
    let diff = || unspin(here.path(), &["diff", "-q", "--assume-spun", "."], b"");
    let ran = diff();
    assert_eq!((ran.code, ran.text(), ran.err.as_str()), (0, "", ""));
    pack("spun.txt.gz", SPUN.as_bytes());
    let ran = diff();
    let says = "unspin: ./spun.txt.gz: is compressed, so no diff can be applied to it; use fix\n";
    assert_eq!((ran.code, ran.text(), ran.err.as_str()), (2, "", says));
}

#[test]
fn one_very_long_line() {
    let here = directory(&[]);
    let text = CLEAN.replace('\n', " ").repeat(10_000);
    let ran = unspin(here.path(), &["fix"], text.as_bytes());
    assert_eq!((ran.code, ran.out.len()), (0, text.len()));
}

#[cfg(unix)]
#[test]
fn names_that_a_terminal_would_obey_are_escaped() {
    let (name, plain) = ("a\u{1b}[2J\nb\u{9b}.txt", "plain é name.txt");
    let shown = r"a\u{1b}[2J\nb\u{9b}.txt";
    let here = directory(&[(name, SPUN.as_bytes()), (plain, SPUN.as_bytes()), ("bad\n.jsonl", b"no\n")]);
    for args in [
        &["check", "--assume-spun", "--exit-zero"][..],
        &["check", "--assume-spun", "--exit-zero", "--format", "short"],
        &["score"],
        &["review", "--status", "--assume-spun"],
        &["fix", "--write", "--assume-spun"],
    ] {
        let ran = unspin(here.path(), &[args, &["--", name, plain, "bad\n.jsonl", "no\u{7}"]].concat(), b"");
        let all = [ran.text(), &ran.err].concat();
        assert!(all.contains(shown) && all.contains(plain), "{args:?}: {all}");
        assert!(all.contains(r"bad\n.jsonl, record 1: ") && all.contains(r"no\u{7}: no such file"), "{args:?}: {all}");
        assert!(!all.contains(|c: char| c.is_control() && c != '\n') && !all.contains("bad\n"), "{args:?}: {all}");
    }
    let rows = directory(&[
        ("check\u{1b}[2J/phrases/\u{202e}.csv", b"phrase,correction,source\nnavy,Navy,own\n"),
        ("test\u{1b}[2J/examples/\u{202e}.csv", b"text,flagged,expected\nThe ship left.,yes,\n"),
    ]);
    for (command, shown) in
        [("check", r"check\u{1b}[2J/phrases/\u{202e}.csv:2:"), ("test", r"test\u{1b}[2J/examples/\u{202e}.csv:2:")]
    {
        let ran = unspin(rows.path(), &["dict", command, &format!("{command}\u{1b}[2J")], b"");
        assert!(ran.text().starts_with(shown), "{command}: {} {}", ran.text(), ran.err);
    }
    // What programs read has the name itself.
    let ran = unspin(here.path(), &["check", "--format", "json", name], b"");
    let line: Value = serde_json::from_str(ran.text().lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["path"], name);
}
