//! How far a run is, and how it went. A run that was interrupted goes on from here, so this is kept in a file.

use serde::{Deserialize, Serialize};
use unspin::render::Summary;

use super::current::Current;

/// How a run went.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) trouble: bool,
    /// Some input could not be read to its end, or at all.
    pub(crate) broken: bool,
    pub(super) binaries: u64,
    /// Files that were only found, and have no text in the usual field.
    #[serde(default)]
    pub(super) fieldless: u64,
    pub(super) seconds: f32,
}

/// How far a run is.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(super) position: Position,
    pub(crate) outcome: Outcome,
    pub(super) current: Current,
    /// Bytes of the inputs that are done; notes of older versions lack it, and are to be told for those of another run.
    #[serde(default)]
    pub(super) bytes: u64,
}

impl Progress {
    /// Whether the next input is done in part.
    pub(crate) fn is_inside(&self) -> bool {
        self.position.rows > 0
    }
}

/// What is done, as the inputs are read.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Position {
    /// Inputs that are at their end.
    pub(super) sources: u64,
    /// Rows of the next one, a table's header included.
    pub(super) rows: u64,
    /// Records and files without records, for shards.
    pub(super) units: u64,
}

impl Position {
    /// At the end of the input.
    pub(super) fn end(self) -> Self {
        Self { sources: self.sources + 1, rows: 0, units: self.units }
    }
}
