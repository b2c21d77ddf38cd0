//! The guide's tables against what the program takes and writes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{directory, unspin};

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide").join(name);
    fs::read_to_string(path).expect("a page of the guide")
}

/// The blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    page.split(&start).skip(1).filter_map(|part| Some(part.split_once("```")?.0.to_owned())).collect()
}

#[test]
fn every_key_of_the_settings_is_in_the_guide() {
    let guide = page("settings.md");
    let example = &blocks(&guide, "toml")[0];
    let here = directory(&[("unspin.toml", b"x = 1\n"), ("guide.toml", example.as_bytes())]);
    let refused = unspin(here.path(), &["check", "--dump-config"], b"");
    let keys: Vec<&str> = refused.err.rsplit("one of ").next().expect("keys").split('`').skip(1).step_by(2).collect();
    assert!(keys.len() > 10, "{}", refused.err);
    for key in keys {
        assert!(guide.contains(&format!("`{key}`")) || guide.contains(&format!("`[[{key}]]`")), "{key}");
    }
    let taken = unspin(here.path(), &["check", "--config", "guide.toml", "--dump-config"], b"");
    assert_eq!((taken.code, taken.err.as_str()), (0, ""));
}

#[test]
fn every_key_of_the_output_is_in_the_guide() {
    let guide = page("formats.md");
    let here = directory(&[]);
    let text = b"The Protection Secretary stated that.";
    let ran = unspin(here.path(), &["check", "--isolated", "--assume-spun", "--format", "json"], text);
    let mut keys = BTreeSet::new();
    for line in ran.text().lines() {
        let object: Value = serde_json::from_str(line).expect("JSON");
        keys.extend(object.as_object().expect("an object").keys().cloned());
    }
    assert!(keys.len() > 25, "{keys:?}");
    for key in keys.iter().filter(|key| *key != "type") {
        assert!(guide.contains(&format!("`{key}`")), "{key}");
    }
}

/// But for figures and the words of reasons, which change with every fit.
#[test]
fn the_finding_of_the_guide_is_one() {
    let guide = page("formats.md");
    let block = blocks(&guide, "json").into_iter().find(|block| block.contains("\"finding\"")).expect("an example");
    let example: Value = serde_json::from_str(&block).expect("JSON");
    let here = directory(&[("spun-article.txt", include_bytes!("../examples/spun-article.txt"))]);
    let ran = unspin(here.path(), &["check", "--isolated", "--format", "json", "spun-article.txt"], b"");
    let found: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let one = found.iter().find(|one| one["text"] == example["text"]).expect("found");
    for key in ["path", "record", "field", "line", "column", "span", "rule", "family", "sources", "id"] {
        assert_eq!(one[key], example[key], "{key}");
    }
    assert_eq!(one["corrections"][0]["text"], example["corrections"][0]["text"]);
    let keys = |one: &Value| one.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(one), keys(&example));
}

#[test]
fn the_gold_text_of_the_guide_is_one() {
    let guide = page("formats.md");
    let gold = blocks(&guide, "json").into_iter().find(|block| block.contains("\"edits\"")).expect("an example");
    let here = directory(&[("gold.json", gold.as_bytes())]);
    let ran = unspin(here.path(), &["eval", "--isolated", "gold.json"], b"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.text().starts_with("family") && ran.text().contains("thesaurus"), "{}", ran.text());
}
