//! The server: what it answers, whom it answers, and what it bears.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{command, directory, unspin};

const SPUN: &str = include_str!("../examples/spun-article.txt");
const CLEAN: &str = include_str!("../examples/clean-article.txt");

struct Server {
    child: Child,
    address: String,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A connection with a request on its way.
struct Asked(TcpStream);

impl Asked {
    fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).expect("read");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let body = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_owned() };
        Answer { status, head: head.to_owned(), body }
    }
}

/// A chunked body in one piece.
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a size");
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}

impl Server {
    fn start(args: &[&str]) -> Self {
        Self::start_on("127.0.0.1:0", args)
    }

    fn start_on(address: &str, args: &[&str]) -> Self {
        let place = directory(&[]);
        let mut all = vec!["serve", "--isolated", "--listen", address];
        all.extend(args);
        let mut child = command(place.path(), &all)
            .env_remove("UNSPIN_TOKEN")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("http://").expect("an address").to_owned();
        Self { child, address }
    }

    /// Sends a request, of which the last `held` bytes of the body are held back.
    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str, held: usize) -> Asked {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        let named = headers.iter().any(|header| header.starts_with("Host:"));
        let host = if named { Vec::new() } else { vec![format!("Host: {}", self.address)] };
        let headers: Vec<&str> = headers.iter().copied().chain(host.iter().map(String::as_str)).collect();
        let (headers, length) = (headers.join("\r\n"), body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
        stream.write_all(format!("{head}\r\n{}", &body[..body.len() - held]).as_bytes()).expect("written");
        Asked(stream)
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        self.send(method, path, headers, body, 0).answer()
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &["Content-Type: application/json"], &body.to_string())
    }

    fn form(&self, fields: &[(&str, &str)]) -> Answer {
        let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        self.ask("POST", "/v2/check", &["Content-Type: application/x-www-form-urlencoded"], &body.join("&"))
    }

    /// Asks it to stop; gives how it ended and what it said.
    fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().expect("sent");
        let code = self.child.wait().expect("ends").code();
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("read");
        (code, said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of `unspin check --format json` without the last, of the run.
fn checked(text: &str, args: &[&str]) -> Vec<Value> {
    let place = directory(&[]);
    let all = [&["check", "--isolated", "--format", "json"], args, &["-"]].concat();
    let ran = unspin(place.path(), &all, text.as_bytes());
    let mut lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    lines.pop();
    lines
}

/// A text of several passages with characters of every length.
fn long() -> String {
    let clean = CLEAN.repeat(30);
    format!("\u{1f600} Cafe\u{301}\r\n\r\n{SPUN}\n\n{clean}\n\n{}\n\n{clean}", SPUN.repeat(12))
}

#[test]
fn findings_are_those_of_the_command_line() {
    let server = Server::start(&[]);
    let long = long();
    let html = format!("<title>x &amp; y</title><p><b>{}</b></p>", SPUN.replace(". ", ".</p>\n<p>&#128512; "));
    for (text, format, settings, args) in [
        (SPUN, "text", json!({}), &[][..]),
        (&long, "text", json!({}), &[]),
        (&html, "html", json!({}), &["--input", "html"]),
        ("", "text", json!({}), &[]),
        (
            "The Protection Secretary stated that the American navy would stay.",
            "text",
            json!({"assume_spun": true, "min_confidence": 0.3, "severity": "error"}),
            &["--assume-spun", "--min-confidence", "0.3", "--severity", "error"],
        ),
    ] {
        let mut wanted = checked(text, args);
        let request = json!({"text": text, "format": format, "settings": settings});
        let answer = server.post("/v1/check", &request).json();
        let mut whole = answer["findings"].as_array().expect("an array").clone();
        whole.push(answer["document"].clone());
        assert_eq!(whole, wanted);

        let request = json!({"text": text, "format": format, "settings": settings, "stream": true});
        let answer = server.post("/v1/check", &request);
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        let lines: Vec<Value> = answer.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).cloned().collect::<Vec<_>>();
        assert_eq!(lines.last(), wanted.last());
        wanted.pop();
        assert_eq!(of("finding"), wanted);
        assert_eq!(of("edits").len(), if format == "html" { wanted.len() } else { 0 });
        let progress = of("progress");
        assert!(text.len() < 60_000 || progress.len() > 1);
        if let Some(last) = progress.last() {
            assert!(format == "html" || last["span"]["byte"][1] == text.len());
        }
    }
}

