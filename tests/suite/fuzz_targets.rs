//! The fuzz targets as they stand, without a fuzzer: whatever they use of the library must be there.
#![allow(unused_attributes, reason = "`no_main` is for the programs that they are")]
#![allow(clippy::duplicate_mod, reason = "each of those has its own copy of the bodies")]

use std::fs;

/// A target as a function of the bytes that a fuzzer would give it.
#[macro_export]
macro_rules! fuzz_target {
    (|$data:ident: &[u8]| $body:expr) => {
        pub(crate) fn run($data: &[u8]) {
            $body;
        }
    };
}

#[path = "../fuzz/targets/check.rs"]
mod check;
#[path = "../fuzz/targets/csv.rs"]
mod csv;
#[path = "../fuzz/targets/decisions.rs"]
mod decisions;
#[path = "../fuzz/targets/dictionary.rs"]
mod dictionary;
#[path = "../fuzz/targets/fix.rs"]
mod fix;
#[path = "../fuzz/targets/gold.rs"]
mod gold;
#[path = "../fuzz/targets/html.rs"]
mod html;
#[path = "../fuzz/targets/jsonl.rs"]
mod jsonl;
#[path = "../fuzz/targets/markdown.rs"]
mod markdown;
#[path = "../fuzz/targets/text.rs"]
mod text;
#[path = "../fuzz/targets/tsv.rs"]
mod tsv;

type Run = fn(&[u8]);

const TARGETS: [(&str, Run); 11] = [
    ("check", check::run),
    ("csv", csv::run),
    ("decisions", decisions::run),
    ("dictionary", dictionary::run),
    ("fix", fix::run),
    ("gold", gold::run),
    ("html", html::run),
    ("jsonl", jsonl::run),
    ("markdown", markdown::run),
    ("text", text::run),
    ("tsv", tsv::run),
];

#[test]
fn every_target_takes_any_bytes() {
    let written = fs::read_to_string("tests/fuzz/Cargo.toml").expect("there");
    let files = fs::read_dir("tests/fuzz/targets").expect("listed");
    assert_eq!(files.count(), TARGETS.len());
    for (name, run) in TARGETS {
        assert!(written.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
        for data in [&b""[..], b"The navy stated so.", b"text,id\n\"The\",1\n", b"{\"text\":\"navy\"}\n\xff"] {
            run(data);
        }
    }
}
