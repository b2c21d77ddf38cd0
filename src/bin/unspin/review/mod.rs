//! `unspin review`: one suggestion at a time, decided by keys; decisions are on the disk at once.

mod apply;
mod args;
mod document;
mod line;
mod loader;
mod screen;
mod sentence;
mod session;
mod status;
pub(crate) mod store;
mod view;
mod wrap;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use unspin::input::Format;
use unspin::{Decision, Decisions};

pub(crate) use self::args::Review;
use self::session::{Counts, Options, Session};
use self::store::Store;
use self::view::Look;
use crate::args::Common;
use crate::job::Job;
use crate::terminal::{self, Ending, complain, note};
use crate::{paths, settings};

pub(crate) fn run(command: &Review, common: Common) -> anyhow::Result<Ending> {
    ensure!(command.by.as_ref().is_none_or(|name| !name.trim().is_empty()), "--by needs a name");
    let files = if command.decisions.is_empty() { vec![store::NAME.into()] } else { command.decisions.clone() };
    let interactive = !command.apply && !command.status;
    if interactive && files.len() > 1 {
        bail!("--decisions may be given once: new decisions go there; several are for --apply and --status");
    }
    let decisions = store::read(&files, interactive || command.status && command.decisions.is_empty())?;
    let decisions = agreed(decisions, &files, command)?;
    let Some(mut decisions) = decisions else { return Ok(Ending { trouble: true, ..Ending::default() }) };

    let mut inputs = command.inputs.clone();
    if inputs.paths.is_empty() && inputs.file_list.is_none() {
        ensure!(!interactive, "name the files or directories to review");
        // What was decided about says which files are meant.
        let paths: BTreeSet<&str> = decisions.places().map(|place| place.path.as_str()).collect();
        ensure!(!paths.is_empty(), "{}: holds no decisions; name the files", files[0].display());
        inputs.paths = paths.into_iter().map(PathBuf::from).collect();
    }
    ensure!(
        !inputs.paths.iter().any(|path| path.as_os_str() == "-"),
        "standard input cannot be reviewed, for nothing can be written back to it; save the text to a file first"
    );
    if let [path] = &inputs.paths[..]
        && inputs.file_list.is_none()
        && !interactive
        && let Some(own) = by_name(&decisions, path)
    {
        decisions = own;
    }
    ensure!(
        !interactive || inputs.stats.is_none(),
        "--stats is for --status and --apply: a review has no end to count at"
    );
    let job = Job::new(&inputs, &command.checking, None, common)?
        .by_name()
        .leaving_out(&files)
        .keeping(command.backup.as_deref());
    job.has_figures()?;
    let options = options(command);
    if command.apply {
        let is_part = inputs.shard.is_some();
        return apply::run(&job, &decisions, is_part, command.backup.as_deref(), common);
    }
    if command.status {
        return status::run(&job, &decisions, &options);
    }
    let directory = paths::directory(&files[0]);
    ensure!(directory.is_dir(), "{}: there is no directory {}", files[0].display(), directory.display());
    let here = std::env::current_dir()?;
    let settings = (!command.checking.isolated).then(|| settings::file_for(&command.checking, &here));
    let mut store = Store::new(&files[0], settings);
    let look = Look { color: terminal::color(common) };
    review(job, decisions, options, &mut store, look, common)
}

/// The command that applies what a review decided: with all options by which the same texts are read and the same findings
/// found.
fn application(command: &Review) -> String {
    let Review { inputs, checking, decisions, .. } = command;
    let path = |path: &PathBuf| path.display().to_string();
    let mut words = ["unspin", "review", "--apply"].map(str::to_owned).to_vec();
    let mut add = |option: &str, values: Vec<String>| {
        words.extend(values.into_iter().flat_map(|value| [option.to_owned(), quoted(&value)]));
    };
    add("--decisions", decisions.iter().filter(|file| file.as_os_str() != store::NAME).map(path).collect());
    add("--input", inputs.input.iter().map(|format| format.name().to_owned()).collect());
    add("--field", inputs.field.clone());
    add("--column", inputs.column.clone());
    add("--field-format", inputs.field_format.iter().map(|&format| Format::from(format).name().to_owned()).collect());
    add("--delimiter", inputs.delimiter.iter().map(|&byte| delimiter(byte)).collect());
    add("--min-confidence", checking.min_confidence.iter().map(ToString::to_string).collect());
    add("--quotes", checking.quotes.iter().map(ToString::to_string).collect());
    add("--encoder", checking.encoder.iter().map(path).collect());
    add("--model", checking.model.iter().map(ToString::to_string).collect());
    add("--prior", checking.prior.iter().map(ToString::to_string).collect());
    add("--family", checking.family.iter().map(ToString::to_string).collect());
    add("--allow", checking.allow.clone());
    add("--severity", checking.severity.iter().map(ToString::to_string).collect());
    add("--baseline", checking.baseline.iter().map(path).collect());
    add("--dictionary", checking.dictionary.iter().map(path).collect());
    add("--config", checking.config.iter().map(path).collect());
    let flags = [
        ("--assume-spun", checking.assume_spun),
        ("--no-builtin-dictionary", checking.no_builtin_dictionary),
        ("--isolated", checking.isolated),
    ];
    words.extend(flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag.to_owned()));
    words.join(" ")
}

