//! What users tell the program: comments in texts, baselines, settings, lists of files, shards, added fields.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{Ran, command, directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";

fn findings(ran: &Ran) -> Vec<Value> {
    let lines = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["type"] == "finding").collect()
}

fn check(directory: &Path, args: &[&str]) -> Vec<Value> {
    findings(&unspin(directory, &[&["check", "--assume-spun", "--format", "json"], args].concat(), b""))
}

#[test]
fn comments_keep_findings_from_being_reported_and_fixed() {
    let html = format!("<p>{SPUN}</p><!-- unspin:ignore -->\n<p>{SPUN}</p>\n");
    let text = format!("# unspin:off\n{SPUN}\n# unspin:on\n{SPUN}\n// unspin:ignore-next\n\n{SPUN}\n");
    let row = json!({ "text": format!("{SPUN} /* unspin:ignore */") }).to_string();
    let here = directory(&[
        ("a.html", html.as_bytes()),
        ("a.txt", text.as_bytes()),
        ("a.jsonl", format!("{row}\n").as_bytes()),
    ]);
    for (name, lines) in [("a.html", vec![2]), ("a.txt", vec![4]), ("a.jsonl", vec![])] {
        let mut found: Vec<u64> = check(here.path(), &[name]).iter().filter_map(|one| one["line"].as_u64()).collect();
        found.dedup();
        assert_eq!(found, lines, "{name}");
    }
    let fixed = unspin(here.path(), &["fix", "-q", "--assume-spun", "a.txt"], b"");
    let kept: Vec<&str> = fixed.text().lines().filter(|line| *line == SPUN).collect();
    assert_eq!(kept.len(), 2, "{}", fixed.text());
}

#[test]
fn what_was_to_be_a_directive_is_told_once_for_each_file() {
    let row = |text: &str| format!("{}\n", json!({ "text": text }));
    let rows = [row("Fine."), row("No.\n// unspin:ignored"), row("// unspin:ignored")].concat();
    let here = directory(&[
        ("a.txt", format!("{SPUN}\n\n{SPUN} # unspin:ignored\n# unspin:disable\n").as_bytes()),
        ("b.html", b"<p>Fine.</p>\n<!-- unspin:ignore-nextline -->\n<p>Fine.</p>\n"),
        ("c.jsonl", rows.as_bytes()),
        ("d.md", b"Fine. <!-- unspin:ignore -->\n"),
        ("long.txt", format!("{}\n# unspin:onn\n# unspin:ignores\n", "It is fine.\n".repeat(20_000)).as_bytes()),
    ]);
    let says = "unspin: a.txt:3: unspin:ignored does nothing; unspin:ignore is most probably meant\n\
                unspin: b.html:2: unspin:ignore-nextline does nothing; unspin:ignore-next is most probably meant\n\
                unspin: c.jsonl#2.text:2: unspin:ignored does nothing; unspin:ignore is most probably meant\n\
                unspin: long.txt:20003: unspin:ignores does nothing; unspin:ignore is most probably meant\n";
    let ran = unspin(here.path(), &["score", "."], b"");
    assert_eq!((ran.code, ran.err.replace("./", "").as_str()), (0, says));
    assert_eq!(unspin(here.path(), &["score", "-q", "."], b"").err, "");
}

#[test]
fn a_baseline_leaves_out_what_it_holds_wherever_it_moves() {
    let text = format!("Nobody knew why.\n\n{SPUN}\n");
    let here = directory(&[("a.txt", text.as_bytes()), ("sure.toml", b"min-confidence = 0.8\nassume-spun = true\n")]);
    // A further line may make what was just too unsure surer, so that is known, too.
    let write = ["check", "--config", "sure.toml", "--min-confidence", "0.3", "--write-baseline", "known", "a.txt"];
    let ran = unspin(here.path(), &write, b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!((ran.text(), ran.err.as_str()), ("", "4 findings in the baseline\n"));
    fs::write(here.path().join("a.txt"), format!("A new first line.\n\n{text}")).expect("written");
    assert_eq!(check(here.path(), &["--config", "sure.toml", "--baseline", "known", "a.txt"]), Vec::<Value>::new());
    assert!(!check(here.path(), &["a.txt"]).is_empty());
    // An editor may put a mark before it.
    let saved = ["\u{feff}", &fs::read_to_string(here.path().join("known")).expect("read")].concat();
    fs::write(here.path().join("known"), saved).expect("written");
    fs::write(here.path().join("unspin.toml"), "baseline = \"known\"\nmin-confidence = 0.8\n").expect("written");
    assert_eq!(check(here.path(), &["a.txt"]), Vec::<Value>::new());

    fs::write(here.path().join("unspin.toml"), "baseline = \"gone\"\n").expect("written");
    for (args, whose) in [(&["check", "a.txt"][..], "unspin.toml"), (&["check", "--baseline", "lost", "a.txt"], "lost")]
    {
        let ran = unspin(here.path(), args, b"");
        let makes = "is not there; unspin check --write-baseline";
        assert!(ran.code == 2 && ran.err.contains(makes) && ran.err.contains(whose), "{}", ran.err);
    }

    fs::write(here.path().join("number"), "{\"id\":5}\n").expect("written");
    for (name, says) in [("a.txt", ""), ("number", "invalid type: integer `5`, expected a string")] {
        let ran = unspin(here.path(), &["check", "--baseline", name, "a.txt"], b"");
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(":1: not a line of a baseline") && ran.err.contains(says), "{}", ran.err);
    }
}

