//! `unspin review --status`: how far the review is.

use std::collections::BTreeMap;
use std::io::Write;

use unspin::{Decision, Decisions, Place, Verdict, printable};

use super::document::place;
use super::session::Options;
use crate::checked::Checked;
use crate::job::{Event, Job};
use crate::terminal::{self, Ending};

/// How many findings of a file are in which state.
#[derive(Clone, Copy, Default)]
struct Standing {
    accepted: usize,
    rejected: usize,
    ignored: usize,
    undecided: usize,
    done: usize,
    lost: usize,
}

pub(crate) fn run(job: &Job, decisions: &Decisions, options: &Options) -> anyhow::Result<Ending> {
    let mut files: BTreeMap<String, Standing> = BTreeMap::new();
    let mut ignored: Ignored<'_> = BTreeMap::new();
    for decision in decisions.iter().filter(|one| one.verdict == Verdict::Ignore) {
        ignored.entry(&decision.place).or_default().push(decision);
    }
    let outcome = job.run(
        None,
        |checked| count(&checked, decisions, &ignored, options),
        |event| {
            if let Event::Record(Some((path, counts))) = event {
                files.entry(path).or_default().add(counts);
            }
            Ok(())
        },
    )?;
    let mut all = Standing::default();
    let mut out = terminal::stdout();
    for (path, counts) in &files {
        all.add(*counts);
        writeln!(out, "{}: {}", printable(path), counts.text())?;
    }
    if files.len() != 1 {
        writeln!(out, "all {} files: {}", files.len(), all.text())?;
    }
    out.flush()?;
    Ok(Ending { found: all.undecided > 0, trouble: outcome.trouble })
}

/// What is to be ignored in each text.
type Ignored<'d> = BTreeMap<&'d Place, Vec<&'d Decision>>;

fn count(
    checked: &Checked,
    decisions: &Decisions,
    ignored: &Ignored<'_>,
    options: &Options,
) -> Option<(String, Standing)> {
    let mut counts = Standing::default();
    let mut path = None;
    for (n, report) in checked.reports.iter().enumerate() {
        let place = place(&checked.record, n);
        let matched = decisions.find(&place, checked.record.text(n), &report.findings);
        for (finding, decision) in report.findings.iter().zip(&matched.decided) {
            match decision.map(|decision| decision.verdict) {
                Some(Verdict::Accept) => counts.accepted += 1,
                Some(Verdict::Reject) => counts.rejected += 1,
                // Counted below.
                Some(Verdict::Ignore) => {}
                _ => counts.undecided += usize::from(options.wants(finding)),
            }
        }
        // What was put into the allow list has no finding any more.
        let stands = |one: &&&Decision| checked.record.text(n).contains(&one.text);
        counts.ignored += ignored.get(&place).map_or(0, |decisions| decisions.iter().filter(stands).count());
        counts.accepted += matched.elsewhere.len();
        counts.done += matched.done.len();
        counts.lost += matched.lost.len();
        path = Some(place.path);
    }
    path.map(|path| (path, counts)).filter(|(_, counts)| counts.any())
}

impl Standing {
    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.ignored += other.ignored;
        self.undecided += other.undecided;
        self.done += other.done;
        self.lost += other.lost;
    }

    fn any(&self) -> bool {
        self.accepted + self.rejected + self.ignored + self.undecided + self.done + self.lost > 0
    }

    fn text(&self) -> String {
        let Self { accepted, rejected, ignored, undecided, done, lost } = self;
        let some = |count: &usize, what: &str| if *count > 0 { format!(", {count} {what}") } else { String::new() };
        let done = some(done, "applied already");
        let lost = some(lost, "accepted whose words are not there any more");
        format!("{accepted} accepted, {rejected} rejected, {ignored} ignored, {undecided} undecided{done}{lost}")
    }
}
