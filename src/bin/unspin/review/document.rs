//! A checked text as the review holds it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use unspin::input::{Record, straight};
use unspin::{Decision, Decisions, Finding, LineIndex, Place, Span, Verdict};

use crate::checked::Checked;

/// A text with findings, and what was decided about each of them.
pub(crate) struct Document {
    pub(crate) place: Place,
    /// The record that the text is in, and its number there.
    pub(crate) source: (Arc<Record>, usize),
    /// Those of the first check in order, then those that came to be when something was allowed.
    pub(crate) findings: Vec<Finding>,
    /// For each finding: the one-based line and column at which people find it.
    pub(crate) positions: Vec<(usize, usize)>,
    /// For each finding: whether its first correction can be written back. Markup inside may leave no way.
    pub(crate) writable: Vec<bool>,
    /// For each finding: what was decided.
    pub(crate) states: Vec<Option<State>>,
    /// For each finding: what each person had decided when the review began, the latest last.
    pub(crate) people: Vec<Vec<Voice>>,
    /// The request, if any, by which it is being checked again.
    pub(crate) asked: Option<usize>,
}

/// What was decided about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Accepted(String),
    Rejected,
    Ignored,
}

/// What somebody decided; who gave no name is nobody in particular.
pub(crate) type Voice = (Option<String>, State);

impl State {
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Accepted(_) => Verdict::Accept,
            Self::Rejected => Verdict::Reject,
            Self::Ignored => Verdict::Ignore,
        }
    }

    /// What comes in place of the words, where they go.
    pub(crate) fn replacement(&self) -> Option<&str> {
        if let Self::Accepted(new) = self { Some(new) } else { None }
    }
}

/// Whether some of these decisions leave another text than others.
pub(crate) fn disagree<'s>(mut states: impl Iterator<Item = &'s State>) -> bool {
    let first = states.next().map(State::replacement);
    states.any(|state| Some(state.replacement()) != first)
}

/// Who decided what, in words.
pub(crate) fn said(by: Option<&str>, verdict: Verdict, new: Option<&str>) -> String {
    let (name, new) = (by.unwrap_or("nobody in particular"), new.map(|new| format!(" {new:?}")));
    format!("{name}: {}{}", verdict.name(), new.unwrap_or_default())
}

impl Document {
    /// The texts of a record that have findings, with what was decided before.
    pub(crate) fn of(checked: Checked, decisions: &Decisions) -> Vec<Self> {
        let Checked { record, reports } = checked;
        let record = Arc::new(record);
        let found = reports.into_iter().map(|report| report.findings).enumerate();
        let found = found.filter(|(_, findings)| !findings.is_empty());
        found.map(|(n, findings)| Self::new((Arc::clone(&record), n), findings, decisions)).collect()
    }

    /// A text with what was found in it, and with what was decided before.
    pub(crate) fn new(source: (Arc<Record>, usize), findings: Vec<Finding>, decisions: &Decisions) -> Self {
        let (record, n) = (&*source.0, source.1);
        let place = place(record, n);
        let index = LineIndex::new(record.shown(n));
        let matched = decisions.find(&place, record.text(n), &findings);
        let found = || findings.iter().zip(matched.decided.iter().copied());
        let voices = |(finding, decision): (&Finding, Option<&Decision>)| {
            let people = decision.map_or(&[][..], |decision| decisions.about(decision));
            people.iter().filter_map(|one| Some((one.by.clone(), state(finding, one)?))).collect()
        };
        Self {
            states: found().map(|(finding, decision)| state(finding, decision?)).collect(),
            people: found().map(voices).collect(),
            positions: findings
                .iter()
                .map(|finding| index.line_column(record.shown_span(n, finding.span).start))
                .collect(),
            writable: findings
                .iter()
                .map(|finding| record.source_edits(n, finding.span, finding.correction()).is_some())
                .collect(),
            place,
            source,
            findings,
            asked: None,
        }
    }

    pub(crate) fn text(&self) -> &str {
        self.source.0.text(self.source.1)
    }

    /// Takes in what a further check found: all that is new, and does not change words that a finding is about which
    /// nobody ignores. What it did not find again stays, for the reader may have seen it.
    pub(crate) fn merge(&mut self, found: Self) {
        let known = self.findings.len();
        let more = found.findings.into_iter().zip(found.positions).zip(found.writable).zip(found.states);
        for ((((finding, position), writable), state), people) in more.zip(found.people) {
            let span = finding.span;
            let takes = |n| self.span(n) == span || self.span(n).overlaps(span) && !self.is_ignored(n);
            if !(0..known).any(takes) {
                self.findings.push(finding);
                self.positions.push(position);
                self.writable.push(writable);
                self.states.push(state);
                self.people.push(people);
            }
        }
    }

