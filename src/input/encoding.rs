//! Bytes to text and back.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at to tell what they are.
pub(super) const SAMPLE: usize = 64 * 1024;
/// The byte order mark in UTF-8.
pub(super) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// How a file writes its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    encoding: &'static encoding_rs::Encoding,
    bom: bool,
}

impl Encoding {
    /// UTF-8 without a byte order mark.
    pub const UTF_8: Self = Self { encoding: UTF_8, bom: false };

    /// Tells the encoding from a byte order mark, from the first bytes being UTF-8, or by detection.
    pub fn detect(bytes: &[u8]) -> Self {
        Self::of_sample(&bytes[..bytes.len().min(SAMPLE)])
    }

    /// As [`detect`](Self::detect), from all bytes where the first ones are UTF-8 and the whole is not.
    pub(super) fn of_all(bytes: &[u8]) -> Self {
        let first = Self::detect(bytes);
        if first == Self::UTF_8 && bytes.len() > SAMPLE && std::str::from_utf8(bytes).is_err() {
            return Self::of_sample(bytes);
        }
        first
    }

    fn of_sample(sample: &[u8]) -> Self {
        // UTF-32 starts with the mark of UTF-16 and a zero.
        let mark = encoding_rs::Encoding::for_bom(sample).filter(|_| !sample.starts_with(b"\xff\xfe\0\0"));
        if let Some((encoding, _)) = mark {
            return Self { encoding, bom: true };
        }
        if let Some(encoding) = bare_utf16(sample) {
            return Self { encoding, bom: false };
        }
        let (mut wide, mut broken) = (0, 0);
        let mut last: &[u8] = b"";
        for chunk in sample.utf8_chunks() {
            wide += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            broken += usize::from(!chunk.invalid().is_empty());
            last = chunk.invalid();
        }
        // A sample may end in the middle of a character, and a few bad bytes do not make UTF-8 another encoding.
        let cut = sample.len() == SAMPLE && std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
        if broken <= usize::from(cut) || broken * 2 <= wide {
            return Self::UTF_8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(sample, sample.len() != SAMPLE);
        let encoding = detector.guess(None, Utf8Detection::Deny);
        Self { encoding: if encoding == UTF_8 { WINDOWS_1252 } else { encoding }, bom: false }
    }

    /// Its name, as in the Encoding Standard.
    pub fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the file starts with a byte order mark.
    pub fn has_bom(self) -> bool {
        self.bom
    }

    /// Bytes before the text in a file of UTF-8: those of a byte order mark, where there is one.
    pub fn mark(self) -> usize {
        if self.encoding == UTF_8 { self.bom().len() } else { 0 }
    }

    /// The byte order mark, where there is one.
    pub fn bom(self) -> &'static [u8] {
        match self.bom {
            true if self.encoding == UTF_16LE => b"\xff\xfe",
            true if self.encoding == UTF_16BE => b"\xfe\xff",
            true => UTF8_BOM,
            false => b"",
        }
    }

    /// Whether it is UTF-8.
    pub fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// Whether it is UTF-16, of either byte order.
    pub fn is_utf16(self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    /// The text of bytes, a byte order mark aside, and whether the text gives the same bytes again.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, bool) {
        let bytes = bytes.strip_prefix(self.bom()).unwrap_or(bytes);
        let (text, bad) = self.encoding.decode_without_bom_handling(bytes);
        // In some encodings of East Asia several byte sequences stand for one character.
        let exact = !bad && (self.is_utf8() || self.encode(&text).is_some_and(|again| again == bytes));
        (text.into_owned(), exact)
    }

    /// The bytes of a text, without a byte order mark; `None` where a character has no place in the encoding.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        if self.encoding == UTF_16LE {
            return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        if self.encoding == UTF_16BE {
            return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        }
        let (bytes, _, missing) = self.encoding.encode(text);
        (!missing).then(|| bytes.into_owned())
    }
}

/// UTF-16 without a mark: every other byte of Latin text is zero.
fn bare_utf16(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 > pairs * 8 && even * 20 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 8 && odd * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether bytes that are not UTF-16 are no text.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    memchr::memchr(0, sample).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let utf16: Vec<u8> = "The navy said".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: &[(&[u8], &str, bool)] = &[
            (b"", "UTF-8", false),
            (b"plain", "UTF-8", false),
            ("caf\u{e9} \u{2019}".as_bytes(), "UTF-8", false),
            (b"\xef\xbb\xbfplain", "UTF-8", true),
            (b"\xff\xfea\0", "UTF-16LE", true),
            (b"\xfe\xff\0a", "UTF-16BE", true),
            (&utf16, "UTF-16LE", false),
            (b"The caf\xe9 isn\x92t \x93open\x94 today", "windows-1252", false),
            ("é è ü ö ä – ’ x \u{e9}".as_bytes(), "UTF-8", false),
            (b"\xc3\xa9 \xc3\xa8 \xc3\xbc \xc3\xb6 \xc3\xa4 \xff \xc3\xa9", "UTF-8", false),
            // A sample that is cut inside a character, and one with a bad byte elsewhere.
            (&[&b"x".repeat(SAMPLE - 1), "\u{e9}".as_bytes()].concat(), "UTF-8", false),
            (&[b"caf\xe9 ".as_slice(), &b"x".repeat(SAMPLE)].concat(), "windows-1252", false),
        ];
        for (bytes, name, bom) in cases {
            let encoding = Encoding::detect(bytes);
            assert_eq!((encoding.name(), encoding.has_bom()), (*name, *bom), "{bytes:?}");
            let (text, exact) = encoding.decode(bytes);
            if exact {
                let mut back = encoding.bom().to_vec();
                back.extend(encoding.encode(&text).expect("came from it"));
                assert_eq!(&back, bytes);
            }
        }
        assert_eq!(Encoding::detect(b"caf\xe9 cr\xe8me").encode("中"), None);
        let late = [&b"x".repeat(SAMPLE), b" caf\xe9 cr\xe8me".as_slice()].concat();
        assert_eq!((Encoding::detect(&late).name(), Encoding::of_all(&late).name()), ("UTF-8", "windows-1252"));
        assert!(!Encoding::detect(b"\xff\xfe\0\0T\0\0\0h\0\0\0e\0\0\0").is_utf16(), "UTF-32");
    }
}
