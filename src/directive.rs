//! Words in a text that say where nothing is to be reported: `unspin:ignore` and the like.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::line_index::LineIndex;
use crate::span::Span;

/// The words, in the order of [`Directive`].
const WORDS: [&str; 4] = ["unspin:ignore", "unspin:ignore-next", "unspin:off", "unspin:on"];

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(WORDS).expect("four short words")
});

/// The name that all of them begin with, as people write it.
static NAMES: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(["unspin", "Unspin", "UNSPIN"]).expect("three short words"));

/// What comments begin with, and sentences do not.
const COMMENTS: [&str; 4] = ["<!--", "/*", "{#", "//"];

/// What both may begin with: headings, items of lists.
const MARKS: [&str; 3] = ["#", "%", ".."];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Ignore,
    IgnoreNext,
    Off,
    On,
}

/// The stretches of a text that its author keeps from being checked.
///
/// [`Unspinner::check`](crate::Unspinner::check) does not heed them: which findings to keep is the caller's to say. The
/// words may stand in any kind of comment, or in none:
///
/// | word | keeps findings from |
/// |---|---|
/// | `unspin:ignore` | the line that it stands on |
/// | `unspin:ignore-next` | the next line that is not blank |
/// | `unspin:off` | here to the next `unspin:on`, or to the end |
///
/// A word that is nearly one of them does nothing; [`misspelled`](Self::misspelled) finds it, so that its author can be
/// told.
///
/// # Examples
///
/// ```
/// use unspin::{Directives, Unspinner};
///
/// let text = "The Protection Secretary left. <!-- unspin:ignore -->\n\nThe Protection Secretary stated that.\n";
/// let mut report = Unspinner::builder().assume_spun(true).build().check(text);
/// let directives = Directives::read(text);
/// report.findings.retain(|finding| !directives.cover(finding.span));
/// assert!(!report.findings.is_empty());
/// assert!(report.findings.iter().all(|finding| finding.span.start > 55));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// In order of place, never overlapping.
    spans: Vec<Span>,
}

impl Directives {
    /// Finds the directives of a text, at some gigabytes a second where there are none.
    pub fn read(text: &str) -> Self {
        let found: Vec<(Directive, Span)> = FINDER
            .find_iter(text)
            .filter(|word| stands_alone(text, word.start(), word.end()))
            .map(|word| {
                let all = [Directive::Ignore, Directive::IgnoreNext, Directive::Off, Directive::On];
                (all[word.pattern().as_usize()], Span::new(word.start(), word.end()))
            })
            .collect();
        if found.is_empty() {
            return Self::default();
        }
        let index = LineIndex::new(text);
        let mut spans = Vec::new();
        let mut off: Option<usize> = None;
        // Where the line after it was looked for already; many blank ones may have to be passed.
        let mut asked = None;
        for (directive, span) in found {
            let line = index.line(span.start);
            match directive {
                Directive::Ignore => spans.push(index.line_span(line)),
                Directive::IgnoreNext if asked == Some(line) => {}
                Directive::IgnoreNext => {
                    asked = Some(line);
                    let blank = |line: &usize| text[index.line_span(*line).range()].trim().is_empty();
                    let next = (line + 1..=index.line_count()).find(|line| !blank(line));
                    spans.extend(next.map(|line| index.line_span(line)));
                }
                Directive::Off => off = off.or(Some(span.start)),
                Directive::On => spans.extend(off.take().map(|start| Span::new(start, span.end))),
            }
        }
        spans.extend(off.map(|start| Span::new(start, text.len())));
        spans.sort();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => merged.push(span),
            }
        }
        Self { spans: merged }
    }

    /// The first word of a text that most probably was to be a directive and is none, such as `unspin:ignored`, with the
    /// directive that was meant. What [`read`](Self::read) heeds is none.
    ///
    /// That takes a search for the name `unspin`, at some gigabytes a second, as `read` takes one.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Directives;
    ///
    /// let text = "The navy left. <!-- unspin:ignored -->";
    /// let (span, meant) = Directives::misspelled(text).expect("one");
    /// assert_eq!((&text[span], meant), ("unspin:ignored", "unspin:ignore"));
    /// assert!(Directives::misspelled("The navy left. <!-- unspin:ignore -->").is_none());
    /// ```
    pub fn misspelled(text: &str) -> Option<(Span, &'static str)> {
        NAMES.find_iter(text).find_map(|name| {
            let (before, rest) = (&text[..name.start()], &text[name.end()..]);
            let opened = before.trim_end_matches([' ', '\t', '@']);
            let ends = |mark: &&str| opened.ends_with(*mark);
            let in_comment = COMMENTS.iter().any(ends) && !opened.ends_with("://");
            // A path or an address may have the name in it.
            let sticks = |c: char| c.is_alphanumeric() || "_-./@".contains(c);
            if before.ends_with(sticks) && !in_comment {
                return None;
            }
            let word = rest.trim_start_matches([':', '-', '_', '=', ' ']);
            let between = &rest[..rest.len() - word.len()];
            // Where nobody comments, the name and a word behind it are a sentence.
            let is_told = in_comment || between == ":" || between == ": " && MARKS.iter().any(ends);
            if between.is_empty() || !is_told {
                return None;
            }
            let end = word.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').unwrap_or(word.len());
            let word = word[..end].trim_end_matches('-');
            let end = name.end() + between.len() + word.len();
            let meant = meant(&word.to_lowercase().replace('_', "-"), before)?;
            let span = Span::new(name.start(), end);
            (!is_heeded(text, span.start)).then_some((span, meant))
        })
    }

    /// Whether the text has none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether a span reaches into where nothing is to be reported: a finding is there as a whole, or not at all.
    pub fn cover(&self, span: Span) -> bool {
        let end = span.end.max(span.start.saturating_add(1));
        let next = self.spans.partition_point(|covered| covered.start < end);
        next > 0 && span.start < self.spans[next - 1].end
    }
}

