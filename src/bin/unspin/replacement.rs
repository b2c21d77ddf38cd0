//! Files that are written anew and take the place of others, at once or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use tempfile::NamedTempFile;

use crate::paths::{apart, directory, followed};
use crate::temporary;

/// A file that is written anew and takes its place when it is whole. A link stays a link, permissions stay, and what is
/// there and is no file, such as a pipe, is written to as it is.
pub(crate) struct Replacement {
    path: PathBuf,
    out: BufWriter<Place>,
}

/// Where a replacement is written.
enum Place {
    Beside(NamedTempFile),
    There(File),
}

impl Replacement {
    pub(crate) fn new(named: &Path) -> anyhow::Result<Self> {
        let name = || named.display().to_string();
        let there = fs::metadata(named).ok();
        ensure!(!named.is_dir(), "{}: is a directory", name());
        let path = followed(named);
        let place = if there.as_ref().is_some_and(|there| !there.is_file()) {
            Place::There(OpenOptions::new().write(true).open(named).with_context(name)?)
        } else {
            let file = temporary::plain(directory(&path))
                .with_context(|| format!("{}: cannot write beside it", path.display()))?;
            if let Some(there) = there {
                ensure!(!there.permissions().readonly(), "{}: is read-only", name());
                liken(file.as_file(), &path).with_context(name)?;
            }
            Place::Beside(file)
        };
        Ok(Self { path, out: BufWriter::new(place) })
    }

    /// Puts it in its place.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let name = || self.path.display().to_string();
        match self.out.into_inner().map_err(io::IntoInnerError::into_error).with_context(name)? {
            Place::Beside(file) => {
                file.as_file().sync_all().with_context(name)?;
                let _: File = file.persist(&self.path).with_context(name)?;
            }
            Place::There(_) => {}
        }
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file) => file.write(bytes),
            Self::There(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file) => file.flush(),
            Self::There(file) => file.flush(),
        }
    }
}

/// Writes a file at once, or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = Replacement::new(path)?;
    file.write_all(bytes).with_context(|| path.display().to_string())?;
    file.finish()
}

/// Gives a file that is to take the place of another one what that has beside its bytes: its owner, where that is allowed,
/// its extended attributes, where the system lets them be set, and its permissions.
///
/// # Errors
///
/// Also where its attributes cannot be read, or its access control list cannot be set: without that others might do what
/// they may not.
pub(crate) fn liken(file: &File, there: &Path) -> io::Result<()> {
    let data = fs::metadata(there)?;
    // Permissions come last, for a change of owner takes some away, and a list grants some.
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};

        let _ = fchown(file, Some(data.uid()), Some(data.gid()));
        copy_attributes(file, there)?;
    }
    file.set_permissions(data.permissions())
}

#[cfg(unix)]
fn copy_attributes(file: &File, there: &Path) -> io::Result<()> {
    use xattr::FileExt;

    const LIST: &str = "system.posix_acl_access";
    let names: Vec<_> = match xattr::list(there) {
        // Not every file system has any.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(()),
        names => names?.collect(),
    };
    // The directory may have given the new file a list.
    if !names.iter().any(|name| name == LIST) {
        let _ = file.remove_xattr(LIST);
    }
    // These are of the bytes that were there.
    for name in names.iter().filter(|name| !["security.ima", "security.evm"].iter().any(|of_bytes| name == of_bytes)) {
        let set = xattr::get(there, name).and_then(|value| file.set_xattr(name, &value.unwrap_or_default()));
        if name == LIST {
            set?;
        }
    }
    Ok(())
}

/// Refuses what [`apart`] does, and files that cannot be written, so that long work does not end with that.
pub(crate) fn writable<'p>(
    inputs: &[PathBuf],
    outputs: impl IntoIterator<Item = &'p PathBuf> + Clone,
) -> anyhow::Result<()> {
    apart(inputs, outputs.clone())?;
    for path in outputs {
        // A pipe that is opened and closed again is at its end for who reads it.
        if path.is_dir() || !fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            Replacement::new(path)?;
        }
    }
    Ok(())
}
