//! Dictionaries: what is checked, counted, added and tested, and what `explain` says of them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{directory, unspin};

#[test]
fn rows_that_are_added_are_in_canonical_form() {
    let here = directory(&[]);
    let add = |args: &[&str]| unspin(here.path(), &[&["dict", "add", "--dir", "own"], args].concat(), b"");
    assert_eq!(add(&["navy", "armada", "flotilla"]).code, 0);
    assert_eq!(add(&["Acme, Inc.", "Peak, Inc."]).code, 0);
    let ran = add(&["navy", "Armada", "squadron"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "own/substitutions/own.csv: Armada, squadron may stand for navy\n"));
    let rows = fs::read_to_string(here.path().join("own/substitutions/own.csv")).expect("written");
    assert_eq!(
        rows,
        "original,substitutes,source\n\"Acme, Inc.\",\"Peak, Inc.\",own\nnavy,armada|flotilla|squadron,own\n"
    );
    let ran = unspin(here.path(), &["dict", "check", "own"], b"");
    assert_eq!((ran.code, ran.text()), (0, ""), "{}", ran.err);
    assert_eq!(add(&["a|b", "c"]).code, 2);
    for same in [&["same", "same"][..], &["navy", "Flotte", " Navy"], &["--certain", "good", "GOOD "]] {
        let ran = add(same);
        assert!(ran.code == 2 && ran.err.contains("is the same phrase"), "{}", ran.err);
    }
    assert_eq!(fs::read_to_string(here.path().join("own/substitutions/own.csv")).expect("written"), rows);
    assert!(!here.path().join("own/phrases").exists());
    assert_eq!(add(&["--certain", "Defense Secretary", "Guard Scribe", "Fence Scribe"]).code, 0);
    let rows = fs::read_to_string(here.path().join("own/phrases/own.csv")).expect("written");
    assert_eq!(
        rows,
        "phrase,correction,source\nFence Scribe,Defense Secretary,own\nGuard Scribe,Defense Secretary,own\n"
    );
    assert_eq!(unspin(here.path(), &["dict", "check", "own"], b"").code, 0);
    // A phrase has one correction, the last.
    let ran = add(&["--certain", "Defence Secretary", "guard  scribe"]);
    let says = "own/phrases/own.csv: guard  scribe always stands for Defence Secretary\n\
                own/phrases/own.csv: Guard Scribe does not stand for Defense Secretary any more\n";
    assert_eq!((ran.code, ran.err.as_str()), (0, says));
    let rows = fs::read_to_string(here.path().join("own/phrases/own.csv")).expect("written");
    assert_eq!(
        rows,
        "phrase,correction,source\nFence Scribe,Defense Secretary,own\nguard scribe,Defence Secretary,own\n"
    );
    assert_eq!(unspin(here.path(), &["dict", "check", "own"], b"").code, 0);
    // What is longer than any run that is looked up would never be found.
    for args in [&["--certain", "so", "one two three four five six seven eight"][..], &["a b c d e f g h", "so"]] {
        let ran = add(args);
        assert!(ran.code == 2 && ran.err.contains("has more than 7 words"), "{}", ran.err);
    }
    // What a run would refuse is not taken in, nor passed by `dict check`.
    for args in [&["foo (bar)", "baz"][..], &["foo", "good", "baz (bar)"], &["--certain", "foo (bar)", "baz"]] {
        let ran = add(args);
        assert!(ran.code == 2 && ran.err.contains("; give both sides their words in brackets, or neither"), "{ran:?}");
    }
    assert_eq!(fs::read_to_string(here.path().join("own/phrases/own.csv")).expect("written"), rows);
    assert!(!fs::read_to_string(here.path().join("own/substitutions/own.csv")).expect("written").contains("foo"));
    fs::write(here.path().join("own/phrases/own.csv"), "phrase,correction,source\nbaz,foo (bar),own\n")
        .expect("written");
    let ran = unspin(here.path(), &["dict", "check", "own"], b"");
    let says = "own/phrases/own.csv:2:1: error: \"baz\" for \"foo (bar)\" has words in brackets on one side only; \
                give both sides their words in brackets, or neither [brackets]\n";
    assert_eq!((ran.code, ran.text()), (2, says));

    // Blanks of any kind part words; one row for what is added by hand is enough; and nothing is put behind an open mark.
    let here = directory(&[
        ("own/sources.csv", b"id,title,license,origin,date\n\"own\",Mine,MIT,,\n"),
        ("open/substitutions/own.csv", b"original,substitutes,source\nsay,statex,\"own"),
    ]);
    let add = |dir: &str, words: &[&str]| unspin(here.path(), &[&["dict", "add", "--dir", dir], words].concat(), b"");
    assert_eq!(add("own", &["say", "tell\tme", "utter\rit"]).code, 0);
    let read = |name: &str| fs::read_to_string(here.path().join(name)).expect("there");
    assert_eq!(read("own/substitutions/own.csv"), "original,substitutes,source\nsay,tell me|utter it,own\n");
    assert_eq!(read("own/sources.csv").matches("own").count(), 1);
    let ran = add("open", &["ask", "begx"]);
    assert!(ran.code == 2 && ran.err.contains("a quotation mark that nothing closes"), "{}", ran.err);
    assert!(read("open/substitutions/own.csv").ends_with("\"own"));
}