#[test]
fn what_the_page_records_is_applied() {
    let server = Server::start(&[]);
    let html = format!("<p>{}</p>\n", SPUN.replace("armed forces", "armed&#32;forces"));
    let answer = server.post("/v1/check", &json!({"text": html, "format": "html", "stream": true}));
    let lines: Vec<Value> = answer.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
    let marked = |(one, _): &(&Value, &Value)| one["text"].as_str().is_some_and(|text| text.contains("&#32;"));
    let (finding, edits) = of("finding").zip(of("edits")).find(marked).expect("found");
    assert_eq!((&edits["id"], &edits["shown"]["text"]), (&finding["id"], &json!("armed forces")));
    let mut decision = edits["shown"].clone();
    for (name, value) in [
        ("type", json!("decision")),
        ("path", json!("a.html")),
        ("id", finding["id"].clone()),
        ("decision", json!("accept")),
        ("replacement", finding["corrections"][0]["text"].clone()),
    ] {
        decision[name] = value;
    }
    let record = format!("{decision}\n");
    let place = directory(&[("sub/a.html", html.as_bytes()), ("a.jsonl", record.as_bytes())]);
    let args = ["review", "--isolated", "--apply", "--decisions", "a.jsonl", "sub/a.html"];
    let ran = unspin(place.path(), &args, b"");
    assert!(ran.code == 0 && ran.err.contains("1 applied in 1 file"), "{ran:?}");
}

