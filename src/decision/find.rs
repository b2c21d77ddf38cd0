//! Decisions found again in a text.

use std::collections::BTreeMap;

use super::{Decision, Decisions, Place, Verdict, current, first, last, surroundings};
use crate::fix::{Edit, Fixed};
use crate::report::Finding;
use crate::span::Span;

/// Characters beside a correction that must be those of the decision for it to count as applied already.
const BESIDE: usize = 12;

/// What goes along with words that go. Line breaks are not among it, for they may end a paragraph.
const SPACES: [char; 3] = [' ', '\t', '\u{a0}'];

impl Decisions {
    /// Finds the findings of a text that something was decided about. `findings` are those of a fresh check of it.
    ///
    /// Findings are known by their id; where several have the same one, by the text around them, then by their number.
    /// An accepted replacement whose finding is gone still has its place where its words stand, once only, between the
    /// same characters as before.
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
        let accepted: Vec<&Decision> = decisions
            .values()
            .filter_map(|people| current(people))
            .filter(|one| one.verdict == Verdict::Accept)
            .collect();
        for decision in left.into_values().flatten().filter(|one| one.verdict == Verdict::Accept) {
            let place = once(text, &format!("{}{}{}", decision.before, decision.text, decision.after)).map(|at| {
                let start = at + decision.before.len();
                Span::new(start, start + decision.text.len())
            });
            let place = place.filter(|_| decision.replacement.is_some());
            // The finding may be there under another id: its first correction is another one now.
            let same = place.and_then(|span| findings.binary_search_by_key(&span, |finding| finding.span).ok());
            match (place, same.filter(|&n| matched.decided[n].is_none())) {
                (_, Some(n)) => matched.decided[n] = Some(decision),
                (Some(span), _) if matched.is_free(span, findings) => matched.elsewhere.push((span, decision)),
                _ if is_done(text, decision, &accepted) => matched.done.push(decision),
                _ => matched.lost.push(decision),
            }
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
    /// at the end of a line the one before them.
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

    /// Whether no accepted replacement touches the span.
    fn is_free(&self, span: Span, findings: &[Finding]) -> bool {
        let accepted = |decision: Option<&Decision>| decision.is_some_and(|one| one.verdict == Verdict::Accept);
        let mut found = findings.iter().zip(&self.decided).filter(|(_, decision)| accepted(**decision));
        !found.any(|(finding, _)| finding.span.overlaps(span))
            && !self.elsewhere.iter().any(|(taken, _)| taken.overlaps(span))
    }
}

/// Where a text holds another, if it does so exactly once.
fn once(text: &str, part: &str) -> Option<usize> {
    let at = text.find(part)?;
    let next = at + text[at..].chars().next().map_or(1, char::len_utf8);
    let again = text.get(next..).is_some_and(|rest| rest.contains(part));
    (!again).then_some(at)
}

/// Whether the text has the replacement where the decision wants it: beside it, on one side at least, stand the
/// characters that stood there, or what the other decisions made of them.
fn is_done(text: &str, decision: &Decision, others: &[&Decision]) -> bool {
    let Some(new) = &decision.replacement else { return false };
    let stands = |before: &str, after: &str| {
        let (before, after) = (last(before, BESIDE), first(after, BESIDE));
        if new.trim().is_empty() {
            // A space may have gone with the words.
            let stands = |before: &str, after: &str| text.contains(&format!("{before}{new}{after}"));
            return stands(before, after)
                || after.strip_prefix(SPACES).is_some_and(|after| stands(before, after))
                || before.strip_suffix(SPACES).is_some_and(|before| stands(before, after));
        }
        // An edge of the text is as good as characters.
        let follows = |at: usize| if before.is_empty() { at == 0 } else { text[..at].ends_with(before) };
        let leads = |end: usize| if after.is_empty() { end == text.len() } else { text[end..].starts_with(after) };
        text.match_indices(new.as_str()).any(|(at, _)| follows(at) || leads(at + new.len()))
    };
    stands(&decision.before, &decision.after) || {
        let (before, after) = repaired(decision, others);
        stands(&before, &after)
    }
}

/// The characters around a decision's words as the other decisions leave them.
fn repaired(decision: &Decision, others: &[&Decision]) -> (String, String) {
    let Decision { before, text, after, .. } = decision;
    let all = [before.as_str(), text, after].concat();
    let own = Span::new(before.len(), before.len() + text.len());
    // As far as both reach, the characters beside the other's words are the same.
    let fits = |span: Span, other: &Decision| {
        let (left, right) = (&all[..span.start], &all[span.end..]);
        (left.ends_with(&other.before) || other.before.ends_with(left))
            && (right.starts_with(&other.after) || other.after.starts_with(right))
    };
    let edits = others.iter().filter(|other| !other.text.is_empty()).flat_map(|other| {
        let spans = all.match_indices(&other.text).map(|(at, found)| Span::new(at, at + found.len()));
        let spans = spans.filter(|span| !span.overlaps(own) && fits(*span, other));
        spans.map(|span| Edit { span, text: other.replacement.clone().unwrap_or_else(|| other.text.clone()) })
    });
    let fixed = Fixed::new(&all, edits.collect::<Vec<_>>());
    let own = fixed.map.to_fixed(own);
    (fixed.text[..own.start].to_owned(), fixed.text[own.end..].to_owned())
}
