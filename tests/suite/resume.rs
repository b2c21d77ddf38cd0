//! A run that is killed and started again writes what one that was not would have.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use unspin::input::{Format, Source};

use crate::run::{command, directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";

/// Inputs of every kind that take a few seconds, with faults among them. Rows are short and many, for a batch of them
/// is checked before any of it is written.
fn inputs(scale: usize) -> tempfile::TempDir {
    let rows: String = (0..scale * 400)
        .map(|n| match n % 50 {
            7 => "{\"text\":\n".to_owned(),
            9 => "\n".to_owned(),
            n => format!("{}\n", json!({ "id": n, "text": format!("{SPUN} The ship number {n} left.") })),
        })
        .collect();
    let table = format!("1,\"{SPUN}\n{SPUN}\"\n").repeat(scale * 100);
    let text = format!("{SPUN}\n\n").repeat(scale);
    directory(&[
        ("in/a.jsonl", rows.as_bytes()),
        ("in/b.csv", format!("id,text\n{table}").as_bytes()),
        ("in/c.csv", b"no column\n1\n"),
        ("in/d.txt", text.as_bytes()),
        ("in/e.bin", b"a\0b"),
        ("in/f.jsonl", b"{\"text\": \"One.\"}\n"),
        ("in/g.txt", b"The last one."),
    ])
}

/// Pseudo-random numbers, 0 to 1.
fn random(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1u64 << 53) as f64
}

/// What a run wrote, decompressed.
fn contents(path: &Path) -> Vec<u8> {
    let source = Source::new(path, Some(Format::Text), &[]);
    let raw = source.open().expect("opens").next().expect("one").expect("there");
    raw.parse().expect("text").source().into()
}

