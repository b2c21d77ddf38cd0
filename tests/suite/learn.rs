//! Learning: what is told where there is nothing to learn from, what corpora are read, and how results are written.

use std::fs;

use crate::run::{directory, unspin};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/model/english.ngm");

#[test]
fn there_is_an_error_where_there_is_nothing_to_learn_from() {
    let here = directory(&[("empty.txt", b""), ("short.txt", b"One two three.\n"), ("out", b"As it was.")]);
    for (args, says) in [
        (&["train", "empty.txt"][..], "no text"),
        (&["learn", "vectors", "--model", MODEL, "empty.txt"], "no word that the model has"),
        (&["learn", "scorer", "empty.txt"], "no text"),
        (&["learn", "scorer", "short.txt"], "no stretch of 40 English words"),
    ] {
        let ran = unspin(here.path(), &[args, &["--quiet", "--out", "out"]].concat(), b"");
        let message = format!("unspin: the corpora hold {says}");
        assert!(ran.code == 2 && ran.err.starts_with(&message), "{args:?}: {ran:?}");
    }
    // What was there stays until there is something better.
    assert_eq!(fs::read(here.path().join("out")).expect("kept"), b"As it was.");
    assert_eq!(fs::read_dir(here.path()).expect("there").count(), 3);
}

#[test]
fn weights_need_documents_to_be_cross_validated_on() {
    let gold = r#"{"id": "a", "family": "thesaurus", "text": "The navy put up a plan for the ships of the nation.",
                   "edits": [{"start": 4, "end": 8, "corrections": ["military"], "severity": "hard"}]}"#;
    let here = directory(&[("gold.json", gold.as_bytes())]);
    let ran = unspin(here.path(), &["learn", "weights", "gold.json", "--quiet", "--watch", "", "--out", "out"], b"");
    assert!(ran.code == 2 && ran.err.starts_with("unspin: too few documents"), "{ran:?}");
}

