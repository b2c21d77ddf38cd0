//! The figures of runs: what `--stats` writes, and `unspin stats`, which works with that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, ensure};
use clap::{Args as Group, Subcommand};
use serde::{Deserialize, Serialize};
use unspin::render::Summary;

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

/// The file that figures go into. One that was made for a run that ends without any goes again.
pub(crate) struct FiguresFile {
    path: PathBuf,
    file: File,
    /// Nothing is in it yet, and it was not there before.
    empty: AtomicBool,
}

impl FiguresFile {
    /// Opens it before the run, so that it does not end with finding out that it cannot.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        ensure!(path.as_os_str() != "-", "--stats needs the name of a file; standard output has the results");
        let empty = AtomicBool::new(!path.exists());
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.with_context(|| path.display().to_string())?;
        Ok(Self { path: path.to_owned(), file, empty })
    }

    /// Writes all that it is to hold.
    pub(crate) fn write(&self, figures: &Figures) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(figures)? + "\n";
        self.write_over(text.as_bytes()).with_context(|| self.path.display().to_string())
    }

    /// A pipe or a device just gets it.
    fn write_over(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = &self.file;
        if file.metadata()?.is_file() {
            file.set_len(0)?;
            file.rewind()?;
        }
        file.write_all(bytes)?;
        self.empty.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for FiguresFile {
    fn drop(&mut self) {
        if *self.empty.get_mut() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