/// Kills a run again and again, and goes on each time; its exit code, how often it was killed, and how often some of the
/// inputs were done by then.
fn killed(here: &Path, args: &[&str], out: &str, longest: f64, seed: &mut u64) -> (i32, usize, usize) {
    let args = [args, &["--resume", "--output", out, "in"]].concat();
    let (mut done, mut went_on) = (0, 0);
    for kills in 0.. {
        let mut child = command(here, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        sleep(Duration::from_secs_f64(random(seed) * longest));
        match child.try_wait().expect("asked") {
            Some(status) => return (status.code().expect("no signal"), kills, went_on),
            None if kills >= 7 => return (child.wait().expect("ends").code().expect("no signal"), kills, went_on),
            None => child.kill().expect("killed"),
        }
        child.wait().expect("ends");
        // Without a journal the next run starts anew, or has nothing left to do.
        let journal = fs::read(here.join(format!("{out}.resume"))).ok();
        done = journal.map_or(0, |journal| {
            let journal: serde_json::Value = serde_json::from_slice(&journal).expect("JSON");
            if journal["done"] == true {
                return done;
            }
            // At its beginning it says no more than whose it is.
            let bytes = journal["progress"]["bytes"].as_u64().unwrap_or_default();
            assert!(bytes >= done, "{args:?}: {bytes} bytes of the inputs are done after {done}");
            bytes
        });
        went_on += usize::from(done > 0);
    }
    unreachable!("the loop ends by returning")
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let here = inputs(12);
    let mut seed = 7;
    let (mut kills, mut went_on) = (0, 0);
    for (args, out) in [
        (&["check", "--assume-spun", "--format", "json", "-j", "2"][..], "out"),
        (&["check", "--assume-spun", "--format", "sarif", "--max-findings", "300"], "out"),
        (&["fix", "--assume-spun", "--edits", "edits", "--exclude", "*.csv", "--exclude", "*.txt"], "out"),
        (&["score", "--assume-spun", "-j", "1", "--shard", "2/3"], "out.gz"),
        (&["fix", "--assume-spun", "--exclude", "[ac-f].*", "--exclude", "g.txt", "--shard", "2/3"], "out.zst"),
        (&["fix", "--assume-spun", "--exclude", "*.csv", "--exclude", "*.jsonl"], "out"),
    ] {
        let began = std::time::Instant::now();
        let whole = unspin(here.path(), &[args, &["--output", "whole", "in"]].concat(), b"");
        // Kills fall inside a run on machines of any speed.
        let longest = began.elapsed().as_secs_f64() * 0.8;
        let wanted = fs::read(here.path().join("whole")).expect("written");
        assert!(!wanted.is_empty(), "{}", whole.err);
        let (code, times, with_work_done) = killed(here.path(), args, out, longest, &mut seed);
        let got = contents(&here.path().join(out));
        assert!(got == wanted, "{args:?}: {} bytes, {} wanted", got.len(), wanted.len());
        // A kill between the last rename and the exit leaves a job that is done, which the next start just says.
        let done = code == 0 && times > 0;
        assert!(code == whole.code || done, "{args:?}: {code}, {} wanted", whole.code);
        (kills, went_on) = (kills + times, went_on + with_work_done);
        for end in [".partial", ".resume"] {
            assert!(!here.path().join(format!("{out}{end}")).exists());
        }
        fs::remove_file(here.path().join(out)).expect("removed");
    }
    assert!(
        kills > 2 && went_on > 0,
        "{kills} kills, {went_on} with work done: the inputs are too small to prove anything"
    );
}

/// `cargo test --release --test suite twenty -- --ignored --nocapture` tells the moments.
#[test]
#[ignore = "takes minutes"]
#[expect(clippy::print_stdout, reason = "the moments are told to who runs it")]
fn twenty_kills_at_any_moment_change_nothing() {
    let here = inputs(8);
    let mut seed = std::process::id().into();
    for args in [
        &["check", "--assume-spun", "--format", "json", "-j", "2"][..],
        &[
            "fix",
            "--assume-spun",
            "--keep-original",
            "was",
            "--edits",
            "edits",
            "--exclude",
            "*.csv",
            "--exclude",
            "*.txt",
        ],
    ] {
        let args = |out: &'static str| [args, &["--resume", "--output", out, "in"]].concat();
        let began = std::time::Instant::now();
        unspin(here.path(), &args("whole"), b"");
        let longest = began.elapsed().as_secs_f64();
        let wanted = fs::read(here.path().join("whole")).expect("written");
        let mut moments = Vec::new();
        let mut kept = Vec::new();
        for _ in 0..20 {
            let mut child =
                command(here.path(), &args("out")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
            let moment = random(&mut seed) * longest;
            sleep(Duration::from_secs_f64(moment));
            let ended = child.try_wait().expect("asked").is_some();
            child.kill().expect("killed");
            child.wait().expect("ends");
            let left = fs::metadata(here.path().join("out.partial")).map_or(0, |data| data.len());
            moments.push(format!("{moment:.2}{}", if ended { " (at its end)" } else { "" }));
            kept.push(left as usize * 100 / wanted.len());
            unspin(here.path(), &args("out"), b"");
            let got = fs::read(here.path().join("out")).expect("written");
            assert!(got == wanted, "killed after {moment} s: {} bytes, {} wanted", got.len(), wanted.len());
            fs::remove_file(here.path().join("out")).expect("removed");
        }
        let command = args("out")[0];
        println!(
            "{command}, {longest:.1} s, {} bytes, the same 20 times; killed after {}",
            wanted.len(),
            moments.join(", ")
        );
        println!("written by then, percent: {kept:?}");
        assert!(
            kept.iter().filter(|&&percent| percent > 0).count() > 5,
            "too few kills in the middle to prove anything"
        );
        fs::remove_file(here.path().join("whole")).expect("removed");
    }
}

#[test]
fn what_lacks_a_part_of_the_inputs_is_not_put_in_place() {
    let table = format!("id,text\n1,\"{SPUN}\"\n2,\"open\n3,x\n");
    let here = directory(&[("self.csv", table.as_bytes()), ("a.txt", b"One."), ("b.csv", b"id\n1\n")]);
    let read = |name: &str| fs::read_to_string(here.path().join(name)).expect("there");
    for resume in [&[][..], &["--resume"]] {
        let ran = unspin(here.path(), &[&["fix", "-q", "-o", "self.csv", "self.csv"], resume].concat(), b"");
        assert_eq!((ran.code, read("self.csv")), (2, table.clone()), "{resume:?}");
        assert!(ran.err.ends_with("what could be is in self.csv.partial\n"), "{}", ran.err);
        assert_eq!(read("self.csv.partial").lines().count(), 2);
    }
    // Nor where an input is missing, or cannot be read at all.
    for input in ["missing", "b.csv"] {
        assert_eq!(unspin(here.path(), &["fix", "-q", "-o", "out", "a.txt", input], b"").code, 2);
        assert!(!here.path().join("out").exists(), "{input}");
        assert_eq!(read("out.partial"), "One.");
    }
}

#[test]
fn what_is_of_no_run_stays_where_a_run_would_write() {
    let here = directory(&[("a.txt", b"One."), ("b.csv", b"id\n1\n")]);
    let path = |name: &str| here.path().join(name);
    for name in ["out.partial", "out.resume"] {
        for bytes in ["My own notes.", "{\"job\":\"my own\"}"] {
            fs::write(path(name), bytes).expect("written");
            for resume in [&[][..], &["--resume"]] {
                let ran = unspin(here.path(), &[&["fix", "-q", "-o", "out", "a.txt"], resume].concat(), b"");
                assert_eq!(ran.code, 2);
                let says = "of no run; move it away, or write to another file\n";
                assert!(ran.err.contains(name) && ran.err.ends_with(says), "{}", ran.err);
                assert_eq!(fs::read_to_string(path(name)).expect("there"), bytes);
            }
        }
        fs::remove_file(path(name)).expect("there");
    }
    // What a run of before left is its own, be it empty.
    fs::write(path("out.partial"), "").expect("written");
    for (inputs, code) in [(&["a.txt", "b.csv"][..], 2), (&["b.csv", "a.txt"], 2), (&["a.txt"], 0)] {
        assert_eq!(unspin(here.path(), &[&["fix", "-q", "-o", "out"], inputs].concat(), b"").code, code);
    }
    assert!(!path("out.partial").exists() && !path("out.resume").exists());
}

#[test]
fn a_run_without_the_field_that_is_asked_for_is_not_done() {
    let rows: String = (0..60).map(|n| json!({ "id": n, "body": SPUN }).to_string() + "\n").collect();
    let here = directory(&[("a.jsonl", rows.as_bytes())]);
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "-q", "-o", "out", "a.jsonl"], args].concat(), b"");
    // A part of the work with many records tells as well as all of it.
    for part in [&[][..], &["--shard", "2/3"]] {
        let ran = fix(part);
        assert_eq!((ran.code, ran.err.contains("no record has a text in \"text\"")), (2, true), "{}", ran.err);
        assert!(!here.path().join("out").exists());
    }
    assert_eq!(fix(&["--shard", "2/30"]).code, 0, "others may have what two records lack");
    fs::remove_file(here.path().join("out")).expect("there");
    fix(&[]);
    let ran = fix(&["--resume", "--field", "body", "--assume-spun", "--exit-zero"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::read_to_string(here.path().join("out")).expect("written").contains("Defense Secretary"));
}

