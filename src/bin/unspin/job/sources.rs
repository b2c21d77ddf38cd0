//! The inputs of a run: what is named, less what the run itself writes or goes by.

use std::collections::HashSet;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::ensure;
use serde_json::{Value, json};
use unspin::input::{self, Compression, FileOptions, Format, InputError, Source, resolved};

use super::file_list;
use crate::args::Inputs;
use crate::paths::{self, FileId};
use crate::review::store;
use crate::settings::{self, Settings};
use crate::terminal::note;

/// What the names of originals end with that other runs, and other programs, keep beside their files.
const KEPT: [&str; 2] = [".orig", ".bak"];

/// Where the inputs of a run are, and which files there are none.
#[derive(Clone)]
pub(super) struct Sources {
    paths: Vec<PathBuf>,
    options: FileOptions,
    /// A file is an input once, however often it is named, for it is rewritten or compared.
    once: bool,
    /// Files that the run writes to or goes by, by every name that a walk may find them under.
    own: HashSet<PathBuf>,
    /// What the names of originals that the run keeps end with.
    backup: Option<String>,
}

impl Sources {
    /// What the command line names, but not what settings leave out.
    pub(super) fn new(inputs: &Inputs, settings: &Settings, once: bool) -> anyhow::Result<Self> {
        let options = FileOptions {
            format: inputs.input,
            fields: inputs.field.clone(),
            columns: inputs.column.clone(),
            field_format: inputs.field_format.or(settings.field_format).map(Format::from),
            delimiter: inputs.delimiter,
            added: Vec::new(),
            hidden: inputs.hidden,
            no_ignore: inputs.no_ignore,
            exclude: inputs.exclude.clone(),
            leave_out: Some(settings.exclude.clone()),
            utf8_names: false,
        };
        let named = if inputs.field.is_empty() { ("--column", "csv") } else { ("--field", "jsonl") };
        let reads_stdin = inputs.file_list.is_none() && inputs.paths.iter().all(|path| path.as_os_str() == "-");
        // It has no name to tell what it is, and would be read as one text.
        ensure!(
            !reads_stdin || inputs.input.is_some() || inputs.field.is_empty() && inputs.column.is_empty(),
            "-: {} needs records; say what standard input is, such as --input {}",
            named.0,
            named.1
        );
        let mut paths = inputs.paths.clone();
        if let Some(list) = &inputs.file_list {
            paths.extend(file_list::read(list)?);
        } else if paths.is_empty() {
            if io::stdin().is_terminal() {
                note("reading standard input, as no path is given; Ctrl-D ends it");
            }
            paths.push(PathBuf::from("-"));
        }
        Ok(Self { paths, options, once, own: HashSet::new(), backup: None })
    }

    /// Records get these fields or columns.
    pub(super) fn add_fields(&mut self, names: Vec<String>) {
        self.options.added = names;
    }

    /// Names of files must be text.
    pub(super) fn want_utf8_names(&mut self) {
        self.options.utf8_names = true;
    }

    /// These files are none of the inputs.
    pub(super) fn leave_out<'p>(&mut self, files: impl IntoIterator<Item = &'p PathBuf>) {
        // A file that is written to by a link is found where the link leads.
        let names = |path: &PathBuf| [Some(resolved(path)), path.canonicalize().ok()];
        self.own.extend(files.into_iter().flat_map(names).flatten());
    }

    /// Nor are originals whose names end like this.
    pub(super) fn leave_out_backups(&mut self, suffix: Option<&str>) {
        self.backup = suffix.map(str::to_owned);
    }

    /// Refuses to write over an input that is named, or to one file twice.
    pub(super) fn apart_from<'p>(&self, outputs: impl IntoIterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
        paths::apart(&self.paths, outputs)
    }

    /// Whether a file is named as an input.
    pub(super) fn names(&self, path: &Path) -> bool {
        paths::is_among(path, &self.paths)
    }

    /// Bytes of all that is named, where that can be told beforehand: only plain files tell it.
    pub(super) fn bytes(&self) -> Option<u64> {
        let size = |path: &PathBuf| {
            let plain = Compression::of_name(path) == Compression::None && path.is_file();
            plain.then(|| path.metadata().map_or(0, |data| data.len()))
        };
        self.paths.iter().map(size).sum()
    }

    /// What was asked for besides names: all that changes what is read from the same files.
    pub(super) fn described(&self) -> Value {
        // What is left out is among the settings.
        let FileOptions {
            format,
            fields,
            columns,
            field_format,
            delimiter,
            added,
            hidden,
            no_ignore,
            exclude,
            leave_out: _,
            utf8_names,
        } = &self.options;
        json!({
            "format": format.map(|format| format!("{format:?}")),
            "fields": fields,
            "columns": columns,
            "field_format": field_format.map(|format| format!("{format:?}")),
            "delimiter": delimiter,
            "added": added,
            "hidden": hidden,
            "no_ignore": no_ignore,
            "exclude": exclude,
            "utf8_names": utf8_names,
        })
    }

    /// The inputs, in order.
    pub(super) fn find(&self) -> anyhow::Result<impl Iterator<Item = Result<Source, InputError>> + Send> {
        let out = FileId::of_stdout();
        let is_out = move |path: &Path| out.is_some_and(|out| out.is_at(path));
        for path in self.paths.iter().filter(|path| path.as_os_str() != "-") {
            ensure!(
                !is_out(path),
                "{}: standard output goes into this very file; write to another one",
                path.display()
            );
        }
        let mut seen = HashSet::new();
        let is_input = move |source: &Result<Source, InputError>| {
            let Ok(source) = source else { return true };
            let written = self.is_own(source) || source.found && is_out(&source.path);
            !written && self.is_first(source, &mut seen)
        };
        Ok(input::sources(&self.paths, &self.options)?.filter(is_input))
    }

    /// Whether an input is not among those before, where that matters.
    fn is_first(&self, source: &Source, seen: &mut HashSet<PathBuf>) -> bool {
        if !self.once || self.paths.len() < 2 || source.is_stdin() {
            return true;
        }
        seen.insert(paths::place(&source.path))
    }

    /// Whether the run writes to it or goes by it, or one like it did.
    fn is_own(&self, source: &Source) -> bool {
        let name = || source.path.file_name();
        let temporary = || name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".unspin-"));
        // Those of other directories, too.
        let settings = || name().is_some_and(|name| name == settings::NAME);
        let record = || store::is_record(&source.path);
        let listed = || self.own.contains(&resolved(&source.path));
        let kept = || self.backup.as_deref().into_iter().chain(KEPT).any(|suffix| is_backup(&source.path, suffix));
        source.found && (temporary() || settings() || record() || !self.own.is_empty() && listed() || kept())
    }
}

/// Whether a path is that of a file that lies beside it with this at its end.
fn is_backup(path: &Path, suffix: &str) -> bool {
    let original = path.file_name().and_then(|name| name.as_encoded_bytes().strip_suffix(suffix.as_bytes()));
    original.is_some_and(|original| !original.is_empty() && path.with_file_name(file_list::path(original)).is_file())
}
