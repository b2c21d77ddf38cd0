//! Keys and what comes of them.

use std::sync::Arc;

use anyhow::bail;
use unspin::input::{Format, Record, Source};
use unspin::{Decisions, Fixed, Place, Unspinner, Verdict};

use super::*;
use crate::review::document::Document;

/// Keeps in memory; fails while it is told to.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) lines: String,
    allowed: Vec<String>,
    full: bool,
}

impl Keep for Memory {
    fn keep(&mut self, decisions: &[Decision]) -> anyhow::Result<()> {
        if self.full {
            bail!("the disk is full");
        }
        self.lines.extend(decisions.iter().map(Decision::to_line));
        Ok(())
    }

    fn allow(&mut self, phrase: &str) -> anyhow::Result<bool> {
        let new = !self.allowed.iter().any(|known| known == phrase);
        if new {
            self.allowed.push(phrase.to_owned());
        }
        Ok(new)
    }

    fn disallow(&mut self) -> anyhow::Result<()> {
        self.allowed.pop();
        Ok(())
    }
}

/// Words of [`TEXT`], with what they may stand for and how sure that is.
const WORDS: [(&str, &[&str], f32); 4] = [
    ("navy", &["military", "army"], 0.8),
    ("Navy", &["Military"], 0.97),
    ("stated", &["said"], 0.6),
    ("nation", &["country", "land", "state"], 0.7),
];

pub(crate) const TEXT: &str =
    "The navy stated that it would stay. “Navy men leave no nation behind,” it stated. The navy is in the nation.";

/// A document with a finding for each of the words.
pub(crate) fn document(path: &str, text: &str) -> Document {
    with_words(path, text, &WORDS)
}

fn record(path: &str, text: &str) -> Record {
    let source = Source::new(path, Some(Format::Text), &[]);
    let raw = source.read(text.as_bytes().to_vec()).expect("a text").next().expect("one");
    raw.and_then(|raw| raw.parse()).expect("sound")
}

