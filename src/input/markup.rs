//! Markdown and HTML: what a reader sees, and where it stands.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::map::{Escape, Lifted};
use crate::span::Span;

/// Lifts the text of Markdown: no code, no link targets, no raw HTML, no front matter. The text of a link by which its
/// target is looked up, such as `[text]` and `[text][]`, is to stay: another one would be no link.
pub(super) fn markdown(source: &str) -> Lifted {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut lifted = Lifted::new(Escape::None);
    let mut hidden = 0usize;
    // For each link and image that is open, whether its text is its label.
    let mut labels = Vec::new();
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::MetadataBlock(_) | Tag::HtmlBlock) => hidden += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::MetadataBlock(_) | TagEnd::HtmlBlock) => {
                hidden = hidden.saturating_sub(1);
                lifted.separate("\n\n");
            }
            Event::Start(Tag::Link { link_type, .. } | Tag::Image { link_type, .. }) => {
                labels.push(matches!(link_type, LinkType::Shortcut | LinkType::Collapsed));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => drop(labels.pop()),
            Event::Text(text) if hidden == 0 => {
                let span = Span::from(range);
                if labels.contains(&true) {
                    lifted.hold(source, span, &text);
                } else if *text == source[span.range()] {
                    lifted.take(source, span);
                } else {
                    lifted.decode(span, &text);
                }
            }
            // A mere line break, as in wrapped lines; one with an indent or marks of a quotation is markup.
            Event::SoftBreak
                if matches!(&source[range.clone()], "\n" | "\r\n")
                    && !lifted.text.is_empty()
                    && !lifted.text.ends_with('\n') =>
            {
                lifted.take(source, range.into());
            }
            Event::SoftBreak | Event::HardBreak => lifted.separate("\n"),
            // Code stands for a word that nothing is known about.
            Event::Code(_) | Event::InlineMath(_) => lifted.text.push('`'),
            Event::Start(tag) if !is_inline(&tag) => lifted.separate("\n\n"),
            Event::End(end) if !is_inline_end(end) => lifted.separate("\n\n"),
            _ => {}
        }
    }
    lifted
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
}

fn is_inline_end(end: TagEnd) -> bool {
    matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
}

/// Elements whose text no reader sees, or that hold no prose.
const HIDDEN: [&[u8]; 13] = [
    b"script",
    b"style",
    b"template",
    b"noscript",
    b"code",
    b"pre",
    b"kbd",
    b"samp",
    b"textarea",
    b"svg",
    b"iframe",
    b"noembed",
    b"noframes",
];

/// Elements that do not end a paragraph.
const INLINE: [&[u8]; 27] = [
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"cite", b"data", b"del", b"dfn", b"em", b"font", b"i", b"ins", b"label",
    b"mark", b"q", b"s", b"small", b"span", b"strong", b"sub", b"sup", b"time", b"tt", b"u", b"var", b"wbr",
];

/// Lifts the text of HTML that a reader sees. Text is what lies between tags, comments and the like, so bytes of
/// markup are never part of it.
pub(super) fn html(source: &str) -> Lifted {
    let mut lifted = Lifted::new(Escape::Html);
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    let mut at = 0;
    let mut hidden: Option<(Vec<u8>, usize)> = None;
    // XHTML may start in either way.
    let beginning: String = source.chars().take(1024).collect();
    let is_xml = beginning.trim_start().starts_with("<?xml") || beginning.contains("//www.w3.org/1999/xhtml");
    emitter.naively_switch_states(!is_xml);
    for token in Tokenizer::new_with_emitter(source, emitter).flatten() {
        let (start, end) = match &token {
            Token::StartTag(tag) => (tag.span.start, tag.span.end),
            Token::EndTag(tag) => (tag.span.start, tag.span.end),
            Token::Comment(comment) => (comment.span.start, comment.span.end),
            Token::Doctype(doctype) => (doctype.span.start, doctype.span.end),
            Token::String(_) | Token::Error(_) => continue,
        };
        if hidden.is_none() && start > at {
            lift_html(source, Span::new(at, start), &mut lifted);
        }
        at = at.max(end);
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                // The slash closes nothing else in HTML, but anything in XHTML.
                let closed = tag.self_closing && (is_xml || name == b"svg");
                match &mut hidden {
                    Some((open, depth)) if open.as_slice() == name && !closed => *depth += 1,
                    None if HIDDEN.contains(&name) && !closed => hidden = Some((name.to_vec(), 1)),
                    _ => {}
                }
                separate(name, &mut lifted);
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if let Some((open, depth)) = &mut hidden {
                    if open.as_slice() == name {
                        *depth -= 1;
                    }
                    if *depth == 0 {
                        hidden = None;
                    }
                }
                separate(name, &mut lifted);
            }
            _ => {}
        }
    }
    if hidden.is_none() {
        lift_html(source, Span::new(at, source.len()), &mut lifted);
    }
    lifted
}

fn separate(name: &[u8], lifted: &mut Lifted) {
    match name {
        b"br" => lifted.separate("\n"),
        b"code" | b"kbd" | b"samp" => {
            if !lifted.text.ends_with('`') {
                lifted.text.push('`');
            }
        }
        _ if INLINE.contains(&name) => {}
        _ => lifted.separate("\n\n"),
    }
}

/// Takes a stretch between tags, with character references as what they stand for.
fn lift_html(source: &str, span: Span, lifted: &mut Lifted) {
    let mut at = span.start;
    while let Some(found) = memchr::memchr(b'&', &source.as_bytes()[at..span.end]) {
        let start = at + found;
        let name = source[start + 1..span.end]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
            .count();
        let mut end = start + 1 + name;
        if source.as_bytes().get(end) == Some(&b';') && end < span.end {
            end += 1;
        }
        let meaning = htmlize::unescape(&source[start..end]);
        if meaning == source[start..end] {
            lifted.take(source, Span::new(at, end));
        } else {
            lifted.take(source, Span::new(at, start));
            lifted.decode(Span::new(start, end), &meaning);
        }
        at = end;
    }
    lifted.take(source, Span::new(at, span.end));
}
