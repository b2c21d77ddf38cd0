//! Markdown and HTML: what a reader sees, and where it stands.

use std::borrow::Cow;

use html5gum::{DefaultEmitter, Emitter, StartTag, State, Token, Tokenizer};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::foreign::{self, Finder, Foreign, LONG};
use super::map::{Escape, Lifted};
use super::mdx;
use super::outline::{self, Dialect, Outline};
use crate::span::Span;

/// Lifts the text of Markdown: no code, no link targets, no raw HTML, no front matter, nothing that programs read, such
/// as shortcodes. The text of a link by which its target is looked up, such as `[text]` and `[text][]`, is to stay:
/// another one would be no link.
pub(super) fn markdown(source: &str) -> Lifted {
    lift_markdown(source, false)
}

/// Lifts the text of MDX: that of its Markdown, and no JavaScript.
pub(super) fn mdx(source: &str) -> Lifted {
    lift_markdown(source, true)
}

fn lift_markdown(source: &str, is_mdx: bool) -> Lifted {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut prose = Prose::new(source, Escape::None, is_mdx, Outline::new(false));
    let mut is_code = false;
    // Of a block of HTML, what was seen of it, and whether that is whole: no tag would survive the marks of a quotation.
    let mut block: Option<(Span, bool)> = None;
    // For each link and image that is open, whether its text is its label.
    let mut labels = Vec::new();
    // For each part of the text that is open, how many elements of HTML are around it: those inside end with it.
    let mut depths = Vec::new();
    let start = front_matter(source);
    for (event, range) in Parser::new_ext(&source[start..], options).into_offset_iter() {
        let span = Span::from(range).shifted(start);
        match event {
            Event::Start(_) => depths.push(prose.outline.depth()),
            Event::End(TagEnd::HtmlBlock) => drop(depths.pop()),
            Event::End(_) => prose.outline.end_inside(depths.pop().unwrap_or_default()),
            _ => {}
        }
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => {
                is_code = false;
                prose.lifted.separate("\n\n");
            }
            Event::Start(Tag::Link { link_type, .. } | Tag::Image { link_type, .. }) => {
                labels.push(matches!(link_type, LinkType::Shortcut | LinkType::Collapsed));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => drop(labels.pop()),
            Event::Html(_) | Event::InlineHtml(_) if is_mdx => prose.skip_markup(span),
            // Line by line.
            Event::Html(_) => {
                let (seen, is_whole) = block.unwrap_or((Span::new(span.start, span.start), true));
                let goes_on = source[seen.end..span.start].trim_ascii().is_empty();
                block = Some((Span::new(seen.start, span.end), is_whole && goes_on));
            }
            Event::End(TagEnd::HtmlBlock) => {
                prose.lifted.separate("\n\n");
                if let Some((block, true)) = block.take().filter(|(block, _)| prose.at < block.end) {
                    prose.take_elements(Span::new(block.start.max(prose.at), block.end), false);
                    prose.lifted.separate("\n\n");
                }
            }
            Event::InlineHtml(_) if prose.is_at(span) => prose.take_elements(span, false),
            Event::Text(text) if !is_code => prose.take(span, &text, labels.contains(&true)),
            Event::SoftBreak => prose.wrap(span),
            Event::HardBreak if prose.is_read(span) => prose.lifted.separate("\n"),
            Event::Code(_) if prose.is_read(span) => prose.lifted.unknown(),
            Event::Start(tag) if !is_inline(&tag) => {
                prose.lifted.separate("\n\n");
                if is_mdx && tag == Tag::Paragraph {
                    prose.skip_module(span);
                }
            }
            Event::End(end) if !is_inline_end(end) => prose.lifted.separate("\n\n"),
            _ => {}
        }
    }
    prose.lifted
}

