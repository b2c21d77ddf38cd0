//! `unspin stats`: work with the figures that `--stats` wrote.

use std::fs;
use std::io::Write;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use unspin::render::Summary;

use crate::args::{Stats, StatsCommand};
use crate::terminal::{self, Ending};

/// What `--stats` writes.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    /// Time that the run took; that of several runs adds up.
    pub(crate) seconds: f32,
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
