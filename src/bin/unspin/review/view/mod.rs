//! The screen: one suggestion in its sentence, its alternatives and reasons, and what can be done.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;
use unspin::Severity;

use super::document::State;
use super::sentence;
use super::session::{Counts, Item, Mode, Session};
use super::wrap::{clean, cut, wrap};

/// The least terminal that a suggestion can be read in.
const LEAST: (u16, u16) = (20, 6);

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
    let footer = footer(session, width, area.height);
    let spare = area.height >= 14;
    let top = if spare { 2 } else { 1 };
    put(frame, area, 0, vec![header(session, width)]);
    if spare {
        put(frame, area, 1, vec![Line::from("─".repeat(width)).dim()]);
    }
    let below = area.height - footer.len() as u16;
    let body = Rect { y: top, height: below - top, ..area };
    let last = message(session, width);
    match (session.mode(), session.current()) {
        (Mode::Help, _) => put(frame, body, 0, help(width)),
        (_, None) => put(frame, body, 0, done(session, width)),
        (mode, Some(item)) => suggestion(frame, body, session, item, mode, look),
    }
    put(frame, area, below, footer);
    if let Mode::Search(line) = session.mode() {
        let (before, _) = line.parts();
        let column = (clean(before).width() + 1).min(width - 1);
        frame.set_cursor_position(Position::new(column as u16, below));
    }
    frame.buffer_mut().set_line(0, below, &last, area.width);
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
    let right = if all == 0 {
        String::new()
    } else if width >= 60 {
        let ignored = if ignored > 0 { format!(" · {ignored} ignored") } else { String::new() };
        format!("{at} of {all}{more} · {accepted} accepted · {rejected} rejected{ignored} · {undecided}{more} left")
    } else {
        format!("{at} of {all}{more}")
    };
    let room = width.saturating_sub(right.width() + 2);
    let left = session.current().map_or_else(String::new, |item| {
        let position = clean(&session.document(item).position(item.finding));
        // The end of a path tells more than its start.
        let mut shown = position.as_str();
        while shown.width() > room.max(1) {
            let next = shown.char_indices().nth(1).map_or(shown.len(), |(at, _)| at);
            shown = &shown[next..];
        }
        if shown.len() < position.len() {
            let rest = shown.char_indices().nth(1).map_or("", |(at, _)| &shown[at..]);
            return format!("…{rest}");
        }
        shown.to_owned()
    });
    let gap = width.saturating_sub(left.width() + right.width());
    Line::from(vec![Span::from(left).bold(), " ".repeat(gap).into(), Span::from(right).dim()])
}

/// The line for messages, and below it the keys where there is room.
fn footer(session: &Session, width: usize, height: u16) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    if height < 10 {
        return lines;
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
    lines.extend(keys.into_iter().take(room));
    lines
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

fn message(session: &Session, width: usize) -> Line<'static> {
    match session.mode() {
        Mode::Search(line) => Line::from(format!("/{}", clean(line.text()))),
        _ if session.message().is_empty() && session.is_loading() => {
            Line::from(cut(&format!("checking: {} so far", documents(session.seen())), width)).dim()
        }
        _ => Line::from(cut(&clean(session.message()), width)).bold(),
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
        format!(
            "All is decided: {accepted} accepted, {rejected} rejected, {ignored} ignored. q ends; then unspin review \
             --apply writes what was accepted. k goes back."
        )
    };
    wrap(&[(text, Style::default())], width)
}

fn documents(count: usize) -> String {
    format!("{count} {}", if count == 1 { "text" } else { "texts" })
}

