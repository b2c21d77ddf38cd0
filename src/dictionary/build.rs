//! Build script: compiles `dictionaries/` into the pack that the library embeds.
//!
//! It shares the compiler with the library, so what `unspin` can open is what this makes. The other files of the model are
//! held against it: none of another version, or made for other words, is built in.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::print_stderr,
    clippy::exit,
    reason = "the library uses what the build script does not"
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../line.rs"]
mod line;

#[path = "../text/mod.rs"]
mod text;

#[path = "."]
mod dictionary {
    mod bytes;
    pub(crate) mod compile;
    pub(crate) mod error;
    pub(crate) mod header;
    pub(crate) mod inflection;
    pub(crate) mod layers;
    pub(crate) mod ngrams;
    pub(crate) mod pack;
    pub(crate) mod source;
    pub(crate) mod spelling;
    pub(crate) mod table;
}

use dictionary::error::ErrorKind;
use dictionary::header::{ENCODER, FOREST, Kind, SCORER, USAGE};
use dictionary::source::SourceFile;

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("dictionaries");
    println!("cargo::rerun-if-changed={}", root.display());
    println!("cargo::rerun-if-changed=src/dictionary");
    println!("cargo::rerun-if-changed=src/line.rs");
    println!("cargo::rerun-if-changed=src/text");
    let mut files = Vec::new();
    gather(&root, &root, &mut files)?;
    let model = read(&root.join("model/english.ngm"))?;
    let ngrams = dictionary::ngrams::Ngrams::open(model.into(), true)?;
    for (name, magic) in [
        ("english.ctx", SCORER),
        ("english.forest", FOREST),
        ("english.use", USAGE),
        ("english.enc", ENCODER),
        ("english.full.forest", FOREST),
    ] {
        let remedy = "make it anew, or take the one that belongs to these sources";
        let kind = Kind { error: ErrorKind::Model, name, remedy, magic, header: 24 };
        let data = read(&root.join("model").join(name))?;
        let made_for = kind.fields(&data)?.number(1);
        // Only the scorer goes by the model's words.
        if magic == SCORER && made_for != ngrams.lexicon() {
            let (expected, got) = (format!("{:016x}", ngrams.lexicon()), format!("{made_for:016x}"));
            return Err(kind.bad("n-gram model", expected, got).into());
        }
    }
    let pack = dictionary::compile::compile(&files, &ngrams, None)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("english.pack"), pack)?;
    Ok(())
}

/// The bytes of a file.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| named(path, &error))
}

/// What went wrong, with where.
fn named(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn gather(root: &Path, at: &Path, files: &mut Vec<SourceFile>) -> Result<(), Box<dyn std::error::Error>> {
    let entries = fs::read_dir(at).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<PathBuf> = entries.map_err(|error| named(at, &error))?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            gather(root, &entry, files)?;
        } else if entry.extension().is_some_and(|end| end == "csv") {
            let path = entry.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push(SourceFile { path, bytes: read(&entry)? });
        }
    }
    Ok(())
}