#[test]
fn repairs_are_those_of_the_command_line() {
    let server = Server::start(&[]);
    let place = directory(&[("a.txt", SPUN.as_bytes())]);
    let fix = |args: &[&str], text: &str| {
        let all = [&["fix", "--isolated", "--quiet"], args, &["-"]].concat();
        unspin(place.path(), &all, text.as_bytes()).text().to_owned()
    };
    let answer = server.post("/v1/fix", &json!({"text": SPUN, "diff": true, "path": "a.txt"})).json();
    assert_eq!(answer["text"], fix(&[], SPUN));
    assert_eq!(answer["diff"], unspin(place.path(), &["diff", "--isolated", "a.txt"], b"").text());
    assert_eq!(answer["left"], 0);
    let found = answer["applied"].as_array().expect("an array");
    assert_eq!(answer["document"]["findings"], found.len());

    // The same by applying the edits, in any unit.
    for unit in ["byte", "char", "utf16"] {
        let edits: Vec<Value> = (found.iter())
            .map(|one| {
                let [start, end] = [0, 1].map(|n| one["span"][unit][n].clone());
                json!({"start": start, "end": end, "text": one["corrections"][0]["text"]})
            })
            .collect();
        let request = json!({"text": SPUN, "edits": edits, "unit": unit, "diff": true, "path": "a.txt"});
        let applied = server.post("/v1/apply", &request).json();
        assert_eq!((&applied["text"], &applied["diff"]), (&answer["text"], &answer["diff"]));
    }
    let none = server.post("/v1/fix", &json!({"text": SPUN, "ids": []})).json();
    assert_eq!((&none["text"], &none["left"]), (&json!(SPUN), &json!(found.len())));
    let automatic = server.post("/v1/fix", &json!({"text": SPUN, "select": "automatic"})).json();
    assert_eq!(automatic["text"], fix(&["--automatic"], SPUN));

    let html = format!("<p>{}</p>", SPUN.replace("armed forces", "<i>armed</i> forces"));
    let answer = server.post("/v1/fix", &json!({"text": html, "format": "html"})).json();
    assert_eq!(answer["text"], fix(&["--input", "html"], &html));
    // Markup keeps the first half of a repair from being written, so the other half is not either.
    let half = "<p>He actually is may<b>be perhaps</b> maybe not really alone within the nation.</p>";
    let request = json!({"text": half, "format": "html", "settings": {"assume_spun": true, "min_confidence": 0.1}});
    let args = ["--input", "html", "--assume-spun", "--min-confidence", "0.1", "--exit-zero"];
    let answer = server.post("/v1/fix", &request).json();
    assert_eq!(answer["text"], fix(&args, half));
    assert!(answer["text"].as_str().is_some_and(|text| text.contains("may<b>be perhaps</b> maybe")), "{answer}");
    let both = server.post("/v1/fix", &json!({"text": SPUN, "ids": [], "select": "automatic"}));
    assert!(both.status == 400 && both.body.contains("cannot be selected both"), "{both:?}");

    let unknown = server.post("/v1/fix", &json!({"text": SPUN, "ids": [found[0]["id"], "none", "nor this"]}));
    assert!(unknown.status == 400 && unknown.body.contains("no finding has the id \\\"none\\\""), "{unknown:?}");
    for coding in ["gzip", "identity"] {
        let headers = ["Content-Type: application/json", &format!("Content-Encoding: {coding}")];
        let answer = server.ask("POST", "/v1/fix", &headers, &json!({"text": "Clean."}).to_string());
        assert_eq!(answer.status, if coding == "gzip" { 415 } else { 200 }, "{answer:?}");
    }

    for (edits, says) in [
        (json!([{"start": 0, "end": 9, "text": ""}, {"start": 8, "end": 10, "text": ""}]), "overlap"),
        (json!([{"start": 1, "end": 2, "text": ""}]), "between characters"),
        (json!([{"start": 0, "end": 99_999, "text": ""}]), "between characters"),
        (json!([{"start": 3, "end": 2, "text": ""}]), "between characters"),
    ] {
        let answer = server.post("/v1/apply", &json!({"text": "\u{1f600} 23456789", "edits": edits}));
        assert!(answer.status == 400 && answer.body.contains(says), "{answer:?}");
    }
}

