//! `unspin man`: the manual, with one page for each command.

use std::io::{self, Write};

use clap::{Args as Group, CommandFactory};
use clap_mangen::Man as Page;

use crate::command::Args;
use crate::terminal::{self, Ending};

#[derive(Group, Debug)]
pub(crate) struct Man {}

pub(crate) fn run(_: &Man) -> anyhow::Result<Ending> {
    let mut out = terminal::stdout();
    pages(&whole(), &mut out)?;
    out.flush()?;
    Ok(Ending::default())
}

/// The program with all its commands but `help`, which says what --help does.
fn whole() -> clap::Command {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    command
}

/// The page of a command, and those of the commands in it.
fn pages(command: &clap::Command, out: &mut impl Write) -> io::Result<()> {
    let mut page = Vec::new();
    Page::new(command.clone()).render(&mut page)?;
    let page = String::from_utf8_lossy(&page);
    // Examples are lines, which are not to be filled.
    match page.split_once(".SH EXTRA\nExamples:\n") {
        Some((before, rest)) => {
            let end = rest.find("\n\n").or_else(|| rest.find("\n.")).map_or(rest.len(), |end| end + 1);
            let (examples, rest) = rest.split_at(end);
            write!(out, "{before}.SH EXAMPLES\n.nf\n{examples}.fi\n{rest}")?;
        }
        None => out.write_all(page.as_bytes())?,
    }
    command.get_subcommands().try_for_each(|inner| pages(inner, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_that_is_referred_to_is_there() {
        let mut out = Vec::new();
        pages(&whole(), &mut out).expect("into memory");
        let out = String::from_utf8(out).expect("text").replace("\\-", "-");
        assert!(out.contains(".SH EXAMPLES\n.nf\n  unspin fix < ") && !out.contains("EXTRA"));
        assert_eq!(out.matches(".nf\n").count(), out.matches("\n.fi\n").count());
        let referred: Vec<&str> = out.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
        assert!(referred.contains(&"unspin-dict-check") && referred.contains(&"unspin-learn-weights"));
        for page in referred {
            assert!(out.contains(&format!(".TH {page} 1")), "{page}");
        }
    }
}
