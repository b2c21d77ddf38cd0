//! Temporary files, which are gone when the program ends, be it by a signal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use tempfile::{Builder, NamedTempFile};

/// Those that may be there now.
static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file that may take the place of another one, with the permissions that any new file has.
pub(crate) fn plain(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    // What the mask leaves of this.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    make(&mut builder, directory)
}

/// A file that nobody else may read.
pub(crate) fn private(directory: &Path) -> io::Result<NamedTempFile> {
    make(&mut Builder::new(), directory)
}

fn make(builder: &mut Builder<'_, '_>, directory: &Path) -> io::Result<NamedTempFile> {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // Without it a file may be left.
        let _ = clear_up_first();
    });
    // Held while the file is made, so that a signal finds either none or its name.
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.retain(|path| path.exists());
    let file = builder.prefix(".unspin-").tempfile_in(directory)?;
    files.push(file.path().to_owned());
    Ok(file)
}

/// Waits for signals that end the program, on a thread of its own. Not for those that it was started to ignore, as scripts
/// start what runs beside them, and `nohup` what outlives its terminal.
#[cfg(unix)]
fn clear_up_first() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, exit};

    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| !is_ignored(signal)))?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end, so that no other file is made.
            let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
            for path in files.iter() {
                let _ = fs::remove_file(path);
            }
            // Whoever started the program sees which signal ended it.
            let _ = emulate_default_handler(signal);
            exit(128 + signal);
        }
    });
    Ok(())
}

/// Whether the program was started to ignore a signal, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(not(unix))]
fn clear_up_first() -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_find_the_files_that_are_there() {
        let here = tempfile::tempdir().expect("a place");
        let known = || {
            let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
            files.iter().filter(|path| path.starts_with(here.path())).cloned().collect::<Vec<_>>()
        };
        let first = private(here.path()).expect("made");
        let second = plain(here.path()).expect("made");
        assert_eq!(known(), [first.path(), second.path()]);
        first.persist(here.path().join("a.txt")).expect("put in its place");
        let third = plain(here.path()).expect("made");
        assert_eq!(known(), [second.path(), third.path()]);
    }
}