/// The suggestion: its sentence, its alternatives or the line that is typed, its reasons.
fn suggestion(frame: &mut Frame<'_>, area: Rect, session: &Session, item: Item, mode: &Mode, look: Look) {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let finding = session.finding(item);
    let choices = if let Mode::Edit(_) = mode { vec![Line::default()] } else { choices(session, item, width, look) };
    let reasons = reasons(session, item, width, look);
    // Half is the sentence's where all does not fit; reasons go first, then alternatives.
    let gaps = if height >= 12 { 2 } else { 0 };
    let least = (height / 2).max(2);
    let choices_shown = choices.len().min((height - gaps).saturating_sub(least).max(1));
    let reasons_shown = reasons.len().min(height.saturating_sub(gaps + choices_shown + least));
    let room = height.saturating_sub(gaps + choices_shown + reasons_shown).max(1);
    let own = if let Mode::Edit(line) = mode { Some(line.text()) } else { None };
    let sentence = in_sentence(session, item, own, room, width, look);
    let mut row = sentence.len().min(room) as u16;
    put(frame, area, 0, sentence);
    row += u16::from(gaps > 0);
    if let Mode::Edit(line) = mode {
        let label = "new words: ";
        let (before, after) = line.parts();
        let (before, after) = (clean(before), clean(after));
        let room = width.saturating_sub(label.len() + 1);
        // The start goes out of sight where the line is longer than the screen.
        let mut shown = before.as_str();
        while shown.width() > room {
            shown = &shown[shown.char_indices().nth(1).map_or(shown.len(), |(at, _)| at)..];
        }
        let column = (label.len() + shown.width()) as u16;
        let line = vec![Span::from(label).bold(), Span::styled(format!("{shown}{after}"), look.comes())];
        put(frame, area, row, vec![Line::from(line)]);
        frame.set_cursor_position(Position::new(area.x + column, area.y + row));
    } else {
        let more = finding.corrections.len() > choices_shown;
        let mut choices: Vec<Line<'static>> = choices.into_iter().take(choices_shown).collect();
        if more && let Some(last) = choices.last_mut() {
            last.push_span(Span::from(" …").dim());
        }
        put(frame, area, row, choices);
    }
    row += choices_shown as u16 + u16::from(gaps > 1);
    put(frame, area, row, reasons.into_iter().take(reasons_shown).collect());
}

/// The sentence with what goes and what comes, in at most so many rows.
fn in_sentence(
    session: &Session,
    item: Item,
    own: Option<&str>,
    rows: usize,
    width: usize,
    look: Look,
) -> Vec<Line<'static>> {
    let document = session.document(item);
    let (text, inside) = (document.text.as_str(), document.span(item.finding));
    let sentence = sentence::around(text, inside);
    let new = own.unwrap_or(session.proposal(item));
    let rejected = matches!(session.state(item), Some(State::Rejected | State::Ignored));
    let mut chars = (rows * width).saturating_sub(new.chars().count() + 8);
    loop {
        let (window, cut_before, cut_behind) = sentence::window(text, sentence, inside, chars);
        let mut pieces = Vec::new();
        let mut push = |text: String, style: Style| pieces.push((text, style));
        if cut_before {
            push("… ".into(), Style::default().dim());
        }
        let mut at = window.start;
        // Text outside the sentence steps back; other suggestions are underlined, or shown as they were accepted.
        let plain = |from: usize, to: usize, push: &mut dyn FnMut(String, Style)| {
            let bounds = [from, sentence.start.clamp(from, to), sentence.end.clamp(from, to), to];
            for (n, pair) in bounds.windows(2).enumerate().filter(|(_, pair)| pair[0] < pair[1]) {
                let style = if n == 1 { Style::default() } else { Style::default().dim() };
                push(clean(&text[pair[0]..pair[1]]), style);
            }
        };
        let first = document.findings.partition_point(|finding| finding.span.end <= window.start);
        for other in first..document.findings.len() {
            let span = document.span(other);
            if span.start >= window.end {
                break;
            }
            if span.start < at || span.end > window.end {
                continue;
            }
            plain(at, span.start, &mut push);
            at = span.end;
            let words = &text[span.range()];
            if other == item.finding {
                if rejected && own.is_none() {
                    push(clean(words), Style::default().bold());
                } else {
                    diff(words, new, look).into_iter().for_each(|(text, style)| push(text, style));
                }
                continue;
            }
            match &document.states[other] {
                Some(State::Accepted(new)) => push(clean(new), look.paint(Color::Green)),
                Some(State::Rejected | State::Ignored) => push(clean(words), Style::default()),
                None => push(clean(words), Style::default().underlined()),
            }
        }
        plain(at, window.end, &mut push);
        if cut_behind {
            push(" …".into(), Style::default().dim());
        }
        let lines = wrap(&pieces, width);
        // Wide characters and breaks between words take more room than was reckoned with.
        if lines.len() <= rows || chars == 0 {
            return lines.into_iter().take(rows.max(1)).collect();
        }
        chars = chars.saturating_sub(width / 2).min(chars * 9 / 10);
    }
}

