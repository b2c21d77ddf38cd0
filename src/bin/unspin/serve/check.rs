//! A text on its way through the checker, with the settings of one request.

use std::path::Path;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use unspin::input::{Record, Source};
use unspin::render::Document;
use unspin::{Config, Family, Model, Quotes, Report, Severity, Span};

use super::Server;
use super::queue::{Failure, Limit};
use super::reply::Refusal;
use crate::args::FieldFormat;
use crate::checked::Sieve;
use crate::settings::{self, Profile, Settings};

/// What findings say of where they come from, as where `unspin check` reads standard input.
const PATH: &str = "-";

/// Settings that a request may have of its own, over those that the server was started with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Options {
    #[serde(deserialize_with = "min_confidence")]
    min_confidence: Option<f32>,
    quotes: Option<Quotes>,
    model: Option<Model>,
    assume_spun: Option<bool>,
    severity: Option<Severity>,
    #[serde(deserialize_with = "families")]
    families: Option<Vec<Family>>,
    allow: Vec<String>,
}

fn min_confidence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    settings::probability(deserializer).map_err(|error| D::Error::custom(format!("settings.min_confidence: {error}")))
}

fn families<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Family>>, D::Error> {
    settings::families(deserializer).map_err(|error| D::Error::custom(format!("settings.families: {error}")))
}

impl Options {
    /// Those of a request that takes its text for spun, if it does.
    pub(super) fn assuming_spun(yes: bool) -> Self {
        Self { assume_spun: yes.then_some(true), ..Self::default() }
    }

    /// What they come to, over those of the server.
    pub(super) fn over(&self, server: &Server) -> Plan {
        let profile = profile(server);
        let mut config = profile.config.clone();
        if let Some(confidence) = self.min_confidence {
            config.min_confidence = confidence;
        }
        if let Some(quotes) = self.quotes {
            config.quotes = quotes;
        }
        if let Some(model) = self.model {
            config.model = model;
        }
        config.assume_spun = self.assume_spun.unwrap_or(config.assume_spun);
        if let Some(families) = &self.families {
            config.families.clone_from(families);
        }
        config.allow.extend_from_slice(&self.allow);
        Plan { config, severity: self.severity.unwrap_or(profile.severity) }
    }
}

/// Settings that were found sound.
pub(super) struct Plan {
    config: Config,
    /// Findings below it are left out.
    severity: Severity,
}

fn profile(server: &Server) -> &Profile {
    server.settings.profile(Path::new(PATH))
}

/// A text, and the record that it is read from where it has markup.
pub(super) struct Text {
    text: String,
    record: Option<Record>,
}

impl Text {
    pub(super) fn new(text: String, format: FieldFormat) -> Result<Self, Refusal> {
        if format == FieldFormat::Text {
            return Ok(Self { text, record: None });
        }
        if text.starts_with('\u{feff}') {
            return Err(Refusal::bad("text begins with a byte order mark; leave it out"));
        }
        let source = Source::new(PATH, Some(format.into()), &[]);
        let read = || source.read(text.into_bytes())?.next().transpose()?.map(|raw| raw.parse()).transpose();
        let record =
            read().map_err(|error| Refusal::bad(format!("text {}", error.to_string().trim_start_matches("-: "))))?;
        Ok(Self { text: String::new(), record })
    }

    /// All of it, as it was sent.
    pub(super) fn shown(&self) -> &str {
        self.record.as_ref().map_or(&self.text, |record| record.source())
    }

    /// What of it is checked.
    pub(super) fn checked(&self) -> &str {
        self.record.as_ref().map_or(&self.text, |record| record.text(0))
    }

    /// Where a span of what is checked lies in all of it.
    fn place(&self, span: Span) -> Span {
        self.record.as_ref().map_or(span, |record| record.shown_span(0, span))
    }

    /// What a replacement changes in all of it; `None` where markup inside the span leaves no way to tell.
    pub(super) fn edits(&self, span: Span, new: &str) -> Option<Vec<(Span, String)>> {
        match &self.record {
            Some(record) => record.source_edits(0, span, new),
            None => Some(vec![(span, new.to_owned())]),
        }
    }

    /// What several replacements, in order of place, change in all of it; see [`edits`](Self::edits). What cannot be told
    /// of one is not told of those right beside it either.
    pub(super) fn joint_edits<'e>(
        &self,
        edits: impl Iterator<Item = (Span, &'e str)>,
    ) -> Vec<Option<Vec<(Span, String)>>> {
        match &self.record {
            Some(record) => record.joint_edits(0, edits),
            None => edits.map(|(span, new)| Some(vec![(span, new.to_owned())])).collect(),
        }
    }

    /// What its findings pass.
    fn sieve<'t>(&'t self, settings: &'t Settings, severity: Severity) -> Sieve<'t> {
        match &self.record {
            Some(record) => Sieve::of_record(settings, severity, record, 0),
            None => Sieve::of_text(settings, severity, &self.text),
        }
    }

    /// Whether replacements may change other bytes than those a finding covers.
    pub(super) fn has_markup(&self) -> bool {
        self.record.is_some()
    }

    /// The report as it is shown: with spans that lie in all of the text.
    pub(super) fn placed(&self, mut report: Report) -> Report {
        for finding in &mut report.findings {
            finding.span = self.place(finding.span);
        }
        report
    }

    /// A document for the renderers.
    pub(super) fn document<'d>(&'d self, report: &'d Report) -> Document<'d> {
        Document::whole(PATH, self.shown(), report)
    }
}

/// Checks a text as `unspin check` checks standard input, with the settings of the request on top.
///
/// `each` gets every passage as it is done: where it lies in all of the text, and the judgement so far with the findings
/// of the passage alone. Spans of findings lie in what is checked of the text.
pub(super) fn check(
    server: &Server,
    text: &Text,
    plan: &Plan,
    limit: &Limit,
    mut each: impl FnMut(Span, Report) -> Result<(), Failure>,
) -> Result<Report, Refusal> {
    let mut passages = server.settings.unspinner.passages(text.checked(), &plan.config);
    let sieve = text.sieve(&server.settings, plan.severity);
    let mut all = Vec::new();
    loop {
        if limit.is_over() {
            return Err(Failure::Late.into());
        }
        let Some(mut passage) = passages.next() else { break };
        sieve.sift(&mut passage.findings);
        all.extend_from_slice(&passage.findings);
        let mut report = passages.report();
        report.findings = passage.findings;
        each(text.place(passage.span), report)?;
    }
    let mut report = passages.report();
    report.findings = all;
    server.metrics.text(text.shown().len(), &report);
    Ok(report)
}
