//! Which files are meant?

use std::collections::VecDeque;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::OverrideBuilder;

use super::error::{ErrorKind, InputError};
use super::{Compression, Format, Source, kind};

/// Directories in which version control keeps its own files.
const VERSIONS: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// How paths become inputs.
#[derive(Clone, Debug, Default)]
pub struct FileOptions {
    /// The format of every input, whatever its name says.
    pub format: Option<Format>,
    /// Fields of JSON Lines that are texts; the columns where there is none, and `text` where there is neither.
    pub fields: Vec<String>,
    /// Columns of tables that are texts; the fields where there is none, and `text` where there is neither.
    pub columns: Vec<String>,
    /// How the texts lie in fields and columns.
    pub field_format: Option<Format>,
    /// What stands between the fields of tables; told by the header of each where it is `None`.
    pub delimiter: Option<u8>,
    /// Names of the fields or columns that will be added to records.
    pub added: Vec<String>,
    /// Go into hidden directories and take hidden files; those of version control only where they are named.
    pub hidden: bool,
    /// Do not heed `.gitignore`, `.ignore` and the like.
    pub no_ignore: bool,
    /// Globs of paths in directories to leave out, from the directory that is walked.
    pub exclude: Vec<String>,
    /// Further paths in directories to leave out, wherever the walk begins.
    pub leave_out: Option<Globs>,
    /// Take no file whose name is not UTF-8, for what is kept about files by name would be about all such names.
    pub utf8_names: bool,
}

/// Globs of paths, as in `.gitignore`, from a directory of their own.
#[derive(Clone)]
pub struct Globs {
    globs: Gitignore,
    /// The directory as [`resolved`] names it.
    root: PathBuf,
}

impl Globs {
    /// Globs from a directory, which is named as [`straight`] names it. They hold for paths that lead there by links,
    /// too.
    ///
    /// # Errors
    ///
    /// Where one is malformed.
    pub fn new(root: &Path, globs: &[String]) -> Result<Self, InputError> {
        let bad = |error: ignore::Error| InputError::new(root, ErrorKind::Malformed, error.to_string());
        let mut builder = GitignoreBuilder::new(root);
        builder.allow_unclosed_class(false);
        for glob in globs {
            builder.add_line(None, &inside(root, glob)?).map_err(bad)?;
        }
        let globs = builder.build().map_err(bad)?;
        Ok(Self { globs, root: root.canonicalize().unwrap_or_else(|_| root.to_owned()) })
    }

    /// Whether they match a path, or a directory around it.
    ///
    /// # Examples
    ///
    /// ```
    /// # if cfg!(unix) {
    /// use std::path::Path;
    /// use unspin::input::Globs;
    ///
    /// let globs = Globs::new(Path::new("/articles"), &["drafts/".into()])?;
    /// assert!(globs.hold(Path::new("/articles/2026/drafts/a.txt"), false));
    /// assert!(!globs.hold(Path::new("/articles/2026/a.txt"), false));
    /// # }
    /// # Ok::<(), unspin::input::InputError>(())
    /// ```
    pub fn hold(&self, path: &Path, is_directory: bool) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        let path = straight(path);
        let matches = |path: &Path| self.globs.matched_path_or_any_parents(path, is_directory).is_ignore();
        // The same place by the one name that it has without links.
        let place = || resolved(&path).strip_prefix(&self.root).map(|inside| self.globs.path().join(inside));
        path.starts_with(self.globs.path()) && matches(&path) || place().is_ok_and(|place| matches(&place))
    }
}

impl fmt::Debug for Globs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Globs").field(&self.globs.path()).finish()
    }
}

/// A glob as `.gitignore` has it, which knows neither `./a` nor `/root/of/globs/a`: what those mean is `/a`.
fn inside(root: &Path, glob: &str) -> Result<String, InputError> {
    let (not, path) = glob.strip_prefix('!').map_or(("", glob), |path| ("!", path));
    let mut rest = path;
    while let Some(after) = rest.strip_prefix("./") {
        rest = after.trim_start_matches('/');
    }
    if rest == ".." || rest.starts_with("../") {
        let message = format!("{glob:?} leads out of the directory that globs start from");
        return Err(InputError::new(root, ErrorKind::Malformed, message));
    }
    let absolute = root.to_str().and_then(|root| path.strip_prefix(root)).filter(|inside| inside.starts_with('/'));
    Ok(match absolute {
        Some(inside) => format!("{not}{inside}"),
        None if rest.len() < path.len() => format!("{not}/{rest}"),
        None => glob.to_owned(),
    })
}

