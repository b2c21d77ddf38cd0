//! `unspin check`: report findings.

use std::io::Write;

use unspin::render::{self, Style};

use crate::args::{Check, Common};
use crate::job::{Checked, Event, Job};
use crate::terminal::{self, Ending};

pub(crate) fn run(command: &Check, common: Common) -> anyhow::Result<Ending> {
    let job = Job::new(&command.inputs, &command.checking, common)?;
    let style = Style { color: terminal::color(common), width: terminal::width(), verbose: common.verbose };
    let renderer = render::renderer(command.format.into(), style);
    let show = |checked: &Checked, most: u64| -> std::io::Result<Vec<u8>> {
        let (mut bytes, mut left) = (Vec::new(), most);
        checked.documents(|document| {
            let mut one = Vec::new();
            let mut report = document.report.clone();
            report.findings.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left -= report.findings.len() as u64;
            renderer.document(&render::Document { report: &report, ..*document }, &mut one)?;
            if !bytes.is_empty() && !one.is_empty() {
                bytes.extend_from_slice(renderer.separator().as_bytes());
            }
            bytes.append(&mut one);
            Ok::<(), std::io::Error>(())
        })?;
        Ok(bytes)
    };

    let mut out = terminal::stdout();
    renderer.begin(&mut out)?;
    let mut left = command.max_findings.unwrap_or(u64::MAX);
    let mut first = true;
    let outcome = job.run(
        |checked| show(&checked, u64::MAX).map(|bytes| (bytes, checked)),
        |event| {
            let Event::Record(result) = event else { return Ok(()) };
            let (mut bytes, checked) = result?;
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
    out.flush()?;
    Ok(Ending { found: outcome.summary.findings > 0 && !command.exit_zero, trouble: outcome.trouble })
}
