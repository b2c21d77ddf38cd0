//! `unspin dict`: check, count, extend and test dictionaries.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{Args as Group, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use unspin::{DictionaryFault, FaultKind, FileFigures, Selection, SourceFile, Unspinner, printable};

use crate::args::{Common, TableFormat};
use crate::coverage::Coverage;
use crate::terminal::{self, Ending, note};
use crate::wording::one_line;
use crate::{dictionary, eval, paths, replacement};

/// The source that rows are added under.
const OWN: &str = "own";

#[derive(Group, Debug)]
pub(crate) struct Dict {
    #[command(subcommand)]
    pub(crate) command: DictCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum DictCommand {
    /// Say what is wrong with the sources of dictionaries: form, duplicates, unknown names, missing licenses.
    Check {
        /// Directory of the sources.
        #[arg(value_name = "DIR", default_value = "dictionaries")]
        dir: PathBuf,
        /// Rewrite every file in canonical form.
        #[arg(long)]
        write: bool,
    },
    /// Count rows by file and source, and gold edits whose original is among the candidates.
    Stats {
        /// Directory of the sources, which are compiled for --gold [default: dictionaries, and the built-in ones].
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Gold file, or directory of them; may be given several times.
        #[arg(long, value_name = "GOLD")]
        gold: Vec<PathBuf>,
        /// Candidates that count, the likeliest first.
        #[arg(long, value_name = "N", default_value_t = 30)]
        first: usize,
        /// How figures are shown.
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human)]
        format: TableFormat,
    },
    /// Add substitutes of a phrase to a dictionary of your own.
    Add {
        /// Directory of the dictionary, which is made where there is none.
        #[arg(long, value_name = "DIR", required = true)]
        dir: PathBuf,
        /// The substitutes are never good English: in a spun text, they are always reported.
        #[arg(long)]
        certain: bool,
        /// The right phrase.
        #[arg(value_name = "ORIGINAL")]
        original: String,
        /// What spinners put in its place, likeliest first.
        #[arg(value_name = "SUBSTITUTE", required = true)]
        substitutes: Vec<String>,
    },
    /// Check example sentences, which must or must not be flagged: text, yes or no, part of the repaired text.
    Test {
        /// Directory with examples/*.csv; its other rows are added to the built-in ones, unless it is the default.
        #[arg(value_name = "DIR", default_value = "dictionaries")]
        dir: PathBuf,
        /// Use the rows of that directory only.
        #[arg(long)]
        own: bool,
    },
}

pub(crate) fn run(command: &Dict, common: Common) -> anyhow::Result<Ending> {
    match &command.command {
        DictCommand::Check { dir, write } => check(dir, *write, common),
        DictCommand::Stats { dir, gold, first, format } => stats(dir.as_deref(), gold, *first, *format, common),
        DictCommand::Add { dir, certain, original, substitutes } => add(dir, *certain, original, substitutes, common),
        DictCommand::Test { dir, own } => test(dir, *own, common),
    }
}

fn check(dir: &Path, write: bool, common: Common) -> anyhow::Result<Ending> {
    let mut files = dictionary::read(dir)?;
    if write {
        let mut rewritten = 0;
        for file in &mut files {
            // One that cannot be read is reported below.
            if let Ok(canonical) = file.canonical()
                && canonical != file.bytes
            {
                replacement::replace(&dir.join(&file.path), &canonical)?;
                file.bytes = canonical;
                rewritten += 1;
            }
        }
        if !common.quiet {
            note(&format!("{rewritten} {} rewritten", if rewritten == 1 { "file" } else { "files" }));
        }
    }
    let faults = SourceFile::verify(&files);
    let (errors, looks): (Vec<&DictionaryFault>, Vec<_>) = faults.iter().partition(|fault| fault.kind.is_error());
    let mut out = terminal::stdout();
    for fault in faults.iter().filter(|fault| fault.kind.is_error() || common.verbose) {
        let DictionaryFault { path, line, column, message, remedy, .. } = fault;
        let level = if fault.kind.is_error() { "error" } else { "warning" };
        let (path, kind) = (dir.join(path), fault.kind.name());
        let line = format!("{}:{line}:{column}: {level}: {message}; {remedy} [{kind}]", path.display());
        writeln!(out, "{}", printable(&line))?;
    }
    out.flush()?;
    if !common.quiet {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for fault in &faults {
            *kinds.entry(fault.kind.name()).or_default() += 1;
        }
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let list = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        let hint = if looks.is_empty() || common.verbose { "" } else { "; --verbose lists the warnings" };
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let (files, errors) = (counted(files.len(), "file"), counted(errors.len(), "error"));
        note(&format!("{files}, {errors}, {}{list}{hint}", counted(looks.len(), "warning")));
    }
    Ok(Ending { found: false, trouble: !errors.is_empty() })
}

