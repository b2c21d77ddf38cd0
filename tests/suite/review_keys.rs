//! The review by keys, in a terminal that only tests see.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use unspin::{Decisions, Fixed, Place, Span, Unspinner};

use crate::run::{directory, unspin};

const ARTICLE: &str = include_str!("../examples/spun-article.txt");

/// The program in a terminal.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Keeps the terminal open.
    _terminal: Box<dyn MasterPty + Send>,
}

impl Session {
    fn start(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_unspin"));
        command.cwd(directory);
        command.args(args);
        command.env_remove("NO_COLOR");
        command.env("TERM", "xterm-256color");
        environment.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("starts");
        let mut reader = pair.master.try_clone_reader().expect("readable");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().expect("writable");
        Self { child, keys, output, screen: vt100::Parser::new(24, 80, 0), _terminal: pair.master }
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen shows a text.
    fn wait_for(&mut self, wanted: &str) {
        let patience = Instant::now() + Duration::from_secs(60);
        while !self.text().contains(wanted) {
            let left = patience.saturating_duration_since(Instant::now());
            let bytes = self.output.recv_timeout(left);
            let bytes = bytes.unwrap_or_else(|_| panic!("no {wanted:?} on\n{}", self.text()));
            self.screen.process(&bytes);
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("typed");
        self.keys.flush().expect("typed");
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("runs").to_string();
        assert!(Command::new("kill").args([name, &id]).status().expect("runs").success());
    }

    /// Waits for the end; gives the exit code and what the screen shows then.
    fn end(mut self) -> (u32, String, bool) {
        let code = self.child.wait().expect("ends").exit_code();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.screen.process(&bytes);
        }
        let screen = self.screen.screen();
        (code, screen.contents(), screen.alternate_screen() || screen.hide_cursor())
    }
}

#[test]
fn a_text_is_reviewed_by_keys_alone_through_a_kill() {
    const SETTINGS: &str = "# ours\nassume-spun = true\nmin-confidence = 0.3\n";
    let here = directory(&[("a.txt", ARTICLE.as_bytes()), ("unspin.toml", SETTINGS.as_bytes())]);
    let decided = || fs::read_to_string(here.path().join(".unspin-review.jsonl")).expect("there").lines().count();
    let mut first = Session::start(here.path(), &["review", "a.txt"], &[]);
    first.wait_for("1 of ");
    first.press("yn1");
    first.wait_for("2 accepted · 1 rejected");
    first.press("e\u{15}own words\r");
    first.wait_for("3 accepted");
    first.signal("-KILL");
    first.child.wait().expect("ends");
    assert_eq!(decided(), 4);

    // The next start goes on at the first undecided one; nothing is asked again.
    let mut second = Session::start(here.path(), &["review", "./a.txt"], &[]);
    second.wait_for("3 accepted · 1 rejected");
    second.wait_for("5 of ");
    // What a phrase kept from being found is found once that is allowed, until it is not allowed any more.
    let spans = |allow: Option<&str>| -> BTreeSet<_> {
        let builder = Unspinner::builder().assume_spun(true).min_confidence(0.3).allow(allow);
        let report = builder.build().check(ARTICLE);
        report.findings.into_iter().map(|finding| finding.span).collect()
    };
    let before = spans(None);
    let more = |span: &Span| spans(Some(&ARTICLE[span.range()])).difference(&before).count();
    let (n, more) = before.iter().map(more).enumerate().skip(4).find(|(_, more)| *more > 0).expect("one hides another");
    second.press(&("j".repeat(n - 4) + "i"));
    second.wait_for(&format!(" of {} · ", before.len() + more));
    second.press("u");
    second.wait_for("taken back");
    second.wait_for(&format!("{} of {} · ", n + 1, before.len()));
    assert_eq!(fs::read_to_string(here.path().join("unspin.toml")).expect("there"), SETTINGS);
    second.press(&("k".repeat(n - 4) + "nA"));
    second.wait_for("All is decided");
    second.press("q");
    let (code, shown, left) = second.end();
    assert!(!left && code == 0 && shown.contains(" 2 rejected, 0 ignored, 0 left"), "{code} {shown}");

    // Applied, it is what the library makes of the same decisions.
    let lines = fs::read_to_string(here.path().join(".unspin-review.jsonl")).expect("there");
    let decisions = Decisions::parse(&lines).expect("decisions");
    let findings = Unspinner::builder().assume_spun(true).build().check(ARTICLE).findings;
    let place = Place { path: "a.txt".into(), ..Place::default() };
    let wanted = Fixed::new(ARTICLE, decisions.find(&place, ARTICLE, &findings).edits(ARTICLE, &findings)).text;
    assert_eq!(unspin(here.path(), &["review", "--status"], b"").code, 0);
    assert_eq!(unspin(here.path(), &["review", "--apply"], b"").code, 0);
    assert_eq!(fs::read_to_string(here.path().join("a.txt")).expect("there"), wanted);
    assert!(wanted.contains("own words"));
}

#[test]
fn the_terminal_is_given_back() {
    let here = directory(&[("a.txt", ARTICLE.as_bytes())]);
    let last = directory(&[("a.txt", ARTICLE.as_bytes())]);
    for (here, before, signal, says) in [
        (&here, "", "-HUP", ""),
        (&here, "", "", "0 accepted, 0 rejected"),
        // With this key it makes a file, and is to take that away, too, before a signal ends it.
        (&last, "i", "-TERM", ""),
    ] {
        let mut session = Session::start(here.path(), &["review", "--assume-spun", "a.txt"], &[("NO_COLOR", "1")]);
        session.wait_for("1 of ");
        session.wait_for("[-");
        assert!(session.screen.screen().alternate_screen());
        if !before.is_empty() {
            session.press(before);
            session.wait_for("is allowed from now on");
        }
        if signal.is_empty() {
            session.press("\u{3}");
        } else {
            // It comes while the program draws.
            session.press(&"?".repeat(200));
            session.signal(signal);
        }
        let (code, shown, left) = session.end();
        assert!(!left && code != 0 && shown.contains(says), "{signal} {code} {shown}");
    }
    assert!(!here.path().join(".unspin-review.jsonl").exists());

    let mut session = Session::start(here.path(), &["review", "a.txt"], &[("TERM", "dumb")]);
    session.wait_for("TERM is \"dumb\"");
    assert_eq!(session.end().0, 2);
}
