//! `unspin completions`: what a shell needs to complete commands and options.

use std::io::Write;

use clap::{Args as Group, CommandFactory};

use crate::command::Args;
use crate::terminal::{self, Ending};

#[derive(Group, Debug)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

pub(crate) fn run(command: &Completions) -> anyhow::Result<Ending> {
    // Into memory first: the generator panics where its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Args::command(), "unspin", &mut script);
    let mut out = terminal::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Ending::default())
}
