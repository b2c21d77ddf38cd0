//! What stands in the text of a page but is written for a program: template code, shortcodes, attributes, formulas.
//!
//! Nobody reads it as it stands there, and a program reads it to the letter, so none of it is ever to be changed.

use memchr::memmem;

use crate::span::Span;

/// A stretch that is written for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) span: Span,
    /// The part of it that a reader sees as it is, such as the name in a link of a wiki.
    pub(super) shown: Option<Span>,
}

/// Bytes within which code ends that is not known to be long.
pub(super) const LONG: usize = 4096;
/// Bytes within which code ends that has one line.
const SHORT: usize = 512;
/// Bytes within which a block of code ends, behind its opening tag.
const BLOCK: usize = 1 << 16;

/// Tags of Liquid, Jinja and Hugo between which stands code, or what is not shown.
const BLOCKS: [&str; 9] =
    ["code", "codeblock", "comment", "highlight", "javascript", "mermaid", "schema", "style", "stylesheet"];

/// What ends comments of JSP, tags of ASP and the like, and PHP.
const ENDS: [&str; 3] = ["--%>", "%>", "?>"];

/// What template code starts with that may open a block.
const OPENINGS: [&str; 2] = ["{{", "{%"];

/// Finds what is written for programs in a source.
///
/// What closes code is looked for once, as a source may have any number of tags that nothing closes.
#[derive(Clone, Debug)]
pub(super) struct Finder<'s> {
    source: &'s str,
    /// Where code ends with each of the [`ENDS`].
    ends: [Vec<usize>; ENDS.len()],
    /// Where the closing tags of each of the [`BLOCKS`] start, for each of the [`OPENINGS`].
    closings: [[Vec<usize>; BLOCKS.len()]; OPENINGS.len()],
    /// Where what looks like template code is none, in order.
    pub(super) refused: Vec<usize>,
    /// Where the page ends that is read: no code goes on behind it.
    pub(super) until: usize,
    /// Whether it is a template, not a page: an at sign or a dollar may be of its language.
    pub(super) is_template: bool,
}

