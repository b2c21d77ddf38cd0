//! Bytes to text and back.

use std::str::Utf8Error;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at to tell what they are.
pub(super) const SAMPLE: usize = 64 * 1024;
/// Text has no more than one control character, zeros among them, in so many bytes.
const STRAY: usize = 500;
/// The same of HTML, whose name or beginning says more than a few such characters do.
const STRAY_IN_MARKUP: usize = 50;
/// The byte order mark in UTF-8.
pub(super) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// How a file writes its characters.
///
/// # Examples
///
/// ```
/// use unspin::input::Encoding;
///
/// let encoding = Encoding::detect(b"\xff\xfeT\0h\0e\0");
/// assert_eq!((encoding.name(), encoding.is_utf16(), encoding.bom()), ("UTF-16LE", true, &b"\xff\xfe"[..]));
/// assert_eq!(encoding.encode("é"), Some(vec![0xe9, 0]));
/// assert_eq!(Encoding::detect("naïve".as_bytes()), Encoding::UTF_8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    encoding: &'static encoding_rs::Encoding,
    bom: bool,
}

impl Encoding {
    /// UTF-8 without a byte order mark.
    pub const UTF_8: Self = Self { encoding: UTF_8, bom: false };

    /// Tells the encoding from a byte order mark, from the first bytes being UTF-8, or by detection. Looks at the first
    /// 64 KiB.
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

    /// Whether each byte is a character.
    pub(super) fn is_single_byte(self) -> bool {
        self.encoding.is_single_byte()
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

    /// Bytes of UTF-16, a mark aside, as UTF-8, in which line ends are one byte. Half of a surrogate pair becomes the three
    /// bytes that UTF-8 would have for it and does not allow, so that only its record is unreadable. `None` where there
    /// is half of a unit.
    pub(super) fn widened(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let bytes = bytes.strip_prefix(self.bom()).unwrap_or(bytes);
        let (pairs, []) = bytes.as_chunks::<2>() else { return None };
        let unit = |pair: &[u8; 2]| {
            if self.encoding == UTF_16LE { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }
        };
        let mut out = Vec::with_capacity(bytes.len());
        for c in char::decode_utf16(pairs.iter().map(unit)) {
            match c {
                Ok(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(half) => {
                    let half = half.unpaired_surrogate();
                    let bytes = [0xe0 | (half >> 12), 0x80 | ((half >> 6) & 0x3f), 0x80 | (half & 0x3f)];
                    out.extend(bytes.map(|byte| byte as u8));
                }
            }
        }
        Some(out)
    }

    /// The bytes that [`widened`](Self::widened) was given, a mark aside.
    pub(super) fn narrowed(self, bytes: &[u8]) -> Vec<u8> {
        let mut units = Vec::with_capacity(bytes.len());
        let mut half: Vec<u16> = Vec::new();
        for chunk in bytes.utf8_chunks() {
            units.extend(chunk.valid().encode_utf16());
            half.extend(chunk.invalid().iter().map(|&byte| u16::from(byte)));
            if let [high, middle, low] = half[..] {
                units.push((high << 12) | ((middle & 0x3f) << 6) | (low & 0x3f));
                half.clear();
            }
        }
        let to_bytes = if self.encoding == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
        units.into_iter().flat_map(to_bytes).collect()
    }

    /// What is wrong with a row, held as UTF-8, that is none.
    pub(super) fn fault(self, error: &Utf8Error) -> String {
        if self.is_utf16() {
            format!("is not {}: it has half of a surrogate pair", self.name())
        } else {
            format!("is not UTF-8 at byte {}", error.valid_up_to())
        }
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

/// Whether bytes that are not UTF-16 are no text: there are zeros, and more of those and other control characters than
/// strayed into a page. Of what is compressed every tenth byte looks like one. Whether it is a page is asked only where
/// there are zeros, for most files have none, and it takes a copy to tell.
pub(super) fn is_binary(bytes: &[u8], is_markup: impl FnOnce() -> bool) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if memchr::memchr(0, sample).is_none() {
        return false;
    }
    let stray = if is_markup() { STRAY_IN_MARKUP } else { STRAY };
    let is_stray = |byte: &&u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    sample.iter().filter(is_stray).count() * stray > sample.len()
}

/// What is said of bytes that are no text, with what to do about those that are compressed.
pub(super) fn not_text(bytes: &[u8]) -> String {
    match compressed(bytes) {
        Some((kind, end)) => format!("is {kind} data: name it FILE.{end}, or decompress it first"),
        None => "is binary, not text".to_owned(),
    }
}

/// How bytes are compressed that begin so, and how names of such files end.
pub(super) fn compressed(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(("gzip", "gz")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(("zstd", "zst")),
        _ => None,
    }
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

    #[test]
    fn a_page_may_hold_a_stray_zero() {
        let page = |strays: &str| format!("<p>{}{strays}</p>", "The navy said so. ".repeat(100)).into_bytes();
        for (bytes, in_text, in_markup) in [
            (&page("\0")[..], false, false),
            (&page("\0\u{1}\0"), false, false),
            (&page("\0\u{1}\0\0"), true, false),
            (&page(&"\0".repeat(34)), true, false),
            (&page(&"\0".repeat(40)), true, true),
            (b"a\0b", true, true),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", true, true),
        ] {
            assert_eq!([is_binary(bytes, || false), is_binary(bytes, || true)], [in_text, in_markup], "{bytes:?}");
        }
        assert!(!is_binary(&page("\u{1}\u{1}\u{1}"), || unreachable!("there is no zero")));
    }

    #[test]
    fn halves_of_pairs_pass_through_utf8() {
        let units = [0xfeff, 0x41, 0xd83d, 0xde00, 0xd83d, 0x0a, 0xdc00, 0xd800, 0xd800, 0xe9, 0xffff, 0xdfff];
        for (to_bytes, name) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"), (u16::to_be_bytes, "UTF-16BE")] {
            let bytes: Vec<u8> = units.into_iter().flat_map(to_bytes).collect();
            let encoding = Encoding::detect(&bytes);
            let wide = encoding.widened(&bytes).expect("whole units");
            assert_eq!((encoding.name(), &wide[..5]), (name, "A😀".as_bytes()));
            assert!(std::str::from_utf8(&wide).is_err());
            assert_eq!(encoding.narrowed(&wide), bytes[2..]);
            assert_eq!(encoding.widened(&bytes[..3]), None);
        }
    }
}
