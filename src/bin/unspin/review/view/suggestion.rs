//! One suggestion: its sentence with what goes and what comes, its alternatives, its reasons.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;
use unspin::Edit;
use unspin::render::diff::compare_words;
use unspin::render::percent;

use super::{Look, put};
use crate::review::document::{State, said};
use crate::review::sentence;
use crate::review::session::{Item, Mode, Session};
use crate::review::wrap::{clean, cut, wrap};
use crate::wording::advice;

/// The suggestion: its sentence, its alternatives or the line that is typed, its reasons.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, session: &Session, item: Item, mode: &Mode, look: Look) {
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
        let (shown, column) = line.shown(width.saturating_sub(label.len() + 1));
        let column = (label.len() + column) as u16;
        let line = vec![Span::from(label).bold(), Span::styled(shown, look.comes())];
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
    let (text, inside) = (document.text(), document.span(item.finding));
    let sentence = sentence::around(text, inside);
    // As it will be written.
    let written = |span, new: &str| Edit::replacing(text, span, new).text;
    let new = written(inside, own.unwrap_or(session.proposal(item)));
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
        let mut last = unspin::Span::new(at, at);
        while let Some(other) = document.next(last, window.end, item.finding) {
            let span = document.span(other);
            last = span;
            if span.start < at {
                continue;
            }
            plain(at, span.start, &mut push);
            at = span.end;
            let words = &text[span.range()];
            if other == item.finding {
                if rejected && own.is_none() {
                    push(clean(words), Style::default().bold());
                } else {
                    diff(words, &new, look).into_iter().for_each(|(text, style)| push(text, style));
                }
                continue;
            }
            match &document.states[other] {
                Some(State::Accepted(new)) => push(clean(&written(span, new)), look.paint(Color::Green)),
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
    for (old, new) in compare_words(&old, &new) {
        if old == new {
            pieces.push((old.to_owned(), Style::default().bold()));
            continue;
        }
        if !old.is_empty() {
            pieces.push((format!("{}{old}{}", goes.0, goes.1), look.goes()));
        }
        if !new.is_empty() {
            pieces.push((format!("{}{new}{}", comes.0, comes.1), look.comes()));
        }
    }
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
    let shown = |text: &str| clean(advice(text));
    let mark = |chosen: bool| if chosen { "✓ " } else { "  " };
    let mut lines = Vec::new();
    if let Some(people) = session.disagreement(item) {
        let said = people.iter().map(|(by, state)| said(*by, state.verdict(), state.replacement()));
        let text = format!("people disagree: {}", said.collect::<Vec<_>>().join(", "));
        lines.extend(wrap(&[(clean(&text), look.paint(Color::Yellow))], width));
    }
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
        let percent = percent(f64::from(correction.confidence));
        let text = cut(&shown(&correction.text), width.saturating_sub(10));
        let gap = 28usize.min(width.saturating_sub(10)).saturating_sub(text.width());
        let style = if chosen || n == 1 && accepted.is_none() { look.comes() } else { look.paint(Color::Green) };
        lines.push(Line::from(vec![
            Span::from(format!("{}{n} ", mark(chosen))).bold(),
            Span::styled(text, style),
            Span::from(format!("{}{percent:>5}", " ".repeat(gap))).dim(),
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
        let text = if document.source.0.lacks(finding.correction()) {
            "the encoding lacks a character of it, which cannot be written back"
        } else {
            "markup stands between these words: what takes more or fewer words cannot be written back"
        };
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
