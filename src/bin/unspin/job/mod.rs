//! Inputs checked on all cores, results in order, memory bounded.
//!
//! One thread [reads](read) records into batches, a pool [checks](check) a batch at a time, and the caller's thread takes
//! the results one after the other ([`run`]). Channels between them hold few batches, so a file's size does not matter.

mod bar;
mod check;
mod current;
mod file_list;
mod identity;
mod progress;
mod read;
mod run;
mod sources;
mod stamp;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::ensure;
use serde_json::json;
use unspin::input::{self, FileOptions, Raw, Source};

use self::identity::Identity;
pub(crate) use self::progress::Progress;
use self::read::Part;
use self::sources::Sources;
pub(crate) use self::stamp::Stamp;
use crate::args::{self, Checking, Common, Inputs, Target};
use crate::output;
use crate::paths;
use crate::settings::{Settings, Stated};
use crate::stats;

/// Everything a run needs.
pub(crate) struct Job {
    settings: Settings,
    sources: Sources,
    part: Part,
    threads: usize,
    /// Where the figures go.
    stats: Option<PathBuf>,
    strict: bool,
    common: Common,
    started: Instant,
    /// Of the settings in force, with the files that they name where a run may go on later.
    identity: Identity,
    /// The run may be killed and go on later.
    resumable: bool,
}

/// What happens in a run, in the order of the inputs.
pub(crate) enum Event<T> {
    /// An input begins; how its file was before it was opened.
    Start(Source, Option<Stamp>),
    /// A record was checked, or the next passage of a long one.
    Record(T),
    /// A record could not be read; its bytes are there to be passed on.
    Skipped(Raw),
    /// The input is at its end.
    End,
    /// The input could not be read to its end.
    Broken,
    /// What was ready is done; a good time to show what comes of it.
    Pause,
    /// All before it is done, and not within a record; a good time to note how far the run is.
    Checkpoint(Box<Progress>),
}

impl Job {
    /// `target` is where results go; a run without one has them by whole files.
    pub(crate) fn new(
        inputs: &Inputs,
        checking: &Checking,
        target: Option<&Target>,
        common: Common,
    ) -> anyhow::Result<Self> {
        let stated = Stated::new(checking)?;
        let settings = stated.settings(checking)?;
        let whole_files = target.is_none();
        let mut sources = Sources::new(inputs, &settings, whole_files)?;
        let mut identity = Identity::new();
        identity.add(&stated.described());
        identity.add(&stated.root.to_string_lossy());
        let resumable = target.is_some_and(|target| target.file().is_some());
        if resumable {
            let all = FileOptions { hidden: true, no_ignore: true, ..FileOptions::default() };
            identity.add_files(input::sources(&stated.files(), &all)?);
        }
        let (named, grown) = target.map(output::own_paths).unwrap_or_default();
        let written = || named.iter().chain(&grown).chain(&inputs.stats);
        for path in &grown {
            // The file itself may be an input: its place is taken when all is read.
            ensure!(!sources.names(path), "{}: is an input, too; write to another file", path.display());
        }
        ensure!(
            inputs.stats.as_ref().is_none_or(|stats| !paths::is_among(stats, &grown)),
            "--output and --stats need different files"
        );
        let goes_by: Vec<_> = settings.own.iter().chain(&inputs.file_list).cloned().collect();
        for path in written().filter(|path| path.is_file()) {
            ensure!(!paths::is_among(path, &goes_by), "{}: is read, too; write to another file", path.display());
        }
        sources.leave_out(written().chain(&settings.own));
        let job = Self {
            settings,
            sources,
            part: Part { shard: inputs.shard, whole_files },
            threads: args::threads(inputs.jobs),
            stats: inputs.stats.clone(),
            strict: inputs.strict,
            common,
            started: Instant::now(),
            identity,
            resumable,
        };
        job.apart([&inputs.stats])
    }

