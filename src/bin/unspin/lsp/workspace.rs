//! Which settings hold for a document: those of the `unspin.toml` that counts in its workspace folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use percent_encoding::percent_decode_str;

use crate::args::Checking;
use crate::settings::{self, Settings};

/// The folders that are open, and what holds in each.
pub(super) struct Workspace {
    checking: Checking,
    folders: Vec<PathBuf>,
    known: HashMap<PathBuf, Known>,
}

/// What was read of a directory's settings.
struct Known {
    /// None where the file is to be read again in any case.
    stamp: Option<Stamp>,
    /// The last that were sound.
    settings: Option<Arc<Settings>>,
}

/// A settings file, and those that it names, as they were read: where each is, when it was changed, how long it is.
type Stamp = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

impl Workspace {
    /// `checking` goes before what files say.
    pub(super) fn new(checking: Checking, folders: Vec<PathBuf>) -> Self {
        Self { checking, folders, known: HashMap::new() }
    }

    /// Opens and closes folders.
    pub(super) fn change(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.retain(|folder| !removed.contains(folder));
        self.known.retain(|folder, _| !removed.contains(folder));
        self.folders.extend(added);
    }

    /// Has all settings read again. The last sound ones stay, for those that are there now may be none.
    pub(super) fn refresh(&mut self) {
        self.known.values_mut().for_each(|known| known.stamp = None);
    }

    /// What holds for a file, or for a text that is in none. Settings that were read are used until their file changes;
    /// where they are not sound any more, the last sound ones hold, or else those without any file, and the fault is told
    /// once.
    pub(super) fn settings(&mut self, path: Option<&Path>) -> Result<Arc<Settings>, Fault> {
        let directory = self.directory(path);
        let file = settings::file_for(&self.checking, &directory);
        let is_same = |known: &&Known| known.stamp == Some(stamp(&file, known.settings.as_deref()));
        if let Some(known) = self.known.get(&directory).filter(is_same) {
            return known.settings.clone().ok_or(Fault { told: true, message: String::new(), last: None });
        }
        match Settings::within(&self.checking, &directory) {
            Ok(settings) => {
                let settings = Arc::new(settings);
                let stamp = Some(stamp(&file, Some(&settings)));
                self.known.insert(directory, Known { stamp, settings: Some(Arc::clone(&settings)) });
                Ok(settings)
            }
            Err(error) => {
                let mut message = format!("{error:#}").trim_end().to_owned();
                let last = self.known.remove(&directory).and_then(|known| known.settings).or_else(|| {
                    // Without any, a text would look as if nothing were found in it.
                    let bare = Checking { config: None, isolated: true, ..self.checking.clone() };
                    let bare = Settings::within(&bare, &directory).ok()?;
                    message.push_str("; until that is mended, texts are checked without a settings file");
                    Some(Arc::new(bare))
                });
                let stamp = Some(stamp(&file, last.as_deref()));
                self.known.insert(directory, Known { stamp, settings: last.clone() });
                Err(Fault { told: false, message, last })
            }
        }
    }

    /// The settings file that a phrase is added to for the sake of a document; none where no settings are read.
    pub(super) fn file_for(&self, path: Option<&Path>) -> Option<PathBuf> {
        (!self.checking.isolated).then(|| settings::file_for(&self.checking, &self.directory(path)))
    }