#[test]
fn a_baseline_is_made_anew_and_is_no_input() {
    let here = directory(&[
        ("in/a.txt", SPUN.as_bytes()),
        ("unspin.toml", b"baseline = \"in/known.jsonl\"\nassume-spun = true\n"),
    ]);
    let known = here.path().join("in/known.jsonl");
    let write = || {
        let ran = unspin(here.path(), &["check", "--write-baseline", "in/known.jsonl", "in"], b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
        fs::read_to_string(&known).expect("written")
    };
    let first = write();
    assert!(!first.is_empty());
    // What is known stays known, and the file, whose lines hold spun texts, is not checked.
    assert_eq!(write(), first);
    assert_eq!(check(here.path(), &["in"]), Vec::<Value>::new());
    let found = check(here.path(), &["--isolated", "in", "--write-baseline", "in/../in/known.jsonl"]);
    assert!(!found.is_empty() && found.iter().all(|one| one["path"] == "in/a.txt"));
    let other = here.path().join("in/other.jsonl");
    fs::copy(&known, &other).expect("copied");
    unspin(here.path(), &["fix", "--write", "--isolated", "--assume-spun", "--baseline", "in/other.jsonl", "in"], b"");
    assert_eq!(fs::read_to_string(&other).expect("there"), first);
    // Findings that are alike have one line, and all are counted.
    fs::write(here.path().join("in/a.txt"), format!("{SPUN}\n\n{SPUN}\n")).expect("written");
    let ran = unspin(here.path(), &["check", "--assume-spun", "--write-baseline", "twice", "in/a.txt"], b"");
    let lines = fs::read_to_string(here.path().join("twice")).expect("written").lines().count();
    let says = format!("{} findings in the baseline, in {lines} lines: some are alike\n", 2 * lines);
    assert_eq!(ran.err, says);
}

#[test]
fn a_baseline_stays_where_a_new_one_would_lack_something() {
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("rows.jsonl", b"{\"id\":\"1\",\"text\":\"x\"}\n")]);
    let write = |file: &str, path: &str| {
        unspin(here.path(), &["check", "-q", "--assume-spun", "--write-baseline", file, path], b"")
    };
    let known = || fs::read_to_string(here.path().join("known")).expect("written");
    assert_eq!(write("known", "a.txt").code, 0);
    let before = known();
    let ran = write("known", "gone.txt");
    assert!(
        ran.code == 2 && ran.err.ends_with("known: not written, for some input could not be read\n"),
        "{}",
        ran.err
    );
    assert_eq!(known(), before);
    // The name of the file was forgotten, so an input is in its place.
    for name in ["a.txt", "rows.jsonl"] {
        let ran = unspin(here.path(), &["check", "--write-baseline", name], b"");
        assert!(ran.code == 2 && ran.err.contains("is there already and is no baseline"), "{}", ran.err);
    }
    assert_eq!(fs::read_to_string(here.path().join("a.txt")).expect("there"), SPUN);
}

#[test]
fn what_is_written_is_no_named_input() {
    let gold = json!({ "id": "a", "text": SPUN, "edits": [] }).to_string();
    let here = directory(&[
        ("a.txt", SPUN.as_bytes()),
        ("in/b.txt", SPUN.as_bytes()),
        ("g.json", gold.as_bytes()),
        ("gold/g.json", gold.as_bytes()),
    ]);
    for (args, says) in [
        (&["check", "-o", "a.txt", "a.txt"][..], "is an input, too"),
        (&["fix", "-o", "a.txt", "--resume", "./a.txt"], "is an input, too"),
        (&["train", "--out", "a.txt", "a.txt"], "is an input, too"),
        (&["eval", "g.json", "--save", "g.json"], "is an input, too"),
        (&["learn", "weights", "g.json", "--out", "./g.json"], "is an input, too"),
        (
            &["learn", "weights", "gold", "--dictionary", "in", "--fragments", "g.json", "--out", "g.json"],
            "is an input, too",
        ),
        (&["learn", "channel", "gold", "--out", "gold/g.json"], "is an input, too"),
        (&["learn", "channel", "gold", "--out", "x", "--rows", "./x"], "is to be written twice"),
        (&["eval", "g.json", "--save", "x.gold.m2", "--m2", "x"], "is to be written twice"),
        (&["train", "--out", "no/x", "a.txt"], "no/x: cannot write beside it"),
        (&["learn", "weights", "gold", "--out", "in"], "in: is a directory"),
        (&["check", "--stats", "in/../a.txt", "a.txt"], "is an input, too"),
        (&["score", "-o", "a.txt", "a.txt"], "is an input, too"),
        (&["fix", "--write", "--stats", "a.txt", "a.txt"], "is an input, too"),
        (&["diff", "--stats", "a.txt", "a.txt"], "is an input, too"),
        (&["check", "-o", "x", "--stats", "./x", "a.txt"], "is to be written twice"),
        (&["check", "-o", "x", "--stats", "./x.partial", "a.txt"], "need different files"),
        (&["fix", "-o", "x", "./x.partial", "a.txt"], "x.partial: is an input, too"),
        (&["score", "-o", "x", "x.resume"], "x.resume: is an input, too"),
        (&["check", "--write-baseline", "x", "--stats", "x", "a.txt"], "is to be written twice"),
        (&["fix", "-o", "x", "--stats", "x", "a.txt"], "need different files"),
    ] {
        let ran = unspin(here.path(), args, b"");
        assert!(ran.code == 2 && ran.err.contains(says), "{args:?}: {}", ran.err);
        for (name, bytes) in [("a.txt", SPUN), ("g.json", &gold), ("gold/g.json", &gold)] {
            assert_eq!(fs::read_to_string(here.path().join(name)).expect("there"), bytes, "{args:?}");
        }
    }
    assert_eq!(fs::read_dir(here.path()).expect("listed").count(), 4);
}

