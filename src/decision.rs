//! What people decided about findings, kept as JSON Lines that outlive the text around them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fix::Edit;
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
/// let edits = decisions.find(&place, text, &report.findings).edits(&report.findings);
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
        let accepted = left.into_values().flatten().filter(|one| one.verdict == Verdict::Accept);
        for decision in accepted {
            let place = once(text, &format!("{}{}{}", decision.before, decision.text, decision.after)).map(|at| {
                let start = at + decision.before.len();
                Span::new(start, start + decision.text.len())
            });
            match place {
                Some(span) if decision.replacement.is_some() && matched.is_free(span, findings) => {
                    matched.elsewhere.push((span, decision));
                }
                _ if is_done(text, decision) => matched.done.push(decision),
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
    /// What the accepted replacements change in the text, in order of place and without overlaps. `findings` are those
    /// that the decisions were found for.
    pub fn edits(&self, findings: &[Finding]) -> Vec<Edit> {
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
/// characters that stood there. The other side may have been repaired too.
fn is_done(text: &str, decision: &Decision) -> bool {
    let Some(new) = &decision.replacement else { return false };
    let (before, after) = (last(&decision.before, BESIDE), first(&decision.after, BESIDE));
    if new.trim().is_empty() {
        return text.contains(&format!("{before}{new}{after}"));
    }
    // An edge of the text is as good as characters.
    let follows = |at: usize| if before.is_empty() { at == 0 } else { text[..at].ends_with(before) };
    let leads = |end: usize| if after.is_empty() { end == text.len() } else { text[end..].starts_with(after) };
    text.match_indices(new.as_str()).any(|(at, _)| follows(at) || leads(at + new.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::Fixed;
    use crate::report::{Applicability, Correction, Family, Rule, Severity};

    fn place() -> Place {
        Place { path: "a.jsonl".into(), record: Some(3), field: Some("body".into()) }
    }

    /// Findings of the words in the text, in order of place; the id is that of the word.
    fn findings(text: &str, words: &[(&str, &str)]) -> Vec<Finding> {
        let mut all: Vec<Finding> = words
            .iter()
            .flat_map(|(word, new)| text.match_indices(word).map(move |(at, _)| (at, *word, *new)))
            .map(|(at, word, new)| Finding {
                span: Span::new(at, at + word.len()),
                corrections: vec![Correction { text: new.into(), confidence: 0.9 }],
                severity: Severity::Error,
                applicability: Applicability::Review,
                rule: Rule::SwappedWord,
                family: Family::Thesaurus,
                message: String::new(),
                evidence: Vec::new(),
                sources: Vec::new(),
                id: format!("id of {}", word.to_lowercase()),
            })
            .collect();
        all.sort_by_key(|finding| finding.span);
        all
    }

    const TEXT: &str = "The navy said that the armed forces of the nation, and the navy, would stay within the nation.";
    const WORDS: [(&str, &str); 3] = [("navy", "military"), ("nation", "country"), ("within", "in")];

    fn by(decision: Decision, name: &str) -> Decision {
        Decision { by: Some(name.into()), ..decision }
    }

    fn applied(decisions: &Decisions, text: &str, words: &[(&str, &str)]) -> String {
        let findings = findings(text, words);
        Fixed::new(text, decisions.find(&place(), text, &findings).edits(&findings)).text
    }

    /// Decisions about the findings of [`TEXT`] by a letter each: accept, reject, ignore, undecided, or a word of the
    /// reader's own.
    fn decided(letters: &[&str]) -> Decisions {
        let findings = findings(TEXT, &WORDS);
        let mut decisions = Decisions::default();
        for (n, letter) in letters.iter().enumerate().filter(|(_, letter)| !letter.is_empty()) {
            decisions.add(match *letter {
                "a" => Decision::accept(&place(), TEXT, &findings, n, findings[n].correction()),
                "r" => Decision::new(&place(), TEXT, &findings, n, Verdict::Reject),
                "i" => Decision::new(&place(), TEXT, &findings, n, Verdict::Ignore),
                "u" => Decision::new(&place(), TEXT, &findings, n, Verdict::Undecided),
                own => Decision::accept(&place(), TEXT, &findings, n, own),
            });
        }
        decisions
    }

    #[test]
    fn a_line_has_the_form_that_is_documented() {
        let all = findings(TEXT, &WORDS);
        let decision = by(Decision::accept(&place(), TEXT, &all, 2, "military"), "anna");
        let line = decision.to_line();
        assert_eq!(
            line,
            "{\"type\":\"decision\",\"path\":\"a.jsonl\",\"record\":3,\"field\":\"body\",\"id\":\"id of navy\",\"nth\":1,\
             \"text\":\"navy\",\"before\":\"the armed forces of the nation, and the \",\
             \"after\":\", would stay within the nation.\",\"decision\":\"accept\",\"replacement\":\"military\",\
             \"by\":\"anna\"}\n"
        );
        let read = Decisions::parse(&line).expect("a decision");
        assert_eq!(read.iter().collect::<Vec<_>>(), [&decision]);
    }

    #[test]
    fn what_was_accepted_is_applied() {
        for (letters, want) in [
            (
                &["a", "a", "a", "a", "a"][..],
                "The military said that the armed forces of the country, and the military, would stay in the country.",
            ),
            (
                &["r", "i", "a", "", "republic"],
                "The navy said that the armed forces of the nation, and the military, would stay within the republic.",
            ),
            (
                &["a", "a", "u"],
                "The military said that the armed forces of the country, and the navy, would stay within the nation.",
            ),
            (&[], TEXT),
        ] {
            assert_eq!(applied(&decided(letters), TEXT, &WORDS), want, "{letters:?}");
        }
    }

    #[test]
    fn a_later_line_replaces_an_earlier_one() {
        let all = findings(TEXT, &WORDS);
        let accept = Decision::accept(&place(), TEXT, &all, 0, "military").to_line();
        let reject = Decision::new(&place(), TEXT, &all, 0, Verdict::Reject).to_line();
        let undo = Decision::new(&place(), TEXT, &all, 0, Verdict::Undecided).to_line();
        for (lines, want) in [
            ([&accept, &reject, &accept].map(String::as_str).concat(), Some(Verdict::Accept)),
            ([&accept, &reject].map(String::as_str).concat(), Some(Verdict::Reject)),
            ([&accept, &undo].map(String::as_str).concat(), None),
            // A kill in the middle of a write.
            ([&accept, &reject[..40]].concat(), Some(Verdict::Accept)),
            ([&accept, reject.trim_end()].concat(), Some(Verdict::Reject)),
        ] {
            let decisions = Decisions::parse(&lines).expect("decisions");
            assert_eq!(decisions.iter().map(|one| one.verdict).next(), want, "{lines}");
        }
    }

    #[test]
    fn lines_that_are_no_decisions_are_named() {
        let all = findings(TEXT, &WORDS);
        let good = Decision::accept(&place(), TEXT, &all, 0, "military").to_line();
        for (line, says) in [
            ("{\"type\":\"finding\"}\n", "line 3: is not a decision: missing field"),
            ("nothing\n", "line 3: is not a decision: expected ident"),
            (&good.replace("\"decision\",", "\"note\","), "line 3: is a \"note\", not a decision"),
            (&good.replace("accept", "perhaps"), "line 3: is not a decision: unknown variant `perhaps`"),
        ] {
            let error = Decisions::parse(&format!("{good}\n{line}")).expect_err(line);
            assert!(error.to_string().starts_with(says), "{error}");
            assert_eq!(error.line(), 3);
        }
    }

    #[test]
    fn decisions_follow_their_findings_through_changes() {
        let decisions = decided(&["r", "", "a", "", "a"]);
        // Text was added in front, lines were wrapped, a finding of the same id went.
        for (text, want) in [
            (
                format!("Today. {TEXT}"),
                "Today. The navy said that the armed forces of the nation, and the military, would stay within the country.",
            ),
            (
                TEXT.replace("The navy said that ", ""),
                "the armed forces of the nation, and the military, would stay within the country.",
            ),
            (
                TEXT.replace(' ', "\n"),
                "The\nnavy\nsaid\nthat\nthe\narmed\nforces\nof\nthe\nnation,\nand\nthe\nmilitary,\nwould\nstay\nwithin\nthe\ncountry.",
            ),
        ] {
            assert_eq!(applied(&decisions, &text, &WORDS), want);
        }
    }

    #[test]
    fn accepted_replacements_whose_findings_are_gone_are_applied_or_reported() {
        let decisions = decided(&["", "", "a", "in", "r"]);
        let other = [("nation", "country")];
        let none = findings(TEXT, &[]);
        assert_eq!(decisions.find(&place(), TEXT, &none).elsewhere.len(), 2);
        let want = "The navy said that the armed forces of the nation, and the military, would stay in the nation.";
        assert_eq!(applied(&decisions, TEXT, &other), want);

        // Once they are applied there is nothing to do; where their words went, that is said.
        let again = decisions.find(&place(), want, &none);
        assert_eq!((again.elsewhere.len(), again.done.len(), again.lost.len()), (0, 2, 0));
        let gone = decisions.find(&place(), "Something else.", &none);
        assert_eq!((gone.elsewhere.len(), gone.done.len(), gone.lost.len()), (0, 0, 2));
        let twice = format!("{TEXT} {TEXT}");
        assert_eq!(decisions.find(&place(), &twice, &none).elsewhere.len(), 0);

        // Another finding's replacement goes first.
        let wider = [("the navy, would", "them")];
        let mut both = decisions.clone();
        let other = findings(TEXT, &wider);
        both.add(Decision::accept(&place(), TEXT, &other, 0, "them"));
        assert_eq!(both.find(&place(), TEXT, &other).lost.len(), 1);
    }

    #[test]
    fn people_who_disagree_are_named() {
        let all = findings(TEXT, &WORDS);
        let accept = |n, new: &str, name| by(Decision::accept(&place(), TEXT, &all, n, new), name);
        let verdict = |n, verdict, name| by(Decision::new(&place(), TEXT, &all, n, verdict), name);
        let mut decisions = Decisions::default();
        let mut others = Decisions::default();
        decisions.add(accept(0, "military", "anna"));
        decisions.add(accept(1, "country", "anna"));
        decisions.add(verdict(2, Verdict::Reject, "anna"));
        decisions.add(verdict(3, Verdict::Accept, "anna"));
        others.add(accept(0, "military", "ben"));
        others.add(accept(1, "republic", "ben"));
        others.add(verdict(2, Verdict::Ignore, "ben"));
        others.add(verdict(3, Verdict::Undecided, "ben"));
        decisions.merge(others);
        let conflicts: Vec<_> = decisions.conflicts().collect();
        assert_eq!(conflicts.len(), 1);
        let said: Vec<_> = conflicts[0].iter().map(|one| (one.by.as_deref(), one.replacement.as_deref())).collect();
        assert_eq!(said, [(Some("anna"), Some("country")), (Some("ben"), Some("republic"))]);
        assert!(applied(&decisions, TEXT, &WORDS).contains("of the republic,"));
        decisions.prefer("anna");
        assert_eq!(decisions.conflicts().count(), 0);
        assert!(applied(&decisions, TEXT, &WORDS).contains("of the country,"));
    }
}
