//! How good are the findings? Precision, recall and calibration against gold texts.

mod compare;
mod gold;
mod judge;
pub mod m2;
pub(crate) mod random;

use std::collections::BTreeMap;

pub use compare::{Comparison, Difference, DocumentCounts, Measure, compare};
pub use gold::{GoldDocument, GoldEdit, GoldError, Need};
pub use judge::{Judgment, Verdict, judge};

use std::fmt;

use crate::report::{Finding, Report};

/// How many are meant, of how many.
///
/// # Examples
///
/// ```
/// use unspin::eval::Share;
///
/// let mut share = Share { hits: 2, of: 3 };
/// share.count(true);
/// assert_eq!((share.value(), share.to_string().as_str()), (Some(0.75), "75.0% (3/4)"));
/// assert_eq!(Share::default().value(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that are meant.
    pub hits: usize,
    /// All.
    pub of: usize,
}

impl Share {
    /// The share, 0 to 1; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Counts one more.
    pub fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += usize::from(hit);
    }

    fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

/// Shown as "75.0% (3/4)", or "-" of nothing.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Some(value) => f.pad(&format!("{:.1}% ({}/{})", value * 100.0, self.hits, self.of)),
            None => f.pad("-"),
        }
    }
}

/// The figures of a set of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Score {
    /// Documents.
    pub documents: usize,
    /// Hard edits repaired, of those whose original is known.
    pub hard: Share,
    /// Soft edits repaired, of those whose original is known.
    pub soft: Share,
    /// Findings that are right, of those that count.
    pub findings: Share,
    /// Findings in the right place with the wrong words.
    pub off: usize,
    /// Automatic findings that are right, when they alone are applied.
    pub automatic: Share,
    /// Hard edits that automatic findings alone repair.
    pub automatic_hard: Share,
}

impl Score {
    /// Share of hard edits repaired, 0 to 1; `None` where there are none.
    pub fn recall(&self) -> Option<f64> {
        self.hard.value()
    }

    /// Share of all edits repaired, hard and soft, 0 to 1; `None` where there are none.
    pub fn recall_all(&self) -> Option<f64> {
        let mut all = self.hard;
        all.add(self.soft);
        all.value()
    }

    /// Share of findings that are right, 0 to 1; `None` where none counts.
    pub fn precision(&self) -> Option<f64> {
        self.findings.value()
    }

    /// F0.5 of precision and recall on hard edits, 0 to 1: precision counts twice as much (van Rijsbergen, 1979).
    /// `None` where there are no hard edits.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::eval::{Score, Share};
    ///
    /// let mut score = Score::default();
    /// assert_eq!(score.f_half(), None);
    /// (score.hard, score.findings) = (Share { hits: 3, of: 4 }, Share { hits: 9, of: 10 });
    /// assert_eq!((score.recall(), score.precision()), (Some(0.75), Some(0.9)));
    /// assert!(score.f_half().is_some_and(|f| (f - 0.8654).abs() < 0.0001));
    /// ```
    pub fn f_half(&self) -> Option<f64> {
        let (precision, recall) = (self.precision().unwrap_or(0.0), self.recall()?);
        let below = 0.25 * precision + recall;
        Some(if below > 0.0 { 1.25 * precision * recall / below } else { 0.0 })
    }

    /// Adds the figures of other documents.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.hard.add(other.hard);
        self.soft.add(other.soft);
        self.findings.add(other.findings);
        self.off += other.off;
        self.automatic.add(other.automatic);
        self.automatic_hard.add(other.automatic_hard);
    }
}

/// The judgment on one document, with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentScore {
    /// Its place among the documents given.
    pub index: usize,
    /// Its name.
    pub id: String,
    /// Its figures.
    pub score: Score,
    /// Which edits are repaired and which findings are right.
    pub judgment: Judgment,
}

/// The figures on clean texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CleanScore {
    /// Documents.
    pub documents: usize,
    /// Words, as cut at white space.
    pub words: usize,
    /// Findings; all of them are wrong.
    pub findings: usize,
    /// Automatic findings among them.
    pub automatic: usize,
    /// Documents with findings.
    pub touched: usize,
}

impl CleanScore {
    /// Findings per 10,000 words.
    pub fn per_10_000(&self) -> f64 {
        self.findings as f64 * 10_000.0 / self.words.max(1) as f64
    }

    /// Automatic findings per 100,000 words.
    pub fn automatic_per_100_000(&self) -> f64 {
        self.automatic as f64 * 100_000.0 / self.words.max(1) as f64
    }
}

