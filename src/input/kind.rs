//! What is in a file whose name does not say? Its first bytes tell; and some names say that there is no text.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::LazyLock;

use ignore::types::{Types, TypesBuilder};
use serde::de::IgnoredAny;

use super::encoding::{self, Encoding};
use super::{Compression, Format};

/// Bytes that the first line of JSON Lines is looked for in.
const FIRST_LINE: u64 = 1 << 20;

/// What the first tag of HTML may be, as the MIME Sniffing Standard has it, by which browsers go.
const FIRST_TAGS: [&str; 15] =
    ["html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p"];

/// Kinds of files, as the crate `ignore` calls them, that are text or known by other means, as compressed ones are. All
/// others that it lists are program code and data.
const NOT_FOREIGN: [&str; 17] = [
    "brotli", "bzip2", "csv", "gzip", "html", "jsonl", "license", "lz4", "lzma", "man", "markdown", "md", "pdf",
    "readme", "txt", "xz", "z",
];

/// Data that it does not list: mail and what crawlers keep, in which headers count the bytes that follow, and feeds.
const MORE_DATA: [&str; 7] = ["*.eml", "*.mbox", "*.warc", "*.wet", "*.wat", "*.rss", "*.atom"];

static FOREIGN: LazyLock<Types> = LazyLock::new(|| {
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for glob in MORE_DATA {
        builder.add("data", glob).expect("a sound glob");
    }
    for kind in builder.definitions() {
        if !NOT_FOREIGN.contains(&kind.name()) {
            builder.select(kind.name());
        }
    }
    builder.build().expect("sound globs")
});

/// Whether a name is that of program code or data. Most of the kinds go by extensions, whatever their case.
pub(super) fn is_foreign(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let listed = |name: &Path| FOREIGN.matched(name, false).is_whitelist();
    listed(Path::new(name)) || listed(Path::new(&name.to_string_lossy().to_lowercase()))
}

/// Whether a name is that of JSON, which may be JSON Lines.
pub(super) fn is_json(path: &Path) -> bool {
    super::extension(path) == "json"
}

/// Whether a text is HTML or XML by how it begins.
pub(super) fn is_markup(text: &str) -> bool {
    let text = text.trim_start();
    ["<?xml", "<!--", "<!doctype "].iter().any(|start| begins(text, start))
        || FIRST_TAGS.iter().any(|tag| opens(text, tag))
}

/// Whether a text is a whole page by how it begins: no part of one, as templates are, and no other XML.
fn is_page(text: &str) -> bool {
    let mut text = text.trim_start();
    while let Some(end) = [("<?xml", "?>"), ("<!--", "-->")]
        .iter()
        .find_map(|(start, end)| begins(text, start).then(|| text.find(end).map(|at| at + end.len())))
    {
        let Some(end) = end else { return false };
        text = text[end..].trim_start();
    }
    begins(text, "<!doctype html") || opens(text, "html")
}

/// Whether a text begins so, whatever the case of its letters.
fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

/// Whether a text begins with that tag.
fn opens(text: &str, tag: &str) -> bool {
    let name = text.strip_prefix('<').filter(|text| begins(text, tag));
    name.is_some_and(|text| text[tag.len()..].starts_with(|c: char| c == '>' || c.is_ascii_whitespace()))
}

/// What the beginning of a file that is called like program code or data shows it to be none the less: a page that a
/// server made, or JSON Lines.
pub(super) fn of_beginning(path: &Path, compression: Compression) -> Option<Format> {
    let file = std::fs::File::open(path).ok()?;
    let mut reader = BufReader::new(compression.reader(file).ok()?);
    if super::extension(&compression.strip(path)) == "json" {
        return is_lines(reader).then_some(Format::Jsonl);
    }
    let mut sample = Vec::new();
    reader.by_ref().take(encoding::SAMPLE as u64).read_to_end(&mut sample).ok()?;
    is_page(&Encoding::detect(&sample).decode(&sample).0).then_some(Format::Html)
}

/// Whether there is an object on each of the first two lines.
fn is_lines(reader: impl BufRead) -> bool {
    let mut lines =
        reader.take(FIRST_LINE).split(b'\n').map_while(Result::ok).filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let first = first.strip_prefix(encoding::UTF8_BOM).unwrap_or(&first).trim_ascii();
    first.starts_with(b"{")
        && serde_json::from_slice::<IgnoredAny>(first).is_ok()
        && lines.next().is_some_and(|second| second.trim_ascii().starts_with(b"{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_data_are_told_by_their_names() {
        for name in [
            "a.py",
            "a.PY",
            "a.js",
            "a.css",
            "a.tex",
            "a.xml",
            "a.svg",
            "a.vue",
            "a.yaml",
            "a.json",
            "a.ipynb",
            "a.eml",
            "a.wet",
            "a.php",
            "a.aspx",
            "a.rst",
            "a.log",
            "Makefile",
            "Dockerfile",
            "CMakeLists.txt",
            "Cargo.toml",
        ] {
            assert!(is_foreign(Path::new(name)), "{name}");
        }
        for name in [
            "a",
            "a.txt",
            "a.text",
            "a.md",
            "a.mdx",
            "a.html",
            "a.jsonl",
            "a.csv",
            "a.pdf",
            "a.gz",
            "README",
            "LICENSE",
            "index.html?page=2",
            "index.html.1",
            "51121",
            "a.docx",
            "news.2024",
        ] {
            assert!(!is_foreign(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn markup_is_told_by_its_beginning() {
        for (text, markup, page) in [
            ("<!DOCTYPE html><p>", true, true),
            ("\n\t<HTML\nlang=en>", true, true),
            ("<?xml version=\"1.0\"?>\n<!-- <p> --><!doctype HTML PUBLIC \"-//W3C//DTD\">", true, true),
            ("<!-- saved --><html>", true, true),
            ("<?xml version=\"1.0\"?><rss>", true, false),
            ("<!-- open <html>", true, false),
            ("<p>The navy", true, false),
            ("<script setup>", true, false),
            ("<?php echo \"<html>\"; ?>", false, false),
            ("<htmlx>", false, false),
            ("<post>", false, false),
            ("<", false, false),
            ("< html>", false, false),
            ("# <html>", false, false),
            ("<é", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_markup(text), is_page(text)), (markup, page), "{text:?}");
        }
    }

    #[test]
    fn json_lines_are_told_by_two_of_them() {
        for (bytes, yes) in [
            (&b"{\"a\":1}\n{\"a\":\n"[..], true),
            (b"\xef\xbb\xbf{\"a\":1}\r\n\r\n {", true),
            (b"{\"a\":1}\n", false),
            (b"{\n\"a\":{\n}\n}", false),
            (b"[{\"a\":1},\n{\"a\":1}]\n", false),
            (b"", false),
        ] {
            assert_eq!(is_lines(bytes), yes, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