#[test]
fn faults_have_a_place_and_a_remedy_and_rewriting_repairs_form() {
    let here = directory(&[
        ("d/sources.csv", b"id,title,license,origin,date\nown,Mine,MIT,own,\n"),
        ("d/substitutions/a.csv", b"original,substitutes,source\nsay,state|say,own\nask,beg,theirs\n"),
    ]);
    let ran = unspin(here.path(), &["dict", "check", "d"], b"");
    assert_eq!(ran.code, 2);
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.text());
    for (line, starts) in lines.iter().zip(["a.csv:2:5: error: \"say\"", "a.csv:3:1: error", "a.csv:3:9: error"]) {
        assert!(line.starts_with(&format!("d/substitutions/{starts}")), "{line}");
    }
    let ran = unspin(here.path(), &["dict", "check", "--write", "d"], b"");
    assert_eq!(ran.code, 2, "a source is still unknown");
    assert!(ran.err.contains("2 files, 1 error, 0 warnings (1 "), "{}", ran.err);
    assert_eq!(ran.text().lines().count(), 1);
    let rows = fs::read_to_string(here.path().join("d/substitutions/a.csv")).expect("written");
    assert_eq!(rows, "original,substitutes,source\nask,beg,theirs\nsay,state,own\n");
}

#[test]
fn what_is_no_dictionary_is_named_with_its_place() {
    let here = directory(&[
        ("bad/substitutions/a.csv", b"original,substitutes,source\r\nsay,st\xe9te,own\r\n"),
        ("short/substitutions/a.csv", b"original,substitutes,source\r\nsay,state,own\r\nask,beg\r\n"),
        ("a.txt", b"One."),
    ]);
    for (dictionary, says) in [
        ("bad", "a.csv:2:1: "),
        ("short", "a.csv:3:"),
        ("bad/substitutions/a.csv", "is a file; name the directory"),
        ("gone", "gone: no such directory"),
    ] {
        let ran = unspin(here.path(), &["check", "--dictionary", dictionary, "a.txt"], b"");
        assert!(ran.code == 2 && ran.err.contains(says), "{}", ran.err);
    }
    // What the settings say is mended there.
    for (settings, says) in [
        (
            "dictionaries = [\"gone\"]",
            &["unspin.toml: dictionaries: ", "gone: no such directory; make it, or name"][..],
        ),
        ("dictionaries = [\"a.txt\"]", &["unspin.toml: dictionaries: ", "a.txt: is a file; name"]),
        ("builtin-dictionaries = false", &["unspin.toml: builtin-dictionaries = false leaves no dictionaries"]),
    ] {
        fs::write(here.path().join("unspin.toml"), settings).expect("written");
        let ran = unspin(here.path(), &["check", "a.txt"], b"");
        assert!(ran.code == 2 && says.iter().all(|part| ran.err.contains(part)), "{}", ran.err);
    }
    fs::remove_file(here.path().join("unspin.toml")).expect("removed");
    let ran = unspin(here.path(), &["dict", "check"], b"");
    assert!(ran.code == 2 && ran.err.contains("dictionaries: no such directory; run this in a clone"), "{}", ran.err);
    let ran = unspin(here.path(), &["dict", "check", "short"], b"");
    assert!(ran.text().contains("a.csv:3:1: error: has 2 fields"), "{}", ran.text());
}