/// A path from the root, without `.` and `..`, as it is written: links are not followed.
///
/// # Examples
///
/// ```
/// # if cfg!(unix) {
/// use std::path::Path;
/// use unspin::input::straight;
///
/// assert_eq!(straight(Path::new("/a/./b/../c.txt")), Path::new("/a/c.txt"));
/// # }
/// ```
pub fn straight(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in std::path::absolute(path).as_deref().unwrap_or(path).components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            _ => out.push(part),
        }
    }
    out
}

/// A path from the root as the system finds it: links on the way are followed, one that it ends with is not. Where the
/// directory is not there, it is [`straight`].
pub fn resolved(path: &Path) -> PathBuf {
    let path = straight(path);
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(directory)), Some(name)) => directory.join(name),
        _ => path,
    }
}

impl FileOptions {
    /// The input that a path means, which was named or `found` in a directory; what is called like program code or data
    /// is none where it was only found, unless it is a page that a server made, or JSON Lines.
    fn source(&self, path: PathBuf, found: bool) -> Result<Source, InputError> {
        let compression = Compression::of_name(&path);
        let name = compression.strip(&path);
        let asks = !(self.fields.is_empty() && self.columns.is_empty());
        // Of what is named, only JSON is looked into here: whether it is a page shows when it is read, and what is called
        // like code need not be known, which takes some milliseconds to set up.
        let foreign = if found {
            Format::said_by(&path).is_none_or(|format| format == Format::Text) && kind::is_foreign(&name)
        } else {
            kind::is_json(&name) && self.format.is_none()
        };
        let shown = if foreign { kind::of_beginning(&path, compression, !found || asks) } else { None };
        if found && foreign && shown.is_none() {
            let message = "is program code or data by its name, not text";
            return Err(InputError::new(&path, ErrorKind::Foreign, message));
        }
        if !found && foreign && shown.is_none() && kind::holds_json(&path, compression) {
            let message = "is JSON, but not one object a line, as JSON Lines are; where it is to be read as text all the \
                           same, say --input text";
            return Err(InputError::new(&path, ErrorKind::Malformed, message));
        }
        let told = Source::new(path, self.format.or(shown), &[]);
        let (own, other) = match told.format {
            Format::Csv | Format::Tsv => (&self.columns, &self.fields),
            _ => (&self.fields, &self.columns),
        };
        let asked = if own.is_empty() { other } else { own };
        if !found && asks && told.untold {
            let message = "has no name that tells what it is, and would be read as one text without fields or columns; say \
                           what it is, such as --input jsonl";
            return Err(InputError::new(&told.path, ErrorKind::Malformed, message));
        }
        Ok(Source {
            fields: Source::fields(asked),
            asked: asks,
            field_format: self.field_format,
            delimiter: self.delimiter,
            added: self.added.clone(),
            found,
            ..told
        })
    }

    fn named(&self, source: Source) -> Result<Source, InputError> {
        if self.utf8_names && source.path.to_str().is_none() {
            let message = "has a name that is not UTF-8, which no record can hold; rename it";
            return Err(InputError::new(&source.path, ErrorKind::Encoding, message));
        }
        Ok(source)
    }
}

