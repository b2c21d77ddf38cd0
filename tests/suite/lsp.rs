//! The language server, as an editor meets it: over standard input and output.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{command, directory, unspin};

const SPUN: &str = "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";

/// An editor.
struct Editor {
    server: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    requests: i64,
    version: i64,
}

impl Editor {
    fn start(here: &Path, args: &[&str]) -> Self {
        let mut server = command(here, &[&["lsp"], args].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("starts");
        let mut out = BufReader::new(server.stdout.take().expect("piped"));
        let (messages, from) = channel();
        std::thread::spawn(move || {
            while let Some(message) = message(&mut out) {
                if messages.send(message).is_err() {
                    return;
                }
            }
        });
        Self { to: server.stdin.take(), server, from, requests: 0, version: 0 }
    }

    /// Starts, and says that it knows one way to count characters.
    fn open(here: &Path, args: &[&str], units: &str) -> Self {
        let mut editor = Self::start(here, args);
        let result = editor.ask(
            "initialize",
            &json!({
                "processId": null, "rootUri": uri(here),
                "capabilities": {
                    "general": { "positionEncodings": [units] },
                    "workspace": { "workspaceEdit": { "documentChanges": true } },
                    "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } },
                },
            }),
        );
        assert_eq!(result["capabilities"]["positionEncoding"], units);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn raw(&mut self, bytes: &[u8]) {
        let to = self.to.as_mut().expect("open");
        to.write_all(bytes).expect("taken");
        to.flush().expect("taken");
    }

    fn send(&mut self, body: &str) {
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// The whole answer to a request.
    fn answer(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn wait(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.from.recv_timeout(Duration::from_secs(60)).expect("an answer in a minute");
            if wanted(&message) {
                return message;
            }
        }
    }

    /// Opens a text and gives what is wrong with it.
    fn show(&mut self, uri: &str, language: &str, text: &str) -> Vec<Value> {
        self.version += 1;
        let document = json!({ "uri": uri, "languageId": language, "version": self.version, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        self.diagnostics(uri)
    }

    fn change(&mut self, uri: &str, changes: &Value) {
        self.version += 1;
        let document = json!({ "uri": uri, "version": self.version });
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// What is wrong with the text as it is now.
    fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let version = self.version;
        let message = self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"] == version
        });
        message["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    fn actions(&mut self, uri: &str, range: &Value, context: &Value) -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        self.ask("textDocument/codeAction", &params).as_array().expect("a list").clone()
    }

    /// Closes the server as the protocol says.
    fn quit(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        assert_eq!(self.server.wait().expect("ends").code(), Some(0));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It has ended long ago, unless the test failed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn message(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|&read| read > 0)?;
        match line.trim().strip_prefix("Content-Length: ") {
            Some(digits) => length = digits.parse().expect("a number"),
            None if line.trim().is_empty() => break,
            None => panic!("header {line:?}"),
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.canonicalize().expect("there").to_str().expect("UTF-8"))
}

/// The byte of a position, counted anew.
fn byte(text: &str, position: &Value, units: &str) -> usize {
    let number = |key: &str| position[key].as_u64().expect("a number") as usize;
    let line: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut left = number("character");
    for (at, c) in text[line..].char_indices() {
        if left == 0 {
            return line + at;
        }
        left -= match units {
            "utf-8" => c.len_utf8(),
            "utf-16" => c.len_utf16(),
            _ => 1,
        };
    }
    text.len()
}

fn covered<'t>(text: &'t str, range: &Value, units: &str) -> &'t str {
    &text[byte(text, &range["start"], units)..byte(text, &range["end"], units)]
}

/// The text after what an action changes.
fn applied(text: &str, action: &Value, units: &str) -> String {
    let change = &action["edit"]["documentChanges"][0];
    let mut edits: Vec<(usize, usize, &str)> = (change["edits"].as_array().expect("edits").iter())
        .map(|edit| {
            let at = |end: &str| byte(text, &edit["range"][end], units);
            (at("start"), at("end"), edit["newText"].as_str().expect("text"))
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

/// A text of some length, spun throughout, with characters of every width before what is wrong.
fn article() -> String {
    let spun = fs::read_to_string("tests/examples/spun-article.txt").expect("there");
    // What is safe to repair unseen.
    let sure = "Home Democrats on Wednesday handed a invoice that would restrict the curiosity. Stock was up 11% from a yr in \
                the past. The World Well being Group can pump an additional 137,000 barrels daily from subsequent month, \
                mentioned Philippe Garnier. Republican senators despatched a letter to President Biden.";
    format!("👩‍🚀 e\u{301}té \u{202e}טקסט\u{202c}: {spun}\n{sure}\n")
}

#[test]
fn findings_are_those_of_check_in_all_units() {
    let text = article();
    let here = directory(&[("a.txt", text.as_bytes())]);
    let ran = unspin(here.path(), &["check", "--format", "json", "a.txt"], b"");
    let lines = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let wanted: Vec<(u64, u64, String)> = lines
        .filter(|line| line["type"] == "finding")
        .map(|one| {
            let byte = |end: usize| one["span"]["byte"][end].as_u64().expect("a number");
            (byte(0), byte(1), one["rule"].as_str().expect("text").to_owned())
        })
        .collect();
    assert!(wanted.len() > 10);
    let uri = uri(&here.path().join("a.txt"));
    for units in ["utf-8", "utf-16", "utf-32"] {
        let mut editor = Editor::open(here.path(), &[], units);
        let found: Vec<(u64, u64, String)> = editor
            .show(&uri, "plaintext", &text)
            .iter()
            .map(|one| {
                let at = |end: &str| byte(&text, &one["range"][end], units) as u64;
                (at("start"), at("end"), one["code"].as_str().expect("text").to_owned())
            })
            .collect();
        assert_eq!(found, wanted, "{units}");
        editor.quit();
    }
}

#[test]
fn all_that_is_safe_is_fixed_as_fix_does() {
    let text = article();
    let paragraphs = text.replace('\n', "</p>\n<p class=\"navy\">");
    for (name, language, text) in [
        ("a.txt", "plaintext", text.clone()),
        ("a.md", "markdown", format!("# Navy\n\n```\nnavy\n```\n\n{text}")),
        ("a.html", "html", format!("<!doctype html>\n<p>{paragraphs}")),
    ] {
        let here = directory(&[(name, text.as_bytes())]);
        let fixed = unspin(here.path(), &["fix", "--automatic", "-q", name], b"");
        assert_ne!(fixed.text(), text, "{name}: nothing is safe");
        let mut editor = Editor::open(here.path(), &[], "utf-16");
        let uri = uri(&here.path().join(name));
        assert!(!editor.show(&uri, language, &text).is_empty(), "{name}");
        let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
        let actions = editor.actions(&uri, &all, &json!({ "diagnostics": [], "only": ["source.fixAll"] }));
        assert_eq!((actions.len(), &actions[0]["kind"]), (1, &json!("source.fixAll.unspin")));
        assert_eq!(applied(&text, &actions[0], "utf-16"), fixed.text(), "{name}");
        editor.quit();
    }
}

#[test]
fn every_alternative_is_offered_and_only_safe_ones_are_preferred() {
    let text = article();
    let here = directory(&[("a.txt", text.as_bytes())]);
    let ran = unspin(here.path(), &["check", "--format", "json", "a.txt"], b"");
    let lines = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let findings: Vec<Value> = lines.filter(|line| line["type"] == "finding").collect();
    let uri = uri(&here.path().join("a.txt"));
    let mut editor = Editor::open(here.path(), &[], "utf-8");
    let diagnostics = editor.show(&uri, "plaintext", &text);
    let (mut several, mut safe) = (0, 0);
    for (finding, diagnostic) in findings.iter().zip(&diagnostics) {
        let actions = editor.actions(&uri, &diagnostic["range"], &json!({ "only": ["quickfix"] }));
        let mine = |action: &&Value| {
            action["diagnostics"][0] == *diagnostic
                && action["title"].as_str().is_some_and(|title| title.starts_with("Re"))
        };
        let mine: Vec<&Value> = actions.iter().filter(mine).collect();
        let corrections = finding["corrections"].as_array().expect("a list");
        assert_eq!(mine.len(), corrections.len(), "{actions:?}");
        for (n, (action, correction)) in mine.iter().zip(corrections).enumerate() {
            let span = &finding["span"]["byte"];
            let at = |end: usize| span[end].as_u64().expect("a number") as usize;
            let mut wanted = text.clone();
            wanted.replace_range(at(0)..at(1), correction["text"].as_str().expect("text"));
            assert_eq!(applied(&text, action, "utf-8"), wanted);
            let automatic = n == 0 && finding["applicability"] == "automatic";
            assert_eq!(action.get("isPreferred"), automatic.then_some(&json!(true)), "{action}");
            safe += usize::from(automatic);
        }
        several += usize::from(corrections.len() > 1);
    }
    assert!(several > 0 && safe > 0, "the article proves nothing any more");
    editor.quit();
}

#[test]
fn edits_move_findings_and_bring_new_ones() {
    let here = directory(&[]);
    let uri = format!("{}/new.txt", uri(here.path()));
    let mut editor = Editor::open(here.path(), &["--assume-spun"], "utf-16");
    let mut text = format!("{SPUN}\r\n");
    let before = editor.show(&uri, "plaintext", &text);
    assert!(!before.is_empty());

    // An edit in front: what was found is at hand at once, at its new place.
    let start = json!({ "line": 0, "character": 0 });
    editor.change(&uri, &json!([{ "range": { "start": start, "end": start }, "text": "😀\r\n" }]));
    text.insert_str(0, "😀\r\n");
    let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 99 } });
    let actions = editor.actions(&uri, &range, &json!({ "diagnostics": [] }));
    let replaces =
        |action: &&Value| action["title"].as_str().is_some_and(|title| title.starts_with("Replace “stated”"));
    let stated = actions.iter().find(replaces).expect("it moved");
    assert_eq!(stated["edit"]["documentChanges"][0]["textDocument"]["version"], editor.version);
    let fixed = applied(&text, stated, "utf-16");
    assert_eq!(fixed, text.replace("stated", "said"));
    let places =
        |diagnostics: &[Value]| -> Vec<Value> { diagnostics.iter().map(|one| one["range"]["start"].clone()).collect() };
    let moved: Vec<Value> =
        places(&before).into_iter().map(|place| json!({ "line": 1, "character": place["character"] })).collect();
    assert_eq!(places(&editor.diagnostics(&uri)), moved);

    // Several edits in a burst: only the last text is spoken of, and each edit counts from the one before.
    let end = json!({ "line": 2, "character": 0 });
    let whole = json!({ "start": start, "end": { "line": 99, "character": 0 } });
    editor.change(&uri, &json!([{ "text": "x" }]));
    editor.change(
        &uri,
        &json!([{ "range": whole, "text": fixed }, { "range": { "start": end, "end": end }, "text": SPUN }]),
    );
    let text = format!("{fixed}{SPUN}");
    let after = editor.diagnostics(&uri);
    let words: Vec<&str> = after.iter().map(|one| covered(&text, &one["range"], "utf-16")).collect();
    assert_eq!(words.iter().filter(|word| **word == "stated").count(), 1, "{words:?}");

    // Why, under the mouse.
    let place = after.iter().find(|one| covered(&text, &one["range"], "utf-16") == "stated").expect("there");
    let params = json!({ "textDocument": { "uri": uri }, "position": place["range"]["start"] });
    let hover = editor.ask("textDocument/hover", &params);
    assert_eq!((&hover["range"], &hover["contents"]["kind"]), (&place["range"], &json!("markdown")));
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("- said 9")), "{hover}");
    let params = json!({ "textDocument": { "uri": uri }, "position": start });
    assert_eq!(editor.ask("textDocument/hover", &params), Value::Null);

    editor.version = 0;
    editor.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    let gone = editor.wait(|message| message["method"] == "textDocument/publishDiagnostics");
    assert_eq!(gone["params"]["diagnostics"], json!([]));
    editor.quit();
}

#[test]
fn a_line_is_ignored_in_the_form_of_its_language() {
    let here = directory(&[]);
    let mut editor = Editor::open(here.path(), &["--assume-spun"], "utf-16");
    for (name, language, text, comment) in [
        ("a.txt", "plaintext", format!("{SPUN}  \nAhoy.\n"), format!("{SPUN} unspin:ignore  \nAhoy.\n")),
        ("a.md", "markdown", format!("* {SPUN}  \n"), format!("* {SPUN} <!-- unspin:ignore -->  \n")),
        ("a.html", "html", format!("<p>{SPUN}</p>\r\n"), format!("<p>{SPUN}</p> <!-- unspin:ignore -->\r\n")),
        // The line ends inside a tag.
        ("b.html", "html", format!("<p>{SPUN}<a\nhref=x>y</a>"), String::new()),
        // Inside a stylesheet or code, which a comment would spoil.
        ("c.html", "html", format!("<p>{SPUN}</p><style>\np{{color:red}}</style>"), String::new()),
        ("b.md", "markdown", format!("- {SPUN} `code\n  more` x\n"), String::new()),
        ("a.mdx", "mdx", SPUN.to_owned(), format!("{SPUN} {{/* unspin:ignore */}}")),
        ("a.tex", "latex", SPUN.to_owned(), format!("{SPUN} % unspin:ignore")),
        ("a.org", "org", format!("{SPUN}\n"), format!("# unspin:ignore-next\n{SPUN}\n")),
    ] {
        let uri = format!("{}/{name}", uri(here.path()));
        let diagnostics = editor.show(&uri, language, &text);
        let actions = editor.actions(&uri, &diagnostics[0]["range"], &json!({ "diagnostics": diagnostics }));
        let ignore = |action: &&Value| action["title"].as_str().is_some_and(|title| title.starts_with("Ignore line 1"));
        let ignored = applied(&text, actions.iter().find(ignore).expect("offered"), "utf-16");
        if comment.is_empty() {
            let rest = &text[text.find(SPUN).expect("there") + SPUN.len()..];
            assert!(ignored.contains(" <!-- unspin:ignore -->") && ignored.ends_with(rest), "{ignored}");
        } else {
            assert_eq!(ignored, comment, "{name}");
        }
        editor.change(&uri, &json!([{ "text": ignored }]));
        assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new(), "{name}");
    }
    editor.quit();
}

