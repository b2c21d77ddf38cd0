//! What a check found.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pyo3::PyClass;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyTuple;
use unspin::Selection;

use crate::characters::Characters;
use crate::fixed::Fixed;
use crate::pickle::{Pickled, pickled};
use crate::unspinner::named;

/// What a check of one text found.
#[pyclass(frozen, module = "unspin")]
pub(crate) struct Report {
    text: Arc<str>,
    report: unspin::Report,
    /// The findings, in order; none overlap.
    #[pyo3(get)]
    findings: Py<PyTuple>,
}

/// Words that do not stand where the author put them, with what most probably stood there.
#[pyclass(frozen, get_all, module = "unspin")]
pub(crate) struct Finding {
    start: usize,
    end: usize,
    text: String,
    corrections: Py<PyTuple>,
    severity: &'static str,
    applicability: &'static str,
    rule: &'static str,
    family: &'static str,
    message: String,
    evidence: Py<PyTuple>,
    sources: Py<PyTuple>,
    id: String,
}

/// A replacement for what a finding covers.
#[pyclass(frozen, get_all, eq, hash, module = "unspin")]
#[derive(PartialEq)]
pub(crate) struct Correction {
    text: String,
    confidence: f32,
}

impl Hash for Correction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// A reason for a finding, with its weight in nats where it has one.
#[pyclass(frozen, get_all, eq, hash, module = "unspin")]
#[derive(PartialEq)]
pub(crate) struct Evidence {
    kind: &'static str,
    text: String,
    nats: Option<f32>,
}

impl Hash for Evidence {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, &self.text).hash(state);
    }
}

/// Many things as a tuple of Python's.
pub(crate) fn tuple<T: Into<PyClassInitializer<T>> + PyClass>(
    py: Python<'_>,
    items: impl Iterator<Item = T>,
) -> PyResult<Py<PyTuple>> {
    let items: Vec<Bound<'_, T>> = items.map(|item| Bound::new(py, item)).collect::<PyResult<_>>()?;
    Ok(PyTuple::new(py, items)?.unbind())
}

impl Report {
    pub(crate) fn new(py: Python<'_>, text: Arc<str>, report: unspin::Report) -> PyResult<Self> {
        let characters = Characters::of(&text);
        let findings: Vec<Finding> = report
            .findings
            .iter()
            .map(|finding| Finding::new(py, &text, &characters, finding))
            .collect::<PyResult<_>>()?;
        Ok(Self { findings: tuple(py, findings.into_iter())?, text, report })
    }
}

#[pymethods]
impl Report {
    #[getter]
    fn spun(&self) -> f64 {
        self.report.spun
    }

    #[getter]
    fn is_spun(&self) -> bool {
        self.report.is_spun()
    }

    #[getter]
    fn share(&self) -> f64 {
        self.report.share
    }

    #[getter]
    fn family(&self) -> Option<&'static str> {
        self.report.family.map(unspin::Family::name)
    }

    #[getter]
    fn rate(&self) -> f64 {
        self.report.rate
    }

    #[getter]
    fn tokens(&self) -> usize {
        self.report.tokens
    }

    /// The text with its findings repaired: all of them, or only those that are `automatic`, that have at least this
    /// `confidence`, or that have these `ids`.
    #[pyo3(signature = (*, automatic = false, confidence = None, ids = None))]
    fn fix(
        &self,
        py: Python<'_>,
        automatic: bool,
        confidence: Option<f32>,
        ids: Option<Vec<String>>,
    ) -> PyResult<Fixed> {
        let selection = match (automatic, confidence, ids) {
            (false, None, None) => Selection::All,
            (true, None, None) => Selection::Automatic,
            (false, Some(confidence), None) if (0.0..=1.0).contains(&confidence) => Selection::Confidence(confidence),
            (false, Some(_), None) => return Err(PyValueError::new_err("confidence must be from 0 to 1")),
            (false, None, Some(ids)) => Selection::Ids(ids),
            _ => return Err(PyValueError::new_err("say one of automatic, confidence and ids")),
        };
        Fixed::new(py, Arc::clone(&self.text), self.report.fix(&self.text, &selection))
    }

    /// A report goes to other processes with its text.
    fn __reduce__(&self, py: Python<'_>) -> Pickled<(&str, String)> {
        let report = serde_json::to_string(&self.report).map_err(|error| PyValueError::new_err(error.to_string()))?;
        pickled(py, "_report", (&self.text, report))
    }

    fn __repr__(&self) -> String {
        let Self { report, .. } = self;
        let family = report.family.map_or("none", unspin::Family::name);
        format!("<Report: spun {:.3}, {family}, {} findings>", report.spun, report.findings.len())
    }
}

