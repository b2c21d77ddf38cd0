//! What stands in MDX but is JavaScript: imports and exports, elements of JSX with their attributes, and expressions.

use crate::span::Span;

/// The first element's tag or expression that starts in a part of the source. It may end beyond; one that is never
/// closed ends with the source.
pub(super) fn first(source: &str, part: Span) -> Option<Span> {
    let mut starts = source[part.range()].match_indices(['<', '{']).map(|(at, _)| part.start + at);
    starts.find_map(|start| {
        let rest = &source.as_bytes()[start..];
        let end = if rest[0] == b'{' { expression(source, start) } else { tag(source, start)? };
        Some(Span::new(start, end))
    })
}

/// The end of the imports and exports that a paragraph at `start` consists of, if it does: the next blank line that no
/// bracket is open at.
pub(super) fn module(source: &str, start: usize) -> Option<usize> {
    let text = &source[start..];
    let rest = text.strip_prefix("import").or_else(|| text.strip_prefix("export"))?;
    if !rest.starts_with([' ', '\t', '\n', '\r', '{', '*', '"', '\'']) {
        return None;
    }
    let bytes = source.as_bytes();
    let (mut at, mut depth, mut bare) = (start, 0usize, Bare::default());
    while at < bytes.len() {
        match bytes[at] {
            b'\n' if depth == 0 && source[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') => break,
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = literal(bytes, at, &mut bare).unwrap_or(at + 1);
    }
    Some(at)
}

/// The end of the expression in braces that starts at `start`.
fn expression(source: &str, start: usize) -> usize {
    let bytes = source.as_bytes();
    let (mut at, mut depth, mut bare) = (start, 0usize, Bare::default());
    while at < bytes.len() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
        at = literal(bytes, at, &mut bare).unwrap_or(at + 1);
    }
    bytes.len()
}

/// The end of the tag that starts at `start`, if one does.
fn tag(source: &str, start: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    if !matches!(bytes.get(start + 1)?, b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'>' | b'_' | b'$') {
        return None;
    }
    let mut at = start + 1;
    while at < bytes.len() {
        at = match bytes[at] {
            b'>' => return Some(at + 1),
            b'{' => expression(source, at),
            quote @ (b'"' | b'\'') => {
                memchr::memchr(quote, &bytes[at + 1..]).map_or(bytes.len(), |found| at + 2 + found)
            }
            _ => at + 1,
        };
    }
    Some(bytes.len())
}

/// Up to where no quotation mark of each kind closes a string, as far as was looked: none is looked for twice.
#[derive(Default)]
struct Bare([usize; 3]);

/// The end of the string or comment that starts at `at`; a comment that is never closed goes to the end. An apostrophe
/// in the text of an element starts no string: there is no other one in its line.
fn literal(bytes: &[u8], at: usize, bare: &mut Bare) -> Option<usize> {
    let rest = &bytes[at + 1..];
    let length = match (bytes[at], rest.first()) {
        (b'/', Some(b'*')) => memchr::memmem::find(&rest[1..], b"*/").map_or(rest.len(), |found| found + 3),
        // Not that of an address.
        (b'/', Some(b'/')) if at == 0 || bytes[at - 1] != b':' => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        (quote @ (b'"' | b'\'' | b'`'), _) => {
            let bare = &mut bare.0[usize::from(quote != b'"') + usize::from(quote == b'`')];
            if at < *bare {
                return None;
            }
            let mut escaped = false;
            let end = rest.iter().position(|byte| {
                let ends = !escaped && (*byte == quote || *byte == b'\n' && quote != b'`');
                escaped = !escaped && *byte == b'\\';
                ends
            });
            if let Some(end) = end.filter(|&end| rest[end] == quote) {
                end + 1
            } else {
                *bare = end.map_or(bytes.len(), |end| at + 1 + end);
                return None;
            }
        }
        _ => return None,
    };
    Some(at + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_expressions() {
        for text in [
            "<Navy the=\"navy\" items={navies.map(n => <li>{n}</li>)} />",
            "<a.b\n  title='the > navy'\n\n  x={{ y: \"}\" }}>",
            "</Navy>",
            "<>",
            "{/* the } navy */}",
            "{the && <p>don't</p>}",
            "{`the } navy`}",
            "{'the \\'} navy'}",
            "{a // the }\n}",
            "{<a>http://x.org</a>}",
        ] {
            let all = format!("The {text} is there");
            let found = first(&all, Span::new(0, all.len())).map(|span| &all[span.range()]);
            assert_eq!(found, Some(text));
        }
        for text in ["a < b", "a <3", "<", "one"] {
            assert_eq!(first(text, Span::new(0, text.len())), None, "{text}");
        }
        assert_eq!(first("a {b", Span::new(0, 4)), Some(Span::new(2, 4)));
    }

    #[test]
    fn quotes_that_nothing_closes_are_looked_for_once() {
        for quote in ['"', '\'', '`'] {
            // Looked for anew at every one, this would take minutes.
            let text = format!("{{{quote}{}", format!("\\{quote}").repeat(1 << 20));
            assert_eq!(first(&text, Span::new(0, text.len())), Some(Span::new(0, text.len())));
        }
        let text = "{a \"b\n\"}\" c}";
        assert_eq!(first(text, Span::new(0, text.len())), Some(Span::new(0, text.len())));
    }

    #[test]
    fn imports_and_exports() {
        for text in [
            "import { a } from './the navy'",
            "export const navy = {\n\n  title: \"It's the } navy\",\n\n}",
            "export * from 'navy'\nimport 'navy'",
        ] {
            assert_eq!(module(&format!("{text}\n \nThe navy"), 0), Some(text.len()));
            assert_eq!(module(text, 0), Some(text.len()));
        }
        for text in ["important news", "exports rose", "The navy"] {
            assert_eq!(module(text, 0), None, "{text}");
        }
    }
}
