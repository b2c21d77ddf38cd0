//! Decisions found again in a text.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{CONTEXT, Decision, Decisions, Place, Verdict, current, first, last, surroundings};
use crate::fix::{Edit, Fixed};
use crate::line::line_end;
use crate::report::Finding;
use crate::span::Span;

/// Characters beside a correction that must be those of the decision for it to count as applied already.
const BESIDE: usize = 12;
/// Characters beside the words that must be those of the decision where replacements are undone around them.
const NEAR: usize = 20;

/// What goes along with words that go. Line breaks are not among it, for they may end a paragraph.
const SPACES: [char; 3] = [' ', '\t', '\u{a0}'];

impl Decisions {
    /// Finds the findings of a text that something was decided about. `findings` are those of a fresh check of it.
    /// [`Decisions`] has an example.
    ///
    /// Findings are known by their id; where several have the same one, by the text around them, then by their number.
    /// A decision whose id is gone is about the finding of the same words, once only, between the same characters as
    /// before, or what accepted replacements made of them; an accepted replacement whose finding is gone still has its
    /// place there.
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
            let decided = &mut matched.decided;
            waiting.retain(|one| match group.get(one.nth).filter(|&&n| same_place(n, one)) {
                Some(&n) => decided[n].replace(one).is_some(),
                None => true,
            });
            if waiting.is_empty() {
                continue;
            }
            let mut free: BTreeMap<(&str, &str, &str), VecDeque<usize>> = BTreeMap::new();
            for &n in group.iter().filter(|&&n| decided[n].is_none()) {
                let span = findings[n].span;
                let (before, after) = surroundings(text, span);
                free.entry((before, &text[span.range()], after)).or_default().push_back(n);
            }
            waiting.retain(|one| {
                let same = free.get_mut(&(one.before.as_str(), one.text.as_str(), one.after.as_str()));
                match same.and_then(VecDeque::pop_front) {
                    Some(n) => decided[n].replace(one).is_some(),
                    None => true,
                }
            });
        }
        let rest: Vec<&Decision> = left.values().flatten().copied().collect();
        if rest.is_empty() {
            return matched;
        }
        let traces = Traces::new(text, decisions.values().filter_map(|people| current(people)), &rest);
        let told = |one: &&Decision| one.verdict != Verdict::Accept || one.replacement.is_some();
        let places = traces.places(text, &rest.iter().copied().filter(told).collect::<Vec<_>>());
        let place = |one: &Decision| places.get(&key(one)).copied();
        // The finding may be there under another id: its first correction is another one now, or what stands beside it.
        for waiting in left.values_mut() {
            waiting.retain(|one| {
                let same =
                    place(one).and_then(|span| findings.binary_search_by_key(&span, |finding| finding.span).ok());
                match same.filter(|&n| matched.decided[n].is_none()) {
                    Some(n) => matched.decided[n].replace(one).is_some(),
                    None => true,
                }
            });
        }
        for (id, group) in &groups {
            let Some(waiting) = left.get_mut(id) else { continue };
            let same_words = |n: usize, one: &Decision| {
                text[findings[n].span.range()].split_whitespace().eq(one.text.split_whitespace())
            };
            let decided = &mut matched.decided;
            // What was applied is not meant for the next of its kind.
            let fits = |n: usize, one: &Decision| same_words(n, one) && !traces.done.contains(&key(one));
            waiting.retain(|one| match group.get(one.nth).filter(|&&n| decided[n].is_none() && fits(n, one)) {
                Some(&n) => decided[n].replace(one).is_some(),
                None => true,
            });
        }
        // What has no finding takes its place among what is decided.
        let (mut others, mut gone) = (Vec::new(), Vec::new());
        for decision in left.into_values().flatten().filter(|one| one.verdict == Verdict::Accept) {
            match place(decision) {
                Some(span) => others.push((span, decision)),
                None => gone.push(decision),
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
        (matched.done, matched.lost) = gone.into_iter().partition(|one| traces.done.contains(&key(one)));
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
    /// at the end of a line the one before them, and if they are all of a line its break. Other words keep the space that a
    /// finding takes along, as [`Edit::replacing`] does.
    ///
    /// # Panics
    ///
    /// Where spans do not lie in the text, on character boundaries, as those of another text need not.
    pub fn edits(&self, text: &str, findings: &[Finding]) -> Vec<Edit> {
        let found = findings.iter().zip(&self.decided).filter_map(|(finding, decision)| {
            let decision = decision.filter(|decision| decision.verdict == Verdict::Accept)?;
            let new = decision.replacement.as_deref().unwrap_or(finding.correction());
            Some(Edit::replacing(text, finding.span, new))
        });
        let elsewhere = self
            .elsewhere
            .iter()
            .map(|(span, decision)| Edit::replacing(text, *span, decision.replacement.as_deref().unwrap_or_default()));
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

/// Tells a decision from the others about its text.
fn key(decision: &Decision) -> (&str, usize) {
    (&decision.id, decision.nth)
}

/// What accepted replacements left in a text, told by what stands around them.
struct Traces<'d> {
    /// The decisions whose replacement the text has where they want it: beside it, on one side at least, stand the
    /// characters that stood there, or what the other decisions made of them.
    done: BTreeSet<(&'d str, usize)>,
    /// What shows that, and what finds it.
    signs: Vec<Sign<'d>>,
    finder: Option<AhoCorasick>,
}

/// What a text has if a replacement was made there.
struct Sign<'d> {
    /// The decision.
    of: (&'d str, usize),
    text: String,
    /// Where in it the replacement is.
    new: Span,
    /// What that came in place of.
    old: String,
}

impl<'d> Traces<'d> {
    /// Of those decisions that are `left`, with all of those about the text.
    fn new(text: &str, all: impl Iterator<Item = &'d Decision>, left: &[&'d Decision]) -> Self {
        let accepted = Accepted::new(all.filter(|one| one.verdict == Verdict::Accept));
        let signs = |one: &&'d Decision| {
            let (before, after) = accepted.repaired(one);
            let mut signs = signs(one, &one.before, &one.after);
            signs.extend(self::signs(one, &before, &after));
            signs
        };
        let left = left.iter().filter(|one| one.verdict == Verdict::Accept);
        let all = Self { done: BTreeSet::new(), signs: left.flat_map(signs).collect(), finder: None }.ready();
        let done: BTreeSet<_> = all.hits(&edged(text)).map(|(sign, _)| sign.of).collect();
        let Self { mut signs, .. } = all;
        signs.retain(|sign| done.contains(&sign.of) && !sign.text.is_empty());
        signs.sort_by(|a, b| a.text.cmp(&b.text));
        signs.dedup_by(|a, b| a.text == b.text);
        Self { done, signs, finder: None }.ready()
    }

    fn ready(self) -> Self {
        let finder = finder(&self.signs.iter().map(|sign| sign.text.as_str()).collect::<Vec<_>>());
        Self { finder, ..self }
    }

    /// The signs that a text has, and where. A replacement at the end of one is no part of a longer word.
    fn hits<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (&'s Sign<'d>, usize)> {
        let part = |a: Option<char>, b: Option<char>| [a, b].iter().all(|c| c.is_some_and(char::is_alphanumeric));
        let hits = self.finder.iter().flat_map(move |finder| finder.find_overlapping_iter(text));
        hits.map(|hit| (&self.signs[hit.pattern().as_usize()], hit.start())).filter(move |(sign, at)| {
            let (before, after) = (&text[..*at], &text[at + sign.text.len()..]);
            !(sign.new.start == 0 && part(before.chars().next_back(), sign.text.chars().next())
                || sign.new.end == sign.text.len() && part(sign.text.chars().next_back(), after.chars().next()))
        })
    }

    /// A text as it was before.
    fn undone(&self, text: &str) -> Fixed {
        let mut edits: Vec<_> = self.hits(text).map(|(sign, at)| (sign.new.shifted(at), sign.old.as_str())).collect();
        edits.sort_unstable();
        edits.dedup();
        Fixed::new(text, edits.into_iter().map(|(span, old)| Edit { span, text: old.to_owned() }))
    }

    /// Where the words of decisions stand, once in the text, between the same characters as before. Both are compared as
    /// they were before any replacement, for those beside the words may have been made or not, and there fewer characters
    /// do, since what is at the ends of those that were kept may be part of a replacement.
    fn places(&self, text: &str, decisions: &[&'d Decision]) -> BTreeMap<(&'d str, usize), Span> {
        let whole = |one: &Decision| {
            let own = Span::new(one.before.len(), one.before.len() + one.text.len());
            ([one.before.as_str(), &one.text, &one.after].concat(), own)
        };
        let earlier = |one: &Decision| {
            let edge = |side: &str| if side.chars().nth(CONTEXT - 1).is_none() { EDGE } else { "" };
            let (whole, own) = whole(one);
            let (left, right) = (edge(&one.before), edge(&one.after));
            let undone = self.undone(&[left, &whole, right].concat());
            let own = undone.map.to_fixed(own.shifted(left.len()));
            let before = last(&undone.text[..own.start], NEAR);
            let whole = [before, &undone.text[own.range()], first(&undone.text[own.end..], NEAR)].concat();
            (whole, Span::new(before.len(), before.len() + own.len()))
        };
        let undone = self.undone(&edged(text));
        let mut places = BTreeMap::new();
        let mut look = |text: &str, whole: &dyn Fn(&Decision) -> (String, Span), place: &dyn Fn(Span) -> Span| {
            let all = decisions.iter().filter(|one| !places.contains_key(&key(one)));
            let all: Vec<_> = all.map(|one| (*one, whole(one))).collect();
            let found = occurrences(text, all.iter().map(|(_, (whole, _))| whole.clone()));
            for (one, (whole, own)) in &all {
                if let Some(at) = found.get(whole).copied().flatten() {
                    places.insert(key(one), place(own.shifted(at)));
                }
            }
        };
        look(text, &whole, &|span| span);
        if !self.done.is_empty() {
            look(&undone.text, &earlier, &|span| {
                let Span { start, end } = undone.map.to_original(span);
                Span::new(start.saturating_sub(EDGE.len()), end.saturating_sub(EDGE.len()))
            });
        }
        // Words that are back only since they were undone are gone.
        let stands =
            |one: &&&Decision| places.get(&key(one)).is_some_and(|span| text.get(span.range()) == Some(&one.text));
        let standing: BTreeSet<_> = decisions.iter().filter(stands).map(|one| key(one)).collect();
        places.retain(|key, _| standing.contains(key));
        places
    }
}

/// Accepted decisions by their words, and what finds the words.
struct Accepted<'d> {
    words: Vec<(&'d str, Vec<&'d Decision>)>,
    finder: Option<AhoCorasick>,
}

impl<'d> Accepted<'d> {
    fn new(accepted: impl Iterator<Item = &'d Decision>) -> Self {
        let mut words: BTreeMap<&str, Vec<&Decision>> = BTreeMap::new();
        for decision in accepted.filter(|one| !one.text.is_empty()) {
            words.entry(&decision.text).or_default().push(decision);
        }
        let words: Vec<_> = words.into_iter().collect();
        let finder = finder(&words.iter().map(|(text, _)| *text).collect::<Vec<_>>());
        Self { words, finder }
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
            other.map(|other| Edit::replacing(&all, span, other.replacement.as_deref().unwrap_or(&other.text)))
        });
        let fixed = Fixed::new(&all, edits.collect::<Vec<_>>());
        let own = fixed.map.to_fixed(own);
        (fixed.text[..own.start].to_owned(), fixed.text[own.end..].to_owned())
    }
}

