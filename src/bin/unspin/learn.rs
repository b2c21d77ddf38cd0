//! `unspin learn`: fit what the decisions are made with.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use unspin::SourceFile;
use unspin::eval::GoldDocument;
use unspin::learn::{channel, places, scorer, vectors, weights};

use crate::args::{Common, Learn, LearnChannel, LearnPlaces, LearnScorer, LearnVectors, LearnWeights};
use crate::dictionary;
use crate::eval::{gold_files, read_gold};
use crate::output::{self, Replacement};
use crate::terminal::{Ending, note};

pub(crate) fn run(command: Learn, common: Common) -> anyhow::Result<Ending> {
    let started = Instant::now();
    let mut progress = |what: &str| {
        if !common.quiet {
            note(&format!("{:7.1} s  {what}", started.elapsed().as_secs_f32()));
        }
    };
    match command {
        Learn::Channel(command) => learn_channel(&command, &mut progress)?,
        Learn::Weights(command) => learn_weights(&command, &mut progress)?,
        Learn::Vectors(command) => learn_vectors(command, &mut progress)?,
        Learn::Scorer(command) => learn_scorer(command, &mut progress)?,
        Learn::Places(command) => learn_places(command)?,
    }
    Ok(Ending::default())
}

fn learn_channel(command: &LearnChannel, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let outputs = [&command.out].into_iter().chain(&command.rows).chain(&command.seldom);
    output::writable(&gold_files(&command.gold)?, outputs)?;
    let learned = channel::learn(&documents(&command.gold, &[])?, progress)?;
    output::replace(&command.out, &learned.bytes)?;
    if let Some(path) = &command.rows {
        output::replace(path, learned.rows.as_bytes())?;
    }
    if let Some(path) = &command.seldom {
        output::replace(path, learned.seldom.as_bytes())?;
    }
    note(&learned.report);
    Ok(())
}

fn learn_weights(command: &LearnWeights, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let inputs = [gold_files(&command.gold)?, command.clean.clone(), command.heard.clone()].concat();
    output::writable(&inputs, [&command.out])?;
    let gold = documents(&command.gold, &command.clean)?;
    let mut heard: Vec<weights::Heard> = Vec::new();
    for path in &command.heard {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        for (n, line) in text.lines().enumerate() {
            heard.push(serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), n + 1))?);
        }
    }
    let sources = sources(command.dictionary.as_deref())?;
    let learned = weights::learn(&gold, &heard, &sources, &command.watch, progress)?;
    output::replace(&command.out, &learned.bytes)?;
    note(learned.report.trim_end());
    Ok(())
}

/// The files of a directory of dictionaries, if there is one.
fn sources(root: Option<&Path>) -> anyhow::Result<Vec<SourceFile>> {
    root.map_or_else(|| Ok(Vec::new()), dictionary::read)
}

/// Gold documents, what they were before they were spun, and clean ones.
fn documents(files: &[PathBuf], clean: &[PathBuf]) -> anyhow::Result<Vec<GoldDocument>> {
    let mut gold = read_gold(files)?;
    ensure!(!gold.is_empty(), "no gold documents found");
    // What the documents were before they were spun is clean text of the same kind.
    let restored: Vec<GoldDocument> = gold.iter().map(GoldDocument::restored).collect();
    gold.extend(restored);
    for path in clean {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        gold.extend(lines.map(|(n, line)| GoldDocument::clean(format!("{}:{}", path.display(), n + 1), line)));
    }
    Ok(gold)
}

fn learn_places(command: LearnPlaces) -> anyhow::Result<()> {
    let inputs = [gold_files(&command.gold)?, command.clean.clone(), command.corpus.clone()].concat();
    output::writable(&inputs, [&command.out])?;
    let mut out = Replacement::new(&command.out)?;
    if command.corpus.is_empty() {
        let sources = sources(command.dictionary.as_deref())?;
        places::gold(&documents(&command.gold, &command.clean)?, &sources, &command.watch, &mut out)?;
    } else {
        let LearnPlaces { corpus: corpora, stretches, seed, .. } = command;
        places::spins(&places::PlaceOptions { corpora, stretches, seed }, &mut out)?;
    }
    out.finish()
}

fn learn_vectors(command: LearnVectors, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    output::writable(&[&command.corpora[..], std::slice::from_ref(&command.model)].concat(), [&command.out])?;
    let options = vectors::VectorOptions { corpora: command.corpora, model: command.model, ..Default::default() };
    let bytes = vectors::train(&options, progress)?;
    output::replace(&command.out, &bytes)
}

fn learn_scorer(command: LearnScorer, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let inputs = [&command.corpora[..], command.vectors.as_slice()].concat();
    output::writable(&inputs, [&command.out].into_iter().chain(&command.state))?;
    // A state may take the place of the one that it comes from.
    output::apart(command.resume.as_slice(), [&command.out])?;
    let defaults = scorer::ScorerOptions::default();
    let options = scorer::ScorerOptions {
        corpora: command.corpora,
        sites: command.sites.map_or(defaults.sites, |millions| millions * 1_000_000),
        seed: command.seed.unwrap_or(defaults.seed),
        rates: [command.rate.unwrap_or(defaults.rates[0]), command.dense_rate.unwrap_or(defaults.rates[1])],
        vectors: command.vectors,
        resume: command.resume,
        ..defaults
    };
    let trained = scorer::train(&options, progress)?;
    if let Some(path) = &command.state {
        output::replace(path, &trained.state)?;
    }
    output::replace(&command.out, &trained.bytes)
}
