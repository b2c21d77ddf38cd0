//! The inputs, or the part of them that a run is to work on, read into batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use unspin::input::{ErrorKind, InputError, Raw, Source};

use super::progress::Position;
use super::stamp::Stamp;
use crate::args::Shard;

/// Bytes that a batch holds, more or less.
const BATCH_BYTES: usize = 1 << 20;

/// What was read, each with how far the inputs are done after it.
pub(super) type Batch = Vec<(Message, Position)>;

pub(super) fn lock(batch: &Mutex<Batch>) -> MutexGuard<'_, Batch> {
    batch.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What comes of reading.
pub(super) enum Message {
    Start(Source, Option<Stamp>),
    Raw(Raw),
    End,
    Broken(Fault),
}

/// Why an input, or a record of it, cannot be read.
pub(super) struct Fault {
    pub(super) error: InputError,
    /// The input was only found in a directory,
    pub(super) found: bool,
    /// and nobody said which fields of it are texts.
    pub(super) unasked: bool,
    /// The run that has another part of the work meets it too, and counts it.
    pub(super) counted: bool,
}

impl Fault {
    /// Of an input, or of a record of it.
    pub(super) fn of(source: &Source, error: InputError) -> Self {
        Self { error, found: source.found, unasked: source.found && !source.asked, counted: false }
    }

    /// Whether it is a file that nobody named and that is a link or no text, or has none where texts usually are.
    pub(super) fn is_skipped(&self) -> bool {
        match self.error.kind() {
            ErrorKind::Foreign | ErrorKind::Link => true,
            ErrorKind::Binary => self.found,
            ErrorKind::MissingField => self.unasked,
            _ => false,
        }
    }

    /// Whether it says that a directory has nothing to read.
    pub(super) fn is_nothing(&self) -> bool {
        self.error.kind() == ErrorKind::Nothing
    }
}

/// The part of the inputs that a run works on.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) shard: Option<Shard>,
    /// Shards are of whole files, not of records.
    pub(super) whole_files: bool,
}

impl Part {
    fn takes(self, unit: u64) -> bool {
        self.shard.is_none_or(|shard| shard.takes(unit))
    }

    /// Whether what all parts of the work meet is counted by another one than this.
    fn is_counted_elsewhere(self) -> bool {
        self.shard.is_some_and(|shard| shard.index > 1)
    }
}

/// Reads inputs one after the other; `send` takes what was read until it says that nobody listens.
pub(super) struct Reader<F> {
    part: Part,
    /// Messages that a batch holds at most.
    most: usize,
    send: F,
    at: Position,
    /// What was read and not sent.
    batch: Arc<Mutex<Batch>>,
    /// Bytes in the batch.
    bytes: usize,
}

impl<F: FnMut(Batch) -> bool> Reader<F> {
    pub(super) fn new(part: Part, most: usize, send: F) -> Self {
        Self { part, most, send, at: Position::default(), batch: Arc::default(), bytes: 0 }
    }

    /// The batch that is being read into, for whoever will not wait until it is full. What was sent comes before it.
    pub(super) fn batch(&self) -> Arc<Mutex<Batch>> {
        Arc::clone(&self.batch)
    }

    /// Reads what is left of all inputs after what is done.
    pub(super) fn read(mut self, sources: impl Iterator<Item = Result<Source, InputError>>, done: Position) {
        self.at = Position { rows: 0, ..done };
        let mut skip = done.rows;
        for source in sources.skip(done.sources as usize) {
            let start = Position { rows: std::mem::take(&mut skip), ..self.at };
            let alive = match source {
                Ok(source) => self.read_from(start, source),
                Err(error) => {
                    let counted = self.part.is_counted_elsewhere();
                    self.breaks(Fault { error, found: false, unasked: false, counted })
                }
            };
            self.at = self.at.end();
            if !alive {
                return;
            }
        }
        let rest = std::mem::take(&mut *lock(&self.batch));
        if !rest.is_empty() {
            (self.send)(rest);
        }
    }

    /// Reads an input, or the rest of it, as far as it belongs to this part of the work.
    fn read_from(&mut self, start: Position, source: Source) -> bool {
        let whole = self.part.whole_files || !source.format.has_records();
        if whole {
            self.at.units += u64::from(start.rows == 0);
            if !self.part.takes(self.at.units) {
                return true;
            }
        }
        let counted = !whole && self.part.is_counted_elsewhere();
        let named = source.clone();
        let fault = |error| Fault { counted, ..Fault::of(&named, error) };
        let stamp = Stamp::of(&source.path);
        let rows = match source.open() {
            Ok(rows) => rows,
            Err(error) => return self.breaks(fault(error)),
        };
        if !self.push(Message::Start(source, stamp), start, 0) {
            return false;
        }
        for (n, row) in (1..).zip(rows).skip(start.rows as usize) {
            let raw = match row {
                Ok(raw) => raw,
                Err(error) => return self.breaks(fault(error)),
            };
            self.at.rows = n;
            if !whole && raw.number().is_some() {
                self.at.units += 1;
                if !self.part.takes(self.at.units) {
                    continue;
                }
            }
            let size = raw.size();
            if !self.push(Message::Raw(raw), self.at, size) {
                return false;
            }
        }
        self.push(Message::End, self.at.end(), 0)
    }

    /// Says that an input cannot be read to its end.
    fn breaks(&mut self, fault: Fault) -> bool {
        self.push(Message::Broken(fault), self.at.end(), 0)
    }

    /// Adds a message of so many bytes to the batch.
    fn push(&mut self, message: Message, position: Position, size: usize) -> bool {
        let mut batch = lock(&self.batch);
        // Somebody else may have taken what was there.
        self.bytes = if batch.is_empty() { size } else { self.bytes + size };
        batch.push((message, position));
        if self.bytes < BATCH_BYTES && batch.len() < self.most {
            return true;
        }
        let full = std::mem::take(&mut *batch);
        // Who takes it must not wait for one who waits for him.
        drop(batch);
        (self.send)(full)
    }
}