/// A document with a finding for each place of some words.
pub(crate) fn with_words(path: &str, text: &str, all: &[(&str, &[&str], f32)]) -> Document {
    // The library makes findings; these are made of one of its own.
    let sample = "The Protection Secretary stated that the American navy would stay.";
    let sample = Unspinner::builder().assume_spun(true).build().check(sample).findings[0].clone();
    let mut findings = Vec::new();
    for &(words, corrections, confidence) in all {
        for (start, _) in text.match_indices(words) {
            let mut finding = sample.clone();
            finding.span = unspin::Span::new(start, start + words.len());
            finding.corrections = corrections
                .iter()
                .zip([1.0, 0.2, 0.1])
                .map(|(text, share)| unspin::Correction { text: (*text).into(), confidence: confidence * share })
                .collect();
            finding.applicability = if confidence >= 0.95 { Applicability::Automatic } else { Applicability::Review };
            finding.message = format!("“{words}” most probably stands for “{}”", corrections[0]);
            finding.id = format!("id of {words}");
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| finding.span);
    let count = findings.len();
    Document {
        place: Place { path: path.into(), ..Place::default() },
        source: (Arc::new(record(path, text)), 0),
        positions: findings.iter().map(|finding| (1, finding.span.start + 1)).collect(),
        findings,
        writable: vec![true; count],
        states: vec![None; count],
        people: vec![Vec::new(); count],
        asked: None,
    }
}

/// Presses keys: each character is one, `<enter>` and the like are named.
pub(crate) fn press(session: &mut Session, keys: &str, keep: &mut dyn Keep) -> Flow {
    let mut rest = keys;
    let mut flow = Flow::Continue;
    while let Some(c) = rest.chars().next() {
        let named = [
            ("<enter>", KeyCode::Enter, KeyModifiers::NONE),
            ("<esc>", KeyCode::Esc, KeyModifiers::NONE),
            ("<down>", KeyCode::Down, KeyModifiers::NONE),
            ("<up>", KeyCode::Up, KeyModifiers::NONE),
            ("<c-c>", KeyCode::Char('c'), KeyModifiers::CONTROL),
            ("<c-u>", KeyCode::Char('u'), KeyModifiers::CONTROL),
        ];
        let found = named.iter().find(|(name, ..)| rest.starts_with(name));
        let (length, code, modifiers) = found
            .map_or((c.len_utf8(), KeyCode::Char(c), KeyModifiers::NONE), |&(name, code, modifiers)| {
                (name.len(), code, modifiers)
            });
        rest = &rest[length..];
        flow = session.press(KeyEvent::new(code, modifiers), keep);
    }
    flow
}

/// A letter for each suggestion in order of place, and where the reader is.
fn states(session: &Session) -> String {
    let mut text = String::new();
    for (n, item) in session.queue.iter().enumerate() {
        if n == session.at {
            text.push('>');
        }
        match session.state(*item) {
            Some(State::Accepted(new)) => text.extend([&new[..], " "]),
            Some(State::Rejected) => text.push_str("no "),
            Some(State::Ignored) => text.push_str("ignored "),
            None => text.push_str("- "),
        }
    }
    if session.at == session.queue.len() {
        text.push('>');
    }
    text.trim_end().to_owned()
}

fn session(options: Options, keep: &mut Memory) -> Session {
    let mut session = Session::new(options);
    session.add(document("a.txt", TEXT), keep);
    session.add(document("b.txt", "In the nation, the navy stated."), keep);
    session.loaded();
    session
}

#[test]
fn keys_decide() {
    for (keys, want) in [
        ("", ">- - - - - - - - - -"),
        ("yny", "military no Military >- - - - - - -"),
        ("2n3", "army no >- - - - - - - -"),
        ("9", ">- - - - - - - - - -"),
        ("e<enter>", "military >- - - - - - - - -"),
        ("e<c-u>fleet<enter>e, his<esc>n", "fleet no >- - - - - - - -"),
        ("e<c-c>e<c-u>q?<enter>", "q? >- - - - - - - - -"),
        ("a", "military >- Military - - military - - military -"),
        ("Aj", "military said Military country said military country - >- -"),
        ("jjjka", "military - Military >- - military - - military -"),
        ("i", "ignored >- ignored - - ignored - - ignored -"),
        ("sssy", "- - - country >- - - - - -"),
        ("ynu", "military >- - - - - - - - -"),
        ("ynuu", ">- - - - - - - - - -"),
        ("sau", "- >- - - - - - - - -"),
        ("iu", ">- - - - - - - - - -"),
        ("uy", "military >- - - - - - - - -"),
        ("ykn", "no >- - - - - - - - -"),
        ("/land<enter>y", "- - - country >- - - - - -"),
        ("/country<enter>/<enter>n", "- - - - - - no >- - -"),
        ("/nowhere<enter>", ">- - - - - - - - - -"),
        ("/land<esc>y", "military >- - - - - - - - -"),
        ("?y", ">- - - - - - - - - -"),
        ("AA", "military said Military country said military country country military said >"),
        ("sAA", "military said Military country said military country country military said >"),
        ("AAky", "military said Military country said military country country military said >"),
        ("AAuk", "military said Military country said military >country - - -"),
        ("<down><down><up>n", "- no >- - - - - - - -"),
    ] {
        let mut keep = Memory::default();
        let mut session = session(Options::default(), &mut keep);
        press(&mut session, keys, &mut keep);
        assert_eq!(states(&session), want, "{keys}");
        // What is kept says the same, and a later start has it all.
        let decisions = Decisions::parse(&keep.lines).expect("decisions");
        for document in &session.documents {
            let matched = decisions.find(&document.place, document.text(), &document.findings);
            for (state, decision) in document.states.iter().zip(matched.decided) {
                let verdict = match state {
                    Some(State::Accepted(_)) => Some(Verdict::Accept),
                    Some(State::Rejected) => Some(Verdict::Reject),
                    Some(State::Ignored) => Some(Verdict::Ignore),
                    None => None,
                };
                assert_eq!(decision.map(|decision| decision.verdict), verdict, "{keys}");
                if let Some(State::Accepted(new)) = state {
                    assert_eq!(decision.and_then(|decision| decision.replacement.as_ref()), Some(new));
                }
            }
        }
    }
}

#[test]
fn what_others_decided_stays_theirs() {
    let said = |name: &str, state| (Some(name.to_owned()), state);
    let accepted = || State::Accepted("military".into());
    let session = |by: &str, people: Vec<(Option<String>, State)>, keep: &mut Memory| {
        let mut session = Session::new(Options { by: Some(by.into()), ..Options::default() });
        let mut document = document("a.txt", "The navy.");
        document.states[0] = people.last().map(|(_, state)| state.clone());
        document.people[0] = people;
        session.add(document, keep);
        session
    };
    let last = |keep: &Memory| {
        let line = keep.lines.lines().last().unwrap_or_default().to_owned() + "\n";
        let all = Decisions::parse(&line).expect("decisions");
        all.iter().next().map(|one| (one.by.clone(), one.verdict))
    };
    let both = || vec![said("anna", accepted()), said("ben", State::Rejected)];
    let item = Item { document: 0, finding: 0 };
    for (by, start, undone) in [
        // It is open to all but the one who had the last word; what comes back is their own.
        ("anna", ">-", Some((Some("anna".into()), Verdict::Accept))),
        ("ben", "no >", Some((Some("ben".into()), Verdict::Reject))),
        ("carol", ">-", None),
    ] {
        let mut keep = Memory::default();
        let mut session = session(by, both(), &mut keep);
        assert_eq!(states(&session), start, "{by}");
        assert_eq!(session.disagreement(item).map(|people| people.len()), Some(2), "{by}");
        press(&mut session, "kn", &mut keep);
        // One of the two settles it.
        assert_eq!(session.disagreement(item).is_none(), by == "anna", "{by}");
        press(&mut session, "u", &mut keep);
        assert_eq!(last(&keep), undone, "{by}");
        assert_eq!(states(&session), start.replace("no >", ">no"), "{by}");
    }
    // Another's verdict is not taken over.
    let mut keep = Memory::default();
    let mut alone = session("anna", vec![said("ben", State::Rejected)], &mut keep);
    press(&mut alone, "kyu", &mut keep);
    assert_eq!((states(&alone).as_str(), last(&keep)), (">no", None));
}

#[test]
fn messages_say_what_happened() {
    for (keys, want) in [
        ("y", ""),
        ("9", "there is no alternative 9; e takes your own words"),
        ("x", "x is no command; ? shows all keys"),
        ("u", "nothing was decided since the start"),
        ("yu", "taken back"),
        ("a", "4 accepted; u takes them back"),
        ("au", "4 taken back"),
        ("i", "“navy” is allowed from now on; u takes it back"),
        ("k", "this is the first one"),
        ("/X y<enter>", "“X y” is in no sentence with a suggestion"),
        ("/<enter>", "type the words that are searched for behind the /"),
        ("/ <enter>", "type the words that are searched for behind the /"),
        ("AAj", "this is the last one"),
        ("AAy", "nothing is left to decide; k goes back, u takes back, q ends"),
        ("AAkA", "nothing of that kind is undecided"),
        ("sjjjjjjjjy", "only those that were skipped are left"),
    ] {
        let mut keep = Memory::default();
        let mut session = session(Options::default(), &mut keep);
        press(&mut session, keys, &mut keep);
        assert_eq!(session.message(), want, "{keys}");
    }
}

#[test]
fn a_search_finds_words_over_the_end_of_a_line() {
    let mut keep = Memory::default();
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", "The navy stated.\n\nNo nation\n  Behind."), &mut keep);
    press(&mut session, "/NATION behind<enter>y", &mut keep);
    assert_eq!(states(&session), ">- - country");
}

#[test]
fn q_and_control_c_end() {
    let mut keep = Memory::default();
    let mut session = session(Options::default(), &mut keep);
    for (keys, flow) in [("q", Flow::Quit), ("<c-c>", Flow::Quit), ("eq<esc>", Flow::Continue), ("?q", Flow::Continue)]
    {
        assert_eq!(press(&mut session, keys, &mut keep), flow, "{keys}");
    }
    session.paste("q\ny");
    assert_eq!(states(&session), ">- - - - - - - - - -");
    press(&mut session, "e<c-u>", &mut keep);
    session.paste("the\narmed forces");
    press(&mut session, "<enter>", &mut keep);
    assert!(states(&session).starts_with("the armed forces >-"));
}

#[test]
fn what_is_not_kept_does_not_count() {
    let mut keep = Memory::default();
    let mut session = session(Options::default(), &mut keep);
    press(&mut session, "y", &mut keep);
    keep.full = true;
    for keys in ["n", "a", "A", "i", "u", "e<enter>"] {
        press(&mut session, keys, &mut keep);
        assert_eq!(session.message(), "not saved: the disk is full", "{keys}");
        assert_eq!(states(&session), "military >- - - - - - - - -", "{keys}");
        assert_eq!(keep.allowed, Vec::<String>::new());
    }
}

#[test]
fn all_covers_texts_that_come_later() {
    let mut keep = Memory::default();
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", "The navy."), &mut keep);
    press(&mut session, "a", &mut keep);
    assert_eq!(states(&session), "military >");
    session.add(document("b.txt", "The navy stated."), &mut keep);
    assert_eq!(states(&session), "military military >-");
    press(&mut session, "A", &mut keep);
    let mut next = document("b.txt", "A nation.");
    next.place.record = Some(2);
    session.add(next, &mut keep);
    assert_eq!(states(&session), "military military said country >");
    press(&mut session, "uu", &mut keep);
    assert_eq!(states(&session), ">- - - -");
    assert_eq!(Decisions::parse(&keep.lines).expect("decisions").iter().count(), 0);
}

#[test]
fn what_an_allowed_phrase_kept_from_being_found_comes_up() {
    let (text, mut keep) = ("The navy stated. A nation.", Memory::default());
    // Behind a phrase that is allowed there is a longer one. Nothing else that a further check says changes anything.
    let again = |session: &mut Session, keep: &mut Memory| {
        let requests = session.requests();
        for request in &requests {
            let found = [("The navy", &["The fleet"][..], 0.9), ("stated", &["uttered"], 0.6), ("A", &["One"], 0.7)];
            session.again(request, with_words("any", request.source.0.text(0), &found), keep);
        }
        requests.into_iter().map(|request| (request.document, request.allow)).collect::<Vec<_>>()
    };
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", text), &mut keep);
    session.add(document("b.txt", "A nation."), &mut keep);
    session.loaded();
    press(&mut session, "i", &mut keep);
    assert_eq!(states(&session), "ignored >- - -");
    assert!(session.is_loading());
    assert_eq!(again(&mut session, &mut keep), [(0, vec!["navy".to_owned()])]);
    assert!(!session.is_loading());
    assert_eq!(states(&session), "- ignored >- - - -");
    press(&mut session, "ykkknuu", &mut keep);
    assert_eq!(states(&session), "- ignored >- - - -");
    // So it is with texts that come later.
    session.add(document("c.txt", "The Navy."), &mut keep);
    assert_eq!(states(&session), "- ignored >- - - - ignored");
    press(&mut session, "u", &mut keep);
    assert_eq!(states(&session), ">- - - - -");
    assert_eq!(again(&mut session, &mut keep), [(2, vec!["navy".to_owned()])]);
    // What comes too late does not count.
    assert_eq!(states(&session), ">- - - - -");

    // What an earlier "all" decided about it goes with it, here and on the disk.
    press(&mut session, "Akkki", &mut keep);
    assert_eq!(again(&mut session, &mut keep).len(), 2);
    assert_eq!(states(&session), "The fleet ignored said One country >- ignored");
    let accepted = |keep: &Memory| Decisions::parse(&keep.lines).expect("decisions").iter().count();
    assert_eq!(accepted(&keep), 6);
    press(&mut session, "u", &mut keep);
    assert_eq!(states(&session), ">military said country - -");
    assert_eq!(accepted(&keep), 3);
}

#[test]
fn order_and_selection_are_heeded() {
    let confidence = Options { order: Order::Confidence, ..Options::default() };
    let mut keep = Memory::default();
    let mut one = session(confidence, &mut keep);
    press(&mut one, "yyy", &mut keep);
    assert_eq!(states(&one), "Military military military >- - - - - - -");
    // The one that is shown stays when a surer one comes, which is the next then.
    one.add(document("c.txt", "Navy"), &mut keep);
    assert_eq!(states(&one), "Military - military military >- - - - - - -");
    press(&mut one, "n", &mut keep);
    assert_eq!(states(&one), "Military >- military military no - - - - - -");
    // What was skipped is not the next, until nothing else is left.
    press(&mut one, "sjy", &mut keep);
    assert_eq!(states(&one), "Military - military military no - country >- - - -");
    press(&mut one, "nnnn", &mut keep);
    assert_eq!(states(&one), "Military >- military military no - country no no no no");
    // Before any key, the surest is shown.
    let mut first = Session::new(Options { order: Order::Confidence, ..Options::default() });
    first.add(document("a.txt", "In the nation, the navy stated."), &mut keep);
    first.add(document("b.txt", "Navy"), &mut keep);
    assert_eq!(states(&first), ">- - - -");

    let mut keep = Memory::default();
    let mut sure = session(Options { only: Some(Applicability::Automatic), ..Options::default() }, &mut keep);
    assert_eq!(states(&sure), ">-");
    press(&mut sure, "A", &mut keep);
    assert_eq!(states(&sure), "Military >");
    let mut unsure = session(
        Options { only: Some(Applicability::Review), by: Some("anna".into()), ..Options::default() },
        &mut keep,
    );
    press(&mut unsure, "yyy", &mut keep);
    assert_eq!(states(&unsure), "military said country >- - - - - -");
    assert!(keep.lines.lines().last().is_some_and(|line| line.contains("\"by\":\"anna\"")));
}

#[test]
fn a_review_that_goes_on_has_the_same_result() {
    let keys = "y2sn3aeabc<enter>yi";
    let whole = |cut: usize| {
        let mut keep = Memory::default();
        let mut first = session(Options::default(), &mut keep);
        press(&mut first, &keys[..cut], &mut keep);
        // A later start reads what was kept, and presses what is left.
        let decisions = Decisions::parse(&keep.lines).expect("decisions");
        let mut second = Session::new(Options::default());
        for mut document in first.documents {
            let matched = decisions.find(&document.place, document.text(), &document.findings);
            document.states = matched
                .decided
                .iter()
                .map(|decision| {
                    decision.map(|decision| match decision.verdict {
                        Verdict::Accept => State::Accepted(decision.replacement.clone().unwrap_or_default()),
                        Verdict::Ignore => State::Ignored,
                        _ => State::Rejected,
                    })
                })
                .collect();
            second.add(document, &mut keep);
        }
        second.loaded();
        press(&mut second, "AA", &mut keep);
        let decisions = Decisions::parse(&keep.lines).expect("decisions");
        let document = document("a.txt", TEXT);
        let edits = decisions.find(&document.place, TEXT, &document.findings).edits(TEXT, &document.findings);
        Fixed::new(TEXT, edits).text
    };
    assert_eq!(
        whole(2),
        "The military said that it would stay. “Military men leave no country behind,” it said. The military is in the country."
    );
    assert_eq!(
        whole(4),
        "The military said that it would stay. “Navy men leave no country behind,” it said. The military is in the country."
    );
}

#[test]
fn thousands_are_decided_at_once_in_no_time() {
    const COUNT: usize = 20_000;
    let mut keep = Memory::default();
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", &"The navy.\n\n".repeat(COUNT)), &mut keep);
    // Were each one's number counted anew, this would take minutes.
    press(&mut session, "A", &mut keep);
    let last = Decisions::parse(&keep.lines).expect("decisions").iter().last().map(|one| one.nth);
    assert_eq!(last, Some(COUNT - 1));
}