/// How well documents are told apart: those with edits are spun, those without are clean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// Spun ones judged spun.
    pub hits: usize,
    /// Spun ones judged clean.
    pub misses: usize,
    /// Clean ones judged spun.
    pub alarms: usize,
}

impl Telling {
    /// F1, 0 to 1; `None` where nothing is spun and nothing was called so.
    pub fn f1(self) -> Option<f64> {
        let below = 2 * self.hits + self.misses + self.alarms;
        (below > 0).then(|| 2.0 * self.hits as f64 / below as f64)
    }
}

/// One of ten bands of confidence: how sure the findings in it were, and how many were right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Band {
    /// Findings right, of those in the band that count.
    pub right: Share,
    /// Sum of their confidences.
    pub confidence: f64,
}

/// All figures of an evaluation.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// Over all documents with edits.
    pub overall: Score,
    /// The same by family; documents without one under `other`.
    pub families: BTreeMap<String, Score>,
    /// Findings right, by their severity.
    pub severities: BTreeMap<&'static str, Share>,
    /// Findings right, by their rule.
    pub rules: BTreeMap<&'static str, Share>,
    /// Findings right, by confidence in tenths.
    pub bands: [Band; 10],
    /// Texts without edits.
    pub clean: CleanScore,
    /// Spun and clean documents told apart.
    pub telling: Telling,
    /// Every document with edits.
    pub documents: Vec<DocumentScore>,
    /// What each document contributes, clean ones among them: what a later evaluation is compared with.
    pub counts: Vec<DocumentCounts>,
}

impl Evaluation {
    /// Expected calibration error, 0 to 1: how far confidence is from the share of findings right, over ten bands
    /// (Naeini, Cooper and Hauskrecht, 2015). `None` where no finding counts.
    pub fn calibration_error(&self) -> Option<f64> {
        let all: usize = self.bands.iter().map(|band| band.right.of).sum();
        let gaps = self.bands.iter().map(|band| (band.confidence - band.right.hits as f64).abs());
        (all > 0).then(|| gaps.sum::<f64>() / all as f64)
    }
}

/// Judges reports against gold documents; the n-th report is of the n-th document.
///
/// Documents without edits are clean texts: they count in [`Evaluation::clean`] and [`Evaluation::telling`] only.
/// Costs time by the number of findings and of edits, and the length of clean texts.
///
/// # Examples
///
/// ```
/// use unspin::Unspinner;
/// use unspin::eval::{GoldDocument, evaluate};
///
/// let gold = GoldDocument::read(
///     r#"{"id":"a","text":"the navy","edits":[{"start":4,"end":8,"corrections":["military"],"severity":"hard"}]}"#,
/// )?;
/// let unspinner = Unspinner::builtin();
/// let reports: Vec<_> = gold.iter().map(|document| unspinner.check(&document.text)).collect();
/// let evaluation = evaluate(&gold, &reports);
/// assert_eq!(evaluation.overall.hard.of, 1);
/// # Ok::<(), unspin::eval::GoldError>(())
/// ```
pub fn evaluate(gold: &[GoldDocument], reports: &[Report]) -> Evaluation {
    let mut evaluation = Evaluation::default();
    for (index, (document, report)) in gold.iter().zip(reports).enumerate() {
        let judged_spun = report.is_spun();
        if document.edits.is_empty() {
            let clean = &mut evaluation.clean;
            clean.documents += 1;
            let (findings, words) = (report.findings.len(), document.text.split_whitespace().count());
            clean.words += words;
            clean.findings += findings;
            clean.automatic += report.findings.iter().filter(|finding| finding.is_automatic()).count();
            clean.touched += usize::from(findings > 0);
            evaluation.counts.push(DocumentCounts::clean(&document.id, findings, words));
            evaluation.telling.alarms += usize::from(judged_spun);
            continue;
        }
        evaluation.telling.hits += usize::from(judged_spun);
        evaluation.telling.misses += usize::from(!judged_spun);

        let findings: Vec<&Finding> = report.findings.iter().collect();
        let judgment = judge(document, &findings);
        let score = score(document, &findings, &judgment);
        for (finding, verdict) in findings.iter().zip(&judgment.verdicts) {
            if *verdict == Verdict::Open {
                continue;
            }
            let right = *verdict == Verdict::Right;
            evaluation.severities.entry(finding.severity.name()).or_default().count(right);
            evaluation.rules.entry(finding.rule.name()).or_default().count(right);
            let band = &mut evaluation.bands[((finding.confidence() * 10.0) as usize).min(9)];
            band.right.count(right);
            band.confidence += f64::from(finding.confidence());
        }
        evaluation.counts.push(DocumentCounts::spun(&document.id, &score));
        evaluation.overall.add(&score);
        let family = document.family.clone().unwrap_or_else(|| "other".to_owned());
        evaluation.families.entry(family).or_default().add(&score);
        evaluation.documents.push(DocumentScore { index, id: document.id.clone(), score, judgment });
    }
    evaluation
}

