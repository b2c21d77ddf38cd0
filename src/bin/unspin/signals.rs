//! Signals that end the program do so after what is to be done first.
//!
//! One thread waits for all of them: of two, one might end the program before the other has done its work. A flag that
//! the main thread looks at would not do: where the terminal is gone, it may be in the middle of reading from it for good.

use std::io;

/// Before a signal ends the program, gives the terminal back. Nothing else is to be done then: every decision is on the
/// disk already.
pub(crate) fn give_back_first(give_back: fn()) -> io::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        unix::add(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM], give_back)?;
    }
    // Elsewhere the system restores the console.
    let _ = give_back;
    Ok(())
}

/// Before a signal ends the program, clears up. Not before those that it was started to ignore, as scripts start what runs
/// beside them, and `nohup` what outlives its terminal.
pub(crate) fn clear_up_first(clear_up: fn()) -> io::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let heeded: Vec<_> =
            [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| !unix::is_ignored(signal)).collect();
        unix::add(&heeded, clear_up)?;
    }
    let _ = clear_up;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::sync::{Mutex, PoisonError};
    use std::{fs, io, thread};

    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::low_level::{emulate_default_handler, exit};

    static FIRST: Mutex<First> = Mutex::new(First { handle: None, works: Vec::new() });

    struct First {
        /// What asks for further signals, once there is a thread that waits for any.
        handle: Option<Handle>,
        /// What is to be done.
        works: Vec<fn()>,
    }

    /// Adds to what is done when one of these signals comes, or of those that were asked for before. What came last is
    /// done first. Locks that keep others from undoing it are to be held to the end.
    pub(super) fn add(signals: &[i32], work: fn()) -> io::Result<()> {
        let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        first.works.push(work);
        if let Some(handle) = &first.handle {
            return signals.iter().try_for_each(|&signal| handle.add_signal(signal));
        }
        let mut signals = Signals::new(signals)?;
        first.handle = Some(signals.handle());
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
                first.works.iter().rev().for_each(|work| work());
                // Whoever started the program sees which signal ended it.
                let _ = emulate_default_handler(signal);
                exit(128 + signal);
            }
        });
        Ok(())
    }

    /// Whether the program was started to ignore a signal, where the system tells.
    pub(super) fn is_ignored(signal: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }
}