impl<'s> Finder<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let mut ends = <[Vec<usize>; ENDS.len()]>::default();
        for at in memchr::memchr_iter(b'>', source.as_bytes()) {
            for (ends, end) in ends.iter_mut().zip(ENDS) {
                if source.as_bytes()[..=at].ends_with(end.as_bytes()) {
                    ends.push(at + 1);
                }
            }
        }
        let mut closings = <[[Vec<usize>; BLOCKS.len()]; OPENINGS.len()]>::default();
        for (closings, open) in closings.iter_mut().zip(OPENINGS) {
            for at in memmem::find_iter(source.as_bytes(), open) {
                let name = name(&source[at + open.len()..]);
                let closed = name.strip_prefix("end").or_else(|| name.strip_prefix('/'));
                if let Some(at_block) = closed.and_then(block_named) {
                    closings[at_block].push(at);
                }
            }
        }
        Self { source, ends, closings, refused: Vec::new(), until: source.len(), is_template: false }
    }

    /// The first such stretch that starts in a part of the source; it may end beyond.
    pub(super) fn first(&self, part: Span) -> Option<Foreign> {
        let starts =
            |byte: &u8| matches!(byte, b'{' | b'[' | b'<' | b'$' | b'\\' | b':') || *byte == b'@' && self.is_template;
        let mut at = part.start;
        loop {
            at += self.source.as_bytes()[at..part.end].iter().position(starts)?;
            if let Some(found) = self.at(at) {
                return Some(found);
            }
            at += 1;
        }
    }

    fn at(&self, at: usize) -> Option<Foreign> {
        let rest = self.rest(at);
        let end = match rest.as_bytes() {
            [b'{', b'{' | b'%', ..]
            | [b'{', b'#', b' ' | b'-' | b'\n' | b'\r', ..]
            | [b'<', b'%' | b'?' | b'#' | b'@', ..]
            | [b'<', b'/', b'#' | b'@', ..] => {
                let is_refused = self.refused.binary_search(&at).is_ok();
                return self
                    .template(at)
                    .filter(|_| !is_refused)
                    .map(|end| Foreign { span: Span::new(at, end), shown: None });
            }
            [b'{', ..] => placeholder(rest, self.is_template)?,
            [b'[', b'[', ..] => {
                let end = 2 + line(&rest[2..], "]]").filter(|inside| !inside.is_empty())?.len();
                // "[[target|text]]"
                let bar = rest[2..end].rfind('|').map_or(0, |bar| bar + 1);
                let shown = Span::new(at + 2 + bar, at + end);
                return Some(Foreign { span: Span::new(at, at + end + 2), shown: Some(shown) });
            }
            [b'[', ..] => shortcode(rest)?,
            [b'$', b'{', ..] => 3 + line(&rest[2..], "}")?.len(),
            [b'$' | b'\\', ..] => formula(rest)?,
            [b':', ..] if !self.source[..at].ends_with(|c: char| c.is_alphanumeric() || c == ':') => emoji(rest)?,
            [b'@', ..] if self.is_template && !self.source[..at].ends_with(|c: char| c.is_alphanumeric()) => {
                directive(rest)?
            }
            _ => return None,
        };
        Some(Foreign { span: Span::new(at, at + end), shown: None })
    }

    /// The end of the template code that may have markup inside and starts here: `{{ }}`, `{% %}`, `{# #}`, `<% %>`,
    /// `<?php ?>`, `<#if >` and `<@macro >`.
    pub(super) fn template(&self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let length = match rest.as_bytes() {
            [b'{', b'{', ..] => {
                let end = 4 + paragraph(&rest[2..], "}}")?.len();
                let end = end + rest[end..].bytes().take_while(|byte| *byte == b'}').count();
                self.block(at, end, 0)
            }
            [b'{', b'%', ..] => self.block(at, 4 + paragraph(&rest[2..], "%}")?.len(), 1),
            [b'{', b'#', ..] => 4 + paragraph(&rest[2..], "#}")?.len(),
            [b'<', b'%', b'-', b'-', ..] => self.end(at, 0)?,
            [b'<', b'%', ..] => self.end(at, 1)?,
            // Where PHP is not closed, all that follows is PHP.
            [b'<', b'?', ..] if rest[2..].starts_with("php") || rest[2..].starts_with(['=', ' ', '\n', '\r', '\t']) => {
                self.end(at, 2).unwrap_or(rest.len())
            }
            [b'<', b'#' | b'@', ..] | [b'<', b'/', b'#' | b'@', ..] if !self.is_template => return None,
            [b'<', b'#', b'-', b'-', ..] => 7 + before(&rest[4..], "-->", BLOCK)?.len(),
            [b'<', b'#' | b'@', b'a'..=b'z' | b'A'..=b'Z', ..] | [b'<', b'/', b'#' | b'@', ..] => tag(rest)?,
            _ => return None,
        };
        Some(at + length)
    }

    /// The source from a place on, as far as the page goes.
    fn rest(&self, at: usize) -> &'s str {
        self.source.get(at..self.until).unwrap_or_default()
    }

    /// The length of what starts at `at` and ends with that one of the [`ENDS`].
    fn end(&self, at: usize, end: usize) -> Option<usize> {
        let (ends, least) = (&self.ends[end], at + ENDS[end].len());
        let found = ends.get(ends.partition_point(|found| *found < least)).filter(|found| **found <= self.until)?;
        Some(found - at)
    }

    /// The end of the formula that starts here, if it has marks that only formulas have: between brackets alone, Markdown
    /// may have text.
    pub(super) fn formula(&self, at: usize) -> Option<usize> {
        let rest = self.source.get(at..self.until)?;
        let rest = Some(rest).filter(|rest| rest.starts_with("\\(") || rest.starts_with("\\["))?;
        let length = formula(rest)?;
        has_marks(&rest[2..length - 2]).then_some(at + length)
    }

    /// The length of a block of code that starts at `at` with a tag of the given length, by which of the [`OPENINGS`];
    /// that of the tag alone where it opens none.
    fn block(&self, at: usize, tag: usize, opening: usize) -> usize {
        let rest = self.rest(at);
        let Some(opened) = block_named(name(&rest[OPENINGS[opening].len()..tag])) else { return tag };
        let closings = &self.closings[opening][opened];
        let closing = closings.get(closings.partition_point(|closing| *closing < at + tag)).map(|closing| closing - at);
        let close = ["}}", "%}"][opening];
        let end = |from: usize| Some(from + line(&rest[from..], close)?.len() + close.len());
        closing.filter(|from| *from < (tag + BLOCK).min(rest.len())).and_then(end).unwrap_or(tag)
    }
}

