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

/// Rows of dictionaries, most of them of some use.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        ["navy", "military", " ", ",", "|", "x", "\n", "\"", "1", "thesaurus", "The American", "\r\n", "\u{e9}", "-"];
    let piece = prop_oneof![
        20 => proptest::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        4 => Just(b"navy,military,thesaurus,3,2,x\n".to_vec()),
        4 => Just(b"military,navy|fleet,x\n".to_vec()),
        2 => Just(vec![0xff]),
        1 => proptest::collection::vec(any::<u8>(), 1..4),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Gold files of both formats, most of them nearly sound.
fn gold() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "S a b c\n",
        "A 0 1|||R:HARD|||x|||REQUIRED|||-NONE-|||0\n",
        "A 1 1|||M|||y||z|||",
        "A 0 9|||R|||x\n",
        "A -1 -1|||noop|||",
        "\n",
        " ",
        "{\"id\":\"x\",\"text\":\"a \u{e9} c\",\"edits\":[",
        "{\"start\":2,\"end\":3,\"spun\":\"\u{e9}\",\"corrections\":[\"b\"],\"severity\":\"hard\"}",
        "{\"start\":4,\"end\":2,\"spun\":\"c\",\"corrections\":[],\"severity\":\"soft\"}",
        ",",
        "]}\n",
        "|||",
        "\u{2028}",
        "S \u{a0}x\n",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..16)
        .prop_map(|pieces| pieces.concat().into_bytes())
}

/// `PROPTEST_CASES` runs more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128)
}

/// What the fuzzer found.
#[test]
fn a_mark_alone_and_insertions_at_one_place() {
    for format in [Format::Jsonl, Format::Csv, Format::Tsv] {
        for mark in [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff"] {
            bodies::input(format, mark);
        }
    }
    bodies::fix(&[0, 0, 1, 0, 0, 0, b'x', b'y', b'z', b'x', b'y', b'z']);
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
    fn dictionaries(data in rows()) {
        bodies::dictionary(&data);
    }

    #[test]
    fn gold_files(data in gold()) {
        bodies::gold(&data);
    }

    #[test]
    fn inputs(data in bytes()) {
        for format in [Format::Jsonl, Format::Csv, Format::Tsv, Format::Markdown, Format::Mdx, Format::Html] {
            bodies::input(format, &data);
        }
    }
}
