//! The command line as a whole: which commands there are, and which one runs.

use std::io::Write;

use clap::{Parser, Subcommand};

use crate::args::{Checking, Common, Inputs};
#[cfg(feature = "serve")]
use crate::serve;
use crate::settings::Stated;
use crate::terminal::{self, Ending};
use crate::{check, completions, dict, diff, eval, explain, fix, learn, lsp, man, review, score, stats, train};

/// Find and repair machine-spun English: words an article spinner swapped for synonyms that do not fit.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  unspin check article.txt                     what is wrong, and what it most probably said
  unspin diff articles/ | git apply            repair a tree by way of a diff
  unspin fix < spun.txt > repaired.txt         repair standard input
  unspin check --format json --field body news.jsonl.zst

Exit codes: 0 done; 1 where check finds something, diff is not empty, or fix leaves something; 2 trouble.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Report findings.
    Check(check::Check),
    /// Show repairs as a unified diff, which `git apply` takes.
    Diff(diff::Diff),
    /// Write repaired text to standard output, or into the files with --write.
    Fix(fix::Fix),
    /// Decide about one suggestion at a time, by keys; decisions are kept at once and applied later.
    #[command(mut_arg("paths", |paths| paths.help("Files and directories")))]
    Review(review::Review),
    /// One line for each document: probability of being spun, family, rate, counts.
    Score(score::Score),
    /// Serve a page to review texts in, a JSON API and LanguageTool's protocol, on this machine.
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    /// Say why a phrase would be reported and what its words may stand for, or what a rule is about.
    Explain(explain::Explain),
    /// Serve editors that speak the Language Server Protocol, on standard input and output.
    Lsp(lsp::Lsp),
    /// Measure findings against gold files.
    Eval(eval::Eval),
    /// Check, count, extend and test dictionaries.
    Dict(dict::Dict),
    /// Train the n-gram model.
    Train(train::Train),
    /// Fit word vectors, the context scorer, and the weights of the decisions.
    #[command(subcommand)]
    Learn(learn::Learn),
    /// Work with figures that --stats wrote.
    Stats(stats::Stats),
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Print the manual page.
    Man(man::Man),
}

pub(crate) fn run(args: Args) -> anyhow::Result<Ending> {
    if let Some(checking) = args.command.checking().filter(|checking| checking.dump_config) {
        return dump(checking, args.command.inputs());
    }
    match args.command {
        Command::Check(command) => check::run(&command, args.common),
        Command::Diff(command) => diff::run(&command, args.common),
        Command::Fix(command) => fix::run(&command, args.common),
        Command::Review(command) => review::run(&command, args.common),
        Command::Score(command) => score::run(&command, args.common),
        #[cfg(feature = "serve")]
        Command::Serve(command) => serve::run(command, args.common),
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

impl Command {
    /// How it checks texts, if it does.
    pub(crate) fn checking(&self) -> Option<&Checking> {
        match self {
            Self::Check(command) => Some(&command.checking),
            Self::Diff(command) => Some(&command.checking),
            Self::Fix(command) => Some(&command.checking),
            Self::Review(command) => Some(&command.checking),
            Self::Score(command) => Some(&command.checking),
            #[cfg(feature = "serve")]
            Self::Serve(command) => Some(&command.checking),
            Self::Explain(command) => Some(&command.checking),
            Self::Lsp(command) => Some(&command.checking),
            Self::Eval(command) => Some(&command.checking),
            _ => None,
        }
    }

    /// Where it reads texts from, if it reads some.
    fn inputs(&self) -> Option<&Inputs> {
        match self {
            Self::Check(command) => Some(&command.inputs),
            Self::Diff(command) => Some(&command.inputs),
            Self::Fix(command) => Some(&command.inputs),
            Self::Review(command) => Some(&command.inputs),
            Self::Score(command) => Some(&command.inputs),
            _ => None,
        }
    }
}

fn dump(checking: &Checking, inputs: Option<&Inputs>) -> anyhow::Result<Ending> {
    let mut out = terminal::stdout();
    out.write_all(Stated::new(checking)?.dump(inputs)?.as_bytes())?;
    out.flush()?;
    Ok(Ending::default())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
