//! Which elements of HTML are open, as far as it takes to know what a reader sees.
//!
//! End tags may be missing: elements end where the HTML standard has them end, with their parents at the latest, so that
//! a hidden one does not take the rest of a page along. Where tags cross each other, the simpler reading is taken, by which
//! less is hidden.

use html5gum::StartTag;

/// Elements that may be open in one another, as in browsers; those further inside are passed over.
const DEEPEST: usize = 512;

/// Elements without an end.
const VOID: [&[u8]; 14] = [
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source",
    b"track", b"wbr",
];

/// Elements that end a paragraph.
const BLOCKS: [&[u8]; 38] = [
    b"address",
    b"article",
    b"aside",
    b"blockquote",
    b"center",
    b"dd",
    b"details",
    b"dialog",
    b"dir",
    b"div",
    b"dl",
    b"dt",
    b"fieldset",
    b"figcaption",
    b"figure",
    b"footer",
    b"form",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"header",
    b"hgroup",
    b"hr",
    b"li",
    b"main",
    b"menu",
    b"nav",
    b"ol",
    b"p",
    b"pre",
    b"search",
    b"section",
    b"summary",
    b"table",
    b"ul",
];

/// Elements beyond which a tag inside ends nothing; the last of them keeps only paragraphs.
const SCOPES: [&[u8]; 6] = [b"table", b"td", b"th", b"caption", b"object", b"button"];

/// The same without the last.
const WIDE_SCOPES: &[&[u8]] = SCOPES.split_at(5).0;

