//! Standard output, standard error, and how the program ends.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;
use std::time::Instant;

use anstream::ColorChoice;
use unspin::printable;

use crate::args::{Color, Common};

/// How a command ended, other than by an error that stopped it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// There is something to report: findings, differences, findings left.
    pub(crate) found: bool,
    /// Some input could not be read or written.
    pub(crate) trouble: bool,
}

/// The exit code: 0 nothing found, 1 something found, 2 trouble. A closed pipe is success.
pub(crate) fn exit(result: anyhow::Result<Ending>) -> ExitCode {
    match result {
        Ok(ending) if ending.trouble => ExitCode::from(2),
        Ok(ending) => ExitCode::from(u8::from(ending.found)),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Prints what is told instead of running: help, the version, or what is wrong with the command line. `clap` itself would
/// take no notice of what cannot be written.
pub(crate) fn tell(told: &clap::Error) -> ExitCode {
    let written = told.print().and_then(|()| io::stdout().flush());
    if told.use_stderr() {
        return ExitCode::from(2);
    }
    exit(written.map(|()| Ending::default()).map_err(Into::into))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}

/// One line on standard error.
pub(crate) fn complain(message: &str) {
    note(&format!("unspin: {message}"));
}

/// Tells on standard error what long work is at, with the seconds since its start.
pub(crate) fn progress(common: Common) -> impl FnMut(&str) {
    let started = Instant::now();
    move |what| {
        if !common.quiet {
            note(&format!("{:7.1} s  {what}", started.elapsed().as_secs_f32()));
        }
    }
}

/// One line on standard error, as it is, but that a terminal obeys nothing in it. What is said of settings may have more
/// lines.
pub(crate) fn note(message: &str) {
    let shown = |c: char| match c {
        '\n' | '\t' => c.to_string(),
        _ => printable(c.encode_utf8(&mut [0; 4])).into_owned(),
    };
    let message: String = message.chars().map(shown).collect();
    // Nothing can be done where standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Standard output, buffered. What is written must be flushed, or a failure at the end goes unseen.
pub(crate) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Standard output as it is. A `lasting` run, which writes files, too, goes on for those where nobody reads it any more.
pub(crate) fn results(lasting: bool) -> Box<dyn Write> {
    let out = io::stdout().lock();
    if lasting { Box::new(Lasting(out)) } else { Box::new(out) }
}

/// Takes what nobody reads.
struct Lasting(StdoutLock<'static>);

impl Write for Lasting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        read_or_not(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        read_or_not(self.0.flush(), ())
    }
}

fn read_or_not<T>(result: io::Result<T>, unread: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(unread),
        other => other,
    }
}

/// Whether standard output gets colors.
pub(crate) fn color(common: Common) -> bool {
    match common.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    }
}

/// Columns of the terminal; where there is none, what `COLUMNS` says, or 100.
pub(crate) fn width() -> usize {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).or_else(said);
    columns.filter(|&columns| columns > 0).unwrap_or(100).max(40)
}

/// Whether progress can be shown: somebody watches, and results do not run over the same screen.
pub(crate) fn shows_progress(common: Common) -> bool {
    !common.quiet && io::stderr().is_terminal() && !io::stdout().is_terminal()
}
