//! `unspin` on the command line.

mod args;
mod check;
mod completions;
mod diff;
mod eval;
mod fix;
mod job;
mod man;
mod score;
mod settings;
mod terminal;
mod train;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Command::Check(command) => check::run(&command, args.common),
        Command::Diff(command) => diff::run(&command, args.common),
        Command::Fix(command) => fix::run(&command, args.common),
        Command::Score(command) => score::run(&command, args.common),
        Command::Eval(command) => eval::run(&command, args.common),
        Command::Train(command) => train::run(command, args.common),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    };
    terminal::exit(result)
}
