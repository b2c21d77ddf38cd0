//! Runs the program.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("UTF-8")
    }
}

/// A directory with these files in it.
pub(crate) fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = TempDir::new().expect("a place");
    for (name, bytes) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    directory
}

/// The program, without settings of the machine it runs on.
pub(crate) fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unspin"));
    command.current_dir(directory).args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.env_remove("COLUMNS");
    command
}

/// Runs the program in a directory, with bytes on standard input.
pub(crate) fn unspin(directory: &Path, args: &[&str], stdin: &[u8]) -> Ran {
    let mut child = command(directory, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut pipe = child.stdin.take().expect("piped");
    let output = std::thread::scope(|scope| {
        // The program may end without reading all.
        scope.spawn(move || drop(pipe.write_all(stdin)));
        child.wait_with_output().expect("ends")
    });
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    Ran { code: output.status.code().expect("no signal"), out: output.stdout, err }
}