#[test]
fn of_many_lines_the_first_may_be_ignored() {
    let here = directory(&[]);
    let mut editor = Editor::open(here.path(), &["--assume-spun"], "utf-16");
    let uri = format!("{}/a.md", uri(here.path()));
    let diagnostics = editor.show(&uri, "markdown", &format!("{SPUN}\n\n").repeat(9));
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let actions = editor.actions(&uri, &all, &json!({ "diagnostics": diagnostics }));
    let titles: Vec<&str> = actions.iter().filter_map(|action| action["title"].as_str()).collect();
    let ignored: Vec<&&str> = titles.iter().filter(|title| title.starts_with("Ignore line")).collect();
    assert_eq!(ignored.len(), 3, "{titles:?}");
    assert!(titles.iter().filter(|title| title.starts_with("Replace")).count() >= 9);
    editor.quit();
}

#[test]
fn phrases_are_allowed_and_settings_are_heeded() {
    let here = directory(&[
        ("unspin.toml", b"# ours\nassume-spun = true\nexclude = [\"left/\"]\n\n[[override]]\npaths = [\"*.sure.txt\"]\nmin-confidence = 1.0\n"),
    ]);
    let root = uri(here.path());
    let mut editor = Editor::open(here.path(), &[], "utf-16");
    for name in ["left/a.txt", "a.sure.txt"] {
        assert_eq!(editor.show(&format!("{root}/{name}"), "plaintext", SPUN), Vec::<Value>::new(), "{name}");
    }
    let uri = format!("{root}/a%20b/a.txt");
    let diagnostics = editor.show(&uri, "plaintext", SPUN);
    let stated = |one: &&Value| covered(SPUN, &one["range"], "utf-16") == "stated";
    let place = diagnostics.iter().find(stated).expect("found");
    let actions = editor.actions(&uri, &place["range"], &json!({ "diagnostics": [place], "only": ["quickfix"] }));
    let allow = actions.iter().find(|action| action.get("command").is_some()).expect("offered");
    let wrong = json!({ "command": "unspin.allow", "arguments": [] });
    assert_eq!(editor.answer("workspace/executeCommand", &wrong)["error"]["code"], -32602);
    let params = json!({ "command": allow["command"]["command"], "arguments": allow["command"]["arguments"] });
    assert_eq!(editor.ask("workspace/executeCommand", &params), Value::Null);
    let settings = fs::read_to_string(here.path().join("unspin.toml")).expect("there");
    assert!(
        settings.starts_with("# ours\n") && settings.contains("\nallow = [\"stated\"]\n\n[[override]]"),
        "{settings}"
    );
    // All open texts are checked again.
    let after = editor.diagnostics(&uri);
    assert!(!after.is_empty() && !after.iter().any(|one| stated(&one)), "{after:?}");

    // In markup the phrase is what a reader sees.
    for (name, language, text) in [
        ("a.html", "html", "<p>The Protection Secretary stated it, The Washington Put&nbsp;up reported.</p>"),
        ("b.html", "html", "<p>The Protection Secretary stated it, The Washington Put <b>up reported.</b></p>"),
        ("a.md", "markdown", "> The Protection Secretary stated it, The Washington Put\n> up reported."),
    ] {
        let uri = format!("{root}/{name}");
        let diagnostics = editor.show(&uri, language, text);
        let place = diagnostics.iter().find(|one| covered(text, &one["range"], "utf-16").starts_with("Put"));
        let actions = editor.actions(&uri, &place.expect("found")["range"], &json!({ "only": ["quickfix"] }));
        let allow = actions.iter().find(|action| action.get("command").is_some()).expect("offered");
        assert_eq!(allow["command"]["arguments"][0]["phrase"], "Put up", "{name}");
        editor.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    }

    // A mistake in the settings is told, and what was in force stays.
    // At once, as other texts may be checked just now, and an empty file is sound.
    fs::write(here.path().join("new.toml"), "allow = 7\n").expect("written");
    fs::rename(here.path().join("new.toml"), here.path().join("unspin.toml")).expect("renamed");
    editor.tell("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    editor.change(&uri, &json!([{ "text": format!("{SPUN} ") }]));
    let message = editor.wait(|message| message["method"] == "window/showMessage");
    assert!(message["params"]["message"].as_str().is_some_and(|text| text.contains("unspin.toml")), "{message}");
    assert_eq!(editor.diagnostics(&uri).len(), after.len());
    editor.quit();

    // A baseline that is made anew counts from the next check on.
    let settings = b"assume-spun = true\nbaseline = \"known.jsonl\"\n".as_slice();
    let here = directory(&[("unspin.toml", settings), ("known.jsonl", b""), ("a.txt", SPUN.as_bytes())]);
    let mut editor = Editor::open(here.path(), &[], "utf-16");
    let own = self::uri(&here.path().join("a.txt"));
    assert!(!editor.show(&own, "plaintext", SPUN).is_empty());
    assert_eq!(unspin(here.path(), &["check", "-q", "--write-baseline", "known.jsonl", "a.txt"], b"").code, 0);
    editor.change(&own, &json!([{ "text": format!("{SPUN} ") }]));
    assert_eq!(editor.diagnostics(&own), Vec::<Value>::new());
    editor.quit();

    // Where no settings are read, none are written.
    let here = directory(&[]);
    let mut editor = Editor::open(here.path(), &["--assume-spun", "--isolated"], "utf-16");
    let diagnostics = editor.show(&uri, "plaintext", SPUN);
    let actions = editor.actions(&uri, &diagnostics[0]["range"], &json!({ "diagnostics": diagnostics }));
    assert!(!actions.is_empty() && actions.iter().all(|action| action.get("command").is_none()), "{actions:?}");
    assert_eq!(editor.answer("workspace/executeCommand", &params)["error"]["code"], -32803);
    assert!(!here.path().join("unspin.toml").exists());
    editor.quit();
}

#[test]
fn nonsense_does_no_harm() {
    let here = directory(&[]);
    let mut editor = Editor::start(here.path(), &["--assume-spun", "--stdio"]);
    assert_eq!(editor.answer("textDocument/hover", &json!({}))["error"]["code"], -32002);
    editor.tell("textDocument/didOpen", &json!({}));
    editor.send("{\"jsonrpc\":");
    assert_eq!(editor.wait(|message| message["id"].is_null())["error"]["code"], -32700);
    editor.raw(b"no header at all\r\n\r\n");
    editor.ask("initialize", &json!({ "capabilities": 7, "workspaceFolders": "x" }));
    editor.tell("initialized", &Value::Null);
    for (method, params, code) in [
        ("initialize", json!({}), -32600),
        ("textDocument/codeAction", json!({ "range": 1 }), -32602),
        ("textDocument/hover", Value::Null, -32602),
        ("workspace/executeCommand", json!({ "command": "rm" }), -32602),
        ("textDocument/definition", json!({}), -32601),
    ] {
        assert_eq!(editor.answer(method, &params)["error"]["code"], code, "{method}");
    }
    for (method, params) in [
        ("textDocument/didOpen", json!({ "textDocument": [] })),
        ("textDocument/didChange", json!({ "textDocument": { "uri": "file:///x" }, "contentChanges": [] })),
        ("textDocument/didClose", json!(3)),
        ("$/whatever", Value::Null),
    ] {
        editor.tell(method, &params);
    }
    editor.send("[]");
    assert_eq!(
        editor.wait(|message| message["id"].is_null() && message.get("error").is_some())["error"]["code"],
        -32600
    );
    let diagnostics = editor.show("untitled:1", "", SPUN);
    assert!(!diagnostics.is_empty());
    let far = json!({ "line": 4_000_000_000u32, "character": 4_000_000_000u32 });
    editor.change(
        "untitled:1",
        &json!([{ "range": { "start": far, "end": { "line": 0, "character": 0 } }, "text": "" }]),
    );
    assert_eq!(editor.diagnostics("untitled:1"), Vec::<Value>::new());
    assert_eq!(editor.ask("shutdown", &Value::Null), Value::Null);
    assert_eq!(editor.answer("shutdown", &Value::Null)["error"]["code"], -32600);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.server.wait().expect("ends").code(), Some(0));

    // A client that goes away without a word.
    let mut editor = Editor::open(here.path(), &[], "utf-8");
    drop(editor.to.take());
    assert_eq!(editor.server.wait().expect("ends").code(), Some(1));
}