#[test]
fn fragments_are_judged_by_what_has_not_seen_their_page() {
    let text = "The Protection Secretary stated that the American navy would stay.\n\nThe ship left the harbor.";
    let document = |id: &str, edits: &[(&str, &str)]| {
        let edit = |(spun, corrections): &(&str, &str)| {
            let start = text.find(spun).expect("there");
            let end = start + spun.len();
            format!(r#"{{"start": {start}, "end": {end}, "corrections": [{corrections}], "severity": "hard"}}"#)
        };
        let edits: Vec<String> = edits.iter().map(edit).collect();
        let edits = edits.join(", ");
        format!(r#"{{"id": "{id}", "family": "thesaurus", "text": {text:?}, "edits": [{edits}]}}"#)
    };
    let whole = [("Protection", r#""Defense""#), ("stated", r#""said""#), ("navy", r#""military""#)];
    let gold = ["a", "b", "c", "d", "e"].map(|id| document(id, &whole)).join("\n");
    // Only of one word something is known.
    let page =
        document("page", &[("The Protection Secretary stated that the American", ""), ("navy", r#""military""#)]);
    let rows = "spun,original,family,count,pages,source\nnavy,military,thesaurus,9,9,own\n";
    let here = directory(&[
        ("gold.json", gold.as_bytes()),
        ("page.json", page.as_bytes()),
        ("own/substitutions/attested.csv", rows.as_bytes()),
        ("own/sources.csv", b"id,title,license,origin,date\nown,Mine,MIT,,\nspun-articles,Articles,MIT,,\n"),
    ]);
    let args = ["learn", "weights", "gold.json", "--dictionary", "own", "--watch", "", "--out", "out"];
    let learned = |more: &[&str]| unspin(here.path(), &[&args[..], more].concat(), b"");
    let (without, with) = (learned(&[]), learned(&["--fragments", "page.json"]));
    assert!(without.code == 0 && !without.err.contains("fragments"), "{without:?}");
    assert_eq!(with.code, 0, "{with:?}");
    let figures = with.err.split_once("fragments, 1 documents: ").and_then(|(_, rest)| rest.lines().nth(1));
    assert!(figures.is_some_and(|line| line.starts_with("  0.30  1/1 1.000  1/1 1.000  ")), "{with:?}");
    assert!(with.err.contains("fragments thesaurus, 1 documents: "), "{with:?}");
    let ran = unspin(here.path(), &["learn", "weights", "gold.json", "--fragments", "page.json", "--out", "out"], b"");
    assert!(ran.code == 2 && ran.err.contains("--dictionary <DIR>"), "{ran:?}");
}

#[test]
fn corpora_are_read_packed_and_from_standard_input() {
    let text = "The committee said on Tuesday that the plan for the new harbor would cost more than was thought, and \
                that the mayor had been told about it in March by people who knew the builders of the old bridge and \
                of the road to the airport.\n"
        .repeat(40);
    let packed = zstd::encode_all(text.as_bytes(), 1).expect("packed");
    let here = directory(&[("news.txt", text.as_bytes()), ("news.txt.zst", &packed)]);
    let trained = |corpus: &str| {
        let ran = unspin(here.path(), &["train", corpus, "--quiet", "--out", "out"], text.as_bytes());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{corpus}");
        fs::read(here.path().join("out")).expect("written")
    };
    let plain = trained("news.txt");
    for corpus in ["news.txt.zst", "-"] {
        assert_eq!(trained(corpus), plain, "{corpus}");
    }
    let ran = unspin(here.path(), &["learn", "scorer", "no.txt", "--out", "out"], b"");
    assert!(ran.code == 2 && ran.err.starts_with("unspin: no.txt: "), "{ran:?}");
}

#[test]
fn what_cannot_be_used_is_named_with_the_command_that_makes_it() {
    let here = directory(&[("news.txt", b"A plan."), ("old.vec", b"UNSPNVC0")]);
    let ran = unspin(here.path(), &["learn", "scorer", "news.txt", "--vectors", "old.vec", "--out", "out"], b"");
    assert!(ran.code == 2 && ran.err.contains("make them anew with `unspin learn vectors`"), "{ran:?}");
}

#[test]
fn a_scorer_is_tuned_on_documents() {
    const START: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/model/english.ctx");
    let text = "The Protection Secretary stated that the American navy would stay within the nation.";
    let edit = |spun: &str, original: &str| {
        let start = text.find(spun).expect("there");
        let end = start + spun.len();
        format!(r#"{{"start": {start}, "end": {end}, "corrections": ["{original}"], "severity": "hard"}}"#)
    };
    let edits = [("Protection", "Defense"), ("stated", "said"), ("navy", "military"), ("within", "in")]
        .map(|(spun, original)| edit(spun, original))
        .join(", ");
    let document =
        |id: &str| format!(r#"{{"id": "{id}", "family": "thesaurus", "text": "{text}", "edits": [{edits}]}}"#);
    let gold = format!("[{}]", ["a", "b", "c", "d", "e"].map(document).join(", "));
    let clean = r#"{"id": "f", "text": "The ship left the harbor.", "edits": []}"#;
    let here = directory(&[("gold.json", gold.as_bytes()), ("clean.json", clean.as_bytes())]);
    let tune = |more: &[&str]| {
        let ran = unspin(here.path(), &[&["learn", "tune", "gold.json", "--start", START], more].concat(), b"");
        (ran.code, ran.err.clone())
    };
    let read = |name: &str| fs::read(here.path().join(name)).expect("written");
    for out in ["first", "second"] {
        assert_eq!(tune(&["--quiet", "--out", out]), (0, String::new()));
    }
    let (first, start) = (read("first"), fs::read(START).expect("there"));
    assert_eq!(first, read("second"));
    assert!(first.len() == start.len() && first != start);
    // What is left out is told of, before and after.
    let (code, told) = tune(&["--without", "3", "--out", "third"]);
    assert!(code == 0 && read("third") != first, "{told}");
    let changed: Vec<f32> = told
        .lines()
        .filter_map(|line| line.split_once(", changed ")?.1.split_once("loss ")?.1.split(',').next()?.parse().ok())
        .collect();
    assert!(matches!(changed[..], [before, after] if after < before), "{told}");
    let (code, told) = tune(&["--without", "6", "--out", "third"]);
    assert!(code == 2 && told.contains("1..=5"), "{told}");
    let ran = unspin(here.path(), &["learn", "tune", "clean.json", "--start", START, "--out", "third"], b"");
    assert!(ran.code == 2 && ran.err.contains("no documents with edits to learn from"), "{ran:?}");
    let ran = unspin(here.path(), &["learn", "tune", "gold.json", "--start", "gold.json", "--out", "third"], b"");
    assert!(ran.code == 2 && ran.err.contains("unspin learn scorer"), "{ran:?}");
    let args = ["learn", "weights", "gold.json", "--scorer", "first", "--scorer", "second", "--out", "out"];
    let ran = unspin(here.path(), &args, b"");
    assert!(ran.code == 2 && ran.err.contains("context scorers: expected 1, one for each part, got 2"), "{ran:?}");
    // N-gram models are as many as there are parts, and have the built-in one's words.
    fs::write(here.path().join("news.txt"), "The ship left the harbor at noon.\n".repeat(9)).expect("written");
    for (words, lexicon) in [("own", &[][..]), ("kept", &["--lexicon", MODEL])] {
        let args = ["train", "news.txt", "--gold", "gold.json", "--without", "1", "--quiet", "--out", words];
        assert_eq!(unspin(here.path(), &[&args[..], lexicon].concat(), b"").code, 0);
    }
    fs::create_dir_all(here.path().join("own-rows/substitutions")).expect("made");
    let rows = "original,substitutes,source\nmilitary,navy,own\n";
    fs::write(here.path().join("own-rows/substitutions/words.csv"), rows).expect("written");
    let sources = "id,title,license,origin,date\nown,Mine,MIT,,\nspun-articles,Articles,MIT,,\n";
    fs::write(here.path().join("own-rows/sources.csv"), sources).expect("written");
    let tune = |ngrams: &str, times: usize| {
        let args =
            ["learn", "tune", "gold.json", "--start", START, "--dictionary", "own-rows", "--quiet", "--out", "fourth"];
        let models = ["--ngrams", ngrams].repeat(times);
        unspin(here.path(), &[&args[..], &models].concat(), b"")
    };
    let ran = tune("kept", 4);
    assert!(ran.code == 2 && ran.err.contains("n-gram models: expected 5, one for each part, got 4"), "{ran:?}");
    let ran = tune("own", 5);
    assert!(ran.code == 2 && ran.err.contains("n-gram model: words: expected"), "{ran:?}");
    let ran = tune("kept", 5);
    assert!(ran.code == 0 && read("fourth") != first, "{ran:?}");
}