/// The directive that a word behind the name is, or was to be, where this stands before it. What other linters call theirs
/// is among them.
fn meant(word: &str, before: &str) -> Option<&'static str> {
    let [ignore, next, off, on] = WORDS;
    match word {
        "off" | "of" | "disable" | "disabled" | "stop" | "pause" => return Some(off),
        "on" | "enable" | "enabled" | "end" | "resume" => return Some(on),
        // Of what is left alone, or of what is not any more.
        "start" | "begin" => return Some(if before.contains(off) { on } else { off }),
        "next-line" => return Some(next),
        _ if is_slip(word, "ignore-next") => return Some(next),
        _ => {}
    }
    let starts = ["ignore", "disable", "skip", "noqa", "nolint", "no-lint", "nocheck", "no-check", "suppress", "allow"];
    if let Some(rest) = starts.iter().find_map(|start| word.strip_prefix(start)) {
        let has = |parts: &[&str]| rest.split('-').any(|part| parts.contains(&part));
        return Some(match rest {
            // Behind it people write of what, without a hyphen, too.
            _ if rest.split('-').any(|part| part.starts_with("next")) => next,
            _ if has(&["start", "begin", "file", "all", "off"]) => off,
            _ if has(&["end", "on"]) => on,
            _ => ignore,
        });
    }
    is_slip(word, "ignore").then_some(ignore)
}

/// Whether a word is another one but for a letter that is too much, too few, wrong, or behind the next one.
fn is_slip(word: &str, other: &str) -> bool {
    let alike = |(a, b): &(u8, u8)| a == b;
    let before = word.bytes().zip(other.bytes()).take_while(alike).count();
    let [a, b] = [word, other].map(|word| &word.as_bytes()[before..]);
    let behind = a.iter().rev().copied().zip(b.iter().rev().copied()).take_while(alike).count();
    match (&a[..a.len() - behind], &b[..b.len() - behind]) {
        ([a, b], [c, d]) => (a, b) == (d, c),
        (a, b) => a.len() < 2 && b.len() < 2,
    }
}

/// Whether the directive that begins there is one, whatever stands behind it.
fn is_heeded(text: &str, start: usize) -> bool {
    let words = WORDS.iter().filter(|word| text[start..].starts_with(**word)).map(|word| word.len());
    words.max().is_some_and(|length| stands_alone(text, start, start + length))
}