/// What goes and what comes, word by word.
fn diff(old: &str, new: &str, look: Look) -> Vec<(String, Style)> {
    let (old, new) = (clean(old), clean(new));
    let (goes, comes) = if look.color { (("", ""), ("", "")) } else { (("[-", "-]"), ("{+", "+}")) };
    let mut pieces: Vec<(String, Style)> = Vec::new();
    let mut waiting: Option<(ChangeTag, String)> = None;
    let mut flush = |waiting: Option<(ChangeTag, String)>| match waiting {
        Some((ChangeTag::Equal, text)) => pieces.push((text, Style::default().bold())),
        Some((ChangeTag::Delete, text)) => pieces.push((format!("{}{text}{}", goes.0, goes.1), look.goes())),
        Some((ChangeTag::Insert, text)) => pieces.push((format!("{}{text}{}", comes.0, comes.1), look.comes())),
        None => {}
    };
    for change in TextDiff::from_words(old.as_str(), new.as_str()).iter_all_changes() {
        match &mut waiting {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => flush(waiting.replace((change.tag(), change.value().to_owned()))),
        }
    }
    flush(waiting);
    // Old and new words side by side want something between them; the marks are that where there are no colors.
    if look.color {
        let mut n = 1;
        while n < pieces.len() {
            let both = pieces[n - 1].1 == look.goes() && pieces[n].1 == look.comes();
            if both && !pieces[n - 1].0.ends_with(' ') {
                pieces.insert(n, (" ".to_owned(), Style::default()));
            }
            n += 1;
        }
    }
    pieces
}

/// The alternatives with their numbers; what was decided is marked.
fn choices(session: &Session, item: Item, width: usize, look: Look) -> Vec<Line<'static>> {
    let (finding, state) = (session.finding(item), session.state(item));
    let accepted = if let Some(State::Accepted(new)) = state { Some(new.as_str()) } else { None };
    let shown = |text: &str| if text.trim().is_empty() { "(remove)".to_owned() } else { clean(text) };
    let mark = |chosen: bool| if chosen { "✓ " } else { "  " };
    let mut lines = Vec::new();
    match state {
        Some(State::Rejected) => lines.push(Line::from("✓ rejected: the words stay").bold()),
        Some(State::Ignored) => lines.push(Line::from("✓ ignored: the words are in the allow list").bold()),
        Some(State::Accepted(new)) if finding.corrections.iter().all(|correction| correction.text != *new) => {
            let line = format!("✓ your own words: {}", shown(new));
            lines.push(Line::styled(cut(&line, width), look.comes()));
        }
        _ => {}
    }
    for (n, correction) in (1..).zip(&finding.corrections).take(9) {
        let chosen = accepted == Some(correction.text.as_str());
        let percent = (f64::from(correction.confidence) * 100.0).round().min(99.0);
        let text = cut(&shown(&correction.text), width.saturating_sub(10));
        let gap = 28usize.min(width.saturating_sub(10)).saturating_sub(text.width());
        let style = if chosen || n == 1 && accepted.is_none() { look.comes() } else { look.paint(Color::Green) };
        lines.push(Line::from(vec![
            Span::from(format!("{}{n} ", mark(chosen))).bold(),
            Span::styled(text, style),
            Span::from(format!("{}{percent:>4}%", " ".repeat(gap))).dim(),
        ]));
    }
    lines
}

/// The message, the evidence and what kind of finding it is.
fn reasons(session: &Session, item: Item, width: usize, look: Look) -> Vec<Line<'static>> {
    let (document, finding) = (session.document(item), session.finding(item));
    let mut lines = wrap(&[(clean(&finding.message), Style::default())], width);
    let kind = vec![
        Span::styled(finding.severity.name(), look.severity(finding.severity)),
        Span::from(format!(
            " · {} · {} · {}",
            finding.applicability.name(),
            finding.rule.name(),
            finding.family.name()
        ))
        .dim(),
    ];
    lines.push(Line::from(kind));
    if !document.writable[item.finding] {
        let text = "markup stands between these words: what takes more or fewer words cannot be written back";
        lines.extend(wrap(&[(text.to_owned(), look.paint(Color::Yellow))], width));
    }
    for evidence in &finding.evidence {
        let nats = evidence.nats.map(|nats| format!(" ({nats:+.1} nats)")).unwrap_or_default();
        let text = format!("{}: {}{nats}", evidence.kind, clean(&evidence.text));
        let mut wrapped = wrap(&[(text, Style::default().dim())], width.saturating_sub(2)).into_iter();
        lines.extend(wrapped.next().map(|line| {
            let mut spans = vec![Span::from("· ").dim()];
            spans.extend(line.spans);
            Line::from(spans)
        }));
        lines.extend(wrapped.map(|line| {
            let mut spans = vec![Span::from("  ")];
            spans.extend(line.spans);
            Line::from(spans)
        }));
    }
    lines
}

#[cfg(test)]
mod tests;
