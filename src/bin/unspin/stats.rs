//! The figures of runs: what `--stats` writes, and `unspin stats`, which works with that.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, ensure};
use clap::{Args as Group, Subcommand};
use serde::{Deserialize, Serialize};
use unspin::render::Summary;

use crate::output::Replacement;
use crate::terminal::{self, Ending};

#[derive(Group, Debug)]
pub(crate) struct Stats {
    #[command(subcommand)]
    pub(crate) command: StatsCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum StatsCommand {
    /// Add up the figures of several runs, such as the shards of one job.
    Merge {
        /// Files that --stats wrote.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

pub(crate) fn run(command: &Stats) -> anyhow::Result<Ending> {
    let StatsCommand::Merge { files } = &command.command;
    let mut all = Figures::default();
    for path in files {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(name)?;
        let one: Figures =
            serde_json::from_str(&text).with_context(|| format!("{}: not figures that --stats wrote", name()))?;
        all.summary.merge(&one.summary);
        all.seconds += one.seconds;
    }
    let mut out = terminal::stdout();
    writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
    out.flush()?;
    Ok(Ending::default())
}

/// What `--stats` writes.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    /// Time that the run took; that of several runs adds up.
    pub(crate) seconds: f32,
}

/// The file that figures go into, at once or not at all.
pub(crate) struct FiguresFile {
    path: PathBuf,
    /// Gone once they are written.
    out: Mutex<Option<Replacement>>,
}

impl FiguresFile {
    /// Opens it before the run, so that it does not end with finding out that it cannot.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        ensure!(path.as_os_str() != "-", "--stats needs the name of a file; standard output has the results");
        Ok(Self { path: path.to_owned(), out: Mutex::new(Some(Replacement::new(path)?)) })
    }

    /// Writes all that it is to hold.
    pub(crate) fn write(&self, figures: &Figures) -> anyhow::Result<()> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut out) = out else { return Ok(()) };
        let text = serde_json::to_string_pretty(figures)? + "\n";
        out.write_all(text.as_bytes()).with_context(|| self.path.display().to_string())?;
        out.finish()
    }
}
