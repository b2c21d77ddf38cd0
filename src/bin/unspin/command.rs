//! Which command runs.

use std::io::Write;

use crate::args::{Args, Checking, Command};
use crate::settings::Stated;
use crate::terminal::{self, Ending};
use crate::{check, completions, dict, diff, eval, explain, fix, learn, lsp, man, review, score, stats, train};

pub(crate) fn run(args: Args) -> anyhow::Result<Ending> {
    if let Some(checking) = args.command.checking().filter(|checking| checking.dump_config) {
        return dump(checking);
    }
    match args.command {
        Command::Check(command) => check::run(&command, args.common),
        Command::Diff(command) => diff::run(&command, args.common),
        Command::Fix(command) => fix::run(&command, args.common),
        Command::Review(command) => review::run(&command, args.common),
        Command::Score(command) => score::run(&command, args.common),
        #[cfg(feature = "serve")]
        Command::Serve(command) => crate::serve::run(command, args.common),
        Command::Explain(command) => explain::run(&command, args.common),
        Command::Lsp(command) => lsp::run(command),
        Command::Eval(command) => eval::run(&command, args.common),
        Command::Dict(command) => dict::run(&command, args.common),
        Command::Train(command) => train::run(command, args.common),
        Command::Learn(command) => learn::run(command, args.common),
        Command::Stats(command) => stats::run(&command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    }
}

fn dump(checking: &Checking) -> anyhow::Result<Ending> {
    let mut out = terminal::stdout();
    out.write_all(Stated::new(checking)?.dump()?.as_bytes())?;
    out.flush()?;
    Ok(Ending::default())
}
