//! What people decided about findings, kept as JSON Lines that outlive the text around them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fix::{Edit, Fixed};
use crate::report::Finding;
use crate::span::Span;

/// Characters of text that a decision keeps on either side of its words.
const CONTEXT: usize = 40;

/// Characters beside a correction that must be those of the decision for it to count as applied already.
const BESIDE: usize = 12;

/// Which text a decision is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Place {
    /// The file as it was named, with `/` between directories.
    pub path: String,
    /// Its record in the file, from 1, where the file has records.
    #[serde(default)]
    pub record: Option<u64>,
    /// The field or column of the record.
    #[serde(default)]
    pub field: Option<String>,
}

impl fmt::Display for Place {
    /// As reports have it: `a.jsonl#17.body`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(record) = self.record {
            write!(f, "#{record}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ".{field}")?;
        }
        Ok(())
    }
}

/// What is to become of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The replacement takes the place of the words.
    Accept,
    /// The words stay.
    Reject,
    /// The words stay, here and everywhere: they went into the allow list.
    Ignore,
    /// Nothing was decided; takes back an earlier decision.
    Undecided,
}

impl Verdict {
    /// The name used in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Ignore => "ignore",
            Self::Undecided => "undecided",
        }
    }
}

/// What one person decided about one finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Decision {
    /// The text.
    #[serde(flatten)]
    pub place: Place,
    /// The finding's [`id`](Finding::id).
    pub id: String,
    /// How many findings of the same id stand before it in the text.
    #[serde(default)]
    pub nth: usize,
    /// The words that the finding covers.
    pub text: String,
    /// Up to 40 characters of the text before them.
    #[serde(default)]
    pub before: String,
    /// Up to 40 characters of the text after them.
    #[serde(default)]
    pub after: String,
    /// What was decided.
    #[serde(rename = "decision")]
    pub verdict: Verdict,
    /// What takes the place of the words where they are to go: one of the corrections, or words of the reader's own.
    /// `None` stands for the first correction.
    #[serde(default)]
    pub replacement: Option<String>,
    /// Who decided.
    #[serde(default)]
    pub by: Option<String>,
}

/// A line of the file, with the mark that tells what it is.
#[derive(Deserialize, Serialize)]
struct Line<D> {
    r#type: String,
    #[serde(flatten)]
    decision: D,
}

impl Decision {
    /// A decision about the n-th finding of a text. `findings` are all that the check found, for findings of equal id
    /// are told apart by their number.
    ///
    /// # Panics
    ///
    /// Where there is no n-th finding, or its span does not lie in the text.
    pub fn new(place: &Place, text: &str, findings: &[Finding], n: usize, verdict: Verdict) -> Self {
        let finding = &findings[n];
        let (before, after) = surroundings(text, finding.span);
        Self {
            place: place.clone(),
            id: finding.id.clone(),
            nth: findings[..n].iter().filter(|earlier| earlier.id == finding.id).count(),
            text: text[finding.span.range()].to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            verdict,
            replacement: None,
            by: None,
        }
    }

    /// Accepts a correction of the n-th finding, or words of the reader's own; see [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// As `new`.
    pub fn accept(place: &Place, text: &str, findings: &[Finding], n: usize, replacement: impl Into<String>) -> Self {
        Self { replacement: Some(replacement.into()), ..Self::new(place, text, findings, n, Verdict::Accept) }
    }

    /// The decision as one line of JSON, with its line break.
    ///
    /// # Panics
    ///
    /// Never: what it holds can always be written as JSON.
    pub fn to_line(&self) -> String {
        let line = Line { r#type: "decision".to_owned(), decision: self };
        let json = serde_json::to_string(&line).expect("strings and numbers are JSON");
        json + "\n"
    }

    /// Whether two decisions leave the same text.
    fn agrees(&self, other: &Self) -> bool {
        let accepts = |decision: &Self| decision.verdict == Verdict::Accept;
        accepts(self) == accepts(other) && (!accepts(self) || self.replacement == other.replacement)
    }
}

/// A line that is no decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct DecisionError {
    line: usize,
    message: String,
}

impl DecisionError {
    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

/// Decisions about any number of texts, the last one of each person for each finding.
///
/// # Examples
///
/// ```
/// use unspin::{Decision, Decisions, Fixed, Place, Unspinner};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let place = Place { path: "a.txt".into(), ..Place::default() };
///
/// // The reader accepts the first suggestion; the line goes into a file.
/// let new = report.findings[0].correction();
/// let line = Decision::accept(&place, text, &report.findings, 0, new).to_line();
///
/// // Later, the text is checked again and the decisions are applied.
/// let decisions = Decisions::parse(&line)?;
/// let edits = decisions.find(&place, text, &report.findings).edits(text, &report.findings);
/// assert!(Fixed::new(text, edits).text.starts_with("The Defense Secretary stated"));
/// # Ok::<(), unspin::DecisionError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// For each text and finding (id and number among equal ids) one decision a person, the latest last.
    places: BTreeMap<Place, BTreeMap<(String, usize), Vec<Decision>>>,
}

