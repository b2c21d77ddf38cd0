//! `unspin check`: report findings.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args as Group;

use unspin::render::{self, Counts, Document, Format, Render};
use unspin::{Finding, LineIndex, Report};

use crate::args::{Checking, Common, Inputs, Target, one_of};
use crate::baseline;
use crate::checked::{self, Checked};
use crate::job::{Event, Job};
use crate::long::{self, Passage};
use crate::output::{self, Output, Start};
use crate::terminal::{Ending, complain, note};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin check article.txt
  unspin check --format sarif docs/ > findings.sarif
  unspin check --column body --min-confidence 0.8 pages.csv
  curl -s https://example.org/page.html | unspin check --input html -")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// How findings are shown.
    #[arg(long, value_name = "FORMAT", value_parser = one_of(Format::ALL, Format::name), default_value_t)]
    #[arg(help_heading = "Output")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Write the findings to this file, for --baseline to leave out, and end with 0; they are shown only with --output
    /// or another --format.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "resume", "shard"], help_heading = "Output")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Show at most this many findings; all are counted.
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) max_findings: Option<usize>,
    /// Exit with 0 when there are findings.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

/// Whether a format shows why a finding is one.
fn tells_evidence(format: Format, common: Common) -> bool {
    match format {
        Format::Json | Format::Html => true,
        Format::Human => common.verbose,
        _ => false,
    }
}

/// Shows no finding, for a run that is about a baseline.
struct Nothing;

impl Render for Nothing {
    fn finding(&self, _: &Document<'_>, _: &LineIndex<'_>, _: &Finding, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// What is written of a record, or of a stretch of a long one.
enum Shown {
    /// All of a record, with what was found in it.
    Whole(Vec<u8>, Checked),
    /// A passage: its findings, where each ends, which of them are automatic, and their lines of a baseline.
    Passage { bytes: Vec<u8>, ends: Vec<(usize, bool)>, baseline: Vec<(String, String)> },
    /// What a text is closed with: its path and the judgement on it.
    End(String, Report),
}

pub(crate) fn run(command: &Check, common: Common) -> anyhow::Result<Ending> {
    let checking = Checking { accepts_all: command.write_baseline.is_some(), ..command.checking.clone() };
    let mut job = Job::new(&command.inputs, &checking, Some(&command.target), common)?
        .leaving_out(command.write_baseline.as_slice())
        .apart([&command.target.output, &command.inputs.stats, &command.write_baseline])?;
    let mut baseline = command.write_baseline.as_deref().map(baseline::Writer::new).transpose()?;
    if !tells_evidence(command.format, common) {
        job = job.without_evidence();
    }
    let style = output::style(&command.target, common);
    let asked = command.format != Format::Human || command.target.output.is_some();
    let renderer: Box<dyn Render> = match &command.write_baseline {
        Some(_) if !asked => Box::new(Nothing),
        _ => render::renderer(command.format, style),
    };
    let show = |checked: &Checked, most: usize| -> io::Result<Vec<u8>> {
        let (mut bytes, mut left) = (Vec::new(), most);
        checked.documents(|document| {
            let before = bytes.len();
            if before > 0 {
                bytes.extend_from_slice(renderer.separator().as_bytes());
            }
            let start = bytes.len();
            renderer.document(document, left, &mut bytes)?;
            left = left.saturating_sub(document.report.findings.len());
            if bytes.len() == start {
                bytes.truncate(before);
            }
            Ok::<(), io::Error>(())
        })?;
        Ok(bytes)
    };

    let passage = |passage: &Passage<'_>| -> anyhow::Result<Shown> {
        let report = passage.shown();
        let edits = checked::edits(&passage.long.record, 0, &passage.findings);
        let mut document = passage.long.document(&report);
        document.edits = edits.as_ref();
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(report.findings.len()));
        for finding in &report.findings {
            if !bytes.is_empty() {
                bytes.extend_from_slice(renderer.separator().as_bytes());
            }
            renderer.finding(&document, passage.index(), finding, &mut bytes)?;
            ends.push((bytes.len(), finding.is_automatic()));
        }
        let baseline = if command.write_baseline.is_some() { baseline::lines(&document)? } else { Vec::new() };
        Ok(Shown::Passage { bytes, ends, baseline })
    };
    let long = long::Work {
        suits: &|_| renderer.in_parts(),
        passage: &passage,
        end: &|long, report| Ok(Shown::End(long.record.path(), report)),
    };

