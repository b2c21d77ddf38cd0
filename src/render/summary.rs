//! The figures of a whole run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::{Finding, Report};

/// The figures of a run; those of several runs add up.
///
/// # Examples
///
/// ```
/// use unspin::Unspinner;
/// use unspin::render::Summary;
///
/// let unspinner = Unspinner::builder().assume_spun(true).build();
/// let mut first = Summary::default();
/// first.add(&unspinner.check("The Protection Secretary left."));
/// let mut second = Summary::default();
/// second.add(&unspinner.check("So did the Protection Secretary."));
/// first.merge(&second);
/// assert_eq!((first.documents, first.findings), (2, first.confidence.iter().sum()));
/// assert_eq!(first.rules["broken-expression"], 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Texts checked.
    pub documents: u64,
    /// Texts judged more probably spun than not.
    pub spun: u64,
    /// Words, numbers and marks checked.
    pub tokens: u64,
    /// Findings.
    pub findings: u64,
    /// Findings that are safe to apply unseen.
    pub automatic: u64,
    /// Findings by severity.
    pub severities: BTreeMap<String, u64>,
    /// Findings by rule.
    pub rules: BTreeMap<String, u64>,
    /// Findings by family.
    pub families: BTreeMap<String, u64>,
    /// Findings by confidence, in tenths from 0.
    pub confidence: [u64; 10],
    /// Inputs and records that could not be read.
    pub unreadable: u64,
    /// Records that could be read and have no text in the fields that are asked for.
    #[serde(default)]
    pub textless: u64,
}

impl Summary {
    /// Counts one text.
    pub fn add(&mut self, report: &Report) {
        self.documents += 1;
        self.spun += u64::from(report.is_spun());
        self.tokens += report.tokens as u64;
        self.add_findings(&report.findings);
    }

    /// Counts findings alone, of a text that is counted when all of it is checked.
    pub fn add_findings(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.findings += 1;
            self.automatic += u64::from(finding.is_automatic());
            *self.severities.entry(finding.severity.name().to_owned()).or_default() += 1;
            *self.rules.entry(finding.rule.name().to_owned()).or_default() += 1;
            *self.families.entry(finding.family.name().to_owned()).or_default() += 1;
            self.confidence[((finding.confidence() * 10.0) as usize).min(9)] += 1;
        }
    }

    /// Adds the figures of another run.
    pub fn merge(&mut self, other: &Self) {
        self.documents += other.documents;
        self.spun += other.spun;
        self.tokens += other.tokens;
        self.findings += other.findings;
        self.automatic += other.automatic;
        self.unreadable += other.unreadable;
        self.textless += other.textless;
        for (mine, theirs) in [
            (&mut self.severities, &other.severities),
            (&mut self.rules, &other.rules),
            (&mut self.families, &other.families),
        ] {
            for (name, count) in theirs {
                *mine.entry(name.clone()).or_default() += count;
            }
        }
        for (mine, theirs) in self.confidence.iter_mut().zip(other.confidence) {
            *mine += theirs;
        }
    }
}