#[test]
fn languagetool_s_clients_are_answered() {
    let server = Server::start(&[]);
    let text = format!("\u{1f600} Cafe\u{301} \u{1d518}\n\n{SPUN}");
    let wanted = checked(&text, &[]);
    let matches = |fields: &[(&str, &str)]| -> Vec<Value> {
        let answer = server.form(&[&[("language", "en-US")], fields].concat());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["matches"].as_array().expect("an array").clone()
    };
    let all = matches(&[("text", &text), ("motherTongue", "de"), ("mode", "all")]);
    assert_eq!(all.len() + 1, wanted.len());
    let units: Vec<u16> = text.encode_utf16().collect();
    for (one, finding) in all.iter().zip(&wanted) {
        let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
        let (offset, length) = (number(&one["offset"]), number(&one["length"]));
        assert_eq!(json!([offset, offset + length]), finding["span"]["utf16"]);
        assert_eq!(finding["text"], String::from_utf16(&units[offset..offset + length]).expect("whole"));
        assert_eq!(one["replacements"][0]["value"], finding["corrections"][0]["text"]);
        let context: Vec<u16> = one["context"]["text"].as_str().expect("text").encode_utf16().collect();
        let (offset, length) = (number(&one["context"]["offset"]), number(&one["context"]["length"]));
        let there = String::from_utf16(&context[offset..offset + length]).expect("whole");
        assert_eq!(there, finding["text"].as_str().expect("text").replace(['\n', '\r'], " "));
        assert!(one["sentence"].as_str().is_some_and(|sentence| !sentence.is_empty()));
    }

    // Where no sentence ends, each match has some of the text, not all of it.
    let endless = SPUN.replace(['.', '!', '?', '\n'], ",").repeat(8);
    let endless = matches(&[("text", &endless), ("level", "picky")]);
    let longest = endless.iter().filter_map(|one| one["sentence"].as_str()).map(|one| one.chars().count()).max();
    assert!(longest.is_some_and(|longest| (500..1200).contains(&longest)), "{longest:?}");

    // Markup counts in offsets, and what covers some is not to be replaced.
    let cut = text.find("armed forces").expect("there");
    let data = json!({"annotation": [
        {"markup": "<p>\u{1f600}</p>"}, {"text": &text[..cut + 6]}, {"markup": "<b>"}, {"text": &text[cut + 6..]},
    ]});
    let marked = matches(&[("data", &data.to_string())]);
    assert_eq!(marked.len(), all.len());
    let first = text[..cut].encode_utf16().count();
    for (one, plain) in marked.iter().zip(&all) {
        let moved = if plain["offset"].as_u64() > Some(first as u64) { 12 } else { 9 };
        assert_eq!(one["offset"].as_u64(), plain["offset"].as_u64().map(|offset| offset + moved));
        let covers = plain["offset"] == first;
        assert_eq!(one["replacements"] == json!([]), covers);
        assert_eq!(one["length"].as_u64(), plain["length"].as_u64().map(|length| length + if covers { 3 } else { 0 }));
    }

    // Rules switched on and off.
    let word = "UNSPIN_SWAPPED_WORD";
    let of = |all: &[Value], yes: bool| all.iter().filter(|one| (one["rule"]["id"] == word) == yes).count();
    let (swapped, others) = (of(&all, true), of(&all, false));
    assert!(swapped > 0 && others > 0);
    assert_eq!(matches(&[("text", &text), ("disabledRules", &format!("X,{word}"))]).len(), others);
    assert_eq!(matches(&[("text", &text), ("enabledOnly", "true"), ("enabledRules", word)]).len(), swapped);
    assert_eq!(matches(&[("text", &text), ("disabledCategories", "UNSPIN")]).len(), 0);
    let beginning: String = SPUN.split_inclusive('\n').take(7).collect();
    let mixed = format!("{beginning}\n\n{CLEAN}{CLEAN}");
    assert_eq!(matches(&[("text", &mixed)]).len(), checked(&mixed, &[]).len() - 1);
    let taken = checked(&mixed, &["--assume-spun"]).len() - 1;
    assert_eq!(matches(&[("text", &mixed), ("level", "picky")]).len(), taken);
    assert!(taken > matches(&[("text", &mixed)]).len());

    // By query, and what is wrong is said in its form.
    let query = server.ask("GET", "/v2/check?text=The+navy+stays.&language=auto", &[], "");
    assert_eq!(query.json()["language"]["detectedLanguage"]["code"], "en-US");
    for (fields, says) in [
        (&[("language", "en")][..], "Missing 'text' or 'data'"),
        (&[("text", "x")], "Missing 'language'"),
        (&[("text", "x"), ("data", "{}"), ("language", "en")], "not both"),
        (&[("data", "{}"), ("language", "en")], "'data'"),
        (&[("text", "x"), ("language", "de-DE")], "'language'"),
        (&[("text", "x"), ("language", "en"), ("level", "high")], "'level'"),
        (&[("text", "x"), ("language", "en"), ("enabledOnly", "true")], "enabledRules"),
    ] {
        let answer = server.form(fields);
        assert!(answer.status == 400 && answer.body.starts_with("Error: ") && answer.body.contains(says), "{answer:?}");
    }
    let languages = server.ask("GET", "/v2/languages", &[], "").json();
    assert!(languages.as_array().is_some_and(|all| all.iter().any(|one| one["longCode"] == "en-US")));
    assert_eq!(server.ask("GET", "/v2/info", &[], "").json()["software"]["name"], "unspin");
}