/// What stands before `close`, which comes within so many bytes.
fn before<'t>(text: &'t str, close: &str, within: usize) -> Option<&'t str> {
    let window = &text.as_bytes()[..text.len().min(within)];
    memmem::find(window, close.as_bytes()).map(|found| &text[..found])
}

/// What stands before `close` in the line.
fn line<'t>(text: &'t str, close: &str) -> Option<&'t str> {
    before(text, close, SHORT).filter(|inside| !inside.contains('\n'))
}

/// What stands before `close` in the paragraph.
fn paragraph<'t>(text: &'t str, close: &str) -> Option<&'t str> {
    let inside = before(text, close, LONG)?;
    let is_blank = |(at, _)| inside[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    (!inside.match_indices('\n').any(is_blank)).then_some(inside)
}

/// The name that a tag of template code starts with, behind its opening.
fn name(tag: &str) -> &str {
    let tag = tag.trim_start_matches(['<', '%', '-', ' ', '\n', '\r', '\t']);
    let end = tag.find(|c: char| !c.is_alphanumeric() && c != '/').unwrap_or(tag.len());
    &tag[..end]
}

/// Which of the [`BLOCKS`] has that name.
fn block_named(name: &str) -> Option<usize> {
    BLOCKS.iter().position(|block| *block == name)
}

/// The length of a tag of Freemarker: `<#if a gt b>`, `<@macro title="a > b"/>`.
fn tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let end = text.bytes().take(SHORT).position(|byte| {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            _ => {}
        }
        byte == b'>' && quote.is_none()
    })?;
    Some(end + 1)
}

/// The end of what opens at a place, with all that opens in it.
fn balanced(text: &str, at: usize, [open, close]: [u8; 2]) -> Option<usize> {
    let mut depth = 0usize;
    let end = text.as_bytes()[at..].iter().take(SHORT).position(|&byte| {
        depth += usize::from(byte == open);
        depth -= usize::from(byte == close);
        depth == 0
    })?;
    Some(at + end + 1)
}

/// The end of the braces that open at a place, such as those around the value of an attribute in JSX.
pub(super) fn braced(text: &str, at: usize) -> Option<usize> {
    balanced(text, at, *b"{}")
}

/// What Blade, Razor and Angular have behind an at sign and before what it works on.
const DIRECTIVES: &str = "\
    if elseif unless isset empty switch case for foreach forelse while auth guest can cannot error once \
    section yield include extends component slot push prepend stack lang json php class style checked \
    selected disabled props defer placeholder loading else lock using await try catch";

