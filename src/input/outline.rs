//! Which elements of HTML are open, as far as it takes to know what a reader sees.
//!
//! End tags may be missing: elements end where the HTML standard has them end, with their parents at the latest, so that
//! a hidden one does not take the rest of a page along. Where tags cross each other, the simpler reading is taken, by which
//! less is hidden.

use html5gum::StartTag;

/// Elements that may be open in one another, as in browsers; those further inside are passed over.
const DEEPEST: usize = 512;

/// Elements without an end.
const VOID: &str = "area base br col embed hr img input link meta param source track wbr";

/// Elements whose text no reader sees, or that hold no prose.
const HIDDEN: &str = "\
    script style template noscript code pre kbd samp tt textarea svg math iframe noembed noframes xmp \
    plaintext option canvas video audio object";

/// What a source is written in, as far as it tells which elements hold prose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// HTML or XHTML.
    Html,
    /// A feed.
    Feed,
    /// DocBook or DITA, which have elements for code.
    DocBook,
    /// Any other XML.
    Xml,
}

/// Elements of feeds whose text is no prose, but names that programs go by.
const FEED_HIDDEN: &str = "dc:creator dc:identifier guid id";

/// Elements of DocBook and DITA that hold code.
const DOCBOOK_HIDDEN: &str = "codeblock indexterm literallayout programlisting screen synopsis";

/// The same, but in a sentence.
const DOCBOOK_CODE: &str = "\
    classname cmdname codeph command computeroutput constant envar filename filepath function literal \
    methodname parameter systemoutput userinput varname";

/// Elements without prose that stand in a sentence.
const CODE: &str = "code kbd samp tt math";

/// Elements of other languages than HTML, in which a slash closes any element.
const EMBEDDED: [&[u8]; 2] = [b"svg", b"math"];

/// Elements of those languages that may have HTML inside.
const INTEGRATED: [&[u8]; 5] = [b"foreignobject", b"desc", b"title", b"mtext", b"annotation-xml"];

/// Elements that end a paragraph.
const BLOCKS: &str = "\
    address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure \
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre search section summary \
    table ul";

/// Elements beyond which a start tag inside ends nothing; the last of them keeps only paragraphs. The first four keep
/// nothing from end tags: they are to end with their parents.
static SCOPES: [&[u8]; 9] = [b"template", b"svg", b"math", b"object", b"table", b"td", b"th", b"caption", b"button"];

/// The same without the last.
const WIDE_SCOPES: &[&[u8]] = SCOPES.split_at(8).0;

/// The first four.
const BARRIERS: &[&[u8]] = SCOPES.split_at(4).0;

/// The others, beyond which an end tag inside ends nothing; the last of them keeps only paragraphs.
const END_SCOPES: &[&[u8]] = SCOPES.split_at(4).1;

/// The same without the last.
const WIDE_END_SCOPES: &[&[u8]] = END_SCOPES.split_at(4).0;

/// Headings, each of which the end tag of any other ends.
const HEADINGS: [&[u8]; 6] = [b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"];

/// Parts of tables.
const PARTS: [&[u8]; 8] = [b"caption", b"colgroup", b"tbody", b"td", b"tfoot", b"th", b"thead", b"tr"];

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
    pub(super) dialect: Dialect,
    /// Whether it is what pages are made of.
    pub(super) is_template: bool,
    /// Words that are in the language of such a page, and those of them that are English.
    words: (usize, usize),
}

impl Outline {
    pub(super) fn new(believes: bool) -> Self {
        Self {
            open: Vec::new(),
            believes,
            is_foreign: false,
            dialect: Dialect::Html,
            is_template: false,
            words: (0, 0),
        }
    }

    /// Whether a reader sees the text here, and it may be English.
    pub(super) fn is_read(&self) -> bool {
        self.open.last().is_none_or(|element| !element.is_hidden && !element.is_foreign)
    }