const SPUN: &str = "The Grommet Sprocketry of Borders issued a caution, and the Protection Secretary stated that \
                    the Zeeland Assembly had been told of it.\n";

/// Rows of one's own, for words that nothing else knows.
const OWN: [(&str, &[u8]); 3] = [
    ("own/substitutions/own.csv", b"original,substitutes,source\nhad been advised,had been told,own\n"),
    ("own/phrases/own.csv", b"phrase,correction,source\nGrommet Sprocketry,Grommet Ministry,own\n"),
    ("own/allowed.csv", b"phrase,reason\nProtection Secretary,a title here\n"),
];

#[test]
fn dictionaries_of_ones_own_are_added_to_the_built_in_ones() {
    let here = directory(&OWN);
    let fix = |args: &[&str]| unspin(here.path(), &[&["fix", "--assume-spun"], args].concat(), SPUN.as_bytes());
    let plain = fix(&[]);
    assert!(plain.text().contains("Grommet Sprocketry") && plain.text().contains("Defense Secretary"), "{plain:?}");
    let layered = fix(&["--dictionary", "own"]);
    assert!(layered.text().contains("The Grommet Ministry of"), "{layered:?}");
    assert!(layered.text().contains("Protection Secretary"), "what is allowed is never reported: {layered:?}");
    fs::write(here.path().join("unspin.toml"), "dictionaries = [\"own\"]\n").expect("written");
    assert_eq!(fix(&[]).text(), layered.text());
    let alone = fix(&["--no-builtin-dictionary"]);
    assert!(alone.text().contains("Grommet Ministry") && alone.text().contains("Secretary stated"), "{alone:?}");
    let none = fix(&["--isolated", "--no-builtin-dictionary"]);
    assert!(none.code == 2 && none.err.contains("no dictionaries to use"), "{none:?}");
    // Several directories stand on each other.
    let rows = b"phrase,correction,source\nZeeland Assembly,Zeeland Council,theirs\n";
    fs::create_dir_all(here.path().join("more/phrases")).expect("made");
    fs::write(here.path().join("more/phrases/a.csv"), rows).expect("written");
    fs::write(here.path().join("more/sources.csv"), "id,title,license,origin,date\ntheirs,T,MIT,x,\n")
        .expect("written");
    let both = fix(&["--dictionary", "more"]);
    assert!(both.text().contains("Zeeland Council") && both.text().contains("Grommet Ministry"), "{both:?}");
}

#[test]
fn what_files_of_ones_own_are_called_says_nothing() {
    let explained = |name: &str| {
        let row = b"original,substitutes,source\nteapot,kettledrum,own\n";
        let here = directory(&[(&format!("own/substitutions/{name}.csv"), row)]);
        let ran = unspin(here.path(), &["explain", "--dictionary", "own", "--format", "json", "kettledrum"], b"");
        ran.text().to_owned()
    };
    let plain = explained("own");
    assert!(plain.contains("teapot"), "{plain}");
    for name in ["names", "names-of-ships", "science-2", "words-2", "articles", "attested", "published"] {
        assert_eq!(explained(name), plain, "{name}");
    }
}

#[test]
fn columns_tell_what_a_table_of_substitutions_is() {
    for table in [
        "spun,original,family,count,pages,source\nkettledrum,teapot,thesaurus,3,2,own\n",
        "spun,original,papers,required,excluded,source\nkettledrum,teapot,3,,,own\n",
        "\u{feff}spun,original,family,count,pages,source\r\nkettledrum,teapot,thesaurus,3,2,own\r\n",
    ] {
        let run = |name: &str, args: &[&str]| {
            let here = directory(&[(&format!("own/substitutions/{name}.csv"), table.as_bytes())]);
            unspin(here.path(), args, b"").text().replace(name, "NAME")
        };
        let explain = ["explain", "--dictionary", "own", "--format", "json", "kettledrum"];
        let plain = run("own", &explain);
        assert!(plain.contains("teapot"), "{plain}");
        for name in ["attested", "articles", "published", "names", "essays"] {
            assert_eq!(run(name, &explain), plain, "{name}");
            let checked = run(name, &["dict", "check", "own"]);
            assert!(!checked.contains("malformed"), "{name}: {checked}");
        }
    }
}

