//! Decisions applied to files, and what is said about them.

use std::fs;
use std::path::Path;

use unspin::{Decision, Decisions, Fixed, Place, Unspinner, Verdict};

use crate::run::{directory, unspin};

const ARTICLE: &str = include_str!("../examples/spun-article.txt");
const SPUN: &str = "The Protection Secretary stated that the American navy would stay.";

fn unspinner() -> Unspinner {
    Unspinner::builder().assume_spun(true).build()
}

fn place(path: &str, record: Option<u64>, field: Option<&str>) -> Place {
    Place { path: path.into(), record, field: field.map(Into::into) }
}

/// Decisions about every finding of a text: accept the first correction, reject, type other words, in turn.
fn decide(place: &Place, text: &str) -> Vec<Decision> {
    let findings = unspinner().check(text).findings;
    let decide = |n: usize| match n % 4 {
        0 | 1 => Decision::accept(place, text, &findings, n, findings[n].correction()),
        2 => Decision::new(place, text, &findings, n, Verdict::Reject),
        _ => Decision::accept(place, text, &findings, n, "words of my own"),
    };
    (0..findings.len()).map(decide).collect()
}

fn lines(decisions: &[Decision]) -> String {
    decisions.iter().map(Decision::to_line).collect()
}

/// What the library makes of a text by the same decisions.
fn by_library(place: &Place, text: &str, decisions: &[Decision]) -> String {
    let decisions = Decisions::parse(&lines(decisions)).expect("decisions");
    let findings = unspinner().check(text).findings;
    Fixed::new(text, decisions.find(place, text, &findings).edits(text, &findings)).text
}

fn read(here: &Path, name: &str) -> String {
    fs::read_to_string(here.join(name)).expect("there")
}

#[test]
fn what_was_decided_is_applied_as_the_library_does() {
    let own = place("sub/a.txt", None, None);
    let decisions = decide(&own, ARTICLE);
    assert!(decisions.len() > 10);
    let wanted = by_library(&own, ARTICLE, &decisions);
    assert_ne!(wanted, ARTICLE);
    let here = directory(&[
        ("sub/a.txt", ARTICLE.as_bytes()),
        ("sub/b.txt", ARTICLE.as_bytes()),
        (".unspin-review.jsonl", lines(&decisions).as_bytes()),
    ]);
    // Only files that something was decided about are written, wherever they are named.
    let ran = unspin(here.path(), &["review", "--assume-spun", "--apply", "--backup", ".orig"], b"");
    assert_eq!((ran.code, read(here.path(), "sub/a.txt")), (0, wanted.clone()), "{}", ran.err);
    assert_eq!(read(here.path(), "sub/a.txt.orig"), ARTICLE);
    assert_eq!(read(here.path(), "sub/b.txt"), ARTICLE);
    let accepted = decisions.iter().filter(|one| one.verdict == Verdict::Accept).count();
    assert!(ran.err.contains(&format!("{accepted} applied in 1 file\n")), "{}", ran.err);

    // What was rejected and is found still is not asked again, though what stands beside it has changed.
    let left = unspinner().check(&wanted).findings;
    let is_left = |one: &&Decision| {
        one.verdict == Verdict::Reject && left.iter().any(|finding| wanted[finding.span.range()] == one.text)
    };
    let rejected = decisions.iter().filter(is_left).count();
    let told = unspin(here.path(), &["review", "--assume-spun", "--status", "sub/a.txt"], b"");
    assert!(rejected > 0, "{}", told.text());
    assert!(told.text().contains(&format!(" 0 accepted, {rejected} rejected, 0 ignored, ")), "{}", told.text());

    // A second time there is nothing to do, and the file stays as it is.
    let again = unspin(here.path(), &["review", "--assume-spun", "--apply", "./sub"], b"");
    assert_eq!(read(here.path(), "sub/a.txt"), wanted);
    assert!(again.err.contains("0 applied in 0 files"), "{}", again.err);
}