#[test]
fn others_are_refused() {
    let place = directory(&[("token", b"0123456789abcdef\n"), ("short", b"123")]);
    let token = place.path().join("token").to_string_lossy().into_owned();
    let server = Server::start(&["--token-file", &token, "--allow-origin", "https://app.example", "--max-size", "64"]);
    let bearer = "Authorization: Bearer 0123456789abcdef";
    let json = "Content-Type: application/json";
    let body = r#"{"text":"x"}"#;
    let big = json!({ "text": "x ".repeat(40_000) }).to_string();
    for (method, path, headers, body, status) in [
        ("GET", "/", &[][..], "", 200),
        ("GET", "/healthz", &[], "", 200),
        ("POST", "/v1/check", &[json, bearer], body, 200),
        ("POST", "/v1/check", &[json], body, 401),
        ("POST", "/v1/check", &[json, "Authorization: Bearer 0123456789abcdeF"], body, 401),
        ("GET", "/metrics", &[], "", 401),
        ("GET", "/metrics", &[bearer], "", 200),
        ("POST", "/v2/check", &["Content-Type: application/x-www-form-urlencoded"], "text=x&language=en", 401),
        (
            "POST",
            "/v2/check",
            &["Content-Type: application/x-www-form-urlencoded"],
            "text=x&language=en&apiKey=0123456789abcdef",
            200,
        ),
        ("GET", "/", &["Host: evil.example"], "", 421),
        ("POST", "/v1/check", &[json, bearer, "Host: evil.example:80"], body, 421),
        ("POST", "/v1/check", &[json, bearer, "Host: localhost:1"], body, 200),
        ("POST", "/v1/check", &[json, bearer, "Origin: https://evil.example"], body, 403),
        ("POST", "/v1/check", &[json, bearer, "Origin: null"], body, 403),
        ("POST", "/v1/check", &[json, bearer, "Origin: https://app.example"], body, 200),
        ("GET", "/v2/check?text=x&language=en", &["Sec-Fetch-Site: cross-site"], "", 403),
        ("GET", "/v2/languages", &[bearer, "Sec-Fetch-Site: same-origin"], "", 200),
        ("GET", "/", &["Sec-Fetch-Site: cross-site"], "", 200),
        ("OPTIONS", "/v1/check", &["Origin: https://app.example"], "", 204),
        ("OPTIONS", "/v1/check", &["Origin: https://evil.example"], "", 403),
        ("POST", "/v1/check", &[bearer, "Content-Type: text/plain"], body, 415),
        ("POST", "/v1/check", &[bearer, json], &big, 413),
        ("POST", "/v1/check", &[bearer, json], "{\"text\":7}", 400),
        ("POST", "/v1/check", &[bearer, json], "{\"text\":\"x\",\"other\":1}", 400),
        ("POST", "/v1/check", &[bearer, json], "{", 400),
        ("GET", "/v1/check", &[bearer], "", 405),
        ("GET", "/nothing", &[bearer], "", 404),
        ("GET", "/page/../index.html", &[bearer], "", 404),
    ] {
        let answer = server.ask(method, path, headers, body);
        assert_eq!(answer.status, status, "{method} {path} {headers:?}: {answer:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let foreign = headers.contains(&"Origin: https://app.example");
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, foreign.then_some("https://app.example"), "{answer:?}");
        if status >= 400 && !path.starts_with("/v2") {
            assert!(answer.json()["error"]["message"].is_string());
        }
    }
    // What is wrong is told.
    for (request, says) in [
        (r#"{"text":"x","othr":1}"#, "unknown field `othr`"),
        (r#"{"text":"x","settings":["x"]}"#, "expected a map"),
        (r#"["x"]"#, "expected a map"),
        (r#"{"text":"x"} {}"#, "trailing"),
        (r#"{"text":"x","settings":{"min_confidence":2}}"#, "settings.min_confidence: must be from 0 to 1"),
        (r#"{"text":"x","settings":{"min_confidence":null,"families":[]}}"#, "settings.families: names no family"),
        (r#"{"text":"x","stream":true,"settings":{"families":["news"]}}"#, "thesaurus"),
    ] {
        let answer = server.ask("POST", "/v1/check", &[bearer, json], request);
        assert!(answer.status == 400 && answer.body.contains(says), "{answer:?}");
    }

    let run = |args: &[&str]| unspin(place.path(), &[&["serve", "--isolated"], args].concat(), b"");
    for (args, says) in [
        (&["--listen", "0.0.0.0:0"][..], "give --token-file"),
        (&["--token-file", "short"], "16 characters"),
        (&["--token-file", "gone"], "gone"),
        (&["--allow-origin", "app.example"], "like https://example.org"),
        (&["--allow-origin", "https://*.example"], "only the last character"),
        (&["--listen", "nowhere"], "must be an address or a name with a port"),
        (&["--listen", "localhost"], "must be an address or a name with a port"),
    ] {
        let ran = run(args);
        assert!(ran.code == 2 && ran.err.contains(says), "{ran:?}");
    }
}

#[test]
fn a_name_is_listened_on() {
    let server = Server::start_on("localhost:0", &[]);
    assert!(server.address.starts_with("127.0.0.1:"), "{}", server.address);
    assert_eq!(server.ask("GET", "/healthz", &[], "").status, 200);
}

#[test]
fn the_page_needs_nobody_else() {
    let server = Server::start(&[]);
    let page = server.ask("GET", "/", &[], "");
    // It tells what is spun in part as reports do.
    let throughout = format!(" data-throughout=\"{}\">", unspin::Report::THROUGHOUT);
    assert!(page.body.contains(&throughout), "{throughout}");
    assert!(server.ask("GET", "/page/app.js", &[], "").body.contains("dataset.throughout"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let mut files = vec!["/".to_owned()];
    for quote in page.body.split("\"/page/").skip(1) {
        files.push(format!("/page/{}", quote.split('"').next().expect("a name")));
    }
    files.extend(["session", "view", "panel", "server"].map(|name| format!("/page/{name}.js")));
    assert!(files.len() >= 8);
    for file in files {
        let answer = server.ask("GET", &file, &[], "");
        assert_eq!(answer.status, 200, "{file}");
        let foreign = answer.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{file}");
    }
}

#[test]
fn the_description_names_what_there_is() {
    let server = Server::start(&[]);
    let described = server.ask("GET", "/v1/openapi.json", &[], "").json();
    let paths = described["paths"].as_object().expect("paths");
    assert!(paths.len() >= 11);
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            let status = server.ask(&method.to_ascii_uppercase(), path, &[], "").status;
            assert!(![404, 405].contains(&status), "{method} {path}: {status}");
        }
    }
}

#[test]
fn no_more_is_taken_than_can_be_borne() {
    let server = Server::start(&["-j1", "--queue", "1"]);
    let json = "Content-Type: application/json";
    let body = json!({ "text": SPUN }).to_string();
    // Two are let in whose bodies are not yet whole; the third is refused at once, and the two are answered.
    let mut waiting: Vec<Asked> = (0..2).map(|_| server.send("POST", "/v1/check", &[json], &body, 1)).collect();
    while !server.ask("GET", "/metrics", &[], "").body.contains("unspin_texts_in_work 2") {
        std::thread::sleep(Duration::from_millis(5));
    }
    let refused = server.ask("POST", "/v1/check", &[json], &body);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
    assert_eq!(refused.json()["error"]["code"], "busy");
    assert!(server.form(&[("text", "x"), ("language", "en")]).body.starts_with("Error: "));
    for one in &mut waiting {
        one.0.write_all(b"}").expect("written");
    }
    let answers: Vec<Answer> = waiting.into_iter().map(Asked::answer).collect();
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["findings"].is_array()));

    // Who has no token keeps nobody out who has one, though forms have theirs in the body.
    let place = directory(&[("token", b"0123456789abcdef\n")]);
    let token = place.path().join("token").to_string_lossy().into_owned();
    let server = Server::start(&["-j1", "--queue", "0", "--token-file", &token]);
    let form = "text=x&language=en";
    let mut waiting = server.send("POST", "/v2/check", &[], form, 1);
    while server.ask("POST", "/v2/check", &[], form).status != 503 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let bearer = "Authorization: Bearer 0123456789abcdef";
    assert_eq!(server.ask("POST", "/v1/check", &[json, bearer], &body).status, 200);
    assert_eq!(server.ask("POST", "/v2/check", &[bearer], form).status, 200);
    waiting.0.write_all(b"n").expect("written");
    assert_eq!(waiting.answer().status, 401);
    // Who asks one thing after another never meets a place that is still taken.
    for _ in 0..100 {
        assert_eq!(server.ask("POST", "/v1/check", &[json, bearer], &body).status, 200);
    }

    let server = Server::start(&["--time-limit", "0.2"]);
    let late = server.send("POST", "/v1/check", &[json], &body, 1).answer();
    assert_eq!((late.status, late.json()["error"]["code"].as_str()), (503, Some("time-limit")));
    // A long text is broken off, whole or streamed.
    let long = SPUN.repeat(400);
    assert_eq!(server.post("/v1/check", &json!({ "text": long })).status, 503);
    let streamed = server.post("/v1/check", &json!({ "text": long, "stream": true }));
    let last: Value =
        streamed.body.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).expect("JSON"));
    assert!(streamed.status == 503 || last["error"]["code"] == "time-limit", "{last}");
    assert_eq!(server.post("/v1/check", &json!({ "text": "x" })).status, 200);
    // A client that does not read is not waited for: of many answers it gets what was under way.
    let size = server.ask("GET", "/page/app.js", &[], "").body.len();
    let mut deaf = TcpStream::connect(&server.address).expect("connects");
    let request = format!("GET /page/app.js HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    deaf.write_all(request.repeat(1500).as_bytes()).expect("written");
    std::thread::sleep(Duration::from_secs(2));
    let mut got = Vec::new();
    // It may be told so by an error.
    let _ = deaf.read_to_end(&mut got);
    assert!(got.len() < 1500 * size, "{} bytes", got.len());
}

#[test]
fn it_stops_when_it_is_told_to_and_has_logged_no_words() {
    let server = Server::start(&["--verbose"]);
    let json = "Content-Type: application/json";
    let body = json!({ "text": SPUN }).to_string();
    let mut asked = server.send("POST", "/v1/check", &[json], &body, 1);
    server.ask("GET", "/v2/check?text=secret+words&language=en", &[], "");
    server.ask("GET", "/secret/words", &[], "");
    let id = server.child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().expect("sent");
    // It takes no more, but answers those that it let in.
    while TcpStream::connect(&server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    asked.0.write_all(b"}").expect("written");
    assert_eq!(asked.answer().status, 200);
    let (code, said) = server.stop();
    assert_eq!(code, Some(0));
    assert!(said.contains("GET /v2/check 200") && said.contains("GET other 404"), "{said}");
    assert!(!said.contains("secret") && !said.contains("Congress"), "{said}");
}

#[test]
fn who_is_told_twice_to_stop_waits_for_nobody() {
    let mut server = Server::start(&["--time-limit", "600"]);
    let _held = server.send("POST", "/v1/check", &["Content-Type: application/json"], &json!({}).to_string(), 1);
    // The connection is there before the end is asked for.
    server.ask("GET", "/healthz", &[], "");
    let id = server.child.id().to_string();
    let stop = || std::process::Command::new("kill").args(["-TERM", &id]).status().expect("sent");
    stop();
    let mut line = String::new();
    BufReader::new(server.child.stderr.as_mut().expect("piped")).read_line(&mut line).expect("a line");
    assert_eq!(line, "finishing 1 request; Ctrl-C again ends at once\n");
    stop();
    assert_eq!(server.child.wait().expect("ends").code(), Some(0));
}