/// What is said of a row when it is used is said when it is checked, too, and rewriting does not take it away.
#[test]
fn rows_that_name_no_phrase_stay_to_be_mended() {
    let table = "original,substitutes,source\nfoo,,own\n";
    let here = directory(&[("own/substitutions/a.csv", table.as_bytes())]);
    let ran = unspin(here.path(), &["dict", "check", "--write", "own"], b"");
    let says = "own/substitutions/a.csv:2:1: error: names no phrase; name one, or remove the row [malformed]\n";
    assert_eq!((ran.code, ran.text()), (2, says));
    assert_eq!(fs::read_to_string(here.path().join("own/substitutions/a.csv")).expect("there"), table);
}

#[test]
fn faults_in_dictionaries_of_ones_own_have_a_place() {
    for (name, text, says) in [
        (
            "substitutions/a.csv",
            "original,substitutes,source\nsay,state,mine\n",
            "substitutions/a.csv:2:11: unknown source",
        ),
        ("substitutions/a.csv", "original,substitutes,source\nsay,state\n", "substitutions/a.csv:2:1: "),
        (
            "substitutions/attested.csv",
            "spun,original,family,count,pages,source\na,b,science,x,1,own\n",
            "attested.csv:2:13: ",
        ),
        ("substitution/a.csv", "original,substitutes,source\nsay,state,own\n", "substitution/a.csv:1:1: no table"),
        ("allowed.csv", "phrase,reason\ngreen zone,\n", "allowed.csv:2:12: "),
        ("allowed.csv", "", "allowed.csv:1:1: is empty"),
        ("substitutions/a.csv", "original,substitutes,source\nfoo,,own\n", "a.csv:2:5: names no phrase"),
        ("substitutions/a.csv", "original,substitutes,source\nfoo,bar|,own\n", "a.csv:2:5: names no phrase"),
        ("substitutions/a.csv", "original,substitutes,source\n,bar,own\n", "a.csv:2:1: names no phrase"),
        ("substitutions/a.csv", "original,substitutes,source\nfoo,Foo,own\n", "a.csv:2:5: \"Foo\" stands for itself"),
        ("phrases/a.csv", "phrase,correction,source\nfoo,foo,own\n", "a.csv:2:1: \"foo\" stands for itself"),
        (
            "substitutions/b.csv",
            "spun,original,family,count,pages,source\na b,A B,science,1,1,own\n",
            "b.csv:2:1: \"a b\" stands for itself",
        ),
        // The definition of an acronym would be deleted.
        (
            "substitutions/a.csv",
            "original,substitutes,source\nneural network,neural system (NN),own\n",
            "a.csv:2:16: \"neural system (NN)\" for \"neural network\" has words in brackets",
        ),
    ] {
        let here = directory(&[(&format!("own/{name}"), text.as_bytes())]);
        let ran = unspin(here.path(), &["check", "--dictionary", "own"], b"Nothing.\n");
        assert!(ran.code == 2 && ran.err.contains(says) && ran.err.contains("own: "), "{says}: {ran:?}");
    }
}

#[test]
fn quotation_marks_and_very_long_expressions_in_rows_are_read() {
    let long = format!("expression,kind,acronym,source\n{},name,,own\n", vec!["Sunday"; 70].join(" "));
    let here = directory(&[
        ("own/expressions/a.csv", long.as_bytes()),
        ("own/substitutions/a.csv", b"original,substitutes,source\nrock 'n' roll music,rock 'n' roll tunes,own\n"),
    ]);
    let args = ["fix", "-q", "--assume-spun", "--min-confidence", "0.05", "--dictionary", "own"];
    let ran = unspin(here.path(), &args, b"He liked the rock n roll tunes of old.\n");
    assert!(ran.text().contains("the rock n roll music of"), "{ran:?}");
}