    /// Refuses to write over an input that is named, or to one file twice.
    pub(crate) fn apart<const N: usize>(self, outputs: [&Option<PathBuf>; N]) -> anyhow::Result<Self> {
        self.sources.apart_from(outputs.into_iter().flatten())?;
        Ok(self)
    }

    /// Whether a file is named as an input.
    pub(crate) fn names(&self, path: &Path) -> bool {
        self.sources.names(path)
    }

    /// Whether figures go into a file at the run's end. Refuses one that cannot be written, so that the run does not end
    /// with that.
    pub(crate) fn has_figures(&self) -> anyhow::Result<bool> {
        self.stats.as_deref().map(stats::ensure_writable).transpose()?;
        Ok(self.stats.is_some())
    }

    /// The same run for a command that does not tell the evidence of findings.
    pub(crate) fn without_evidence(mut self) -> Self {
        self.settings = self.settings.without_evidence();
        self
    }

    /// The same run for a command that adds fields or columns to records.
    pub(crate) fn adding(mut self, names: Vec<String>) -> Self {
        self.sources.add_fields(names);
        self
    }

    /// The same run for a command that keeps something about files by their names.
    pub(crate) fn by_name(mut self) -> Self {
        self.sources.want_utf8_names();
        self
    }

    /// Takes files that the run writes, and later runs may find in a directory, out of the inputs.
    pub(crate) fn leaving_out(mut self, files: &[PathBuf]) -> Self {
        self.sources.leave_out(files);
        self
    }

    /// Takes originals that this run or an earlier one keeps beside their files out of the inputs.
    pub(crate) fn keeping(mut self, backup: Option<&str>) -> Self {
        self.sources.leave_out_backups(backup);
        self
    }

    /// What changes the results of a run: its inputs, its settings and, as `command`, how they are written. Runs with
    /// the same description give the same results, but for what comes from standard input.
    pub(crate) fn description(&self, command: &str) -> anyhow::Result<String> {
        let mut identity = self.identity;
        let mut options = self.sources.described();
        options["shard"] = json!(self.part.shard.map(|shard| [shard.index, shard.count]));
        identity.add(&options.to_string());
        if self.resumable {
            identity.add_files(self.sources.find()?);
        }
        Ok(format!("unspin {} {command} {:016x}", env!("CARGO_PKG_VERSION"), identity.number()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::command::{Args, Command};

    #[test]
    fn another_run_is_described_otherwise() {
        let here = tempfile::tempdir().expect("a place");
        let path = |name: &str| here.path().join(name).display().to_string();
        let write = |name: &str, text: &str| fs::write(path(name), text).expect("written");
        fs::create_dir_all(path("in/deep")).expect("made");
        fs::create_dir_all(path("own")).expect("made");
        write("in/deep/a.txt", "One.");
        write("known", "");
        write("own/allowed.csv", "phrase,reason\ngreen zone,a place\n");
        let (output, baseline, dictionary, inputs) = (path("in/out"), path("known"), path("own"), path("in"));
        let description = || {
            let args = ["unspin", "score", "--isolated", "--output", &output, "--baseline", &baseline];
            let args = args.into_iter().chain(["--dictionary", &dictionary, &inputs]);
            let Args { common, command: Command::Score(command) } = Args::try_parse_from(args).expect("sound") else {
                unreachable!("it is asked for")
            };
            let job = Job::new(&command.inputs, &command.checking, Some(&command.target), common).expect("sound");
            job.description("score").expect("described")
        };
        let mut before = description();
        for name in ["in/out", "in/out.partial", "in/out.resume"] {
            write(name, "Two.");
        }
        assert_eq!(description(), before, "its own files are none of its inputs");
        for (name, text) in [
            ("in/deep/a.txt", "One more."),
            ("in/b.txt", ""),
            ("known", "\n"),
            ("own/allowed.csv", "phrase,reason\ngreen zone,a place\nred zone,a place\n"),
        ] {
            write(name, text);
            let after = description();
            assert_ne!(after, before, "{name}");
            before = after;
        }
    }
}
