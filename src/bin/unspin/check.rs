//! `unspin check`: report findings.

use std::borrow::Cow;
use std::io::Write;

use unspin::render;

use crate::args::{Check, Common, OutputFormat};
use crate::baseline;
use crate::job::{Checked, Event, Job};
use crate::output::{self, Output, Start};
use crate::terminal::{Ending, note};

/// Whether a format shows why a finding is one.
fn tells_evidence(format: OutputFormat, common: Common) -> bool {
    match format {
        OutputFormat::Json | OutputFormat::Html => true,
        OutputFormat::Human => common.verbose,
        _ => false,
    }
}

pub(crate) fn run(command: &Check, common: Common) -> anyhow::Result<Ending> {
    let mut job = Job::new(&command.inputs, &command.checking, Some(&command.target), common)?;
    if !tells_evidence(command.format, common) {
        job = job.without_evidence();
    }
    let style = output::style(&command.target, common);
    let renderer = render::renderer(command.format.into(), style);
    let show = |checked: &Checked, most: u64| -> std::io::Result<Vec<u8>> {
        let (mut bytes, mut left) = (Vec::new(), most);
        checked.documents(|document| {
            let mut report = Cow::Borrowed(document.report);
            let found = report.findings.len() as u64;
            if found > left {
                report.to_mut().findings.truncate(left as usize);
            }
            left = left.saturating_sub(found);
            let before = bytes.len();
            if before > 0 {
                bytes.extend_from_slice(renderer.separator().as_bytes());
            }
            let start = bytes.len();
            renderer.document(&render::Document { report: &report, ..*document }, &mut bytes)?;
            if bytes.len() == start {
                bytes.truncate(before);
            }
            Ok::<(), std::io::Error>(())
        })?;
        Ok(bytes)
    };

    let job_name = job.description(&format!("check {:?} {style:?} {:?}", command.format, command.max_findings));
    // What a run must know of what was written before: whether any document was, and how many findings may still be.
    let (mut out, done, (mut first, mut left)) = match Output::open(&command.target, &job_name, common)? {
        Start::Anew(mut out) => {
            renderer.begin(&mut out)?;
            (out, None, (true, command.max_findings.unwrap_or(u64::MAX)))
        }
        Start::Resumed(out, progress, state) => (out, Some(progress), state),
        Start::Done => return Ok(Ending::default()),
    };
    let mut baseline = command.write_baseline.as_deref().map(baseline::Writer::new).transpose()?;
    let outcome = job.run(
        done,
        |checked| show(&checked, u64::MAX).map(|bytes| (bytes, checked)),
        |event| {
            let (mut bytes, checked) = match event {
                Event::Record(result) => result?,
                Event::Checkpoint(progress) => return out.checkpoint(progress, (first, left)),
                _ => return Ok(()),
            };
            if let Some(baseline) = &mut baseline {
                checked.documents(|document| baseline.add(baseline::lines(document)?))?;
            }
            let found: u64 = checked.reports.iter().map(|report| report.findings.len() as u64).sum();
            if found > left {
                bytes = show(&checked, left)?;
            }
            left = left.saturating_sub(found);
            if !bytes.is_empty() && !std::mem::take(&mut first) {
                out.write_all(renderer.separator().as_bytes())?;
            }
            out.write_all(&bytes)?;
            Ok(())
        },
    )?;
    renderer.end(&outcome.summary, &mut out)?;
    out.finish()?;
    let accepted = baseline.is_some();
    if let Some(baseline) = baseline {
        let count = baseline.finish()?;
        if !common.quiet {
            note(&format!("{count} {} in the baseline", if count == 1 { "finding" } else { "findings" }));
        }
    }
    let found = outcome.summary.findings > 0 && !command.exit_zero && !accepted;
    Ok(Ending { found, trouble: outcome.trouble })
}
