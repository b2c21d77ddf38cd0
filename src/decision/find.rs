//! Decisions found again in a text.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{Decision, Decisions, Place, Verdict, current, first, last, surroundings};
use crate::fix::{Edit, Fixed};
use crate::line::line_end;
use crate::report::Finding;
use crate::span::Span;

/// Characters beside a correction that must be those of the decision for it to count as applied already.
const BESIDE: usize = 12;

/// What goes along with words that go. Line breaks are not among it, for they may end a paragraph.
const SPACES: [char; 3] = [' ', '\t', '\u{a0}'];

impl Decisions {
    /// Finds the findings of a text that something was decided about. `findings` are those of a fresh check of it.
    /// [`Decisions`] has an example.
    ///
    /// Findings are known by their id; where several have the same one, by the text around them, then by their number.
    /// An accepted replacement whose finding is gone still has its place where its words stand, once only, between the
    /// same characters as before.
    ///
    /// # Panics
    ///
    /// Where the findings are of another text and their spans do not fit this one.
    pub fn find(&self, place: &Place, text: &str, findings: &[Finding]) -> Matched<'_> {
        let mut matched = Matched { decided: vec![None; findings.len()], ..Matched::default() };
        let Some(decisions) = self.places.get(place) else { return matched };
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, finding) in findings.iter().enumerate() {
            groups.entry(&finding.id).or_default().push(n);
        }
        let mut left: BTreeMap<&str, Vec<&Decision>> = BTreeMap::new();
        for decision in decisions.values().filter_map(|people| current(people)) {
            left.entry(&decision.id).or_default().push(decision);
        }
        for (id, group) in &groups {
            let Some(waiting) = left.get_mut(id) else { continue };
            let same_place = |n: usize, one: &Decision| {
                let span = findings[n].span;
                text[span.range()] == one.text && surroundings(text, span) == (one.before.as_str(), one.after.as_str())
            };
            let same_words = |n: usize, one: &Decision| {
                text[findings[n].span.range()].split_whitespace().eq(one.text.split_whitespace())
            };
            let decided = &mut matched.decided;
            waiting.retain(|one| match group.get(one.nth).filter(|&&n| same_place(n, one)) {
                Some(&n) => decided[n].replace(one).is_some(),
                None => true,
            });
            waiting.retain(|one| match group.iter().find(|&&n| decided[n].is_none() && same_place(n, one)) {
                Some(&n) => decided[n].replace(one).is_some(),
                None => true,
            });
            waiting.retain(|one| match group.get(one.nth).filter(|&&n| decided[n].is_none() && same_words(n, one)) {
                Some(&n) => decided[n].replace(one).is_some(),
                None => true,
            });
        }
        let left: Vec<&Decision> = left.into_values().flatten().filter(|one| one.verdict == Verdict::Accept).collect();
        let whole = |one: &Decision| [one.before.as_str(), &one.text, &one.after].concat();
        let places = occurrences(text, left.iter().filter(|one| one.replacement.is_some()).map(|one| whole(one)));
        let place = |one: &Decision| {
            let at = places.get(&whole(one)).copied().flatten()?;
            one.replacement.as_ref().map(|_| Span::new(at, at + one.text.len()).shifted(one.before.len()))
        };
        // The finding may be there under another id: its first correction is another one now. Those go first, for what
        // has no finding takes its place among what is decided.
        let (mut others, mut gone) = (Vec::new(), Vec::new());
        for decision in left {
            let place = place(decision);
            let same = place.and_then(|span| findings.binary_search_by_key(&span, |finding| finding.span).ok());
            match (same.filter(|&n| matched.decided[n].is_none()), place) {
                (Some(n), _) => matched.decided[n] = Some(decision),
                (None, Some(span)) => others.push((span, decision)),
                (None, None) => gone.push(decision),
            }
        }
        // Spans that are taken, none of which overlap: the end of each by its start.
        let accepted = |decision: Option<&Decision>| decision.is_some_and(|one| one.verdict == Verdict::Accept);
        let found = findings.iter().zip(&matched.decided).filter(|(_, decision)| accepted(**decision));
        let mut taken: BTreeMap<usize, usize> =
            found.map(|(finding, _)| (finding.span.start, finding.span.end)).collect();
        for (span, decision) in others {
            if taken.range(..span.end).next_back().is_some_and(|(_, &end)| end > span.start) {
                gone.push(decision);
            } else {
                taken.insert(span.start, span.end);
                matched.elsewhere.push((span, decision));
            }
        }
        if !gone.is_empty() {
            let accepted = decisions.values().filter_map(|people| current(people));
            let traces = Traces::new(accepted.filter(|one| one.verdict == Verdict::Accept));
            (matched.done, matched.lost) = traces.sort(text, gone);
        }
        matched.elsewhere.sort_by_key(|(span, _)| *span);
        matched
    }
}

