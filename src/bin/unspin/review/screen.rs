//! The terminal: taken, drawn on, read from, and given back whatever happens.

use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::{Context, ensure};
use ratatui::DefaultTerminal;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyEventKind};
use ratatui::crossterm::execute;

use super::loader::{Loaded, Loader};
use super::session::{Flow, Keep, Session};
use super::view::{self, Look};
use crate::signals;

/// Suggestions ahead of the reader from which on no more texts are asked for.
const ENOUGH: usize = 2000;

/// Says why there is no terminal to review in, if there is none.
pub(crate) fn ensure_terminal() -> anyhow::Result<()> {
    let instead =
        "decide elsewhere with unspin check and unspin fix --id, or apply decisions with unspin review --apply";
    ensure!(io::stdout().is_terminal(), "standard output is no terminal, so nothing can be reviewed; {instead}");
    let term = std::env::var("TERM").unwrap_or_default();
    ensure!(
        cfg!(windows) || !matches!(term.as_str(), "" | "dumb"),
        "the terminal cannot move its cursor (TERM is {term:?}), so nothing can be reviewed; {instead}"
    );
    Ok(())
}

/// Shows the session until the reader ends it; gives what cannot be read.
pub(crate) fn run(
    session: &mut Session,
    keep: &mut dyn Keep,
    loader: &mut Loader,
    look: Look,
) -> anyhow::Result<Vec<String>> {
    signals::give_back_first(give_back_for_good).context("cannot wait for signals")?;
    let mut terminal = Terminal::new().context("the terminal cannot be used")?;
    follow(&mut terminal.0, session, keep, loader, look)
}

fn follow(
    terminal: &mut DefaultTerminal,
    session: &mut Session,
    keep: &mut dyn Keep,
    loader: &mut Loader,
    look: Look,
) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut draw = true;
    loop {
        loader.ask(session.requests());
        loop {
            let more = session.wants_more() && session.ahead() < ENOUGH;
            let Some(loaded) = loader.next(more) else { break };
            match loaded {
                Loaded::Texts(count, documents) => {
                    session.looked_at(count);
                    documents.into_iter().for_each(|document| session.add(document, keep));
                }
                Loaded::Trouble(fault) => {
                    session.say(fault.clone());
                    faults.push(fault);
                }
                Loaded::Done => session.loaded(),
                Loaded::Again(request, document) => session.again(&request, *document, keep),
            }
            draw = true;
        }
        if draw {
            draw_whole(terminal, session, look)?;
            draw = false;
        }
        let patience = Duration::from_millis(if session.is_loading() { 30 } else { 200 });
        if !event::poll(patience)? {
            continue;
        }
        draw = true;
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let size = terminal.size()?;
                // What cannot be seen cannot be decided.
                let key_counts = view::fits(size.width, size.height) || session.quits(key);
                if key_counts && session.press(key, keep) == Flow::Quit {
                    return Ok(faults);
                }
            }
            Event::Paste(text) => session.paste(&text),
            _ => {}
        }
    }
}

/// Draws with the output held, so that a signal gives the terminal back before or after, not within.
fn draw_whole(terminal: &mut DefaultTerminal, session: &Session, look: Look) -> io::Result<()> {
    let _output = io::stdout().lock();
    terminal.draw(|frame| view::draw(frame, session, look))?;
    Ok(())
}

/// A terminal in raw mode on its second screen. It is given back when this goes, and by a hook where something panics.
struct Terminal(DefaultTerminal);

impl Terminal {
    fn new() -> io::Result<Self> {
        let _output = io::stdout().lock();
        let terminal = ratatui::try_init();
        if terminal.is_err() {
            give_back();
        }
        let terminal = Self(terminal?);
        execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(terminal)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Makes the terminal what it was. Nothing can be done where that fails: it may be gone.
fn give_back() {
    let _ = execute!(io::stdout(), DisableBracketedPaste, Show);
    ratatui::restore();
}

/// The same before a signal ends the program, and lets nothing be drawn on what was given back.
fn give_back_for_good() {
    let output = io::stdout().lock();
    give_back();
    std::mem::forget(output);
}