impl Decisions {
    /// Reads lines as [`Decision::to_line`] writes them. A last line without line break that is not whole is left out:
    /// it was being written when the program ended.
    ///
    /// # Errors
    ///
    /// Where any other line is no decision.
    pub fn parse(lines: &str) -> Result<Self, DecisionError> {
        let mut decisions = Self::default();
        for (n, line) in (1..).zip(lines.split_inclusive('\n')).filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Line<Decision>>(line) {
                Ok(line) if line.r#type == "decision" => decisions.add(line.decision),
                Ok(line) => {
                    return Err(DecisionError { line: n, message: format!("is a {:?}, not a decision", line.r#type) });
                }
                Err(_) if !line.ends_with('\n') => {}
                Err(error) => {
                    // The line's own number is all that matters, and that is told already.
                    let error = error.to_string();
                    let reason = error.rsplit_once(" at line ").map_or(error.as_str(), |(reason, _)| reason);
                    return Err(DecisionError { line: n, message: format!("is not a decision: {reason}") });
                }
            }
        }
        Ok(decisions)
    }

    /// Adds a decision, which replaces an earlier one of the same person about the same finding.
    pub fn add(&mut self, decision: Decision) {
        let findings = self.places.entry(decision.place.clone()).or_default();
        let people = findings.entry((decision.id.clone(), decision.nth)).or_default();
        people.retain(|earlier| earlier.by != decision.by);
        people.push(decision);
    }

    /// Adds all decisions of others, as if they had been made after these.
    pub fn merge(&mut self, others: Self) {
        others.all().cloned().for_each(|decision| self.add(decision));
    }

    /// Gives a name to the person whose decisions have none.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let mut named = Self::default();
        for decision in self.all() {
            let by = decision.by.clone().or_else(|| Some(name.to_owned()));
            named.add(Decision { by, ..decision.clone() });
        }
        named
    }

    /// The people who decided, in order.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.all().filter_map(|decision| decision.by.as_deref()).collect::<BTreeSet<_>>().into_iter()
    }

    /// The texts that something was decided about, in order.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.keys()
    }

    /// Every decision in force, in order of text and id: the last one about each finding.
    pub fn iter(&self) -> impl Iterator<Item = &Decision> {
        self.findings().filter_map(|people| current(people))
    }

    /// Findings about which people disagree, with one decision for each of them; the latest is the last.
    pub fn conflicts(&self) -> impl Iterator<Item = Vec<&Decision>> {
        self.findings().filter_map(|people| {
            let decided: Vec<&Decision> = people.iter().filter(|one| one.verdict != Verdict::Undecided).collect();
            let disagree = decided.iter().any(|one| !one.agrees(decided[0]));
            disagree.then_some(decided)
        })
    }

    /// Where people disagree and one of them has this name, drops what the others decided.
    pub fn prefer(&mut self, name: &str) {
        for people in self.places.values_mut().flat_map(BTreeMap::values_mut) {
            let theirs = |one: &Decision| one.by.as_deref() == Some(name) && one.verdict != Verdict::Undecided;
            if people.iter().any(theirs) {
                people.retain(theirs);
            }
        }
    }

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

    fn findings(&self) -> impl Iterator<Item = &Vec<Decision>> {
        self.places.values().flat_map(BTreeMap::values)
    }

    fn all(&self) -> impl Iterator<Item = &Decision> {
        self.findings().flatten()
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
    /// are those that the decisions were found for. Words that go without a replacement take the space after them along.
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
            let spaced = |side: Option<char>| side.is_none_or(char::is_whitespace);
            let lone = edits[n].text.is_empty() && spaced(text[..start].chars().next_back());
            if let Some(space) = text[end..].chars().next().filter(|space| lone && space.is_whitespace())
                && edits.get(n + 1).is_none_or(|next| next.span.start > end)
            {
                edits[n].span.end += space.len_utf8();
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

/// The last decision of those that several people made, unless it was taken back.
fn current(people: &[Decision]) -> Option<&Decision> {
    people.iter().rev().find(|one| one.verdict != Verdict::Undecided)
}

/// The characters that a decision keeps before and after a span.
fn surroundings(text: &str, span: Span) -> (&str, &str) {
    (last(&text[..span.start], CONTEXT), first(&text[span.end..], CONTEXT))
}

fn first(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}

fn last(text: &str, chars: usize) -> &str {
    text.char_indices().rev().nth(chars.wrapping_sub(1)).map_or(text, |(at, _)| &text[at..])
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
            let beside = |after: &str| text.contains(&format!("{before}{new}{after}"));
            return beside(after) || after.strip_prefix(' ').is_some_and(beside);
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

#[cfg(test)]
mod tests;
