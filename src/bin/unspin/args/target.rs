//! Where results go.

use std::path::{Path, PathBuf};

use clap::Args as Group;

/// Where results go.
#[derive(Group, Clone, Debug)]
pub(crate) struct Target {
    /// Write to this file, which is there only when all of it is; compressed where its name ends in .gz or .zst; - is
    /// standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Go on where an interrupted run with the same options left off. A FILE that is there already is done, whatever
    /// is in it: the exit code is 0. Where it is an input, too, that is refused.
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(crate) resume: bool,
}

impl Target {
    /// The file, if it is not standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| path.as_os_str() != "-")
    }
}