#[test]
fn records_and_markup_keep_their_form() {
    let json = format!("{{\"id\":7, \"body\" : {}}}\r\n{{\"body\":\"Nothing.\"}}\n", serde_json::Value::from(SPUN));
    let html = format!("<p>A &amp; B. {SPUN}</p>\n<pre>{SPUN}</pre>\n");
    let files = [
        ("rows.jsonl", json, place("rows.jsonl", Some(1), Some("body")), SPUN.to_owned()),
        ("rows.csv", format!("id,body\n1,\"{SPUN}\"\n"), place("rows.csv", Some(1), Some("body")), SPUN.to_owned()),
        ("page.html", html, place("page.html", None, None), format!("A & B. {SPUN}")),
        ("page.md", format!("# Title\n\n{SPUN} `{SPUN}`\n"), place("page.md", None, None), SPUN.to_owned()),
    ];
    for (name, content, place, text) in files {
        let here = directory(&[(name, content.as_bytes())]);
        let args = ["--assume-spun", "--field", "body"];
        let found = unspin(here.path(), &[&["check", "--format", "json"][..], &args, &[name]].concat(), b"");
        let findings = unspinner().check(&text).findings;
        let decisions = [Decision::accept(&place, &text, &findings, 0, "Defense\u{a0}“Ministry”")];
        fs::write(here.path().join("d.jsonl"), lines(&decisions)).expect("written");
        let ran =
            unspin(here.path(), &[&["review", "--apply", "--decisions", "d.jsonl"][..], &args, &[name]].concat(), b"");
        let words = &text[findings[0].span.range()];
        // What may be read in any encoding says so of other characters.
        let written =
            if name == "page.html" { "Defense&#160;&#8220;Ministry&#8221;" } else { "Defense\u{a0}“Ministry”" };
        let wanted = content.replacen(words, written, 1);
        assert_eq!((ran.code, read(here.path(), name)), (0, wanted), "{name}: {} {}", ran.err, found.text());
    }
}

#[test]
fn what_cannot_be_written_is_refused_as_fix_does_each_time() {
    let html = "<p>The Protection Secretary stated that a <b>brand</b> new navy would stay. He saw the colonel as \
                <b>well</b> as utilized vehicles.</p>\n<p>They said the <b>bo</b>som peril \
                was the reason.</p>\n";
    let (here, own) = (directory(&[("a.html", html.as_bytes())]), place("a.html", None, None));
    let text = html.replace("</p>\n<p>", "\n\n");
    let text = ["<p>", "</p>\n", "<b>", "</b>"].iter().fold(text, |text, tag| text.replace(tag, ""));
    let findings = unspinner().check(&text).findings;
    let accept = |n: usize| Decision::accept(&own, &text, &findings, n, findings[n].correction());
    fs::write(here.path().join("d.jsonl"), lines(&(0..findings.len()).map(accept).collect::<Vec<_>>()))
        .expect("written");
    let refused = |err: &str| -> Vec<String> {
        let what = |line: &str| Some(line[line.find("a.html:")?..].split_once(": ")?.1.to_owned());
        err.lines().filter(|line| line.contains("cannot be written")).filter_map(what).collect()
    };
    let fixed = unspin(here.path(), &["fix", "--assume-spun", "a.html"], b"");
    let args = ["review", "--assume-spun", "--apply", "--decisions", "d.jsonl"];
    let first = unspin(here.path(), &args, b"");
    assert_eq!((first.code, read(here.path(), "a.html").as_str()), (1, fixed.text()), "{}", first.err);
    let second = unspin(here.path(), &args, b"");
    assert_eq!((second.code, read(here.path(), "a.html").as_str()), (1, fixed.text()), "{}", second.err);
    assert_eq!(refused(&first.err), refused(&fixed.err));
    let along = "utilized → used cannot be written: it goes with what stands beside it, which cannot be written";
    assert!(refused(&fixed.err).iter().any(|line| line == along), "{}", fixed.err);
    assert_eq!(refused(&second.err), refused(&fixed.err), "{}", second.err);
    assert!(!second.err.contains("not there any more"), "{}", second.err);
}