#[pyfunction]
pub(crate) fn _report(py: Python<'_>, text: &str, report: &str) -> PyResult<Report> {
    let report: unspin::Report =
        serde_json::from_str(report).map_err(|error| PyValueError::new_err(error.to_string()))?;
    if report.findings.iter().any(|finding| text.get(finding.span.range()).is_none()) {
        return Err(PyValueError::new_err("the report is of another text"));
    }
    Report::new(py, Arc::from(text), report)
}

/// The names of a finding's severity, applicability, rule and family.
type Names<N> = (N, N, N, N);

/// What a finding is made of, in order.
type Fields<S, T> = (usize, usize, S, T, Names<S>, S, T, T, S);

#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "fields, as they were sent")]
pub(crate) fn _finding(
    start: usize,
    end: usize,
    text: String,
    corrections: Py<PyTuple>,
    names: Names<PyBackedStr>,
    message: String,
    evidence: Py<PyTuple>,
    sources: Py<PyTuple>,
    id: String,
) -> PyResult<Finding> {
    let (severity, applicability, rule, family) = names;
    Ok(Finding {
        start,
        end,
        text,
        corrections,
        severity: named::<unspin::Severity>(&severity)?.name(),
        applicability: named::<unspin::Applicability>(&applicability)?.name(),
        rule: named::<unspin::Rule>(&rule)?.name(),
        family: named::<unspin::Family>(&family)?.name(),
        message,
        evidence,
        sources,
        id,
    })
}

#[pyfunction]
pub(crate) fn _correction(text: String, confidence: f32) -> Correction {
    Correction { text, confidence }
}

#[pyfunction]
pub(crate) fn _evidence(kind: &str, text: String, nats: Option<f32>) -> PyResult<Evidence> {
    let known = unspin::Evidence::KINDS.into_iter().find(|known| *known == kind);
    let kind = known.ok_or_else(|| PyValueError::new_err(format!("no kind of evidence is named {kind:?}")))?;
    Ok(Evidence { kind, text, nats })
}

impl Finding {
    fn new(py: Python<'_>, text: &str, characters: &Characters, finding: &unspin::Finding) -> PyResult<Self> {
        let (start, end) = characters.span(finding.span);
        let corrections = finding
            .corrections
            .iter()
            .map(|correction| Correction { text: correction.text.clone(), confidence: correction.confidence });
        let evidence = finding.evidence.iter().map(|evidence| Evidence {
            kind: evidence.kind,
            text: evidence.text.clone(),
            nats: evidence.nats,
        });
        Ok(Self {
            start,
            end,
            text: text[finding.span].to_owned(),
            corrections: tuple(py, corrections)?,
            severity: finding.severity.name(),
            applicability: finding.applicability.name(),
            rule: finding.rule.name(),
            family: finding.family.name(),
            message: finding.message.clone(),
            evidence: tuple(py, evidence)?,
            sources: PyTuple::new(py, &finding.sources)?.unbind(),
            id: finding.id.clone(),
        })
    }

    fn best<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Correction>> {
        Ok(self.corrections.bind(py).get_item(0)?.cast_into()?)
    }
}

#[pymethods]
impl Finding {
    /// The likeliest correction; it is empty where the words are to be removed.
    #[getter]
    fn correction(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.best(py)?.get().text.clone())
    }

    /// Calibrated probability, 0 to 1, that the likeliest correction is right.
    #[getter]
    fn confidence(&self, py: Python<'_>) -> PyResult<f32> {
        Ok(self.best(py)?.get().confidence)
    }

    #[getter]
    fn is_automatic(&self) -> bool {
        self.applicability == unspin::Applicability::Automatic.name()
    }

    fn __reduce__<'py>(&'py self, py: Python<'py>) -> Pickled<Fields<&'py str, &'py Py<PyTuple>>> {
        let Self { text, corrections, message, evidence, sources, id, .. } = self;
        let names = (self.severity, self.applicability, self.rule, self.family);
        pickled(py, "_finding", (self.start, self.end, text, corrections, names, message, evidence, sources, id))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let best = self.best(py)?;
        let Correction { text, confidence } = best.get();
        Ok(format!("<Finding {}..{}: {:?} -> {text:?}, {confidence:.2}>", self.start, self.end, self.text))
    }
}

#[pymethods]
impl Correction {
    fn __reduce__(&self, py: Python<'_>) -> Pickled<(&str, f32)> {
        pickled(py, "_correction", (&self.text, self.confidence))
    }

    fn __repr__(&self) -> String {
        format!("Correction(text={:?}, confidence={:.2})", self.text, self.confidence)
    }
}

#[pymethods]
impl Evidence {
    fn __reduce__(&self, py: Python<'_>) -> Pickled<(&str, &str, Option<f32>)> {
        pickled(py, "_evidence", (self.kind, &self.text, self.nats))
    }

    fn __repr__(&self) -> String {
        format!("Evidence(kind={:?}, text={:?})", self.kind, self.text)
    }
}