#[cfg(unix)]
#[test]
fn two_runs_do_not_write_to_one_file() {
    use std::io::Write;

    let row = json!({ "text": SPUN }).to_string() + "\n";
    let here = directory(&[]);
    let args = ["fix", "-q", "--assume-spun", "-o", "out.jsonl", "--input", "jsonl"];
    let mut first = command(here.path(), &args).stdin(Stdio::piped()).spawn().expect("starts");
    let partial = here.path().join("out.jsonl.partial");
    while !partial.exists() {
        assert_eq!(first.try_wait().expect("asked"), None, "too fast");
        sleep(Duration::from_millis(1));
    }
    // It is made first, and claimed then.
    sleep(Duration::from_millis(200));
    for more in [&[][..], &["--resume"]] {
        let ran = unspin(here.path(), &[&args, more].concat(), row.as_bytes());
        let says = "unspin: out.jsonl: another run writes to it; end that first, or write to another file\n";
        assert_eq!((ran.code, ran.err.as_str()), (2, says));
    }
    first.stdin.take().expect("open").write_all(row.as_bytes()).expect("taken");
    assert!(first.wait().expect("ends").success());
    assert!(fs::read_to_string(here.path().join("out.jsonl")).expect("written").contains("Defense Secretary"));
    assert_eq!(unspin(here.path(), &args, row.as_bytes()).code, 0, "it is free again");
}

#[test]
fn notes_of_how_far_a_run_is_are_apart() {
    let rows: String = (0..4000).map(|n| json!({ "id": n, "text": SPUN }).to_string() + "\n").collect();
    let here = directory(&[("a.jsonl", rows.as_bytes())]);
    let began = std::time::Instant::now();
    let ran = unspin(here.path(), &["fix", "-q", "--assume-spun", "-j", "1", "a.jsonl", "-o", "out.gz"], b"");
    let most = began.elapsed().as_millis() / 500 + 1;
    let written = fs::read(here.path().join("out.gz")).expect("written");
    // A stretch of its own for each note.
    let (mut rest, mut stretches) = (written.as_slice(), 0);
    while !rest.is_empty() {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        std::io::copy(&mut member, &mut std::io::sink()).expect("gzip");
        (rest, stretches) = (member.into_inner(), stretches + 1);
    }
    assert!(0 < stretches && stretches <= most, "{stretches} stretches, at most {most}: {}", ran.err);
}

