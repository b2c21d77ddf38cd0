//! The options of `unspin review`.

use std::path::PathBuf;

use clap::Args as Group;
use unspin::Applicability;

use super::session::Order;
use crate::args::{Checking, Inputs, one_of, suffix};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin review article.txt                       decide; q ends, and the next start goes on
  unspin review --only review --order confidence articles/
  unspin review --status                          how far it is
  unspin review --apply --backup .orig            write what was accepted
  unspin review --apply --decisions anna.jsonl --decisions ben.jsonl --prefer anna articles/

Keys: y yes, n no, 1-9 choose, e edit, a all like it, A all in this file, i ignore always, u undo, s skip,
j and k move, / search, ? help, q quit.

Exit codes: 0 all decided or applied, 1 something is left, 2 trouble, such as decisions that contradict.")]
pub(crate) struct Review {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// Keep decisions in this file; with --apply and --status it may be given several times
    /// [default: .unspin-review.jsonl].
    #[arg(long, value_name = "FILE", help_heading = "Review")]
    pub(crate) decisions: Vec<PathBuf>,
    /// Who decides; the name goes into the decisions.
    #[arg(long, value_name = "NAME", help_heading = "Review")]
    pub(crate) by: Option<String>,
    /// In which order suggestions come; the surest first with confidence.
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Order::Place, help_heading = "Review")]
    pub(crate) order: Order,
    /// Show only suggestions that want a look, or only those that are safe to apply unseen.
    #[arg(long, value_name = "WHICH", value_parser = one_of(Applicability::ALL, Applicability::name))]
    #[arg(help_heading = "Review")]
    pub(crate) only: Option<Applicability>,
    /// Say how much is decided, and do nothing else; without a path, in all files that something was decided about.
    #[arg(long, conflicts_with = "apply", help_heading = "Review")]
    pub(crate) status: bool,
    /// Write what was accepted into the files, each at once; without a path, into all that something was decided about.
    #[arg(long, conflicts_with_all = ["order", "only", "by"], help_heading = "Review")]
    pub(crate) apply: bool,
    /// Keep the original beside each changed file, with this at the end of its name; one that is kept there already
    /// stays.
    #[arg(long, value_name = "SUFFIX", value_parser = suffix, requires = "apply", help_heading = "Review")]
    pub(crate) backup: Option<String>,
    /// Where people disagree, what this one decided counts; the one who decided last with last. Who never gave a name is
    /// called by the decision file.
    #[arg(long, value_name = "NAME", help_heading = "Review")]
    pub(crate) prefer: Option<String>,
}