/// Whether nothing sticks to a word that would make it another.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let sticks = |c: char| c.is_alphanumeric() || c == '_';
    !text[..start].ends_with(sticks) && !text[end..].strip_prefix('-').unwrap_or(&text[end..]).starts_with(sticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_stretches() {
        // A finding at every `x`; those in capitals are to be left out.
        for marked in [
            "x\nX unspin:ignore\nx",
            "x\nX # unspin:ignore because the author says so\r\nx",
            "x\rX unspin:ignore\rx",
            "unspin:ignore-next\r\r  \rX\rx",
            "<!-- unspin:ignore-next -->\nX\nx",
            "// unspin:ignore-next\n\n  \nX and X\nx",
            "x unspin:ignore-next",
            "x /* unspin:off */ X\nX\n/* unspin:on */ x",
            "x unspin:off X unspin:off X unspin:on x unspin:on x",
            "x\n% unspin:off\nX",
            "x unspin:offer x",
            "x unspin:ignored x myunspin:ignore x",
            "x unspin:ignore-nextish x",
            "X {unspin:ignore} X",
            "x\n{/* unspin:off */}\nX unspin:ignore X\nX",
        ] {
            let directives = Directives::read(marked);
            for (at, c) in marked.char_indices().filter(|(at, c)| {
                let alone = |c: Option<char>| c.is_none_or(char::is_whitespace);
                c.eq_ignore_ascii_case(&'x')
                    && alone(marked[..*at].chars().next_back())
                    && alone(marked[at + 1..].chars().next())
            }) {
                assert_eq!(directives.cover(Span::new(at, at + 1)), c == 'X', "{marked:?} at {at}");
            }
        }
        assert!(Directives::read("unspin").is_empty());
        assert!(!Directives::read("unspin:ignore").cover(Span::new(usize::MAX, usize::MAX)));
    }

    #[test]
    fn what_was_to_be_a_directive_is_told() {
        for (text, meant) in [
            ("x unspin:ignored", Some("unspin:ignore")),
            ("<!-- unspin:ignore-nextline -->", Some("unspin:ignore-next")),
            ("# unspin:ignore-next-line", Some("unspin:ignore-next")),
            ("# unspin:ignore_next", Some("unspin:ignore-next")),
            ("unspin:ignore unspin:Ignore", Some("unspin:ignore")),
            ("Unspin:off", Some("unspin:off")),
            ("<!-- unspin: ignore -->", Some("unspin:ignore")),
            ("/* unspin-ignore */", Some("unspin:ignore")),
            ("<!--unspin:ignored-->", Some("unspin:ignore")),
            ("//unspin:ignored", Some("unspin:ignore")),
            ("See https://unspin-ignore.example", None),
            ("// unspin disable", Some("unspin:off")),
            ("unspin:enable", Some("unspin:on")),
            ("unspin:ignore-start", Some("unspin:off")),
            ("unspin:ignore-end", Some("unspin:on")),
            ("unspin:ingore", Some("unspin:ignore")),
            ("unspin:ignore-net", Some("unspin:ignore-next")),
            ("unspin:ignor", Some("unspin:ignore")),
            ("unspin:ignore-legend unspin:ignore-next", Some("unspin:ignore")),
            ("unspin:ignore-calls", Some("unspin:ignore")),
            ("unspin:ignore-only", Some("unspin:ignore")),
            ("unspin:ignored-end", Some("unspin:on")),
            ("unspin:ignoreNextLine", Some("unspin:ignore-next")),
            ("unspin:disable_all", Some("unspin:off")),
            ("unspin:disable", Some("unspin:off")),
            ("unspin:ignore-line", Some("unspin:ignore")),
            ("unspin:disable-next-line", Some("unspin:ignore-next")),
            ("unspin:noqa", Some("unspin:ignore")),
            ("unspin:NOLINTNEXTLINE(swapped-word)", Some("unspin:ignore-next")),
            ("unspin:suppress", Some("unspin:ignore")),
            ("unspin:of", Some("unspin:off")),
            ("unspin:start", Some("unspin:off")),
            ("unspin:off unspin:start", Some("unspin:on")),
            ("unspin:stop", Some("unspin:off")),
            ("unspin:end", Some("unspin:on")),
            ("x # unspin: ignore", Some("unspin:ignore")),
            ("% unspin: off", Some("unspin:off")),
            ("<!-- unspin=off -->", Some("unspin:off")),
            ("// @unspin-ignore", Some("unspin:ignore")),
            ("unspin:ignore-next-x--y", Some("unspin:ignore-next")),
            ("unspin:ignore, unspin:ignore-, unspin:ignore-next. unspin:off; <unspin:on>", None),
            // Heeded, whatever it says behind two hyphens.
            ("unspin:ignore--x <!--unspin:ignore-next--x-->", None),
            ("The unspin ignore list and the unspin-ignore key; unspin: ignore it, unspin: on we go.", None),
            ("docker pull example/unspin:disabled-2, myunspin:ignored, .unspin:ignored", None),
            ("unspin:latest unspin:offer unspin:online unspin:ignite unspin: unspin", None),
            ("# Unspin on the road, # unspin - off and on; 100 % unspin on; me@unspin: off", None),
        ] {
            assert_eq!(Directives::misspelled(text).map(|(_, meant)| meant), meant, "{text}");
        }
    }

    #[test]
    fn many_directives_on_one_line_look_for_the_next_line_once() {
        let text = format!("{}{}x", "unspin:ignore-next ".repeat(10_000), "\n".repeat(200_000));
        assert!(Directives::read(&text).cover(Span::new(text.len() - 1, text.len())));
    }

    #[test]
    fn a_part_that_is_covered_covers_all() {
        for (text, covered, open) in [
            (
                "Each day\nMail unspin:ignore\nnews",
                &["day\nMail", "Each day\nMail", "ignore\nnews"][..],
                &["day\n", "\nnews"][..],
            ),
            (
                "Each /* unspin:off */ day /* unspin:on */ Mail",
                &["Each /* unspin:off", "on */ Mail"],
                &["Each /* ", " */ Mail"],
            ),
        ] {
            let directives = Directives::read(text);
            let covers = |part: &&str| {
                let start = text.find(*part).expect("in the text");
                directives.cover(Span::new(start, start + part.len()))
            };
            assert!(covered.iter().all(covers) && !open.iter().any(covers), "{text:?}");
        }
    }
}