#[test]
fn status_counts() {
    let decisions = decide(&place("a.txt", None, None), ARTICLE);
    let record = lines(&[Decision { text: SPUN.into(), ..decisions[0].clone() }]);
    let here = directory(&[
        ("a.txt", ARTICLE.as_bytes()),
        ("b.txt", ARTICLE.as_bytes()),
        ("d.jsonl", lines(&decisions[..4]).as_bytes()),
        // Records of the page, which have texts, but are none.
        ("a.unspin-review.jsonl", record.as_bytes()),
        ("a.unspin-review (1).jsonl", record.as_bytes()),
        // One of another name is known by how it begins.
        ("anna.jsonl", record.as_bytes()),
    ]);
    let status = |args: &[&str]| {
        let ran = unspin(here.path(), &[&["review", "--assume-spun", "--status"], args].concat(), b"");
        (ran.code, ran.text().to_owned() + &ran.err)
    };
    let all = decisions.len();
    let one = format!("a.txt: 3 accepted, 1 rejected, 0 ignored, {} undecided\n", all - 4);
    assert_eq!(status(&["--decisions", "d.jsonl"]), (1, one.clone()));
    let both = format!(
        "{one}b.txt: 0 accepted, 0 rejected, 0 ignored, {all} undecided\n\
         all 2 files: 3 accepted, 1 rejected, 0 ignored, {} undecided\n",
        2 * all - 4
    );
    assert_eq!(status(&["--decisions", "d.jsonl", "."]), (1, both));
    fs::write(here.path().join("d.jsonl"), lines(&decisions)).expect("written");
    assert_eq!(status(&["--decisions", "d.jsonl"]).0, 0);
    // What is ignored counts as long as it stands there, whether the allow list keeps it from being found or not.
    let ignored = Decision { verdict: Verdict::Ignore, replacement: None, ..decisions[4].clone() };
    fs::write(here.path().join("d.jsonl"), lines(std::slice::from_ref(&ignored))).expect("written");
    let one = format!("a.txt: 0 accepted, 0 rejected, 1 ignored, {} undecided\n", all - 1);
    assert_eq!(status(&["--decisions", "d.jsonl"]), (1, one));
    fs::write(here.path().join("unspin.toml"), format!("allow = [{:?}]\n", ignored.text)).expect("written");
    let (_, told) = status(&["--decisions", "d.jsonl"]);
    assert!(told.starts_with("a.txt: 0 accepted, 0 rejected, 1 ignored, "), "{told}");
    fs::write(here.path().join("a.txt"), ARTICLE.replace(&ignored.text, "")).expect("written");
    let (_, told) = status(&["--decisions", "d.jsonl"]);
    assert!(told.starts_with("a.txt: 0 accepted, 0 rejected, 0 ignored, "), "{told}");
}

#[test]
fn parts_of_the_work_are_applied_and_counted_apart() {
    let decisions = decide(&place("a.txt", None, None), ARTICLE);
    let others = decide(&place("b.txt", None, None), ARTICLE);
    let here = directory(&[
        ("a.txt", ARTICLE.as_bytes()),
        ("b.txt", ARTICLE.as_bytes()),
        ("d.jsonl", (lines(&decisions) + &lines(&others)).as_bytes()),
    ]);
    let run = |args: &[&str]| {
        let ran = unspin(here.path(), &[&["review", "--assume-spun", "--decisions", "d.jsonl"], args].concat(), b"");
        (ran.code, ran.err)
    };
    let (code, err) = run(&["--stats", "s.json", "a.txt"]);
    assert!(code == 2 && err.contains("--stats is for --status and --apply"), "{err}");
    assert_eq!(run(&["--status", "--stats", "s.json", "."]).0, 0);
    let figures: serde_json::Value = serde_json::from_str(&read(here.path(), "s.json")).expect("JSON");
    assert_eq!(figures["documents"], 2);
    for part in ["1/2", "2/2"] {
        let (code, err) = run(&["--apply", "--shard", part, "a.txt", "b.txt"]);
        assert!(code == 0 && !err.contains("was not read"), "{part}: {err}");
    }
    assert_eq!(read(here.path(), "a.txt"), read(here.path(), "b.txt"));
    assert_ne!(read(here.path(), "a.txt"), ARTICLE);
}

