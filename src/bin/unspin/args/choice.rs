//! Which findings are applied.

use clap::Args as Group;
use unspin::Selection;

/// Which findings are applied.
#[derive(Group, Clone, Debug)]
pub(crate) struct Choice {
    /// Apply only findings that are safe to apply unseen.
    #[arg(long, help_heading = "Checking")]
    pub(crate) automatic: bool,
    /// Apply only the finding with this id; may be given several times.
    #[arg(long, value_name = "ID", conflicts_with = "automatic", help_heading = "Checking")]
    pub(crate) id: Vec<String>,
}

impl Choice {
    /// Which findings to apply.
    pub(crate) fn selection(&self) -> Selection {
        if self.automatic {
            Selection::Automatic
        } else if self.id.is_empty() {
            Selection::All
        } else {
            Selection::Ids(self.id.clone())
        }
    }
}