/// The end of the front matter that Markdown starts with, if it does: YAML, TOML or JSON between lines of marks, or
/// JSON alone. What stands between two such lines further on is text.
fn front_matter(source: &str) -> usize {
    let front = source.len() - source.trim_ascii_start().len();
    let source = &source[front..];
    let mut lines = source.split_inclusive('\n');
    let mark = lines.next().unwrap_or_default();
    let mut end = mark.len();
    let close = match mark.trim_ascii_end() {
        mark @ ("---" | "+++" | ";;;") => mark,
        "{" => "}",
        _ => return 0,
    };
    for (n, line) in lines.enumerate() {
        end += line.len();
        match line.trim_ascii_end() {
            // A line on its own is a break.
            "" if n == 0 => return 0,
            "..." if close == "---" => return front + end,
            line if line == close => return front + end,
            _ => {}
        }
    }
    0
}

/// The same of what is no Markdown, where other lines of marks may stand: keys with values, and nothing else.
fn keyed_front_matter(source: &str) -> usize {
    let end = front_matter(source);
    let mut lines = source[..end].trim_ascii().lines();
    let is_marked = lines.next().is_some_and(|mark| ["---", "+++"].contains(&mark.trim_ascii_end()));
    let is_word = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let is_key = |line: &str| line.split_once([':', '=']).is_some_and(|(key, _)| is_word(key.trim_ascii_end()));
    lines.next_back();
    let is_first = lines.clone().next().is_some_and(is_key);
    let goes_on =
        |line: &str| line.is_empty() || line.starts_with([' ', '\t', '-', '#', '[', ']', '}']) || is_key(line);
    if is_marked && is_first && lines.all(goes_on) { end } else { 0 }
}

/// The text of a file that is nothing but text, without what it starts with for programs; `None` where that is nothing.
pub(super) fn text(source: &str) -> Option<Lifted> {
    let start = keyed_front_matter(source);
    (start > 0).then(|| {
        let mut lifted = Lifted::new(Escape::None);
        lifted.take(source, Span::new(start, source.len()));
        lifted
    })
}

/// What is lifted of a source in which text is parted from code that no markup sets apart.
struct Prose<'s> {
    source: &'s str,
    lifted: Lifted,
    finder: Finder<'s>,
    outline: Outline,
    is_mdx: bool,
    /// The end of the code that was found last.
    at: usize,
}

impl<'s> Prose<'s> {
    fn new(source: &'s str, escape: Escape, is_mdx: bool, outline: Outline) -> Self {
        Self { source, lifted: Lifted::new(escape), finder: Finder::new(source), outline, is_mdx, at: 0 }
    }

    /// Whether a stretch does not start in code.
    fn is_at(&self, span: Span) -> bool {
        self.at <= span.start
    }

    /// The same, where a reader sees it.
    fn is_read(&self, span: Span) -> bool {
        self.is_at(span) && self.outline.is_read()
    }

    /// Takes a stretch of text without the code in it, given what the stretch stands for; `held` is what must stay.
    fn take(&mut self, span: Span, text: &str, held: bool) {
        if self.source[span.range()] != *text {
            // A character reference.
            if held && self.is_read(span) {
                self.lifted.hold(self.source, span, text);
            } else if self.is_read(span) {
                self.lifted.decode(span, text);
            }
            return;
        }
        // Markdown takes the backslash of a formula for an escape.
        let formula = span.start.checked_sub(1).and_then(|before| self.finder.formula(before));
        if let Some(end) = formula.filter(|_| self.is_read(span)) {
            self.lifted.unknown();
            self.at = end;
        }
        self.each_part(span, |prose, part| {
            if held {
                prose.lifted.hold(prose.source, part, &prose.source[part.range()]);
            } else {
                prose.lifted.take(prose.source, part);
            }
        });
    }