/// Headings, each of which the end tag of any other ends.
const HEADINGS: [&[u8]; 6] = [b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"];

/// Tables, and their parts.
const TABLE: [&[u8]; 9] = [b"table", b"caption", b"colgroup", b"tbody", b"td", b"tfoot", b"th", b"thead", b"tr"];

/// The parts alone.
const PARTS: &[&[u8]] = TABLE.split_at(1).1;

/// An element, with what holds inside it.
struct Element {
    name: Vec<u8>,
    is_hidden: bool,
    is_foreign: bool,
    /// It, or an element around it, says of which language it is, apart from the page.
    has_language: bool,
}

/// The elements that are open at a place.
pub(super) struct Outline {
    open: Vec<Element>,
    /// Whether to believe what the page as a whole says of its language.
    believes: bool,
    /// Whether the page as a whole says that it is not in English.
    is_foreign: bool,
    /// Words that are in the language of such a page, and those of them that are English.
    words: (usize, usize),
}

impl Outline {
    pub(super) fn new(believes: bool) -> Self {
        Self { open: Vec::new(), believes, is_foreign: false, words: (0, 0) }
    }

    /// Whether a reader sees the text here, and it may be English.
    pub(super) fn is_read(&self) -> bool {
        self.open.last().is_none_or(|element| !element.is_hidden && !element.is_foreign)
    }

    /// Takes in text that is read here.
    pub(super) fn text(&mut self, text: &str) {
        if self.is_foreign && self.open.last().is_none_or(|element| !element.has_language) {
            let words = || text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
            let is_english = |word: &&str| ENGLISH.iter().any(|english| word.eq_ignore_ascii_case(english));
            self.words.0 += words().count();
            self.words.1 += words().filter(is_english).count();
        }
    }

    /// Whether the page as a whole is in another language, as it says and its text does not deny.
    pub(super) fn is_of_another_language(&self) -> bool {
        self.is_foreign && self.words.1 * 10 <= self.words.0
    }

    /// Takes in a start tag, of an element that has text inside unless it is `empty`. Says whether words of another
    /// language begin there that a reader sees.
    pub(super) fn start(&mut self, tag: &StartTag<usize>, empty: bool) -> bool {
        let name = tag.name.as_slice();
        match name {
            b"li" => self.end_any(&[b"li"], &[b"ul", b"ol", b"menu"]),
            b"dd" | b"dt" => self.end_any(&[b"dd", b"dt"], &[b"dl"]),
            b"option" => self.end_any(&[b"option"], &[b"optgroup", b"select"]),
            b"optgroup" => self.end_any(&[b"option", b"optgroup"], &[b"select"]),
            b"td" | b"th" => self.end_any(&[b"td", b"th", b"caption", b"colgroup"], &[b"table"]),
            b"tr" => self.end_any(&[b"tr", b"td", b"th", b"caption", b"colgroup"], &[b"table"]),
            b"caption" | b"colgroup" | b"tbody" | b"thead" | b"tfoot" => self.end_any(PARTS, &[b"table"]),
            b"button" => self.end_any(&[b"button"], WIDE_SCOPES),
            b"a" => self.end_link(),
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.end_any(&[b"p"], &SCOPES);
        }
        if HEADINGS.contains(&name) {
            self.open.pop_if(|open| HEADINGS.contains(&open.name.as_slice()));
        }
        if empty || VOID.contains(&name) || self.open.len() == DEEPEST {
            return false;
        }
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|attribute| attribute.value.as_slice());
        let (was_hidden, was_foreign, had_language) = self
            .open
            .last()
            .map_or((false, false, false), |parent| (parent.is_hidden, parent.is_foreign, parent.has_language));
        let is_page = matches!(name, b"html" | b"body");
        // A script shows a page as a whole that is hidden at first.
        let is_hidden = name == b"option"
            || !is_page
                && (attribute(b"hidden").is_some_and(|value| !value.eq_ignore_ascii_case(b"until-found"))
                    || attribute(b"style").is_some_and(hides));
        let (mut is_foreign, mut has_language) = (was_foreign, had_language);
        if let Some(other) = attribute(b"lang").or_else(|| attribute(b"xml:lang")).and_then(is_other_language) {
            self.is_foreign |= is_page && other;
            is_foreign = other && (self.believes || !is_page);
            has_language |= !is_page;
        }
        let is_hidden = was_hidden || is_hidden;
        self.open.push(Element { name: name.to_vec(), is_hidden, is_foreign, has_language });
        is_foreign && !was_foreign && !is_hidden
    }

    /// Takes in an end tag.
    pub(super) fn end(&mut self, name: &[u8]) {
        let inside: &[&[u8]] = match name {
            b"table" => &[],
            b"p" => &SCOPES,
            _ if PARTS.contains(&name) => &[b"table"],
            _ => WIDE_SCOPES,
        };
        let names: &[&[u8]] = if HEADINGS.contains(&name) { &HEADINGS } else { &[name] };
        if let Some(at) = self.innermost(names, inside) {
            self.open.truncate(at);
        }
    }

    /// Ends a link where another starts. What began inside it goes on, as in browsers, unless it would not be read for
    /// the link's sake.
    fn end_link(&mut self) {
        if let Some(at) = self.innermost(&[b"a"], WIDE_SCOPES) {
            let (around, link) = (at.checked_sub(1).map(|at| &self.open[at]), &self.open[at]);
            let adds = |was: bool, is: bool| is && !was;
            if adds(around.is_some_and(|around| around.is_hidden), link.is_hidden)
                || adds(around.is_some_and(|around| around.is_foreign), link.is_foreign)
            {
                self.open.truncate(at);
            } else {
                self.open.remove(at);
            }
        }
    }

    /// Where the innermost element of those names is, unless one of others is around what is open here.
    fn innermost(&self, names: &[&[u8]], inside: &[&[u8]]) -> Option<usize> {
        let is_either = |open: &Element| [names, inside].iter().any(|names| names.contains(&open.name.as_slice()));
        let at = self.open.iter().rposition(is_either)?;
        names.contains(&self.open[at].name.as_slice()).then_some(at)
    }

    /// Ends the outermost element of those names that is inside the innermost of the others.
    fn end_any(&mut self, names: &[&[u8]], inside: &[&[u8]]) {
        let first = self.open.iter().rposition(|open| inside.contains(&open.name.as_slice())).map_or(0, |at| at + 1);
        if let Some(at) = self.open[first..].iter().position(|open| names.contains(&open.name.as_slice())) {
            self.open.truncate(first + at);
        }
    }
}

/// Whether a style hides its element: of several declarations, the last one counts, and an important one before others.
fn hides(style: &[u8]) -> bool {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let (mut hides, mut had_important) = (false, false);
    for declaration in style.split(|byte| *byte == b';') {
        let plain: Vec<u8> = declaration.iter().filter(|byte| !is_space(byte)).map(u8::to_ascii_lowercase).collect();
        let Some(value) = plain.strip_prefix(b"display:") else { continue };
        let important = value.strip_suffix(b"!important");
        if important.is_some() || !had_important {
            hides = important.unwrap_or(value) == b"none";
        }
        had_important |= important.is_some();
    }
    hides
}

/// Whether the name of a language is not that of English; `None` where it names none.
fn is_other_language(language: &[u8]) -> Option<bool> {
    let name = language.split(|byte| matches!(byte, b'-' | b'_')).next()?.trim_ascii().to_ascii_lowercase();
    let is_name = matches!(name.len(), 2 | 3) && name.iter().all(u8::is_ascii_alphabetic);
    let says_nothing: [&[u8]; 4] = [b"mis", b"mul", b"und", b"zxx"];
    (is_name && !says_nothing.contains(&name.as_slice())).then(|| name != b"en" && name != b"eng")
}

/// Words that every other language than English has few of: of English one word in five is among them.
const ENGLISH: [&str; 12] = ["the", "of", "and", "to", "that", "with", "from", "this", "was", "for", "is", "are"];
