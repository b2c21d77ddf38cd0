//! The screen: one suggestion in its sentence, its alternatives and reasons, and what can be done.

mod suggestion;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;
use unspin::Severity;

use super::session::{Counts, Mode, Session};
use super::wrap::{clean, cut, wrap};

/// The least terminal that a suggestion can be read in.
const LEAST: (u16, u16) = (20, 6);

/// Rows from which on there are some for keys and for long messages.
const ROOMY: u16 = 10;

/// Keys with what they do, in a word and in full.
pub(crate) const KEYS: [(&str, &str, &str); 13] = [
    ("y", "yes", "accept the first alternative"),
    ("n", "no", "keep the words that stand there"),
    ("1-9", "choose", "accept that alternative"),
    ("e", "edit", "type other words; Enter accepts, Esc goes back"),
    ("a", "all like it", "accept this wherever the same words have the same alternative"),
    ("A", "all in file", "accept the first alternative of all that is left in this file"),
    ("i", "ignore", "never report these words again: puts them into unspin.toml"),
    ("u", "undo", "take back the last decision"),
    ("s", "skip", "go on without deciding"),
    ("j/k", "move", "go to the next or the previous one, decided or not; so do the arrows"),
    ("/", "search", "go to the next one whose sentence has some words"),
    ("?", "help", "show this"),
    ("q", "quit", "end; every decision is on the disk already"),
];

/// Whether there is room for a suggestion. Nothing may be decided unseen.
pub(crate) fn fits(width: u16, height: u16) -> bool {
    width >= LEAST.0 && height >= LEAST.1
}

/// How things look.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) color: bool,
}

impl Look {
    fn paint(self, color: Color) -> Style {
        if self.color { Style::default().fg(color) } else { Style::default() }
    }

    fn goes(self) -> Style {
        self.paint(Color::Red).crossed_out()
    }

    fn comes(self) -> Style {
        self.paint(Color::Green).bold()
    }

    fn severity(self, severity: Severity) -> Style {
        self.paint(match severity {
            Severity::Error => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Note => Color::Cyan,
        })
    }
}

/// Draws the session.
pub(crate) fn draw(frame: &mut Frame<'_>, session: &Session, look: Look) {
    let area = frame.area();
    if !fits(area.width, area.height) {
        put(frame, area, 0, vec![Line::from(format!("needs {} by {}", LEAST.0, LEAST.1))]);
        return;
    }
    let width = usize::from(area.width);
    let last = message(session, width, area.height);
    let footer = [last, keys(session, width, area.height)].concat();
    let spare = area.height >= 14;
    let top = if spare { 2 } else { 1 };
    put(frame, area, 0, vec![header(session, width)]);
    if spare {
        put(frame, area, 1, vec![Line::from("─".repeat(width)).dim()]);
    }
    let below = area.height - footer.len() as u16;
    let body = Rect { y: top, height: below - top, ..area };
    match (session.mode(), session.current()) {
        (Mode::Help, _) => put(frame, body, 0, help(width)),
        (_, None) => put(frame, body, 0, done(session, width)),
        (mode, Some(item)) => suggestion::draw(frame, body, session, item, mode, look),
    }
    put(frame, area, below, footer);
    if let Mode::Search(line) = session.mode() {
        let (_, column) = line.shown(width - 2);
        frame.set_cursor_position(Position::new(column as u16 + 1, below));
    }
}

/// Puts lines into an area, from a row on, as far as there is room.
fn put(frame: &mut Frame<'_>, area: Rect, from: u16, lines: Vec<Line<'static>>) {
    for (row, line) in (from..area.height).zip(lines) {
        frame.buffer_mut().set_line(area.x, area.y + row, &line, area.width);
    }
}

