//! `unspin score`: one line for each document.

use std::io::{IsTerminal, Write};

use clap::Args as Group;
use unspin::render::{self, Counts, Document};
use unspin::{Report, printable};

use crate::args::{Checking, Common, Inputs, TableFormat, Target};
use crate::job::{Event, Job};
use crate::long;
use crate::output::{Output, Start};
use crate::terminal::Ending;

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin score articles/ | sort -rn | head
  unspin score --format json --field body news.jsonl")]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// How scores are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human, help_heading = "Output")]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// What is known of a record, or of a stretch of a long one.
enum Scored {
    /// The lines of a record.
    Whole(std::io::Result<Vec<u8>>),
    /// How many findings a passage has.
    Passage(Counts),
    /// The path of a long text, and the judgement on it.
    End(String, Report),
}

pub(crate) fn run(command: &Score, common: Common) -> anyhow::Result<Ending> {
    let job = Job::new(&command.inputs, &command.checking, Some(&command.target), common)?
        .without_evidence()
        .apart([&command.target.output, &command.inputs.stats])?;
    let job_name = job.description(&format!("score {:?}", command.format))?;
    let (mut out, done) = match Output::open(&command.target, &job_name, job.has_figures()?, common)? {
        Start::Anew(mut out) => {
            let watched = command.target.file().is_none() && std::io::stdout().is_terminal() && !common.quiet;
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
    let json = render::renderer(render::Format::Json, render::Style::default());
    let line = |document: &Document<'_>, findings: Counts, out: &mut Vec<u8>| -> std::io::Result<()> {
        if command.format == TableFormat::Json {
            return json.close(document, findings, out);
        }
        let report = document.report;
        writeln!(
            out,
            "{:.3}  {:<11}  {:.2}  {:>8}  {:>8}  {:>9}  {}",
            report.spun,
            report.family.map_or("-", unspin::Family::name),
            report.rate,
            report.tokens,
            findings.findings,
            findings.automatic,
            printable(&document.place())
        )
    };
    let long = long::Work {
        suits: &|_| true,
        passage: &|passage| Scored::Passage(Counts::of(&passage.findings)),
        end: &|long, report| Scored::End(long.record.path(), report),
    };
    // Of the long text at hand.
    let mut counts = Counts::default();
    let ran = job.run_in_passages(
        done,
        |checked| {
            let mut bytes = Vec::new();
            let result =
                checked.documents(|document| line(document, Counts::of(&document.report.findings), &mut bytes));
            Scored::Whole(result.map(|()| bytes))
        },
        Some(&long),
        |event| {
            match event {
                Event::Record(Scored::Whole(bytes)) => out.write_all(&bytes?)?,
                Event::Record(Scored::Passage(found)) => counts += found,
                Event::Record(Scored::End(path, report)) => {
                    let mut bytes = Vec::new();
                    line(&Document::whole(&path, "", &report), std::mem::take(&mut counts), &mut bytes)?;
                    out.write_all(&bytes)?;
                }
                Event::Pause => out.show()?,
                Event::Checkpoint(progress) => out.checkpoint(progress, ())?,
                _ => {}
            }
            Ok(())
        },
    );
    let outcome = match ran {
        Err(error) if command.inputs.strict => return out.stop(error),
        ran => ran?,
    };
    if command.format == TableFormat::Json {
        json.end(&outcome.summary, &mut out)?;
    }
    out.end(outcome.broken)?;
    Ok(Ending { found: false, trouble: outcome.trouble })
}
