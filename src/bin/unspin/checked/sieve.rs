//! Which findings are told: those that matter, that nobody accepted, and that the text itself does not turn off.

use std::sync::OnceLock;

use unspin::input::Record;
use unspin::{Applicability, Directives, Finding, Severity, Span};

use crate::settings::Settings;

/// What the findings of one text pass, all at once or passage by passage.
pub(crate) struct Sieve<'t> {
    settings: &'t Settings,
    /// Findings below it are left out.
    severity: Severity,
    /// The text as it is shown, which has the directives.
    shown: &'t str,
    /// The record that the text is in, with its number there.
    record: Option<(&'t Record, usize)>,
    /// Read where there is a finding.
    directives: OnceLock<Directives>,
}

impl<'t> Sieve<'t> {
    /// For the n-th text of a record.
    pub(crate) fn of_record(settings: &'t Settings, severity: Severity, record: &'t Record, n: usize) -> Self {
        Self { record: Some((record, n)), ..Self::of_text(settings, severity, record.shown(n)) }
    }

    /// For a text as it is.
    pub(crate) fn of_text(settings: &'t Settings, severity: Severity, text: &'t str) -> Self {
        Self { settings, severity, shown: text, record: None, directives: OnceLock::new() }
    }

    /// Leaves out findings that are not told, and wants a person to look at those that cannot be written back.
    pub(crate) fn sift(&self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| self.settings.tells(finding, self.severity));
        if findings.is_empty() {
            return;
        }
        let directives = self.directives.get_or_init(|| Directives::read(self.shown));
        findings.retain(|finding| !directives.cover(self.place(finding.span)));
        if let Some((record, n)) = self.record {
            doubt_unwritable(record, n, findings);
        }
    }

    /// Where a span lies in the text as it is shown.
    fn place(&self, span: Span) -> Span {
        self.record.map_or(span, |(record, n)| record.shown_span(n, span))
    }
}

/// Wants a person to look at findings in the n-th text of a record that cannot be written back, for markup inside or
/// inside what stands right beside them, or for an encoding that lacks a character.
fn doubt_unwritable(record: &Record, n: usize, findings: &mut [Finding]) {
    let all = record.joint_edits(n, findings.iter().map(|finding| (finding.span, finding.correction())));
    for (finding, _) in findings.iter_mut().zip(&all).filter(|(_, edits)| edits.is_none()) {
        finding.applicability = Applicability::Review;
    }
}
