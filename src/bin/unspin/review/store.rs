//! The file of decisions: read at the start, appended to with every key.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use unspin::{Decision, Decisions};

use super::session::Keep;
use crate::paths::FileId;
use crate::{allow, paths};

/// Where decisions go unless a file is named.
pub(crate) const NAME: &str = ".unspin-review.jsonl";

/// What a record of decisions begins with.
const BEGINNING: &[u8] = b"{\"type\":\"decision\",";

/// Whether a file is a record of decisions: by its name, which the page of `unspin serve` gives, and browsers to what was
/// saved before, or by how it begins.
pub(crate) fn is_record(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let Some(stem) = name.strip_suffix(".jsonl") else { return false };
    let begins = || {
        let mut bytes = [0; BEGINNING.len()];
        File::open(path).and_then(|mut file| file.read_exact(&mut bytes)).is_ok() && bytes == BEGINNING
    };
    stem.contains(".unspin-review") || begins()
}

/// Reads decision files, one after the other; a file that is not there is an error unless `may_lack` it.
///
/// Where there are several, decisions that name nobody are their file's, so that two people who never said who they are
/// are told apart.
pub(crate) fn read(paths: &[PathBuf], may_lack: bool) -> anyhow::Result<Decisions> {
    let mut all = Decisions::default();
    for path in paths {
        let name = || path.display().to_string();
        let mut bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if may_lack && error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("{}: cannot be read", name())),
        };
        // A line that a kill cut short may end within a character.
        let last = last_line(&bytes);
        if std::str::from_utf8(&bytes[last..]).is_err() {
            bytes.truncate(last);
        }
        let text = String::from_utf8(bytes).with_context(name)?;
        let decisions = Decisions::parse(&text).with_context(name)?;
        if paths.len() == 1 {
            return Ok(decisions);
        }
        all.merge(decisions.named(&name()));
    }
    Ok(all)
}

/// Where decisions are kept.
pub(crate) struct Store {
    path: PathBuf,
    /// Opened with the first decision, so that looking around leaves nothing behind; anew where another file has its name.
    file: Option<File>,
    /// The settings file for phrases that are never to be reported; none where no settings are read.
    settings: Option<PathBuf>,
    /// What the settings file held before and after each phrase that was put into it.
    allowed: Vec<(Option<String>, Option<String>)>,
}

impl Store {
    pub(crate) fn new(path: &Path, settings: Option<PathBuf>) -> Self {
        Self { path: path.to_owned(), file: None, settings, allowed: Vec::new() }
    }

    fn open(&self) -> anyhow::Result<File> {
        let name = || self.path.display().to_string();
        let is_new = !self.path.exists();
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.path).with_context(name)?;
        // What is mended or cut off must not be what another review is writing. On Windows a lock would keep others from
        // reading, too, and not every file system has any.
        if cfg!(unix) && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            bail!("{}: another review writes to it; end that first, or keep decisions in another file", name());
        }
        if is_new {
            // The name must outlive a crash too. Not every system lets directories be opened for that.
            let _ = File::open(paths::directory(&self.path)).and_then(|directory| directory.sync_all());
            // What is on the screen is to be on the disk, where somebody removed the file, too.
            if let Some(mut removed) = self.file.as_ref() {
                let mut lines = Vec::new();
                let read = removed.rewind().and_then(|()| removed.read_to_end(&mut lines));
                read.and_then(|_| file.write_all(&lines))
                    .with_context(|| format!("{}: was removed, and is not whole again", name()))?;
            }
        } else {
            mend(&self.path, &mut file).with_context(name)?;
        }
        Ok(file)
    }
}

/// Makes the file end with a whole line: a decision that was half written when the program was killed goes, a whole one
/// gets the line break that it lacks.
fn mend(path: &Path, file: &mut File) -> std::io::Result<()> {
    let bytes = fs::read(path)?;
    let end = last_line(&bytes);
    let rest = &bytes[end..];
    let is_whole = std::str::from_utf8(rest).is_ok_and(|rest| Decisions::parse(&format!("{rest}\n")).is_ok());
    if rest.is_empty() {
        return Ok(());
    }
    if is_whole { file.write_all(b"\n") } else { file.set_len(end as u64) }
}

