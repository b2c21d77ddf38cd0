//! What every file of a model or a dictionary starts with: bytes that say what it is, then numbers of eight bytes, the
//! first of which is a checksum.

use super::error::{DictionaryError, ErrorKind};
use super::table::mix;

/// What a context scorer starts with; the last character is the version, as in all of these. They are here for the build
/// script, which holds the files of the model against them.
pub(crate) const SCORER: &[u8; 8] = b"UNSPNCX2";
/// What decision trees start with.
pub(crate) const FOREST: &[u8; 8] = b"UNSPNFR3";
/// What a table of usage starts with.
pub(crate) const USAGE: &[u8; 8] = b"UNSPNUS1";
/// What an encoder starts with.
#[cfg_attr(not(feature = "encoder"), allow(dead_code, reason = "the library without it does not open one"))]
pub(crate) const ENCODER: &[u8; 8] = b"UNSPNEN2";

/// A kind of file.
pub(crate) struct Kind {
    pub(crate) error: ErrorKind,
    /// What messages call it.
    pub(crate) name: &'static str,
    /// How messages say what to do about a bad one.
    pub(crate) remedy: &'static str,
    /// What every file starts with; the last character is the version.
    pub(crate) magic: &'static [u8; 8],
    /// Bytes of the header, [`Self::magic`] among them.
    pub(crate) header: usize,
}

impl Kind {
    /// The error of a file that is not what it should be.
    pub(crate) fn bad(&self, what: &str, expected: String, got: String) -> DictionaryError {
        let Self { name, remedy, .. } = self;
        DictionaryError::new(self.error, format!("{name}: {what}: expected {expected}, got {got}; {remedy}"))
    }

    /// Looks at the first bytes, and gives the header's numbers.
    pub(crate) fn fields<'d>(&self, data: &'d [u8]) -> Result<Fields<'d>, DictionaryError> {
        if data.len() < self.header || &data[..8] != self.magic {
            let got = String::from_utf8_lossy(&data[..data.len().min(8)]).into_owned();
            return Err(self.bad("first bytes", String::from_utf8_lossy(self.magic).into_owned(), format!("{got:?}")));
        }
        Ok(Fields(data[8..self.header].as_chunks::<8>().0))
    }

    /// Holds what comes from a byte on against the checksum, which is the header's first number. At about 8 GB/s.
    pub(crate) fn verify(&self, data: &[u8], from: usize) -> Result<(), DictionaryError> {
        let (stated, sum) = (self.fields(data)?.number(0), checksum(&data[from..]));
        if sum == stated { Ok(()) } else { Err(self.bad("checksum", format!("{stated:016x}"), format!("{sum:016x}"))) }
    }

    /// Fills in the header of a file that is made: what it is, the numbers that follow the checksum, and the checksum of
    /// what comes from a byte on.
    pub(crate) fn seal(&self, data: &mut [u8], from: usize, numbers: &[u64]) {
        data[..8].copy_from_slice(self.magic);
        for (field, number) in data[16..self.header].as_chunks_mut::<8>().0.iter_mut().zip(numbers) {
            *field = number.to_le_bytes();
        }
        let sum = checksum(&data[from..]);
        data[8..16].copy_from_slice(&sum.to_le_bytes());
    }
}

/// The numbers of a header.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'d>(&'d [[u8; 8]]);

impl Fields<'_> {
    /// The number at a place, counted from the first one after the bytes that say what the file is.
    pub(crate) fn number(self, place: usize) -> u64 {
        u64::from_le_bytes(self.0[place])
    }
}

/// Checksum of a run of bytes: eight at a time, mixed in order.
fn checksum(data: &[u8]) -> u64 {
    let mut lanes = [1u64, 2, 3, 4];
    let mut chunks = data.chunks_exact(32);
    for chunk in &mut chunks {
        for (lane, bytes) in lanes.iter_mut().zip(chunk.chunks_exact(8)) {
            let mut word = [0; 8];
            word.copy_from_slice(bytes);
            *lane = (*lane ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
    }
    let mut sum = lanes.iter().fold(data.len() as u64, |sum, &lane| mix(sum ^ lane));
    for &byte in chunks.remainder() {
        sum = mix(sum ^ byte as u64);
    }
    sum
}