fn stats(
    dir: Option<&Path>,
    gold: &[PathBuf],
    first: usize,
    format: TableFormat,
    common: Common,
) -> anyhow::Result<Ending> {
    let place = dir.unwrap_or(Path::new("dictionaries"));
    // Coverage needs no sources: the built-in dictionaries will do.
    let files =
        if dir.is_none() && !place.is_dir() && !gold.is_empty() { Vec::new() } else { dictionary::read(place)? };
    let mut tables = BTreeMap::new();
    for file in &files {
        tables.insert(file.path.as_str(), file.figures()?);
    }
    let unspinner = match dir {
        Some(_) if !gold.is_empty() => {
            Unspinner::builder().builtin_dictionaries(false).dictionaries(files.clone()).try_build()?
        }
        _ => Unspinner::builtin(),
    };
    let documents = eval::read_gold(gold, common)?;
    let coverage = Coverage::of(&unspinner, &documents, first);
    let mut out = terminal::stdout();
    match format {
        TableFormat::Human => {
            figures(&tables, &mut out)?;
            if !gold.is_empty() {
                coverage.show(&mut out)?;
            }
        }
        TableFormat::Json => writeln!(out, "{:#}", machine(&tables, &coverage))?,
    }
    out.flush()?;
    Ok(Ending::default())
}

fn figures(tables: &BTreeMap<&str, FileFigures>, out: &mut impl Write) -> anyhow::Result<()> {
    if tables.is_empty() {
        return Ok(());
    }
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    writeln!(out, "{:<36}{:>9}{:>10}", "file", "rows", "pairs")?;
    for (path, figures) in tables {
        writeln!(out, "{path:<36}{:>9}{:>10}", figures.rows, figures.pairs)?;
        figures.sources.iter().for_each(|(source, rows)| *sources.entry(source).or_default() += rows);
    }
    let (rows, pairs) = tables.values().fold((0, 0), |sum, one| (sum.0 + one.rows, sum.1 + one.pairs));
    writeln!(out, "{:<36}{rows:>9}{pairs:>10}\n\n{:<36}{:>9}", "all", "source", "rows")?;
    for (source, rows) in sources {
        writeln!(out, "{source:<36}{rows:>9}")?;
    }
    Ok(())
}

fn machine(tables: &BTreeMap<&str, FileFigures>, coverage: &Coverage) -> Value {
    let files: serde_json::Map<String, Value> = tables
        .iter()
        .map(|(path, one)| {
            ((*path).to_owned(), json!({ "rows": one.rows, "pairs": one.pairs, "sources": one.sources }))
        })
        .collect();
    json!({ "files": files, "coverage": coverage.machine() })
}

fn add(dir: &Path, certain: bool, original: &str, substitutes: &[String], common: Common) -> anyhow::Result<Ending> {
    for text in substitutes.iter().map(String::as_str).chain([original]) {
        ensure!(!text.trim().is_empty() && !text.contains('|'), "{text:?} is no phrase");
    }
    let (name, header) = if certain {
        ("phrases/own.csv", "phrase,correction,source\n")
    } else {
        ("substitutions/own.csv", "original,substitutes,source\n")
    };
    let rows = |phrases: &[String]| -> anyhow::Result<String> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        for phrase in phrases {
            rows.write_record(if certain { [phrase, original, OWN] } else { [original, phrase, OWN] })?;
        }
        Ok(String::from_utf8(rows.into_inner()?)?)
    };
    for phrase in substitutes {
        // The canonical form has no row that puts a phrase in place of itself.
        let alone = format!("{header}{}", rows(std::slice::from_ref(phrase))?);
        let kept = SourceFile { path: name.to_owned(), bytes: alone.into_bytes() }.canonical()?;
        ensure!(kept.len() > header.len(), "{phrase:?} cannot stand for {original:?}, for it is the same phrase");
        // What the compiler refuses would stop every run, and what it leaves out would never be found.
        let faults = SourceFile::verify(&[SourceFile { path: name.to_owned(), bytes: kept }]);
        if let Some(DictionaryFault { message, remedy, .. }) =
            faults.into_iter().find(|fault| fault.kind.is_error() || fault.kind == FaultKind::Long)
        {
            bail!("{message}; {remedy}");
        }
    }
    let sources = dir.join("sources.csv");
    if !sources.exists() {
        fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        replacement::replace(&sources, b"id,title,license,origin,date\n")?;
    }
    append(&sources, "sources.csv", |text| {
        let mut known = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        if !known.records().flatten().any(|row| row.get(0) == Some("own")) {
            text.push_str("own,Added by hand,own,unspin dict add,\n");
        }
        Ok(())
    })?;
    let path = dir.join(name);
    if !path.exists() {
        fs::create_dir_all(paths::directory(&path)).with_context(|| path.display().to_string())?;
        replacement::replace(&path, header.as_bytes())?;
    }
    let mut gone = Vec::new();
    append(&path, name, |text| {
        if certain {
            (*text, gone) = without(text, substitutes)?;
        }
        text.push_str(&rows(substitutes)?);
        Ok(())
    })?;
    if !common.quiet {
        let may = if certain { "always" } else { "may" };
        let stand = if certain && substitutes.len() == 1 { "stands" } else { "stand" };
        note(&format!("{}: {} {may} {stand} for {original}", path.display(), substitutes.join(", ")));
        for (phrase, before) in gone.iter().filter(|(_, before)| before != original) {
            note(&format!("{}: {phrase} does not stand for {before} any more", path.display()));
        }
    }
    Ok(Ending::default())
}