/// Every row of it starts with what is a byte order mark elsewhere.
#[test]
fn a_run_goes_on_inside_an_input_and_only_with_what_it_wrote() {
    let rows = format!("\u{feff}1,{SPUN}\n").repeat(6000);
    let here = directory(&[("a.csv", format!("id,text\n{rows}").as_bytes())]);
    let path = |name: &str| here.path().join(name);
    let args = |out| ["fix", "-q", "--assume-spun", "-j", "1", "a.csv", "-o", out, "--resume"];
    unspin(here.path(), &args("whole"), b"");
    let mut child = command(here.path(), &args("out")).spawn().expect("starts");
    let done = || {
        let journal = fs::read_to_string(path("out.resume")).unwrap_or_default();
        let journal: serde_json::Value = serde_json::from_str(&journal).unwrap_or_default();
        journal["progress"]["position"]["rows"].as_u64().unwrap_or_default()
    };
    while done() < 2 {
        assert_eq!(child.try_wait().expect("asked"), None, "too fast");
        sleep(Duration::from_millis(1));
    }
    child.kill().and_then(|()| child.wait()).expect("ends");

    // What is there of another run is not what this one would write.
    fs::write(path("out"), "OLD").expect("written");
    fs::rename(path("out.partial"), path("moved")).expect("moved");
    let ran = unspin(here.path(), &args("out"), b"");
    assert_eq!((ran.code, ran.err.contains("out.partial: is gone; start anew without --resume")), (2, true));
    fs::rename(path("moved"), path("out.partial")).expect("moved");
    unspin(here.path(), &args("out"), b"");
    let read = |name: &str| fs::read(path(name)).expect("there");
    assert!(read("out") == read("whole"));
}

#[cfg(unix)]
#[test]
fn what_is_there_keeps_its_kind_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let here = directory(&[("a.txt", b"One."), ("private", b"")]);
    let path = |name: &str| here.path().join(name);
    fs::set_permissions(path("private"), fs::Permissions::from_mode(0o600)).expect("set");
    symlink("private", path("link")).expect("linked");
    assert_eq!(unspin(here.path(), &["fix", "-o", "link", "a.txt"], b"").code, 0);
    assert!(path("link").is_symlink());
    assert_eq!(fs::read(path("private")).expect("there"), b"One.");
    assert_eq!(fs::metadata(path("private")).expect("there").permissions().mode() & 0o777, 0o600);

    let ran = unspin(here.path(), &["fix", "-o", "/dev/stdout", "a.txt"], b"");
    assert_eq!((ran.code, ran.text()), (0, "One."), "{}", ran.err);
    for out in ["/dev/stdout", "-"] {
        let ran = unspin(here.path(), &["fix", "-o", out, "--resume", "a.txt"], b"");
        assert!(ran.code == 2 && ran.err.contains("leave out --resume"), "{}", ran.err);
    }
    for args in [&["fix"][..], &["check", "--format", "json"], &["score"]] {
        let ran = unspin(here.path(), &[args, &["-o", "-", "a.txt"]].concat(), b"");
        assert!(ran.code == 0 && !ran.out.is_empty() && !path("-").exists(), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_run_goes_on_only_with_its_own_options_and_inputs() {
    let here = directory(&[("a.txt", SPUN.as_bytes())]);
    let run = |args: &[&str]| unspin(here.path(), &[&["score", "--output", "out"], args, &["a.txt"]].concat(), b"");
    assert_eq!(run(&["--resume"]).code, 0);
    let ran = run(&["--resume"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "out: is there already; remove it to start anew\n"));
    fs::remove_file(here.path().join("out")).expect("removed");
    fs::write(here.path().join("out.partial"), "half").expect("written");
    let journal = json!({ "job": "unspin another", "bytes": 2, "progress": {
        "position": { "sources": 0, "rows": 0, "units": 0 }, "current": { "records": false, "texts": false },
        "outcome": { "summary": serde_json::to_value(unspin::render::Summary::default()).expect("JSON"),
                     "trouble": false, "broken": false, "binaries": 0, "seconds": 0.0 } }, "state": null });
    fs::write(here.path().join("out.resume"), journal.to_string()).expect("written");
    let ran = run(&["--resume"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("out.resume: is of a run with other options or inputs"), "{}", ran.err);
    // Without --resume, the run starts anew.
    assert_eq!(run(&[]).code, 0);
    assert!(fs::read_to_string(here.path().join("out")).expect("written").ends_with("a.txt\n"));
    assert!(!here.path().join("out.resume").exists());
}
