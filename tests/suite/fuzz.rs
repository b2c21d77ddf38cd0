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

/// A sound row for each table of [`bodies::dictionary`], but for the phrases that stand in its braces.
const ROWS: [&str; 10] = [
    "{},{}|{},x\n",
    "{},{},thesaurus,3,2,x\n",
    "{},{},phrasal,1,1,x\n",
    "{},{},12,{},,x\n",
    "{},{},x\n",
    "{},name,{},x\n",
    "{},plural,{},x\n",
    "{},{},common,x\n",
    "{},400,1,x\n",
    "{},says who\n",
];

/// Files of dictionaries: most rows are sound, some are of another table, cut off or made of bytes at random.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    const PHRASES: [[&str; 4]; 3] = [
        ["navy", "The American navy", "stay", "colour"],
        ["military", "remain in place", "nation", "\u{e9}"],
        ["army", "Hold Fast", "x-ray", "within"],
    ];
    let filled = |row: &'static str| {
        PHRASES.map(|phrases| proptest::sample::select(phrases.to_vec())).prop_map(move |phrases| {
            let row = phrases.iter().fold(row.to_owned(), |row, phrase| row.replacen("{}", phrase, 1));
            row.into_bytes()
        })
    };
    let file = move |table: usize| {
        let row = prop_oneof![
            60 => filled(ROWS[table]),
            1 => (0..ROWS.len()).prop_flat_map(move |table| filled(ROWS[table])),
            1 => proptest::collection::vec(any::<u8>(), 1..4),
            1 => Just(b"navy,\"mili".to_vec()),
        ];
        proptest::collection::vec(row, 0..3).prop_map(|rows| rows.concat())
    };
    let files: Vec<_> = (0..ROWS.len()).map(file).collect();
    (any::<u8>(), files).prop_map(|(first, files)| [vec![first], files.join(&0xff)].concat())
}

/// Files of decisions about the text of [`bodies::decisions`], most of them nearly sound.
fn decided() -> impl Strategy<Value = Vec<u8>> {
    let words =
        ["navy", "the navy", "navy would", "Protection", "Protection Secretary", "nation.\r\n", "", "\u{e9}", "."];
    let word = || proptest::sample::select(words.to_vec());
    let verdict =
        proptest::sample::select(vec!["accept", "accept", "accept", "reject", "ignore", "undecided", "maybe"]);
    let of_two = || proptest::sample::select(vec!["a", "b"]);
    let line = (of_two(), of_two(), 0..3usize, word(), word(), word(), proptest::option::of(word()), verdict).prop_map(
        |(path, id, nth, text, before, after, replacement, verdict)| {
            let line = serde_json::json!({
                "path": path, "id": id, "nth": nth, "text": text, "before": before, "after": after,
                "replacement": replacement, "decision": verdict, "by": id,
            });
            format!("{line}\n")
        },
    );
    (proptest::collection::vec(line, 0..12), any::<bool>()).prop_map(|(lines, whole)| {
        let lines = lines.concat();
        lines.as_bytes()[..if whole { lines.len() } else { lines.len() / 2 }].to_vec()
    })
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
        "S don't stop, now.\n",
        "A 0 2|||R|||-NONE-||y|||REQUIRED|||document=b|||1\n",
        "S\nA 0 0|||M:SOFT|||z|||REQUIRED|||-NONE-|||0\n",
        "{\"id\":\"y|| z\",\"text\":\"One.\\r\\n\\nIt's two\\n\",\"edits\":[",
        "{\"start\":0,\"end\":2,\"corrections\":[\"b||c\",\"\"],\"severity\":\"soft\"}",
        "{\"start\":4,\"end\":6,\"corrections\":[\"\",\"x\"],\"severity\":\"hard\"}",
        "{\"start\":7,\"end\":9,\"corrections\":[],\"severity\":\"hard\"}",
        "{\"start\":9,\"end\":9,\"corrections\":[\"no \"],\"severity\":\"hard\"}",
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
    fn decisions(data in decided()) {
        bodies::decisions(&data);
    }

    #[test]
    fn gold_files(data in gold()) {
        bodies::gold(&data);
    }

    #[test]
    fn inputs(data in bytes()) {
        use Format::{Csv, Html, Jsonl, Markdown, Mdx, Text, Tsv};
        for format in [Text, Jsonl, Csv, Tsv, Markdown, Mdx, Html] {
            bodies::input(format, &data);
        }
    }
}
