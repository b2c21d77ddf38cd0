//! What tells runs apart: a hash of all that a run depends on.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use unspin::input::{InputError, Source};

/// A hash of what a run depends on (FNV-1a): the same whatever the program was built with, as those of `std` need not
/// be.
#[derive(Clone, Copy)]
pub(super) struct Identity(u64);

impl Identity {
    pub(super) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in a part, and that it ends there.
    pub(super) fn add(&mut self, part: &str) {
        // No text has the last byte.
        for byte in part.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Takes in how files are now.
    pub(super) fn add_files(&mut self, sources: impl Iterator<Item = Result<Source, InputError>>) {
        for source in sources.flatten() {
            self.add(&source.path.to_string_lossy());
            if let Some(data) = source.path.metadata().ok().filter(Metadata::is_file) {
                let since = data.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
                self.add(&format!("{} {}", data.len(), since.map_or(0, |since| since.as_nanos())));
            }
        }
    }

    pub(super) fn number(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other numbers would refuse the runs that an earlier build left unfinished.
    #[test]
    fn identities_stay_what_they_were() {
        let identity = |parts: &[&str]| {
            let mut identity = Identity::new();
            parts.iter().for_each(|part| identity.add(part));
            identity.number()
        };
        assert_eq!(identity(&["ab", "c"]), 0x20ba_9b30_25a8_b421);
        assert_ne!(identity(&["a", "bc"]), identity(&["ab", "c"]));
    }
}