/// The inputs that paths mean, in order; directories are walked lazily, by name. `-` is standard input.
///
/// # Errors
///
/// Where a glob in [`FileOptions::exclude`] is malformed. Paths that are missing are errors among the items.
///
/// # Examples
///
/// ```
/// use unspin::input::{FileOptions, Source, sources};
///
/// let directory = tempfile::tempdir()?;
/// let at = |name: &str| directory.path().join(name);
/// std::fs::create_dir(at("drafts"))?;
/// for name in ["b.md", "a.txt", "drafts/c.txt"] {
///     std::fs::write(at(name), "The navy left.")?;
/// }
///
/// let options = FileOptions { exclude: vec!["drafts/".into()], ..FileOptions::default() };
/// let found: Vec<Source> = sources(&[directory.path().into()], &options)?.collect::<Result<_, _>>()?;
/// assert!(found.iter().map(|source| &source.path).eq(&[at("a.txt"), at("b.md")]));
/// for source in found {
///     for raw in source.open()? {
///         assert_eq!(raw?.parse()?.text(0).trim_end(), "The navy left.");
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sources<'o>(
    paths: &[PathBuf],
    options: &'o FileOptions,
) -> Result<impl Iterator<Item = Result<Source, InputError>> + Send + use<'o>, InputError> {
    let mut waiting: VecDeque<(PathBuf, Option<WalkBuilder>)> = VecDeque::new();
    for path in paths {
        let walk = if path.is_dir() { Some(walker(path, options)?) } else { None };
        waiting.push_back((path.clone(), walk));
    }
    // With its path, and what it lacks as long as nothing was found in it.
    let mut walking: Option<(ignore::Walk, PathBuf, Option<&str>)> = None;
    let found = std::iter::from_fn(move || {
        loop {
            if let Some((walk, path, lacks)) = &mut walking {
                match walk.next() {
                    Some(Ok(entry)) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                        let source = options.source(entry.into_path(), true);
                        *lacks = lacks.filter(|_| source.is_err());
                        return Some(source);
                    }
                    Some(Ok(entry)) if entry.path_is_symlink() && entry.depth() > 0 => {
                        let behind =
                            "has no files to read but behind links, which are not followed; name what they lead to";
                        *lacks = lacks.and(Some(behind));
                        let message = "is a link, which is not followed in directories";
                        return Some(Err(InputError::new(entry.path(), ErrorKind::Link, message)));
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => {
                        *lacks = None;
                        return Some(Err(unwalked(error, Path::new("."))));
                    }
                    None => {
                        let nothing = lacks.map(|lacks| InputError::new(path, ErrorKind::Nothing, lacks));
                        walking = None;
                        if let Some(nothing) = nothing {
                            return Some(Err(nothing));
                        }
                    }
                }
            }
            let (path, walk) = waiting.pop_front()?;
            match walk {
                Some(walk) => walking = Some((walk.build(), path, Some("has no files to read"))),
                None => return Some(options.source(path, false)),
            }
        }
    });
    Ok(found.map(|source| source.and_then(|source| options.named(source))))
}

fn walker(path: &Path, options: &FileOptions) -> Result<WalkBuilder, InputError> {
    let mut overrides = OverrideBuilder::new(path);
    for glob in &options.exclude {
        overrides
            .add(&format!("!{}", inside(&straight(path), glob)?))
            .map_err(|error| InputError::new(path, ErrorKind::Malformed, format!("exclude {glob:?}: {error}")))?;
    }
    let overrides =
        overrides.build().map_err(|error| InputError::new(path, ErrorKind::Malformed, error.to_string()))?;
    let mut builder = WalkBuilder::new(path);
    builder
        .hidden(!options.hidden)
        .git_ignore(!options.no_ignore)
        .git_global(!options.no_ignore)
        .git_exclude(!options.no_ignore)
        .ignore(!options.no_ignore)
        .require_git(false)
        .overrides(overrides)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let globs = options.leave_out.clone();
    builder.filter_entry(move |entry| {
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        !VERSIONS.iter().any(|name| entry.file_name() == *name)
            && !globs.as_ref().is_some_and(|globs| globs.hold(entry.path(), is_directory))
    });
    Ok(builder)
}

/// What keeps a walk from something, at the path that it is about.
fn unwalked(error: ignore::Error, path: &Path) -> InputError {
    match error {
        ignore::Error::WithPath { path, err } => unwalked(*err, &path),
        ignore::Error::WithDepth { err, .. } => unwalked(*err, path),
        ignore::Error::Io(error) => InputError::io(path, error),
        other => InputError::new(path, ErrorKind::Io, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn what_a_walk_cannot_enter_is_named_once() {
        let denied = ignore::Error::Io(io::Error::from(io::ErrorKind::PermissionDenied));
        let at_path = ignore::Error::WithPath { path: "a/sub".into(), err: Box::new(denied) };
        let error = unwalked(ignore::Error::WithDepth { depth: 1, err: Box::new(at_path) }, Path::new("."));
        assert_eq!(error.to_string(), "a/sub: permission denied");
    }
}