    let job_name = job.description(&format!("check {:?} {style:?} {:?}", command.format, command.max_findings))?;
    // What a run must know of what was written before: whether any document was, and how many findings may still be.
    let (mut out, done, (mut first, mut left)) =
        match Output::open(&command.target, &job_name, job.has_figures()? || baseline.is_some(), common)? {
            Start::Anew(mut out) => {
                renderer.begin(&mut out)?;
                (out, None, (true, command.max_findings.unwrap_or(usize::MAX)))
            }
            Start::Resumed(out, progress, state) => (out, Some(progress), state),
            Start::Done => return Ok(Ending::default()),
        };
    // How many findings the long text at hand has so far, written or not.
    let mut counts = Counts::default();
    let ran = job.run_in_passages(
        done,
        |checked| Ok(Shown::Whole(show(&checked, usize::MAX)?, checked)),
        Some(&long),
        |event| {
            let shown = match event {
                Event::Record(result) => result?,
                Event::Pause => return Ok(out.show()?),
                Event::Checkpoint(progress) => return out.checkpoint(progress, (first, left)),
                _ => return Ok(()),
            };
            let bytes = match shown {
                Shown::Whole(mut bytes, checked) => {
                    if let Some(baseline) = &mut baseline {
                        checked.documents(|document| baseline.add(baseline::lines(document)?))?;
                    }
                    let found = checked.reports.iter().map(|report| report.findings.len()).sum();
                    if found > left {
                        bytes = show(&checked, left)?;
                    }
                    left = left.saturating_sub(found);
                    bytes
                }
                Shown::Passage { mut bytes, mut ends, baseline: lines } => {
                    if let Some(baseline) = &mut baseline {
                        baseline.add(lines)?;
                    }
                    counts.findings += ends.len();
                    counts.automatic += ends.iter().filter(|(_, automatic)| *automatic).count();
                    ends.truncate(left);
                    bytes.truncate(ends.last().map_or(0, |(end, _)| *end));
                    left -= ends.len();
                    bytes
                }
                Shown::End(path, report) => {
                    let mut bytes = Vec::new();
                    renderer.close(&Document::whole(&path, "", &report), std::mem::take(&mut counts), &mut bytes)?;
                    out.write_all(&bytes)?;
                    return Ok(());
                }
            };
            if !bytes.is_empty() && !std::mem::take(&mut first) {
                out.write_all(renderer.separator().as_bytes())?;
            }
            out.write_all(&bytes)?;
            Ok(())
        },
    );
    let outcome = match ran {
        Err(error) if command.inputs.strict => return out.stop(error),
        ran => ran?,
    };
    renderer.end(&outcome.summary, &mut out)?;
    out.end(outcome.broken)?;
    let accepted = baseline.is_some();
    match (baseline, &command.write_baseline) {
        // What is known of the input that could not be read must not be lost.
        (Some(_), Some(path)) if outcome.trouble => {
            complain(&format!("{}: not written, for some input could not be read", path.display()));
        }
        (Some(baseline), _) => {
            let (found, lines) = baseline.finish()?;
            if !common.quiet {
                let findings = if found == 1 { "finding" } else { "findings" };
                let alike = if lines < found { format!(", in {lines} lines: some are alike") } else { String::new() };
                note(&format!("{found} {findings} in the baseline{alike}"));
            }
        }
        _ => {}
    }
    let found = outcome.summary.findings > 0 && !command.exit_zero && !accepted;
    Ok(Ending { found, trouble: outcome.trouble })
}