/// Where a last line without line break begins.
fn last_line(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

impl Keep for Store {
    fn keep(&mut self, decisions: &[Decision]) -> anyhow::Result<()> {
        // Another file may have its name by now, or none: what goes into this one would be lost.
        let gone = |file: &File| FileId::of(file).is_some_and(|file| !file.is_at(&self.path));
        if self.file.as_ref().is_none_or(gone) {
            self.file = Some(self.open()?);
        }
        let name = || self.path.display().to_string();
        let Some(file) = &mut self.file else { return Ok(()) };
        let lines: String = decisions.iter().map(Decision::to_line).collect();
        let before = file.metadata().with_context(name)?.len();
        let written = file.write_all(lines.as_bytes()).and_then(|()| file.sync_data());
        if written.is_err() {
            // What was not kept must not count: a full disk may have taken half of it.
            let _ = file.set_len(before);
        }
        written.with_context(name)
    }

    fn allow(&mut self, phrase: &str) -> anyhow::Result<bool> {
        let settings =
            self.settings.as_ref().context("no settings are read with --isolated, so nothing can be allowed")?;
        let before = allow::read(settings)?;
        let new = allow::add(settings, phrase)?;
        if new {
            self.allowed.push((before, allow::read(settings)?));
        }
        Ok(new)
    }

    fn disallow(&mut self) -> anyhow::Result<()> {
        let (Some(settings), Some((before, after))) = (&self.settings, self.allowed.pop()) else { return Ok(()) };
        allow::put_back(settings, before.as_deref(), after.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use unspin::{Place, Verdict};

    use super::*;

    fn decision(path: &str) -> Decision {
        let place = Place { path: path.into(), ..Place::default() };
        let lines = format!(
            "{{\"type\":\"decision\",\"path\":\"{path}\",\"id\":\"x\",\"text\":\"navy\",\"decision\":\"reject\"}}\n"
        );
        let decisions = Decisions::parse(&lines).expect("a decision");
        let one = decisions.iter().next().expect("one").clone();
        assert_eq!((&one.place, one.verdict), (&place, Verdict::Reject));
        one
    }

    #[test]
    fn a_line_that_a_kill_cut_short_is_mended() {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join(NAME);
        let (first, second) = (decision("a").to_line(), decision("b").to_line());
        for (there, wanted) in [
            (Vec::new(), second.clone()),
            (first.clone().into_bytes(), format!("{first}{second}")),
            (format!("{first}{}", &first[..30]).into_bytes(), format!("{first}{second}")),
            (first.trim_end().as_bytes().to_vec(), format!("{first}{second}")),
            (first.as_bytes()[..10].to_vec(), second.clone()),
            // Within a character.
            ([first.as_bytes(), &decision("é").to_line().as_bytes()[..28]].concat(), format!("{first}{second}")),
        ] {
            fs::write(&path, &there).expect("written");
            // It is read before it is mended.
            let whole = there.starts_with(first.trim_end().as_bytes());
            assert_eq!(read(std::slice::from_ref(&path), false).expect("read").iter().count(), usize::from(whole));
            Store::new(&path, None).keep(&[decision("b")]).expect("kept");
            assert_eq!(fs::read_to_string(&path).expect("read"), wanted);
        }
    }

    #[cfg(unix)]
    #[test]
    fn two_reviews_do_not_write_to_one_file() {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join(NAME);
        let (mut one, mut other) = (Store::new(&path, None), Store::new(&path, None));
        one.keep(&[decision("a")]).expect("kept");
        let error = other.keep(&[decision("b")]).expect_err("refused");
        assert!(error.to_string().contains("another review writes to it"), "{error}");
        one.keep(&[decision("c")]).expect("kept");
        drop(one);
        other.keep(&[decision("b")]).expect("kept");
        assert_eq!(fs::read_to_string(&path).expect("read").lines().count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn decisions_go_into_the_file_that_is_there() {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join(NAME);
        let kept = |paths: &[&str]| {
            let lines: String = paths.iter().map(|path| decision(path).to_line()).collect();
            assert_eq!(fs::read_to_string(&path).expect("there"), lines);
        };
        fs::write(&path, decision("a").to_line()).expect("written");
        let mut store = Store::new(&path, None);
        store.keep(&[decision("b")]).expect("kept");
        // Another one takes its place, as `git stash pop` has it, and is the one that is written to.
        fs::write(root.path().join("other"), decision("c").to_line()).expect("written");
        fs::rename(root.path().join("other"), &path).expect("replaced");
        store.keep(&[decision("d")]).expect("kept");
        kept(&["c", "d"]);
        // One that goes comes again with all that it had.
        fs::remove_file(&path).expect("removed");
        store.keep(&[decision("e")]).expect("kept");
        kept(&["c", "d", "e"]);
        fs::remove_dir_all(root.path()).expect("removed");
        let error = store.keep(&[decision("f")]).expect_err("nowhere to go");
        assert!(error.to_string().contains(NAME), "{error}");
    }

    #[test]
    fn nobody_in_particular_is_told_apart_by_file() {
        let root = tempfile::tempdir().expect("a place");
        let paths = ["anna.jsonl", "ben.jsonl"].map(|name| root.path().join(name));
        fs::write(&paths[0], decision("a").to_line()).expect("written");
        let accept = Decision { verdict: Verdict::Accept, replacement: Some("military".into()), ..decision("a") };
        fs::write(&paths[1], accept.to_line()).expect("written");
        assert_eq!(read(&paths, false).expect("read").conflicts().count(), 1);
        assert_eq!(read(&paths[..1], false).expect("read").iter().count(), 1);
        assert!(read(&[root.path().join("none")], false).is_err());
        assert!(read(&[root.path().join("none")], true).is_ok());
    }
}
