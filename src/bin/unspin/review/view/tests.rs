//! Screens as they are drawn.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::review::document::State;
use crate::review::session::tests::{Memory, TEXT, document, press, with_words};
use crate::review::session::{Options, Session};

/// What a terminal shows after some keys. Stretches with a style stand between `‹` and `›` with its letters: r red,
/// g green, y yellow, c cyan; B bold, D dim, U underlined, X crossed out.
fn screen(text: &str, keys: &str, size: (u16, u16), color: bool) -> String {
    let mut keep = Memory::default();
    let application = "unspin review --apply".into();
    let mut session = Session::new(Options { application, ..Options::default() });
    session.looked_at(2);
    session.add(document("a.txt", text), &mut keep);
    session.loaded();
    press(&mut session, keys, &mut keep);
    drawn(&session, size, color)
}

fn drawn(session: &Session, size: (u16, u16), color: bool) -> String {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a screen");
    terminal.draw(|frame| draw(frame, session, Look { color })).expect("drawn");
    let buffer = terminal.backend().buffer();
    let mut out = String::new();
    for y in 0..size.1 {
        let (mut line, mut last) = (String::new(), String::new());
        let mut x = 0;
        while x < size.0 {
            let cell = &buffer[(x, y)];
            let mut style = String::new();
            for (wanted, letter) in [(Color::Red, 'r'), (Color::Green, 'g'), (Color::Yellow, 'y'), (Color::Cyan, 'c')] {
                if cell.fg == wanted {
                    style.push(letter);
                }
            }
            for (wanted, letter) in
                [(Modifier::BOLD, 'B'), (Modifier::DIM, 'D'), (Modifier::UNDERLINED, 'U'), (Modifier::CROSSED_OUT, 'X')]
            {
                if cell.modifier.contains(wanted) {
                    style.push(letter);
                }
            }
            if style != last {
                line.push_str(if last.is_empty() { "" } else { "›" });
                if !style.is_empty() {
                    line.extend(["‹", &style, " "]);
                }
                last = style;
            }
            line.push_str(cell.symbol());
            x += (cell.symbol().width() as u16).max(1);
        }
        line.push_str(if last.is_empty() { "" } else { "›" });
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn a_suggestion_with_colors() {
    insta::assert_snapshot!(screen(TEXT, "yj2k", (80, 24), true));
}

#[test]
fn a_suggestion_without_colors() {
    let plain: String = screen(TEXT, "yj2k", (80, 24), false);
    assert!(!["‹r", "‹g", "‹y", "‹c"].iter().any(|mark| plain.contains(mark)), "{plain}");
    insta::assert_snapshot!(plain);
}

#[test]
fn a_small_screen() {
    insta::assert_snapshot!(screen(TEXT, "", (36, 9), false));
}

#[test]
fn own_words_are_typed() {
    insta::assert_snapshot!(screen(TEXT, "e, the fleet", (60, 16), false));
}

#[test]
fn own_words_are_not_glued_to_what_follows() {
    let mut keep = Memory::default();
    let mut session = Session::new(Options::default());
    let text = "He cleans home windows.";
    session.add(with_words("a.txt", text, &[("home ", &[""], 0.9)]), &mut keep);
    press(&mut session, "every<enter>k", &mut keep);
    let shown = drawn(&session, (80, 24), false);
    assert!(shown.contains("{+very+} ›windows"), "{shown}");
}

#[test]
fn help_and_the_end() {
    insta::assert_snapshot!(screen(TEXT, "?", (80, 24), false) + &screen(TEXT, "A", (80, 10), false));
}

#[test]
fn wide_and_right_to_left_characters() {
    let text = "日本の navy は 世界で一番大きい艦隊だと言われている。 هذه navy هي الأكبر في العالم. \u{202e}navy 👩‍👩‍👧 cafe\u{301}.";
    insta::assert_snapshot!(screen(text, "", (40, 14), false) + &screen(text, "yy", (40, 14), false));
}

#[test]
fn what_shares_words_with_an_ignored_one_is_shown() {
    let (text, mut keep) = ("The navy stated.", Memory::default());
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", text), &mut keep);
    press(&mut session, "i", &mut keep);
    for request in session.requests() {
        session.again(&request, with_words("a.txt", text, &[("The navy", &["A fleet"], 0.9)]), &mut keep);
    }
    press(&mut session, "kk", &mut keep);
    let shown = drawn(&session, (80, 24), false);
    assert!(shown.contains("[-navy-]") && shown.contains("{+fleet+}"), "{shown}");
}

#[test]
fn who_decided_what_is_shown_where_people_disagree() {
    let mut other = document("a.txt", "The navy stated.");
    other.people[0] = vec![(Some("ben".into()), State::Rejected), (None, State::Accepted("fleet".into()))];
    let mut session = Session::new(Options { by: Some("anna".into()), ..Options::default() });
    session.add(other, &mut Memory::default());
    let shown = drawn(&session, (80, 24), false);
    let says = "people disagree: ben: reject, nobody in particular: accept \"fleet\"";
    assert!(shown.contains(says), "{shown}");
}

#[test]
fn any_size_can_be_drawn() {
    let long = format!("{} navy {}", "long word ".repeat(300), "日本語".repeat(400));
    for text in [TEXT, &long] {
        for (width, height) in
            [1, 19, 20, 24, 41, 90].into_iter().flat_map(|width| [1, 5, 6, 7, 10, 14, 29].map(|height| (width, height)))
        {
            for keys in ["", "?", "e and more words than fit a line", "/words", "A", "n", "y"] {
                let shown = screen(text, keys, (width, height), true);
                // What is decided about is always in sight.
                let is_shown = shown.contains("navy") || width < 24 || height < 7;
                assert!(is_shown || keys.starts_with(['?', 'A', 'n', 'y', '/']), "{width}x{height} {keys}\n{shown}");
            }
        }
    }
}

#[test]
fn a_long_message_is_read_to_its_end() {
    let mut session = Session::new(Options::default());
    session.add(document("a.txt", TEXT), &mut Memory::default());
    session.loaded();
    session.say("not saved: .unspin-review.jsonl: another review writes to it; end that first, or name another file");
    let roomy = drawn(&session, (80, 24), false);
    assert!(roomy.lines().any(|line| line.contains("not saved: ")) && roomy.contains("another file"), "{roomy}");
    let low = drawn(&session, (80, 8), false);
    assert!(low.contains("end that first, o…"), "{low}");
}

#[test]
fn the_end_of_a_long_search_is_shown() {
    let shown = screen(TEXT, &format!("/{}end", "long ".repeat(30)), (40, 12), false);
    assert!(shown.contains("long end\n"), "{shown}");
}
