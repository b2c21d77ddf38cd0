//! `unspin score`: one line for each document.

use std::io::{IsTerminal, Write};

use unspin::Applicability;
use unspin::render;

use crate::args::{Common, Score, TableFormat};
use crate::job::{Event, Job};
use crate::terminal::{self, Ending};

pub(crate) fn run(command: &Score, common: Common) -> anyhow::Result<Ending> {
    let job = Job::new(&command.inputs, &command.checking, common)?;
    let mut out = terminal::stdout();
    if command.format == TableFormat::Human && !common.quiet && std::io::stdout().is_terminal() {
        writeln!(
            out,
            "{:>5}  {:<11}  {:>4}  {:>8}  {:>8}  {:>9}  document",
            "spun", "family", "rate", "tokens", "findings", "automatic"
        )?;
    }
    let outcome = job.run(
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
            if let Event::Record(bytes) = event {
                out.write_all(&bytes?)?;
            }
            Ok(())
        },
    )?;
    out.flush()?;
    Ok(Ending { found: false, trouble: outcome.trouble })
}