    /// The innermost open folder that holds a file, or else the file's directory.
    fn directory(&self, path: Option<&Path>) -> PathBuf {
        let around = path.and_then(|path| {
            let holds = self.folders.iter().filter(|folder| path.starts_with(folder));
            holds.max_by_key(|folder| folder.components().count()).map(PathBuf::as_path).or_else(|| path.parent())
        });
        let first = || self.folders.first().map(PathBuf::as_path);
        match around.or_else(first) {
            Some(directory) => directory.to_owned(),
            None => std::env::current_dir().unwrap_or_default(),
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug)]
pub(super) struct Fault {
    /// It is the same as before.
    pub(super) told: bool,
    pub(super) message: String,
    /// The last settings that were sound.
    pub(super) last: Option<Arc<Settings>>,
}

fn stamp(file: &Path, settings: Option<&Settings>) -> Stamp {
    let named = settings.iter().flat_map(|settings| settings.own.iter().map(PathBuf::as_path));
    let seen = |path: &Path| path.metadata().ok().and_then(|data| Some((data.modified().ok()?, data.len())));
    std::iter::once(file).chain(named).map(|path| (path.to_owned(), seen(path))).collect()
}

/// The file that a URI names; `None` for a text that is in no file.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(rest).decode_utf8().ok()?;
    if cfg!(windows) {
        // `/c:/a` is a path on a drive, anything else one on a server.
        return Some(match path.strip_prefix('/') {
            Some(drive) => PathBuf::from(drive.replace('/', "\\")),
            None => PathBuf::from(format!("\\\\{}", path.replace('/', "\\"))),
        });
    }
    path.starts_with('/').then(|| PathBuf::from(path.into_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn uris_name_files() {
        for (uri, wanted) in [
            ("file:///a%20b/%C3%A9.txt", Some("/a b/é.txt")),
            ("file://localhost/a", Some("/a")),
            ("untitled:Untitled-1", None),
            ("file://server/a", None),
            ("file:///%ff", None),
        ] {
            assert_eq!(path(uri).as_deref(), wanted.map(Path::new), "{uri}");
        }
    }

    #[test]
    fn settings_are_read_again_when_they_change() {
        let root = tempfile::tempdir().expect("a place");
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).expect("made");
        let mut workspace = Workspace::new(Checking::default(), vec![root.path().to_owned()]);
        let file = deep.join("c.txt");
        let least = |settings: &Settings| settings.profile(&file).config.min_confidence;
        let before = least(&workspace.settings(Some(&file)).expect("sound"));
        fs::write(root.path().join("unspin.toml"), "min-confidence = 0.75\nexclude = [\"a/b\"]\n").expect("written");
        let settings = workspace.settings(Some(&file)).expect("sound");
        assert_ne!(before, 0.75);
        assert_eq!(least(&settings), 0.75);
        assert!(settings.leaves_out(&file) && !settings.leaves_out(&root.path().join("a/c.txt")));
        // What is left out is told from where the file is, whichever folder is open.
        let mut inner = Workspace::new(Checking::default(), vec![deep.clone()]);
        assert!(inner.settings(Some(&file)).expect("sound").leaves_out(&file));
        // What is not sound is told once, and the last that was still holds.
        fs::write(root.path().join("unspin.toml"), "min-confidence = 7").expect("written");
        let fault = workspace.settings(Some(&file)).expect_err("damaged");
        assert!(fault.message.contains("unspin.toml") && !fault.told, "{}", fault.message);
        assert_eq!(least(&fault.last.expect("sound")), 0.75);
        assert_eq!(least(&workspace.settings(Some(&file)).expect("the last that was sound")), 0.75);
        // Nor do they go where all are to be read again.
        workspace.refresh();
        let fault = workspace.settings(Some(&file)).expect_err("damaged");
        assert_eq!(least(&fault.last.expect("sound")), 0.75);
        assert_eq!(workspace.file_for(Some(&file)), Some(root.path().join("unspin.toml")));
    }

    #[test]
    fn without_sound_settings_those_of_the_command_line_hold() {
        let root = tempfile::tempdir().expect("a place");
        let config = root.path().join("gone.toml");
        let checking = Checking {
            config: Some(config.clone()),
            min_confidence: Some(0.75),
            assume_spun: true,
            ..Checking::default()
        };
        let mut workspace = Workspace::new(checking.clone(), vec![root.path().to_owned()]);
        let file = root.path().join("a.txt");
        let least = |settings: &Settings| settings.profile(&file).config.min_confidence;
        let fault = workspace.settings(Some(&file)).expect_err("not there");
        assert!(fault.message.contains("gone.toml: ") && fault.message.contains("; until that is mended"), "{fault:?}");
        assert_eq!(least(&fault.last.expect("those of the command line")), 0.75);
        assert_eq!(least(&workspace.settings(Some(&file)).expect("told already")), 0.75);
        // The file counts once it is there.
        fs::write(&config, "exclude = [\"a.txt\"]\n").expect("written");
        assert!(workspace.settings(Some(&file)).expect("sound").leaves_out(&file));
        // What the command line itself has wrong leaves nothing to go on with.
        let dictionary = vec![root.path().join("gone")];
        let mut workspace = Workspace::new(Checking { dictionary, ..checking }, Vec::new());
        let fault = workspace.settings(Some(&file)).expect_err("not there");
        assert!(fault.last.is_none() && !fault.message.contains("until"), "{fault:?}");
    }
}
