//! `unspin eval`: what is asked of figures, kept figures, and ERRANT's format.

use std::fs;

use serde_json::{Value, json};

use crate::run::{Ran, directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";
const CLEAN: &str = "The committee met on Tuesday and agreed on the budget for the new school.";

/// A gold document of which every default finding repairs the first edit, and none the second.
fn gold(id: &str) -> String {
    let edit = |spun: &str, correction: &str| {
        let start = SPUN.find(spun).expect("there");
        json!({ "start": start, "end": start + spun.len(), "corrections": [correction], "severity": "hard" })
    };
    let edits = [edit("Protection Secretary", "Defense Secretary"), edit("Tuesday", "Sunday")];
    json!({ "id": id, "text": SPUN, "edits": edits }).to_string()
}

fn eval(here: &tempfile::TempDir, args: &[&str]) -> Ran {
    unspin(here.path(), &[&["eval", "--isolated", "--assume-spun"], args].concat(), b"")
}

#[test]
fn figures_can_be_asked_for() {
    let here = directory(&[("gold.json", gold("a").as_bytes()), ("clean.txt", CLEAN.as_bytes())]);
    let held = ["gold.json", "--clean", "clean.txt", "--at-least", "recall=0.5", "--at-most", "alarms=1000"];
    let ran = eval(&here, &held);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.text());
    for (args, code, says) in [
        (&["gold.json", "--at-least", "recall=0.51"][..], 1, "recall is 0.500, at least 0.51 is asked for\n"),
        (&["gold.json", "--at-most", "alarms=1"], 1, "alarms is not measured, at most 1 is asked for\n"),
        (&["--clean", "clean.txt", "--at-least", "f0.5=0"], 1, "f0.5 is not measured, at least 0 is asked for\n"),
        (&["--clean", "clean.txt", "--at-most", "alarms=-1"], 2, "alarms is findings in 10,000 clean words: 0 or more"),
        (&["gold.json", "--at-least", "recall=90"], 2, "recall is a share from 0 to 1; for 90 % write recall=0.9\n"),
        (&["gold.json", "--at-least", "f0.5=58.3"], 2, "for 58.3 % write f0.5=0.583\n"),
        (&["gold.json", "--at-least", "precision=800"], 2, "precision is a share from 0 to 1\n"),
        (&["gold.json", "--at-most", "calibration-error=-0.1"], 2, "calibration-error is a share from 0 to 1\n"),
        (&["--clean", "clean.txt", "--at-most", "automatic-alarms=200"], 0, ""),
        (&["gold.json", "--at-least", "recal=0.5"], 2, "no figure \"recal\"; use one of recall, recall-all,"),
        (&["gold.json", "--at-least", "recall=half"], 2, "recall needs a number"),
        (&["gold.json", "--at-least", "recall"], 2, "such as recall=0.4"),
    ] {
        let ran = eval(&here, args);
        assert!(ran.code == code && ran.err.contains(says), "{args:?}: {ran:?}");
    }
}

#[test]
fn kept_figures_are_compared_false_alarms_among_them() {
    let here = directory(&[
        ("a.json", gold("a").as_bytes()),
        ("b.json", gold("b").as_bytes()),
        ("clean.txt", format!("{CLEAN}\n{SPUN}\n").as_bytes()),
    ]);
    let ran = eval(&here, &["a.json", "b.json", "--clean", "clean.txt", "--save", "kept.json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let compared = |args: &[&str]| {
        let ran = eval(&here, &[args, &["--compare", "kept.json", "--format", "json"]].concat());
        serde_json::from_slice::<Value>(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
    };
    let same = compared(&["a.json", "b.json", "--clean", "clean.txt"]);
    assert_eq!(same["compared_documents"], json!({ "both": 4, "only_before": 0, "only_now": 0 }));
    let measures = same["compared"].as_array().expect("some");
    assert!(measures.len() == 4 && measures.iter().all(|one| one["before"] == one["now"]), "{measures:?}");
    assert!(measures[3]["now"].as_f64().expect("a number") > 0.0, "{measures:?}");
    // False alarms alone, and one document of two.
    let alarms = compared(&["--clean", "clean.txt"]);
    assert_eq!(alarms["compared"].as_array().map(Vec::len), Some(1), "{alarms}");
    assert_eq!(compared(&["b.json"])["compared_documents"], json!({ "both": 1, "only_before": 3, "only_now": 0 }));
    let ran = eval(&here, &["b.json", "--compare", "kept.json"]);
    let told = "compared by the 1 documents that both have; 3 are only in the figures before, 0 only in those now\n";
    assert!(ran.text().ends_with(told), "{}", ran.text());
}

#[test]
fn what_is_written_for_errant_is_read_as_the_same_documents() {
    let here = directory(&[("a.json", gold("a").as_bytes()), ("b.json", gold("b").as_bytes())]);
    let documents = |paths: &[&str]| {
        let ran = eval(&here, &[paths, &["--format", "json"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        serde_json::from_slice::<Value>(&ran.out).expect("JSON")["all"]["hard"].clone()
    };
    assert_eq!(eval(&here, &["a.json", "b.json", "--m2", "out"]).code, 0);
    assert_eq!(documents(&["a.json", "b.json"]), json!({ "hits": 2, "of": 4, "share": 0.5 }));
    assert_eq!(documents(&["out.gold.m2"]), documents(&["a.json", "b.json"]));
    let m2 = fs::read_to_string(here.path().join("out.gold.m2")).expect("written");
    assert_eq!(m2.matches("|||document=").count(), 2, "{m2}");
}

#[test]
fn edits_that_are_left_out_are_told() {
    let m2 = "S a b c d\nA 0 2|||R|||x|||REQUIRED|||-NONE-|||0\nA 1 3|||R|||y|||REQUIRED|||-NONE-|||0\n\
              A 3 4|||R|||z|||REQUIRED|||-NONE-|||1\n";
    let here = directory(&[("o.m2", m2.as_bytes())]);
    let ran = eval(&here, &["o.m2"]);
    let told = "o.m2:3: edits left out that overlap others: 1\no.m2:4: edits left out that are not the first \
                annotator's: 1\n";
    assert_eq!((ran.code, ran.err.as_str()), (0, told));
}

/// Breaks that are made by hand fall within lines of another width.
#[test]
fn lines_of_its_help_end_where_the_next_word_does_not_fit() {
    let help = unspin(&std::env::temp_dir(), &["eval", "--help"], b"");
    let (_, about) = help.text().split_once("The exit code is 1").expect("there");
    let lines: Vec<&str> = about.lines().skip(1).collect();
    assert!(lines.len() > 4, "{about}");
    for pair in lines.windows(2).filter(|pair| !pair[0].is_empty() && !pair[1].is_empty()) {
        let next = pair[1].split(' ').next().unwrap_or_default();
        assert!(pair[0].len() <= 100 && pair[0].len() + 1 + next.len() > 100, "{pair:?}");
    }
}
