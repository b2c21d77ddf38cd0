//! SARIF is what its schema says, whatever the inputs are.

use std::fs;

use serde_json::Value;

use crate::run::{directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";

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
    for (paths, least) in [(&["in"][..], 12), (&[&absolute], 12), (&["in/g.txt"], 0), (&["-"], 2)] {
        let args =
            [&["check", "--assume-spun", "--format", "sarif", "--field", "a.b", "--column", "a.b"], paths].concat();
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