/// The length of what is behind an at sign for a template: `@if (a > b)`, `@include('a')`, `@Model.Name`, `@* note *@`,
/// `@php ... @endphp`. Names alone are those of people.
fn directive(text: &str) -> Option<usize> {
    let behind = &text[1..];
    match behind.as_bytes().first()? {
        b'*' => return Some(4 + before(&behind[1..], "*@", BLOCK)?.len()),
        b'(' => return balanced(text, 1, *b"()"),
        b'{' => return balanced(text, 1, *b"{}"),
        _ => {}
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut end = 1 + behind.bytes().take_while(is_name).count();
    let name = &text[1..end];
    let is_known = DIRECTIVES.split(' ').any(|known| known == name);
    if name.is_empty() {
        return None;
    }
    if name == "php" && !text[end..].trim_start().starts_with('(') {
        return Some(end + before(&text[end..], "@endphp", BLOCK)?.len() + "@endphp".len());
    }
    if ["model", "using", "inherits", "inject", "let"].contains(&name) && text[end..].starts_with(' ') {
        let line = line(&text[end..], "\n").unwrap_or_default();
        let is_code = line.contains(['.', '=', '<']) && !line.trim_end().ends_with('.');
        return is_code.then_some(end + line.len());
    }
    // "@Model.Name"
    let mut members = 0;
    while let Some(member) = text[end..].strip_prefix('.') {
        let length = member.bytes().take_while(is_name).count();
        if length == 0 {
            break;
        }
        (end, members) = (end + 1 + length, members + 1);
    }
    let blank = if is_known { text[end..].len() - text[end..].trim_start_matches(' ').len() } else { 0 };
    if text[end + blank..].starts_with('(') {
        return balanced(text, end + blank, *b"()");
    }
    (members > 0).then_some(end)
}

/// `{name}`, `{0}`, `{user.name}`, and attributes such as `{#id .class key="value"}` and `{: .class}`.
fn placeholder(text: &str, is_template: bool) -> Option<usize> {
    let inside = line(&text[1..], "}").filter(|inside| !inside.is_empty() && !inside.contains('{'))?;
    let length = inside.len() + 2;
    if is_template && ["literal", "php"].contains(&inside) {
        let close = format!("{{/{inside}}}");
        return Some(before(&text[length..], &close, BLOCK).map_or(length, |block| length + block.len() + close.len()));
    }
    let is_code = inside.starts_with([':', '#', '.', '!', '/', '@', '^', '='])
        || !inside.contains(' ')
        || inside.contains('=')
        || is_template && (inside.contains(['$', '*']) || inside.contains(" ? "));
    is_code.then_some(length)
}

/// Shortcodes of WordPress between which stands code.
const CODES: &str = "bash code css html java javascript js latex math php python shell sourcecode sql tex xml";

/// `[gallery ids="1,2"]` and `[/gallery]` of WordPress, `[code]...[/code]`, and `[!NOTE]` of notes in Markdown.
fn shortcode(text: &str) -> Option<usize> {
    let inside = line(&text[1..], "]")?;
    let block = inside.split(' ').next().unwrap_or_default();
    if CODES.split(' ').any(|code| code == block) {
        let close = format!("[/{block}]");
        if let Some(code) = before(&text[inside.len() + 2..], &close, LONG) {
            return Some(inside.len() + 2 + code.len() + close.len());
        }
    }
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let is_code = match inside.strip_prefix(['/', '!']) {
        Some(name) => is_name(name),
        None => inside.split_once(' ').is_some_and(|(name, attributes)| {
            is_name(name) && attributes.trim_start().split_once('=').is_some_and(|(key, _)| is_name(key))
        }),
    };
    is_code.then_some(inside.len() + 2)
}

/// A formula of TeX. Between single dollar signs, which mostly are money, it has marks that only formulas have, or no
/// white space.
fn formula(text: &str) -> Option<usize> {
    let is_formula = |inside: &&str| {
        let inside = inside.trim();
        !inside.is_empty() && (has_marks(inside) || !inside.contains(char::is_whitespace))
    };
    if let Some(rest) = text.strip_prefix("$$") {
        let inside = paragraph(rest, "$$").filter(is_formula)?;
        return (!rest[inside.len() + 2..].starts_with('$')).then_some(inside.len() + 4);
    }
    if let Some(rest) = text.strip_prefix('$') {
        let inside = paragraph(rest, "$").filter(is_formula).filter(|inside| inside.trim() == *inside)?;
        let behind = &rest[inside.len() + 1..];
        return (!behind.starts_with(char::is_alphanumeric)).then_some(inside.len() + 2);
    }
    if let Some(rest) = text.strip_prefix("\\begin{") {
        let name = line(rest, "}")?;
        let end = format!("\\end{{{name}}}");
        return Some("\\begin{".len() + before(rest, &end, LONG)?.len() + end.len());
    }
    let close = match text.as_bytes().get(1)? {
        b'(' => "\\)",
        b'[' => "\\]",
        _ => return None,
    };
    Some(4 + paragraph(&text[2..], close)?.len())
}

/// Whether a text has marks that only formulas have.
fn has_marks(text: &str) -> bool {
    text.contains(['\\', '^', '_', '{', '='])
}

/// `:smile:`
fn emoji(text: &str) -> Option<usize> {
    let name = line(&text[1..], ":")?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'));
    let behind = &text[name.len() + 2..];
    (is_name && !behind.starts_with(|c: char| c.is_alphanumeric() || c == ':')).then_some(name.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written for programs in a text, all of it.
    fn found(text: &str) -> Vec<&str> {
        found_in(text, false)
    }

    /// The same of a template.
    fn found_in(text: &str, is_template: bool) -> Vec<&str> {
        let (finder, mut at, mut all) = (Finder { is_template, ..Finder::new(text) }, 0, Vec::new());
        while let Some(found) = finder.first(Span::new(at, text.len())) {
            all.push(&text[found.span.range()]);
            at = found.span.end;
        }
        all
    }

    #[test]
    fn code_of_every_kind() {
        for text in [
            "{{ page.navy | stated }}",
            "{{{ raw }}}",
            "{{< figure src=\"a.png\" caption=\"The navy\" >}}",
            "{{% navy %}}",
            "{{ 'a\n b' }}",
            "{% include the-navy.html %}",
            "{# the navy #}",
            "{% highlight c %}\n\nthe navy\n\n{% endhighlight %}",
            "{%- comment -%}the {{ navy }}{%- endcomment -%}",
            "{{< highlight c >}}\n\nthe navy\n\n{{< /highlight >}}",
            "<% if (the > navy) { %>",
            "<%-- the <%= navy %> --%>",
            "<?php if ($the > 3) { echo \"navy\"; }\n\n ?>",
            "<?= $navy ?>",
            // Never closed.
            "<?php the();\n\nnavy();",
            "${the.navy + 1}",
            "{navy}",
            "{!! $the->navy !!}",
            "{#if the navy}",
            "{#the-navy .navy}",
            "{: .navy key=\"the navy\"}",
            "[code lang=\"c\"]the\n\nnavy[/code]",
            "[math]the navy[/math]",
            "{.navy width=50%}",
            "[gallery ids=\"1,2\" link=\"the navy\"]",
            "[/gallery]",
            "[!NAVY]",
            ":navy_blue:",
            "$navy$",
            "$the_{navy} = 3$",
            "$$\\text{the navy}\n= 3$$",
            "\\(the navy\\)",
            "\\[the\nnavy\\]",
            "\\begin{align}the navy\\end{align}",
        ] {
            assert_eq!(found(&format!("The {text}")), [text], "{text}");
            if !text.starts_with("<?php the") {
                assert_eq!(found(&format!("The {text} fleet, {text}.")), [text, text], "{text}");
            }
        }
    }

    #[test]
    fn code_of_templates() {
        for text in [
            "{foreach $navies as $navy}",
            "{* the navy *}",
            "{literal}the {navy}\n\n{/literal}",
            "{the > 3 ? \"the navy\" : \"no\"}",
            "<#if the.navy gt 3>",
            "</#if>",
            "<#-- the <b>navy</b>\n\n -->",
            "<@the navy=\"a > b\"/>",
            "@if ($the->navy(3) > 2)",
            "@include('the.navy', ['the' => 'navy'])",
            "@php\n\nthe(navy);\n@endphp",
            "@Model.Navy.First",
            "@the.navy(3)",
            "@* the navy *@",
            "{{ the navy }}",
        ] {
            let twice = format!("The {text} fleet, {text}.");
            assert_eq!(found_in(&twice, true), [text, text], "{text}");
            // A page may say so.
            let is_code = text.starts_with("{{") || text.starts_with("{literal");
            assert!(is_code || found(&twice).is_empty(), "{text}: {:?}", found(&twice));
        }
        for text in [
            "Ask @navy (the fleet) or @the_navy. If @navy, the army.",
            "Mail navy@if.com (the fleet).",
            "a <# b and <@ c; @let us go.",
        ] {
            assert!(found_in(text, true).is_empty(), "{text}: {:?}", found_in(text, true));
        }
    }

    #[test]
    fn prose_is_no_code() {
        for text in [
            "It costs $5 to $10, or US$5m (A$7m), or $5-$10.",
            "Prices: $$ to $$$ for two.",
            "Open {{ and\n\nclose }} elsewhere.",
            "A set {the navy, the army} of two.",
            "The [navy] said [the navy = good] and [1].",
            "At 10:30:15 it said: yes: no.",
            "a < b and <3, 5 <% of 6.",
            "<?xml version=\"1.0\"?>",
            "{% never closed",
            "C:\\navy\\(x86)\\a",
            "By @jim(the boss) for @($5) {it costs $5}; [code] for you.",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn names_in_wiki_links_are_shown() {
        let text = "The [[navy]] and ![[the navy|300]].";
        let shown: Vec<_> = [0, 12]
            .iter()
            .filter_map(|at| Finder::new(text).first(Span::new(*at, text.len()))?.shown)
            .map(|span| &text[span.range()])
            .collect();
        assert_eq!(shown, ["navy", "300"]);
    }
}
