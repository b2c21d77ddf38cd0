//! A checked text as the review holds it.

use std::path::{Component, Path, PathBuf};

use unspin::input::straight;
use unspin::{Decision, Decisions, Finding, LineIndex, Place, Span, Verdict};

use crate::checked::Checked;

/// A text with findings, and what was decided about each of them.
pub(crate) struct Document {
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) findings: Vec<Finding>,
    /// For each finding: the one-based line and column at which people find it.
    pub(crate) positions: Vec<(usize, usize)>,
    /// For each finding: whether its first correction can be written back. Markup inside may leave no way.
    pub(crate) writable: Vec<bool>,
    /// For each finding: what was decided.
    pub(crate) states: Vec<Option<State>>,
}

/// What was decided about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Accepted(String),
    Rejected,
    Ignored,
}

impl Document {
    /// The texts of a record that have findings, with what was decided before.
    pub(crate) fn of(checked: Checked, decisions: &Decisions) -> Vec<Self> {
        let Checked { record, reports } = checked;
        let mut documents = Vec::new();
        for (n, report) in reports.into_iter().enumerate().filter(|(_, report)| !report.findings.is_empty()) {
            let place = place(&record, n);
            let text = record.text(n).to_owned();
            let findings = report.findings;
            let index = LineIndex::new(record.shown(n));
            let matched = decisions.find(&place, &text, &findings);
            let states = findings.iter().zip(matched.decided).map(|(finding, decision)| state(finding, decision?));
            documents.push(Self {
                states: states.collect(),
                positions: findings
                    .iter()
                    .map(|finding| index.line_column(record.shown_span(n, finding.span).start))
                    .collect(),
                writable: findings
                    .iter()
                    .map(|finding| record.source_edits(n, finding.span, finding.correction()).is_some())
                    .collect(),
                place,
                text,
                findings,
            });
        }
        documents
    }

    /// The words that a finding covers.
    pub(crate) fn words(&self, finding: usize) -> &str {
        &self.text[self.span(finding).range()]
    }

    pub(crate) fn span(&self, finding: usize) -> Span {
        self.findings[finding].span
    }

    /// The file with line and column, as reports have it.
    pub(crate) fn position(&self, finding: usize) -> String {
        let (line, column) = self.positions[finding];
        format!("{}:{line}:{column}", self.place)
    }

    /// A state of a finding as a line of the record.
    pub(crate) fn decision(&self, finding: usize, state: Option<&State>, by: Option<&str>) -> Decision {
        let verdict = |verdict| Decision::new(&self.place, &self.text, &self.findings, finding, verdict);
        let decision = match state {
            Some(State::Accepted(new)) => {
                Decision::accept(&self.place, &self.text, &self.findings, finding, new.as_str())
            }
            Some(State::Rejected) => verdict(Verdict::Reject),
            Some(State::Ignored) => verdict(Verdict::Ignore),
            None => verdict(Verdict::Undecided),
        };
        Decision { by: by.map(ToOwned::to_owned), ..decision }
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
pub(crate) fn place(record: &unspin::input::Record, text: usize) -> Place {
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
