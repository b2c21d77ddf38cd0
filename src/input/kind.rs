//! What is in a file whose name does not say? Its first bytes tell; and some names say that there is no text.

use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use ignore::types::{Types, TypesBuilder};
use serde::de::IgnoredAny;

use super::encoding::{self, Encoding};
use super::{Compression, Format};

/// Bytes that the first line of JSON Lines is looked for in.
const FIRST_LINE: usize = 1 << 20;

/// What the first tag of HTML may be, as the MIME Sniffing Standard has it, by which browsers go.
const FIRST_TAGS: [&str; 15] =
    ["html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p"];

/// Kinds of files, as the crate `ignore` calls them, that are text or known by other means, as compressed ones are. All
/// others that it lists are program code and data.
const NOT_FOREIGN: [&str; 17] = [
    "brotli", "bzip2", "csv", "gzip", "html", "jsonl", "license", "lz4", "lzma", "man", "markdown", "md", "pdf",
    "readme", "txt", "xz", "z",
];

/// Extensions of data that it does not list: mail and what crawlers keep, in which headers count the bytes that follow,
/// feeds, calendars, and what programs keep texts in.
const MORE_DATA: [&str; 18] = [
    "eml", "mbox", "warc", "wet", "wat", "rss", "atom", "ass", "ics", "plist", "pot", "resx", "ris", "rtf", "ssa",
    "strings", "tid", "vcf",
];

/// Extensions of pages that servers make, and of XML, all of which it lists or [`MORE_DATA`] does.
const PAGES: [&str; 15] =
    ["php", "php3", "php4", "php5", "phtml", "asp", "aspx", "jsp", "jspx", "cfm", "xml", "svg", "rss", "atom", "vue"];

/// Extensions of what pages are made of: HTML with code in it.
const TEMPLATES: [&str; 22] = [
    "astro",
    "cshtml",
    "ejs",
    "erb",
    "ftl",
    "ftlh",
    "gohtml",
    "gotmpl",
    "handlebars",
    "hbs",
    "j2",
    "jinja",
    "jinja2",
    "liquid",
    "mjml",
    "mustache",
    "njk",
    "razor",
    "svelte",
    "tmpl",
    "tpl",
    "twig",
];

static FOREIGN: LazyLock<Types> = LazyLock::new(|| {
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for extension in MORE_DATA.iter().chain(&TEMPLATES) {
        builder.add("data", &format!("*.{extension}")).expect("a sound glob");
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

/// Whether files with that extension are HTML or XML, though they are called like program code or data.
pub(super) fn is_markup_by_name(extension: &str) -> bool {
    PAGES.contains(&extension) || TEMPLATES.contains(&extension)
}

/// Whether a name is that of JSON, which may be JSON Lines.
pub(super) fn is_json(path: &Path) -> bool {
    super::extension(path) == "json"
}

/// What templates begin with.
const CODE: [&str; 5] = ["<?php", "<%", "{%", "{{#", "{{>"];

/// Whether a text is what pages are made of, by its name or by how it begins.
pub(super) fn is_template(path: &Path, compression: Compression, text: &str) -> bool {
    let extension = super::extension(&compression.strip(path));
    let is_xml = ["xml", "svg", "rss", "atom"].contains(&extension.as_str());
    let is_of_angular = path.to_string_lossy().ends_with(".component.html");
    is_markup_by_name(&extension) && !is_xml
        || is_of_angular
        || CODE.iter().any(|start| begins(text.trim_start(), start))
}

/// Whether a text is HTML or XML, or what such pages are made of, by how it begins.
pub(super) fn is_markup(text: &str) -> bool {
    let text = text.trim_start();
    ["<?xml", "<!--", "<!doctype "].iter().chain(&CODE).any(|start| begins(text, start))
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
/// server made, or JSON Lines, of which a single line is enough where there may be one `alone`. What is no plain file
/// shows nothing, for it can be read once only.
pub(super) fn of_beginning(path: &Path, compression: Compression, alone: bool) -> Option<Format> {
    if is_json(&compression.strip(path)) {
        return is_lines(&beginning(path, compression, FIRST_LINE)?, alone).then_some(Format::Jsonl);
    }
    is_page(&beginning(path, compression, encoding::SAMPLE)?).then_some(Format::Html)
}

/// Whether a file that is called JSON is what it is called: an object, or a list.
pub(super) fn holds_json(path: &Path, compression: Compression) -> bool {
    let text = beginning(path, compression, encoding::SAMPLE).unwrap_or_default();
    text.trim_start().starts_with(['{', '['])
}

/// The text that a plain file begins with, from so many bytes.
fn beginning(path: &Path, compression: Compression, most: usize) -> Option<String> {
    // To open a pipe is to wait for it.
    let file = path.is_file().then(|| std::fs::File::open(path).ok())??;
    let mut bytes = Vec::new();
    compression.reader(file).ok()?.take(most as u64).read_to_end(&mut bytes).ok()?;
    Some(Encoding::detect(&bytes).decode(&bytes).0)
}

/// Whether there is an object on each of the first two lines, or on the only one if it may be `alone`. A line that is
/// longer than what is looked at is taken at its word.
fn is_lines(beginning: &str, alone: bool) -> bool {
    let mut lines = beginning.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_object = || serde_json::from_str::<IgnoredAny>(first).is_ok();
    first.starts_with('{')
        && match lines.next() {
            Some(second) => second.starts_with('{') && is_object(),
            None => alone && (beginning.len() + 1 >= FIRST_LINE || is_object()),
        }
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
            "a.ejs",
            "a.html.erb",
            "a.ics",
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
    fn templates_are_told_by_name_or_beginning() {
        for (name, text, is) in [
            ("a.ejs", "", true),
            ("a.html.erb.gz", "", true),
            ("a.blade.php", "", true),
            ("a.component.html", "", true),
            ("a", "\n{% extends \"a\" %}", true),
            ("a.html", "<p>{% a %}", false),
            ("a.svg", "", false),
        ] {
            let path = Path::new(name);
            assert_eq!(is_template(path, Compression::of_name(path), text), is, "{name}");
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
            ("<?php echo \"<html>\"; ?>", true, false),
            ("{% extends \"a\" %}", true, false),
            ("{{ navy }}", false, false),
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
        let long = format!("{{\"a\": \"{}", "b".repeat(FIRST_LINE));
        for (text, two, alone) in [
            ("{\"a\":1}\n{\"a\":\n", true, true),
            ("{\"a\":1}\r\n\r\n {", true, true),
            ("{\"a\":1}\n", false, true),
            ("\n{\"a\":1}", false, true),
            (&long, false, true),
            ("{\n\"a\":{\n}\n}", false, false),
            ("{\"a\":", false, false),
            ("[{\"a\":1},\n{\"a\":1}]\n", false, false),
            ("[{\"a\":1}]", false, false),
            ("", false, false),
        ] {
            let shown: String = text.chars().take(40).collect();
            assert_eq!([false, true].map(|alone| is_lines(text, alone)), [two, alone], "{shown}");
        }
    }
}