#[test]
fn what_is_seldom_a_substitute_has_no_readings_on_its_own() {
    let gold = "{\"id\":\"a\",\"family\":\"thesaurus\",\"text\":\"the navy put up of\",\"edits\":[\
                {\"start\":4,\"end\":8,\"corrections\":[\"military\"],\"severity\":\"hard\"},\
                {\"start\":9,\"end\":15,\"corrections\":[\"post\"],\"severity\":\"hard\"}]}";
    let here = directory(&[
        ("gold.json", gold.as_bytes()),
        ("own/substitutions/own.csv", b"original,substitutes,source\nmilitary,navy,own\npost,put up,own\n"),
    ]);
    let single_and_several = || {
        let args = ["dict", "stats", "own", "--gold", "gold.json", "--format", "json"];
        let figures: Value = serde_json::from_str(unspin(here.path(), &args, b"").text()).expect("JSON");
        ["single", "several"].map(|kind| figures["coverage"]["families"]["thesaurus"][kind]["hits"].as_u64())
    };
    assert_eq!(single_and_several(), [Some(1), Some(1)]);
    let rows = "word,stood,swapped,source\nnavy,200,0,own\nput,200,0,own\n";
    fs::write(here.path().join("own/seldom.csv"), rows).expect("written");
    assert_eq!(single_and_several(), [Some(0), Some(1)]);
}

