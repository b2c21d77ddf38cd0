//! The figures of runs: what `--stats` writes, and `unspin stats`, which works with that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args as Group, Subcommand};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use unspin::render::Summary;

use crate::terminal::{self, Ending};
use crate::{output, temporary};

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

/// The file that figures go into.
pub(crate) struct FiguresFile {
    path: PathBuf,
    place: Place,
}

enum Place {
    /// It is there, and may be a pipe or a device.
    There(File),
    /// It takes its place once it is whole.
    New(NamedTempFile),
}

impl FiguresFile {
    /// Opens it before the run, so that it does not end with finding out that it cannot.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        ensure!(path.as_os_str() != "-", "--stats needs the name of a file; standard output has the results");
        let place = if path.exists() {
            OpenOptions::new().write(true).open(path).map(Place::There)
        } else {
            temporary::plain(output::directory(path)).map(Place::New)
        };
        let place = place.with_context(|| path.display().to_string())?;
        Ok(Self { path: path.to_owned(), place })
    }

    /// Writes all that it is to hold.
    pub(crate) fn write(&self, figures: &Figures) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(figures)? + "\n";
        self.put(text.as_bytes()).with_context(|| self.path.display().to_string())
    }

    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        match &self.place {
            Place::There(file) => {
                let mut file = file;
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                    file.rewind()?;
                }
                file.write_all(bytes)
            }
            Place::New(file) => {
                file.as_file().write_all(bytes)?;
                fs::rename(file.path(), &self.path)
            }
        }
    }
}
