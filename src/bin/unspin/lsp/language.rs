//! What the language of a document means: how its text lies in it, and how it writes comments.

use std::path::Path;

use unspin::input::Format;

/// How the text of a document lies in it, by its language and, where that says nothing, its name; `None` where it holds
/// records.
pub(super) fn format(language: &str, name: &str) -> Option<Format> {
    let format = match language {
        "markdown" | "quarto" | "rmd" | "pandoc" | "vimwiki" => Format::Markdown,
        "mdx" => Format::Mdx,
        "html" | "xhtml" => Format::Html,
        "plaintext" | "text" | "" => Format::of_name(Path::new(name.rsplit('/').next().unwrap_or_default())),
        "csv" | "tsv" | "json" | "jsonl" | "jsonlines" | "ndjson" => Format::Jsonl,
        _ => Format::Text,
    };
    (!format.has_records()).then_some(format)
}

/// How a document may be told not to report what is on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comment {
    /// At the end of the line.
    Behind(&'static str),
    /// On a line of its own before it.
    Above(&'static str),
}

/// The comment of a language that keeps findings from being reported. Plain text has none, so there the word stands
/// for itself.
pub(super) fn ignore(language: &str, format: Format) -> Comment {
    match (format, language) {
        (Format::Mdx, _) => Comment::Behind("{/* unspin:ignore */}"),
        (Format::Markdown | Format::Html, _) => Comment::Behind("<!-- unspin:ignore -->"),
        (_, "latex" | "tex" | "plaintex") => Comment::Behind("% unspin:ignore"),
        (_, "typst") => Comment::Behind("// unspin:ignore"),
        (_, "asciidoc" | "asciidoctor") => Comment::Above("// unspin:ignore-next"),
        (_, "org") => Comment::Above("# unspin:ignore-next"),
        _ => Comment::Behind("unspin:ignore"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_go_before_names() {
        for (language, name, wanted) in [
            ("markdown", "file:///a/b.txt", Some(Format::Markdown)),
            ("plaintext", "file:///a/b.md", Some(Format::Markdown)),
            ("mdx", "untitled:1", Some(Format::Mdx)),
            ("plaintext", "untitled:Untitled-1", Some(Format::Text)),
            ("latex", "file:///a.tex", Some(Format::Text)),
            ("html", "untitled:1", Some(Format::Html)),
            ("plaintext", "file:///a.csv", None),
            ("jsonl", "file:///a", None),
        ] {
            assert_eq!(format(language, name), wanted, "{language} {name}");
        }
    }
}