    /// Calls `take` for each part of a stretch that is read and not in code, and adds what code stands for.
    fn each_part(&mut self, span: Span, mut take: impl FnMut(&mut Self, Span)) {
        let mut take = |prose: &mut Self, part| {
            if prose.outline.is_read() {
                take(prose, part);
            }
        };
        let mut at = span.start.max(self.at).min(span.end);
        let script =
            |prose: &Self, at| prose.is_mdx.then(|| mdx::first(prose.source, Span::new(at, span.end))).flatten();
        let other = |prose: &Self, at| prose.finder.first(Span::new(at, span.end));
        // What comes next of either kind is looked for anew only once it is passed.
        let (mut next_script, mut next_other) = (script(self, at), other(self, at));
        while at < span.end {
            if next_script.is_some_and(|next| next.start < at) {
                next_script = script(self, at);
            }
            if next_other.is_some_and(|next| next.span.start < at) {
                next_other = other(self, at);
            }
            let next_script = next_script.map(|span| Foreign { span, shown: None });
            let Some(code) = next_script.into_iter().chain(next_other).min_by_key(|code| code.span.start) else {
                take(self, Span::new(at, span.end));
                return;
            };
            take(self, Span::new(at, code.span.start));
            match code.shown {
                None if self.is_mdx && self.source[code.span.start..].starts_with('<') => self.take_jsx(code.span),
                _ if !self.outline.is_read() => {}
                Some(shown) => self.lifted.hold(self.source, shown, &self.source[shown.range()]),
                None => self.lifted.unknown(),
            }
            (at, self.at) = (code.span.end, code.span.end);
        }
    }