    /// Whether a reader sees the text here, but it is in another language.
    pub(super) fn is_foreign(&self) -> bool {
        self.open.last().is_some_and(|element| element.is_foreign && !element.is_hidden)
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

    /// Whether an element that starts here is of a language in which a slash closes any element.
    pub(super) fn is_embedded(&self, name: &[u8]) -> bool {
        is_in(&EMBEDDED, name) || self.innermost(&EMBEDDED, &INTEGRATED).is_some()
    }

    /// The innermost element that is open, where no reader sees its text.
    pub(super) fn hidden(&self) -> Option<&[u8]> {
        self.open.last().filter(|element| element.is_hidden).map(|element| element.name.as_slice())
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Ends what is open inside of so many elements.
    pub(super) fn end_inside(&mut self, depth: usize) {
        self.open.truncate(depth);
    }

    /// Ends what a start tag ends.
    pub(super) fn make_room(&mut self, name: &[u8]) {
        let is_block = is_one_of(BLOCKS, name);
        if is_block
            && !self.is_read()
            && let Some(at) = self.innermost(&EMBEDDED, &INTEGRATED)
        {
            self.open.truncate(at);
        }
        match name {
            b"li" => self.end_any(&[b"li"], &[b"ul", b"ol", b"menu"]),
            b"dd" | b"dt" => self.end_any(&[b"dd", b"dt"], &[b"dl"]),
            b"option" => self.end_any(&[b"option"], &[b"optgroup", b"select"]),
            b"optgroup" => self.end_any(&[b"option", b"optgroup"], &[b"select"]),
            b"td" | b"th" => self.end_any(&[b"td", b"th", b"caption", b"colgroup"], &[b"table"]),
            b"tr" => self.end_any(&[b"tr", b"td", b"th", b"caption", b"colgroup"], &[b"table"]),
            b"caption" | b"colgroup" | b"tbody" | b"thead" | b"tfoot" => self.end_any(&PARTS, &[b"table"]),
            b"button" => self.end_any(&[b"button"], WIDE_SCOPES),
            b"a" => self.end_link(),
            _ => {}
        }
        if is_block {
            self.end_any(&[b"p"], &SCOPES);
        }
        if is_in(&HEADINGS, name) {
            self.open.pop_if(|open| is_in(&HEADINGS, &open.name));
        }
    }

    /// Takes in the start tag of an element that has text inside.
    pub(super) fn start(&mut self, tag: &StartTag<usize>) {
        let name = tag.name.as_slice();
        let (was_hidden, was_foreign, had_language) = self
            .open
            .last()
            .map_or((false, false, false), |parent| (parent.is_hidden, parent.is_foreign, parent.has_language));
        let is_page = matches!(name, b"html" | b"body");
        // A script shows a page as a whole that is hidden at first.
        let is_hidden = was_hidden
            // What Vue has its page in.
            || is_one_of(HIDDEN, name) && !(self.is_template && name == b"template" && self.open.is_empty())
            || is_math(name)
            || self.is_data(name)
            || name == b"dialog" && attribute(tag, "open").is_none()
            || !is_page
                && (attribute(tag, "hidden").is_some_and(|value| !value.eq_ignore_ascii_case(b"until-found"))
                    || attribute(tag, "style").is_some_and(hides));
        // One that is hidden is followed where it is the first.
        if is_one_of(VOID, name) || self.open.len() >= DEEPEST && (was_hidden || !is_hidden) {
            return;
        }
        let (mut is_foreign, mut has_language) = (was_foreign, had_language);
        if let Some(other) = attribute(tag, "lang").or_else(|| attribute(tag, "xml:lang")).and_then(is_other_language) {
            self.is_foreign |= is_page && other;
            is_foreign = other && (self.believes || !is_page);
            has_language |= !is_page;
        }
        is_foreign |= !is_page
            && (attribute(tag, "translate").is_some_and(|value| value.eq_ignore_ascii_case(b"no"))
                || attribute(tag, "class")
                    .is_some_and(|names| names.split(u8::is_ascii_whitespace).any(|name| name == b"notranslate")));
        self.open.push(Element { name: name.to_vec(), is_hidden, is_foreign, has_language });
    }

    /// Whether an element has no prose, though HTML does not say so; of what WordPress exports comments have.
    fn is_data(&self, name: &[u8]) -> bool {
        match self.dialect {
            Dialect::Feed => {
                is_one_of(FEED_HIDDEN, name)
                    || name.starts_with(b"wp:") && !matches!(name, b"wp:comment" | b"wp:comment_content")
            }
            Dialect::DocBook => is_one_of(DOCBOOK_HIDDEN, name) || is_one_of(DOCBOOK_CODE, name),
            Dialect::Html | Dialect::Xml => false,
        }
    }

    /// Whether an element has no prose and stands in a sentence.
    pub(super) fn is_code(&self, name: &[u8]) -> bool {
        is_one_of(CODE, name) || is_math(name) || self.dialect == Dialect::DocBook && is_one_of(DOCBOOK_CODE, name)
    }

    /// Takes in an end tag.
    pub(super) fn end(&mut self, name: &[u8]) {
        let inside: &[&[u8]] = match name {
            b"table" => &[],
            _ if is_in(BARRIERS, name) => &[],
            b"p" => END_SCOPES,
            _ if is_in(&PARTS, name) => &[b"table"],
            _ => WIDE_END_SCOPES,
        };
        let names: &[&[u8]] = if is_in(&HEADINGS, name) { &HEADINGS } else { &[name] };
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
        let is_either = |open: &Element| [names, inside].iter().any(|names| is_in(names, &open.name));
        let at = self.open.iter().rposition(is_either)?;
        is_in(names, &self.open[at].name).then_some(at)
    }

    /// Ends the outermost element of those names that is inside the innermost of the others.
    fn end_any(&mut self, names: &[&[u8]], inside: &[&[u8]]) {
        let is_around = |open: &Element| [inside, BARRIERS].iter().any(|names| is_in(names, &open.name));
        let first = self.open.iter().rposition(is_around).map_or(0, |at| at + 1);
        if let Some(at) = self.open[first..].iter().position(|open| is_in(names, &open.name)) {
            self.open.truncate(first + at);
        }
    }
}

/// Whether an element is a formula, as XML has it: "mml:math".
fn is_math(name: &[u8]) -> bool {
    name.ends_with(b":math")
}

/// The value of an attribute, if a tag has it.
#[inline(never)] // Looking it up takes much code.
fn attribute<'t>(tag: &'t StartTag<usize>, name: &str) -> Option<&'t [u8]> {
    tag.attributes.get(name.as_bytes()).map(|attribute| attribute.value.as_slice())
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

/// Elements besides that stand apart from the text around them.
const APART: &str = "\
    html head title body legend select optgroup option button textarea input img svg iframe embed object \
    video audio canvas xmp listing plaintext";

/// Whether a name is one of those, which stand in one text: each by itself would take five times the space.
#[inline(never)] // Called in many places.
pub(super) fn is_one_of(names: &str, name: &[u8]) -> bool {
    names.as_bytes().split(|byte| *byte == b' ').any(|one| one == name)
}

/// The same, of those that are short.
#[inline(never)] // Unrolled, it would be kilobytes.
fn is_in(names: &[&[u8]], name: &[u8]) -> bool {
    names.contains(&name)
}

/// Whether an element parts the text before it from that behind. Those that HTML does not know part nothing.
pub(super) fn separates(name: &[u8]) -> bool {
    is_one_of(BLOCKS, name) || is_in(&PARTS, name) || is_one_of(APART, name)
}

/// Words that every other language than English has few of: of English one word in five is among them.
const ENGLISH: [&str; 12] = ["the", "of", "and", "to", "that", "with", "from", "this", "was", "for", "is", "are"];
