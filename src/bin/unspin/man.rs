//! `unspin man`: the manual page, with one section for each command.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use crate::args::{Args, Man};
use crate::terminal::{self, Ending};

pub(crate) fn run(_: &Man) -> anyhow::Result<Ending> {
    let mut command = Args::command();
    command.build();
    let mut out = terminal::stdout();
    Page::new(command.clone()).render(&mut out)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        Page::new(subcommand.clone()).render(&mut out)?;
    }
    out.flush()?;
    Ok(Ending::default())
}