    /// Takes the line break of wrapped Markdown, with the indent or the marks of a quotation behind it.
    fn wrap(&mut self, span: Span) {
        if self.is_read(span) {
            let marks = self.source[span.end..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
            self.lifted.wrap(self.source, Span::new(span.start, span.end + marks), '\n');
        }
    }

    /// Passes over what Markdown takes for HTML, and all of the element of MDX of which it may be a part.
    fn skip_markup(&mut self, span: Span) {
        while let Some(code) = mdx::first(self.source, Span::new(span.start.max(self.at), span.end.max(self.at))) {
            self.at = code.end;
            self.take_jsx(code);
        }
    }

    /// Takes in the tag of an element of HTML in MDX that may have text inside; those of components start with capitals.
    fn take_jsx(&mut self, span: Span) {
        let tag = &self.source[span.range()];
        let is_html = tag.trim_start_matches(['<', '/']).starts_with(|c: char| c.is_ascii_lowercase());
        // In JavaScript, of which no more than the beginning is looked at, there may be such a mark, too.
        if let Some(end) = tag.find('>').filter(|_| is_html && !tag.ends_with("/>")) {
            self.take_elements(Span::new(span.start, span.start + end + 1), false);
        }
    }

    /// Passes over imports and exports that a paragraph consists of.
    fn skip_module(&mut self, span: Span) {
        if self.is_at(span) && (span.start == 0 || self.source[..span.start].ends_with('\n')) {
            self.at = mdx::module(self.source, span.start).unwrap_or(self.at);
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
}

fn is_inline_end(end: TagEnd) -> bool {
    matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
}

/// Elements that part nothing in XML, where most are unknown.
const INLINE: &str = "\
    a abbr b bdi bdo cite data del dfn em font i ins label mark q s small span strong sub sup time u var \
    wbr";

/// Lifts the text of HTML that a reader sees. Text is what lies between tags, comments, template code and the like, so
/// bytes of markup are never part of it.
///
/// What says that it is of another language is none, but a page as a whole is often wrong there, for it was made of a
/// template: it is believed where its text does not look like English.
///
/// A template is what such pages are made of.
pub(super) fn html(source: &str, is_template: bool) -> Lifted {
    let prose = lift_html(source, false, is_template);
    if prose.outline.is_of_another_language() {
        return lift_html(source, true, is_template).lifted;
    }
    prose.lifted
}

/// The text of XML that is not XHTML, such as a feed, with the HTML that is escaped in it; `None` where it is other, or has
/// none. What stands in one element is a page of its own: no tag reaches into the next.
pub(super) fn in_xml(source: &str, text: &str) -> Option<Lifted> {
    // Where that has a tag, it was escaped.
    if !is_other_xml(source) || !memchr::memchr_iter(b'<', text.as_bytes()).any(|at| is_tag(&text.as_bytes()[at..])) {
        return None;
    }
    let mut prose = Prose::new(text, Escape::Html, false, Outline::new(false));
    let mut at = 0;
    // Nothing else has a blank line: line breaks in an element are blanks.
    for part in text.split("\n\n") {
        prose.outline = Outline::new(false);
        prose.finder.until = at + part.len();
        prose.take_elements(Span::new(at, at + part.len()), false);
        prose.lifted.separate("\n\n");
        at += part.len() + "\n\n".len();
    }
    Some(prose.lifted)
}

/// What a section of XML starts with in which nothing is markup.
const CDATA: &str = "<![CDATA[";

/// The beginning of a source, which says what XML it is.
fn beginning(source: &str) -> &str {
    source.char_indices().nth(1024).map_or(source, |(end, _)| &source[..end])
}

fn is_xml(source: &str) -> bool {
    let beginning = beginning(source);
    let start = beginning.trim_start();
    // XHTML may start in either way.
    ["<?xml", "<rss", "<feed"].iter().any(|tag| start.starts_with(tag)) || beginning.contains("//www.w3.org/1999/xhtml")
}

/// Whether it is XML, but not XHTML.
fn is_other_xml(source: &str) -> bool {
    is_xml(source) && !beginning(source).split(CDATA).next().is_some_and(|head| head.contains("<html"))
}

/// What a source is written in. In feeds sections of CDATA are pages, or parts of them.
fn dialect(source: &str) -> Dialect {
    if !is_other_xml(source) {
        return Dialect::Html;
    }
    let head = beginning(source).split(CDATA).next().unwrap_or_default();
    let has = |marks: [&str; 3]| marks.iter().any(|mark| head.contains(mark));
    if has(["<rss", "<feed", "<rdf:RDF"]) {
        Dialect::Feed
    } else if has(["docbook", "DocBook", "DITA"]) {
        Dialect::DocBook
    } else {
        Dialect::Xml
    }
}

fn lift_html(source: &str, believes: bool, is_template: bool) -> Prose<'_> {
    let mut prose = Prose::new(source, Escape::Html, false, Outline::new(believes));
    prose.finder.is_template = is_template;
    prose.outline.is_template = is_template;
    prose.outline.dialect = dialect(source);
    let start = if is_template { front_matter(source) } else { keyed_front_matter(source) };
    prose.take_elements(Span::new(start, source.len()), is_xml(source));
    prose
}

impl Prose<'_> {
    /// Takes the text of a stretch of HTML that a reader sees.
    fn take_elements(&mut self, part: Span, is_xml: bool) {
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        let mut at = part.start;
        // As browsers read most XHTML: what stands in a script is no markup.
        emitter.naively_switch_states(true);
        let (plain, refused) = without_templates(self.source, part, is_xml, &self.finder);
        if !refused.is_empty() {
            self.finder.refused.extend(refused);
            self.finder.refused.sort_unstable();
        }
        let plain = with_slashes(plain);
        // A script goes on behind a blank line of Markdown.
        let hidden = self.outline.hidden();
        emitter.set_last_start_tag(hidden);
        let mut tokens = Tokenizer::new_with_emitter(plain.as_ref(), emitter);
        if let Some(state) = hidden.and_then(html5gum::naive_next_state) {
            tokens.set_state(state);
        }
        while let Some(Ok(token)) = tokens.next() {
            let (start, end) = match &token {
                Token::StartTag(tag) => (tag.span.start, tag.span.end),
                Token::EndTag(tag) => (tag.span.start, tag.span.end),
                Token::Comment(comment) => (comment.span.start, comment.span.end),
                Token::Doctype(doctype) => (doctype.span.start, doctype.span.end),
                Token::String(_) | Token::Error(_) => continue,
            };
            let (start, end) = (part.start + start, part.start + end);
            if self.outline.is_read() && start > at {
                self.take_read(Span::new(at, start));
            }
            at = at.max(end);
            match token {
                Token::StartTag(tag) => {
                    // The slash closes nothing else in HTML, but anything in XHTML.
                    let closed = tag.self_closing && (is_xml || self.outline.is_embedded(&tag.name));
                    // A title that nothing closes would be all of the page.
                    if closed || tag.name.as_slice() == b"title" && !is_title(&plain.as_bytes()[end - part.start..]) {
                        tokens.set_state(State::Data);
                    }
                    if tag.name.as_slice() == b"wbr" && self.outline.is_read() {
                        self.lifted.decode(Span::new(start, end), "");
                    }
                    self.start(&tag, closed);
                }
                Token::EndTag(tag) => self.end(&tag.name),
                Token::Comment(_) if self.outline.dialect == Dialect::Feed => self.take_cdata(Span::new(start, end)),
                _ => {}
            }
        }
        if self.outline.is_read() {
            // As in browsers, a tag that the end of the file cuts off is none, and no text.
            let rest = &plain.as_bytes()[at.min(part.end) - part.start..];
            let cut = memchr::memchr_iter(b'<', rest).find(|cut| is_tag(&rest[*cut..])).unwrap_or(rest.len());
            self.take_read(Span::new(part.end - rest.len(), part.end - rest.len() + cut));
        }
    }

    /// Takes what is read as a comment in a feed, if it is a section of CDATA.
    fn take_cdata(&mut self, span: Span) {
        let inside = self.source[span.range()].strip_prefix(CDATA).and_then(|rest| rest.strip_suffix("]]>"));
        let Some(inside) = inside.filter(|_| self.outline.is_read()) else { return };
        let start = span.start + CDATA.len();
        let end = start + inside.len();
        let around = std::mem::replace(&mut self.outline, Outline::new(false));
        let until = std::mem::replace(&mut self.finder.until, end);
        self.take_elements(Span::new(start, end), false);
        (self.outline, self.finder.until) = (around, until);
    }

    /// Takes in the start tag of an element, which ends at once if it is `closed`.
    fn start(&mut self, tag: &StartTag<usize>, closed: bool) {
        let name = tag.name.as_slice();
        self.outline.make_room(name);
        let was_read = self.outline.is_read();
        if !closed {
            self.outline.start(tag);
        }
        if was_read {
            // A sentence has something there, of which nothing is known.
            if !closed && self.outline.is_code(name) || !self.separates(name) && self.outline.is_foreign() {
                self.lifted.unknown();
            }
            self.separate(name);
        }
    }

    /// Takes in an end tag.
    fn end(&mut self, name: &[u8]) {
        self.outline.end(name);
        if self.outline.is_read() {
            self.separate(name);
        }
    }

    fn separate(&mut self, name: &[u8]) {
        if name == b"br" {
            self.lifted.separate("\n");
        } else if self.separates(name) {
            self.lifted.separate("\n\n");
        }
    }

    /// Whether an element parts the text before it from that behind.
    fn separates(&self, name: &[u8]) -> bool {
        if self.outline.dialect == Dialect::Html {
            outline::separates(name)
        } else {
            !outline::is_one_of(INLINE, name) && !self.outline.is_code(name)
        }
    }

    /// Takes a stretch between tags that is read.
    fn take_read(&mut self, span: Span) {
        let before = self.lifted.text.len();
        self.take_html(span);
        self.outline.text(&self.lifted.text[before..]);
    }
}

/// A stretch of HTML without its template code, in which other text looks like markup, at the same places; and where in
/// the text something looks like template code that is none, as it would end in a script.
fn without_templates<'s>(source: &'s str, part: Span, is_xml: bool, finder: &Finder<'_>) -> (Cow<'s, str>, Vec<usize>) {
    let source = &source[part.range()];
    let bytes = source.as_bytes();
    let (mut plain, mut refused) = (String::new(), Vec::new());
    let scripts: Vec<Span> =
        std::iter::successors(next_script(bytes, 0), |script| next_script(bytes, script.end)).collect();
    // Of the script, style sheet or comment that began last, the end.
    let (mut at, mut copied, mut raw_end) = (0, 0, 0);
    let mut tag = OpenTag::default();
    while at < bytes.len() {
        if !tag.is_open {
            let Some(found) = memchr::memchr2(b'<', b'{', &bytes[at..]) else { break };
            at += found;
        }
        let start = at;
        at += 1;
        let is_angle = bytes[start] == b'<';
        let is_raw = start < raw_end;
        let value = || tag.is_at_value().then(|| foreign::braced(source, start)).flatten().map(|end| part.start + end);
        let code = match bytes[start] {
            b'<' => finder.template(part.start + start),
            b'{' => finder.template(part.start + start).or_else(value),
            _ => None,
        };
        if let Some(end) = code.map(|end| (end - part.start).min(source.len())) {
            let is_code = if is_raw {
                // Scripts have braces of their own. What ends them may be in a string of the code.
                is_angle && (end <= raw_end || matches!(bytes[raw_end - 1], b'"' | b'\''))
            } else if tag.is_open {
                !tag.is_left(bytes, Span::new(start, end))
            } else {
                let [before, inside] = [start, end].map(|at| scripts.partition_point(|script| script.start < at));
                before == inside || is_angle && scripts[inside - 1].end <= end
            };
            if is_code {
                plain.push_str(&source[copied..start]);
                // What makes the name of a tag is a name.
                let is_name = plain.ends_with(['<', '/']);
                plain.push_str(&if is_name { "x" } else { " " }.repeat(end - start));
                tag.is_open |= is_name;
                (at, copied) = (end, end);
                continue;
            }
            if !is_raw && !tag.is_open {
                refused.push(part.start + start);
            }
        }
        if tag.is_open {
            tag.next(bytes[start]);
        } else if is_angle && !is_raw {
            let rest = &bytes[start..];
            if is_xml && rest.starts_with(CDATA.as_bytes()) {
                // A comment, to the end of it.
                at = memchr::memmem::find(rest, b"]]>").map_or(bytes.len(), |found| start + found + 3);
                plain.push_str(&source[copied..start]);
                plain.push_str("<!");
                plain.push_str(&"x".repeat(at - start - 3));
                plain.push(if source[..at].ends_with('>') { '>' } else { 'x' });
                copied = at;
            } else if rest.starts_with(b"<!--") {
                raw_end = memchr::memmem::find(&rest[2..], b"-->").map_or(bytes.len(), |found| start + found + 5);
            } else if let Some(end) = end_of_script(bytes, start) {
                raw_end = end;
            } else if is_tag(rest) {
                tag = OpenTag { is_open: true, ..OpenTag::default() };
            }
        }
    }
    if copied == 0 {
        return (Cow::Borrowed(source), refused);
    }
    plain.push_str(&source[copied..]);
    (Cow::Owned(plain), refused)
}