/// Decisions about one text, each with the finding it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched<'d> {
    /// For each finding of the text, what was decided about it.
    pub decided: Vec<Option<&'d Decision>>,
    /// Accepted replacements that no finding asks for any more, with the words that they replace.
    pub elsewhere: Vec<(Span, &'d Decision)>,
    /// Accepted replacements that the text has already.
    pub done: Vec<&'d Decision>,
    /// Accepted replacements whose place is gone.
    pub lost: Vec<&'d Decision>,
}

impl Matched<'_> {
    /// What the accepted replacements change in the text, in order of place and without overlaps. `text` and `findings`
    /// are those that the decisions were found for. Words that go without a replacement take the space after them along,
    /// at the end of a line the one before them, and if they are all of a line its break.
    ///
    /// # Panics
    ///
    /// Where spans do not lie in the text, on character boundaries, as those of another text need not.
    pub fn edits(&self, text: &str, findings: &[Finding]) -> Vec<Edit> {
        let found = findings.iter().zip(&self.decided).filter_map(|(finding, decision)| {
            let decision = decision.filter(|decision| decision.verdict == Verdict::Accept)?;
            let new = decision.replacement.as_deref().unwrap_or(finding.correction());
            Some(Edit { span: finding.span, text: new.to_owned() })
        });
        let elsewhere = self
            .elsewhere
            .iter()
            .map(|(span, decision)| Edit { span: *span, text: decision.replacement.clone().unwrap_or_default() });
        let mut edits: Vec<Edit> = found.chain(elsewhere).collect();
        edits.sort_by_key(|edit| edit.span);
        for n in 0..edits.len() {
            let Span { start, end } = edits[n].span;
            let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
            if !edits[n].text.is_empty() || !before.is_none_or(char::is_whitespace) {
                continue;
            }
            // A line of nothing else goes with its break; else there would be an empty one.
            if before.is_none_or(|c| c == '\n' || c == '\r') {
                let line_end = line_end(text.as_bytes(), end);
                if line_end > 0 && edits.get(n + 1).is_none_or(|next| next.span.start > end) {
                    edits[n].span.end += line_end;
                    continue;
                }
            }
            let space = |side: Option<char>| side.filter(|side| SPACES.contains(side)).map(char::len_utf8);
            if let Some(width) = space(after) {
                if edits.get(n + 1).is_none_or(|next| next.span.start > end) {
                    edits[n].span.end += width;
                }
            } else if let Some(width) = space(before).filter(|_| after.is_none_or(|c| c == '\n' || c == '\r'))
                && (n == 0 || edits[n - 1].span.end <= start - width)
            {
                edits[n].span.start -= width;
            }
        }
        edits
    }
}

/// Which of some strings a text holds, and where: `None` for those that it holds more than once. One pass over the text,
/// however many they are.
fn occurrences(text: &str, strings: impl Iterator<Item = String>) -> BTreeMap<String, Option<usize>> {
    let strings: Vec<String> = strings.collect::<BTreeSet<_>>().into_iter().collect();
    let Some(finder) = finder(&strings) else { return BTreeMap::new() };
    let mut found = vec![(0, 0usize); strings.len()];
    for hit in finder.find_overlapping_iter(text) {
        let (at, count) = &mut found[hit.pattern().as_usize()];
        (*at, *count) = (hit.start(), *count + 1);
    }
    let found = strings.into_iter().zip(found).filter(|(_, (_, count))| *count > 0);
    found.map(|(string, (at, count))| (string, (count == 1).then_some(at))).collect()
}

/// `None` where there is nothing to find, or more than an automaton has states for. It is for one pass over a text, so
/// that it must be built fast.
fn finder<S: AsRef<str>>(strings: &[S]) -> Option<AhoCorasick> {
    if strings.is_empty() {
        return None;
    }
    let bytes = strings.iter().map(|string| string.as_ref().as_bytes());
    AhoCorasick::builder().kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(bytes).ok()
}