#[test]
fn people_who_disagree_are_named_and_nothing_is_written() {
    let own = place("a.txt", None, None);
    let findings = unspinner().check(SPUN).findings;
    let accept = |new: &str| lines(&[Decision::accept(&own, SPUN, &findings, 0, new)]);
    let here = directory(&[
        ("a.txt", SPUN.as_bytes()),
        ("anna.jsonl", accept("Defense").as_bytes()),
        ("ben.jsonl", accept("War").replace("\"by\":null", "\"by\":\"Ben\"").as_bytes()),
    ]);
    let words = &SPUN[findings[0].span.range()];
    let apply = |args: &[&str]| {
        let both = ["review", "--assume-spun", "--apply", "--decisions", "anna.jsonl", "--decisions", "ben.jsonl"];
        let ran = unspin(here.path(), &[&both, args].concat(), b"");
        (ran.code, ran.err)
    };
    let (code, err) = apply(&[]);
    assert_eq!((code, read(here.path(), "a.txt").as_str()), (2, SPUN));
    let line = format!(
        "unspin: a.txt: people disagree about {words:?}: anna.jsonl: accept \"Defense\", Ben: accept \"War\"\n"
    );
    assert!(err.starts_with(&line) && err.contains("unspin: 1 disagreement; say --prefer NAME"), "{err}");
    let (code, err) = apply(&["--prefer", "eve"]);
    assert!(code == 2 && err.contains("nobody of that name"), "{err}");
    for (prefer, new) in [("anna.jsonl", "Defense"), ("Ben", "War"), ("last", "War")] {
        fs::write(here.path().join("a.txt"), SPUN).expect("written");
        assert_eq!(apply(&["--prefer", prefer]).0, 0);
        assert_eq!(read(here.path(), "a.txt"), SPUN.replacen(words, new, 1));
    }
}

#[test]
fn decisions_without_a_place_are_reported() {
    let own = place("a.txt", None, None);
    let findings = unspinner().check(SPUN).findings;
    let text = "Something else stands here now.";
    let row = place("rows.jsonl", Some(9), Some("text"));
    let decisions = [
        Decision::accept(&own, SPUN, &findings, 0, "Defense"),
        Decision::new(&own, SPUN, &findings, 1, Verdict::Reject),
        Decision::accept(&row, SPUN, &findings, 0, "Defense"),
    ];
    let here = directory(&[
        ("a.txt", text.as_bytes()),
        ("rows.jsonl", b"{\"text\":\"Short.\"}\n"),
        (".unspin-review.jsonl", lines(&decisions).as_bytes()),
    ]);
    let ran = unspin(here.path(), &["review", "--assume-spun", "--apply"], b"");
    assert_eq!((ran.code, read(here.path(), "a.txt").as_str()), (1, text));
    for place in ["a.txt: ", "rows.jsonl#9.text: "] {
        assert!(ran.err.contains(&format!("{place}{}", &SPUN[findings[0].span.range()])), "{}", ran.err);
    }
    assert!(ran.err.ends_with("0 applied in 0 files, 2 not\n"), "{}", ran.err);
}

#[test]
fn decisions_that_know_a_file_by_its_name_are_applied() {
    let findings = unspinner().check(SPUN).findings;
    let accept = |path: &str| lines(&[Decision::accept(&place(path, None, None), SPUN, &findings, 0, "Defense")]);
    let wanted = SPUN.replacen(&SPUN[findings[0].span.range()], "Defense", 1);
    let absent = |path: &str| format!("unspin: {path}: 1 accepted, left out, for this file was not read\n");
    for (paths, input, code, applied, says) in [
        (&["a.txt"][..], "sub/a.txt", 0, true, String::new()),
        (&["a.txt", "b.txt"], "sub/a.txt", 1, true, absent("b.txt")),
        // A record that names directories is about those.
        (&["old/a.txt"], "sub/a.txt", 1, false, absent("old/a.txt")),
        // Of two that may be meant, none is; what is known by its path goes first.
        (&["x/a.txt", "y/a.txt"], "sub/a.txt", 1, false, absent("x/a.txt") + &absent("y/a.txt")),
        (&["a.txt", "sub/a.txt"], "sub/a.txt", 1, true, absent("a.txt")),
        // A directory has files of its own.
        (&["a.txt"], "sub", 1, false, absent("a.txt")),
    ] {
        let all: String = paths.iter().map(|path| accept(path)).collect();
        let here = directory(&[("sub/a.txt", SPUN.as_bytes()), ("d.jsonl", all.as_bytes())]);
        let args = ["review", "--assume-spun", "--apply", "--decisions", "d.jsonl", input];
        let ran = unspin(here.path(), &args, b"");
        let text = if applied { wanted.as_str() } else { SPUN };
        assert_eq!((ran.code, read(here.path(), "sub/a.txt").as_str()), (code, text), "{paths:?}: {}", ran.err);
        assert!(ran.err.contains(&says), "{paths:?}: {}", ran.err);
    }
}