/// A tag that is open, as far as it takes to know where its values end.
#[derive(Default)]
struct OpenTag {
    is_open: bool,
    /// The quotation mark around the value that is open, and where the next one like it is.
    quote: Option<u8>,
    closing: usize,
    /// The last byte that is no white space.
    last: u8,
}

impl OpenTag {
    /// Whether a value starts at the next byte, without quotation marks.
    fn is_at_value(&self) -> bool {
        self.is_open && self.quote.is_none() && self.last == b'='
    }

    /// Takes in a byte.
    fn next(&mut self, byte: u8) {
        match (self.quote, byte) {
            (Some(quote), _) if quote == byte => self.quote = None,
            (None, b'"' | b'\'') if self.last == b'=' => (self.quote, self.closing) = (Some(byte), 0),
            (None, b'>') => self.is_open = false,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
    }

    /// Whether what would be template code goes on behind the tag: if the value ended at its next quotation mark, a tag
    /// would end before the next one starts.
    fn is_left(&mut self, bytes: &[u8], code: Span) -> bool {
        let from = if let Some(quote) = self.quote {
            if self.closing < code.start {
                let found = memchr::memchr(quote, &bytes[code.start..]);
                self.closing = found.map_or(bytes.len(), |found| code.start + found);
            }
            self.closing.min(code.end)
        } else {
            code.start + 1
        };
        let rest = &bytes[from..code.end];
        let mark = memchr::memchr2(b'<', b'>', rest).filter(|&mark| rest[mark] == b'>');
        let next = mark.and_then(|mark| Some(mark + memchr::memchr(b'<', &rest[mark..])?));
        next.is_some_and(|next| is_tag(&rest[next..]))
    }
}

/// Whether a tag starts there.
fn is_tag(bytes: &[u8]) -> bool {
    matches!(bytes, [b'<', b'A'..=b'Z' | b'a'..=b'z', ..] | [b'<', b'/', b'A'..=b'Z' | b'a'..=b'z', ..])
}

/// Attributes in a row that `html5gum` reads without a break.
const ATTRIBUTES: usize = 256;

/// The same for `html5gum`, which calls itself from one attribute in double quotation marks to the next, until the stack
/// overflows at some thousands: a slash between two makes it return, and means nothing.
fn with_slashes(source: Cow<'_, str>) -> Cow<'_, str> {
    let is_next = |at: &usize| {
        let rest = source.as_bytes()[at + 1..].trim_ascii_start();
        source.as_bytes()[at + 1].is_ascii_whitespace() && rest.first().is_some_and(|&b| !matches!(b, b'>' | b'/'))
    };
    let ends = memchr::memchr_iter(b'"', source.as_bytes());
    let places: Vec<usize> = ends.filter(|at| at + 1 < source.len() && is_next(at)).skip(ATTRIBUTES).collect();
    if places.is_empty() {
        return source;
    }
    let mut slashed = String::with_capacity(source.len());
    let mut copied = 0;
    // The first of two may open a value that starts with a blank; the second closes it then.
    for at in places.chunks(ATTRIBUTES).flat_map(|places| places.iter().take(2)) {
        slashed.push_str(&source[copied..=*at]);
        slashed.push('/');
        copied = at + 2;
    }
    slashed.push_str(&source[copied..]);
    Cow::Owned(slashed)
}

/// The end of the script or style sheet whose tag starts at `start`, if one does.
fn end_of_script(bytes: &[u8], start: usize) -> Option<usize> {
    let name = ["script", "style"].into_iter().find(|name| is_named(&bytes[start + 1..], name))?;
    let mut ends = memchr::memmem::find_iter(&bytes[start..], b"</").map(|found| start + found);
    Some(ends.find(|end| is_named(&bytes[end + 2..], name)).unwrap_or(bytes.len()))
}

/// The end of a tag with attributes that is escaped, as a page shows it to its readers; `at` is the place of an ampersand.
fn shown_tag(source: &str, at: usize, end: usize) -> Option<usize> {
    let rest = source[at..end].strip_prefix("&lt;")?;
    let name = |text: &str| text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let after = &rest[name(rest)..];
    let attribute = after.trim_start();
    // "if a &lt;b and c = d" is none.
    let is_tag = rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && attribute.len() < after.len()
        && name(attribute) > 0
        && attribute[name(attribute)..].starts_with('=');
    let inside = &rest.as_bytes()[..rest.len().min(LONG)];
    let close = is_tag.then(|| memchr::memmem::find(inside, b"&gt;")).flatten()?;
    let whole = memchr::memmem::find(&inside[..close], b"&lt;").is_none();
    whole.then_some(at + "&lt;".len() + close + "&gt;".len())
}

/// The first script or style sheet from a place on whose tag stands in no quotation marks.
fn next_script(bytes: &[u8], from: usize) -> Option<Span> {
    let mut tags = memchr::memchr_iter(b'<', &bytes[from..]).map(|found| from + found);
    tags.find_map(|start| {
        let is_quoted = start > 0 && matches!(bytes[start - 1], b'"' | b'\'');
        if is_quoted { None } else { end_of_script(bytes, start).map(|end| Span::new(start, end)) }
    })
}

/// Whether a title that starts there is closed, before another starts or the head of the page ends.
fn is_title(bytes: &[u8]) -> bool {
    let mut tags = memchr::memchr_iter(b'<', bytes).map(|at| &bytes[at + 1..]);
    tags.find_map(|tag| {
        let stops = ["title", "/head"].iter().any(|name| is_named(tag, name));
        if is_named(tag, "/title") { Some(true) } else { stops.then_some(false) }
    })
    .unwrap_or(false)
}

/// Whether a tag has that name, which it starts with.
#[inline(never)] // Called in many places, of which none is hot.
fn is_named(tag: &[u8], name: &str) -> bool {
    // Names go on until these.
    let ends = |next: &u8| next.is_ascii_whitespace() || matches!(next, b'/' | b'>');
    tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && tag.get(name.len()).is_none_or(ends)
}

const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

impl Prose<'_> {
    /// Takes a stretch between tags, with character references as what they stand for, and line breaks with the white
    /// space around them as a blank. Between two tags a line break stays one, for it may part the entries of a menu.
    fn take_html(&mut self, span: Span) {
        self.each_part(span, |prose, part| {
            let text = &prose.source[part.range()];
            let number = text.trim_matches(SPACE);
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
                // That of a note, a page or a cell.
                prose.lifted.hold(prose.source, part, text);
            } else if text.contains(['\n', '\r']) && text.trim_matches(SPACE).is_empty() {
                prose.lifted.wrap(prose.source, part, '\n');
            } else {
                prose.take_html_part(part);
            }
        });
    }

