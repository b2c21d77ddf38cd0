//! Which findings are applied.

use std::collections::BTreeSet;

use clap::Args as Group;
use unspin::Selection;

use crate::terminal::complain;

/// Which findings are applied.
#[derive(Group, Clone, Debug)]
pub(crate) struct Choice {
    /// Apply only findings that are safe to apply unseen.
    #[arg(long, help_heading = "Checking")]
    pub(crate) automatic: bool,
    /// Apply only the finding with this id, which must be there; may be given several times.
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

    /// Names the ids that were asked for and are not among those that were met; whether there are any.
    pub(crate) fn misses(&self, met: &BTreeSet<String>) -> bool {
        let missed: Vec<&str> = self.id.iter().map(String::as_str).filter(|id| !met.contains(*id)).collect();
        if !missed.is_empty() {
            complain(&format!("--id {}: no finding has this id; check --format json tells them", missed.join(", ")));
        }
        !missed.is_empty()
    }
}