/// Stands for the edges of a text, which are as good as characters.
const EDGE: &str = "\0";

fn edged(text: &str) -> String {
    [EDGE, text, EDGE].concat()
}

/// What a text between [edges](EDGE) has if it has the replacement between these characters: one of them.
fn signs<'d, 't>(decision: &'d Decision, before: &'t str, after: &'t str) -> Vec<Sign<'d>> {
    let Some(new) = &decision.replacement else { return Vec::new() };
    let edge = |beside: &'t str| if beside.is_empty() { EDGE } else { beside };
    let (before, after) = (edge(last(before, BESIDE)), edge(first(after, BESIDE)));
    let words = decision.text.as_str();
    let new = &Edit::replacing(words, Span::new(0, words.len()), new).text;
    let sign = |before: &str, after: &str, old: &[&str]| Sign {
        of: key(decision),
        text: [before, new, after].concat(),
        new: Span::new(before.len(), before.len() + new.len()),
        old: old.concat(),
    };
    if new.trim().is_empty() {
        // A space may have gone with the words.
        let mut signs = vec![sign(before, after, &[words])];
        let mut without = |left: &str, right: &str| {
            signs.push(sign(left, right, &[&before[left.len()..], words, &after[..after.len() - right.len()]]));
        };
        after.strip_prefix(SPACES).into_iter().for_each(|after| without(before, after));
        before.strip_suffix(SPACES).into_iter().for_each(|before| without(before, after));
        let line_end = line_end(after.as_bytes(), 0);
        if line_end > 0 {
            without(before, &after[line_end..]);
        }
        return signs;
    }
    vec![sign(before, "", &[words]), sign("", after, &[words])]
}
