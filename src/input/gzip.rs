//! Gzip as it lies in files: members one after the other, and zeros at the end where tapes and block stores fill up.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

use flate2::bufread::GzDecoder;

/// What a member begins with.
pub(super) const MAGIC: &[u8] = b"\x1f\x8b";

/// Reads all members of a file.
pub(super) struct Members<R> {
    /// The member that is being read; none at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { member: Some(GzDecoder::new(inner)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.member.take().map(GzDecoder::into_inner) else { break };
            while let Some(&byte) = rest.fill_buf()?.first() {
                if byte == MAGIC[0] {
                    self.member = Some(GzDecoder::new(rest));
                    break;
                }
                // It may be what is left of a member: that it is left out must not go unseen.
                if byte != 0 {
                    let message = "what comes behind its gzip data is none; gzip -dc leaves it out";
                    return Err(Error::new(ErrorKind::InvalidData, message));
                }
                rest.consume(1);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn members_and_zeros_are_read_and_nothing_else() {
        let member = |text: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text).and_then(|()| encoder.finish()).expect("in memory")
        };
        let (one, two, zeros) = (member(b"one "), member(b"two"), vec![0; 20_000]);
        let read = |parts: &[&[u8]]| {
            let mut text = String::new();
            Members::new(parts.concat().as_slice()).read_to_string(&mut text).map(|_| text)
        };
        for (parts, text) in [
            (&[one.as_slice(), &two][..], "one two"),
            (&[&one, &two, &zeros], "one two"),
            (&[&one, &zeros, &two], "one two"),
            (&[&one, &member(b""), &two, &[0]], "one two"),
        ] {
            assert_eq!(read(parts).expect("sound"), text);
        }
        for parts in [&[one.as_slice(), b"x"][..], &[&one, &zeros, b"x"], &[&one, &two[..9]], &[&zeros], &[]] {
            assert!(read(parts).is_err());
        }
        let error = read(&[&one, &zeros, b"x"]).expect_err("trailing garbage").to_string();
        assert_eq!(error, "what comes behind its gzip data is none; gzip -dc leaves it out");
    }
}
