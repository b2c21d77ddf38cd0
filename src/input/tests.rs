use proptest::prelude::*;

use super::*;
use crate::span::Span;

fn records(name: &str, fields: &[&str], bytes: &[u8]) -> Vec<Record> {
    let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
    let source = Source::new(name, None, &fields);
    let rows = source.read(bytes.to_vec()).expect("opens");
    rows.map(|raw| raw.expect("reads").parse().expect("parses")).collect()
}

/// Replaces every `from` in every text by `to` and gives the bytes.
fn rewrite(name: &str, fields: &[&str], bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for record in records(name, fields, bytes) {
        let mut edits = Vec::new();
        for n in 0..record.len() {
            for (at, _) in record.text(n).match_indices(from) {
                edits.extend(record.source_edits(n, Span::new(at, at + from.len()), to).unwrap_or_default());
            }
        }
        out.extend(record.rewrite(&edits).expect("writes"));
    }
    out
}

fn check(name: &str, bytes: &[u8], texts: &[&str], fixed: &[u8]) {
    let found: Vec<String> = records(name, &[], bytes)
        .iter()
        .flat_map(|r| (0..r.len()).map(|n| r.text(n).to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(found, texts, "{name}");
    let out = rewrite(name, &[], bytes, "navy", "military");
    assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(fixed), "{name}");
    assert_eq!(out, fixed, "{name}");
    let same = rewrite(name, &[], bytes, "no such words", "x");
    assert_eq!(same, bytes, "{name}: no edit, same bytes");
}

#[test]
fn text_in_every_encoding() {
    check("a.txt", b"", &[""], b"");
    check("a.txt", b"the navy\r\nsaid", &["the navy\r\nsaid"], b"the military\r\nsaid");
    check("a.txt", b"\xef\xbb\xbfthe navy", &["the navy"], b"\xef\xbb\xbfthe military");
    check(
        "a.txt",
        b"caf\xe9: isn\x92t navy \x93x\x94",
        &["café: isn’t navy “x”"],
        b"caf\xe9: isn\x92t military \x93x\x94",
    );
    let utf16 =
        |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat();
    check("a.txt", &utf16("the é navy"), &["the é navy"], &utf16("the é military"));
    // What it is may show late.
    let late = |word: &[u8]| [&b"x".repeat(1 << 17), b" caf\xe9 ".as_slice(), word].concat();
    assert_eq!(rewrite("a.txt", &[], &late(b"navy"), "navy", "\u{e8}"), late(b"\xe8"));
    // Bad bytes stay where they are.
    check(
        "a.txt",
        b"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xff navy \xe2\x80 navy",
        &["ééééé \u{fffd} navy \u{fffd} navy"],
        b"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xff military \xe2\x80 military",
    );
}

#[test]
fn binary_is_refused() {
    let raw = Source::new("a.txt", None, &[]).read(b"ab\0\x01\x02cd".to_vec()).expect("opens").next().expect("one");
    assert_eq!(raw.expect("reads").parse().expect_err("binary").kind(), ErrorKind::Binary);
}

#[test]
fn what_compresses_says_how() {
    for (compression, shown) in [
        (Compression::None, "Compressor(None, ..)"),
        (Compression::Gzip, "Compressor(Gzip, ..)"),
        (Compression::Zstd, "Compressor(Zstd, ..)"),
    ] {
        assert_eq!(format!("{:?}", compression.writer(Vec::new()).expect("set up")), shown);
    }
}

#[test]
fn json_lines() {
    check(
        "a.jsonl",
        b"{\"id\": 1,  \"text\":\"the\\u0020n\\u0061vy, \\\"navy\\\"\\n\\ud83d\\ude00 navy\" }\r\n\n{\"x\":\"navy\"}\n{\"text\":null}",
        &["the navy, \"navy\"\n😀 navy"],
        b"{\"id\": 1,  \"text\":\"the\\u0020military, \\\"military\\\"\\n\\ud83d\\ude00 military\" }\r\n\n{\"x\":\"navy\"}\n{\"text\":null}",
    );
    let out = rewrite(
        "a.jsonl",
        &["a.b", "c.d"],
        b"{\"a\":{\"b\":\"navy\"},\"c.d\":\"navy\",\"b\":\"navy\"}\n",
        "navy",
        "\"x\"",
    );
    assert_eq!(out, b"{\"a\":{\"b\":\"\\\"x\\\"\"},\"c.d\":\"\\\"x\\\"\",\"b\":\"navy\"}\n");
    for (bad, says) in [
        ("{\"text\":\n", "is not JSON: EOF while parsing a value at column 8"),
        ("[1]\n", "is not a JSON object"),
        ("{\"text\":\"\\ud83d\"}", "field \"text\" has half of a surrogate pair"),
        ("{\"\\ud83d\":1}", "has a name that cannot be read: unexpected end of hex escape"),
        (
            "{\"text\":\"a\"}\r{\"text\":\"b\"}\r",
            "has line ends of CR alone; convert them to LF, as with tr '\\r' '\\n'",
        ),
    ] {
        let rows = Source::new("a.jsonl", None, &[]).read(bad.as_bytes().to_vec()).expect("opens");
        let error = rows.map(|raw| raw.expect("reads").parse()).next().expect("one").expect_err("bad");
        assert_eq!((error.kind(), error.record()), (ErrorKind::Malformed, Some(1)), "{error}");
        assert_eq!(error.to_string(), format!("a.jsonl, record 1: {says}"));
    }
    // Each of the files that were put together has its mark.
    let marked = "\u{feff}{\"text\":\"a navy\"}\n\u{feff}{\"text\":\"the navy\"}\n";
    check("a.jsonl", marked.as_bytes(), &["a navy", "the navy"], marked.replace("navy", "military").as_bytes());
}

#[test]
fn lists_of_strings_are_one_text() {
    let line = b"{\"p\":[ \"The n\\u0061vy\",null,\"\", \"navy\\n\"],\"s\":[{\"p\":[\"navy\"]},{\"q\":1},{\"p\":[\"said\",[\"navy\"]]}],\"a.0[]\":\"navy\",\"o\":{\"0\":\"x\"}}\n";
    let whole = "The navy\n\n\n\nnavy\n";
    for (path, text) in [
        ("p", Some(whole)),
        ("p[]", Some(whole)),
        ("p[0]", Some("The navy")),
        ("p.3", Some("navy\n")),
        ("p[1]", None),
        ("p[9]", None),
        ("p[x]", None),
        ("p..", None),
        ("s", None),
        ("s[].p", Some("navy\n\nsaid\n\nnavy")),
        ("s[2].p[1][0]", Some("navy")),
        ("s.2.p.1.0", Some("navy")),
        ("s.p", None),
        ("a.0[]", Some("navy")),
        ("o.0", Some("x")),
        ("o[]", None),
    ] {
        let record = &records("a.jsonl", &[path], line)[0];
        let found = (!record.is_empty()).then(|| (record.text(0), record.field(0)));
        assert_eq!(found, text.map(|text| (text, Some(path))), "{path}");
    }
    let deep = format!("{{\"p\":{}\"a\",{{\"p\":[\"b]\"]}},\"c\\\"]\"{}}}", "[".repeat(6000), "]".repeat(6000));
    assert_eq!(records("a.jsonl", &["p"], deep.as_bytes())[0].text(0), "a\n\nc\"]");
    let nameless = "{\"\":".repeat(6000) + "1" + &"}".repeat(6000);
    assert!(records("a.jsonl", &["[0]"], nameless.as_bytes())[0].is_empty());
    // Order and bytes stay, and no edit goes from one string to the next.
    let fixed = |from, to| String::from_utf8(rewrite("a.jsonl", &["p"], line, from, to)).expect("UTF-8");
    assert!(
        fixed("navy", "\"fleet\"")
            .starts_with("{\"p\":[ \"The \\\"fleet\\\"\",null,\"\", \"\\\"fleet\\\"\\n\"],\"s\":[{\"p\":[\"navy\"]},")
    );
    assert_eq!(fixed("navy\n\n\n\nnavy", "fleet").as_bytes(), line);
}

#[test]
fn one_string_is_one_text_however_many_fields_lead_to_it() {
    let line = br#"{"t":["The navy.","A navy."],"u":"navy"}"#;
    for fields in [&["t", "t[]", "u"][..], &["t", "t[1]", "u", "u"], &["t[0]", "t[]", "u"]] {
        let fixed = rewrite("a.jsonl", fields, line, "navy", "fleet");
        assert_eq!(String::from_utf8_lossy(&fixed), r#"{"t":["The fleet.","A fleet."],"u":"fleet"}"#, "{fields:?}");
    }
}

#[test]
fn a_tag_may_have_any_number_of_attributes() {
    for attribute in ["a=\"x\" ", "a=\" x\"\n", "a='x' ", "a=\"x\"\r\n"] {
        for cycle in [1, 127] {
            let other = if cycle == 1 { "" } else { "a=\"x\" " };
            let attributes = format!("{}{other}", attribute.repeat(cycle)).repeat(40_000 / cycle);
            let page = format!("<p {attributes}>The navy.</p><img {attributes}/><p>A navy.</p>");
            let fixed = rewrite("a.html", &[], page.as_bytes(), "navy", "fleet");
            assert_eq!(String::from_utf8_lossy(&fixed), page.replace("navy", "fleet"));
            assert_eq!(records("a.html", &[], page.as_bytes())[0].text(0).trim(), "The navy.\n\nA navy.");
        }
    }
}

#[test]
fn edits_that_overlap_are_refused() {
    for name in ["utf-8.txt", "utf-16.txt"] {
        let text = "The navy left.";
        let bytes = match name {
            "utf-8.txt" => text.as_bytes().to_vec(),
            _ => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        };
        let record = &records(name, &[], &bytes)[0];
        let edits = [(Span::new(4, 8), "fleet".to_owned()), (Span::new(6, 13), "x".to_owned())];
        let error = record.rewrite(&edits).expect_err("both change one byte").to_string();
        assert!(error.ends_with("edits that overlap: of bytes 4 to 8 and 6 to 13"), "{error}");
    }
}

#[test]
fn fields_may_hold_markup() {
    let html = "<p class=\"navy\">The <b>na</b>vy &amp; \u{e9} navy</p><script>navy</script>";
    let repaired = "<p class=\"navy\">The <b>na</b>vy &amp; \u{e9} fleet &amp; co</p><script>navy</script>";
    let json = |html: &str| serde_json::json!({ "body": html, "id": 1 }).to_string() + "\n";
    let csv = |html: &str| format!("id,body\n1,\"{}\"\n", html.replace('"', "\"\""));
    for (name, file) in [("a.jsonl", &json as &dyn Fn(&str) -> String), ("a.csv", &csv)] {
        let mut source = Source::new(name, None, &["body".to_owned()]);
        let read = |source: &Source| -> Record {
            let rows = source.read(file(html).into_bytes()).expect("opens");
            rows.map(|raw| raw.expect("reads").parse().expect("parses")).last().expect("a record")
        };
        let plain = read(&source);
        assert!(plain.text(0) == html && plain.looks_like_html(0) && !plain.is_lifted(0), "{name}");
        source.field_format = Some(Format::Html);
        let record = read(&source);
        assert!(record.is_lifted(0) && !record.looks_like_html(0), "{name}");
        assert_eq!((record.shown(0), record.text(0)), (html, "The navy & \u{e9} navy\n\n"), "{name}");
        let at = record.text(0).rfind("navy").expect("there");
        let span = Span::new(at, at + 4);
        assert_eq!(&html[record.shown_span(0, span).range()], "navy");
        let shown = record.shown_edits(0, span, "fleet & co").expect("plain");
        assert_eq!(shown, [(record.shown_span(0, span), "fleet &amp; co".to_owned())], "{name}");
        let out = record.rewrite(&record.source_edits(0, span, "fleet & co").expect("plain")).expect("UTF-8");
        assert!(file(repaired).as_bytes().ends_with(&out), "{name}: {}", String::from_utf8_lossy(&out));
        // Where markup stands between, nothing tells what goes where.
        assert_eq!(record.source_edits(0, Span::new(4, 8), "fleet"), None, "{name}");
    }
    let mut source = Source::new("a.jsonl", None, &[]);
    source.field_format = Some(Format::Markdown);
    let mut rows = source.read(b"{\"text\":\"`navy` is\\n[the](navy) \\\\*navy\"}".to_vec()).expect("opens");
    let record = rows.next().expect("one").and_then(|raw| raw.parse()).expect("sound");
    assert_eq!(record.text(0).trim_end(), "`…` is\nthe *navy");
}

#[test]
fn what_looks_like_html_is_told_and_prose_is_not() {
    for (text, yes) in [
        ("<p>The navy", true),
        (" <!DOCTYPE html>", true),
        ("The <b>navy</b>", true),
        ("The navy <said>", false),
        ("a < b </ c", false),
        (" ", false),
    ] {
        let line = serde_json::json!({ "text": text }).to_string();
        assert_eq!(records("a.jsonl", &[], line.as_bytes())[0].looks_like_html(0), yes, "{text:?}");
    }
}

#[test]
fn html_is_known_by_its_beginning_where_no_name_says_anything() {
    let page = b"\n<!doctype html><p class=navy>navy";
    for (name, html) in [
        ("index.html?page=2", true),
        ("article", true),
        ("-", true),
        ("a.php", true),
        ("a.aspx.gz", true),
        ("a.txt", false),
    ] {
        let wanted: &[u8] = if html { b"\n<!doctype html><p class=navy>fleet" } else { page };
        let out = rewrite(name, &[], page, "navy", "fleet");
        assert_eq!(out == wanted, html, "{name}: {}", String::from_utf8_lossy(&out));
    }
    let wide = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    assert_eq!(rewrite("x", &[], &wide("<html><p id=navy>navy"), "navy", "fleet"), wide("<html><p id=navy>fleet"));
    assert_eq!(rewrite("x", &[], b"<html> ca\xe9 navy", "navy", "\u{1f600}"), b"<html> ca\xe9 &#128512;");
}

#[test]
fn half_of_a_pair_is_the_fault_of_its_record() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let half = 0xd83d_u16.to_le_bytes().to_vec();
    for (name, header, before, after) in
        [("a.jsonl", "", "{\"text\":\"navy", "\"}\n"), ("a.csv", "id,text\n", "1,\"navy", "\"\n")]
    {
        let row = wide(&format!("{before}{after}"));
        let bad = [wide(before), half.clone(), wide(after)].concat();
        let bytes = [vec![0xff, 0xfe], wide(header), row.clone(), bad, row].concat();
        let (mut out, mut faults) = (Vec::new(), Vec::new());
        for raw in Source::new(name, None, &[]).read(bytes.clone()).expect("opens").map(|raw| raw.expect("reads")) {
            match raw.parse() {
                Ok(record) => out.extend(record.rewrite(&[]).expect("UTF-16")),
                Err(error) => {
                    out.extend(raw.untouched());
                    faults.push(error.to_string());
                }
            }
        }
        assert_eq!(out, bytes, "{name}");
        assert_eq!(faults, [format!("{name}, record 2: is not UTF-16LE: it has half of a surrogate pair")]);
    }
}

/// The texts of a table.
fn column(name: &str, bytes: &str) -> Vec<String> {
    let records = records(name, &["text"], bytes.as_bytes());
    let all: Vec<u8> = records.iter().flat_map(|record| record.rewrite(&[]).expect("UTF-8")).collect();
    assert_eq!(String::from_utf8_lossy(&all), bytes, "{name}");
    records.iter().filter(|record| !record.is_empty()).map(|record| record.text(0).to_owned()).collect()
}

#[test]
fn between_tabs_a_quote_may_be_just_that() {
    let long = "\"a ".to_owned() + &"b".repeat(40);
    let many = format!("text\tid\n{}", format!("{long}\t1\n").repeat(3));
    for (table, texts) in [
        // Quoted fields are as ever, over several lines too.
        ("text\tid\n\"a\tb\"\"\"\t1\n", &["a\tb\""][..]),
        ("text\tid\n\"a\nb\"\t1\n\"c\"\t2", &["a\nb", "c"]),
        ("id\ttext\r\n1\t\"a\r\nb\"\r\n2\tc\r\n", &["a\r\nb", "c"]),
        ("id\ttext\n1\t\"a\n\nb\t\"\n2\tc\n", &["a\n\nb\t", "c"]),
        // Quotes that end nowhere, or before more of the field.
        ("text\tid\n\"a\t1\nb\t2\n", &["\"a", "b"]),
        ("text\tid\n\"a\" b\t1\n\"c\t2\n", &["\"a\" b", "\"c"]),
        ("text\tid\n\"a\" \"b\"\t1\n", &["\"a\" \"b\""]),
        // Or at the end of a later row.
        ("text\tid\n\"a\t1\n5\"\t2\n", &["\"a", "5\""]),
        (&many, &[&long, &long, &long]),
    ] {
        assert_eq!(column("a.tsv", table), texts, "{table:?}");
    }
    // What stands before other marks is quoted as ever.
    assert_eq!(column("a.csv", "text,id\n\"a,1\n5\",2\n"), ["a,1\n5"]);
}

#[test]
fn what_stands_between_columns_is_told_by_the_header() {
    for (name, table, texts) in [
        ("a.csv", "id;text\n1;\"a;b\"\n2;c,d\n", &["a;b", "c,d"][..]),
        ("a.csv", "\u{feff}sep=;\r\nid;text\r\n1;a\r\n", &["a"]),
        ("a.csv", "sep=|\nid,x|text\n1|a\n", &["a"]),
        ("a.csv", "id\ttext\n1\t\"a\n", &["\"a"]),
        ("a.csv", "id|text\n1|a", &["a"]),
        ("a.tsv", "id,text\n1,\"a,b\"\n", &["a,b"]),
        ("a.csv", "a;b,text\n1,a\n", &["a"]),
        ("a.csv", "text\na;b\n", &["a;b"]),
        ("a.csv", "\"id\";\"title, short\";\"text\"\n1;2;a\n", &["a"]),
        ("a.csv", "\"id\";\"ti\ntle\";\"text\"\n1;2;a\n", &["a"]),
        ("a.csv", "\"id;no\",text\n1,a\n", &["a"]),
        ("a.csv", "sep=;\r\nid;text", &[]),
        ("a.csv", "\"long\nname\";text\n1;a\n", &["a"]),
        ("a.csv", "\"id\nx\"|\"text\"\n1|a", &["a"]),
        ("a.csv", "\"id\nx\"\ttext\n1\ta\n", &["a"]),
        ("a.csv", "\"x\"\"\ny\";\"text\"\n1;a\n2;b\n", &["a", "b"]),
        ("a.csv", "sep=;\n\"a,b\";text\n1;a\n", &["a"]),
    ] {
        assert_eq!(column(name, table), texts, "{table:?}");
    }
    let says = |table: &str, delimiter: Option<u8>| {
        let mut source = Source::new("a.csv", None, &[]);
        source.delimiter = delimiter;
        source.read(table.into()).map(Iterator::count).map_err(|error| error.to_string())
    };
    let more = "and no more; name it with --column, or say what stands between its columns with \
                --delimiter";
    assert_eq!(says("id^text\n", None), Err(format!("a.csv: has no column \"text\"; it has id^text, {more}")));
    let blank = "it has a blank first line, where their names should be; take that out";
    assert_eq!(says("\nid,text\n", None), Err(format!("a.csv: has no column \"text\"; {blank}")));
    assert_eq!(says("id;text\n", Some(b',')), Err(format!("a.csv: has no column \"text\"; it has id;text, {more}")));
    assert_eq!(says("id^text\n1^a\n", Some(b'^')), Ok(2));
    for (delimiter, byte) in [(0xc3, "0xc3"), (b'"', "0x22"), (b'\n', "0x0a")] {
        let message = format!("a.csv: cannot be cut at byte {byte}; give a delimiter of ASCII, such as ; or a tab");
        assert_eq!(says("id\u{e9}text\n1\u{e9}a\n", Some(delimiter)), Err(message));
    }
    // What is added stands between the same.
    let record = &records("a.csv", &[], b"id;text\n1;a\n")[1];
    let added = [("was".to_owned(), serde_json::Value::from("a;b"))];
    assert_eq!(record.rewrite_with(&[], &added).expect("writes"), b"1;a;\"a;b\"\n");
}

#[test]
fn a_table_with_the_line_ends_of_old_is_refused() {
    let open = |bytes: &[u8]| source("a.csv").read(bytes.to_vec());
    for bytes in [&b"text,id\rthe navy,1\r"[..], b"\"a\rb\"\rthe navy"] {
        let error = open(bytes).err().expect("refused");
        assert!(error.to_string().starts_with("a.csv: has line ends of CR alone; "), "{error}");
    }
    for bytes in [&b"\"a\rb\",text\r\n1,2\r\n"[..], b"text\r\r\nthe navy\r\r\n", b"text\r"] {
        assert!(open(bytes).is_ok(), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn tables() {
    check(
        "a.csv",
        b"\xef\xbb\xbfid,text,more\r\n1,\"the \"\"navy\"\", a\nnavy\",navy\r\n2,navy ,\n3\n",
        &["the \"navy\", a\nnavy", "navy "],
        b"\xef\xbb\xbfid,text,more\r\n1,\"the \"\"military\"\", a\nmilitary\",navy\r\n2,military ,\n3\n",
    );
    check("a.tsv", b"text\tid\nsay \"navy\", ok\t1", &["say \"navy\", ok"], b"text\tid\nsay \"military\", ok\t1");
    // A bare field is quoted when it must be.
    let out = rewrite("a.csv", &["2"], b"id,words\n1,the navy navy\n", "navy", "army, \"x\"");
    assert_eq!(String::from_utf8_lossy(&out), "id,words\n1,\"the army, \"\"x\"\" army, \"\"x\"\"\"\n");
    for (header, says) in [
        (&b"id,words\n"[..], "has no column \"text\"; it has id, words; name the one that is text with --column"),
        (b"text,id,text\n", "has 2 columns \"text\"; name the one that is text by its number, which is 1 or 3"),
        (b"\xef\xbb\xbfid,te\xffxt,text\n", "its header is not UTF-8 at byte 5"),
    ] {
        let error = Source::new("a.csv", None, &[]).read(header.to_vec()).err().expect("refused");
        assert_eq!(error.to_string(), format!("a.csv: {says}"));
    }
    // However long the first row is, the message is short.
    for header in [format!("id,\"{}\"\n", "a navy\nleft ".repeat(9000)), "column,".repeat(9000)] {
        let error = Source::new("a.csv", None, &[]).read(header.into_bytes()).err().expect("refused").to_string();
        assert!(error.len() < 300 && error.ends_with("--column") && !error.contains('\n'), "{error}");
    }
    let out = rewrite("a.csv", &["1", "3"], b"text,id,text\nnavy,navy,navy\n", "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), "text,id,text\narmy,navy,army\n");
    // Who writes a name as it is means no other, and a name that is a number is a name first.
    let out = rewrite("a.csv", &["text"], b" text,id,text\nnavy,navy,navy\n", "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), " text,id,text\nnavy,navy,army\n");
    let out = rewrite("a.csv", &["3"], b"3,id,3\nnavy,navy,navy\n", "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), "3,id,3\nnavy,navy,army\n");
    let mut rows = Source::new("a.csv", None, &[]).read(b"text\n\"open\n\n".to_vec()).expect("opens");
    assert!(rows.next().expect("header").is_ok());
    assert!(rows.next().expect("row").expect_err("unclosed").to_string().contains("never closed"));
}

#[test]
fn characters_that_an_encoding_lacks_are_escaped_where_that_is_possible() {
    let to = "ca\u{e9} \u{1f600}";
    let latin = &b"caf\xe9 na\xefve fa\xe7ade"[..];
    let jsonl = |new: &[u8]| [b"{\"id\":\"", latin, b"\",\"text\":\"a ", new, b"\"}\n"].concat();
    assert_eq!(rewrite("a.jsonl", &[], &jsonl(b"navy"), "navy", to), jsonl(b"ca\xe9 \\ud83d\\ude00"));
    let html = |new: &[u8]| [b"<p>", latin, b" ", new, b"</p>"].concat();
    assert_eq!(rewrite("a.html", &[], &html(b"navy"), "navy", to), html(b"ca\xe9 &#128512;"));
    // What is ASCII may be read in any encoding, unless it is JSON.
    assert_eq!(rewrite("a.html", &[], b"<p>navy", "navy", to), b"<p>ca&#233; &#128512;");
    assert_eq!(rewrite("a.html", &[], "<p>é navy".as_bytes(), "navy", to), format!("<p>é {to}").into_bytes());
    assert_eq!(
        rewrite("a.jsonl", &[], b"{\"text\":\"navy\"}", "navy", to),
        format!("{{\"text\":\"{to}\"}}").into_bytes()
    );
    let record = &records("a.jsonl", &[], &jsonl(b"\\u2603"))[0];
    let added = [("was".to_owned(), serde_json::Value::from(record.text(0)))];
    let out = record.rewrite_with(&[], &added).expect("all has a place");
    let end = b",\"was\":\"a \\u2603\"}\n";
    assert!(out.ends_with(end), "{}", String::from_utf8_lossy(&out));
    let text = &records("a.txt", &[], &[latin, b" navy"].concat())[0];
    assert_eq!(text.source_edits(0, Span::new(0, 0), to), None, "no escapes there");
    let edits = [(Span::new(0, 0), to.to_owned())];
    assert_eq!(text.rewrite(&edits).expect_err("nor here").kind(), ErrorKind::Encoding);
}

#[test]
fn a_text_that_is_named_twice_is_there_once() {
    for (name, bytes, fields) in [
        ("a.jsonl", &b"{\"text\":\"the navy\"}\n"[..], &["text", "text"][..]),
        ("a.csv", b"id,text\n1,the navy\n", &["text", "2"]),
        ("a.csv", b"id,text\n1,caf\xe9: isn\x92t navy \x93x\x94\n", &["2", "text", "2"]),
    ] {
        let last = records(name, fields, bytes).pop().expect("a record");
        assert_eq!((last.len(), last.fields()), (1, &[fields[0].to_owned()][..]), "{name}");
        let at = memchr::memmem::find(bytes, b"navy").expect("there");
        let wanted = [&bytes[..at], b"military", &bytes[at + "navy".len()..]].concat();
        assert_eq!(rewrite(name, fields, bytes, "navy", "military"), wanted, "{name}");
    }
}

/// Gives its bytes one at a time, as a pipe may, and then fails if it is to.
struct Trickle(std::vec::IntoIter<u8>, Option<io::Error>);

impl Read for Trickle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match (self.0.next(), into.first_mut()) {
            (Some(byte), Some(place)) => *place = byte,
            (None, _) => return self.1.take().map_or(Ok(0), Err),
            _ => return Ok(0),
        }
        Ok(1)
    }
}

#[test]
fn each_record_is_read_as_what_it_is_written_in() {
    let plain = "{\"text\":\"plain\"}\n".repeat(9000);
    let latin = &b"{\"text\":\"caf\xe9\"}\n"[..];
    let wide = "{\"text\":\"\u{201c}Hi\u{201d}\"}\n".as_bytes();
    let plain = plain.as_bytes();
    assert!(plain.len() > 2 * encoding::SAMPLE);
    for (rows, texts) in [
        ([latin, plain, wide, latin], &[Some("caf\u{e9}"), Some("\u{201c}Hi\u{201d}"), Some("caf\u{e9}")][..]),
        ([plain, latin, plain, wide], &[Some("caf\u{e9}"), Some("\u{201c}Hi\u{201d}")]),
        // Where rows before it are UTF-8, what is not is damaged.
        ([wide, plain, latin, plain], &[Some("\u{201c}Hi\u{201d}"), None]),
    ] {
        let raws = Source::new("a.jsonl", None, &[]).read(rows.concat()).expect("opens");
        let read = raws
            .map(|raw| raw.expect("a row").parse().ok())
            .map(|record| record.map(|record| record.text(0).to_owned()));
        let read: Vec<Option<String>> = read.filter(|text| text.as_deref() != Some("plain")).collect();
        assert_eq!(read.iter().map(Option::as_deref).collect::<Vec<_>>(), texts);
    }
}

#[test]
fn encodings_are_told_from_more_than_the_first_bytes_of_a_pipe() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("{\"text\":\"é\"}\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, text) in [
        (wide, "é"),
        ("\u{feff}{\"text\":\"café\"}\n".into(), "café"),
        (b"{\"text\":\"The caf\xe9 isn\x92t \x93open\x94 today\"}\n".to_vec(), "The café isn’t “open” today"),
    ] {
        let rows = source("a.jsonl").rows(BufReader::new(Trickle(bytes.into_iter(), None))).expect("opens");
        let texts: Vec<String> =
            rows.map(|raw| raw.expect("reads").parse().expect("parses").text(0).to_owned()).collect();
        assert_eq!(texts, [text]);
    }
    // A row of standard input is there at once, and a later one tells what is the same for all that follow.
    let late = [
        b"{\"text\":\"One.\"}\n",
        b"{\"text\":\"The caf\xe9 isn\x92t \x93open\x94\"}\n".as_slice(),
        b"{\"text\":\"\xe9\"}",
    ];
    let table = [b"text\nOne.\n", b"The caf\xe9 isn\x92t \x93open\x94\n".as_slice(), b"\xe9"];
    for (format, bytes) in [(Format::Jsonl, late), (Format::Csv, table)] {
        let source = Source::new("-", Some(format), &[]);
        let bytes = bytes.concat().into_iter();
        let rows = source.rows(BufReader::new(Trickle(bytes, None))).expect("opens");
        let parsed: Vec<Record> = rows.map(|raw| raw.expect("reads").parse().expect("parses")).collect();
        let texts: Vec<&str> = parsed.iter().filter(|one| !one.is_empty()).map(|one| one.text(0)).collect();
        assert_eq!(texts, ["One.", "The café isn’t “open”", "é"]);
    }
    // One of UTF-8 settles it, be a later one broken.
    let rows = Source::new("-", Some(Format::Jsonl), &[]);
    let rows = rows.read(b"{\"text\":\"caf\xc3\xa9\"}\n{\"text\":\"\xe9\"}".to_vec()).expect("opens");
    assert_eq!(rows.map(|raw| raw.expect("reads").parse().is_ok()).collect::<Vec<_>>(), [true, false]);
    let broken = Trickle(b"{\"text\":\"One.\"}\n{".to_vec().into_iter(), Some(io::ErrorKind::UnexpectedEof.into()));
    let mut rows = source("a.jsonl").rows(BufReader::new(broken)).expect("opens");
    assert!(rows.next().expect("a row").is_ok());
    assert_eq!(rows.next().expect("a fault").expect_err("broken").kind(), ErrorKind::Io);
    assert!(rows.next().is_none());
}

#[test]
fn markdown_text_only() {
    check(
        "a.md",
        b"---\ntitle: navy\n---\n# The navy\n\nThe *navy*, `navy` &amp; [navy](navy.html)\nsaid <b title=\"navy\">navy</b>.\n\n```\nnavy\n```\n\n<div>navy</div>\n",
        &["The navy\n\nThe navy, `…` & navy\nsaid navy.\n\nnavy\n\n"],
        b"---\ntitle: navy\n---\n# The military\n\nThe *military*, `navy` &amp; [military](navy.html)\nsaid <b title=\"navy\">military</b>.\n\n```\nnavy\n```\n\n<div>military</div>\n",
    );
}

#[test]
fn blocks_of_html_in_markdown_are_read_as_html() {
    check(
        "a.md",
        b"<details open\n  title='navy'>\n<summary>The <b>navy</b></summary>\n\nA *navy*.\n\n</details>\n\n- <table title='navy'>\n  <tr><td>\n  a navy<td hidden>navy</tr></table>\n\n> <p>\n> navy\n\n<!-- navy\n\nnavy -->\n\n<pre>\nnavy\n\n</pre>\n\n<script>\nnavy\n</script>\n",
        &["The navy\n\nA navy.\n\na navy\n\n"],
        b"<details open\n  title='navy'>\n<summary>The <b>military</b></summary>\n\nA *military*.\n\n</details>\n\n- <table title='navy'>\n  <tr><td>\n  a military<td hidden>navy</tr></table>\n\n> <p>\n> navy\n\n<!-- navy\n\nnavy -->\n\n<pre>\nnavy\n\n</pre>\n\n<script>\nnavy\n</script>\n",
    );
}

#[test]
fn what_is_hidden_in_markdown_is_no_text() {
    for name in ["a.md", "a.mdx"] {
        for (text, wanted) in [
            ("The <code>navy</code> and <kbd>navy</kbd> navy.", "The `…` and `…` navy."),
            ("The <span hidden>navy *navy* &amp;\nnavy `navy`</span> navy.", "The  navy."),
            ("The <i lang=\"fr\">navy</i> navy <span translate=\"no\">navy</span>.", "The `…` navy `…`."),
            ("Navy. <script>var a = \"navy\"; b = \"<b>navy</b>\";</script> Navy.", "Navy.  Navy."),
            ("Navy. <style>a::after {content: \"navy\"}</style>", "Navy."),
            // To the end tag, or that of what is around.
            ("<div hidden>\n\nThe navy.\n\n- navy\n\n</div>\n\nA navy.", "A navy."),
            ("<template>\n\nThe navy.\n\n</template>\n\nA navy.", "A navy."),
            ("<div lang=\"fr\">\n\nThe navy.\n\n</div>\n\nA navy.", "A navy."),
            ("<svg>\n<title>navy</title>\n\n<text>navy</text>\n\nnavy\n\n</svg>\n\nA navy.", "A navy."),
            ("<iframe>\n\nThe navy.\n\n</iframe>\n\nA navy.", "A navy."),
            ("- a <kbd>navy\n- A navy <b hidden>navy\n\nA navy.", "a `…`\n\nA navy \n\nA navy."),
            ("> <div hidden>\n>\n> navy\n\nA navy.", "A navy."),
        ] {
            assert_eq!(records(name, &[], text.as_bytes())[0].text(0).trim_end(), wanted, "{name}: {text}");
        }
    }
    check(
        "a.md",
        b"The<br>navy.\n\n<div><script>\nvar a = \"navy\";\n\nvar b = \"navy <b>\";\n</script></div>\n\n{% highlight html %}\n<div hidden>\n\n<b hidden>\n{% endhighlight %}\n\nA navy <?php navy() ?>.\n",
        &["The\nnavy.\n\n`…`\n\nA navy `…`.\n\n"],
        b"The<br>military.\n\n<div><script>\nvar a = \"navy\";\n\nvar b = \"navy <b>\";\n</script></div>\n\n{% highlight html %}\n<div hidden>\n\n<b hidden>\n{% endhighlight %}\n\nA military <?php navy() ?>.\n",
    );
    check(
        "a.mdx",
        b"A <span hidden={a > b}>navy</span><Code hidden>navy</Code> <code>navy <b/></code>navy.\n\n<div hidden x={a > b}>\n\nnavy {navy}\n\n</div>\n\nnavy <b hidden />navy\n",
        &["A navy `…`navy.\n\nnavy navy\n\n"],
        b"A <span hidden={a > b}>navy</span><Code hidden>military</Code> <code>navy <b/></code>military.\n\n<div hidden x={a > b}>\n\nnavy {navy}\n\n</div>\n\nmilitary <b hidden />military\n",
    );
}

#[test]
fn front_matter_stands_at_the_start_only() {
    let rest = "The navy.\n\n---\nA navy.\n\nThe navy.\n\n---\n\n+++\nnavy\n+++\n";
    let text = "The navy.\n\nA navy.\n\nThe navy.\n\n+++\nnavy\n+++\n\n";
    for front in [
        "",
        "---\ntitle: navy\n\na: navy\n---\n",
        "---\r\ntitle: navy\r\n...\r\n",
        "\n+++\ntitle = \"navy\"\n+++\n\n",
        ";;;\n{\"title\": \"navy\"}\n;;;\n\n",
        "{\n \"title\": \"navy\",\n \"a\": {\"b\": [\"navy\"]}\n}\n\n",
        "---\n\n",
    ] {
        let found = records("a.md", &[], format!("{front}{rest}").as_bytes());
        assert_eq!(found[0].text(0), text, "{front}");
    }
    for text in ["--- navy", "---\nnavy", "{navy", "{\"navy\": navy}", "+++\n\nnavy"] {
        let found = records("a.md", &[], text.as_bytes());
        assert!(found[0].text(0).contains("navy"), "{text}");
    }
}

#[test]
fn front_matter_of_pages_and_texts_is_no_text() {
    for name in ["a.html", "a.njk", "a.txt", "a"] {
        for front in ["---\ntitle: navy\n\nnavy: [navy]\n---\n", "+++\ntitle = \"navy\"\n+++\n"] {
            let out = rewrite(name, &[], format!("{front}The navy.\n").as_bytes(), "navy", "army");
            assert_eq!(String::from_utf8_lossy(&out), format!("{front}The army.\n"), "{name}");
        }
        for text in [
            "---\nThe navy: it left.\n",
            "---\nThe navy said, and left.\n---\nIt left.\n",
            "---\nNote: the navy.\n\nThe navy left.\n---\nIt left.\n",
            "+++\nThe navy = it\n\n+++\n",
        ]
        .into_iter()
        .filter(|_| name != "a.njk")
        {
            let out = rewrite(name, &[], text.as_bytes(), "navy", "army");
            assert_eq!(String::from_utf8_lossy(&out), text.replace("navy", "army"), "{name}");
        }
    }
}

#[test]
fn html_text_only() {
    check(
        "a.html",
        "<!DOCTYPE html><html><head><title>The navy</title><style>navy{}</style></head>\n<body><p class=navy>The <b>n</b>avy&nbsp;isn&rsquo;t <!-- navy --> <code>navy</code> AT&T.<br>é navy</p><script>var navy = '<p>navy</p>';</script>navy</body></html>".as_bytes(),
        &["The navy\n\nThe navy\u{a0}isn’t  `…` AT&T.\né navy\n\nnavy\n\n"],
        "<!DOCTYPE html><html><head><title>The military</title><style>navy{}</style></head>\n<body><p class=navy>The <b>n</b>avy&nbsp;isn&rsquo;t <!-- navy --> <code>navy</code> AT&T.<br>é military</p><script>var navy = '<p>navy</p>';</script>military</body></html>".as_bytes(),
    );
}

/// HTML in a feed is escaped as text is, and read as HTML is.
#[test]
fn escaped_html_of_a_feed_is_html() {
    let feed =
        |text: &str| format!("<?xml version=\"1.0\"?><rss><title>A</title><description>{text}</description></rss>");
    let text = |source: &str| records("a.xml", &[], source.as_bytes())[0].text(0).trim().to_owned();
    for (html, read) in [
        ("The &lt;b&gt;navy&lt;/b&gt; a.", "The navy a."),
        ("&lt;p class=\"a navy\">A&lt;/p>&lt;P&gt;B&lt;br/&gt;C", "A\n\nB\nC"),
        ("A &lt;a href='/navy?a=1&amp;amp;b' title='The &amp;lt; navy'&gt;b&lt;/a&gt;.", "A b."),
        ("&lt;!-- the navy {{ a }} --&gt;A &lt;script async&gt;if (a) {navy()}&lt;/script&gt;b", "A b"),
        (
            "A&lt;pre&gt;&lt;code&gt;echo \"${x}\"; navy&lt;/code&gt;&lt;/pre&gt;B &#60;kbd&#62;navy&#60;/kbd&#62;",
            "A\n\nB `…`",
        ),
        ("isn&amp;rsquo;t &amp;lt; AT&amp;amp;T&lt;br&gt;", "isn’t < AT&T"),
        ("if a &lt; b&lt;p hidden&gt;navy&lt;/p&gt;&lt;div&gt;c", "if a < b\n\nc"),
        // None is HTML, and neither is what is no feed.
        ("if a &lt; b and c &gt; d, AT&amp;amp;T", "if a < b and c > d, AT&amp;T"),
    ] {
        let own = format!("A\n\n{read}");
        assert_eq!(text(&feed(html)), own, "{html}");
        // A tag reaches no further than its element.
        let both = feed(&format!("{html}&lt;pre&gt;navy</description><description>Next."));
        assert!(text(&both).ends_with("\n\nNext."), "{html}");
    }
    let source = feed(
        "The navy &lt;a href=\"navy\" title=\"The navy\"&gt;navy&lt;/a&gt; isn&amp;rsquo;t it.</description><x>AT&amp;T navy",
    );
    for (name, written) in [("army", "army"), ("R&D", "R&amp;amp;D")] {
        let wanted = source
            .replace("The navy &lt;", &format!("The {written} &lt;"))
            .replace("&gt;navy", &format!("&gt;{written}"));
        let wanted = wanted.replace("&amp;T navy", &format!("&amp;T {written}"));
        assert_eq!(String::from_utf8_lossy(&rewrite("a.xml", &[], source.as_bytes(), "navy", name)), wanted);
    }
    let record = &records("a.xml", &[], source.as_bytes())[0];
    for (at, _) in record.text(0).match_indices("navy") {
        assert_eq!(&record.shown(0)[record.shown_span(0, Span::new(at, at + 4)).range()], "navy");
    }
}

/// A page that shows a tag with attributes to its readers is about the tag.
#[test]
fn tags_that_a_page_shows_stay_as_they_are() {
    for (html, read) in [
        ("Use &lt;p title=\"The navy\"&gt; here, not &lt;p&gt; b.", "Use `…` here, not <p> b."),
        ("if a &lt;b and c = d&gt; e &lt;a", "if a <b and c = d> e <a"),
        ("a &lt;b c=&lt;i&gt; d &lt;p e=", "a <b c=<i> d <p e="),
    ] {
        assert_eq!(records("a.html", &[], format!("<p>{html}</p>").as_bytes())[0].text(0).trim(), read);
    }
}

/// What a reader sees of HTML, with one blank for white space.
fn seen(html: &str) -> String {
    records("a.html", &[], html.as_bytes())[0].text(0).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_hidden_in_html_is_no_text() {
    for (html, text) in [
        ("<p>a</p><p hidden>b</p><p>c</p>", "a c"),
        ("a <span hidden=\"\">b <i>c</i> d</span> e", "a e"),
        ("<div STYLE='color: red; Display : NONE !important'><p>a<p>b</div>c", "c"),
        ("<p style=\"display:block\">a</p><p style=\"display:none-such\">b</p>", "a b"),
        ("<section hidden=until-found>a</section>", "a"),
        ("<body hidden style=\"display:none\"><p>a", "a"),
        ("<select><option>a<option selected>b</select>c<datalist><option value=d>e</option></datalist>f", "c f"),
        ("<select><optgroup label=a><option>b<optgroup label=c><option>d</select>e", "e"),
        // No end tag, or one that nothing opened.
        ("<p hidden>a<p>b", "b"),
        ("<p hidden>a<b>b</b><div>c</div>", "c"),
        ("<p hidden>a<pre>b</pre>c", "c"),
        ("<div><p hidden>a</div>b", "b"),
        ("<div><span hidden>a</div>b", "b"),
        ("<div hidden>a</p></i></section>b</div>c", "c"),
        ("<ul><li hidden>a<ul><li>b</ul>c<li>d</ul>e", "d e"),
        ("<dl><dt hidden>a<dd>b<dt>c</dl>", "b c"),
        ("<table><tr><td hidden>a<td>b<tr hidden><td>c<td>d<tr><td>e</table>f", "b e f"),
        ("<table><tbody hidden><tr><td>a<tbody><tr><td>b</table>", "b"),
        ("<div hidden><table><tr><td>a</div>b</td></tr></table>c</div>d", "d"),
        ("<div><button hidden>a</div><p>b", "b"),
        ("<div><button hidden>a<p>b</p>c</button>d</div>", "d"),
        ("<p>a<button hidden>b<p>c</p>d</button>e</p>", "a e"),
        ("<button hidden>a<button>b</button>c", "b c"),
        ("<h1 hidden>a</h2>b", "b"),
        ("<h1 hidden>a<h2>b</h2>c", "b c"),
        ("<section hidden><h1>a</h2>b</section>c", "c"),
        ("<a hidden>a<a>b</a> c", "b c"),
        ("<div><a hidden>a<p>b<a>c</a></div>d", "c d"),
        ("<a name=a>a<div hidden>b<a>c</a>d</div>e</a> f", "a e f"),
        ("<a hidden>a<table><tr><td>b<a>c</a></table>d</a>e", "e"),
        ("<table><colgroup hidden><col><tr><td>a</table>", "a"),
        ("<table><colgroup hidden><caption>a</caption><colgroup hidden><td>b</table>", "a b"),
        ("<table><caption hidden>a<colgroup><col></colgroup><tr><td>b</table>", "b"),
        // The last of several that contradict each other counts.
        ("<p style='display:none;display:block'>a<p style='display:block;display:none;'>b", "a"),
        (
            "<p style='display:none!important;color:red;display:block'>a<p style='display:block!important;display:none'>b",
            "b",
        ),
        // No text inside.
        ("<br hidden>a<img hidden alt=b>c<input hidden>d<hr style=display:none>e", "a c d e"),
        // What is never closed ends with its parent.
        ("<div><pre>a</div><div>b", "b"),
        ("<div><kbd>a</div><p><samp>b</p><p>c <code>d<p>e", "`…` `…` c `…` e"),
        ("<div><template><p>a</div><div>b", "b"),
        ("<div><svg><path d=M0><text>a</div>b<div><math><mi>c</div>d", "b `…` d"),
        ("<table><tr><td><pre>a<td>b</table>c", "b c"),
        ("<div><object><p>a</div>b", "b"),
        ("<svg><path d=M0><p>a<svg><g><div>b", "a b"),
        ("<svg><foreignObject><p>a</p></foreignObject><text>b</text></svg>c", "c"),
        // What starts inside ends nothing outside.
        ("<ul><li>a<template><li>b</li></template> c</ul>", "a c"),
        ("<p>a<svg><foreignObject><p>b</p></foreignObject></svg>c", "a c"),
        ("<p>a <template><p>b</p><td>c</template>d", "a d"),
        // What is shown in place of something else, or later.
        ("<video>a<p>b</p></video><audio>c</audio><canvas>d</canvas><object>e</object>f", "f"),
        ("<dialog>a</dialog><dialog open>b</dialog>", "b"),
        ("<p translate=NO>a</p>b <i class='x notranslate'>c</i><p translate=yes class=nontranslate>d", "b `…` d"),
        ("<html translate=no class=notranslate><p>a", "a"),
        ("<script hidden>a</script>b<code hidden>c</code>d<div hidden>e<code>f</div></code>g</div>h", "b`…`d g h"),
        ("<div hidden>a<a lang=fr>b</a><i hidden lang=la>c</i></div>d<i hidden lang=la>e</i>", "d"),
    ] {
        assert_eq!(seen(html), text, "{html}");
    }
    let deep = format!("{}a{}b", "<div>".repeat(100_000), "</x>".repeat(100_000));
    assert_eq!(seen(&deep), "ab");
    // What is too deep to be followed is passed over, but for what is hidden.
    for depth in [511, 512, 513, 1000] {
        let deep = format!("{}<span hidden>a</span><script>a</script> b", "<div>".repeat(depth));
        assert_eq!(seen(&deep), "b", "in {depth}");
    }
}

#[test]
fn what_the_end_cuts_off_is_no_text() {
    for (html, text) in [
        ("<p>a</p><p>b <img alt='c d", "a b"),
        ("<p>a<a href=\"/x>b</a><img alt='c'><script>d</script>", "a"),
        ("a<p title={{ '<b' }} b", "a"),
        ("<p>a </di", "a"),
        ("a <b", "a"),
        ("a 5 < 6 <3", "a 5 < 6 <3"),
        ("a <", "a <"),
        ("a </", "a </"),
    ] {
        assert_eq!(seen(html), text, "{html}");
    }
    let text = b"The navy.\n\n<div class=\"x>\n<img alt='navy'><script>'navy'</script>\n</div>\n\nThe navy \"x\".\n";
    check(
        "a.md",
        text,
        &["The navy.\n\nThe navy \"x\".\n\n"],
        b"The military.\n\n<div class=\"x>\n<img alt='navy'><script>'navy'</script>\n</div>\n\nThe military \"x\".\n",
    );
}

#[test]
fn a_title_without_an_end_is_not_the_page() {
    for (html, text) in [
        ("<title>a<title>\n<meta content=b><script>c</script></head><body><p><img alt=d>e", "a e"),
        ("<title/><meta content=a><body><p title=b>c", "c"),
        ("<title>a</head><p title=b>c<svg><title>d</title></svg>", "a c"),
        ("<title>a <b> &amp; <script> c</TITLE >d", "a <b> & <script> c d"),
        ("<svg><title>a</svg><p>b", "b"),
    ] {
        assert_eq!(seen(html), text, "{html}");
    }
}

#[test]
fn what_stands_in_a_sentence_parts_nothing() {
    for (html, text) in [
        ("<p>a<big>b</big><acronym>c</acronym><nobr>d</nobr><strike>e</strike><o:p>f</o:p><x-y>g</x-y>", "abcdefg"),
        ("<ruby>a<rp>b</rp><rt>c</rt></ruby>", "abc"),
        ("a<script>b</script>c<span hidden><p>d</p><br></span>e<template><div>f</div></template>g", "aceg"),
        ("a<p>b<img>c<button>d</button>e<br>f<table><td>g<td>h</table>i", "a b c d e f g h i"),
        ("<?xml version='1.0'?><a><b>a</b><para>b</para><title>c</title></a>", "a b c"),
        ("<?xml version='1.0'?><html><p>a<big>b</big></p></html>", "ab"),
    ] {
        assert_eq!(seen(html), text, "{html}");
    }
    let out = rewrite("a.html", &[], b"<p>The na<wbr>vy, <b>na</b>vy<pre>na<wbr>vy</pre>", "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), "<p>The army, <b>na</b>vy<pre>na<wbr>vy</pre>");
}

#[test]
fn character_data_of_xml_is_left_whole() {
    for (name, html) in [
        ("a.xml", "<?xml version='1.0'?><a><b><![CDATA[navy <p>navy</p> ]> navy]]></b>"),
        ("a.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><script>//<![CDATA[\nnavy</script>"),
    ] {
        let out = rewrite(name, &[], format!("{html}<p>navy</p><![CDATA[navy > navy").as_bytes(), "navy", "army");
        assert_eq!(String::from_utf8_lossy(&out), format!("{html}<p>army</p><![CDATA[navy > navy"));
    }
}

#[test]
fn character_data_of_feeds_is_html() {
    let feed = |text: &str| {
        format!(
            "<rss><item><guid>navy</guid><wp:meta_value><![CDATA[navy]]></wp:meta_value><title><![CDATA[The {text}]]></title><x><![CDATA[<p title=\"navy\">A <!-- navy --> {text}<pre>navy</pre><p>]]></x> {text}<content:encoded><![CDATA[ {text} > 2 <b>{text}</b> &lt;a b=navy&gt;</content:encoded>"
        )
    };
    let out = rewrite("a.rss", &[], format!("{}]]>", feed("navy")).as_bytes(), "navy", "R&D");
    assert_eq!(String::from_utf8_lossy(&out), format!("{}]]>", feed("R&amp;D")));
}

#[test]
fn code_in_character_data_ends_with_it() {
    for code in ["a <?php b", "a <% b", "[code]", "{% comment %}", "{{ a", "<pre>", "<script>", "<!-- a", "<p title='"]
    {
        let item = format!(
            "<item><x><![CDATA[<p>{code}]]></x></item><item><x><![CDATA[The navy %> [/code] }}}} {{% endcomment %}}]]></x><x>&lt;p&gt;A navy.</x></item>"
        );
        let text = records("a.rss", &[], format!("<rss>{item}</rss>").as_bytes())[0].text(0).to_owned();
        assert!(text.contains("The navy") && text.ends_with("A navy.\n\n"), "{code}: {text}");
    }
}

#[test]
fn pages_of_vue_are_in_templates() {
    let page = "<template>\n<p :title=\"navy\">The navy</p><template #navy>navy</template>\n</template>\n<script>navy</script>";
    let out = rewrite("a.vue", &[], page.as_bytes(), "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), page.replace("The navy", "The army"));
    assert_eq!(rewrite("a.html", &[], page.as_bytes(), "navy", "army"), page.as_bytes());
}

#[test]
fn code_and_names_of_xml_are_no_text() {
    let xml = |text: &str| {
        format!(
            "<?xml version='1.0'?><book xmlns='http://docbook.org/ns/docbook'><para>The {text} <filename>navy</filename> and <mml:math><mml:mtext>navy</mml:mtext></mml:math> {text}.</para><screen>navy</screen><key>{text}</key></book>"
        )
    };
    let out = rewrite("a.xml", &[], xml("navy").as_bytes(), "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), xml("army"));
    assert_eq!(records("a.xml", &[], xml("navy").as_bytes())[0].text(0).trim(), "The navy `…` and `…` navy.\n\nnavy");
    // Others know no such elements.
    for name in ["a.html", "a.xml"] {
        let page =
            rewrite(name, &[], b"<a><id>navy</id><screen>navy</screen><my:video>navy</my:video></a>", "navy", "army");
        assert_eq!(
            String::from_utf8_lossy(&page),
            "<a><id>army</id><screen>army</screen><my:video>army</my:video></a>"
        );
    }
}

#[test]
fn numbers_alone_between_tags_stay() {
    let page = "<p>2 navies.<sup>2</sup> <a href=#n>2</a><td> 2 </td>2 <b>2 navies</b>";
    let out = rewrite("a.html", &[], page.as_bytes(), "2", "two");
    assert_eq!(String::from_utf8_lossy(&out), page.replacen("2 navies", "two navies", 2));
}

#[test]
fn values_in_braces_are_no_text() {
    let page = "<p on:click={() => navy(\"{navy}\")} title=navy class={navy > 3 ? 'navy' : ''}>The navy</p>";
    let out = rewrite("a.svelte", &[], page.as_bytes(), "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), page.replace("The navy", "The army"));
}

#[test]
fn what_is_of_another_language_in_html_is_no_text() {
    let english = "The navy said that it would leave the harbor, and that was the end of it.";
    let french = "Il a une idée : a-t-il dit à un ami de la famille, on a vu un navire.";
    for (html, text) in [
        (format!("<p>{english}</p><blockquote lang=fr>{french}</blockquote>"), english.to_owned()),
        (format!("<p>{english} <i lang=la>a priori</i> <b>b</b>"), format!("{english} `…` b")),
        (format!("<html lang=fr><body><p>{french}</body>"), String::new()),
        (format!("<html xml:lang=\"fr-CA\"><p>{french}<p lang=en_GB>{english}<p>{french}"), english.to_owned()),
        (format!("<body lang=FR>{french}"), String::new()),
        // Who made the template did not write the text.
        (format!("<html lang=id><p>{english}"), english.to_owned()),
        (format!("<html lang=id><p>{english}<p lang=fr>{french}"), english.to_owned()),
        // No language, or English.
        (
            format!("<html lang=\"en-US\"><p lang=\"\">a</p><p lang=x-default>b<p lang=und>c<p lang=eng>{english}"),
            format!("a b c {english}"),
        ),
    ] {
        assert_eq!(seen(&html), text, "{html}");
    }
}

#[test]
fn edits_across_markup_go_word_by_word_or_not_at_all() {
    let html = b"<p>The <b>Protection</b> Secretary of the <i>American</i> navy</p>";
    let out = rewrite("a.html", &[], html, "Protection Secretary", "Defense Secretary");
    assert_eq!(String::from_utf8_lossy(&out), "<p>The <b>Defense</b> Secretary of the <i>American</i> navy</p>");
    assert_eq!(rewrite("a.html", &[], html, "American navy", "US"), html);
    let record = &records("a.html", &[], html)[0];
    let at = record.text(0).find("Protection Secretary").expect("there");
    let span = record.shown_span(0, Span::new(at, at + "Protection Secretary".len()));
    assert_eq!(&record.shown(0)[span.range()], "Protection</b> Secretary");
    assert_eq!(rewrite("a.html", &[], b"a&amp;b", "a&b", "c<d"), b"c&lt;d");
}

#[test]
fn edits_across_wrapped_lines_leave_the_break_where_it_can_be() {
    for (source, new, wanted) in [
        // A word for each line.
        ("the American\nnavy left", "US fleet", "the US\nfleet left"),
        ("> the American\n> navy left", "US fleet", "> the US\n> fleet left"),
        ("> the American\r\n> navy\r\n", "US fleet", "> the US\r\n> fleet\r\n"),
        ("- the American\n  navy left", "fleet of the US", "- the fleet\n  of the US left"),
        ("the American \n\tnavy left", "US fleet", "the US \n\tfleet left"),
        // One for both, with the blank behind it in place of the last of the indent.
        ("- the American\n  navy left", "US", "- the US\n  left"),
        ("> the American\r\n> navy left", "US", "> the US\r\n> left"),
        // None to put there, or a mark would stand at the start of a line.
        ("the American\nnavy left", "US", "the US left"),
        ("- the American\n  navy, left", "US", "- the US, left"),
        ("- the American\n  navy - left", "US", "- the US - left"),
        ("- the American\n  navy", "US", "- the US"),
        ("- the American\n  navy\n  left", "US", "- the US\n  left"),
        ("> the American\nnavy left", "US", "> the US left"),
        ("> the American\n> navy left", "US + 1", "> the US + 1 left"),
        ("- the American\n  navy left", "", "- the  left"),
        // Markup.
        ("the American  \nnavy left", "US", "the American  \nnavy left"),
        ("the American\\\nnavy left", "US", "the American\\\nnavy left"),
        ("> the *American*\n> navy left", "US", "> the *American*\n> navy left"),
        ("> the *American*\n> navy left", "US fleet", "> the *US*\n> fleet left"),
    ] {
        let record = &records("a.md", &[], source.as_bytes())[0];
        let words = if record.text(0).contains("American navy") { "American navy" } else { "American\nnavy" };
        assert!(record.text(0).contains(words), "{source:?}");
        let out = rewrite("a.md", &[], source.as_bytes(), words, new);
        assert_eq!(String::from_utf8_lossy(&out), wanted, "{source:?}");
    }
    // A break that moves to the blank behind the words has its marks and indent there.
    for (source, new, wanted) in [
        ("> the American\n> navy left", "US\n", "> the US\n> left"),
        ("- the American\n  navy left", "US\n", "- the US\n  left"),
        ("- > the American\r\n  > navy left", "US\n", "- > the US\r\n  > left"),
        ("> the American\nnavy left", "US\n", "> the US\nleft"),
        ("> the American\n> navy left", "fleet US\n", "> the fleet\n> US left"),
        ("> the American\n> navy - left", "US\n", "> the US - left"),
        ("> the American\n> navy *left*", "US\n", "> the US\n> *left*"),
    ] {
        let record = &records("a.md", &[], source.as_bytes())[0];
        let words = if record.text(0).contains("American navy") { "American navy " } else { "American\nnavy " };
        let out = rewrite("a.md", &[], source.as_bytes(), words, new);
        assert_eq!(String::from_utf8_lossy(&out), wanted, "{source:?}");
    }
    let html = b"<p>\n      the American\n      navy left &amp; the\n      American\n      navy is\n      there";
    let out = rewrite("a.html", &[], html, "American navy", "US & UK fleet");
    let wanted = "<p>\n      the US &amp; UK fleet left &amp; the\n      US &amp; UK fleet is\n      there";
    assert_eq!(String::from_utf8_lossy(&out), wanted);
    let out = rewrite("a.html", &[], html, "American navy", "US fleet <A>");
    let wanted =
        "<p>\n      the US\n      fleet &lt;A&gt; left &amp; the\n      US\n      fleet &lt;A&gt; is\n      there";
    assert_eq!(String::from_utf8_lossy(&out), wanted);
    let out = rewrite("a.html", &[], html, "the American navy", "the US");
    let wanted = "<p>\n      the\n      US left &amp; the US\n      is\n      there";
    assert_eq!(String::from_utf8_lossy(&out), wanted);
}

#[test]
fn edits_beside_one_that_cannot_be_written_are_not_made() {
    let record =
        &records("a.html", &[], b"<a>Legal</a> professional <i>Common</i> sense in the navy. <b>The navy</b>")[0];
    let text = record.text(0);
    let of = |words: &str| text.find(words).map(|at| Span::new(at, at + words.len())).expect("there");
    let made = |edits: &[(&str, &'static str)]| -> Vec<bool> {
        record.joint_edits(0, edits.iter().map(|(old, new)| (of(old), *new))).iter().map(Option::is_some).collect()
    };
    assert_eq!(
        made(&[("Legal professional", "Attorney"), ("Common", "General"), ("navy", "army")]),
        [false, false, true]
    );
    assert_eq!(
        made(&[("Common", "General"), ("sense in", "wit of"), ("the navy. The", "an army.")]),
        [false, false, false]
    );
    assert_eq!(made(&[("Common", "General"), ("sense in", "wit of")]), [true, true]);
}

#[test]
fn a_line_break_in_html_is_a_blank() {
    let text = |html: &str| records("a.html", &[], html.as_bytes())[0].text(0).to_owned();
    let wanted = "The navy, the new navy and AT&T\nleft.\n\nThe end.\n\n";
    for html in [
        "<p>The navy, the <b>new</b> navy and AT&amp;T<br>left.</p><p>The end.</p>",
        "\n<p>\n    The navy,\n    the <b>new</b>\n    navy and  \r\n\r\n\tAT&amp;T<br>\n left.\n</p>\n\n<p>The\nend.\n</p>\n",
    ] {
        assert_eq!(text(html).replace("  ", " "), wanted, "{html:?}");
    }
    // What may be entries of a list stay apart.
    assert_eq!(text("<a>Home</a>\n  <a>The navy</a>"), "Home\nThe navy");
}

#[test]
fn what_programs_read_stays_in_any_markup() {
    for code in [
        "{{ page.navy }}",
        "{% include navy.html %}",
        "{{< figure caption=\"navy *navy* navy\" >}}",
        "<% navy(\"navy\") %>",
        "<?php if ($navy > 3) { echo \"<p>navy\"; } ?>",
        "${navy}",
        ":navy:",
        "[[navy]]",
        "{: .navy}",
        "$\\text{navy}_navy_$",
        "[navy id=\"navy\"]",
    ] {
        for (name, before) in
            [("a.md", "The navy"), ("a.md", "- *navy*"), ("a.html", "<p>The navy"), ("a.mdx", "The navy")]
        {
            if name == "a.mdx" && code.starts_with('<') {
                continue;
            }
            let bytes = format!("{before} {code} navy\n\n{code}\n\nThe navy.\n");
            let out = rewrite(name, &[], bytes.as_bytes(), "navy", "army");
            let wanted = format!("{} {code} army\n\n{code}\n\nThe army.\n", before.replace("navy", "army"));
            assert_eq!(String::from_utf8_lossy(&out), wanted, "{name}");
        }
    }
}

#[test]
fn template_code_may_be_anywhere_in_html() {
    let out =
        |html: &str| String::from_utf8_lossy(&rewrite("a.html", &[], html.as_bytes(), "navy", "army")).into_owned();
    for (html, wanted) in [
        (
            "<a href=\"<?= $x[\"navy\"] ?>\" title=\"navy\">navy</a>",
            "<a href=\"<?= $x[\"navy\"] ?>\" title=\"navy\">army</a>",
        ),
        ("<p<% if (a > b) { %> class=\"navy\"<% } %>>navy", "<p<% if (a > b) { %> class=\"navy\"<% } %>>army"),
        ("<{{ tag }} class=\"navy\">navy</{{ tag }}>navy", "<{{ tag }} class=\"navy\">army</{{ tag }}>army"),
        ("<script>if (a) {{ navy }</script>navy {{ navy }}", "<script>if (a) {{ navy }</script>army {{ navy }}"),
        ("<script>\"<?= \"</script>\" ?>\"; navy</script>navy", "<script>\"<?= \"</script>\" ?>\"; navy</script>army"),
        ("navy {{ '<script>' }} navy", "army {{ '<script>' }} army"),
        ("navy<?php navy();\n\n<p>navy", "army<?php navy();\n\n<p>navy"),
        // What ends in a script is none.
        (
            "navy {{ navy }<script>if(a){if(b){c()}}\nnavy</script>navy",
            "army {{ army }<script>if(a){if(b){c()}}\nnavy</script>army",
        ),
        ("navy {# navy<style>a#} navy</style>navy", "army {# army<style>a#} navy</style>army"),
        (
            "navy <% 5 navy<script>x</script>navy<script>\"%>\" navy</script>navy",
            "army <% 5 army<script>x</script>army<script>\"%>\" navy</script>army",
        ),
        (
            "<?php echo \"<p>navy<script>navy</script>\"; ?>navy <?= '<script>' ?>navy",
            "<?php echo \"<p>navy<script>navy</script>\"; ?>army <?= '<script>' ?>army",
        ),
        // Nor what starts in a value, a comment or a script, and goes on behind.
        (
            "<p onclick=\"f({{a:1}\" title=b>navy</p><p title='navy'>see {{ navy }} navy",
            "<p onclick=\"f({{a:1}\" title=b>army</p><p title='navy'>see {{ navy }} army",
        ),
        (
            "<a href=\"/s?f={%22a%22:1}\">navy</a><style>.w{width:100%}\nnavy</style>navy",
            "<a href=\"/s?f={%22a%22:1}\">army</a><style>.w{width:100%}\nnavy</style>army",
        ),
        ("<!-- <?php navy() --><p>navy", "<!-- <?php navy() --><p>army"),
        ("<!-- <? navy --><script>\"?>\" navy</script>navy", "<!-- <? navy --><script>\"?>\" navy</script>army"),
        ("<script>{\"a\":\"<?php navy\"}</script>navy", "<script>{\"a\":\"<?php navy\"}</script>army"),
        ("<meta content=\"a <?php navy\"><p>navy", "<meta content=\"a <?php navy\"><p>army"),
        // But in a value there may be marks like those around it.
        (
            "<a href=\"{{ \"navy\" | a: '<b>' }}\" title=\"{% if a > b %}navy{% endif %}\">navy</a>",
            "<a href=\"{{ \"navy\" | a: '<b>' }}\" title=\"{% if a > b %}navy{% endif %}\">army</a>",
        ),
    ] {
        assert_eq!(out(html), wanted);
    }
}

#[test]
fn names_and_links_of_markdown_stay() {
    check(
        "a.md",
        b"# The navy {#the-navy .navy}\n\nA [[1 navy]](navy.html) and [[navy]], ![[navy.png]] and [[a|navy]] navy.\n{: #navy}\n\n$$\nnavy = \\text{a *navy* b}\n$$\n\n> [!NAVY] navy\n",
        &["The navy\n\nA [1 navy] and navy, !navy.png and navy navy.\n`…`\n\n`…`\n\n`…` navy\n\n"],
        b"# The military {#the-navy .navy}\n\nA [[1 military]](navy.html) and [[navy]], ![[navy.png]] and [[a|navy]] military.\n{: #navy}\n\n$$\nnavy = \\text{a *navy* b}\n$$\n\n> [!NAVY] military\n",
    );
}

#[test]
fn formulas_of_markdown_stay() {
    check(
        "a.md",
        b"A navy \\(\\text{navy}\\) navy.\n\n\\[\n\\text{navy}\n\\]\n\nA \\[navy\\] \\(navy\\) navy \\\\(navy_1\\\\) navy.\n",
        &["A navy `…` navy.\n\n`…`\n\nA [navy] (navy) navy `…` navy.\n\n"],
        b"A military \\(\\text{navy}\\) military.\n\n\\[\n\\text{navy}\n\\]\n\nA \\[military\\] \\(military\\) military \\\\(navy_1\\\\) military.\n",
    );
}

#[test]
fn text_between_code_is_text() {
    check(
        "a.md",
        b"The `old` navy, the `new` navy and ``` a`b ```navy\n",
        &["The `…` navy, the `…` navy and `…`navy\n\n"],
        b"The `old` military, the `new` military and ``` a`b ```military\n",
    );
}

#[test]
fn javascript_of_mdx_stays() {
    check(
        "a.mdx",
        b"---\ntitle: navy\n---\nimport { navy } from \"./navy\"\nexport const x = {\n\n  a: \"navy\",\n}\n\n# The navy\n\n          <Navy navy=\"navy\" items={navy} more={(a) => a > 1 ? \"navy\" : 'navy'} />\n\nThe {navy.map(a => <b>{a} navy</b>)} navy\n          {/* navy */}\nand <Navy x={{a: 1 > 2}}>the navy</Navy>.\n\n<Navy\n  x=\"\n\nnavy\"\n>\n\nThe navy.\n\n</Navy>\n\nExport navy \\{navy}\n",
        &["The navy\n\nThe `…` navy\n`…`\nand the navy.\n\nThe navy.\n\nExport navy `…`\n\n"],
        b"---\ntitle: navy\n---\nimport { navy } from \"./navy\"\nexport const x = {\n\n  a: \"navy\",\n}\n\n# The military\n\n          <Navy navy=\"navy\" items={navy} more={(a) => a > 1 ? \"navy\" : 'navy'} />\n\nThe {navy.map(a => <b>{a} navy</b>)} military\n          {/* navy */}\nand <Navy x={{a: 1 > 2}}>the military</Navy>.\n\n<Navy\n  x=\"\n\nnavy\"\n>\n\nThe military.\n\n</Navy>\n\nExport military \\{navy}\n",
    );
}

/// Each of these took minutes when what closes code was looked for at every place that may open some.
#[test]
fn what_opens_and_is_never_closed_is_looked_for_once() {
    let many = 200_000;
    for (name, before, open, behind) in [
        ("a.md", "", "{%code%}", ""),
        ("a.md", "", "{%code%}{%endstyle%}", ""),
        ("a.html", "<p>", "<%-- ", "x%>"),
        ("a.mdx", "The ", ":a: ", ""),
        ("a.mdx", "The ", "{a} ", ":a:"),
        ("a.mdx", "", "{ /* ", ""),
        ("a.md", "", "<div><?=\n\n", ""),
        ("a.md", "", "<div><%\n\n", "%>"),
        ("a.md", "", "<div a='<%'><?\n\n", "%>?>"),
        ("a.html", "", "<title>", ""),
        ("a.html", "<a b=\"", "<?=", "\"><p>?>"),
        ("a.html", "", "{{}}'<script>", ""),
        ("a.html", "", "<p a='{{'>{{ <b>", ""),
    ] {
        let source = format!("{before}{}{behind}\n", open.repeat(many));
        let records = records(name, &[], source.as_bytes());
        assert_eq!(records[0].shown(0), source);
    }
}

#[test]
fn labels_of_links_stay() {
    check(
        "a.md",
        b"A navy [navy], [navy][], ![navy] and [navy][Navy], *[an **old** navy]* too.\n\n[navy]: x\n[an **old** navy]: y\n",
        &["A navy navy, navy, navy and navy, an old navy too.\n\n"],
        b"A military [navy], [navy][], ![navy] and [military][Navy], *[an **old** navy]* too.\n\n[navy]: x\n[an **old** navy]: y\n",
    );
    // Words around them change.
    let text = b"the old [navy] said\n\n[navy]: x\n";
    let out = rewrite("a.md", &[], text, "old navy said", "new navy told");
    assert_eq!(String::from_utf8_lossy(&out), "the new [navy] told\n\n[navy]: x\n");
    assert_eq!(rewrite("a.md", &[], text, "old navy", "army"), text);
}

#[test]
fn a_slash_closes_no_element_of_html() {
    check(
        "a.html",
        b"<p>navy<script src=x/>navy</script>navy<svg/>navy<textarea/>navy</textarea><iframe>navy</iframe>\
          <noframes>navy</noframes><svg><g/>navy</svg>navy<style/>navy",
        &["navynavy\n\nnavy\n\nnavy"],
        b"<p>military<script src=x/>navy</script>military<svg/>military<textarea/>navy</textarea><iframe>navy</iframe>\
          <noframes>navy</noframes><svg><g/>navy</svg>military<style/>navy",
    );
}

#[test]
fn a_slash_closes_any_element_of_xhtml() {
    check(
        "a.xhtml",
        b"<?xml version='1.0'?><p>navy<script src=''/>navy<textarea/>navy</p>",
        &["navy\n\nnavy\n\nnavy\n\n"],
        b"<?xml version='1.0'?><p>military<script src=''/>military<textarea/>military</p>",
    );
}

#[test]
fn a_script_of_xhtml_is_no_markup() {
    for html in [
        "<html xmlns='http://www.w3.org/1999/xhtml'><script>for (i=0;i<n;i++) { navy }</script>",
        "<?xml version='1.0'?><script>document.write(\"<script src='navy'><\\/script>\");</script>",
        "<?xml version='1.0'?><script>//<![CDATA[\nif (a<b) navy\n//]]></script><style>a<b navy</style><title/>",
        "<svg><style/><title/><g>navy</g></svg>",
        "<math><mi>navy</mi><mtext/></math>",
        "<xmp><b>navy</xmp>",
    ] {
        let out = rewrite("a.html", &[], format!("{html}<p>navy</p>").as_bytes(), "navy", "army");
        assert_eq!(String::from_utf8_lossy(&out), format!("{html}<p>army</p>"));
    }
    let out = rewrite("a.html", &[], b"<p>navy<plaintext>navy</plaintext>navy", "navy", "army");
    assert_eq!(String::from_utf8_lossy(&out), "<p>army<plaintext>navy</plaintext>navy");
}

#[test]
fn compressed_and_walked() {
    let dir = tempfile::tempdir().expect("a place");
    let compress = |compression: Compression, bytes: &[u8]| {
        let mut writer = compression.writer(Vec::new()).expect("starts");
        writer.write_all(bytes).and_then(|()| writer.finish()).expect("compresses")
    };
    let gz = compress(Compression::Gzip, b"the navy");
    let zst = compress(Compression::Zstd, b"{\"text\":\"navy\"}\n");
    for (name, bytes) in [
        ("b.txt.gz", gz.as_slice()),
        ("a.jsonl.zst", &zst),
        ("c.tmp", b"x"),
        (".hidden", b"x"),
        (".gitignore", b"d*\n"),
        ("d.txt", b"x"),
        (".git/description", b"x"),
        ("sub/.svn/entries", b"x"),
    ] {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("makes");
        std::fs::write(path, bytes).expect("writes");
    }
    let options = FileOptions { exclude: vec!["*.tmp".into()], ..FileOptions::default() };
    let paths = [dir.path().to_owned(), dir.path().join("no such file")];
    let list = |paths: &[std::path::PathBuf], options| -> (Vec<Source>, Vec<String>) {
        let found = sources(paths, options).expect("globs").map(|source| source.expect("lists"));
        found.map(|source| (source.clone(), source.path.file_name().expect("named").display().to_string())).unzip()
    };
    let (found, names) = list(&paths, &options);
    assert_eq!(names, ["a.jsonl.zst", "b.txt.gz", "no such file"]);
    // What version control keeps is taken only where it is named.
    let options = FileOptions { hidden: true, no_ignore: true, ..FileOptions::default() };
    let names = list(&[dir.path().to_owned(), dir.path().join(".git")], &options).1;
    assert_eq!(names, [".gitignore", ".hidden", "a.jsonl.zst", "b.txt.gz", "c.tmp", "d.txt", "description"]);
    let texts: Vec<String> = found[..2]
        .iter()
        .flat_map(|source| source.open().expect("opens"))
        .map(|raw| raw.expect("reads").parse().expect("parses").text(0).to_owned())
        .collect();
    assert_eq!(texts, ["navy", "the navy"]);
    let missing = found[2].open().expect("lazily").next().expect("one").expect("raw").parse().expect_err("missing");
    assert!(missing.to_string().ends_with("no such file or directory"), "{missing}");
}

#[test]
fn directories_give_texts_and_no_code() {
    let dir = tempfile::tempdir().expect("a place");
    let page = "<!DOCTYPE html><p>navy</p>";
    for (name, text) in [
        ("a.php", page),
        ("a.svg", "<?xml version='1.0'?><svg>navy</svg>"),
        ("b.php", "<?php echo 'navy'; ?>"),
        ("c.json", "{\"text\":\"navy\"}\n{\"text\":\"navy\"}\n"),
        ("d.json", "{\n\"text\":\"navy\"}\n"),
        ("e.PY", "navy = 1"),
        ("f", page),
        ("g.jl", "{\"text\":\"navy\"}\n"),
        ("h.mkd", "navy"),
        ("code/x.js", "var navy"),
    ] {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("makes");
        std::fs::write(path, text).expect("writes");
    }
    std::fs::create_dir(dir.path().join("empty")).expect("makes");
    let options = FileOptions::default();
    let list = |paths: &[&str]| -> Vec<Result<(String, Format), ErrorKind>> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| dir.path().join(path)).collect();
        let name = |source: Source| source.path.file_name().expect("named").display().to_string();
        let found = sources(&paths, &options).expect("no globs");
        found
            .map(|found| found.map(|source| (name(source.clone()), source.format)).map_err(|error| error.kind()))
            .collect()
    };
    let is = |name: &str, format| Ok((name.to_owned(), format));
    let foreign = || Err(ErrorKind::Foreign);
    assert_eq!(
        list(&[""]),
        [
            is("a.php", Format::Html),
            foreign(),
            foreign(),
            is("c.json", Format::Jsonl),
            foreign(),
            foreign(),
            foreign(),
            is("f", Format::Text),
            is("g.jl", Format::Jsonl),
            is("h.mkd", Format::Markdown),
        ]
    );
    assert_eq!(list(&["empty", "code"]), [Err(ErrorKind::Nothing), foreign(), Err(ErrorKind::Nothing)]);
    // What is named is read, whatever it is called; but JSON that is no JSON Lines would not be JSON any more.
    assert_eq!(
        list(&["a.svg", "c.json", "d.json", "code/x.js"]),
        [is("a.svg", Format::Html), is("c.json", Format::Jsonl), Err(ErrorKind::Malformed), is("x.js", Format::Text)]
    );
}

const NAMES: [&str; 7] = ["a.txt", "a.md", "a.mdx", "a.html", "a.jsonl", "a.csv", "a.tsv"];

/// A source of that name; tables need not have a column `text`.
fn source(name: &str) -> Source {
    let field = if name.ends_with("sv") { "1" } else { "text" };
    Source::new(name, None, &[field.into()])
}

/// The bytes of all records, each as it is where it can be read and where it cannot.
fn passed_through(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for raw in source(name).read(bytes.to_vec()).ok()? {
        let raw = raw.ok()?;
        match raw.parse() {
            Ok(record) => {
                let same = record.rewrite(&[]).expect("nothing to encode");
                if raw.number().is_some() {
                    assert_eq!(same, raw.untouched());
                }
                out.extend(same);
            }
            Err(_) => out.extend(raw.untouched()),
        }
    }
    Some(out)
}

proptest! {
    #[test]
    fn any_bytes_pass_through(bytes in prop::collection::vec(any::<u8>(), 0..200), mark in 0..8usize) {
        let marks: [&[u8]; 3] = [b"\xff\xfea\0", b"\xfe\xff\0a", b"\xef\xbb\xbfa"];
        let bytes = [marks.get(mark).copied().unwrap_or_default(), &bytes].concat();
        for name in NAMES {
            if let Some(out) = passed_through(name, &bytes) {
                prop_assert_eq!(&out, &bytes, "{}", name);
            }
        }
    }

    #[test]
    fn parts_make_up_the_whole(
        text in "(navy |the |é😀|\n\n|[<>*_`&\\[\\]#-]|&amp;|&nbsp;|<b>|</p>|<pre>|<!-- x -->|\\*\\*|\\[a\\]\\(b\\)|\r\n|\n  |\n> |\\{\\{|\\}\\}|\\$\\$){0,40}",
        cuts in prop::collection::vec(0..200usize, 0..5),
        wide in any::<bool>(),
    ) {
        for name in ["a.txt", "a.md", "a.mdx", "a.html"] {
            let mut bytes = text.clone().into_bytes();
            if wide {
                bytes = [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
            }
            let rows = source(name).read(bytes).expect("in memory");
            let record = rows.map(|raw| raw.expect("reads").parse().expect("parses")).next().expect("one");
            prop_assert!(record.has_parts());
            let text = record.text(0);
            let found: Vec<usize> = text.match_indices("navy").map(|(at, _)| at).collect();
            let edit = |at: &usize| record.source_edits(0, Span::new(*at, *at + 4), "<&>").unwrap_or_default();
            // As in blocks of a text: no edit reaches over a cut.
            let mut cuts: Vec<usize> = cuts
                .iter()
                .map(|cut| (*cut).min(text.len()))
                .filter(|cut| text.is_char_boundary(*cut) && !found.iter().any(|at| *at < *cut && *cut < at + 4))
                .chain([0, 0, text.len()])
                .collect();
            cuts.sort_unstable();
            let parts = cuts.windows(2).flat_map(|cut| {
                let part = Span::new(cut[0], cut[1]);
                let edits: Vec<_> = found.iter().filter(|at| part.range().contains(at)).flat_map(edit).collect();
                record.rewrite_part(part, &edits)
            });
            let all: Vec<_> = found.iter().flat_map(edit).collect();
            let whole = record.rewrite(&all).expect("any character has a place");
            if text.is_empty() {
                continue;
            }
            prop_assert_eq!(parts.collect::<Vec<u8>>(), whole, "{}", name);
        }
    }

    #[test]
    fn any_marks_pass_through_and_edits_stay_in_place(
        text in "([a-z]{1,3}|[ \\n\\r\\t,;\"'&<>/*_`#!\\[\\]()\\\\{}:é😀-]|&amp;|&nbsp|<b>|</p>|<!--|-->|\"\"|\\{\"text\":\"|\"\\}|\\\\u00e9|\r\n|\n  |\n> |\\{\\{|\\}\\}|<%|%>|<\\?php|\\[\\[|\\]\\]|\\$){0,40}"
    ) {
        for name in NAMES {
            if let Some(out) = passed_through(name, text.as_bytes()) {
                prop_assert_eq!(String::from_utf8_lossy(&out), text.as_str(), "{}", name);
            }
            let Ok(rows) = source(name).read(text.clone().into_bytes()) else { continue };
            for record in rows.flatten().filter_map(|raw| raw.parse().ok()) {
                for n in 0..record.len() {
                    let checked = record.text(n).to_owned();
                    for word in checked.split_whitespace() {
                        let start = word.as_ptr() as usize - checked.as_ptr() as usize;
                        let span = Span::new(start, start + word.len());
                        let shown = record.shown_span(n, span);
                        prop_assert!(record.shown(n).get(shown.range()).is_some());
                        let Some(edits) = record.source_edits(n, span, "zzz") else { continue };
                        let old: usize = edits.iter().map(|(span, _)| span.len()).sum();
                        let new: usize = edits.iter().map(|(_, text)| text.len()).sum();
                        let bytes = record.rewrite(&edits).expect("UTF-8");
                        prop_assert_eq!(bytes.len() + old, record.rewrite(&[]).expect("UTF-8").len() + new);
                    }
                }
            }
        }
    }
}
