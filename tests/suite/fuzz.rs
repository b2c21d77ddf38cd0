//! The fuzz targets' bodies on random bytes, for machines without a fuzzer.

#[path = "../fuzz/bodies.rs"]
mod bodies;

use proptest::prelude::*;
use unspin::input::Format;

/// Pieces that make something of each format.
const PIECES: [&[u8]; 28] = [
    b"text",
    b"\"",
    b"{\"text\":\"",
    b"\"}\n",
    b",",
    b"\t",
    b"\n",
    b"\r\n",
    b"\\u00e9",
    b"\\",
    b"\xc3\xa9",
    b"\xff",
    b"<p>",
    b"</p>",
    b"<b>",
    b"&amp;",
    b"<!--",
    b"-->",
    b"`",
    b"* ",
    b"[a](b)",
    b"\n\n",
    b"The Protection Secretary ",
    b"navy ",
    b"text,id\n",
    b"\xef\xbb\xbf",
    b"\0",
    b"\xff\xfe",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => (0..PIECES.len()).prop_map(|piece| PIECES[piece].to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ];
    (0..4usize, proptest::collection::vec(piece, 0..40)).prop_map(|(head, pieces)| {
        let head: &[u8] = [b"".as_slice(), b"text\n", b"id,text\n", b"text\tid\n"][head];
        [head.to_vec(), pieces.concat()].concat()
    })
}

/// `PROPTEST_CASES` runs more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts(data in bytes()) {
        bodies::check(&data);
    }

    #[test]
    fn edits(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        bodies::fix(&data);
    }

    #[test]
    fn inputs(data in bytes()) {
        for format in [Format::Jsonl, Format::Csv, Format::Tsv, Format::Markdown, Format::Html] {
            bodies::input(format, &data);
        }
    }
}
