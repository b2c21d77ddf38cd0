//! Signals that end the program do so after the terminal was given back.

/// Waits for such signals on a thread of its own, until the program ends. A flag that the main thread looks at would not
/// do: where the terminal is gone, it may be in the middle of reading from it for good.
///
/// Nothing else is to be done then: every decision is on the disk already.
#[cfg(unix)]
pub(crate) fn give_back_first(give_back: fn()) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, exit};

    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end, so that nothing is drawn on what was given back.
            let _output = std::io::stdout().lock();
            give_back();
            // Whoever started the program sees which signal ended it.
            let _ = emulate_default_handler(signal);
            exit(128 + signal);
        }
    });
    Ok(())
}

/// There is nothing to wait for: the system restores the console.
#[cfg(not(unix))]
pub(crate) fn give_back_first(_give_back: fn()) -> std::io::Result<()> {
    Ok(())
}
