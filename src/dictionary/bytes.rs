//! Bytes of a file, built in or read, that several parts of the program look into.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// The bytes of a file; clones share them.
#[derive(Clone)]
pub(crate) enum Bytes {
    /// Part of the program.
    Builtin(&'static [u8]),
    /// Read or made while it runs.
    Own(Arc<Vec<u8>>),
}

impl Bytes {
    /// A part of the bytes.
    pub(crate) fn slice(&self, range: Range<usize>) -> Slice {
        Slice { bytes: self.clone(), range }
    }
}

impl From<Cow<'static, [u8]>> for Bytes {
    fn from(data: Cow<'static, [u8]>) -> Self {
        match data {
            Cow::Borrowed(data) => Self::Builtin(data),
            Cow::Owned(data) => Self::Own(data.into()),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Builtin(data) => data,
            Self::Own(data) => data,
        }
    }
}

/// A part of a file's bytes, such as `fst` reads its maps from.
pub(crate) struct Slice {
    bytes: Bytes,
    range: Range<usize>,
}

impl AsRef<[u8]> for Slice {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}