#[test]
fn a_file_has_one_name_however_it_is_spelled() {
    let findings = unspinner().check(SPUN).findings;
    let accept = |path: &str| lines(&[Decision::accept(&place(path, None, None), SPUN, &findings, 0, "Defense")]);
    let wanted = SPUN.replacen(&SPUN[findings[0].span.range()], "Defense", 1);
    let decisions = accept("sub/b/a.txt") + &accept("../other/a.txt");
    for (input, name) in [
        ("sub//b", "sub/b/a.txt"),
        ("./sub/./b/a.txt", "sub/b/a.txt"),
        ("../here/sub/b", "sub/b/a.txt"),
        ("sub/../sub/b/", "sub/b/a.txt"),
        ("../other//", "../other/a.txt"),
        ("../here/../other/a.txt", "../other/a.txt"),
    ] {
        let around = directory(&[
            ("here/sub/b/a.txt", SPUN.as_bytes()),
            ("other/a.txt", SPUN.as_bytes()),
            ("here/d.jsonl", decisions.as_bytes()),
        ]);
        let here = around.path().join("here");
        let ran = unspin(&here, &["review", "--assume-spun", "--apply", "--decisions", "d.jsonl", input], b"");
        assert_eq!(read(&here, name), wanted, "{input}: {}", ran.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_no_record_can_name_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    let path = here.path().join(OsStr::from_bytes(b"x\xff.txt"));
    fs::write(&path, SPUN).expect("written");
    let findings = unspinner().check(SPUN).findings;
    let decisions: String = ["a.txt", "x\u{fffd}.txt"]
        .map(|path| lines(&[Decision::accept(&place(path, None, None), SPUN, &findings, 0, "Defense")]))
        .concat();
    fs::write(here.path().join("d.jsonl"), decisions).expect("written");
    let ran = unspin(here.path(), &["review", "--assume-spun", "--apply", "--decisions", "d.jsonl", "."], b"");
    assert_eq!((ran.code, fs::read_to_string(&path).expect("there").as_str()), (2, SPUN), "{}", ran.err);
    assert!(ran.err.contains("x\u{fffd}.txt: has a name that is not UTF-8"), "{}", ran.err);
    assert!(ran.err.contains("1 applied in 1 file"), "{}", ran.err);
}

#[test]
fn what_cannot_be_reviewed_is_refused() {
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("bad.jsonl", b"{}\n{}\n"), ("empty.jsonl", b"")]);
    for (args, says) in [
        (&["review"][..], "name the files or directories to review"),
        (&["review", "-"], "standard input cannot be reviewed"),
        (&["review", "a.txt"], "standard output is no terminal"),
        (&["review", "--apply"], ".unspin-review.jsonl: cannot be read"),
        (&["review", "--status"], ".unspin-review.jsonl: holds no decisions; name the files"),
        (&["review", "--apply", "--decisions", "bad.jsonl"], "bad.jsonl: line 1: is not a decision"),
        (&["review", "--apply", "--decisions", "empty.jsonl"], "empty.jsonl: holds no decisions"),
        (&["review", "--decisions", "a", "--decisions", "b", "a.txt"], "--decisions may be given once"),
        (&["review", "--decisions", "no/d.jsonl", "a.txt"], "no/d.jsonl: there is no directory no"),
        (&["review", "--apply", "--only", "automatic"], "cannot be used with"),
        (&["review", "--by", " ", "a.txt"], "--by needs a name"),
    ] {
        let ran = unspin(here.path(), args, b"");
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}
