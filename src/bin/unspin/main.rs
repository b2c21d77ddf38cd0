//! `unspin` on the command line.

mod allow;
mod args;
mod baseline;
mod check;
mod checked;
mod command;
mod completions;
mod coverage;
mod dict;
mod dictionary;
mod diff;
mod eval;
mod explain;
mod fix;
mod in_place;
mod job;
mod learn;
mod long;
mod lsp;
mod man;
mod output;
mod paths;
mod replacement;
mod review;
mod score;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod signals;
mod stats;
mod temporary;
mod terminal;
mod train;
mod wording;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match command::Args::try_parse() {
        Ok(args) => terminal::exit(command::run(args)),
        Err(told) => terminal::tell(&told),
    }
}