/// A table without the rows of some phrases, whatever their case and spacing, and what those rows said: what always stands
/// for one correction does not stand for another.
fn without(table: &str, phrases: &[String]) -> anyhow::Result<(String, Vec<(String, String)>)> {
    let same = |phrase: &str| one_line(&phrase.to_lowercase());
    let gone: Vec<String> = phrases.iter().map(|phrase| same(phrase)).collect();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table.as_bytes());
    let mut dropped = Vec::new();
    let mut kept = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in reader.records() {
        let row = row?;
        match (row.get(0), row.get(1)) {
            (Some(phrase), correction) if gone.contains(&same(phrase)) => {
                dropped.push((phrase.to_owned(), correction.unwrap_or_default().to_owned()));
            }
            _ => kept.write_record(&row)?,
        }
    }
    Ok((String::from_utf8(kept.into_inner()?)?, dropped))
}

/// Changes a table and writes it in canonical form, so that rows for the same original become one.
fn append(path: &Path, name: &str, change: impl FnOnce(&mut String) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    // What is put behind one would be a part of it.
    let is_open = text.matches('"').count() % 2 == 1;
    ensure!(!is_open, "{}: has a quotation mark that nothing closes; `unspin dict check` tells where", path.display());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    change(&mut text)?;
    let file = SourceFile { path: name.to_owned(), bytes: text.into_bytes() };
    replacement::replace(path, &file.canonical()?)
}

/// A sentence that must, or must not, be flagged.
#[derive(Deserialize)]
struct Example {
    text: String,
    flagged: String,
    /// Part of the repaired text; nothing asks only that something, or nothing, is flagged.
    expected: String,
}

impl Example {
    /// What is wrong with how it was checked, if anything is.
    fn fault(&self, unspinner: &Unspinner) -> Option<String> {
        let report = unspinner.check(&self.text);
        let fixed = report.fix(&self.text, &Selection::All).text;
        let holds = self.expected.is_empty() || fixed.contains(&self.expected);
        match self.flagged.as_str() {
            "yes" if report.findings.is_empty() => Some("nothing is flagged".into()),
            "yes" if !holds => Some(format!("becomes {fixed:?}, which lacks {:?}", self.expected)),
            "no" if self.expected.is_empty() && fixed != self.text => Some(format!("is flagged and becomes {fixed:?}")),
            "no" if !holds => Some(format!("becomes {fixed:?}, so {:?} is gone", self.expected)),
            "yes" | "no" => None,
            other => Some(format!("{other:?} is neither yes nor no")),
        }
    }
}

fn test(dir: &Path, own: bool, common: Common) -> anyhow::Result<Ending> {
    let files = dictionary::read(dir)?;
    let examples: Vec<&SourceFile> = files.iter().filter(|file| file.path.starts_with("examples/")).collect();
    ensure!(!examples.is_empty(), "{}: holds no examples/*.csv", dir.display());
    let mut builder = Unspinner::builder().assume_spun(true);
    // Examples alone change nothing, and the built-in ones are made from the default directory.
    let rows = files.iter().any(|file| !file.path.starts_with("examples/"));
    let place = |dir: &Path| dir.canonicalize().ok();
    let is_builtin = place(dir) == place(Path::new("dictionaries"));
    if own || rows && !is_builtin {
        builder = builder.builtin_dictionaries(!own).dictionaries(files.clone());
    }
    let unspinner = builder.try_build().with_context(|| dir.display().to_string())?;
    let mut out = terminal::stdout();
    let (mut all, mut failed) = (0, 0);
    for file in examples {
        let path = dir.join(&file.path);
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        let header = reader.headers().with_context(|| path.display().to_string())?.clone();
        for record in reader.records() {
            let record = record.with_context(|| path.display().to_string())?;
            let line = record.position().map_or(0, csv::Position::line);
            let example: Example =
                record.deserialize(Some(&header)).with_context(|| format!("{}:{line}", path.display()))?;
            all += 1;
            if let Some(fault) = example.fault(&unspinner) {
                failed += 1;
                let line = format!("{}:{line}: {:?} {fault}", path.display(), example.text);
                writeln!(out, "{}", printable(&line))?;
            }
        }
    }
    out.flush()?;
    if !common.quiet {
        note(&format!("{} of {all} examples hold", all - failed));
    }
    Ok(Ending { found: failed > 0, trouble: false })
}