/// Tells what was applied from what is lost, by what stands around it.
struct Traces<'d> {
    /// Accepted decisions by their words, and what finds the words.
    words: Vec<(&'d str, Vec<&'d Decision>)>,
    finder: Option<AhoCorasick>,
}

impl<'d> Traces<'d> {
    fn new(accepted: impl Iterator<Item = &'d Decision>) -> Self {
        let mut words: BTreeMap<&str, Vec<&Decision>> = BTreeMap::new();
        for decision in accepted.filter(|one| !one.text.is_empty()) {
            words.entry(&decision.text).or_default().push(decision);
        }
        let words: Vec<_> = words.into_iter().collect();
        let finder = finder(&words.iter().map(|(text, _)| *text).collect::<Vec<_>>());
        Self { words, finder }
    }

    /// Those whose replacement the text has where the decision wants it, and the others. Beside the replacement, on one
    /// side at least, stand the characters that stood there, or what the other decisions made of them.
    fn sort(&self, text: &str, decisions: Vec<&'d Decision>) -> (Vec<&'d Decision>, Vec<&'d Decision>) {
        let signs = |one: &Decision| {
            let (before, after) = self.repaired(one);
            let mut signs = signs(one, &one.before, &one.after);
            signs.extend(self::signs(one, &before, &after));
            signs
        };
        let all: Vec<_> = decisions.into_iter().map(|one| (one, signs(one))).collect();
        let text = [EDGE, text, EDGE].concat();
        let there = occurrences(&text, all.iter().flat_map(|(_, signs)| signs.iter().cloned()));
        let (done, lost): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, signs)| signs.iter().any(|sign| there.contains_key(sign)));
        let decisions = |all: Vec<(&'d Decision, _)>| all.into_iter().map(|(one, _)| one).collect();
        (decisions(done), decisions(lost))
    }

    /// The characters around a decision's words as the other decisions leave them.
    fn repaired(&self, decision: &Decision) -> (String, String) {
        let Decision { before, text, after, .. } = decision;
        let all = [before.as_str(), text, after].concat();
        let own = Span::new(before.len(), before.len() + text.len());
        // As far as both reach, the characters beside the other's words are the same.
        let fits = |span: Span, other: &Decision| {
            let (left, right) = (&all[..span.start], &all[span.end..]);
            (left.ends_with(&other.before) || other.before.ends_with(left))
                && (right.starts_with(&other.after) || other.after.starts_with(right))
        };
        let hits = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(&all));
        let edits = hits.filter_map(|hit| {
            let span = Span::new(hit.start(), hit.end());
            let others = self.words[hit.pattern().as_usize()].1.iter();
            let other = others.filter(|_| !span.overlaps(own)).find(|other| fits(span, other));
            other.map(|other| Edit { span, text: other.replacement.clone().unwrap_or_else(|| other.text.clone()) })
        });
        let fixed = Fixed::new(&all, edits.collect::<Vec<_>>());
        let own = fixed.map.to_fixed(own);
        (fixed.text[..own.start].to_owned(), fixed.text[own.end..].to_owned())
    }
}

/// Stands for the edges of a text, which are as good as characters.
const EDGE: &str = "\0";

/// What a text between [edges](EDGE) has if it has the replacement between these characters: one of them.
fn signs(decision: &Decision, before: &str, after: &str) -> Vec<String> {
    let Some(new) = &decision.replacement else { return Vec::new() };
    let (before, after) = (last(before, BESIDE), first(after, BESIDE));
    if new.trim().is_empty() {
        // A space may have gone with the words.
        let mut signs = vec![format!("{before}{new}{after}")];
        signs.extend(after.strip_prefix(SPACES).map(|after| format!("{before}{new}{after}")));
        signs.extend(before.strip_suffix(SPACES).map(|before| format!("{before}{new}{after}")));
        let next_line = &after[line_end(after.as_bytes(), 0)..];
        signs.extend((next_line.len() < after.len()).then(|| format!("{before}{new}{next_line}")));
        return signs;
    }
    let or_edge = |side: &str| if side.is_empty() { EDGE.to_owned() } else { side.to_owned() };
    vec![or_edge(before) + new, format!("{new}{}", or_edge(after))]
}