    fn is_ignored(&self, finding: usize) -> bool {
        self.states[finding] == Some(State::Ignored)
    }

    /// Leaves only so many findings, the first ones.
    pub(crate) fn truncate(&mut self, findings: usize) {
        self.findings.truncate(findings);
        self.positions.truncate(findings);
        self.writable.truncate(findings);
        self.states.truncate(findings);
        self.people.truncate(findings);
    }

    /// The next finding behind a span, as far as `end`, that may stand beside the one that is shown, or is it: they share no
    /// words.
    pub(crate) fn next(&self, behind: Span, end: usize, shown: usize) -> Option<usize> {
        let apart = |n: usize| !self.is_ignored(n) && !self.span(n).overlaps(self.span(shown));
        let all = (0..self.findings.len()).filter(|&n| behind < self.span(n) && self.span(n).end <= end);
        all.filter(|&n| n == shown || apart(n)).min_by_key(|&n| self.span(n))
    }

    /// The words that a finding covers.
    pub(crate) fn words(&self, finding: usize) -> &str {
        &self.text()[self.span(finding).range()]
    }

    pub(crate) fn span(&self, finding: usize) -> Span {
        self.findings[finding].span
    }

    /// The file with line and column, as reports have it.
    pub(crate) fn position(&self, finding: usize) -> String {
        let (line, column) = self.positions[finding];
        format!("{}:{line}:{column}", self.place)
    }

    /// For each finding, how many of the same id stand before it.
    pub(crate) fn numbers(&self) -> Vec<usize> {
        let mut places: HashMap<&str, Vec<Span>> = HashMap::new();
        for Finding { id, span, .. } in &self.findings {
            // Those that came later stand behind the others here, wherever their place is.
            let all = places.entry(id).or_default();
            all.insert(all.partition_point(|other| other < span), *span);
        }
        let number = |finding: &Finding| places[&*finding.id].partition_point(|other| *other < finding.span);
        self.findings.iter().map(number).collect()
    }

    /// A state of a finding, whose number among those of its id is known, as a line of the record.
    pub(crate) fn decision(&self, finding: usize, nth: usize, state: Option<&State>, by: Option<&str>) -> Decision {
        // Among all findings its number would be counted anew for each.
        let alone = std::slice::from_ref(&self.findings[finding]);
        let decision = match state {
            Some(State::Accepted(new)) => Decision::accept(&self.place, self.text(), alone, 0, new.as_str()),
            _ => Decision::new(&self.place, self.text(), alone, 0, state.map_or(Verdict::Undecided, State::verdict)),
        };
        Decision { by: by.map(ToOwned::to_owned), nth, ..decision }
    }
}

fn state(finding: &Finding, decision: &Decision) -> Option<State> {
    match decision.verdict {
        Verdict::Accept => {
            Some(State::Accepted(decision.replacement.clone().unwrap_or_else(|| finding.correction().to_owned())))
        }
        Verdict::Reject => Some(State::Rejected),
        Verdict::Ignore => Some(State::Ignored),
        Verdict::Undecided => None,
    }
}

/// How decisions name the n-th text of a record.
pub(crate) fn place(record: &Record, text: usize) -> Place {
    Place {
        path: file(Path::new(&record.path())),
        record: record.number,
        field: record.field(text).map(ToOwned::to_owned),
    }
}

/// How decisions name a file: from the current directory, whichever way it was given; `./a.txt`, `b//../a.txt` and the
/// absolute path of `a.txt` are one. What is given by an absolute path elsewhere keeps it.
pub(crate) fn file(path: &Path) -> String {
    let (here, whole) = (std::env::current_dir().unwrap_or_default(), straight(path));
    let common = here.components().zip(whole.components()).take_while(|(a, b)| a == b).count();
    let up = here.components().skip(common).map(|_| Component::ParentDir);
    let path = if path.is_absolute() && up.clone().next().is_some() {
        whole
    } else {
        up.chain(whole.components().skip(common)).collect::<PathBuf>()
    };
    let path = path.display().to_string();
    if cfg!(windows) { path.replace('\\', "/") } else { path }
}
