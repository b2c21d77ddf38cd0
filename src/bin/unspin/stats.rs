//! The figures of runs: what `--stats` writes, and `unspin stats`, which works with that.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args as Group, Subcommand};
use serde::{Deserialize, Serialize};
use unspin::render::Summary;

use crate::replacement;
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

impl Figures {
    /// Writes them as a file, at once or not at all.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        replacement::replace(path, (serde_json::to_string_pretty(self)? + "\n").as_bytes())
    }
}

/// Refuses a file that figures cannot be written into.
pub(crate) fn ensure_writable(path: &Path) -> anyhow::Result<()> {
    ensure!(path.as_os_str() != "-", "--stats needs the name of a file; standard output has the results");
    replacement::writable(&[], [&path.to_owned()])
}
