//! The bar that shows how far a run is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Common;
use crate::terminal;

/// A bar that starts where so many bytes are done, of as many as there are where that is known. It counts even where it is not shown.
pub(super) fn new(total: impl FnOnce() -> Option<u64>, done: u64, common: Common) -> ProgressBar {
    if !terminal::shows_progress(common) {
        return ProgressBar::hidden().with_position(done);
    }
    let (bar, template) = match total() {
        Some(total) => (ProgressBar::new(total), "{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_position(done);
    // The time left is reckoned from what this run does.
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
