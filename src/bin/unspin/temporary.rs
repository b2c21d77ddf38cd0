//! Temporary files, which are gone when the program ends, be it by a signal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use tempfile::{Builder, NamedTempFile};

use crate::signals;

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
        let _ = signals::clear_up_first(clear_up);
    });
    // Held while the file is made, so that a signal finds either none or its name.
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.retain(|path| path.exists());
    let file = builder.prefix(".unspin-").tempfile_in(directory)?;
    files.push(file.path().to_owned());
    Ok(file)
}

/// Takes away those that are there, and lets no other one be made.
fn clear_up() {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    for path in files.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(files);
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