fn score(document: &GoldDocument, findings: &[&Finding], judgment: &Judgment) -> Score {
    let mut score = Score { documents: 1, ..Score::default() };
    for verdict in &judgment.verdicts {
        if *verdict != Verdict::Open {
            score.findings.count(*verdict == Verdict::Right);
        }
        score.off += usize::from(*verdict == Verdict::Off);
    }
    let automatic: Vec<&Finding> = findings.iter().copied().filter(|finding| finding.is_automatic()).collect();
    let alone = judge(document, &automatic);
    for verdict in &alone.verdicts {
        if *verdict != Verdict::Open {
            score.automatic.count(*verdict == Verdict::Right);
        }
    }
    for (e, edit) in document.edits.iter().enumerate() {
        if edit.corrections.is_empty() {
            continue;
        }
        match edit.need {
            Need::Hard => {
                score.hard.count(judgment.repaired[e]);
                score.automatic_hard.count(alone.repaired[e]);
            }
            Need::Soft => score.soft.count(judgment.repaired[e]),
        }
    }
    score
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::{Applicability, Correction, Family, Rule, Severity};
    use crate::span::Span;

    pub(crate) fn finding(span: Span, correction: &str, confidence: f32) -> Finding {
        Finding {
            span,
            corrections: vec![Correction { text: correction.into(), confidence }],
            severity: Severity::Error,
            applicability: Applicability::of(confidence),
            rule: Rule::SwappedWord,
            family: Family::Thesaurus,
            message: String::new(),
            evidence: Vec::new(),
            sources: Vec::new(),
            id: String::new(),
        }
    }

    pub(crate) fn report(spun: f64, findings: Vec<Finding>) -> Report {
        Report { spun, findings, ..Report::default() }
    }

    #[test]
    fn figures_add_up() {
        let text = "the navy would stay in the nation";
        let edit = |start, end, correction: &str, need| GoldEdit {
            span: Span::new(start, end),
            corrections: vec![correction.into()],
            need,
        };
        let spun = GoldDocument {
            id: "a".into(),
            family: Some("thesaurus".into()),
            text: text.into(),
            edits: vec![
                edit(4, 8, "military", Need::Hard),
                edit(9, 14, "will", Need::Hard),
                edit(27, 33, "country", Need::Soft),
            ],
        };
        let gold = [spun, GoldDocument::clean("b", "A clean text of six words.")];
        let reports = [
            report(
                0.9,
                vec![
                    finding(Span::new(4, 8), "military", 0.98),
                    finding(Span::new(9, 14), "can", 0.75),
                    finding(Span::new(15, 19), "remain", 0.55),
                    finding(Span::new(27, 33), "country", 0.65),
                ],
            ),
            report(0.2, vec![finding(Span::new(0, 1), "The", 0.5)]),
        ];
        let evaluation = evaluate(&gold, &reports);
        let overall = evaluation.overall;
        assert_eq!((overall.hard, overall.soft), (Share { hits: 1, of: 2 }, Share { hits: 1, of: 1 }));
        assert_eq!((overall.findings, overall.off), (Share { hits: 2, of: 4 }, 1));
        assert_eq!(overall.automatic, Share { hits: 1, of: 1 });
        assert_eq!(overall.automatic_hard, Share { hits: 1, of: 2 });
        assert_eq!(overall.f_half(), Some(0.5));
        assert_eq!(evaluation.families["thesaurus"], overall);
        assert_eq!(evaluation.clean.findings, 1);
        assert_eq!(evaluation.clean.words, 6);
        assert_eq!(evaluation.telling.f1(), Some(1.0));
        let error = evaluation.calibration_error().expect("findings");
        assert!((error - (0.02 + 0.75 + 0.55 + 0.35) / 4.0).abs() < 1e-6, "{error}");
        assert_eq!(evaluation.bands[9].right, Share { hits: 1, of: 1 });
        let counted = evaluation.counts.iter().map(|one| (one.hard, one.findings, one.clean));
        assert_eq!(counted.collect::<Vec<_>>(), [((1, 2), (2, 4), None), ((0, 0), (0, 0), Some((1, 6)))]);
    }
}
