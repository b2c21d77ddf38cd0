//! What people decided about findings, kept as JSON Lines that outlive the text around them.

mod find;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use find::Matched;
use serde::{Deserialize, Serialize};

use crate::name::named;
use crate::printable::printable;
use crate::report::Finding;
use crate::span::Span;

/// Characters of text that a decision keeps on either side of its words.
const CONTEXT: usize = 40;

/// Which text a decision is about.
///
/// # Examples
///
/// ```
/// use unspin::Place;
///
/// let place = Place { path: "news.jsonl".into(), record: Some(17), field: Some("body".into()) };
/// assert_eq!(place.to_string(), "news.jsonl#17.body");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Place {
    /// The file, with `/` between directories.
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
        f.write_str(&printable(&self.path))?;
        if let Some(record) = self.record {
            write!(f, "#{record}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ".{}", printable(field))?;
        }
        Ok(())
    }
}

/// What is to become of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Accept, Self::Reject, Self::Ignore, Self::Undecided];

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

named!(Verdict, "verdict");

/// What one person decided about one finding.
///
/// # Examples
///
/// ```
/// use unspin::{Decision, Place, Unspinner, Verdict};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let findings = Unspinner::builder().assume_spun(true).build().check(text).findings;
/// let place = Place { path: "a.txt".into(), ..Place::default() };
/// let decision = Decision::new(&place, text, &findings, 0, Verdict::Reject);
/// assert_eq!((decision.text.as_str(), decision.before.as_str()), ("Protection", "The "));
///
/// // A line of the file that `unspin review` and `unspin serve` keep.
/// let line = decision.to_line();
/// assert!(line.starts_with(r#"{"type":"decision","path":"a.txt","#) && line.ends_with("\n"));
/// ```
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

/// A line of the file, with the mark that tells what it is; decisions that others wrote as JSON lack it.
#[derive(Deserialize, Serialize)]
struct Line<D> {
    #[serde(default = "decision")]
    r#type: String,
    #[serde(flatten)]
    decision: D,
}

fn decision() -> String {
    "decision".to_owned()
}

impl Decision {
    /// A decision about the n-th finding of a text. `findings` are all that the check found, for findings of equal id
    /// are told apart by their number.
    ///
    /// Cost: one pass over the findings before it.
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
            replacement: (verdict == Verdict::Accept).then(|| finding.correction().to_owned()),
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
        let line = Line { r#type: decision(), decision: self };
        let json = serde_json::to_string(&line).expect("strings and numbers are JSON");
        json + "\n"
    }

    /// Whether two decisions leave the same text.
    fn agrees(&self, other: &Self) -> bool {
        let accepts = |decision: &Self| decision.verdict == Verdict::Accept;
        accepts(self) == accepts(other) && (!accepts(self) || self.replacement == other.replacement)
    }
}

/// What people decided about one finding, if they disagree.
fn disagree(people: &[Decision]) -> Option<Vec<&Decision>> {
    let decided: Vec<&Decision> = people.iter().filter(|one| one.verdict != Verdict::Undecided).collect();
    decided.iter().any(|one| !one.agrees(decided[0])).then_some(decided)
}

/// A line that is no decision; [`Decisions::parse`] has an example.
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
///
/// Several people decide:
///
/// ```
/// use unspin::{Decision, Decisions, Place, Unspinner, Verdict};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let findings = Unspinner::builder().assume_spun(true).build().check(text).findings;
/// let decided = |verdict, name| {
///     let mut decisions = Decisions::default();
///     decisions.add(Decision::new(&Place::default(), text, &findings, 0, verdict));
///     decisions.named(name)
/// };
/// let mut decisions = decided(Verdict::Accept, "anna");
/// decisions.merge(decided(Verdict::Reject, "ben"));
/// assert!(decisions.people().eq(["anna", "ben"]));
///
/// // They disagree; the latest is in force, until one of them is to have it.
/// assert_eq!(decisions.conflicts().count(), 1);
/// assert!(decisions.iter().map(|one| one.verdict).eq([Verdict::Reject]));
/// assert!(decisions.iter().all(|one| decisions.about(one).len() == 2));
/// decisions.prefer("anna");
/// assert_eq!(decisions.conflicts().count(), 0);
/// assert!(decisions.iter().map(|one| one.verdict).eq([Verdict::Accept]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// For each text and finding (id and number among equal ids) one decision a person, the latest last.
    places: BTreeMap<Place, BTreeMap<(String, usize), Vec<Decision>>>,
}

impl Decisions {
    /// Reads lines as [`Decision::to_line`] writes them, or serde does, also behind a byte order mark. A last line
    /// without line break that is not whole is left out: it was being written when the program ended.
    ///
    /// # Errors
    ///
    /// Where any other line is no decision.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Decisions;
    ///
    /// let error = Decisions::parse("{\"type\": \"note\"}\n").unwrap_err();
    /// assert_eq!(error.line(), 1);
    /// assert!(error.to_string().starts_with("line 1: is not a decision: missing field"));
    /// ```
    pub fn parse(lines: &str) -> Result<Self, DecisionError> {
        let lines = lines.strip_prefix('\u{feff}').unwrap_or(lines);
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
        self.findings().filter_map(|people| disagree(people))
    }

    /// What everybody decided about the finding that a decision of these is about, the latest last.
    pub fn about(&self, decision: &Decision) -> &[Decision] {
        let people = self.places.get(&decision.place).and_then(|all| all.get(&(decision.id.clone(), decision.nth)));
        people.map_or(&[], Vec::as_slice)
    }

    /// Where people disagree and one of them has this name, drops what the others decided.
    pub fn prefer(&mut self, name: &str) {
        for people in self.places.values_mut().flat_map(BTreeMap::values_mut) {
            let theirs = |one: &Decision| one.by.as_deref() == Some(name) && one.verdict != Verdict::Undecided;
            if disagree(people).is_some() && people.iter().any(theirs) {
                people.retain(theirs);
            }
        }
    }

    fn findings(&self) -> impl Iterator<Item = &Vec<Decision>> {
        self.places.values().flat_map(BTreeMap::values)
    }

    fn all(&self) -> impl Iterator<Item = &Decision> {
        self.findings().flatten()
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

#[cfg(test)]
mod tests;