#[test]
fn coverage_is_counted_by_family() {
    let gold = "{\"id\":\"a\",\"family\":\"thesaurus\",\"text\":\"the navy of blorbs\",\"edits\":[\
                {\"start\":4,\"end\":8,\"corrections\":[\"military\"],\"severity\":\"hard\"},\
                {\"start\":12,\"end\":18,\"corrections\":[\"two words\"],\"severity\":\"hard\"}]}";
    let here = directory(&[("gold.json", gold.as_bytes())]);
    let ran = unspin(here.path(), &["dict", "stats", "--gold", "gold.json", "--format", "json"], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let figures: Value = serde_json::from_str(ran.text()).expect("JSON");
    let thesaurus = &figures["coverage"]["families"]["thesaurus"];
    assert_eq!((&thesaurus["single"]["hits"], &thesaurus["single"]["of"]), (&1.into(), &1.into()));
    assert_eq!((&thesaurus["several"]["hits"], &thesaurus["several"]["of"]), (&0.into(), &1.into()));
}

#[test]
fn examples_must_hold() {
    let good = "text,flagged,expected\nThe ship left the harbor at noon.,no,\n\
                \"The Protection Secretary stated on Tuesday that it was late.\",yes,Defense Secretary\n";
    let bad = "text,flagged,expected\nThe ship left the harbor at noon.,yes,\nNobody knew.,maybe,\n";
    let here = directory(&[("good/examples/a.csv", good.as_bytes()), ("bad/examples/a.csv", bad.as_bytes())]);
    let ran = unspin(here.path(), &["dict", "test", "good"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, "2 of 2 examples hold\n"), "{}", ran.text());
    let ran = unspin(here.path(), &["dict", "test", "bad"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (1, "0 of 2 examples hold\n"));
    assert!(ran.text().starts_with("bad/examples/a.csv:2: "), "{}", ran.text());
}

#[test]
fn examples_of_the_dictionaries_hold() {
    // Named from the root, they are the built-in ones, too.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = here.join("dictionaries");
    let ran = unspin(here, &["dict", "test", path.to_str().expect("UTF-8")], b"");
    assert_eq!(ran.code, 0, "{}{}", ran.text(), ran.err);
}

#[test]
fn reasons_are_true() {
    let here = directory(&[]);
    let explain =
        |args: &[&str]| unspin(here.path(), &[&["explain", "--isolated"], args].concat(), b"").text().to_owned();
    let (own, elsewhere, quoted) =
        ("He was maybe not here.", "Not so. He was maybe not here.", "“Not I.” He was maybe not here.");
    for (text, says) in [
        (own, None),
        (elsewhere, Some("the text has the original word elsewhere")),
        (quoted, Some("the text has the original word inside quotation marks")),
    ] {
        let told = explain(&[text]);
        assert!(told.contains("“maybe” was ") && told.contains(" not in the original\n"), "{told}");
        let witness = told.lines().find(|line| line.trim_start().starts_with("witness"));
        assert_eq!(
            witness.and_then(|line| line.split_once("  the ")).map(|(_, rest)| format!("the {rest}")).as_deref(),
            says
        );
    }
    let removed = explain(&["--min-confidence", "0.001", "of the $ actually $ country"]);
    for part in ["actually → (remove)", "%  (remove)\n", "“actually” stands 121 times, only once where nothing was\n"]
    {
        assert!(removed.contains(part), "{part}: {removed}");
    }
}

#[test]
fn what_hides_findings_is_named() {
    let here = directory(&[
        ("allow.toml", b"allow = [\"protection secretary\"]\n"),
        ("certain.toml", b"min-confidence = 0.99\n"),
        ("sure.toml", b"families = [\"science\"]\nseverity = \"error\"\n"),
    ]);
    let explain = |args: &[&str]| unspin(here.path(), &[&["explain"], args].concat(), b"").text().to_owned();
    let phrase = "the Protection Secretary";
    for (args, hides) in [
        (["--config", "allow.toml", phrase], "(allow)"),
        (["--family", "science", phrase], "(families)"),
        (["--quotes", "skip", "he said “the stated”"], "(quotes, min-confidence)"),
        (["--min-confidence", "0.999", phrase], "(min-confidence)"),
        (["--config", "certain.toml", "stated"], "(min-confidence)"),
        (["--quotes", "check", "could"], "(min-confidence)"),
        (["--severity", "error", "maybe not"], "(min-confidence, severity)"),
        (["--config", "sure.toml", "maybe not"], "(families, min-confidence, severity)"),
    ] {
        let told = explain(&args);
        assert!(told.starts_with("Nothing is reported") && told.contains(hides), "{args:?}: {told}");
        assert!(told.contains("confidence"), "{told}");
        let least = hides.contains("min-confidence").then(|| told.contains("below min-confidence, which is 0."));
        assert_eq!(told.contains("not reported, for"), least.unwrap_or_default(), "{told}");
    }
    let told = explain(&["could the Protection Secretary"]);
    assert!(told.contains("\nProtection → Defense") && !told.contains("Nothing is reported"), "{told}");
    assert_eq!(told.matches("not reported, for").count(), 1, "{told}");
    // What is less likely than not is not most probable, and what no family makes is left out.
    let told = explain(&["could"]);
    assert!(told.contains("“could” perhaps stands for “may”") && told.contains("which is 0.6\n"), "{told}");
    assert!(!explain(&["malignancy"]).contains("-inf"));
    let told = explain(&["the attorney general"]);
    assert!(told.starts_with("Nothing found in “the attorney general”, even"), "{told}");
    assert!(told.contains("The dictionaries allow “attorney general”: it is never changed."), "{told}");
}

#[test]
fn phrases_and_rules_are_explained() {
    let here = directory(&[]);
    let ran = unspin(here.path(), &["explain", "the", "Protection", "Secretary"], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["Protection → Defense", "confidence", "language-model", "nats", "sources:", "Protection Secretary\n"]
    {
        assert!(ran.text().contains(part), "{part}: {}", ran.text());
    }
    let ran = unspin(here.path(), &["explain", "--format", "json", "Protection Secretary"], b"");
    let kinds = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["type"].clone());
    assert!(kinds.into_iter().any(|kind| kind == "substitute"));
    for rule in unspin::Rule::ALL {
        let ran = unspin(here.path(), &["explain", rule.name()], b"");
        for part in ["**What.**", "**Why it is wrong.**", "**Example.**", "**Repair.**", "**When to suppress.**"] {
            assert!(ran.text().contains(part), "{}: {part}", rule.name());
        }
        let told: Value =
            serde_json::from_slice(&unspin(here.path(), &["explain", "--format", "json", rule.name()], b"").out)
                .expect("JSON");
        assert_eq!((&told["name"], &told["page"]), (&rule.name().into(), &ran.text().into()));
    }
}