/// How a delimiter is typed.
fn delimiter(byte: u8) -> String {
    if byte == b'\t' { "tab".into() } else { char::from(byte).into() }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:@%+=".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Takes decisions about a file of the same name elsewhere for those about a file that is named alone, where there are
/// none: the page of `unspin serve` cannot tell in which directory its text lies.
fn by_name(decisions: &Decisions, path: &Path) -> Option<Decisions> {
    let path = document::file(path);
    let name = |path: &str| path.rsplit('/').next().map(ToOwned::to_owned);
    let known: BTreeSet<&str> = decisions.places().map(|place| place.path.as_str()).collect();
    if known.contains(path.as_str()) {
        return None;
    }
    let mut alike = known.iter().filter(|known| !known.contains('/') && name(known) == name(&path));
    let (Some(&other), None) = (alike.next(), alike.next()) else { return None };
    let mut own = Decisions::default();
    for decision in decisions.iter() {
        let mut decision = decision.clone();
        if decision.place.path == other {
            decision.place.path.clone_from(&path);
        }
        own.add(decision);
    }
    Some(own)
}

fn options(command: &Review) -> Options {
    Options { order: command.order, only: command.only, by: command.by.clone(), application: application(command) }
}

/// The decisions that count. Where people disagree, `None` and a line for each disagreement, unless it was said whom to
/// prefer or nothing is applied.
fn agreed(mut decisions: Decisions, files: &[PathBuf], command: &Review) -> anyhow::Result<Option<Decisions>> {
    match command.prefer.as_deref() {
        None => {}
        Some("last") => return Ok(Some(decisions)),
        Some(name) => {
            ensure!(
                decisions.people().any(|person| person == name),
                "--prefer {name}: nobody of that name decided anything"
            );
            decisions.prefer(name);
        }
    }
    if !command.apply && !command.status {
        return Ok(Some(decisions));
    }
    let mut disagreements = 0;
    for people in decisions.conflicts() {
        disagreements += 1;
        let say = |one: &&Decision| document::said(one.by.as_deref(), one.verdict, one.replacement.as_deref());
        let said: Vec<String> = people.iter().map(say).collect();
        complain(&format!("{}: people disagree about {:?}: {}", people[0].place, people[0].text, said.join(", ")));
    }
    if disagreements > 0 && command.apply {
        let disagreements =
            if disagreements == 1 { "1 disagreement".to_owned() } else { format!("{disagreements} disagreements") };
        // Those who decide anew are to see what the others decided.
        let file =
            if let [file] = files { file.display().to_string() } else { "a file that joins all of these".into() };
        complain(&format!(
            "{disagreements}; say --prefer NAME, or --prefer last; or decide anew in unspin review --decisions {file} \
             --by YOURSELF, and say --prefer YOURSELF"
        ));
        return Ok(None);
    }
    Ok(Some(decisions))
}

/// The review itself.
fn review(
    job: Job,
    decisions: Decisions,
    options: Options,
    store: &mut Store,
    look: Look,
    common: Common,
) -> anyhow::Result<Ending> {
    screen::ensure_terminal()?;
    let mut session = Session::new(options);
    let faults = screen::run(&mut session, store, &mut loader::start(job, decisions), look)?;
    faults.iter().for_each(|fault| complain(fault));
    let counts = session.counts();
    if !common.quiet {
        let Counts { accepted, rejected, ignored, undecided } = counts;
        let more = if session.is_loading() { " or more" } else { "" };
        note(&format!("{accepted} accepted, {rejected} rejected, {ignored} ignored, {undecided}{more} left"));
        if accepted > 0 {
            note(&format!("{} writes what was accepted", session.application()));
        }
    }
    Ok(Ending { found: counts.undecided > 0 || session.is_loading(), trouble: !faults.is_empty() })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::{Args, Command};

    #[test]
    fn what_applies_a_review_reads_the_same_texts() {
        for (typed, wanted) in [
            (&["a.txt"][..], ""),
            (&["--by", "anna", "--decisions", ".unspin-review.jsonl", "a.txt"], ""),
            (&["--decisions", "anna's.jsonl", "a.txt"], r" --decisions 'anna'\''s.jsonl'"),
            (
                &["--field", "body", "--field", "s[].p", "--field-format", "html", "a.jsonl"],
                " --field body --field 's[].p' --field-format html",
            ),
            (
                &["--column", "2", "--delimiter", "tab", "--input", "csv", "a"],
                " --input csv --column 2 --delimiter tab",
            ),
            (&["--delimiter", ";", "--config", "b.toml", "a.csv"], " --delimiter ';' --config b.toml"),
            (&["--isolated", "--assume-spun", "--quotes", "skip", "a"], " --quotes skip --assume-spun --isolated"),
            (
                &["--allow", "green zone", "--family", "phrasal", "--min-confidence", "0.7", "a"],
                " --min-confidence 0.7 --family phrasal --allow 'green zone'",
            ),
        ] {
            let args = Args::try_parse_from(["unspin", "review"].iter().chain(typed)).expect("sound");
            let Command::Review(command) = args.command else { unreachable!("it is asked for") };
            assert_eq!(application(&command), format!("unspin review --apply{wanted}"));
        }
    }
}
