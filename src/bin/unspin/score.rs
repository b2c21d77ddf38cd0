//! `unspin score`: one line for each document.

use std::io::{IsTerminal, Write};

use unspin::Applicability;
use unspin::render;

use crate::args::{Common, Score, TableFormat};
use crate::job::{Event, Job};
use crate::output::{Output, Start};
use crate::terminal::Ending;

pub(crate) fn run(command: &Score, common: Common) -> anyhow::Result<Ending> {
    let job = Job::new(&command.inputs, &command.checking, Some(&command.target), common)?.without_evidence();
    let job_name = job.description(&format!("score {:?}", command.format));
    let (mut out, done) = match Output::open(&command.target, &job_name, common)? {
        Start::Anew(mut out) => {
            let watched = command.target.output.is_none() && std::io::stdout().is_terminal() && !common.quiet;
            if command.format == TableFormat::Human && watched {
                writeln!(
                    out,
                    "{:>5}  {:<11}  {:>4}  {:>8}  {:>8}  {:>9}  document",
                    "spun", "family", "rate", "tokens", "findings", "automatic"
                )?;
            }
            (out, None)
        }
        Start::Resumed(out, progress, ()) => (out, Some(progress)),
        Start::Done => return Ok(Ending::default()),
    };
    let outcome = job.run(
        done,
        |checked| -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            checked.documents(|document| {
                if command.format == TableFormat::Json {
                    return render::document_line(document, &mut bytes);
                }
                let report = document.report;
                let automatic =
                    report.findings.iter().filter(|finding| finding.applicability == Applicability::Automatic).count();
                writeln!(
                    bytes,
                    "{:.3}  {:<11}  {:.2}  {:>8}  {:>8}  {automatic:>9}  {}",
                    report.spun,
                    report.family.map_or("-", unspin::Family::name),
                    report.rate,
                    report.tokens,
                    report.findings.len(),
                    document.place()
                )
            })?;
            Ok(bytes)
        },
        |event| {
            match event {
                Event::Record(bytes) => out.write_all(&bytes?)?,
                Event::Checkpoint(progress) => out.checkpoint(progress, ())?,
                _ => {}
            }
            Ok(())
        },
    )?;
    out.finish()?;
    Ok(Ending { found: false, trouble: outcome.trouble })
}