fn header(session: &Session, width: usize) -> Line<'static> {
    let (at, all) = session.progress();
    let more = if session.is_loading() { "+" } else { "" };
    let Counts { accepted, rejected, ignored, undecided } = session.counts();
    let position =
        session.current().map_or_else(String::new, |item| clean(&session.document(item).position(item.finding)));
    let ignored = if ignored > 0 { format!(" · {ignored} ignored") } else { String::new() };
    let short = if all == 0 { String::new() } else { format!("{at} of {all}{more}") };
    let long = format!("{short} · {accepted} accepted · {rejected} rejected{ignored} · {undecided}{more} left");
    // The place matters more than the counts.
    let fits = all > 0 && position.width() + long.width() + 2 <= width;
    let right = if fits { long } else { short };
    let room = width.saturating_sub(right.width() + 2);
    // The end of a path tells more than its start.
    let mut left = position.clone();
    let mut rest = position.chars();
    while left.width() > room.max(1) && rest.next().is_some() {
        left = format!("…{}", rest.as_str());
    }
    let gap = width.saturating_sub(left.width() + right.width());
    Line::from(vec![Span::from(left).bold(), " ".repeat(gap).into(), Span::from(right).dim()])
}

/// The keys, where there is room.
fn keys(session: &Session, width: usize, height: u16) -> Vec<Line<'static>> {
    if height < ROOMY {
        return Vec::new();
    }
    let plain = Style::default();
    let mut pieces = Vec::new();
    match session.mode() {
        Mode::Help => pieces.push(("any key goes back".to_owned(), plain.dim())),
        Mode::Edit(_) => pieces.push(("Enter accepts, Esc goes back".to_owned(), plain.dim())),
        Mode::Search(_) => pieces.push(("Enter searches, Esc goes back".to_owned(), plain.dim())),
        Mode::Command => pieces = hints(&["y", "n", "1-9", "e", "a", "A", "i", "u", "s", "j/k", "/", "?", "q"]),
    }
    let room = usize::from(height / 5);
    let mut keys = wrap(&pieces, width);
    if keys.len() > room && *session.mode() == Mode::Command {
        keys = wrap(&hints(&["y", "n", "e", "u", "?", "q"]), width);
    }
    keys.truncate(room);
    keys
}

/// Keys with a word for each; what belongs together is not broken apart.
fn hints(shown: &[&str]) -> Vec<(String, Style)> {
    let mut pieces = Vec::new();
    for (key, word, _) in KEYS.iter().filter(|(key, ..)| shown.contains(key)) {
        pieces.push((format!("{key}\u{a0}"), Style::default().bold()));
        pieces.push((word.replace(' ', "\u{a0}"), Style::default().dim()));
        pieces.push(("  ".to_owned(), Style::default()));
    }
    pieces
}

/// The message, or what is searched for: one line, but a longer message has more where there is room, for what is to be
/// done stands at its end.
fn message(session: &Session, width: usize, height: u16) -> Vec<Line<'static>> {
    let text = clean(session.message());
    match session.mode() {
        Mode::Search(line) => vec![Line::from(format!("/{}", line.shown(width - 2).0))],
        _ if text.is_empty() && session.is_loading() => {
            vec![Line::from(cut(&format!("checking: {} so far", documents(session.seen())), width)).dim()]
        }
        _ => {
            let lines = wrap(&[(text.clone(), Style::default().bold())], width);
            let fits = height >= ROOMY && lines.len() <= usize::from(height / 5);
            if fits { lines } else { vec![Line::from(cut(&text, width)).bold()] }
        }
    }
}

fn help(width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (key, _, text) in KEYS {
        let text = wrap(&[(text.to_owned(), Style::default())], width.saturating_sub(5));
        for (n, line) in text.into_iter().enumerate() {
            let key = if n == 0 { key } else { "" };
            let mut spans = vec![Span::from(format!("{key:<5}")).bold()];
            spans.extend(line.spans);
            lines.push(Line::from(spans));
        }
    }
    lines
}

/// What is shown where nothing is to be decided.
fn done(session: &Session, width: usize) -> Vec<Line<'static>> {
    let Counts { accepted, rejected, ignored, .. } = session.counts();
    let text = if session.is_loading() {
        "Nothing to decide yet; texts are being checked.".to_owned()
    } else if session.progress().1 == 0 {
        format!("Nothing was found in {}.", documents(session.seen()))
    } else {
        let application = session.application();
        format!(
            "All is decided: {accepted} accepted, {rejected} rejected, {ignored} ignored. q ends; then {application} \
             writes what was accepted. k goes back."
        )
    };
    wrap(&[(text, Style::default())], width)
}

fn documents(count: usize) -> String {
    format!("{count} {}", if count == 1 { "text" } else { "texts" })
}

#[cfg(test)]
mod tests;