    fn take_html_part(&mut self, part: Span) {
        let (source, lifted, is_xml) = (self.source, &mut self.lifted, self.outline.dialect != Dialect::Html);
        let mut at = part.start;
        while let Some(found) = memchr::memchr3(b'&', b'\n', b'\r', &source.as_bytes()[at..part.end]) {
            let found = at + found;
            if source.as_bytes()[found] != b'&' {
                let start = at + source[at..found].trim_end_matches(SPACE).len();
                let end = part.end - source[found..part.end].trim_start_matches(SPACE).len();
                lifted.take(source, Span::new(at, start));
                lifted.wrap(source, Span::new(start, end), ' ');
                at = end;
                continue;
            }
            if let Some(end) = shown_tag(source, found, part.end).filter(|_| !is_xml) {
                lifted.take(source, Span::new(at, found));
                lifted.unknown();
                at = end;
                continue;
            }
            let name = source[found + 1..part.end]
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
                .count();
            let mut end = found + 1 + name;
            if source.as_bytes().get(end) == Some(&b';') && end < part.end {
                end += 1;
            }
            let meaning = htmlize::unescape(&source[found..end]);
            if meaning == source[found..end] {
                lifted.take(source, Span::new(at, end));
            } else {
                lifted.take(source, Span::new(at, found));
                lifted.decode(Span::new(found, end), &meaning);
            }
            at = end;
        }
        lifted.take(source, Span::new(at, part.end));
    }
}