#[test]
fn what_a_run_goes_by_is_not_written_over() {
    let files: [(&str, &[u8]); 5] = [
        ("a.txt", SPUN.as_bytes()),
        ("list", b"a.txt\n"),
        ("known", b""),
        ("set.toml", b"prior = 0.1\n"),
        ("own/allowed.csv", b"phrase,reason\ngreen zone,a place\n"),
    ];
    let here = directory(&files);
    for (file, args) in [
        ("list", &["--file-list", "list"][..]),
        ("known", &["--baseline", "./known"]),
        ("set.toml", &["--config", "set.toml"]),
        ("own/allowed.csv", &["--dictionary", "own"]),
    ] {
        for option in ["--output", "--stats"] {
            let ran = unspin(here.path(), &[&["fix", "-q", "a.txt", option, file], args].concat(), b"");
            assert_eq!((ran.code, ran.err), (2, format!("unspin: {file}: is read, too; write to another file\n")));
        }
    }
    for (name, bytes) in files {
        assert_eq!(fs::read(here.path().join(name)).expect("there"), bytes, "{name}");
    }
}

#[test]
fn files_are_written_though_nobody_reads_the_output() {
    let rows = format!("{}\n", json!({ "text": SPUN })).repeat(2000);
    let here = directory(&[("rows.jsonl", rows.as_bytes())]);
    let args = [
        "check",
        "--assume-spun",
        "--format",
        "short",
        "--write-baseline",
        "known",
        "--stats",
        "figures",
        "rows.jsonl",
    ];
    let mut child = command(here.path(), &args).stdout(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    assert!(!fs::read_to_string(here.path().join("known")).expect("written").is_empty());
    assert!(here.path().join("figures").exists());
}

#[cfg(unix)]
#[test]
fn links_and_permissions_survive() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("words/sources.csv", b"id,title,license,origin,date\n")]);
    let at = |name: &str| here.path().join(name);
    fs::write(at("known"), "").expect("written");
    fs::rename(at("words/sources.csv"), at("sources")).expect("moved");
    for (file, link) in [("known", "link"), ("sources", "words/sources.csv")] {
        fs::set_permissions(at(file), fs::Permissions::from_mode(0o600)).expect("set");
        symlink(at(file), at(link)).expect("made");
    }
    unspin(here.path(), &["check", "-q", "--assume-spun", "--write-baseline", "link", "a.txt"], b"");
    let ran = unspin(here.path(), &["dict", "add", "--dir", "words", "green zone", "verdant zone"], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (file, link) in [("known", "link"), ("sources", "words/sources.csv")] {
        let data = fs::metadata(at(file)).expect("there");
        assert!(at(link).is_symlink() && data.permissions().mode() & 0o777 == 0o600 && data.len() > 40, "{file}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn settings_hold_in_places_whose_names_are_no_text() {
    use std::os::unix::ffi::OsStrExt;

    let root = directory(&[]);
    let here = root.path().join(std::ffi::OsStr::from_bytes(b"d\xff"));
    fs::create_dir_all(here.join("own")).expect("made");
    for (name, text) in [
        ("a.txt", SPUN),
        ("known", ""),
        ("own/allowed.csv", "phrase,reason\ngreen zone,a place\n"),
        ("unspin.toml", "baseline = \"known\"\ndictionaries = [\"own\"]\nassume-spun = true\n"),
    ] {
        fs::write(here.join(name), text).expect("written");
    }
    assert!(!check(&here, &["a.txt"]).is_empty());
    let ran = unspin(&here, &["score", "-o", "out", "a.txt"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let ran = unspin(&here, &["check", "--dump-config"], b"");
    assert!(ran.code == 2 && ran.err.contains("/own: has no place in TOML"), "{}", ran.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    for name in ["check", "fix", "score"] {
        let ran = unspin(here.path(), &[name, "-q", "--assume-spun", "-o", "/dev/full", "a.txt"], b"");
        let says = "unspin: /dev/full: No space left on device (os error 28)\n";
        assert_eq!((ran.code, ran.err.as_str()), (2, says), "{name}");
    }
    for args in [&["--help"][..], &["-h"], &["help", "check"], &["check", "--help"], &["--version"]] {
        let full = fs::File::options().write(true).open("/dev/full").expect("on Linux");
        let told = command(here.path(), args).stdout(full).output().expect("runs");
        let err = String::from_utf8_lossy(&told.stderr);
        assert_eq!(
            (told.status.code(), &*err),
            (Some(2), "unspin: No space left on device (os error 28)\n"),
            "{args:?}"
        );
    }
}

#[test]
fn help_that_nobody_reads_is_success() {
    let mut child = command(&std::env::temp_dir(), &["check", "--help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let told = child.wait_with_output().expect("ends");
    assert_eq!((told.status.code(), told.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn files_are_left_out_wherever_the_walk_begins() {
    let here = directory(&[
        ("unspin.toml", b"exclude = [\"docs/deep\"]\n"),
        ("docs/a.txt", SPUN.as_bytes()),
        ("docs/deep/b.txt", SPUN.as_bytes()),
    ]);
    let found = |from: &str, path: &str, name: &str| {
        let found = check(&here.path().join(from), &[path]);
        found.iter().any(|one| one["path"].as_str().is_some_and(|path| path.ends_with(name)))
    };
    for (from, path) in [("", "."), ("", "docs"), ("docs", "."), ("docs/deep", ".."), ("", "docs/deep/..")] {
        assert!(found(from, path, "a.txt") && !found(from, path, "b.txt"), "{path} from {from:?}");
    }
    assert!(!found("", "docs/deep", "b.txt") && found("", "docs/deep/b.txt", "b.txt"));
    assert_eq!(unspin(here.path(), &["score", "docs"], b"").text().lines().count(), 1);
    unspin(here.path(), &["fix", "--write", "--assume-spun", "docs"], b"");
    let left = |name: &str| fs::read_to_string(here.path().join(name)).expect("there") == SPUN;
    assert!(!left("docs/a.txt") && left("docs/deep/b.txt"));
    // On the command line, globs are of the directory that is named.
    assert!(
        check(here.path(), &["--isolated", "--exclude", "deep", "docs"]).iter().all(|one| one["path"] == "docs/a.txt")
    );
}

#[test]
fn globs_hold_however_a_place_is_written() {
    let here = directory(&[("docs/a.txt", SPUN.as_bytes()), ("docs/deep/b.txt", SPUN.as_bytes())]);
    let write =
        |glob: &str| fs::write(here.path().join("unspin.toml"), format!("exclude = [{glob:?}]\n")).expect("written");
    let paths = |from: &str, args: &[&str]| -> Vec<String> {
        let found = check(&here.path().join(from), args);
        let mut paths: Vec<String> = found.iter().filter_map(|one| one["path"].as_str().map(str::to_owned)).collect();
        paths.dedup();
        paths
    };
    let absolute = here.path().canonicalize().expect("there").join("docs/deep");
    for glob in ["./docs/deep/", "././docs/deep", "/docs/deep", absolute.to_str().expect("UTF-8")] {
        write(glob);
        assert_eq!((paths("", &["docs"]), paths("docs", &["."])), (vec!["docs/a.txt".into()], vec!["./a.txt".into()]));
    }
    assert_eq!(paths("", &["--isolated", "--exclude", "./deep", "docs"]), ["docs/a.txt"]);
    for glob in ["../docs", "./../docs", "["] {
        write(glob);
        let ran = unspin(here.path(), &["check", "docs"], b"");
        assert!(ran.code == 2 && ran.err.contains(glob) && ran.err.contains("at line 1"), "{}", ran.err);
    }
    let ran = unspin(here.path(), &["check", "--isolated", "--exclude", "../docs", "docs"], b"");
    assert!(ran.code == 2 && ran.err.contains("leads out of the directory"), "{}", ran.err);
}

#[test]
fn settings_and_what_they_name_are_no_inputs() {
    let text = format!("{SPUN}\n");
    let settings = format!("# {SPUN}\ndictionaries = [\"words\"]\nassume-spun = true\n");
    let example = format!("text,flagged,expected\n{SPUN},yes,\n");
    let here = directory(&[
        ("unspin.toml", settings.as_bytes()),
        ("deep/unspin.toml", format!("# {SPUN}\n").as_bytes()),
        ("other.toml", settings.as_bytes()),
        ("words/examples/own.csv", example.as_bytes()),
        ("words/allowed.csv", b"phrase,reason\ngreen zone,a place\n"),
        ("words/readme.txt", text.as_bytes()),
        ("a.txt", text.as_bytes()),
    ]);
    let names = ["unspin.toml", "deep/unspin.toml", "other.toml", "words/examples/own.csv"];
    let read = |name: &str| fs::read_to_string(here.path().join(name)).expect("there");
    let before = names.map(read);
    let ran = unspin(here.path(), &["fix", "--write", "-q", "--config", "other.toml", "."], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(names.map(read), before);
    // Texts beside dictionaries are texts.
    assert!(read("a.txt") != text && read("words/readme.txt") != text);
    unspin(here.path(), &["fix", "--write", "-q", "--isolated", "--assume-spun", "deep"], b"");
    assert_eq!(read(names[1]), before[1]);
}

#[cfg(unix)]
#[test]
fn settings_hold_through_links() {
    let settings =
        "exclude = [\"drafts/\"]\nassume-spun = true\n[[override]]\npaths = [\"b.txt\"]\nmin-confidence = 1.0\n";
    let here = directory(&[
        ("real/unspin.toml", settings.as_bytes()),
        ("real/drafts/a.txt", SPUN.as_bytes()),
        ("real/a.txt", SPUN.as_bytes()),
        ("real/b.txt", SPUN.as_bytes()),
    ]);
    std::os::unix::fs::symlink("real", here.path().join("link")).expect("made");
    let real = here.path().join("real");
    for name in ["drafts", "b.txt", "."] {
        let path = here.path().join("link").join(name);
        let found = check(&real, &[path.to_str().expect("UTF-8")]);
        let at = |one: &Value| one["path"].as_str().is_some_and(|path| path.ends_with("link/./a.txt"));
        assert!(found.iter().all(at) && found.is_empty() == (name != "."), "{name}: {found:?}");
    }
    let out = here.path().join("link/out.txt");
    unspin(&real, &["check", "--exit-zero", "-o", out.to_str().expect("UTF-8"), "."], b"");
    assert!(!fs::read_to_string(out).expect("written").contains("out.txt"));
}

#[test]
fn findings_that_are_not_shown_are_counted() {
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("b.txt", SPUN.as_bytes())]);
    let args = ["check", "--assume-spun", "--format", "json", "--max-findings", "1", "a.txt", "b.txt"];
    let ran = unspin(here.path(), &args, b"");
    let lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    let told: u64 = of("document").iter().filter_map(|line| line["findings"].as_u64()).sum();
    assert_eq!((of("finding").len(), of("summary")[0]["findings"].as_u64()), (1, Some(told)));
    assert!(told > 2, "{told}");
}

#[test]
fn lines_are_as_wide_as_is_said() {
    let here = directory(&[("a.txt", format!("{SPUN} ").repeat(3).as_bytes())]);
    let widest = |columns: Option<&str>| {
        let mut command = command(here.path(), &["check", "--isolated", "--assume-spun", "a.txt"]);
        command.envs(columns.map(|columns| ("COLUMNS", columns)));
        let out = command.stdin(Stdio::null()).output().expect("runs").stdout;
        let text = String::from_utf8(out).expect("UTF-8");
        text.lines().filter(|line| line.contains("1 | ")).map(|line| line.chars().count()).max().expect("excerpts")
    };
    let usual = widest(None);
    assert!((95..=100).contains(&usual), "{usual}");
    assert_eq!([widest(Some("0")), widest(Some("wide"))], [usual; 2]);
    assert!((55..=60).contains(&widest(Some("60"))) && widest(Some("5")) <= 50 && widest(Some("150")) > 130);
}

#[test]
fn settings_come_in_layers() {
    let config = "min-confidence = 0.6\n[[override]]\npaths = [\"b.txt\"]\nmin-confidence = 1.0\n";
    let text = format!("{SPUN}\n");
    let here = directory(&[("unspin.toml", config.as_bytes()), ("a.txt", text.as_bytes()), ("b.txt", text.as_bytes())]);
    assert!(!check(here.path(), &["a.txt"]).is_empty());
    assert!(check(here.path(), &["b.txt"]).is_empty());
    assert!(!check(here.path(), &["--isolated", "b.txt"]).is_empty());
    assert!(!check(here.path(), &["--min-confidence", "0.5", "b.txt"]).is_empty());

    let dumped = unspin(here.path(), &["check", "--dump-config", "--quotes", "skip"], b"");
    assert_eq!(dumped.code, 0, "{}", dumped.err);
    for line in ["min-confidence = 0.6", "quotes = \"skip\"", "assume-spun = false", "[[override]]"] {
        assert!(dumped.text().contains(line), "{line}: {}", dumped.text());
    }
    for command in ["explain", "eval"] {
        let ran = unspin(here.path(), &[command, "--dump-config", "--quotes", "skip"], b"");
        assert_eq!((ran.code, &ran.out), (0, &dumped.out), "{command}: {}", ran.err);
    }
    let given = ["--quotes", "skip", "--exclude", "x/", "--field-format", "html"];
    let dumped = unspin(here.path(), &[&["fix", "--dump-config"], &given[..]].concat(), b"");
    for line in ["exclude = [\"x/\"]", "field-format = \"html\""] {
        assert!(dumped.text().contains(line), "{line}: {}", dumped.text());
    }
    // What is printed is taken back, and says the same.
    fs::write(here.path().join("unspin.toml"), &dumped.out).expect("written");
    assert_eq!(unspin(here.path(), &["check", "--dump-config"], b"").out, dumped.out);
}

#[test]
fn file_lists_and_shards() {
    let rows = (1..=10).map(|n| json!({ "text": format!("The ship number {n} left at noon.") }).to_string() + "\n");
    let rows = rows.collect::<String>();
    let here = directory(&[
        ("rows.jsonl", rows.as_bytes()),
        ("a b.txt", b"The ship left at noon."),
        ("c.txt", b"Nobody knew why."),
        ("lines", b"a b.txt\r\n\nc.txt\n"),
        ("nul", b"a b.txt\0c.txt\0"),
        ("marked", "\u{feff}a b.txt\nc.txt\n".as_bytes()),
    ]);
    for list in ["lines", "nul", "marked"] {
        let ran = unspin(here.path(), &["score", "--file-list", list], b"");
        assert_eq!((ran.code, ran.text().lines().count()), (0, 2), "{list}: {}", ran.err);
    }
    fs::write(here.path().join("spun.txt"), SPUN).expect("written");
    fs::write(here.path().join("spun"), "spun.txt\n").expect("written");
    let ran = unspin(here.path(), &["fix", "--write", "--assume-spun", "--file-list", "spun"], b"");
    assert!(ran.code < 2 && fs::read_to_string(here.path().join("spun.txt")).expect("there") != SPUN, "{}", ran.err);
    let part = |shard| unspin(here.path(), &["fix", "--shard", shard, "rows.jsonl"], b"").text().to_owned();
    let parts = [part("1/3"), part("2/3"), part("3/3")];
    let mut each: Vec<_> = parts.iter().map(|part| part.lines()).collect();
    let joined: Vec<&str> = (0..10).filter_map(|n| each[n % 3].next()).collect();
    assert_eq!(joined, rows.lines().collect::<Vec<_>>());
    // Directories are shared file by file, and so is what is rewritten.
    let scored: Vec<usize> = (1..=2)
        .map(|n| unspin(here.path(), &["score", "--shard", &format!("{n}/2"), "a b.txt", "c.txt"], b""))
        .map(|ran| ran.text().lines().count())
        .collect();
    assert_eq!(scored, [1, 1]);
    for wrong in ["0/2", "3/2", "1", "a/b"] {
        assert_eq!(unspin(here.path(), &["score", "--shard", wrong, "c.txt"], b"").code, 2, "{wrong}");
    }
}

#[test]
fn strict_stops_at_the_first_fault() {
    let here = directory(&[("rows.jsonl", b"{\"text\":\n{\"text\":\"Nobody knew.\"}\n"), ("a.txt", b"One.")]);
    let ran = unspin(here.path(), &["score", "--strict", "rows.jsonl", "a.txt"], b"");
    assert_eq!((ran.code, ran.text()), (2, ""));
    assert!(ran.err.contains("rows.jsonl, record 1"), "{}", ran.err);
    let ran = unspin(here.path(), &["score", "--strict", "nowhere.txt", "a.txt"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (2, "unspin: nowhere.txt: no such file or directory\n"));
    let ran = unspin(here.path(), &["score", "rows.jsonl", "a.txt"], b"");
    assert_eq!((ran.code, ran.text().lines().count()), (2, 2));
}

#[test]
fn a_run_does_not_wait_for_input_that_does_not_come() {
    let mut child = command(&std::env::temp_dir(), &["score", "--strict", "--input", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let (send, lines) = channel();
    std::thread::spawn(move || while send.send(output.by_ref().lines().next().transpose().expect("UTF-8")).is_ok() {});
    let line = || lines.recv_timeout(Duration::from_secs(60)).expect("it did not wait");
    for _ in 0..2 {
        writeln!(input, "{}", json!({ "text": "Nobody knew." })).expect("written");
        assert!(line().is_some());
    }
    writeln!(input, "{{").expect("written");
    assert_eq!((line(), child.wait().expect("ends").code()), (None, Some(2)));
    drop(input);
}

#[test]
fn a_strict_run_that_stops_says_what_it_leaves() {
    let rows = format!("{}\n{{\"text\":\n", json!({ "text": "Nobody knew." }));
    let here = directory(&[("rows.jsonl", rows.as_bytes())]);
    for command in ["fix", "check", "score"] {
        let ran = unspin(here.path(), &[command, "--strict", "-o", "out", "rows.jsonl"], b"");
        let says = "unspin: rows.jsonl, record 2: is not JSON: EOF while parsing a value at column 8\n\
                    unspin: out: not written, for some input could not be read as it should be; what could be is in \
                    out.partial\n";
        assert_eq!((ran.code, ran.err.as_str()), (2, says), "{command}");
        assert!(here.path().join("out.partial").exists() && !here.path().join("out").exists());
    }
}

#[test]
fn a_few_words_in_which_nothing_was_swapped_are_not_spun() {
    let here = directory(&[]);
    let spun = "Protection Secretary Mark Esper stated on Tuesday that the American navy would stay within the nation. The \
                Washington Put up reported that the chairman of the Joint Chiefs of Employees despatched a letter to his \
                counterpart, unsigned however bearing the typed identify.";
    let records = ["Cheer up guys, at least I'm here.", "Enough. I've had enough. I'm dropping out.", spun];
    let rows: String = records.iter().map(|text| json!({ "text": text }).to_string() + "\n").collect();
    let ran = unspin(here.path(), &["score", "--input", "jsonl", "-"], rows.as_bytes());
    let scores = ran.text().lines().map(|line| line.split_whitespace().next().and_then(|one| one.parse().ok()));
    let spun: Vec<bool> = scores.map(|score: Option<f64>| score.expect("a score") >= 0.5).collect();
    assert_eq!(spun, [false, false, true], "{}", ran.text());
}

#[test]
fn an_id_that_no_finding_has_is_named() {
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("b.txt", b"Nobody knew why.")]);
    let known = check(here.path(), &["a.txt"])[0]["id"].as_str().expect("an id").to_owned();
    for command in ["fix", "diff"] {
        let run = |args: &[&str]| {
            unspin(here.path(), &[&[command, "-q", "--assume-spun", "--exit-zero"], args].concat(), b"")
        };
        assert_eq!(run(&["--id", &known, "a.txt", "b.txt"]).code, 0);
        let ran = run(&["--id", "0123", "--id", &known, "--id", "4567", "a.txt", "b.txt"]);
        let says = "unspin: --id 0123, 4567: no finding has this id; check --format json tells them\n";
        assert_eq!((ran.code, ran.err.as_str(), ran.out.is_empty()), (2, says, false), "{command}");
        // Another part of the work may have it.
        assert_eq!(run(&["--id", &known, "--shard", "2/2", "a.txt", "b.txt"]).code, 0);
    }
}

#[test]
fn figures_of_shards_add_up() {
    let rows = format!("{}\n", json!({ "text": SPUN })).repeat(5);
    let here = directory(&[("rows.jsonl", rows.as_bytes())]);
    let run = |stats: &str, args: &[&str]| {
        let args = [&["score", "--assume-spun", "--stats", stats], args, &["rows.jsonl"]].concat();
        assert_eq!(unspin(here.path(), &args, b"").code, 0);
    };
    run("whole", &[]);
    run("one", &["--shard", "1/2"]);
    run("two", &["--shard", "2/2"]);
    let merged = unspin(here.path(), &["stats", "merge", "one", "two"], b"");
    let figures = |bytes: &[u8]| {
        let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
        value["seconds"].take();
        value
    };
    assert_eq!(figures(&merged.out), figures(&fs::read(here.path().join("whole")).expect("written")));
    assert_eq!(unspin(here.path(), &["stats", "merge", "rows.jsonl"], b"").code, 2);

    // What no part can read is told by all and counted once, as is a file that one part has to itself.
    fs::write(here.path().join("open.csv"), "text\n\"open\n").expect("written");
    let inputs = ["missing.jsonl", "open.csv", "missing.txt", "rows.jsonl"];
    for (stats, shard) in [("one", "1/2"), ("two", "2/2")] {
        let ran = unspin(here.path(), &[&["score", "--stats", stats, "--shard", shard], &inputs[..]].concat(), b"");
        assert!(ran.code == 2 && ran.err.contains("missing.jsonl: ") && ran.err.contains("open.csv, "), "{}", ran.err);
    }
    let merged = unspin(here.path(), &["stats", "merge", "one", "two"], b"");
    assert_eq!(figures(&merged.out)["unreadable"], 3);
}

#[test]
fn figures_have_a_place_before_the_run() {
    let here = directory(&[("a.txt", b"One."), ("stats", b"a longer text than all the figures".repeat(99).as_slice())]);
    let run = |stats: &str| unspin(here.path(), &["fix", "--stats", stats, "-o", "out", "a.txt"], b"");
    for wrong in ["nowhere/stats", ".", "-"] {
        let ran = run(wrong);
        assert_eq!((ran.code, fs::read_dir(here.path()).expect("listed").count()), (2, 2), "{wrong}: {}", ran.err);
    }
    assert_eq!(run("stats").code, 0);
    let stats = fs::read_to_string(here.path().join("stats")).expect("there");
    assert_eq!(serde_json::from_str::<Value>(&stats).expect("JSON")["documents"], 1);
    if cfg!(unix) {
        assert!(run("/dev/stdout").text().starts_with('{'));
    }
}

#[test]
fn records_get_what_they_were_and_what_was_changed() {
    let row = json!({ "id": 1, "text": SPUN }).to_string();
    let csv = format!("id,text,note\r\n1,{SPUN},x\r\n2,\"All, \"\"well\"\".\"\r\n");
    let wide = format!("id,text\n1,{SPUN},x\n2,{SPUN},,\n");
    let here = directory(&[
        ("a.jsonl", format!("{row}\n{{}}\n\n{{\"text\":\"\"}}\n{{\"text\": \"Nobody knew.\" }}\n").as_bytes()),
        ("a.csv", csv.as_bytes()),
        ("wide.csv", wide.as_bytes()),
        ("b.jsonl", b"{\"text\":\"x\",\"was\":1}\n"),
        ("two.jsonl", b"{\"a\":\"One.\",\"b\":\"Two.\"}"),
    ]);
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "-q", "--assume-spun"], args].concat(), b"");

    let ran = fix(&["--keep-original", "was", "--edits", "edits", "a.jsonl"]);
    let lines: Vec<&str> = ran.text().split('\n').collect();
    let first: Value = serde_json::from_str(lines[0]).expect("JSON");
    assert_eq!(first["was"], SPUN);
    let edits = first["edits"].as_array().expect("a list");
    assert!(!edits.is_empty());
    for edit in edits {
        let span = |end: usize| edit["span"]["byte"][end].as_u64().expect("a number") as usize;
        assert_eq!(edit["text"], SPUN[span(0)..span(1)]);
    }
    let found = check(here.path(), &["a.jsonl"]);
    let told = |all: &[Value]| all.iter().map(|one| one["confidence"].to_string()).collect::<Vec<_>>();
    assert_eq!(told(edits), told(&found));
    assert_eq!(
        lines[1..],
        [
            "{\"was\":null,\"edits\":null}",
            "",
            "{\"text\":\"\",\"was\":\"\",\"edits\":[]}",
            "{\"text\": \"Nobody knew.\" ,\"was\":\"Nobody knew.\",\"edits\":[]}",
            ""
        ]
    );

    let ran = fix(&["--keep-original", "was", "a.csv"]);
    let lines: Vec<&str> = ran.text().split("\r\n").collect();
    assert_eq!(lines[0], "id,text,note,was");
    assert!(lines[1].ends_with(&format!(",x,{SPUN}")), "{}", lines[1]);
    assert_eq!(lines[2], "2,\"All, \"\"well\"\".\",,\"All, \"\"well\"\".\"");

    // In place, too, and where nothing is repaired.
    fs::write(here.path().join("c.jsonl"), "{\"text\":\"Nobody knew.\"}\n").expect("written");
    assert_eq!(fix(&["--write", "--edits", "edits", "c.jsonl"]).code, 0);
    let written = fs::read_to_string(here.path().join("c.jsonl")).expect("there");
    assert_eq!(written, "{\"text\":\"Nobody knew.\",\"edits\":[]}\n");

    let ran = fix(&["--keep-original", "was", "b.jsonl"]);
    assert_eq!((ran.code, ran.text()), (2, "{\"text\":\"x\",\"was\":1}\n"));
    assert!(ran.err.contains("record 1: has a field \"was\" already"), "{}", ran.err);
    // The rows of a table are all of one form, so it is refused as a whole.
    let here = directory(&[
        ("one.csv", format!("id,text,note\n1,{SPUN},x\n").as_bytes()),
        ("two.csv", format!("a,b,was.b\n{SPUN},{SPUN},x\n").as_bytes()),
    ]);
    for (args, name) in [
        (&["--edits", "note", "one.csv"][..], "note"),
        (&["--keep-original", "was", "--column", "a", "--column", "b", "two.csv"], "was.b"),
    ] {
        let ran = unspin(here.path(), &[&["fix", "-q", "--assume-spun"], args].concat(), b"");
        assert_eq!((ran.code, ran.text()), (2, ""), "{args:?}");
        assert!(ran.err.ends_with(&format!("has a column {name:?} already; add one of another name\n")), "{}", ran.err);
    }
    for args in [
        &["--keep-original", "was", "--edits", "was", "a.csv"][..],
        &["--keep-original", "x", "--edits", "x.y", "--field", "y.z", "--field", "z", "two.jsonl"],
    ] {
        let ran = fix(args);
        assert_eq!((ran.code, ran.err.ends_with("need fields of different names\n")), (2, true), "{}", ran.err);
    }
    // A row with more fields than the header has no place for more, unless they are empty.
    let ran = fix(&["--keep-original", "was", "wide.csv"]);
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines[..2], ["id,text,was", wide.lines().nth(1).expect("a row")]);
    assert_eq!((lines[2].ends_with(&format!(",{SPUN}")), lines[2].contains(",,")), (true, false), "{}", lines[2]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "unspin: wide.csv, record 1: has more fields than the header\n"));
    let ran = fix(&["--keep-original", "was", "--field", "a", "--field", "b", "two.jsonl"]);
    assert_eq!(ran.text(), "{\"a\":\"One.\",\"b\":\"Two.\",\"was.a\":\"One.\",\"was.b\":\"Two.\"}");
}

#[test]
fn what_an_evaluation_lists_is_part_of_its_json() {
    let missed = json!({ "start": 4, "end": 8, "corrections": ["boat"], "severity": "hard" });
    let gold = json!({ "id": "a", "text": "The ship left the harbor at noon.", "edits": [missed] });
    let here = directory(&[("gold.json", gold.to_string().as_bytes())]);
    let run = |format: &str| unspin(here.path(), &["eval", "--show", "missed", "--format", format, "gold.json"], b"");
    let ran = run("json");
    let figures: Value = serde_json::from_slice(&ran.out).unwrap_or_else(|_| panic!("{}", ran.text()));
    let wanted = json!([{
        "what": "missed", "document": "a", "context": "The [ship] left the harbor at noon.", "need": "hard",
        "correction": null, "confidence": null, "rule": null, "wanted": ["boat"],
    }]);
    assert_eq!(figures["shown"], wanted);
    let line = "missed  a  hard  The [ship] left the harbor at noon.  should be: boat\n";
    assert!(run("human").text().starts_with(line), "{}", run("human").text());
}

#[test]
fn an_encoder_that_cannot_be_read_is_named() {
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("unspin.toml", b"encoder = \"nowhere\"\n")]);
    for args in [&["check", "a.txt"][..], &["check", "--isolated", "--encoder", "nowhere", "a.txt"]] {
        let ran = unspin(here.path(), args, b"");
        let remedy = if cfg!(feature = "encoder") { "No such file" } else { "--features encoder" };
        assert!(ran.code == 2 && ran.err.contains("nowhere") && ran.err.contains(remedy), "{}", ran.err);
    }
}

#[test]
#[cfg(not(feature = "encoder"))]
fn what_asks_for_the_full_model_is_named_where_there_is_none() {
    for settings in ["model = \"full\"\n", "[[override]]\npaths = [\"b.txt\"]\nmodel = \"full\"\n"] {
        let here = directory(&[("a.txt", SPUN.as_bytes()), ("unspin.toml", settings.as_bytes())]);
        let ran = unspin(here.path(), &["check", "a.txt"], b"");
        assert!(ran.code == 2 && ran.err.contains("unspin.toml: this program is without"), "{}", ran.err);
        let ran = unspin(here.path(), &["check", "--model", "full", "a.txt"], b"");
        assert!(ran.code == 2 && ran.err.contains("--model full: this program is without"), "{}", ran.err);
    }
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("unspin.toml", b"model = \"full\"\n")]);
    let ran = unspin(here.path(), &["check", "--assume-spun", "--model", "fast", "a.txt"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
}

#[test]
fn files_that_cannot_keep_their_original_are_not_rewritten() {
    let row = json!({ "text": SPUN }).to_string() + "\n";
    let here = directory(&[("a.txt", SPUN.as_bytes()), ("a.jsonl", row.as_bytes())]);
    let fix = |more: &[&str]| {
        let args = ["fix", "-q", "--assume-spun", "--write", "--keep-original", "was"];
        unspin(here.path(), &[&args[..], more].concat(), b"")
    };
    let read = |name: &str| fs::read_to_string(here.path().join(name)).expect("there");
    let ran = fix(&["a.txt", "a.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("a.txt: has no records") && ran.err.contains("--backup"), "{}", ran.err);
    assert_eq!(read("a.txt"), SPUN);
    assert!(read("a.jsonl").contains(&format!("\"was\":{}", json!(SPUN))), "{}", read("a.jsonl"));
    assert_eq!(fix(&["--backup", ".orig", "a.txt"]).code, 0);
    assert_eq!(read("a.txt.orig"), SPUN);
    assert_ne!(read("a.txt"), SPUN);
}
